import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_smoke():
    with connection.cursor() as c:
        c.execute("select count(*) from pg_policies")
        assert c.fetchone()[0] > 30
