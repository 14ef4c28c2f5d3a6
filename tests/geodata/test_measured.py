"""MeasuredLine against pyproj.Geod by golden section, and drawn lines worked out by hand."""
from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod
from pytest import approx

from geodata.errors import BadInput
from geodata.measured import MeasuredLine
from tests.geodata.oracle import beside

GEOD = Geod(ellps="WGS84")
rng = np.random.default_rng(20)


def wander(lon: float, lat: float, edge_m: float, count: int, bend_deg: float = 25) -> np.ndarray:
    """A line that wanders from a place by geodesics of about `edge_m`."""
    line, heading = [(lon, lat)], 70.0
    for _ in range(count):
        heading += rng.normal(0, bend_deg)
        line.append(GEOD.fwd(*line[-1], heading, edge_m * rng.uniform(0.3, 1.7))[:2])
    return np.array(line)


def around(line: np.ndarray, spread_m: float, count: int) -> np.ndarray:
    """Points scattered about a line's vertices."""
    base = line[rng.integers(0, len(line), count)]
    lon, lat, _ = GEOD.fwd(*base.T, rng.uniform(0, 360, count), rng.exponential(spread_m, count))
    return np.column_stack([lon, lat])


LINES = {
    "town streets": (wander(119.95, 31.77, 80, 300), 400),
    "drawn gpx, 460 m apart": (wander(8.5, 47.0, 460, 200), 5_000),
    "edges of 40 km": (wander(-8.6, 41.1, 40_000, 25), 30_000),
    "edges of 900 km": (wander(20.0, 50.0, 900_000, 6), 60_000),
    "across the dateline": (wander(179.6, -17.0, 20_000, 20, 10), 20_000),
    "over the north pole": (np.array([[20.0, 89.0], [-150.0, 89.2], [-60.0, 88.0], [110.0, 89.9]]), 40_000),
    "from the south pole": (np.array([[0.0, -90.0], [33.0, -89.0], [33.0, -88.0]]), 30_000),
    "along the equator": (np.array([[-1.0, 0.0], [0.0, 0.0], [2.0, 0.0]]), 40_000),
    "crossing itself": (np.array([[0, 50], [1, 50], [1, 50.5], [0.5, 50.5], [0.5, 49.5], [0, 49]]), 15_000),
    "out and back": (np.array([[10, 45], [10.3, 45.1], [10.6, 45], [10.3, 45.1], [10, 45]], float), 8_000),
    "duplicates": (np.repeat(wander(5, 60, 3_000, 9), [1, 2, 1, 3, 1, 4, 1, 1, 2, 3], axis=0), 2_000),
}


@pytest.mark.parametrize(("line", "spread_m"), LINES.values(), ids=LINES)
def test_distance_and_offset_are_those_of_the_geodesic(line, spread_m):
    """off_m <= 1 cm; offset_m <= 10 cm a 1000 km, or a foot as near as the nearest to 1 mm."""
    measured, points = MeasuredLine(line), around(line, spread_m, 60)
    located = measured.locate(points)
    feet = measured.point_at(located.offset_m)
    for i, point in enumerate(points):
        off, passes = beside(line, point)
        assert located.off_m[i] == approx(off, abs=0.01 if off < 100_000 else 0.05)
        allowed_m = 0.02 + 0.1 * measured.length_m / 1e6
        on_a_pass = np.abs(passes - located.offset_m[i]).min() <= allowed_m
        assert on_a_pass or GEOD.inv(*feet[i], *point)[2] <= off + 1e-3
    assert GEOD.inv(*feet.T, *points.T)[2] == approx(located.off_m, abs=1e-3)


@pytest.mark.parametrize("past_m", [-0.3, -0.02, 0.0, 0.02, 0.3])
def test_the_offset_is_right_beside_the_seam_of_two_pieces(past_m):
    """Far off the line a foot a little past a seam ties to 1 mm with the seam itself."""
    azimuth, _, length = GEOD.inv(10, 50, 10.8, 50.3)
    seam = length / np.ceil(length / 1_000) * 30 + past_m
    lon, lat, back = GEOD.fwd(10, 50, azimuth, seam)
    points = [GEOD.fwd(lon, lat, back + 90, off)[:2] for off in (5, 2_000, 60_000)]
    assert MeasuredLine([[10, 50], [10.8, 50.3]]).locate(points).offset_m == approx(seam, abs=0.005)


def test_a_tree_and_every_pair_find_the_same(monkeypatch):
    line = wander(120.0, 31.5, 150, 3_000)
    points = around(line, 3_000, 300)
    with_tree = MeasuredLine(line).locate(points)
    monkeypatch.setattr("geodata.measured.ALL_PAIRS", 10**9)
    all_pairs = MeasuredLine(line).locate(points)
    assert with_tree.off_m == approx(all_pairs.off_m, abs=1e-9)
    assert with_tree.offset_m == approx(all_pairs.offset_m, abs=1e-6)
    assert (with_tree.side == all_pairs.side).all()


