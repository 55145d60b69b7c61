"""The 207 offers, as their associations put them up over the past year."""

import random
from collections.abc import Sequence
from typing import Final

from django.db import transaction

from offers.models import Offer
from offers.notifications import queue_reminder
from offers.search.indexing import rebuild_index
from offers.services import import_offers
from offers.services.reminders import remind_of_reviews, stage_on
from portal.common import clock
from portal.demo.world.cast import BUILDER
from portal.demo.world.hands import share
from portal.demo.world.sources import Record, records

NAVIGATING: Final = frozenset({"social-sundhed"})
# Their people come to say by mail that the offer still stands (personas.jsonl), so it is due now.
ASKED: Final = ("hjertemotion-randers", "marfan-net")
_CONFIRMED_DAYS_AGO: Final = {"hjertemotion-randers": 176}
_OLDEST, _NEWEST = 400, 370


def fill(hands: int) -> int:
    """Import what is missing, a template before its copies; returns the number of offers."""
    known = records("offers.jsonl")
    families: dict[str, list[Record]] = {}
    for row in sorted(known, key=lambda row: row["template"] is not None):
        families.setdefault(row["template"] or row["id"], []).append(row)
    share(list(families.values()), _import, hands=hands)
    return len(known)


def _import(families: Sequence[list[Record]]) -> None:
    rows = [_prepared(row) for family in families for row in family]
    import_offers(actor=BUILDER, records=rows)


def _prepared(row: Record) -> Record:
    """What the file leaves to the loader: when it was first put up, and who takes bridging."""
    chosen = random.Random(f"tilbud:{row['id']}")  # noqa: S311
    return {
        **row,
        "created_days_ago": chosen.randint(_NEWEST, _OLDEST),
        "takes_navigator_referrals": row["organisation"] in NAVIGATING,
        "verified_days_ago": _CONFIRMED_DAYS_AGO.get(row["id"], row["verified_days_ago"]),
    }


def sharpen_search() -> int:
    """With the dictionary, as the nightly job would: compound words are found by their parts."""
    return rebuild_index()


@transaction.atomic
def ask_personas() -> int:
    """The mails with "still correct?" that the personas come for."""
    asked = 0
    for offer in Offer.objects.filter(slug__in=ASKED).order_by("slug"):
        if offer.review_due_at is None:
            continue
        due = clock.local(offer.review_due_at).date()
        stage = stage_on(clock.today(), due)
        asked += stage is not None and queue_reminder(offer=offer, stage=stage, due=due)
    return asked


def pass_over_other_reminders() -> int:
    """Called muted: everybody else who was due has been asked already."""
    return remind_of_reviews()


def offers_by_slug() -> dict[str, Offer]:
    return {
        row.slug: row
        for row in Offer.objects.select_related(
            "organisation", "organisation__municipality", "capacity", "template"
        )
    }
