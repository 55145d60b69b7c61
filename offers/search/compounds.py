"""Splits compounds: `varmtvandstræning` → varmt, vand, træning.

The splitter is told which words there are. The indexer gives it the Danish dictionary; a query is
split against the stored vocabulary, in `offers.search.vocabulary`, so that no page loads a
dictionary.
"""

import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from offers.search.folding import fold, is_latin
from offers.search.stemming import stem

_WORDS: Final = Path(__file__).parents[1] / "reference/danish_words/words.txt.xz"

SHORTEST_COMPOUND: Final = 7
SHORTEST_PART: Final = 3
_MOST_PARTS: Final = 4

# Last parts that name what an offer is. A word that ends so is always looked at, even where the
# dictionary holds the compound itself (`rygestop`, `sorggruppe`).
HEADS: Final = frozenset(
    fold(head)
    for head in """
    rådgivning gruppe grupper forening træning motion café hold kursus kurser linje linjen telefon
    chat netværk netværket fællesskab samvær samtale samtaler støtte hjælp ven venner ordning
    ordninger besøg stop sygdom sygdomme kræft gigt skade skader svind barn børn unge mænd kvinder
    ældre pårørende patient patienter behandling træf tur ture dans kor sang boksning gymnastik
    klinik pleje terapi skole center centret sted stedet hus huset lejr weekend uddannelse værksted
    ledsager følge bisidder frivillig hospital hospitalet afdeling linie rygning depression angst
    forløb indsats tilbud møde møder dag dage aften fællesspisning spisning vejledning undervisning
    """.split()
)
# Heads that say so little that the first part alone is nearly the same: besøgsven-ordning.
GENERAL_HEADS: Final = frozenset(
    fold(head) for head in "ordning ordninger tilbud forløb indsats hjælp støtte besøg hold".split()
)
# Parts that a split may not have: endings, prefixes and scraps that are words by accident.
STOP_PARTS: Final = (
    frozenset(
        fold(part)
        for part in """
    ing ning ning else elser hed heder skab dom eri ere ene erne ende er en et es de det den der des
    ler ter ret gen ger sel sen ren ker ker mel mer ner per pen ser ten tes ved vis vist vise sit
    for fore fra med mod und under over til ind ud udi ned op om af an be ge mis sam gen veder
    lig lige ligt ige isk iske isme ist ister tion tioner ion ment menter tet teter ator
    nat ion ale ald alt all ord orden ung rat rad rads stat star stor tre tri bio geo
    ansat dan dans del dels dele pro pre kon kom kon dis eks int pat pas par par pol post
    hel held hold sat sad syn son ses sek sor tag tal ton tor tur ure uld ult uds elt els
    kra mas mar mal min mod mor mus nor nog nov
    """.split()
    )
    - HEADS
    - {"nat", "syn", "dans", "hold", "tur", "mor", "ung", "krop"}
)
# Whole words that look like compounds and are not.
STOP_WORDS: Final = frozenset(
    fold(word)
    for word in """
    forening foreningen organisation parkinson alzheimer information frivillige frivillig mennesker
    menneske sammenhæng sammen hverdag hverdagen deltagere deltager deltage underlivet tilbud
    tilmelding henvisning henvendelse kommune kommunen region danmark oplysning selvom alligevel
    sklerose osteoporose diabetes demens depression forældre erfaring erfaringer fællesskab
    pårørende efterlevende efterladte samtale samvær hospital medlem medlemskab interesse
    behandling forløb undervisning
    """.split()
)
# Letters that bind two parts: sorg-s-gruppe, hjerte-, barn-e-.
_BINDERS: Final = ("s", "e", "n", "r")

# How well a part is known: 0 not at all, 1 as an inflected form, 2 as it stands.
Known = Callable[[str], int]
# Endings of an inflected word, longest first; what is left must be a word.
_ENDINGS: Final = (
    "ernes", "enes", "erne", "ene", "ens", "ets", "ers", "rne", "nes", "en", "et", "er", "es", "ne",
    "e", "n", "r", "t", "s",
)  # fmt: skip
_FIRST_IN_LONG: Final = 4
# From how many letters on a word is looked at for three parts, and up to how many.
_THREE_PARTS: Final = 12
_TOO_LONG: Final = 30


@dataclass(frozen=True, slots=True)
class _Split:
    parts: tuple[str, ...]
    end_known: int
    bound_by_s: bool

    @property
    def cost(self) -> tuple[int, bool, int, bool, int]:
        """Few parts first; then a last part that names an offer or that is a word as it stands;
        then a binding s; then a long end."""
        end = self.parts[-1]
        return len(self.parts), not is_head(end), -self.end_known, not self.bound_by_s, -len(end)


def split(word: str, known: Known) -> tuple[str, ...]:
    """The parts of a folded compound, each as it stands in the word; empty where it is none."""
    if not _may_be_compound(word):
        return ()
    found = _best(word, known, _MOST_PARTS)
    return found.parts if found else ()


