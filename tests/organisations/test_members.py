"""Who is in an organisation, and with which roles: the services (ACC-6, ACC-7, ACC-9)."""

import threading
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from django.db import IntegrityError, connection, transaction

from organisations import services
from organisations.models import (
    Invitation,
    Membership,
    MembershipRole,
    NamedHandler,
    Organisation,
    Role,
)
from organisations.permissions import role_names, roles_for
from organisations.services.invitations import GOOD_FOR, token_of
from portal.access.actor import ANONYMOUS, system_actor
from portal.access.grants import GRANTS
from portal.accounts.models import User
from portal.audit.models import AuditEntry
from portal.common import clock
from portal.common.errors import DomainError, InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.ids import hash_token
from portal.notifications import registry
from portal.notifications.models import OutgoingMessage
from tests.factories.organisations import OrganisationFactory, add_member
from tests.world import Person

pytestmark = pytest.mark.django_db

PASSWORD = "bjerghytte-kompas-19"  # noqa: S105 - nobody's password


def membership_of(person: Person) -> Membership:
    return Membership.objects.get(user=person.user, organisation=person.organisation)


def roles_of(person: Person) -> set[str]:
    return set(membership_of(person).roles.values_list("role", flat=True))


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


# --- roles ------------------------------------------------------------------------------------
def test_a_manager_changes_the_roles_of_a_colleague(world):
    membership = membership_of(world.receiver_handler)

    services.change_roles(
        membership_id=membership.pk,
        roles=[Role.EDITOR, Role.HANDLER],
        actor=world.receiver_manager.actor(),
    )

    assert roles_of(world.receiver_handler) == {Role.EDITOR, Role.HANDLER}
    assert actions() == ["membership.roles"]
    assert AuditEntry.objects.get().labels == {"before": "handler", "after": "editor,handler"}


def test_the_same_roles_again_change_nothing_and_end_no_session(world):
    epoch = world.receiver_handler.user.session_epoch

    services.change_roles(
        membership_id=membership_of(world.receiver_handler).pk,
        roles=[Role.HANDLER],
        actor=world.receiver_manager.actor(),
    )

    assert User.objects.get(pk=world.receiver_handler.user.pk).session_epoch == epoch
    assert actions() == []


@pytest.mark.parametrize("name", ["receiver_handler", "receiver_editor", "gp", "operator", "dpo"])
def test_nobody_but_a_manager_changes_roles(world, name):
    with pytest.raises((NotAllowed, NotFound)):
        services.change_roles(
            membership_id=membership_of(world.receiver_editor).pk,
            roles=[Role.HANDLER],
            actor=getattr(world, name).actor(),
        )

    assert roles_of(world.receiver_editor) == {Role.EDITOR}


@pytest.mark.parametrize("manager", ["outsider_manager", "parent_handler", "sibling_handler"])
def test_a_manager_elsewhere_does_not_find_the_member(world, manager):
    actor = getattr(world, manager).actor()
    target = membership_of(world.receiver_editor).pk

    for service in (services.end_membership, services.confirm_identity):
        with pytest.raises(NotFound):
            service(membership_id=target, actor=actor)
    with pytest.raises(NotFound):
        services.change_roles(membership_id=target, roles=[Role.HANDLER], actor=actor)
    with pytest.raises(NotFound):
        services.reset_second_factor(membership_id=target, actor=actor)

    assert roles_of(world.receiver_editor) == {Role.EDITOR}


@pytest.mark.parametrize("kind", sorted({kind for kind, _role in GRANTS}))
def test_only_roles_that_the_kind_has_can_be_given(kind):
    organisation = OrganisationFactory(kind=kind, **area_for(kind))
    setter = system_actor("tests")
    for role in Role:
        fits = (kind, role) in GRANTS
        give = dict(
            organisation_id=organisation.pk,
            email=f"{role}@samspil.example",
            name="Ny",
            roles=[role],
            actor=setter,
        )
        if fits:
            services.appoint_member(**give)
        else:
            with pytest.raises(InvalidInput):
                services.appoint_member(**give)

    given = MembershipRole.objects.filter(membership__organisation=organisation)
    assert set(given.values_list("role", flat=True)) == set(roles_for(kind))


def area_for(kind: str) -> dict[str, object]:
    from portal.geography.models import HealthCouncil, Municipality, Region

    models = {"municipality": Municipality, "region": Region, "health_council": HealthCouncil}
    return {kind: models[kind].objects.first()} if kind in models else {}


