"""The clinician's sent list: close loops. What needs eyes first, then all."""

import re
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common.pagination import keyset_page
from portal.common.templatetags.look import long_date, when
from referrals import worklists
from referrals.models import Kind, Referral, State
from referrals.models.referral import ReferralQuerySet
from referrals.presentation import WITHOUT_FEEDBACK
from referrals.worklists import SENT_GROUPS

_REFERENCE = re.compile(r"\d{1,12}")


@requires(Permission.REFERRAL_FOLLOW)
@require_safe
def sent_list(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    group, wanted = _group(request.GET.get("vis", "")), request.GET.get("nummer", "").strip()
    state = request.GET.get("tilstand", "")
    rows = _filtered(worklists.sent_rows(actor), group, state, wanted)
    page = keyset_page(rows, order=["-id"], params=request.GET)
    eyes = worklists.needs_eyes(actor)
    shown = {row.pk: row for row in (*page.rows, *(eye.referral for eye in eyes))}
    trail.record_read(actor, "referral.list", list(shown.values()))
    context = {
        "page": page,
        "eyes": eyes,
        "rows": [_row(row) for row in page.rows],
        "groups": _groups(worklists.sent_counts(actor), group, searching=bool(wanted or state)),
        "drafts": worklists.own_drafts(actor),
        "states": [(value, label) for value, label in State.choices],
        "state": state,
        "wanted": wanted[:20],
        "searching": bool(wanted or state),
    }
    return render(request, "referrals/sent.html", context)


def _group(text: str) -> str:
    return text if text in SENT_GROUPS else "i-gang"


def _filtered(rows: ReferralQuerySet, group: str, state: str, wanted: str) -> ReferralQuerySet:
    """A search looks through everything; without one the tab decides. The state asked for is the
    one shown, so a filter tells no more than the page."""
    if wanted:
        numbers = _REFERENCE.findall(wanted)
        if not numbers:
            return rows.none()
        rows = rows.filter(
            Q(reference="-".join(numbers)) | Q(reference__endswith=f"-{numbers[-1]}")
            if len(numbers) == 1
            else Q(reference="-".join(numbers))
        )
    if state in State.values:
        rows = rows.filter(Q(("shown", state)))
    if not wanted and state not in State.values:
        rows = rows.filter(status__in=SENT_GROUPS[group])
    return rows


def _groups(counts: dict[str, int], group: str, *, searching: bool) -> list[dict[str, Any]]:
    labels = {"i-gang": _("I gang"), "afsluttet": _("Afsluttet"), "tilbage": _("Ikke sendt")}
    return [
        {
            "value": name,
            "label": labels[name],
            "count": counts[name],
            "current": name == group and not searching,
        }
        for name in SENT_GROUPS
        if counts[name] or name != "tilbage"
    ]


def _row(row: Referral) -> dict[str, Any]:
    shown: str = getattr(row, "shown", row.status)
    label = str(State(shown).label)
    # `shown` folds two ends into one where the citizen wants no feedback given.
    if shown == State.COMPLETED and getattr(row, "told", True) is False:
        label = str(WITHOUT_FEEDBACK)
    if row.kind == Kind.CODE and row.status == State.SENT:
        label = _("Kode givet")
    return {"referral": row, "state": shown, "label": label, "news": _news(row, shown)}


def _news(row: Referral, shown: str) -> str:
    """The latest, in a few words."""
    match shown:
        case State.SENT if row.kind == Kind.CODE:
            if row.expires_at is None:
                return _("Ikke brugt endnu")
            return _("Ikke brugt endnu. Gælder til %(day)s") % {"day": long_date(row.expires_at)}
        case State.SENT:
            return _("Venter på svar")
        case State.WAITLISTED if row.waitlist_expected_on is not None:
            return _("Plads ventes %(day)s") % {"day": long_date(row.waitlist_expected_on)}
        case State.AWAITING_MODERATION:
            return _("En koordinator ser på den")
    return _("Siden %(when)s") % {"when": when(row.status_changed_at)}
