"""An idea, and who is in it."""

from collections.abc import Sequence

from django.db import connection, transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation
from partnerships.models import (
    Agreement,
    AgreementEvent,
    AgreementKind,
    AgreementParty,
    AgreementSection,
    AgreementState,
    SectionKey,
    Side,
)
from portal.access.actor import Actor
from portal.access.grants import ASSOCIATIONS, require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import InvalidInput


def side_of(organisation: Organisation) -> Side:
    """Associations of every kind on one side, everybody else on the public one."""
    return Side.ASSOCIATION if organisation.kind in ASSOCIATIONS else Side.PUBLIC


def next_number() -> str:
    """A number to speak of an agreement by, such as `2026-014`. It opens nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('agreement_number')")
        (number,) = cursor.fetchone()
    return f"{clock.today():%Y}-{number:03d}"


@transaction.atomic
def start_idea(
    *,
    actor: Actor,
    title: str,
    parties: Sequence[Organisation],
    kind: str = AgreementKind.PARTNERSHIP,
    purpose: str = "",
    external_id: str = "",
) -> Agreement:
    """An agreement in state `idea`, visible to all its parties. The first party is the lead.

    A person starts it for the own organisation, which is a party; a job may start any. Raises
    `NotAllowed`, and `InvalidInput` for a missing title or for parties of one side only where both
    are known.
    """
    if not actor.is_system:
        require(actor, Permission.AGREEMENT_WRITE)
        if actor.organisation_id not in {row.pk for row in parties}:
            raise InvalidInput({"parties": _("Jeres egen organisation skal være en af parterne.")})
    title = title.strip()
    if not title:
        raise InvalidInput({"title": _("Giv idéen en titel.")})
    agreement = Agreement.objects.create(
        number=next_number(),
        kind=AgreementKind(kind),
        title=title,
        purpose=purpose,
        external_id=external_id,
    )
    AgreementParty.objects.bulk_create(
        AgreementParty(
            agreement=agreement,
            organisation=organisation,
            side=side_of(organisation),
            role=AgreementParty.Role.PARTNER if position else AgreementParty.Role.LEAD,
            position=position,
        )
        for position, organisation in enumerate(parties)
    )
    AgreementSection.objects.bulk_create(
        AgreementSection(agreement=agreement, key=key) for key in SectionKey.values
    )
    AgreementEvent.objects.create(
        agreement=agreement,
        at=clock.now(),
        verb="start",
        new=AgreementState.IDEA,
        actor_name=actor.name,
        **actor.as_columns(),
    )
    trail.record(actor, "agreement.start", agreement, new=AgreementState.IDEA)
    return agreement
