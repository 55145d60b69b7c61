from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.demo.world.building import fill_history


class Command(BaseCommand):
    help = "Live the demo's year of referrals. Stopped and started again, it goes on where it was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--most", type=int, default=None, help="stop after so many referrals")

    def handle(self, *args: Any, most: int | None, **options: Any) -> None:
        try:
            fill_history(self.stdout.write, most=most)
        except ImproperlyConfigured as refusal:
            raise CommandError(str(refusal)) from refusal
