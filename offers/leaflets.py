"""An offer's facts in the words of the sheet that a patient takes home."""

from django.urls import reverse

from offers import page
from offers.models import Offer
from offers.vocabularies import ACCESSIBILITY, LANGUAGES
from portal.documents.leaflet import LeafletData
from portal.notifications.rendering import absolute


def leaflet_of(offer: Offer, *, sender: str = "") -> LeafletData:
    """For one offer without a code; `offer` comes with its page's facts (`offers.page`).

    The reader chose to print this page, so it carries the offer's name.
    """
    facts = {fact["icon"]: fact for fact in page.glance_of(offer, None)}
    times = [f"{row['day']} {row['time']}".strip() for row in page.next_times(offer)[:1]]
    where = facts["location"]
    return LeafletData(
        title=offer.title,
        association=offer.organisation.name,
        link=absolute(reverse("offers:detail", args=[offer.slug])),
        how_to_join=tuple(page.steps_for_citizen(offer)),
        when=(facts["time"]["value"], *times),
        place=tuple(part for part in (where["value"], where["note"].split(". ")[0]) if part),
        phone=offer.organisation.phone,
        price=", ".join(
            part for part in (facts["payments"]["value"], facts["payments"]["note"]) if part
        ),
        good_to_know=tuple(_good_to_know(offer)),
        sender=sender,
    )


def _good_to_know(offer: Offer) -> list[str]:
    lines = []
    if offer.accessibility:
        lines.append(", ".join(ACCESSIBILITY.labels(offer.accessibility)))
    other = [code for code in offer.languages if code != "da"]
    if other:
        lines.append(", ".join(LANGUAGES.labels(offer.languages)))
    if "relative" in offer.subject_roles and "patient" in offer.subject_roles:
        lines.append(page.glance_of(offer, None)[3]["note"].split(". ")[-1])
    return lines
