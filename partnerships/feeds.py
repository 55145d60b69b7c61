"""Whose calendar a secret address is."""

from organisations.current import SESSION_ORGANISATION, actor_of_user
from partnerships.models import CalendarFeed
from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.common.errors import NotAllowed, NotFound
from portal.common.ids import hash_token


def actor_behind(token: str) -> Actor:
    """The person for whom the address was made, with the rights of today, at the lowest assurance:
    an address opens dates and titles, nothing else.

    Raises `NotFound` for an address that is unknown or closed, and when the person, the membership,
    the organisation or the right is gone.
    """
    row = (
        CalendarFeed.objects.select_related("user")
        .filter(token_hash=hash_token(token).hex(), user__is_active=True)
        .first()
    )
    if row is None:
        raise NotFound()
    actor = actor_of_user(row.user, {SESSION_ORGANISATION: row.organisation_id})
    if actor.organisation_id != row.organisation_id:
        raise NotFound()
    try:
        require(actor, Permission.AGREEMENT_VIEW)
    except NotAllowed as error:
        raise NotFound() from error
    return actor
