"""Starting an agreement, and what it belongs with."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from partnerships import services
from partnerships.models import Agreement, AgreementParty, EntrancePost
from portal.common import clock
from tests.factories.forums import open_entrance
from tests.factories.partnerships import agreement_in, fresh, sign, start, write_all
from tests.rows import make_offer
from tests.world import World

pytestmark = pytest.mark.django_db

ClientFor = Callable[..., Client]
NEW = "/aftaler/ny/"


def url(name: str, *args: object) -> str:
    return reverse(f"partnerships:{name}", args=args)


def test_an_association_starts_an_idea_with_whom_it_finds(world: World, client_for: ClientFor):
    client = client_for(world.receiver_manager)
    typed = {"title": "Følgeskab", "kind": "partnership", "purpose": "Flere med."}

    found = client.post(NEW, {**typed, "q": "region mi", "find": "1"})
    assert found.status_code == 200
    assert found.context["form"]["title"].value() == "Følgeskab"
    assert "Region Midt" in found.content.decode()
    more = client.post(
        NEW, {**typed, "parties": [world.region.slug], "q": "aarhus kom", "find": "1"}
    )
    assert more.context["form"]["parties"].value() == [world.region.slug]
    parties = [world.region.slug, world.municipality.slug]
    client.post(NEW, {**typed, "parties": parties, "q": "aarhus kom"})

    agreement = Agreement.objects.get(title="Følgeskab")
    assert agreement.status == "idea"
    assert agreement.purpose == "Flere med."
    names = set(agreement.parties.values_list("organisation__name", flat=True))
    assert names == {"Hjertet Aarhus", "Region Midt", "Aarhus Kommune"}
    lead = agreement.parties.get(role=AgreementParty.Role.LEAD)
    assert lead.organisation == world.receiver


def test_an_idea_without_a_title_or_another_party_comes_back_as_typed(
    world: World, client_for: ClientFor
):
    response = client_for(world.coordinator).post(NEW, {"purpose": "Flere med.", "q": ""})

    html = response.content.decode()
    assert response.status_code == 422
    assert "Giv idéen en titel." in html
    assert "Vælg mindst én, I vil lave aftalen med." in html
    assert "Flere med." in html
    assert not Agreement.objects.exists()


def test_an_idea_answers_a_post(world: World, client_for: ClientFor):
    open_entrance(world.coordinator)
    post = EntrancePost.objects.create(
        organisation=world.region, kind="need", title="Værter om aftenen", posted_at=clock.now()
    )

    form = client_for(world.receiver_manager).get(f"{NEW}?opslag={post.pk}").context["form"]

    assert form["title"].value() == "Værter om aftenen"
    assert form["parties"].value() == [world.region.slug]
    assert client_for(world.receiver_manager).get(f"{NEW}?opslag=x").status_code == 200


def test_a_practice_is_never_found_as_a_party(world: World, client_for: ClientFor):
    response = client_for(world.coordinator).post(NEW, {"q": "lægehuset", "find": "1"})

    assert response.context["found"] == []


def test_a_party_comes_in_and_goes_out_again(world: World, client_for: ClientFor):
    agreement = start(world)
    client, address = client_for(world.coordinator), url("parties", agreement.pk)

    client.post(f"{address}?q=kommune", {"organisation": world.municipality.slug})
    assert agreement.parties.filter(organisation=world.municipality).exists()
    party = agreement.parties.get(organisation=world.municipality)
    client.post(url("party-remove", agreement.pk), {"party": party.pk})
    assert not agreement.parties.filter(organisation=world.municipality).exists()
    last = agreement.parties.get(organisation=world.receiver)
    kept = client.post(url("party-remove", agreement.pk), {"party": last.pk}, follow=True)

    assert "mindst en part på hver side" in kept.content.decode()
    assert agreement.parties.count() == 2


def test_only_published_offers_of_the_parties_can_run_under_it(world: World, client_for: ClientFor):
    agreement = start(world)
    own = make_offer(world.receiver, "vores")
    hidden = make_offer(world.receiver, "kladde", status="draft", published_at=None)
    others = make_offer(world.outsider, "deres")
    client, address = client_for(world.coordinator), url("offers", agreement.pk)

    assert set(client.get(address).context["known"]) == {own.pk}
    refused = client.post(address, {"offers": [others.pk, hidden.pk]})
    client.post(address, {"offers": [own.pk]})

    assert refused.status_code == 422
    assert list(agreement.linked_offers.values_list("offer_id", flat=True)) == [own.pk]
    html = client.get(url("detail", agreement.pk)).content.decode()
    assert "Tilbud vores" in html


def frame_of(world: World) -> Agreement:
    agreement = start(world, title="Rammen", kind="frame")
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    services.begin_draft(agreement_id=agreement.pk, actor=public)
    write_all(agreement, public, association, starts_on=clock.today() + timedelta(days=3))
    from tests.factories.partnerships import approve_everything, pass_reviews

    services.submit_for_review(agreement_id=agreement.pk, actor=public)
    pass_reviews(agreement, world)
    services.negotiate(agreement_id=agreement.pk, actor=public)
    approve_everything(agreement, public, association)
    services.send_to_signature(agreement_id=agreement.pk, actor=public)
    sign(agreement, public)
    sign(agreement, association)
    return fresh(agreement)


def test_a_frame_agreement_is_chosen_and_both_pages_show_it(world: World, client_for: ClientFor):
    frame, child = frame_of(world), start(world, title="Det lokale")
    client = client_for(world.receiver_manager)

    client.post(url("frame", child.pk), {"parent": str(frame.pk)})

    assert fresh(child).parent == frame
    assert "Rammen" in client.get(url("detail", child.pk)).content.decode()
    assert "Det lokale" in client.get(url("detail", frame.pk)).content.decode()
    client.post(url("frame", child.pk), {"parent": ""})
    assert fresh(child).parent is None


def test_parties_are_locked_with_the_text(world: World, client_for: ClientFor):
    agreement = agreement_in("signed", world)

    html = client_for(world.coordinator).get(url("parties", agreement.pk)).content.decode()

    assert "Parter ændres med et tillæg." in html
    assert "Tilføj en part" not in html


def test_a_party_that_signed_an_earlier_text_leaves_and_its_name_stays(world: World):
    agreement = agreement_in("awaiting_signature", world)
    association = world.receiver_manager.actor()
    sign(agreement, world.coordinator.actor())
    services.refuse_signature(agreement_id=agreement.pk, comment="Ret datoen.", actor=association)
    services.add_party(
        agreement_id=agreement.pk, organisation=world.municipality, actor=association
    )
    party = agreement.parties.get(organisation=world.region)

    services.remove_party(
        agreement_id=agreement.pk, party_id=party.pk, actor=world.coordinator.actor()
    )
    party.refresh_from_db()
    assert party.left_on == clock.today()
    assert party.signatures.get().voided_at is not None
    services.add_party(agreement_id=agreement.pk, organisation=world.region, actor=association)

    party.refresh_from_db()
    assert party.left_on is None
