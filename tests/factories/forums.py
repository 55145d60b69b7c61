"""Open entrances, enquiries and forums, made through their services."""

from datetime import timedelta
from typing import Any

from organisations.models import Organisation
from partnerships import services
from partnerships.models import Enquiry, Entrance, EntrancePost, Forum, Meeting
from portal.access.actor import Actor
from portal.common import clock
from portal.common.ids import uuid7
from tests.world import Person, World


def open_entrance(person: Person, **fields: Any) -> Entrance:
    """The open entrance of the coordinator's own organisation."""
    assert person.organisation is not None
    actor = person.actor()
    services.edit_entrance(
        actor=actor,
        organisation_id=person.organisation.pk,
        **{
            "contact_name": "Inga Indgang",
            "contact_email": "indgang@region.example",
            "may": "Låne lokaler ud",
            "may_not": "Give tilskud til drift",
            "requirements": "En kontaktperson",
            **fields,
        },
    )
    return services.open_entrance(actor=actor, organisation_id=person.organisation.pk)


def hang_post(person: Person, **fields: Any) -> EntrancePost:
    values = {"kind": "need", "title": "Følgeskab fra afdelingen", **fields}
    return services.create_post(actor=person.actor(), **values)


def knock(world: World, *, actor: Actor | None = None, **fields: Any) -> Enquiry:
    """An enquiry to the region, by somebody without an account unless `actor` is given."""
    body: Organisation = fields.pop("body", world.region)
    writer = services.Writer(
        name="Frida Fremmed", email="frida@borger.example", organisation="Ny Forening"
    )
    return services.send_enquiry(
        actor=actor or services.NOBODY,
        organisation_id=body.pk,
        writer=services.writer_of(actor) if actor else writer,
        **{
            "title": "Gåture for enlige",
            "text": "Vi vil gerne gå ture med enlige mænd.",
            "form_key": uuid7(),
            **fields,
        },
    )


def make_forum(world: World, *members: Organisation, **fields: Any) -> Forum:
    """A forum of the world's council; the receiver has a seat unless others are given."""
    actor = world.council_coordinator.actor()
    forum = services.create_forum(
        actor=actor, name=fields.pop("name", "Forum for Aarhus"), **fields
    )
    for organisation in members or (world.receiver, world.municipality):
        services.add_forum_member(actor=actor, forum_id=forum.pk, organisation=organisation)
    return forum


def plan(world: World, forum: Forum, **fields: Any) -> Meeting:
    values = {"title": "Forårsmøde", "begins_at": clock.now() + timedelta(days=14), **fields}
    return services.plan_meeting(
        actor=world.council_coordinator.actor(), forum_id=forum.pk, **values
    )