def test_the_database_refuses_a_role_that_the_kind_does_not_have(world):
    membership = membership_of(world.receiver_editor)

    with pytest.raises(IntegrityError, match="membership_role_fits_kind"), transaction.atomic():
        MembershipRole.objects.create(
            membership=membership, organisation_kind="local_branch", role=Role.OPERATOR
        )


def all_role_pairs(kind: str) -> list[tuple[frozenset[str], frozenset[str]]]:
    sets = [
        frozenset(chosen)
        for size in range(1, 4)
        for chosen in combinations([str(role) for role in roles_for(kind)], size)
    ]
    return [(before, after) for before in sets for after in sets if before != after]


def test_no_manager_gives_themself_more_whatever_the_roles(world):
    boss = add_member(world.receiver, Role.MANAGER)  # so that a manager is always left
    assert boss
    person = Person(add_member(world.receiver, Role.MANAGER), world.receiver)
    membership = membership_of(person)
    pairs = [pair for pair in all_role_pairs("local_branch") if Role.MANAGER in pair[0]]

    for before, after in pairs:
        membership.roles.all().delete()
        MembershipRole.objects.bulk_create(
            MembershipRole(membership=membership, organisation_kind="local_branch", role=role)
            for role in before
        )
        actor = person.actor()
        if after <= before:
            services.change_roles(membership_id=membership.pk, roles=after, actor=actor)
            assert roles_of(person) == after
        else:
            with pytest.raises(NotAllowed):
                services.change_roles(membership_id=membership.pk, roles=after, actor=actor)
            assert roles_of(person) == before

    assert len(pairs) == 24


def test_the_last_manager_cannot_step_down_or_leave(world):
    membership = membership_of(world.receiver_manager)
    actor = world.receiver_manager.actor()
    MembershipRole.objects.create(
        membership=membership, organisation_kind="local_branch", role=Role.EDITOR
    )

    with pytest.raises(DomainError, match="altid være en leder"):
        services.change_roles(membership_id=membership.pk, roles=[Role.EDITOR], actor=actor)
    with pytest.raises(DomainError, match="altid være en leder"):
        services.end_membership(membership_id=membership.pk, actor=actor)

    assert Role.MANAGER in roles_of(world.receiver_manager)


def test_a_disabled_manager_does_not_count_as_one(world):
    add_member(world.receiver, Role.MANAGER, is_active=False)

    with pytest.raises(DomainError, match="altid være en leder"):
        services.end_membership(
            membership_id=membership_of(world.receiver_manager).pk,
            actor=world.receiver_manager.actor(),
        )


def test_one_of_two_managers_may_leave(world):
    add_member(world.receiver, Role.MANAGER)

    services.end_membership(
        membership_id=membership_of(world.receiver_manager).pk,
        actor=world.receiver_manager.actor(),
    )

    assert not Membership.objects.filter(
        user=world.receiver_manager.user, organisation=world.receiver
    ).exists()


def test_a_right_that_is_gone_from_the_database_no_longer_works_for_an_old_actor(world):
    actor = world.receiver_manager.actor()
    add_member(world.receiver, Role.MANAGER)
    membership_of(world.receiver_manager).roles.all().delete()

    with pytest.raises(NotAllowed):
        services.end_membership(membership_id=membership_of(world.receiver_editor).pk, actor=actor)


def test_who_leaves_is_no_named_handler_any_more(world):
    services.end_membership(
        membership_id=membership_of(world.receiver_handler).pk,
        actor=world.receiver_manager.actor(),
    )

    assert not NamedHandler.objects.current().filter(pk=world.named_handler.pk).exists()
    assert actions() == ["membership.end", "handler.end"]


# --- identity and second factor ---------------------------------------------------------------
def test_a_manager_confirms_the_identity_of_a_colleague_once(world):
    person = Person(add_member(world.receiver, Role.HANDLER, identity_checked_at=None), None)
    membership = Membership.objects.get(user=person.user)

    for _ in range(2):
        services.confirm_identity(membership_id=membership.pk, actor=world.receiver_manager.actor())

    assert User.objects.get(pk=person.user.pk).identity_checked_at
    assert actions() == ["user.identity_checked"]


def test_nobody_confirms_the_own_identity(world):
    User.objects.filter(pk=world.receiver_manager.user.pk).update(identity_checked_at=None)

    with pytest.raises(NotAllowed):
        services.confirm_identity(
            membership_id=membership_of(world.receiver_manager).pk,
            actor=world.receiver_manager.actor(),
        )


