"""The editor's form. It checks shapes and speaks to people; `offers.facts` checks the rest.

No field carries `maxlength`: a browser would cut a pasted text without a word. Too long is an error
that leaves the text where it is.
"""

from offers.forms.drafts import (
    PLACES,
    TRANSLATIONS,
    fields_in_draft,
    initial_of_draft,
    parts_of_draft,
)
from offers.forms.offer import NEW_OFFER, OfferForm, RoomForm, initial_of
from offers.forms.parts import PlaceFormSet, TranslationFormSet, facts_of
from offers.forms.review import SendBackForm

__all__ = [
    "NEW_OFFER",
    "PLACES",
    "TRANSLATIONS",
    "OfferForm",
    "PlaceFormSet",
    "RoomForm",
    "SendBackForm",
    "TranslationFormSet",
    "facts_of",
    "fields_in_draft",
    "initial_of",
    "initial_of_draft",
    "parts_of_draft",
]
