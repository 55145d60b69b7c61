"""Tags that every template may use without loading: icons, status, dates and numbers in Danish.

The library is a builtin (see `TEMPLATES`). Formats are translated strings, so that an English page
writes dates the English way with one line in the catalogue.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Final

from django import template
from django.forms import BaseForm
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from portal.common import clock

register = template.Library()

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_SPRITE: Final = "vendor/icons/sprite.svg"

# The five shapes of tokens.md: filled circle, half circle, ring, square, and the muted two. A state
# that is missing here is drawn as the muted filled circle; the word always comes from the caller.
TONES: Final[Mapping[str, Mapping[str, str]]] = {
    "referral": {
        "draft": "mute",
        "awaiting_moderation": "wait",
        "sent": "wait",
        "accepted": "ok",
        "waitlisted": "few",
        "in_progress": "ok",
        "completed": "full",
        "not_completed": "full",
        "declined": "stop",
        "withdrawn": "full",
        "expired": "stop",
        "entered_in_error": "stop",
    },
    "offer": {
        "draft": "mute",
        "in_review": "wait",
        "published": "ok",
        "paused": "few",
        "archived": "full",
    },
    "capacity": {
        "open": "ok",
        "few_places": "few",
        "waiting_list": "wait",
        "full": "full",
    },
    "agreement": {
        "idea": "mute",
        "draft": "mute",
        "internal_review": "wait",
        "negotiation": "wait",
        "awaiting_signature": "wait",
        "signed": "ok",
        "active": "ok",
        "suspended": "few",
        "expired": "stop",
        "terminated": "stop",
        "closed": "full",
        "cancelled": "full",
    },
    "initiative": {
        "on_schedule": "ok",
        "partly": "few",
        "delayed": "few",
        "under_way": "wait",
        "completed": "full",
        "continued": "ok",
        "stopped": "stop",
    },
    "freshness": {"fresh": "ok", "due": "few", "unconfirmed": "few", "hidden": "stop"},
}
_SHAPES: Final = {"ok", "few", "wait", "stop", "full", "mute"}


# --- pictures ---------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An interface icon. Decorative unless it stands alone: then give it a `label`."""
    classes = f"i {size}".strip()
    address = f"{static(_SPRITE)}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}" focusable="false">'
            '<use href="{}"></use></svg>',
            classes,
            label,
            address,
        )
    return _decorative(classes, address)


@lru_cache(maxsize=256)
def _decorative(classes: str, address: str) -> SafeString:
    # Kept, because a list page draws seventy of the same few.
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>',
        classes,
        address,
    )


@register.simple_tag
def category_icon(name: str, colour: str = "k6", size: str = "") -> SafeString:
    """A category's icon on its tint: `name` without `k-`, `colour` k1 to k6, `size` "sm" or ""."""
    return format_html(
        '<span class="{}" aria-hidden="true"><svg focusable="false">'
        '<use href="{}"></use></svg></span>',
        f"ico {colour} {size}".strip(),
        f"{static(_SPRITE)}#k-{name}",
    )


# --- status -----------------------------------------------------------------------------------
def tone(kind: str, state: str) -> str:
    """The shape for a state. `kind` is a key of TONES, or "tone" where `state` is the shape."""
    if kind == "tone":
        return state if state in _SHAPES else "mute"
    return TONES.get(kind, {}).get(state, "mute")


@register.simple_tag
def status(kind: str, state: Any, label: Any, look: str = "pill") -> SafeString:
    """Shape and word: `{% status "referral" referral.status referral.get_status_display %}`.

    `look` is "pill" (tinted), "plain" (dot and bold word) or "reg" (dot and regular word).
    """
    extra = {"pill": "pill", "reg": "reg"}.get(look, "")
    return format_html(
        '<span class="{}">{}</span>',
        f"st {tone(kind, str(state))} {extra}".strip(),
        label,
    )


# --- dates and times --------------------------------------------------------------------------
def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def _day(value: date | datetime) -> date:
    return _local(value).date() if isinstance(value, datetime) else value


def _clock_words(value: datetime) -> str:
    local = _local(value)
    shown = f"{local.hour}" if local.minute == 0 else f"{local.hour}.{local.minute:02d}"
    return pgettext("time of day", "kl. %(time)s") % {"time": shown}


@register.filter
def long_date(value: date | datetime | None) -> str:
    """26. november 2026"""
    if not value:
        return ""
    return format_date(_day(value), pgettext("long date", "j. F Y"))


@register.filter
def short_date(value: date | datetime | None) -> str:
    """26. nov. 2026"""
    return format_date(_day(value), pgettext("short date", "j. N Y")) if value else ""


