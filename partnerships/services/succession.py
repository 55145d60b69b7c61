"""One organisation takes over another's place in agreements, with rights, duties and history.

Called by `portal.succession` alone. The old party's row stays with its signatures and says who came
after; a new row carries on. No agreement changes its state by it, and nothing is signed anew: what
the old party signed binds the new one.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from organisations.models import Organisation
from partnerships.frames import Moves, frame_clashes
from partnerships.models import (
    ActionPoint,
    Agreement,
    AgreementEvent,
    AgreementKind,
    AgreementOffer,
    AgreementParty,
    AnchoringAssessment,
    BudgetLine,
    CalendarFeed,
    Clause,
    Enquiry,
    Entrance,
    EntrancePost,
    Forum,
    ForumMember,
    Obligation,
    Review,
    SavedView,
    SectionApproval,
)
from partnerships.models.agreement import BEFORE_SIGNATURE, IN_FORCE
from partnerships.services.amended_facts import hand_on
from portal.access.actor import Actor
from portal.audit import trail
from portal.common import clock
from portal.common.errors import NotAllowed


def agreements_of(organisation_id: int) -> QuerySet[Agreement]:
    """Every agreement in which the organisation has any part, whatever its state: as a party, now
    or before, as reviewer, as payer, or as the place that it is about."""
    return Agreement.objects.filter(
        pk__in=AgreementParty.objects.filter(organisation_id=organisation_id)
        .values("agreement_id")
        .union(
            Review.objects.filter(organisation_id=organisation_id).values("agreement_id"),
            BudgetLine.objects.filter(paid_by_id=organisation_id).values("agreement_id"),
            Agreement.objects.filter(scope_organisation_id=organisation_id).values("pk"),
            Enquiry.objects.filter(organisation_id=organisation_id).values("agreement_id"),
            Enquiry.objects.filter(sender_id=organisation_id).values("agreement_id"),
        )
    )


@transaction.atomic
def transfer_agreements(
    *,
    moves: Moves,
    on: date,
    actor: Actor,
    lasting: Collection[UUID] = (),
    regions: Mapping[tuple[UUID, int], int] | None = None,
    offers: Mapping[int, int] | None = None,
) -> int:
    """Put each new organisation in the place of the old one; returns how many agreements changed.

    `moves` names agreement and old organisation; `lasting` the frame agreements chosen to go on
    where two would meet; `regions` (agreement, ended region) → new region; `offers` old → new row.
    """
    if not actor.is_system:
        raise NotAllowed()
    agreements = {
        row.pk: row
        for row in Agreement.objects.filter(pk__in={pk for pk, _old in moves})
        .select_for_update(of=("self",))
        .order_by("pk")
    }
    everybody = {old for _pk, old in moves} | set(moves.values())
    organisations = Organisation.objects.in_bulk(everybody)
    details: dict[UUID, dict[str, Any]] = defaultdict(dict)
    frames, children = _put_below(moves, lasting, details)
    for (pk, old), new in sorted(moves.items(), key=lambda row: (str(row[0][0]), row[0][1])):
        if pk in agreements:
            counts = _move_one(agreements[pk], organisations[old], organisations[new], on)
            if counts:
                steps = details[pk].setdefault("steps", [])
                steps.append(
                    {"from": organisations[old].slug, "to": organisations[new].slug, **counts}
                )
    _move_scopes(agreements, regions or {}, details)
    _link_offers(offers or {}, details)
    _put_under(frames, children, details)
    for pk, said in details.items():
        agreement = agreements.get(pk) or Agreement.objects.get(pk=pk)
        AgreementEvent.objects.create(
            agreement=agreement,
            at=clock.now(),
            verb="transfer",
            old=agreement.status,
            new=agreement.status,
            details=said,
            actor_name=actor.name,
            **actor.as_columns(),
        )
        steps = said.get("steps", [])
        trail.record(
            actor,
            "agreement.transfer",
            agreement,
            source=",".join(step["from"] for step in steps),
            target=",".join(sorted({step["to"] for step in steps})),
        )
    return len(details)


# --- one agreement, one organisation ------------------------------------------------------------
def _move_one(
    agreement: Agreement, old: Organisation, new: Organisation, on: date
) -> dict[str, int]:
    counts = {
        "party": _move_party(agreement, old, new, on),
        "reviews": Review.objects.filter(agreement=agreement, organisation=old).update(
            organisation=new
        ),
        "budget": BudgetLine.objects.filter(agreement=agreement, paid_by=old).update(paid_by=new),
        "scope": Agreement.objects.filter(pk=agreement.pk, scope_organisation=old).update(
            scope_organisation=new
        ),
        "actions": ActionPoint.objects.filter(
            agreement=agreement, organisation=old, done_on__isnull=True
        ).update(organisation=new),
        "enquiry": Enquiry.objects.filter(agreement=agreement, organisation=old).update(
            organisation=new
        ),
        "sender": Enquiry.objects.filter(agreement=agreement, sender=old).update(sender=new),
        "assessments": AnchoringAssessment.objects.filter(
            agreement=agreement, organisation=old
        ).update(organisation=new),
        # After the party, whose new row it names.
        "amendments": hand_on(agreement, old, new),
    }
    return {name: count for name, count in counts.items() if count}


def _move_party(agreement: Agreement, old: Organisation, new: Organisation, on: date) -> int:
    rows = {row.organisation_id: row for row in agreement.parties.all()}
    leaving, there = rows.get(old.pk), rows.get(new.pk)
    if leaving is None or leaving.succeeded_by_id is not None:
        return 0
    if not leaving.has_been_in:
        return _move_asked(leaving, there, new)
    had_left = leaving.left_on is not None
    before = there
    there = there or _stand_in(leaving, new, on)
    leaving.left_on, leaving.succeeded_by = leaving.left_on or on, there
    leaving.save(update_fields=["left_on", "succeeded_by"])
    if before is None:
        _copy_approvals(leaving, there)
    elif there.joined_on == on and not had_left:
        _keep_common_approvals(leaving, there)
    # Out first and then in: the database lets a party in when it sees whose place it takes.
    if there.left_on is not None and not had_left:
        there.left_on, there.joined_on, there.has_been_in = None, on, True
        there.save(update_fields=["left_on", "joined_on", "has_been_in"])
    # What is still to be done is the new party's to do; what was done stays with who did it.
    Obligation.objects.filter(party=leaving, done_on__isnull=True).update(party=there)
    return 1


def _move_asked(leaving: AgreementParty, there: AgreementParty | None, new: Organisation) -> int:
    """An open amendment asks the old organisation in: it asks the new one now, which is bound by
    what the old one signed. One that is a party already needs not come in."""
    if there is None:
        leaving.organisation = new
        leaving.save(update_fields=["organisation"])
    else:
        leaving.succeeded_by = there
        leaving.save(update_fields=["succeeded_by"])
    return 1


def _stand_in(leaving: AgreementParty, new: Organisation, on: date) -> AgreementParty:
    """Out until the caller lets it in. A party that had left already is history that the new
    organisation can read, no more."""
    return AgreementParty.objects.create(
        agreement_id=leaving.agreement_id,
        organisation=new,
        side=leaving.side,
        role=leaving.role,
        position=leaving.position,
        voice=leaving.voice,
        gives=leaving.gives,
        contact_id=leaving.contact_id,
        contact_title=leaving.contact_title,
        deputy_id=leaving.deputy_id,
        public_consent_at=leaving.public_consent_at,
        left_on=leaving.left_on or on,
    )


def _copy_approvals(leaving: AgreementParty, there: AgreementParty) -> None:
    """What the old party has read and agreed to, the new one has too."""
    SectionApproval.objects.bulk_create(
        SectionApproval(
            section_id=row.section_id,
            party=there,
            version=row.version,
            at=row.at,
            user_id=row.user_id,
            user_name=row.user_name,
        )
        for row in SectionApproval.objects.filter(party=leaving)
    )


def _keep_common_approvals(leaving: AgreementParty, there: AgreementParty) -> None:
    """Two of the agreement's own parties become one: it has agreed to what both had agreed to."""
    both = SectionApproval.objects.filter(
        party=leaving, section=OuterRef("section"), version=OuterRef("version")
    )
    SectionApproval.objects.filter(~Exists(both), party=there).delete()


