"""The report's small map: as high as the region needs, finer where the scale is small, and what is drawn stays where it is."""
from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from pytest import approx

from maps.bandmap import draw_bands, height_for


def road(*points: tuple[float, float]) -> dict[str, Any]:
    return {"geometry": {"type": "LineString", "coordinates": list(points)}, "properties": {"band": 0}}


def drawn(*roads: dict[str, Any], height_mm: float = 100.0) -> str:
    return draw_bands(roads, [], [(8.0, 41.0, "#123456")], colours=["#abcdef"], gap="#fff", width_mm=174.0, height_mm=height_mm)


def test_a_wide_region_takes_a_low_map_and_a_tall_one_no_more_than_there_is() -> None:
    wide, tall = road((-8.0, 41.0), (-3.0, 41.4)), road((8.0, 41.0), (8.1, 45.0))
    assert 45.0 <= height_for([wide], [], 174.0, 160.0) < 60.0
    assert height_for([tall], [], 174.0, 160.0) == 160.0
    assert height_for([], [(8.0, 41.0, "#000")], 174.0, 160.0) >= 45.0


def test_the_smaller_the_scale_the_finer_lines_and_dots_are() -> None:
    near, far = (drawn(road((8.0, 41.0), (8.0 + across, 41.1))) for across in (0.5, 8.0))
    widths = [float(re.search(r'stroke="#abcdef" stroke-width="([\d.]+)"', svg)[1]) for svg in (near, far)]  # type: ignore[index]
    radii = [float(re.search(r'circle [^>]* r="([\d.]+)"', svg)[1]) for svg in (near, far)]  # type: ignore[index]
    assert widths[0] == 0.75 and radii[0] == 1.15 and widths[1] < 0.4 and radii[1] < 0.6


def test_points_that_cannot_be_told_apart_are_left_out_and_the_ends_never() -> None:
    many = [(8.0 + 1e-5 * i, 41.0 + 1e-5 * i) for i in range(50_001)]
    path = re.search(r'<path d="M([^"]+)" fill="none" stroke="#abcdef"', drawn(road(*many)))[1]  # type: ignore[index]
    points = [tuple(map(float, one.split(","))) for one in path.split("L")]
    assert 500 < len(points) < 2_500
    steps = [max(abs(a[0] - b[0]), abs(a[1] - b[1])) for a, b in pairwise(points)]
    assert max(steps) < 0.2 and points[0][0] < points[-1][0]
    whole = drawn(road(many[0], many[-1]))
    ends = re.search(r'<path d="M([^"]+)" fill="none" stroke="#abcdef"', whole)[1].split("L")  # type: ignore[index]
    assert [points[0], points[-1]] == [approx(tuple(map(float, end.split(",")))) for end in ends]


def test_a_region_on_both_sides_of_180_is_drawn_as_it_would_be_elsewhere() -> None:
    """Fiji at 178 to 182 degrees, and the same moved to 8 to 12."""
    def at(shift: float) -> tuple[str, float]:
        lon = [(x + shift + 180.0) % 360.0 - 180.0 for x in (178.0, 179.9, 180.1, 181.5, 182.0)]
        roads = [road((lon[0], -17.0), (lon[1], -17.2), (lon[2], -17.1)), road((lon[3], -16.5), (lon[4], -16.0))]
        dots = [(lon[2], -17.1, "#123456")]
        return draw_bands(roads, roads[:1], dots, colours=["#abcdef"], gap="#fff", width_mm=174.0, height_mm=100.0), \
            height_for(roads, dots, 174.0, 160.0)
    (over, high), (inside, same) = at(0.0), at(-170.0)
    assert high == same
    numbers = [[float(one) for one in re.findall(r"-?\d+[.]\d+", svg)] for svg in (over, inside)]
    assert numbers[0] == approx(numbers[1], abs=0.011)
    assert all(0 <= float(x) <= 174.0 for x in re.findall(r"[ML](-?[\d.]+),", over))


def test_a_region_round_most_of_the_world_is_left_as_it_is() -> None:
    around = road(*((float(lon), 41.0 + lon / 20) for lon in range(-170, 171, 10)))
    xs = [float(x) for x in re.findall(r"[ML](-?[\d.]+),", drawn(around))]
    assert len(xs) == 35 and xs == sorted(xs)
