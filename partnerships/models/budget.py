from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from partnerships.models.agreement import Agreement
from portal.common.models import UuidModel


class BudgetLine(UuidModel):
    """One line of an agreement's economy. Amounts are in øre, hours in whole hours."""

    class Kind(models.TextChoices):
        MONEY = "money", _("Penge")
        IN_KIND = "in_kind", _("Naturalier")
        VOLUNTEER_HOURS = "volunteer_hours", _("Frivillige timer")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="budget")
    text = models.CharField(_("post"), max_length=200)
    kind = models.CharField(_("slags"), max_length=16, choices=Kind.choices)
    # Who pays or gives it; null where the money comes from outside the parties (`source`).
    paid_by = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(_("kilde til pengene"), max_length=200, blank=True)
    # "Varigt": what goes on each year after the last year of the table; null for none.
    lasting_ore = models.BigIntegerField(_("varigt pr. år"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="budget_kind_known",
                condition=Q(kind__in=["money", "in_kind", "volunteer_hours"]),
            )
        ]

    def __str__(self) -> str:
        return self.text


class BudgetAmount(models.Model):
    """A line's amount in one year: øre for money and in-kind, hours for volunteers."""

    line = models.ForeignKey(BudgetLine, on_delete=models.CASCADE, related_name="amounts")
    year = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["line", "year"], name="budget_year_once"),
            models.CheckConstraint(
                name="budget_year_sane", condition=Q(year__gte=1990, year__lte=2200)
            ),
            models.CheckConstraint(name="budget_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.year}"


class Payment(UuidModel):
    """Money that one line says shall be paid on a day; followed, never carried out, here."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="payments")
    line = models.ForeignKey(BudgetLine, on_delete=models.CASCADE, related_name="payments")
    amount_ore = models.BigIntegerField(_("beløb"))
    due_on = models.DateField(_("betales senest"))
    paid_on = models.DateField(_("betalt"), null=True, blank=True)
    reference = models.CharField(_("bilag"), max_length=80, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(name="payment_positive", condition=Q(amount_ore__gt=0))
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.due_on}"
