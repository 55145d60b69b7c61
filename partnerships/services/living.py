"""What people do with an agreement that is in force, and how it ends."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from partnerships.amended_frame import children_after
from partnerships.dates import earliest_end
from partnerships.documents import letter
from partnerships.facts import SECTIONS, read, write
from partnerships.facts.storing import without_ids
from partnerships.guards import missing_for_close
from partnerships.models import (
    Agreement,
    AgreementParty,
    AgreementSection,
    Document,
    Milestone,
    Obligation,
    Payment,
)
from partnerships.permissions import may_look_at_data, require_may
from partnerships.renewal import Term, moved_text, next_term, with_next_years
from partnerships.services.mover import (
    NotReady,
    keep,
    lock_agreement,
    note,
    refuse_open_amendment,
    require_comment,
    turn,
)
from partnerships.services.signing import refuse_unless_pdf, store_document
from partnerships.services.starting import start_idea
from partnerships.workflow import RUNNING
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState

_PDF = "application/pdf"


@transaction.atomic
def suspend_agreement(
    *, agreement_id: UUID, comment: str, document: bytes = b"", actor: Actor
) -> Agreement:
    """active→suspended by the public coordinator, with a reason and a document: an own PDF, or a
    letter set from the reason."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    comment = require_comment(comment, _("Skriv, hvorfor aftalen sættes på pause."))
    event = turn(agreement, "suspend", actor, comment=comment)
    _file_letter(agreement, Document.Kind.SUSPENSION, document, comment, clock.today(), actor)
    keep(agreement, event, actor)
    return agreement


def _file_letter(
    agreement: Agreement, kind: str, content: bytes, text: str, day: date, actor: Actor
) -> Document:
    """The uploaded PDF, or a letter that says the same."""
    if content:
        refuse_unless_pdf(content)
    return store_document(
        agreement,
        kind=kind,
        title=agreement.title,
        content=content or letter(agreement, kind, text=text, day=day, actor=actor),
        content_type=_PDF,
        actor=actor,
    )


@transaction.atomic
def resume_agreement(*, agreement_id: UUID, comment: str = "", actor: Actor) -> Agreement:
    """suspended→active."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    event = turn(agreement, "resume", actor, comment=comment.strip())
    keep(agreement, event, actor)
    return agreement


@transaction.atomic
def give_notice(
    *, agreement_id: UUID, ends_on: date, comment: str, document: bytes = b"", actor: Actor
) -> Agreement:
    """Any party terminates: a document (an own PDF, or
    a letter set from the reason), and a day that is not before the notice period is over. The
    agreement runs until then, and a job ends it on that day.

    Raises `InvalidInput`, `WrongState` (not running, notice given already, an open amendment).
    """
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    if agreement.status not in RUNNING:
        raise WrongState()
    if agreement.terminates_on is not None:
        raise WrongState(_("Aftalen er allerede opsagt."))
    refuse_open_amendment(agreement)
    comment = require_comment(comment, _("Skriv, hvorfor aftalen opsiges."))
    first = earliest_end(clock.today(), agreement.notice_months or 0)
    if ends_on < first:
        raise InvalidInput(
            {
                "ends_on": _("Varslet er %(months)s måneder. Vælg %(first)s eller en senere dag.")
                % {"months": agreement.notice_months or 0, "first": f"{first:%d.%m.%Y}"}
            }
        )
    if agreement.ends_on is not None and ends_on > agreement.ends_on:
        raise InvalidInput({"ends_on": _("Aftalen slutter af sig selv før den dag.")})
    _refuse_children_after(agreement, ends_on)
    agreement.terminates_on = ends_on
    agreement.termination_document = _file_letter(
        agreement, Document.Kind.TERMINATION, document, comment, ends_on, actor
    )
    agreement.updated_at = clock.now()
    agreement.save(update_fields=["terminates_on", "termination_document", "updated_at"])
    note(agreement, "give_notice", actor, comment=comment, details={"on": ends_on.isoformat()})
    return agreement


def _refuse_children_after(agreement: Agreement, last: date) -> None:
    """A child agreement lies within its frame agreement's dates. Raises `WrongState`."""
    late = children_after(agreement, last)
    if late:
        raise WrongState(
            _("Aftale %(numbers)s hører under denne og løber længere. Opsig eller ret den først.")
            % {"numbers": ", ".join(child.number for child in late)}
        )


