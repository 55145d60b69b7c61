"""Sections in addresses, in Danish: `/aftaler/<uuid>/afsnit/oekonomi/ret/`."""

from typing import Final

from partnerships.models import SectionKey

_WORDS: Final = {
    SectionKey.PURPOSE: "formaal",
    SectionKey.PARTIES: "parter",
    SectionKey.FRAME: "rammer",
    SectionKey.GOALS: "maal",
    SectionKey.ACTIVITIES: "aktiviteter",
    SectionKey.BUDGET: "oekonomi",
    SectionKey.VOLUNTEERS: "frivillige",
    SectionKey.GOVERNANCE: "styring",
    SectionKey.RISKS: "risici",
    SectionKey.CLAUSES: "vilkaar",
}
_KEYS: Final = {word: str(key.value) for key, word in _WORDS.items()}


class SectionConverter:
    regex = "[a-z]+"

    def to_python(self, value: str) -> str:
        return _KEYS[value] if value in _KEYS else self._unknown(value)

    @staticmethod
    def _unknown(value: str) -> str:
        raise ValueError(value)

    def to_url(self, value: str) -> str:
        return _WORDS[SectionKey(value)]
