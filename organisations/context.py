"""What the frame of a page shows of the actor: name, organisation, menu, other organisations."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from organisations.models import Membership
from portal.access.actor import ANONYMOUS, Actor
from portal.access.grants import allows
from portal.access.permissions import Permission

# In the order of the menu: (permission, or None for everybody; address name; label).
_MENU: list[tuple[Permission | None, str, str]] = [
    (None, "offers:list", "Find tilbud"),
    (Permission.REFERRAL_FOLLOW, "referrals:sent", "Mine henvisninger"),
    (Permission.REFERRAL_RECEIVE, "referrals:inbox", "Indbakke"),
    (Permission.REFERRAL_OVERSEE, "referrals:oversight", "Overblik"),
    (Permission.OFFER_EDIT, "offers:mine", "Vores tilbud"),
    (Permission.AGREEMENT_VIEW, "partnerships:list", "Aftaler"),
    (Permission.ENTRANCE_EDIT, "partnerships:enquiry-list", "Henvendelser"),
    (Permission.FORUM_RUN, "partnerships:forum-list", "Forum"),
    (Permission.MEMBERS_MANAGE, "organisations:members", "Organisation"),
    (Permission.AUDIT_VIEW, "referrals:audit", "Adgangslog"),
    (Permission.OPERATE, "succession:list", "Sammenlægninger"),
    (Permission.OPERATE, "demo:messages", "Udsendte beskeder"),
]
# Where the menu's item stands for more pages than the one it opens.
_WHOLE = {"organisations:members": "/organisation/"}


def navigation(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    items = []
    for permission, name, label in _MENU:
        if permission is not None and not allows(actor, permission):
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:  # the demo's own pages do not exist in production
            continue
        current = request.path.startswith(_WHOLE.get(name, url))
        items.append({"label": _(label), "url": url, "current": current})
    return items[:5]


def actor(request: HttpRequest) -> dict[str, Any]:
    current: Actor = getattr(request, "actor", ANONYMOUS)
    context: dict[str, Any] = {"actor": current, "who": None, "switch_to": []}
    context["navigation"] = navigation(request, current)
    if current.is_user:
        context["who"] = {"name": current.name, "organisation": current.organisation_name}
        # Evaluated only by a page that shows the switch; most people have one organisation.
        context["switch_to"] = (
            Membership.objects.of_user(current.user_id or 0)
            .exclude(organisation_id=current.organisation_id)
            .select_related("organisation")
            .order_by("organisation__name")
        )
    return context
