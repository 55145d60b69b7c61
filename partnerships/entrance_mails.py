"""The mails of an enquiry: which there are, to whom, and how each is put together when it is sent.

None quotes what was written: a mail says that there is something, and links. The link of somebody
without an account is minted when the mail is sent, so its token never stands in the outbox.
"""

from datetime import date, timedelta

from django.urls import reverse

from organisations.models import Membership, Role
from partnerships.models import Enquiry, EnquiryLink, Entrance
from portal.common import clock
from portal.common.ids import hash_token, new_token
from portal.notifications.registry import Ids, Mail, absolute, message, render_mail
from portal.notifications.services import queue

LINK_LIVES = timedelta(days=365)


# --- into the outbox --------------------------------------------------------------------------


def queue_receipt(enquiry: Enquiry) -> None:
    _queue(enquiry, "receipt")


def queue_new(enquiry: Enquiry) -> None:
    _queue(enquiry, "new")


def queue_acknowledged(enquiry: Enquiry) -> None:
    _queue(enquiry, "acknowledged")


def queue_answered(enquiry: Enquiry) -> None:
    _queue(enquiry, "answered")


def queue_linked(enquiry: Enquiry) -> None:
    _queue(enquiry, "linked")


def reminder_key(enquiry: Enquiry, stage: str, due: date) -> str:
    return f"enquiry:{enquiry.pk}:{stage}:{due}"


def queue_reminder(enquiry: Enquiry, stage: str, due: date) -> bool:
    """The reminder of one stage and day, ever. True when it was queued now."""
    sent = queue(
        key=reminder_key(enquiry, stage, due),
        template="partnerships.enquiry-reminder",
        ids={"enquiry": enquiry.pk, "stage": stage},
        organisation_id=enquiry.organisation_id,
    )
    return sent is not None


def _queue(enquiry: Enquiry, kind: str) -> None:
    queue(
        key=f"enquiry:{enquiry.pk}:{kind}",
        template=f"partnerships.enquiry-{kind}",
        ids={"enquiry": enquiry.pk},
        organisation_id=enquiry.organisation_id,
    )


# --- out of it --------------------------------------------------------------------------------


def _find(ids: Ids) -> Enquiry | None:
    return (
        Enquiry.objects.select_related("organisation", "sender", "agreement")
        .filter(pk=ids["enquiry"])
        .first()
    )


def addresses_of(organisation_id: int, *roles: Role) -> list[str]:
    """Of the people who hold one of `roles` there, each once."""
    found: dict[str, None] = {}
    for role in roles:
        members = (
            Membership.objects.filter(organisation_id=organisation_id, user__is_active=True)
            .with_role(role)
            .select_related("user")
            .order_by("pk")
        )
        found.update(dict.fromkeys(member.user.email for member in members))
    return list(found)


def _to_writer(enquiry: Enquiry, name: str) -> Mail | None:
    if not enquiry.contact_email:
        return None  # forgotten meanwhile
    return render_mail(
        f"partnerships/{name}",
        {"enquiry": enquiry, "link": _link(enquiry)},
        to=enquiry.contact_email,
    )


def _link(enquiry: Enquiry) -> str:
    if enquiry.has_account:
        return _page(enquiry)
    token = new_token()
    now = clock.now()
    EnquiryLink.objects.create(
        enquiry=enquiry,
        token_hash=hash_token(token),
        created_at=now,
        expires_at=now + LINK_LIVES,
    )
    return absolute(reverse("partnerships:enquiry-follow", args=[token]))


def _page(enquiry: Enquiry) -> str:
    return absolute(reverse("partnerships:enquiry-detail", args=[enquiry.pk]))


def _to_body(enquiry: Enquiry, name: str, addresses: list[str], **context: object) -> list[Mail]:
    shown = {"enquiry": enquiry, "link": _page(enquiry), **context}
    return [render_mail(f"partnerships/{name}", shown, to=address) for address in addresses]


@message("partnerships.enquiry-receipt")
def receipt(ids: Ids) -> Mail | None:
    """At once, whoever is at work: it has come, and by when a person answers."""
    enquiry = _find(ids)
    return _to_writer(enquiry, "enquiry_receipt") if enquiry is not None else None


@message("partnerships.enquiry-new")
def new(ids: Ids) -> list[Mail]:
    """To the coordinators and to the person who is named at the entrance."""
    enquiry = _find(ids)
    if enquiry is None or enquiry.answered_at is not None:
        return []
    addresses = addresses_of(enquiry.organisation_id, Role.COORDINATOR)
    entrance = Entrance.objects.filter(organisation_id=enquiry.organisation_id).first()
    if entrance is not None and entrance.contact_email:
        addresses = list(dict.fromkeys([entrance.contact_email, *addresses]))
    return _to_body(enquiry, "enquiry_new", addresses)


@message("partnerships.enquiry-acknowledged")
def acknowledged(ids: Ids) -> Mail | None:
    enquiry = _find(ids)
    if enquiry is None or enquiry.answered_at is not None:
        return None  # answered in the same minute: one mail is enough
    return _to_writer(enquiry, "enquiry_acknowledged")


@message("partnerships.enquiry-answered")
def answered(ids: Ids) -> Mail | None:
    enquiry = _find(ids)
    return _to_writer(enquiry, "enquiry_answered") if enquiry is not None else None


@message("partnerships.enquiry-linked")
def linked(ids: Ids) -> list[Mail]:
    """To the managers of the association that it turned out to be from."""
    enquiry = _find(ids)
    if enquiry is None or enquiry.sender_id is None:
        return []
    addresses = addresses_of(enquiry.sender_id, Role.MANAGER)
    return _to_body(enquiry, "enquiry_linked", addresses)


@message("partnerships.enquiry-reminder")
def reminder(ids: Ids) -> list[Mail]:
    """To the coordinators; once it is late to the managers too. Nothing once it has been done."""
    enquiry, stage = _find(ids), str(ids["stage"])
    if enquiry is None or enquiry.answered_at is not None:
        return []
    if stage == "acknowledge" and enquiry.acknowledged_at is not None:
        return []
    roles = (Role.COORDINATOR, Role.MANAGER) if stage == "overdue" else (Role.COORDINATOR,)
    addresses = addresses_of(enquiry.organisation_id, *roles)
    return _to_body(enquiry, "enquiry_reminder", addresses, stage=stage)
