"""`manage.py seal_audit`: seals the trail once, or every so many seconds.

It takes on `portal_sealer` for its transaction, which the worker may and the web process may not. A
site that wants more gives it a login and a process of its own.
"""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.audit import sealing


class Command(BaseCommand):
    help = "Seal the closed part of the audit trail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=int, metavar="SECONDS", help="stay, and seal again and again"
        )
        parser.add_argument(
            "--after-restore",
            action="store_true",
            help="first throw away the marks: a restored database numbers its transactions anew",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["after_restore"]:
            sealing.discard_marks()
        self._seal()
        while options["every"]:
            time.sleep(options["every"])
            self._seal()

    def _seal(self) -> None:
        while (seal := sealing.seal_closed_range()) is not None:
            self.stdout.write(f"Sealed {seal.first_id} to {seal.last_id} ({seal.rows} rows)")
            if seal.last_id - seal.first_id + 1 < sealing.MOST_IDS:
                break
