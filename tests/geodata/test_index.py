"""SpatialIndex against brute-force pyproj.Geod, by either carrier: every answer, every tie, every edge of the Earth."""
from __future__ import annotations

from functools import cache, partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from pytest import approx

from geodata.errors import BadInput
from geodata.index import SpatialIndex
from geodata.measured import MeasuredLine
from tests.geodata.oracle import beside, geodesic

GEOD = Geod(ellps="WGS84")
EDGE_M = 0.01             # within this of a limit either answer is right
rng = np.random.default_rng(3)


def box(west: float, south: float, east: float, north: float, count: int) -> np.ndarray:
    return np.column_stack([rng.uniform(west, east, count), rng.uniform(south, north, count)])


def globe(count: int) -> np.ndarray:
    return np.column_stack([rng.uniform(-180, 180, count), np.degrees(np.arcsin(rng.uniform(-1, 1, count)))])


def dateline(count: int) -> np.ndarray:
    points = box(-0.4, -18, 0.4, -17, count)
    return np.column_stack([(points[:, 0] + 360) % 360 - 180, points[:, 1]])


@pytest.fixture(params=["hilbert", "chords"], scope="module")
def index_of(request):
    return partial(SpatialIndex, carrier=request.param)


PLACES = {
    "a district": box(119.6, 31.5, 120.2, 31.9, 800),
    "a country": box(-9, 37, -6, 42, 800),
    "the globe": globe(800),
    "the dateline": dateline(800),
    "the north pole": np.vstack([box(-180, 89.0, 180, 90, 600), [[0, 90], [77, 90]]]),
    "the south pole": np.vstack([box(-180, -90, 180, -89.0, 600), [[0, -90]]]),
    "duplicates": np.repeat(box(8, 49, 8.2, 49.2, 40), 20, axis=0),
    "one spot": np.repeat([[8.0, 49.0]], 500, axis=0),
    "one point": np.array([[8.0, 49.0]]),
}


def from_there(points: np.ndarray, count: int) -> np.ndarray:
    """Askers: on the points, near them, and anywhere."""
    base = points[rng.integers(0, len(points), count)]
    lon, lat, _ = GEOD.fwd(*base.T, rng.uniform(0, 360, count), rng.exponential(20_000, count))
    return np.vstack([points[:5], np.column_stack([lon, lat]), globe(10)])


