"""An amendment tried out: the agreement as it would stand. Written, read and rolled back."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from partnerships.facts import write
from partnerships.guards import facts_for_review, legal_review_reasons, missing_for_review
from partnerships.guards.reviews import amendment_must_be_seen
from partnerships.models import Agreement, Amendment, Review, SectionKey
from partnerships.services.mover import sentence_of

log = logging.getLogger("partnerships")


@dataclass(frozen=True, slots=True)
class Trial:
    """`broken`: sentences, the mandatory rules that the agreement keeps today and would not keep.
    `reasons`: why a lawyer must look at it. `seen`: what a look at it would be about."""

    broken: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    seen: dict[str, Any] = field(default_factory=dict)

    def unseen(self, agreement: Agreement, row: Amendment) -> dict[Review.Kind, str]:
        """Who must still look at it, and why."""
        if not self.seen:  # nothing is written yet
            return {}
        return amendment_must_be_seen(agreement, row, self.seen, self.reasons)


def last_trial(row: Amendment) -> Trial:
    """As it stood when the amendment was last written; a page only reads, and tries nothing out."""
    return Trial(**row.outcome)


def try_out(agreement: Agreement, row: Amendment) -> Trial:
    """What it lacked before is not the amendment's doing. Who comes and goes is looked at by
    `hindrances`."""
    lacked = _missing(Agreement.objects.get(pk=agreement.pk))
    with transaction.atomic():
        broken = [*_write(agreement, row)]
        trial = Agreement.objects.get(pk=agreement.pk)
        broken += [sentence for sentence in _missing(trial) if sentence not in lacked]
        found = Trial(broken, legal_review_reasons(trial), facts_for_review(trial))
        transaction.set_rollback(True)
    return found


def _write(agreement: Agreement, row: Amendment) -> Iterator[str]:
    """Section by section, so that what one of them cannot say hides nothing of the others. Gives a
    sentence for each that the database refuses."""
    for key, facts in row.after.items():
        if key == SectionKey.PARTIES:
            continue
        try:
            with transaction.atomic():
                write(Agreement.objects.get(pk=agreement.pk), key, facts)
        except DatabaseError as error:
            if "one_active_frame_agreement_per_pair" in str(error):
                yield sentence_of(error) or ""
                continue
            if "agreement_guard" not in str(error):
                log.exception("a section of amendment %s cannot be written", row.pk)
            yield (
                _("»%(section)s« kan ikke stå i aftalen, som det er skrevet. Ret afsnittet.")
                % {"section": SectionKey(key).label}
            )


def _missing(agreement: Agreement) -> list[str]:
    return [row.sentence for row in missing_for_review(agreement)]
