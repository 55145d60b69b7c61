"""An amendment tried out: the agreement as it would stand. Written, read and rolled back."""

from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, transaction

from partnerships.facts import write
from partnerships.guards import facts_for_review, legal_review_reasons, missing_for_review
from partnerships.guards.looked_at import amendment_must_be_seen
from partnerships.models import Agreement, Amendment, Review, SectionKey
from partnerships.services.mover import sentence_of


class _Enough(Exception):  # noqa: N818 - ends the trial, and is no error
    pass


@dataclass(frozen=True, slots=True)
class Trial:
    """`broken`: sentences, the mandatory rules that the agreement keeps today and would not keep.
    `reasons`: why a lawyer must look at it. `seen`: what a look at it would be about."""

    broken: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    seen: dict[str, Any] = field(default_factory=dict)

    def unseen(self, agreement: Agreement, row: Amendment) -> dict[Review.Kind, str]:
        """Who must still look at it, and why."""
        if not self.seen:
            return {}
        return amendment_must_be_seen(agreement, row, self.seen, self.reasons)


def last_trial(row: Amendment) -> Trial:
    """As it stood when the amendment was last written; a page only reads, and tries nothing out."""
    return Trial(**row.outcome)


def try_out(agreement: Agreement, row: Amendment) -> Trial:
    """What it lacked before is not the amendment's doing. Who comes and goes is looked at by
    `hindrances`."""
    lacked = _missing(Agreement.objects.get(pk=agreement.pk))
    lacks: list[str] = []
    reasons: list[str] = []
    seen: dict[str, Any] = {}
    try:
        with transaction.atomic():
            trial = Agreement.objects.get(pk=agreement.pk)
            for key, facts in row.after.items():
                if key != SectionKey.PARTIES:
                    write(trial, key, facts)
            trial = Agreement.objects.get(pk=agreement.pk)
            lacks = _missing(trial)
            reasons, seen = legal_review_reasons(trial), facts_for_review(trial)
            raise _Enough
    except _Enough:
        pass
    except DatabaseError as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        return Trial([sentence])
    return Trial(
        [sentence for sentence in lacks if sentence not in lacked],
        reasons,
        seen,
    )


def _missing(agreement: Agreement) -> list[str]:
    return [row.sentence for row in missing_for_review(agreement)]
