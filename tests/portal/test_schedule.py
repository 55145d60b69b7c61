"""The schedule: each job once per due period, with any number of beats, deaths and wrong clocks."""

import json
import logging
import random
import signal
import threading
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from celery.signals import setup_logging
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connections
from django.utils.module_loading import import_string

from portal.celery import JOBS, WithoutWords, app
from portal.common import clock
from portal.common.clock import local
from portal.common.logging import JsonFormatter, request_id
from portal.jobs import running
from portal.jobs.models import ScheduledRun
from portal.jobs.periods import Daily, Every
from portal.jobs.running import prune, run_due, run_once
from portal.jobs.schedule import Job, provide
from tests.portal.crew import Crew, crew  # noqa: F401 (a fixture)
from tests.sizes import DRILL
from tests.waiting import patience, wait_for

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


# --- the schedule itself ----------------------------------------------------------------------
@pytest.mark.parametrize("name", JOBS)
def test_every_job_can_be_run_by_hand_and_is_found_by_its_path(name: str) -> None:
    job = JOBS[name]

    assert job.command in get_commands()
    assert callable(import_string(job.action))


@pytest.mark.parametrize("name", JOBS)
def test_beat_rings_names_alone_and_no_ring_outlives_the_next(name: str) -> None:
    ring = app.conf.beat_schedule[name]
    app.loader.import_default_modules()

    assert ring["task"] in app.tasks
    assert ring["args"] == (name,)
    assert ring["schedule"] <= 30, "no minute goes by unseen"
    assert ring["options"]["expires"] <= 60
    assert ring["options"]["time_limit"] > ring["options"]["soft_time_limit"] == JOBS[name].seconds


def test_the_broker_knows_the_ring_and_the_bell_and_no_job_has_a_task_of_its_own() -> None:
    app.loader.import_default_modules()

    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == {"jobs.run", "notifications.deliver"}


def test_the_sweeper_runs_every_minute() -> None:
    assert JOBS["notifications.sweep"].when == Every(minutes=1)


def test_workers_hold_little_and_give_back_what_they_did_not_finish() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit
    assert app.conf.broker_connection_max_retries is None
    assert app.conf.timezone == "Europe/Copenhagen"


# --- when -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2026-11-23T06:00+00:00", "2026-11-23T06:00+00:00"),  # 7.00 in winter
        ("2026-11-23T05:59:59+00:00", "2026-11-22T06:00+00:00"),
        ("2026-07-01T05:00+00:00", "2026-07-01T05:00+00:00"),  # 7.00 in summer
        ("2026-07-01T23:30+00:00", "2026-07-01T05:00+00:00"),  # tomorrow in Copenhagen
        ("2026-07-02T04:59:59+00:00", "2026-07-01T05:00+00:00"),
    ],
)
def test_a_daily_job_is_due_by_copenhagens_clock(moment: str, due: str) -> None:
    found = Daily(time(7, 0)).latest(datetime.fromisoformat(moment))

    assert found == datetime.fromisoformat(due)


def _change_days() -> list[date]:
    """The last Sundays of March and October, 2026 to 2035."""
    days = []
    for year in range(2026, 2036):
        for month in (3, 10):
            last = date(year, month, 31)
            days.append(last - timedelta(days=(last.weekday() + 1) % 7))
    return days


@pytest.mark.parametrize("at", [time(2, 0), time(2, 30), time(3, 0), time(7, 0), time(23, 59)])
def test_a_daily_job_runs_once_on_the_days_when_the_clocks_change(at: time) -> None:
    """REL-12: every minute of the change days and their neighbours, ten years."""
    job = Daily(at)
    for day in _change_days():
        start = datetime.combine(day - timedelta(days=1), time(), tzinfo=UTC)
        due = {job.latest(start + minute * MINUTE) for minute in range(3 * 24 * 60)}
        by_day = [local(moment).date() for moment in sorted(due)]
        assert len(by_day) == len(set(by_day))
        assert {day - timedelta(days=1), day, day + timedelta(days=1)} <= set(by_day)
        (that_day,) = [moment for moment in due if local(moment).date() == day]
        skipped = day.month == 3 and time(2) <= at < time(3)
        shown = local(that_day).time()
        assert shown == (time(3, at.minute) if skipped else at)


def test_a_job_of_each_hour_runs_23_or_25_times_on_a_change_day() -> None:
    job = Every(minutes=60)
    for day in _change_days():
        start = datetime.combine(day, time(), tzinfo=clock.COPENHAGEN).astimezone(UTC)
        end = datetime.combine(day + timedelta(days=1), time(), tzinfo=clock.COPENHAGEN)
        minutes = (end.astimezone(UTC) - start) // MINUTE
        periods = {job.latest(start + minute * MINUTE) for minute in range(minutes)}
        assert len(periods) == (23 if day.month == 3 else 25)


