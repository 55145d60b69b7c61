"""What a renewal carries over, and how it moves it to its own term."""

from datetime import date, datetime, timedelta

import pytest

from partnerships import services
from partnerships.actions import actions_of
from partnerships.facts import read
from partnerships.models import Agreement
from partnerships.renewal import Term, moved, next_term, with_next_years
from portal.common import clock
from portal.common.errors import WrongState
from tests.factories.partnerships import (
    Pen,
    agreement_in,
    amend_parties,
    approve_everything,
    fresh,
    sign,
)
from tests.world import World

OLD = Term(date(2026, 12, 27), date(2028, 12, 26))
NEW = Term(date(2028, 12, 27), date(2030, 12, 26))


# --- the term -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("old", "first", "last"),
    [
        # Two years with a 29 February among them, and two without.
        (OLD, NEW.first, NEW.last),
        (Term(date(2027, 1, 1), date(2027, 12, 31)), date(2028, 1, 1), date(2028, 12, 31)),
        # To the month's end, however long it is.
        (Term(date(2026, 3, 1), date(2027, 2, 28)), date(2027, 3, 1), date(2028, 2, 29)),
        (Term(date(2026, 1, 1), date(2026, 6, 30)), date(2026, 7, 1), date(2026, 12, 31)),
        # Renewed late, after a gap.
        (OLD, date(2029, 2, 10), date(2031, 2, 9)),
        # Not whole months: ten days are ten days, one is one.
        (Term(date(2027, 1, 1), date(2027, 1, 10)), date(2027, 1, 11), date(2027, 1, 20)),
        (Term(date(2027, 1, 1), date(2027, 1, 1)), date(2027, 1, 2), date(2027, 1, 2)),
        # A year and a day is not a year.
        (Term(date(2026, 1, 1), date(2027, 1, 1)), date(2027, 1, 2), date(2028, 1, 2)),
    ],
)
def test_a_renewal_runs_as_many_months_or_else_as_many_days(
    old: Term, first: date, last: date
) -> None:
    assert next_term(old, first) == Term(first, last)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (OLD.first, NEW.first),
        (OLD.last, NEW.last),
        (date(2028, 3, 1), date(2030, 3, 1)),  # not the second, as 731 days would have it
        (date(2028, 2, 29), date(2030, 2, 28)),
        (date(2026, 1, 1), NEW.first),  # outside the old term: inside the new one
        (date(2029, 6, 1), NEW.last),
    ],
)
def test_a_day_moves_as_far_as_the_term_and_stays_inside_it(day: date, expected: date) -> None:
    assert moved(day, OLD, NEW) == expected


def test_after_a_gap_a_day_moves_by_days() -> None:
    new = next_term(OLD, date(2029, 2, 10))

    assert moved(OLD.first + timedelta(days=40), OLD, new) == new.first + timedelta(days=40)
    assert moved(OLD.last, OLD, new) == new.last


def test_no_two_days_change_places() -> None:
    """Or an activity would end before it begins, which the database refuses."""
    for new in (NEW, next_term(OLD, date(2029, 2, 10))):
        days = [OLD.first + timedelta(days=number) for number in range(-40, 800)]
        there = [moved(day, OLD, new) for day in days]
        assert there == sorted(there)
        assert new.first <= there[0]
        assert there[-1] <= new.last


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ({"2026": 1, "2027": 2, "2028": 3}, {"2028": 1, "2029": 2, "2030": 3}),
        ({"2027": 2}, {"2029": 2}),  # a year without money stays one
        ({"2026": 1, "2027": 2, "2028": 3, "2029": 4}, {"2028": 1, "2029": 2, "2030": 3}),
        ({"2025": 9, "2026": 1}, {"2028": 9, "2029": 1}),
        ({}, {}),
    ],
)
def test_amounts_follow_in_the_new_years_and_the_surplus_stays_behind(
    amounts: dict[str, int], expected: dict[str, int]
) -> None:
    (line,) = with_next_years([{"text": "Løn", "amounts": amounts}], OLD, NEW)

    assert line == {"text": "Løn", "amounts": expected}