def test_a_second_factor_is_reset_only_for_somebody_of_this_organisation_alone(world):
    add_member(world.outsider, Role.EDITOR, user=world.receiver_editor.user)
    actor = world.receiver_manager.actor()

    services.reset_second_factor(
        membership_id=membership_of(world.receiver_handler).pk, actor=actor
    )
    with pytest.raises(NotAllowed):
        services.reset_second_factor(
            membership_id=membership_of(world.receiver_editor).pk, actor=actor
        )
    with pytest.raises(NotAllowed):
        services.reset_second_factor(
            membership_id=membership_of(world.receiver_manager).pk, actor=actor
        )

    assert User.objects.get(pk=world.receiver_handler.user.pk).identity_checked_at is None


# --- set up by the operator -------------------------------------------------------------------
@pytest.mark.parametrize("name", ["gp", "receiver_manager", "coordinator", "dpo", "newcomer"])
def test_only_the_operator_and_named_jobs_appoint_and_register(world, name):
    actor = getattr(world, name).actor()

    with pytest.raises(NotAllowed):
        services.appoint_member(
            organisation_id=world.receiver.pk,
            email="ny@forening.example",
            name="Ny",
            roles=[Role.MANAGER],
            actor=actor,
        )
    with pytest.raises(NotAllowed):
        services.register_organisation(
            kind="association", name="Ny", slug="ny-forening", actor=actor
        )
    with pytest.raises(NotAllowed):
        services.appoint_member(
            organisation_id=world.receiver.pk,
            email="ny@forening.example",
            name="Ny",
            roles=[Role.MANAGER],
            actor=ANONYMOUS,
        )


def test_appointing_twice_is_one_person_one_membership_one_line(world):
    give = dict(
        organisation_id=world.receiver.pk,
        email="Ny@Forening.example",
        name="Ny Leder",
        roles=[Role.MANAGER, Role.HANDLER],
        actor=system_actor("demo"),
    )

    first = services.appoint_member(**give)
    second = services.appoint_member(**give)

    assert first == second
    assert not first.has_usable_password()
    assert Membership.objects.filter(user=first).count() == 1
    assert actions() == ["membership.appoint"]


def test_a_registered_association_has_a_profile_and_waits_for_verification(world):
    organisation = services.register_organisation(
        kind="association",
        name="Ny Forening",
        slug="ny-forening",
        municipality=world.aarhus,
        profile={"workforce": "both"},
        actor=system_actor("demo"),
    )

    assert organisation.profile.workforce == "both"
    assert not organisation.is_verified


# --- invitations ------------------------------------------------------------------------------
def invite(world, **changes):
    given = {
        "email": "Nina.Ny@samspil.example",
        "name": "Nina Ny",
        "roles": [Role.HANDLER],
        "knows_person": True,
        "actor": world.receiver_manager.actor(),
    }
    return services.invite_member(**{**given, **changes})


def test_an_invitation_is_one_row_one_mail_and_one_line(world):
    row = invite(world)

    assert (row.email, row.roles) == ("nina.ny@samspil.example", ["handler"])
    assert bytes(row.token_hash) == hash_token(token_of(row))
    assert len(token_of(row)) == 22
    queued = OutgoingMessage.objects.get()
    assert (queued.template, queued.ids) == ("organisations.invitation", {"invitation": row.pk})
    assert actions() == ["invitation.create"]


def test_the_mail_carries_the_link_and_the_outbox_does_not(world):
    row = invite(world)

    (mail,) = registry.build("organisations.invitation", {"invitation": row.pk})

    assert mail.to == "nina.ny@samspil.example"
    assert f"/invitation/{token_of(row)}/" in mail.text
    assert "Marie Leder har inviteret dig til Hjertet Aarhus" in mail.text
    assert "UNDEFINED" not in mail.text
    stored = OutgoingMessage.objects.values_list("key", "template", "ids").get()
    assert token_of(row) not in str(stored)


def test_an_accepted_invitation_makes_a_checked_user_with_the_roles(world):
    row = invite(world)

    user = services.accept_invitation(token=token_of(row), actor=ANONYMOUS, password=PASSWORD)

    assert user.check_password(PASSWORD)
    assert user.name == "Nina Ny"
    assert user.identity_checked_at
    assert roles_of(Person(user, world.receiver)) == {Role.HANDLER}


