from dataclasses import dataclass

from partnerships.facts.owners import Owner


@dataclass(frozen=True, slots=True)
class Missing:
    """`owner` is who can write it: a side, a party's slug, or None for any party. `question`: the
    frame question that stands without an answer."""

    section: str
    sentence: str
    owner: Owner = None
    question: str = ""
