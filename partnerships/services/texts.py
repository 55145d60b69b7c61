"""What people type, held to the same rules at every door: clean, not too long, no CPR number."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.common.cpr import refuse_cpr
from portal.common.errors import InvalidInput
from portal.common.text import clean_line, clean_text


def typed(name: str, text: str, longest: int, *, needed: str = "", line: bool = False) -> str:
    """The text as it is stored. `needed` is the sentence for an empty one; `line` keeps it on one
    line. Raises `InvalidInput` for the field `name`."""
    cleaned = clean_line(text) if line else clean_text(text)
    if needed and not cleaned:
        raise InvalidInput({name: needed})
    if len(cleaned) > longest:
        raise InvalidInput(
            {
                name: _("Teksten er %(length)s tegn. Skriv højst %(longest)s.")
                % {"length": len(cleaned), "longest": longest}
            }
        )
    try:
        refuse_cpr(cleaned)
    except ValidationError as error:
        raise InvalidInput({name: " ".join(error.messages)}) from error
    return cleaned
