"""The access log: the trail without content, for a data protection officer."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from organisations.models import Organisation
from portal.access.actor import Actor, ActorKind
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.audit.models import AuditEntry
from portal.common import clock
from portal.common.pagination import keyset_page
from portal.common.text import clean_line
from referrals.presentation import names_of, organisation_names, role_words

_PERIOD = timedelta(days=30)
_REFERENCE = re.compile(r"\d{2}-\d{1,9}")
# What may be asked for: groups of actions by how their names begin.
ACTIONS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "set": (
        gettext_lazy("Har set en henvisning"),
        ("referral.view", "referral.list", "referral_draft.read"),
    ),
    "borger": (gettext_lazy("Har set oplysninger om borgeren"), ("referral.view_patient",)),
    "henvisning": (gettext_lazy("Henvisninger i alt"), ("referral.",)),
    "bekymring": (gettext_lazy("Bekymringer"), ("concern.",)),
    "afvist": (gettext_lazy("Fik ikke adgang"), ("access.refused",)),
}
_WORDS = {
    "referral.view": gettext_lazy("Så henvisningen"),
    "referral.view_patient": gettext_lazy("Så oplysninger om borgeren"),
    "referral.view_messages": gettext_lazy("Læste beskeder"),
    "referral.list": gettext_lazy("Så en liste"),
    "referral.send": gettext_lazy("Sendte"),
    "referral.submit_for_moderation": gettext_lazy("Sendte til godkendelse"),
    "referral.approve": gettext_lazy("Godkendte"),
    "referral.refuse": gettext_lazy("Sendte tilbage"),
    "referral.accept": gettext_lazy("Tog imod"),
    "referral.decline": gettext_lazy("Sagde nej"),
    "referral.waitlist": gettext_lazy("Satte på venteliste"),
    "referral.keep_waiting": gettext_lazy("Flyttede dagen på ventelisten"),
    "referral.start": gettext_lazy("Satte i gang"),
    "referral.complete": gettext_lazy("Afsluttede"),
    "referral.give_up": gettext_lazy("Afsluttede uden resultat"),
    "referral.withdraw": gettext_lazy("Trak tilbage"),
    "referral.expire": gettext_lazy("Udløb"),
    "referral.undo": gettext_lazy("Fortrød et svar"),
    "referral.mark_error": gettext_lazy("Markerede som fejl"),
    "referral.assign": gettext_lazy("Gav til en modtager"),
    "referral.reassign": gettext_lazy("Gav til en kollega"),
    "referral.reissue_code": gettext_lazy("Lavede en ny kode"),
    "referral.message": gettext_lazy("Skrev en besked"),
    "referral.withdraw_feedback": gettext_lazy("Trak ja til tilbagemelding tilbage"),
    "referral_draft.save": gettext_lazy("Gemte en kladde"),
    "referral_draft.read": gettext_lazy("Så sin kladde"),
    "concern.list": gettext_lazy("Så bekymringer"),
    "concern.view": gettext_lazy("Så en bekymring"),
    "concern.report": gettext_lazy("Meldte en bekymring"),
    "concern.take": gettext_lazy("Tog en bekymring"),
    "concern.close": gettext_lazy("Afsluttede en bekymring"),
    "access.refused": gettext_lazy("Fik ikke adgang"),
}
_KINDS = {
    ActorKind.PATIENT_LINK: gettext_lazy("Borgeren selv"),
    ActorKind.REPLY_LINK: gettext_lazy("Svarlink i mail"),
    ActorKind.SYSTEM: gettext_lazy("Samspil, automatisk"),
    ActorKind.ANONYMOUS: gettext_lazy("Uden login"),
    ActorKind.API_CLIENT: gettext_lazy("Et andet system"),
}


@requires(Permission.AUDIT_VIEW)
@require_safe
def audit_log(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    today = clock.today()
    first = _day(request.GET.get("fra_dag", ""), today - _PERIOD)
    last = _day(request.GET.get("til_dag", ""), today)
    action = request.GET.get("handling", "")
    reference = clean_line(request.GET.get("nummer", ""))[:20]
    rows = _within(_rows(actor, reference), first, last)
    if action in ACTIONS:
        rows = rows.filter(_beginning_with(ACTIONS[action][1]))
    page = keyset_page(rows, order=["-id"], params=request.GET, size=50)
    context = {
        "page": page,
        "lines": _lines(page.rows, actor),
        "first": first,
        "last": last,
        "action": action,
        "actions": [(name, label) for name, (label, _begins) in ACTIONS.items()],
        "reference": reference,
        "sees_all": _sees_all(actor),
    }
    return render(request, "referrals/audit.html", context)


def _sees_all(actor: Actor) -> bool:
    return actor.organisation_kind == "operator"


def _own(actor: Actor) -> set[int]:
    """The officer's organisation and those that it has taken over: the trail is never moved."""
    rows = Organisation.objects.now_part_of(actor.organisation_id)
    return set(rows.values_list("pk", flat=True))


