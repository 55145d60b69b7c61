"""How good is the search? hit@10 on a judged set, overall and per group.

    python bench/search_quality.py portal/demo/data/judged_queries.tsv

runs against the database of DATABASE_URL (the demo's, say: its offers carry the ids of the set).
A query is a hit when a relevant offer stands among the first ten; grade 2 is ideal, 1 acceptable.
`tests/offers/test_search_quality.py` holds a floor under the figures.
"""

import csv
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# query text and municipality code ("" for none) → slugs, best first
Search = Callable[[str, str], Sequence[str]]
AT = 10


@dataclass(frozen=True, slots=True)
class Judged:
    id: str
    group: str
    query: str
    place: str
    relevant: Mapping[str, int]


@dataclass(slots=True)
class Figures:
    queries: int = 0
    hits: int = 0  # any relevant offer among the first ten
    ideal: int = 0  # one of grade 2 among the first ten
    first: int = 0  # a relevant offer on top
    reciprocal: float = 0.0

    def add(self, judged: Judged, found: Sequence[str]) -> bool:
        ranks = [at for at, slug in enumerate(found[:AT], 1) if slug in judged.relevant]
        self.queries += 1
        self.hits += bool(ranks)
        self.ideal += any(judged.relevant.get(slug) == 2 for slug in found[:AT])
        self.first += bool(ranks and ranks[0] == 1)
        self.reciprocal += 1 / ranks[0] if ranks else 0.0
        return bool(ranks)

    def __str__(self) -> str:
        of = max(1, self.queries)
        return (
            f"hit@{AT} {self.hits:3d}/{self.queries:3d} = {100 * self.hits / of:5.1f} %   "
            f"ideal@{AT} {100 * self.ideal / of:5.1f} %   first {100 * self.first / of:5.1f} %   "
            f"MRR {self.reciprocal / of:.3f}"
        )


@dataclass(slots=True)
class Report:
    overall: Figures = field(default_factory=Figures)
    groups: dict[str, Figures] = field(default_factory=dict)
    missed: list[tuple[Judged, list[str]]] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{'overall':14s} {self.overall}"]
        lines += [f"{name:14s} {figures}" for name, figures in self.groups.items()]
        lines += [
            f"missed {j.id} {j.query!r} {j.place}: wanted {', '.join(j.relevant)}; "
            f"got {', '.join(found[:4]) or 'nothing'}"
            for j, found in self.missed
        ]
        return "\n".join(lines)


def read_judged(path: Path) -> list[Judged]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Judged(
                row["id"],
                row["group"],
                row["query"],
                row["place"],
                {
                    slug: int(grade)
                    for slug, grade in (pair.split(":") for pair in row["relevant"].split(";"))
                },
            )
            for row in rows
        ]


def judge(queries: Sequence[Judged], search: Search) -> Report:
    report = Report()
    for judged in queries:
        found = list(search(judged.query, judged.place))
        group = report.groups.setdefault(judged.group, Figures())
        group.add(judged, found)
        if not report.overall.add(judged, found):
            report.missed.append((judged, found))
    return report


def our_search(query: str, place: str) -> list[str]:
    from offers.models import Offer
    from offers.search.finding import find
    from portal.geography.places import resolve_place

    results = find(query, place=resolve_place(place) if place else None, size=AT, with_facets=False)
    ids = [hit.offer_id for hit in results.hits]
    slugs = dict(Offer.objects.filter(pk__in=ids).values_list("pk", "slug"))
    return [slugs[pk] for pk in ids]


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")
    django.setup()
    sys.stdout.write(f"{judge(read_judged(Path(sys.argv[1])), our_search)}\n")


if __name__ == "__main__":
    main()
