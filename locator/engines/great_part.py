"""The part of the net that hangs together: from where it can be reached, and where it leads.

In: a RoadGraph, what its arcs and turns cost a vehicle, the metric of that.    Out: two masks of arcs.
Never knows: places, moments, files.
"""
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geodata.roads.graph import CLOSED, RoadGraph
from geodata.roads.tags import CLASS_NAMES
from locator.engines.metric import Metric

SMALL_CORE = 0.25              # a net whose largest part is smaller than this share is taken as it is
Flags = NDArray[np.bool_]


def great_part(graph: RoadGraph, arc_ms: NDArray[np.uint32], turns: NDArray[np.uint32], metric: Metric) -> tuple[Flags, Flags]:
    """(a,) arcs that can reach the great connected part, and arcs it can reach.

    What hangs together both ways with an arc of the best roads is that part when it is more than half of all: then
    two searches do. Else all parts are found and compared.
    """
    usable = arc_ms != CLOSED
    if not usable.any():
        return usable, usable
    best = int(np.where(usable, graph.edge_class[graph.arc_edge], len(CLASS_NAMES)).argmin())
    leading, reached = metric.leading(best) & usable, metric.reached(best) & usable
    if 2 * (leading & reached).sum() > max(2, usable.sum()):
        return leading, reached
    label = strong_parts(graph.turn_ptr, graph.turn_to, turns != CLOSED)
    sizes = np.bincount(label[usable], minlength=1)
    if sizes.max() < max(2, SMALL_CORE * usable.sum()):
        return usable, usable
    core = int(np.flatnonzero((label == sizes.argmax()) & usable)[0])
    return metric.leading(core) & usable, metric.reached(core) & usable


def strong_parts(ptr: NDArray[np.int64], to: NDArray[np.int32], open_: NDArray[np.bool_]) -> NDArray[np.int32]:
    """(n,) which part each node is of: those of one part lead to each other."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components
    until = np.concatenate([[0], np.cumsum(open_, dtype=np.int64)])[ptr]
    end = np.asarray(to)[open_]
    matrix = csr_matrix((np.ones(len(end), np.int8), end, until), (len(ptr) - 1, len(ptr) - 1))
    return np.asarray(connected_components(matrix, directed=True, connection="strong")[1])
