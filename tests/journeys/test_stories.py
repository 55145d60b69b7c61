"""Whole stories through the web, each with a mouse, by keyboard alone, and without scripts."""

from collections.abc import Callable

import pytest
from django.core import mail

from offers.models import Offer
from offers.search import indexing
from portal.notifications.delivery import deliver_due
from portal.notifications.sms import MemorySms
from referrals.models import Concern, Referral, State
from tests.factories.referrals import again, make_offer, sent_identified
from tests.journeys.visitor import Visitor, Way
from tests.world import World

pytestmark = [pytest.mark.journey]

Visit = Callable[..., Visitor]
ways = pytest.mark.parametrize("way", list(Way), ids=lambda way: way.value)

CHOIR = "Sangkor for hjertepatienter"


@pytest.fixture
def offer(world: World) -> Offer:
    """An offer of the receiver's that search finds."""
    made = make_offer(
        world.receiver,
        title=CHOIR,
        summary="Syng sammen med andre, der har haft en blodprop i hjertet.",
    )
    # The newest one alone is found, so that every journey meets its own.
    Offer.objects.filter(title=CHOIR).exclude(pk=made.pk).update(status="paused")
    indexing.rebuild_index()
    return made


def newest(offer: Offer) -> Referral:
    return Referral.objects.filter(offer=offer).latest("created_at")


def letters_to(address: str) -> list[str]:
    """What has been mailed to somebody since the last look, sent by the worker's own code."""
    mail.outbox.clear()
    deliver_due()
    return [letter.body for letter in mail.outbox if address in letter.to]


def link_in(text: str, part: str) -> str:
    return next(word for word in text.split() if part in word)


def search(visitor: Visitor) -> None:
    visitor.go("/tilbud/", "Find et tilbud")
    visitor.write("Hvad søger du?", "ensom efter blodprop i hjertet")
    visitor.write("Postnummer eller kommune", "8000")
    visitor.press("Søg")
    visitor.arrive("Find et tilbud")
    visitor.sees(CHOIR)


@ways
def test_citizen_searches_and_prints_a_leaflet_without_signing_in(
    visit: Visit, offer: Offer, way: Way
) -> None:
    citizen = visit(way)

    search(citizen)
    assert "q=ensom" in citizen.page.url
    assert "sted=8000" in citizen.page.url
    citizen.follow(CHOIR)
    citizen.arrive(CHOIR)
    leaflet = citizen.page.get_by_role("link", name="Print folder").get_attribute("href")
    with citizen.page.expect_request(f"**{leaflet}"):
        citizen.follow("Print folder")

    # The browser shows a PDF in a viewer of its own; what it was sent is asked for once more.
    sheet = citizen.page.context.request.get(citizen.site + (leaflet or ""))
    assert sheet.headers["content-type"] == "application/pdf"
    assert sheet.body().startswith(b"%PDF-")


@ways
def test_clinician_refers_by_code_and_hears_what_became_of_it(
    visit: Visit, world: World, offer: Offer, way: Way
) -> None:
    nurse = visit(way, world.nurse)
    search(nurse)
    nurse.follow("Henvis til " + CHOIR)
    nurse.arrive("Henvis til")
    nurse.press("Send med kode")
    nurse.arrive(CHOIR)
    code = nurse.page.locator(".leaf .code").inner_text()
    referral = newest(offer)
    assert letters_to(world.named_handler.email) == []

    helle = visit(way, world.receiver_handler)
    helle.go("/indbakke/")
    helle.arrive("")
    helle.write("Koden", code)
    helle.press("Brug koden")
    helle.arrive(CHOIR)
    helle.press("Borgeren er i gang")
    helle.arrive(CHOIR)
    helle.follow("Fortæl, hvordan det gik")
    helle.arrive("")
    helle.pick("Forløbet er afsluttet")
    finish(helle, referral)

    assert again(referral).status == State.COMPLETED
    find_sent(nurse, referral)
    nurse.sees("Forløbet er afsluttet")
    nurse.does_not_see(code)