def test_offsets_are_metres_of_the_edges_and_points_stand_at_them():
    line = wander(2.0, 48.0, 700, 1_500, 5)
    measured = MeasuredLine(line)
    edges = GEOD.inv(*line[:-1].T, *line[1:].T)[2]
    assert measured.at_m == approx(np.r_[0, np.cumsum(edges)], abs=1e-6)
    there = measured.point_at(measured.at_m)
    assert GEOD.inv(*there.T, *line.T)[2] == approx(np.zeros(len(line)), abs=1e-3)


def test_inside_a_long_edge_a_point_stands_on_the_geodesic_not_on_the_chord():
    azimuth, _, length = GEOD.inv(-0.5, 51.5, 116.4, 39.9)
    offsets = np.linspace(0, length, 41)
    lon, lat, _ = GEOD.fwd(*np.full((41, 2), (-0.5, 51.5)).T, np.full(41, azimuth), offsets)
    there = MeasuredLine([[-0.5, 51.5], [116.4, 39.9]]).point_at(offsets)
    assert GEOD.inv(*there.T, lon, lat)[2] == approx(np.zeros(41), abs=1e-3)


@pytest.mark.parametrize(("point", "side"), [
    ((0.5, 0.1), 1), ((0.5, -0.1), -1), ((0.5, 0.0), 0), ((-0.5, 0.0), 0), ((-0.5, 0.2), 1),
    ((-0.5, -0.2), -1), ((1.1, -0.1), -1), ((1.2, 0.5), -1), ((0.8, 0.5), 1), ((1.05, -0.3), -1),
    ((0.9, 1.3), 1), ((1.1, 1.3), -1),
], ids=str)
def test_the_side_is_left_or_right_of_travel(point, side):
    """
            2           north ^
            |
      0-----1
    """
    assert MeasuredLine([[0, 0], [1, 0], [1, 1]]).locate([point]).side[0] == side


def test_outside_a_hairpin_the_side_is_that_of_the_bend():
    """A left turn of 170 degrees: ahead of its tip everything is on the right."""
    line = MeasuredLine([[0, 0], [1, 0], [0, 0.17]])
    assert line.locate([[1.1, 0.05], [1.1, -0.05], [1.1, 0.0]]).side.tolist() == [-1, -1, -1]
    assert line.locate([[0.5, 0.04]]).side[0] == 1


def test_headings_are_those_of_the_edges():
    line = MeasuredLine([[10, 50], [10, 51], [12, 51], [12, 51], [11, 50]])
    azimuths = [GEOD.inv(10, 50, 10, 51)[0], GEOD.inv(10, 51, 12, 51)[0], GEOD.inv(12, 51, 11, 50)[0] % 360]
    assert line.heading_at(line.at_m[[0, 1, 3]]) == approx(azimuths, abs=0.01)
    assert line.heading_at([-5.0, line.length_m + 5]) == approx(
        [azimuths[0], (GEOD.inv(11, 50, 12, 51)[0] + 180) % 360], abs=0.01)


def test_a_cut_is_as_long_as_asked_and_lies_on_the_line():
    line = MeasuredLine(wander(7.0, 46.0, 5_000, 60))
    part = line.cut(12_345.6, 98_765.4)
    assert part.length_m == approx(98_765.4 - 12_345.6, abs=0.01)
    assert line.locate(part.lonlat).off_m == approx(np.zeros(len(part.lonlat)), abs=1e-3)
    assert line.cut(-10, line.length_m + 10).length_m == approx(line.length_m, abs=1e-3)
    assert line.cut(500, 500).length_m == approx(0, abs=1e-6)
    with pytest.raises(BadInput):
        line.cut(501, 500)


def test_a_single_spot_is_a_line_without_length():
    for spot in ([[3.0, 4.0]], [[3.0, 4.0]] * 3):
        line = MeasuredLine(spot)
        located = line.locate([[3.0, 4.0], [3.0, 5.0]])
        assert line.length_m == 0
        assert located.off_m == approx([0, GEOD.inv(3, 4, 3, 5)[2]], abs=1e-3)
        assert located.offset_m.tolist() == [0, 0] and located.side.tolist() == [0, 0]
        assert line.point_at([0.0, 7.0]) == approx(np.array([[3, 4], [3, 4]]), abs=1e-9)


def test_no_points_is_an_answer_without_rows():
    assert len(MeasuredLine([[0, 0], [1, 1]]).locate(np.empty((0, 2))).off_m) == 0


def test_nobody_changes_a_line():
    given = np.array([[0.0, 0.0], [1.0, 1.0]])
    line = MeasuredLine(given)
    given[0] = 50
    assert line.lonlat[0].tolist() == [0, 0]
    for array in (line.lonlat, line.at_m):
        with pytest.raises(ValueError):
            array[0] = 1


@pytest.mark.parametrize("bad", [
    [], [[0, 0], [np.nan, 1]], [[0, 91]], [[181, 0]], [[0, np.inf]], [1, 2], [[1, 2, 3]],
], ids=str)
def test_what_is_no_line_is_refused(bad):
    with pytest.raises(BadInput):
        MeasuredLine(bad)
