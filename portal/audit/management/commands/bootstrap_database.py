"""`manage.py bootstrap_database`: the roles, their rights and the trail's next partitions.

Run it as the owner before and after `migrate`; it changes nothing that is already right.
"""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from portal.audit import roles


class Command(BaseCommand):
    help = "Make the database roles, grant what is declared, extend the audit partitions."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            roles.make_roles()
            roles.extend_partitions()
            roles.grant_privileges()
