"""What is missing before a move: each as a sentence that says what to do, and in which section.

The page shows them as they are; the mover refuses with the same. What the database can see, its
triggers refuse too (`0002_agreement_guards`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.facts.owners import Owner
from partnerships.facts.shape import side_of_question
from partnerships.models import (
    Agreement,
    BudgetAmount,
    BudgetLine,
    FrameAnswer,
    Question,
    Review,
    SectionKey,
    Side,
)
from partnerships.reports.periods import days_not_told, newest_due
from portal.common import clock
from portal.common.templatetags.look import kroner, long_date

K = SectionKey
# Answered yes with a reason, or there is no agreement: that the money is not support of an
# association, and the volunteer guard (F148).
GUARD_QUESTIONS = (
    Question.FINANCE_NOT_SUPPORT,
    Question.NO_REPLACEMENT,
    Question.NOT_SAVING_ONLY,
    Question.SUPPORT_NAMED,
)


@dataclass(frozen=True, slots=True)
class Missing:
    """`owner` is who can write it: a side, a party's slug, or None for any party. `question`: the
    frame question that stands without an answer."""

    section: str
    sentence: str
    owner: Owner = None
    question: str = ""


def missing_for_review(agreement: Agreement) -> list[Missing]:
    """draft→internal_review: everything that the contract asks for, in the document's order."""
    return [
        *_purpose(agreement),
        *_parties(agreement),
        *_frame(agreement),
        *_goals(agreement),
        *_activities(agreement),
        *_volunteers(agreement),
        *_frame_agreement(agreement),
    ]


def _purpose(agreement: Agreement) -> Iterator[Missing]:
    if not agreement.purpose:
        yield Missing(K.PURPOSE, _("Skriv, hvad formålet er."))
    if not agreement.target_group:
        yield Missing(K.PURPOSE, _("Skriv, hvem målgruppen er."))
    if agreement.starts_on is None or agreement.ends_on is None:
        yield Missing(K.PURPOSE, _("Skriv, hvornår aftalen begynder og slutter."))
    if agreement.notice_months is None:
        yield Missing(K.PURPOSE, _("Skriv, hvor langt varslet for opsigelse er."))


def _parties(agreement: Agreement) -> Iterator[Missing]:
    parties = [row for row in agreement.parties.all() if row.left_on is None]
    for side, sentence in (
        (Side.PUBLIC, _("Aftalen mangler en offentlig part.")),
        (Side.ASSOCIATION, _("Aftalen mangler en forening.")),
    ):
        if not any(row.side == side for row in parties):
            yield Missing(K.PARTIES, sentence)
    for row in parties:
        if row.contact_id is None:
            yield Missing(
                K.PARTIES,
                _("%(organisation)s mangler en kontaktperson.")
                % {"organisation": row.organisation.name},
                row.organisation.slug,
            )


def _frame(agreement: Agreement) -> Iterator[Missing]:
    for name, sentence in (
        ("shares_personal_data", _("Svar på, om I deler personoplysninger.")),
        ("involves_minors", _("Svar på, om I arbejder med børn og unge.")),
        ("home_visits", _("Svar på, om nogen kommer i borgeres hjem.")),
        ("time_limited", _("Svar på, om pengene er tidsbegrænsede.")),
    ):
        if getattr(agreement, name) is None:
            yield Missing(K.FRAME, sentence, Side.PUBLIC)
    if agreement.time_limited and not agreement.after_end:
        yield Missing(K.FRAME, _("Skriv planen for dagen efter, når pengene hører op."))
    if agreement.shares_personal_data and not agreement.data_protection:
        yield Missing(K.FRAME, _("Skriv, hvordan databeskyttelsen er afklaret."), Side.PUBLIC)
    answers = {row.question: row for row in agreement.frame_answers.all()}
    unanswered = [
        question
        for question in Question
        if question not in answers or not answers[question].answer or not answers[question].reason
    ]
    for question in unanswered:
        yield Missing(
            K.FRAME,
            _("Svar med en begrundelse: %(question)s") % {"question": question.label},
            side_of_question(question),
            question,
        )
    for question in GUARD_QUESTIONS:
        if question not in unanswered and bars_the_way(agreement, answers[question]):
            yield Missing(K.FRAME, _GUARD_SENTENCES[question](), side_of_question(question))


def bars_the_way(agreement: Agreement, row: FrameAnswer) -> bool:
    """Whether this answer, given with a reason, is one that no agreement can have."""
    if row.question not in GUARD_QUESTIONS or row.answer == FrameAnswer.Answer.YES:
        return False
    # What is paid for is no question where nobody pays anything.
    beside_the_point = (
        row.question == Question.FINANCE_NOT_SUPPORT
        and row.answer == FrameAnswer.Answer.NOT_RELEVANT
    )
    return not (beside_the_point and not _has_money(agreement))


def _has_money(agreement: Agreement) -> bool:
    return (
        BudgetLine.objects.filter(agreement=agreement, kind=BudgetLine.Kind.MONEY)
        .filter(Q(amounts__amount__gt=0) | Q(lasting_ore__gt=0))
        .exists()
    )


_GUARD_SENTENCES = {
    Question.FINANCE_NOT_SUPPORT: lambda: _(
        "Det offentlige må betale for et samarbejde, men ikke støtte foreningens drift. "
        "Lav økonomien om, så I kan svare ja."
    ),
    Question.NO_REPLACEMENT: lambda: _(
        "Frivillige må ikke erstatte ansatte. Lav opgaverne om, så I kan svare ja."
    ),
    Question.NOT_SAVING_ONLY: lambda: _(
        "At spare penge må ikke være den eneste grund. "
        "Skriv, hvad borgerne får ud af det, så I kan svare ja."
    ),
    Question.SUPPORT_NAMED: lambda: _(
        "Nævn, hvem der oplærer og støtter de frivillige, så I kan svare ja."
    ),
}


