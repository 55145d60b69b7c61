"""`manage.py sweep_outbox`: send whatever is due, here and now, without the broker."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.notifications.delivery import deliver_due


class Command(BaseCommand):
    help = "Send every outgoing message that is due, without the broker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at-most", type=int, default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        taken = deliver_due(at_most=options["at_most"])
        self.stdout.write(f"{taken} outgoing messages handled.")
