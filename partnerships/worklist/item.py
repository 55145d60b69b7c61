"""A line of the work list, and the rows that its questions are put to."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from partnerships.models import Agreement, AgreementParty, Side
from partnerships.models.agreement import AgreementQuerySet
from portal.access.actor import Actor
from portal.common import clock

# Of each fact so many at most: nobody works through more, and the register finds the rest.
MOST: Final = 50
# What is late stands first, then what runs short, then what others wait for, then what can wait.
_WEIGHT: Final = {"stop": 0, "few": 1, "wait": 2, "mute": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """`fact` is a sentence, `kind` and `target` say what the button opens, `on` orders within a
    tone."""

    kind: str
    agreement: Agreement
    fact: str
    tone: str
    label: str
    action: str
    on: date
    target: UUID | str | None = None

    @property
    def order(self) -> tuple[int, date, str]:
        return _WEIGHT[self.tone], self.on, self.agreement.title


def own(actor: Actor) -> AgreementQuerySet:
    """Agreements that the actor's organisation is a party of, and has not left."""
    return Agreement.objects.filter(pk__in=_present(actor).values("agreement_id"))


def own_public(actor: Actor) -> AgreementQuerySet:
    """Those in which it is on the public side."""
    present = _present(actor).filter(side=Side.PUBLIC)
    return Agreement.objects.filter(pk__in=present.values("agreement_id"))


def below(actor: Actor) -> AgreementQuerySet:
    """Those of public places that belong to it, and that it is no party of itself."""
    owner = actor.organisation_id
    places = AgreementParty.objects.filter(
        Q(organisation__parent_id=owner) | Q(organisation__parent__parent_id=owner),
        side=Side.PUBLIC,
        left_on__isnull=True,
    )
    return Agreement.objects.filter(pk__in=places.values("agreement_id")).exclude(
        pk__in=_present(actor).values("agreement_id")
    )


def _present(actor: Actor) -> QuerySet[AgreementParty]:
    return AgreementParty.objects.filter(
        organisation_id=actor.organisation_id, left_on__isnull=True
    )


def day_of(moment: datetime | None) -> date:
    return clock.local(moment).date() if moment else clock.today()
