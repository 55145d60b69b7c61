"""Agreements as bare rows in any state, past the guards and many at once: for lists and plans.

Real life cannot reach all of these rows; tests of rules use `tests.factories.partnerships`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection

from organisations.models import Organisation
from partnerships.models import (
    Agreement,
    AgreementParty,
    AgreementSection,
    AgreementState,
    BudgetAmount,
    BudgetLine,
    FrameAnswer,
    Question,
    SectionKey,
)
from partnerships.models.agreement import BEFORE_SIGNATURE
from partnerships.services import side_of
from portal.common import clock
from tests.factories.organisations import OrganisationFactory

_GUARDED = (Agreement._meta.db_table, AgreementParty._meta.db_table)


@contextmanager
def past_the_guards(tables: Sequence[str] = _GUARDED) -> Iterator[None]:
    """The triggers of our own on `tables` stand still inside; checks and foreign keys hold."""
    with connection.cursor() as cursor:
        for word in ("DISABLE", "ENABLE"):
            # A table with checks still to be made cannot be altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} {word} TRIGGER USER")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            if word == "DISABLE":
                yield


def fields_for(place: int, state: str = AgreementState.ACTIVE, **fields: Any) -> dict[str, Any]:
    """What the table's own checks ask of a row in that state."""
    today = clock.today()
    signed = state not in (*BEFORE_SIGNATURE, AgreementState.CANCELLED)
    made: dict[str, Any] = {
        "number": f"T-{place:06d}",
        "title": f"Aftale {place}",
        "kind": "partnership",
        "status": state,
        "purpose": "Ingen skal gå alene hjem.",
        "legal_threshold_ore": 10_000_000,
        "starts_on": today - timedelta(days=200),
        "ends_on": today + timedelta(days=400),
        "signed_on": today - timedelta(days=210) if signed else None,
        "shares_personal_data": False,
        "involves_minors": False,
        "home_visits": False,
        "time_limited": False,
    }
    if state == AgreementState.CLOSED:
        made["final_evaluation"] = "Det gik godt."
    return {**made, **fields}


_numbers = iter(range(1, 10**6))


def make_agreement(
    *parties: Organisation,
    state: str = AgreementState.ACTIVE,
    answered: bool = True,
    kroner: int = 0,
    public: bool = False,
    **fields: Any,
) -> Agreement:
    """One agreement with its parties; `kroner` is this year's money, `public` everybody's yes."""
    with past_the_guards():
        agreement = Agreement.objects.create(**fields_for(next(_numbers), state, **fields))
        AgreementParty.objects.bulk_create(_parties(agreement, parties, public=public))
        AgreementSection.objects.bulk_create(
            AgreementSection(agreement=agreement, key=key) for key in SectionKey.values
        )
        if answered:
            FrameAnswer.objects.bulk_create(_answers(agreement))
        if kroner:
            line = BudgetLine.objects.create(agreement=agreement, text="Løn", kind="money")
            BudgetAmount.objects.create(line=line, year=clock.today().year, amount=kroner * 100)
    return agreement


def _parties(
    agreement: Agreement,
    parties: Sequence[Organisation],
    *,
    public: bool = False,
    words: str = "",
) -> list[AgreementParty]:
    return [
        AgreementParty(
            agreement=agreement,
            organisation=organisation,
            side=side_of(organisation),
            position=position,
            voice=words,
            gives=words,
            public_consent_at=clock.now() if public else None,
        )
        for position, organisation in enumerate(parties)
    ]


def _answers(agreement: Agreement) -> list[FrameAnswer]:
    return [
        FrameAnswer(agreement=agreement, question=question, answer="yes", reason="Ja.")
        for question in Question.values
    ]


# As long as people write; thin rows would make a whole table cheaper to read than it is.
_WORDS = "Ingen skal gå alene hjem efter en blodprop, og ingen skal mangle nogen at ringe til. "


def make_many(count: int, *parties: Organisation) -> list[Agreement]:
    """`count` active agreements, with answers and money, made in bulk: of these parties, or spread
    over sixty public bodies and three hundred associations. Statistics are up to date."""
    first = clock.today() + timedelta(days=30)
    pairs = [parties] if parties else _strangers()
    with past_the_guards():
        rows = [
            Agreement(
                **fields_for(
                    next(_numbers),
                    ends_on=first + timedelta(days=place % 900),
                    purpose=_WORDS * 8,
                    background=_WORDS * 8,
                )
            )
            for place in range(count)
        ]
        Agreement.objects.bulk_create(rows, batch_size=1000)
        AgreementParty.objects.bulk_create(
            [
                party
                for place, row in enumerate(rows)
                for party in _parties(row, pairs[place % len(pairs)], words=_WORDS * 4)
            ],
            batch_size=2000,
        )
        FrameAnswer.objects.bulk_create(
            [answer for row in rows for answer in _answers(row)], batch_size=5000
        )
        lines = [BudgetLine(agreement=row, text="Løn", kind="money") for row in rows]
        BudgetLine.objects.bulk_create(lines, batch_size=2000)
        BudgetAmount.objects.bulk_create(
            [BudgetAmount(line=line, year=2026, amount=4_000_000) for line in lines],
            batch_size=2000,
        )
    analyze()
    return rows


def _strangers() -> list[tuple[Organisation, ...]]:
    publics = OrganisationFactory.create_batch(60, kind="hospital")
    associations = OrganisationFactory.create_batch(300)
    return [(publics[place % 60], row) for place, row in enumerate(associations)]


def analyze() -> None:
    with connection.cursor() as cursor:
        for model in (
            Agreement,
            AgreementParty,
            FrameAnswer,
            BudgetLine,
            BudgetAmount,
            Organisation,
        ):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
