from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnerships.models.agreement import Agreement


class Question(models.TextChoices):
    """The frame questions in the field's own order, and then the volunteer guard."""

    CORE_TASK = "core_task", _("Er det knyttet til en regional kerneopgave?")
    FINANCE_NOT_SUPPORT = (
        "finance_not_support",
        _("Betales der for et samarbejde og ikke for foreningens drift?"),
    )
    LAWYER_ASSESSED = "lawyer_assessed", _("Har en jurist vurderet det?")
    PAY_TERMS = "pay_terms", _("Har ansatte vilkår som i overenskomsten?")
    EXPENSES = "expenses", _("Er det aftalt, hvem der betaler frivilliges udgifter?")
    INSURANCE = "insurance", _("Er de frivillige forsikret?")
    CONFIDENTIALITY = "confidentiality", _("Lover de frivillige tavshed?")
    CERTIFICATES = "certificates", _("Er det afklaret, hvilke attester der kræves?")
    TIME_LIMITED = "time_limited", _("Er det tidsbegrænsede projektpenge?")
    LAST_DAY = "last_day", _("Er det aftalt, hvad der sker på den sidste dag?")
    # The volunteer guard (F148): these are answered yes with a reason, or there is no agreement. So
    # is `finance_not_support`, unless nobody pays anything (`guards.bars_the_way`).
    NO_REPLACEMENT = "no_replacement", _("Lader de frivillige ansatte beholde deres opgaver?")
    NOT_SAVING_ONLY = "not_saving_only", _("Er der andre grunde end at spare penge?")
    SUPPORT_NAMED = "support_named", _("Er det nævnt, hvem der oplærer og støtter de frivillige?")


class FrameAnswer(models.Model):
    """One question, answered with a reason."""

    class Answer(models.TextChoices):
        YES = "yes", _("Ja")
        PARTLY = "partly", _("Delvist")
        NO = "no", _("Nej")
        NOT_RELEVANT = "not_relevant", _("Ikke relevant")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="frame_answers")
    question = models.CharField(max_length=20, choices=Question.choices)
    answer = models.CharField(max_length=12, choices=Answer.choices, blank=True)
    reason = models.TextField(_("begrundelse"), max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "question"], name="frame_question_answered_once"
            ),
            models.CheckConstraint(
                name="frame_question_known", condition=Q(question__in=Question.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.question}"
