"""Two regions and the one that they become, with people, agreements and offers in each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from organisations.current import actor_of_user
from organisations.models import Membership, Organisation, OrganisationKind, Role
from partnerships import services as partnerships
from partnerships.models import Agreement
from portal.access.actor import Actor, Assurance, system_actor
from portal.common import clock
from portal.geography.models import Municipality, Region
from portal.succession import services
from portal.succession.jobs import ACTOR, run_successions
from portal.succession.models import Succession
from portal.succession.services import Arrow
from tests.factories.organisations import OrganisationFactory, add_member
from tests.world import Person, World

BEFORE = datetime(2026, 12, 10, 12, tzinfo=clock.COPENHAGEN)
EVE = datetime(2026, 12, 31, 23, 59, 59, tzinfo=clock.COPENHAGEN)
DAY = date(2027, 1, 1)
AFTER = datetime(2027, 1, 1, 0, 0, 1, tzinfo=clock.COPENHAGEN)
BUILDER = system_actor("tests")


def person(organisation: Organisation, name: str, *roles: str) -> Person:
    email = f"{name.split()[0].lower()}.{organisation.slug}@samspil.example"
    return Person(add_member(organisation, *roles, name=name, email=email), organisation)


@dataclass
class Merger:
    world: World
    capital: Organisation
    capital_manager: Person
    capital_coordinator: Person
    zealand: Organisation
    zealand_manager: Person
    zealand_coordinator: Person
    east: Organisation
    east_manager: Person
    hospital: Organisation
    hospital_manager: Person

    @property
    def managers(self) -> list[Person]:
        return [self.capital_manager, self.zealand_manager, self.east_manager]

    def arrows(self) -> list[Arrow]:
        return [
            Arrow(source=self.capital, target=self.east),
            Arrow(source=self.zealand, target=self.east),
        ]

    def idea(self, person: Person, title: str, **fields: Any) -> Agreement:
        return idea(person, self.world.receiver, title=title, **fields)


def idea(person: Person, *others: Organisation, title: str, **fields: Any) -> Agreement:
    assert person.organisation
    return partnerships.start_idea(
        actor=person.actor(), title=title, parties=[person.organisation, *others], **fields
    )


def build_merger(world: World) -> Merger:
    regions = {row.slug: row for row in Region.objects.all()}

    def region(slug: str, name: str) -> Organisation:
        return OrganisationFactory(
            slug=f"region-{slug}",
            name=name,
            kind=OrganisationKind.REGION,
            region=regions[slug],
        )

    capital = region("hovedstaden", "Region Hovedstaden")
    zealand = region("sjaelland", "Region Sjælland")
    east = region("oestdanmark", "Region Østdanmark")
    hospital = OrganisationFactory(
        slug="hospitalet",
        name="Hospitalet",
        kind=OrganisationKind.HOSPITAL,
        parent=capital,
        region=regions["hovedstaden"],
        municipality=Municipality.objects.get(code="0101"),
    )
    return Merger(
        world=world,
        capital=capital,
        capital_manager=person(capital, "Hanne Leder", Role.MANAGER),
        capital_coordinator=person(capital, "Hugo Koordinator", Role.COORDINATOR),
        zealand=zealand,
        zealand_manager=person(zealand, "Sofie Leder", Role.MANAGER),
        zealand_coordinator=person(zealand, "Svend Koordinator", Role.COORDINATOR),
        east=east,
        east_manager=person(east, "Esther Leder", Role.MANAGER),
        hospital=hospital,
        hospital_manager=person(hospital, "Ole Leder", Role.MANAGER),
    )


def prepare(merger: Merger, *, by: Person | None = None, on: date = DAY) -> Succession:
    row = services.prepare(
        effective_on=on,
        arrows=merger.arrows(),
        actor=(by or merger.capital_coordinator).actor(),
        reason="Lov nr. 718",
    )
    return report(row)


def report(row: Succession) -> Succession:
    return services.write_report(succession_id=row.pk, actor=ACTOR)


def approve(row: Succession, *people: Person) -> Succession:
    for one in people:
        row = services.approve(succession_id=row.pk, plan=fresh(row).fingerprint, actor=one.actor())
    return row


def approved(merger: Merger) -> Succession:
    return approve(prepare(merger), *merger.managers)


def fresh(row: Succession) -> Succession:
    return Succession.objects.get(pk=row.pk)


def again(one: Person) -> Actor:
    """The actor after the day, as the middleware finds it in a new session."""
    one.user.refresh_from_db()
    return actor_of_user(one.user, {"assurance": Assurance.STRONG})


def again_person(one: Person, organisation: Organisation) -> Person:
    """The person in that organisation after the day: sessions of before are over."""
    one.user.refresh_from_db()
    return Person(one.user, organisation)


@contextmanager
def the_day() -> Iterator[int]:
    with clock.at(AFTER):
        yield run_successions()


def titles(actor: Actor) -> set[str]:
    return set(Agreement.objects.visible_to(actor).values_list("title", flat=True))


def roles_in(organisation: Organisation, one: Person) -> set[str]:
    row = Membership.objects.filter(organisation=organisation, user=one.user).first()
    return set(row.roles.values_list("role", flat=True)) if row else set()
