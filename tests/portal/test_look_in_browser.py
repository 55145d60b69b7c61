"""The look in a real browser: axe, keyboard, narrow screens, without JavaScript, on paper.

The pages run through their own server, with the site's policy for the browser in force. They touch
no database: pytest-django refuses it here, and the server would answer 500.
"""

import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

from portal import front_page
from portal.common import clock

pytestmark = pytest.mark.journey

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES = (
    "/",
    "/hjaelp/",
    "/tilgaengelighed/",
    "/persondata/",
    "/akut-hjaelp/",
    "/komponenter/",
    "/findes-ikke/",
    "/fejl/",
)
WIDTHS = {"desk": 1280, "phone": 375}


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


class Server(WSGIServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of a server for the look's own pages."""
    counted = front_page.Numbers(
        clock.now(),
        1284,
        176,
        1207,
        {query: 214 for _label, query, *_r in front_page.SITUATIONS},
    )
    with (
        override_settings(ROOT_URLCONF="tests.portal.look_urls"),
        mock.patch.object(front_page, "numbers", return_value=counted),
    ):
        application = get_wsgi_application()
        for port in random.sample(range(20000, 32000), 50):
            try:
                server = Server(("127.0.0.1", port), Quiet)
                break
            except OSError:
                continue
        server.set_app(application)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{port}"
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


def opened(browser: Browser, address: str, *, width: int = 1280, **context: Any) -> Page:
    made = browser.new_context(viewport={"width": width, "height": 800}, locale="da-DK", **context)
    page = made.new_page()
    page.complaints = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    page.on(
        "console",
        lambda line: (
            page.complaints.append(line.text)  # type: ignore[attr-defined]
            if line.type == "error" and "status of" not in line.text
            else None
        ),
    )
    page.goto(address)
    return page


def violations(page: Page) -> list[str]:
    """What axe finds. It is run by the debugger, so the policy for scripts stays in force."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a','wcag2aa','wcag21a',"
        "'wcag21aa','wcag22aa','best-practice']})"
    )
    return [
        f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]
    ]


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(
    browser: Browser, site: str, address: str, scheme: str, width: int
) -> None:
    page = opened(browser, site + address, width=width, color_scheme=scheme)

    assert violations(page) == []
    assert page.complaints == []  # type: ignore[attr-defined]
    page.context.close()


def test_axe_would_find_a_planted_fault(browser: Browser, site: str) -> None:
    page = opened(browser, site + "/hjaelp/")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")

    assert any(line.startswith("button-name") for line in violations(page))
    page.context.close()


@pytest.mark.parametrize("address", PAGES)
def test_nothing_is_wider_than_a_narrow_screen(browser: Browser, site: str, address: str) -> None:
    page = opened(browser, site + address, width=320)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


@pytest.mark.parametrize("address", PAGES)
def test_wider_text_spacing_cuts_nothing_off(browser: Browser, site: str, address: str) -> None:
    """WCAG 1.4.12: line, paragraph, letter and word spacing as the standard names them."""
    page = opened(browser, site + address, width=375, bypass_csp=True)
    page.add_style_tag(
        content="*{line-height:1.5!important;letter-spacing:.12em!important;"
        "word-spacing:.16em!important}p{margin-bottom:2em!important}"
    )

    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    cut = page.evaluate(
        "[...document.querySelectorAll('.button,.st,.chip,h1,h2,h3,.opt')]"
        ".filter(e => !e.classList.contains('sr-only'))"
        ".filter(e => e.scrollWidth > e.clientWidth + 1)"
        ".filter(e => getComputedStyle(e).overflow != 'visible')"
        ".map(e => e.textContent)"
    )
    assert cut == []
    page.context.close()


def test_every_stop_on_the_way_through_the_page_is_seen(browser: Browser, site: str) -> None:
    page = opened(browser, site + "/komponenter/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skipnav"

    unseen = []
    for _step in range(90):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
              const e = document.activeElement;
              if (e === document.body) return null;
              const ring = (n) => n && getComputedStyle(n).outlineStyle !== 'none'
                && parseFloat(getComputedStyle(n).outlineWidth) >= 2;
              return ring(e) || ring(e.closest('label')) ? '' : e.outerHTML.slice(0, 120);
            }"""
        )
        if seen is None:
            break
        if seen:
            unseen.append(seen)

    assert unseen == []
    page.context.close()


