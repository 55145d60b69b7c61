"""The minute's work: dry runs that are wanted, plans whose day has come, ends that are reached.

Each plan has a scope and so a transaction of its own: one that fails is undone whole, is tried
again at the next ring, and does not hold up the others.
"""

import logging

from portal.access.actor import system_actor
from portal.audit.scope import tenant
from portal.common import clock
from portal.succession import services
from portal.succession.models import Succession

log = logging.getLogger("portal.succession")
ACTOR = system_actor("succession.carry_out")


def run_successions() -> int:
    """How many plans were carried out now. Safe to run twice, and by two workers at once."""
    with tenant(ACTOR):
        wanted = services.report_what_is_wanted(ACTOR)
        due = list(Succession.objects.due(clock.today()).values_list("pk", flat=True))
    done = 0
    for pk in due:
        try:
            with tenant(ACTOR):
                done += services.carry_out(succession_id=pk, actor=ACTOR) is not None
        except Exception:
            log.exception("succession %s was undone and will be tried again", pk)
    for pk in wanted:
        with tenant(ACTOR):
            services.write_report(succession_id=pk, actor=ACTOR)
    with tenant(ACTOR):
        services.close_what_is_finished(actor=ACTOR)
    return done
