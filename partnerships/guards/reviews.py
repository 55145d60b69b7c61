"""Who must look at an agreement, or at its amendment, and whether they saw what stands now."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from partnerships.guards.missing import Missing
from partnerships.models import (
    Agreement,
    AgreementState,
    Amendment,
    BudgetAmount,
    BudgetLine,
    Review,
    SectionKey,
)
from partnerships.workflow import AMENDABLE
from portal.common.templatetags.look import kroner

K = SectionKey


def largest_year_ore(agreement: Agreement) -> int:
    """The money of the most expensive year, whoever pays, without in-kind and hours."""
    years = (
        BudgetAmount.objects.filter(line__agreement=agreement, line__kind=BudgetLine.Kind.MONEY)
        .values("year")
        .annotate(total=Sum("amount"))
        .order_by("-total")
        .values_list("total", flat=True)
    )
    return years[0] if years else 0


def legal_review_reasons(agreement: Agreement) -> list[str]:
    """Why a lawyer must look; empty when nobody must."""
    reasons = []
    if largest_year_ore(agreement) > threshold_of(agreement):
        reasons.append(_("beløbet i et år er over grænsen"))
    if agreement.shares_personal_data:
        reasons.append(_("der deles personoplysninger"))
    if agreement.involves_minors:
        reasons.append(_("der arbejdes med børn og unge"))
    if agreement.home_visits:
        reasons.append(_("nogen kommer i borgeres hjem"))
    return reasons


def required_reviews(agreement: Agreement) -> list[Review.Kind]:
    """The professional review always, the others when the contract says so."""
    kinds = [Review.Kind.PROFESSIONAL]
    if legal_review_reasons(agreement):
        kinds.append(Review.Kind.LEGAL)
    if agreement.shares_personal_data:
        kinds.append(Review.Kind.DATA_PROTECTION)
    return kinds


def newest_round(agreement: Agreement) -> int:
    """Of the agreement and of its amendments, which count on from it; 0 while nobody was asked."""
    newest: int | None = (
        agreement.reviews.order_by("-round").values_list("round", flat=True).first()
    )
    return newest or 0


def missing_for_negotiation(agreement: Agreement) -> list[Missing]:
    """internal_review→negotiation: every reviewer has decided, and said yes."""
    reviews = list(agreement.reviews.filter(round=newest_round(agreement)))
    waiting = [row for row in reviews if row.decision != Review.Decision.APPROVED]
    missing = [
        Missing(
            K.FRAME,
            _("Venter på gennemgang: %(kind)s, %(organisation)s.")
            % {"kind": row.get_kind_display(), "organisation": row.organisation.name},
        )
        for row in waiting
    ]
    asked = {row.kind for row in reviews}
    missing += [
        Missing(K.FRAME, _("Gennemgangen mangler: %(kind)s.") % {"kind": kind.label})
        for kind in required_reviews(agreement)
        if kind not in asked
    ]
    return missing


def facts_for_review(agreement: Agreement) -> dict[str, Any]:
    """What makes the legal and the data protection review mandatory, and what the latter is about,
    as it stands now. A decision keeps it; `agreement_review_saw_less` reads it."""
    money = BudgetAmount.objects.filter(
        line__agreement=agreement, line__kind=BudgetLine.Kind.MONEY
    ).aggregate(total=Sum("amount"))
    return {
        "year_ore": largest_year_ore(agreement),
        "total_ore": money["total"] or 0,
        "shares_personal_data": bool(agreement.shares_personal_data),
        "involves_minors": bool(agreement.involves_minors),
        "home_visits": bool(agreement.home_visits),
        "data_protection": agreement.data_protection,
    }


def outdated_reviews(agreement: Agreement) -> list[Missing]:
    """A yes counts for what was seen: who must look and has seen less than now stands, looks anew.

    The professional review is of the work itself and not tied to these facts.
    """
    now = agreement.reviews.filter(round=newest_round(agreement), decision=Review.Decision.APPROVED)
    approved = {Review.Kind(row.kind): row.seen or {} for row in now}
    return _saw_less(approved, facts_for_review(agreement), threshold_of(agreement))


def _saw_less(
    seen: Mapping[Review.Kind, Mapping[str, Any]], now: Mapping[str, Any], threshold: int
) -> list[Missing]:
    missing: list[Missing] = []
    if Review.Kind.LEGAL in seen:
        missing += _unseen_by_lawyer(seen[Review.Kind.LEGAL], now, threshold)
    if Review.Kind.DATA_PROTECTION in seen and now["shares_personal_data"]:
        known = seen[Review.Kind.DATA_PROTECTION]
        if not known.get("shares_personal_data"):
            sentence = _(
                "Databeskyttelsesrådgiveren har set aftalen uden delte personoplysninger. "
                "Bed om en ny bedømmelse."
            )
            missing.append(Missing(K.FRAME, sentence))
        elif known.get("data_protection") != now["data_protection"]:
            sentence = _(
                "Databeskyttelsesrådgiveren har set en anden afklaring af databeskyttelsen. "
                "Bed om en ny bedømmelse."
            )
            missing.append(Missing(K.FRAME, sentence))
    return missing


def threshold_of(agreement: Agreement) -> int:
    """As it was when the agreement went to review: what the trigger goes by."""
    own: int | None = agreement.legal_threshold_ore
    return settings.AGREEMENT_LEGAL_THRESHOLD_ORE if own is None else own


def _unseen_by_lawyer(
    seen: Mapping[str, Any], now: Mapping[str, Any], threshold: int
) -> Iterator[Missing]:
    total, year = seen.get("total_ore", 0), seen.get("year_ore", 0)
    if now["year_ore"] > threshold and now["total_ore"] > total:
        sentence = _("Juristen har set aftalen med %(money)s i alt. Bed om en ny bedømmelse.")
        yield Missing(K.BUDGET, sentence % {"money": kroner(total)})
    elif now["year_ore"] > threshold and now["year_ore"] > year:
        sentence = _(
            "Juristen har set aftalen med højst %(money)s på et år. Bed om en ny bedømmelse."
        )
        yield Missing(K.BUDGET, sentence % {"money": kroner(year)})
    for name, sentence in (
        (
            "shares_personal_data",
            _("Juristen har set aftalen uden delte personoplysninger. Bed om en ny bedømmelse."),
        ),
        (
            "involves_minors",
            _("Juristen har set aftalen uden børn og unge. Bed om en ny bedømmelse."),
        ),
        (
            "home_visits",
            _("Juristen har set aftalen uden besøg i hjemmet. Bed om en ny bedømmelse."),
        ),
    ):
        if now[name] and not seen.get(name):
            yield Missing(K.FRAME, sentence)


def waits_for_review(review: Review) -> bool:
    """Whether a yes or a no to it would still count for something: it is of the newest round, and
    what it is about has not gone on."""
    later = review.agreement.reviews.filter(amendment=review.amendment_id, round__gt=review.round)
    if later.exists():
        return False
    status = review.agreement.status
    if review.amendment is not None:
        return review.amendment.state == Amendment.State.DRAFT and status in AMENDABLE
    return status in (AgreementState.INTERNAL_REVIEW, AgreementState.NEGOTIATION)


def as_read(agreement: Agreement, amendment: Amendment | None) -> str:
    """Names what there is to read now, so that a yes is not taken for what was written while the
    reviewer read."""
    if amendment is None:
        versions = dict(agreement.sections.values_list("key", "version"))
        parties = sorted(str(row.pk) for row in agreement.parties.all() if row.left_on is None)
    else:
        versions = {key: one["number"] for key, one in amendment.versions.items()}
        changes = amendment.party_changes.values_list("party_id", "way")
        parties = sorted(f"{party} {way}" for party, way in changes)
    text = json.dumps([sorted(versions.items()), parties])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


# --- amendments ---------------------------------------------------------------------------------
def newest_reviews(amendment: Amendment) -> list[Review]:
    """The newest round of looks at an amendment; empty while nobody was asked."""
    rows = list(amendment.reviews.select_related("organisation"))
    newest = max((row.round for row in rows), default=0)
    return [row for row in rows if row.round == newest]


def amendment_must_be_seen(
    agreement: Agreement, amendment: Amendment, then: Mapping[str, Any], reasons: Sequence[str]
) -> dict[Review.Kind, str]:
    """Who must look at the amendment and has not said yes to it: kind → a sentence that says why.
    `then` is what a look is about with the amendment written in, `reasons` why a lawyer looks.

    A yes to the agreement, or to an amendment that holds, counts for as much as was seen.
    """
    known = _seen_before(agreement, amendment)
    found: dict[Review.Kind, str] = {}
    if reasons and Review.Kind.LEGAL not in known:
        found[Review.Kind.LEGAL] = _("En jurist skal se tillægget, fordi %(reasons)s.") % {
            "reasons": ", ".join(reasons)
        }
    if then["shares_personal_data"] and Review.Kind.DATA_PROTECTION not in known:
        found[Review.Kind.DATA_PROTECTION] = _(
            "En databeskyttelsesrådgiver skal se tillægget, fordi der deles personoplysninger."
        )
    for kind, seen in known.items():
        rows = _saw_less({kind: seen}, then, threshold_of(agreement))
        if rows:
            found[kind] = rows[0].sentence
    return found


def _seen_before(
    agreement: Agreement, amendment: Amendment
) -> dict[Review.Kind, Mapping[str, Any]]:
    rows = agreement.reviews.filter(decision=Review.Decision.APPROVED).exclude(
        kind=Review.Kind.PROFESSIONAL
    )
    # Of the agreement itself the newest round: what was said in one that led nowhere is over.
    own = agreement.reviews.filter(amendment__isnull=True)
    signed_with = own.order_by("-round").values_list("round", flat=True).first() or 0
    counts = rows.filter(
        Q(amendment__isnull=True, round=signed_with)
        | Q(amendment__state=Amendment.State.IN_FORCE)
        | Q(pk__in=[row.pk for row in newest_reviews(amendment)])
    )
    return {Review.Kind(row.kind): row.seen or {} for row in counts.order_by("round")}


def reviews_not_given(reviews: Iterable[Review]) -> list[str]:
    """Sentences: who of the newest round at an amendment has not said yes."""
    return [
        _(
            "%(name)s har sendt tillægget tilbage: %(kind)s. Ret det. Så beder den offentlige "
            "parts koordinator om en ny gennemgang."
        )
        % {"name": row.reviewer_name, "kind": row.get_kind_display().lower()}
        if row.decision == Review.Decision.SENT_BACK
        else _("Venter på gennemgang: %(kind)s, %(organisation)s.")
        % {"kind": row.get_kind_display().lower(), "organisation": row.organisation.name}
        for row in reviews
        if row.decision != Review.Decision.APPROVED
    ]
