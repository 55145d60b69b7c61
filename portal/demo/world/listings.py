"""The 207 offers, as their associations put them up over the past year."""

import random
from datetime import timedelta
from typing import Final

from django.db import transaction

from offers.models import Offer
from offers.search.indexing import rebuild_index
from offers.services import import_offers
from offers.services.reminders import remind_of_reviews
from portal.common import clock
from portal.demo.world.cast import BUILDER
from portal.demo.world.sources import Record, records

NAVIGATING: Final = frozenset({"social-sundhed"})
_OLDEST, _NEWEST = 400, 370


@transaction.atomic
def fill() -> int:
    """Import what is missing, templates before their copies; returns the number of offers."""
    known = records("offers.jsonl")
    known.sort(key=lambda row: row["template"] is not None)
    return len(import_offers(actor=BUILDER, records=[_prepared(row) for row in known]))


def _prepared(row: Record) -> Record:
    """What the file leaves to the loader: when it was first put up, and who takes bridging."""
    chosen = random.Random(f"tilbud:{row['id']}")  # noqa: S311
    return {
        **row,
        "created_days_ago": chosen.randint(_NEWEST, _OLDEST),
        "takes_navigator_referrals": row["organisation"] in NAVIGATING,
    }


def sharpen_search() -> int:
    """With the dictionary, as the nightly job would: compound words are found by their parts."""
    return rebuild_index()


def pass_over_old_reminders() -> int:
    """Called muted: what was due before today has been asked already."""
    with clock.at(clock.now() - timedelta(days=1)):
        return remind_of_reviews(actor=BUILDER)


def offers_by_slug() -> dict[str, Offer]:
    return {
        row.slug: row
        for row in Offer.objects.select_related(
            "organisation", "organisation__municipality", "capacity", "template"
        )
    }
