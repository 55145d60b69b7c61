"""Numbers of an agreement: written by a party, or counted and stored by the reporting job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from partnerships.models import (
    Agreement,
    AgreementState,
    Indicator,
    IndicatorValue,
    OfferFigures,
)
from partnerships.permissions import require_may
from partnerships.services.mover import lock_agreement, note
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.cpr import refuse_cpr
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.text import clean_line

S = AgreementState
# From the signature on, until the agreement is closed: goals are measured afterwards too.
MEASURED = (S.SIGNED, S.ACTIVE, S.SUSPENDED, S.EXPIRED, S.TERMINATED)
LARGEST = Decimal(10) ** 11


@transaction.atomic
def set_indicator_value(
    *, indicator_id: UUID, on: date, value: Decimal, note_text: str = "", actor: Actor
) -> IndicatorValue:
    """Write what an indicator was on a day, for a party; again on the same day replaces it.

    Raises `NotFound`, `NotAllowed`, `WrongState` (the number is counted, or the agreement is not
    measured), `InvalidInput`.
    """
    row = Indicator.objects.filter(pk=indicator_id).first()
    if row is None:
        raise NotFound()
    agreement = lock_agreement(agreement_id=row.agreement_id, actor=actor)
    require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    if row.measure != Indicator.Measure.BY_HAND:
        raise WrongState(_("Det tal tæller Samspil selv."))
    if agreement.status not in MEASURED:
        raise WrongState(_("Tal kan skrives, når aftalen er underskrevet."))
    note_text = clean_line(note_text)
    _refuse_bad_value(on, value, note_text)
    stored, _created = IndicatorValue.objects.update_or_create(
        indicator=row,
        on=on,
        defaults={
            "value": value,
            "hidden": False,
            "live": False,
            "note": note_text,
            "by_name": actor.name[:120],
            "at": clock.now(),
        },
    )
    note(agreement, "indicator_value", actor, details={"indicator": str(row.pk), "on": str(on)})
    return stored


def _refuse_bad_value(on: date, value: Decimal, note_text: str) -> None:
    errors: dict[str, str] = {}
    if on > clock.today():
        errors["on"] = _("Dagen kan ikke ligge i fremtiden.")
    if abs(value) >= LARGEST:
        errors["value"] = _("Tallet er for stort.")
    elif value != value.quantize(Decimal("0.01")):
        errors["value"] = _("Skriv højst to tal efter kommaet.")
    if len(note_text) > 300:
        errors["note"] = _("Skriv højst 300 tegn.")
    try:
        refuse_cpr(note_text)
    except ValidationError as error:
        errors["note"] = error.messages[0]
    if errors:
        raise InvalidInput(errors)


# --- counted --------------------------------------------------------------------------------------
@transaction.atomic
def store_live_value(
    *,
    indicator_id: UUID,
    since: date,
    on: date,
    value: Decimal | None,
    hidden: bool,
    actor: Actor,
) -> None:
    """Store what was counted for the agreement's year that began on `since`, as it stood on `on`.

    One row a year: last night's is replaced, since a trail of nightly counts would tell of single
    persons. No value that is not hidden either means that there is nothing to say (a share of
    none). For jobs only; what is counted has a history of its own, so this writes no event.
    """
    if not actor.is_system:
        raise NotAllowed()
    of_year = IndicatorValue.objects.filter(
        indicator_id=indicator_id, live=True, on__gte=since, on__lte=on
    )
    if value is None and not hidden:
        of_year.delete()
        return
    of_year.exclude(on=on).delete()
    IndicatorValue.objects.update_or_create(
        indicator_id=indicator_id,
        on=on,
        defaults={
            "value": None if hidden else value,
            "hidden": hidden,
            "live": True,
            "note": "",
            "by_name": "",
            "at": clock.now(),
        },
    )


@dataclass(frozen=True, slots=True)
class OfferCount:
    """What may be shown of one linked offer; None is hidden."""

    offer_id: int
    received: int | None
    accepted: int | None
    completed: int | None


@transaction.atomic
def store_offer_figures(
    *, agreement: Agreement, since: date, until: date, counts: Sequence[OfferCount], actor: Actor
) -> None:
    """Store the whole truth of one night for the agreement's year from `since`: an offer that is
    not named is not linked any more. For jobs only. Two statements."""
    if not actor.is_system:
        raise NotAllowed()
    now = clock.now()
    named = [row.offer_id for row in counts]
    agreement.offer_figures.filter(since=since).exclude(offer_id__in=named).delete()
    OfferFigures.objects.bulk_create(
        [
            OfferFigures(
                agreement=agreement,
                offer_id=row.offer_id,
                since=since,
                until=until,
                received=row.received,
                accepted=row.accepted,
                completed=row.completed,
                counted_at=now,
            )
            for row in counts
        ],
        update_conflicts=True,
        unique_fields=["agreement", "offer", "since"],
        update_fields=["until", "received", "accepted", "completed", "counted_at"],
    )
