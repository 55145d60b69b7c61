"""The pages on which parties are picked for an amendment, asked, and say yes or no."""

import pytest
from django.test import Client

from partnerships.models import Agreement, Amendment
from tests.factories.partnerships import agreement_in, amend_parties, fresh, sign_amendment
from tests.partnerships.test_moves_pages import begin, text_of, url
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def public(world: World, client_for) -> Client:
    return client_for(world.coordinator)


@pytest.fixture
def outsider(world: World, client_for) -> Client:
    return client_for(world.outsider_manager)


def ask(client: Client, agreement: Agreement, row: Amendment, world: World):
    address = f"{url('amendment-parties', agreement, row.pk)}?q=lungen"
    return client.post(address, {"organisation": world.outsider.slug}, follow=True)


def asked(world: World, public: Client) -> tuple[Agreement, Amendment]:
    """The outsider is asked to sign."""
    agreement = agreement_in("signed", world)
    row = amend_parties(agreement, world.coordinator.actor())
    ask(public, agreement, row, world)
    public.post(url("amendment-send", agreement, row.pk))
    row.refresh_from_db()
    assert row.state == "awaiting_signature"
    return agreement, row


def test_a_new_amendment_about_parties_leads_to_picking_them(world, public):
    agreement = agreement_in("signed", world)
    assert "?parter" in text_of(public.get(url("parties", agreement)))
    page = public.get(f"{url('amendment-create', agreement)}?parter")
    assert page.context["form"]["kind"].value() == "parties"

    row = begin(agreement, public, kind="parties")

    assert public.get(url("amendment-parties", agreement, row.pk)).status_code == 200
    page = text_of(public.get(url("amendment", agreement, row.pk)))
    assert url("amendment-parties", agreement, row.pk) in page


def test_parties_are_found_by_name_and_taken_in_and_let_go_and_dropped(world, public):
    agreement = agreement_in("signed", world)
    row = amend_parties(agreement, world.coordinator.actor())
    there = agreement.parties.get(organisation=world.receiver)

    page = text_of(ask(public, agreement, row, world))
    assert "Lungen Aarhus står i tillægget som ny part." in page
    public.post(url("amendment-party-out", agreement, row.pk), {"party": there.pk})
    ways = set(row.party_changes.values_list("party__organisation__slug", "way"))
    page = text_of(public.get(url("amendment", agreement, row.pk)))
    assert "Kommer med" in page
    assert "Går ud" in page
    public.post(url("amendment-party-undo", agreement, row.pk), {"party": there.pk})

    assert ways == {(world.outsider.slug, "joins"), (world.receiver.slug, "leaves")}
    assert [one.way for one in row.party_changes.all()] == ["joins"]
    nobody = public.get(f"{url('amendment-parties', agreement, row.pk)}?q=findes ikke")
    assert "Ingen ny hedder" in text_of(nobody)


@pytest.mark.parametrize("party", ["", "hej", "00000000-0000-7000-8000-000000000000"])
def test_a_party_that_is_not_there_changes_nothing(world, public, party):
    agreement = agreement_in("signed", world)
    row = amend_parties(agreement, world.coordinator.actor())

    for name in ("amendment-party-out", "amendment-party-undo"):
        response = public.post(url(name, agreement, row.pk), {"party": party})
        assert response.status_code == 302

    assert not row.party_changes.exists()


def test_one_without_anybody_to_sign_is_refused_beside_the_choice(world, public):
    agreement = agreement_in("signed", world)
    row = amend_parties(agreement, world.coordinator.actor())
    address = f"{url('amendment-parties', agreement, row.pk)}?q=hjerteafd"

    response = public.post(address, {"organisation": world.department.slug})

    assert response.status_code == 422
    assert "har ingen leder" in text_of(response)
    assert public.post(address, {}).status_code == 422


