"""`manage.py expire_audit`: removes the months of the trail that have been kept long enough.

Run it with the login of the tables' owner: nobody else can. Exit status 1 where a month that has
expired had to stay.
"""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from portal.audit import expiry


class Command(BaseCommand):
    help = "Remove the months of the audit trail that are older than AUDIT_KEPT_MONTHS."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            months = expiry.expire()
        except expiry.NotCut as error:
            self.stderr.write(f"Not removed. {error}")
            sys.exit(1)
        for month in months:
            self.stdout.write(f"Removed {month:%Y-%m}")
