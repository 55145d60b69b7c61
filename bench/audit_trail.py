"""How fast the trail is sealed and verified (AUD-4: at least 20,000 rows/s).

    .venv/bin/python bench/audit_trail.py [rows]

Starts a private PostgreSQL of its own, writes that many entries, seals and verifies them.
"""

import os
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def measure(rows: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    from portal.audit import sealing
    from portal.common import clock

    call_command("bootstrap_database", verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("bootstrap_database", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO audit_entry (at, request_id, actor_kind, actor_user_id, actor_role,
                                        action, subject_type, subject_ids, labels)
               SELECT '2026-11-01'::timestamptz + n * interval '1 second', md5(n::text), 'user',
                      n %% 900, 'clinician', 'referral.view', 'referrals.referral',
                      jsonb_build_array(md5(n::text)), '{"new": "sent"}'
               FROM generate_series(1, %s) AS n""",
            [rows],
        )
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    began = time.perf_counter()
    sealed = 0
    while sealed < rows:
        moment += timedelta(seconds=61)
        with clock.at(moment):
            seal = sealing.seal_closed_range()
        sealed += seal.rows if seal else 0
    seconds = time.perf_counter() - began
    print(f"sealed   {rows / seconds:>10,.0f} rows/s")
    began = time.perf_counter()
    assert sealing.verify() == []
    seconds = time.perf_counter() - began
    print(f"verified {rows / seconds:>10,.0f} rows/s")


if __name__ == "__main__":
    with ExitStack() as stack:
        from portal.embedded.pytest_plugin import start_servers

        os.environ.pop("DATABASE_URL", None)
        start_servers(stack)
        os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.test"
        os.environ["SEAL_FILE"] = str(
            Path(os.environ["BROKER_URL"].split("//")[1]).parent / "seals"
        )
        import django

        django.setup()
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
