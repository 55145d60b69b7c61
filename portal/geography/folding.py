"""How a place name is compared: å and aa, æ and ae, ø and oe are the same."""

import re
import unicodedata

_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "y"})
_PLAIN_KEYBOARD = (("aa", "a"), ("oe", "o"))
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """'Høje-Taastrup' → 'hoeje taastrup'. Only a-z, 0-9 and single spaces come out."""
    # NFC first: on a Mac an å may arrive as a and a ring.
    letters = unicodedata.normalize("NFC", text).lower().translate(_LETTERS)
    letters = unicodedata.normalize("NFKD", letters)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NOT_WORD.sub(" ", plain).strip()


def search_keys(*names: str) -> list[str]:
    """All spellings under which these names are found, the true ones first.

    Beside the folded name also the one without rings and strokes ('Arhus', 'Kobenhavn'), which a
    foreign keyboard gives.
    """
    keys: dict[str, None] = {}
    folded = [fold(name) for name in names]
    for key in folded:
        keys[key] = None
    for key in folded:
        for danish, plain in _PLAIN_KEYBOARD:
            key = key.replace(danish, plain)
        keys[key] = None
    return list(keys)
