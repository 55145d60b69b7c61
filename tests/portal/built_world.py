"""The demo world for tests, built once a module and swept away after its last test."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction

from portal.audit.scope import tenant
from portal.common import clock
from portal.demo.models import DemoWorld
from portal.demo.world.building import build_world
from portal.demo.world.cast import BUILDER
from referrals.models import Referral
from tests.world import load_areas


@contextmanager
def built_at(moment: datetime) -> Iterator[DemoWorld]:
    try:
        with clock.at(moment):
            load_areas()
            yield build_world()
    finally:
        # As after a test that commits; the next `world` brings the areas back.
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
        sweep_trail()
        load_areas()
        cache.clear()


def sweep_trail() -> None:
    """Empty the trail, which a flush leaves alone: its owner may, with the guard lifted."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_append_only")
        cursor.execute("DELETE FROM audit_entry")
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_append_only")


def rows_of_everything() -> dict[str, int]:
    """Number of rows of each table."""
    found = {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
    }
    return found | {"behind the wall": len(referrals())}


def referrals(**wanted: Any) -> list[Referral]:
    with tenant(BUILDER, readonly=True):
        rows = Referral.objects.filter(**wanted).select_related("offer", "sender", "receiver")
        return list(rows.order_by("pk"))
