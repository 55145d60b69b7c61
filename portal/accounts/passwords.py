"""What a password may not be (AUT-6): no rules of composition, a length and two lists."""

import gzip
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST: Final = 128

# Words that everybody here would think of first. A password may hold one, but not be little else.
PRODUCT_WORDS: Final = (
    "samspil", "henvisning", "henvisninger", "henvis", "sundhed", "forening", "foreninger",
    "patient", "patienter", "region", "kommune", "hospital", "sygehus", "frivillig", "frivillige",
    "tilbud", "velkommen", "danmark", "adgangskode", "kodeord", "password", "sommer", "vinter",
    "kobenhavn", "koebenhavn", "aarhus", "odense", "aalborg",
)  # fmt: skip
# What must be left when the words are taken away: so many different letters, or twelve characters.
_OWN_LETTERS: Final = 6
_DANISH: Final = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
# Signs that stand for a letter: `S4m5pil` is `samspil`.
_LOOK_ALIKES: Final = {
    "a": "a4@",
    "e": "e3",
    "i": "i1!",
    "l": "l1",
    "o": "o0",
    "s": "s5$",
    "t": "t7",
}


def _pattern(word: str) -> str:
    return "".join(f"[{re.escape(_LOOK_ALIKES.get(letter, letter))}]" for letter in word)


@cache
def common_passwords() -> frozenset[str]:
    """Django's list of twenty thousand common passwords, which ships with it."""
    path = Path(password_validation.__file__).parent / "common-passwords.txt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return frozenset(line.strip() for line in lines)


# What fingers find by themselves, forwards and backwards, long enough to hold any run of them.
_RUNS: Final = tuple(
    run[::step] * 15
    for run in ("1234567890", "abcdefghijklmnopqrstuvwxyzæøå", "qwertyuiopåasdfghjklæøzxcvbnm")
    for step in (1, -1)
)
_FEW: Final = 4


class CommonPasswordValidator:
    """A common password stays one when somebody repeats it or puts digits round it to reach twelve;
    so does a run of keys, or three signs over and over."""

    def validate(self, password: str, user: Any = None) -> None:
        plain = password.lower().strip()
        bare = plain.strip("0123456789!?.,-_+*#@$% ")
        half = plain[: len(plain) // 2]
        doubled = half and plain == half * 2
        listed = {plain, bare} & common_passwords() or (doubled and half in common_passwords())
        if listed or len(set(plain)) <= _FEW or any(plain in run for run in _RUNS):
            raise ValidationError(
                _("Adgangskoden er for almindelig. Vælg fx tre tilfældige ord efter hinanden."),
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        return ""


class ProductWordsValidator:
    """Not the name of the site, the field or the person with a year behind it."""

    def validate(self, password: str, user: Any = None) -> None:
        whole = password.lower().translate(_DANISH)
        own = [getattr(user, "name", ""), getattr(user, "email", "").partition("@")[0]]
        words = {*PRODUCT_WORDS, *re.findall(r"\w{3,}", " ".join(own).lower().translate(_DANISH))}
        left = whole
        for word in sorted(words, key=len, reverse=True):
            left = re.sub(_pattern(word), "", left)
        letters = {letter for letter in left if letter.isalpha()}
        if left != whole and len(letters) < _OWN_LETTERS and len(left) < 12:
            raise ValidationError(
                _("Adgangskoden er let at gætte. Brug ikke dit navn eller ord om Samspil."),
                code="password_product_word",
            )

    def get_help_text(self) -> str:
        return ""


class LengthValidator:
    """Twelve to 128 characters of any kind."""

    def __init__(self, shortest: int = 12) -> None:
        self.shortest = shortest

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < self.shortest:
            raise ValidationError(
                _("Adgangskoden skal have mindst %(shortest)d tegn."),
                code="password_too_short",
                params={"shortest": self.shortest},
            )
        if len(password) > LONGEST:
            raise ValidationError(
                _("Adgangskoden må højst have %(longest)d tegn."),
                code="password_too_long",
                params={"longest": LONGEST},
            )

    def get_help_text(self) -> str:
        return _("Mindst %(shortest)d tegn. Tre tilfældige ord efter hinanden er godt.") % {
            "shortest": self.shortest
        }
