"""Many at once: every thread gets the answer it would have got alone, and no more networks are kept than allowed."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from geodata.errors import LocatorError
from locator.engines.embedded import EmbeddedEngine
from locator.engines.protocol import Places
from locator.vehicles import Vehicle, vehicle
from tests.drawing import atlas_of, engine_of
from tests.locator.worlds import random_osm, random_places

THREADS, POOL = 8, 2
FLEET = (vehicle(), vehicle("van"), vehicle(height_m=3.4), vehicle(height_m=3.6), vehicle("light", height_m=1.2))
Trip = tuple[int, Vehicle]


@pytest.fixture(scope="module")
def engine() -> EmbeddedEngine:
    return engine_of(random_osm(np.random.default_rng(3), side=10), pool=POOL)


@pytest.fixture(scope="module")
def places(engine: EmbeddedEngine) -> Places:
    return atlas_of(random_places(np.random.default_rng(4), engine, 40)).places


def answer(engine: EmbeddedEngine, places: Places, trip: Trip) -> object:
    """Everything a question makes an engine do: route, follow the line again, detours, visits, nearest."""
    seed, who = trip
    rng = np.random.default_rng(seed)
    nodes = engine.graph.node_lonlat
    points = nodes[rng.integers(len(nodes), size=3)]
    rows = np.arange(len(places.geometry))
    try:
        route = engine.route(points, who)
        again = engine.match(route.line.lonlat, who)
        detours = engine.detours(route, places, rows)
        cells = [(int(i), int(j)) for i, j in np.argwhere(np.isfinite(detours.detour_s))][:5]
        visits = engine.excursion(route, places, rows, detours, cells)
        near = engine.nearest(*points[0], places, rows, who)
    except LocatorError as why:
        return why.code
    return (route.duration_s, again.duration_s, detours.detour_s.tolist(), detours.reach_s.tolist(), visits,
            near.drive_s.tolist(), near.lot.tolist())


def test_places_that_are_expected_over_and_over_are_answered_as_ever(places: Places) -> None:
    ready, who = engine_of(random_osm(np.random.default_rng(3), side=10), pool=POOL), FLEET[2]
    first = [answer(ready, places, (seed, who)) for seed in range(40)]
    assert ready.stands(places, ready.network(who)).chains is None
    ready.expect(places, who)
    assert ready.stands(places, ready.network(who)).chains is not None
    assert [answer(ready, places, (seed, who)) for seed in range(40)] == first


@pytest.mark.parametrize("fleet", [FLEET[:1], FLEET], ids=["one vehicle", "more vehicles than the pool holds"])
def test_eight_threads_get_the_answers_of_one(engine: EmbeddedEngine, places: Places, fleet: tuple[Vehicle, ...]) -> None:
    trips = [(seed, fleet[seed % len(fleet)]) for seed in range(15)]
    alone = [answer(engine, places, trip) for trip in trips]
    assert sum(isinstance(said, tuple) for said in alone) > len(trips) / 3
    together = Barrier(THREADS)

    def worker(_: int) -> list[object]:
        together.wait()
        return [answer(engine, places, trip) for trip in trips]

    with ThreadPoolExecutor(THREADS) as pool:
        for said in pool.map(worker, range(THREADS)):
            assert repr(said) == repr(alone)
    assert len(engine.networks) <= POOL


def test_every_height_between_two_signs_is_one_network(engine: EmbeddedEngine) -> None:
    """Otherwise every height a user types would be a re-weighting of its own."""
    low, high = engine.network(vehicle(height_m=2.0)), engine.network(vehicle(height_m=3.6))
    assert all(engine.network(vehicle(height_m=h)) is low for h in (1.5, 2.73, 3.5))
    assert all(engine.network(vehicle(height_m=h)) is high for h in (3.51, 4.0, 6.0))
    assert low is not high


def test_one_thread_s_failure_is_its_own(engine: EmbeddedEngine, places: Places) -> None:
    nowhere = np.array([[0.0, 0.0], [0.1, 0.1]])
    good = answer(engine, places, (1, FLEET[0]))

    def ask(i: int) -> object:
        if i % 2:
            return repr(answer(engine, places, (1, FLEET[0])))
        with pytest.raises(LocatorError):
            engine.route(nowhere, FLEET[0])
        return None

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(ask, range(16))) == [None, repr(good)] * 8
