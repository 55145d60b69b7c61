"""The one statement that finds, ranks, counts and pages. Built from parts; every value is a
parameter.

A row is *complete* when every required concept is there. Where fewer than `ENOUGH` complete rows
cover the place, rows with some of the concepts are let in after them (AND, then OR). The planner
sees one tsquery, chosen before the scan, so the GIN index on the words serves both.
"""

# ruff: noqa: S608 - pieces of our own are put together here; whatever somebody typed is a parameter

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from offers.filters import (
    ACCESS,
    BOTH_FORMS,
    BOTH_FORMS_ARE,
    HELP,
    HOW,
    LANGUAGE,
    NAMES,
    PRICE,
    STATUS,
    WHOM,
    Filters,
)
from offers.search.markers import MARKS_OF_PLACE, marks_parameters
from offers.search.understanding import Concept
from portal.geography.places import Place

ENOUGH: Final = 10
# Counted exactly up to here; beyond, the page says "10.000+".
MOST: Final = 10_000
# What the weights D, C, B, A are worth.
_WEIGHTS: Final = "{0.1, 0.25, 0.6, 1.0}"
# A partial match must be worth this share of the best to be shown at all.
_WORTH_SHOWING: Final = 0.4
# Relevance is compared in steps this coarse, so that room decides between equals.
_STEPS: Final = 12
_LOCAL_BONUS: Final = 0.15
_NEAR_BONUS: Final = 0.35
_NEAR_KM: Final = 25.0
_NATIONAL_BONUS: Final = 0.1

_ROOM_ORDER: Final = (
    "CASE capacity WHEN 'open' THEN 0 WHEN 'few_places' THEN 1"
    " WHEN 'waiting_list' THEN 2 ELSE 3 END"
)
# The nearest of the offer's places by the great circle, in kilometres.
_DISTANCE: Final = """
    (SELECT min(12742 * asin(least(1, sqrt(
        power(sin(radians(p.lat - %s) / 2), 2)
        + cos(radians(%s)) * cos(radians(p.lat)) * power(sin(radians(p.lon - %s) / 2), 2)))))
     FROM (SELECT latitude AS lat, longitude AS lon FROM offers_offerlocation l
           WHERE l.offer_id = r.offer_id AND l.latitude IS NOT NULL AND l.longitude IS NOT NULL
           UNION ALL SELECT r.latitude, r.longitude WHERE r.latitude IS NOT NULL) AS p)
"""


@dataclass(slots=True)
class _Sql:
    """Text and its parameters, kept together in order."""

    text: str = ""
    values: list[Any] = field(default_factory=list)

    def __iadd__(self, more: "_Sql | str") -> "_Sql":
        if isinstance(more, str):
            self.text += more
        else:
            self.text += more.text
            self.values += more.values
        return self


def search_statement(
    concepts: Sequence[Concept],
    *,
    place: Place | None,
    filters: Filters,
    nearest_first: bool,
    moment: datetime,
    today: date,
    offset: int,
    limit: int,
    with_facets: bool,
) -> tuple[str, list[Any]]:
    """One row comes back: page (list of hits), total, covered, facets."""
    sql = _Sql("WITH area AS MATERIALIZED (SELECT ")
    if place is None:
        sql += "NULL::varchar[] AS marks)"
    else:
        sql += _Sql(
            f"({MARKS_OF_PLACE}) AS marks)", marks_parameters(place.municipality_codes, today)
        )
    sql += ", scored AS MATERIALIZED ("
    sql += _scored(concepts, place, moment)
    sql += "), base AS (SELECT *, "
    sql += _flags(filters, moment)
    sql += " FROM (SELECT *, max(score) OVER (PARTITION BY covered) AS best FROM scored) AS rated"
    if concepts:
        # Against the best of those that cover the place, or else of those that do not: something
        # strong far away shall not take away what is near.
        sql += f" WHERE complete OR score >= {_WORTH_SHOWING} * best"
    sql += f"), hits AS MATERIALIZED (SELECT * FROM base WHERE {_all_flags()})"
    sql += " SELECT (SELECT jsonb_agg(to_jsonb(page)) FROM (SELECT offer_id, covered, complete, km "
    sql += "FROM hits ORDER BY covered DESC, "
    sql += _order(nearest_first)
    sql += _Sql(" LIMIT %s OFFSET %s) AS page)", [limit, offset])
    sql += ", (SELECT count(*) FROM hits), (SELECT count(*) FROM hits WHERE covered)"
    sql += ", (SELECT count(*) FROM hits WHERE covered AND complete), "
    if with_facets:
        sql += "(SELECT jsonb_agg(facet) FROM ("
        sql += _facets(moment)
        sql += ") AS facet)"
    else:
        sql += "NULL"
    return sql.text, sql.values


