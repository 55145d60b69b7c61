"""The offers on an organisation's public page, which lies below and is handed them at start-up."""

from typing import cast

from django.http import HttpRequest
from django.middleware.csrf import get_token

from offers.cards import Viewer, card, card_rows
from offers.selectors import offers_of
from organisations.models import Organisation
from organisations.public_page import Section
from portal.access.decorators import ActorRequest

_MOST = 60


def section_of_organisation(request: HttpRequest, organisation: Organisation) -> Section | None:
    """Two statements; nothing for an organisation that offers nothing."""
    ids = list(offers_of(organisation).values_list("pk", flat=True)[:_MOST])
    rows = card_rows(ids)
    viewer = Viewer(cast(ActorRequest, request).actor)
    cards = [card(rows[pk], viewer) for pk in ids if pk in rows]
    if not cards:
        return None
    return Section(
        "offers/partials/_of_organisation.html",
        {"cards": cards, "csrf_token": get_token(request)},
    )
