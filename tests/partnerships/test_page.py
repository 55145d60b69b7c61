"""The agreement's own page: for whom it is there, whose turn it says it is, and what it costs."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.models import OrganisationKind, Role
from partnerships import services
from partnerships.models import Agreement, Indicator, IndicatorValue, Review, SectionKey
from partnerships.page import load_agreement, page_of
from partnerships.services.reviewing import reviewers
from portal.common import clock
from tests.factories.organisations import OrganisationFactory, add_member
from tests.factories.partnerships import (
    Pen,
    agreement_in,
    approve_everything,
    fresh,
    start,
)
from tests.rows import make_offer
from tests.world import Person, World

pytestmark = pytest.mark.django_db

ClientFor = Callable[..., Client]


def url(name: str, *args: object) -> str:
    return reverse(f"partnerships:{name}", args=args)


def page(client: Client, agreement: Agreement) -> str:
    response = client.get(url("detail", agreement.pk))
    assert response.status_code == 200
    return response.content.decode()


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def turn(agreement: Agreement, person: Person):
    actor = person.actor()
    return page_of(load_agreement(actor, agreement.pk), actor).turn


# --- for whom ----------------------------------------------------------------------------------
def test_both_sides_read_the_same_page(world: World, client_for: ClientFor):
    agreement = agreement_in("draft", world, amount=40_000)

    for person in (world.coordinator, world.receiver_manager, world.lawyer, world.dpo):
        html = page(client_for(person), agreement)
        assert "Ingen skal gå alene hjem efter en blodprop." in html
        assert "Koordinator" in html
        assert "Vært på afdelingen" in html


def test_a_stranger_finds_no_page_and_no_file(world: World, client_for: ClientFor):
    agreement = agreement_in("idea", world)
    for person in (world.outsider_manager, world.parent_handler, world.other_coordinator):
        client = client_for(person)
        for name in ("detail", "file-pdf", "file-docx", "change-list", "parties", "offers"):
            assert client.get(url(name, agreement.pk)).status_code == 404
        assert client.get(url("section", agreement.pk, "purpose")).status_code == 404


def hospital_agreement(world: World) -> tuple[Agreement, Person]:
    hospital = OrganisationFactory(
        kind=OrganisationKind.HOSPITAL, name="Hospitalet", parent=world.region
    )
    user = add_member(hospital, Role.COORDINATOR, name="Hans Hospital", email="hans@h.example")
    person = Person(user, hospital)
    agreement = services.start_idea(
        actor=person.actor(), title="Værter", parties=[hospital, world.receiver]
    )
    return agreement, person


def test_the_region_above_a_hospital_reads_and_comments_and_writes_nothing(
    world: World, client_for: ClientFor
):
    agreement, _person = hospital_agreement(world)
    client = client_for(world.coordinator)

    html = page(client, agreement)
    said = client.post(url("section", agreement.pk, "purpose"), {"text": "Husk tiderne."})
    wrote = client.get(url("section-edit", agreement.pk, "purpose"))

    assert "Værter" in html
    assert "Foreslå ændring" not in html
    assert said.status_code == 302
    assert agreement.sections.get(key="purpose").comments.get().text == "Husk tiderne."
    assert wrote.status_code == 403


def test_a_lawyer_who_is_asked_reads_and_hears_that_it_is_the_lawyers_turn(
    world: World, client_for: ClientFor
):
    agreement = agreement_in("internal_review", world, frame={"involves_minors": True})
    asked = agreement.reviews.get(kind=Review.Kind.LEGAL)
    assert asked.reviewer_id == world.lawyer.user.pk == reviewers(agreement, "legal")[0][0]

    html = page(client_for(world.lawyer), agreement)

    assert "Du er bedt om at gennemgå aftalen: juridisk." in text_of(html)
    assert "Foreslå ændring" not in html
    assert "Venter på gennemgang" in text_of(page(client_for(world.receiver_manager), agreement))


# --- whose turn --------------------------------------------------------------------------------
def test_an_idea_asks_whether_to_write_it_together(world: World, client_for: ClientFor):
    agreement = agreement_in("idea", world)
    client = client_for(world.receiver_manager)
    assert "Begynd at skrive" in page(client, agreement)

    client.post(url("begin", agreement.pk))
    again = client.post(url("begin", agreement.pk))

    assert fresh(agreement).status == "draft"
    assert again.status_code == 302
    assert agreement.events.filter(verb="draft").count() == 1


def test_what_is_missing_is_said_to_who_can_write_it(world: World):
    agreement = start(world)
    services.begin_draft(agreement_id=agreement.pk, actor=world.coordinator.actor())

    theirs = turn(agreement, world.receiver_manager)
    ours = turn(agreement, world.coordinator)

    assert theirs.mine
    assert ours.mine
    sentences = {row.sentence for row in theirs.missing}
    assert "Foreningen mangler at skrive om de frivilliges rolle." in sentences
    assert "Svar på, om I deler personoplysninger." not in sentences
    assert "Svar på, om I deler personoplysninger." in {row.sentence for row in ours.missing}
    assert "Foreningen mangler at skrive om de frivilliges rolle." not in {
        row.sentence for row in ours.missing
    }


def test_when_all_is_written_the_public_side_may_send_it_on(world: World):
    agreement = agreement_in("draft", world, amount=1)
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    approve_everything(agreement, public, association)

    ours, theirs = turn(agreement, world.coordinator), turn(agreement, world.receiver_manager)

    assert ours.mine
    assert "kan sendes til faglig og juridisk høring" in ours.text
    assert not theirs.mine


def test_in_negotiation_the_turn_is_to_read_what_the_other_wrote(
    world: World, client_for: ClientFor
):
    agreement = agreement_in("negotiation", world)
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    approve_everything(agreement, public, association)
    Pen(agreement, association).write("volunteers", volunteers_statement="De lytter kun.")

    ours, theirs = turn(agreement, world.coordinator), turn(agreement, world.receiver_manager)
    html = text_of(page(client_for(world.coordinator), agreement))

    assert ours.text == "Marie Leder har skrevet afsnittet »Frivillige«."
    assert ours.action.url == "#volunteers"
    assert not theirs.mine
    assert "Til gennemsyn hos dig" in html
    assert "Venter på Region Midt" in text_of(page(client_for(world.receiver_manager), agreement))


def test_the_last_yes_lets_it_go_to_signature(world: World):
    agreement = agreement_in("negotiation", world)
    approve_everything(agreement, world.coordinator.actor(), world.receiver_manager.actor())

    assert "Alle har sagt ja" in turn(agreement, world.receiver_manager).text


def test_who_has_not_signed_is_named(world: World):
    agreement = agreement_in("awaiting_signature", world)

    assert "venter på jeres underskrift" in turn(agreement, world.coordinator).text
    assert "Region Midt, Hjertet Aarhus" in turn(agreement, world.lawyer).text


def test_a_signed_agreement_says_when_it_begins_and_is_locked(world: World, client_for: ClientFor):
    agreement = agreement_in("signed", world)
    html = page(client_for(world.coordinator), agreement)

    assert "Aftalen begynder" in turn(agreement, world.receiver_manager).text
    assert "Underskrevet af begge" in html
    assert "Foreslå ændring" not in html
    assert agreement.documents.get().sha256 in html
    locked = client_for(world.coordinator).get(url("section-edit", agreement.pk, "purpose"))
    assert locked.status_code == 302


# --- what it shows ------------------------------------------------------------------------------
def test_an_indicator_shows_before_now_goal_and_the_way(world: World, client_for: ClientFor):
    agreement = agreement_in("draft", world, amount=1)
    indicator = Indicator.objects.get(agreement=agreement)
    Indicator.objects.filter(pk=indicator.pk).update(target=200)
    IndicatorValue.objects.create(indicator=indicator, on=clock.today(), value=148, at=clock.now())

    html = page(client_for(world.receiver_manager), agreement)

    assert "74 % af målet" in html
    assert '<rect class="bv" width="74"' in html


def test_a_hidden_small_number_stays_hidden(world: World, client_for: ClientFor):
    agreement = agreement_in("draft", world, amount=1)
    IndicatorValue.objects.create(
        indicator=Indicator.objects.get(agreement=agreement),
        on=clock.today(),
        hidden=True,
        at=clock.now(),
    )

    html = text_of(page(client_for(world.receiver_manager), agreement))

    assert "Under fem, så tallet vises ikke" in html
    assert "% af målet" not in html


def test_money_is_added_up_for_each_payer_and_hours_are_not_money(
    world: World, client_for: ClientFor
):
    agreement = agreement_in("draft", world, amount=40_000)
    year = str(fresh(agreement).starts_on.year)
    lines = [
        {"id": "", "text": "Lokaler", "kind": "in_kind", "amounts": {year: 500_000}},
        {"id": "", "text": "Kurser", "kind": "money", "amounts": {year: 300_000}},
        {"id": "", "text": "Timer", "kind": "volunteer_hours", "amounts": {year: 900}},
    ]
    slug = world.receiver.slug
    from partnerships.facts import read

    there = read(fresh(agreement), "budget")["lines"]
    Pen(agreement, world.receiver_manager.actor()).write(
        "budget", lines=[*there, *({**row, "paid_by": slug} for row in lines)]
    )

    html = text_of(page(client_for(world.coordinator), agreement))

    assert "Hjertet Aarhus i alt 8.000" in html
    assert "I alt 48.000" in html
    assert "900 timer" in html


def test_the_files_are_the_agreement(world: World, client_for: ClientFor):
    agreement = agreement_in("draft", world, amount=1)
    client = client_for(world.receiver_manager)

    pdf = client.get(url("file-pdf", agreement.pk))
    word = client.get(url("file-docx", agreement.pk))

    assert pdf.content.startswith(b"%PDF")
    assert word.content.startswith(b"PK")
    assert agreement.number in pdf["Content-Disposition"]


def test_the_log_says_who_changed_what_and_names_people(world: World, client_for: ClientFor):
    agreement = agreement_in("draft", world, amount=1)

    html = client_for(world.receiver_manager).get(url("change-list", agreement.pk))
    only = client_for(world.receiver_manager).get(
        url("change-list", agreement.pk) + "?afsnit=volunteers"
    )
    text = text_of(html.content.decode())

    assert "Region Midt: kontakt" in text
    assert "Karen Koordinator" in text
    assert "Udkastet blev begyndt" in text
    assert "De lytter. De erstatter ingen ansatte." in text_of(only.content.decode())
    assert "Region Midt: kontakt" not in text_of(only.content.decode())


# --- statements ---------------------------------------------------------------------------------
def _statements(client: Client, agreement: Agreement) -> int:
    client.get(url("detail", agreement.pk))
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url("detail", agreement.pk)).status_code == 200
    return len(seen)


def test_the_page_costs_the_same_with_twenty_of_each(world: World, client_for: ClientFor):
    agreement = agreement_in("draft", world, amount=1)
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    region, society = Pen(agreement, public), Pen(agreement, association)
    services.link_offers(
        agreement_id=agreement.pk, offers=[make_offer(world.receiver, "foerst")], actor=association
    )
    services.comment_on_section(
        agreement_id=agreement.pk, key="purpose", text="Godt.", actor=association
    )
    region.write("risks", risks=_risks(1))
    _promise(agreement, world)
    client = client_for(world.receiver_manager)
    before = _statements(client, agreement)

    for number in range(20):
        services.comment_on_section(
            agreement_id=agreement.pk, key="purpose", text=f"Godt {number}.", actor=association
        )
        _promise(agreement, world)
    region.write("risks", risks=_risks(20))
    day = fresh(agreement).starts_on
    society.write(
        "activities",
        activities=[
            {"id": "", "text": f"Vært {n}", "starts_on": f"{day}", "ends_on": f"{day}"}
            for n in range(20)
        ],
        milestones=[
            {"id": "", "text": f"Skridt {n}", "due_on": f"{day + timedelta(days=n)}"}
            for n in range(20)
        ],
    )
    services.link_offers(
        agreement_id=agreement.pk,
        offers=[make_offer(world.receiver, f"nr-{n}") for n in range(20)],
        actor=association,
    )

    assert _statements(client, agreement) == before


def _promise(agreement: Agreement, world: World) -> None:
    services.create_agreement_action_point(
        actor=world.receiver_manager.actor(),
        agreement_id=agreement.pk,
        text="Find et lokale",
        organisation=world.receiver,
        due_on=clock.today(),
        owner_id=world.receiver_manager.user.pk,
    )


def _risks(count: int) -> list[dict[str, object]]:
    return [
        {"id": "", "text": f"Risiko {n}", "likelihood": 1, "consequence": 2} for n in range(count)
    ]


def test_it_is_one_page_in_the_documents_order(world: World, client_for: ClientFor):
    agreement = agreement_in("idea", world)

    html = page(client_for(world.receiver_manager), agreement)
    ids = re.findall(r'<details class="sect" id="(\w+)"', html)

    assert ids == list(SectionKey.values)
    assert len(re.findall("<h1", html)) == 1
    assert len(re.findall("button-primary", html)) <= 1


def test_everything_is_approved_as_it_was_read(world: World, client_for: ClientFor):
    agreement = agreement_in("negotiation", world)
    client = client_for(world.receiver_manager)
    versions = dict(agreement.sections.values_list("key", "version"))
    Pen(agreement, world.coordinator.actor()).write("purpose", place="Aarhus")

    late = client.post(url("approve-all", agreement.pk), versions, follow=True)
    versions = dict(agreement.sections.values_list("key", "version"))
    client.post(url("approve-all", agreement.pk), versions)

    assert "har rettet afsnittet imens" in late.content.decode()
    party = agreement.parties.get(organisation=world.receiver)
    agreed = agreement.sections.filter(approvals__party=party).count()
    assert agreed == len(SectionKey.values)
