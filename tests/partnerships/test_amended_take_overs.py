"""Organisations that are taken over while an amendment of their agreement is open."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from organisations.models import Organisation, Role
from partnerships import services
from partnerships.facts import read
from partnerships.models import Agreement, Amendment
from partnerships.services.succession import transfer_agreements
from partnerships.worklist import waiting
from portal.access.actor import system_actor
from portal.common import clock
from portal.common.errors import NotFound, WrongState
from tests.factories.organisations import add_member
from tests.factories.partnerships import agreement_in, amend_parties, fresh, sign_amendment
from tests.partnerships.test_joining import joined, present, sees, send, take_in, which
from tests.world import Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_paper(monkeypatch):
    """The typesetter has its own tests."""
    text = b"%PDF-1.7 teksten\n%%EOF\n"
    monkeypatch.setattr("partnerships.services.signing.frozen_agreement", lambda _row: text)
    monkeypatch.setattr("partnerships.services.amending.amendment_text", lambda _a, _r: text)


def test_an_amendment_asks_the_one_that_took_over(world):
    agreement = agreement_in("signed", world)
    public, job = world.coordinator.actor(), system_actor("tests")
    row = amend_parties(agreement, public)
    take_in(row, world.outsider, public)
    send(row, public)
    sign_amendment(row, world.outsider_manager)

    transfer_agreements(
        moves={(agreement.pk, world.outsider.pk): world.parent.pk}, on=clock.today(), actor=job
    )

    assert not sees(world.outsider_manager, agreement)
    assert sees(world.parent_handler, agreement)
    sign_amendment(row, world.coordinator, world.receiver_manager)
    assert row.state == "in_force"
    assert world.parent.slug in present(agreement)


def test_one_that_is_taken_over_by_a_party_needs_not_come_in(world):
    agreement = agreement_in("signed", world)
    public, job = world.coordinator.actor(), system_actor("tests")
    row = amend_parties(agreement, public)
    take_in(row, world.outsider, public)
    send(row, public)

    transfer_agreements(
        moves={(agreement.pk, world.outsider.pk): world.receiver.pk}, on=clock.today(), actor=job
    )
    sign_amendment(row, world.coordinator, world.receiver_manager)

    assert row.state == "in_force"
    assert present(agreement) == {world.region.slug, world.receiver.slug}


def move(agreement: Agreement, old: Organisation, new: Organisation) -> None:
    transfer_agreements(
        moves={(agreement.pk, old.pk): new.pk}, on=clock.today(), actor=system_actor("tests")
    )


def test_what_waits_for_nobody_any_more_is_finished_by_the_job(world):
    """The one that had not signed became one with a party that had."""
    agreement = joined(world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    facts = read(agreement, "governance")
    services.save_amended_section(
        **which(row),
        key="governance",
        facts={**facts, "meeting_rhythm": "Hver uge"},
        version=0,
        actor=public,
    )
    send(row, public)
    sign_amendment(row, world.coordinator, world.receiver_manager)

    services.run_dates()
    row.refresh_from_db()
    before = row.state
    move(agreement, world.outsider, world.receiver)
    done = services.run_dates()
    again = services.run_dates()

    row.refresh_from_db()
    assert (before, row.state) == ("awaiting_signature", "in_force")
    assert (done["finish_signing"], again["finish_signing"]) == (1, 0)
    assert fresh(agreement).meeting_rhythm == "Hver uge"


def test_one_that_is_asked_in_and_merges_into_a_party_is_waited_for_no_more(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public, effective_on=clock.today() + timedelta(days=2))
    take_in(row, world.outsider, public)
    send(row, public)
    sign_amendment(row, world.coordinator, world.receiver_manager)
    move(agreement, world.outsider, world.receiver)

    services.run_dates()

    row.refresh_from_db()
    assert row.state == "signed"  # its day is to come
    with pytest.raises(NotFound):  # a job's door
        services.finish_signing(amendment_id=row.pk, actor=public)


def test_one_that_took_over_is_not_asked_again_for_what_was_signed(world, client_for):
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public)
    take_in(row, world.parent, public)
    send(row, public)
    sign_amendment(row, world.receiver_manager)
    move(agreement, world.receiver, world.outsider)
    move(agreement, world.region, world.municipality)

    asked = [
        item.target
        for person in (world.outsider_manager, world.municipal_coordinator)
        for item in waiting(person.actor())
        if item.kind == "amendment"
    ]
    address = reverse("partnerships:amendment-sign", args=[agreement.pk, row.pk])
    page = client_for(world.outsider_manager).get(address).content.decode()

    assert asked == [row.pk]  # the region had not signed
    assert world.receiver_manager.user.name in page
    assert 'name="sha256"' not in page


def written(row: Amendment, key: str, person: Person, **facts: Any) -> None:
    row.refresh_from_db()
    now = row.after.get(key) or read(fresh(row.agreement), key)
    services.save_amended_section(
        **which(row),
        key=key,
        facts={**now, **facts},
        version=row.version_of(key),
        actor=person.actor(),
    )
    row.refresh_from_db()


def task(slug: str, text: str) -> dict[str, Any]:
    return {"id": "", "party": slug, "text": text, "owner": "", "due_on": None}


@pytest.mark.parametrize("when", ["draft", "asked", "signed"])
def test_an_open_amendment_does_not_undo_a_take_over(world, when):
    agreement = joined(world)
    old, region = agreement.parties.get(organisation=world.receiver), world.coordinator
    agreement.obligations.create(party=old, text="Et møde", done_on=clock.today(), position=1)
    agreement.obligations.create(party=old, text="Finde værter", position=2)
    row = amend_parties(agreement, region.actor(), effective_on=clock.today() + timedelta(days=2))
    facts = read(fresh(agreement), "parties")
    for one in facts["parties"]:
        if one["organisation"] == world.receiver.slug:
            one["voice"] = "Vi vil det her."
    tasks = [*facts["obligations"], task(world.receiver.slug, "Ny opgave")]
    written(row, "parties", world.receiver_manager, parties=facts["parties"], obligations=tasks)
    lines = read(agreement, "budget")["lines"]
    line = {"id": "", "kind": "money", "amounts": {}}
    lines += [{**line, "text": "Møder", "paid_by": world.region.slug}]
    written(row, "budget", region, lines=lines)
    others = (region, world.outsider_manager)
    if when != "draft":
        send(row, region.actor())
        sign_amendment(row, *others, *([world.receiver_manager] if when == "signed" else []))

    move(agreement, world.receiver, world.parent)
    move(agreement, world.region, world.municipality)

    left = (world.municipal_coordinator, world.outsider_manager, world.parent_handler)
    add_member(world.parent, Role.MANAGER, name="Pia Leder", email="pia@parent.example")
    if when == "draft":
        send(row, world.municipal_coordinator.actor())
        sign_amendment(row, *left[:2])
    if when != "signed":
        sign_amendment(row, Person(world.parent.memberships.last().user, world.parent))
    with clock.at(clock.now() + timedelta(days=2)):
        services.run_dates()

    row.refresh_from_db()
    assert row.state == "in_force"
    assert set(agreement.obligations.values_list("text", "party__organisation")) == {
        ("Et møde", world.receiver.pk),
        ("Finde værter", world.parent.pk),
        ("Ny opgave", world.parent.pk),
    }
    assert set(agreement.budget.values_list("paid_by__slug", flat=True)) == {
        world.municipality.slug
    }
    assert agreement.parties.get(organisation=world.parent).voice == "Vi vil det her."
    assert [one for one, found in services.amended(row)] == ["parties", "budget"]


def test_what_was_given_to_one_asked_in_is_of_the_one_that_took_over(world):
    agreement = agreement_in("signed", world)
    public = world.coordinator
    row = amend_parties(agreement, public.actor(), effective_on=clock.today() + timedelta(days=2))
    take_in(row, world.outsider, public.actor())
    written(row, "parties", public, obligations=[task(world.outsider.slug, "Ny opgave")])
    send(row, public.actor())
    sign_amendment(row, public, world.receiver_manager, world.outsider_manager)
    move(agreement, world.outsider, world.parent)

    with clock.at(clock.now() + timedelta(days=2)):
        services.run_dates()

    row.refresh_from_db()
    assert row.state == "in_force"
    assert agreement.obligations.get().party.organisation == world.parent


def test_two_parties_that_become_one_keep_the_words_of_the_one_that_lasts(world):
    agreement = joined(world)
    row = amend_parties(agreement, world.coordinator.actor())
    facts = read(fresh(agreement), "parties")
    for one in facts["parties"]:
        if one["organisation"] == world.receiver.slug:
            one["voice"] = "Vores egne."
    tasks = [task(world.receiver.slug, "Finde værter")]
    written(row, "parties", world.receiver_manager, parties=facts["parties"], obligations=tasks)

    move(agreement, world.receiver, world.outsider)

    row.refresh_from_db()
    named = [one["organisation"] for one in row.after["parties"]["parties"]]
    assert sorted(named) == sorted([world.region.slug, world.outsider.slug])
    assert row.after["parties"]["obligations"][0]["party"] == world.outsider.slug


def test_a_place_that_an_amendment_is_about_is_the_one_that_took_over(world):
    agreement = agreement_in("signed", world)
    row = amend_parties(agreement, world.coordinator.actor())
    where = {"scope_level": "department", "scope_area": world.department.slug}
    written(row, "purpose", world.coordinator, **where)

    move(agreement, world.department, world.municipality)

    row.refresh_from_db()
    assert row.after["purpose"]["scope_area"] == world.municipality.slug
    assert row.before["purpose"]["scope_area"] == ""


def test_what_waits_for_nobody_and_cannot_go_on_is_told_to_those_who_run_it(
    world, monkeypatch, caplog
):
    agreement = agreement_in("signed", world)
    row = amend_parties(agreement, world.coordinator.actor())
    take_in(row, world.outsider, world.coordinator.actor())
    send(row, world.coordinator.actor())
    sign_amendment(row, world.coordinator, world.receiver_manager)
    move(agreement, world.outsider, world.receiver)

    def hindered(*_args: Any) -> None:
        raise WrongState("Nej.")

    monkeypatch.setattr("partnerships.services.amendment_signing.refuse_hindered", hindered)
    done = services.run_dates()

    row.refresh_from_db()
    assert (row.state, done["finish_signing"]) == ("awaiting_signature", 0)
    assert "signed by all and cannot go on" in caplog.text
