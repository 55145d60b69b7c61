"""From a result to *sent* within a minute: what is counted is keys, page loads and ticks made by
somebody else. Typed words are not counted; every other press is, Tab and Ctrl+Enter too."""

import pytest

from offers.models import Offer
from offers.search import indexing
from referrals.models import State
from tests.factories.referrals import make_offer
from tests.journeys.test_stories import CHOIR, Visit, newest
from tests.journeys.visitor import Visitor, Way
from tests.world import World

pytestmark = pytest.mark.journey


@pytest.fixture
def offer(world: World) -> Offer:
    """Among eight that also fit, so that the page is as long as in real life."""
    Offer.objects.update(status="paused")
    for number in range(8):
        make_offer(world.sibling, title=f"Hjertegruppe {number}", summary="Efter en blodprop.")
    made = make_offer(world.receiver, title=CHOIR, summary="Ensom efter blodprop i hjertet? Syng.")
    indexing.rebuild_index()
    return made


def results(visitor: Visitor) -> None:
    """The search page with its results, as a press of Enter in the search field leaves it."""
    visitor.go("/tilbud/?q=ensom+efter+blodprop+i+hjertet&sted=8000", "Find et tilbud")
    first = visitor.page.locator("article[data-offer]").first
    assert CHOIR in first.inner_text()
    visitor.presses = visitor.loads = 0


def test_referral_by_code_takes_at_most_twelve_presses_and_three_page_loads(
    visit: Visit, world: World, offer: Offer
) -> None:
    gp = visit(Way.KEYS, world.gp)
    results(gp)

    gp.follow("Henvis til " + CHOIR)
    gp.arrive("Henvis til")
    gp.key("Control+Enter")
    gp.arrive(CHOIR)

    print(f"code: {gp.presses} presses, {gp.loads} page loads")  # noqa: T201 - for the note
    assert newest(offer).status == State.SENT
    assert gp.presses <= 12
    assert gp.loads <= 3


def test_referral_with_details_takes_at_most_twenty_four_presses(
    visit: Visit, world: World, offer: Offer
) -> None:
    gp = visit(Way.KEYS, world.gp)
    results(gp)

    gp.follow("Henvis til " + CHOIR)
    gp.arrive("Henvis til")
    gp.pick("Nej, med oplysninger")
    assert gp.page.locator("input[name^=consent]:checked, [name=given_by]:checked").count() == 0
    gp.write("Navn", "Karen Prøve")
    gp.write("Telefon eller e-mail", f"hurtig{offer.pk}@samspil.example")
    gp.write("Hvad skal foreningen vide?", "Vil gerne synge.")
    gp.tick("Ja til at sende")
    gp.tick("Ja til, at jeg får besked")
    gp.pick("Skriftligt")
    gp.pick("Borgeren selv")
    gp.key("Control+Enter")
    gp.arrive("Karen Prøve")

    print(f"details: {gp.presses} presses, {gp.loads} page loads")  # noqa: T201 - for the note
    referral = newest(offer)
    assert (referral.status, referral.kind) == (State.SENT, "identified")
    assert gp.presses <= 24
    assert gp.loads <= 3


def test_nothing_about_consent_is_chosen_beforehand_and_the_server_insists(
    visit: Visit, world: World, offer: Offer
) -> None:
    gp = visit(Way.KEYS, world.gp)
    gp.go(f"/henvisninger/ny/?tilbud={offer.slug}", "Henvis til")
    gp.pick("Nej, med oplysninger")
    gp.write("Navn", "Karen Prøve")
    gp.write("Telefon eller e-mail", f"uden{offer.pk}@samspil.example")
    gp.key("Control+Enter")
    gp.page.locator(".error-summary, [role=alert]").first.wait_for()
    gp.arrive("Henvis til")

    assert gp.page.locator("input[name^=consent]:checked, [name=given_by]:checked").count() == 0
    assert not offer.referrals.exists()
