from typing import Any

from django.core.management.base import BaseCommand

from portal.succession import jobs


class Command(BaseCommand):
    help = (
        "Make wanted dry runs and carry out approved mergers, splits and take-overs that are due."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(jobs.run_successions()))
