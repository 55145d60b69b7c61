"""The search page in a real browser, inside the site's own policy: narrowing, history, phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from offers.search import indexing
from offers.search.synonyms import load_synonyms
from tests.factories.offers import OfferFactory
from tests.world import load_areas

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def offers(transactional_db: None) -> None:
    load_areas()
    load_synonyms()
    OfferFactory(slug="gaa", title="Hjertehold", category="bevaegelse")
    OfferFactory(slug="ring", title="Hjertelinje", category="raadgivning", mode="telefon")
    indexing.rebuild_index()


@pytest.fixture
def browser(offers: None, live_server: Any) -> Iterator[Browser]:
    """After the offers: while Playwright runs, its loop has database connections of its own."""
    with sync_playwright() as playwright:
        found = str(CHROMIUM) if CHROMIUM.exists() else None
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


def open_page(browser: Browser, address: str, **options: Any) -> tuple[Page, list[str]]:
    page = browser.new_context(locale="da-DK", **options).new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda line: problems.append(line.text) if line.type == "error" else None,
    )
    page.goto(address)
    return page, problems


def use(page: Page) -> None:
    """The first sign of use fetches htmx; wait until it is there."""
    page.hover("#afgraens")
    for _ in range(100):
        if page.evaluate("Boolean(document.querySelector('#afgraens form')._htmx)"):
            return
        page.wait_for_timeout(100)
    raise AssertionError("htmx did not come")


def violations(page: Page) -> list[str]:
    page.evaluate(f"{AXE};0")
    return [found["id"] for found in page.evaluate("axe.run()")["violations"]]


def test_narrowing_changes_the_list_and_the_address_and_going_back_undoes_it(
    browser: Browser, live_server: Any
) -> None:
    page, problems = open_page(browser, f"{live_server.url}/tilbud/?q=hjerte&sted=8000")
    use(page)

    page.check("#f-hjaelp-bevaegelse")

    expect(page.locator("#r")).to_have_text("1 tilbud")
    assert page.url.endswith("/tilbud/?q=hjerte&sted=8000&hjaelp=bevaegelse")
    assert page.evaluate("document.activeElement.id") == "f-hjaelp-bevaegelse"
    assert violations(page) == []
    page.go_back()
    expect(page.locator("#r")).to_have_text("2 tilbud")
    expect(page.locator("#f-hjaelp-bevaegelse")).not_to_be_checked()
    assert problems == []


def test_without_script_the_button_narrows(browser: Browser, live_server: Any) -> None:
    page, _problems = open_page(
        browser, f"{live_server.url}/tilbud/?q=hjerte&sted=8000", java_script_enabled=False
    )

    page.check("#f-hjaelp-raadgivning")
    page.get_by_role("button", name="Vis tilbud").click()

    expect(page.locator("article[data-offer]")).to_have_count(1)
    expect(page.locator("article[data-offer=ring]")).to_be_visible()


def test_on_a_phone_the_filters_open_and_close_and_nothing_runs_over_the_edge(
    browser: Browser, live_server: Any
) -> None:
    page, problems = open_page(
        browser,
        f"{live_server.url}/tilbud/?q=hjerte&sted=8000",
        viewport={"width": 320, "height": 700},
    )
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

    assert not page.is_visible("#afgraens")
    page.get_by_role("link", name="Afgræns").click()

    expect(page.locator("#afgraens")).to_be_visible()
    expect(page.get_by_label("Postnummer eller kommune").last).to_be_visible()
    assert page.evaluate(width) <= 0
    assert violations(page) == []
    page.get_by_role("link", name="Luk").click()
    expect(page.locator("#afgraens")).to_be_hidden()
    assert problems == []
