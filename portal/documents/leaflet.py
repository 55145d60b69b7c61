"""What a patient takes home: one offer on one sheet, with or without a code, or a list of offers.

It speaks to the patient in the order the patient acts. It carries no name and no diagnosis: it may
lie on a kitchen table or be dropped on a bus.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.common import clock
from portal.common.text import clean_line
from portal.documents.qr import qr_svg
from portal.documents.typeset import typeset

Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafletData:
    """Facts about one offer, in plain text. Empty facts leave no trace on the sheet.

    With a `code`, `link` is the patient's own page and `valid_until` is required. Without one,
    `link` is the offer's public page.
    """

    title: str
    association: str
    link: str
    how_to_join: Lines = ()
    when: Lines = ()
    place: Lines = ()
    phone: str = ""
    phone_note: str = ""
    price: str = ""
    good_to_know: Lines = ()
    code: str = ""
    valid_until: date | None = None
    sender: str = ""

    def __post_init__(self) -> None:
        if not self.link.startswith(("https://", "http://")):
            raise ValueError("A leaflet links to a web page.")
        if self.code and self.valid_until is None:
            raise ValueError("A leaflet with a code says how long the code lasts.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafletListData:
    """Several offers on as few sheets as they need; none of them carries a code."""

    offers: tuple[LeafletData, ...]
    title: str = ""
    sender: str = ""
    issued_on: date = field(default_factory=clock.today)


def render_leaflet(
    leaflet: LeafletData, *, issued_on: date | None = None, language: str = "da"
) -> bytes:
    """One offer on one A4 as PDF/UA-1. Long texts are set smaller, and never cut."""
    with translation.override(language):
        data = _frame(leaflet.sender, issued_on or clock.today(), language)
        data |= _offer(leaflet) | {"code": _code(leaflet), "small_print": _small_print(leaflet)}
    return typeset("leaflet", data)


def render_leaflet_list(leaflets: LeafletListData, *, language: str = "da") -> bytes:
    """The citizen's or clinician's short list, as PDF/UA-1 with as many pages as it takes."""
    if not leaflets.offers:
        raise ValueError("A list has at least one offer.")
    if any(offer.code for offer in leaflets.offers):
        raise ValueError("A code belongs on a leaflet of its own.")
    with translation.override(language):
        data = _frame(leaflets.sender, leaflets.issued_on, language)
        data |= {
            "title": clean_line(leaflets.title) or _("Tilbud, du kan bruge"),
            "lead": _("Du bestemmer selv, hvad du vil bruge. Tag fat i det, der lyder rart."),
            "offers": [_offer(offer) for offer in leaflets.offers],
            "page_word": _("Side"),
        }
    return typeset("leaflet_list", data)


def _frame(sender: str, issued_on: date, language: str) -> dict[str, object]:
    """What stands at the top and the bottom of every sheet."""
    day = _day(issued_on)
    sender = clean_line(sender)
    return {
        "language": language,
        "from": _("Fra %(sender)s, %(day)s") % {"sender": sender, "day": day}
        if sender
        else _("Hentet på Samspil %(day)s") % {"day": day},
        "demo": _("Eksempel: tilbud og personer er opdigtede.") if settings.DEMO else "",
    }


def _offer(leaflet: LeafletData) -> dict[str, object]:
    return {
        "title": clean_line(leaflet.title),
        "association": clean_line(leaflet.association),
        "welcome": _("%(association)s glæder sig til at møde dig.")
        % {"association": clean_line(leaflet.association)},
        "how_heading": _("Sådan gør du"),
        "how_to_join": _lines(leaflet.how_to_join),
        "facts": _facts(leaflet),
        "good_heading": _("Godt at vide"),
        "good_to_know": _lines(leaflet.good_to_know),
        "link": leaflet.link,
        "link_shown": _shown(leaflet.link),
        "qr": qr_svg(leaflet.link, label=""),
        "qr_label": _("QR-kode til %(link)s") % {"link": _shown(leaflet.link)},
        "read_more": _("Læs mere"),
    }


def _facts(leaflet: LeafletData) -> list[dict[str, object]]:
    phone = ", ".join(filter(None, map(clean_line, (leaflet.phone, leaflet.phone_note))))
    comes_first = leaflet.when or leaflet.place
    facts = (
        (_("Kom"), _lines(leaflet.when)),
        (_("Sted"), _lines(leaflet.place)),
        (_("Eller ring") if comes_first else _("Ring"), [phone] if phone else []),
        (_("Pris"), _lines((leaflet.price,))),
    )
    return [{"label": label, "lines": lines} for label, lines in facts if lines]


def _code(leaflet: LeafletData) -> dict[str, object] | None:
    if not leaflet.code:
        return None
    return {
        "label": _("Din kode"),
        "text": leaflet.code,
        "help": _(
            "Sig koden, når du ringer eller kommer. Den fortæller kun, hvem der har henvist dig."
        ),
    }


def _small_print(leaflet: LeafletData) -> str:
    if not leaflet.code or leaflet.valid_until is None:
        return _("Du bestemmer selv, om du vil med.")
    return _(
        "Du bestemmer selv, om du bruger koden. Den gælder til %(day)s. "
        "Scan firkanten for at se, hvem der har brugt koden, eller skriv:"
    ) % {"day": _day(leaflet.valid_until)}


def _lines(lines: Sequence[str]) -> list[str]:
    return [line for line in map(clean_line, lines) if line]


def _day(day: date) -> str:
    return date_format(day, "j. F Y")


def _shown(link: str) -> str:
    """An address as somebody would type it."""
    return link.removeprefix("https://").removeprefix("http://").removesuffix("/")
