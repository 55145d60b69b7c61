"""What the register of agreements costs as it grows: one run, ratios to the smallest.

    .venv/bin/python bench/agreements_register.py [most]

Starts a private PostgreSQL of its own, fills it step by step, and asks the same questions at each
size: by somebody who sees everything, and by somebody who sees a hundred.
"""

import os
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
ROUNDS = 7
QUESTIONS = ("", "q=aftale", "svar=1", "mindst=30000", "sortering=titel", "side=4")


def measure(most: int) -> None:
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext, setup_test_environment

    from tests.factories.register import make_many
    from tests.world import build_world, client_for

    setup_test_environment()
    call_command("bootstrap_database", verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("bootstrap_database", verbosity=0)
    world = build_world()
    readers = {
        "sees all": (client_for(world.coordinator), (world.region, world.receiver)),
        "sees 100": (client_for(world.municipal_coordinator), (world.municipality, world.outsider)),
    }
    with transaction.atomic():
        make_many(100, world.municipality, world.outsider)
    base: dict[tuple[str, str], float] = {}
    there = 0
    for size in (size for size in (100, 1_000, most) if size <= most):
        with transaction.atomic():
            make_many(size - there, world.region, world.receiver)
        there = size
        print(f"--- {size:,} agreements")
        for reader, (client, _parties) in readers.items():
            for question in QUESTIONS:
                address = f"/aftaler/?{question}"
                client.get(address)
                seconds = []
                for _round in range(ROUNDS):
                    began = time.perf_counter()
                    assert client.get(address).status_code == 200
                    seconds.append(time.perf_counter() - began)
                with CaptureQueriesContext(connection) as captured:
                    client.get(address)
                middle = statistics.median(seconds)
                first = base.setdefault((reader, question), middle)
                print(
                    f"{reader}  {question or '(no filter)':<18} {len(captured):>3} statements"
                    f"  {middle * 1000:>7.1f} ms  x{middle / first:.2f}"
                )


if __name__ == "__main__":
    with ExitStack() as stack:
        from portal.embedded.pytest_plugin import start_servers

        os.environ.pop("DATABASE_URL", None)
        start_servers(stack)
        os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.test"
        import django

        django.setup()
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
