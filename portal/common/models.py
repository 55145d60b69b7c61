"""Abstract bases. Keys follow tenancy-and-audit §23: UUIDv7 for what stands in an address."""

from django.db import models

from portal.common import clock
from portal.common.ids import uuid7


class UuidModel(models.Model):
    """A row whose key is known before it is saved; sealed fields need that."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class CreatedModel(models.Model):
    """A row that knows when it came to be, by the project's own clock."""

    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True
