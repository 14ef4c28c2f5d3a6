"""Road lengths instead of times: what map matching compares a line with.

In: a Network.    Out: metres by road between positions, and shortest paths.
Never knows: points, noise, the driver. Lengths are whole centimetres inside; a hierarchy of its own metric, locked.
"""
from __future__ import annotations

import threading

import numpy as np
import pyroutingkit
from numpy.typing import NDArray

from geodata.roads.graph import CLOSED
from locator.engines.network import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Lengths:
    def __init__(self, net: Network, hierarchy: pyroutingkit.CCHTopology) -> None:
        graph = net.graph
        self._graph = graph
        self._length_m = np.asarray(graph.edge_length_m)[graph.arc_edge]
        cm = np.maximum(np.rint(self._length_m * 100.0), 1).astype(np.uint32)
        self._cm = cm
        turns = np.where(net.turn_weights_as_driven() == CLOSED, CLOSED, cm[graph.turn_to])
        self._metric = pyroutingkit.CCHMetric(hierarchy)
        self._metric.customize(turns.astype(np.uint32))
        self._lock = threading.Lock()

    def between_m(self, from_arc: Ints, from_m: Floats, to_arc: Ints, to_m: Floats, *, back_m: float) -> Floats:
        """(f, t) metres by road; inf where there is no way, or only one round to a point behind on the same arc.

        Up to back_m behind is taken for noise: he stands.
        """
        sources, s = np.unique(from_arc, return_inverse=True)
        targets, t = np.unique(to_arc, return_inverse=True)
        with self._lock:
            whole = self._metric.distances_many_to_many(sources.astype(np.uint32), targets.astype(np.uint32))[s][:, t]
        same = from_arc[:, None] == to_arc[None, :]
        onward = to_m[None, :] - from_m[:, None]
        metres = np.where(whole >= CLOSED, np.inf, whole / 100.0)
        metres = metres + (self._length_m[from_arc] - from_m)[:, None] - (self._length_m[to_arc] - to_m)[None, :]
        return np.where(same, np.where(onward >= 0, onward, np.where(onward > -back_m, 0.0, np.inf)), metres)

    def turned_m(self, from_arc: Ints, from_m: Floats, to_arc: Ints, to_m: Floats) -> Floats:
        """(f, t) metres when the vehicle turns round on the same edge; inf for other edges."""
        edge = self._graph.arc_edge
        opposite = (edge[from_arc][:, None] == edge[to_arc][None, :]) & (from_arc[:, None] != to_arc[None, :])
        there = self._length_m[to_arc][None, :] - to_m[None, :]
        turn_at = np.maximum(from_m[:, None], there)
        return np.where(opposite, (turn_at - from_m[:, None]) + (turn_at - there), np.inf)

    def path(self, source: int, target: int) -> list[int]:
        with self._lock:
            return list(self._metric.query(source, target)[1])
