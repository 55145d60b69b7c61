from portal.access.actor import Assurance
from portal.access.grants import GRANTS


def test_everybody_in_the_cast_acts_for_the_own_organisation_at_level_strong(world):
    for name, person in world.people.items():
        actor = person.actor()

        assert actor.user_id == person.user.pk, name
        assert actor.is_strong, name
        assert actor.organisation_id == (person.organisation.pk if person.organisation else 0), name


def test_the_cast_holds_every_role_that_there_is(world):
    roles = {role for person in world.people.values() for role in person.actor().roles}

    assert roles == {role for _kind, role in GRANTS}


def test_a_client_is_signed_in_at_the_level_asked_for(world, client_for):
    session = client_for(world.gp, Assurance.LOW).session

    assert session["assurance"] == "low"
    assert session["organisation"] == world.practice.pk
    assert session["_auth_user_id"] == str(world.gp.user.pk)
