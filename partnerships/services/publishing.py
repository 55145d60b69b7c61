"""The public register: what everybody may read of an agreement, when every party has said yes."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from partnerships.models import Agreement, AgreementParty, AgreementState
from partnerships.models.agreement import SHOWN_IN_PUBLIC
from partnerships.permissions import require_may
from partnerships.selectors import party_of
from partnerships.services.mover import lock_agreement, note
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.cpr import refuse_cpr
from portal.common.errors import InvalidInput, WrongState
from portal.common.text import clean_text

_LONGEST_SUMMARY = 1000


def _party(agreement: Agreement, actor: Actor) -> AgreementParty:
    """A manager's or a coordinator's, of a party; an owner above says neither yes nor no."""
    require_may(actor, Permission.AGREEMENT_SIGN, agreement)
    party = party_of(agreement, actor)
    assert party is not None  # noqa: S101 - `require_may` found it
    return party


@transaction.atomic
def set_public_consent(*, agreement_id: UUID, consent: bool, actor: Actor) -> Agreement:
    """The party's yes to the public register, or its end. Taking it back works at once.

    Raises `NotFound`, `NotAllowed`, and `WrongState` for a yes before the agreement is signed; a
    second click changes nothing.
    """
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    party = _party(agreement, actor)
    if consent and agreement.status not in (AgreementState.SIGNED, *SHOWN_IN_PUBLIC):
        raise WrongState(_("Aftalen kan vises offentligt, når alle har skrevet under."))
    if consent == (party.public_consent_at is not None):
        return agreement
    party.public_consent_at = clock.now() if consent else None
    party.save(update_fields=["public_consent_at"])
    note(agreement, "public_yes" if consent else "public_no", actor)
    return agreement


@transaction.atomic
def write_public_summary(*, agreement_id: UUID, text: str, actor: Actor) -> Agreement:
    """What the public reads. The others said yes to the old text, so they are asked anew.

    Raises `InvalidInput` for a text that is too long or holds a CPR number.
    """
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    party = _party(agreement, actor)
    text = clean_text(text)
    if len(text) > _LONGEST_SUMMARY:
        raise InvalidInput({"text": _("Skriv højst 1.000 tegn. Teksten står her stadig.")})
    try:
        refuse_cpr(text)
    except ValidationError as error:
        raise InvalidInput({"text": " ".join(error.messages)}) from error
    if text == agreement.public_summary:
        return agreement
    agreement.public_summary, agreement.updated_at = text, clock.now()
    agreement.save(update_fields=["public_summary", "updated_at"])
    agreement.parties.exclude(pk=party.pk).update(public_consent_at=None)
    note(agreement, "public_summary", actor)
    return agreement
