"""What the demo remembers about itself. Production has no such table."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.common import clock


class DemoWorld(models.Model):
    """One row. All dates of the demo world count from `started_at`, its first start.

    `parts` says from which sources each part was built, so that a second start builds nothing
    twice. `lives_done` is how far into the plan of the year the history has come; it is raised in
    the transaction that made the life, so a killed run goes on where it was and doubles nothing.
    """

    started_at = models.DateTimeField(_("begyndt"), default=clock.now)
    parts = models.JSONField(default=dict)
    lives_done = models.PositiveIntegerField(default=0)
    lives_total = models.PositiveIntegerField(default=0)
    filled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("demoverden")
        verbose_name_plural = _("demoverdener")
        constraints = [
            models.CheckConstraint(name="demo_world_is_one", condition=models.Q(pk=1)),
            models.CheckConstraint(
                name="demo_world_lives_in_plan",
                condition=models.Q(lives_done__lte=models.F("lives_total")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lives_done}/{self.lives_total}"
