from typing import Any

from django.core.management.base import BaseCommand

from partnerships.reminders import run_reminders


class Command(BaseCommand):
    help = "Queue the reminders of agreements that are due."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(run_reminders()))
