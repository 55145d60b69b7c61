"""`manage.py seal_audit_trail`: seal what is closed of the audit trail, now."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.jobs.sealing import seal_audit_trail


class Command(BaseCommand):
    help = "Seal the closed part of the audit trail."

    def handle(self, *args: Any, **options: Any) -> None:
        sealed = seal_audit_trail()
        self.stdout.write(f"Sealed {sealed}." if sealed else "Nothing is closed yet.")
