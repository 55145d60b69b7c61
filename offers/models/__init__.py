from offers.models.capacity import OfferCapacity
from offers.models.details import OfferCoverage, OfferLocation, OfferSession, OfferTranslation
from offers.models.draft import OfferDraft
from offers.models.history import OfferEvent, Verification
from offers.models.offer import Offer, OfferStatus
from offers.models.search import SearchLog, SearchRow, SearchTerm, Synonym

__all__ = [
    "Offer",
    "OfferCapacity",
    "OfferCoverage",
    "OfferDraft",
    "OfferEvent",
    "OfferLocation",
    "OfferSession",
    "OfferStatus",
    "OfferTranslation",
    "SearchLog",
    "SearchRow",
    "SearchTerm",
    "Synonym",
    "Verification",
]