# --- frame agreements ---------------------------------------------------------------------------
def _put_below(
    moves: Moves, lasting: Collection[UUID], details: dict[UUID, dict[str, Any]]
) -> tuple[dict[UUID, UUID], dict[UUID, UUID]]:
    """Where two frame agreements would meet, one goes on and the others become agreements under
    it: the new organisation is bound by all, and may have one frame at a time. Returns those, and
    the children that they had, each with the frame that goes on."""
    frames: dict[UUID, UUID] = {}
    for clash in frame_clashes(moves, lasting):
        for other in clash.others:
            frames.setdefault(other.pk, clash.lasts.pk)
    children: dict[UUID, UUID] = {}
    for pk, parent in Agreement.objects.filter(parent__in=frames).values_list("pk", "parent_id"):
        children[pk] = frames[parent]
    Agreement.objects.filter(pk__in=children).update(parent=None)
    Agreement.objects.filter(pk__in=frames).update(kind=AgreementKind.LOCAL, parent=None)
    for pk in frames:
        details[pk]["kind"] = {"from": AgreementKind.FRAME.value, "to": AgreementKind.LOCAL.value}
    return frames, children


def _put_under(
    frames: Mapping[UUID, UUID],
    children: Mapping[UUID, UUID],
    details: dict[UUID, dict[str, Any]],
) -> None:
    """Under the frame that goes on, where its dates and parties allow; else on their own."""
    for pk, frame in {**children, **frames}.items():
        try:
            with transaction.atomic():
                Agreement.objects.filter(pk=pk).update(parent_id=frame)
        except DatabaseError as error:
            if "agreement_guard" not in str(error):
                raise
            details[pk]["frame"] = ""
        else:
            details[pk]["frame"] = str(frame)


