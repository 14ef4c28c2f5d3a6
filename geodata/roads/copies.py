"""Arc copies: one road, driven with different things behind. A copy shares its arc's edge, direction, times and limits.

In: a RoadGraph whose arcs say who has only business there; arcs to be told apart by where he came from.
Out: the RoadGraph with more arcs and turns, so that what a driver may do next hangs on his arc alone.
Never knows: tags, relations, vehicles, engines.

No through traffic. A road for those with business there may be driven at the start and at the end of a way, nowhere between.
So each of its arcs exists twice: the arc itself is the way *in* (from anywhere; it leads to such arcs only), its copy OUT the
way *out* (a way may begin on it; it leads on to copies OUT and to ordinary arcs, and none of these leads to it). By mode: a
road that is so for lorries only is an ordinary one for vans, whose ban keeps them off the copies.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.roads.access import BOTH
from geodata.roads.graph import FORGETFUL, MEMORY, OUT, THROUGH, RoadGraph


def with_ways_out(graph: RoadGraph) -> RoadGraph:
    """A new graph in which nobody drives through where he has no business, and everybody gets in and out."""
    local, ban = np.asarray(graph.arc_local), np.asarray(graph.arc_ban)
    doubled = (local & ~ban) != 0
    if not doubled.any():
        return graph
    source = np.flatnonzero(doubled)
    out = np.full(graph.arcs, -1, np.int64)
    out[source] = graph.arcs + np.arange(len(source))
    start, to = graph.turn_from, np.asarray(graph.turn_to)
    leaves = local[start] & ~local[to]                       # modes that pass from such a road to an ordinary one
    stays = local[start] & local[to]
    turn_ban = np.asarray(graph.turn_ban) | (leaves << THROUGH)
    along = np.flatnonzero(doubled[start] & doubled[to] & (stays != 0))
    away = np.flatnonzero(doubled[start] & (leaves != 0))
    which = np.concatenate([np.arange(len(start)), along, away])
    new_start = np.concatenate([start, out[start[along]], out[start[away]]])
    new_to = np.concatenate([to, out[to[along]], to[away]])
    bans = np.concatenate([turn_ban, graph.turn_ban[along], graph.turn_ban[away] | (BOTH & ~leaves[away])])
    copied = _more_arcs(graph, source, OUT)
    arc_ban = copied.arc_ban.copy()
    arc_ban[graph.arcs:] |= BOTH & ~local[source]
    return _with_turns(replace(copied, arc_ban=arc_ban), graph, which, new_start, new_to, bans)


def with_memory(graph: RoadGraph, source: NDArray[np.int64], led: Mapping[int, int], turns: list[tuple[int, int, int, int]],
                ) -> RoadGraph:
    """A new graph with a copy of each arc of `source`, numbered from graph.arcs on.

    led    turn -> the copy it leads to instead; the turn itself stays for those who forget whence they came (FORGETFUL)
    turns  (from, to, ban, the turn it is like) of the copies
    """
    new = [(int(graph.turn_from[turn]), copy, int(graph.turn_ban[turn]), turn) for turn, copy in led.items()] + turns
    table = np.array(new, np.int64).reshape(-1, 4)
    old_ban = np.asarray(graph.turn_ban).copy()
    old_ban[list(led)] |= FORGETFUL
    which = np.concatenate([np.arange(len(graph.turn_to)), table[:, 3]])
    return _with_turns(_more_arcs(graph, source, MEMORY), graph, which, np.concatenate([graph.turn_from, table[:, 0]]),
                       np.concatenate([graph.turn_to, table[:, 1]]), np.concatenate([old_ban, table[:, 2]]))


def _more_arcs(graph: RoadGraph, source: NDArray[np.int64], kind: int) -> RoadGraph:
    """Every array of arcs with the rows of `source` again at its end."""
    longer: dict[str, Any] = {f.name: _with_rows(np.asarray(getattr(graph, f.name)), source) for f in fields(graph)
                              if f.name.startswith("arc_")}
    longer["arc_copy"][graph.arcs:] |= kind
    return replace(graph, **longer)


def _with_rows(array: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[Any]:
    return np.concatenate([array, array[rows]])


def _with_turns(graph: RoadGraph, before: RoadGraph, which: NDArray[np.int64], start: NDArray[np.int64], to: NDArray[np.int64],
                ban: NDArray[np.int64]) -> RoadGraph:
    """Turns from `start` to `to`, each in all else like turn `which` of the graph before; by arc they leave, as they were."""
    order = np.argsort(start, kind="stable")
    ptr = np.concatenate([[0], np.cumsum(np.bincount(start, minlength=graph.arcs))]).astype(np.int64)
    same: dict[str, Any] = {f.name: np.asarray(getattr(before, f.name))[which[order]] for f in fields(before)
            if f.name.startswith("turn_") and f.name != "turn_ptr"}
    same |= {"turn_ptr": ptr, "turn_to": to[order].astype(np.int32), "turn_ban": ban[order].astype(np.uint8)}
    return replace(graph, **same)
