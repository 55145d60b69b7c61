"""Amounts of the budget annex: stored in øre (or whole hours), read and written in the annex's own
unit, exactly."""

import re
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from partnerships.models import StatusReport

NONE: Final = "–"
# How many decimals the unit shifts: 1 kr. is 100 øre, 1 mio. kr. is 100 million øre.
_SHIFT: Final = {StatusReport.Unit.KRONER: 2, StatusReport.Unit.MILLIONS: 8}
_NUMBER = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?|\d+(,\d+)?", re.ASCII)
LARGEST: Final = 10**15


class BadAmount(ValueError):
    """The text is no amount. The message is Danish and says what to do."""


def in_unit(amount: int | None, unit: str, *, in_hours: bool = False) -> Decimal | None:
    """0.6 for 60,000,000 øre in mio. kr., 300.50 for 30,050 øre in kr.; None stays None."""
    if amount is None:
        return None
    value = Decimal(amount)
    if not in_hours:
        value = value.scaleb(-_SHIFT[StatusReport.Unit(unit)])
        if unit == StatusReport.Unit.KRONER and value != value.to_integral_value():
            return value  # with both its digits of øre
    # Without trailing zeros, and never as 1E+1.
    return Decimal(f"{value.normalize():f}")


def written(amount: int | None, unit: str, *, in_hours: bool = False) -> str:
    """As it stands in a field: `0,6`; nothing for none."""
    value = in_unit(amount, unit, in_hours=in_hours)
    return "" if value is None else f"{value:f}".replace(".", ",")


def parse(text: str, unit: str, *, in_hours: bool = False) -> int | None:
    """The amount that somebody typed in Danish. Nothing and a dash are none. Raises `BadAmount`."""
    text = text.replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    if text in {"", "-", NONE, "—"}:
        return None
    if not _NUMBER.fullmatch(text):
        raise BadAmount(_("Skriv et tal, for eksempel 1.250 eller 0,6."))
    value = Decimal(text.replace(".", "").replace(",", "."))
    if not in_hours:
        value = value.scaleb(_SHIFT[StatusReport.Unit(unit)])
    if value != value.to_integral_value():
        raise BadAmount(
            _("Skriv hele timer.") if in_hours else _("Der er for mange tal efter kommaet.")
        )
    if value > LARGEST:
        raise BadAmount(_("Tallet er for stort."))
    return int(value)