@register.filter
def day_month(value: date | datetime | None) -> str:
    """26. november"""
    return format_date(_day(value), pgettext("day and month", "j. F")) if value else ""


@register.filter
def weekday_date(value: date | datetime | None) -> str:
    """torsdag 26. november"""
    return format_date(_day(value), pgettext("weekday and date", "l j. F")) if value else ""


@register.filter
def time_of_day(value: datetime | None) -> str:
    """kl. 14 or kl. 14.30"""
    return _clock_words(value) if value else ""


@register.filter
def weekday_time(value: datetime | None) -> str:
    """torsdag 26. november kl. 14"""
    return f"{weekday_date(value)} {_clock_words(value)}" if value else ""


@register.filter
def when(value: date | datetime | None) -> str:
    """As a person says it: "i dag kl. 8.15", "i går", "26. november"; the year when it differs."""
    if not value:
        return ""
    day, today = _day(value), clock.today()
    named = {
        today: gettext("i dag"),
        today - timedelta(days=1): gettext("i går"),
        today + timedelta(days=1): gettext("i morgen"),
    }
    if day in named:
        return f"{named[day]} {_clock_words(value)}" if isinstance(value, datetime) else named[day]
    return day_month(value) if day.year == today.year else long_date(value)


@register.filter
def days_away(value: date | datetime | None) -> str:
    """om 39 dage, i dag, for 3 dage siden"""
    if not value:
        return ""
    days = (_day(value) - clock.today()).days
    if days == 0:
        return gettext("i dag")
    if days > 0:
        return ngettext("om %(n)s dag", "om %(n)s dage", days) % {"n": number(days)}
    return ngettext("for %(n)s dag siden", "for %(n)s dage siden", -days) % {"n": number(-days)}


# --- numbers ----------------------------------------------------------------------------------
@register.filter
def number(value: float | Decimal | None, decimals: int | None = None) -> str:
    """1284 → 1.284; `decimals` rounds half up."""
    if value is None or value == "":
        return ""
    if decimals is not None:
        value = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return number_format(value, decimals, force_grouping=True)


@register.filter
def percent(value: float | Decimal | None, decimals: int = 0) -> str:
    """94 → 94 % (the value is already in per cent)"""
    return "" if value is None or value == "" else f"{number(value, decimals)}{NO_BREAK}%"


@register.filter
def kroner(value: int | None) -> str:
    """Øre to kroner: 1250000 → 12.500 kr.; øre only where there are any."""
    if value is None:
        return ""
    amount = Decimal(value) / 100
    return f"{number(amount, 0 if amount == amount.to_integral_value() else 2)}{NO_BREAK}kr."


@register.filter
def distance(metres: float | None) -> str:
    """350 m, 1,2 km, 19 km"""
    if metres is None:
        return ""
    if metres < 950:
        return f"{max(50, round(metres / 50) * 50)}{NO_BREAK}m"
    kilometres = metres / 1000
    return f"{number(kilometres, 1 if kilometres < 10 else 0)}{NO_BREAK}km"


@register.filter
def in_words(value: int) -> str:
    """Small numbers as words, as one writes them in a sentence: tre, not 3."""
    words = [
        gettext("ingen"),
        gettext("én"),
        gettext("to"),
        gettext("tre"),
        gettext("fire"),
        gettext("fem"),
        gettext("seks"),
        gettext("syv"),
        gettext("otte"),
        gettext("ni"),
        gettext("ti"),
    ]
    return words[value] if 0 <= value < len(words) else number(value)


@register.filter
def capitalised(value: str) -> str:
    """First letter large, the rest as it is: for a text that begins a sentence."""
    text = str(value)
    return text[:1].upper() + text[1:]


# --- forms and bars ---------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def error_lines(context: Context) -> list[dict[str, str]]:
    """What the error summary says of `form` and of each form in `forms`, in the order of fields.

    One `{"target", "text"}` per error. `target` is the id of the control to jump to; empty for an
    error of the whole form.
    """
    form: BaseForm | None = context.get("form")
    lines: list[dict[str, str]] = []
    for one in [*([form] if form is not None else []), *(context.get("forms") or [])]:
        lines += [{"target": "", "text": str(error)} for error in one.non_field_errors()]
        for field in one:
            target = str(getattr(field, "first_id", field.auto_id))
            lines += [{"target": target, "text": str(error)} for error in field.errors]
    return lines


@register.filter
def initials(name: str) -> str:
    """Birthe Krogh → BK"""
    parts = str(name).split()
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()
