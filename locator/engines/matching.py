"""A driver's own line -> the roads he drove, as he drove them.

In: a line of points, an engine's network.    Out: a Route on the line's roads, and the stretches that fit none.
Never knows: files, formats, places. Idea: hidden Markov map matching (Newson & Krumm 2009), its paths found as one search a point
from all positions in play at once (trellis.py). What is a point's evidence, fixes.py says.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geodata.errors import NotReachable
from geodata.roads.graph import CLOSED
from geodata.roads.snap import metres_per_degree
from locator.engines.fixes import Fixes, read_fixes
from locator.engines.network import Network
from locator.engines.protocol import Floats, Ints, Route
from locator.engines.stretches import end_spot, find_stretches, joined, unmatched
from locator.vehicles import Vehicle

if TYPE_CHECKING:
    from locator.engines.embedded import EmbeddedEngine
    from locator.engines.trellis import Drivable, Marks, Points, Prices

REACH = 4.0                # roads farther from a point than so many deviations are not asked,
REACH_M = (40.0, 200.0)    # within these bounds
CANDIDATES = 48            # edges a point
METRES, SECONDS = 15.0, 5.0        # so much more road, or so much more time, is e times less likely,
METRES_NOISE = 2.0                 # or so many deviations, if that is more
SKIP = 8.0                 # a point 4 deviations off is no worse than one left out
TURN = 18.0                # turning on the open road is the last choice; at a dead end it takes a minute, which is cheaper
BACK_M, BACK = 15.0, 3.0    # so far behind on the same arc, and so many deviations, is noise: he stands
SLOW_M_S = 8.0             # a way so slow,
DETOUR_SHARE, DETOUR_M = 2.0, 1_000.0        # so many times the line and so much more, is no way: the line begins anew
BEAM = 30.0                # positions so much less likely than the best are given up
USUAL = 1.1                # what a metre still to go is reckoned at, beside a metre of a slow way
LEAST_MATCHED = 0.5        # a line of which less lies on roads is not matched at all


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that a line says about where he drove, on one network."""

    net: Network
    fixes: Fixes
    roads: Drivable
    points: Points
    prices: Prices


def match_line(engine: EmbeddedEngine, lonlat: Floats, vehicle: Vehicle) -> Route:
    """The line on the roads. Raises NotReachable: no_road_within_reach when less than half of it fits roads; no_way_through."""
    from locator.engines.trellis import find_ways

    said = read_line(engine, lonlat, vehicle)
    marks = most_likely(said)
    ways = find_ways(said.roads, said.points, said.prices, marks.point, marks.arc, marks.into_m, marks.how)
    stretches = find_stretches(said.net, marks, *ways)
    off_roads = unmatched(said.net, stretches, said.fixes)
    if not stretches or sum(b - a for a, b in off_roads) > (1.0 - LEAST_MATCHED) * said.fixes.along_m[-1]:
        first = f"{lonlat[0, 0]:.6f},{lonlat[0, 1]:.6f}"
        raise NotReachable("no_road_within_reach", field="line", value=first, reach_m=round(said.prices.reach_m))
    drive = joined(said.net, stretches)
    ends = (end_spot(said.net, drive, 0), end_spot(said.net, drive, -1))
    return engine.compose([drive], ends, vehicle, own_line=True, unmatched=off_roads)


def read_line(engine: EmbeddedEngine, lonlat: Floats, vehicle: Vehicle) -> Evidence:
    from locator.engines.nearby import edges_near  # here, because it loads numba

    net = engine.network(vehicle)
    roads, grid, usable = engine.drivable(net), engine.snapper.grid, engine.open_edges(net)

    def off_road(points: Floats) -> Floats:
        ptr, _, _, off_m = edges_near(engine.graph, grid, usable, points, reach_m=REACH_M[1], most=1)
        found = np.full(len(points), np.inf)
        found[np.diff(ptr) > 0] = off_m
        return found

    fixes = read_fixes(np.ascontiguousarray(lonlat, dtype=np.float64), off_road)
    prices = find_prices(roads, fixes.noise_m)
    near = edges_near(engine.graph, grid, usable, fixes.lonlat, reach_m=prices.reach_m, most=CANDIDATES)
    return Evidence(net, fixes, roads, candidates(net, fixes, *near), prices)


def most_likely(said: Evidence) -> Marks:
    from locator.engines.trellis import Marks, find_drive
    return Marks(*find_drive(said.roads, said.points, said.prices))


def find_prices(roads: Drivable, noise_m: float) -> Prices:
    from locator.engines.trellis import Prices
    metre, ms = 1.0 / max(METRES, METRES_NOISE * noise_m), 0.001 / SECONDS
    slow = metre + 1000.0 * ms / SLOW_M_S
    reach_m = float(np.clip(REACH * noise_m, *REACH_M))
    least = 0.999 * (metre + 1000.0 * ms / roads.fastest_m_s)
    return Prices(metre, ms, SKIP, TURN, DETOUR_M * slow, DETOUR_SHARE * slow, USUAL * slow, BEAM, least, BACK_M + BACK * noise_m,
                  reach_m)


def find_drivable(net: Network) -> Drivable:
    """The network as a driver's own line may use it: through wherever he may have had business."""
    from geodata.compiled import frozen
    from locator.engines.trellis import Drivable
    graph = net.graph
    metres = np.asarray(graph.edge_length_m)[graph.arc_edge]
    return Drivable(frozen(graph.turn_ptr), frozen(graph.turn_to), frozen(net.turn_weights_as_driven()), frozen(net.arc_ms),
                    frozen(metres.astype(np.float32)), frozen(graph.arc_edge), frozen(graph.arc_head), frozen(graph.node_lonlat),
                    int(CLOSED), 1000.0 * float((metres / net.arc_ms).max()))


def candidates(net: Network, fixes: Fixes, ptr: Ints, edge: Ints, share: Floats, off_m: Floats) -> Points:
    """Every open direction of every edge near, as positions on arcs."""
    from locator.engines.trellis import Points
    graph = net.graph
    point = np.repeat(np.arange(len(fixes.lonlat)), np.diff(ptr))
    arcs = graph.edge_arcs[edge].astype(np.int64)
    into_m = np.column_stack([share, 1.0 - share]) * np.asarray(graph.edge_length_m)[edge][:, None]
    open_ = (arcs >= 0) & (net.arc_ms[arcs] != CLOSED)
    cost = 0.5 * (off_m / fixes.noise_m) ** 2 * fixes.weight[point]
    counts = np.bincount(point, weights=open_.sum(axis=1), minlength=len(fixes.lonlat)).astype(np.int64)
    scale = np.array([metres_per_degree(lat) for lat in fixes.lonlat[:, 1].tolist()])
    first = np.concatenate([[0], np.cumsum(counts)])
    return Points(fixes.lonlat, scale, fixes.step_m.cumsum(), fixes.weight, first, arcs[open_], into_m[open_],
                  np.broadcast_to(cost[:, None], arcs.shape)[open_])
