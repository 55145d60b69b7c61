from typing import Any

from django.core.management.base import BaseCommand

from partnerships.signing_service import run_signing


class Command(BaseCommand):
    help = "Hand agreements to the external signing service and record its answers."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(run_signing()))
