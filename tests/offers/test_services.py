"""Every move of an offer: allowed, wrong state, wrong actor, twice, half-way, and who hears."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from offers import services
from offers.models import Offer, OfferEvent, OfferStatus, SearchRow, Verification
from offers.services.reminders import remind_of_reviews, stage_on
from organisations.models import Contact
from portal.access.actor import ANONYMOUS, system_actor
from portal.audit.models import AuditEntry
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.notifications.models import OutgoingMessage
from portal.notifications.registry import Mail, build
from tests.factories.offers import OfferFactory
from tests.factories.organisations import OrganisationFactory
from tests.world import World

pytestmark = pytest.mark.django_db

JOB = system_actor("test.import")
FACTS: dict[str, Any] = {
    "title": "Hjertecafé i Aarhus",
    "summary": "Kaffe og snak.",
    "category": "netvaerk",
    "mode": "fysisk",
    "how_to_join_citizen": "Mød op.",
    "coverage": [{"type": "municipality", "area": "0751"}],
}

# verb → (a state it starts from, the state it ends in, a state it does not start from)
MOVES: dict[str, tuple[Callable[..., Offer], str, str, str]] = {
    "submit": (services.submit_for_review, "draft", "in_review", "published"),
    "publish": (services.publish, "draft", "published", "archived"),
    "pause": (services.pause, "published", "paused", "paused"),
    "resume": (services.resume, "paused", "published", "draft"),
    "archive": (services.archive, "published", "archived", "draft"),
    "reopen": (services.reopen, "archived", "draft", "published"),
}


def an_offer(world: World, status: str = "published", **fields: Any) -> Offer:
    fields.setdefault("how_to_join_citizen", "Mød op.")
    return OfferFactory(organisation=world.receiver, status=status, **fields)


def unverify(world: World) -> None:
    world.receiver.verified_at = world.receiver.verified_by_id = None
    world.receiver.save()


def verbs(offer: Offer) -> list[str]:
    return list(
        OfferEvent.objects.filter(offer=offer).order_by("pk").values_list("verb", flat=True)
    )


def keys() -> set[str]:
    return set(OutgoingMessage.objects.values_list("template", flat=True))


def mail_of(message: OutgoingMessage | None) -> Mail | None:
    """What the worker would send for this row."""
    assert message is not None
    mails = build(message.template, message.ids)
    return next((one for one in mails if isinstance(one, Mail)), None)


# --- the moves of the association -------------------------------------------------------------
@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("who", ["receiver_editor", "receiver_manager"])
def test_the_associations_own_people_move_their_offer(world: World, verb: str, who: str) -> None:
    move, start, end, _wrong = MOVES[verb]
    offer = an_offer(world, start)

    move(actor=getattr(world, who).actor(), offer_id=offer.pk)

    offer.refresh_from_db()
    assert offer.status == end
    event = OfferEvent.objects.filter(offer=offer).latest("pk")
    assert (event.verb, event.new, event.actor_organisation_id) == (verb, end, world.receiver.pk)
    assert AuditEntry.objects.filter(action=f"offer.{verb}", subject_ids=[str(offer.pk)]).exists()


@pytest.mark.parametrize("verb", MOVES)
def test_a_move_from_the_wrong_state_is_refused(world: World, verb: str) -> None:
    move, _start, _end, wrong = MOVES[verb]
    offer = an_offer(world, wrong)

    with pytest.raises(WrongState):
        move(actor=world.receiver_editor.actor(), offer_id=offer.pk)

    offer.refresh_from_db()
    assert offer.status == wrong
    assert verbs(offer) == []


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize(
    "who",
    ["receiver_handler", "gp", "coordinator", "parent_handler", "outsider_manager", "operator"],
)
def test_nobody_else_moves_an_offer(world: World, verb: str, who: str) -> None:
    move, start, _end, _wrong = MOVES[verb]
    offer = an_offer(world, start)

    with pytest.raises((NotFound, NotAllowed)):
        move(actor=getattr(world, who).actor(), offer_id=offer.pk)

    offer.refresh_from_db()
    assert offer.status == start
    assert verbs(offer) == []


@pytest.mark.parametrize("verb", MOVES)
def test_an_outsider_does_not_find_an_offer_that_is_not_public(world: World, verb: str) -> None:
    move = MOVES[verb][0]
    offer = an_offer(world, "draft")

    with pytest.raises(NotFound):
        move(actor=world.outsider_manager.actor(), offer_id=offer.pk)


@pytest.mark.parametrize("verb", ["pause", "resume", "archive", "reopen"])
def test_a_second_identical_click_changes_nothing(world: World, verb: str) -> None:
    move, start, end, _wrong = MOVES[verb]
    offer = an_offer(world, start)
    move(actor=world.receiver_editor.actor(), offer_id=offer.pk)

    with pytest.raises(WrongState):
        move(actor=world.receiver_editor.actor(), offer_id=offer.pk)

    offer.refresh_from_db()
    assert offer.status == end
    assert verbs(offer) == [verb]


@pytest.mark.parametrize("verb", MOVES)
def test_an_error_half_way_leaves_no_trace(world: World, verb: str) -> None:
    move, start, _end, _wrong = MOVES[verb]
    offer = an_offer(world, start)
    before = AuditEntry.objects.count()

    with (
        patch("offers.services.mover.notifications.queue_for", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        move(actor=world.receiver_editor.actor(), offer_id=offer.pk)

    offer.refresh_from_db()
    assert offer.status == start
    assert verbs(offer) == []
    assert AuditEntry.objects.count() == before


def test_pausing_takes_an_offer_out_of_search_and_resuming_brings_it_back(world: World) -> None:
    offer = an_offer(world, "draft", verified_at=None)
    actor = world.receiver_editor.actor()

    services.publish(actor=actor, offer_id=offer.pk)
    assert SearchRow.objects.filter(offer=offer).exists()
    services.pause(actor=actor, offer_id=offer.pk)
    assert not SearchRow.objects.filter(offer=offer).exists()
    services.resume(actor=actor, offer_id=offer.pk)
    assert SearchRow.objects.filter(offer=offer).exists()


# --- first listings ---------------------------------------------------------------------------
def test_a_verified_organisation_publishes_at_once_and_confirms_by_doing_so(world: World) -> None:
    offer = an_offer(world, "draft", verified_at=None)

    services.publish(actor=world.receiver_editor.actor(), offer_id=offer.pk)

    offer.refresh_from_db()
    assert offer.status == OfferStatus.PUBLISHED
    assert offer.is_confirmed
    assert verbs(offer) == ["submit", "publish"]
    assert keys() == set()


def test_a_new_organisation_cannot_publish_by_itself(world: World) -> None:
    unverify(world)
    for status in ("draft", "in_review"):
        offer = an_offer(world, status)

        with pytest.raises(NotAllowed):
            services.publish(actor=world.receiver_editor.actor(), offer_id=offer.pk)

        offer.refresh_from_db()
        assert offer.status == status


def test_a_first_listing_is_told_to_the_coordinators_of_the_area_only(world: World) -> None:
    unverify(world)
    offer = an_offer(world, "draft")

    services.submit_for_review(actor=world.receiver_editor.actor(), offer_id=offer.pk)

    told = set(OutgoingMessage.objects.values_list("ids__user", flat=True))
    area = (world.coordinator, world.municipal_coordinator, world.council_coordinator)
    assert told == {person.user.pk for person in area}
    mail = mail_of(OutgoingMessage.objects.first())
    assert mail is not None
    assert "Hjertet Aarhus" in mail.text


@pytest.mark.parametrize("who", ["coordinator", "municipal_coordinator", "council_coordinator"])
def test_the_coordinator_of_the_area_approves(world: World, who: str) -> None:
    unverify(world)
    offer = an_offer(world, "in_review")

    services.approve_offer(actor=getattr(world, who).actor(), offer_id=offer.pk)

    offer.refresh_from_db()
    assert offer.status == OfferStatus.PUBLISHED
    message = OutgoingMessage.objects.get()
    assert message.template == "offers.approved"
    mail = mail_of(message)
    assert mail is not None
    assert mail.to == world.receiver.email
    assert f"/tilbud/{offer.slug}/" in mail.text


def test_the_coordinator_sends_back_with_a_reason_that_the_association_reads(world: World) -> None:
    offer = an_offer(world, "in_review")

    services.send_back_offer(
        actor=world.coordinator.actor(), offer_id=offer.pk, reason="Skriv gerne tiden."
    )

    offer.refresh_from_db()
    assert offer.status == OfferStatus.DRAFT
    message = OutgoingMessage.objects.get()
    mail = mail_of(message)
    assert mail is not None
    assert "Skriv gerne tiden." in mail.text


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001, "Ring til 010203-1234"])
def test_sending_back_needs_a_reason_that_can_be_shown(world: World, reason: str) -> None:
    offer = an_offer(world, "in_review")

    with pytest.raises(InvalidInput):
        services.send_back_offer(actor=world.coordinator.actor(), offer_id=offer.pk, reason=reason)

    offer.refresh_from_db()
    assert offer.status == OfferStatus.IN_REVIEW


@pytest.mark.parametrize("answer", ["approve_offer", "send_back_offer"])
@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("receiver_editor", NotAllowed),
        ("other_coordinator", NotFound),
        ("gp", NotFound),
        ("outsider_manager", NotFound),
        ("region_manager", NotFound),
    ],
)
def test_nobody_else_answers_a_first_listing(
    world: World, answer: str, who: str, error: type[Exception]
) -> None:
    offer = an_offer(world, "in_review")
    more = {"reason": "Nej"} if answer == "send_back_offer" else {}

    with pytest.raises(error):
        getattr(services, answer)(actor=getattr(world, who).actor(), offer_id=offer.pk, **more)

    offer.refresh_from_db()
    assert offer.status == OfferStatus.IN_REVIEW


@pytest.mark.parametrize("status", ["published", "draft"])
def test_a_first_listing_is_answered_once(world: World, status: str) -> None:
    offer = OfferFactory(organisation=world.receiver, status=status)

    with pytest.raises((WrongState, NotFound)):
        services.approve_offer(actor=world.coordinator.actor(), offer_id=offer.pk)


def test_what_a_reader_would_miss_is_named_before_it_is_shown(world: World) -> None:
    offer = an_offer(world, "draft", summary="", how_to_join_citizen="", covers=None)

    with pytest.raises(InvalidInput) as caught:
        services.publish(actor=world.receiver_editor.actor(), offer_id=offer.pk)

    assert set(caught.value.errors) == {"summary", "how_to_join_citizen", "coverage"}
    offer.refresh_from_db()
    assert offer.status == OfferStatus.DRAFT


def test_a_helpline_needs_no_area(world: World) -> None:
    offer = an_offer(world, "draft", mode="telefon", covers=None)

    services.publish(actor=world.receiver_editor.actor(), offer_id=offer.pk)

    offer.refresh_from_db()
    assert offer.status == OfferStatus.PUBLISHED


# --- creating and editing ---------------------------------------------------------------------
def test_an_editor_creates_a_draft_with_a_readable_address(world: World) -> None:
    offer = services.create_offer(actor=world.receiver_editor.actor(), facts=FACTS)

    assert (offer.slug, offer.status) == ("hjertecafe-i-aarhus", "draft")
    assert offer.organisation == world.receiver
    assert [row.municipality_id for row in offer.coverage.all()] == [world.aarhus.pk]
    assert offer.capacity.status == "open"
    assert verbs(offer) == ["create"]


def test_two_offers_of_one_name_get_two_addresses(world: World) -> None:
    actor = world.receiver_editor.actor()
    slugs = [services.create_offer(actor=actor, facts=FACTS).slug for _ in range(4)]

    assert len(set(slugs)) == 4
    assert slugs[1] == "hjertecafe-i-aarhus-hjertet-aarhus"


def test_no_offer_takes_the_address_of_a_page(world: World) -> None:
    offer = services.create_offer(
        actor=world.receiver_editor.actor(), facts={**FACTS, "title": "Liste"}
    )

    assert offer.slug != "liste"


@pytest.mark.parametrize("who", ["receiver_handler", "gp", "coordinator", "newcomer"])
def test_only_editors_and_managers_create(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        services.create_offer(actor=getattr(world, who).actor(), facts=FACTS)


def test_nobody_creates_in_the_name_of_another_organisation(world: World) -> None:
    with pytest.raises(NotAllowed):
        services.create_offer(
            actor=world.parent_handler.actor(), facts=FACTS, organisation_id=world.receiver.pk
        )
    with pytest.raises(NotAllowed):
        services.create_offer(actor=ANONYMOUS, facts=FACTS)


def test_an_edit_of_a_verified_organisation_is_public_at_once_and_logged(world: World) -> None:
    offer = an_offer(world, title="Gammelt navn")
    before = offer.updated_at

    services.edit_offer(
        actor=world.receiver_editor.actor(), offer_id=offer.pk, facts={"title": "Nyt navn"}
    )

    offer.refresh_from_db()
    assert offer.title == "Nyt navn"
    assert offer.updated_at > before
    event = OfferEvent.objects.get(offer=offer)
    assert event.details == {"changed": {"title": ["Gammelt navn", "Nyt navn"]}}
    assert AuditEntry.objects.get(action="offer.edit").labels["fields"] == "title"


def test_an_edit_does_not_confirm(world: World) -> None:
    offer = an_offer(world)
    verified = offer.verified_at

    services.edit_offer(
        actor=world.receiver_editor.actor(), offer_id=offer.pk, facts={"title": "Nyt navn"}
    )

    offer.refresh_from_db()
    assert offer.verified_at == verified


def test_saving_without_a_change_writes_nothing(world: World) -> None:
    offer = an_offer(world)

    services.edit_offer(
        actor=world.receiver_editor.actor(), offer_id=offer.pk, facts={"title": offer.title}
    )

    assert verbs(offer) == []


@pytest.mark.parametrize(
    "who", ["coordinator", "region_manager", "parent_handler", "outsider_manager", "gp", "operator"]
)
def test_a_public_body_a_parent_or_a_stranger_never_edits(world: World, who: str) -> None:
    offer = an_offer(world)

    with pytest.raises(NotAllowed):
        services.edit_offer(
            actor=getattr(world, who).actor(), offer_id=offer.pk, facts={"title": "Overtaget"}
        )

    offer.refresh_from_db()
    assert offer.title != "Overtaget"


def test_an_archived_offer_is_not_edited(world: World) -> None:
    offer = an_offer(world, "archived")

    with pytest.raises(WrongState):
        services.edit_offer(
            actor=world.receiver_editor.actor(), offer_id=offer.pk, facts={"title": "Nyt"}
        )


def test_two_who_write_at_once_do_not_overwrite_each_other(world: World) -> None:
    offer = an_offer(world)
    actor = world.receiver_editor.actor()
    seen = services.version_of(offer)
    services.edit_offer(actor=actor, offer_id=offer.pk, facts={"title": "Den første"}, version=seen)

    with pytest.raises(services.ChangedMeanwhile) as caught:
        services.edit_offer(
            actor=actor, offer_id=offer.pk, facts={"title": "Den anden"}, version=seen
        )

    offer.refresh_from_db()
    assert offer.title == "Den første"
    assert caught.value.now["title"] == "Den første"
    services.edit_offer(
        actor=actor,
        offer_id=offer.pk,
        facts={"title": "Den anden"},
        version=caught.value.version,
    )
    offer.refresh_from_db()
    assert offer.title == "Den anden"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 161}, "title"),
        ({"description": "Ring til 010203-1234 om det"}, "description"),
        ({"description": "x" * 8001}, "description"),
        ({"category": "findes-ikke"}, "category"),
        ({"target_groups": ["findes-ikke"]}, "target_groups"),
        ({"conditions": ["x" * 81]}, "conditions"),
        ({"conditions": [str(n) for n in range(21)]}, "conditions"),
        ({"age_min": 60, "age_max": 20}, "age_max"),
        ({"age_min": -1}, "age_min"),
        ({"age_min": "tolv"}, "age_min"),
        ({"review_interval_days": None}, "review_interval_days"),
        ({"review_interval_days": 2}, "review_interval_days"),
        ({"coverage": [{"type": "municipality", "area": "9999"}]}, "coverage"),
        ({"coverage": [{"type": "region", "area": "9999"}]}, "coverage"),
        ({"coverage": [{"type": "municipality", "area": "0751"}] * 111}, "coverage"),
        ({"places": [{"name": "Huset", "postal_code": "0000"}]}, "places"),
        ({"places": [{"name": "Huset", "municipality": "9999"}]}, "places"),
        ({"places": [{"name": "", "postal_code": "8000"}]}, "places"),
        ({"sessions": [{"text": ""}]}, "sessions"),
        ({"sessions": [{"text": "Torsdag", "rrule": "FREQ=WEEKLY;BYDAY=TH"}]}, "sessions"),
        (
            {"sessions": [{"text": "x", "rrule": "FREQ=SECONDLY", "starts_on": "2026-01-01"}]},
            "sessions",
        ),
        ({"sessions": [{"text": "x", "starts_on": "i morgen"}]}, "sessions"),
        ({"translations": [{"language": "da", "title": "x"}]}, "translations"),
        ({"translations": [{"language": "tlh", "title": "x"}]}, "translations"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_saved(
    world: World, facts: dict[str, Any], field: str
) -> None:
    offer = an_offer(world, title="Som før")

    with pytest.raises(InvalidInput) as caught:
        services.edit_offer(actor=world.receiver_editor.actor(), offer_id=offer.pk, facts=facts)

    assert list(caught.value.errors) == [field]
    assert verbs(offer) == []


def test_a_text_that_is_too_long_is_told_both_lengths(world: World) -> None:
    offer = an_offer(world)

    with pytest.raises(InvalidInput) as caught:
        services.edit_offer(
            actor=world.receiver_editor.actor(),
            offer_id=offer.pk,
            facts={"description": "x" * 145_000},
        )

    assert "145.000" in caught.value.errors["description"]
    assert "8.000" in caught.value.errors["description"]


def test_places_find_their_municipality_by_the_postal_code(world: World) -> None:
    offer = an_offer(world)

    services.edit_offer(
        actor=world.receiver_editor.actor(),
        offer_id=offer.pk,
        facts={"places": [{"name": "Folkestedet", "postal_code": "8000"}]},
    )

    place = offer.locations.get()
    assert (place.municipality, place.town) == (world.aarhus, "Aarhus C")
    assert place.latitude is not None


def test_what_a_branch_writes_itself_is_its_own_from_now_on(world: World) -> None:
    template = OfferFactory(organisation=world.parent, summary="Fra landet.")
    copy = an_offer(world, template=template, summary="")
    assert copy.shown_summary == "Fra landet."

    services.edit_offer(
        actor=world.receiver_editor.actor(), offer_id=copy.pk, facts={"summary": "Fra os."}
    )

    copy.refresh_from_db()
    assert copy.overrides == ["summary"]
    assert copy.shown_summary == "Fra os."


def test_a_template_that_changes_is_found_through_its_copies(world: World) -> None:
    template = OfferFactory(organisation=world.parent, summary="Gammelt ord.")
    copy = an_offer(world, template=template, summary="")
    manager = world.parent_handler.actor()

    services.edit_offer(actor=manager, offer_id=template.pk, facts={"summary": "Keramikværksted."})

    assert "keramik" in str(SearchRow.objects.get(offer=copy).words)


# --- edits of a new organisation ---------------------------------------------------------------
def test_an_edit_of_an_unverified_organisation_waits_while_the_live_version_stays(
    world: World,
) -> None:
    unverify(world)
    offer = an_offer(world, title="Som før")

    services.edit_offer(
        actor=world.receiver_editor.actor(), offer_id=offer.pk, facts={"title": "Som nu"}
    )
    offer.refresh_from_db()
    assert offer.title == "Som før"
    assert keys() == {"offers.submitted"}

    services.approve_edit(actor=world.coordinator.actor(), offer_id=offer.pk)
    offer.refresh_from_db()
    assert offer.title == "Som nu"
    assert "offers.edit-answered" in keys()


def test_a_refused_edit_leaves_the_live_version(world: World) -> None:
    unverify(world)
    offer = an_offer(world, title="Som før")
    services.edit_offer(
        actor=world.receiver_editor.actor(), offer_id=offer.pk, facts={"title": "Som nu"}
    )

    services.refuse_edit(actor=world.coordinator.actor(), offer_id=offer.pk)

    offer.refresh_from_db()
    assert offer.title == "Som før"
    with pytest.raises(WrongState):
        services.approve_edit(actor=world.coordinator.actor(), offer_id=offer.pk)


@pytest.mark.parametrize("who", ["receiver_editor", "other_coordinator", "outsider_manager"])
def test_nobody_else_answers_an_edit(world: World, who: str) -> None:
    unverify(world)
    offer = an_offer(world)
    services.edit_offer(
        actor=world.receiver_editor.actor(), offer_id=offer.pk, facts={"title": "Som nu"}
    )

    with pytest.raises(NotAllowed):
        services.approve_edit(actor=getattr(world, who).actor(), offer_id=offer.pk)


def test_a_draft_of_an_unverified_organisation_is_written_at_once(world: World) -> None:
    unverify(world)
    offer = an_offer(world, "draft")

    services.edit_offer(
        actor=world.receiver_editor.actor(), offer_id=offer.pk, facts={"title": "Som nu"}
    )

    offer.refresh_from_db()
    assert offer.title == "Som nu"


# --- confirming and room ----------------------------------------------------------------------
def test_confirming_is_a_fact_of_its_own(world: World) -> None:
    long_ago = clock.now() - timedelta(days=300)
    offer = an_offer(world, verified_at=long_ago)
    edited = offer.updated_at

    services.confirm_offer(actor=world.receiver_editor.actor(), offer_id=offer.pk)

    offer.refresh_from_db()
    assert offer.is_confirmed
    assert offer.updated_at == edited
    row = Verification.objects.get(offer=offer)
    assert (row.method, row.user_id) == ("page", world.receiver_editor.user.pk)
    assert (offer.verified_by_id, offer.verified_method) == (row.user_id, "page")
    assert not SearchRow.objects.get(offer=offer).unconfirmed_from < clock.now()


def test_confirming_twice_on_one_day_is_confirming_once(world: World) -> None:
    offer = an_offer(world, verified_at=clock.now() - timedelta(days=100))
    for _ in range(2):
        services.confirm_offer(actor=world.receiver_editor.actor(), offer_id=offer.pk)

    assert Verification.objects.filter(offer=offer).count() == 1
    assert verbs(offer) == ["confirm"]


@pytest.mark.parametrize("who", ["coordinator", "parent_handler", "outsider_manager", "gp"])
def test_only_the_association_confirms_and_says_how_much_room(world: World, who: str) -> None:
    offer = an_offer(world)
    actor = getattr(world, who).actor()

    with pytest.raises(NotAllowed):
        services.confirm_offer(actor=actor, offer_id=offer.pk)
    with pytest.raises(NotAllowed):
        services.set_capacity(actor=actor, offer_id=offer.pk, status="full")


@pytest.mark.parametrize("status", ["draft", "archived", "in_review"])
def test_what_is_not_shown_is_not_confirmed(world: World, status: str) -> None:
    offer = an_offer(world, status)

    with pytest.raises(WrongState):
        services.confirm_offer(actor=world.receiver_editor.actor(), offer_id=offer.pk)


def test_room_is_set_with_its_date_and_reaches_search(world: World) -> None:
    offer = an_offer(world)
    with clock.at(clock.now() + timedelta(days=3)):
        services.set_capacity(
            actor=world.receiver_editor.actor(),
            offer_id=offer.pk,
            status="waiting_list",
            places=4,
            wait_weeks=6,
        )
        now = clock.now()

    offer.capacity.refresh_from_db()
    room = offer.capacity
    assert (room.status, room.places, room.wait_weeks) == ("waiting_list", None, 6)
    assert room.as_of == now
    assert SearchRow.objects.get(offer=offer).capacity == "waiting_list"
    details = OfferEvent.objects.get(offer=offer).details["changed"]["capacity"]
    assert [part["status"] for part in details] == ["open", "waiting_list"]


def test_the_same_answer_on_the_same_day_changes_nothing_but_tomorrow_it_gets_a_new_date(
    world: World,
) -> None:
    offer = an_offer(world)
    actor = world.receiver_editor.actor()
    for _ in range(2):
        services.set_capacity(actor=actor, offer_id=offer.pk, status="full")
    assert verbs(offer) == ["set_capacity"]

    with clock.at(clock.now() + timedelta(days=1)):
        services.set_capacity(actor=actor, offer_id=offer.pk, status="full")
    assert verbs(offer) == ["set_capacity", "set_capacity"]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "maaske"},
        {"status": "open", "places": -1},
        {"status": "open", "places": 10_000},
        {"status": "waiting_list", "wait_weeks": 105},
    ],
)
def test_room_that_cannot_be_is_refused(world: World, answer: dict[str, Any]) -> None:
    offer = an_offer(world)

    with pytest.raises(InvalidInput):
        services.set_capacity(actor=world.receiver_editor.actor(), offer_id=offer.pk, **answer)

    assert verbs(offer) == []


# --- answer figures ----------------------------------------------------------------------------
def test_the_nightly_figures_are_stored_and_old_ones_go(world: World) -> None:
    counted = an_offer(world)
    forgotten = an_offer(world, answer_days=9, answers_counted=30)

    changed = services.store_answer_figures(actor=JOB, figures={counted.pk: (2, 12)})

    counted.refresh_from_db()
    forgotten.refresh_from_db()
    assert changed == 2
    assert (counted.answer_days, counted.answers_counted) == (2, 12)
    assert (forgotten.answer_days, forgotten.answers_counted) == (None, 0)
    assert services.store_answer_figures(actor=JOB, figures={counted.pk: (2, 12)}) == 0


def test_a_person_does_not_write_figures(world: World) -> None:
    with pytest.raises(NotAllowed):
        services.store_answer_figures(actor=world.receiver_manager.actor(), figures={})


def test_storing_figures_takes_as_many_statements_for_one_as_for_twenty(
    world: World, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(offers: list[Offer], days: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            services.store_answer_figures(
                actor=JOB, figures={offer.pk: (days, 5) for offer in offers}
            )
        return len(seen)

    one = cost([an_offer(world)], 3)
    many = cost([an_offer(world) for _ in range(20)] + list(Offer.objects.all()), 4)

    assert many == one


# --- reminders ---------------------------------------------------------------------------------
def test_each_stage_of_a_review_is_asked_once(world: World) -> None:
    offer = an_offer(world, verified_at=clock.now())
    due = clock.now() + timedelta(days=offer.review_interval_days)
    asked = []

    for day in range(-20, 120):
        with clock.at(due + timedelta(days=day)):
            for _twice in range(2):
                if remind_of_reviews():
                    asked.append(day)

    assert asked == [-14, 0, 14]
    stages = OutgoingMessage.objects.order_by("pk").values_list("ids__stage", flat=True)
    assert list(stages) == ["before", "due", "after"]


@pytest.mark.parametrize(
    ("days_late", "stage"),
    [
        (-15, None),
        (-14, "before"),
        (-1, "before"),
        (0, "due"),
        (13, "due"),
        (14, "after"),
        (200, "after"),
    ],
)
def test_after_downtime_there_comes_one_reminder_and_not_a_heap(
    world: World, days_late: int, stage: str | None
) -> None:
    due = clock.today()

    assert stage_on(due + timedelta(days=days_late), due) == stage


def test_nobody_is_asked_about_what_is_not_shown(world: World) -> None:
    old = clock.now() - timedelta(days=190)
    for status in ("draft", "paused", "archived", "in_review"):
        an_offer(world, status, verified_at=old)
    OfferFactory(organisation__status="closed", verified_at=old)
    an_offer(world, verified_at=None)

    assert remind_of_reviews() == 0


def test_the_reminder_holds_a_link_and_goes_to_the_contact(world: World) -> None:
    offer = an_offer(world, verified_at=clock.now() - timedelta(days=182))
    Contact.objects.create(organisation=world.receiver, name="Kis", email="kis@samspil.example")
    remind_of_reviews()
    message = OutgoingMessage.objects.get()

    mail = mail_of(message)

    assert mail is not None
    assert mail.to == "kis@samspil.example"
    assert "/bekraeft/" in mail.text
    assert offer.title in mail.text
    assert mail.subject


def test_a_contact_whose_mail_bounced_is_passed_over_for_the_deputy(world: World) -> None:
    an_offer(world, verified_at=clock.now() - timedelta(days=182))
    for deputy, address in (
        (False, "vaek@samspil.example"),
        (True, "stedfortraeder@samspil.example"),
    ):
        Contact.objects.create(
            organisation=world.receiver,
            name="Kis",
            email=address,
            is_deputy=deputy,
            bounced_at=None if deputy else clock.now(),
        )
    remind_of_reviews()
    message = OutgoingMessage.objects.get()

    mail = mail_of(message)

    assert mail is not None
    assert mail.to == "stedfortraeder@samspil.example"


def test_a_reminder_that_is_no_longer_needed_is_not_sent(world: World) -> None:
    offer = an_offer(world, verified_at=clock.now() - timedelta(days=182))
    remind_of_reviews()
    message = OutgoingMessage.objects.get()
    services.confirm_offer(actor=world.receiver_editor.actor(), offer_id=offer.pk)

    assert mail_of(message) is None


def test_a_run_costs_what_is_new(world: World, django_assert_num_queries) -> None:
    for _ in range(20):
        an_offer(world, verified_at=clock.now() - timedelta(days=190))
    remind_of_reviews()

    with django_assert_num_queries(4):  # offers, known keys, savepoint and its release
        assert remind_of_reviews() == 0


# --- import -----------------------------------------------------------------------------------
RECORD: dict[str, Any] = {
    "id": "hjertecafe",
    "organisation": "hjertet-aarhus",
    "template": None,
    "title": "Hjertecafé i Aarhus",
    "summary": "Kaffe og snak.",
    "description": None,
    "category": "netvaerk",
    "target_groups": ["hjerte"],
    "conditions": ["blodprop"],
    "icpc_chapters": ["K"],
    "role": ["patient", "professional"],
    "gender": "all",
    "peer_led": True,
    "workforce": "volunteers",
    "mode": "fysisk",
    "participation": ["gruppe"],
    "price": 40,
    "languages": ["da"],
    "accessibility": [],
    "how_to_join_citizen": "Mød op.",
    "places": [{"name": "Folkestedet", "postal_code": "8000", "municipality_code": "0751"}],
    "coverage": [{"type": "region", "codes": ["1082"]}],
    "sessions": [
        {
            "text": "Torsdag kl. 14-16",
            "rrule": "FREQ=WEEKLY;BYDAY=TH",
            "start_time": "14:00",
            "end_time": "16:00",
            "next": {"weekday": 4, "time": "14:00", "every": "week"},
        }
    ],
    "capacity": {"status": "few_places", "places": 3, "wait_weeks": None, "as_of_days_ago": 12},
    "verified_days_ago": 84,
    "status": "published",
    "translations": {"en": {"title": "Heart café", "summary": "Coffee."}},
    "demo": True,
}


def test_an_import_tells_the_past_as_it_was(world: World) -> None:
    now = clock.now()
    with clock.at(now):
        offer = services.import_offer(actor=JOB, record=RECORD)

    assert (offer.slug, offer.status, offer.price_ore) == ("hjertecafe", "published", 4000)
    assert offer.verified_at == now - timedelta(days=84)
    assert offer.verified_method == "import"
    assert offer.capacity.as_of == now - timedelta(days=12)
    assert offer.capacity.places == 3
    assert offer.subject_roles == ["patient"]
    assert [row.region.slug for row in offer.coverage.all()] == ["midtjylland"]
    assert offer.sessions.get().rrule == "FREQ=WEEKLY;BYDAY=TH"
    assert offer.translations.get().title == "Heart café"
    assert verbs(offer) == ["create", "submit", "publish", "confirm", "set_capacity"]
    assert SearchRow.objects.filter(offer=offer).exists()
    assert keys() == set()


def test_importing_again_changes_nothing(world: World) -> None:
    first = services.import_offer(actor=JOB, record=RECORD)
    events = verbs(first)

    again = services.import_offer(actor=JOB, record={**RECORD, "title": "Andet navn"})

    assert again.pk == first.pk
    assert again.title == "Hjertecafé i Aarhus"
    assert verbs(first) == events


@pytest.mark.parametrize("status", OfferStatus.values)
def test_an_import_reaches_every_state_through_the_table(world: World, status: str) -> None:
    offer = services.import_offer(actor=JOB, record={**RECORD, "status": status})

    assert offer.status == status


def test_only_a_job_imports(world: World) -> None:
    with pytest.raises(NotAllowed):
        services.import_offer(actor=world.receiver_manager.actor(), record=RECORD)


@pytest.mark.parametrize("change", [{"organisation": "findes-ikke"}, {"template": "findes-ikke"}])
def test_an_import_of_something_unknown_says_so(world: World, change: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        services.import_offer(actor=JOB, record={**RECORD, **change})

    assert not Offer.objects.exists()


DEMO = Path("/work/shared/data/demo/offers.jsonl")
OWN_DEMO = Path(__file__).parents[2] / "portal" / "demo" / "data" / "offers.jsonl"


@pytest.mark.skipif(
    not (OWN_DEMO.exists() or DEMO.exists()), reason="the demo's offers are not here"
)
def test_every_offer_of_the_demo_comes_in(world: World) -> None:
    path = OWN_DEMO if OWN_DEMO.exists() else DEMO
    records = [json.loads(line) for line in path.read_text().splitlines()]
    for slug in {record["organisation"] for record in records}:
        OrganisationFactory(slug=slug)

    offers = services.import_offers(actor=JOB, records=records)

    assert len(offers) == len(records)
    assert {offer.slug for offer in offers} == {record["id"] for record in records}
    by_slug = {record["id"]: record["status"] for record in records}
    assert all(offer.status == by_slug[offer.slug] for offer in offers)
    public = Offer.objects.public().count()
    assert SearchRow.objects.count() == public


# --- edges ------------------------------------------------------------------------------------
@pytest.mark.parametrize("missing", ["title", "category", "mode"])
def test_an_offer_is_not_created_without_its_first_facts(world: World, missing: str) -> None:
    facts = {name: value for name, value in FACTS.items() if name != missing}

    with pytest.raises(InvalidInput) as caught:
        services.create_offer(actor=world.receiver_editor.actor(), facts=facts)

    assert list(caught.value.errors) == [missing]


def test_a_job_names_an_organisation_that_is_there(world: World) -> None:
    with pytest.raises(NotFound):
        services.create_offer(actor=JOB, facts=FACTS)


def test_a_copy_overrides_facts_that_exist(world: World) -> None:
    with pytest.raises(InvalidInput):
        services.create_offer(
            actor=world.receiver_editor.actor(), facts=FACTS, overrides=["hvad-som-helst"]
        )


def test_what_a_job_confirms_is_called_an_import(world: World) -> None:
    offer = an_offer(world, verified_at=clock.now() - timedelta(days=90))

    services.confirm_offer(actor=JOB, offer_id=offer.pk)

    assert Verification.objects.get(offer=offer).method == "import"


@pytest.mark.parametrize(
    ("email", "goes_to"),
    [
        ("post@samspil.example", "post@samspil.example"),
        ("", "marie.hjertet-aarhus@samspil.example"),
    ],
)
def test_without_a_contact_the_mail_goes_to_the_association_or_a_leader(
    world: World, email: str, goes_to: str
) -> None:
    world.receiver.email = email
    world.receiver.save()
    an_offer(world, verified_at=clock.now() - timedelta(days=182))
    remind_of_reviews()

    mail = mail_of(OutgoingMessage.objects.first())

    assert mail is not None
    assert mail.to == goes_to


def test_an_association_that_nobody_can_write_to_gets_no_mail(world: World) -> None:
    OfferFactory(organisation__email="", verified_at=clock.now() - timedelta(days=182))
    remind_of_reviews()

    assert mail_of(OutgoingMessage.objects.first()) is None


@pytest.mark.parametrize(
    ("answer", "words"), [("approve_edit", "Alle kan nu se"), ("refuse_edit", "er ikke vist")]
)
def test_the_association_reads_what_became_of_its_edit(
    world: World, answer: str, words: str
) -> None:
    unverify(world)
    offer = an_offer(world)
    services.edit_offer(
        actor=world.receiver_editor.actor(), offer_id=offer.pk, facts={"title": "Som nu"}
    )
    getattr(services, answer)(actor=world.coordinator.actor(), offer_id=offer.pk)

    mail = mail_of(OutgoingMessage.objects.get(template="offers.edit-answered"))

    assert mail is not None
    assert words in mail.text


def test_a_mail_about_what_has_moved_on_is_not_sent(world: World) -> None:
    approved, sent_back = an_offer(world, "in_review"), an_offer(world, "in_review")
    services.approve_offer(actor=world.coordinator.actor(), offer_id=approved.pk)
    services.send_back_offer(
        actor=world.coordinator.actor(), offer_id=sent_back.pk, reason="Skriv tiden."
    )
    services.pause(actor=world.receiver_editor.actor(), offer_id=approved.pk)
    services.publish(actor=world.receiver_editor.actor(), offer_id=sent_back.pk)

    assert [mail_of(message) for message in OutgoingMessage.objects.all()] == [None, None]
