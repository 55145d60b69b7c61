"""How each mail of an agreement is put together when it is sent, in the worker.

Every builder looks again: what is no longer true is not sent (`None`). People are found when it is
sent, so that who has left hears nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from organisations.models import Membership, Organisation
from partnerships.amended_parties import coming
from partnerships.guards.reviews import waits_for_review
from partnerships.mail_texts import ASKED_IN, EVENTS, REMINDERS, TAKEN_OUT, Words
from partnerships.models import (
    Agreement,
    AgreementEvent,
    AgreementParty,
    AgreementState,
    Amendment,
    Milestone,
    Reminder,
    Review,
    SectionComment,
    Side,
)
from partnerships.notifications import queue_bounced
from partnerships.permissions import REVIEW_PERMISSION
from partnerships.recipients import live_people, parties_of, people_for, to_parties
from partnerships.services.signing import valid_signatures
from portal.access.grants import GRANTS
from portal.accounts.models import User
from portal.common import clock
from portal.common.templatetags.look import long_date
from portal.notifications.registry import Ids, Mail, absolute, message, on_bounce, render_mail


def _find(ids: Ids) -> Agreement | None:
    return Agreement.objects.filter(pk=ids["agreement"]).first()


def _mail(agreement: Agreement, user: User, words: Words, link: str, **said: object) -> Mail:
    return render_mail(
        "partnerships/agreement",
        {
            "name": user.get_short_name(),
            "agreement": agreement,
            "subject": words.subject % said,
            "text": words.text % said,
            "now": words.now,
            "link": absolute(link),
        },
        to=user.email,
    )


# --- what happened ------------------------------------------------------------------------------
@message("partnerships.event")
def event(ids: Ids) -> list[Mail]:
    agreement = _find(ids)
    row = AgreementEvent.objects.filter(pk=ids["event"]).first()
    if agreement is None or row is None:
        return []
    kind: str = ids["kind"]
    if agreement.renews_id is not None and kind in ("start", "draft"):
        if kind == "start":
            return []  # a renewal begins as a draft; one mail says so
        kind = "renewal"
    words = EVENTS[kind]
    there = parties_of(agreement)
    what = ""
    if kind == "party_removed":
        what = row.details["name"]
        if any(party.organisation.slug == row.details["party"] for party in there):
            return []  # it has come back meanwhile
    parties = [party for party in there if not words.public or party.side == Side.PUBLIC]
    return [
        *(
            _mail(agreement, user, words, _address(words, agreement, row), who=_who(row), what=what)
            for _party, user in to_parties(parties, but=row.actor_user_id)
        ),
        *_to_asked_in(agreement, row, kind),
        *_to_taken_out(agreement, row, kind),
    ]


def _to_taken_out(agreement: Agreement, row: AgreementEvent, kind: str) -> list[Mail]:
    """The one that another party took out: its managers and coordinators, since it had chosen no
    contact. Who left by themselves know it."""
    if kind != "party_removed":
        return []
    gone = Organisation.objects.filter(slug=row.details["party"]).first()
    if gone is None or gone.pk == row.actor_organisation_id:
        return []
    link = _address(TAKEN_OUT, agreement, row)
    return [
        _mail(agreement, user, TAKEN_OUT, link, who=_who(row))
        for user in live_people([gone.pk]).get(gone.pk, {}).values()
        if user.pk != row.actor_user_id
    ]


def _to_asked_in(agreement: Agreement, row: AgreementEvent, kind: str) -> list[Mail]:
    """Those that an amendment asks to become parties: they hear when they shall sign, and when not.
    Nothing before it is sent to signature, and nothing of what they cannot see any more."""
    words = ASKED_IN.get(kind)
    amendment = agreement.amendments.filter(number=row.details.get("number")).first()
    if words is None or amendment is None:
        return []
    if words.page == "partnerships:list":
        if not row.details.get("asked"):
            return []
    elif amendment.state not in (Amendment.State.AWAITING_SIGNATURE, Amendment.State.SIGNED):
        return []
    asked = [
        one
        for one in coming(amendment)
        if one.left_on is not None and one.organisation_id != row.actor_organisation_id
    ]
    link = _address(words, agreement, row)
    return [_mail(agreement, user, words, link, who=_who(row)) for _p, user in to_parties(asked)]


def _who(row: AgreementEvent) -> str:
    """The organisation, whose act it is; a job has none and no sentence of a job asks for one."""
    found = Organisation.objects.filter(pk=row.actor_organisation_id or 0).first()
    return found.name if found else "Samspil"


def _address(words: Words, agreement: Agreement, row: AgreementEvent) -> str:
    if words.page == "partnerships:list":
        return reverse(words.page)
    number = row.details.get("number")
    if words.page.startswith("partnerships:amendment") and number is not None:
        amendment = agreement.amendments.get(number=number)
        return reverse(words.page, args=[agreement.pk, amendment.pk])
    return reverse(words.page, args=[agreement.pk])


# --- reviews ------------------------------------------------------------------------------------
@message("partnerships.review")
def review(ids: Ids) -> list[Mail]:
    """To the one who was asked; when that one has left, to those of the organisation who hold the
    role."""
    row = (
        Review.objects.filter(pk=ids["review"], decision=Review.Decision.PENDING)
        .select_related("agreement", "amendment", "organisation")
        .first()
    )
    if row is None or not waits_for_review(row):
        return []
    link = reverse("partnerships:review", args=[row.agreement_id, row.pk])
    return [
        render_mail(
            "partnerships/review",
            {
                "name": user.get_short_name(),
                "agreement": row.agreement,
                "amendment": row.amendment,
                "kind": row.get_kind_display().lower(),
                "link": absolute(link),
            },
            to=user.email,
        )
        for user in _reviewers(row)
    ]


def _reviewers(row: Review) -> list[User]:
    permission = REVIEW_PERMISSION[Review.Kind(row.kind)]
    roles = [
        role
        for (kind, role), granted in GRANTS.items()
        if kind == row.organisation.kind and permission in granted
    ]
    members = Membership.objects.filter(
        organisation_id=row.organisation_id, user__is_active=True, roles__role__in=roles
    )
    users = {member.user_id: member.user for member in members.select_related("user")}
    if row.reviewer_id in users:
        return [users[row.reviewer_id]]
    return list(users.values())


# --- comments -----------------------------------------------------------------------------------
@message("partnerships.comments")
def comments(ids: Ids) -> list[Mail]:
    """How many the others have written within the hour; who wrote all of them hears nothing."""
    agreement = _find(ids)
    if agreement is None or agreement.status == AgreementState.CANCELLED:
        return []
    since = datetime.fromisoformat(ids["since"])
    rows = list(
        SectionComment.objects.filter(
            section__agreement=agreement, at__gte=since, at__lt=since + timedelta(hours=1)
        ).values_list("user_id", flat=True)
    )
    mails = []
    for _party, user in to_parties(parties_of(agreement)):
        count = sum(user_id != user.pk for user_id in rows)
        if count:
            link = absolute(reverse("partnerships:detail", args=[agreement.pk]))
            context = {
                "name": user.get_short_name(),
                "agreement": agreement,
                "count": count,
                "link": link,
            }
            mails.append(render_mail("partnerships/comments", context, to=user.email))
    return mails


# --- reminders ----------------------------------------------------------------------------------
@message("partnerships.reminder")
def reminder(ids: Ids) -> list[Mail]:
    row = Reminder.objects.select_related("agreement").filter(pk=ids["reminder"]).first()
    if row is None:
        return []
    agreement = row.agreement
    match row.kind:
        case Reminder.Kind.MILESTONE:
            return _milestone(agreement, row)
        case Reminder.Kind.CONTACT_GONE:
            return _contact_gone(agreement, row)
        case Reminder.Kind.UNSIGNED:
            return _unsigned(agreement, row)
    if not _still_runs(agreement):
        return []
    words = REMINDERS[row.kind]
    parties = [
        party for party in parties_of(agreement) if not words.public or party.side == Side.PUBLIC
    ]
    days = (row.due_on - clock.today()).days
    return _to_all(agreement, parties, words, day=long_date(row.due_on), days=days)


def _still_runs(agreement: Agreement) -> bool:
    return agreement.status in (AgreementState.ACTIVE, AgreementState.SUSPENDED)


def _to_all(
    agreement: Agreement, parties: Iterable[AgreementParty], words: Words, **said: object
) -> list[Mail]:
    link = reverse(words.page, args=[agreement.pk])
    return [_mail(agreement, user, words, link, **said) for _party, user in to_parties(parties)]


def _milestone(agreement: Agreement, row: Reminder) -> list[Mail]:
    milestone = Milestone.objects.filter(pk=row.about, done_on__isnull=True).first()
    if milestone is None or milestone.due_on != row.due_on or not _still_runs(agreement):
        return []
    left = (row.due_on - clock.today()).days
    stage = "before" if left > 0 else "today" if left == 0 else "after"
    return _to_all(
        agreement,
        parties_of(agreement),
        REMINDERS[f"milestone_{stage}"],
        day=long_date(row.due_on),
        what=milestone.text.rstrip("."),
    )


def _contact_gone(agreement: Agreement, row: Reminder) -> list[Mail]:
    """To the managers of the party whose contact has left, and to the contacts of the others."""
    party_id, _dot, user_id = row.about.partition(":")
    parties = parties_of(agreement)
    gone = next((one for one in parties if str(one.pk) == party_id), None)
    if gone is None or str(gone.contact_id) != user_id:
        return []  # a new one was chosen meanwhile
    live = live_people([gone.organisation_id])
    if gone.contact_id in live.get(gone.organisation_id, {}):
        return []
    words = REMINDERS["contact_gone"]
    return _to_all(agreement, parties, words, what=gone.organisation.name)


def _unsigned(agreement: Agreement, row: Reminder) -> list[Mail]:
    if agreement.status != AgreementState.AWAITING_SIGNATURE or agreement.frozen is None:
        return []
    signed = {one.party_id for one in valid_signatures(agreement.frozen)}
    waiting = [one for one in parties_of(agreement) if one.pk not in signed]
    since = clock.local(agreement.status_changed_at).date()
    return _to_all(agreement, waiting, REMINDERS["unsigned"], day=long_date(since))


# --- addresses that do not exist ----------------------------------------------------------------
@message("partnerships.bounced")
def bounced(ids: Ids) -> list[Mail]:
    """The contact cannot be reached: who takes over hears of it, and of which agreements."""
    parties = list(
        AgreementParty.objects.filter(
            organisation_id=ids["organisation"], contact_id=ids["user"], left_on__isnull=True
        )
        .exclude(bounced_email="")
        .exclude(agreement__status__in=_OVER)
        .select_related("agreement", "organisation", "contact", "deputy")
    )
    live = live_people([ids["organisation"]])
    people: dict[int, tuple[User, list[AgreementParty]]] = {}
    for party in parties:
        for user in people_for(party, live):
            if user.pk != ids["user"]:
                people.setdefault(user.pk, (user, []))[1].append(party)
    return [
        render_mail(
            "partnerships/bounced",
            {
                "name": user.get_short_name(),
                "contact": rows[0].contact.name if rows[0].contact else _("Kontakten"),
                "agreements": [row.agreement for row in rows],
                "link": absolute(reverse("partnerships:list")),
            },
            to=user.email,
        )
        for user, rows in people.values()
    ]


_OVER = (AgreementState.CLOSED, AgreementState.CANCELLED)


@on_bounce
def mark_bounced(email: str) -> None:
    """The deputy is written to from now on, until the contact or the address is another."""
    with transaction.atomic():
        rows = AgreementParty.objects.filter(contact__email__iexact=email).exclude(
            bounced_email__iexact=email
        )
        told = set(
            rows.exclude(agreement__status__in=_OVER).values_list("organisation_id", "contact_id")
        )
        rows.update(bounced_email=email)
        for organisation_id, user_id in sorted(told):
            queue_bounced(organisation_id=organisation_id, user_id=user_id, at=clock.now())