def _rows(actor: Actor, reference: str) -> QuerySet[AuditEntry]:
    """What concerns the officer's own organisation: what its people did, and what anybody did to a
    referral that it sent or received. The operator's officer answers for all."""
    mine = theirs = Q()
    if not _sees_all(actor):
        own = sorted(_own(actor))
        names = [str(pk) for pk in own]
        theirs = Q(labels__sender__in=names) | Q(labels__receiver__in=names)
        mine = Q(actor_organisation_id__in=own) | theirs
    if not reference:
        return AuditEntry.objects.filter(mine)
    if not _REFERENCE.fullmatch(reference):
        return AuditEntry.objects.none()
    known = AuditEntry.objects.filter(labels__reference=reference)
    if not _sees_all(actor):
        known = known.filter(theirs)
    subject = known.values_list("subject_ids", flat=True).first()
    if not subject:
        return AuditEntry.objects.none()
    # Once it is the organisation's own, every look at it counts, also in somebody's list.
    return AuditEntry.objects.filter(subject_ids__contains=subject)


def _within(rows: QuerySet[AuditEntry], first: date, last: date) -> QuerySet[AuditEntry]:
    begins = datetime.combine(first, time(), tzinfo=clock.COPENHAGEN)
    ends = datetime.combine(last, time.max, tzinfo=clock.COPENHAGEN)
    return rows.filter(at__gte=begins, at__lte=ends)


def _beginning_with(names: tuple[str, ...]) -> Q:
    condition = Q()
    for name in names:
        condition |= Q(action__startswith=name)
    return condition


def _day(text: str, otherwise: date) -> date:
    """A day of the form; what cannot be read, or lies far outside, is the usual one."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return day if 2000 <= day.year <= 2100 else otherwise


def _lines(rows: list[AuditEntry], actor: Actor) -> list[dict[str, Any]]:
    """Who, when, what, which; names of people of the own organisation only."""
    own = _own(actor)
    names = names_of(
        row.actor_user_id for row in rows if row.actor_organisation_id in own or _sees_all(actor)
    )
    organisations = organisation_names(row.actor_organisation_id for row in rows)
    return [
        {
            "at": row.at,
            "who": _who(row, names),
            "role": role_words(row.actor_role) if row.actor_role else "",
            "organisation": organisations.get(row.actor_organisation_id or 0, ""),
            "action": _action(row),
            "subject": _subject(row),
        }
        for row in rows
    ]


def _who(row: AuditEntry, names: dict[int, str]) -> str:
    if row.actor_kind in _KINDS:
        return str(_KINDS[ActorKind(row.actor_kind)])
    return names.get(row.actor_user_id or 0, "") or _("En medarbejder")


def _action(row: AuditEntry) -> str:
    if row.action in _WORDS:
        return str(_WORDS[row.action])
    return _("Anden handling: %(name)s") % {"name": row.action}


def _subject(row: AuditEntry) -> str:
    reference: str = row.labels.get("reference", "")
    if reference:
        return reference
    count = len(row.subject_ids)
    if count > 1:
        return _("%(n)s rækker") % {"n": count}
    return ""
