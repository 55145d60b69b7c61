"""Reads that say something about an organisation rather than return its rows."""

from datetime import date, timedelta

from organisations.models import ClosingPeriod, NamedHandler, Organisation, TermsAcceptance
from organisations.terms_texts import CURRENT_VERSION
from portal.common import clock


def has_accepted_terms(organisation: Organisation) -> bool:
    """Whether identified referrals may go there: the terms in force accepted by a manager, and at
    least one named handler who has promised confidentiality. One statement."""
    return (
        NamedHandler.objects.current()
        .filter(
            organisation=organisation,
            organisation__in=TermsAcceptance.objects.filter(version=CURRENT_VERSION).values(
                "organisation"
            ),
        )
        .exists()
    )


def handlers_for(organisation_id: int) -> list[NamedHandler]:
    """Named handlers in the order they are written to: the contact, the deputy, bounced ones
    last."""
    return list(NamedHandler.objects.filter(organisation_id=organisation_id).in_turn())


def pauses_of(organisation_id: int) -> list[tuple[date, date]]:
    """Announced closing periods that a clock of the last year or the next may meet."""
    rows = ClosingPeriod.objects.filter(
        organisation_id=organisation_id, last_day__gte=clock.today() - timedelta(days=370)
    )
    return [row.as_pause() for row in rows]


def coming_closings(organisation: Organisation) -> list[ClosingPeriod]:
    """Announced closing periods that are not over, for whoever thinks of writing."""
    rows = ClosingPeriod.objects.filter(organisation=organisation, last_day__gte=clock.today())
    return list(rows.order_by("first_day"))