def test_an_invitation_works_once(world):
    row = invite(world)
    services.accept_invitation(token=token_of(row), actor=ANONYMOUS, password=PASSWORD)

    with pytest.raises(NotFound):
        services.accept_invitation(token=token_of(row), actor=ANONYMOUS, password=PASSWORD)


def test_an_invitation_ends_after_fourteen_days(world):
    now = clock.now()
    with clock.at(now):
        row = invite(world)
    with clock.at(now + GOOD_FOR), pytest.raises(NotFound):
        services.accept_invitation(token=token_of(row), actor=ANONYMOUS, password=PASSWORD)
    with clock.at(now + GOOD_FOR - timedelta(seconds=1)):
        services.accept_invitation(token=token_of(row), actor=ANONYMOUS, password=PASSWORD)


def test_a_withdrawn_invitation_is_dead_at_once_and_sends_no_mail(world):
    row = invite(world)

    services.withdraw_invitation(invitation_id=row.pk, actor=world.receiver_manager.actor())

    assert registry.build("organisations.invitation", {"invitation": row.pk}) == []
    with pytest.raises(NotFound):
        services.accept_invitation(token=token_of(row), actor=ANONYMOUS, password=PASSWORD)
    with pytest.raises(WrongState):
        services.renew_invitation(invitation_id=row.pk, actor=world.receiver_manager.actor())


def test_a_renewed_invitation_keeps_its_link_and_sends_a_second_mail(world):
    row = invite(world)

    again = services.renew_invitation(invitation_id=row.pk, actor=world.receiver_manager.actor())

    assert token_of(again) == token_of(row)
    assert OutgoingMessage.objects.count() == 2


def test_somebody_known_must_be_signed_in_to_accept(world):
    row = invite(world, email=world.gp.user.email, name="Gitte Læge")

    for actor in (ANONYMOUS, world.nurse.actor(), world.outsider_manager.actor()):
        with pytest.raises(NotAllowed):
            services.accept_invitation(token=token_of(row), actor=actor, password=PASSWORD)
    services.accept_invitation(token=token_of(row), actor=world.gp.actor())

    assert roles_of(Person(world.gp.user, world.receiver)) == {Role.HANDLER}
    assert not User.objects.get(pk=world.gp.user.pk).check_password(PASSWORD)


def test_nobody_takes_an_invitation_that_was_meant_for_somebody_new(world):
    row = invite(world)

    with pytest.raises(NotAllowed):
        services.accept_invitation(token=token_of(row), actor=world.gp.actor(), password=PASSWORD)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"knows_person": False}, "knows_person"),
        ({"roles": []}, "roles"),
        ({"roles": [Role.CLINICIAN]}, "roles"),
        ({"roles": [Role.OPERATOR]}, "roles"),
    ],
)
def test_an_invitation_that_breaks_a_rule_is_refused(world, changes, field):
    with pytest.raises(InvalidInput) as refusal:
        invite(world, **changes)

    assert set(refusal.value.errors) == {field}
    assert not Invitation.objects.exists()


def test_nobody_is_invited_twice_or_when_already_there(world):
    invite(world)

    with pytest.raises(InvalidInput, match="allerede en invitation"):
        invite(world, email="NINA.NY@samspil.example")
    with pytest.raises(InvalidInput, match="allerede med"):
        invite(world, email=world.receiver_editor.user.email)


def test_an_invitation_that_ran_out_makes_room_for_a_new_one(world):
    now = clock.now()
    with clock.at(now):
        invite(world)
    with clock.at(now + GOOD_FOR):
        fresh = invite(world)

    assert Invitation.objects.filter(withdrawn_at__isnull=True).get() == fresh


@pytest.mark.parametrize("name", ["outsider_manager", "sibling_handler"])
def test_an_invitation_of_another_organisation_is_not_found(world, name):
    row = invite(world)
    actor = getattr(world, name).actor()

    for service in (services.withdraw_invitation, services.renew_invitation):
        with pytest.raises(NotFound):
            service(invitation_id=row.pk, actor=actor)


# --- switching --------------------------------------------------------------------------------
def test_a_person_of_two_organisations_chooses_and_a_stranger_does_not(world):
    add_member(world.outsider, Role.EDITOR, user=world.gp.user)
    actor = world.gp.actor()

    chosen = services.choose_organisation(organisation_id=world.outsider.pk, actor=actor)

    assert chosen == world.outsider
    assert User.objects.get(pk=world.gp.user.pk).last_organisation_id == world.outsider.pk
    with pytest.raises(NotFound):
        services.choose_organisation(organisation_id=world.receiver.pk, actor=actor)


