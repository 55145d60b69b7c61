"""Two pagers, one look: by key for long lists that grow, by number where people jump.

Both give a `Pager` to `components/pager.html`. A list page with a keyset costs the same at page 1
and at page 100, because it never counts and never skips; it offers *Forrige* and *Næste* only.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)

CURSOR, NUMBER = "fra", "side"


@dataclass(frozen=True)
class PageLink:
    """One number in the pager; a gap has no address."""

    label: str
    url: str = ""
    current: bool = False


@dataclass(frozen=True)
class Pager:
    previous_url: str = ""
    next_url: str = ""
    links: tuple[PageLink, ...] = ()

    @property
    def is_needed(self) -> bool:
        return bool(self.previous_url or self.next_url or self.links)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of one page and the pager that belongs to it. Iterates over its rows."""

    rows: list[Row]
    pager: Pager = field(default_factory=Pager)

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def _address(params: QueryDict, name: str, value: str) -> str:
    changed = params.copy()
    for own in (CURSOR, NUMBER):
        changed.pop(own, None)
    if value:
        changed[name] = value
    return "?" + changed.urlencode()


# --- by key -----------------------------------------------------------------------------------
def keyset_page(
    rows: QuerySet[Row], *, order: Sequence[str], params: QueryDict, size: int = 20
) -> Page[Row]:
    """One page of `rows`, ordered by `order` (fields, "-" for descending).

    The order must end with a unique field and hold no nullable one; otherwise rows would be lost at
    the edges. A cursor that somebody has tampered with gives the first page, never an error.
    """
    names = [name.removeprefix("-") for name in order]
    backwards, values = _read_cursor(params.get(CURSOR, ""), rows.model, names)
    steps = [_opposite(name) for name in order] if backwards else list(order)
    wanted = rows.order_by(*steps)
    if values is not None:
        wanted = wanted.filter(_beyond(steps, values))
    found = list(wanted[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        # The rows that the cursor pointed past are gone: begin again rather than show nothing.
        if values is None:
            return Page([])
        without = params.copy()
        without.pop(CURSOR, None)
        return keyset_page(rows, order=order, params=without, size=size)
    has_previous = more if backwards else values is not None
    has_next = True if backwards else more
    return Page(
        found,
        Pager(
            previous_url=_address(params, CURSOR, _cursor("<", found[0], names))
            if has_previous
            else "",
            next_url=_address(params, CURSOR, _cursor(">", found[-1], names)) if has_next else "",
        ),
    )


def _opposite(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(steps: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows after `values`. The bound on the first field lets the index start at the right place."""
    condition, equal = Q(), Q()
    for step, value in zip(steps, values, strict=True):
        name = step.removeprefix("-")
        operator = "lt" if step.startswith("-") else "gt"
        condition |= equal & Q(**{f"{name}__{operator}": value})
        equal &= Q(**{name: value})
    first = steps[0].removeprefix("-")
    bound = Q(**{f"{first}__{'lte' if steps[0].startswith('-') else 'gte'}": values[0]})
    return bound & condition


def _cursor(direction: str, row: Model, names: Sequence[str]) -> str:
    values = [row._meta.get_field(name).value_to_string(row) for name in names]  # type: ignore[union-attr]
    text = json.dumps([direction, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(
    text: str, model: type[Model], names: Sequence[str]
) -> tuple[bool, list[Any] | None]:
    if not text:
        return False, None
    try:
        padded = text + "=" * (-len(text) % 4)
        direction, *raw = json.loads(base64.urlsafe_b64decode(padded.encode()))
        if direction not in {"<", ">"} or len(raw) != len(names):
            return False, None
        fields = [model._meta.get_field(name) for name in names]
        values = [f.to_python(v) for f, v in zip(fields, raw, strict=True) if isinstance(f, Field)]
    except (ValueError, TypeError, binascii.Error, ValidationError):
        return False, None
    if len(values) != len(names) or None in values:
        return False, None
    return direction == "<", values


# --- by number --------------------------------------------------------------------------------
def numbered_page(rows: QuerySet[Row], *, params: QueryDict, size: int = 20) -> Page[Row]:
    """One page with numbers, for lists short enough to count. A wrong number gives the nearest."""
    paginator = Paginator(rows, size)
    wish = params.get(NUMBER, "1")
    number = int(wish) if wish.isascii() and wish.isdigit() and len(wish) < 9 else 1
    page = paginator.page(min(max(number, 1), paginator.num_pages))
    return Page(
        list(page.object_list),
        numbered_pager(page.number, paginator.num_pages, params=params),
    )


def numbered_pager(number: int, last: int, *, params: QueryDict) -> Pager:
    """The pager alone, for lists whose rows and count were found in another way (search)."""
    if last <= 1:
        return Pager()
    shown = sorted({1, last, *range(max(1, number - 1), min(last, number + 1) + 1)})
    links: list[PageLink] = []
    before = 0
    for one in shown:
        if one - before == 2:
            links.append(PageLink(str(one - 1), _numbered(params, one - 1)))
        elif one - before > 2:
            links.append(PageLink("…"))
        links.append(PageLink(str(one), _numbered(params, one), current=one == number))
        before = one
    return Pager(
        previous_url=_numbered(params, number - 1) if number > 1 else "",
        next_url=_numbered(params, number + 1) if number < last else "",
        links=tuple(links),
    )


def _numbered(params: QueryDict, number: int) -> str:
    return _address(params, NUMBER, "" if number == 1 else str(number))
