from typing import Any

from django.core.management.base import BaseCommand

from referrals import figures


class Command(BaseCommand):
    help = "Refresh each offer's typical answer time."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(figures.refresh_answer_figures()))
