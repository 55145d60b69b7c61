"""The people on the sign-in page of the demo."""

from typing import Any

from django import template

from organisations.models import Organisation
from portal.access.grants import ASSOCIATIONS
from portal.demo.personas import personas

register = template.Library()


@register.simple_tag
def demo_people() -> list[dict[str, Any]]:
    """Everybody in the order of the file, with role and place."""
    slugs = {person.organisation for person in personas() if person.organisation}
    found = Organisation.objects.filter(slug__in=slugs).values_list("slug", "name", "kind")
    places = {slug: (name, kind) for slug, name, kind in found}
    return [
        {
            "slug": person.slug,
            "name": person.name,
            "title": person.title,
            "place": places.get(person.organisation, ("", ""))[0],
            "civil": places.get(person.organisation, ("", ""))[1] in ASSOCIATIONS
            or person.is_citizen,
            "citizen": person.is_citizen,
            "comes_to": person.comes_to,
        }
        for person in personas()
    ]
