"""What an offer takes in: whether it is open now, to whom, and the facts that are always told."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from offers.coverage import covers
from offers.models import Offer, OfferCapacity, OfferStatus
from offers.vocabularies import CATEGORIES, TARGET_GROUPS
from organisations.models import Organisation
from portal.common import clock
from portal.common.errors import InvalidInput, NotFound
from portal.geography.models import Municipality
from referrals.models import AgeBand, Referral, State
from referrals.reasons import OutsideAreaReason


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedFacts:
    """Facts that make coverage visible without a person."""

    municipality: Municipality
    needs: list[str] = field(default_factory=list)
    target_groups: list[str] = field(default_factory=list)
    age_band: str = ""
    outside_area_reason: str = ""


def load_offer_for_sending(slug: str) -> Offer:
    """The offer with what the guards read, in one statement. Raises `NotFound`."""
    offer = (
        Offer.objects.public()
        .select_related("organisation", "organisation__municipality", "capacity", "template")
        .filter(slug=slug)
        .first()
    )
    if offer is None:
        raise NotFound()
    return offer


def refuse_closed_intake(offer: Offer, facts: CodedFacts) -> None:
    """Raise `InvalidInput` with the one reason why this offer takes no referral now."""
    sentence = _why_closed(offer)
    if sentence:
        raise InvalidInput({"offer": sentence})
    if facts.outside_area_reason:
        if facts.outside_area_reason not in OutsideAreaReason.values:
            raise InvalidInput({"outside_area_reason": _("Vælg en af grundene på listen.")})
    elif not covers(offer, facts.municipality):
        raise InvalidInput(
            {
                "outside_area_reason": _(
                    "Tilbuddet dækker ikke %(place)s. Vælg, hvorfor du henviser alligevel."
                )
                % {"place": facts.municipality.full_name}
            }
        )


def _why_closed(offer: Offer) -> str:
    capacity = getattr(offer, "capacity", None)
    if offer.status != OfferStatus.PUBLISHED:
        return _("Tilbuddet er ikke offentligt lige nu. Vælg et andet tilbud.")
    if offer.organisation.status != Organisation.Status.ACTIVE:
        return _("Foreningen er nedlagt. Vælg et andet tilbud.")
    if not offer.organisation.takes_referrals:
        return _("Foreningen modtager ikke henvisninger her. Se, hvordan man selv kommer med.")
    if offer.is_hidden_as_stale:
        return _("Tilbuddet er ikke bekræftet længe, så vi sender ikke dertil. Vælg et andet.")
    if capacity is not None and capacity.status == OfferCapacity.Status.FULL:
        return _("Holdet er fuldt. Vælg et andet tilbud, eller prøv igen senere.")
    if _month_is_full(offer):
        return _("Foreningen har nået månedens antal henvisninger. Prøv igen næste måned.")
    return ""


def _month_is_full(offer: Offer) -> bool:
    if offer.max_referrals_per_month is None:
        return False
    # The offer's row is locked, so that two senders cannot both take the month's last place.
    Offer.objects.select_for_update(of=("self",)).only("pk").get(pk=offer.pk)
    first = clock.local(clock.now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    sent = Referral.objects.filter(offer=offer, sent_at__gte=first).exclude(
        status__in=[State.ENTERED_IN_ERROR, State.WITHDRAWN]
    )
    return sent.count() >= offer.max_referrals_per_month


def check_facts(facts: CodedFacts) -> None:
    errors: dict[str, str] = {}
    if not facts.needs or not set(facts.needs) <= set(CATEGORIES):
        errors["needs"] = _("Vælg mindst ét behov på listen.")
    if not set(facts.target_groups) <= set(TARGET_GROUPS):
        errors["target_groups"] = _("Vælg målgrupper på listen.")
    if facts.age_band and facts.age_band not in AgeBand.values:
        errors["age_band"] = _("Vælg en aldersgruppe på listen.")
    if errors:
        raise InvalidInput(errors)