# --- races ------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_managers_who_let_each_other_go_at_once_leave_one():
    organisation = OrganisationFactory()
    people = [Person(add_member(organisation, Role.MANAGER), organisation) for _ in range(2)]
    actors = [person.actor() for person in people]
    targets = [membership_of(person).pk for person in people]
    barrier = threading.Barrier(2)
    refused = []

    def let_go(actor, target):
        barrier.wait()
        try:
            services.end_membership(membership_id=target, actor=actor)
        except DomainError as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=let_go, args=(actors[0], targets[1])),
        threading.Thread(target=let_go, args=(actors[1], targets[0])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Membership.objects.filter(organisation=organisation).with_role(Role.MANAGER).count() == 1
    assert len(refused) == 1


@pytest.mark.django_db(transaction=True)
def test_eight_rival_clicks_on_one_invitation_make_one_member():
    organisation = OrganisationFactory()
    manager = Person(add_member(organisation, Role.MANAGER), organisation)
    row = services.invite_member(
        email="ny@samspil.example",
        name="Nina Ny",
        roles=[Role.EDITOR],
        knows_person=True,
        actor=manager.actor(),
    )
    barrier = threading.Barrier(8)
    outcomes = []

    def accept():
        barrier.wait()
        try:
            services.accept_invitation(token=token_of(row), actor=ANONYMOUS, password=PASSWORD)
            outcomes.append("joined")
        except DomainError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=accept) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["joined"] + ["refused"] * 7
    assert User.objects.filter(email="ny@samspil.example").count() == 1


# --- edges ------------------------------------------------------------------------------------
def test_an_organisation_that_is_gone_has_no_manager(world):
    actor = replace(world.receiver_manager.actor(), organisation_id=0)

    with pytest.raises(NotFound):
        services.end_membership(membership_id=1, actor=actor)


def test_no_roles_at_all_are_refused(world):
    with pytest.raises(InvalidInput):
        services.change_roles(
            membership_id=membership_of(world.receiver_editor).pk,
            roles=[],
            actor=world.receiver_manager.actor(),
        )


def test_an_organisation_or_person_that_does_not_exist_is_not_found(world):
    with pytest.raises(NotFound):
        services.appoint_member(
            organisation_id=0, email="x@x.example", name="X", roles=[], actor=system_actor("demo")
        )
    with pytest.raises(NotFound):
        services.disable_user(user_id=0, actor=world.operator.actor())


def test_an_operator_disables_others_and_never_themself(world):
    actor = world.operator.actor()

    services.disable_user(user_id=world.gp.user.pk, actor=actor)
    with pytest.raises(NotAllowed):
        services.disable_user(user_id=world.operator.user.pk, actor=actor)
    with pytest.raises(NotAllowed):
        services.disable_user(user_id=world.nurse.user.pk, actor=world.dpo.actor())

    assert not User.objects.get(pk=world.gp.user.pk).is_active
    assert User.objects.filter(is_active=False).count() == 1


def test_a_new_person_without_a_password_is_asked_for_one(world):
    row = invite(world)

    with pytest.raises(InvalidInput) as refusal:
        services.accept_invitation(token=token_of(row), actor=ANONYMOUS)

    assert set(refusal.value.errors) == {"password1"}


def test_a_disabled_person_does_not_come_back_by_invitation(world):
    row = invite(world, email=world.gp.user.email)
    actor = world.gp.actor()
    services.disable_user(user_id=world.gp.user.pk, actor=world.operator.actor())

    with pytest.raises(NotAllowed, match="spærret"):
        services.accept_invitation(token=token_of(row), actor=actor)


def test_an_invitation_to_an_organisation_that_closed_is_dead(world):
    row = invite(world)
    Organisation.objects.filter(pk=world.receiver.pk).update(status="closed")

    with pytest.raises(NotFound):
        services.accept_invitation(token=token_of(row), actor=ANONYMOUS, password=PASSWORD)


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        ([], ""),
        (["manager"], "leder"),
        (["manager", "editor"], "redaktør og leder"),
        (["clinician", "dpo", "analyst"], "analytiker, kliniker og databeskyttelsesrådgiver"),
    ],
)
def test_roles_in_a_sentence(roles, words):
    assert role_names(roles) == words
