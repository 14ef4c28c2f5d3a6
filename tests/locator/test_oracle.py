"""The engine against the oracle: every detour of every place from every piece, in whole milliseconds, nothing rounded away."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from geodata.errors import LocatorError
from geodata.roads.osm import read_roads
from geodata.roads.snap import find_grid
from locator.engines.embedded import EmbeddedEngine
from locator.engines.excursions import find_visit
from locator.engines.hierarchy import build_hierarchy
from locator.engines.protocol import Places, Route
from locator.vehicles import vehicle
from tests.drawing import atlas_of, engine_of
from tests.locator.oracle import Oracle
from tests.locator.worlds import random_line, random_osm, random_places, random_points

WHO = (vehicle(), vehicle(height_m=4.2), vehicle("van"))


def compare(engine: EmbeddedEngine, oracle: Oracle, route: Route, places: Places, rows: np.ndarray, start_m: float) -> int:
    """Assert that pieces and detours are the oracle's; returns how many cells were compared."""
    found = engine.detours(route, places, rows, start_m=start_m)
    pieces, chains = engine.pieces(route, start_m=start_m), oracle.chains(route, start_m)
    assert [(p.first, p.last, p.start_ms, p.end_ms) for p in pieces] == [(c.first, c.last, c.start_ms, c.end_ms) for c in chains]
    stands = engine.stands(places, engine.network(route.vehicle))
    net, begin_ms, end_ms = engine.network(route.vehicle), chains[0].start_ms, chains[-1].end_ms
    for j, row in enumerate(rows.tolist()):
        mine = np.flatnonzero(stands.place == row)
        lots = [[(int(stands.arc[k]), int(stands.into_ms[k])) for k in mine if stands.lot[k] == lot]
                for lot in dict.fromkeys(stands.lot[mine].tolist())]
        for i, chain in enumerate(chains):
            total, arrivals = oracle.visit(route, chain, lots)
            if total is None:
                assert np.isinf(found.detour_s[i, j])
                continue
            detour_ms, reach_ms = ms(found.detour_s[i, j]), ms(found.reach_s[i, j])
            assert detour_ms == total - (chain.end_ms - chain.start_ms) >= 0
            assert reach_ms - (chain.start_ms - begin_ms) in arrivals
            assert reach_ms + ms(found.return_s[i, j]) == end_ms - begin_ms + detour_ms
    for i, j in np.argwhere(np.isfinite(found.detour_s)):           # the way drawn for him is the one he was told
        there, back = find_visit(net, pieces[i], stands.spots[int(found.lot[i, j])])
        assert there.total_ms + pieces[i].start_ms - begin_ms == ms(found.reach_s[i, j])
        back_ms = max(back.total_ms, pieces[i].end_ms - pieces[i].start_ms - there.total_ms)
        assert back_ms + end_ms - pieces[i].end_ms == ms(found.return_s[i, j])
    return len(rows) * len(chains)


def ms(seconds: float) -> int:
    return round(float(seconds) * 1000)


def routes_of(rng: np.random.Generator, engine: EmbeddedEngine, count: int) -> list[Route]:
    """By points with none to three vias, out and back, and lines of his own."""
    found: list[Route] = []
    for i in range(count):
        who = WHO[i % len(WHO)]
        points = random_points(rng, engine, 2 + int(rng.integers(4)))
        if rng.random() < 0.3:
            points = np.concatenate([points, points[-2::-1]])
        line = random_line(rng, engine, who, int(rng.integers(4, 40)))
        found += [line] if line is not None else []
        try:
            found.append(engine.route(points, who))
        except LocatorError as why:
            assert why.code in ("no_way_through", "same_place", "no_road_within_reach")
    return found


def check_world(engine: EmbeddedEngine, rng: np.random.Generator, places: Places, routes: int, most: int = 10**9) -> int:
    oracles, compared = {}, 0
    for route in routes_of(rng, engine, routes):
        signature = engine.graph.signature(route.vehicle.profile)
        if signature not in oracles:
            oracles[signature] = Oracle(engine.graph, route.vehicle.profile)
        rows = np.sort(rng.permutation(len(places.geometry))[:most])
        for start_m in (0.0, float(rng.random() * route.distance_m)):
            compared += compare(engine, oracles[signature], route, places, rows, start_m)
    return compared


def random_world(seed: int) -> int:
    """Every other town has roads for those with business there, up to half of all."""
    rng = np.random.default_rng(seed)
    engine = engine_of(random_osm(rng, business=(0.0, 0.15, 0.0, 0.5)[seed % 4]))
    places = atlas_of(random_places(rng, engine, 12)).places
    return check_world(engine, rng, places, 6)


@pytest.mark.parametrize("seed", range(8))
def test_random_towns_agree_with_the_oracle(seed: int) -> None:
    assert random_world(seed) > 50


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(1000, 1300))
def test_many_random_towns_agree_with_the_oracle(seed: int) -> None:
    assert random_world(seed) > 0


def real_world(shared: Path, name: str, seed: int, routes: int, most: int) -> int:
    graph, _ = read_roads([shared / f"data/osm/{name}.osm.pbf"])
    engine = EmbeddedEngine(graph, find_grid(graph), build_hierarchy(graph))
    rng = np.random.default_rng(seed)
    middle = [graph.shape(int(edge)).mean(axis=0) for edge in rng.integers(len(graph.edge_way), size=200)]
    spots = {f"p{i}": shapely.Point(*at) if i % 3 else shapely.Point(*at).buffer(0.003) for i, at in enumerate(middle)}
    return check_world(engine, rng, atlas_of(spots).places, routes, most)


def test_liechtenstein_agrees_with_the_oracle(shared: Path) -> None:
    assert real_world(shared, "liechtenstein", 1, routes=2, most=4) > 20


@pytest.mark.deep
@pytest.mark.parametrize(("name", "routes", "most"), [("liechtenstein", 10, 15), ("heidelberg", 3, 6), ("andorra", 12, 20)])
def test_real_roads_agree_with_the_oracle(shared: Path, name: str, routes: int, most: int) -> None:
    assert real_world(shared, name, 7, routes, most) > 50
