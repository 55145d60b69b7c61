"""Reviews to make, texts to sign, amendments to finish."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from partnerships.guards.reviews import newest_reviews
from partnerships.models import (
    AgreementParty,
    AgreementState,
    Amendment,
    PartyChange,
    Review,
    Signature,
)
from partnerships.permissions import REVIEW_PERMISSION
from partnerships.selectors import party_of
from partnerships.services.rehearsal import last_trial
from partnerships.services.signing import signed_parties
from partnerships.workflow import AMENDABLE
from partnerships.worklist.item import MOST, Item, below, day_of, own, own_public
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.templatetags.look import days_away, long_date

S = AgreementState


def reviews(actor: Actor) -> Iterator[Item]:
    kinds = [kind for kind, permission in REVIEW_PERMISSION.items() if allows(actor, permission)]
    if not kinds:
        return
    later = Review.objects.filter(agreement=OuterRef("agreement"), round__gt=OuterRef("round"))
    # In a negotiation where more was written in than they had said yes to; an amendment is written
    # while the agreement is in force.
    waits = Q(amendment__isnull=True, agreement__status__in=(S.INTERNAL_REVIEW, S.NEGOTIATION)) | Q(
        amendment__state=Amendment.State.DRAFT, agreement__status__in=AMENDABLE
    )
    rows = (
        Review.objects.filter(
            waits,
            ~Exists(later),
            organisation_id=actor.organisation_id,
            kind__in=kinds,
            decision=Review.Decision.PENDING,
        )
        .select_related("agreement", "amendment")
        .order_by("asked_at")[:MOST]
    )
    for row in rows:
        yield Item(
            kind="review",
            agreement=row.agreement,
            fact=_asked(row),
            tone="wait",
            label=_("Gennemsyn"),
            action=_("Se igennem"),
            on=day_of(row.asked_at),
            target=row.pk,
        )


def _asked(row: Review) -> str:
    words: dict[str, object] = {"kind": row.get_kind_display(), "when": days_away(row.asked_at)}
    if row.amendment is not None:
        words["n"] = row.amendment.number
        return _("%(kind)s gennemsyn af tillæg %(n)s. I blev spurgt %(when)s") % words
    return _("%(kind)s gennemsyn. I blev spurgt %(when)s") % words


def reviewed(actor: Actor) -> Iterator[Item]:
    """Every reviewer has decided: the coordinator takes it on, or back."""
    if not allows(actor, Permission.AGREEMENT_STEER):
        return
    pending = Review.objects.filter(agreement=OuterRef("pk"), decision=Review.Decision.PENDING)
    rows = (
        own_public(actor)
        .filter(~Exists(pending), status=S.INTERNAL_REVIEW)
        .order_by("updated_at")[:MOST]
    )
    for row in rows:
        yield Item(
            kind="agreement",
            agreement=row,
            fact=_("Alle har set aftalen igennem. Send den videre eller tilbage"),
            tone="wait",
            label=_("Set igennem"),
            action=_("Gå videre"),
            on=day_of(row.updated_at),
        )


def amendments_to_review(actor: Actor) -> Iterator[Item]:
    """Drafts that cannot be sent before a lawyer or a data protection officer has seen them, of the
    places below: their own coordinator is here."""
    if not allows(actor, Permission.AGREEMENT_STEER):
        return
    asks = Q(outcome__seen__shares_personal_data=True) | Q(outcome__reasons__0__isnull=False)
    rows = (
        Amendment.objects.filter(asks, agreement__in=below(actor), state=Amendment.State.DRAFT)
        .select_related("agreement")
        .order_by("effective_on")[:MOST]
    )
    for row in rows:
        waits = any(one.decision == Review.Decision.PENDING for one in newest_reviews(row))
        if waits or not last_trial(row).unseen(row.agreement, row):
            continue
        yield Item(
            kind="amendment",
            agreement=row.agreement,
            fact=_("Tillæg %(n)s skal ses af andre, før det kan sendes: %(title)s")
            % {"n": row.number, "title": row.title},
            tone="wait",
            label=_("Åbent tillæg"),
            action=_("Bed om en gennemgang"),
            on=row.effective_on,
            target=row.pk,
        )


def signatures(actor: Actor) -> Iterator[Item]:
    if not allows(actor, Permission.AGREEMENT_SIGN):
        return
    given = Signature.objects.filter(
        document=OuterRef("frozen"),
        party__organisation_id=actor.organisation_id,
        voided_at__isnull=True,
    )
    rows = (
        own(actor).filter(~Exists(given), status=S.AWAITING_SIGNATURE).order_by("starts_on")[:MOST]
    )
    for row in rows:
        yield Item(
            kind="signature",
            agreement=row,
            fact=_("Venter på jeres underskrift. Aftalen begynder %(day)s")
            % {"day": long_date(row.starts_on)},
            tone="wait",
            label=_("Til underskrift"),
            action=_("Læs og skriv under"),
            on=row.starts_on or clock.today(),
        )


def amendments(actor: Actor) -> Iterator[Item]:
    if not allows(actor, Permission.AGREEMENT_WRITE):
        return
    given = Signature.objects.filter(
        document=OuterRef("document"),
        party__organisation_id=actor.organisation_id,
        voided_at__isnull=True,
    )
    asked_in = PartyChange.objects.filter(
        amendment=OuterRef("pk"),
        way=PartyChange.Way.JOINS,
        party__organisation_id=actor.organisation_id,
        party__left_on__isnull=False,
        amendment__agreement__status__in=AMENDABLE,
    )
    took_over = AgreementParty.objects.filter(
        agreement=OuterRef("agreement"), succeeded_by__organisation_id=actor.organisation_id
    )
    state = Amendment.State
    of_own = Q(agreement__in=own(actor).values("pk"))
    rows = (
        Amendment.objects.filter(
            (of_own & Q(state=state.DRAFT))
            | ((of_own | Exists(asked_in)) & Q(~Exists(given), state=state.AWAITING_SIGNATURE))
        )
        .annotate(took_over=Exists(took_over))
        .select_related("agreement")
        .order_by("effective_on")[:MOST]
    )
    for row in rows:
        draft = row.state == state.DRAFT
        if not draft and row.took_over and _is_bound(actor, row):
            continue
        fact = (
            _("Tillæg %(n)s er begyndt og ikke sendt til underskrift: %(title)s")
            if draft
            else _("Tillæg %(n)s venter på jeres underskrift: %(title)s")
        )
        yield Item(
            kind="amendment",
            agreement=row.agreement,
            fact=fact % {"n": row.number, "title": row.title},
            tone="mute" if draft else "wait",
            label=_("Åbent tillæg") if draft else _("Til underskrift"),
            action=_("Skriv færdigt") if draft else _("Læs og skriv under"),
            on=row.effective_on,
            target=row.pk,
        )


def _is_bound(actor: Actor, row: Amendment) -> bool:
    """Whether those whose place the actor's organisation took over have signed for it."""
    text = row.agreement.documents.defer("content").filter(pk__in=[row.document_id]).first()
    party = party_of(row.agreement, actor)
    if text is None or party is None:
        return False
    return party.pk in signed_parties(row.agreement, text)
