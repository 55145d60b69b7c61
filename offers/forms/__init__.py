"""The editor's form. It checks shapes and speaks to people; `offers.facts` checks the rest.

No field carries `maxlength`: a browser would cut a pasted text without a word. Too long is an error
that leaves the text where it is.
"""

from offers.forms.offer import NEW_OFFER, OfferForm, RoomForm, initial_of
from offers.forms.parts import PlaceFormSet, TranslationFormSet, facts_of
from offers.forms.review import SendBackForm

__all__ = [
    "NEW_OFFER",
    "OfferForm",
    "PlaceFormSet",
    "RoomForm",
    "SendBackForm",
    "TranslationFormSet",
    "facts_of",
    "initial_of",
]
