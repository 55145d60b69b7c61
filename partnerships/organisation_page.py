"""What agreements add to an organisation's public page, which lies below and is handed it at
start-up: the way to its open entrance."""

from django.http import HttpRequest

from organisations.models import Organisation
from organisations.public_page import Section
from partnerships.models import Entrance
from partnerships.models.entrance import ENTRANCE_KINDS


def section_of_organisation(request: HttpRequest, organisation: Organisation) -> Section | None:
    """Nothing for one whose entrance is closed, or that has none."""
    if organisation.kind not in ENTRANCE_KINDS:
        return None
    entrance = Entrance.objects.public().filter(organisation=organisation).first()
    if entrance is None:
        return None
    return Section(
        "partnerships/partials/_entrance_of_organisation.html",
        {"organisation": organisation, "contact": entrance.contact_name},
    )