@transaction.atomic
def write_final_evaluation(*, agreement_id: UUID, text: str, actor: Actor) -> Agreement:
    """Any party writes the final evaluation, until the agreement is closed."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    if agreement.status not in {*RUNNING, "expired", "terminated"}:
        raise WrongState()
    text = text.strip()
    if not text or len(text) > 8000:
        raise InvalidInput({"text": _("Skriv en evaluering på højst 8.000 tegn.")})
    agreement.final_evaluation = text
    agreement.updated_at = clock.now()
    agreement.save(update_fields=["final_evaluation", "updated_at"])
    note(agreement, "evaluate", actor)
    return agreement


@transaction.atomic
def close_agreement(*, agreement_id: UUID, actor: Actor) -> Agreement:
    """expired|terminated→closed, with final evaluation and every status report in."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    event = turn(agreement, "close", actor)
    missing = missing_for_close(agreement)
    if missing:
        raise NotReady(missing)
    keep(agreement, event, actor)
    return agreement


@transaction.atomic
def renew_agreement(*, agreement_id: UUID, actor: Actor) -> Agreement:
    """A new draft that copies what lasts: parties and contacts, sections, frame and offers. It
    begins the day after the old one ends and runs as long; activities, obligations and the yearly
    amounts move with it. Goals keep their targets; milestones and payments, which are over, stay
    behind. Raises `WrongState` when a renewal is being written already, and while an amendment is
    open: the copy would lack what the parties are agreeing on."""
    old = lock_agreement(agreement_id=agreement_id, actor=actor)
    require_may(actor, Permission.AGREEMENT_WRITE, old)
    if old.status not in {*RUNNING, "expired"}:
        raise WrongState()
    if old.renewals.exclude(status="cancelled").exists():
        raise WrongState(_("Der er allerede en fornyelse af aftalen."))
    refuse_open_amendment(old)
    parties = list(old.parties.filter(left_on__isnull=True).select_related("organisation"))
    first = [row.organisation for row in parties if row.organisation_id == actor.organisation_id]
    others = [row.organisation for row in parties if row.organisation_id != actor.organisation_id]
    new = start_idea(actor=actor, title=old.title, parties=[*first, *others], kind=old.kind)
    new.renews, new.parent = old, old.parent
    before, after = _terms(old)
    # Cleaned facts of the old agreement, whoever wrote them; the copy is the system's act and each
    # party approves the text anew.
    for key in SECTIONS:
        facts = without_ids(read(old, key))
        if key == "parties":
            facts = {**facts, "parties": _own_words(new, parties)}
            for row in facts["obligations"]:
                row["due_on"] = moved_text(row["due_on"], before, after)
        if key == "activities":
            facts["milestones"] = []
            for row in facts["activities"]:
                for name in ("starts_on", "ends_on"):
                    row[name] = moved_text(row[name], before, after)
        if key == "budget":
            facts["payments"] = []
            facts["lines"] = with_next_years(facts["lines"], before, after)
        if key == "purpose":
            facts |= {
                "starts_on": after.first.isoformat(),
                "ends_on": after.last.isoformat(),
            }
        write(new, key, facts)
        AgreementSection.objects.filter(agreement=new, key=key).update(
            version=1,
            changed_at=clock.now(),
            changed_by_id=actor.user_id,
            changed_by_name=actor.name,
        )
    new.linked_offers.bulk_create(
        new.linked_offers.model(agreement=new, offer_id=row.offer_id)
        for row in old.linked_offers.all()
    )
    note(new, "renew", actor, details={"renews": old.number})
    event = turn(new, "draft", actor)
    keep(new, event, actor)
    note(old, "renewal_begun", actor, details={"renewal": new.number})
    return new


