"""The stored vocabulary: what the offers say, so that no page needs a dictionary.

`SearchTerm` holds three sorts of rows, told apart by their first character:
`pårørende` a spelling that people could mean · `=paaroer` a stem with the number of offers that
have it · `#` the number of offers. Letters, digits and apostrophes never begin with `=` or `#`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from offers.models import SearchTerm

STEM: Final = "="
OFFERS: Final = "#"
_BATCH: Final = 5_000
_LONGEST: Final = 80
# How alike two spellings must be before we look at them at all (pg_trgm's scale).
_ALIKE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Known:
    """What the vocabulary says: how many offers there are, how many hold each stem, and which of
    the words stand in it just as they are spelt."""

    offers: int
    frequency: Mapping[str, int]
    spellings: frozenset[str] = frozenset()

    def __contains__(self, stem: object) -> bool:
        return stem in self.frequency


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word of the vocabulary that is spelt almost like the one that was typed."""

    written: str
    folded: str
    occurrences: int


def look_up(stems: Iterable[str], spelt: Collection[str] = ()) -> Known:
    """One statement, whatever the number of words."""
    wanted = [OFFERS, *dict.fromkeys(STEM + stem for stem in stems), *spelt]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT folded, occurrences FROM offers_searchterm WHERE folded = ANY(%s)", [wanted]
        )
        found = dict(cursor.fetchall())
    offers = found.pop(OFFERS, 0)
    return Known(
        offers,
        {key[1:]: count for key, count in found.items() if key.startswith(STEM)},
        frozenset(key for key in found if not key.startswith(STEM)),
    )


def spelt_like(folded: Collection[str], *, each: int = 12) -> dict[str, list[Spelling]]:
    """The nearest spellings of each word by trigrams, in one statement. Never over titles."""
    if not folded:
        return {}
    with connection.cursor() as cursor:
        # `%` uses the GIN index; its threshold is a session setting, so the default of 0.3 holds.
        cursor.execute(
            """
            SELECT typed.word, near.term, near.folded, near.occurrences
            FROM unnest(%s::text[]) AS typed(word)
            CROSS JOIN LATERAL (
                SELECT term, folded, occurrences FROM offers_searchterm
                WHERE folded %% typed.word AND left(folded, 1) NOT IN ('=', '#')
                ORDER BY similarity(folded, typed.word) DESC, occurrences DESC, folded LIMIT %s
            ) AS near
            """,
            [list(folded), each],
        )
        found: dict[str, list[Spelling]] = {word: [] for word in folded}
        for word, written, near, occurrences in cursor.fetchall():
            found[word].append(Spelling(written, near, occurrences))
    return found


@transaction.atomic
def replace_vocabulary(spellings: Mapping[str, tuple[str, int]]) -> int:
    """Write the vocabulary anew: `spellings` as written → (folded, number of offers).

    The stems are counted by PostgreSQL from the rows themselves. Terms that nothing says any more
    go. Returns the number of terms.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7430002)")
        cursor.execute(
            "CREATE TEMPORARY TABLE new_term (term text PRIMARY KEY, folded text NOT NULL, "
            "occurrences integer NOT NULL) ON COMMIT DROP"
        )
        rows = [(w[:_LONGEST], f[:_LONGEST], n) for w, (f, n) in spellings.items()]
        for start in range(0, len(rows), _BATCH):
            _insert(cursor, "new_term", rows[start : start + _BATCH])
        cursor.execute(
            """
            INSERT INTO new_term
            SELECT left('=' || word, 80), left('=' || word, 80), ndoc
            FROM ts_stat('SELECT words FROM offers_searchrow')
            UNION ALL SELECT '#', '#', count(*) FROM offers_searchrow
            ON CONFLICT (term) DO NOTHING
            """
        )
        cursor.execute(
            "DELETE FROM offers_searchterm old WHERE NOT EXISTS "
            "(SELECT FROM new_term WHERE new_term.term = old.term)"
        )
        cursor.execute(
            """
            INSERT INTO offers_searchterm (term, folded, occurrences)
            SELECT term, folded, occurrences FROM new_term
            ON CONFLICT (term) DO UPDATE
            SET folded = excluded.folded, occurrences = excluded.occurrences
            WHERE (offers_searchterm.folded, offers_searchterm.occurrences)
                IS DISTINCT FROM (excluded.folded, excluded.occurrences)
            """
        )
        cursor.execute("SELECT count(*) FROM offers_searchterm")
        (terms,) = cursor.fetchone()
        cursor.execute("DROP TABLE new_term")
    return int(terms)


def add_to_vocabulary(spellings: Mapping[str, str], stems: Iterable[str]) -> None:
    """Let new words be known at once; the counts follow with the nightly refresh."""
    rows = [SearchTerm(term=w[:_LONGEST], folded=f[:_LONGEST]) for w, f in spellings.items()]
    rows += [SearchTerm(term=STEM + stem, folded=STEM + stem) for stem in stems]
    SearchTerm.objects.bulk_create(rows, ignore_conflicts=True)


def _insert(cursor: object, table: str, rows: list[tuple[str, str, int]]) -> None:
    cursor.execute(  # type: ignore[attr-defined]
        f"INSERT INTO {table} SELECT * FROM unnest(%s::text[], %s::text[], %s::int[]) "  # noqa: S608
        "ON CONFLICT DO NOTHING",
        [[r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows]],
    )
