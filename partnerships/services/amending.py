"""Numbered, signed changes of an agreement that is signed."""

import logging
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from partnerships.amended_dates import dates_out_of_order
from partnerships.amended_parties import hindrances, staying
from partnerships.documents import amendment_text
from partnerships.facts import SECTIONS, Change, Facts, changes, clean, read
from partnerships.guards.reviews import newest_reviews, reviews_not_given
from partnerships.models import (
    Agreement,
    AgreementSection,
    Amendment,
    Document,
    SectionKey,
)
from partnerships.permissions import require_may
from partnerships.reports.periods import last_day
from partnerships.services.amended_facts import name_rows, put_facts, try_anew
from partnerships.services.joining import (
    keep_amendment,
    let_in,
    let_out,
    log_party_changes,
    refuse_hindered,
    refused,
)
from partnerships.services.mover import (
    lock_agreement,
    lock_amendment,
    note,
    refuse_open_amendment,
    refuse_unless_amendable,
    require_comment,
)
from partnerships.services.rehearsal import try_out
from partnerships.services.signing import store_document, valid_signatures, void_signatures
from partnerships.services.writing import ChangedMeanwhile, put_section, refuse_foreign, writer_of
from partnerships.workflow import AMENDABLE
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import InvalidInput, NotFound, WrongState
from portal.common.text import clean_line, clean_text

log = logging.getLogger("partnerships")

St = Amendment.State


