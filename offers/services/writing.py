"""Creating and editing. The association alone writes; every change keeps what stood before."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from offers import facts as offer_facts
from offers.facts import Facts
from offers.models import Offer, OfferCapacity, OfferEvent, OfferStatus
from offers.permissions import may_moderate
from offers.services.mover import check_verb, keep, lock_offer, new_event, show_in_search
from organisations.models import Organisation
from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import DomainError, InvalidInput, NotAllowed, NotFound, WrongState

_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
# Addresses below /tilbud/ that are not offers.
RESERVED_SLUGS = frozenset({"ny", "liste", "kort", "side", "gennemsyn", "filtre", "tom"})
# An unverified organisation's edit of a public offer waits under this verb until one of the others.
WAITS, TAKEN, REFUSED = "edit_waits", "edit_taken", "edit_refused"


class ChangedMeanwhile(DomainError):
    """Somebody saved other facts after the form was opened. `now` is what stands there."""

    status: ClassVar[int] = 409
    default_message: ClassVar[str | Promise] = _(
        "En anden har ændret tilbuddet, mens du skrev. Intet er gemt endnu."
    )

    def __init__(self, now: Facts, version: str) -> None:
        super().__init__()
        self.now = now
        self.version = version


def version_of(offer: Offer) -> str:
    """What a form carries, so that a save can tell whether somebody else was there."""
    capacity: OfferCapacity | None = getattr(offer, "capacity", None)
    return f"{offer.updated_at.isoformat()}/{capacity.as_of.isoformat() if capacity else ''}"


@transaction.atomic
def create_offer(
    *,
    actor: Actor,
    facts: Mapping[str, Any],
    slug: str = "",
    organisation_id: int | None = None,
    template_id: int | None = None,
    overrides: list[str] | None = None,
) -> Offer:
    """A new draft of the actor's own organisation. A job names the organisation.

    Raises `InvalidInput` with one sentence for each fact that cannot be used.
    """
    organisation = _owner(actor, organisation_id)
    cleaned = offer_facts.clean(facts)
    for needed in ("title", "category", "mode"):
        if needed not in cleaned:
            label = offer_facts.LABELS[needed]
            raise InvalidInput({needed: _("Udfyld »%(label)s«.") % {"label": label}})
    offer = Offer(
        organisation=organisation,
        slug=slug or free_slug(cleaned["title"], organisation),
        template_id=template_id,
        overrides=_known_overrides(overrides or []),
    )
    offer_facts.apply(offer, cleaned)
    offer.save(force_insert=True)
    offer_facts.write_parts(offer, cleaned, is_new=True)
    OfferCapacity.objects.create(offer=offer)
    keep(offer, new_event(offer, "create", actor, old=""), actor)
    return offer


def _owner(actor: Actor, organisation_id: int | None) -> Organisation:
    if actor.is_system:
        organisation = Organisation.objects.filter(pk=organisation_id or 0).first()
    else:
        require(actor, Permission.OFFER_EDIT)
        if organisation_id not in (None, actor.organisation_id):
            raise NotAllowed()
        organisation = Organisation.objects.run_by(actor).first()
    if organisation is None:
        raise NotFound()
    return organisation


def _known_overrides(names: list[str]) -> list[str]:
    unknown = set(names) - offer_facts.OVERRIDABLE
    if unknown:
        raise InvalidInput({"overrides": ", ".join(sorted(unknown))})
    return sorted(names)


def free_slug(title: str, organisation: Organisation) -> str:
    """An address that nobody has: the title, else with the association's name, else numbered."""
    plain = title.lower().translate(_LETTERS)
    base = slugify(plain)[:80].strip("-") or "tilbud"
    tries = [base, f"{base}-{organisation.slug}"[:96].strip("-")]
    taken = set(Offer.objects.filter(slug__startswith=base[:60]).values_list("slug", flat=True))
    taken |= RESERVED_SLUGS
    number = 2
    while tries[0] in taken:
        tries = tries[1:] or [f"{base}-{number}"]
        number += 1
    return tries[0]


@transaction.atomic
def edit_offer(
    *, actor: Actor, offer_id: int, facts: Mapping[str, Any], version: str | None = None
) -> Offer:
    """Change the named facts; what is not named stays.

    A verified organisation's edit is public at once. An unverified one's edit of a public offer
    waits for the coordinator, and the live version stays. Saving without a change writes nothing.
    Raises `ChangedMeanwhile` when `version` is given and is not that of the row any more.
    """
    offer = lock_offer(offer_id=offer_id, actor=actor)
    check_verb(offer, "edit", actor)
    before = offer_facts.snapshot(offer)
    if version is not None and version != version_of(offer):
        raise ChangedMeanwhile(before, version_of(offer))
    changed = offer_facts.changes(before, offer_facts.clean(facts, before=before))
    if not changed:
        return offer
    if offer.status in {OfferStatus.PUBLISHED, OfferStatus.PAUSED} and not (
        actor.is_system or offer.organisation.is_verified
    ):
        keep(offer, new_event(offer, WAITS, actor, details={"changed": changed}), actor)
        return offer
    _write(offer, {name: new for name, (_old, new) in changed.items()})
    keep(offer, new_event(offer, "edit", actor, details={"changed": changed}), actor)
    show_in_search(offer)
    return offer


def _write(offer: Offer, facts: Facts) -> None:
    fields = offer_facts.apply(offer, facts)
    if offer.template_id is not None:
        # What a local branch has written itself is its own from now on.
        offer.overrides = sorted({*offer.overrides, *facts} & offer_facts.OVERRIDABLE)
        fields.append("overrides")
    offer.updated_at = clock.now()
    offer.save(update_fields=[*fields, "updated_at"])
    offer_facts.write_parts(offer, facts)


# --- edits that wait ---------------------------------------------------------------------------
def waiting_edit(offer: Offer) -> OfferEvent | None:
    """The newest edit of an unverified organisation that nobody has answered yet."""
    newest = (
        OfferEvent.objects.filter(offer=offer, verb__in=[WAITS, TAKEN, REFUSED])
        .order_by("-pk")
        .first()
    )
    return newest if newest is not None and newest.verb == WAITS else None


def approve_edit(*, actor: Actor, offer_id: int) -> Offer:
    """The coordinator lets a waiting edit be shown, word for word."""
    return _answer_edit(actor=actor, offer_id=offer_id, verb=TAKEN)


def refuse_edit(*, actor: Actor, offer_id: int) -> Offer:
    """The live version stays; the association may write anew."""
    return _answer_edit(actor=actor, offer_id=offer_id, verb=REFUSED)


@transaction.atomic
def _answer_edit(*, actor: Actor, offer_id: int, verb: str) -> Offer:
    offer = lock_offer(offer_id=offer_id, actor=actor)
    if not may_moderate(actor, offer):
        raise NotAllowed()
    waiting = waiting_edit(offer)
    if waiting is None:
        raise WrongState()
    changed = waiting.details["changed"]
    if verb == TAKEN:
        _write(offer, {name: new for name, (_old, new) in changed.items()})
    keep(offer, new_event(offer, verb, actor, details={"changed": changed}), actor)
    show_in_search(offer)
    return offer
