"""The entrances of all public bodies, what they post, and what associations have asked them."""

from datetime import timedelta
from typing import Final

from django.db import transaction

from organisations.models import Contact, Organisation, OrganisationKind, Role
from partnerships import entrance_clocks, services
from partnerships.models import ENTRANCE_KINDS, Enquiry, Entrance, EntrancePost
from portal.common import clock
from portal.common.ids import uuid7
from portal.demo.world.cast import Cast
from portal.demo.world.entrance_words import (
    ENQUIRIES,
    INTRO,
    LINKED_TO,
    MAY,
    MAY_NOT,
    POSTS,
    REQUIREMENTS,
    TITLES,
)
from portal.demo.world.lives import working_days_ago
from portal.demo.world.names import invented_name, invented_phone
from portal.demo.world.register import plain_slug

# Closed, so that a reader sees where to go instead.
CLOSED: Final = frozenset({"hammel-neurocenter", "frederiksberg-kommune"})
_OPENED: Final = timedelta(days=200)
_POSTED: Final = timedelta(days=20)


@transaction.atomic
def fill() -> int:
    """Those of the file with their posts and enquiries; returns how many entrances were new."""
    with clock.at(clock.now() - _OPENED):
        opened = open_the_rest()
    cast = Cast()
    _hang_posts(cast)
    _knock(cast)
    # What the jobs of the past days would have reminded of, so that no heap comes on day one.
    entrance_clocks.run_entrance_clocks()
    return opened


@transaction.atomic
def open_the_rest() -> int:
    """An open entrance for every public body that has none yet."""
    cast = Cast()
    there = set(Entrance.objects.values_list("organisation_id", flat=True))
    rows = Organisation.objects.filter(kind__in=ENTRANCE_KINDS).exclude(pk__in=there)
    contacts = {
        row.organisation_id: row
        for row in Contact.objects.filter(purpose=Contact.Purpose.GENERAL, is_deputy=False)
    }
    opened = 0
    for place, row in enumerate(rows.order_by("pk")):
        if cast.has(row.slug, Role.COORDINATOR):
            _open(row, place, cast, contacts.get(row.pk))
            opened += 1
    return opened


def _open(row: Organisation, place: int, cast: Cast, contact: Contact | None) -> None:
    kind = OrganisationKind(row.kind)
    actor = cast.get(row.slug, Role.COORDINATOR)
    services.edit_entrance(
        actor=actor,
        organisation_id=row.pk,
        contact_name=invented_name(f"{row.slug}/indgang"),
        contact_title=TITLES[kind],
        contact_email=f"indgang.{row.slug}@offentlig.example",
        contact_phone=contact.phone if contact else invented_phone(f"{row.slug}/indgang"),
        intro=INTRO[kind][place % len(INTRO[kind])],
        may=MAY[kind][place % len(MAY[kind])],
        may_not=MAY_NOT[kind],
        requirements=REQUIREMENTS,
    )
    if row.slug not in CLOSED:
        services.open_entrance(actor=actor, organisation_id=row.pk)


def _hang_posts(cast: Cast) -> None:
    known = set(EntrancePost.objects.values_list("title", flat=True))
    now = clock.now()
    for place, (slug, kind, title, text, days) in enumerate(POSTS):
        if title in known or not cast.has(slug, Role.COORDINATOR):
            continue
        with clock.at(now - _POSTED + timedelta(days=place)):
            services.create_post(
                actor=cast.get(slug, Role.COORDINATOR),
                kind=kind,
                title=title,
                text=text,
                until_on=clock.local(now).date() + timedelta(days=days) if days else None,
            )


def _knock(cast: Cast) -> None:
    organisations = {row.slug: row for row in Organisation.objects.all()}
    known = set(Enquiry.objects.values_list("agreement__title", flat=True))
    now = clock.now()
    for place, (body, sender, title, text, ago, state, answer) in enumerate(ENQUIRIES):
        if title in known or body not in organisations:
            continue
        with clock.at(working_days_ago(now, ago, 9 + place % 6)):
            enquiry = _send(cast, organisations, body, sender, title, text)
        _live_on(cast, enquiry, body, organisations, state, answer)


def _send(
    cast: Cast,
    organisations: dict[str, Organisation],
    body: str,
    sender: str,
    title: str,
    text: str,
) -> Enquiry:
    """By the association's own manager where it is one of the portal's, else without an account."""
    by_account = sender in organisations
    slug = plain_slug(sender)
    actor = cast.get(sender, Role.MANAGER) if by_account else services.NOBODY
    writer = services.Writer(
        name=invented_name(f"{slug}/henvendelse"),
        email=f"{slug}@forening.example",
        organisation=sender,
        phone=invented_phone(slug),
    )
    return services.send_enquiry(
        actor=actor,
        organisation_id=organisations[body].pk,
        writer=services.writer_of(actor) if by_account else writer,
        title=title,
        text=text,
        form_key=uuid7(),
    )


def _live_on(
    cast: Cast,
    enquiry: Enquiry,
    body: str,
    organisations: dict[str, Organisation],
    state: str,
    answer: str,
) -> None:
    """As far as the file says: read the next day, answered within two weeks."""
    actor = cast.get(body, Role.COORDINATOR)
    if state in ("read", "onward", "declined", "linked"):
        with clock.at(enquiry.received_at + timedelta(hours=20)):
            services.acknowledge_enquiry(actor=actor, enquiry_id=enquiry.pk)
    if answer:
        with clock.at(enquiry.received_at + timedelta(days=12)):
            if state == "linked":
                services.link_enquiry_sender(
                    actor=actor, enquiry_id=enquiry.pk, association=organisations[LINKED_TO]
                )
            services.answer_enquiry(
                actor=actor,
                enquiry_id=enquiry.pk,
                answer=answer,
                outcome="declined" if state == "declined" else "onward",
            )
