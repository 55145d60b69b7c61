"""The one door for agreements in this first form: `import_agreement`. The guarded lifecycle of
`workflows.md` replaces it in its own issue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from offers.models import Offer
from organisations.models import Organisation
from partnerships.models import (
    Agreement,
    AgreementOffer,
    AgreementParty,
    AgreementState,
    BudgetLine,
    Goal,
    Obligation,
)
from portal.access.actor import Actor
from portal.audit import trail
from portal.common.errors import InvalidInput, NotAllowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    organisation: Organisation
    side: str
    voice: str = ""
    signed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedAgreement:
    """What a file says of one agreement, with its organisations and offers already found."""

    slug: str
    title: str
    status: str
    parties: Sequence[Party]
    purpose: str = ""
    target_group: str = ""
    target_groups: Sequence[str] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    notice_months: int | None = None
    volunteers_statement: str = ""
    frame_answers: Mapping[str, Any] = field(default_factory=dict)
    obligations: Sequence[tuple[str, str]] = ()  # (side, text)
    goals: Sequence[Mapping[str, str]] = ()
    budget: Sequence[Mapping[str, Any]] = ()  # text, kind, amount_ore, hours, paid_by
    offers: Sequence[Offer] = ()


@transaction.atomic
def import_agreement(*, actor: Actor, agreement: ImportedAgreement) -> Agreement:
    """Write one agreement as a file tells it; run again, it changes nothing. A job's door only.

    Raises `InvalidInput` for an unknown state, a lone party or dates in the wrong order.
    """
    if not actor.is_system:
        raise NotAllowed()
    _check(agreement)
    found = Agreement.objects.filter(slug=agreement.slug).first()
    if found is not None:
        return found
    row = Agreement.objects.create(
        slug=agreement.slug,
        title=agreement.title,
        status=agreement.status,
        purpose=agreement.purpose,
        target_group=agreement.target_group,
        target_groups=list(agreement.target_groups),
        starts_on=agreement.starts_on,
        ends_on=agreement.ends_on,
        notice_months=agreement.notice_months,
        volunteers_statement=agreement.volunteers_statement,
        frame_answers=dict(agreement.frame_answers),
    )
    _add_parts(row, agreement)
    trail.record(actor, "agreement.import", row)
    return row


def _check(agreement: ImportedAgreement) -> None:
    errors = {}
    if agreement.status not in AgreementState.values:
        errors["status"] = _("Kender ikke tilstanden »%(status)s«.") % {"status": agreement.status}
    if {party.side for party in agreement.parties} != set(AgreementParty.Side.values):
        errors["parties"] = _("En aftale har mindst én offentlig part og én forening.")
    if agreement.starts_on and agreement.ends_on and agreement.starts_on > agreement.ends_on:
        errors["ends_on"] = _("Aftalen slutter, før den begynder.")
    if errors:
        raise InvalidInput(errors)


def _add_parts(row: Agreement, agreement: ImportedAgreement) -> None:
    AgreementParty.objects.bulk_create(
        AgreementParty(
            agreement=row,
            organisation=party.organisation,
            side=party.side,
            voice=party.voice,
            signed_on=party.signed_on,
        )
        for party in agreement.parties
    )
    Obligation.objects.bulk_create(
        Obligation(agreement=row, side=side, text=text, position=position)
        for position, (side, text) in enumerate(agreement.obligations)
    )
    Goal.objects.bulk_create(
        Goal(
            agreement=row,
            text=goal["goal"],
            indicator=goal["indicator"],
            baseline=goal.get("baseline", ""),
            target=goal.get("target", ""),
            source=goal.get("source", ""),
            position=position,
        )
        for position, goal in enumerate(agreement.goals)
    )
    BudgetLine.objects.bulk_create(
        BudgetLine(
            agreement=row,
            text=line["text"],
            kind=line["kind"],
            amount_ore_per_year=line.get("amount_ore"),
            hours_per_year=line.get("hours"),
            paid_by=line.get("paid_by"),
            position=position,
        )
        for position, line in enumerate(agreement.budget)
    )
    AgreementOffer.objects.bulk_create(
        AgreementOffer(agreement=row, offer=offer) for offer in agreement.offers
    )
