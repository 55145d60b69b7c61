"""Sealing the audit trail as a job: as the one role that may, for this transaction alone."""

from django.db import connection, transaction

from portal.audit.models import AuditSeal
from portal.audit.roles import SEALER
from portal.audit.sealing import seal_closed_range


def seal_audit_trail() -> AuditSeal | None:
    """The worker's login must be a member of `portal_sealer`; the worker's own role has no rights
    on marks and seals. Safe to run twice at once."""
    with transaction.atomic():
        _take_role(SEALER)
        sealed = seal_closed_range()
        _take_role("none")
    return sealed


def _take_role(role: str) -> None:
    # Local to the transaction, so that nothing leaks through a pooler.
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [role])
