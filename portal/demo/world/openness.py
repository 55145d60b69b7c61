"""What the public reads of the agreements: short texts that every party has said yes to, and the
status reports of a year that is over."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import cycle
from typing import Final

from django.db import transaction

from partnerships import services
from partnerships.models import Agreement, ReportRow
from partnerships.reports.facts import ReportFacts
from partnerships.reports.periods import Period, last_day, periods
from portal.access.actor import Actor
from portal.common import clock
from portal.demo.world.cast import Cast
from portal.demo.world.reports import at, write_report

Status = ReportRow.Status

SUMMARIES: Final = {
    "aft-kraeftstoette-herlev": "En rådgiver fra Kræftens Bekæmpelse og frivillige værter er til "
    "stede på afdelingen. Patienter og pårørende kan tale med dem uden at bestille tid.",
    "aft-hjertestoetter": "Frivillige, der selv har været hjertepatienter, besøger nye patienter "
    "på afdelingen og fortæller, hvad der kommer bagefter.",
    "aft-mobil-klinik": "En bus kører ud til folk, der ikke kommer på hospitalet. Her bliver de "
    "testet for hepatitis C og hiv, og behandlingen begynder samme dag.",
    "aft-omsorgscenter": "Mennesker uden hjem får en seng, ro og hjælp, når de bliver udskrevet, "
    "så de kan komme sig helt.",
    "aft-klovne": "Klovnene besøger børn på afdelingen to gange om ugen og er med, når noget er "
    "svært.",
    "aft-sociale-haver": "Hospitalets haver er åbne for patienter, naboer og folk uden hjem. Vi "
    "dyrker jorden og spiser sammen.",
    "aft-brobygning-national": "Fem parter prøvede, hvad der får folk fra lægens stol og hen til "
    "et tilbud i en forening. Rapporten er delt med alle regioner.",
    "aft-demens-sonderjylland": "Ægtefæller til mennesker med demens får en gruppe i nærheden, på "
    "dansk og på tysk.",
    "aft-ungeambassadoer-syd": "Unge, der selv har haft kræft, underviser hospitalets personale i, "
    "hvordan det er at ligge i sengen.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Year:
    """The newest year of an agreement that is over: its figures in the goals' order, and words."""

    values: tuple[str, ...]
    statuses: tuple[str, ...]
    economy: str
    narrative: str
    cases: str


YEARS: Final = {
    "aft-mobil-klinik": _Year(
        values=("890", "72"),
        statuses=(Status.ON_SCHEDULE, Status.ON_SCHEDULE, Status.DELAYED),
        economy="Inden for det aftalte beløb",
        narrative="Bussen har kørt fire dage om ugen hele året. Brugerne har selv peget på to nye "
        "stop, og de er nu med. Sygeplejersken og den, der selv har været der, arbejder "
        "sammen i bussen, og det er det, folk nævner, når vi spørger, hvorfor de kom.",
        cases="En mand havde gået forbi bussen i tre måneder. Den dag hans ven var chauffør, gik "
        "han ind. Han er rask nu og har taget fem andre med.",
    ),
    "aft-klovne": _Year(
        values=("77",),
        statuses=(Status.ON_SCHEDULE, Status.PARTLY),
        economy="Inden for det aftalte beløb",
        narrative="Klovnene har været på afdelingen to gange om ugen, men i ferien kun hver anden "
        "uge. Personalet ringer nu selv efter dem før en svær undersøgelse.",
        cases="En pige ville ikke lade nogen komme til sin arm. Klovnen lod hende først give "
        "bamsen et plaster.",
    ),
    "aft-kraeftstoette-herlev": _Year(
        values=("231", "34"),
        statuses=(Status.ON_SCHEDULE, Status.PARTLY),
        economy="Et mindreforbrug, fordi stillingen stod tom i to måneder",
        narrative="Rådgiveren sidder nu på selve afdelingen og ikke længere på gangen. Det gav "
        "flere samtaler. Der kommer flere mænd, men ikke så mange, som vi ville. Næste år prøver "
        "vi værter, der selv er mænd.",
        cases="En mand kom for at hente kaffe og blev i en time.",
    ),
}


def fill() -> int:
    """The texts and every party's yes, said some days before the first start."""
    cast = Cast()
    rows = Agreement.objects.filter(external_id__in=SUMMARIES).order_by("external_id")
    with clock.at(clock.now() - timedelta(days=10)):
        for agreement in rows:
            signers = _signers(agreement, cast)
            services.write_public_summary(
                agreement_id=agreement.pk,
                text=SUMMARIES[agreement.external_id],
                actor=signers[0],
            )
            for actor in signers:
                services.set_public_consent(agreement_id=agreement.pk, consent=True, actor=actor)
    return len(rows)


def report() -> int:
    """Last year's reports, written and signed off by all. Those that are there are left alone."""
    cast, today, made = Cast(), clock.today(), 0
    for agreement in Agreement.objects.filter(external_id__in=YEARS).order_by("external_id"):
        assert agreement.starts_on is not None  # noqa: S101 - it has been signed
        end = last_day(agreement)
        assert end is not None  # noqa: S101
        over = [row for row in periods(agreement.starts_on, end) if row.due_on < today]
        if over and not agreement.status_reports.filter(period_to=over[-1].last).exists():
            with transaction.atomic():
                _write(agreement, over[-1], _signers(agreement, cast))
            made += 1
    return made


def _signers(agreement: Agreement, cast: Cast) -> list[Actor]:
    parties = agreement.parties.filter(left_on__isnull=True).select_related("organisation")
    return [cast.signer(party.organisation.slug) for party in parties]


def _write(agreement: Agreement, period: Period, signers: list[Actor]) -> None:
    year = YEARS[agreement.external_id]
    with clock.at(at(period.last)):
        indicators = [
            indicator
            for goal in agreement.goals.prefetch_related("indicators")
            for indicator in goal.indicators.all()
        ]
        for indicator, value in zip(indicators, year.values, strict=True):
            services.set_indicator_value(
                indicator_id=indicator.pk,
                on=period.last,
                value=Decimal(value),
                actor=signers[-1],
            )
    write_report(agreement, period, signers, on=period.due_on, words=lambda now: _told(now, year))


def _told(now: ReportFacts, year: _Year) -> ReportFacts:
    statuses = cycle(year.statuses)
    rows = tuple(
        replace(row, status=row.status or next(statuses), economy=row.economy or year.economy)
        for row in now.rows
    )
    return replace(now, rows=rows, narrative=year.narrative, cases=year.cases)
