"""The personas, and for each organisation the invented people whom pages and mails need."""

from collections.abc import Sequence
from typing import Final

from django.db import transaction

from organisations.models import (
    Contact,
    Membership,
    NamedHandler,
    Organisation,
    OrganisationKind,
    Role,
    TermsAcceptance,
)
from organisations.services import accept_terms, appoint_member, name_handler, set_contact
from organisations.terms_texts import CURRENT_VERSION
from portal.access.actor import Actor
from portal.access.grants import ASSOCIATIONS, PUBLIC_BODIES
from portal.demo.personas import email_of, personas
from portal.demo.world.cast import BUILDER, Cast
from portal.demo.world.hands import share
from portal.demo.world.names import invented_name, invented_phone
from portal.demo.world.sources import records

# They have not read the terms yet: senders are told to use a code instead.
WITHOUT_TERMS: Final = frozenset(
    {"mandevaerksted-lemvig", "soevnapnoe", "ataksi", "sarkoidose", "danmark-22q11"}
)
_RECEIVES: Final = (Role.MANAGER, Role.EDITOR, Role.HANDLER)


def fill(hands: int) -> int:
    """The personas and the people of the organisations in the file; returns how many were new."""
    named = {row["id"] for row in records("organisations.jsonl")}
    organisations = {row.slug: row for row in Organisation.objects.order_by("pk")}
    for persona in personas():
        if not persona.is_citizen:
            appoint_member(
                organisation_id=organisations[persona.organisation].pk,
                email=email_of(persona.slug),
                name=persona.name,
                title=persona.title,
                roles=persona.roles,
                actor=BUILDER,
            )
    return _staff([row for slug, row in organisations.items() if slug in named], hands)


@transaction.atomic
def fill_the_rest() -> int:
    """The people of all other public bodies of the country."""
    return _staff(list(Organisation.objects.order_by("pk")), hands=1)


def _staff(organisations: list[Organisation], hands: int) -> int:
    before = Membership.objects.count()
    # A demo that begins in 2027 has organisations that another took over.
    share([row for row in organisations if row.is_active], _appoint_all, hands=hands)
    return Membership.objects.count() - before


def _appoint_all(organisations: Sequence[Organisation]) -> None:
    owners = {row["organisation"] for row in records("offers.jsonl")}
    managed, receiving = _with_role(Role.MANAGER), _with_role(Role.HANDLER)
    for row in organisations:
        owns = row.slug in owners
        if row.pk not in managed or (owns and row.pk not in receiving):
            _appoint(row, owns=owns)
    _appoint_counsel(organisations)
    cast = Cast()
    contacts = set(Contact.objects.values_list("organisation_id", flat=True))
    for row in organisations:
        if row.pk not in contacts and row.kind != OrganisationKind.OPERATOR:
            _set_contacts(row, cast.get(row.slug, Role.MANAGER))
        if row.slug in owners and row.slug not in WITHOUT_TERMS:
            _receive_referrals(row, cast.get(row.slug, Role.MANAGER))


def _with_role(role: Role) -> set[int]:
    return set(
        Membership.objects.filter(organisation__isnull=False)
        .with_role(role)
        .values_list("organisation_id", flat=True)
    )


def _roles(organisation: Organisation, *, owns: bool) -> tuple[Role, ...]:
    kind = organisation.kind
    if kind == OrganisationKind.OPERATOR:
        return (Role.OPERATOR,)
    if kind in ASSOCIATIONS:
        return _RECEIVES if owns else (Role.MANAGER,)
    roles = _RECEIVES if owns else (Role.MANAGER,)
    if kind in {OrganisationKind.PRACTICE, OrganisationKind.HOSPITAL_DEPARTMENT}:
        return (*roles, Role.CLINICIAN)
    if kind in {OrganisationKind.HOSPITAL, OrganisationKind.MUNICIPALITY}:
        return (*roles, Role.COORDINATOR, Role.CLINICIAN)
    return (*roles, Role.COORDINATOR) if kind in PUBLIC_BODIES else roles


def manager_email(slug: str) -> str:
    return f"leder.{slug}@person.example"


def deputy_email(slug: str) -> str:
    return f"stedfortraeder.{slug}@person.example"


def _appoint(organisation: Organisation, *, owns: bool) -> None:
    appoint_member(
        organisation_id=organisation.pk,
        email=manager_email(organisation.slug),
        name=invented_name(organisation.slug),
        title="",
        roles=_roles(organisation, owns=owns),
        actor=BUILDER,
    )


# Whose agreements somebody must look at: a hospital and a council ask their region.
_HAVE_COUNSEL: Final = frozenset(
    {OrganisationKind.REGION, OrganisationKind.MUNICIPALITY, OrganisationKind.OTHER_PUBLIC}
)


def _appoint_counsel(organisations: Sequence[Organisation]) -> None:
    """A lawyer and a data protection officer, where no persona is one already."""
    for role, word in ((Role.LAWYER, "jurist"), (Role.DPO, "dpo")):
        there = _with_role(role)
        for row in organisations:
            if row.kind in _HAVE_COUNSEL and row.pk not in there:
                appoint_member(
                    organisation_id=row.pk,
                    email=f"{word}.{row.slug}@person.example",
                    name=invented_name(f"{row.slug}/{word}"),
                    title="",
                    roles=(role,),
                    actor=BUILDER,
                )


def _set_contacts(organisation: Organisation, actor: Actor) -> None:
    slug = organisation.slug
    set_contact(
        purpose=Contact.Purpose.GENERAL,
        name=actor.name,
        email=organisation.email,
        phone=organisation.phone or invented_phone(slug),
        actor=actor,
    )
    set_contact(
        purpose=Contact.Purpose.GENERAL,
        name=invented_name(f"{slug}/stedfortræder"),
        email=deputy_email(slug),
        phone=invented_phone(f"{slug}/stedfortræder"),
        is_deputy=True,
        actor=actor,
    )


def _receive_referrals(organisation: Organisation, actor: Actor) -> None:
    """The terms, the handler who answers, and the one who does when the first is away."""
    slug = organisation.slug
    if not TermsAcceptance.objects.filter(organisation=organisation).exists():
        accept_terms(version=CURRENT_VERSION, actor=actor)
    named = set(
        NamedHandler.objects.filter(organisation=organisation).values_list("email", flat=True)
    )
    members = (
        Membership.objects.filter(organisation=organisation)
        .with_role(Role.HANDLER)
        .select_related("user")
        .order_by("pk")
    )
    for member in members:
        if member.user.email not in named:
            name_handler(
                name=member.user.name,
                email=member.user.email,
                phone=invented_phone(slug),
                promised=True,
                user_id=member.user_id,
                actor=actor,
            )
    if deputy_email(slug) not in named:
        name_handler(
            name=invented_name(f"{slug}/stedfortræder"),
            email=deputy_email(slug),
            phone=invented_phone(f"{slug}/stedfortræder"),
            promised=True,
            is_deputy=True,
            actor=actor,
        )


__all__ = ["WITHOUT_TERMS", "deputy_email", "fill", "manager_email"]
