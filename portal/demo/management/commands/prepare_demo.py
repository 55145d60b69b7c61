"""Everything between an empty database and a usable demo, in one process. `manage.py demo` runs it.

Exit code 3 says that the tables could not be brought up to date, which `make reset` cures.
"""

import sys
import time
from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import Error

STEPS = (
    ("bootstrap_database", "Laver roller"),
    ("migrate", "Laver tabeller"),
    ("bootstrap_database", "Giver rettigheder"),
    ("load_reference", "Indlæser kommuner, regioner og ordlister"),
    ("load_clauses", "Indlæser vilkår og bilag"),
    ("build_demo_world", "Bygger demoens verden"),
)
TABLES_FAILED = 3


class Command(BaseCommand):
    help = "Migrate, load reference data and build the demo world; safe to repeat."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        known = get_commands()
        for name, label in STEPS:
            if name not in known:
                continue
            began = time.monotonic()
            try:
                call_command(name, verbosity=0, stdout=self.stderr)
            except Error as error:
                if name != "migrate":
                    raise
                self.stderr.write(f"migrate: {error}")
                sys.exit(TABLES_FAILED)
            self.stdout.write(f"{label}: {time.monotonic() - began:.1f} s")