def _move_scopes(
    agreements: Mapping[UUID, Agreement],
    regions: Mapping[tuple[UUID, int], int],
    details: dict[UUID, dict[str, Any]],
) -> None:
    """What has ended was about the region of its time; what lives is about the new one."""
    living = (*BEFORE_SIGNATURE, *IN_FORCE)
    for (pk, ended), new in regions.items():
        moved = Agreement.objects.filter(pk=pk, scope_region_id=ended, status__in=living).update(
            scope_region_id=new
        )
        if moved:
            details[pk]["region"] = {"from": ended, "to": new}


def _link_offers(offers: Mapping[int, int], details: dict[UUID, dict[str, Any]]) -> None:
    """An offer that goes on as a new row is linked beside the old one, whose referrals count on."""
    changed = {old: new for old, new in offers.items() if old != new}
    for pk, old in AgreementOffer.objects.filter(offer__in=changed).values_list(
        "agreement_id", "offer_id"
    ):
        _row, created = AgreementOffer.objects.get_or_create(agreement_id=pk, offer_id=changed[old])
        if created:
            details[pk].setdefault("offers", []).append(changed[old])


# --- what hangs on the organisation itself ------------------------------------------------------
@transaction.atomic
def transfer_collaboration(
    *, source: Organisation, target: Organisation, on: date, actor: Actor
) -> dict[str, int]:
    """Entrance and its posts, forums and seats, clauses, assessments, views and calendars."""
    if not actor.is_system:
        raise NotAllowed()
    counts: Counter[str] = Counter()
    counts["posts"] = EntrancePost.objects.filter(organisation=source).update(organisation=target)
    counts["entrances"] = _move_entrance(source, target)
    counts["assessments"] = AnchoringAssessment.objects.filter(organisation=source).update(
        organisation=target
    )
    counts["actions"] = ActionPoint.objects.filter(
        organisation=source, agreement__isnull=True, done_on__isnull=True
    ).update(organisation=target)
    counts["clauses"] = _move_clauses(source, target)
    counts["forums"] = _move_forums(source, target)
    counts["seats"] = _move_seats(source, target, on)
    _move_views(source, target)
    counts = Counter({name: count for name, count in counts.items() if count})
    if counts:
        words = ",".join(f"{name}={count}" for name, count in counts.items())
        trail.record(actor, "collaboration.transfer", target, source=str(source.pk), counts=words)
    return dict(counts)


def _move_entrance(source: Organisation, target: Organisation) -> int:
    """The target's own is the one way in. Without one it takes over the first; others close."""
    row = Entrance.objects.filter(organisation=source).first()
    if row is None:
        return 0
    if not Entrance.objects.filter(organisation=target).exists():
        row.organisation = target
        row.save(update_fields=["organisation"])
        return 1
    if row.is_open:
        row.is_open = False
        row.save(update_fields=["is_open"])
    return 0


def _move_clauses(source: Organisation, target: Organisation) -> int:
    taken = set(Clause.objects.filter(owner=target).values_list("key", flat=True))
    rows = list(Clause.objects.filter(owner=source))
    for row in rows:
        if row.key in taken:
            row.key = f"{row.key[:30]}-{source.slug[:29]}"
        row.owner = target
        row.save(update_fields=["owner", "key"])
    return len(rows)


def _move_forums(source: Organisation, target: Organisation) -> int:
    taken = set(Forum.objects.filter(organisation=target).values_list("name", flat=True))
    rows = list(Forum.objects.filter(organisation=source))
    for row in rows:
        if row.name in taken:
            row.name = f"{row.name[:75]} ({source.name[:80]})"
        row.organisation = target
        row.save(update_fields=["organisation", "name"])
    return len(rows)


def _move_seats(source: Organisation, target: Organisation, on: date) -> int:
    rows = list(ForumMember.objects.filter(organisation=source, until__isnull=True))
    for row in rows:
        row.until = on
        row.save(update_fields=["until"])
        seat, created = ForumMember.objects.get_or_create(
            forum_id=row.forum_id,
            organisation=target,
            until=None,
            defaults={"since": on, "person_id": row.person_id, "is_chair": row.is_chair},
        )
        if not created and row.is_chair and not seat.is_chair:
            seat.is_chair = True
            seat.save(update_fields=["is_chair"])
    return len(rows)


def _move_views(source: Organisation, target: Organisation) -> None:
    """A person's own: named filters get a longer name where it is taken, and one calendar stays."""
    taken = set(SavedView.objects.filter(organisation=target).values_list("user_id", "name"))
    for view in SavedView.objects.filter(organisation=source):
        if (view.user_id, view.name) in taken:
            view.name = f"{view.name[:38]} ({source.name[:38]})"
        view.organisation = target
        view.save(update_fields=["organisation", "name"])
    there = CalendarFeed.objects.filter(organisation=target).values("user_id")
    CalendarFeed.objects.filter(organisation=source, user_id__in=there).delete()
    CalendarFeed.objects.filter(organisation=source).update(organisation=target)
