"""Amendments that take parties into an agreement in force, or let them go."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from organisations.models import Organisation, Role
from partnerships import services
from partnerships.amended_parties import hindrances
from partnerships.documents import amendment_text, document_of
from partnerships.editor import Pen as EditorPen
from partnerships.editor.choices import Choosing
from partnerships.facts import SECTIONS, read
from partnerships.mails import event as event_mails
from partnerships.models import (
    Agreement,
    AgreementParty,
    Amendment,
    FramePair,
    PartyChange,
    SectionApproval,
)
from partnerships.page import load_agreement
from partnerships.page.build import AgreementPage
from partnerships.worklist import waiting
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.notifications.models import OutgoingMessage
from tests.factories.organisations import add_member
from tests.factories.partnerships import agreement_in, amend_parties, fresh, sign_amendment
from tests.factories.register import past_the_guards
from tests.world import Person, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_paper(monkeypatch):
    """The typesetter has its own tests."""
    text = b"%PDF-1.7 teksten\n%%EOF\n"
    monkeypatch.setattr("partnerships.services.signing.frozen_agreement", lambda _row: text)
    monkeypatch.setattr("partnerships.services.amending.amendment_text", lambda _a, _r: text)


def which(row: Amendment) -> dict[str, Any]:
    return {"agreement_id": row.agreement_id, "amendment_id": row.pk}


def take_in(row: Amendment, organisation: Organisation, actor: Any) -> AgreementParty:
    return services.ask_party_in(**which(row), organisation=organisation, actor=actor).party


def let_go(row: Amendment, organisation: Organisation, actor: Any) -> PartyChange:
    party = AgreementParty.objects.get(agreement=row.agreement_id, organisation=organisation)
    return services.let_party_go(**which(row), party_id=party.pk, actor=actor)


def send(row: Amendment, actor: Any) -> Amendment:
    return services.send_amendment_to_signature(**which(row), actor=actor)


def present(agreement: Agreement) -> set[str]:
    rows = agreement.parties.filter(left_on__isnull=True)
    return set(rows.values_list("organisation__slug", flat=True))


def sees(person: Person, agreement: Agreement) -> bool:
    return Agreement.objects.visible_to(person.actor()).filter(pk=agreement.pk).exists()


def joined(world: World, *, agreement: Agreement | None = None) -> Agreement:
    """The region, the association and the outsider, which came in by an amendment."""
    agreement = agreement or agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    take_in(row, world.outsider, public)
    send(row, public)
    sign_amendment(row, world.coordinator, world.receiver_manager, world.outsider_manager)
    return fresh(agreement)


# --- coming in ----------------------------------------------------------------------------------
def test_a_new_party_is_in_when_all_and_it_have_signed(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    take_in(row, world.outsider, public)
    send(row, public)
    before = present(agreement)

    sign_amendment(row, world.coordinator, world.receiver_manager)
    half = (row.state, present(agreement))
    sign_amendment(row, world.outsider_manager)

    assert half == ("awaiting_signature", before)
    assert row.state == "in_force"
    party = agreement.parties.get(organisation=world.outsider)
    assert present(agreement) == {*before, world.outsider.slug}
    assert (party.joined_on, party.left_on, party.has_been_in) == (clock.today(), None, True)
    assert party.contact_id == world.outsider_manager.user.pk
    assert party.side == "association"
    assert SectionApproval.objects.filter(party=party).count() == agreement.sections.count()
    log = agreement.changes.get(label="Part")
    assert (log.old, log.new) == ("", world.outsider.name)


@pytest.mark.parametrize("missing", ["coordinator", "receiver_manager", "outsider_manager"])
def test_without_anyone_of_them_nothing_is_signed(world, missing):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    take_in(row, world.outsider, public)
    send(row, public)
    people = {"coordinator", "receiver_manager", "outsider_manager"} - {missing}

    sign_amendment(row, *(getattr(world, name) for name in sorted(people)))

    assert row.state == "awaiting_signature"
    with pytest.raises(DatabaseError), transaction.atomic():
        Amendment.objects.filter(pk=row.pk).update(state="signed")


def test_nothing_changes_before_the_day(world):
    agreement = agreement_in("signed", world)
    public, day = world.coordinator.actor(), clock.today() + timedelta(days=40)
    row = amend_parties(agreement, public, effective_on=day)
    take_in(row, world.outsider, public)
    let_go(row, world.receiver, public)
    send(row, public)
    sign_amendment(row, world.coordinator, world.receiver_manager, world.outsider_manager)
    before = present(agreement)

    with clock.at(clock.now() + timedelta(days=39)):
        services.run_dates()
        eve = present(agreement)
    with clock.at(clock.now() + timedelta(days=43)):  # the job was down for three days
        services.run_dates()

    assert row.state == "signed"
    assert before == eve == {world.region.slug, world.receiver.slug}
    assert present(agreement) == {world.region.slug, world.outsider.slug}
    parties = {one.organisation_id: one for one in agreement.parties.all()}
    assert parties[world.outsider.pk].joined_on == day
    assert parties[world.receiver.pk].left_on == day


def test_the_new_party_reads_it_while_it_is_asked_to_sign_and_only_then(world):
    agreement = agreement_in("signed", world)
    public, person = world.coordinator.actor(), world.outsider_manager
    row = amend_parties(agreement, public)
    take_in(row, world.outsider, public)
    seen = [sees(person, agreement)]

    send(row, public)
    seen.append(sees(person, agreement))
    services.refuse_amendment(**which(row), comment="Ikke helt.", actor=world.coordinator.actor())
    seen.append(sees(person, agreement))
    send(row, public)
    seen.append(sees(person, agreement))
    services.withdraw_amendment(**which(row), comment="Ikke nu.", actor=public)
    seen.append(sees(person, agreement))

    assert seen == [False, True, False, True, False]
    assert not sees(world.parent_handler, agreement)


def test_one_that_is_asked_writes_nothing_and_is_in_no_list_of_parties(world):
    agreement = agreement_in("signed", world)
    public, outsider = world.coordinator.actor(), world.outsider_manager.actor()
    row = amend_parties(agreement, public)
    take_in(row, world.outsider, public)
    send(row, public)

    for act in (
        lambda: services.withdraw_amendment(**which(row), comment="x", actor=outsider),
        lambda: services.comment_on_section(
            agreement_id=agreement.pk, key="purpose", text="Hej", actor=outsider
        ),
        lambda: services.link_offers(agreement_id=agreement.pk, offers=[], actor=outsider),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert world.outsider.slug not in present(agreement)
    assert [one.action for one in waiting(outsider)] == ["Læs og skriv under"]


def test_only_its_own_people_sign_for_the_new_party(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    take_in(row, world.outsider, public)
    row = send(row, public)

    for person, error in (
        (world.outsider_handler, NotFound),
        (world.parent_handler, NotFound),
        (world.lawyer, NotAllowed),
    ):
        with pytest.raises(error):
            sign_amendment(row, person)

    assert not row.signatures.exists()


def test_the_new_party_names_a_contact_among_its_own(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    take_in(row, world.outsider, public)
    row = send(row, public)

    for contact in (None, world.coordinator.user.pk, world.outsider_handler.user.pk):
        with pytest.raises(InvalidInput) as refused:
            services.sign_amendment(
                **which(row),
                sha256=row.document.sha256,
                contact_id=contact,
                actor=world.outsider_manager.actor(),
            )
        assert "contact" in refused.value.errors


def test_a_no_of_the_new_party_sends_the_amendment_back(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    take_in(row, world.outsider, public)
    send(row, public)
    sign_amendment(row, world.coordinator)

    services.refuse_amendment(
        **which(row), comment="Vi har ikke tid.", actor=world.outsider_manager.actor()
    )

    row.refresh_from_db()
    assert row.state == "draft"
    assert not row.signatures.filter(voided_at__isnull=True).exists()


def test_an_organisation_where_nobody_can_sign_is_not_asked(world):
    agreement = agreement_in("signed", world)
    row = amend_parties(agreement, world.coordinator.actor())

    with pytest.raises(InvalidInput) as refused:
        take_in(row, world.department, world.coordinator.actor())

    assert "ingen leder" in refused.value.errors["organisation"]
    assert not AgreementParty.objects.filter(organisation=world.department).exists()


def test_a_second_click_asks_once_and_a_party_is_not_asked(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)

    first, second = (take_in(row, world.outsider, public) for _ in range(2))

    assert first == second
    assert row.party_changes.count() == 1
    with pytest.raises(WrongState, match="allerede part"):
        take_in(row, world.receiver, public)


def test_what_is_dropped_again_leaves_nothing_but_history(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    party = take_in(row, world.outsider, public)
    let_go(row, world.receiver, public)
    stays = agreement.parties.get(organisation=world.receiver)

    for pk in (party.pk, stays.pk, party.pk):
        services.drop_party_change(**which(row), party_id=pk, actor=public)

    assert not row.party_changes.exists()
    assert not AgreementParty.objects.filter(organisation=world.outsider).exists()
    assert present(agreement) == {world.region.slug, world.receiver.slug}
    assert agreement.events.filter(verb="amendment_party_dropped").count() == 2
    with pytest.raises(WrongState):
        send(row, public)  # it changes nothing


def test_parties_are_for_amendments_about_parties_and_for_parties_to_propose(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)

    with pytest.raises(NotFound):
        take_in(row, world.outsider, world.outsider_manager.actor())
    with pytest.raises(NotAllowed):
        take_in(row, world.outsider, world.lawyer.actor())
    Amendment.objects.filter(pk=row.pk).update(kind="content")
    with pytest.raises(WrongState):
        take_in(row, world.outsider, public)


def test_nobody_is_added_once_it_is_sent(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    change = row.party_changes.get(party=take_in(row, world.outsider, public))
    send(row, public)

    with pytest.raises(WrongState):
        take_in(row, world.municipality, public)
    with pytest.raises(DatabaseError), transaction.atomic():
        change.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        PartyChange.objects.filter(pk=change.pk).update(way="leaves")


# --- going out ----------------------------------------------------------------------------------
def test_a_party_that_leaves_signs_and_is_out_and_reads_on_and_writes_no_more(world):
    agreement = joined(world)
    public = world.coordinator.actor()
    party = agreement.parties.get(organisation=world.receiver)
    undone = agreement.obligations.create(party=party, text="Finde værter")
    done = agreement.obligations.create(party=party, text="Et møde", done_on=clock.today())
    row = amend_parties(agreement, public)
    let_go(row, world.receiver, public)
    send(row, public)

    sign_amendment(row, world.coordinator, world.outsider_manager)
    without_it = row.state
    sign_amendment(row, world.receiver_manager)

    assert (without_it, row.state) == ("awaiting_signature", "in_force")
    assert present(agreement) == {world.region.slug, world.outsider.slug}
    assert list(agreement.obligations.all()) == [done]
    assert undone.text not in str(read(fresh(agreement), "parties"))
    assert sees(world.receiver_manager, agreement)
    with pytest.raises(NotAllowed):
        amend_parties(agreement, world.receiver_manager.actor())
    assert waiting(world.receiver_manager.actor()) == []
    assert agreement.signatures.filter(party=party).count() == 3


def test_what_the_amendment_hands_over_stays(world):
    agreement = joined(world)
    public = world.coordinator.actor()
    party = agreement.parties.get(organisation=world.receiver)
    task = agreement.obligations.create(party=party, text="Finde værter")
    row = amend_parties(agreement, public)
    let_go(row, world.receiver, public)
    facts = read(fresh(agreement), "parties")
    facts["obligations"][0]["party"] = world.outsider.slug
    services.save_amended_section(
        **which(row), key="parties", facts=facts, version=0, actor=world.outsider_manager.actor()
    )
    send(row, public)

    sign_amendment(row, world.coordinator, world.outsider_manager, world.receiver_manager)

    task.refresh_from_db()
    assert task.party.organisation == world.outsider


def give(row: Amendment, organisation: Organisation, actor: Any, version: int = 0) -> None:
    facts = read(fresh(row.agreement), "parties")
    task = {"id": "", "party": organisation.slug, "text": "Holde kurser"}
    services.save_amended_section(
        **which(row),
        key="parties",
        facts={**facts, "obligations": [*facts["obligations"], task]},
        version=version,
        actor=actor,
    )


def test_a_new_party_can_be_given_something_in_the_same_amendment(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    with pytest.raises(InvalidInput):
        give(row, world.outsider, public)
    party = take_in(row, world.outsider, public)
    give(row, world.outsider, public)
    services.drop_party_change(**which(row), party_id=party.pk, actor=public)
    with pytest.raises(WrongState, match="men er ikke part"):
        send(row, public)
    take_in(row, world.outsider, public)
    send(row, public)

    sign_amendment(row, world.coordinator, world.receiver_manager, world.outsider_manager)

    assert agreement.obligations.get().party.organisation == world.outsider


def test_one_that_was_dropped_again_is_to_pay_nothing(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    party = take_in(row, world.outsider, public)
    facts = read(agreement, "budget")
    line = {"id": "", "text": "Kurser", "kind": "money", "paid_by": world.outsider.slug}
    services.save_amended_section(
        **which(row),
        key="budget",
        facts={**facts, "lines": [*facts["lines"], {**line, "amounts": {}}]},
        version=0,
        actor=public,
    )
    services.drop_party_change(**which(row), party_id=party.pk, actor=public)

    with pytest.raises(WrongState, match="betale") as refused:
        send(row, public)

    assert world.outsider.name in refused.value.message


def test_what_a_party_pays_that_has_left_is_not_the_amendments_doing(world):
    agreement = joined(world)
    public = world.coordinator.actor()
    agreement.budget.create(text="Kurser", kind="money", paid_by=world.outsider, position=9)
    row = amend_parties(agreement, public)
    let_go(row, world.outsider, public)
    send(row, public)
    sign_amendment(row, world.coordinator, world.receiver_manager, world.outsider_manager)
    row = amend_parties(fresh(agreement), public)
    facts = read(fresh(agreement), "budget")
    facts["lines"][0]["text"] = "En anden post"

    services.save_amended_section(**which(row), key="budget", facts=facts, version=0, actor=public)

    assert hindrances(fresh(agreement), row) == []
    assert send(row, public).state == "awaiting_signature"


def test_what_a_party_did_before_it_left_does_not_lock_the_section(world):
    agreement = joined(world)
    public = world.coordinator.actor()
    party = agreement.parties.get(organisation=world.outsider)
    agreement.obligations.create(party=party, text="Et møde", done_on=clock.today())
    row = amend_parties(agreement, public)
    let_go(row, world.outsider, public)
    send(row, public)
    sign_amendment(row, world.coordinator, world.receiver_manager, world.outsider_manager)
    row = amend_parties(agreement, public)

    give(row, world.receiver, world.receiver_manager.actor())

    pen = EditorPen(agreement.parties.get(organisation=world.region))
    choosing = Choosing(fresh(agreement), pen, SECTIONS["parties"], {})
    done = next(
        one for one in row.agreement.obligations.all() if one.party.organisation == world.outsider
    )
    column = SECTIONS["parties"].part("obligations").columns[0]
    shown = choosing.of(column, {"id": str(done.pk), "party": world.outsider.slug})
    assert world.outsider.slug in dict(shown)


def test_the_last_of_a_side_cannot_leave(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    let_go(row, world.receiver, public)

    with pytest.raises(WrongState, match="forening tilbage"):
        send(row, public)

    row.refresh_from_db()
    assert row.state == "draft"


def test_a_party_can_be_exchanged_for_another_on_its_side(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    let_go(row, world.receiver, public)
    take_in(row, world.outsider, public)
    send(row, public)

    sign_amendment(row, world.coordinator, world.receiver_manager, world.outsider_manager)

    assert present(agreement) == {world.region.slug, world.outsider.slug}


def test_one_that_left_can_come_back(world):
    agreement = joined(world)
    public = world.coordinator.actor()
    everybody = (world.coordinator, world.receiver_manager, world.outsider_manager)
    row = amend_parties(agreement, public)
    let_go(row, world.outsider, public)
    send(row, public)
    sign_amendment(row, *everybody)
    out = present(agreement)

    row = amend_parties(agreement, public)
    take_in(row, world.outsider, public)
    send(row, public)
    sign_amendment(row, *everybody)

    assert world.outsider.slug not in out
    assert world.outsider.slug in present(agreement)


# --- the database is the last guard -------------------------------------------------------------
def test_the_database_lets_nobody_in_or_out_without_a_signed_amendment(world):
    agreement = joined(world)
    parties = agreement.parties
    row = amend_parties(agreement, world.coordinator.actor())
    asked = take_in(row, world.municipality, world.coordinator.actor())
    one = {"agreement": agreement, "organisation": world.parent, "side": "association"}

    for act in (
        lambda: AgreementParty.objects.create(**one),
        lambda: parties.filter(organisation=world.receiver).update(left_on=clock.today()),
        lambda: parties.filter(organisation=world.outsider).update(left_on=clock.today()),
        lambda: parties.filter(organisation=world.receiver).update(organisation=world.parent),
        lambda: parties.filter(organisation=world.receiver).update(side="public"),
        lambda: parties.filter(pk=asked.pk).update(
            left_on=None, has_been_in=True, contact=world.municipal_coordinator.user
        ),
        lambda: parties.get(organisation=world.outsider).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_the_database_keeps_a_party_on_each_side(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    let_go(row, world.receiver, public)

    with pytest.raises(DatabaseError), transaction.atomic():
        Amendment.objects.filter(pk=row.pk).update(
            state="awaiting_signature", document=agreement.frozen
        )


def test_a_row_that_is_not_in_yet_is_always_out(world):
    agreement = agreement_in("idea", world)

    with pytest.raises(DatabaseError), transaction.atomic():
        agreement.parties.update(has_been_in=False)


# --- where it is shown --------------------------------------------------------------------------
def test_the_text_to_sign_says_who_comes_and_goes_and_has_a_line_for_each(world, monkeypatch):
    monkeypatch.setattr("partnerships.documents.render_amendment_pdf", lambda paper: paper)
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    party = agreement.parties.get(organisation=world.receiver)
    for text, done_on in (("Finde værter", None), ("Et møde", clock.today())):
        agreement.obligations.create(party=party, text=text, done_on=done_on)
    row = amend_parties(agreement, public)
    take_in(row, world.outsider, public)
    let_go(row, world.receiver, public)

    paper: Any = amendment_text(fresh(agreement), row)

    assert [one.name for one in paper.joining] == [world.outsider.name]
    assert [(one.name, one.undone) for one in paper.leaving] == [
        (world.receiver.name, ("Finde værter",))
    ]
    assert {one.party for one in paper.signatures} == {
        world.region.name,
        world.receiver.name,
        world.outsider.name,
    }


def test_the_agreement_shows_what_binds_a_party_that_came_later(world):
    agreement = joined(world)

    lines = {one.party: one for one in document_of(agreement).signatures}
    boxes = AgreementPage(
        load_agreement(world.coordinator.actor(), agreement.pk), world.coordinator.actor()
    ).section("parties")

    assert lines[world.outsider.name].signed_on == clock.today()
    shown = {one["name"]: one["signature"] for one in boxes.content}
    assert shown[world.outsider.name].signer_name == "Ulla Leder"
    (moved,) = document_of(agreement).amendments
    assert [(one.old, one.new) for one in moved.changes] == [("", world.outsider.name)]


def test_who_stands_above_a_public_body_that_is_asked_reads_as_it_does(world):
    hospital = world.department
    above = world.other_region
    Organisation.objects.filter(pk=hospital.pk).update(parent=above)
    leader = add_member(hospital, Role.MANAGER, name="Hanne Leder", email="hanne@samspil.example")
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    take_in(row, hospital, public)
    before = sees(world.other_coordinator, agreement)
    send(row, public)
    while_asked = sees(world.other_coordinator, agreement)
    services.withdraw_amendment(**which(row), comment="Ikke nu.", actor=public)

    assert leader is not None
    assert (before, while_asked, sees(world.other_coordinator, agreement)) == (False, True, False)


# --- frame agreements ---------------------------------------------------------------------------
def test_two_frame_agreements_of_a_pair_do_not_meet_by_an_amendment(world, monkeypatch):
    start = clock.today() + timedelta(days=30)
    agreement = agreement_in("signed", world, kind="frame", starts_on=start)
    public = world.coordinator.actor()
    other = agreement_in("signed", world, kind="project", starts_on=start)
    with past_the_guards():
        other.parties.filter(organisation=world.receiver).update(organisation=world.outsider)
    Agreement.objects.filter(pk=other.pk).update(kind="frame")
    row = amend_parties(agreement, public)
    take_in(row, world.outsider, public)

    with pytest.raises(WrongState, match="allerede en rammeaftale"):
        send(row, public)

    # Whatever code writes it: our own question is taken away, and the database says no.
    monkeypatch.setattr("partnerships.services.joining.hindrances", lambda *_: [])
    send(row, public)
    sign_amendment(row, world.coordinator, world.receiver_manager)
    with pytest.raises(WrongState, match="allerede en rammeaftale"):
        sign_amendment(row, world.outsider_manager)
    assert world.outsider.slug not in present(agreement)


def test_a_pair_that_came_together_later_is_one_from_then_on(world):
    agreement = agreement_in("signed", world, kind="frame")
    day = agreement.starts_on + timedelta(days=20)
    row = amend_parties(agreement, world.coordinator.actor(), effective_on=day)
    take_in(row, world.outsider, world.coordinator.actor())
    send(row, world.coordinator.actor())
    sign_amendment(row, world.coordinator, world.receiver_manager, world.outsider_manager)

    with clock.at(clock.now() + timedelta(days=51)):
        services.run_dates()

    pair = FramePair.objects.get(association=world.outsider)
    assert pair.period.lower == day
    assert FramePair.objects.get(association=world.receiver).period.lower == agreement.starts_on


def under(world: World) -> tuple[Agreement, Agreement]:
    """A frame agreement and one under it, both signed."""
    frame = agreement_in("signed", world, kind="frame")
    child = agreement_in("signed", world, starts_on=frame.starts_on, ends_on=frame.ends_on)
    Agreement.objects.filter(pk=child.pk).update(parent=frame)
    return fresh(frame), fresh(child)


def test_a_party_of_a_child_is_one_of_its_frame(world):
    frame, child = under(world)
    public = world.coordinator.actor()
    row = amend_parties(child, public)
    take_in(row, world.outsider, public)

    with pytest.raises(WrongState, match="ikke med i rammeaftalen"):
        send(row, public)
    joined(world, agreement=frame)
    send(row, public)
    sign_amendment(row, world.coordinator, world.receiver_manager, world.outsider_manager)

    assert world.outsider.slug in present(child)


def test_nobody_leaves_a_frame_that_a_child_needs_them_in(world):
    frame, child = under(world)
    public = world.coordinator.actor()
    joined(world, agreement=frame)
    row = amend_parties(frame, public)
    let_go(row, world.receiver, public)

    with pytest.raises(WrongState, match=child.number):
        send(row, public)


def test_the_database_holds_both_ends_of_a_frame(world, monkeypatch):
    frame, child = under(world)
    public = world.coordinator.actor()
    joined(world, agreement=frame)
    monkeypatch.setattr("partnerships.services.joining.hindrances", lambda *_: [])
    row = amend_parties(frame, public)
    let_go(row, world.receiver, public)
    send(row, public)
    sign_amendment(row, world.coordinator, world.receiver_manager)

    with pytest.raises(WrongState):
        sign_amendment(row, world.outsider_manager)

    row.refresh_from_db()
    assert row.state == "awaiting_signature"
    assert world.receiver.slug in present(frame)
    second = amend_parties(child, public)
    take_in(second, world.municipality, public)
    send(second, public)
    sign_amendment(second, world.coordinator, world.receiver_manager)
    with pytest.raises(WrongState):
        sign_amendment(second, world.municipal_coordinator)
    assert present(child) == {world.region.slug, world.receiver.slug}


def test_what_cannot_take_effect_on_its_day_is_said(world, caplog):
    frame, child = under(world)
    public = world.coordinator.actor()
    joined(world, agreement=frame)
    row = amend_parties(frame, public, effective_on=clock.today() + timedelta(days=5))
    Agreement.objects.filter(pk=child.pk).update(parent=None)
    let_go(row, world.receiver, public)
    send(row, public)
    sign_amendment(row, world.coordinator, world.receiver_manager, world.outsider_manager)
    Agreement.objects.filter(pk=child.pk).update(parent=frame)

    with clock.at(clock.now() + timedelta(days=6)):
        services.run_dates()

    row.refresh_from_db()
    assert row.state == "signed"
    assert "cannot take effect" in caplog.text
    assert child.number in " ".join(hindrances(fresh(frame), row))


# --- mails --------------------------------------------------------------------------------------
def told(agreement: Agreement, kind: str) -> dict[str, str]:
    """Address → text of the last message of that kind."""
    message = OutgoingMessage.objects.filter(
        key__startswith=f"agreement:{agreement.pk}:{kind}:"
    ).last()
    assert message is not None
    return {mail.to: mail.text for mail in event_mails(message.ids)}


def test_the_new_party_hears_when_it_shall_sign_and_when_not_and_never_before(world):
    agreement = agreement_in("signed", world)
    public, email = world.coordinator.actor(), world.outsider_manager.user.email
    row = amend_parties(agreement, public)
    take_in(row, world.outsider, public)
    begun = told(agreement, "amendment_begun")

    send(row, public)
    asked = told(agreement, "amendment_to_signature")
    services.refuse_amendment(**which(row), comment="Ret.", actor=world.receiver_manager.actor())
    late = told(agreement, "amendment_to_signature")
    refused = told(agreement, "amendment_refused")
    services.withdraw_amendment(**which(row), comment="Nej.", actor=public)
    withdrawn = told(agreement, "amendment_withdrawn")

    assert email not in begun
    assert f"/tillaeg/{row.pk}/" in asked[email]
    assert email not in late  # nothing to sign any more
    assert str(agreement.pk) not in refused[email]
    assert email not in withdrawn  # it had been sent back already, and said so


def test_a_party_that_has_left_hears_no_more(world):
    agreement = joined(world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    let_go(row, world.receiver, public)
    send(row, public)
    sign_amendment(row, world.coordinator, world.receiver_manager, world.outsider_manager)

    amend_parties(agreement, public)

    assert set(told(agreement, "amendment_begun")) == {world.outsider_manager.user.email}
    assert world.receiver_manager.user.email not in told(agreement, "amendment_in_force")
