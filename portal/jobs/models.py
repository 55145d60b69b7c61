from django.db import models

from portal.common import clock


class ScheduledRun(models.Model):
    """One periodic job in one due period. The row is the guard: any number of schedulers may ring,
    one run comes of it (REL-11)."""

    job = models.CharField(max_length=60)
    # The moment at which the period became due, which names it.
    period = models.DateTimeField()
    started_at = models.DateTimeField(default=clock.now)
    claimed_until = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=1)
    # Class name of what went wrong, never its text.
    last_error = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "period"], name="scheduled_run_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.period:%Y-%m-%d %H:%M}"
