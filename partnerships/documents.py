"""An agreement as its document: rows to the plain data that `portal.documents` sets."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from partnerships.amended_parties import (
    coming,
    going,
    joining_signatures,
    left_undone,
    signers_of,
    writers_of,
)
from partnerships.facts import SECTIONS, changes
from partnerships.models import (
    Agreement,
    AgreementParty,
    AgreementState,
    Amendment,
    BudgetLine,
    Clause,
    Document,
    Question,
    Signature,
)
from partnerships.models.frame import FrameAnswer
from portal.access.actor import Actor
from portal.accounts.models import User
from portal.common import clock
from portal.common.templatetags.look import long_date, number
from portal.documents import agreement_facts as paper
from portal.documents import paper as lettering
from portal.documents.agreement import render_agreement_pdf
from portal.documents.agreement_facts import AgreementDocument
from portal.documents.amendment import AmendmentDocument, MovedParty, render_amendment_pdf
from portal.documents.paper import Paper, Person, Shape, render_pdf
from portal.documents.paper import Signature as SignatureLine

_SHAPES = {
    AgreementState.ACTIVE: Shape.OK,
    AgreementState.SIGNED: Shape.OK,
}
_VOLUNTEERS = (
    Question.EXPENSES,
    Question.INSURANCE,
    Question.CONFIDENTIALITY,
    Question.CERTIFICATES,
)


def frozen_agreement(agreement: Agreement) -> bytes:
    """The text that the parties sign: no signatures on it yet, and no state."""
    return render_agreement_pdf(document_of(agreement, for_signature=True))


def amendment_text(agreement: Agreement, row: Amendment) -> bytes:
    """What the parties sign when they change an agreement."""
    return render_amendment_pdf(
        AmendmentDocument(
            agreement_number=agreement.number,
            agreement_title=agreement.title,
            number=row.number,
            kind=row.get_kind_display(),
            reason=row.reason,
            joining=tuple(_moved(one) for one in coming(row)),
            leaving=tuple(_moved(one, left_undone(row, one)) for one in going(row)),
            changes=tuple(_changes_of(row)),
            writers=tuple(
                (SECTIONS[key].label, words) for key in SECTIONS if (words := writers_of(row, key))
            ),
            effective_on=row.effective_on,
            signatures=tuple(
                SignatureLine(party=one.organisation.name) for one in signers_of(agreement, row)
            ),
        )
    )


def _changes_of(row: Amendment) -> Iterable[paper.Change]:
    for key in (key for key in SECTIONS if key in row.after):  # in the document's order
        for change in changes(key, row.before[key], row.after[key]):
            yield paper.Change(what=change.label, old=change.old, new=change.new)


def _moved(party: AgreementParty, undone: Iterable[str] = ()) -> MovedParty:
    organisation = party.organisation
    return MovedParty(
        name=organisation.name,
        side=party.get_side_display(),
        cvr=organisation.cvr,
        municipality=organisation.municipality.full_name if organisation.municipality else "",
        undone=tuple(undone),
    )


def document_of(agreement: Agreement, *, for_signature: bool = False) -> AgreementDocument:
    """The agreement as it stands now. Statements: constant in rows."""
    parties = [row for row in agreement.parties.all() if row.left_on is None]
    answers = {row.question: row for row in agreement.frame_answers.all()}
    clauses = list(agreement.clauses.all())
    return AgreementDocument(
        number=agreement.number,
        title=agreement.title,
        kind=agreement.get_kind_display(),
        status="" if for_signature else agreement.get_status_display(),
        status_shape=_SHAPES.get(AgreementState(agreement.status), Shape.WAIT),
        starts_on=agreement.starts_on,
        ends_on=agreement.ends_on,
        notice_months=agreement.notice_months,
        parties=tuple(_parties(agreement, parties)),
        scope=scope_of(agreement),
        cooperation_degree=agreement.get_degree_display() if agreement.degree else "",
        purpose=agreement.purpose,
        background=agreement.background,
        target_group=agreement.target_group,
        target_group_found_by=agreement.target_group_found,
        goals=tuple(_goals(agreement)),
        activities=tuple(_activities(agreement)),
        budget=_budget(agreement),
        frame_answers=tuple(_frame(agreement, answers)),
        volunteers=paper.Volunteers(
            statement=agreement.volunteers_statement,
            training=agreement.volunteer_training,
            supervision=agreement.volunteer_supervision,
            **{
                question.value: answers[question].reason
                for question in _VOLUNTEERS
                if question in answers
            },
        ),
        steering_group=tuple(agreement.steering_group.splitlines()),
        meetings=agreement.meeting_rhythm,
        risks=tuple(
            paper.Risk(title=row.text, response=row.action, owner=row.owner)
            for row in agreement.risks.all()
        ),
        evaluation=agreement.evaluation_plan,
        after_the_end=agreement.after_end,
        clauses=tuple(_texts(clauses, Clause.Kind.CLAUSE)),
        appendices=(*_texts(clauses, Clause.Kind.APPENDIX), *_files(agreement)),
        amendments=() if for_signature else tuple(_amendments(agreement)),
        signatures=tuple(signature_lines(agreement, None if for_signature else agreement.frozen)),
    )


def scope_of(agreement: Agreement) -> str:
    area = (
        agreement.scope_region
        or agreement.scope_council
        or agreement.scope_municipality
        or agreement.scope_organisation
    )
    if area is None:
        return agreement.place
    return ", ".join(filter(None, (str(getattr(area, "name", area)), agreement.place)))


def _person(user: User | None, title: str = "") -> Person | None:
    return Person(name=user.name, title=title, email=user.email) if user else None


def _parties(agreement: Agreement, parties: list[AgreementParty]) -> Iterable[paper.Party]:
    obligations = list(agreement.obligations.all())
    for row in parties:
        organisation = row.organisation
        yield paper.Party(
            name=organisation.name,
            side=row.get_side_display(),
            cvr=organisation.cvr,
            sor=organisation.sor,
            municipality=organisation.municipality.full_name if organisation.municipality else "",
            contact=_person(row.contact, row.contact_title),
            deputy=_person(row.deputy),
            role=", ".join(filter(None, (row.get_role_display(), row.gives))),
            obligations=tuple(
                paper.Obligation(text=one.text, owner=one.owner, due_on=one.due_on)
                for one in obligations
                if one.party_id == row.pk
            ),
            voice=row.voice,
        )


def shown_number(value: Decimal | None, unit: str = "") -> str:
    """54,5 %; a missing number is an empty text."""
    if value is None:
        return ""
    plain = number(Decimal(f"{value.normalize():f}"))
    return f"{plain}\u00a0{unit}" if unit else plain


def _goals(agreement: Agreement) -> Iterable[paper.Goal]:
    indicators = list(agreement.indicators.all())
    for goal in agreement.goals.all():
        yield paper.Goal(
            title=goal.text,
            indicators=tuple(
                paper.Indicator(
                    title=row.name,
                    baseline=shown_number(row.baseline),
                    target=shown_number(row.target),
                    unit=row.unit,
                    direction=row.get_direction_display(),
                    source=row.source,
                    split_by=row.disaggregation,
                )
                for row in indicators
                if row.goal_id == goal.pk
            ),
        )


def _activities(agreement: Agreement) -> Iterable[paper.Activity]:
    milestones = list(agreement.milestones.all())
    for row in agreement.activities.all():
        yield paper.Activity(
            title=row.text,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            milestones=_milestones(one for one in milestones if one.activity_id == row.pk),
        )
    loose = _milestones(one for one in milestones if one.activity_id is None)
    if loose:
        yield paper.Activity(title=_("Milepæle"), milestones=loose)


def _milestones(rows: Iterable[object]) -> tuple[paper.Milestone, ...]:
    return tuple(
        paper.Milestone(title=row.text, due_on=row.due_on, done_on=row.done_on)  # type: ignore[attr-defined]
        for row in rows
    )


def _budget(agreement: Agreement) -> paper.Budget:
    lines = list(agreement.budget.all())
    years = sorted({one.year for line in lines for one in line.amounts.all()})
    return paper.Budget(
        years=tuple(years),
        lines=tuple(
            paper.BudgetLine(
                title=line.text,
                source=line.paid_by.name if line.paid_by else line.source,
                kind=paper.BudgetKind(line.kind),
                amounts=_amounts(line, years),
                lasting=_kroner(line, line.lasting_ore),
            )
            for line in lines
        ),
    )


def _amounts(line: BudgetLine, years: list[int]) -> tuple[Decimal | None, ...]:
    known = {one.year: one.amount for one in line.amounts.all()}
    return tuple(_kroner(line, known.get(year)) for year in years)


def _kroner(line: BudgetLine, amount: int | None) -> Decimal | None:
    if amount is None:
        return None
    hours = line.kind == BudgetLine.Kind.VOLUNTEER_HOURS
    return Decimal(amount) if hours else Decimal(amount) / 100


def _frame(agreement: Agreement, answers: dict[str, FrameAnswer]) -> Iterable[paper.FrameAnswer]:
    for question in Question:
        row = answers.get(question)
        if row is not None:
            yield paper.FrameAnswer(
                question=str(question.label),
                answer=row.get_answer_display() if row.answer else "",
                reason=row.reason,
            )
    if agreement.data_protection:
        yield paper.FrameAnswer(
            question=_("Hvordan er databeskyttelsen afklaret?"), reason=agreement.data_protection
        )


def _texts(clauses: Iterable[object], kind: str) -> Iterable[paper.Section]:
    return (
        paper.Section(title=row.title, text=row.text)  # type: ignore[attr-defined]
        for row in clauses
        if row.kind == kind  # type: ignore[attr-defined]
    )


def _files(agreement: Agreement) -> Iterable[paper.Section]:
    """What lies beside the text, in its newest version, with the fingerprint to know it by."""
    rows = agreement.documents.filter(kind__in=Document.LAID_IN).select_related("by_organisation")
    newest = {(row.kind, row.title): row for row in rows.defer("content").order_by("version")}
    for row in newest.values():
        yield paper.Section(
            title=row.title,
            text=_(
                "%(kind)s som fil, udgave %(n)s, lagt ind %(day)s af %(who)s. "
                "Fingeraftryk (SHA-256): %(sha256)s"
            )
            % {
                "kind": row.get_kind_display(),
                "n": row.version,
                "day": long_date(row.at),
                "who": row.by_organisation.name if row.by_organisation else row.by_name,
                "sha256": row.sha256,
            },
        )


def _amendments(agreement: Agreement) -> Iterable[paper.AmendmentInForce]:
    for row in agreement.amendments.filter(state=Amendment.State.IN_FORCE):
        yield paper.AmendmentInForce(
            number=row.number,
            kind=row.get_kind_display(),
            effective_on=row.effective_on,
            changes=(*_moves_of(row), *_changes_of(row)),
        )


def _moves_of(row: Amendment) -> Iterable[paper.Change]:
    for one in coming(row):
        yield paper.Change(what=_("Part"), old="", new=one.organisation.name)
    for one in going(row):
        yield paper.Change(what=_("Part"), old=one.organisation.name, new="")


def letter(agreement: Agreement, kind: str, *, text: str, day: date, actor: Actor) -> bytes:
    """A notice or a suspension as a letter from one party to the others."""
    words = {
        Document.Kind.TERMINATION: (_("Opsigelse"), _("Aftalen slutter")),
        Document.Kind.SUSPENSION: (_("Suspension"), _("Aftalen holder pause fra")),
    }
    heading, label = words[Document.Kind(kind)]
    others = [
        row.organisation.name
        for row in agreement.parties.all()
        if row.left_on is None and row.organisation_id != actor.organisation_id
    ]
    return render_pdf(
        Paper(
            language="da",
            kicker=_("Samarbejdsaftale %(number)s") % {"number": agreement.number},
            title=heading,
            lead=agreement.title,
            made_on=clock.today(),
            blocks=(
                *lettering.facts(
                    (_("Fra"), f"{actor.organisation_name}, {actor.name}"),
                    (_("Til"), others),
                    (label, lettering.day(day)),
                ),
                *lettering.section(_("Begrundelse"), lettering.text(text)),
            ),
        )
    )


def signature_lines(agreement: Agreement, text: Document | None) -> Iterable[SignatureLine]:
    """One line a party: signed, or empty to sign. `text` is the frozen text that counts."""
    signed = {
        row.party_id: row
        for row in Signature.objects.filter(document=text, voided_at__isnull=True)
        if text is not None
    }
    if any(row.joined_on and row.pk not in signed for row in agreement.parties.all()):
        signed |= joining_signatures(agreement)
    for party in agreement.parties.all():
        if party.left_on is not None and party.pk not in signed:
            continue
        row = signed.get(party.pk)
        yield SignatureLine(
            party=party.organisation.name,
            name=row.signer_name if row else "",
            title=row.signer_title if row else "",
            signed_on=row.signed_on if row else None,
            method=row.get_method_display() if row else "",
        )


__all__ = ["document_of", "frozen_agreement", "scope_of", "shown_number", "signature_lines"]
