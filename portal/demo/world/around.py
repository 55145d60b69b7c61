"""What a year leaves besides referrals: closing periods, told-about counts, concerns, searches."""

import random
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from offers.search.counting import count_search
from offers.search.finding import Results, find
from organisations.models import ClosingPeriod, Role
from organisations.services import announce_closing
from portal.access.actor import ANONYMOUS
from portal.audit.scope import tenant
from portal.common import clock
from portal.demo.world.lives import Stage, working_days_ago
from portal.demo.world.words import CONCERNS, SEARCHES
from portal.geography.places import resolve_place
from referrals import services

_CLOSING: Final = (
    "social-sundhed", "hjerte-nordsjaelland", "gigt-silkeborg", "aeldre-lolland", "marfan",
    "sind-viborg", "scl-kolding", "alz-fyn", "diabetes-vejle", "rk-herlev", "fc-greve",
    "bp-aarhus", "aeldre-skive", "lungeforeningen",
)  # fmt: skip
_SIGNPOSTS: Final = 240
_SEARCHES: Final = 900
# Also from where there is little near by, so that some look in vain.
_SEARCHED_FROM: Final = (
    "Aarhus", "Herning", "Randers", "Lolland", "Læsø", "Bornholm", "Tønder", "København", "Odense",
)  # fmt: skip
# Offers with something to look into, and how far that has come.
_TROUBLED: Final = (
    ("kraeftraadgivning-herning", "new"),
    ("gigt-vand-silkeborg", "closed"),
    ("hjertemotion-randers", "taken"),
    ("kraeftraadgivning-aarhus", "closed"),
)


@transaction.atomic
def announce_closings(stage: Stage, now: datetime) -> int:
    """Summer and Christmas, said a month ahead; the coming Christmas where it is near."""
    today = clock.local(now).date()
    made = 0
    for year in (today.year - 1, today.year):
        for first, last in (
            (date(year, 7, 6), date(year, 7, 31)),
            (date(year, 12, 21), date(year + 1, 1, 3)),
        ):
            told = first - timedelta(days=30)
            if not today - timedelta(days=395) < told <= today:
                continue
            moment = datetime(told.year, told.month, told.day, 10, tzinfo=clock.COPENHAGEN)
            with clock.at(min(moment, now)):
                for slug in _CLOSING:
                    organisation = stage.organisations[slug]
                    if not ClosingPeriod.objects.filter(
                        organisation=organisation, first_day=first
                    ).exists():
                        announce_closing(
                            first_day=first,
                            last_day=last,
                            actor=stage.cast.get(slug, Role.MANAGER),
                        )
                        made += 1
    return made


@transaction.atomic
def count_signposts(stage: Stage, now: datetime) -> int:
    """Clinicians who told about an offer and left it at that."""
    draw = random.Random("anvisninger")  # noqa: S311
    senders = sorted(row.slug for row in stage.organisations.values() if row.kind == "practice")
    offers = [row for _slug, row in sorted(stage.offers.items()) if row.status == "published"]
    for _ in range(_SIGNPOSTS):
        back = int(draw.triangular(0, 250, 10))
        with clock.at(working_days_ago(now, back, draw.randint(8, 15))):
            sender = draw.choice(senders)
            actor = stage.cast.get(sender, Role.CLINICIAN)
            municipality = stage.organisations[sender].municipality
            assert municipality is not None  # noqa: S101 - every practice has one
            with tenant(actor):
                services.count_signpost(
                    actor=actor, offer=draw.choice(offers), municipality=municipality
                )
    return _SIGNPOSTS


@transaction.atomic
def report_concerns(stage: Stage, now: datetime) -> int:
    coordinator = stage.cast.get("region-midtjylland", Role.COORDINATOR)
    for place, ((slug, state), (text, conclusion)) in enumerate(
        zip(_TROUBLED, CONCERNS, strict=True)
    ):
        began = working_days_ago(now, 1 + place * 7, 9 + place)
        with clock.at(began), tenant(ANONYMOUS):
            concern = services.report_concern(actor=ANONYMOUS, offer=stage.offers[slug], text=text)
        if state == "new":
            continue
        with clock.at(began + timedelta(hours=3)), tenant(coordinator):
            services.take_concern(actor=coordinator, concern_id=concern.pk)
        if state == "closed":
            with clock.at(working_days_ago(now, place * 3, 13)), tenant(coordinator):
                services.close_concern(
                    actor=coordinator,
                    concern_id=concern.pk,
                    conclusion=conclusion or "Vi har talt med foreningen, og det er løst.",
                )
    return len(_TROUBLED)


@transaction.atomic
def count_searches(now: datetime) -> int:
    """A year of searches, in words that our own vocabulary knows; some find nothing."""
    draw = random.Random("søgninger")  # noqa: S311
    words = [word for word, _weight in SEARCHES]
    weights = [weight for _word, weight in SEARCHES]
    places = {name: resolve_place(name) for name in _SEARCHED_FROM}
    found: dict[tuple[str, str], Results] = {}
    for _ in range(_SEARCHES):
        said = draw.choices(words, weights)[0], draw.choice(_SEARCHED_FROM)
        if said not in found:
            found[said] = find(said[0], place=places[said[1]])
        with clock.at(now - timedelta(days=int(draw.triangular(0, 360, 10)))):
            count_search(found[said])
    return _SEARCHES
