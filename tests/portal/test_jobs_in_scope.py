"""Jobs and messages reach patients' tables inside a scope only (ACC-2, ACC-8).

Demo and tests log in as the owner, whom no wall stops outside a scope; production's worker would be
stopped. So every statement that a job and a message send is looked at here.
"""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils.module_loading import import_string

from portal.audit.scope import tenant
from portal.celery import JOBS
from portal.common import clock
from portal.notifications.delivery import deliver
from portal.notifications.models import OutgoingMessage
from referrals.models import Referral
from tests.rows import Rows, rows_fixture  # noqa: F401
from tests.test_access_matrix import Watch

pytestmark = pytest.mark.django_db

# Days on which something falls due for rows that were sent today.
DAYS = (0, 3, 8, 15, 22, 100, 200)


@pytest.mark.parametrize("name", sorted(JOBS))
def test_a_job_reaches_patients_tables_in_a_scope_only(rows: Rows, name: str) -> None:
    now = clock.now()
    watch = Watch()
    for days in DAYS:
        with (
            clock.at(now + timedelta(days=days)),
            transaction.atomic(),
            connection.execute_wrapper(watch),
        ):
            import_string(JOBS[name].action)()
    assert not watch.unscoped


def test_a_message_is_built_in_a_scope_only(rows: Rows) -> None:
    now = clock.now()
    watch = Watch()
    for days in DAYS:
        with clock.at(now + timedelta(days=days)):
            for name in ("referrals.clocks", "referrals.digests", "offers.reminders"):
                import_string(JOBS[name].action)()
    waiting = list(OutgoingMessage.objects.values_list("pk", "template"))
    assert len({template for _pk, template in waiting}) > 2

    with clock.at(now + timedelta(days=max(DAYS))), connection.execute_wrapper(watch):
        for pk, _template in waiting:
            deliver(pk)

    assert not watch.unscoped


def test_the_watch_sees_what_it_is_for(rows: Rows) -> None:
    watch = Watch()
    with connection.execute_wrapper(watch):
        with tenant(rows.world.gp.actor(), readonly=True):
            Referral.objects.count()
        assert not watch.unscoped
        Referral.objects.count()
    assert watch.unscoped == {"referrals_referral"}
