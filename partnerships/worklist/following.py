"""What the days bring while an agreement lives: notice, end, reports, milestones, contacts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from organisations.models import Membership
from partnerships import dates
from partnerships.models import (
    ActionPoint,
    Agreement,
    AgreementParty,
    AgreementState,
    Amendment,
    Enquiry,
    Milestone,
    Obligation,
    ReportSignature,
    SectionKey,
    StatusReport,
)
from partnerships.models.agreement import IN_FORCE
from partnerships.workflow import OVER
from partnerships.worklist.item import MOST, Item, day_of, own, own_public
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.templatetags.look import day_month, days_away, long_date

S = AgreementState
_NEAR_END_DAYS: Final = 60


def _writes(actor: Actor) -> bool:
    return allows(actor, Permission.AGREEMENT_WRITE)


def notice(actor: Actor) -> Iterator[Item]:
    """The last day of notice is near."""
    if not _writes(actor):
        return
    today = clock.today()
    soon = today + timedelta(days=dates.NOTICE_SOON_DAYS)
    rows = (
        own(actor)
        .filter(status__in=dates.RUNNING, notice_months__gt=0, terminates_on__isnull=True)
        .annotate(last_day=dates.notice_day())
        .filter(last_day__range=(today, soon))
        .order_by("last_day")[:MOST]
    )
    for row in rows:
        last = dates.last_day_of_notice(row) or today
        yield Item(
            kind="agreement",
            agreement=row,
            fact=_("Sidste dag for at opsige er %(day)s, %(away)s")
            % {"day": day_month(last), "away": days_away(last)},
            tone="few",
            label=_("Varsel"),
            action=_("Tag stilling"),
            on=last,
        )


def ending(actor: Actor) -> Iterator[Item]:
    """It ends soon, and nobody has begun to renew or to prolong it."""
    if not _writes(actor):
        return
    today = clock.today()
    renewed = Agreement.objects.filter(renews=OuterRef("pk")).exclude(status=S.CANCELLED)
    prolonged = Amendment.objects.filter(
        agreement=OuterRef("pk"),
        kind=Amendment.Kind.EXTENSION,
        state__in=[
            Amendment.State.DRAFT,
            Amendment.State.AWAITING_SIGNATURE,
            Amendment.State.SIGNED,
        ],
    )
    rows = (
        own(actor)
        .filter(
            ~Exists(renewed),
            ~Exists(prolonged),
            status__in=dates.RUNNING,
            terminates_on__isnull=True,
            ends_on__lte=today + timedelta(days=dates.RENEWAL_DAYS),
        )
        .order_by("ends_on")[:MOST]
    )
    for row in rows:
        ends_on = row.ends_on or today
        near = (ends_on - today).days <= _NEAR_END_DAYS
        yield Item(
            kind="agreement",
            agreement=row,
            fact=_("Slutter %(day)s, %(away)s. Ingen har besluttet, hvad der så skal ske")
            % {"day": long_date(ends_on), "away": days_away(ends_on)},
            tone="few" if near else "mute",
            label=_("Slutter snart"),
            action=_("Forny eller lad slutte"),
            on=ends_on,
        )


def ended(actor: Actor) -> Iterator[Item]:
    """It has ended, and nobody has closed it."""
    if not allows(actor, Permission.AGREEMENT_STEER):
        return
    rows = own_public(actor).filter(status__in=(S.EXPIRED, S.TERMINATED)).order_by("ends_on")
    for row in rows[:MOST]:
        ended_on = row.terminates_on if row.status == S.TERMINATED else row.ends_on
        yield Item(
            kind="agreement",
            agreement=row,
            fact=_("Sluttede %(day)s. Mangler evaluering og afslutning")
            % {"day": long_date(ended_on)},
            tone="stop",
            label=row.get_status_display(),
            action=_("Afslut"),
            on=ended_on or clock.today(),
        )


def reports(actor: Actor) -> Iterator[Item]:
    """A yearly report that is due, or that waits for our signature."""
    if not _writes(actor):
        return
    today = clock.today()
    signed = ReportSignature.objects.filter(
        report=OuterRef("pk"),
        party__organisation_id=actor.organisation_id,
        version=OuterRef("version"),
    )
    state = StatusReport.State
    due = today + timedelta(days=dates.REPORT_SOON_DAYS)
    rows = (
        StatusReport.objects.filter(
            Q(state=state.WRITING, due_on__lte=due)
            | Q(~Exists(signed), state=state.AWAITING_SIGNATURE),
            agreement__in=own(actor).values("pk"),
        )
        .select_related("agreement")
        .order_by("due_on")[:MOST]
    )
    for row in rows:
        late = row.due_on < today
        writing = row.state == state.WRITING
        if not writing:
            fact = _("Statusrapporten venter på jeres underskrift")
        elif late:
            fact = _("Statusrapporten skulle være færdig %(day)s")
        else:
            fact = _("Statusrapporten skal være færdig %(day)s")
        yield Item(
            kind="report",
            agreement=row.agreement,
            fact=fact % {"day": day_month(row.due_on)},
            tone="stop" if late else "few" if writing else "wait",
            label=_("Statusrapport"),
            action=_("Skriv rapporten") if writing else _("Læs og skriv under"),
            on=row.due_on,
            target=row.pk,
        )


def milestones(actor: Actor) -> Iterator[Item]:
    if not _writes(actor):
        return
    rows = (
        Milestone.objects.filter(
            agreement__in=own(actor).filter(status__in=dates.RUNNING).values("pk"),
            done_on__isnull=True,
            due_on__lt=clock.today(),
        )
        .exclude(agreement__status__in=OVER)
        .select_related("agreement")
        .order_by("due_on")[:MOST]
    )
    for row in rows:
        yield Item(
            kind="agreement",
            agreement=row.agreement,
            fact=_("Milepælen »%(text)s« skulle være nået %(day)s")
            % {"text": row.text, "day": day_month(row.due_on)},
            tone="stop",
            label=_("Over tid"),
            action=_("Sig, hvordan det går"),
            on=row.due_on,
            target=SectionKey.ACTIVITIES.value,
        )


def obligations(actor: Actor) -> Iterator[Item]:
    """What we have promised, and the day is over."""
    if not _writes(actor):
        return
    rows = (
        Obligation.objects.filter(
            party__organisation_id=actor.organisation_id,
            party__left_on__isnull=True,
            agreement__status__in=dates.RUNNING,
            done_on__isnull=True,
            due_on__lt=clock.today(),
        )
        .exclude(agreement__status__in=OVER)
        .select_related("agreement")
        .order_by("due_on")[:MOST]
    )
    for row in rows:
        yield Item(
            kind="agreement",
            agreement=row.agreement,
            fact=_("I har lovet »%(text)s« senest %(day)s")
            % {"text": row.text, "day": day_month(row.due_on)},
            tone="stop",
            label=_("Over tid"),
            action=_("Sig, hvordan det går"),
            on=row.due_on or clock.today(),
            target=SectionKey.PARTIES.value,
        )


def action_points(actor: Actor) -> Iterator[Item]:
    """Ours, of an agreement; those of a forum stand on the forum's page."""
    if not _writes(actor):
        return
    rows = (
        ActionPoint.objects.filter(
            agreement__in=own(actor).values("pk"),
            organisation_id=actor.organisation_id,
            done_on__isnull=True,
            due_on__lt=clock.today(),
        )
        .exclude(agreement__status__in=OVER)
        .select_related("agreement")
        .order_by("due_on")[:MOST]
    )
    for row in rows:
        assert row.agreement is not None  # noqa: S101 - filtered by it
        yield Item(
            kind="agreement",
            agreement=row.agreement,
            fact=_("I skulle have gjort det senest %(day)s: %(text)s")
            % {"text": row.text, "day": day_month(row.due_on)},
            tone="stop",
            label=_("Over tid"),
            action=_("Sig, hvordan det går"),
            on=row.due_on,
            target="aftalte-opgaver",
        )


