"""Simulated tracks over real roads: what a receiver in a lorry writes down, with the truth beside it.

In: an engine, a seed.    Out: Drives (the truth, with a clock) and Tracks (fixes of them), and how right a match is.
Never knows: how a line is matched.

A drive is the fastest route between two random points, driven by the network's own times. A fix is taken every so many seconds;
its error is white (each by itself) or drifts (Gauss-Markov: today's error is like the one a moment ago, forgotten in DRIFT_S),
east and north each with the standard deviation `noise_m`.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.errors import NotReachable
from geodata.roads.graph import CLOSED, RoadGraph
from geodata.roads.snap import metres_per_degree
from locator.engines.embedded import EmbeddedEngine
from locator.engines.network import Network
from locator.engines.protocol import Route
from locator.engines.steps import STEP_FIELDS, Steps
from locator.vehicles import Vehicle, vehicle

DRIFT_S = 30.0             # an error that drifts has lost 63 % of itself after so long
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Right:
    """A matched drive against the true one. Metres by road and direction, each as often as it was driven."""

    true_m: float
    found_m: float         # of the true drive, in the match
    excess_m: float        # in the match, but not in the true drive

    @property
    def share(self) -> float:
        return self.found_m / self.true_m

    @property
    def excess(self) -> float:
        return self.excess_m / self.true_m


def random_drives(engine: EmbeddedEngine, count: int, seed: int, *, least_m: float = 2_000.0, who: Vehicle | None = None,
                  ) -> list[Steps]:
    """Fastest routes between random points of the roads, each at least least_m long."""
    rng, drives = np.random.default_rng(seed), list[Steps]()
    nodes = engine.graph.node_lonlat
    while len(drives) < count:
        try:
            steps = engine.route(nodes[rng.integers(len(nodes), size=2)], who or vehicle()).steps
        except NotReachable:
            continue
        if steps is not None and steps.total_m >= least_m:
            drives.append(steps)
    return drives


def there_and_back(graph: RoadGraph, steps: Steps, share: float) -> Steps | None:
    """The drive as far as the middle of a two-way arc some way along, turned on the open road there, and back all it can."""
    edge = graph.arc_edge[steps.arc]
    back = graph.edge_arcs[edge][np.arange(len(edge)), 1 - graph.arc_backward[steps.arc].astype(int)]
    last = next((i for i in range(int(share * len(steps)), len(steps) - 1) if back[i] >= 0), None)
    if not last:
        return None
    first = max((i for i in range(last) if back[i] < 0), default=0) + 1
    rows = np.arange(last, first - 1, -1)
    length, ms = graph.edge_length_m[edge[rows]], steps.leave_ms[rows]
    half_ms, half_m = int(ms[0]) // 2, float(length[0]) / 2
    out = Steps(*(getattr(steps, name)[:last + 1].copy() for name in STEP_FIELDS))
    out.leave_ms[-1], out.leave_m[-1] = half_ms, half_m
    enter_ms, enter_m = np.zeros(len(rows), np.int64), np.zeros(len(rows))
    enter_ms[0], enter_m[0] = half_ms, half_m
    return out.then(Steps(back[rows].astype(np.int64), enter_ms, ms.copy(), np.zeros(len(rows), np.int64), enter_m, length))


def fixes(graph: RoadGraph, steps: Steps, every_s: float, noise_m: float, seed: int, *, drifts: bool = False,
          stands_s: float = 0.0) -> Floats:
    """(n, 2) what the receiver writes down; a lorry that stands does so half way, engine and receiver running."""
    half_s = steps.total_ms / 2000.0
    clock = np.append(np.arange(0.0, steps.total_ms / 1000.0 + stands_s, every_s), steps.total_ms / 1000.0 + stands_s)
    driven = np.where(clock < half_s, clock, np.maximum(half_s, clock - stands_s))
    at = positions(graph, steps, np.interp(driven * 1000.0, np.append(0, steps.end_ms), np.append(0.0, steps.end_m)))
    off_m = errors(len(at), every_s, noise_m, np.random.default_rng(seed), drifts)
    return at + off_m / np.array(metres_per_degree(float(at[0, 1])))


def errors(count: int, every_s: float, noise_m: float, rng: np.random.Generator, drifts: bool) -> Floats:
    """(count, 2) metres east and north."""
    fresh = rng.normal(0.0, noise_m, (count, 2))
    if drifts:
        keep = float(np.exp(-every_s / DRIFT_S))
        for i in range(1, count):
            fresh[i] = keep * fresh[i - 1] + np.sqrt(1.0 - keep * keep) * fresh[i]
    return fresh


def positions(graph: RoadGraph, steps: Steps, at_m: Floats) -> Floats:
    """(n, 2) the points at distances along a drive."""
    line = steps.lonlat(graph)
    step_m = np.hypot(*((line[1:] - line[:-1]) * metres_per_degree(float(line[0, 1]))).T)
    marks = np.append(0.0, np.cumsum(step_m))
    at_m = at_m * (marks[-1] / steps.total_m)
    return np.column_stack([np.interp(at_m, marks, line[:, axis]) for axis in (0, 1)])


def without(points: Floats, begin: float, end: float) -> Floats:
    """A tunnel: no fixes between two shares of them."""
    return np.concatenate([points[:int(begin * len(points))], points[int(end * len(points)):]])


Road = tuple[float, ...]


def road_of(graph: RoadGraph, arc: int) -> Road:
    """A road and its direction: where it begins and ends, its length. Two edges of one course are one: no line tells which."""
    edge = int(graph.arc_edge[arc])
    shape = graph.shape(edge)[::-1 if graph.arc_backward[arc] else 1]
    return (*shape[0].tolist(), *shape[-1].tolist(), round(float(graph.edge_length_m[edge]), 1))


def metres_by_road(graph: RoadGraph, steps: Steps) -> Counter[Road]:
    """Metres driven by road and direction."""
    metres: Counter[Road] = Counter()
    for arc, m in zip(steps.arc.tolist(), (steps.leave_m - steps.enter_m).tolist(), strict=True):
        metres[road_of(graph, arc)] += m
    return metres


def roads_driven(graph: RoadGraph, steps: Steps, least_m: float = 0.5) -> list[Road]:
    """The roads in order, those of which hardly anything was driven aside."""
    return [road_of(graph, int(arc)) for arc in steps.arc[steps.leave_m - steps.enter_m > least_m]]


def unlawful(net: Network, steps: Steps) -> int:
    """How many steps follow from the one before neither by a turn that is open to a driver's own line nor by turning round."""
    graph, turns = net.graph, net.turn_weights_as_driven()
    own, count = graph.arc_own[steps.arc], 0
    for arc, onward in zip(own[:-1].tolist(), own[1:].tolist(), strict=True):
        rows = slice(int(graph.turn_ptr[arc]), int(graph.turn_ptr[arc + 1]))
        by_turn = bool(((graph.turn_to[rows] == onward) & (turns[rows] < CLOSED)).any())
        count += not by_turn and graph.arc_edge[arc] != graph.arc_edge[onward]
    return count + int((net.arc_ms[steps.arc] >= CLOSED).sum())


def how_right(graph: RoadGraph, truth: Steps, match: Route) -> Right:
    assert match.steps is not None
    true, found = metres_by_road(graph, truth), metres_by_road(graph, match.steps)
    both = sum(min(m, found[road]) for road, m in true.items())
    return Right(truth.total_m, both, match.steps.total_m - both)


def together(each: list[Right]) -> Right:
    return Right(*(sum(getattr(one, name) for one in each) for name in ("true_m", "found_m", "excess_m")))


def measured(engine: EmbeddedEngine, drives: list[Steps], every_s: float, noise_m: float, *, drifts: bool, seed: int = 1,
             ) -> Iterator[tuple[int, Right]]:
    """(fixes, how right) for each drive; nothing is found of a line that is refused."""
    for i, steps in enumerate(drives):
        line = fixes(engine.graph, steps, every_s, noise_m, 1_000 * seed + i, drifts=drifts)
        try:
            yield len(line), how_right(engine.graph, steps, engine.match(line, vehicle()))
        except NotReachable:
            yield len(line), Right(steps.total_m, 0.0, 0.0)
