import csv
import math
import re

import pytest

from portal.geography.loading import REFERENCE
from portal.geography.outlines import FILE, drawing

with (REFERENCE / "kommuner.csv").open(encoding="utf-8") as file:
    MUNICIPALITIES = {row["kode"]: row for row in csv.DictReader(file)}

STEP = re.compile(r"-?\d*\.\d+|-?\d+")


def rings(path: str) -> list[list[tuple[float, float]]]:
    """The path back to points. Only what the tool writes: M, one l with pairs, z."""
    found = []
    for ring in path.rstrip("z").split("z"):
        assert re.fullmatch(r"M[0-9. -]+l[0-9. -]+", ring)
        start, steps = ring[1:].split("l")
        x, y = (float(number) for number in STEP.findall(start))
        points = [(x, y)]
        numbers = [float(number) for number in STEP.findall(steps)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        found.append(points)
    return found


def distance_to(path: str, point: tuple[float, float]) -> float:
    """0 inside."""
    px, py = point
    inside, nearest = False, math.inf
    for ring in rings(path):
        for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
            if (y0 > py) != (y1 > py) and px < (x1 - x0) * (py - y0) / (y1 - y0) + x0:
                inside = not inside
            length = (x1 - x0) ** 2 + (y1 - y0) ** 2
            t = ((px - x0) * (x1 - x0) + (py - y0) * (y1 - y0)) / length if length else 0
            t = max(0, min(1, t))
            nearest = min(nearest, math.dist(point, (x0 + t * (x1 - x0), y0 + t * (y1 - y0))))
    return 0.0 if inside else nearest


def area(path: str) -> float:
    return sum(
        abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(r, r[1:] + r[:1], strict=True))) / 2
        for r in rings(path)
    )


def test_every_municipality_has_an_outline_and_nothing_else_has():
    assert drawing().outlines.keys() == MUNICIPALITIES.keys()


def test_the_drawing_is_small_and_has_its_licence_beside_it():
    assert FILE.stat().st_size < 120_000
    assert "MIT License" in (FILE.parent / "LICENSE.md").read_text(encoding="utf-8")


def test_every_outline_lies_in_the_view_box():
    left, top, width, height = (float(part) for part in drawing().view_box.split())
    for outline in drawing().outlines.values():
        for path in filter(None, (outline.path, outline.inset_path)):
            for ring in rings(path):
                assert len(ring) >= 3
                assert all(left <= x <= left + width and top <= y <= top + height for x, y in ring)


def test_insets_hold_what_they_say_and_nothing_sticks_out():
    for box in drawing().insets:
        assert box.codes <= MUNICIPALITIES.keys()
        for code in box.codes:
            outline = drawing().outlines[code]
            path = outline.path if box.key == "bornholm" else outline.inset_path
            for ring in rings(path):
                assert all(
                    box.x < x < box.x + box.width and box.y < y < box.y + box.height
                    for x, y in ring
                )


def test_only_greater_copenhagen_is_drawn_twice_and_then_larger():
    (copenhagen,) = (box for box in drawing().insets if box.key == "copenhagen")
    twice = {code for code, outline in drawing().outlines.items() if outline.inset_path}

    assert twice == copenhagen.codes
    for code in twice:
        outline = drawing().outlines[code]
        assert area(outline.inset_path) > 8 * area(outline.path)
        assert area(outline.inset_path) > 24 * 24, "too small to hit (WCAG 2.5.8)"


@pytest.mark.parametrize("code", sorted(MUNICIPALITIES))
def test_a_municipalitys_own_point_is_drawn_on_it(code):
    row = MUNICIPALITIES[code]
    outline = drawing().outlines[code]

    points = drawing().points(
        latitude=float(row["lat"]), longitude=float(row["lon"]), municipality_code=code
    )

    paths = [path for path in (outline.path, outline.inset_path) if path]
    assert len(points) == len(paths)
    # Only the coast of Dragør is drawn so freely that its point falls beside it.
    for path, point, slack in zip(paths, points, (2, 4), strict=False):
        assert distance_to(path, point) <= slack


def test_a_point_on_bornholm_is_drawn_in_its_box():
    (point,) = drawing().points(latitude=55.1, longitude=14.71, municipality_code="0400")
    (box,) = (box for box in drawing().insets if box.key == "bornholm")

    assert box.x < point[0] < box.x + box.width
    assert box.y < point[1] < box.y + box.height


def test_north_is_up_and_east_is_right():
    def at(code):
        row = MUNICIPALITIES[code]
        return drawing().points(
            latitude=float(row["lat"]), longitude=float(row["lon"]), municipality_code=code
        )[0]

    skagen, aarhus, odense, esbjerg = at("0813"), at("0751"), at("0461"), at("0561")

    assert skagen[1] < aarhus[1] < odense[1]
    assert esbjerg[0] < aarhus[0]
