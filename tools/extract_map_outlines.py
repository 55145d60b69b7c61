"""Makes `static/vendor/denmark-map/municipalities.json` from the npm package react-denmark-map.

    npm pack react-denmark-map@1.0.0
    python tools/extract_map_outlines.py react-denmark-map-1.0.0.tgz

The package (MIT) draws the 98 municipalities as curves in one large SVG. We keep straight lines of
the precision that a screen shows, move Bornholm into a box, and draw Greater Copenhagen once more
in a larger box, since its municipalities are too small to see or hit on the map of the country.

The file also says where a latitude and longitude lie on the drawing. The package does not tell its
projection; it is fitted to the boxes of `portal/geography/reference/kommuner.csv`.
"""

import argparse
import base64
import csv
import hashlib
import json
import math
import re
import tarfile
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "static" / "vendor" / "denmark-map"
REFERENCE = ROOT / "portal" / "geography" / "reference" / "kommuner.csv"

PACKAGE, VERSION = "react-denmark-map", "1.0.0"
# As the registry publishes it.
INTEGRITY = (
    "sha512-KmrNdrXam+MJm34GdbEQ5uLN6FCvrEniQhZ6wWWpx0F3lIMY7nrxX"
    "PKOQK4g2kOZoDrudYwFcgXxF+7786AjVg=="
)
BORNHOLM = "0400"
GREATER_COPENHAGEN = (
    "0101", "0147", "0151", "0153", "0155", "0157", "0159", "0161", "0163", "0165", "0167", "0169",
    "0173", "0175", "0183", "0185", "0187", "0190", "0223", "0230", "0240", "0253",
)  # fmt: skip

WIDTH, HEIGHT, MARGIN = 1000, 660, 8
COPENHAGEN_BOX = (578, 14, 408, 420)  # x, y, width, height
BORNHOLM_BOX = (846, 454, 140, 150)
HEADING = 34  # room for the name at the top of a box

MIDDLE = (10.5, 56.0)  # longitude, latitude; small numbers make a stable fit

Point = tuple[float, float]
Ring = list[Point]
Shape = list[Ring]
Move = Callable[[Point], Point]

