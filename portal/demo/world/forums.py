"""Two collaboration forums: meetings that were held, one that is coming, and what was promised."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from django.db import transaction

from organisations.models import Organisation, Role
from partnerships import forum_clocks, services
from partnerships.models import Forum, Meeting
from portal.access.actor import Actor
from portal.common import clock
from portal.common.workdays import is_working_day
from portal.demo.world.cast import Cast


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    title: str
    text: str = ""
    by: str = ""  # who proposed it; the council where nobody is named
    minutes: str = ""
    decision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    text: str
    who: str
    due: int  # days from today
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meeting:
    title: str
    on: int  # days from today; the working day on or after it
    place: str
    items: tuple[_Item, ...]
    general: str = ""
    approved: bool = False
    agenda_sent: bool = True
    tasks: tuple[_Task, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forum:
    council: str
    name: str
    purpose: str
    members: tuple[str, ...]  # the first one chairs
    meetings: tuple[_Meeting, ...]


_MIDT: Final = _Forum(
    council="sr-midt",
    name="Samarbejdsforum Midt",
    purpose="Vi følger, hvad foreninger, kommuner og hospitaler gør sammen, "
    "og finder det, der mangler.",
    members=(
        "region-midtjylland", "viborg-kommune", "hammel-neurocenter", "sind-viborg",
        "social-sundhed", "aeldre-skive", "marfan",
    ),
    meetings=(
        _Meeting(
            title="Møde før sommer", on=-150, place="Viborg Rådhus, lokale 3", approved=True,
            general="Alle medlemmer var med. Sundhedsrådet bød velkommen til de nye.",
            items=(
                _Item(
                    title="Hvad mangler borgerne?", by="sind-viborg",
                    text="Vi hører om lange ventetider og for få steder at gå hen.",
                    minutes="Alle fortalte om det, de ser. Unge i sorg og mænd alene gik igen.",
                    decision="Vi begynder med sorggrupper for unge.",
                ),
                _Item(
                    title="Sådan finder vi hinanden", by="viborg-kommune",
                    minutes="Indgangene i Samspil blev vist frem. De skal læses igennem to "
                    "gange om året.",
                    decision="Hver organisation retter sin egen indgang inden efteråret.",
                ),
            ),
            tasks=(
                _Task(
                    text="Ret jeres indgang i Samspil", who="viborg-kommune", due=-100, done=True
                ),
                _Task(
                    text="Find to unge, der vil fortælle om sorg", who="sind-viborg", due=-60,
                    done=True,
                ),
            ),
        ),
        _Meeting(
            title="Efterårsmøde", on=-24, place="Regionshospitalet Hammel",
            general="Marfan havde meldt afbud. Referatet er sendt til dem.",
            items=(
                _Item(
                    title="Sorggrupper for unge", by="sind-viborg",
                    text="Forslag til, hvem der gør hvad.",
                    minutes="Viborg lægger lokaler til. Foreningen finder frivillige. Hospitalet "
                    "fortæller familierne om grupperne.",
                    decision="Første gruppe begynder efter nytår.",
                ),
                _Item(
                    title="Følgeskab efter udskrivning", by="social-sundhed",
                    minutes="Erfaringer fra Aarhus. Der skal en fast kontakt til på afdelingen.",
                    decision="Regionen undersøger, om det kan prøves i Hammel.",
                ),
            ),
            tasks=(
                _Task(text="Send en liste over ledige lokaler", who="viborg-kommune", due=-3),
                _Task(
                    text="Spørg afdelingerne i Hammel, om de vil være med",
                    who="region-midtjylland", due=6,
                ),
                _Task(
                    text="Skriv et opslag til frivillige", who="social-sundhed", due=12,
                ),
            ),
        ),
        _Meeting(
            title="Møde om det nye år", on=19, place="Skive, Kulturcenter Limfjord",
            items=(
                _Item(
                    title="Opfølgning på sorggrupper", by="sind-viborg",
                    text="Hvor langt er vi, og hvad mangler vi?",
                ),
                _Item(
                    title="Besøgsvenner på tværs af kommuner", by="aeldre-skive",
                    text="Vi bliver spurgt fra nabokommuner. Kan vi lave en fælles liste?",
                ),
                _Item(title="Plan for næste år", text="Hvilke tre ting vil vi nå sammen?"),
            ),
        ),
        _Meeting(
            title="Forårsmøde", on=110, place="Viborg", agenda_sent=False, items=(),
        ),
    ),
)  # fmt: skip
_OEST: Final = _Forum(
    council="sr-oestsjaelland",
    name="Samarbejdsforum Østsjælland og Øerne",
    purpose="Langt mellem husene skal ikke være langt til et fællesskab.",
    members=(
        "lolland-kommune", "region-sjaelland", "suh", "aeldre-lolland", "fc-guldborgsund",
        "fc-greve",
    ),
    meetings=(
        _Meeting(
            title="Første møde", on=-45, place="Maribo, Sundhedscentret",
            general="Forummet blev sat i gang. Lolland Kommune blev valgt som forperson.",
            items=(
                _Item(
                    title="Kørsel til træning", by="lolland-kommune",
                    text="Busserne passer ikke med holdene i Nakskov.",
                    minutes="Ældre Sagen har chauffører. Forsikringen er ikke på plads.",
                    decision="Kommunen undersøger forsikringen. Vi prøver i tre måneder.",
                ),
                _Item(
                    title="Frivilligcentrenes rolle", by="fc-guldborgsund",
                    minutes="Centrene kan finde og oplære frivillige for alle.",
                    decision="Centrene holder en fælles introaften.",
                ),
            ),
            tasks=(
                _Task(text="Find ud af forsikring ved samkørsel", who="lolland-kommune", due=2),
                _Task(text="Hold en fælles introaften", who="fc-guldborgsund", due=25),
            ),
        ),
        _Meeting(
            title="Vintermøde", on=33, place="Køge, hospitalet", agenda_sent=False,
            items=(
                _Item(title="Samkørsel: de første erfaringer", by="aeldre-lolland"),
                _Item(title="Mere hjælp til pårørende", by="fc-greve"),
            ),
        ),
    ),
)  # fmt: skip
FORUMS: Final = (_MIDT, _OEST)


@transaction.atomic
def fill() -> int:
    """Returns how many forums there are. Safe to repeat: what is there stays."""
    cast = Cast()
    organisations = {row.slug: row for row in Organisation.objects.all()}
    for plan in FORUMS:
        if not Forum.objects.filter(name=plan.name).exists():
            _Building(plan, cast, organisations).build()
    # What the jobs of the past days would have reminded of.
    forum_clocks.remind_of_action_points()
    return len(FORUMS)


class _Building:
    def __init__(self, plan: _Forum, cast: Cast, organisations: dict[str, Organisation]) -> None:
        self.plan, self.cast, self.organisations = plan, cast, organisations
        self.now = clock.now()
        self.today = clock.local(self.now).date()
        self.runs = cast.get(plan.council, Role.COORDINATOR)

    def _speaks(self, slug: str) -> Actor:
        role = Role.COORDINATOR if self.cast.has(slug, Role.COORDINATOR) else Role.MANAGER
        return self.cast.get(slug, role)

    def build(self) -> None:
        first = min(self._moment(meeting.on) for meeting in self.plan.meetings)
        with clock.at(min(first, self.now) - timedelta(days=40)):
            forum = services.create_forum(
                actor=self.runs, name=self.plan.name, purpose=self.plan.purpose
            )
            for place, slug in enumerate(self.plan.members):
                services.add_forum_member(
                    actor=self.runs,
                    forum_id=forum.pk,
                    organisation=self.organisations[slug],
                    person_id=self._speaks(slug).user_id,
                    is_chair=place == 0,
                )
        for meeting in self.plan.meetings:
            self._meet(forum, meeting)

    def _moment(self, days: int) -> datetime:
        day = self.today + timedelta(days=days)
        while not is_working_day(day):
            day += timedelta(days=1)
        return datetime.combine(day, time(13), tzinfo=clock.COPENHAGEN)

    def _meet(self, forum: Forum, plan: _Meeting) -> None:
        begins = self._moment(plan.on)
        with clock.at(min(begins - timedelta(days=30), self.now)):
            meeting = services.plan_meeting(
                actor=self.runs,
                forum_id=forum.pk,
                title=plan.title,
                begins_at=begins,
                ends_at=begins + timedelta(hours=2),
                place=plan.place,
            )
            for item in plan.items:
                services.propose_item(
                    actor=self._speaks(item.by) if item.by else self.runs,
                    meeting_id=meeting.pk,
                    title=item.title,
                    text=item.text,
                )
        if plan.agenda_sent and plan.items:
            with clock.at(min(begins - timedelta(days=10), self.now)):
                services.send_agenda(actor=self.runs, meeting_id=meeting.pk)
        if begins < self.now:
            self._held(meeting, plan, begins)

    def _held(self, meeting: Meeting, plan: _Meeting, begins: datetime) -> None:
        with clock.at(begins + timedelta(hours=2)):
            said = [
                services.ItemMinutes(
                    item_id=row.pk,
                    version=row.version,
                    minutes=item.minutes,
                    decision=item.decision,
                )
                for row, item in zip(meeting.agenda.all(), plan.items, strict=True)
            ]
            services.save_minutes(
                actor=self.runs,
                meeting_id=meeting.pk,
                version=0,
                general=plan.general,
                items=said,
            )
            tasks = [
                services.create_action_point(
                    actor=self.runs,
                    meeting_id=meeting.pk,
                    text=task.text,
                    organisation=self.organisations[task.who],
                    owner_id=self._speaks(task.who).user_id,
                    due_on=self.today + timedelta(days=task.due),
                )
                for task in plan.tasks
            ]
        with clock.at(min(begins + timedelta(days=5), self.now)):
            services.send_minutes(actor=self.runs, meeting_id=meeting.pk)
        for row, task in zip(tasks, plan.tasks, strict=True):
            if task.done:
                with clock.at(min(begins + timedelta(days=20), self.now)):
                    services.finish_action_point(actor=self._speaks(task.who), point_id=row.pk)
        if plan.approved:
            with clock.at(min(begins + timedelta(days=30), self.now)):
                services.approve_minutes(
                    actor=self._speaks(self.plan.members[0]), meeting_id=meeting.pk
                )