# --- words ------------------------------------------------------------------------------------
def lexeme(stem: str) -> str:
    """A stem as PostgreSQL's tsquery takes it, whatever it holds."""
    return "'" + stem.replace("\\", "\\\\").replace("'", "''") + "'"


def concept_query(concept: Concept) -> str:
    return "(" + " | ".join(_said(a.stems) for a in concept.alternatives) + ")"


def _said(stems: Sequence[str]) -> str:
    return "(" + " & ".join(map(lexeme, stems)) + ")"


def all_of(concepts: Sequence[Concept]) -> str:
    return " & ".join(map(concept_query, concepts))


def some_of(concepts: Sequence[Concept]) -> str:
    return " | ".join(map(concept_query, concepts))


def _scored(concepts: Sequence[Concept], place: Place | None, moment: datetime) -> _Sql:
    required = [concept for concept in concepts if concept.required] or list(concepts)
    covered = "r.covers && (SELECT marks FROM area)" if place else "TRUE"
    sql = _Sql(f"SELECT r.*, {covered} AS covered, ")
    if place is None:
        sql += "NULL::float8 AS km"
    else:
        here = [place.latitude, place.latitude, place.longitude]
        sql += _Sql(f"{_DISTANCE} AS km", here)
    if not concepts:
        sql += ", TRUE AS complete, 1.0::float8 AS score"
    else:
        sql += _Sql(", r.words @@ %s::tsquery AS complete, ", [all_of(required)])
        sql += _score(concepts)
        sql += " AS score"
    # The hidden ones go here, so that nothing counts or ranks them.
    sql += _Sql(" FROM offers_searchrow r WHERE r.hidden_from > %s", [moment])
    if concepts:
        sql += " AND r.words @@ "
        sql += _and_then_or(required, place, moment)
    sql += f" LIMIT {MOST + 1}"
    return sql


def _and_then_or(required: Sequence[Concept], place: Place | None, moment: datetime) -> _Sql:
    if len(required) == 1:
        return _Sql("%s::tsquery", [all_of(required)])
    near = " AND s.covers && (SELECT marks FROM area)" if place else ""
    return _Sql(
        "(SELECT CASE WHEN count(*) >= %s THEN %s::tsquery ELSE %s::tsquery END FROM ("
        "SELECT FROM offers_searchrow s WHERE s.words @@ %s::tsquery AND s.hidden_from > %s"
        f"{near} LIMIT %s) AS enough)",
        [ENOUGH, all_of(required), some_of(required), all_of(required), moment, ENOUGH],
    )


def _score(concepts: Sequence[Concept]) -> _Sql:
    """For each concept the best of its alternatives, by weight of place and of alternative."""
    sql = _Sql("(")
    for number, concept in enumerate(concepts):
        sql += _Sql(" + " if number else "", [])
        sql += _Sql("%s * greatest(", [concept.weight])
        for at, alternative in enumerate(concept.alternatives):
            sql += ", " if at else ""
            sql += _Sql("%s * least(", [alternative.weight])
            for other, one in enumerate(alternative.stems):
                sql += ", " if other else ""
                sql += _Sql(f"ts_rank('{_WEIGHTS}', r.words, %s::tsquery)", [lexeme(one)])
            sql += ")"
        sql += ")"
    sql += ")"
    return sql


