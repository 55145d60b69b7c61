"""Days that follow from an agreement's own dates."""

from datetime import date, timedelta

import pytest

from partnerships import dates
from partnerships.models import Agreement
from tests.factories.register import make_agreement
from tests.world import World

DAY = date(2027, 3, 31)


def agreement(**fields: object) -> Agreement:
    given = {"status": "active", "starts_on": date(2026, 1, 1), "ends_on": DAY, **fields}
    return Agreement(**given)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"notice_months": 3}, date(2026, 12, 31)),
        ({"notice_months": 1}, date(2027, 2, 28)),
        ({"notice_months": 0}, DAY),
        ({"notice_months": None}, None),
        ({"notice_months": 3, "ends_on": None}, None),
        ({"notice_months": 3, "terminates_on": date(2026, 12, 1)}, None),
    ],
)
def test_the_last_day_of_notice_lies_the_notice_before_the_end(
    fields: dict[str, object], expected: date | None
) -> None:
    assert dates.last_day_of_notice(agreement(**fields)) == expected


@pytest.mark.django_db
def test_the_database_counts_the_same_last_day(world: World) -> None:
    for months in (0, 1, 2, 3, 6, 11, 12, 60):
        for day in (28, 29, 30, 31):
            make_agreement(
                world.region,
                world.receiver,
                notice_months=months,
                ends_on=date(2028, 3, 1) + timedelta(days=day),
            )

    rows = list(Agreement.objects.annotate(last_day=dates.notice_day()))

    assert len(rows) == 32
    assert all(row.last_day == dates.last_day_of_notice(row) for row in rows)


def test_reminders_come_in_order_and_after_downtime_only_the_latest() -> None:
    found = [stage.remind_on for stage in dates.stages(DAY, dates.END)]

    assert found == [DAY - timedelta(days=days) for days in (180, 90, 60, 30, 15)]
    latest = dates.latest_stage(DAY, dates.END, DAY - timedelta(days=40))
    assert latest is not None
    assert latest.offset == -60
    assert dates.latest_stage(DAY, dates.END, DAY - timedelta(days=181)) is None
    assert dates.latest_stage(None, dates.END, DAY) is None


@pytest.mark.parametrize(
    ("status", "days", "expected"),
    [("active", 180, True), ("active", 181, False), ("suspended", 1, True), ("signed", 1, False)],
)
def test_up_for_renewal_is_half_a_year_before_the_end(
    status: str, days: int, expected: bool
) -> None:
    row = agreement(status=status)

    assert dates.is_up_for_renewal(row, DAY - timedelta(days=days)) is expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"time_limited": True}, True),
        ({"time_limited": True, "after_end": " \n"}, True),
        ({"time_limited": True, "after_end": "Kommunen fører det videre."}, False),
        ({"time_limited": True, "ends_on": None}, False),
        ({"time_limited": None}, False),
    ],
)
def test_project_money_with_an_end_needs_a_plan_for_the_day_after(
    fields: dict[str, object], expected: bool
) -> None:
    assert dates.lacks_day_after(agreement(**fields)) is expected


def test_data_protection_is_looked_at_every_year() -> None:
    shares = {"shares_personal_data": True}
    looked = {**shares, "data_protection_looked_at_on": date(2028, 2, 29)}

    assert dates.data_protection_due(agreement(**shares)) == date(2027, 1, 1)
    assert dates.data_protection_due(agreement(**looked)) == date(2029, 2, 28)
    assert dates.data_protection_due(agreement(**shares, status="expired")) is None
    assert dates.data_protection_due(agreement()) is None