_AREA = re.compile(
    r'\{id:"[^"]*",name:"[^"]*",en_name:"[^"]*",display_name:"[^"]*",code:"(\d{3})",d:"([^"]*)"\}'
)
_COMMAND = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_NUMBER = re.compile(r"-?\d*\.?\d+")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path, help="the .tgz that npm pack gives")
    parser.add_argument("--target", type=Path, default=TARGET)
    arguments = parser.parse_args()

    script, licence = read_package(arguments.package)
    drawing = draw(read_shapes(script))
    arguments.target.mkdir(parents=True, exist_ok=True)
    path = arguments.target / "municipalities.json"
    path.write_text(json.dumps(drawing, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    (arguments.target / "LICENSE.md").write_text(licence, encoding="utf-8")
    print(f"{path}: {path.stat().st_size} bytes")


def read_package(path: Path) -> tuple[str, str]:
    """The script and the licence. Anything but the pinned package is refused."""
    digest = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        raise SystemExit(f"{path} is not {PACKAGE} {VERSION}")
    with tarfile.open(path) as package:

        def text(name: str) -> str:
            member = package.extractfile(f"package/{name}")
            if member is None:
                raise SystemExit(f"{path} has no {name}")
            return member.read().decode("utf-8")

        return text("dist/esm/index.js"), text("LICENSE.md")


def read_shapes(script: str) -> dict[str, Shape]:
    # Only municipalities have a three-digit `code`; regions and islands do not.
    shapes = {code.zfill(4): rings_of(d) for code, d in _AREA.findall(script)}
    with REFERENCE.open(encoding="utf-8") as file:
        known = {row["kode"] for row in csv.DictReader(file)}
    if shapes.keys() != known:
        raise SystemExit(f"Not the 98 municipalities: {sorted(shapes.keys() ^ known)}")
    return shapes


def rings_of(path: str, steps: int = 8) -> Shape:
    """The path with every curve as `steps` straight lines."""
    rings: Shape = []
    here: Point = (0.0, 0.0)
    for command, arguments in _COMMAND.findall(path):
        numbers = [float(number) for number in _NUMBER.findall(arguments)]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        relative = command.islower()
        match command.upper():
            case "Z":
                here = rings[-1][0]
            case "M":
                here = moved(points[0], here, relative)
                rings.append([here])
                for point in points[1:]:
                    here = moved(point, here, relative)
                    rings[-1].append(here)
            case "L":
                for point in points:
                    here = moved(point, here, relative)
                    rings[-1].append(here)
            case "C":
                for start in range(0, len(points), 3):
                    curve = [here, *(moved(p, here, relative) for p in points[start : start + 3])]
                    rings[-1] += [bezier(curve, step / steps) for step in range(1, steps + 1)]
                    here = curve[3]
            case _:
                raise SystemExit(f"Unknown path command {command!r}")
    return rings


def moved(point: Point, base: Point, relative: bool) -> Point:
    return (point[0] + base[0], point[1] + base[1]) if relative else point


def bezier(curve: Sequence[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
    return (
        sum(weight * point[0] for weight, point in zip(weights, curve, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, curve, strict=True)),
    )


def box_of(shapes: Iterable[Shape]) -> tuple[float, float, float, float]:
    points = [point for shape in shapes for ring in shape for point in ring]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def fit_into(shapes: Iterable[Shape], x: float, y: float, width: float, height: float) -> Move:
    """Scales the shapes into the box, keeping their proportions, in its middle."""
    left, top, right, bottom = box_of(shapes)
    scale = min(width / (right - left), height / (bottom - top))
    dx = x + (width - scale * (right - left)) / 2 - scale * left
    dy = y + (height - scale * (bottom - top)) / 2 - scale * top
    return lambda point: (scale * point[0] + dx, scale * point[1] + dy)


def inside(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    x, y, width, height = box
    return x + MARGIN, y + HEADING, width - 2 * MARGIN, height - HEADING - MARGIN


def draw(shapes: dict[str, Shape]) -> dict[str, object]:
    country = {code: shape for code, shape in shapes.items() if code != BORNHOLM}
    copenhagen = {code: shapes[code] for code in GREATER_COPENHAGEN}
    on_map = fit_into(
        country.values(), MARGIN, MARGIN, COPENHAGEN_BOX[0] - 2 * MARGIN, HEIGHT - 2 * MARGIN
    )
    in_copenhagen = fit_into(copenhagen.values(), *inside(COPENHAGEN_BOX))
    in_bornholm = fit_into([shapes[BORNHOLM]], *inside(BORNHOLM_BOX))

    municipalities: dict[str, dict[str, str]] = {}
    for code in sorted(shapes):
        move = in_bornholm if code == BORNHOLM else on_map
        municipalities[code] = {"path": path_of(shapes[code], move)}
        if code in copenhagen:
            municipalities[code]["inset"] = path_of(shapes[code], in_copenhagen)

    main_fit = projection(country, on_map)
    return {
        "source": f"{PACKAGE} {VERSION}, MIT, see LICENSE.md; by tools/extract_map_outlines.py",
        "viewBox": f"0 0 {WIDTH} {HEIGHT}",
        "insets": [
            inset("copenhagen", "Hovedstadsområdet", COPENHAGEN_BOX, [*GREATER_COPENHAGEN]),
            inset("bornholm", "Bornholm", BORNHOLM_BOX, [BORNHOLM]),
        ],
        "projection": {
            "middle": MIDDLE,
            "country": main_fit,
            "copenhagen": projection(copenhagen, in_copenhagen),
            "bornholm": bornholm_projection(shapes[BORNHOLM], in_bornholm),
        },
        "municipalities": municipalities,
    }


def inset(
    key: str, name: str, box: tuple[int, int, int, int], codes: list[str]
) -> dict[str, object]:
    x, y, width, height = box
    return {
        "key": key, "name": name, "x": x, "y": y, "width": width, "height": height, "codes": codes,
    }  # fmt: skip


# --- fewer points ----------------------------------------------------------------------------


def path_of(shape: Shape, move: Move, tolerance: float = 0.35, smallest: float = 1.0) -> str:
    """Lines in tenths of a unit. Islets under `smallest` square units go, but never all."""
    rings = sorted(([move(point) for point in ring] for ring in shape), key=area, reverse=True)
    kept = [ring for ring in rings if area(ring) >= smallest] or rings[:1]
    return "".join(line(simplified_ring(ring, tolerance)) for ring in kept)


def area(ring: Ring) -> float:
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def simplified_ring(ring: Ring, tolerance: float) -> Ring:
    """Douglas-Peucker from two points far apart, so that the start leaves no mark."""
    if ring[0] == ring[-1]:
        ring = ring[:-1]
    first = max(range(len(ring)), key=lambda i: math.dist(ring[0], ring[i]))
    ring = ring[first:] + ring[:first]
    second = max(range(len(ring)), key=lambda i: math.dist(ring[0], ring[i]))
    there = simplified(ring[: second + 1], tolerance)
    back = simplified([*ring[second:], ring[0]], tolerance)
    return [*there[:-1], *back[:-1]]


def simplified(points: Ring, tolerance: float) -> Ring:
    keep = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    while spans:
        start, end = spans.pop()
        farthest, distance = 0, tolerance
        for i in range(start + 1, end):
            if (off := off_line(points[i], points[start], points[end])) > distance:
                farthest, distance = i, off
        if farthest:
            keep.add(farthest)
            spans += [(start, farthest), (farthest, end)]
    return [points[i] for i in sorted(keep)]


def off_line(point: Point, start: Point, end: Point) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    if not length:
        return math.dist(point, start)
    t = max(0.0, min(1.0, ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length))
    return math.dist(point, (start[0] + t * dx, start[1] + t * dy))


def line(ring: Ring) -> str:
    """Relative steps in tenths: half the size of absolute ones, and rounding does not add up."""
    tenths = [(round(x * 10), round(y * 10)) for x, y in ring]
    parts = [f"M{text(tenths[0][0])} {text(tenths[0][1])}l"]
    for (x0, y0), (x1, y1) in pairwise(tenths):
        if (dx := x1 - x0, dy := y1 - y0) != (0, 0):
            space = "" if parts[-1].endswith("l") or dx < 0 else " "
            parts.append(f"{space}{text(dx)}{'' if dy < 0 else ' '}{text(dy)}")
    return "".join(parts) + "z"


def text(tenths: int) -> str:
    return f"{tenths / 10:.1f}".removesuffix(".0").replace("-0.", "-.").removeprefix("0") or "0"


# --- where a latitude and longitude lie ------------------------------------------------------


def terms(longitude: float, latitude: float) -> list[float]:
    x, y = longitude - MIDDLE[0], latitude - MIDDLE[1]
    return [1.0, x, y, x * y, x * x, y * y]


def boxes() -> dict[str, tuple[float, ...]]:
    with REFERENCE.open(encoding="utf-8") as file:
        return {
            row["kode"]: tuple(float(row[side]) for side in ("vest", "syd", "oest", "nord"))
            for row in csv.DictReader(file)
        }


def projection(shapes: dict[str, Shape], move: Move) -> dict[str, list[float]]:
    """Least squares over the middles of the boxes, without the worst: islets are missing in one."""
    known = boxes()
    samples = []
    for code, shape in shapes.items():
        west, south, east, north = known[code]
        left, top, right, bottom = box_of([shape])
        target = move(((left + right) / 2, (top + bottom) / 2))
        samples.append((terms((west + east) / 2, (south + north) / 2), target))
    kept = samples
    for _round in range(6):
        fit = [least_squares([t for t, _ in kept], [xy[axis] for _, xy in kept]) for axis in (0, 1)]

        def miss(sample: tuple[list[float], Point], fit: list[list[float]] = fit) -> float:
            return math.dist([dot(fit[0], sample[0]), dot(fit[1], sample[0])], sample[1])

        kept = sorted(samples, key=miss)[: max(12, len(samples) * 2 // 3)]
    return {"x": rounded(fit[0]), "y": rounded(fit[1])}


def bornholm_projection(shape: Shape, move: Move) -> dict[str, list[float]]:
    """One island alone fits only a straight scale."""
    west, south, east, north = boxes()[BORNHOLM]
    left, top, right, bottom = box_of([shape])
    (x0, y0), (x1, y1) = move((left, top)), move((right, bottom))
    x_scale, y_scale = (x1 - x0) / (east - west), (y0 - y1) / (north - south)
    return {
        "x": rounded([x0 - (west - MIDDLE[0]) * x_scale, x_scale, 0, 0, 0, 0]),
        "y": rounded([y1 - (south - MIDDLE[1]) * y_scale, 0, y_scale, 0, 0, 0]),
    }


def rounded(values: Iterable[float]) -> list[float]:
    return [round(value, 4) for value in values]


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def least_squares(rows: Sequence[Sequence[float]], targets: Sequence[float]) -> list[float]:
    """The normal equations by Gauss-Jordan; six unknowns do not need a library."""
    size = len(rows[0])
    matrix = [
        [sum(row[i] * row[j] for row in rows) for j in range(size)]
        + [sum(row[i] * target for row, target in zip(rows, targets, strict=True))]
        for i in range(size)
    ]
    for i in range(size):
        pivot = max(range(i, size), key=lambda k: abs(matrix[k][i]))
        matrix[i], matrix[pivot] = matrix[pivot], matrix[i]
        for j in range(size):
            if j != i:
                factor = matrix[j][i] / matrix[i][i]
                matrix[j] = [a - factor * b for a, b in zip(matrix[j], matrix[i], strict=True)]
    return [matrix[i][size] / matrix[i][i] for i in range(size)]


if __name__ == "__main__":
    main()