def _order(nearest_first: bool) -> str:
    if nearest_first:
        return f"km ASC NULLS LAST, complete DESC, score DESC, {_ROOM_ORDER}, offer_id"
    near = f"{_NEAR_BONUS} * exp(-least(km, 400) / {_NEAR_KM})"
    worth = (
        f"score * (1 + CASE WHEN km IS NULL THEN 0 ELSE {near} END"
        f" + CASE WHEN km IS NULL AND '*' = ANY(covers) THEN {_NATIONAL_BONUS}"
        f" WHEN km IS NULL OR '*' = ANY(covers) THEN 0 ELSE {_LOCAL_BONUS} END)"
    )
    step = f"round({_STEPS} * {worth} / nullif((SELECT max({worth}) FROM hits), 0))"
    return f"complete DESC, {step} DESC, {_ROOM_ORDER}, {worth} DESC, km ASC NULLS LAST, offer_id"


# --- filters and counts -----------------------------------------------------------------------
_HAS_ROOM: Final = "capacity IN ('open', 'few_places')"
_ANSWERS_SOON: Final = "coalesce(answer_days <= 3, FALSE)"
_MODES: Final = (
    f"CASE WHEN mode = '{BOTH_FORMS}' THEN ARRAY['{BOTH_FORMS_ARE[0]}', '{BOTH_FORMS_ARE[1]}'] "
    "ELSE ARRAY[mode::text] END"
)


def _status(value: str, moment: datetime) -> _Sql:
    if value == "plads":
        return _Sql(_HAS_ROOM)
    if value == "svarer":
        return _Sql(_ANSWERS_SOON)
    return _Sql("coalesce(unconfirmed_from > %s, FALSE)", [moment])


def _flags(filters: Filters, moment: datetime) -> _Sql:
    """One column a group: does the row pass what is chosen there?"""
    sql = _Sql()
    for number, name in enumerate(NAMES):
        sql += ", " if number else ""
        chosen = list(filters.of(name))
        if not chosen:
            sql += "TRUE"
        elif name == STATUS:
            for at, value in enumerate(chosen):
                sql += " AND " if at else "("
                sql += _status(value, moment)
            sql += ")"
        elif name == HELP:
            sql += _Sql("category = ANY(%s)", [chosen])
        elif name == HOW:
            sql += _Sql(f"({_MODES}) && %s::text[]", [chosen])
        elif name == WHOM:
            sql += _Sql("target_groups::text[] && %s::text[]", [chosen])
        elif name == PRICE:
            sql += "free"
        elif name == LANGUAGE:
            sql += _Sql("languages::text[] && %s::text[]", [chosen])
        elif name == ACCESS:
            sql += _Sql("accessibility::text[] @> %s::text[]", [chosen])
        sql += f" AS passes_{name}"
    return sql


def _all_flags(but: str = "") -> str:
    return " AND ".join(f"passes_{name}" for name in NAMES if name != but)


def _facets(moment: datetime) -> _Sql:
    """Counts as they would be with that value chosen. Zeros are added by who knows the values."""
    sql = _Sql()
    for at, value in enumerate(("plads", "bekraeftet", "svarer")):
        sql += " UNION ALL " if at else ""
        sql += f"SELECT '{STATUS}' AS name, '{value}' AS value, count(*) AS n FROM hits WHERE "
        sql += _status(value, moment)
    sql += f" UNION ALL SELECT '{PRICE}', 'gratis', count(*) FROM hits WHERE free"
    for name, values, any_of in (
        (HELP, "ARRAY[category::text]", True),
        (HOW, _MODES, True),
        (WHOM, "target_groups::text[]", True),
        (LANGUAGE, "languages::text[]", True),
        (ACCESS, "accessibility::text[]", False),
    ):
        rows = f"base WHERE {_all_flags(name)}" if any_of else "hits"
        sql += (
            f" UNION ALL SELECT '{name}', value, count(*) FROM "
            f"(SELECT unnest({values}) AS value FROM {rows}) AS each_{name} GROUP BY value"
        )
    return sql