def test_no_minute_is_missed_or_doubled_by_rings_at_odd_moments() -> None:
    rings = [NOON + timedelta(seconds=30 * number + random.random() * 4) for number in range(240)]  # noqa: S311

    periods = {Every(minutes=1).latest(ring) for ring in rings}

    assert len(periods) in {120, 121}


# --- once -------------------------------------------------------------------------------------
@pytest.fixture
def ran() -> list[str]:
    return []


@pytest.fixture
def action(ran: list[str]):
    return lambda: ran.append(request_id())


@pytest.mark.django_db
def test_a_second_ring_in_the_same_period_runs_nothing(ran: list[str], action) -> None:
    with clock.at(NOON):
        assert run_once(job="test", period=NOON, action=action)
        assert not run_once(job="test", period=NOON, action=action)
        assert run_once(job="test", period=NOON + MINUTE, action=action)
        assert run_once(job="other", period=NOON, action=action)

    assert ran == ["test-20261123T1200", "test-20261123T1201", "other-20261123T1200"]


@pytest.mark.django_db(transaction=True)
def test_three_rivals_run_a_period_once() -> None:
    """REL-11, at full speed: three schedulers ring for every period of two hours at once."""
    periods = [NOON + number * MINUTE for number in range(120 if DRILL else 15)]
    ran: list[str] = []
    gate, errors = threading.Barrier(3), []

    def ring() -> None:
        try:
            for period in periods:
                gate.wait()
                with clock.at(period):
                    run_once(job="test", period=period, action=lambda: ran.append(request_id()))
        except BaseException as error:
            errors.append(error)
            gate.abort()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ring) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert sorted(ran) == [f"test-{period:%Y%m%dT%H%M}" for period in periods]


@pytest.mark.django_db
def test_a_job_that_fails_is_tried_three_times_and_begins_anew_next_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries = []

    def fail() -> None:
        tries.append(1)
        raise ValueError("hemmelig.borger@canary.example")

    with clock.at(NOON), caplog.at_level(logging.ERROR):
        for _ in range(6):
            run_once(job="test", period=NOON, action=fail)
            clock.advance_to(clock.now() + timedelta(seconds=1))
        assert len(tries) == 3
        run_once(job="test", period=NOON + MINUTE, action=fail)

    assert len(tries) == 4
    run = ScheduledRun.objects.get(period=NOON)
    assert (run.finished_at, run.last_error, run.attempts) == (None, "ValueError", 3)
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert any("ValueError" in line for line in lines)
    assert not any("canary" in line for line in lines)


@pytest.mark.django_db
def test_a_run_that_died_is_taken_up_when_its_claim_is_over(ran: list[str], action) -> None:
    class KilledError(BaseException):
        """What no handler catches: the process is gone."""

    def die() -> None:
        raise KilledError

    slack = settings.OUTBOX_CLAIM_SECONDS - settings.CELERY_TASK_SOFT_TIME_LIMIT
    with clock.at(NOON):
        with pytest.raises(KilledError):
            run_once(job="test", period=NOON, action=die, seconds=100)
        clock.advance_to(NOON + timedelta(seconds=100 + slack - 1))
        assert not run_once(job="test", period=NOON, action=action)
        assert not run_once(job="test", period=NOON + MINUTE, action=action), "they do not overlap"
        clock.advance_to(NOON + timedelta(seconds=100 + slack))
        assert run_once(job="test", period=NOON, action=action)

    assert len(ran) == 1
    assert ScheduledRun.objects.get().attempts == 2


@pytest.mark.django_db
def test_who_overslept_the_claim_does_not_write_over_the_successor(ran: list[str], action) -> None:
    def oversleep() -> None:
        clock.advance_to(clock.now() + timedelta(hours=1))
        assert run_once(job="test", period=NOON, action=action)
        raise ValueError

    with clock.at(NOON):
        run_once(job="test", period=NOON, action=oversleep)

    run = ScheduledRun.objects.get()
    assert run.finished_at is not None
    assert run.last_error == ""


# --- pauses and wrong clocks (REL-13) ---------------------------------------------------------
@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch, ran: list[str]) -> list[str]:
    monkeypatch.setattr(running, "import_string", lambda path: lambda: ran.append(path))
    provide(
        {
            "test.daily": Job("daily", Daily(time(7, 0)), command=""),
            "test.minute": Job("minute", Every(minutes=1), command=""),
        }
    )
    return ran