def _goals(agreement: Agreement) -> Iterator[Missing]:
    indicators = list(agreement.indicators.all())
    if not indicators:
        yield Missing(K.GOALS, _("Skriv mindst ét mål med en indikator."))
    elif not any(
        row.baseline is not None and row.target is not None and row.source for row in indicators
    ):
        yield Missing(
            K.GOALS, _("Mindst én indikator skal have et tal for før, et mål og en kilde.")
        )


def _activities(agreement: Agreement) -> Iterator[Missing]:
    activities = list(agreement.activities.all())
    if not activities:
        yield Missing(K.ACTIVITIES, _("Skriv mindst én aktivitet med en tidsramme."))
    for row in activities:
        if row.starts_on is None or row.ends_on is None:
            yield Missing(
                K.ACTIVITIES, _("Giv »%(activity)s« en tidsramme.") % {"activity": row.text}
            )
        elif (agreement.starts_on and row.starts_on < agreement.starts_on) or (
            agreement.ends_on and row.ends_on > agreement.ends_on
        ):
            yield Missing(
                K.ACTIVITIES,
                _("Aktiviteten »%(activity)s« ligger uden for aftalens periode. Ret datoerne.")
                % {"activity": row.text},
            )


def _volunteers(agreement: Agreement) -> Iterator[Missing]:
    if not agreement.volunteers_statement:
        yield Missing(
            K.VOLUNTEERS,
            _("Foreningen mangler at skrive om de frivilliges rolle."),
            Side.ASSOCIATION,
        )


def _frame_agreement(agreement: Agreement) -> Iterator[Missing]:
    """A child agreement lies within its frame agreement's dates and parties."""
    parent = agreement.parent
    if parent is None:
        return
    if parent.starts_on and agreement.starts_on and agreement.starts_on < parent.starts_on:
        yield Missing(K.PURPOSE, _("Aftalen begynder før sin rammeaftale."))
    if parent.ends_on and agreement.ends_on and agreement.ends_on > parent.ends_on:
        yield Missing(K.PURPOSE, _("Aftalen slutter efter sin rammeaftale."))
    allowed = set(
        parent.parties.filter(left_on__isnull=True).values_list("organisation_id", flat=True)
    )
    for row in agreement.parties.all():
        line = row.organisation
        chain = {line.pk}
        while line.parent is not None and line.parent.pk not in chain:
            line = line.parent
            chain.add(line.pk)
        if row.left_on is None and not chain & allowed:
            yield Missing(
                K.PARTIES,
                _("%(organisation)s er ikke med i rammeaftalen.")
                % {"organisation": row.organisation.name},
            )


# --- reviews ----------------------------------------------------------------------------------
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


# --- signing ----------------------------------------------------------------------------------
def unapproved_sections(agreement: Agreement) -> list[tuple[str, list[str]]]:
    """Sections that somebody has not said yes to as they stand: (key, names of those)."""
    parties = [row for row in agreement.parties.all() if row.left_on is None]
    found = []
    for section in agreement.sections.all():
        agreed = {row.party_id for row in section.approvals.all() if row.version == section.version}
        waits = [row.organisation.name for row in parties if row.pk not in agreed]
        if waits:
            found.append((section.key, waits))
    return found


def missing_for_signature(agreement: Agreement) -> list[Missing]:
    """negotiation→awaiting_signature: still complete, agreed by all, and with time to sign."""
    missing = [
        *missing_for_review(agreement),
        *missing_for_negotiation(agreement),
        *outdated_reviews(agreement),
    ]
    waiting = unapproved_sections(agreement)
    for key, names in waiting:
        missing.append(
            Missing(
                key,
                _("Afsnittet »%(section)s« mangler et ja fra %(names)s.")
                % {"section": SectionKey(key).label, "names": ", ".join(names)},
            )
        )
    if agreement.starts_on is not None and agreement.starts_on < clock.today():
        missing.append(
            Missing(
                K.PURPOSE,
                _(
                    "Begyndelsen ligger før i dag. "
                    "En aftale begynder tidligst, når alle har skrevet under."
                ),
            )
        )
    return missing


# --- closing ----------------------------------------------------------------------------------
def missing_for_close(agreement: Agreement) -> list[Missing]:
    """expired|terminated→closed: the final evaluation, and every status report, also the last one
    that nobody may have begun."""
    missing = []
    if not agreement.final_evaluation:
        missing.append(Missing(K.GOVERNANCE, _("Skriv den afsluttende evaluering.")))
    reports = list(agreement.status_reports.values_list("state", "period_from", "period_to"))
    due = newest_due(agreement, clock.today())
    left = due and days_not_told(due, [(first, last) for _state, first, last in reports])
    if left:
        missing.append(
            Missing(
                K.GOVERNANCE,
                _("Statusrapporten for %(first)s til %(last)s mangler.")
                % {"first": long_date(left[0]), "last": long_date(left[1])},
            )
        )
    unpublished = sum(state != "published" for state, _first, _last in reports)
    if unpublished:
        missing.append(
            Missing(
                K.GOVERNANCE,
                ngettext(
                    "En statusrapport er ikke underskrevet af alle.",
                    "%(count)s statusrapporter er ikke underskrevet af alle.",
                    unpublished,
                )
                % {"count": unpublished},
            )
        )
    return missing
