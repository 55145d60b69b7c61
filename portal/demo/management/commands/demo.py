"""`manage.py demo`. `manage.py` itself takes a shorter way to the same function, without Django."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.demo import start


class Command(BaseCommand):
    help = start.DESCRIPTION
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        start.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(start.run(port=options["port"], data=options["data"], reset=options["reset"]))
