"""The calendar of agreements: by month on the page, as a file, and as a feed by secret address."""

from datetime import date, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from partnerships import feeds, services, timetable
from partnerships.dates import add_months
from partnerships.models import CalendarFeed
from portal.access.decorators import ActorRequest, public, requires
from portal.access.permissions import Permission
from portal.common import clock
from portal.documents.calendar_file import render_calendar
from portal.notifications.rendering import absolute

MONTHS: Final = 6
_KIND: Final = "text/calendar; charset=utf-8"
_YEARS: Final = range(2000, 2100)


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def calendar(request: ActorRequest) -> HttpResponse:
    return render(request, "partnerships/calendar.html", _page(request))


def _page(request: ActorRequest, *, token: str = "") -> dict[str, Any]:
    first = _month(request.GET.get("fra", ""))
    kind = request.GET.get("slags", "")
    kind = kind if kind in timetable.KINDS else ""
    last = add_months(first, MONTHS) - timedelta(days=1)
    found = timetable.entries(request.actor, first, last, kind)
    return {
        "months": timetable.months(found),
        "first": first,
        "last": last,
        "today": clock.today(),
        "kinds": [
            {"label": label, "url": _address(first, value), "current": value == kind}
            for value, label in (("", _("Alt")), *timetable.KINDS.items())
        ],
        "earlier": _address(add_months(first, -MONTHS), kind),
        "later": _address(add_months(first, MONTHS), kind),
        "feed": CalendarFeed.objects.visible_to(request.actor).first(),
        "feed_url": absolute(reverse("partnerships:feed", args=[token])) if token else "",
    }


def _month(text: str) -> date:
    """The first of the month that is asked for as `2026-11`, else of this one."""
    year, _dash, month = text.partition("-")
    numbers = year.isascii() and year.isdigit() and month.isascii() and month.isdigit()
    if numbers and int(year) in _YEARS and 1 <= int(month) <= 12:
        return date(int(year), int(month), 1)
    return clock.today().replace(day=1)


def _address(first: date, kind: str) -> str:
    return f"?fra={first:%Y-%m}" + (f"&slags={kind}" if kind else "")


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def calendar_file(request: ActorRequest) -> HttpResponse:
    """The coming dates, once."""
    response = _file(timetable.coming_events(request.actor))
    response["Content-Disposition"] = 'attachment; filename="aftaler.ics"'
    return response


def _file(events: list[Any]) -> HttpResponse:
    content = render_calendar(events, name=_("Samarbejdsaftaler"))
    return HttpResponse(content, content_type=_KIND)


# --- the secret address -----------------------------------------------------------------------
@requires(Permission.AGREEMENT_VIEW)
@require_POST
def open_feed(request: ActorRequest) -> HttpResponse:
    """The address is shown in this one answer and can be read nowhere afterwards."""
    token = services.open_feed(actor=request.actor)
    return render(request, "partnerships/calendar.html", _page(request, token=token))


@requires(Permission.AGREEMENT_VIEW)
@require_POST
def close_feed(request: ActorRequest) -> HttpResponse:
    services.close_feed(actor=request.actor)
    messages.success(request, _("Adressen er lukket. Kalenderen får ikke flere datoer herfra."))
    return redirect("partnerships:calendar")


@public
@require_safe
@never_cache
def feed(request: ActorRequest, token: str) -> HttpResponse:
    """What the holder may see today; nothing when the membership has ended (404)."""
    response = _file(timetable.coming_events(feeds.actor_behind(token)))
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex"
    return response