def test_the_menu_opens_and_closes_with_keys_and_gives_the_focus_back(
    browser: Browser, site: str
) -> None:
    page = opened(browser, site + "/hjaelp/", width=375)
    summary = page.locator("details.narrow-menu summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("link", name="Log ind", exact=True).is_visible()

    page.keyboard.press("Escape")

    assert not page.get_by_role("link", name="Log ind", exact=True).is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.context.close()


def test_the_shell_works_without_javascript(browser: Browser, site: str) -> None:
    page = opened(browser, site + "/", width=375, java_script_enabled=False)
    page.locator("details.narrow-menu summary").click()
    assert page.get_by_role("link", name="Log ind", exact=True).is_visible()

    page.get_by_role("button", name="Mørkt").click()

    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.context.close()


def test_without_javascript_no_button_is_shown_that_would_do_nothing(
    browser: Browser, site: str
) -> None:
    page = opened(browser, site + "/komponenter/", java_script_enabled=False)

    assert not page.locator("[data-copy]").is_visible()
    page.context.close()


def test_first_visit_fetches_one_script_and_one_font(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 375, "height": 800}, locale="da-DK")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(site + "/")
    page.wait_for_load_state("networkidle")

    assert len([url for url in asked if url.endswith(".js")]) == 1
    assert len([url for url in asked if url.endswith(".woff2")]) == 1
    context.close()


def test_the_text_for_the_record_is_copied_and_said_aloud(browser: Browser, site: str) -> None:
    page = opened(
        browser,
        site + "/komponenter/",
        permissions=["clipboard-read", "clipboard-write"],
    )

    page.locator("[data-copy]").click()
    expect(page.locator("#melding")).to_have_text("Kopieret")

    assert "26-1184" in page.evaluate("navigator.clipboard.readText()")
    page.context.close()


def test_on_paper_the_frame_is_gone_and_the_text_is_black(browser: Browser, site: str) -> None:
    page = opened(browser, site + "/persondata/", color_scheme="dark")
    page.emulate_media(media="print")

    assert not page.locator("header.top").is_visible()
    assert not page.locator("footer").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('h2')).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.context.close()


def test_forced_colours_keep_the_shapes_and_show_what_is_chosen(
    browser: Browser, site: str
) -> None:
    page = opened(browser, site + "/komponenter/", forced_colors="active")

    dot = "getComputedStyle(document.querySelector('.st.stop'), '::before')"
    assert page.evaluate(f"{dot}.forcedColorAdjust") == "none"
    chosen = "getComputedStyle(document.querySelector('.opt:has(input:checked)'))"
    assert page.evaluate(f"{chosen}.outlineStyle") == "solid"
    page.context.close()


def test_nothing_moves_for_those_who_asked_for_calm(browser: Browser, site: str) -> None:
    page = opened(browser, site + "/", reduced_motion="reduce")

    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => parseFloat("
        "getComputedStyle(e).transitionDuration) > 0).map(e => e.className)"
    )
    assert moving == []
    page.context.close()


def test_long_work_comes_by_itself_under_the_policy(browser: Browser, site: str) -> None:
    page = opened(browser, site + "/venter/")

    expect(page.locator("#klar")).to_have_text("Rapporten er klar")
    assert page.complaints == []  # type: ignore[attr-defined]
    page.context.close()


def test_a_draft_saves_itself_and_says_so(browser: Browser, site: str) -> None:
    page = opened(browser, site + "/kladde/")
    page.get_by_label("Note").fill("Vil gerne ringes op")

    expect(page.locator("[data-saved]")).to_have_text("Kladden er gemt")
    page.context.close()


def test_a_draft_that_cannot_be_saved_stays_on_the_page(browser: Browser, site: str) -> None:
    page = opened(browser, site + "/kladde/")
    page.get_by_label("Note").fill("fejl")

    expect(page.locator("[data-saved]")).to_have_text("Vi kunne ikke gemme.")
    assert page.get_by_label("Note").input_value() == "fejl"
    page.context.close()


def test_ctrl_enter_sends_the_form(browser: Browser, site: str) -> None:
    page = opened(browser, site + "/kladde/")
    page.get_by_label("Note").fill("x")

    page.keyboard.press("Control+Enter")

    expect(page.locator("body")).to_have_text("sendt")
    page.context.close()


def test_a_part_is_shown_only_while_it_is_chosen(browser: Browser, site: str) -> None:
    page = opened(browser, site + "/kladde/")
    assert not page.locator("#grund").is_visible()

    page.get_by_label("Mundtligt").check()
    assert page.locator("#grund").is_visible()

    page.get_by_label("Skriftligt").check()
    assert not page.locator("#grund").is_visible()
    page.context.close()


def test_every_part_is_shown_without_javascript(browser: Browser, site: str) -> None:
    page = opened(browser, site + "/kladde/", java_script_enabled=False)

    assert page.locator("#grund").is_visible()
    page.context.close()
