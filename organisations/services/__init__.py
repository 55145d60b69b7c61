"""What can be done to organisations and the people in them. One module a noun."""

from organisations.services.invitations import (
    accept_invitation,
    invite_member,
    renew_invitation,
    withdraw_invitation,
)
from organisations.services.members import (
    appoint_member,
    change_roles,
    choose_organisation,
    confirm_identity,
    disable_user,
    end_membership,
    reset_second_factor,
)
from organisations.services.operators import create_operator
from organisations.services.registry import (
    announce_closing,
    cancel_closing,
    register_organisation,
    set_contact,
    verify_organisation,
)
from organisations.services.terms import accept_terms, end_handler, name_handler

__all__ = [
    "accept_invitation",
    "accept_terms",
    "announce_closing",
    "appoint_member",
    "cancel_closing",
    "change_roles",
    "choose_organisation",
    "confirm_identity",
    "create_operator",
    "disable_user",
    "end_handler",
    "end_membership",
    "invite_member",
    "name_handler",
    "register_organisation",
    "renew_invitation",
    "reset_second_factor",
    "set_contact",
    "verify_organisation",
    "withdraw_invitation",
]
