"""What every test may count on. The servers come from `portal.embedded.pytest_plugin`."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import expect
from pytest_django import DjangoDbBlocker

from tests.assurance import Assurance, described
from tests.sizes import DRILL
from tests.waiting import patience

# The named cast: `world` and `client_for` (house-style.md, 8).
from tests.world import client_for_fixture, load_areas, world  # noqa: F401

# A busy machine is not a wrong result: the run's own time limit judges what is slow.
hypothesis_settings.register_profile(
    "samspil", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("samspil")
expect.set_options(timeout=patience(8) * 1000)


def pytest_configure(config: pytest.Config) -> None:
    if DRILL and not hasattr(config, "workerinput"):  # the workers of a run report to one process
        config.pluginmanager.register(Assurance(config.rootpath))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if DRILL and item.get_closest_marker("drill"):
        rules, words = described(item)
        item.user_properties += [("drill", words), ("rules", rules)]


@contextmanager
def one_process_at_a_time() -> Iterator[None]:
    """Roles belong to the whole cluster; parallel workers would make each of them twice."""
    descriptor = os.open(settings.BASE_DIR, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """Make the roles before a test database's first migration, and their grants after its last."""
    before: set[str] = set()
    after: set[str] = set()

    def bootstrap(using: str, seen: set[str]) -> None:
        name = str(connections[using].settings_dict["NAME"])
        if name not in seen:
            seen.add(name)
            with one_process_at_a_time():
                call_command("bootstrap_database", verbosity=0)

    def on_pre_migrate(using: str, **_kwargs: object) -> None:
        bootstrap(using, before)

    def on_post_migrate(using: str, **_kwargs: object) -> None:
        bootstrap(using, after)

    pre_migrate.connect(on_pre_migrate, weak=False, dispatch_uid="bootstrap_before")
    post_migrate.connect(on_post_migrate, weak=False, dispatch_uid="bootstrap_after")
    yield
    pre_migrate.disconnect(dispatch_uid="bootstrap_before")
    post_migrate.disconnect(dispatch_uid="bootstrap_after")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Municipalities, regions and postal codes are there once for the whole run: they never change,
    and loading them takes a third of a second. A test that empties the tables leaves it to the next
    `world` to bring them back."""
    with django_db_blocker.unblock():
        load_areas()