def find_sent(visitor: Visitor, referral: Referral) -> None:
    """From the sender's own list, by its number."""
    visitor.go("/henvisninger/", "Mine henvisninger")
    visitor.write("Nummer", referral.reference)
    visitor.press("Vis")
    visitor.arrive("Mine henvisninger")
    visitor.sees("Afsluttet")
    visitor.follow(referral.reference)
    visitor.arrive(CHOIR)


def finish(visitor: Visitor, referral: Referral) -> None:
    """Submit a form whose button has whatever name the page gives it."""
    button = visitor.page.locator("form[method=post] button.button-primary").last
    if visitor.way is Way.KEYS:
        visitor.tab_to(button)
        visitor.key("Enter")
    else:
        button.click()
    visitor.page.wait_for_url(f"**/henvisninger/{referral.pk}/")
    visitor.arrive("")


@ways
def test_clinician_refers_with_consent_and_the_association_answers_from_the_mail(
    visit: Visit, world: World, offer: Offer, way: Way
) -> None:
    gp = visit(way, world.gp)
    search(gp)
    gp.follow("Henvis til " + CHOIR)
    gp.arrive("Henvis til")
    for box in ("consent_send", "consent_feedback", "consent_follow_up", "consent_form"):
        assert gp.page.locator(f"[name={box}]:checked").count() == 0
    gp.pick("Nej, med oplysninger")
    gp.write("Navn", "Karen Prøve")
    gp.write("Telefon eller e-mail", f"karen{offer.pk}@samspil.example")
    gp.write("Hvad skal foreningen vide?", "Vil gerne synge. Lidt nervøs.")
    gp.tick("Ja til at sende")
    gp.tick("Ja til, at jeg får besked")
    gp.pick("Skriftligt")
    gp.pick("Borgeren selv")
    gp.press("Send med kode" if way is Way.NO_SCRIPT else "Send henvisning")
    gp.arrive("Karen Prøve")
    gp.sees("er sendt")
    referral = newest(offer)

    (letter,) = letters_to(world.named_handler.email)
    for private in ("Karen", "Sangkor", "blodprop", "nervøs"):
        assert private not in letter
    helle = visit(way)
    helle.go(link_in(letter, "/svar/"), "Kan I tage imod en ny?")
    assert helle.page.url.endswith("/svar/")
    helle.does_not_see("Karen")
    helle.press("Send mig en kode")
    helle.arrive("Kan I tage imod en ny?")
    deliver_due()
    digits = next(word for word in MemorySms.outbox[-1].text.split() if word[:6].isdigit())[:6]
    helle.write("Kode", digits)
    helle.press("Vis navn og telefon")
    helle.arrive("Kan I tage imod en ny?")
    helle.sees("Karen Prøve")
    helle.pick("Ja, vi tager kontakt")
    helle.press("Send svar")
    helle.arrive("Hvordan går det?")
    helle.pick("Vi er i gang")
    helle.press("Send svar")
    helle.arrive("Hvordan går det?")
    helle.pick("Det er afsluttet")
    helle.pick("Forløbet er afsluttet")
    helle.press("Send svar")
    helle.arrive("Tak for jeres svar")

    assert again(referral).status == State.COMPLETED
    find_sent(gp, referral)
    gp.sees("Forløbet er afsluttet")


@ways
def test_decline_shows_alternatives_and_can_be_undone(
    visit: Visit, world: World, offer: Offer, way: Way
) -> None:
    make_offer(world.sibling, title="Hjertecafé på biblioteket")
    indexing.rebuild_index()
    referral = sent_identified(world, offer)

    helle = visit(way, world.receiver_handler)
    helle.go("/indbakke/")
    helle.arrive("")
    helle.follow("Vi kan ikke " + referral.reference)
    helle.arrive("")
    helle.pick("Vi har ikke plads")
    finish(helle, referral)
    helle.sees("Kan fortrydes til")
    gp = visit(way, world.gp)
    gp.go(f"/henvisninger/{referral.pk}/", CHOIR)
    gp.sees("Andre tilbud, der kan passe")
    assert gp.page.get_by_role("link", name="Henvis hertil").count() >= 1

    helle.press("Fortryd")
    helle.arrive(CHOIR)

    assert again(referral).status == State.SENT
    gp.go(f"/henvisninger/{referral.pk}/", CHOIR)
    gp.does_not_see("Andre tilbud, der kan passe")


