from django.db import models

from partnerships.models.document import Document


class SigningOrder(models.Model):
    """A frozen text that was handed to the external signing service, and what it calls it there."""

    document = models.OneToOneField(
        Document, on_delete=models.CASCADE, related_name="signing_order"
    )
    reference = models.CharField(max_length=120, unique=True)
    begun_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.reference
