"""A status report of the demo, begun by the job, written by one and signed off by all."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time

from partnerships import services
from partnerships.models import Agreement
from partnerships.reports import facts
from partnerships.reports.periods import Period
from portal.access.actor import Actor
from portal.common import clock
from portal.demo.world.cast import BUILDER

Words = Callable[[facts.ReportFacts], facts.ReportFacts]


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=clock.COPENHAGEN)


def write_report(
    agreement: Agreement, period: Period, signers: Sequence[Actor], *, on: date, words: Words
) -> None:
    """Begun on the period's last day; on that later day the first signer writes what `words` makes
    of it, and everybody signs."""
    with clock.at(at(period.last)):
        report = services.begin_report(
            agreement_id=agreement.pk,
            actor=BUILDER,
            first=period.first,
            last=period.last,
            due_on=period.due_on,
        )
    with clock.at(at(on)):
        report = services.save_report(
            report_id=report.pk,
            facts=words(facts.read(report)),
            version=report.version,
            actor=signers[0],
        )
        for actor in signers:
            services.sign_report(report_id=report.pk, version=report.version, actor=actor)
