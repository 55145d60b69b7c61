"""The look: components, form renderer, error pages, themes, weight, and the vendored files."""

import gzip
import importlib.util
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import Permission
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings

from portal import front_page, views
from portal.common import clock
from portal.common.forms import choice
from portal.common.lix import LIMIT, hard_texts, lix
from portal.common.pagination import Page, keyset_page, numbered_page, numbered_pager
from portal.common.templatetags import look

pytestmark = pytest.mark.urls("tests.portal.look_urls")

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
HTML = sorted(path for path in TEMPLATES.rglob("*.html") if "emails" not in path.parts)
MOMENT = datetime(2026, 11, 26, 13, 30, tzinfo=UTC)
PAGES = (
    "/",
    "/hjaelp/",
    "/tilgaengelighed/",
    "/persondata/",
    "/akut-hjaelp/",
    "/komponenter/",
)


@pytest.fixture(autouse=True)
def _counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The front page's numbers without a database, so that the other tests need none."""
    counted = front_page.Numbers(
        MOMENT,
        1284,
        176,
        1207,
        {query: 1214 for _label, query, *_rest in front_page.SITUATIONS},
    )
    monkeypatch.setattr(front_page, "numbers", lambda: counted)


def short(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


class Elements(HTMLParser):
    """Every element of a page as (tag, attributes)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def with_(self, **wanted: str) -> list[dict[str, str | None]]:
        return [a for _tag, a in self.found if all(a.get(k) == v for k, v in wanted.items())]

    def ids(self) -> list[str]:
        return [str(a["id"]) for _tag, a in self.found if a.get("id")]


class Referral(forms.Form):
    name = forms.CharField(label="Navn", help_text="Fornavn og efternavn")
    phone = forms.CharField(label="Telefon", required=False)
    kind = forms.ChoiceField(
        label="Hvordan vil I gøre?",
        help_text="Vælg én",
        choices=[("code", "Med kode"), ("identified", "Med oplysninger")],
        widget=forms.RadioSelect(attrs={"class": "choice"}),
    )
    area = forms.ChoiceField(label="Kommune", choices=[("", "Vælg"), ("0751", "Aarhus")])
    consent = forms.BooleanField(label="Ja til at sende", help_text="Højst ét år")

    def clean(self) -> None:
        raise forms.ValidationError("Foreningen tager ikke imod lige nu.")


def refused() -> Referral:
    form = Referral({})
    form.is_valid()
    return form


# --- components -------------------------------------------------------------------------------
@pytest.mark.parametrize("path", COMPONENTS, ids=short)
def test_component_names_its_inputs_in_its_first_line(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]

    assert re.fullmatch(r"\{% comment %\}Inputs: .+\{% endcomment %\}", first)


@pytest.mark.parametrize("path", COMPONENTS, ids=short)
def test_component_is_shown_on_the_component_page(path: Path) -> None:
    shown, waiting = (
        set(),
        ["pages/components.html", "base.html", "layouts/public.html"],
    )
    waiting += ["layouts/workspace.html", "404.html"]
    while waiting:
        name = waiting.pop()
        shown.add(name)
        text = (TEMPLATES / name).read_text("utf-8")
        waiting += [n for n in re.findall(r'include "([^"]+)"', text) if n not in shown]
        waiting += ["components/motif.html"] if name == "base.html" else []

    assert short(path) in shown


@pytest.mark.parametrize("path", HTML, ids=short)
def test_components_are_included_with_only(path: Path) -> None:
    includes = re.findall(r'\{% include "components/[^%]+%\}', path.read_text("utf-8"))

    assert [tag for tag in includes if not re.search(r"\bonly %\}$", tag)] == []


@pytest.mark.parametrize("path", HTML, ids=short)
def test_template_has_nothing_that_the_browser_policy_refuses(path: Path) -> None:
    text = path.read_text("utf-8")

    assert re.findall(r"<style\b|\sstyle=|<[^>]*\son[a-z]+=|javascript:", text) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text) == []


def test_component_page_shows_every_component_with_every_input_given() -> None:
    response = Client().get("/komponenter/")

    text = response.content.decode()
    assert response.status_code == 200
    assert "UNDEFINED" not in text
    assert "Få pladser" in text
    assert "Næste" in text


@pytest.mark.parametrize("address", PAGES)
def test_page_uses_each_id_once(address: str) -> None:
    ids = Elements(Client().get(address).content.decode()).ids()

    assert sorted(ids) == sorted(set(ids))


@override_settings(DEMO=False, DEBUG=False)
def test_component_page_does_not_exist_in_production() -> None:
    assert Client().get("/komponenter/").status_code == 404


@pytest.mark.parametrize("kind", sorted(look.TONES))
def test_every_state_has_a_known_shape(kind: str) -> None:
    assert set(look.TONES[kind].values()) <= {
        "ok",
        "few",
        "wait",
        "stop",
        "full",
        "mute",
    }


def test_a_status_is_a_shape_and_a_word() -> None:
    shown = look.status("referral", "declined", "Afvist")

    assert shown == '<span class="st stop pill">Afvist</span>'


def test_an_unknown_state_is_drawn_quietly() -> None:
    assert look.tone("referral", "from_the_future") == "mute"


def test_a_label_cannot_smuggle_markup_into_a_status() -> None:
    assert "<b>" not in look.status("tone", "ok", "<b>x</b>")


def test_an_icon_is_silent_unless_it_stands_alone() -> None:
    assert 'aria-hidden="true"' in look.icon("print")
    assert 'aria-label="Print"' in look.icon("print", label="Print")


@pytest.mark.parametrize("path", [*HTML, *ROOT.glob("portal/*.py")], ids=str)
def test_every_icon_that_is_named_is_in_the_sprite(path: Path) -> None:
    sprite = (ROOT / "static/vendor/icons/sprite.svg").read_text("utf-8")
    text = path.read_text("utf-8")
    named = set(re.findall(r'\{% icon "([\w-]+)"', text))
    named |= set(re.findall(r'"icon": "([\w-]+)"', text)) - {"cup", "bridge"}
    named |= {f"k-{name}" for name in re.findall(r'category_icon "([\w-]+)"', text)}

    assert {name for name in named if f'id="{name}"' not in sprite} == set()


# --- forms ------------------------------------------------------------------------------------
def test_label_hint_and_error_belong_to_the_field() -> None:
    page = Elements(str(refused()["name"].as_field_group()))

    (field,) = page.with_(name="name")
    assert field["aria-invalid"] == "true"
    assert str(field["aria-describedby"]).split() == [
        "id_name_helptext",
        "id_name_error",
    ]
    assert set(str(field["aria-describedby"]).split()) <= set(page.ids())
    assert page.with_(**{"for": "id_name"})
    assert field["class"] == "form-input"


def test_an_untouched_field_is_not_called_wrong() -> None:
    (field,) = Elements(str(Referral()["name"].as_field_group())).with_(name="name")

    assert "aria-invalid" not in field
    assert field["aria-describedby"] == "id_name_helptext"


def test_radio_buttons_stand_in_a_described_group_with_a_label_each() -> None:
    page = Elements(str(refused()["kind"].as_field_group()))

    (group,) = [a for tag, a in page.found if tag == "fieldset"]
    assert str(group["aria-describedby"]).split() == [
        "id_kind_helptext",
        "id_kind_error",
    ]
    radios = page.with_(type="radio")
    assert [radio["id"] for radio in radios] == ["id_kind_0", "id_kind_1"]
    assert all(page.with_(**{"for": str(radio["id"])}) for radio in radios)


def test_nothing_is_chosen_beforehand() -> None:
    page = Elements(str(Referral().as_div()))

    assert [a for _tag, a in page.found if "checked" in a] == []


def test_a_card_keeps_the_hint_inside_its_label() -> None:
    class Cards(forms.Form):
        kind = forms.ChoiceField(
            choices=[choice("a", "Med kode", "Ingen data")], widget=forms.RadioSelect
        )

    shown = str(Cards()["kind"])

    assert "<b>Med kode</b><small>Ingen data</small>" in shown
    assert 'class="opt"' in shown


def test_an_optional_field_says_so_and_a_needed_one_does_not() -> None:
    form = Referral()

    assert "(valgfrit)" in form["phone"].as_field_group()
    assert "(valgfrit)" not in form["name"].as_field_group()


def test_what_a_person_typed_is_escaped() -> None:
    form = Referral({"name": '"><script>alert(1)</script>'})

    assert "<script>" not in form["name"].as_field_group()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("name", "Udfyld »Navn«."),
        ("area", "Vælg et svar under »Kommune«."),
        ("consent", "Sæt flueben ved »Ja til at sende«."),
    ],
)
def test_an_empty_field_says_what_to_do(name: str, words: str) -> None:
    assert list(refused()[name].errors) == [words]


def test_own_words_for_an_empty_field_are_kept() -> None:
    class Own(forms.Form):
        code = forms.CharField(error_messages={"required": "Skriv koden."})

    form = Own({})

    assert list(form["code"].errors) == ["Skriv koden."]


def test_error_summary_takes_focus_and_links_to_each_field() -> None:
    form = refused()

    page = Elements(render_to_string("components/error_summary.html", {"form": form}))

    (box,) = page.with_(role="alert")
    assert {"tabindex", "autofocus", "data-focus"} <= set(box)
    targets = [str(a["href"])[1:] for tag, a in page.found if tag == "a"]
    assert targets == ["id_name", "id_kind_0", "id_area", "id_consent"]
    assert set(targets) <= set(Elements(str(form.as_div())).ids())


def test_error_summary_counts_in_words_and_tells_the_error_of_the_whole_form() -> None:
    text = render_to_string("components/error_summary.html", {"form": refused()})

    assert "Ret fem ting" in text
    assert "Foreningen tager ikke imod lige nu." in text


def test_error_summary_is_silent_when_nothing_is_wrong() -> None:
    assert "errsum" not in render_to_string("components/error_summary.html", {"form": Referral()})


# --- words ------------------------------------------------------------------------------------
@pytest.fixture
def _thursday() -> Iterator[None]:
    with clock.at(MOMENT):
        yield


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (lambda: look.long_date(date(2026, 11, 26)), "26. november 2026"),
        (lambda: look.short_date(date(2026, 11, 26)), "26. nov. 2026"),
        (lambda: look.day_month(date(2027, 5, 3)), "3. maj"),
        (lambda: look.weekday_time(MOMENT), "torsdag 26. november kl. 14.30"),
        (lambda: look.time_of_day(datetime(2026, 11, 26, 13, 0, tzinfo=UTC)), "kl. 14"),
        (lambda: look.number(1284), "1.284"),
        (lambda: look.number(Decimal("0.5"), 0), "1"),
        (lambda: look.percent(94), "94\xa0%"),
        (lambda: look.kroner(1250000), "12.500\xa0kr."),
        (lambda: look.kroner(1250050), "12.500,50\xa0kr."),
        (lambda: look.distance(340), "350\xa0m"),
        (lambda: look.distance(1180), "1,2\xa0km"),
        (lambda: look.distance(19200), "19\xa0km"),
        (lambda: look.in_words(3), "tre"),
        (lambda: look.in_words(11), "11"),
        (lambda: look.initials("Birthe Marie Krogh"), "BK"),
    ],
)
def test_dates_and_numbers_are_written_the_danish_way(shown: Any, expected: str) -> None:
    assert shown() == expected


@pytest.mark.usefixtures("_thursday")
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (MOMENT, "i dag kl. 14.30"),
        (datetime(2026, 11, 25, 8, 15, tzinfo=UTC), "i går kl. 9.15"),
        # 23.30 in London is tomorrow in Copenhagen.
        (datetime(2026, 11, 26, 23, 30, tzinfo=UTC), "i morgen kl. 0.30"),
        (date(2026, 6, 3), "3. juni"),
        (date(2027, 1, 5), "5. januar 2027"),
    ],
)
def test_when_speaks_of_days_as_people_do(value: date, expected: str) -> None:
    assert look.when(value) == expected


@pytest.mark.usefixtures("_thursday")
def test_days_away_counts_days_in_copenhagen() -> None:
    assert look.days_away(date(2026, 11, 27)) == "om 1 dag"
    assert look.days_away(date(2027, 1, 4)) == "om 39 dage"
    assert look.days_away(date(2026, 11, 23)) == "for 3 dage siden"
    assert look.days_away(date(2026, 11, 26)) == "i dag"


@pytest.mark.parametrize("name", ["help", "privacy", "accessibility", "acute_help", "home"])
def test_public_pages_are_written_in_plain_danish(name: str) -> None:
    text = (TEMPLATES / "pages" / f"{name}.html").read_text("utf-8")
    words = re.findall(r'\{% translate "([^"]+)" %\}', text)

    assert lix("\n".join(words)) <= LIMIT
    assert hard_texts(words, limit=45) == []


# --- pages ------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", PAGES)
def test_page_has_one_heading_a_name_and_the_links_everybody_needs(
    address: str,
) -> None:
    response = Client().get(address)

    text = response.content.decode()
    assert response.status_code == 200
    assert "UNDEFINED" not in text
    assert len(re.findall(r"<h1\b", text)) == 1
    assert re.search(r"<title>[^<]+ – Samspil</title>", text)
    for link in ("/hjaelp/", "/akut-hjaelp/", "/tilgaengelighed/", "/persondata/"):
        assert f'href="{link}"' in text


def test_short_address_leads_to_the_accessibility_statement() -> None:
    assert Client().get("/was/", follow=True).redirect_chain[-1][0] == "/tilgaengelighed/"


@override_settings(ACCESSIBILITY_STATEMENT_URL="https://www.was.digst.dk/samspil-example")
def test_the_authoritys_statement_is_linked_from_every_page_once_there_is_one() -> None:
    address = "https://www.was.digst.dk/samspil-example"

    assert Client().get("/was/").headers["Location"] == address
    assert f'href="{address}"' in Client().get("/hjaelp/").content.decode()


def test_accessibility_statement_was_reviewed_within_a_year() -> None:
    assert (clock.today() - views.STATEMENT_REVIEWED).days <= 366


@override_settings(CONTACT_PHONE="70 00 00 00", CONTACT_MAIL="a@b.example")
def test_accessibility_statement_names_mail_and_phone() -> None:
    text = Client().get("/tilgaengelighed/").content.decode()

    assert 'href="mailto:a@b.example"' in text
    assert 'href="tel:70000000"' in text


def test_acute_help_comes_from_the_one_setting() -> None:
    text = Client().get("/akut-hjaelp/").content.decode()

    for line in settings.ACUTE_HELP:
        assert str(line["number"]) in text


@pytest.mark.parametrize("demo", [True, False])
def test_the_example_banner_stands_on_every_page_of_the_demo_and_only_there(
    demo: bool,
) -> None:
    with override_settings(DEMO=demo):
        text = Client().get("/").content.decode()

    assert ("personer og tal er opdigtede" in text) is demo


def test_front_page_has_eight_situations_that_lead_to_the_search() -> None:
    page = Elements(Client().get("/").content.decode())

    tiles = page.with_(**{"class": "tile"})
    assert len(tiles) == 8
    assert all(str(tile["href"]).startswith("/tilbud/?q=") for tile in tiles)


def test_front_page_says_how_many_offers_a_situation_leads_to() -> None:
    text = Client().get("/").content.decode()

    assert text.count("1.214 tilbud") == 8
    assert "tilbud fra 176 foreninger" in text
    assert "94\xa0%" in text


def test_front_page_does_not_boast_of_a_handful(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = front_page.Numbers(MOMENT, 3, 2, 3, {q: 0 for _l, q, *_r in front_page.SITUATIONS})
    monkeypatch.setattr(front_page, "numbers", lambda: few)

    text = Client().get("/").content.decode()

    assert 'class="nums"' not in text
    assert "0 tilbud" not in text
    assert front_page.figures() == []


@pytest.mark.django_db
def test_front_page_counts_again_only_when_its_numbers_are_old(
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(front_page, "_remembered", None)
    with override_settings(FRONT_PAGE_SECONDS=600), clock.at(MOMENT):
        first = front_page.numbers()
        with django_assert_num_queries(0):
            assert front_page.numbers() is first
        clock.advance_to(MOMENT + timedelta(minutes=11))
        assert front_page.numbers() is not first


# --- the menu of a signed-in person -------------------------------------------------------------
@pytest.mark.django_db
def test_a_signed_in_person_sees_own_name_organisation_and_the_way_out(
    world: Any, client_for: Any
) -> None:
    text = client_for(world.gp).get("/hjaelp/").content.decode()

    assert "UNDEFINED" not in text
    assert world.gp.user.name in text
    assert world.practice.name in text
    assert Elements(text).with_(action="/konto/ud/")
    assert "Log ind" not in text


# --- theme ------------------------------------------------------------------------------------
def test_theme_is_set_by_the_server_so_that_nothing_flashes() -> None:
    client = Client()

    response = client.post("/tema/", {"theme": "dark", "next": "/hjaelp/"})

    assert response.headers["Location"] == "/hjaelp/"
    assert '<html lang="da" data-theme="dark">' in client.get("/hjaelp/").content.decode()


def test_automatic_theme_leaves_the_choice_to_the_system() -> None:
    client = Client()
    client.post("/tema/", {"theme": "auto"})

    assert "data-theme" not in client.get("/").content.decode().split("<head>")[0]


@pytest.mark.parametrize(
    "address", ["https://example.com/", "//example.com", "javascript:alert(1)"]
)
def test_theme_does_not_lead_to_another_site(address: str) -> None:
    response = Client().post("/tema/", {"theme": "dark", "next": address})

    assert response.headers["Location"] == "/"


def test_theme_refuses_nonsense_and_is_not_set_by_a_link() -> None:
    assert "tema" not in Client().post("/tema/", {"theme": "pink"}).cookies
    assert Client().get("/tema/?theme=dark").status_code == 405


def dark_blocks() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    css = (ROOT / "static/css/samspil.css").read_text("utf-8")

    def tokens(pattern: str) -> dict[str, str]:
        block = re.search(pattern + r"\s*\{(.*?)\}", css, re.DOTALL)
        assert block
        return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block.group(1)))

    return (
        tokens(r"\n:root"),
        tokens(r'html\[data-theme="dark"\]'),
        tokens(r"html:not\(\[data-theme\]\)"),
    )


def test_dark_by_choice_and_dark_by_system_are_the_same() -> None:
    _light, chosen, system = dark_blocks()

    assert chosen == system


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "canvas", 7),
        ("ink-2", "canvas", 4.5),
        ("ink-2", "sand", 4.5),
        ("ink-2", "hero", 4.5),
        ("petrol", "canvas", 4.5),
        ("petrol", "hero", 4.5),
        ("on-petrol", "petrol", 4.5),
        ("petrol-ink", "petrol-tint", 4.5),
        ("stop", "surface", 4.5),
        ("line-2", "surface", 3),
        ("line-2", "canvas", 3),
        *[(tone, f"{tone}-tint", 3) for tone in ("ok", "few", "wait", "stop", "mute")],
        *[("ink", f"{tone}-tint", 4.5) for tone in ("ok", "few", "wait", "stop", "mute")],
        *[(f"k{n}i", f"k{n}", 4.5) for n in range(1, 7)],
    ],
)
def test_colours_can_be_told_apart(front: str, back: str, least: float, dark: bool) -> None:
    light, chosen, _system = dark_blocks()
    tokens = {**light, **chosen} if dark else light
    lighter, darker = sorted(
        (luminance(tokens[f"--{name}"]) for name in (front, back)), reverse=True
    )

    assert (lighter + 0.05) / (darker + 0.05) >= least


# --- errors -----------------------------------------------------------------------------------
def quiet() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "status"), [("/findes-ikke/", 404), ("/fejl/", 500), ("/nej/", 403)]
)
def test_error_page_is_danish_has_a_way_on_and_tells_nothing_internal(
    address: str, status: int
) -> None:
    response = quiet().get(address, headers={"X-Request-Id": "abc-123"})

    text = response.content.decode()
    assert response.status_code == status
    assert "Gå til forsiden" in text
    assert "UNDEFINED" not in text
    for secret in (
        "SELECT",
        "RuntimeError",
        "Traceback",
        "internal words",
        "look_urls",
        "Django",
    ):
        assert secret not in text


@pytest.mark.parametrize("address", ["/findes-ikke/", "/fejl/", "/nej/"])
def test_error_page_shows_the_id_that_stands_in_the_log(address: str) -> None:
    response = quiet().get(address, headers={"X-Request-Id": "abc-123"})

    assert '<span class="reference">abc-123</span>' in response.content.decode()


def test_the_page_for_a_broken_server_needs_neither_request_nor_database() -> None:
    with override_settings(ROOT_URLCONF="no.such.module"):
        text = render_to_string("500.html", {"reference": "abc"})
        pause = render_to_string("503.html")

    assert "Det er vores fejl, ikke din." in text
    assert "112" in pause


def test_a_form_that_lay_open_too_long_says_so() -> None:
    response = Client(enforce_csrf_checks=True).post("/tema/", {"theme": "dark"})

    assert response.status_code == 403
    assert "ligget åben for længe" in response.content.decode()


def test_words_of_an_unknown_error_stay_inside() -> None:
    response = views.bad_request(RequestFactory().get("/"), ValueError("internal"))

    assert b"internal" not in response.content


# --- pagers -----------------------------------------------------------------------------------
def all_pages(size: int) -> list[Page[Permission]]:
    pages, address = [], ""
    for _step in range(200):
        page = keyset_page(
            Permission.objects.all(),
            order=("-content_type_id", "id"),
            params=QueryDict(address),
            size=size,
        )
        pages.append(page)
        address = page.pager.next_url.removeprefix("?")
        if not address:
            break
    return pages


@pytest.mark.django_db
def test_keyset_pages_show_every_row_once_in_order() -> None:
    expected = list(Permission.objects.order_by("-content_type_id", "id"))

    pages = all_pages(7)

    assert [row for page in pages for row in page] == expected
    assert pages[0].pager.previous_url == ""
    assert pages[-1].pager.next_url == ""


@pytest.mark.django_db
def test_going_back_gives_the_page_one_came_from() -> None:
    first, second, third = all_pages(7)[:3]

    back = keyset_page(
        Permission.objects.all(),
        order=("-content_type_id", "id"),
        params=QueryDict(third.pager.previous_url[1:]),
        size=7,
    )

    assert back.rows == second.rows
    assert back.pager.next_url == second.pager.next_url
    assert first.rows != second.rows


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cursor",
    ["x", "%00", "WyI-IiwiYSJd", "bm9uc2Vuc2U", "WyI-Iiwib25lIiwidHdvIl0", "W10"],
)
def test_a_bent_cursor_gives_the_first_page(cursor: str) -> None:
    page = keyset_page(
        Permission.objects.all(),
        order=("-content_type_id", "id"),
        params=QueryDict(f"fra={cursor}"),
        size=7,
    )

    assert page.rows == list(Permission.objects.order_by("-content_type_id", "id")[:7])


@pytest.mark.django_db
def test_a_cursor_past_the_last_row_begins_again_and_keeps_the_filters() -> None:
    last = all_pages(7)[-2]
    Permission.objects.filter(pk__in=[row.pk for row in all_pages(7)[-1]]).delete()

    page = keyset_page(
        Permission.objects.all(),
        order=("-content_type_id", "id"),
        params=QueryDict(last.pager.next_url[1:] + "&status=sent"),
        size=7,
    )

    assert page.rows == list(Permission.objects.order_by("-content_type_id", "id")[:7])
    assert "status=sent" in page.pager.next_url


@pytest.mark.django_db
def test_a_keyset_page_costs_one_query_wherever_it_is(
    django_assert_num_queries: Any,
) -> None:
    pages = all_pages(7)

    with django_assert_num_queries(1):
        keyset_page(
            Permission.objects.all(),
            order=("-content_type_id", "id"),
            params=QueryDict(pages[-2].pager.next_url[1:]),
            size=7,
        )


@pytest.mark.django_db
@pytest.mark.parametrize(("wish", "shown"), [("2", "2"), ("0", "1"), ("x", "1"), ("9999", "last")])
def test_a_wrong_page_number_gives_the_nearest_page(wish: str, shown: str) -> None:
    rows = Permission.objects.order_by("pk")

    page = numbered_page(rows, params=QueryDict(f"side={wish}&q=a"), size=7)

    last = str(-(-rows.count() // 7))
    current = [link.label for link in page.pager.links if link.current]
    assert current == [last if shown == "last" else shown]
    assert all("q=a" in link.url for link in page.pager.links if link.url)


@pytest.mark.parametrize(
    ("number", "last", "labels"),
    [
        (1, 1, []),
        (1, 3, ["1", "2", "3"]),
        (1, 12, ["1", "2", "…", "12"]),
        (6, 12, ["1", "…", "5", "6", "7", "…", "12"]),
        (3, 12, ["1", "2", "3", "4", "…", "12"]),
        (12, 12, ["1", "…", "11", "12"]),
    ],
)
def test_the_pager_names_first_last_and_neighbours(
    number: int, last: int, labels: list[str]
) -> None:
    links = numbered_pager(number, last, params=QueryDict()).links

    assert [link.label for link in links] == labels


# --- weight and vendored files ----------------------------------------------------------------
def build_vendor() -> Any:
    spec = importlib.util.spec_from_file_location("build_vendor", ROOT / "tools/build_vendor.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_vendored_files_are_the_recorded_bytes() -> None:
    assert build_vendor().check() == []


def test_vendored_files_carry_their_licences() -> None:
    for name in (
        "dkfds/LICENSE.md",
        "plex/LICENSE.txt",
        "icons/LICENSE.md",
        "icons/Apache-2.0.txt",
    ):
        assert (ROOT / "static/vendor" / name).stat().st_size > 200


def test_vendored_stylesheet_lies_in_its_layer_and_draws_nobody_elses_logo() -> None:
    css = (ROOT / "static/vendor/dkfds/dkfds.css").read_text("utf-8")

    assert "@layer fds{" in css
    assert "url(" not in css
    assert "borger" not in css


def test_first_visit_is_light() -> None:
    """The frame of the search page; the page itself may add 30 kB compressed to stay under 100."""
    text = Client().get("/").content.decode()
    page = Elements(text)
    sheets = [
        str(a["href"]) for tag, a in page.found if tag == "link" and a.get("rel") == "stylesheet"
    ]
    scripts = [str(a["src"]) for tag, a in page.found if tag == "script"]
    fonts = [str(a["href"]) for tag, a in page.found if a.get("as") == "font"]
    files = [*sheets, *scripts, *fonts, look.static("vendor/icons/sprite.svg")]

    weight = len(gzip.compress(text.encode()))
    for address in files:
        content = (ROOT / "static" / address.removeprefix("/static/")).read_bytes()
        weight += len(content) if address.endswith(".woff2") else len(gzip.compress(content))

    assert len(scripts) == 1
    assert len(fonts) <= 2
    assert weight <= 70_000
