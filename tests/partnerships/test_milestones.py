"""A milestone may belong to an activity, which is chosen in the section's own editor."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partnerships import services
from partnerships.documents import document_of
from partnerships.facts import clean, read, write
from partnerships.facts.storing import without_ids
from partnerships.models import Agreement, Amendment, SectionComment
from portal.common import clock
from portal.common.errors import InvalidInput
from tests.factories.partnerships import Pen, agreement_in, fresh, sign_amendment
from tests.partnerships.test_renewal import running
from tests.partnerships.test_writing import editor, filled
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_paper(monkeypatch):
    """The typesetter has its own tests."""
    text = b"%PDF-1.7 teksten\n%%EOF\n"
    monkeypatch.setattr("partnerships.services.signing.frozen_agreement", lambda _row: text)
    monkeypatch.setattr("partnerships.services.amending.amendment_text", lambda _a, _r: text)


@pytest.fixture
def draft(world: World) -> Agreement:
    """With one activity, »Vært på afdelingen«, and one milestone, »De første ti værter«."""
    return agreement_in("draft", world, amount=40_000)


@pytest.fixture
def client(world: World, client_for) -> Client:
    return client_for(world.coordinator)


def tie(agreement: Agreement, world: World) -> None:
    """The milestone to the activity."""
    facts = read(fresh(agreement), "activities")
    facts["milestones"][0]["activity"] = facts["activities"][0]["id"]
    Pen(agreement, world.coordinator.actor()).write("activities", **facts)


def with_new(agreement: Agreement, **more: Any) -> dict[str, Any]:
    """One more activity, and a milestone of it, neither saved yet."""
    facts = read(fresh(agreement), "activities")
    day = fresh(agreement).starts_on
    assert day
    activity = {"id": "ny", "text": "Cafe", "starts_on": f"{day}", "ends_on": f"{day}"}
    milestone = {"id": "", "text": "Cafeen er åben", "due_on": f"{day}", "activity": "ny"}
    return {
        "activities": [*facts["activities"], activity],
        "milestones": [*facts["milestones"], {**milestone, **more}],
    }


def tied(agreement: Agreement) -> dict[str, str | None]:
    return dict(agreement.milestones.values_list("text", "activity__text"))


# --- the editor -----------------------------------------------------------------------------------
def test_a_milestone_is_tied_to_an_activity_in_the_editor(client, draft):
    address = editor(draft, "activities")
    activity = draft.activities.get()
    page = client.get(address)
    field = page.context["desk"].parts[1].rows[0].form["activity"]
    assert list(field.field.choices) == [
        ("", "Ingen bestemt"),
        (str(activity.pk), "Vært på afdelingen"),
        ("activities-1", "Aktivitet 2"),
    ]
    assert "Hører til aktiviteten" in page.content.decode()

    client.post(address, filled(client, address, milestones__0__activity=str(activity.pk)))

    assert draft.milestones.get().activity == activity
    shown = client.get(address).context["desk"].parts[1].rows[0].form["activity"]
    assert shown.value() == str(activity.pk)


def test_a_new_activity_is_chosen_in_the_form_that_makes_it(client, draft):
    address = editor(draft, "activities")
    data = filled(client, address)
    day = f"{fresh(draft).starts_on}"
    data |= {
        "activities-1-text": "Cafe",
        "milestones-1-text": "Cafeen er åben",
        "milestones-1-due_on": day,
        "milestones-1-activity": "activities-1",
    }

    again = client.post(address, {**data, "add": "milestones"})
    choices = again.context["desk"].parts[1].rows[2].form["activity"].field.choices
    assert ("activities-1", "Cafe") in choices
    client.post(address, data)

    assert tied(draft) == {"De første ti værter": None, "Cafeen er åben": "Cafe"}


def test_an_activity_that_was_never_written_is_not_chosen(client, draft):
    address = editor(draft, "activities")

    response = client.post(address, filled(client, address, milestones__0__activity="activities-1"))

    form = response.context["desk"].parts[1].rows[0].form
    assert response.status_code == 422
    assert form.errors["activity"] == [
        "Vælg en af dem, der står under »Aktiviteter«, eller skriv den først."
    ]
    assert form["activity"].value() == "activities-1"


def test_the_sentence_stands_at_its_own_row_below_an_empty_one(client, draft):
    address = editor(draft, "activities")
    data = filled(client, address)
    data |= {
        "milestones-0-remove": "on",
        "milestones-1-text": "Cafeen er åben",
        "milestones-1-due_on": f"{fresh(draft).starts_on}",
        "milestones-1-activity": "activities-1",
    }

    rows = client.post(address, data).context["desk"].parts[1].rows

    assert not rows[0].form.errors
    assert "activity" in rows[1].form.errors


def test_a_choice_alone_makes_no_milestone(client, draft):
    address = editor(draft, "activities")
    data = filled(client, address)

    response = client.post(
        address, data | {"milestones-1-activity": str(draft.activities.get().pk)}
    )

    assert response.status_code == 302
    assert draft.milestones.count() == 1


def test_a_milestone_outlives_the_activity_that_is_taken_out(client, world, draft):
    tie(draft, world)
    draft.milestones.update(done_on=clock.today())
    before = draft.milestones.get()
    address = editor(draft, "activities")

    client.post(address, filled(client, address, activities__0__remove="on"))

    after = draft.milestones.get()
    assert (after.pk, after.done_on) == (before.pk, before.done_on)
    assert after.activity is None
    assert not draft.activities.exists()


def test_an_activity_that_somebody_took_out_meanwhile_is_not_lost_for_its_milestone(
    client, world, draft
):
    tie(draft, world)
    address = editor(draft, "activities")
    data = filled(client, address, milestones__0__text="De første tolv")
    facts = read(fresh(draft), "activities")
    without = {"activities": [], "milestones": [{**facts["milestones"][0], "activity": ""}]}
    Pen(draft, world.receiver_manager.actor()).write("activities", **without)

    met = client.post(address, data)
    desk = met.context["desk"]
    again = {name: values[-1] for name, values in desk.typed.items()}
    client.post(address, again)

    assert met.status_code == 409
    assert desk.parts[1].rows[0].form["activity"].value() == "activities-0"
    assert tied(draft) == {"De første tolv": "Vært på afdelingen"}


# --- the facts ------------------------------------------------------------------------------------
def test_an_activity_of_another_agreement_is_refused(world, draft):
    other = agreement_in("draft", world, amount=1)
    facts = read(fresh(draft), "activities")
    facts["milestones"][0]["activity"] = str(other.activities.get().pk)

    with pytest.raises(InvalidInput) as refused:
        clean("activities", facts, draft)

    assert list(refused.value.errors) == ["milestones-0-activity"]


def test_the_database_holds_a_milestone_to_its_own_agreement(world, draft):
    other = agreement_in("draft", world, amount=1)

    with (
        pytest.raises(IntegrityError, match="milestone_activity_same_agreement"),
        transaction.atomic(),
    ):
        draft.milestones.update(activity=other.activities.get())


def test_what_is_copied_without_ids_points_at_no_row_of_the_old_agreement(world, draft):
    tie(draft, world)
    other = agreement_in("draft", world, amount=1)

    write(other, "activities", without_ids(read(fresh(draft), "activities")))

    assert tied(other) == {"De første ti værter": None}


def test_the_change_is_told_in_words(world, draft):
    tie(draft, world)
    change = draft.changes.get(label="De første ti værter: hører til aktiviteten")
    assert (change.old, change.new) == ("", "Vært på afdelingen")

    Pen(draft, world.coordinator.actor()).write("activities", **with_new(draft))

    new = draft.changes.get(label="Milepæl", new__startswith="Cafeen er åben")
    assert "hører til aktiviteten: Cafe" in new.new


def test_a_suggested_activity_is_taken_in_with_its_milestone(client, client_for, world, draft):
    address = reverse("partnerships:section-suggest", args=[draft.pk, "activities"])
    data = filled(client, address, text="Så er der et sted at være.")
    data |= {
        "activities-1-text": "Cafe",
        "milestones-1-text": "Cafeen er åben",
        "milestones-1-due_on": f"{fresh(draft).starts_on}",
        "milestones-1-activity": "activities-1",
    }
    assert client.post(address, data).status_code == 302
    row = SectionComment.objects.get()

    page = client_for(world.receiver_manager).get(reverse("partnerships:detail", args=[draft.pk]))
    assert "hører til aktiviteten: Cafe" in page.content.decode()
    services.answer_comment(
        agreement_id=draft.pk,
        comment_id=row.pk,
        outcome="taken",
        actor=world.receiver_manager.actor(),
    )

    assert tied(draft)["Cafeen er åben"] == "Cafe"


# --- amendments and renewal -----------------------------------------------------------------------
def amend(agreement: Agreement, world: World) -> Amendment:
    return services.begin_amendment(
        agreement_id=agreement.pk,
        kind="content",
        title="En cafe",
        reason="Der er brug for den.",
        effective_on=clock.today(),
        actor=world.coordinator.actor(),
    )


def save(row: Amendment, world: World, facts: dict[str, Any]) -> None:
    services.save_amended_section(
        agreement_id=row.agreement_id,
        amendment_id=row.pk,
        key="activities",
        facts=facts,
        version=row.version_of("activities"),
        actor=world.coordinator.actor(),
    )
    row.refresh_from_db()


def test_an_amendment_brings_an_activity_and_its_milestone(client, world):
    agreement = agreement_in("signed", world)
    row = amend(agreement, world)
    facts = with_new(agreement)
    facts["milestones"][0]["activity"] = facts["activities"][0]["id"]
    save(row, world, facts)
    page = client.get(reverse("partnerships:amendment", args=[agreement.pk, row.pk]))
    assert "hører til aktiviteten: Cafe" in page.content.decode()
    # Once more, as the editor posts it: each new row has its own name in the amendment.
    address = f"{editor(agreement, 'activities')}?tillaeg={row.pk}"
    client.post(address, filled(client, address, activities__1__text="Cafe hver uge"))
    row.refresh_from_db()

    services.send_amendment_to_signature(
        agreement_id=agreement.pk, amendment_id=row.pk, actor=world.coordinator.actor()
    )
    sign_amendment(row, world.coordinator, world.receiver_manager)

    assert row.state == "in_force"
    assert tied(agreement) == {
        "De første ti værter": "Vært på afdelingen",
        "Cafeen er åben": "Cafe hver uge",
    }


def test_an_amendment_takes_an_activity_out_and_keeps_its_milestone(client, world):
    agreement = agreement_in("signed", world)
    milestone = agreement.milestones.get()
    agreement.milestones.update(activity=agreement.activities.get(), done_on=clock.today())
    row = amend(agreement, world)
    save(row, world, {**with_new(agreement)})
    address = f"{editor(agreement, 'activities')}?tillaeg={row.pk}"
    client.post(address, filled(client, address, activities__0__remove="on"))
    row.refresh_from_db()

    services.send_amendment_to_signature(
        agreement_id=agreement.pk, amendment_id=row.pk, actor=world.coordinator.actor()
    )
    sign_amendment(row, world.coordinator, world.receiver_manager)

    milestone.refresh_from_db()
    assert (milestone.activity, milestone.done_on) == (None, clock.today())
    assert [one.text for one in agreement.activities.all()] == ["Cafe"]


def test_a_renewal_leaves_milestones_behind_also_those_of_an_activity(world):
    with clock.at(datetime(2026, 11, 27, 9, tzinfo=clock.COPENHAGEN)):
        old = running(world)
        activity = old.activities.get(text="Kurset")
        old.milestones.update(activity=activity)
    with clock.at(datetime(2028, 10, 1, 9, tzinfo=clock.COPENHAGEN)):
        services.run_dates()
        new = services.renew_agreement(agreement_id=old.pk, actor=world.coordinator.actor())

    assert [row.text for row in new.activities.all()] == ["Vært på afdelingen", "Kurset"]
    assert not new.milestones.exists()
    assert old.milestones.get().activity == activity


# --- where it is shown ----------------------------------------------------------------------------
def test_the_page_and_the_document_show_which_activity_a_milestone_belongs_to(client, world, draft):
    tie(draft, world)

    page = client.get(reverse("partnerships:detail", args=[draft.pk])).content.decode()
    shown = document_of(fresh(draft)).activities

    assert "hører til »Vært på afdelingen«" in page
    assert [(one.title, [row.title for row in one.milestones]) for one in shown] == [
        ("Vært på afdelingen", ["De første ti værter"])
    ]


def test_the_page_costs_the_same_with_many_that_are_tied(client, world, draft):
    address = reverse("partnerships:detail", args=[draft.pk])

    def statements() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        return len(seen)

    tie(draft, world)
    before = statements()
    activity, day = draft.activities.get(), date(2027, 5, 1)
    for number in range(20):
        draft.milestones.create(text=f"Nr. {number}", due_on=day, activity=activity)

    assert statements() == before
