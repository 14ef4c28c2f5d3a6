"""python -m locator.warming: have everything numba compiles compiled before anybody asks; it is kept until its file changes.

In: nothing.    Out: numba's cache beside the modules, and this process ready: workers forked from it are ready, too.
Never knows: who will ask, a region. Each question is put once to a town of four streets: a line to match, a trip to plan, the
nearest places of every street.
"""
from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from tqdm import tqdm

from geodata.index import SpatialIndex
from geodata.roads.osm import read_roads
from geodata.roads.snap import find_grid
from locator.audit.track_kernels import driven, is_sound, last_beside, reaches, spread
from locator.engines.embedded import EmbeddedEngine
from locator.engines.hierarchy import build_hierarchy
from locator.engines.searching import Adjacency, Seeds, search_nearest
from locator.engines.searching_near import NearSearch
from locator.rests import DriverState, StopTable, plan_rests, read_rules
from locator.siting.choice import Limits
from locator.siting.covering import choose_covering
from locator.siting.median import choose_median
from locator.siting.trips import choose_for_trips
from locator.siting.windows import TripStops
from locator.vehicles import vehicle

HOUR_MS = 3_600_000
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CORNERS = ((10.0, 0.0), (10.01, 0.0), (10.01, 0.01), (10.0, 0.01))


def warm_up() -> None:
    """A second or two where it has been done before; the first time about a minute."""
    for step in steps():
        step()


def steps() -> tuple[Callable[[], None], ...]:
    return _matching, _rests, _siting, _index, _searching, _auditing, _ways


def _index() -> None:
    SpatialIndex(np.array(CORNERS), carrier="hilbert").nearest(np.array(CORNERS[:1]), 1)


def _auditing() -> None:
    line, time_s = np.array(CORNERS), np.arange(4.0)
    assert is_sound(line[:, 0].copy(), line[:, 1].copy(), time_s, 3.0)
    xyz, metres = spread(line)
    reaches(xyz, 1.0)
    drive_s, _ = driven(metres, time_s, 1.0, 1.0)
    last_beside(xyz, drive_s, 0.0, 3.0, 1.0, xyz, np.zeros(1, np.int64), 1.0)


def _matching() -> None:
    """Noise, so that the points are no planner's export; a loop, so that there is a choice."""
    share = np.linspace(0.1, 0.9, 12)[:, None]
    line = np.array(CORNERS[0]) * (1 - share) + np.array(CORNERS[1]) * share
    noise = np.random.default_rng(1).normal(0, 5e-5, line.shape)
    assert _engine().match(line + noise, vehicle()).distance_m > 0


def _ways() -> None:
    """A route, and a road that is closed."""
    engine = _engine()
    assert engine.route(np.array([CORNERS[0], CORNERS[2]]), vehicle()).distance_m > 0
    net, graph = engine.network(vehicle()), engine.graph
    nodes = np.arange(2)
    for down in (True, False):
        assert net.metric.joined_ms(nodes, net.metric.chains(nodes, down=down), nodes)[0, 0] == 0
    assert net.metric.changed(np.arange(1), graph.turn_ptr, graph.turn_to, net.turn_weights(), most=100) is not None


def _engine() -> EmbeddedEngine:
    with tempfile.TemporaryDirectory(prefix="locator-warming-") as folder:
        file = Path(folder) / "town.osm"
        file.write_text(_town(), encoding="utf-8")
        graph, _ = read_roads([file])
    return EmbeddedEngine(graph, find_grid(graph), build_hierarchy(graph))


def _town() -> str:
    nodes = "".join(f'<node id="{i}" lat="{lat}" lon="{lon}"/>' for i, (lon, lat) in enumerate(CORNERS, 1))
    street = '<way id="{0}"><nd ref="{0}"/><nd ref="{1}"/><tag k="highway" v="primary"/></way>'
    ways = "".join(street.format(a, b) for a, b in pairwise((1, 2, 3, 4, 1)))
    return f'<osm version="0.6">{nodes}{ways}</osm>'


def _searching() -> None:
    graph = Adjacency(np.array([0, 1, 2]), np.array([1, 0], np.int32), np.array([5, 5], np.int32))
    seeds = Seeds(np.array([0]), np.array([0]), np.array([0]))
    for most in (1, 2):
        assert search_nearest(graph, seeds, most=most).ms[1, 0] == 5
    assert len(NearSearch(graph).within(seeds, 5)[0]) == 2


def _rests() -> None:
    """A trip that can be made, and one that cannot: what would mend it is searched, too."""
    leave, nothing = np.array([HOUR_MS, 3 * HOUR_MS], np.int64), np.zeros(2, np.int64)
    table, law = StopTable(5 * HOUR_MS, leave, nothing, nothing, leave), read_rules("cn", NOON.date())
    assert plan_rests(law, DriverState(), table, NOON).feasible
    assert not plan_rests(law, DriverState(since_break_s=5 * 3600.0), table, NOON).feasible


def _siting() -> None:
    """Three of four sites, by what they cover, by how near they are, and for a trip with a stop every two hours."""
    reach, limits = np.eye(4, dtype=np.int8), Limits(3)
    reach[0, 1] = 1
    assert choose_covering(sp.csr_array(reach), np.ones(4), limits).value == 4
    assert choose_median(np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0))), np.ones(4), limits).value == 1
    at, nobody = np.array([2.0, 4.0, 6.0]), np.zeros(3, np.int64)
    stops = TripStops(np.array([8.0]), np.ones(1), nobody, at, at, np.arange(3))
    assert choose_for_trips(stops, 4.0, 3, Limits(1)).choice.value == 1


def _step(number: int) -> None:
    steps()[number]()


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:           # the longest first
        done = tqdm(pool.map(_step, range(len(steps()))), total=len(steps()), desc="compiling, once", file=sys.stderr,
                    bar_format="{desc} {n_fmt}/{total_fmt}")
        all(True for _ in done)
