"""What somebody can do with an agreement, as addresses and words on buttons. Whether it may be done
is `permissions.available_moves`; here is only where it leads."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnerships.models import Agreement, AgreementState
from partnerships.permissions import available_moves, may
from partnerships.workflow import AMENDABLE, RUNNING
from portal.access.actor import Actor
from portal.access.permissions import Permission

S = AgreementState


@dataclass(frozen=True, slots=True)
class Action:
    """`posts`: the address takes a POST and has no page of its own."""

    verb: str
    label: str | Promise
    url: str
    posts: bool = False


# Moves of `workflow.TRANSITIONS`, and what is done without one: address name and words.
ADDRESSES: Final[dict[str, tuple[str, str | Promise]]] = {
    "draft": ("partnerships:begin", _("Begynd at skrive")),
    "submit_for_review": ("partnerships:review-submit", _("Send til høring")),
    "negotiate": ("partnerships:negotiate", _("Gå videre til forhandling")),
    "send_back": ("partnerships:send-back", _("Send tilbage til udkast")),
    "send_to_signature": ("partnerships:send-to-signature", _("Send til underskrift")),
    "sign": ("partnerships:sign", _("Læs og skriv under")),
    "refuse_signature": ("partnerships:refuse", _("Vi kan ikke skrive under")),
    "amend": ("partnerships:amendment-create", _("Ny tillægsaftale")),
    "renew": ("partnerships:renew", _("Forny aftalen")),
    "suspend": ("partnerships:suspend", _("Sæt på pause")),
    "resume": ("partnerships:resume", _("Gå i gang igen")),
    "give_notice": ("partnerships:give-notice", _("Opsig aftalen")),
    "evaluate": ("partnerships:evaluate", _("Skriv afsluttende evaluering")),
    "close": ("partnerships:close", _("Afslut aftalen")),
    "cancel": ("partnerships:cancel", _("Annullér aftalen")),
}
_POSTS: Final = frozenset({"draft"})


def action_for(verb: str, agreement: Agreement) -> Action:
    name, label = ADDRESSES[verb]
    return Action(verb, label, reverse(name, args=[agreement.pk]), verb in _POSTS)


def actions_of(agreement: Agreement, actor: Actor) -> dict[str, Action]:
    """Everything this actor can do now, by verb, in the order of `ADDRESSES`."""
    open_now = {*available_moves(agreement, actor), *_without_a_move(agreement, actor)}
    return {verb: action_for(verb, agreement) for verb in ADDRESSES if verb in open_now}


def _without_a_move(agreement: Agreement, actor: Actor) -> set[str]:
    if not may(actor, Permission.AGREEMENT_WRITE, agreement):
        return set()
    found = set()
    amended = any(row.is_open for row in agreement.amendments.all())
    if agreement.status in AMENDABLE and not amended:
        found.add("amend")
    if agreement.status in RUNNING and agreement.terminates_on is None:
        found.add("give_notice")
    renewable = agreement.status in (*RUNNING, S.EXPIRED) and not agreement.renewals.all()
    if renewable and not amended:
        found.add("renew")
    if agreement.status in (S.EXPIRED, S.TERMINATED) and not agreement.final_evaluation:
        found.add("evaluate")
    return found
