"""How fast an offer's association typically answers: shown before choosing, never used for ranking.

Stored on the offer by the offers' own service, because pages of the lower app read stored values.
"""

from datetime import timedelta
from statistics import median

from offers.services import store_answer_figures
from portal.access.actor import system_actor
from portal.audit.scope import tenant
from portal.common import clock
from portal.common.workdays import working_days_between
from referrals.models import Kind, Referral

ACTOR = system_actor("referrals.figures")
WINDOW = timedelta(days=365)
# Below this many answers a figure says more about chance than about the association.
FEWEST = 5


def refresh_answer_figures() -> int:
    """Median working days to the first answer in the last year, per offer with enough answers.
    Codes, and referrals that moderation refused, count for nobody. Returns the offers changed."""
    days: dict[int, list[int]] = {}
    with tenant(ACTOR):
        rows = (
            Referral.objects.filter(sent_at__gte=clock.now() - WINDOW, answered_at__isnull=False)
            .exclude(kind=Kind.CODE)
            .values_list("offer_id", "sent_at", "answered_at")
        )
        for offer_id, sent_at, answered_at in rows.iterator():
            if sent_at is not None and answered_at is not None:
                days.setdefault(offer_id, []).append(working_days_between(sent_at, answered_at))
        figures = {
            offer_id: (round(median(values)), len(values))
            for offer_id, values in days.items()
            if len(values) >= FEWEST
        }
        return store_answer_figures(actor=ACTOR, figures=figures)
