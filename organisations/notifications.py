"""Mails about people: invitations, and what happens to an account.

They are built in the worker; every link is made there, so the outbox holds none.
"""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse

from organisations.models import Invitation
from organisations.permissions import role_names
from portal.accounts import outgoing
from portal.accounts.models import User
from portal.common import clock
from portal.notifications.registry import Ids, Mail, absolute, message, render_mail
from portal.notifications.services import queue

ACCOUNT_MAILS = sorted({outgoing.RESET, *outgoing.NOTICES.values()})


# --- into the outbox --------------------------------------------------------------------------
def queue_invitation(invitation: Invitation, *, round_: int) -> None:
    """One mail a round; asking for the same round again sends nothing."""
    queue(
        key=f"invitation:{invitation.pk}:{round_}",
        template="organisations.invitation",
        ids={"invitation": invitation.pk},
        organisation_id=invitation.organisation_id,
    )


def queue_for_account(kind: str, user_id: int) -> None:
    """What `portal.accounts` asks for. At most one of a kind in a second."""
    with transaction.atomic():
        queue(
            key=f"user:{user_id}:{kind}:{int(clock.now().timestamp())}",
            template=f"organisations.{kind}",
            ids={"user": user_id},
        )


# --- out of it --------------------------------------------------------------------------------
@message("organisations.invitation")
def invitation(ids: Ids) -> Mail | None:
    from organisations.services.invitations import token_of

    row = (
        Invitation.objects.open()
        .select_related("organisation", "invited_by")
        .filter(pk=ids["invitation"])
        .first()
    )
    if row is None:
        return None
    return render_mail(
        "organisations.invitation",
        {
            "invitation": row,
            "roles": role_names(row.roles),
            "link": absolute(reverse("organisations:invitation", args=[token_of(row)])),
        },
        to=row.email,
    )


def _person(ids: Ids) -> User | None:
    return User.objects.filter(pk=ids["user"], is_active=True).first()


@message(f"organisations.{outgoing.RESET}")
def reset_password(ids: Ids) -> Mail | None:
    user = _person(ids)
    if user is None:
        return None
    path = reverse(
        "account_reset_password_from_key",
        kwargs={
            "uidb36": user_pk_to_url_str(user),
            "key": default_token_generator.make_token(user),
        },
    )
    return render_mail(
        "organisations.reset_password", {"user": user, "link": absolute(path)}, to=user.email
    )


def _notice(kind: str) -> None:
    @message(f"organisations.{kind}")
    def build(ids: Ids) -> Mail | None:
        user = _person(ids)
        if user is None:
            return None
        context = {"user": user, "link": absolute(reverse("account"))}
        return render_mail(f"organisations.{kind}", context, to=user.email)


for _kind in sorted(set(outgoing.NOTICES.values())):
    _notice(_kind)
