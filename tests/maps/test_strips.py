"""Pages along a route: every metre on one, overlaps as asked, travel up; whatever the route does."""
from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import BadInput
from geodata.geodesy import distance_m
from geodata.measured import MeasuredLine
from maps.strips import NORTH_UP, ORIENTATIONS, TRAVEL_UP, UPWARD_DEG, Strip, cut, fitted_scale

WIDTH, HEIGHT, MARGIN, OVERLAP = 180.0, 240.0, 10.0, 20.0


def line(*lonlat: tuple[float, float]) -> MeasuredLine:
    return MeasuredLine(np.array(lonlat, float))


def pages(route: MeasuredLine, scale: float = 75_000, **how: object) -> tuple[Strip, ...]:
    return cut(route, WIDTH, HEIGHT, scale=scale, **{"overlap_mm": OVERLAP, "margin_mm": MARGIN, **how})  # type: ignore[arg-type]


def assert_whole(route: MeasuredLine, strips: tuple[Strip, ...], scale: float) -> None:
    """Every metre within a page's span, and inside that page's frame; overlaps as asked."""
    assert strips[0].from_m == 0 and strips[-1].to_m == pytest.approx(route.length_m, abs=1e-6)
    for before, after in pairwise(strips):
        assert before.to_m - after.from_m == pytest.approx(OVERLAP * scale / 1000, abs=1e-3)
        assert after.from_m < before.match_to_m == after.match_from_m < before.to_m
    for strip in strips:
        offsets = np.append(np.arange(strip.from_m, strip.to_m, scale / 1000 / 2), strip.to_m)
        assert strip.window.holds(route.point_at(offsets), margin_mm=MARGIN / 2 - 0.2).all()


ROUTES = {
    "shorter than a page": line((119.95, 31.7), (119.97, 31.71)),
    "a single spot": line((119.95, 31.7), (119.95, 31.7)),
    "a diagonal": line((119.0, 31.0), (119.4, 31.35), (120.1, 31.6)),
    "out and back": line((119.0, 31.0), (120.0, 31.3), (119.0, 31.0)),
    "crossing itself": line((119.0, 31.0), (119.6, 31.5), (119.6, 31.0), (119.0, 31.5)),
    "a ferry of one long edge": line((10.0, 54.0), (11.5, 55.2), (11.6, 55.2)),
    "over the dateline": line((179.2, -17.0), (-179.4, -16.6), (-178.9, -16.9)),
    "beside a pole": line((10.0, 89.2), (170.0, 89.3)),
    "switchbacks": MeasuredLine(np.column_stack([7.0 + 0.004 * np.tile([0, 1, 1, 0], 400),
                                                 46 + 0.0004 * np.repeat(np.arange(800), 2)])),
    "a ring": MeasuredLine(np.column_stack([2 + 0.4 * np.cos(t := np.linspace(0, 2 * math.pi, 400)), 48 + 0.3 * np.sin(t)])),
}


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("name", ROUTES)
def test_every_metre_is_on_a_page(name: str, orientation: str) -> None:
    assert_whole(ROUTES[name], pages(ROUTES[name], orientation=orientation), 75_000)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4)), min_size=1, max_size=12),
       st.floats(-179.9, 179.9), st.floats(-75, 75), st.sampled_from([100_000.0, 250_000.0]), st.sampled_from(ORIENTATIONS))
def test_every_metre_of_any_route_is_on_a_page(steps: list[tuple[float, float]], lon: float, lat: float, scale: float,
                                               orientation: str) -> None:
    walk = np.cumsum([(lon, lat), *steps], axis=0)
    walk[:, 0], walk[:, 1] = (walk[:, 0] + 180) % 360 - 180, np.clip(walk[:, 1], -85, 85)
    route = MeasuredLine(walk)
    assert_whole(route, pages(route, scale, orientation=orientation), scale)


@pytest.mark.parametrize("azimuth", range(0, 360, 30))
def test_travel_runs_up_the_page(azimuth: int) -> None:
    end = (119.0 + 0.9 * math.sin(math.radians(azimuth)), 31.0 + 0.8 * math.cos(math.radians(azimuth)))
    for strip in pages(line((119.0, 31.0), end), even=False):
        route = line((119.0, 31.0), end)
        (ax, ay), (bx, by) = strip.window.to_mm(route.point_at([strip.from_m, strip.to_m])).tolist()
        assert abs(math.degrees(math.atan2(bx - ax, ay - by))) <= UPWARD_DEG
        assert strip.number == strip.count or math.hypot(bx - ax, by - ay) > HEIGHT - 2 * MARGIN - 1   # the long way of the page


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("name", ROUTES)
def test_no_last_page_is_a_stub_where_the_others_could_be_shorter(name: str, orientation: str) -> None:
    full, even = (pages(ROUTES[name], orientation=orientation, even=even) for even in (False, True))
    lengths = [[strip.to_m - strip.from_m for strip in strips] for strips in (full, even)]
    assert len(full) == len(even) and min(lengths[1]) >= min(lengths[0]) - 1e-6 and max(lengths[1]) <= max(lengths[0]) + 1e-6
    assert_whole(ROUTES[name], full, 75_000)


def test_pages_of_a_straight_road_are_equally_long() -> None:
    road = line((119.0, 31.0), (119.0, 31.2405))                        # 26.7 km: a page and half of one
    lengths = [strip.to_m - strip.from_m for strip in pages(road, 100_000)]
    assert len(lengths) == 2 and lengths[0] == pytest.approx(lengths[1], rel=1e-6)


def test_north_up_is_north_up() -> None:
    for strip in pages(ROUTES["a diagonal"], orientation=NORTH_UP):
        middle, above = strip.window.to_lonlat([(WIDTH / 2, HEIGHT / 2), (WIDTH / 2, HEIGHT / 2 - 50)])
        assert above[0] == pytest.approx(middle[0], abs=1e-9) and above[1] > middle[1]


def test_more_pages_than_asked_is_an_error_and_a_fitted_scale_keeps_to_it() -> None:
    route = ROUTES["a diagonal"]
    with pytest.raises(BadInput) as caught:
        pages(route, 10_000, max_strips=5)
    assert caught.value.code == "too_large"
    for most in (1, 4, 9):
        scale = fitted_scale(route, WIDTH, HEIGHT, pages=most)
        assert len(cut(route, WIDTH, HEIGHT, scale=scale)) <= most
        assert scale <= 20_000 or len(cut(route, WIDTH, HEIGHT, scale=scale * 0.74)) > most


@pytest.mark.parametrize(("how", "field"), [({"orientation": "down"}, "orientation"), ({"overlap_mm": 90.0}, "overlap_mm"),
                                            ({"overlap_mm": math.nan}, "overlap_mm"), ({"margin_mm": 89.0}, "margin_mm"),
                                            ({"scale": 0.0}, "scale"), ({"scale": math.inf}, "scale")])
def test_what_no_page_can_be_is_refused(how: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        pages(ROUTES["a diagonal"], **how)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_a_page_reaches_on_both_sides_of_the_dateline() -> None:
    strips = pages(ROUTES["over the dateline"], 250_000, orientation=TRAVEL_UP)
    crossing = [strip for strip in strips if strip.window.bbox[0] > strip.window.bbox[2]]
    assert crossing and all(distance_m((strip.window.lon, strip.window.lat), (180.0, -16.8)) < 60_000 for strip in crossing)
