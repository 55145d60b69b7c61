from typing import Any

from django.core.management.base import BaseCommand

from partnerships import tasks


class Command(BaseCommand):
    help = "Begin the yearly status reports that are due within two months."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(tasks.begin_reports()))
