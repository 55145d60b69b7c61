from typing import Any, ClassVar, Self

from django.db import models

from portal.audit.scope import note_read_of


class AuditEntry(models.Model):
    """One line of the trail: who did or saw what, for whom, when. INSERT only; sealed by a job.

    It holds labels and ids, never foreign keys, names of patients or text. The table is partitioned
    by month and made by SQL in the first migration, so Django only reads and writes it.
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "den dataansvarlige for den række, der er set eller ændret",
        "purpose": "at kunne svare på, hvem der har set og ændret hvad",
        "retention": "5 år, hvis driften ikke har sat andet; derefter slettes hele måneder",
        "seen_by": "databeskyttelsesrådgiveren; borgeren selv ved indsigt",
    }

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    request_id = models.TextField(blank=True, default="")
    actor_kind = models.TextField()
    actor_user_id = models.BigIntegerField(null=True)
    actor_name = models.TextField(blank=True, default="")
    actor_organisation_id = models.BigIntegerField(null=True)
    actor_role = models.TextField(blank=True, default="")
    actor_link_id = models.BigIntegerField(null=True)
    action = models.TextField()
    subject_type = models.TextField()
    subject_ids = models.JSONField(default=list)
    labels = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_entry"
        managed = False

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_kind} {self.action} {self.subject_type}"


class AuditMark(models.Model):
    """A moment to seal up to: the sequence then, and the first transaction not yet begun then."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    last_id = models.BigIntegerField()
    snapshot_xmax = models.DecimalField(max_digits=20, decimal_places=0)

    class Meta:
        db_table = "audit_mark"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} up to {self.last_id}"


class AuditSeal(models.Model):
    """One closed range of the trail and its seal, chained to the seal before it."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField(unique=True)
    rows = models.BigIntegerField()
    digest = models.BinaryField()
    seal = models.BinaryField()

    class Meta:
        db_table = "audit_seal"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_id__lte=models.F("last_id")), name="audit_seal_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id}"


class AuditCut(models.Model):
    """What a sealed range still holds since an expired month left it; chained to the cut before."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    month = models.DateField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    rows = models.BigIntegerField()
    digest = models.BinaryField()
    seal = models.BinaryField()

    class Meta:
        db_table = "audit_cut"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_id__lte=models.F("last_id")), name="audit_cut_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.first_id}–{self.last_id}"


class PatientModel(models.Model):
    """A table that says something of an identified patient. Reading a row outside a scope raises;
    inside one it must be followed by an audit entry, or the scope refuses to end well.

    `values()` and aggregates pass by this hook: on these models they go through selectors that log.
    """

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **options: Any) -> Self:
        row = super().from_db(db, field_names, values, **options)
        note_read_of(row)
        return row
