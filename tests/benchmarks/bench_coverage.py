"""The search behind coverage on a synthetic country of over 1.7 million turn-aware states: `python -m tests.benchmarks coverage`.

In: the Porto extract, repeated as tiles.    Out: processor seconds per 1.7 million states, beside scipy's; their times compared.
"""
from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import bmat, csr_matrix
from scipy.sparse.csgraph import dijkstra

from geodata.roads.graph import CLOSED, RoadGraph
from geodata.roads.osm import read_roads
from geodata.samples.country import write_country
from locator.engines.reaching import DIRECTIONS, Direction, states_of
from locator.engines.searching import FAR, SHUT, Adjacency, Seeds, search_nearest
from locator.vehicles import vehicle
from tests.benchmarks.figures import Figure, cpu_ms, say

PORTO = Path(os.environ.get("LOCATOR_SHARED", Path(__file__).parents[3] / "shared")) / "data/osm/porto.osm.pbf"
LENGTH_KM, PLACES, SEED, RUNS = 200.0, 1_000, 7, 3
STATES = 1_700_000


class Weighed:
    """What the search needs of a Network, without a hierarchy, which it does not use."""

    def __init__(self, graph: RoadGraph) -> None:
        self.graph, profile = graph, vehicle().profile
        self.arc_ms = graph.arc_ms(profile)
        self._turns = graph.turn_cost_ms(profile, self.arc_ms)

    def turn_weights(self) -> NDArray[np.uint32]:
        return self._turns


def country() -> RoadGraph:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "country.osm.pbf"
        write_country(PORTO, file, length_km=LENGTH_KM)
        return read_roads([file])[0]


def scipy_ms(states: Adjacency, seeds: Seeds) -> tuple[NDArray[np.float64], float]:
    """The same by scipy: one more node that leads to all seeds, a millisecond too late. Times, and processor ms of the search."""
    n, open_ = len(states.ptr) - 1, states.weight != SHUT
    tail = np.repeat(np.arange(n), np.diff(states.ptr))[open_]
    graph = csr_matrix((states.weight[open_].astype(float), (tail, states.head[open_])), (n, n))
    row = csr_matrix((seeds.ms + 1.0, (np.zeros(len(seeds.node), int), seeds.node)), (1, n))
    wide = csr_matrix(bmat([[graph, csr_matrix((n, 1))], [row, None]]))
    found = list[NDArray[np.float64]]()
    spent = cpu_ms(lambda: found.append(dijkstra(wide, indices=n)))
    return found[0][:n] - 1, spent


def figures() -> Iterator[Figure]:
    say("coverage: writing and reading the synthetic country")
    net = Weighed(country())
    own = np.flatnonzero((np.asarray(net.graph.arc_copy) == 0) & (net.arc_ms != CLOSED))
    node = np.unique(np.random.default_rng(SEED).choice(own, PLACES))
    seeds = Seeds(node.astype(np.int64), np.zeros(len(node), np.int64), np.arange(len(node)))
    yield Figure("coverage_states", net.graph.arcs, "states", f">={STATES}")
    for direction in DIRECTIONS:
        say(f"coverage: search {direction}")
        yield from _direction(net, direction, seeds)


def _direction(net: Weighed, direction: Direction, seeds: Seeds) -> Iterator[Figure]:
    share = STATES / net.graph.arcs / 1000.0
    states = states_of(net, direction)  # type: ignore[arg-type]
    search_nearest(states, seeds, limit_ms=1)                                   # compiled
    search_nearest(states, seeds, most=2, limit_ms=1)
    found = search_nearest(states, seeds)
    spent = min(cpu_ms(lambda: search_nearest(states, seeds)) for _ in range(RUNS))
    whole = min(cpu_ms(lambda: search_nearest(states_of(net, direction), seeds)) for _ in range(RUNS))  # type: ignore[arg-type]
    two = min(cpu_ms(lambda: search_nearest(states, seeds, most=2)) for _ in range(RUNS))
    theirs, scipy_spent = scipy_ms(states, seeds)
    ours = np.where(found.ms[:, 0] == FAR, np.inf, found.ms[:, 0].astype(float))
    same = (ours == theirs) | (np.isinf(ours) & np.isinf(theirs))
    yield Figure(f"coverage_{direction}_differs_from_scipy", float((~same).sum()), "states", "==0")
    yield Figure(f"coverage_{direction}_search_per_1.7M_states", spent * share, "s CPU", "<=1")
    yield Figure(f"coverage_{direction}_with_weights_per_1.7M_states", whole * share, "s CPU", ">=0")
    yield Figure(f"coverage_{direction}_two_nearest_per_1.7M_states", two * share, "s CPU", ">=0")
    yield Figure(f"coverage_{direction}_scipy_per_1.7M_states", scipy_spent * share, "s CPU", ">=0")
