"""Writing the trail. Changes are recorded at once; reads are collected and written at scope exit.

Reading it has two doors only: `lookups_of` (patient, data protection officer) and sampling.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from django import forms
from django.db import models, transaction

from portal.access.actor import Actor
from portal.audit.models import AuditEntry
from portal.audit.scope import current_scope, scope_is_open
from portal.common import clock
from portal.common.logging import request_id

Row = TypeVar("Row", bound=models.Model)


def _entry(
    actor: Actor, action: str, subjects: Sequence[models.Model], labels: dict[str, str]
) -> AuditEntry:
    return AuditEntry(
        at=clock.now(),
        request_id=request_id(),
        actor_kind=actor.kind.value,
        actor_user_id=actor.user_id,
        # A job is known by its name; people are known by id alone.
        actor_name=actor.name if actor.is_system else "",
        actor_organisation_id=actor.organisation_id or None,
        actor_role=",".join(sorted(actor.roles)),
        actor_link_id=actor.link_id,
        action=action,
        subject_type=subjects[0]._meta.label_lower if subjects else "",
        subject_ids=[str(row.pk) for row in subjects],
        labels={**_labels_of(subjects), **labels},
    )


def _labels_of(subjects: Sequence[models.Model]) -> dict[str, str]:
    """Whose row it is, said by the row itself, so that a data protection officer can follow one row
    through the trail without reading the row."""
    if len(subjects) != 1 or not hasattr(subjects[0], "audit_labels"):
        return {}
    labels: dict[str, str] = subjects[0].audit_labels()
    return labels


def record(
    actor: Actor,
    action: str,
    subject: models.Model,
    *,
    covers: Iterable[models.Model] = (),
    **labels: str,
) -> None:
    """Record a change, in the same transaction as the change.

    `covers` names patient rows that the action had to read. Labels are short codes, never text that
    somebody typed (AUD-5).
    """
    if scope_is_open():
        current_scope().cover([subject, *covers])
    entry = _entry(actor, action, [subject], labels)
    AuditEntry.objects.bulk_create([entry])


def record_read(
    actor: Actor,
    action: str,
    subjects: Sequence[models.Model],
    *,
    covers: Iterable[models.Model] = (),
    **labels: str,
) -> None:
    """Record that rows were shown: one entry a view, a list with all its ids (AUD-1)."""
    scope = current_scope()
    scope.cover([*subjects, *covers])
    if subjects:
        scope.reads.append(_entry(actor, action, subjects, labels))


def record_denied(actor: Actor, action: str, **labels: str) -> None:
    """Record that somebody was refused; it is kept although the work is undone."""
    if scope_is_open():
        current_scope().reads.append(_entry(actor, action, [], labels))


@transaction.atomic
def save_form(form: "forms.ModelForm[Row]", actor: Actor) -> Row:
    """Save an edit outside any workflow and record which fields changed, in one transaction."""
    created = form.instance._state.adding
    row = form.save()
    verb = "create" if created else "edit"
    record(actor, f"{row._meta.model_name}.{verb}", row, fields=",".join(form.changed_data))
    return row


def lookups_of(subject: models.Model) -> "models.QuerySet[AuditEntry]":
    """Who has seen or changed one row, newest first: for the patient and the data protection
    officer."""
    return AuditEntry.objects.filter(
        subject_type=subject._meta.label_lower, subject_ids__contains=[str(subject.pk)]
    ).order_by("-id")
