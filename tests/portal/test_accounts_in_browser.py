"""Sign-in and the pages about people in a real browser: axe, narrow screens, a security key."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from organisations import services
from organisations.models import Membership, Role
from organisations.services.invitations import token_of
from portal.accounts.models import User
from tests.factories.accounts import PASSWORD
from tests.world import World, build_world, client_for

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's synchronous interface keeps an event loop, which Django takes for our mistake.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


Visit = Callable[..., Page]


def is_complaint(message: ConsoleMessage) -> bool:
    """What the policy for the browser refuses, and scripts that fail. 422 is our own answer."""
    return message.type == "error" and "status of 422" not in message.text


@pytest.fixture
def visit(live_server, browser: Browser) -> Iterator[Visit]:
    """Open an address as somebody; the console must stay silent."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def go(address: str, person=None, *, level="strong", width=1280, scheme="light") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale="da-DK"
        )
        contexts.append(context)
        if person is not None:
            cookie = client_for(person, level).cookies["session"].value
            context.add_cookies([{"name": "session", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on(
            "console",
            lambda message: complaints.append(message.text) if is_complaint(message) else None,
        )
        page.goto(live_server.url + address)
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints == []


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    return [f"{row['id']}: {row['nodes'][0]['html'][:120]}" for row in found]


def pages_of(world: World) -> list[tuple[str, object, str]]:
    invitation = services.invite_member(
        email="nina.ny@samspil.example",
        name="Nina Ny",
        roles=[Role.HANDLER],
        knows_person=True,
        actor=world.receiver_manager.actor(),
    )
    member = Membership.objects.get(user=world.receiver_handler.user)
    manager = world.receiver_manager
    return [
        ("/konto/log-ind/", None, ""),
        ("/konto/glemt-kode/", None, ""),
        (f"/invitation/{token_of(invitation)}/", None, ""),
        ("/organisationer/hjertet-aarhus/", None, ""),
        ("/konto/to-faktor/", world.gp, "low"),
        ("/start/", world.newcomer, "low"),
        ("/konto/", manager, "strong"),
        ("/konto/sessioner/", manager, "strong"),
        ("/konto/adgangskode/", manager, "strong"),
        ("/organisation/medlemmer/", manager, "strong"),
        (f"/organisation/medlemmer/{member.pk}/", manager, "strong"),
        ("/organisation/medlemmer/inviter/", manager, "strong"),
        ("/organisation/oplysninger/", manager, "strong"),
        ("/organisation/kontakter/", manager, "strong"),
        ("/organisation/lukkedage/", manager, "strong"),
        ("/organisation/vilkaar/", manager, "strong"),
        ("/organisation/modtagere/ny/", manager, "strong"),
        ("/organisationer/til-godkendelse/", world.coordinator, "strong"),
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_every_page_passes_axe_and_fits_the_screen(visit, width, scheme):
    world = build_world()
    wrong = []

    for address, person, level in pages_of(world):
        page = visit(address, person, level=level or "strong", width=width, scheme=scheme)
        wrong += [f"{address} {line}" for line in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{address} scrolls sideways")
        assert page.locator("h1").count() == 1

    assert wrong == []


def test_a_form_with_errors_passes_axe_and_leads_to_the_field(visit):
    world = build_world()
    page = visit("/organisation/medlemmer/inviter/", world.receiver_manager)

    with page.expect_response(lambda answer: answer.status == 422):
        page.get_by_role("button", name="Send invitation").click()
    page.evaluate("document.fonts.ready")

    assert page.evaluate("document.activeElement.id") == "fejl"
    assert violations(page) == []


def test_a_person_sets_a_security_key_up_and_signs_in_with_it(live_server, browser):
    world = build_world()
    person = world.gp.user
    context = browser.new_context(locale="da-DK")
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "automaticPresenceSimulation": True,
                "isUserVerified": True,
                "hasUserVerification": True,
            }
        },
    )

    def give_password() -> None:
        page.goto(f"{live_server.url}/konto/log-ind/")
        page.get_by_label("E-mail").fill(person.email)
        page.get_by_label("Adgangskode").fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Log ind").click()

    give_password()
    page.get_by_role("link", name="Brug en nøgle").click()
    page.get_by_role("button", name="Tilføj nøglen").click()
    page.get_by_role("heading", name="Gem dine nødkoder").wait_for()
    page.get_by_role("link", name="Jeg har gemt dem").click()
    page.wait_for_url("**/tilbud/**")

    page.goto(f"{live_server.url}/konto/log-af/")
    page.locator("main").get_by_role("button", name="Log af").click()
    give_password()
    page.get_by_role("heading", name="Bekræft, at det er dig").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Brug sikkerhedsnøgle").click()
    page.wait_for_url("**/tilbud/**")

    assert User.objects.get(pk=person.pk).last_login
    context.close()


def test_what_was_typed_survives_a_session_that_ran_out(live_server, browser, monkeypatch):
    world = build_world()
    context = browser.new_context(locale="da-DK")
    page = context.new_page()
    cookie = client_for(world.receiver_manager).cookies["session"].value
    context.add_cookies([{"name": "session", "value": cookie, "url": live_server.url}])
    page.goto(f"{live_server.url}/organisation/oplysninger/")
    page.get_by_label("Hvem er I?").fill("Vi går tur hver tirsdag")
    with monkeypatch.context() as later:
        later.setattr("portal.accounts.sessions.has_run_out", lambda _session: True)
        page.get_by_role("button", name="Gem").click()
        page.get_by_role("heading", name="Log ind", exact=True).wait_for()
        address = page.url

    assert "Det, du skrev, er gemt" in page.locator("[data-messages]").inner_text()
    fresh = client_for(world.receiver_manager).cookies["session"].value
    context.add_cookies([{"name": "session", "value": fresh, "url": live_server.url}])
    page.goto(live_server.url + address.partition("?next=")[2])
    page.get_by_role("button", name="Fortsæt").click()
    page.get_by_text("Oplysningerne er gemt").wait_for()

    world.receiver.refresh_from_db()
    assert world.receiver.description == "Vi går tur hver tirsdag"
    context.close()
