from typing import Any

from django.core.management.base import BaseCommand

from referrals import clocks


class Command(BaseCommand):
    help = "Queue the clinicians' daily digests."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(clocks.queue_digests()))
