"""Danish stems of folded words: `ensomhed`, `ensomme` and `ensom` are one.

The rules are Snowball's for Danish (Porter's algorithm), run on folded text, so `pårørende` and
`paaroerende` meet. Words whose stem changes inside (`mand`, `mænd`) and words that the rules would
mix up (`ryge`, to smoke, and `ryg`, back) stand in a short list.
"""

from functools import lru_cache
from typing import Final

from offers.search.folding import fold, is_latin

_VOWELS: Final = frozenset("aeiouy")
_S_ENDINGS: Final = frozenset("abcdfghjklmnoprtvyz")
_STEP1: Final = tuple(
    sorted(
        """hed ethed ered e erede ende erende ene erne ere en heden eren er heder erer heds es endes
        erendes enes ernes eres ens hedens erens ers ets erets et eret""".split(),
        key=len,
        reverse=True,
    )
)
# sårbart, ensomt: the neuter of words that the rules leave alone.
_NEUTER: Final = ("bart", "somt")
_STEP3: Final = ("elig", "els", "lig", "ig")

# stem: every form that shall give it, before the rules.
_GROUPS: Final[dict[str, str]] = {
    "mand": "mand manden mænd mændene mands mænds",
    "barn": "barn barnet børn børnene barns børns",
    "mor": "mor moren mødre mødrene mors mødres",
    "far": "far faren fædre fædrene fars",
    "datter": "datter datteren døtre døtrene datters",
    "bror": "bror broren brødre brødrene brors",
    "soen": "søn sønnen sønner sønnerne søns",
    "fod": "fod foden fødder fødderne",
    "haand": "hånd hånden hænder hænderne",
    "tand": "tand tanden tænder tænderne",
    "nat": "nat natten nætter nætterne",
    "ryge": "ryge ryger røg røget rygere rygerne rygning rygende",
    "gaa": "gå går gik gået",
    "sove": "sove sover sov sovet",
    "spise": "spise spiser spiste spist spisning",
    "drikke": "drikke drikker drak drukket",
    "doe": "dø dør døde død døden dødsfald",
    "miste": "miste mister mistede mistet",
    "syg": "syg syge sygt sygdom sygdomme sygdommen sygdomme sygdoms",
    "gammel": "gammel gamle gammelt ældre ældst",
    "ung": "ung unge unges ungt yngre ungdom",
    "traene": "træne træner trænede trænet træning træningen træninger",
    "raadgive": "rådgive rådgiver rådgivning rådgivningen rådgivere",
    "blind": "blind blinde blindhed",
    "doev": "døv døve døvhed",
    "kvinde": "kvinde kvinden kvinder kvinderne kvinders",
    "kok": "kok kokke kokken",
    "kor": "kor koret",
    "kort": "kort kortet",
    "hus": "hus huset huse husene",
    "mad": "mad maden",
    "madras": "madras",
    "lunge": "lunge lungen lunger lungerne",
    "alen": "alen",
    "alene": "alene",
    "hjerte": "hjerte hjertet hjerter hjertes",
    "sorg": "sorg sorgen sorger sorgens",
    "en": "en",
    "per": "per",
    "peer": "peer peers",
    "als": "als",
    "ms": "ms",
    "hiv": "hiv",
    "aids": "aids",
    "stress": "stress",
    "demens": "demens",
    "svoemme": "svømme svømmer svømning svømningen",
    "udskreven": "udskrevet udskrevne udskreven udskrives udskrive udskrivning udskrivelse",
    "cafe": "café caféen cafe cafeen caféer cafeer",
}
_IRREGULAR: Final = {fold(form): stem for stem, forms in _GROUPS.items() for form in forms.split()}


@lru_cache(maxsize=20_000)
def stem(folded: str) -> str:
    """The stem of a folded word; words of other scripts lose only an Arabic article."""
    known = _IRREGULAR.get(folded)
    if known is not None:
        return known
    if not is_latin(folded):
        return folded[2:] if folded.startswith("ال") and len(folded) > 4 else folded
    if any(letter.isdigit() for letter in folded):
        return folded
    return _snowball(folded)


def _snowball(word: str) -> str:
    start = _region(word)
    if word.endswith(_NEUTER):
        word = word[:-1]
    word = _inflection(word, start)
    word = _consonant(word, start)
    word = _derivation(word, start)
    # Double consonant at the end: ensomm → ensom.
    if (
        len(word) - 1 >= start
        and len(word) > 2
        and word[-1] == word[-2]
        and word[-1] not in _VOWELS
    ):
        word = word[:-1]
    return word


def _region(word: str) -> int:
    """Where Snowball's R1 begins: after the first consonant that follows a vowel, at least 3."""
    for at in range(1, len(word)):
        if word[at] not in _VOWELS and word[at - 1] in _VOWELS:
            return max(at + 1, 3)
    return len(word)


def _inflection(word: str, start: int) -> str:
    for ending in _STEP1:
        if word.endswith(ending) and len(word) - len(ending) >= start:
            return word[: -len(ending)]
    if len(word) - 1 >= start and word[-1] == "s" and len(word) > 1 and word[-2] in _S_ENDINGS:
        return word[:-1]
    return word


def _consonant(word: str, start: int) -> str:
    if len(word) - 2 >= start and word[-2:] in {"gd", "dt", "gt", "kt"}:
        return word[:-1]
    return word


def _derivation(word: str, start: int) -> str:
    if word.endswith("igst"):
        word = word[:-2]
    for ending in _STEP3:
        if word.endswith(ending) and len(word) - len(ending) >= start:
            return _consonant(word[: -len(ending)], start)
    if word.endswith("loest") and len(word) - 5 >= start:
        return word[:-1]
    return word
