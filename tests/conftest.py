"""What every test may count on. The servers come from `portal.embedded.pytest_plugin`."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command, get_commands
from django.db import connections
from django.db.models.signals import pre_migrate


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """Make the roles and their grants in each test database before its first migration."""
    done: set[str] = set()

    def bootstrap(using: str, **_kwargs: object) -> None:
        name = str(connections[using].settings_dict["NAME"])
        if name not in done and "bootstrap_database" in get_commands():
            done.add(name)
            call_command("bootstrap_database", verbosity=0)

    pre_migrate.connect(bootstrap, weak=False, dispatch_uid="bootstrap_database")
    yield
    pre_migrate.disconnect(dispatch_uid="bootstrap_database")
