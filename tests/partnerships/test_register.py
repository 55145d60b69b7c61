"""The register: who finds what, by which filter, and what a page costs."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from organisations.models import Organisation
from partnerships import services
from partnerships.filters import RegisterForm
from partnerships.models import Agreement, AgreementParty, AgreementState, SavedView
from portal.common import clock
from portal.common.errors import InvalidInput, NotFound
from portal.geography.models import HealthCouncil
from tests.factories.organisations import OrganisationFactory
from tests.factories.register import make_agreement, make_many, past_the_guards
from tests.world import World

LIST = "/aftaler/"
Clients = Callable[..., Client]


def titles(client: Client, query: str = "", address: str = LIST) -> list[str]:
    response = client.get(f"{address}?{query}")
    assert response.status_code == 200
    return [row.agreement.title for row in response.context["rows"]]


# --- who --------------------------------------------------------------------------------------
def test_own_side_and_other_side_find_it_and_a_stranger_does_not(
    world: World, client_for: Clients
) -> None:
    make_agreement(world.region, world.receiver, title="Brobygning")

    for person in (world.coordinator, world.receiver_manager, world.lawyer, world.dpo):
        assert titles(client_for(person)) == ["Brobygning"]
    for person in (world.outsider_manager, world.other_coordinator, world.parent_handler):
        assert titles(client_for(person)) == []


def test_the_owner_above_a_public_party_and_who_is_asked_to_review_find_it(world: World) -> None:
    hospital = OrganisationFactory(kind="hospital", parent=world.region)
    ward = OrganisationFactory(kind="hospital_department", parent=hospital)
    of_hospital = make_agreement(hospital, world.outsider)
    of_ward = make_agreement(ward, world.outsider)
    reviewed = make_agreement(world.municipality, world.outsider)
    reviewed.reviews.create(round=1, kind="legal", organisation=world.region, asked_at=clock.now())

    found = set(Agreement.objects.visible_to(world.coordinator.actor()))

    assert found == {of_hospital, of_ward, reviewed}


# --- filters ----------------------------------------------------------------------------------
def _in(days: int) -> Any:
    return clock.today() + timedelta(days=days)


FILTERS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("q=broby", {"title": "Brobygning"}, {"title": "Motion"}),
    ("q=B-77", {"number": "B-77"}, {"number": "77-B"}),
    ("tilstand=active", {}, {"state": "draft"}),
    ("tilstand=paa-vej", {"state": "idea"}, {"state": "active"}),
    ("tilstand=slut", {"state": "expired"}, {"state": "suspended"}),
    ("slags=project", {"kind": "project"}, {"kind": "frame"}),
    ("maalgruppe=kraeft", {"target_groups": ["kraeft"]}, {"target_groups": ["hjerte"]}),
    ("slutter=30", {"ends_on": 30}, {"ends_on": 31}),
    ("slutter=90", {"ends_on": 0}, {"ends_on": -1}),
    ("slutter=180", {"ends_on": 180}, {"ends_on": 180, "state": "expired"}),
    ("slutter=365", {"ends_on": 365}, {"ends_on": 366}),
    ("penge=ja", {"kroner": 1}, {}),
    ("penge=nej", {}, {"kroner": 1}),
    ("mindst=100000", {"kroner": 100_000}, {"kroner": 99_999}),
    ("svar=1", {"answered": False}, {}),
    ("svar=1", {"home_visits": None}, {}),
    ("svar=1", {"answered": False}, {"answered": False, "state": "cancelled"}),
    ("dagen_efter=1", {"time_limited": True}, {"time_limited": True, "after_end": "Kommunen."}),
    ("dagen_efter=1", {"time_limited": True, "after_end": " "}, {"time_limited": False}),
    ("dagen_efter=1", {"time_limited": True}, {"time_limited": True, "state": "expired"}),
    ("fornyes=1", {"ends_on": 180}, {"ends_on": 181}),
    ("fornyes=1", {"ends_on": 10, "state": "suspended"}, {"ends_on": 10, "state": "draft"}),
]


@pytest.mark.parametrize(("query", "yes", "no"), FILTERS)
def test_a_filter_keeps_what_matches_and_leaves_out_what_does_not(
    world: World, client_for: Clients, query: str, yes: dict[str, Any], no: dict[str, Any]
) -> None:
    made = []
    for number, given in enumerate((yes, no)):
        fields = {"title": f"Aftale {number}", **given}
        if "ends_on" in fields:
            fields["ends_on"] = _in(fields["ends_on"])
        made.append(make_agreement(world.region, world.receiver, **fields))

    assert titles(client_for(world.coordinator), query) == [made[0].title]
    assert len(titles(client_for(world.coordinator))) == 2


def test_parties_are_found_by_name_and_by_side(world: World, client_for: Clients) -> None:
    make_agreement(world.region, world.receiver, title="Hjertet")
    make_agreement(world.region, world.municipality, world.outsider, title="Lungen")
    client = client_for(world.coordinator)

    assert titles(client, "q=lungen+aarhus") == ["Lungen"]
    assert titles(client, f"forening={world.receiver.slug}") == ["Hjertet"]
    assert titles(client, f"offentlig={world.municipality.slug}") == ["Lungen"]


def test_a_party_that_has_left_is_no_party(world: World, client_for: Clients) -> None:
    agreement = make_agreement(world.region, world.receiver, world.outsider)
    with past_the_guards():
        AgreementParty.objects.filter(organisation=world.outsider).update(left_on=clock.today())

    [row] = client_for(world.coordinator).get(LIST).context["rows"]

    assert row.associations == (world.receiver.name,)
    assert world.outsider.slug not in dict(
        client_for(world.coordinator).get(LIST).context["form"].fields["forening"].choices
    )
    assert agreement.parties.count() == 3


def test_an_area_finds_its_own_and_what_lies_within_it(world: World, client_for: Clients) -> None:
    region, council = world.region.region, world.health_council.health_council
    make_agreement(world.region, world.receiver, title="Region", ends_on=_in(1))
    make_agreement(world.region, world.health_council, title="Råd", ends_on=_in(2))
    make_agreement(world.region, world.municipality, title="Kommune", ends_on=_in(3))
    make_agreement(
        world.region,
        title="Odense",
        scope_level="municipality",
        scope_municipality=world.odense,
        ends_on=_in(4),
    )
    make_agreement(
        world.region,
        title="Aarhus",
        scope_level="municipality",
        scope_municipality=world.aarhus,
        ends_on=_in(5),
    )
    client = client_for(world.coordinator)
    other = HealthCouncil.objects.exclude(pk=council.pk).first()
    assert other is not None

    assert titles(client, f"kommune={world.aarhus.slug}") == ["Kommune", "Aarhus"]
    assert titles(client, f"raad={council.slug}") == ["Råd", "Kommune", "Aarhus"]
    assert titles(client, f"region={region.slug}") == [
        "Region",
        "Råd",
        "Kommune",
        "Odense",
        "Aarhus",
    ]
    assert titles(client, "region=syddanmark") == ["Odense"]
    assert titles(client, f"kommune={world.odense.slug}") == ["Odense"]


def test_what_cannot_be_used_is_left_out_and_nothing_breaks(
    world: World, client_for: Clients
) -> None:
    make_agreement(world.region, world.receiver, title="Brobygning")
    odd = "tilstand=x&kommune=y&slutter=7&mindst=mange&side=99&sortering=z&svar=nej'--"

    response = client_for(world.coordinator).get(f"{LIST}?{odd}")

    assert response.status_code == 200
    assert "Skriv et helt beløb" in response.content.decode()


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", ["Øst", "Aa", "Zoo"]),
        ("slutter-sidst", ["Aa", "Øst", "Zoo"]),
        ("titel", ["Zoo", "Øst", "Aa"]),
        ("nummer", ["Aa", "Zoo", "Øst"]),
        ("aendret", ["Zoo", "Aa", "Øst"]),
    ],
)
def test_the_order_is_the_asked_one_and_no_end_stands_last(
    world: World, client_for: Clients, order: str, expected: list[str]
) -> None:
    now = clock.now()
    for title, number, ends, age in (
        ("Øst", "3", _in(5), 3),
        ("Aa", "1", _in(9), 2),
        ("Zoo", "2", None, 1),
    ):
        make_agreement(
            world.region,
            world.receiver,
            title=title,
            number=number,
            state="draft",
            ends_on=ends,
            updated_at=now - timedelta(days=age),
        )

    assert titles(client_for(world.coordinator), f"sortering={order}") == expected


def test_facets_count_what_their_choice_would_show(world: World, client_for: Clients) -> None:
    for state in ("idea", "active", "active", "expired"):
        make_agreement(world.region, world.receiver, state=state)
    client = client_for(world.coordinator)

    facets = client.get(f"{LIST}?tilstand=suspended").context["facets"]

    assert [(row["label"], row["count"]) for row in facets] == [
        ("Alle", 4),
        ("På vej", 1),
        ("Gælder", 2),
        ("Slut", 1),
        ("Suspenderet", 0),
    ]
    for row in facets:
        assert len(titles(client, row["url"][1:])) == row["count"]


def test_the_pager_keeps_the_filters_and_shows_every_row_once(
    world: World, client_for: Clients
) -> None:
    make_many(60, world.region, world.receiver)
    client = client_for(world.coordinator)

    seen = [
        title for page in (1, 2, 3) for title in titles(client, f"slags=partnership&side={page}")
    ]

    assert len(seen) == 60
    assert len(set(seen)) == 60
    pager = client.get(f"{LIST}?slags=partnership&side=2").context["pager"]
    assert parse_qs(pager.next_url[1:]) == {"slags": ["partnership"], "side": ["3"]}


# --- rows -------------------------------------------------------------------------------------
def test_a_row_says_what_is_missing(world: World, client_for: Clients) -> None:
    make_agreement(world.region, world.receiver, answered=False, time_limited=True, kroner=250_000)

    page = client_for(world.coordinator).get(LIST).content.decode()

    assert "13 svar" in page
    assert "Plan for dagen efter" in page
    assert re.search(r"250\.000.kr\.", page)


# --- exports ----------------------------------------------------------------------------------
def _read_csv(client: Client, query: str) -> list[dict[str, str]]:
    response = client.get(f"{reverse('partnerships:export-csv')}?{query}")
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def _read_xlsx(client: Client, query: str) -> list[tuple[Any, ...]]:
    response = client.get(f"{reverse('partnerships:export-xlsx')}?{query}")
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    return list(sheet.iter_rows(min_row=2, values_only=True))


def test_both_files_hold_exactly_what_the_filters_show_on_all_pages(
    world: World, client_for: Clients
) -> None:
    make_many(30, world.region, world.receiver)
    make_agreement(world.region, world.receiver, kind="frame", title="En rammeaftale")
    make_agreement(world.municipality, world.outsider, title="En fremmed")
    client = client_for(world.coordinator)
    query = "slags=partnership&sortering=titel"
    shown = titles(client, query) + titles(client, query + "&side=2")

    assert len(shown) == 30
    assert [row["Titel"] for row in _read_csv(client, query)] == shown
    assert [row[1] for row in _read_xlsx(client, query)] == shown


@pytest.mark.parametrize("start", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_cell_is_a_formula_whatever_somebody_has_typed(
    world: World, client_for: Clients, start: str
) -> None:
    Organisation.objects.filter(pk=world.receiver.pk).update(name=start)
    make_agreement(world.region, world.receiver, title=start, archive_reference=start)
    client = client_for(world.coordinator)

    cells = [cell for row in _read_csv(client, "") for cell in row.values()]
    response = client.get(reverse("partnerships:export-xlsx"))
    sheet = load_workbook(io.BytesIO(response.content)).active

    assert not [cell for cell in cells if re.match(r"\s*[=+\-@＝]", cell)]
    assert sheet is not None
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert sheet["B2"].value == start.strip()


def test_a_file_is_private_and_named_by_the_day(world: World, client_for: Clients) -> None:
    response = client_for(world.coordinator).get(reverse("partnerships:export-csv"))

    assert "no-store" in response["Cache-Control"]
    assert f"{clock.today():%Y-%m-%d}.csv" in response["Content-Disposition"]


# --- saved views ------------------------------------------------------------------------------
def test_a_view_keeps_the_cleaned_question_under_its_name(
    world: World, client_for: Clients
) -> None:
    client = client_for(world.coordinator)

    response = client.post(
        reverse("partnerships:save-view"),
        {"name": "Slutter snart", "query": "side=3&slutter=90&ondt=1&tilstand=active"},
    )

    assert response.status_code == 302
    assert response["Location"] == f"{LIST}?tilstand=active&slutter=90"
    assert SavedView.objects.get().query == "tilstand=active&slutter=90"
    assert "Slutter snart" in client.get(LIST).content.decode()


def test_the_same_name_overwrites(world: World) -> None:
    actor = world.coordinator.actor()

    services.save_view(name="Mine", query="slags=frame", actor=actor)
    services.save_view(name=" Mine ", query="slags=local", actor=actor)

    assert SavedView.objects.get().query == "slags=local"


def test_a_view_is_the_persons_own(world: World, client_for: Clients) -> None:
    view = services.save_view(name="Min visning", query="", actor=world.coordinator.actor())
    colleague = client_for(world.region_manager)

    assert "Min visning" not in colleague.get(LIST).content.decode()
    with pytest.raises(NotFound):
        services.delete_view(view_id=view.pk, actor=world.region_manager.actor())
    assert colleague.post(reverse("partnerships:delete-view", args=[view.pk])).status_code == 404

    client_for(world.coordinator).post(reverse("partnerships:delete-view", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_a_view_without_a_name_is_refused_and_the_filters_stay(
    world: World, client_for: Clients
) -> None:
    response = client_for(world.coordinator).post(
        reverse("partnerships:save-view"), {"name": " ", "query": "slags=frame"}
    )

    assert response.status_code == 422
    assert response.context["form"].kind == "frame"
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "x" * 81, "010190-1234"])
def test_a_name_that_cannot_be_kept_is_refused_by_the_service_too(world: World, name: str) -> None:
    with pytest.raises(InvalidInput):
        services.save_view(name=name, query="", actor=world.coordinator.actor())


def test_nobody_keeps_more_than_thirty_views(world: World) -> None:
    actor = world.coordinator.actor()
    for number in range(30):
        services.save_view(name=f"Visning {number}", query="", actor=actor)

    services.save_view(name="Visning 3", query="slags=frame", actor=actor)
    with pytest.raises(InvalidInput):
        services.save_view(name="En for meget", query="", actor=actor)


# --- what it costs ----------------------------------------------------------------------------
EVERYTHING = (
    "q=aftale&tilstand=gaeldende&slags=partnership&penge=ja&mindst=1&slutter=365"
    "&region=midtjylland&svar=&sortering=titel"
)


def statements(client: Client, query: str, address: str = LIST) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"{address}?{query}").status_code == 200
    return [row["sql"] for row in captured.captured_queries]


@pytest.mark.parametrize("query", ["", EVERYTHING])
def test_the_page_costs_the_same_with_one_row_and_with_twenty(
    world: World, client_for: Clients, query: str
) -> None:
    client = client_for(world.coordinator)
    make_many(1, world.region, world.receiver)
    statements(client, query)
    one = len(statements(client, query))

    make_many(19, world.region, world.receiver)

    assert len(statements(client, query)) == one
    assert one <= 26


@pytest.mark.parametrize("address", ["partnerships:export-csv", "partnerships:export-xlsx"])
def test_an_export_costs_the_same_with_one_row_and_with_twenty(
    world: World, client_for: Clients, address: str
) -> None:
    client = client_for(world.coordinator)
    make_many(1, world.region, world.receiver)
    statements(client, "", reverse(address))
    one = len(statements(client, "", reverse(address)))

    make_many(19, world.region, world.receiver)

    assert len(statements(client, "", reverse(address))) == one


BIG = ("agreement", "agreementparty", "frameanswer", "budgetline", "budgetamount")


def sequential_scans(queries: list[str], tables: Sequence[str] = BIG) -> list[str]:
    """Big tables that one of the page's statements would read from end to end."""
    found = []
    for query in queries:
        if not query.startswith("SELECT") or "partnerships_" not in query:
            continue
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (COSTS OFF) " + query)
            plan = "\n".join(line for (line,) in cursor.fetchall())
        found += [
            f"{table}: {query[:200]}\n{plan}"
            for table in tables
            if re.search(rf"Seq Scan on partnerships_{table}\b", plan)
        ]
    return found


def test_fifty_among_two_thousand_are_found_by_index(world: World, client_for: Clients) -> None:
    """The same at 10,000, and for all tables, in `tests/drill/test_agreements.py`."""
    make_many(1950)
    make_many(50, world.region, world.receiver)
    client = client_for(world.coordinator)

    for query in ("", EVERYTHING, "svar=1", "dagen_efter=1", f"forening={world.receiver.slug}"):
        found = statements(client, query)
        assert not sequential_scans(found, ("agreement", "agreementparty"))


def test_the_form_writes_one_address_for_one_question(world: World) -> None:
    actor = world.coordinator.actor()
    form = RegisterForm(QueryDict("slutter=90&q=%20hjerte%20&tilstand=active&x=1"), actor)

    assert form.query() == "q=hjerte&tilstand=active&slutter=90"
    assert RegisterForm(QueryDict(form.query()), actor).query() == form.query()
    assert form.states == (AgreementState.ACTIVE,)
