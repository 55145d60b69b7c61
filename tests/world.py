"""The small named cast that every test knows.

    def test_outsider_finds_nothing(world, client_for):
        response = client_for(world.outsider_handler).get(address)

`receiver` takes referrals, has accepted the terms and has a named handler. `outsider` is an
association like it, in the same municipality, **that must never see** anything of the receiver's.
`parent` and `sibling` stand round the receiver: being family gives no right either.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from organisations.current import SESSION_ASSURANCE, SESSION_ORGANISATION, actor_of_user
from organisations.models import NamedHandler, Organisation, OrganisationKind, Role
from portal.access.actor import Actor, Assurance
from portal.accounts.models import User
from portal.geography.loading import load_geography
from portal.geography.models import HealthCouncil, Municipality, Region
from tests.factories.accounts import UserFactory
from tests.factories.organisations import (
    NamedHandlerFactory,
    OrganisationFactory,
    accept_terms_for,
    add_member,
)
from tests.world_copy import Copier


@dataclass(frozen=True)
class Person:
    """A user seen through one organisation. `organisation` is None for somebody without any."""

    user: User
    organisation: Organisation | None

    def actor(self, assurance: str = Assurance.STRONG) -> Actor:
        """The actor that this person is on a page, resolved as the middleware does it."""
        return actor_of_user(self.user, self.session(assurance))

    def session(self, assurance: str = Assurance.STRONG) -> dict[str, Any]:
        chosen = self.organisation.pk if self.organisation else 0
        return {SESSION_ASSURANCE: str(assurance), SESSION_ORGANISATION: chosen}


@dataclass(frozen=True)
class World:
    # areas: Aarhus lies in Region Midtjylland, Odense in Region Syddanmark
    aarhus: Municipality
    odense: Municipality

    # those who send
    practice: Organisation
    gp: Person
    practice_manager: Person
    department: Organisation
    nurse: Person
    new_practice: Organisation  # not verified: its referrals wait for a coordinator
    new_gp: Person

    # those who receive
    receiver: Organisation
    receiver_manager: Person
    receiver_handler: Person
    receiver_editor: Person
    named_handler: NamedHandler
    parent: Organisation
    parent_handler: Person
    sibling: Organisation
    sibling_handler: Person

    # the one that must never see it
    outsider: Organisation
    outsider_manager: Person
    outsider_handler: Person

    # public bodies
    region: Organisation
    coordinator: Person
    region_manager: Person
    lawyer: Person
    dpo: Person
    analyst: Person
    municipality: Organisation
    municipal_coordinator: Person
    navigator: Person  # a handler of the municipality
    health_council: Organisation
    council_coordinator: Person
    other_region: Organisation
    other_coordinator: Person

    # the site's own
    operator_organisation: Organisation
    operator: Person
    newcomer: Person  # signed in, member of nothing

    @property
    def people(self) -> dict[str, Person]:
        return {name: row for name, row in vars(self).items() if isinstance(row, Person)}


def _person(organisation: Organisation, name: str, *roles: str) -> Person:
    email = f"{name.split()[0].lower()}.{organisation.slug}@samspil.example"
    return Person(add_member(organisation, *roles, name=name, email=email), organisation)


def load_areas() -> None:
    if not Municipality.objects.exists():
        load_geography()
        lay_down_world.forget()


def build_world() -> World:
    load_areas()
    aarhus = Municipality.objects.get(code="0751")
    odense = Municipality.objects.get(code="0461")
    midtjylland = Region.objects.get(slug="midtjylland")
    syddanmark = Region.objects.get(slug="syddanmark")
    council = HealthCouncil.objects.filter(memberships__municipality=aarhus).distinct().get()
    kind = OrganisationKind

    def organisation(slug: str, name: str, of_kind: str, **fields: Any) -> Organisation:
        return OrganisationFactory(
            slug=slug, name=name, kind=of_kind, **{"municipality": aarhus, **fields}
        )

    practice = organisation("praksis-aaparken", "Lægehuset Åparken", kind.PRACTICE)
    new_practice = organisation("praksis-ny", "Den Nye Praksis", kind.PRACTICE, verified_at=None)
    department = organisation("hjerteafdeling", "Hjerteafdelingen", kind.HOSPITAL_DEPARTMENT)
    parent = organisation("hjertet", "Hjertet Landsforening", kind.ASSOCIATION)
    receiver = organisation("hjertet-aarhus", "Hjertet Aarhus", kind.LOCAL_BRANCH, parent=parent)
    sibling = organisation("hjertet-viborg", "Hjertet Viborg", kind.LOCAL_BRANCH, parent=parent)
    outsider = organisation("lungen-aarhus", "Lungen Aarhus", kind.ASSOCIATION)
    region = organisation(
        "region-midt", "Region Midt", kind.REGION, region=midtjylland, municipality=None
    )
    other_region = organisation(
        "region-syd", "Region Syd", kind.REGION, region=syddanmark, municipality=None
    )
    municipality = organisation("aarhus-kommune", "Aarhus Kommune", kind.MUNICIPALITY)
    health_council = organisation(
        "raadet",
        "Sundhedsrådet",
        kind.HEALTH_COUNCIL,
        health_council=council,
        municipality=None,
    )
    operator_organisation = organisation("samspil", "Samspil", kind.OPERATOR, municipality=None)

    receiver_manager = _person(receiver, "Marie Leder", Role.MANAGER)
    receiver_handler = _person(receiver, "Helle Modtager", Role.HANDLER)
    accept_terms_for(receiver, receiver_manager.user)
    named_handler = NamedHandlerFactory(
        organisation=receiver,
        user=receiver_handler.user,
        name=receiver_handler.user.name,
        email=receiver_handler.user.email,
    )
    outsider_manager = _person(outsider, "Ulla Leder", Role.MANAGER)
    outsider_handler = _person(outsider, "Ove Modtager", Role.HANDLER)
    accept_terms_for(outsider, outsider_manager.user)
    NamedHandlerFactory(
        organisation=outsider,
        user=outsider_handler.user,
        name=outsider_handler.user.name,
        email=outsider_handler.user.email,
    )
    return World(
        aarhus=aarhus,
        odense=odense,
        practice=practice,
        gp=_person(practice, "Gitte Læge", Role.CLINICIAN),
        practice_manager=_person(practice, "Palle Leder", Role.MANAGER),
        department=department,
        nurse=_person(department, "Nanna Sygeplejerske", Role.CLINICIAN),
        new_practice=new_practice,
        new_gp=_person(new_practice, "Nils Læge", Role.CLINICIAN),
        receiver=receiver,
        receiver_manager=receiver_manager,
        receiver_handler=receiver_handler,
        receiver_editor=_person(receiver, "Erik Redaktør", Role.EDITOR),
        named_handler=named_handler,
        parent=parent,
        parent_handler=_person(parent, "Paula Modtager", Role.HANDLER, Role.MANAGER),
        sibling=sibling,
        sibling_handler=_person(sibling, "Signe Modtager", Role.HANDLER, Role.MANAGER),
        outsider=outsider,
        outsider_manager=outsider_manager,
        outsider_handler=outsider_handler,
        region=region,
        coordinator=_person(region, "Karen Koordinator", Role.COORDINATOR),
        region_manager=_person(region, "Rikke Leder", Role.MANAGER),
        lawyer=_person(region, "Lone Jurist", Role.LAWYER),
        dpo=_person(region, "Dorte Rådgiver", Role.DPO),
        analyst=_person(region, "Anders Analytiker", Role.ANALYST),
        municipality=municipality,
        municipal_coordinator=_person(municipality, "Kurt Koordinator", Role.COORDINATOR),
        navigator=_person(municipality, "Bente Brobygger", Role.HANDLER),
        health_council=health_council,
        council_coordinator=_person(health_council, "Carla Koordinator", Role.COORDINATOR),
        other_region=other_region,
        other_coordinator=_person(other_region, "Søren Koordinator", Role.COORDINATOR),
        operator_organisation=operator_organisation,
        operator=_person(operator_organisation, "Oda Drift", Role.OPERATOR),
        newcomer=Person(UserFactory(name="Nye Person", email="ny@samspil.example"), None),
    )


def shown_second_factor(user: User, *, at: float) -> dict[str, Any]:
    """What allauth keeps in a session whose second factor was shown at that moment."""
    return {
        "account_authentication_methods": [{"method": "mfa", "at": at}],
        "account_authentication_methods_user": str(user.pk),
    }


def sign_in(client: Client, person: Person, assurance: str = Assurance.STRONG) -> Client:
    """Make `client` that person's browser, without walking through the sign-in page."""
    client.force_login(person.user)
    session = client.session
    session.update(person.session(assurance))
    if assurance == Assurance.STRONG:
        session.update(shown_second_factor(person.user, at=time.time()))
    session.save()
    return client


def client_for(person: Person, assurance: str = Assurance.STRONG, **options: Any) -> Client:
    return sign_in(Client(**options), person, assurance)


lay_down_world = Copier(build_world)


@pytest.fixture
def world(db: None) -> World:
    load_areas()
    cache.clear()  # the same keys as in the test before, and nobody has tried anything yet
    found: World = lay_down_world()
    return found


@pytest.fixture(name="client_for")
def client_for_fixture() -> Callable[..., Client]:
    """`client_for(world.gp)`: a signed-in browser at level strong, the organisation chosen."""
    return client_for
