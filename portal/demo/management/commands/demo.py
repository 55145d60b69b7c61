"""`manage.py demo`: the whole portal on this machine. `make demo` calls it."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from portal.demo.folder import DataFolder
from portal.demo.supervisor import Supervisor, guarded


class Command(BaseCommand):
    help = "Start PostgreSQL, Valkey, web, worker and beat with the demo world. Ctrl-C stops all."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", default="8000")
        parser.add_argument("--data", type=Path, default=settings.BASE_DIR / "var" / "demo")
        parser.add_argument("--reset", action="store_true", help="Remove the data folder instead.")

    def handle(self, *args: Any, **options: Any) -> None:
        def start() -> None:
            if options["reset"]:
                DataFolder(options["data"]).reset()
            else:
                Supervisor(data=options["data"], port=options["port"]).run()

        sys.exit(guarded(start))
