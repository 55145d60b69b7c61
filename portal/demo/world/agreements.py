"""The 25 partnership agreements, with dates counted from the first start."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from offers.models import Offer
from organisations.models import Organisation
from partnerships.services import ImportedAgreement, Party, import_agreement
from portal.common import clock
from portal.demo.world.cast import BUILDER
from portal.demo.world.sources import Record, records


@transaction.atomic
def fill() -> int:
    organisations = {row.slug: row for row in Organisation.objects.all()}
    offers = {row.slug: row for row in Offer.objects.all()}
    rows = records("collaborations.jsonl")
    for row in rows:
        import_agreement(actor=BUILDER, agreement=_read(row, organisations, offers))
    return len(rows)


def _read(
    row: Record, organisations: dict[str, Organisation], offers: dict[str, Offer]
) -> ImportedAgreement:
    return ImportedAgreement(
        slug=row["id"],
        title=row["title"],
        status=row["status"],
        purpose=row["purpose"] or "",
        target_group=row["target_group"] or "",
        target_groups=row["target_groups"] or [],
        starts_on=_day(row["start_in_days"]),
        ends_on=_day(row["end_in_days"]),
        notice_months=row["notice_months"],
        volunteers_statement=row["volunteers_statement"] or "",
        frame_answers=row["frame_answers"] or {},
        parties=[
            Party(
                organisation=organisations[party["organisation"]],
                side=party["side"],
                voice=row[f"voice_{party['side']}"] or "",
                signed_on=_ago(row.get(f"signed_{party['side']}_days_ago")),
            )
            for party in row["parties"]
        ],
        obligations=[
            (side, text)
            for side in ("public", "association")
            for text in row[f"obligations_{side}"] or []
        ],
        goals=[{name: text or "" for name, text in goal.items()} for goal in row["goals"] or []],
        budget=[_line(line, organisations) for line in row["budget"] or []],
        offers=[offers[slug] for slug in row["linked_offers"] or []],
    )


def _line(line: Record, organisations: dict[str, Organisation]) -> dict[str, Any]:
    amount = line.get("amount_dkk_per_year")
    return {
        "text": line["line"],
        "kind": line["kind"],
        "amount_ore": None if amount is None else amount * 100,
        "hours": line.get("hours_per_year"),
        "paid_by": organisations.get(line.get("paid_by") or ""),
    }


def _day(days: int | None) -> date | None:
    return None if days is None else clock.today() + timedelta(days=days)


def _ago(days: int | None) -> date | None:
    return _day(None if days is None else -days)
