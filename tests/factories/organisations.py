"""Organisations of every kind and the people in them."""

from typing import Any

import factory

from organisations.models import (
    Contact,
    Membership,
    MembershipRole,
    NamedHandler,
    Organisation,
    OrganisationKind,
    TermsAcceptance,
)
from organisations.terms_texts import CURRENT_VERSION
from portal.accounts.models import User
from portal.common import clock
from tests.factories.accounts import UserFactory


class OrganisationFactory(factory.django.DjangoModelFactory[Organisation]):
    """A verified association, unless told otherwise."""

    class Meta:
        model = Organisation

    kind = OrganisationKind.ASSOCIATION
    name = factory.Sequence(lambda n: f"Forening Nummer{n}")
    slug = factory.Sequence(lambda n: f"forening-{n}")
    email = factory.LazyAttribute(lambda row: f"kontakt@{row.slug}.example")
    phone = "00 00 00 10"
    verified_at = factory.LazyFunction(clock.now)
    verified_by_id = factory.LazyAttribute(lambda row: 0 if row.verified_at else None)


def add_member(organisation: Organisation, *roles: str, **user: Any) -> User:
    """A new person with these roles; `user=<User>` adds somebody who is there already."""
    person = user.pop("user", None) or UserFactory(**user)
    membership = Membership.objects.create(
        user=person, organisation=organisation, organisation_kind=organisation.kind
    )
    MembershipRole.objects.bulk_create(
        MembershipRole(membership=membership, organisation_kind=organisation.kind, role=role)
        for role in roles
    )
    return person


class ContactFactory(factory.django.DjangoModelFactory[Contact]):
    class Meta:
        model = Contact

    organisation = factory.SubFactory(OrganisationFactory)
    name = "Kirsten Kontakt"
    email = factory.Sequence(lambda n: f"kontakt{n}@samspil.example")
    phone = "00 00 00 11"


class NamedHandlerFactory(factory.django.DjangoModelFactory[NamedHandler]):
    """Somebody who answers referrals and has signed the promise."""

    class Meta:
        model = NamedHandler

    organisation = factory.SubFactory(OrganisationFactory)
    name = "Hanne Handler"
    email = factory.Sequence(lambda n: f"modtager{n}@samspil.example")
    phone = "+4500000012"
    promised_at = factory.LazyFunction(clock.now)


def accept_terms_for(organisation: Organisation, by: User) -> TermsAcceptance:
    return TermsAcceptance.objects.create(
        organisation=organisation, version=CURRENT_VERSION, accepted_by=by
    )