def _own_words(new: Agreement, parties: list[AgreementParty]) -> list[dict[str, object]]:
    ids = dict(new.parties.values_list("organisation_id", "pk"))
    return [
        {
            "id": str(ids[row.organisation_id]),
            "organisation": row.organisation.slug,
            "role": row.role,
            "gives": row.gives,
            "contact": row.contact_id,
            "contact_title": row.contact_title,
            "deputy": row.deputy_id,
            "voice": row.voice,
        }
        for row in parties
    ]


def _terms(old: Agreement) -> tuple[Term, Term]:
    """The old one's, and the one that follows it: from tomorrow where the old one is over."""
    assert old.starts_on is not None  # noqa: S101 - in force: agreement_past_signing_…
    assert old.ends_on is not None  # noqa: S101
    term = Term(old.starts_on, old.ends_on)
    return term, next_term(term, max(old.ends_on, clock.today()) + timedelta(days=1))


@transaction.atomic
def look_at_data_protection(*, agreement_id: UUID, actor: Actor) -> Agreement:
    """The public side has looked at how personal data is protected; asked again in a year. By the
    coordinator, or the data protection officer of a public party or of the owner above it."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    if not may_look_at_data(actor, agreement):
        raise NotAllowed()
    if agreement.status not in RUNNING or not agreement.shares_personal_data:
        raise WrongState()
    if agreement.data_protection_looked_at_on != clock.today():
        agreement.data_protection_looked_at_on = clock.today()
        agreement.updated_at = clock.now()
        agreement.save(update_fields=["data_protection_looked_at_on", "updated_at"])
        note(agreement, "data_protection", actor)
    return agreement


# --- done ---------------------------------------------------------------------------------------
def _mark_done(
    agreement_id: UUID, rows: type[Milestone] | type[Obligation], row_id: UUID, actor: Actor
) -> Agreement:
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    row = rows.objects.select_for_update().filter(pk=row_id, agreement=agreement).first()
    if row is None:
        raise NotFound()
    if agreement.status not in RUNNING:
        raise WrongState()
    if isinstance(row, Obligation) and row.party.organisation_id != actor.organisation_id:
        raise WrongState(_("Den opgave er den anden parts."))
    if row.done_on is None:
        row.done_on = clock.today()
        row.save(update_fields=["done_on"])
        note(agreement, f"{row._meta.model_name}_done", actor, details={"row": str(row.pk)})
    return agreement


@transaction.atomic
def reach_milestone(*, agreement_id: UUID, milestone_id: UUID, actor: Actor) -> Agreement:
    """Any party says that a milestone is reached today; said twice, it keeps its first day."""
    return _mark_done(agreement_id, Milestone, milestone_id, actor)


@transaction.atomic
def fulfil_obligation(*, agreement_id: UUID, obligation_id: UUID, actor: Actor) -> Agreement:
    """The party that promised it says that it is done."""
    return _mark_done(agreement_id, Obligation, obligation_id, actor)


@transaction.atomic
def record_payment(
    *, agreement_id: UUID, payment_id: UUID, paid_on: date, reference: str, actor: Actor
) -> Payment:
    """Note that a payment was made; nothing is paid here."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    row = agreement.payments.select_for_update().filter(pk=payment_id).first()
    if row is None:
        raise NotFound()
    if paid_on > clock.today():
        raise InvalidInput({"paid_on": _("Betalingen kan ikke ligge i fremtiden.")})
    row.paid_on, row.reference = paid_on, reference.strip()[:80]
    row.save(update_fields=["paid_on", "reference"])
    note(agreement, "payment", actor, details={"row": str(row.pk)})
    return row
