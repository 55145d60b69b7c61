"""A party is taken out by others only while it has no say in the text, and never in silence."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from partnerships import services
from partnerships.facts import read
from partnerships.mail_texts import TAKEN_OUT
from partnerships.models import Agreement, AgreementParty
from partnerships.page.life import words_of
from portal.common import clock
from portal.common.errors import WrongState
from portal.common.lix import hard_texts, lix
from portal.notifications.models import OutgoingMessage
from portal.notifications.registry import build
from tests.factories.partnerships import Pen, agreement_in, approve_everything, fresh, start
from tests.world import World

pytestmark = pytest.mark.django_db

ClientFor = Callable[..., Client]
REFUSAL = "Lungen Aarhus har skrevet i aftalen og kan kun selv træde ud. Tal med dem."


def with_second_association(world: World) -> tuple[Agreement, AgreementParty]:
    """In negotiation, with one that has just come in."""
    agreement = agreement_in("negotiation", world)
    party = services.add_party(
        agreement_id=agreement.pk, organisation=world.outsider, actor=world.coordinator.actor()
    )
    return agreement, party


def take_out(agreement: Agreement, party: AgreementParty, actor: Any) -> None:
    services.remove_party(agreement_id=agreement.pk, party_id=party.pk, actor=actor)


def told(agreement: Agreement) -> dict[str, str]:
    """Address → text of what the newest removal sends."""
    rows = OutgoingMessage.objects.filter(key__startswith=f"agreement:{agreement.pk}:party_removed")
    newest = rows.order_by("pk").last()
    assert newest is not None
    return {row.to: row.text for row in build(newest.template, newest.ids)}


# --- what gives a say -----------------------------------------------------------------------------
def writes_through_the_page(world: World, agreement: Agreement, party: AgreementParty) -> None:
    """Words and an obligation of its own, as in real life."""
    facts = read(fresh(agreement), "parties")
    for row in facts["parties"]:
        if row["organisation"] == world.outsider.slug:
            row["voice"] = "Vi kender dem, der mangler luft."
    facts["obligations"].append({"id": "", "party": world.outsider.slug, "text": "Finde værter"})
    Pen(agreement, world.outsider_manager.actor()).write("parties", **facts)


def has_an_obligation(_world: World, agreement: Agreement, party: AgreementParty) -> None:
    agreement.obligations.create(party=party, text="Finde værter")


def has_own_words(_world: World, _agreement: Agreement, party: AgreementParty) -> None:
    AgreementParty.objects.filter(pk=party.pk).update(voice="Vi kender dem.")


def gives_something(_world: World, _agreement: Agreement, party: AgreementParty) -> None:
    AgreementParty.objects.filter(pk=party.pk).update(gives="To værter.")


def has_approved(world: World, agreement: Agreement, _party: AgreementParty) -> None:
    section = agreement.sections.get(key="risks")
    services.approve_section(
        agreement_id=agreement.pk,
        key="risks",
        version=section.version,
        actor=world.outsider_manager.actor(),
    )


def pays(world: World, agreement: Agreement, _party: AgreementParty) -> None:
    agreement.budget.create(text="Kaffe", kind="money", paid_by=world.outsider)


def is_in_the_log(world: World, agreement: Agreement, _party: AgreementParty) -> None:
    agreement.changes.create(
        section="risks",
        version=1,
        label="Risiko",
        at=clock.now(),
        organisation_name=world.outsider.name,
    )


@pytest.mark.parametrize(
    "say",
    [
        writes_through_the_page,
        has_an_obligation,
        has_own_words,
        gives_something,
        has_approved,
        pays,
        is_in_the_log,
    ],
)
def test_one_that_has_written_or_approved_is_taken_out_by_nobody_else(
    world: World, client_for: ClientFor, say: Callable[..., None]
) -> None:
    agreement, party = with_second_association(world)
    say(world, agreement, party)
    queued = OutgoingMessage.objects.count()

    # Neither by the public side nor by an association beside it.
    for actor in (world.coordinator.actor(), world.receiver_manager.actor()):
        with pytest.raises(WrongState) as refused:
            take_out(agreement, party, actor)
        assert refused.value.message == REFUSAL

    assert agreement.parties.filter(pk=party.pk, left_on__isnull=True).exists()
    assert Agreement.objects.visible_to(world.outsider_manager.actor()).exists()
    assert OutgoingMessage.objects.count() == queued
    page = reverse("partnerships:party-remove", args=[agreement.pk])
    answer = client_for(world.coordinator).post(page, {"party": party.pk}, follow=True)
    assert REFUSAL in answer.content.decode()


def test_who_had_the_idea_is_not_put_out_of_it(world: World) -> None:
    agreement = services.start_idea(
        actor=world.outsider_manager.actor(),
        title="Luft",
        parties=[world.outsider, world.receiver, world.region],
    )
    party = agreement.parties.get(organisation=world.outsider)

    with pytest.raises(WrongState):
        take_out(agreement, party, world.coordinator.actor())


def test_one_that_has_only_been_asked_in_is_taken_out_and_hears_of_it(world: World) -> None:
    agreement, party = with_second_association(world)

    take_out(agreement, party, world.coordinator.actor())

    assert not agreement.parties.filter(pk=party.pk).exists()
    mails = told(agreement)
    # The one taken out, and the one that stays; who did it has seen it.
    assert set(mails) == {world.outsider_manager.user.email, world.receiver_manager.user.email}
    theirs = mails[world.outsider_manager.user.email]
    assert "Region Midt har taget jer ud af aftalen." in theirs
    assert str(agreement.pk) not in theirs  # it would be not found
    assert (
        "Lungen Aarhus er ikke part i aftalen længere." in mails[world.receiver_manager.user.email]
    )


def test_a_party_that_has_written_leaves_by_itself_and_the_others_hear(world: World) -> None:
    agreement, party = with_second_association(world)
    writes_through_the_page(world, agreement, party)
    approve_everything(agreement, world.coordinator.actor())
    version = agreement.sections.get(key="parties").version

    take_out(agreement, party, world.outsider_manager.actor())

    assert not agreement.parties.filter(pk=party.pk).exists()
    assert agreement.sections.get(key="parties").version == version + 1
    mails = told(agreement)
    assert set(mails) == {world.coordinator.user.email, world.receiver_manager.user.email}
    assert all("Lungen Aarhus er ikke part i aftalen længere." in text for text in mails.values())


def test_the_last_of_a_side_does_not_leave_by_itself_either(world: World) -> None:
    agreement = start(world)
    own = agreement.parties.get(organisation=world.receiver)

    with pytest.raises(WrongState) as refused:
        take_out(agreement, own, world.receiver_manager.actor())

    assert "mindst en part på hver side" in refused.value.message


def test_nothing_is_told_of_one_that_has_come_back(world: World) -> None:
    agreement, party = with_second_association(world)
    take_out(agreement, party, world.coordinator.actor())
    services.add_party(
        agreement_id=agreement.pk, organisation=world.outsider, actor=world.coordinator.actor()
    )

    assert told(agreement) == {}


# --- the page -------------------------------------------------------------------------------------
def buttons(client: Client, agreement: Agreement) -> set[str]:
    """The parties that have a button, by the name of it."""
    page = client.get(reverse("partnerships:parties", args=[agreement.pk]))
    html = page.content.decode()
    return {
        f"{word} {row['party'].organisation.name}"
        for row in page.context["there"]
        for word in ("Fjern", "Træd ud")
        if f'>{word}<span class="sr-only"> {row["party"].organisation.name}<' in html
    }


def test_the_button_is_there_only_where_it_works(world: World, client_for: ClientFor) -> None:
    agreement, party = with_second_association(world)
    region, theirs = client_for(world.coordinator), client_for(world.outsider_manager)

    # The region is the last of its side, and the first association has written.
    assert buttons(region, agreement) == {"Fjern Lungen Aarhus"}
    assert buttons(theirs, agreement) == {"Træd ud Lungen Aarhus"}
    writes_through_the_page(world, agreement, party)
    assert buttons(region, agreement) == set()
    assert buttons(theirs, agreement) == {"Træd ud Lungen Aarhus"}

    leave = reverse("partnerships:party-leave", args=[agreement.pk])
    once = theirs.post(
        reverse("partnerships:party-remove", args=[agreement.pk]), {"party": party.pk}
    )
    assert once["Location"] == leave, "one's own place is asked for twice"
    assert "kan ikke læse aftalen mere" in theirs.get(leave).content.decode()
    assert agreement.parties.filter(pk=party.pk).exists()

    left = theirs.post(leave)

    assert left["Location"] == reverse("partnerships:list")
    assert not agreement.parties.filter(pk=party.pk).exists()
    # The history still knows its name, not just its address.
    gone = agreement.events.get(verb="party_removed")
    assert words_of(gone, agreement, list(agreement.parties.all())) == "Lungen Aarhus gik ud"


def test_the_last_of_its_side_is_told_that_it_stays(world: World, client_for: ClientFor) -> None:
    agreement, _party = with_second_association(world)

    page = client_for(world.coordinator).get(
        reverse("partnerships:party-leave", args=[agreement.pk]), follow=True
    )

    assert "mindst en part på hver side" in page.content.decode()


def test_the_words_to_one_taken_out_are_easy_to_read() -> None:
    text = f"{TAKEN_OUT.text % {'who': 'Hjertet'}} {TAKEN_OUT.now}"

    assert lix(text) <= 35
    assert hard_texts([text], limit=45) == []
