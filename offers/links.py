"""The link in a reminder: good for one offer and one review, and only for two answers.

It is signed and nowhere stored, so a mail sent twice holds the same link. It ends by itself;
its days are counted by our own clock, which is why it carries its review day and no time stamp.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.signing import BadSignature, Signer

from offers.models import Offer
from portal.access.actor import Actor, ActorKind
from portal.common import clock
from portal.common.errors import NotFound

LIFE = timedelta(days=120)
_SALT = "offer-confirmation"


@dataclass(frozen=True, slots=True)
class ConfirmationLink:
    offer: Offer
    due: date

    @property
    def actor(self) -> Actor:
        """Whoever reads the association's mail, and nothing more than the link allows."""
        return Actor(
            kind=ActorKind.REPLY_LINK,
            organisation_id=self.offer.organisation_id,
            organisation_kind=self.offer.organisation.kind,
        )


def mint_confirmation(*, offer_id: int, due: date) -> str:
    return Signer(salt=_SALT).sign_object([offer_id, due.isoformat()], compress=False)


def open_confirmation(token: str) -> ConfirmationLink:
    """Raises `NotFound` for a link that is not ours, has run out or whose offer is gone."""
    try:
        offer_id, day = Signer(salt=_SALT).unsign_object(token)
        due = date.fromisoformat(day)
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound() from error
    if clock.today() > due + LIFE:
        raise NotFound()
    offer = (
        Offer.objects.select_related("organisation", "capacity")
        .filter(pk=offer_id, status__in=["published", "paused"])
        .first()
    )
    if offer is None:
        raise NotFound()
    return ConfirmationLink(offer, due)
