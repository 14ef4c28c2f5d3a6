"""Roads that only roads for those with business lead to, or a private gate: they are such roads themselves.

In: a RoadGraph whose turns say where a private gate stands (GATE bits).    Out: these roads marked, the gates open or shut.
Never knows: tags, vehicles' measures, engines.

A street without a word behind one that is `motor_vehicle=destination` has no other way in: who lives there may come home, and
nobody passes. So of every part of the net that hangs together the greatest piece of ordinary roads, both ways, is taken
for outside; what is reached from there and leads back there only over roads for business is for business as well, and what only
private roads or gates lead to is private. A private gate opens for what is private behind it; a gate at the rear of what can be
reached from the front stays shut. By mode.
"""
from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components

from geodata.roads.access import BOTH, CAR, HGV
from geodata.roads.graph import GATE, RoadGraph

ORDINARY, LOCAL, PRIVATE = 0, 1, 2         # of arcs, and of turns: of its two arcs the greater, PRIVATE through a gate
Bools = NDArray[np.bool_]


def with_enclosed(graph: RoadGraph) -> RoadGraph:
    """A new graph in which enclosed roads are local, those behind a gate also private, and no turn carries a GATE bit."""
    local, kind, ban = np.array(graph.arc_local), np.array(graph.edge_kind), np.array(graph.turn_ban)
    gates = (ban >> GATE) & BOTH
    for mode in (HGV, CAR):
        gated = (gates & mode) != 0
        if gated.any() or (local & mode).any():
            for level, arcs in zip((LOCAL, PRIVATE), _enclosed(graph, mode, gated), strict=True):
                local[arcs] |= mode
                if level == PRIVATE:
                    kind[graph.arc_edge[arcs]] |= mode << 2
        private = (kind[graph.arc_edge] & (mode << 2)) != 0
        shut = gated & ~private[graph.turn_from] & ~private[graph.turn_to]
        ban[shut] |= mode
    return replace(graph, arc_local=local, edge_kind=kind, turn_ban=ban & np.uint8((1 << GATE) - 1))


def _enclosed(graph: RoadGraph, mode: int, gated: Bools) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Arcs of ordinary roads that only local roads lead to and from; arcs of all but private roads that only private ones do."""
    level = np.where((graph.edge_kind[graph.arc_edge] & (mode << 2)) != 0, PRIVATE, (graph.arc_local & mode) != 0).astype(np.int8)
    start, to = graph.turn_from, np.asarray(graph.turn_to)
    open_ = (graph.turn_ban & mode) == 0
    open_ &= ((graph.arc_ban[start] | graph.arc_ban[to]) & mode) == 0
    turn_level = np.where(gated, PRIVATE, np.maximum(level[start], level[to]))
    at = [np.flatnonzero(open_ & (turn_level <= most)) for most in (ORDINARY, LOCAL, PRIVATE)]
    cores = _cores(graph, start, to, at, (level == ORDINARY) & ((graph.arc_ban & mode) == 0))
    outside, by_local, by_private = (_both_ways(graph.arcs, start[turns], to[turns], cores) for turns in at)
    return (np.flatnonzero(by_local & ~outside & (level == ORDINARY)),
            np.flatnonzero(by_private & ~by_local & (level != PRIVATE)))


def _cores(graph: RoadGraph, start: NDArray[np.int32], to: NDArray[np.int32], at: list[NDArray[np.int64]],
           ordinary: Bools) -> NDArray[np.int64]:
    """One arc of the longest strongly connected piece of ordinary roads, of each part that hangs together in any way."""
    _, part = connected_components(_matrix(graph.arcs, start[at[PRIVATE]], to[at[PRIVATE]]), directed=False)
    _, piece = connected_components(_matrix(graph.arcs, start[at[ORDINARY]], to[at[ORDINARY]]), connection="strong")
    metres = np.bincount(piece, weights=np.where(ordinary, graph.edge_length_m[graph.arc_edge], 0.0))
    arcs = np.flatnonzero(ordinary)
    order = np.lexsort((arcs, -metres[piece[arcs]], part[arcs]))
    _, first = np.unique(part[arcs][order], return_index=True)
    return np.asarray(arcs[order[first]])


def _both_ways(arcs: int, start: NDArray[np.int32], to: NDArray[np.int32], cores: NDArray[np.int64]) -> Bools:
    """(a,) arcs reached from a core from which one is reached again."""
    return _reached(arcs, start, to, cores) & _reached(arcs, to, start, cores)


def _reached(arcs: int, start: NDArray[np.int32], to: NDArray[np.int32], cores: NDArray[np.int64]) -> Bools:
    """From all cores at once: one node more than arcs stands before them."""
    rows, columns = np.concatenate([start, np.full(len(cores), arcs)]), np.concatenate([to, cores])
    found = np.zeros(arcs + 1, bool)
    found[breadth_first_order(_matrix(arcs + 1, rows, columns), arcs, return_predecessors=False)] = True
    return found[:arcs]


def _matrix(size: int, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> csr_matrix:
    return csr_matrix((np.ones(len(rows), np.int8), (rows, columns)), (size, size))