def data_protection(actor: Actor) -> Iterator[Item]:
    """A year has gone since somebody looked at how personal data is protected."""
    allowed = {Permission.AGREEMENT_STEER, Permission.AGREEMENT_REVIEW_DATA}
    if not any(allows(actor, permission) for permission in allowed):
        return
    today = clock.today()
    year_ago = dates.add_months(today, -dates.DATA_PROTECTION_MONTHS)
    rows = (
        own_public(actor)
        .filter(
            Q(data_protection_looked_at_on__lte=year_ago)
            | Q(data_protection_looked_at_on__isnull=True, starts_on__lte=year_ago),
            shares_personal_data=True,
            status__in=IN_FORCE,
        )
        .order_by("data_protection_looked_at_on", "starts_on")[:MOST]
    )
    for row in rows:
        due = dates.data_protection_due(row) or today
        yield Item(
            kind="section",
            agreement=row,
            fact=_("Databeskyttelsen skulle ses efter %(day)s") % {"day": long_date(due)},
            tone="few",
            label=_("Databeskyttelse"),
            action=_("Se efter"),
            on=due,
            target="frame",
        )


def contacts(actor: Actor) -> Iterator[Item]:
    """Our own contact has left, or there is none."""
    if not _writes(actor):
        return
    active = Membership.objects.filter(
        user=OuterRef("contact"), organisation=OuterRef("organisation"), user__is_active=True
    )
    needed = (S.DRAFT, S.INTERNAL_REVIEW, S.NEGOTIATION, S.AWAITING_SIGNATURE, *IN_FORCE)
    rows = (
        AgreementParty.objects.filter(
            ~Exists(active),
            organisation_id=actor.organisation_id,
            left_on__isnull=True,
            agreement__status__in=needed,
        )
        .select_related("agreement", "contact")
        .order_by("agreement__updated_at")[:MOST]
    )
    for row in rows:
        fact = (
            _("I har ingen kontaktperson på aftalen")
            if row.contact is None
            else _("%(name)s er ikke længere hos jer. Vælg en ny kontaktperson")
            % {"name": row.contact.name}
        )
        yield Item(
            kind="section",
            agreement=row.agreement,
            fact=fact,
            tone="few" if row.agreement.status in IN_FORCE else "mute",
            label=_("Kontaktperson"),
            action=_("Vælg kontakt"),
            on=day_of(row.agreement.updated_at),
            target="parties",
        )


def enquiries(actor: Actor) -> Iterator[Item]:
    if not allows(actor, Permission.ENTRANCE_EDIT):
        return
    rows = (
        Enquiry.objects.filter(organisation_id=actor.organisation_id, answered_at__isnull=True)
        .select_related("agreement")
        .order_by("answer_by")[:MOST]
    )
    now = clock.now()
    for row in rows:
        if row.acknowledged_at is None:
            by, sentence = row.acknowledge_by, _("%(who)s har skrevet. Kvitter senest %(day)s")
        else:
            by, sentence = row.answer_by, _("%(who)s venter på svar senest %(day)s")
        yield Item(
            kind="enquiry",
            agreement=row.agreement,
            fact=sentence % {"who": row.sender_name, "day": day_month(by)},
            tone="stop" if by < now else "wait",
            label=_("Henvendelse"),
            action=_("Svar"),
            on=day_of(by),
            target=row.pk,
        )