# --- the draft ------------------------------------------------------------------------------------
def running(world: World) -> Agreement:
    agreement = agreement_in(
        "negotiation", world, starts_on=OLD.first, ends_on=OLD.last, amount=400
    )
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    facts = read(fresh(agreement), "parties")
    task = {"id": "", "party": world.receiver.slug, "text": "Finde værter", "due_on": "2027-03-01"}
    Pen(agreement, association).write("parties", obligations=[*facts["obligations"], task])
    (line,) = read(fresh(agreement), "budget")["lines"]
    line["amounts"] = {"2026": 100, "2027": 200, "2028": 300}
    Pen(agreement, public).write("budget", lines=[line])
    rows = read(fresh(agreement), "activities")["activities"]
    spring = {"id": "", "text": "Kurset", "starts_on": "2027-03-01", "ends_on": "2027-06-30"}
    Pen(agreement, association).write("activities", activities=[*rows, spring])
    approve_everything(agreement, public, association)
    services.send_to_signature(agreement_id=agreement.pk, actor=public)
    sign(agreement, public)
    sign(agreement, association)
    return fresh(agreement)


@pytest.mark.django_db
def test_a_renewal_is_a_proposal_for_its_own_term(world: World) -> None:
    with clock.at(datetime(2026, 11, 27, 9, tzinfo=clock.COPENHAGEN)):
        old = running(world)
    with clock.at(datetime(2028, 10, 1, 9, tzinfo=clock.COPENHAGEN)):
        services.run_dates()
        new = services.renew_agreement(agreement_id=old.pk, actor=world.coordinator.actor())
        new = fresh(new)

        assert (new.starts_on, new.ends_on) == (NEW.first, NEW.last)
        assert list(new.activities.values_list("starts_on", "ends_on")) == [
            (NEW.first, NEW.last),
            (date(2029, 3, 1), date(2029, 6, 30)),
        ]
        amounts = new.budget.get().amounts.values_list("year", "amount")
        assert list(amounts) == [(2028, 100), (2029, 200), (2030, 300)]
        assert new.obligations.get().due_on == date(2029, 3, 1)
        assert not new.milestones.exists()
        # As it is proposed it could go on at once.
        services.submit_for_review(agreement_id=new.pk, actor=world.coordinator.actor())
    assert fresh(old).activities.first().ends_on == OLD.last  # type: ignore[union-attr]


@pytest.mark.django_db
def test_nothing_is_renewed_beside_an_open_amendment(world: World) -> None:
    """The copy would have the words from before it."""
    with clock.at(datetime(2026, 11, 27, 9, tzinfo=clock.COPENHAGEN)):
        old = running(world)
    actor = world.coordinator.actor()
    with clock.at(datetime(2028, 10, 1, 9, tzinfo=clock.COPENHAGEN)):
        services.run_dates()
        before = actions_of(fresh(old), actor)
        row = amend_parties(old, actor)

        with pytest.raises(WrongState, match="Tillæg 1 er åbent"):
            services.renew_agreement(agreement_id=old.pk, actor=actor)

        assert "renew" in before
        assert "renew" not in actions_of(fresh(old), actor)
        services.withdraw_amendment(
            agreement_id=old.pk, amendment_id=row.pk, comment="Ikke nu.", actor=actor
        )
        assert "renew" in actions_of(fresh(old), actor)
        assert services.renew_agreement(agreement_id=old.pk, actor=actor).renews == old


# --- the guard ------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(("name", "days"), [("starts_on", -1), ("ends_on", 1)])
def test_an_activity_outside_the_term_goes_to_nobody(world: World, name: str, days: int) -> None:
    agreement = agreement_in("draft", world, amount=1)
    activity = agreement.activities.get()
    # On the first and the last day of the term it is inside.
    assert (activity.starts_on, activity.ends_on) == (agreement.starts_on, agreement.ends_on)
    setattr(activity, name, getattr(activity, name) + timedelta(days=days))
    activity.save()

    with pytest.raises(services.NotReady) as refused:
        services.submit_for_review(agreement_id=agreement.pk, actor=world.coordinator.actor())

    assert [row.sentence for row in refused.value.missing] == [
        "Aktiviteten »Vært på afdelingen« ligger uden for aftalens periode. Ret datoerne."
    ]
    setattr(activity, name, getattr(agreement, name))
    activity.save()
    services.submit_for_review(agreement_id=agreement.pk, actor=world.coordinator.actor())
