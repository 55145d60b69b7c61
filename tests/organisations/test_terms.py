"""The receiver's terms, the named handlers, verification, contacts and closing days."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from organisations import services
from organisations.models import (
    ClosingPeriod,
    Contact,
    NamedHandler,
    Organisation,
    TermsAcceptance,
)
from organisations.selectors import handlers_for, has_accepted_terms, pauses_of
from organisations.terms_texts import CURRENT_VERSION, terms, versions
from portal.access.actor import system_actor
from portal.audit.models import AuditEntry
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound
from portal.common.lix import lix

pytestmark = pytest.mark.django_db


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def name_somebody(actor, **changes):
    given = {
        "name": "Hans Hjælper",
        "email": "Hans@Forening.example",
        "phone": "00 00 00 55",
        "promised": True,
        "actor": actor,
    }
    return services.name_handler(**{**given, **changes})


# --- the text ---------------------------------------------------------------------------------
def test_the_version_in_force_is_the_newest_file():
    assert versions()[-1] == CURRENT_VERSION
    assert len(terms().sections) >= 5


def test_the_terms_are_plain_danish():
    text = " ".join(
        line for section in terms().sections for line in [*section.paragraphs, *section.points]
    )

    assert lix(text) <= 35


def test_a_version_that_never_was_is_refused():
    with pytest.raises(ValueError, match="no terms"):
        terms("1999-1")


# --- accepting --------------------------------------------------------------------------------
def test_a_manager_accepts_once_and_a_second_click_changes_nothing(world):
    TermsAcceptance.objects.filter(organisation=world.receiver).delete()
    actor = world.receiver_manager.actor()

    first = services.accept_terms(version=CURRENT_VERSION, actor=actor)
    second = services.accept_terms(version=CURRENT_VERSION, actor=actor)

    assert first == second
    assert first.accepted_by == world.receiver_manager.user
    assert actions() == ["terms.accept"]


@pytest.mark.parametrize("name", ["receiver_handler", "receiver_editor", "gp", "coordinator"])
def test_only_a_manager_accepts(world, name):
    TermsAcceptance.objects.all().delete()

    with pytest.raises((NotAllowed, NotFound)):
        services.accept_terms(version=CURRENT_VERSION, actor=getattr(world, name).actor())

    assert not TermsAcceptance.objects.exists()


def test_an_old_version_cannot_be_accepted(world):
    with pytest.raises(InvalidInput, match="Læs dem igen"):
        services.accept_terms(version="2025-1", actor=world.receiver_manager.actor())


def test_terms_and_a_named_handler_are_both_needed(world):
    assert has_accepted_terms(world.receiver)

    services.end_handler(handler_id=world.named_handler.pk, actor=world.receiver_manager.actor())
    assert not has_accepted_terms(world.receiver)

    name_somebody(world.receiver_manager.actor())
    assert has_accepted_terms(world.receiver)

    TermsAcceptance.objects.filter(organisation=world.receiver).delete()
    assert not has_accepted_terms(world.receiver)
    assert has_accepted_terms(world.outsider)


# --- named handlers ---------------------------------------------------------------------------
def test_a_named_handler_has_a_phone_in_one_form_and_a_promise_with_its_day(world):
    handler = name_somebody(world.receiver_manager.actor(), is_deputy=True)

    assert (handler.phone, handler.email) == ("+4500000055", "hans@forening.example")
    assert handler.promised_at <= clock.now()
    assert actions() == ["handler.name"]
    assert handlers_for(world.receiver.pk) == [world.named_handler, handler]


def test_a_handler_who_is_a_member_is_tied_to_the_user(world):
    user = world.receiver_editor.user

    assert name_somebody(world.receiver_manager.actor(), email=user.email).user == user
    stranger = name_somebody(
        world.receiver_manager.actor(), email=world.outsider_handler.user.email
    )
    assert stranger.user is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"promised": False}, "promised"), ({"phone": "12"}, "phone"), ({"email": "dup"}, "email")],
)
def test_a_handler_without_promise_or_phone_or_twice_is_refused(world, changes, field):
    if changes.get("email") == "dup":
        changes = {"email": world.named_handler.email}

    with pytest.raises(InvalidInput) as refusal:
        name_somebody(world.receiver_manager.actor(), **changes)

    assert set(refusal.value.errors) == {field}
    assert NamedHandler.objects.filter(organisation=world.receiver).count() == 1


def test_somebody_elses_handler_is_not_found(world):
    for name in ("outsider_manager", "parent_handler", "sibling_handler"):
        with pytest.raises(NotFound):
            services.end_handler(
                handler_id=world.named_handler.pk, actor=getattr(world, name).actor()
            )

    assert handlers_for(world.receiver.pk) == [world.named_handler]


def test_ending_twice_is_one_line_in_the_trail(world):
    for _ in range(2):
        services.end_handler(
            handler_id=world.named_handler.pk, actor=world.receiver_manager.actor()
        )

    assert actions() == ["handler.end"]
    assert handlers_for(world.receiver.pk) == []


# --- verification -----------------------------------------------------------------------------
def test_a_coordinator_of_the_region_verifies_once(world):
    for _ in range(2):
        services.verify_organisation(
            organisation_id=world.new_practice.pk, actor=world.coordinator.actor()
        )

    world.new_practice.refresh_from_db()
    assert world.new_practice.verified_by_id == world.coordinator.user.pk
    assert actions() == ["organisation.verify"]


@pytest.mark.parametrize(
    "name",
    [
        "other_coordinator",
        "municipal_coordinator",
        "council_coordinator",
        "new_gp",
        "region_manager",
        "outsider_manager",
        "newcomer",
    ],
)
def test_nobody_else_verifies(world, name):
    with pytest.raises(NotAllowed):
        services.verify_organisation(
            organisation_id=world.new_practice.pk, actor=getattr(world, name).actor()
        )

    assert Organisation.objects.get(pk=world.new_practice.pk).verified_at is None


def test_the_operator_verifies_where_no_region_is_known_but_never_the_own(world):
    lonely = Organisation.objects.create(kind="umbrella", name="Paraply", slug="paraply")
    actor = world.operator.actor()

    assert services.verify_organisation(organisation_id=lonely.pk, actor=actor).is_verified
    with pytest.raises(NotAllowed):
        services.verify_organisation(organisation_id=world.operator_organisation.pk, actor=actor)
    with pytest.raises(NotFound):
        services.verify_organisation(organisation_id=0, actor=actor)


def test_a_named_job_verifies_for_the_demo(world):
    actor = system_actor("demo")

    row = services.verify_organisation(organisation_id=world.new_practice.pk, actor=actor)

    assert row.verified_by_id == 0


# --- contacts and closing days ----------------------------------------------------------------
def test_a_new_address_of_a_contact_takes_the_mark_of_the_bounce_away(world):
    actor = world.receiver_manager.actor()
    give = {"purpose": Contact.Purpose.REFERRALS, "name": "Kim", "actor": actor}
    contact = services.set_contact(email="gammel@forening.example", **give)
    Contact.objects.filter(pk=contact.pk).update(bounced_at=clock.now())

    same = services.set_contact(email="gammel@forening.example", **give)
    assert same.bounced_at
    new = services.set_contact(email="ny@forening.example", **give)

    assert new.pk == contact.pk
    assert new.bounced_at is None


def test_closing_days_pause_and_can_be_taken_back_by_the_own_organisation_alone(world):
    first = clock.today() + timedelta(days=3)
    last = first + timedelta(days=10)

    period = services.announce_closing(
        first_day=first, last_day=last, actor=world.receiver_manager.actor()
    )

    assert pauses_of(world.receiver.pk) == [(first, last)]
    with pytest.raises(NotFound):
        services.cancel_closing(period_id=period.pk, actor=world.outsider_manager.actor())
    services.cancel_closing(period_id=period.pk, actor=world.receiver_manager.actor())
    assert not ClosingPeriod.objects.exists()
    assert actions() == ["closing.announce", "closing.cancel"]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2030, 5, 2), date(2030, 5, 1)),
        (date(2020, 1, 1), date(2020, 1, 2)),
        (date(2030, 1, 1), date(2030, 9, 1)),
    ],
)
def test_closing_days_that_make_no_sense_are_refused(world, first, last):
    with pytest.raises(InvalidInput):
        services.announce_closing(
            first_day=first, last_day=last, actor=world.receiver_manager.actor()
        )


@pytest.mark.parametrize("name", ["receiver_editor", "receiver_handler", "gp", "coordinator"])
def test_only_a_manager_sets_contacts_and_closing_days(world, name):
    actor = getattr(world, name).actor()

    with pytest.raises(NotAllowed):
        services.set_contact(purpose="general", name="K", email="k@k.example", actor=actor)
    with pytest.raises(NotAllowed):
        services.announce_closing(first_day=clock.today(), last_day=clock.today(), actor=actor)


def test_a_job_signs_nothing(world):
    actor = replace(world.receiver_manager.actor(), user_id=None)

    with pytest.raises(NotAllowed):
        services.accept_terms(version=CURRENT_VERSION, actor=actor)