@ways
def test_foreign_association_finds_nothing_anywhere(
    visit: Visit, world: World, offer: Offer, way: Way
) -> None:
    referral = sent_identified(world, offer)
    before = again(referral).updated_at
    ove = visit(way, world.outsider_handler)

    for part in ("", "afvis/", "venteliste/", "afslut/", "opgiv/", "traek-tilbage/", "fejl/"):
        assert ove.status_of(f"/henvisninger/{referral.pk}/{part}") == 404, part
    ove.arrive("")
    ove.does_not_see(referral.reference)
    ove.go("/indbakke/")
    ove.arrive("")
    ove.does_not_see(referral.reference)
    ove.does_not_see(CHOIR)
    ove.write("Koden", referral.reference)
    ove.press("Brug koden")
    ove.arrive("")
    ove.sees("Vi kender ikke koden")

    assert again(referral).updated_at == before


@ways
def test_citizen_writes_to_an_association_and_stops_it_again(
    visit: Visit, world: World, offer: Offer, way: Way
) -> None:
    citizen = visit(way)
    citizen.go(f"/tilbud/{offer.slug}/skriv/", "Skriv til")
    assert not citizen.page.locator("[name=consent]").is_checked()
    citizen.write("Hvad vil du kaldes?", "Karen")
    citizen.write("Telefon eller e-mail", f"citizen{offer.pk}@samspil.example")
    citizen.write("Hvad vil du gerne?", "Jeg vil gerne synge.")
    citizen.select("Din kommune", "Aarhus")
    citizen.tick("Ja")
    citizen.press("Send")
    citizen.arrive("Din besked er sendt")
    referral = newest(offer)
    citizen.follow("Åbn din side")
    citizen.arrive("Hej Karen")
    assert citizen.page.url.endswith("/min-henvisning/")
    assert len(letters_to(world.named_handler.email)) == 1

    citizen.follow("Træk mit ja tilbage")
    citizen.arrive("Hej Karen")
    citizen.press("Ja, stop det")
    citizen.arrive("")

    row = again(referral)
    assert (row.status, row.patient_open) == (State.WITHDRAWN, False)
    assert len(letters_to(world.named_handler.email)) == 1
    helle = visit(way, world.receiver_handler)
    helle.go(f"/henvisninger/{referral.pk}/")
    helle.arrive("")
    helle.does_not_see("Jeg vil gerne synge")


@ways
def test_concern_is_followed_to_its_end(visit: Visit, world: World, offer: Offer, way: Way) -> None:
    citizen = visit(way)
    citizen.go(f"/tilbud/{offer.slug}/", CHOIR)
    citizen.follow("Meld en bekymring")
    citizen.arrive("Meld en bekymring")
    citizen.write("Hvad bekymrer dig?", "Døren var låst, og ingen svarede.")
    citizen.press("Send bekymringen")
    citizen.arrive("Tak, den er sendt")
    concern = Concern.objects.get(offer=offer)
    told = letters_to(world.receiver_manager.user.email)
    assert len(told) == 1
    assert "Døren" not in told[0]

    marie = visit(way, world.receiver_manager)
    marie.go("/bekymringer/", "Bekymringer")
    mine = marie.page.locator("li", has_text="Døren var låst").first
    marie.press("Jeg tager den", inside=mine)
    marie.arrive("Bekymringer")
    mine = marie.page.locator("li", has_text="Døren var låst").first
    marie.follow("Afslut", inside=mine)
    marie.arrive("Afslut bekymringen")
    marie.write("Hvad er der gjort", "Vi har fået en ny nøgle.")
    marie.press("Afslut")
    marie.arrive("Bekymringer")

    concern.refresh_from_db()
    assert concern.status == Concern.Status.CLOSED
    marie.go("/bekymringer/?vis=afsluttet", "Bekymringer")
    marie.sees("Vi har fået en ny nøgle.")
