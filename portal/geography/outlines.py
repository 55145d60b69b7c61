"""The drawing of the 98 municipalities, for maps that the server renders as SVG.

A map is never alone: the page shows the same in a table. The drawing is for looking at, not for
measuring; a point is right to about a kilometre.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "static/vendor/denmark-map/municipalities.json"


@dataclass(frozen=True, slots=True)
class Outline:
    """`path` is an SVG path in the drawing's view box. Greater Copenhagen is drawn twice."""

    code: str
    path: str
    inset_path: str | None


@dataclass(frozen=True, slots=True)
class Inset:
    key: str
    name: str
    x: int
    y: int
    width: int
    height: int
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Drawing:
    view_box: str
    outlines: dict[str, Outline]
    insets: tuple[Inset, ...]
    middle: tuple[float, float]
    projections: dict[str, tuple[Sequence[float], Sequence[float]]]

    def points(
        self, *, latitude: float, longitude: float, municipality_code: str
    ) -> list[tuple[float, float]]:
        """Where a place is drawn: once, or twice when it is also in the box of Copenhagen.

        The municipality decides, since Bornholm lies in a box and not where it really is.
        """
        inset = next((box.key for box in self.insets if municipality_code in box.codes), None)
        match inset:
            case None:
                drawings = ["country"]
            case "bornholm":
                drawings = ["bornholm"]
            case key:
                drawings = ["country", key]
        east, north = longitude - self.middle[0], latitude - self.middle[1]
        terms = (1.0, east, north, east * north, east * east, north * north)
        found = []
        for drawing in drawings:
            x, y = (
                sum(factor * term for factor, term in zip(axis, terms, strict=True))
                for axis in self.projections[drawing]
            )
            found.append((round(x, 1), round(y, 1)))
        return found


@cache
def drawing() -> Drawing:
    content = json.loads(FILE.read_text(encoding="utf-8"))
    projection = content["projection"]
    longitude, latitude = projection["middle"]
    return Drawing(
        view_box=content["viewBox"],
        outlines={
            code: Outline(code, paths["path"], paths.get("inset"))
            for code, paths in content["municipalities"].items()
        },
        insets=tuple(
            Inset(
                key=box["key"],
                name=box["name"],
                x=box["x"],
                y=box["y"],
                width=box["width"],
                height=box["height"],
                codes=frozenset(box["codes"]),
            )
            for box in content["insets"]
        ),
        middle=(longitude, latitude),
        projections={
            name: (projection[name]["x"], projection[name]["y"])
            for name in ("country", "copenhagen", "bornholm")
        },
    )
