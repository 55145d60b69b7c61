from typing import Any

from django.core.management.base import BaseCommand

from referrals import tasks


class Command(BaseCommand):
    help = "Refresh each offer's typical answer time."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(tasks.refresh_answer_figures()))