@pytest.mark.parametrize("points", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("k", [1, 7])
def test_nearest_is_what_brute_force_finds(index_of, points, k):
    askers = from_there(points, 40)
    ids, metres = index_of(points).nearest(askers, k)
    true_m = geodesic(askers, points)
    order = np.lexsort((np.broadcast_to(np.arange(len(points)), true_m.shape), true_m), axis=-1)[:, :k]
    found = order.shape[1]
    assert (ids[:, :found] == order).all() and (ids[:, found:] == -1).all()
    assert metres[:, :found] == approx(np.take_along_axis(true_m, order, axis=1), abs=EDGE_M)
    assert np.isinf(metres[:, found:]).all()


@pytest.mark.parametrize("points", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("radius_m", [0.0, 500.0, 30_000.0, 3e6, np.inf])
def test_within_is_what_brute_force_finds(index_of, points, radius_m):
    askers = from_there(points, 20)
    query, ids, metres = index_of(points).within(askers, radius_m)
    true_m = geodesic(askers, points)
    assert metres == approx(true_m[query, ids], abs=EDGE_M)
    pairs = set(zip(query.tolist(), ids.tolist(), strict=True))
    assert len(pairs) == len(query)
    assert pairs >= set(map(tuple, np.argwhere(true_m <= radius_m - EDGE_M).tolist()))
    assert (true_m[query, ids] <= radius_m + EDGE_M).all()
    assert (np.lexsort((ids, metres, query)) == np.arange(len(ids))).all()


def test_a_limit_leaves_out_what_is_farther(index_of):
    points = PLACES["a district"]
    askers = from_there(points, 30)
    ids, metres = index_of(points).nearest(askers, 5, limit_m=3_000)
    free_ids, free_m = index_of(points).nearest(askers, 5)
    near = free_m <= 3_000
    assert 0 < near.sum() < near.size
    assert (ids == np.where(near, free_ids, -1)).all() and (metres == np.where(near, free_m, np.inf)).all()


ROUTES = {
    "a district": (np.array([[119.7, 31.6], [119.9, 31.8], [120.1, 31.55], [120.15, 31.85]]), 2_000),
    "a country": (np.array([[-8.9, 37.1], [-6.2, 39.5], [-8.8, 41.9]]), 15_000),
    "the globe": (np.array([[-70.0, -33.0], [10.0, 50.0], [116.0, 40.0]]), 400_000),
    "the dateline": (np.array([[179.7, -17.9], [-179.8, -17.6], [179.9, -17.2], [-179.7, -17.1]]), 3_000),
    "the north pole": (np.array([[10.0, 89.1], [-160.0, 89.4], [100.0, 89.5]]), 9_000),
    "the south pole": (np.array([[10.0, -89.1], [10.0, -90.0], [100.0, -89.5]]), 9_000),
    "duplicates": (np.array([[8.0, 49.1], [8.2, 49.1], [8.2, 49.2], [8.1, 49.2], [8.1, 49.0]]), 3_000),
    "one spot": (np.array([[8.0, 48.9], [8.0, 49.1]]), 0.0),
    "one point": (np.array([[8.0, 48.9], [8.1, 49.0]]), 30_000),
}


@cache
def truth_of(name):
    """What the oracle says of the last 300 points beside the route: slow, so once for both carriers."""
    return [beside(ROUTES[name][0], point) for point in PLACES[name][-300:]]


@pytest.mark.parametrize("name", ROUTES)
def test_along_is_what_brute_force_finds(index_of, name):
    (route, within_m), points = ROUTES[name], PLACES[name][-300:]
    line = MeasuredLine(route)
    along = index_of(points).along(line, within_m)
    truth = truth_of(name)
    off_m = np.array([t[0] for t in truth])
    assert set(np.flatnonzero(off_m <= within_m - EDGE_M)) <= set(along.ids)
    assert len(set(along.ids)) == len(along.ids) and (off_m[along.ids] <= within_m + EDGE_M).all()
    assert along.off_m == approx(off_m[along.ids], abs=EDGE_M)
    assert (np.lexsort((along.ids, along.offset_m)) == np.arange(len(along.ids))).all()
    near = off_m[along.ids] < 100_000
    for i, offset in zip(along.ids[near], along.offset_m[near], strict=True):
        assert np.abs(truth[i][1] - offset).min() <= 0.02 + 0.1 * line.length_m / 1e6
    assert len(along.ids) or name == "one spot"


def test_along_a_route_that_crosses_itself_each_point_comes_once(index_of):
    route = MeasuredLine([[8, 50], [8.2, 50], [8.2, 50.1], [8.1, 50.1], [8.1, 49.9]])
    points = np.array([[8.1, 50.0001], [8.05, 50.0], [8.1, 49.95]])
    along = index_of(points).along(route, 50)
    assert along.ids.tolist() == [1, 0, 2]
    assert along.side.tolist() == [1, 0, 0] or along.off_m[1] < 12    # the crossing: either pass is as near


def test_an_empty_index_answers_with_nothing(index_of):
    empty, here = index_of(np.empty((0, 2))), [[8, 50], [9, 50]]
    ids, metres = empty.nearest(here, 3)
    assert (ids == -1).all() and np.isinf(metres).all() and ids.shape == (2, 3)
    assert [len(x) for x in empty.within(here, 1e6)] == [0, 0, 0]
    assert len(empty.along(MeasuredLine(here), 1e6).ids) == 0


def test_nobody_asking_is_answered_with_nothing(index_of):
    index = index_of([[8, 50]])
    assert index.nearest(np.empty((0, 2)), 2)[0].shape == (0, 2)
    assert len(index.within([], 100)[0]) == 0


FLAGS = rng.integers(0, 16, 800, dtype=np.uint64) | rng.integers(0, 2, 800, dtype=np.uint64) << np.uint64(63)


@pytest.mark.parametrize(("need", "any_of"), [(0, 0), (1, 0), (5, 0), (0, 6), (8, 3), (1 << 63, 0), (0, 16)])
def test_filters_are_as_if_the_others_were_not_there(index_of, need, any_of):
    points, askers = PLACES["a district"], from_there(PLACES["a district"], 20)
    index = index_of(points, FLAGS)
    passes = [(int(f) & need) == need and (not any_of or int(f) & any_of != 0) for f in FLAGS]
    own = np.flatnonzero(passes)
    alone = index_of(points[own])
    ids, metres = index.nearest(askers, 4, need=need, any_of=any_of)
    alone_ids, alone_m = alone.nearest(askers, 4)
    assert (ids == (np.append(own, -1)[alone_ids])).all() and (metres == alone_m).all()
    found, expected = index.within(askers, 9_000, need=need, any_of=any_of), alone.within(askers, 9_000)
    assert (found[0] == expected[0]).all() and (found[1] == own[expected[1]]).all()
    line = MeasuredLine(ROUTES["a district"][0])
    beside_line = index.along(line, 3_000, need=need, any_of=any_of)
    assert beside_line.ids.tolist() == own[alone.along(line, 3_000).ids].tolist()


def test_filters_remembered_are_few():
    index = SpatialIndex(PLACES["a district"], FLAGS, carrier="chords")
    for need in range(40):
        index.nearest([[120, 31.7]], 1, need=need)
    assert index._carrier.passing.cache_info().currsize <= 16


@pytest.mark.parametrize("ask", [
    lambda i: i.nearest([[0, 0]], 0), lambda i: i.nearest([[0, 0]], 1, limit_m=-1),
    lambda i: i.nearest([[0, 99]], 1), lambda i: i.nearest([[0, np.nan]], 1),
    lambda i: i.within([[0, 0]], np.nan), lambda i: i.within([[200, 0]], 5),
    lambda i: i.along(MeasuredLine([[0, 0]]), -0.1), lambda i: SpatialIndex([[0, 0], [np.inf, 0]]),
], ids=["k", "limit", "lat", "nan", "radius", "lon", "within", "infinite"])
def test_what_makes_no_sense_is_refused(ask):
    with pytest.raises(BadInput):
        ask(SpatialIndex([[0.0, 0.0]]))


LONLAT = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@settings(max_examples=150, deadline=None)
@given(points=st.lists(LONLAT, min_size=1, max_size=30), asker=LONLAT, k=st.integers(1, 6))
def test_nearest_holds_anywhere(index_of, points, asker, k):
    _, metres = index_of(points).nearest([asker], k)
    true_m = np.sort(geodesic(np.array([asker]), np.array(points))[0])[:k]
    assert metres[0, : len(true_m)] == approx(true_m, abs=EDGE_M)


@settings(max_examples=150, deadline=None)
@given(start=LONLAT, azimuth=st.floats(0, 360), metres=st.floats(0, 100_000), turn=st.floats(-180, 180),
       off_m=st.floats(0, 90_000), part=st.floats(0, 1), across=st.sampled_from([-90.0, 90.0]))
def test_a_point_set_off_square_from_a_line_is_found_there(start, azimuth, metres, turn, off_m, part, across):
    """Built forwards: along the first edge, then square off it. The line can only come nearer."""
    lon, lat, back = GEOD.fwd(*start, azimuth, metres)
    end = (lon, min(max(lat, -90), 90))
    third = GEOD.fwd(*end, back + 180 + turn, metres)[:2]
    line = MeasuredLine([start, end, third])
    lon, lat, back = GEOD.fwd(*start, azimuth, metres * part)
    point = GEOD.fwd(lon, lat, back + 180 + across, off_m)[:2]
    located = line.locate([point])
    assert located.off_m[0] <= off_m + EDGE_M
    assert located.off_m[0] == approx(beside(line.lonlat, np.array(point))[0], abs=EDGE_M)
