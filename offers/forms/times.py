"""When it repeats: the choices of the form and the rules that they stand for."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy

RULES: Final = {
    "week": "FREQ=WEEKLY;BYDAY=%s",
    "week2": "FREQ=WEEKLY;INTERVAL=2;BYDAY=%s",
    "week3": "FREQ=WEEKLY;INTERVAL=3;BYDAY=%s",
    "month1": "FREQ=MONTHLY;BYDAY=1%s",
    "month2": "FREQ=MONTHLY;BYDAY=2%s",
    "month3": "FREQ=MONTHLY;BYDAY=3%s",
    "month4": "FREQ=MONTHLY;BYDAY=4%s",
    "monthlast": "FREQ=MONTHLY;BYDAY=-1%s",
    "quarter": "FREQ=MONTHLY;INTERVAL=3;BYDAY=1%s",
}
REPEATS: Final = (
    ("", gettext_lazy("Nej, efter aftale")),
    ("week", gettext_lazy("Hver uge")),
    ("week2", gettext_lazy("Hver anden uge")),
    ("week3", gettext_lazy("Hver tredje uge")),
    ("month1", gettext_lazy("Den første i måneden")),
    ("month2", gettext_lazy("Den anden i måneden")),
    ("month3", gettext_lazy("Den tredje i måneden")),
    ("month4", gettext_lazy("Den fjerde i måneden")),
    ("monthlast", gettext_lazy("Den sidste i måneden")),
    ("quarter", gettext_lazy("Hvert kvartal")),
)
KEEP: Final = "keep"
WEEKDAYS: Final = (
    ("MO", gettext_lazy("mandag")),
    ("TU", gettext_lazy("tirsdag")),
    ("WE", gettext_lazy("onsdag")),
    ("TH", gettext_lazy("torsdag")),
    ("FR", gettext_lazy("fredag")),
    ("SA", gettext_lazy("lørdag")),
    ("SU", gettext_lazy("søndag")),
)
_RULE = re.compile(r"(?P<start>FREQ=[A-Z]+(?:;INTERVAL=\d+)?;BYDAY=(?:-?\d)?)(?P<day>[A-Z]{2})")
_BY_START: Final = {rule.removesuffix("%s"): name for name, rule in RULES.items()}


def repeats_of(session: Mapping[str, Any]) -> tuple[str, str] | None:
    found = _RULE.fullmatch(session.get("rrule") or "")
    if found is None or found["start"] not in _BY_START:
        return None
    return _BY_START[found["start"]], found["day"]
