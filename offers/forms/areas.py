"""Areas as people write them, with commas, and as we store them."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from offers.models import OfferCoverage
from portal.geography.folding import fold
from portal.geography.models import HealthCouncil, Municipality, Region


def areas_named(kind: str, text: str) -> list[str]:
    """Codes or slugs of the areas that somebody wrote with commas. Raises ValidationError naming
    what is not known."""
    names = [name.strip() for name in re.split(r"[,;\n]", text) if name.strip()]
    if kind == OfferCoverage.Type.NATIONAL:
        return []
    if not names:
        raise ValidationError(_("Skriv mindst ét navn, eller vælg »Hele landet«."))
    known = _known_areas(kind)
    unknown = [name for name in names if fold(name) not in known]
    if unknown:
        raise ValidationError(
            _("Vi kender ikke: %(names)s. Ret stavningen.") % {"names": ", ".join(unknown[:5])}
        )
    return list(dict.fromkeys(known[fold(name)] for name in names))


def _known_areas(kind: str) -> dict[str, str]:
    if kind == OfferCoverage.Type.MUNICIPALITY:
        return {
            key: code
            for code, keys in Municipality.objects.values_list("code", "search_keys")
            for key in keys
        }
    model: type[Region] | type[HealthCouncil]
    model, word = (
        (Region, "Region")
        if kind == OfferCoverage.Type.REGION
        else (
            HealthCouncil,
            "Sundhedsråd",
        )
    )
    known: dict[str, str] = {}
    for slug, name in model.objects.values_list("slug", "name"):
        known[fold(name)] = slug
        known[fold(name.removeprefix(f"{word} "))] = slug
    return known


def names_of(kind: str, codes: list[str]) -> list[str]:
    match kind:
        case OfferCoverage.Type.MUNICIPALITY:
            rows = Municipality.objects.filter(code__in=codes).in_danish_order()
            return [row.name for row in rows]
        case OfferCoverage.Type.REGION:
            return [row.name for row in Region.objects.filter(slug__in=codes).in_danish_order()]
        case OfferCoverage.Type.HEALTH_COUNCIL:
            found = HealthCouncil.objects.filter(slug__in=codes).in_danish_order()
            return [row.name for row in found]
    return []
