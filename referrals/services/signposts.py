"""*Anvisning*: told about an offer, nothing more. One click, one counter, no referral."""

from django.db import connection, transaction

from offers.models import Offer
from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.common import clock
from portal.geography.models import Municipality


@transaction.atomic
def count_signpost(*, actor: Actor, offer: Offer, municipality: Municipality) -> None:
    """Add one to today's counter of this offer, municipality and the offer's need."""
    require(actor, Permission.SIGNPOST_COUNT)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO referrals_signpostcount AS c "
            "(offer_id, organisation_id, municipality_id, needs, day, count) "
            "VALUES (%s, %s, %s, %s, %s, 1) "
            "ON CONFLICT ON CONSTRAINT signpost_count_once DO UPDATE SET count = c.count + 1",
            [
                offer.pk,
                actor.organisation_id,
                municipality.pk,
                [offer.category],
                clock.today(),
            ],
        )
