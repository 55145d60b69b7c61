"""What the patient's leaflet says of one referral by code: the offer's own leaflet, with the code.
No name, no illness beyond the title that the patient has chosen to be given."""

from dataclasses import replace

from offers.leaflets import leaflet_of as leaflet_of_offer
from offers.models import Offer
from offers.page import with_page_facts
from portal.common import clock
from portal.documents.leaflet import LeafletData
from referrals.models import Referral
from referrals.services.codes import CODE_LIFE


def leaflet_of(referral: Referral, *, code: str, link: str) -> LeafletData:
    """One statement. Whoever may print for the referral may print of its offer, whatever has become
    of that."""
    # A code's days begin when it is sent: a coordinator who still looks at the sender gives more.
    ends = referral.expires_at or clock.now() + CODE_LIFE
    offer = with_page_facts(Offer.objects.filter(pk=referral.offer_id)).get()
    return replace(
        leaflet_of_offer(offer, sender=referral.sender.name),
        link=link,
        code=code,
        valid_until=clock.local(ends).date(),
    )
