"""`manage.py verify_audit`: compare the trail with its seals; exit status 1 where they differ."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from portal.audit import sealing


class Command(BaseCommand):
    help = "Find every change, cut or addition in the sealed part of the audit trail."

    def handle(self, *args: Any, **options: Any) -> None:
        breaks = 0
        for found in sealing.verify():
            breaks += 1
            self.stderr.write(f"Entries {found.first_id} to {found.last_id}: {found.reason}")
        if breaks:
            sys.exit(1)
        self.stdout.write("The sealed part of the trail is as it was sealed.")
