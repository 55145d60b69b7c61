"""The public side's own look before it negotiates: professional, legal, data protection."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Membership, Organisation, Role
from partnerships.guards import (
    facts_for_review,
    missing_for_negotiation,
    missing_for_review,
    required_reviews,
)
from partnerships.guards.reviews import as_read, newest_reviews, newest_round, waits_for_review
from partnerships.models import Agreement, AgreementState, Amendment, Review, Side
from partnerships.permissions import may_review, require_may
from partnerships.services.mover import (
    NotReady,
    keep,
    lock_agreement,
    lock_amendment,
    new_event,
    note,
    refuse_unless_amendable,
    require_comment,
    turn,
)
from partnerships.services.rehearsal import try_out
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.ids import uuid7

_ROLE = {
    Review.Kind.PROFESSIONAL: Role.COORDINATOR,
    Review.Kind.LEGAL: Role.LAWYER,
    Review.Kind.DATA_PROTECTION: Role.DPO,
}


def reviewers(agreement: Agreement, kind: str) -> list[tuple[int, str, Organisation]]:
    """Who can be asked for a review: (user id, name, organisation), of the public parties and of
    the owners above them, nearest first."""
    found: list[tuple[int, str, Organisation]] = []
    seen: set[int] = set()
    for party in agreement.parties.all():
        organisation: Organisation | None = party.organisation
        if party.side != Side.PUBLIC or party.left_on is not None:
            continue
        while organisation is not None and organisation.pk not in seen:
            seen.add(organisation.pk)
            rows = (
                Membership.objects.filter(organisation=organisation, user__is_active=True)
                .with_role(_ROLE[Review.Kind(kind)])
                .select_related("user")
                .order_by("user__name", "pk")
            )
            found += [(row.user_id, row.user.name, organisation) for row in rows]
            organisation = organisation.parent
    return found


@transaction.atomic
def submit_for_review(
    *, agreement_id: UUID, actor: Actor, chosen: Mapping[str, int] | None = None
) -> Agreement:
    """draft→internal_review, with one named reviewer a kind. `chosen` maps kinds to user ids; a
    kind that must be looked at is asked for whether it was chosen or not.

    Raises `NotReady` with everything that is missing, `InvalidInput` where nobody can be asked.
    """
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    event = turn(agreement, "submit_for_review", actor)
    missing = missing_for_review(agreement)
    if missing:
        raise NotReady(missing)
    agreement.legal_threshold_ore = settings.AGREEMENT_LEGAL_THRESHOLD_ORE
    newest = newest_round(agreement)
    kinds = {*required_reviews(agreement), *(Review.Kind(kind) for kind in chosen or {})}
    for kind in Review.Kind:
        if kind in kinds:
            _ask(agreement, kind, newest + 1, (chosen or {}).get(kind), actor)
    keep(agreement, event, actor)
    return agreement


def _ask(
    agreement: Agreement,
    kind: Review.Kind,
    number: int,
    chosen: int | None,
    actor: Actor,
    amendment: Amendment | None = None,
) -> None:
    people = reviewers(agreement, kind)
    if not people:
        raise InvalidInput(
            {
                "reviewers": _(
                    "Ingen kan gennemgå aftalen: %(kind)s. Invitér en med den rolle først."
                )
                % {"kind": kind.label}
            }
        )
    person = next((row for row in people if row[0] == chosen), None)
    if chosen is not None and person is None:
        raise InvalidInput({"reviewers": _("Vælg en person fra listen.")})
    if person is None:
        # Nobody was chosen: another pair of eyes than the asker's, where there is one.
        person = next((row for row in people if row[0] != actor.user_id), people[0])
    user_id, name, organisation = person
    Review.objects.create(
        agreement=agreement,
        amendment=amendment,
        round=number,
        kind=kind,
        organisation=organisation,
        reviewer_id=user_id,
        reviewer_name=name,
        asked_at=clock.now(),
    )


@transaction.atomic
def decide_review(
    *,
    agreement_id: UUID,
    review_id: UUID,
    approve: bool,
    comment: str,
    actor: Actor,
    read: str | None = None,
) -> Review:
    """A reviewer's yes or no, with a comment; a no sends the agreement back to draft at once. A yes
    from a page gives what it showed as `read` (`guards.reviews.as_read`).

    Anybody who holds the role in the asked organisation may answer for a colleague who is away; the
    name of who did it stands. Raises `NotFound`, `NotAllowed`, `WrongState`, `InvalidInput`.
    """
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    review = agreement.reviews.select_for_update().filter(pk=review_id).first()
    if review is None:
        raise NotFound()
    if not may_review(actor, review):
        raise NotAllowed()
    if review.decision != Review.Decision.PENDING or not waits_for_review(review):
        raise WrongState()
    now = as_read(agreement, review.amendment)
    if approve and read is not None and read != now:
        sentence = _("Teksten er rettet, siden du åbnede siden. Læs den igen, og svar så.")
        raise InvalidInput({"decision": sentence})
    review.comment = require_comment(
        comment,
        _("Skriv kort, hvad du har set på.") if approve else _("Skriv, hvad der skal laves om."),
    )[:4000]
    review.decision = Review.Decision.APPROVED if approve else Review.Decision.SENT_BACK
    review.decided_at, review.decided_by_id = clock.now(), actor.user_id
    review.reviewer_name = actor.name
    amendment = review.amendment
    seen = try_out(agreement, amendment).seen if amendment else facts_for_review(agreement)
    review.seen = {**seen, "read": now}
    review.save()
    details: dict[str, Any] = {"kind": review.kind}
    if amendment is not None:
        verb = "amendment_looked_at" if approve else "amendment_sent_back"
        details["number"] = amendment.number
        note(agreement, verb, actor, comment=review.comment, details=details)
    elif approve:
        note(agreement, "review_approved", actor, comment=review.comment, details=details)
    elif agreement.status == AgreementState.NEGOTIATION:
        note(agreement, "review_refused", actor, comment=review.comment, details=details)
    else:
        # The reviewer's word is enough for this one move, which is else the coordinator's.
        old, agreement.status = agreement.status, AgreementState.DRAFT
        agreement.status_changed_at = agreement.updated_at = clock.now()
        event = new_event(
            agreement, "send_back", actor, old=old, comment=review.comment, details=details
        )
        keep(agreement, event, actor)
    return review


@transaction.atomic
def ask_for_review(
    *, agreement_id: UUID, kind: str, actor: Actor, chosen: int | None = None
) -> None:
    """In negotiation: something came in that must be looked at, or must be looked at again. The
    other approvals stand. Raises `NotAllowed`, `WrongState` while that review waits already."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    require_may(actor, Permission.AGREEMENT_STEER, agreement)
    if agreement.status != AgreementState.NEGOTIATION:
        raise WrongState()
    standing = list(agreement.reviews.filter(round=newest_round(agreement)))
    _ask_anew(agreement, standing, {Review.Kind(kind): chosen}, actor)
    note(agreement, "review_asked", actor, details={"kind": kind})