@transaction.atomic
def begin_amendment(
    *, agreement_id: UUID, kind: str, title: str, reason: str, effective_on: date, actor: Actor
) -> Amendment:
    """A numbered draft. Raises `WrongState` while another one is open, or when the agreement is not
    in force."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    if agreement.status not in AMENDABLE:
        raise WrongState(_("Et tillæg laves til en aftale, der er underskrevet og gælder."))
    refuse_open_amendment(agreement)
    errors = {}
    title, reason = clean_line(title), clean_text(reason)
    if not title or len(title) > 200:
        errors["title"] = _("Giv tillægget en titel på højst 200 tegn.")
    if not reason or len(reason) > 2000:
        errors["reason"] = _("Skriv, hvorfor aftalen ændres, med højst 2.000 tegn.")
    if effective_on < clock.today():
        errors["effective_on"] = _("Vælg i dag eller en senere dag.")
    elif (last := last_day(agreement)) is not None and effective_on > last:
        # Later it would change an agreement that is over.
        errors["effective_on"] = _("Vælg en dag, før aftalen slutter.")
    if kind not in Amendment.Kind.values:
        errors["kind"] = _("Vælg, hvad tillægget handler om.")
    if errors:
        raise InvalidInput(errors)
    newest = agreement.amendments.order_by("-number").values_list("number", flat=True).first()
    row = Amendment.objects.create(
        agreement=agreement,
        number=(newest or 0) + 1,
        kind=Amendment.Kind(kind),
        title=title,
        reason=reason,
        effective_on=effective_on,
        created_by_name=actor.name,
    )
    note(agreement, "amendment_begun", actor, details={"number": row.number})
    return row


@transaction.atomic
def save_amended_section(
    *,
    agreement_id: UUID,
    amendment_id: UUID,
    key: str,
    facts: Mapping[str, Any],
    version: int,
    actor: Actor,
) -> Amendment:
    """What one section shall say. Any party proposes, each its own part and the common one, as in
    the agreement itself; all sign. Facts equal to the agreement's take the section out of the
    amendment again. `version` is the amendment's own of that section.

    Raises `NotFound`, `NotAllowed`, `NotYours` (another's part), `WrongState`, `InvalidInput`,
    `ChangedMeanwhile` (somebody else has saved the section in this amendment since)."""
    agreement, row = lock_amendment(agreement_id, amendment_id, actor)
    party = writer_of(agreement, actor)
    if key not in SECTIONS:
        raise NotFound()
    if row.state != St.DRAFT:
        raise WrongState(_("Tillægget er sendt til underskrift og kan ikke rettes."))
    refuse_unless_amendable(agreement)
    before = read(agreement, key)
    now: Facts = row.after.get(key, before)
    if row.version_of(key) != version:
        raise ChangedMeanwhile(now, row.version_of(key), row.writer_of(key))
    after = clean(key, facts, agreement)
    if key == SectionKey.PURPOSE:
        errors = dates_out_of_order(agreement, row, before, after)
        if errors:
            raise InvalidInput(errors)
    name_rows(key, now, after)
    # From what stands in the amendment: what another party has written there is not this one's.
    found = changes(key, now, after, staying(agreement, row))
    if not found:
        try_anew(row)
        return row
    refuse_foreign(found, party, in_amendment=True)
    put_facts(row, key, before, after, actor)
    note(agreement, "amendment_written", actor, details={"number": row.number, "section": key})
    return row


def amended(row: Amendment) -> list[tuple[str, list[Change]]]:
    """What an amendment changes, section by section in the document's order."""
    return [
        (key, changes(key, row.before[key], row.after[key])) for key in SECTIONS if key in row.after
    ]


@transaction.atomic
def send_amendment_to_signature(
    *, agreement_id: UUID, amendment_id: UUID, actor: Actor
) -> Amendment:
    """draft→awaiting_signature: the changes are frozen as a PDF. Raises `WrongState` with what
    would not hold any more, and with who must look at it first: an amendment goes around no
    mandatory rule, no lawyer and no data protection officer."""
    agreement, row = lock_amendment(agreement_id, amendment_id, actor)
    require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    if row.state != St.DRAFT:
        raise WrongState()
    refuse_unless_amendable(agreement)
    if not row.after and not row.party_changes.exists():
        raise WrongState(_("Tillægget ændrer ikke noget endnu. Ret mindst ét afsnit."))
    refuse_hindered(agreement, row)
    trial = try_out(agreement, row)
    stops = [
        *trial.broken,
        *(reviews_not_given(newest_reviews(row)) or trial.unseen(agreement, row).values()),
    ]
    if stops:
        raise WrongState(" ".join(stops))
    row.document = store_document(
        agreement,
        kind=Document.Kind.AMENDMENT_TEXT,
        title=row.title,
        content=amendment_text(agreement, row),
        content_type="application/pdf",
        actor=actor,
    )
    row.state = St.AWAITING_SIGNATURE
    keep_amendment(row, "document", "state")
    note(agreement, "amendment_to_signature", actor, details={"number": row.number})
    return row


def may_be_withdrawn(agreement: Agreement, row: Amendment) -> bool:
    """Before all have signed it; afterwards only when it cannot take effect any more."""
    stuck = row.state == St.SIGNED and bool(hindrances(agreement, row))
    return stuck or row.state in (St.DRAFT, St.AWAITING_SIGNATURE)


@transaction.atomic
def withdraw_amendment(
    *, agreement_id: UUID, amendment_id: UUID, comment: str, actor: Actor
) -> Amendment:
    """Any party takes an amendment back before it is signed by all; afterwards only one that
    cannot take effect any more, because something else has changed."""
    agreement, row = lock_amendment(agreement_id, amendment_id, actor)
    require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    if not may_be_withdrawn(agreement, row):
        raise WrongState()
    comment = require_comment(comment, _("Skriv, hvorfor tillægget trækkes tilbage."))
    if row.document is not None:
        void_signatures(valid_signatures(row.document))
    asked = row.state != St.DRAFT
    row.state = St.WITHDRAWN
    row.save(update_fields=["state"])
    details = {"number": row.number, "asked": asked}
    note(agreement, "amendment_withdrawn", actor, comment=comment, details=details)
    return row


@transaction.atomic
def put_in_force(*, amendment_id: UUID, actor: Actor) -> Amendment:
    """A signed amendment on its day. A job's door; run again, it raises `WrongState`."""
    found = Amendment.objects.filter(pk=amendment_id).first()
    if found is None or not actor.is_system:
        raise NotFound()
    agreement, row = lock_amendment(found.agreement_id, amendment_id, actor)
    if row.state != St.SIGNED or row.effective_on > clock.today():
        raise WrongState()
    try:
        refuse_hindered(agreement, row)
        let_take_effect(agreement, row, actor)
    except WrongState:
        # Nobody sees a job's sentence; the amendment's own page says what stands in the way.
        log.exception("amendment %s cannot take effect", row.pk)
        raise
    return row


def let_take_effect(agreement: Agreement, row: Amendment, actor: Actor) -> None:
    """Whole or not at all, for a signed amendment whose day has come. The caller holds the locks.
    Raises `WrongState` where the database says no."""
    try:
        with transaction.atomic():
            _take_effect(agreement, row, actor)
    except DatabaseError as error:
        raise refused(error) from error


def _take_effect(agreement: Agreement, row: Amendment, actor: Actor) -> None:
    """The state first: the database lets a party in or out under an amendment in force alone. New
    parties come before the words that may name them, and what is left undone goes last."""
    row.state, row.in_force_at = St.IN_FORCE, clock.now()
    keep_amendment(row, "state", "in_force_at")
    let_in(agreement, row)
    for key, found in amended(row):
        section = AgreementSection.objects.select_for_update().get(agreement=agreement, key=key)
        put_section(agreement, section, row.after[key], found, actor, None)
        # All parties have signed these words.
        for approval in section.approvals.all():
            approval.version = section.version
            approval.save(update_fields=["version"])
    let_out(agreement, row)
    log_party_changes(agreement, row, actor)
    with connection.cursor() as cursor:  # it waits for the words, and speaks here rather than later
        cursor.execute("SET CONSTRAINTS amendment_was_looked_at IMMEDIATE")
        cursor.execute("SET CONSTRAINTS amendment_was_looked_at DEFERRED")
    note(agreement, "amendment_in_force", actor, details={"number": row.number})
