"""From what somebody typed to what they look for: concepts, each with its other ways to be said.

understand("ensom efter hjerteinfakt")
→ ensom | ensomhed (0.8) … , hjerteinfarkt | blodprop hjerte (0.8) …; corrected: hjerteinfarkt
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from offers.search import compounds, spelling, vocabulary
from offers.search.folding import Word, clean_query, words
from offers.search.stemming import stem
from offers.search.stopwords import STOPWORDS, WEAK
from offers.search.synonyms import Alternative, Phrase, Synonyms, stored_synonyms
from offers.search.vocabulary import Known

MOST_WORDS: Final = 16
PARTS_WEIGHT: Final = 0.7
FIRST_PARTS_WEIGHT: Final = 0.4
ONE_PART_WEIGHT: Final = 0.3
_SHORTEST_END: Final = 5
_SHORTEST_REST: Final = 3
# A word that only stands in the vocabulary under a synonym is as telling as a fairly rare word.
_UNSEEN: Final = 3


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that is looked for. The first alternative is the words themselves."""

    text: str
    alternatives: tuple[Alternative, ...]
    weight: float  # how telling it is: rare words tell more
    required: bool = True  # a place named among the words helps, and is no demand


@dataclass(frozen=True, slots=True)
class Correction:
    typed: str
    meant: str


@dataclass(frozen=True, slots=True)
class Understood:
    text: str
    words: tuple[Word, ...] = ()
    concepts: tuple[Concept, ...] = ()
    corrections: tuple[Correction, ...] = ()
    # Words that neither the vocabulary nor the synonyms know, and that no spelling explains.
    unknown: tuple[str, ...] = ()
    # Every word is spelt as in the vocabulary, or says nothing by itself.
    only_known_words: bool = True

    @property
    def asks_in_vain(self) -> bool:
        """Something was asked for, and nothing of it is known here."""
        return bool(self.unknown) and not self.concepts

    @property
    def corrected_text(self) -> str:
        meant = {correction.typed: correction.meant for correction in self.corrections}
        return " ".join(meant.get(word.text, word.text) for word in self.words)


def understand(
    text: str, *, literal: bool = False, place_words: frozenset[str] = frozenset()
) -> Understood:
    """At most two statements: the vocabulary, and spellings where a word is not in it.

    `literal` leaves spelling alone. `place_words` are folded words that name the place searched
    near.
    """
    cleaned = clean_query(text)
    typed = tuple(words(cleaned))[:MOST_WORDS]
    if not typed:
        return Understood(cleaned)
    synonyms = stored_synonyms()
    known = vocabulary.look_up(_stems_to_look_up(typed, synonyms), _spelt(typed))
    corrections: tuple[Correction, ...] = ()
    meant: Sequence[Word] = typed
    if not literal and (doubtful := _doubtful(typed, known, synonyms, place_words)):
        meant, corrections = _correct(typed, doubtful)
        if corrections:
            # Corrected words are words of the vocabulary, though their counts were not looked up.
            known = vocabulary.look_up(_stems_to_look_up(meant, synonyms), _spelt(meant))
    concepts, unknown = _concepts(meant, known, synonyms, place_words, literal)
    known_words = all(not _tells(w.folded) or w.folded in known.spellings for w in meant)
    return Understood(cleaned, typed, tuple(concepts), corrections, tuple(unknown), known_words)


def _spelt(typed: Sequence[Word]) -> set[str]:
    return {word.folded for word in typed}


def _stems_to_look_up(typed: Sequence[Word], synonyms: Synonyms) -> set[str]:
    stems = [stem(word.folded) for word in typed]
    wanted = set(stems)
    for word in typed:
        wanted.update(stem(part) for part in compounds.candidates(word.folded))
    for start in range(len(stems)):
        for length in range(1, synonyms.longest + 1):
            for other in synonyms.of(tuple(stems[start : start + length])):
                wanted.update(other.stems)
    return wanted


# --- spelling ---------------------------------------------------------------------------------
def _doubtful(
    typed: Sequence[Word], known: Known, synonyms: Synonyms, place_words: frozenset[str]
) -> list[Word]:
    """Words that nothing knows: not the offers, not the synonyms, not as a compound."""
    stems = [stem(word.folded) for word in typed]
    in_phrase = {
        at for start, length in _phrases(stems, synonyms) for at in range(start, start + length)
    }
    return [
        word
        for at, word in enumerate(typed)
        if at not in in_phrase
        and _tells(word.folded)
        and word.folded not in place_words
        and stems[at] not in known
        and not _parts(word.folded, known)
    ]


