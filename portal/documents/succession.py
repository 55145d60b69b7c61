"""The dry run of a merger as a document to lay before a board: PDF/UA-1 from plain data."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.common import clock
from portal.common.text import clean_line
from portal.documents.typeset import typeset


def render_report(
    *,
    title: str,
    effective_on: date,
    state: str,
    made_at: datetime | None,
    reason: str,
    sections: Sequence[Mapping[str, Any]],
    stays: Sequence[str],
    remarks: Sequence[Mapping[str, Any]],
    approvals: Sequence[tuple[str, str]],
    language: str = "da",
) -> bytes:
    """`sections` have label, total, by_source (name, count) and names; `remarks` text, advice."""
    with translation.override(language):
        made = date_format(clock.local(made_at), "j. F Y H.i") if made_at else ""
        data = {
            "language": language,
            "title": clean_line(title),
            "from": _("Prøvekørsel, opgjort %(day)s") % {"day": made} if made else "",
            "demo": _("Eksempel: tilbud og personer er opdigtede.") if settings.DEMO else "",
            "facts": [
                {"label": _("Gælder fra"), "lines": [date_format(effective_on, "j. F Y")]},
                {"label": _("Tilstand"), "lines": [state]},
                *([{"label": _("Grundlag"), "lines": [clean_line(reason)]}] if reason else []),
            ],
            "approvals_heading": _("Godkendt af"),
            "approvals": [
                {"label": name, "lines": [who or _("Venter på en leder")]}
                for name, who in approvals
            ],
            "remarks_heading": _("Se på det her først"),
            "remarks": [
                {"text": clean_line(row["text"]), "advice": clean_line(row["advice"])}
                for row in remarks
            ],
            "sections_heading": _("Det flytter"),
            "kind": _("Slags"),
            "source": _("Fra"),
            "total": _("I alt"),
            "sections": [
                {
                    "label": row["label"],
                    "total": str(row["total"]),
                    "sources": [f"{one['name']}: {one['count']}" for one in row["by_source"]],
                    "names": [clean_line(name) for name in row["names"]],
                }
                for row in sections
            ],
            "stays_heading": _("Det bliver, hvor det er"),
            "stays": [clean_line(line) for line in stays],
            "page_word": _("Side"),
        }
    return typeset("succession", data)
