"""Everything that the contract asks for before an agreement may be looked at, and signed."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from partnerships.facts.shape import side_of_question
from partnerships.guards.missing import Missing
from partnerships.models import (
    Agreement,
    BudgetLine,
    FrameAnswer,
    Question,
    SectionKey,
    Side,
)

K = SectionKey
# Answered yes with a reason, or there is no agreement: that the money is not support of an
# association, and the volunteer guard (F148).
GUARD_QUESTIONS = (
    Question.FINANCE_NOT_SUPPORT,
    Question.NO_REPLACEMENT,
    Question.NOT_SAVING_ONLY,
    Question.SUPPORT_NAMED,
)


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
