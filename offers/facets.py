"""The options of one group of filters as HTML.

Not a template, against the house rule: a search page shows 120 options, and the template engine
takes longer over them than the database over the whole search. Everything is escaped here.
"""

from collections.abc import Collection, Mapping
from typing import Final

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from offers.filters import Group

_OPTION: Final = (
    '<label class="ck{dim}"><input type="checkbox" id="f-{name}-{value}" name="{name}" '
    'value="{value}"{checked}><span>{label}</span>'
    '<span><span class="sr-only">, </span>{count}<span class="sr-only"> {offers}</span></span>'
    "</label>"
)


def options_html(group: Group, counts: Mapping[str, int], chosen: Collection[str]) -> SafeString:
    """Checkboxes with what each would give. Zero is shown, never hidden, and the order is kept."""
    offers = escape(gettext("tilbud"))
    return mark_safe(  # noqa: S308 - every piece is escaped or our own
        "".join(
            _OPTION.format(
                dim="" if counts.get(value) else " z",
                name=escape(group.name),
                value=escape(value),
                checked=" checked" if value in chosen else "",
                label=escape(label),
                count=counts.get(value, 0),
                offers=offers,
            )
            for value, label in group.options
        )
    )
