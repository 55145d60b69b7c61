"""What one person keeps beside the register: named sets of filters, and the calendar's secret
address."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from partnerships.models import CalendarFeed, SavedView
from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.cpr import refuse_cpr
from portal.common.errors import InvalidInput, NotFound
from portal.common.ids import hash_token, new_token
from portal.common.text import clean_line

MOST_VIEWS = 30
_LONGEST_NAME = 80
_LONGEST_QUERY = 1000


@transaction.atomic
def save_view(*, name: str, query: str, actor: Actor) -> SavedView:
    """Keep filters, cleaned by the filter form, under a name. The same name again overwrites.
    Raises `InvalidInput`."""
    require(actor, Permission.AGREEMENT_VIEW)
    name = clean_line(name)
    if not name or len(name) > _LONGEST_NAME:
        raise InvalidInput({"name": _("Giv visningen et navn på højst 80 tegn.")})
    try:
        refuse_cpr(name)
    except ValidationError as error:
        raise InvalidInput({"name": " ".join(error.messages)}) from error
    if len(query) > _LONGEST_QUERY:
        raise InvalidInput({"name": _("Der er valgt for meget til at gemme det.")})
    names = SavedView.objects.visible_to(actor).values_list("name", flat=True)
    if name not in names and len(names) >= MOST_VIEWS:
        raise InvalidInput({"name": _("Du har 30 visninger. Slet en, du ikke bruger.")})
    row, _created = SavedView.objects.update_or_create(
        user_id=actor.user_id or 0,
        organisation_id=actor.organisation_id,
        name=name,
        defaults={"query": query},
    )
    trail.record(actor, "saved_view.save", row)
    return row


@transaction.atomic
def delete_view(*, view_id: UUID, actor: Actor) -> None:
    """Raises `NotFound` for another's, and when it is gone."""
    row = SavedView.objects.visible_to(actor).select_for_update().filter(pk=view_id).first()
    if row is None:
        raise NotFound()
    trail.record(actor, "saved_view.delete", row)
    row.delete()


@transaction.atomic
def open_feed(*, actor: Actor) -> str:
    """A new secret address for the actor's calendar program; the old one is void at once. The token
    is returned this once and stored as a keyed hash."""
    require(actor, Permission.AGREEMENT_VIEW)
    token = new_token()
    row, _created = CalendarFeed.objects.update_or_create(
        user_id=actor.user_id or 0,
        organisation_id=actor.organisation_id,
        defaults={"token_hash": hash_token(token).hex(), "created_at": clock.now()},
    )
    trail.record(actor, "calendar_feed.open", row)
    return token


@transaction.atomic
def close_feed(*, actor: Actor) -> None:
    """The address stops working. A second click changes nothing."""
    row = CalendarFeed.objects.visible_to(actor).select_for_update().first()
    if row is not None:
        trail.record(actor, "calendar_feed.close", row)
        row.delete()
