"""How each mail about an offer is put together when it is sent, in the worker.

Every builder looks again: what is no longer true is not sent (`None`). The link that confirms is
made here, so it never stands in the outbox.
"""

from datetime import date
from typing import Any

from django.urls import reverse

from offers.links import mint_confirmation
from offers.models import Offer, OfferEvent, OfferStatus
from organisations.models import Contact, Membership, Organisation, Role
from portal.accounts.models import User
from portal.common import clock
from portal.notifications.registry import Ids, Mail, message
from portal.notifications.rendering import absolute, render_mail


def _find(ids: Ids) -> Offer | None:
    return Offer.objects.select_related("organisation").filter(pk=ids["offer"]).first()


def _address_of(organisation: Organisation) -> str:
    """The general contact, else the deputy, else the association's own address, else a leader."""
    contact = (
        Contact.objects.reachable()
        .filter(organisation=organisation, purpose=Contact.Purpose.GENERAL)
        .order_by("is_deputy")
        .first()
    )
    if contact is not None:
        return contact.email
    if organisation.email:
        return organisation.email
    leader = (
        Membership.objects.filter(organisation=organisation)
        .with_role(Role.MANAGER)
        .select_related("user")
        .order_by("pk")
        .first()
    )
    return leader.user.email if leader is not None else ""


def _to_association(offer: Offer, name: str, **context: Any) -> Mail | None:
    address = _address_of(offer.organisation)
    if not address:
        return None
    shown = {"offer": offer, "organisation": offer.organisation, **context}
    return render_mail(name, shown, to=address)


def _edit_address(offer: Offer) -> str:
    return absolute(reverse("offers:edit", args=[offer.slug]))


@message("offers.review")
def review(ids: Ids) -> Mail | None:
    """ "Is it still right?" Nothing is sent once somebody has confirmed it, or it is not shown."""
    offer = _find(ids)
    due = date.fromisoformat(ids["due"])
    if offer is None or offer.status != OfferStatus.PUBLISHED or offer.review_due_at is None:
        return None
    if clock.local(offer.review_due_at).date() != due:
        return None
    token = mint_confirmation(offer_id=offer.pk, due=due)
    return _to_association(
        offer,
        "offers.review",
        stage=ids["stage"],
        due=due,
        verified_at=offer.verified_at,
        link=absolute(reverse("offers:confirm-by-link", args=[token])),
        edit_link=_edit_address(offer),
    )


@message("offers.approved")
def approved(ids: Ids) -> Mail | None:
    offer = _find(ids)
    if offer is None or offer.status != OfferStatus.PUBLISHED:
        return None
    link = absolute(reverse("offers:detail", args=[offer.slug]))
    return _to_association(offer, "offers.approved", link=link)


@message("offers.sent-back")
def sent_back(ids: Ids) -> Mail | None:
    offer = _find(ids)
    if offer is None or offer.status != OfferStatus.DRAFT:
        return None
    event = OfferEvent.objects.get(pk=ids["event"])
    return _to_association(
        offer,
        "offers.sent-back",
        reason=event.details.get("reason", ""),
        link=_edit_address(offer),
    )


@message("offers.edit-answered")
def edit_answered(ids: Ids) -> Mail | None:
    offer = _find(ids)
    if offer is None:
        return None
    event = OfferEvent.objects.get(pk=ids["event"])
    return _to_association(
        offer,
        "offers.edit-answered",
        taken=event.verb == "edit_taken",
        link=_edit_address(offer),
    )


@message("offers.submitted")
def submitted(ids: Ids) -> Mail | None:
    """To one coordinator of the area, who sees it among the others that wait."""
    offer, user = _find(ids), User.objects.filter(pk=ids["user"], is_active=True).first()
    if offer is None or user is None:
        return None
    context = {
        "name": user.name,
        "organisation": offer.organisation,
        "link": absolute(reverse("offers:review")),
    }
    return render_mail("offers.submitted", context, to=user.email)
