"""Who must look at an agreement, or at its amendment, and whether they saw what stands now."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from partnerships.guards.missing import Missing
from partnerships.models import Agreement, BudgetAmount, BudgetLine, Review, SectionKey
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
    if largest_year_ore(agreement) > settings.AGREEMENT_LEGAL_THRESHOLD_ORE:
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


def missing_for_negotiation(agreement: Agreement) -> list[Missing]:
    """internal_review→negotiation: every reviewer has decided, and said yes."""
    newest = agreement.reviews.order_by("-round").values_list("round", flat=True).first()
    reviews = list(agreement.reviews.filter(round=newest or 0))
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
    as it stands now. A decision keeps it; the trigger `agreement_review_outdated` reads it."""
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
    newest = agreement.reviews.order_by("-round").values_list("round", flat=True).first()
    approved = {
        row.kind: row.seen or {}
        for row in agreement.reviews.filter(round=newest or 0, decision=Review.Decision.APPROVED)
    }
    now = facts_for_review(agreement)
    missing: list[Missing] = []
    if Review.Kind.LEGAL in approved:
        missing += _unseen_by_lawyer(approved[Review.Kind.LEGAL], now, _threshold_of(agreement))
    if Review.Kind.DATA_PROTECTION in approved and agreement.shares_personal_data:
        seen = approved[Review.Kind.DATA_PROTECTION]
        if not seen.get("shares_personal_data"):
            sentence = _(
                "Databeskyttelsesrådgiveren har set aftalen uden delte personoplysninger. "
                "Bed om en ny bedømmelse."
            )
            missing.append(Missing(K.FRAME, sentence))
        elif seen.get("data_protection") != now["data_protection"]:
            sentence = _(
                "Databeskyttelsesrådgiveren har set en anden afklaring af databeskyttelsen. "
                "Bed om en ny bedømmelse."
            )
            missing.append(Missing(K.FRAME, sentence))
    return missing


def _threshold_of(agreement: Agreement) -> int:
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
