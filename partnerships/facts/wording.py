"""Facts as a reader sees them: in the change log, in amendments and in the document."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from offers.vocabularies import TARGET_GROUPS
from partnerships.facts.naming import Names
from partnerships.facts.shape import Column, Kind
from portal.common.templatetags.look import kroner, long_date, number

_NAMED: Final = (Kind.MEMBER, Kind.ORGANISATION, Kind.AREA, Kind.ROW)


def show(column: Column, value: Any, *, hours: bool = False, names: Names | None = None) -> str:
    """One value in words; "" for none. `hours` says that the years hold hours and not øre. People,
    organisations, areas and rows are their ids and slugs where no `names` are given."""
    if value is None or value in ("", [], {}):
        return ""
    if names is not None and column.kind in _NAMED:
        return names.of(column, value)
    match column.kind:
        case Kind.DATE:
            return long_date(date.fromisoformat(value))
        case Kind.DECIMAL:
            return number(Decimal(value))
        case Kind.YES_NO:
            return _("Ja") if value else _("Nej")
        case Kind.ONE_OF:
            labels = {str(code): str(label) for code, label in column.choices}
            return labels.get(str(value), str(value))
        case Kind.TARGET_GROUPS:
            return ", ".join(str(label) for label in TARGET_GROUPS.labels(value))
        case Kind.ORE:
            return kroner(value)
        case Kind.YEARS:
            return "; ".join(
                f"{year}: {_hours(amount) if hours else kroner(amount)}"
                for year, amount in value.items()
            )
    return str(value)


def _hours(amount: int) -> str:
    return _("%(hours)s timer") % {"hours": number(amount)}


def is_hours(row: Mapping[str, Any]) -> bool:
    return row.get("kind") == "volunteer_hours"
