"""Drafts save themselves: what stands in a form is kept while somebody writes.

The script posts the form to the address in `data-autosave` and shows the sentence that comes back.
Whose draft it is, and where it lies, is the app's own; here is what is the same for all: how a
form's words are read, refused, kept and shown again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.forms import CheckboxInput, Field
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from portal.common import clock
from portal.common.cpr import find_cpr_like

LIFE: Final = timedelta(days=7)
# A longer text is refused when it is sent; until then it stays where it is written.
_LONGEST: Final = 10_000

Typed = dict[str, list[str]]  # each field's values, as a browser posts them


def answer_autosave(
    post: QueryDict, fields: Mapping[str, Field], keep: Callable[[Typed], datetime]
) -> HttpResponse:
    """Keep what stands in these fields and answer the sentence to show. A CPR number is not even
    kept in a draft."""
    typed: Typed = {}
    for name, field in fields.items():
        values = [str(value) for value in post.getlist(name)]
        if any(find_cpr_like(value) for value in values):
            return _said(_("Kladden er ikke gemt. Fjern cpr-nummeret under »%(field)s«."), field)
        longest = max(_LONGEST, getattr(field, "max_length", None) or 0)
        if any(len(value) > longest for value in values):
            return _said(_("Kladden er ikke gemt. Teksten under »%(field)s« er for lang."), field)
        if values:
            typed[name] = values
    saved = clock.local(keep(typed))
    return _answer(_("Kladden er gemt kl. %(time)s.") % {"time": f"{saved:%H.%M}"})


def _said(sentence: str, field: Field) -> HttpResponse:
    return _answer(sentence % {"field": field.label})


def _answer(sentence: str) -> HttpResponse:
    return HttpResponse(sentence, content_type="text/plain")


def initial_from(typed: Typed, fields: Mapping[str, Field], *, prefix: str = "") -> dict[str, Any]:
    """A form's initial values. A browser leaves out a box without a tick, so there absent is "no";
    any other field that is absent was not on the page."""
    initial: dict[str, Any] = {}
    for name, field in fields.items():
        values = typed.get(f"{prefix}{name}", [])
        if isinstance(field.widget, CheckboxInput):
            initial[name] = bool(values)
        elif getattr(field.widget, "allow_multiple_selected", False):
            initial[name] = values
        elif values:
            initial[name] = values[-1]
    return initial
