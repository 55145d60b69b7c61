"""An amendment tried out: what the agreement would lack with it. Written, read and rolled back."""

from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from partnerships.facts import write
from partnerships.guards import largest_year_ore, legal_review_reasons, missing_for_review
from partnerships.models import Agreement, Amendment, SectionKey
from partnerships.services.mover import sentence_of


class _Enough(Exception):  # noqa: N818 - ends the trial, and is no error
    pass


@dataclass(frozen=True, slots=True)
class _Standing:
    missing: tuple[str, ...]
    reasons: tuple[str, ...]
    money: int


def _standing(agreement: Agreement) -> _Standing:
    return _Standing(
        tuple(row.sentence for row in missing_for_review(agreement)),
        tuple(legal_review_reasons(agreement)),
        largest_year_ore(agreement),
    )


def broken_by(agreement: Agreement, row: Amendment) -> list[str]:
    """Sentences: the mandatory rules that the agreement keeps today and would not keep with the
    amendment, and what a lawyer would have to look at anew. What it lacked before is not the
    amendment's doing. Who comes and goes is looked at by `hindrances`.
    """
    before = _standing(Agreement.objects.get(pk=agreement.pk))
    after = before
    try:
        with transaction.atomic():
            trial = Agreement.objects.get(pk=agreement.pk)
            for key, facts in row.after.items():
                if key != SectionKey.PARTIES:
                    write(trial, key, facts)
            after = _standing(Agreement.objects.get(pk=agreement.pk))
            raise _Enough
    except _Enough:
        pass
    except DatabaseError as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        return [sentence]
    found = [sentence for sentence in after.missing if sentence not in before.missing]
    reasons = [reason for reason in after.reasons if reason not in before.reasons]
    if after.money > max(before.money, settings.AGREEMENT_LEGAL_THRESHOLD_ORE) and not reasons:
        reasons.append(_("der er flere penge end dem, juristen har set"))
    if reasons:
        found.append(
            _(
                "En jurist skal se ændringen, fordi %(reasons)s. Det kan et tillæg ikke: "
                "forny aftalen, så bliver den gennemgået."
            )
            % {"reasons": ", ".join(reasons)}
        )
    return found