def test_what_stands_in_the_way_is_said_before_it_is_sent(world, public):
    agreement = agreement_in("signed", world)
    row = amend_parties(agreement, world.coordinator.actor())
    there = agreement.parties.get(organisation=world.receiver)
    public.post(url("amendment-party-out", agreement, row.pk), {"party": there.pk})

    for name in ("amendment-parties", "amendment"):
        page = text_of(public.get(url(name, agreement, row.pk)))
        assert "Der skal være mindst én forening tilbage." in page
    public.post(url("amendment-send", agreement, row.pk))

    row.refresh_from_db()
    assert row.state == "draft"


def test_nothing_is_picked_for_an_amendment_that_is_sent_or_about_something_else(world, public):
    agreement, row = asked(world, public)
    for name in ("amendment-parties", "amendment-party-out", "amendment-party-undo"):
        response = public.post(url(name, agreement, row.pk))
        assert response["Location"] == url("amendment", agreement, row.pk)

    assert row.party_changes.count() == 1


def test_the_new_party_reads_everything_signs_and_is_in(world, public, outsider):
    agreement, row = asked(world, public)
    page = text_of(outsider.get(url("detail", agreement)))
    assert "I er bedt om at blive part i aftalen." in page
    page = text_of(outsider.get(url("amendment", agreement, row.pk)))
    assert "Læs hele aftalen" in page
    assert outsider.get(url("document", agreement, row.document_id)).status_code == 200
    assert url("amendment-refuse", agreement, row.pk) in page
    shown = outsider.get(url("amendment-sign", agreement, row.pk))
    assert "I bliver bundet af hele aftalen" in text_of(shown)
    form = shown.context["form"]
    assert form["contact"].value() == str(world.outsider_manager.user.pk)
    data = {"sha256": row.document.sha256, "title": "Formand", "confirm": "on"}
    assert outsider.post(url("amendment-sign", agreement, row.pk), data).status_code == 422

    data["contact"] = str(world.outsider_manager.user.pk)
    outsider.post(url("amendment-sign", agreement, row.pk), data)
    sign_amendment(row, world.coordinator, world.receiver_manager)

    page = text_of(outsider.get(url("detail", agreement)))
    assert "Ulla Leder" in page
    assert fresh(agreement).parties.filter(left_on__isnull=True).count() == 3
    assert outsider.get(url("amendment-create", agreement)).status_code == 200


def test_after_its_no_the_new_party_is_led_to_what_it_can_see(world, public, outsider):
    agreement, row = asked(world, public)

    response = outsider.post(
        url("amendment-refuse", agreement, row.pk), {"comment": "Vi har ikke tid."}, follow=True
    )

    assert response.status_code == 200
    assert response.redirect_chain[-1][0] == "/aftaler/"
    assert outsider.get(url("amendment", agreement, row.pk)).status_code == 404
    assert "Vi har ikke tid." in text_of(public.get(url("amendment", agreement, row.pk)))


def test_an_amendment_shows_those_who_signed_it_also_when_they_have_left(world, public):
    agreement, row = asked(world, public)
    sign_amendment(row, world.coordinator, world.receiver_manager, world.outsider_manager)
    second = amend_parties(agreement, world.coordinator.actor())
    there = agreement.parties.get(organisation=world.receiver)
    public.post(url("amendment-party-out", agreement, second.pk), {"party": there.pk})
    public.post(url("amendment-send", agreement, second.pk))
    sign_amendment(second, world.coordinator, world.receiver_manager, world.outsider_manager)

    for one in (row, second):
        lines = public.get(url("amendment", agreement, one.pk)).context["lines"]
        names = {line["party"].organisation.name for line in lines if line["signature"]}
        assert names == {world.region.name, world.receiver.name, world.outsider.name}


def test_an_outsider_finds_nothing_of_it(world, public, client_for):
    agreement, row = asked(world, public)
    stranger = client_for(world.other_coordinator)

    for name in ("amendment", "amendment-parties", "amendment-sign"):
        assert stranger.get(url(name, agreement, row.pk)).status_code == 404
