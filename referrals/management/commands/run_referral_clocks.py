from typing import Any

from django.core.management.base import BaseCommand

from referrals import clocks


class Command(BaseCommand):
    help = "Send the reminders that are due and end what has run out."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(clocks.run_clocks()))
