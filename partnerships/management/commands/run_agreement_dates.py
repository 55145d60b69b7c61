from typing import Any

from django.core.management.base import BaseCommand

from partnerships.services import run_dates


class Command(BaseCommand):
    help = "Begin, amend, terminate and end the agreements whose day has come."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(run_dates()))
