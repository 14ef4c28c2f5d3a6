"""What keeps a vehicle out: the one measure of it that is too much, and the sign that says so.

In: a Network and where it is asked to go.    Out: a Bar, or None when no single measure explains it.
Never knows: layers, languages. Each measure is taken off once (a search of the whole net, no new weights); who may then
pass was barred by it alone, and the least sign on the way is the one he must obey.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order

from geodata.roads.access import MODES
from geodata.roads.graph import CLOSED, LIMITS
from locator.engines.network import Network

TOO_MUCH = {"too_high": "height_m", "too_heavy": "mass_t", "too_wide": "width_m", "too_long": "length_m",
            "axle_too_heavy": "axle_t"}
NO_ACCESS = "no_access"            # closed to this mode of vehicle, whatever its measures
AT_PLACES = ("too_high", "too_heavy")


@dataclass(frozen=True)
class Bar:
    """reason: a key of TOO_MUCH, or NO_ACCESS; limit: what the sign says, m or t; road: its name, '' when it has none."""

    reason: str
    limit: float | None
    road: str


def closed_by(net: Network, edge: int) -> Bar:
    """Why one edge, taken for itself, is closed to the vehicle."""
    arcs = net.graph.edge_arcs[edge]
    signed = np.fmin.reduce(np.asarray(net.graph.arc_limit)[arcs[arcs >= 0]])
    for column, (reason, name) in enumerate((r, m) for m in LIMITS for r, n in TOO_MUCH.items() if n == m):
        limit = float(signed[column])
        if limit < np.float32(getattr(net.profile, name)):
            return Bar(reason, round(limit, 2), net.graph.road_name(edge))
    return Bar(NO_ACCESS, None, net.graph.road_name(edge))


class Relaxed:
    """The net as the same vehicle would meet it without one of its measures: which arcs it could reach, and from where."""

    def __init__(self, net: Network, reason: str, start: NDArray[np.int64], end: NDArray[np.int64] | None = None) -> None:
        """start, end: all arcs it reaches, and from which it reaches where it goes, as it is. Without an end the way in counts.

        From all of them at once, so that a way found meets no sign it could have avoided by driving round.
        """
        self.net, self.reason, graph = net, reason, net.graph
        changed: dict[str, Any] = {TOO_MUCH[reason]: 0.0} if reason in TOO_MUCH else {"mode": "car"}
        profile = replace(net.profile, **changed)
        shut = (net.arc_ms == CLOSED) & (graph.arc_ms(net.profile) != CLOSED)           # closed by more than signs
        arc_ms = np.where(shut, CLOSED, graph.arc_ms(profile))
        self._turns = graph.turn_cost_ms(profile, arc_ms) != CLOSED
        tail, head = np.asarray(graph.turn_from)[self._turns], np.asarray(graph.turn_to)[self._turns]
        self._ways = [_search(graph.arcs, tail, head, start[arc_ms[start] != CLOSED])]
        if end is not None:
            self._ways.append(_search(graph.arcs, head, tail, end[arc_ms[end] != CLOSED]))

    @cached_property
    def _on_edge(self) -> list[NDArray[np.int64]]:
        """For each way an arc of every edge that is reached, -1 for none."""
        found = []
        for reached, _ in self._ways:
            arcs = np.flatnonzero(reached)
            found.append(np.full(len(self.net.graph.edge_way), -1))
            found[-1][np.asarray(self.net.graph.arc_edge)[arcs]] = arcs
        return found

    @cached_property
    def standing_edges(self) -> NDArray[np.bool_]:
        """(e,) edges to which there is a way from the start, and from there to the end; none behind a private gate."""
        private = np.asarray(self.net.graph.edge_kind) & (MODES[self.net.profile.mode] << 2)
        return np.asarray(np.all([private == 0, *(arc >= 0 for arc in self._on_edge)], axis=0))

    def bar_of_edge(self, edge: int) -> Bar | None:
        """The least sign this vehicle is too much for, on the way to an edge and on from it."""
        return self._bar([int(arc[edge]) for arc in self._on_edge])

    def bar_of_arcs(self, arcs: NDArray[np.int64]) -> Bar | None:
        """The same on the way from the start to the first of `arcs` that is reached."""
        reached = arcs[self._ways[0][0][arcs]]
        return self._bar([int(reached[0])]) if len(reached) else None

    def _bar(self, arcs: list[int]) -> Bar | None:
        ways = [_walk(before, arc, len(reached)) for arc, (reached, before) in zip(arcs, self._ways, strict=False)]
        return self._least(np.unique(np.concatenate(ways)))

    def _least(self, arcs: NDArray[np.int64]) -> Bar | None:
        graph, name = self.net.graph, TOO_MUCH.get(self.reason)
        edges = np.asarray(graph.arc_edge)[arcs]
        if name is None:
            closed = edges[self.net.arc_ms[arcs] == CLOSED]
            closed = closed if len(closed) else np.asarray(graph.arc_edge)[self._stopped_before(arcs)]
            named = next((graph.road_name(int(e)) for e in closed if graph.road_name(int(e))), "")
            return Bar(self.reason, None, named) if len(closed) else None
        column = LIMITS.index(name)
        signed = np.fmin(graph.arc_limit[arcs, column], graph.node_limit[graph.arc_head[arcs], column]).astype(np.float64)
        signed = np.where(signed < np.float32(getattr(self.net.profile, name)), signed, np.inf)
        best = int(signed.argmin())
        if not np.isfinite(signed[best]):
            return None
        return Bar(self.reason, round(float(signed[best]), 2), graph.road_name(int(edges[best])))

    def _stopped_before(self, arcs: NDArray[np.int64]) -> NDArray[np.int32]:
        """Of a way of these arcs those that the vehicle may drive but not enter from the one before: a gate, a sign, a turn."""
        graph = self.net.graph
        turns = np.flatnonzero(self._turns & (self.net.turn_weights() == CLOSED))
        turns = turns[np.isin(graph.turn_from[turns], arcs) & np.isin(graph.turn_to[turns], arcs)]
        return np.asarray(graph.turn_to)[turns]


def find_bar(net: Network, start: NDArray[np.int64], end: NDArray[np.int64]) -> Bar | None:
    """Why there is no way from any of the arcs `start` to any of `end`: the first measure without which there is one."""
    start = reached_from(net, start)
    for reason in (*TOO_MUCH, NO_ACCESS):
        if says_anything(net, reason) and (found := Relaxed(net, reason, start).bar_of_arcs(end)) is not None:
            return found
    return None


def reached_from(net: Network, arcs: NDArray[np.int64], *, backwards: bool = False) -> NDArray[np.int64]:
    """The arcs the vehicle reaches as it is; backwards, those from which it reaches one of `arcs`."""
    graph, turns = net.graph, net.turn_weights() != CLOSED
    tail, head = np.asarray(graph.turn_from)[turns], np.asarray(graph.turn_to)[turns]
    return np.flatnonzero(_search(graph.arcs, *((head, tail) if backwards else (tail, head)), arcs)[0])


def says_anything(net: Network, reason: str) -> bool:
    """Is any sign of this measure in the graph below the vehicle's? (Without one there is nothing to search for.)"""
    name = TOO_MUCH.get(reason)
    if name is None:
        return net.profile.mode != "car"
    return bool((net.graph.limit_steps[LIMITS.index(name)] < np.float32(getattr(net.profile, name))).any())


def _search(arcs: int, tail: NDArray[np.int32], head: NDArray[np.int32], begin: NDArray[np.int64],
            ) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
    """(a,) which arcs are reached, and the arc before each; one node more than arcs stands before all the first ones."""
    rows, columns = np.concatenate([tail, np.full(len(begin), arcs)]), np.concatenate([head, begin])
    matrix = csr_matrix((np.ones(len(rows), np.int8), (rows, columns)), (arcs + 1, arcs + 1))
    order, before = breadth_first_order(matrix, arcs)
    reached = np.zeros(arcs + 1, bool)
    reached[order] = True
    return reached[:arcs], before


def _walk(before: NDArray[np.int32], arc: int, top: int) -> list[int]:
    """From an arc back to the first one."""
    way = []
    while 0 <= arc < top:
        way.append(arc)
        arc = int(before[arc])
    return way
