"""Moves that no person makes: on the dates themselves, by job, catching up after downtime."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import F, Q

from partnerships.models import Agreement, AgreementState, Amendment
from partnerships.services.amending import put_in_force
from partnerships.services.amendment_signing import finish_signing
from partnerships.services.mover import keep, lock_agreement, turn
from partnerships.workflow import AMENDABLE
from portal.access.actor import Actor, system_actor
from portal.common import clock
from portal.common.errors import WrongState

log = logging.getLogger("partnerships")

JOB = system_actor("partnerships.dates")
S = AgreementState


@transaction.atomic
def _move(agreement_id: UUID, verb: str, actor: Actor = JOB) -> None:
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    event = turn(agreement, verb, actor)
    keep(agreement, event, actor)


def run_dates() -> dict[str, int]:
    """Begin, amend, terminate and expire what is due today; how many of each. One transaction an
    agreement; safe to run twice, and by two at once.

    The order is that of the days behind us: after a pause an agreement begins before it ends, and
    an amendment that was to hold before that may move its first day.
    """
    today = clock.today()
    signed = _finish_signing()
    early = _amend(agreement__status=S.SIGNED, effective_on__lt=F("agreement__starts_on"))
    return {
        "finish_signing": signed,
        "activate": _each(
            Agreement.objects.filter(status=S.SIGNED, starts_on__lte=today), "activate"
        ),
        "amend": early + _amend(),
        "terminate": _each(
            Agreement.objects.filter(
                Q(ends_on__gte=F("terminates_on")),
                status__in=[S.ACTIVE, S.SUSPENDED],
                terminates_on__lte=today,
            ),
            "terminate",
        ),
        "expire": _each(
            Agreement.objects.filter(status__in=[S.ACTIVE, S.SUSPENDED], ends_on__lt=today),
            "expire",
        ),
    }


def _each(rows: object, verb: str) -> int:
    ids = list(rows.order_by("pk").values_list("pk", flat=True))  # type: ignore[attr-defined]
    return sum(_tried(lambda pk=pk: _move(pk, verb), f"{verb} {pk}") for pk in ids)  # type: ignore[misc]


def _finish_signing() -> int:
    ids = Amendment.objects.filter(
        state=Amendment.State.AWAITING_SIGNATURE, agreement__status__in=AMENDABLE
    ).values_list("pk", flat=True)
    return sum(
        _tried(lambda pk=pk: finish_signing(amendment_id=pk, actor=JOB), f"finish signing {pk}")  # type: ignore[misc]
        for pk in list(ids)
    )


def _amend(**such: Any) -> int:
    ids = Amendment.objects.filter(
        state=Amendment.State.SIGNED, effective_on__lte=clock.today(), **such
    ).values_list("pk", flat=True)
    return sum(
        _tried(lambda pk=pk: put_in_force(amendment_id=pk, actor=JOB), f"amend {pk}")  # type: ignore[misc]
        for pk in list(ids)
    )


def _tried(act: Callable[[], object], what: str) -> bool:
    """One that cannot be moved is logged and does not stop the others."""
    try:
        act()
    except WrongState:
        return False  # somebody else was quicker, or has not signed yet
    except DatabaseError:
        log.exception("agreement: %s failed", what)
        return False
    return True
