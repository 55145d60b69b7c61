"""Who may take a party out while the text is written. The service refuses by it, and the page shows
no button where it would."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from partnerships.models import Agreement, AgreementParty, SectionApproval
from portal.access.actor import Actor


def have_a_say(agreement: Agreement, parties: Iterable[AgreementParty]) -> set[UUID]:
    """The parties that have written or approved something. All write in one document and none
    deletes another's part, so these are taken out by nobody but themselves."""
    obliged = set(agreement.obligations.values_list("party_id", flat=True))
    agreed = set(
        SectionApproval.objects.filter(section__agreement=agreement).values_list(
            "party_id", flat=True
        )
    )
    signed = set(agreement.signatures.order_by().values_list("party_id", flat=True))
    # A line of the budget is written by the one who pays; a renewal copies it without a log.
    paying = set(agreement.budget.values_list("paid_by_id", flat=True))
    # Who had the idea wrote its title and purpose, before there was a log of the sections.
    started = set(
        agreement.events.filter(verb="start").values_list("actor_organisation_id", flat=True)
    )
    # The log knows its writers by name.
    logged = set(agreement.changes.order_by().values_list("organisation_name", flat=True))
    return {
        row.pk
        for row in parties
        if row.pk in obliged | agreed | signed
        or row.organisation_id in paying | started
        or row.organisation.name in logged
        or row.voice
        or row.gives
    }


def reasons_to_stay(agreement: Agreement, actor: Actor) -> dict[UUID, str]:
    """Party → why this actor may not take it out, in words; "" where the actor may. Of those that
    are parties now."""
    there = list(agreement.parties.filter(left_on__isnull=True).select_related("organisation"))
    sides = [row.side for row in there]
    bound = have_a_say(agreement, there)
    found = {}
    for row in there:
        found[row.pk] = ""
        if row.pk in bound and row.organisation_id != actor.organisation_id:
            found[row.pk] = _(
                "%(name)s har skrevet i aftalen og kan kun selv træde ud. Tal med dem."
            ) % {"name": row.organisation.name}
        if sides.count(row.side) == 1:
            found[row.pk] = _(
                "Der skal være mindst en part på hver side. Annullér aftalen i stedet."
            )
    return found
