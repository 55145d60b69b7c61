from typing import Any

from django.core.management.base import BaseCommand

from partnerships import tasks


class Command(BaseCommand):
    help = "Ask the parties for status reports that are near, due or late."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(tasks.report_reminders()))
