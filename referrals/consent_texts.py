"""The words of consent, by version. What was shown is stored with the consent, so an old one still
says what it said."""

from django.utils.translation import gettext as _

from offers.models import Offer
from organisations.models import Organisation

VERSION = "2026-11"

# Data categories of an identified referral (CON-7): at most these are asked for.
CATEGORIES = ("name", "contact", "message", "needs")


def consent_text(*, offer: Offer, receiver: Organisation) -> str:
    """The sentence to read aloud. It names the receiver, the offer and what is passed on."""
    return _(
        "Må jeg give dit navn, din kontaktmåde og det, vi har skrevet, til %(receiver)s, så de kan "
        "kontakte dig om »%(offer)s«? Du kan altid sige nej igen. Dit ja gælder højst et år."
    ) % {"receiver": receiver.name, "offer": offer.title}


def self_consent_text(*, offer: Offer, receiver: Organisation) -> str:
    """What the citizen says yes to on the public page (GDPR 9(2)(a))."""
    return _(
        "Ja, %(receiver)s må bruge det, jeg har skrevet her, til at kontakte mig om »%(offer)s«. "
        "Jeg kan altid trække det tilbage. Mit ja gælder højst et år."
    ) % {"receiver": receiver.name, "offer": offer.title}