def _correct(
    typed: Sequence[Word], doubtful: Sequence[Word]
) -> tuple[list[Word], tuple[Correction, ...]]:
    near = vocabulary.spelt_like({word.folded for word in doubtful})
    meant: dict[str, Word] = {}
    corrections: list[Correction] = []
    for word in doubtful:
        found = spelling.best(word.folded, near[word.folded])
        if found is None:
            continue
        if found.folded != word.folded and word.text not in meant:
            corrections.append(Correction(word.text, found.written))
        meant[word.text] = Word(found.written, found.folded)
    return [meant.get(word.text, word) for word in typed], tuple(corrections)


# --- concepts ---------------------------------------------------------------------------------
def _phrases(stems: Sequence[str], synonyms: Synonyms) -> list[tuple[int, int]]:
    """Where phrases of the synonym table stand, the longest first: (start, length)."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(stems):
        for length in range(min(synonyms.longest, len(stems) - at), 0, -1):
            if tuple(stems[at : at + length]) in synonyms:
                found.append((at, length))
                at += length - 1
                break
        at += 1
    return found


def _concepts(
    meant: Sequence[Word],
    known: Known,
    synonyms: Synonyms,
    place_words: frozenset[str],
    literal: bool,
) -> tuple[list[Concept], list[str]]:
    stems = [stem(word.folded) for word in meant]
    lengths = dict(_phrases(stems, synonyms))
    concepts: dict[Phrase, Concept] = {}
    unknown: list[str] = []
    at = 0
    while at < len(meant):
        length = lengths.get(at, 1)
        group = meant[at : at + length]
        at += length
        telling = [word for word in group if _tells(word.folded)]
        if not telling:
            continue
        text = " ".join(word.text for word in group)
        phrase = tuple(stem(word.folded) for word in telling)
        whole = tuple(stem(word.folded) for word in group)
        concept = _concept(text, phrase, whole, known, synonyms, literal)
        if concept is None:
            unknown += [word.text for word in telling if word.folded not in place_words]
        elif phrase not in concepts:
            no_demand = all(word.folded in place_words or word.folded in WEAK for word in telling)
            concepts[phrase] = replace(concept, required=not no_demand)
    return list(concepts.values()), unknown


def _tells(folded: str) -> bool:
    """An age or a year says nothing that offers are searched by; `22q11` does."""
    return folded not in STOPWORDS and not folded.isdigit()


def _concept(
    text: str, phrase: Phrase, whole: Phrase, known: Known, synonyms: Synonyms, literal: bool
) -> Concept | None:
    alternatives: dict[Phrase, float] = {}
    if all(one in known for one in phrase):
        alternatives[phrase] = 1.0
    for other in synonyms.of(whole):
        said = other.stems
        if said and all(one in known for one in said):
            alternatives.setdefault(said, other.weight)
    if len(phrase) == 1 and (parts := _parts(_folded(text), known)):
        alternatives.setdefault(tuple(map(stem, parts)), PARTS_WEIGHT)
        if parts[-1] in compounds.GENERAL_HEADS:
            alternatives.setdefault(tuple(map(stem, parts[:-1])), FIRST_PARTS_WEIGHT)
        if phrase not in alternatives:
            # Nobody says the compound itself, so one of its parts is better than nothing.
            for part in parts:
                alternatives.setdefault((stem(part),), ONE_PART_WEIGHT)
    elif len(phrase) == 1 and not alternatives and not literal:
        for one in _known_ends(_folded(text), known):
            alternatives.setdefault((one,), ONE_PART_WEIGHT)
    if not alternatives:
        return None
    rarest = [min(known.frequency.get(one, 0) for one in said) for said in alternatives]
    frequency = rarest[0] if phrase in alternatives else max(rarest + [_UNSEEN])
    return Concept(
        text,
        tuple(Alternative(said, weight) for said, weight in alternatives.items()),
        weight=_telling(frequency, known.offers),
    )


def _folded(text: str) -> str:
    found = next(words(text), None)
    return found.folded if found else ""


def _parts(folded: str, known: Known) -> tuple[str, ...]:
    """The parts of a compound that the offers use. A last part that only says what kind of offer
    it is (ordning, forløb) may be missing there: `besøgsvenordning` is then `besøgsven`."""

    def knows(part: str) -> int:
        if part in compounds.HEADS:
            return 2
        return int(len(part) > 3 and stem(part) in known)

    return tuple(part for part in compounds.split(folded, knows) if stem(part) in known)


def _known_ends(folded: str, known: Known) -> list[str]:
    """The longest known beginning or end of a long word: `helbredsangst` is at least `angst`."""
    for at in range(_SHORTEST_REST, len(folded) - _SHORTEST_END + 1):
        if stem(folded[at:]) in known:
            return [stem(folded[at:])]
    for at in range(len(folded) - _SHORTEST_REST, _SHORTEST_END - 1, -1):
        if stem(folded[:at]) in known:
            return [stem(folded[:at])]
    return []


def _telling(frequency: int, offers: int) -> float:
    """Inverse document frequency, never below a tenth: a word in every offer still says
    something."""
    return max(0.1, math.log1p(max(0, offers - frequency) / (frequency + 0.5)))