def _may_be_compound(word: str) -> bool:
    return len(word) >= SHORTEST_COMPOUND and is_latin(word) and word not in STOP_WORDS


def _best(word: str, known: Known, most: int) -> _Split | None:
    found: _Split | None = None
    for at in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
        left, right = word[:at], word[at:]
        first, binder = _as_first(left, known)
        if not first:
            continue
        if is_part(right) and (grade := known(right)):
            one = _Split((first, right), grade, binder == "s")
        elif most > 2 and len(first) >= _FIRST_IN_LONG and len(right) >= 2 * _FIRST_IN_LONG:
            rest = _best(right, known, most - 1)
            if rest is None or len(rest.parts[0]) < _FIRST_IN_LONG:
                continue
            one = _Split((first, *rest.parts), rest.end_known, binder == "s")
        else:
            continue
        if found is None or one.cost < found.cost:
            found = one
    return found


def is_head(part: str) -> bool:
    """A last part that names what an offer is, in any inflection."""
    return stem(part) in _head_stems()


@lru_cache(maxsize=1)
def _head_stems() -> frozenset[str]:
    return frozenset(map(stem, HEADS))


def is_part(part: str) -> bool:
    return len(part) >= SHORTEST_PART and part not in STOP_PARTS


def _as_first(left: str, known: Known) -> tuple[str, str]:
    """The word that `left` is as a first part, and the letter that bound it, if any."""
    for binder in _BINDERS:
        bare = left[:-1]
        if left.endswith(binder) and is_part(bare) and known(bare):
            # `hjerte` is a word itself and not `hjert` with an e.
            if binder == "s" or not known(left):
                return bare, binder
    if is_part(left) and known(left):
        return left, ""
    return "", ""


def candidates(word: str) -> Iterator[str]:
    """Every string that `split` may ask about, for one look-up in a table; of long words two or
    three parts, of others two."""
    if not _may_be_compound(word):
        return
    for at in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
        left, right = word[:at], word[at:]
        yield left
        if left[-1] in _BINDERS:
            yield left[:-1]
        yield right
    if _THREE_PARTS <= len(word) <= _TOO_LONG:
        # A middle part may stand anywhere inside: varmt-vand-s-træning.
        for start in range(_FIRST_IN_LONG, len(word) - 2 * _FIRST_IN_LONG + 1):
            for end in range(start + SHORTEST_PART, len(word) - _FIRST_IN_LONG + 1):
                yield word[start:end]


class Dictionary:
    """The Danish word list, for the indexer. About 25 MB, so it is let go of after a run."""

    def __init__(self, base_words: frozenset[str]) -> None:
        self._words = base_words
        self._seen: dict[str, tuple[str, ...]] = {}

    def parts(self, word: str) -> tuple[str, ...]:
        """The parts of a compound and the parts of those: hjerte, motionshold, motion, hold."""
        if word not in self._seen:
            self._seen[word] = self._all_parts(word)
        return self._seen[word]

    def _all_parts(self, word: str) -> tuple[str, ...]:
        found = self._parts(word)
        deeper = [inner for part in found for inner in self._parts(part)]
        return tuple(dict.fromkeys([*found, *deeper]))

    def _parts(self, word: str) -> tuple[str, ...]:
        if not _may_be_compound(word):
            return ()
        base = self._base(word)
        parts = split(base or word, self._knows)
        if base and parts and not self._is_clear(parts):
            return ()
        return parts

    @staticmethod
    def _is_clear(parts: tuple[str, ...]) -> bool:
        """A word of the dictionary is taken apart only where nobody would doubt it."""
        return len(parts) == 2 and (
            (is_head(parts[1]) and len(parts[0]) >= SHORTEST_PART)
            or min(map(len, parts)) >= _FIRST_IN_LONG
        )

    def _knows(self, part: str) -> int:
        if part in self._words or part in HEADS:
            return 2
        return 1 if self._base(part) else 0

    def _base(self, word: str) -> str:
        """The dictionary's form of a word or of its inflection; empty where it has none."""
        if word in self._words:
            return word
        for ending in _ENDINGS:
            bare = word[: -len(ending)]
            if len(bare) < SHORTEST_PART or not word.endswith(ending):
                continue
            if bare in self._words:
                return bare
            if len(bare) > SHORTEST_PART and bare[-1] == bare[-2] and bare[:-1] in self._words:
                return bare[:-1]
        return ""


@lru_cache(maxsize=1)
def load_dictionary() -> Dictionary:
    """Reads the words of Stavekontrolden, 139,000 of them."""
    base_words = set()
    for line in lzma.decompress(_WORDS.read_bytes()).decode().splitlines():
        word = fold(line)
        if len(word) >= SHORTEST_PART and is_latin(word) and not word.isdigit():
            base_words.add(word)
    return Dictionary(frozenset(base_words))


def release_dictionary() -> None:
    """Let the word list go, so that a long-lived worker does not keep its memory."""
    load_dictionary.cache_clear()