def live(start: datetime, minutes: int) -> None:
    for minute in range(minutes):
        with clock.at(start + minute * MINUTE):
            run_due("test.daily")
            run_due("test.minute")


@pytest.mark.django_db
def test_after_a_pause_each_job_runs_once_and_not_a_heap(jobs: list[str]) -> None:
    live(NOON, 1)
    jobs.clear()

    live(NOON + timedelta(days=10), 3)

    assert jobs.count("daily") == 1
    assert jobs.count("minute") == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    "jump", [timedelta(hours=1), -timedelta(hours=1), timedelta(days=1), -timedelta(days=1)]
)
def test_a_clock_that_jumps_doubles_no_day_and_stops_no_minute(
    jobs: list[str], jump: timedelta
) -> None:
    """Two days around seven o'clock; for ten minutes before it the clock is wrong."""
    seven = datetime(2026, 11, 23, 6, tzinfo=UTC)
    live(seven - timedelta(minutes=30), 10)
    before = jobs.count("daily")  # the newest day that was due when we began
    live(seven - timedelta(minutes=20) + jump, 10)
    live(seven - timedelta(minutes=10), 20)
    live(seven + timedelta(days=1) - timedelta(minutes=5), 10)

    # 23 and 24 November, and 21 November when the clock claimed to be before the 22nd's seven.
    claimed = 1 if jump == -timedelta(days=1) else 0
    assert jobs.count("daily") - before == 2 + claimed
    assert jobs.count("minute") >= 45, "at most a minute is lost at each jump"


@pytest.mark.django_db
def test_old_runs_are_forgotten_and_new_ones_kept(action) -> None:
    with clock.at(NOON):
        run_once(job="test", period=NOON, action=action)
        clock.advance_to(NOON + running.KEPT_FOR + MINUTE)
        run_once(job="test", period=NOON + running.KEPT_FOR, action=action)

        call_command("prune_job_runs", verbosity=0)
        assert prune() == 0

    assert ScheduledRun.objects.get().period == NOON + running.KEPT_FOR


# --- logs (LOG-2) -----------------------------------------------------------------------------
def test_celery_logs_as_the_site_does() -> None:
    assert setup_logging.receivers, "otherwise Celery would set up a format of its own"


def test_celery_quotes_no_word_of_an_exception() -> None:
    try:
        raise ValueError("hemmelig.borger@canary.example sagde 'noget'")
    except ValueError as error:
        record = logging.LogRecord(
            "celery.app.trace",
            logging.ERROR,
            __file__,
            1,
            "Task %(name)s[%(id)s] %(description)s: %(exc)s",
            ({"name": "x", "id": "1", "description": "raised unexpected", "exc": repr(error)},),
            (type(error), error, error.__traceback__),
        )

    assert WithoutWords().filter(record)
    line = json.loads(JsonFormatter().format(record))
    assert line["message"] == "Task x[1] raised unexpected: ValueError"
    assert "canary" not in json.dumps(line)
    assert "sagde" not in json.dumps(line)


# --- real beats -------------------------------------------------------------------------------
@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_with_three_beats_and_one_killed_no_period_is_missed_or_doubled(
    crew: Crew,  # noqa: F811
    record_property: Any,
) -> None:
    """REL-11. A job of each second; the newest beat is killed again and again."""
    worker = crew.start_worker(concurrency=2)
    beats = [crew.start_beat() for _ in range(3)]
    wait_for(lambda: (crew.mail / "runs.txt").exists(), 60, "the first run")

    kills = 50 if DRILL else 1
    rows = ScheduledRun.objects.filter(job="test.note").order_by("period")

    def more(count: int) -> None:
        """A kill before the next periods were seen would tell nothing, however slow they are."""
        enough = rows.count() + count
        wait_for(lambda: rows.count() >= enough, 30, "the other beats go on")

    for _ in range(kills):
        more(2)
        crew.kill(beats.pop())
        beats.append(crew.start_beat())
    more(2)
    for beat in beats:
        crew.kill(beat)
    worker.send_signal(signal.SIGTERM)  # it finishes what it holds, and no ring comes after
    worker.wait(patience(60))

    runs = [line.split()[0] for line in (crew.mail / "runs.txt").read_text().splitlines()]
    periods = list(rows.values_list("period", flat=True))
    record_property("figure", f"{kills} kills, {len(periods)} periods, {len(runs)} runs")
    assert len(runs) == len(periods), "each period ran once"
    assert set(rows.values_list("attempts", flat=True)) == {1}
    # Whether each of its seconds was met is the machine's pace, which only the drill judges.
    gaps = [later - earlier for earlier, later in zip(periods, periods[1:], strict=False)]
    assert max(gaps) <= timedelta(seconds=5) or not DRILL
