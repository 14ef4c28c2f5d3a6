"""How long each metre of road is from its nearest place, found the long way round: a lorry on every so many metres of road.

In: a RoadGraph, a Profile, positions of places.    Out: the time of every bit of road, to be counted.
Never knows: Network, Reach, Coverage, segments. Roads and turns are those of `oracle.Oracle`, read from the raw arrays by itself;
each bit of road is asked by its own
middle, and nothing is known of arcs that split. With a lorry a metre the sum over a small town is some metres out; hence every_m.
"""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import bmat, csr_matrix
from scipy.sparse.csgraph import dijkstra

from geodata.roads.graph import Profile, RoadGraph
from tests.locator.oracle import NEVER, Oracle, Position

Floats = NDArray[np.float64]


class CoverOracle:
    def __init__(self, graph: RoadGraph, profile: Profile, places: Sequence[Position], every_m: float = 1.0) -> None:
        self.every_m = every_m
        self.oracle, self.graph = Oracle(graph, profile), graph
        self.places = [(self.oracle.state(arc), into) for arc, into in places]
        self._to = self._search(self.oracle._turned, [(state, into) for state, into in self.places])
        gone = [(to, (self.oracle.arc_ms[state] or 0) - into + ms) for state, into in self.places
                for to, ms in self.oracle.onward[state]]
        self._from = self._search(self.oracle._graph, gone)

    def _search(self, graph: csr_matrix, starts: Sequence[tuple[int, int]]) -> Floats:
        """Milliseconds at the beginning of every state, by one more node that leads to all starts (a millisecond too late)."""
        size = len(self.oracle.arc_ms)
        best: dict[int, int] = {}
        for state, ms in starts:
            best[state] = min(ms, best.get(state, ms))
        if not best:
            return np.full(size, NEVER)
        row = csr_matrix((np.array([ms + 1.0 for ms in best.values()]), (np.zeros(len(best), int), list(best))), (1, size))
        wide = csr_matrix(bmat([[graph, csr_matrix((size, 1))], [row, None]]))
        return np.asarray(dijkstra(wide, indices=size))[:size] - 1

    def metres(self, arc: int, *, to: bool) -> tuple[Floats, Floats]:
        """(times in milliseconds, metres) of every bit of a directed arc, from its beginning on."""
        length = float(self.graph.edge_length_m[self.graph.arc_edge[arc]])
        count = max(1, int(np.ceil(length / self.every_m)))
        whole = self.oracle.ms[arc]
        assert whole is not None
        into = (np.arange(count) + 0.5) / count * whole
        return self._times(arc, whole, into, to=to), np.full(count, length / count)

    def _times(self, arc: int, whole: int, into: Floats, *, to: bool) -> Floats:
        states = {self.oracle.state(like) for like in self.graph.arcs_like(arc)}
        found = np.full(len(into), NEVER)
        for state in states:
            on = np.array([ms for s, ms in self.places if s == state], np.float64)[:, None]
            if to:
                onward = [ms + self._to[then] for then, ms in self.oracle.onward[state]]
                found = np.minimum(found, whole - into + min(onward, default=NEVER))
                ahead = np.where(on >= into, on - into, NEVER)
            else:
                found = np.minimum(found, self._from[state] + into)
                ahead = np.where(on <= into, into - on, NEVER)
            found = np.minimum(found, ahead.min(axis=0, initial=NEVER))
        return found

    def covered_m(self, arcs: Sequence[int], limit_s: float, *, to: bool) -> float:
        found = 0.0
        for arc in arcs:
            times, metres = self.metres(arc, to=to)
            found += float(metres[times <= 1000.0 * limit_s].sum())
        return found