def still_asked(looks: list[Review]) -> set[str]:
    """Kinds that wait for somebody who can answer. Where the last who held the role has gone,
    another is asked instead."""
    return {
        row.kind
        for row in looks
        if row.decision == Review.Decision.PENDING
        and Membership.objects.filter(organisation=row.organisation_id, user__is_active=True)
        .with_role(_ROLE[Review.Kind(row.kind)])
        .exists()
    }


def _ask_anew(
    agreement: Agreement,
    standing: list[Review],
    chosen: Mapping[Review.Kind, int | None],
    actor: Actor,
    amendment: Amendment | None = None,
) -> None:
    """A new round, in which the other answers of `standing` go on as they are. Who has not answered
    yet keeps the same question, whose address stands in a mail."""
    pending = still_asked(standing)
    if pending & set(chosen):
        raise WrongState(_("Den gennemgang er allerede sat i gang."))
    number = newest_round(agreement) + 1
    for row in standing:
        row.round = number
        if row.kind in pending:
            row.save(update_fields=["round"])
        elif row.kind not in chosen:
            row.pk, row._state.adding = uuid7(), True
            row.save(force_insert=True)
    for kind, person in chosen.items():
        _ask(agreement, kind, number, person, actor, amendment)


@transaction.atomic
def ask_for_amendment_review(
    *, agreement_id: UUID, amendment_id: UUID, chosen: Mapping[str, int], actor: Actor
) -> None:
    """A look at an amendment that is being written: by those `chosen` (kind → user id), and of each
    kind that it cannot be sent without. What is written meanwhile counts only as far as it was
    seen. Raises `NotAllowed`, `InvalidInput`, `WrongState` when nobody is left to be asked."""
    agreement, row = lock_amendment(agreement_id, amendment_id, actor)
    require_may(actor, Permission.AGREEMENT_STEER, agreement)
    refuse_unless_amendable(agreement)
    if row.state != Amendment.State.DRAFT:
        raise WrongState()
    standing = newest_reviews(row)
    unseen = try_out(agreement, row).unseen(agreement, row)
    wanted = {*chosen, *unseen} - still_asked(standing)
    if not wanted:
        raise WrongState(_("Vælg, hvem der skal se på tillægget, og som ikke allerede er spurgt."))
    people = {kind: chosen.get(kind) for kind in Review.Kind if kind in wanted}
    _ask_anew(agreement, standing, people, actor, amendment=row)
    details = {"kind": ", ".join(people), "number": row.number}
    note(agreement, "amendment_review_asked", actor, details=details)


@transaction.atomic
def send_back(*, agreement_id: UUID, comment: str, actor: Actor) -> Agreement:
    """internal_review→draft by the public coordinator; needs a comment."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    comment = require_comment(comment, _("Skriv, hvad der skal laves om."))
    event = turn(agreement, "send_back", actor, comment=comment)
    keep(agreement, event, actor)
    return agreement


@transaction.atomic
def negotiate(*, agreement_id: UUID, actor: Actor) -> Agreement:
    """internal_review→negotiation, once every reviewer has decided and said yes."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    event = turn(agreement, "negotiate", actor)
    missing = missing_for_negotiation(agreement)
    if missing:
        raise NotReady(missing)
    keep(agreement, event, actor)
    return agreement
