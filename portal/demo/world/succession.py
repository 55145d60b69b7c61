"""The real one: Region Hovedstaden and Region Sjælland become Region Østdanmark on 1 January 2027,
prepared and approved by invented managers. A demo that is started before shows the dry run and lets
its own job carry it out; one that is started later has it behind it."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from organisations.models import Organisation, Role
from portal.audit.scope import tenant
from portal.common import clock
from portal.demo.world.cast import Cast
from portal.succession import services
from portal.succession.jobs import ACTOR
from portal.succession.models import Succession
from portal.succession.services import Arrow
from portal.succession.survey import choices_of

DAY: Final = date(2027, 1, 1)
SOURCES: Final = ("region-hovedstaden", "region-sjaelland")
TARGET: Final = "region-oestdanmark"
# A demo that is started after the day was planned in time all the same.
_PLANNED: Final = datetime(2026, 12, 1, 10, tzinfo=clock.COPENHAGEN)


@transaction.atomic
def fill() -> int:
    """The plan, and the day itself where it has come; returns how many rows moved."""
    if Succession.objects.filter(effective_on=DAY).exclude(state="cancelled").exists():
        return 0
    now = clock.now()
    with clock.at(min(now, _PLANNED)):
        plan = _approved(_prepared())
    if clock.today() < DAY:
        return 0
    with tenant(ACTOR):
        done = services.carry_out(succession_id=plan.pk, actor=ACTOR)
    return sum(done.outcome.values()) if done else 0


def _prepared() -> Succession:
    rows = {row.slug: row for row in Organisation.objects.filter(slug__in=[*SOURCES, TARGET])}
    plan = services.prepare(
        effective_on=DAY,
        arrows=[Arrow(source=rows[slug], target=rows[TARGET]) for slug in SOURCES],
        reason="Sundhedsreformen: L 213 og L 214, folketingsåret 2024-25.",
        actor=Cast().get(TARGET, Role.COORDINATOR),
    )
    plan = _reported(plan)
    choices: list[dict[str, Any]] = choices_of(plan.report)
    if choices:
        # The older one goes on, which is also what the day would choose.
        lasting = {UUID(one["options"][0]["agreement"]) for one in choices}
        services.choose_frames(succession_id=plan.pk, lasting=lasting, actor=ACTOR)
        plan = _reported(plan)
    return plan


def _reported(plan: Succession) -> Succession:
    with tenant(ACTOR):
        return services.write_report(succession_id=plan.pk, actor=ACTOR)


def _approved(plan: Succession) -> Succession:
    cast = Cast()
    for slug in (*SOURCES, TARGET):
        plan = services.approve(
            succession_id=plan.pk,
            plan=plan.fingerprint,
            actor=cast.get(slug, Role.MANAGER),
        )
    return plan
