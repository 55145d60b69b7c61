"""Writing together: one editor for every section, suggestions, comments, and nothing lost."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from partnerships import services
from partnerships.editor import Pen as EditorPen
from partnerships.editor import facts_of, typed_of
from partnerships.facts import SECTIONS, clean, read
from partnerships.models import (
    Agreement,
    AgreementChange,
    Amendment,
    SectionComment,
    SectionDraft,
    SectionKey,
)
from portal.common import clock
from tests.factories.partnerships import Pen, agreement_in, fresh, start
from tests.world import World

pytestmark = pytest.mark.django_db

ClientFor = Callable[..., Client]


def url(name: str, *args: object) -> str:
    return reverse(f"partnerships:{name}", args=args)


def editor(agreement: Agreement, key: str) -> str:
    return url("section-edit", agreement.pk, key)


def filled(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    """What a browser would post: every control as the page shows it, then the changes."""
    desk = client.get(address).context["desk"]
    data: dict[str, Any] = {"version": str(desk.version_shown)}
    for form in desk.forms:
        for bound in form:
            value = bound.value()
            if value not in (None, ""):
                data[bound.html_name] = value
    for part in desk.parts:
        data[f"{part.part.name}-count"] = str(part.count)
        for row in part.rows:
            data[row.id_name] = row.id
    return {**data, **{name.replace("__", "-"): value for name, value in changes.items()}}


@pytest.fixture
def draft(world: World) -> Agreement:
    return agreement_in("draft", world, amount=40_000)


@pytest.fixture
def empty(world: World) -> Agreement:
    agreement = start(world)
    services.begin_draft(agreement_id=agreement.pk, actor=world.coordinator.actor())
    return agreement


# --- the shape ----------------------------------------------------------------------------------
@pytest.mark.parametrize("key", list(SECTIONS))
def test_what_nobody_touched_comes_back_as_it_was(world: World, draft: Agreement, key: str):
    now = read(fresh(draft), key)
    pen = EditorPen(draft.parties.get(organisation=world.region), everything=True)

    facts, errors = facts_of(key, typed_of(key, now), now, pen)

    assert not errors
    assert clean(key, facts, draft) == now


@pytest.mark.parametrize("key", list(SECTIONS))
def test_saving_a_section_untouched_changes_nothing(
    world: World, client_for: ClientFor, draft: Agreement, key: str
):
    before = AgreementChange.objects.count()
    for person in (world.coordinator, world.receiver_manager):
        client, address = client_for(person), editor(draft, key)
        if client.get(address).status_code == 302:
            assert (key, person) == ("volunteers", world.coordinator)
            continue

        response = client.post(address, filled(client, address))

        assert response.status_code == 302, response.context["desk"].form.errors
    assert AgreementChange.objects.count() == before


# --- saving -------------------------------------------------------------------------------------
def test_columns_are_written_and_the_area_is_chosen_by_name(
    world: World, client_for: ClientFor, empty: Agreement
):
    client, address = client_for(world.receiver_manager), editor(empty, "purpose")
    page = client.get(address).content.decode()
    assert "Aarhus Kommune" in page

    client.post(
        address,
        filled(
            client,
            address,
            purpose="Flere med ud.",
            scope_area="municipality:0751",
            target_groups=["hjerte"],
            starts_on="2027-03-01",
            ends_on="2028-02-29",
            notice_months="3",
        ),
    )

    agreement = fresh(empty)
    assert agreement.purpose == "Flere med ud."
    assert agreement.scope_municipality == world.aarhus
    assert agreement.scope_level == "municipality"
    assert agreement.target_groups == ["hjerte"]
    assert agreement.notice_months == 3


def test_money_is_typed_in_kroner_by_year_and_hours_as_hours(
    world: World, client_for: ClientFor, draft: Agreement
):
    client, address = client_for(world.receiver_manager), editor(draft, "budget")
    year = fresh(draft).starts_on.year
    row = client.get(address).context["desk"].parts[0].count - 1
    data = filled(client, address)
    data |= {
        f"lines-{row}-text": "Kurser",
        f"lines-{row}-kind": "money",
        f"lines-{row}-paid_by": world.receiver.slug,
        f"lines-{row}-amounts-{year}": "12.500,50",
        f"lines-{row}-amounts-{year + 1}": "8000",
    }

    client.post(address, data)

    line = next(one for one in read(fresh(draft), "budget")["lines"] if one["text"] == "Kurser")
    assert line["amounts"] == {str(year): 1_250_050, str(year + 1): 800_000}
    data = filled(client, address)
    data[f"lines-{row}-kind"] = "volunteer_hours"
    data[f"lines-{row}-amounts-{year}"] = "120"
    data[f"lines-{row}-amounts-{year + 1}"] = ""
    client.post(address, data)
    line = next(one for one in read(fresh(draft), "budget")["lines"] if one["text"] == "Kurser")
    assert line["amounts"] == {str(year): 120}


def test_a_row_keeps_its_id_and_is_taken_away_by_its_tick(
    world: World, client_for: ClientFor, draft: Agreement
):
    client, address = client_for(world.coordinator), editor(draft, "activities")
    before = draft.activities.get()

    client.post(address, filled(client, address, activities__0__text="Vært hver dag"))
    assert draft.activities.get().pk == before.pk
    assert draft.activities.get().text == "Vært hver dag"
    client.post(address, filled(client, address, activities__0__remove="on"))

    assert not draft.activities.exists()


def test_a_new_row_needs_no_script_and_keeps_what_is_typed(
    world: World, client_for: ClientFor, draft: Agreement
):
    client, address = client_for(world.coordinator), editor(draft, "risks")
    data = filled(client, address)
    data |= {"risks-0-text": "For få frivillige", "risks-0-likelihood": "2", "add": "risks"}

    response = client.post(address, data)

    desk = response.context["desk"]
    assert response.status_code == 200
    assert desk.parts[0].count == int(data["risks-count"]) + 1
    assert desk.parts[0].rows[0].form["text"].value() == "For få frivillige"
    assert not draft.risks.exists()


# --- whose it is --------------------------------------------------------------------------------
def test_the_other_sides_part_is_shown_and_not_editable(
    world: World, client_for: ClientFor, draft: Agreement
):
    desk = client_for(world.coordinator).get(editor(draft, "frame")).context["desk"]
    rows = {row.id: row for row in desk.parts[0].rows}

    assert rows["insurance"].form is None
    assert rows["insurance"].writer == "Hjertet Aarhus"
    assert {fact.value for fact in rows["insurance"].told} == {"Ja", "Det står i bilaget."}
    assert rows["core_task"].form is not None


def test_a_bent_form_does_not_write_the_others_part(
    world: World, client_for: ClientFor, draft: Agreement
):
    client, address = client_for(world.coordinator), editor(draft, "frame")
    number = list(row.id for row in client.get(address).context["desk"].parts[0].rows).index(
        "insurance"
    )
    data = filled(client, address)
    data |= {f"answers-{number}-answer": "no", f"answers-{number}-reason": "Nej."}

    client.post(address, data)

    assert draft.frame_answers.get(question="insurance").answer == "yes"


def test_money_of_the_other_party_cannot_be_made_up(
    world: World, client_for: ClientFor, draft: Agreement
):
    client, address = client_for(world.coordinator), editor(draft, "budget")
    row = client.get(address).context["desk"].parts[0].count - 1
    data = filled(client, address)
    data |= {
        f"lines-{row}-text": "De betaler",
        f"lines-{row}-kind": "money",
        f"lines-{row}-paid_by": world.receiver.slug,
    }

    response = client.post(address, data)

    assert response.status_code == 422
    assert "Den del skriver den anden part" in response.content.decode()
    assert draft.budget.count() == 1


def test_a_section_of_the_other_side_alone_opens_as_a_suggestion(
    world: World, client_for: ClientFor, draft: Agreement
):
    response = client_for(world.coordinator).get(editor(draft, "volunteers"))

    assert response["Location"] == url("section-suggest", draft.pk, "volunteers")


# --- what cannot be used ------------------------------------------------------------------------
def test_each_error_stands_at_its_field_and_nothing_is_lost(
    world: World, client_for: ClientFor, draft: Agreement
):
    client, address = client_for(world.coordinator), editor(draft, "budget")
    year = fresh(draft).starts_on.year
    row = client.get(address).context["desk"].parts[0].count - 1
    data = filled(client, address)
    data |= {f"lines-{row}-amounts-{year}": "mange", f"lines-{row}-source": "Puljen"}

    response = client.post(address, data)

    html = response.content.decode()
    form = response.context["desk"].parts[0].rows[row].form
    assert response.status_code == 422
    assert form.errors[f"amounts-{year}"] == ["Skriv et tal, fx 1.250 eller 54,5."]
    assert form.errors["text"] == ["Udfyld »post«."]
    assert form["source"].value() == "Puljen"
    assert f'href="#id_lines-{row}-text"' in html
    assert 'value="mange"' in html


def test_a_cpr_number_is_refused_and_is_kept_in_no_draft(
    world: World, client_for: ClientFor, draft: Agreement
):
    client, address = client_for(world.receiver_manager), editor(draft, "purpose")
    data = filled(client, address, purpose="Ring til 010190-1234 først.")

    response = client.post(address, data)
    kept = client.post(url("section-draft", draft.pk, "purpose"), data)

    assert response.status_code == 422
    assert "CPR" in response.context["desk"].form.errors["purpose"][0]
    assert "Fjern cpr-nummeret under »Formål«." in kept.content.decode()
    assert not SectionDraft.objects.exists()


def test_145000_characters_are_refused_and_stand_there_still(
    world: World, client_for: ClientFor, draft: Agreement
):
    client, address = client_for(world.receiver_manager), editor(draft, "purpose")
    long = "ord " * 36_250

    response = client.post(address, filled(client, address, purpose=long))

    assert response.status_code == 422
    assert "Der er plads til 4.000" in response.content.decode()
    assert response.context["desk"].form["purpose"].value().strip() == long.strip()
    assert fresh(draft).purpose == "Ingen skal gå alene hjem efter en blodprop."


def test_sixty_rows_with_years_go_through(world: World, client_for: ClientFor, draft: Agreement):
    client, address = client_for(world.coordinator), editor(draft, "budget")
    data = filled(client, address)
    for row in range(1, 60):
        data |= {
            f"lines-{row}-id": "",
            f"lines-{row}-text": f"Post {row}",
            f"lines-{row}-kind": "money",
            f"lines-{row}-paid_by": "",
            f"lines-{row}-source": "",
            f"lines-{row}-lasting_ore": "",
            **{f"lines-{row}-amounts-{year}": "1" for year in range(2027, 2031)},
        }
    data["lines-count"] = "60"

    assert client.post(address, data).status_code == 302
    assert draft.budget.count() == 60


# --- two at once --------------------------------------------------------------------------------
def test_two_who_write_at_once_see_both_versions_and_lose_nothing(
    world: World, client_for: ClientFor, draft: Agreement
):
    client, address = client_for(world.receiver_manager), editor(draft, "activities")
    data = filled(client, address, activities__0__text="Min aktivitet")
    theirs = read(fresh(draft), "activities")["activities"]
    theirs[0]["text"] = "Deres aktivitet"
    Pen(draft, world.coordinator.actor()).write(
        "activities", activities=[*theirs, {**theirs[0], "id": "", "text": "En mere"}]
    )

    met = client.post(address, data)

    html = met.content.decode()
    assert met.status_code == 409
    assert "Karen Koordinator har rettet afsnittet imens" in html
    assert "Deres aktivitet" in html
    assert "Min aktivitet" in html
    assert draft.activities.first().text == "Deres aktivitet"
    desk = met.context["desk"]
    again: dict[str, Any] = {"version": str(desk.version_shown)}
    again |= {name: values[-1] for name, values in desk.typed.items() if values}
    assert client.post(address, again).status_code == 302
    assert list(draft.activities.values_list("text", flat=True)) == ["Min aktivitet", "En mere"]


@pytest.fixture
def amendment(world: World) -> Amendment:
    return services.begin_amendment(
        agreement_id=agreement_in("signed", world).pk,
        kind="content",
        title="Flere møder",
        reason="Vi vil mødes oftere.",
        effective_on=clock.today(),
        actor=world.coordinator.actor(),
    )


def test_two_who_write_one_section_of_an_amendment_see_both_and_lose_nothing(
    world: World, client_for: ClientFor, amendment: Amendment
):
    ours, theirs = client_for(world.receiver_manager), client_for(world.coordinator)
    address = f"{editor(amendment.agreement, 'risks')}?tillaeg={amendment.pk}"
    words = {"likelihood": "2", "consequence": "2"}
    row = {f"risks__0__{name}": value for name, value in words.items()}
    mine = filled(ours, address, risks__0__text="Min risiko", **row)
    other = filled(theirs, address, risks__0__text="Deres risiko", **row)
    assert theirs.post(address, other).status_code == 302

    met = ours.post(address, mine)

    html = met.content.decode()
    assert met.status_code == 409
    assert "Karen Koordinator har rettet afsnittet imens" in html
    assert "Min risiko" in html
    assert "Deres risiko" in html
    amendment.refresh_from_db()
    assert [one["text"] for one in amendment.after["risks"]["risks"]] == ["Deres risiko"]
    desk = met.context["desk"]
    again: dict[str, Any] = {"version": str(desk.version_shown)}
    again |= {name: values[-1] for name, values in desk.typed.items() if values}
    assert ours.post(address, again).status_code == 302
    amendment.refresh_from_db()
    texts = {one["text"] for one in amendment.after["risks"]["risks"]}
    assert texts == {"Min risiko", "Deres risiko"}


def test_a_section_that_is_taken_out_of_an_amendment_is_still_a_newer_one(
    world: World, amendment: Amendment
):
    actor, facts = world.coordinator.actor(), read(amendment.agreement, "governance")
    which = {"agreement_id": amendment.agreement_id, "amendment_id": amendment.pk}

    def save(rhythm: str, version: int) -> Amendment:
        changed = {**facts, "meeting_rhythm": rhythm}
        return services.save_amended_section(
            **which, key="governance", facts=changed, version=version, actor=actor
        )

    save("Hver måned", 0)
    out = save(facts["meeting_rhythm"], 1)
    with pytest.raises(services.ChangedMeanwhile):
        save("Hver uge", 0)

    assert out.after == {}
    assert out.version_of("governance") == 2
    assert save("Hver uge", 2).after["governance"]["meeting_rhythm"] == "Hver uge"


def test_an_untouched_section_of_an_amendment_is_no_new_version(
    world: World, client_for: ClientFor, amendment: Amendment
):
    client = client_for(world.coordinator)
    address = f"{editor(amendment.agreement, 'activities')}?tillaeg={amendment.pk}"

    assert client.post(address, filled(client, address)).status_code == 302

    amendment.refresh_from_db()
    assert (amendment.versions, amendment.after) == ({}, {})


def test_a_yes_is_to_the_version_that_was_read(
    world: World, client_for: ClientFor, draft: Agreement
):
    client = client_for(world.receiver_manager)
    version = draft.sections.get(key="purpose").version
    Pen(draft, world.coordinator.actor()).write("purpose", place="Aarhus")
    approve = url("section-approve", draft.pk, "purpose")

    late = client.post(approve, {"version": version}, follow=True)
    party = draft.parties.get(organisation=world.receiver)
    assert "Læs det igen" in late.content.decode()
    assert not draft.sections.get(key="purpose").approvals.filter(party=party).exists()
    client.post(approve, {"version": version + 1})

    assert draft.sections.get(key="purpose").approvals.get(party=party).version == version + 1


# --- drafts -------------------------------------------------------------------------------------
def test_what_is_typed_comes_back_to_its_author_alone(
    world: World, client_for: ClientFor, draft: Agreement
):
    client, address = client_for(world.coordinator), editor(draft, "risks")
    page = client.get(address).content.decode()
    found = re.search(r'data-autosave="([^"]+)"', page)
    assert found
    data = filled(client, address)
    data |= {"risks-1-text": "Halvt skrevet", "risks-1-likelihood": "3"}

    said = client.post(found[1], data).content.decode()

    assert re.fullmatch(r"Kladden er gemt kl\. \d\d\.\d\d\.", said)
    again = client.get(address)
    assert again.context["desk"].parts[0].rows[1].form["text"].value() == "Halvt skrevet"
    assert "Din kladde er gemt i dag" in again.content.decode()
    other = client_for(world.region_manager).get(address).context["desk"]
    assert all(not row.form["text"].value() for row in other.parts[0].rows)
    assert not draft.risks.exists()


def test_saving_and_discarding_end_the_draft(world: World, client_for: ClientFor, draft: Agreement):
    client, address = client_for(world.coordinator), editor(draft, "risks")
    keep = url("section-draft", draft.pk, "risks")
    data = filled(client, address)

    client.post(keep, data)
    client.post(address, data)
    assert not SectionDraft.objects.exists()
    client.post(keep, data)
    client.post(url("section-draft-discard", draft.pk, "risks"))

    assert not SectionDraft.objects.exists()


def test_old_drafts_are_forgotten(world: World, client_for: ClientFor, draft: Agreement):
    client = client_for(world.coordinator)
    client.post(url("section-draft", draft.pk, "risks"), {"version": "0"})
    SectionDraft.objects.update(saved_at=clock.now() - timedelta(days=8))

    call_command("forget_section_drafts")

    assert not SectionDraft.objects.exists()


def test_a_draft_on_an_older_version_says_so(world: World, client_for: ClientFor, draft: Agreement):
    client, address = client_for(world.receiver_manager), editor(draft, "purpose")
    client.post(url("section-draft", draft.pk, "purpose"), filled(client, address))
    Pen(draft, world.coordinator.actor()).write("purpose", place="Aarhus")

    assert "Andre har rettet afsnittet siden" in client.get(address).content.decode()


# --- suggestions and comments -------------------------------------------------------------------
def suggested(client: Client, agreement: Agreement, **changes: Any) -> SectionComment:
    address = url("section-suggest", agreement.pk, "volunteers")
    response = client.post(address, filled(client, address, **changes))
    assert response.status_code == 302, response.context["desk"].form.errors
    return SectionComment.objects.latest("at")


def test_a_suggestion_is_shown_as_old_and_new_and_taken_in_by_its_owner(
    world: World, client_for: ClientFor, draft: Agreement
):
    public, society = client_for(world.coordinator), client_for(world.receiver_manager)
    row = suggested(
        public, draft, volunteers_statement="De lytter og følger.", text="Så er det hele med."
    )

    html = society.get(url("detail", draft.pk)).content.decode()
    assert "De lytter. De erstatter ingen ansatte.</del>" in html
    assert "De lytter og følger.</ins>" in html
    assert "Karen Koordinator foreslår en ændring i »Frivillige«." in html
    assert "Tag forslaget ind" not in public.get(url("detail", draft.pk)).content.decode()
    society.post(url("comment-answer", row.pk), {"outcome": "taken"})

    assert fresh(draft).volunteers_statement == "De lytter og følger."
    row.refresh_from_db()
    assert row.outcome == "taken"


def test_who_suggests_cannot_take_it_in(world: World, client_for: ClientFor, draft: Agreement):
    public = client_for(world.coordinator)
    row = suggested(public, draft, volunteers_statement="Noget andet.", text="Fordi.")

    response = public.post(url("comment-answer", row.pk), {"outcome": "taken"})

    assert response.status_code == 403
    assert fresh(draft).volunteers_statement == "De lytter. De erstatter ingen ansatte."


def test_a_suggestion_without_a_reason_or_a_difference_is_sent_back(
    world: World, client_for: ClientFor, draft: Agreement
):
    client = client_for(world.coordinator)
    address = url("section-suggest", draft.pk, "volunteers")

    same = client.post(address, filled(client, address, text="Fordi."))
    silent = client.post(address, filled(client, address, volunteer_training="Mere."))

    assert "Ret noget først" in same.content.decode()
    assert same.status_code == silent.status_code == 422
    assert "Skriv kort, hvorfor du foreslår det." in silent.content.decode()
    assert "Mere." in silent.content.decode()
    assert not SectionComment.objects.exists()


def test_a_suggestion_grows_old_when_the_section_is_written(
    world: World, client_for: ClientFor, draft: Agreement
):
    public, society = client_for(world.coordinator), client_for(world.receiver_manager)
    row = suggested(public, draft, volunteers_statement="Noget andet.", text="Fordi.")
    Pen(draft, world.receiver_manager.actor()).write("volunteers", volunteer_training="Kursus")

    html = society.get(url("detail", draft.pk)).content.decode()
    late = society.post(url("comment-answer", row.pk), {"outcome": "taken"}, follow=True)
    society.post(url("comment-answer", row.pk), {"outcome": "left"})

    assert "kan det ikke tages ind" in html
    assert "har rettet afsnittet imens" in late.content.decode()
    row.refresh_from_db()
    assert row.outcome == "left"


def test_a_comment_is_read_by_all_and_settled(
    world: World, client_for: ClientFor, draft: Agreement
):
    society, public = client_for(world.receiver_manager), client_for(world.coordinator)
    address = url("section", draft.pk, "budget")

    bad = society.post(address, {"text": "Spørg 010190-1234"})
    society.post(address, {"text": "Hvem betaler kaffen?"})

    assert bad.status_code == 422
    assert "Spørg 010190-1234" in bad.content.decode()
    assert "Hvem betaler kaffen?" in public.get(url("detail", draft.pk)).content.decode()
    row = SectionComment.objects.get()
    public.post(url("comment-answer", row.pk), {"outcome": "settled"})
    assert "Hvem betaler kaffen?" not in public.get(url("detail", draft.pk)).content.decode()
    assert "Hvem betaler kaffen?" in public.get(address).content.decode()


def test_an_outsider_answers_nobodys_comment(world: World, client_for: ClientFor, draft: Agreement):
    row = services.comment_on_section(
        agreement_id=draft.pk, key="budget", text="?", actor=world.coordinator.actor()
    )

    for person in (world.outsider_manager, world.other_coordinator):
        response = client_for(person).post(url("comment-answer", row.pk), {"outcome": "settled"})
        assert response.status_code == 404
    row.refresh_from_db()
    assert row.outcome == "open"


# --- amendments use the same editor --------------------------------------------------------------
def test_an_amendment_is_written_with_the_same_editor(world: World, client_for: ClientFor):
    agreement = agreement_in("signed", world)
    row = services.begin_amendment(
        agreement_id=agreement.pk,
        kind="content",
        title="Også weekender",
        reason="Der er brug for det.",
        effective_on=clock.today() + timedelta(days=60),
        actor=world.coordinator.actor(),
    )
    client = client_for(world.receiver_manager)
    address = f"{editor(agreement, 'volunteers')}?tillaeg={row.pk}"
    data = filled(client, address, volunteers_statement="De lytter, også i weekenden.")

    client.post(address, data)

    row.refresh_from_db()
    assert row.after["volunteers"]["volunteers_statement"] == "De lytter, også i weekenden."
    assert fresh(agreement).volunteers_statement == "De lytter. De erstatter ingen ansatte."
    assert client.get(f"{editor(agreement, 'volunteers')}?tillaeg=x").status_code == 404


# --- addresses ----------------------------------------------------------------------------------
def test_sections_have_danish_addresses_and_no_others(world: World, client_for: ClientFor):
    agreement = start(world)
    assert editor(agreement, "budget").endswith("/afsnit/oekonomi/ret/")
    client = client_for(world.coordinator)
    assert client.get(f"/aftaler/{agreement.pk}/afsnit/budget/ret/").status_code == 404
    assert all(reverse("partnerships:section", args=[agreement.pk, key]) for key in SectionKey)


def test_a_person_without_the_right_to_write_is_refused(
    world: World, client_for: ClientFor, draft: Agreement
):
    for person in (world.lawyer, world.dpo):
        assert client_for(person).get(editor(draft, "purpose")).status_code == 403
