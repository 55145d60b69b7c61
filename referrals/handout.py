"""What the patient's leaflet says of one referral by code. No name, no illness beyond the title
that the patient has chosen to be given."""

from offers.models import Offer
from offers.presentation import how_to_join_lines, place_lines, price_text, session_lines
from portal.common import clock
from portal.documents.leaflet import LeafletData
from referrals.models import Referral


def leaflet_of(referral: Referral, *, code: str, link: str) -> LeafletData:
    offer: Offer = referral.offer
    return LeafletData(
        title=offer.title,
        association=referral.receiver.name,
        link=link,
        how_to_join=how_to_join_lines(offer),
        when=session_lines(offer),
        place=place_lines(offer),
        phone=referral.receiver.phone,
        price=price_text(offer),
        code=code,
        valid_until=clock.local(referral.expires_at).date() if referral.expires_at else None,
        sender=referral.sender.name,
    )
