"""The private servers: every trap named in architecture.md, "Embedded servers"."""

import os

import psycopg
import pytest
from django.db import connection


def test_the_run_has_its_own_cluster_behind_a_socket() -> None:
    assert "host=%2F" in os.environ["DATABASE_URL"] or "host=/" in os.environ["DATABASE_URL"]
    assert os.environ["BROKER_URL"].startswith("redis+socket:///")
    assert os.environ["CELERY_QUEUE"].startswith("test-")


def test_tests_log_in_as_an_owner_that_is_no_superuser() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as db:
        row = db.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()

    assert row == ("portal_owner", False, False, True)


@pytest.mark.django_db
@pytest.mark.parametrize("extension", ["pg_trgm", "btree_gist", "unaccent"])
def test_the_owner_may_create_the_extensions(extension: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = %s", [extension])
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_trigrams_see_danish_letters() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("SELECT show_trgm('æ')")
        assert cursor.fetchone()[0]
