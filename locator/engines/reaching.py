"""How long every piece of road is from its nearest place, driving to it or coming from it; exact within each arc.

In: a Network, where the places stand, which of them.    Out: Reach: segments of directed arcs,
each with the time at its near end.
Never knows: layers, opening hours, which roads matter, what is a gap.

To a place: the driver stands on an arc and drives on. Up to a place on that arc he has what is left to it; past the last one, the
rest of the arc and then the way from its end. So an arc splits at its places, and within a segment the time grows evenly away
from one end, the near end: where he is going to, or, from a place, where he comes from. Within `limit_ms` of a place are
clip(limit_ms - near_ms, 0, length) milliseconds of it. Nothing is sampled.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geodata.roads.graph import CLOSED
from locator.engines.compiled import compiled, frozen
from locator.engines.network import Network
from locator.engines.searching import FAR, NOBODY, SHUT, Adjacency, Nearest, Seeds, search_nearest
from locator.engines.standing import Stands

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Direction = Literal["to", "from"]
DIRECTIONS: tuple[Direction, ...] = ("to", "from")


@dataclass(frozen=True, eq=False)
class Reach:
    """Segments: of `arc` (an arc itself, no copy) from from_ms to to_ms of its driving time, in order along each arc.

    near_ms   driving time between the near end and the nearest place, FAR where there is none
    place     which place that is, -1 none; second_ms, second: the next nearest place but that one (only when it was asked)
    """

    direction: Direction
    arc: Ints
    arc_ms: Ints                   # of the whole arc
    from_ms: Ints
    to_ms: Ints
    near_ms: Ints
    place: Ints
    second_ms: Ints
    second: Ints

    def __len__(self) -> int:
        return len(self.arc)

    @property
    def length_ms(self) -> Ints:
        return self.to_ms - self.from_ms

    def within_ms(self, limit_ms: float) -> Floats:
        """(s,) how much of each segment lies within limit_ms of a place, from its near end on."""
        return within(self.near_ms, self.length_ms, limit_ms)

    def far_ms(self) -> Floats:
        """(s,) the time at the far end; inf where there is no way."""
        return np.where(self.near_ms >= FAR, np.inf, self.near_ms + self.length_ms)

    def shares(self, begin_ms: Floats, end_ms: Floats) -> tuple[Floats, Floats]:
        """(s,) the stretch between two times from the near end, as shares of the arc's length in its direction of travel."""
        if self.direction == "to":
            return (self.to_ms - end_ms) / self.arc_ms, (self.to_ms - begin_ms) / self.arc_ms
        return (self.from_ms + begin_ms) / self.arc_ms, (self.from_ms + end_ms) / self.arc_ms


def within(near_ms: NDArray[np.generic], length_ms: Ints, limit_ms: float) -> Floats:
    return np.clip(limit_ms - near_ms.astype(np.float64), 0.0, length_ms)


def find_reach(net: Network, stands: Stands, places: Ints, arcs: Ints, *, direction: Direction = "to", second: bool = False,
               limit_ms: int | None = None) -> Reach:
    """The segments of `arcs` (open, no copies) with the nearest of `places` (rows); farther than limit_ms is FAR."""
    mine = np.flatnonzero(np.isin(stands.place, places))
    found = search_nearest(states_of(net, direction), seeds_of(net, stands, mine, direction), most=2 if second else 1,
                           limit_ms=limit_ms)
    ms, label = merge_copies(net, found)
    return _segments(net, stands, mine, arcs, direction, ms, label)


def states_of(net: Network, direction: Direction) -> Adjacency:
    """What is searched. To a place: from the end of each arc back to the ends of those that lead into it. From one: from the
    beginning of each arc to the beginnings of those it leads into."""
    graph, turns = net.graph, net.turn_weights()
    open_ = turns != CLOSED
    if direction == "to":
        ptr, turn = graph.turns_in
        return Adjacency(ptr, graph.turn_from[turn], np.where(open_, turns, 0).astype(np.int32)[turn] + _shut(open_)[turn])
    whole = net.arc_ms.astype(np.int64)
    weight = np.where(open_, turns.astype(np.int64) - whole[graph.turn_to] + whole[graph.turn_from], SHUT)
    return Adjacency(np.asarray(graph.turn_ptr), np.asarray(graph.turn_to), weight.astype(np.int32))


def _shut(open_: NDArray[np.bool_]) -> NDArray[np.int32]:
    return np.where(open_, 0, SHUT).astype(np.int32)


def seeds_of(net: Network, stands: Stands, mine: Ints, direction: Direction) -> Seeds:
    """Where the search begins: the states one turn away from each position where a place stands."""
    graph, turns = net.graph, net.turn_weights()
    arc, into = stands.arc[mine], stands.into_ms[mine]
    ptr, turn = graph.turns_in if direction == "to" else (np.asarray(graph.turn_ptr), None)
    counts = ptr[arc + 1] - ptr[arc]
    at = np.repeat(ptr[arc] - (np.cumsum(counts) - counts), counts) + np.arange(int(counts.sum()))
    stand = np.repeat(np.arange(len(arc)), counts)
    by = turn[at] if turn is not None else at
    stand, by = stand[turns[by] != CLOSED], by[turns[by] != CLOSED]
    entered = graph.turn_to[by]
    gone = turns[by].astype(np.int64) - net.arc_ms[entered]                   # the turn itself
    if direction == "to":
        return Seeds(graph.turn_from[by].astype(np.int64), gone + into[stand], stands.place[mine][stand])
    rest = net.arc_ms[arc[stand]].astype(np.int64) - into[stand]
    return Seeds(entered.astype(np.int64), gone + rest, stands.place[mine][stand])


def merge_copies(net: Network, found: Nearest) -> tuple[Ints, NDArray[np.int32]]:
    """The same with the copies of an arc counted to the arc itself: whatever lies behind him, he may drive as the best allows."""
    copies = np.flatnonzero(np.asarray(net.graph.arc_copy))
    ms, label = found.ms.copy(), found.label.copy()
    if len(copies):
        _merge(ms, label, found.ms, found.label, frozen(copies), frozen(net.graph.arc_own[copies].astype(np.int64)))
    return ms, label


@compiled
def _merge(ms, label, more_ms, more_label, copies, own):
    most = ms.shape[1]
    for copy, x in zip(copies, own):  # noqa: B905 numba knows no strict
        for j in range(most):
            d, who = more_ms[copy, j], more_label[copy, j]
            if who >= 0:
                _insert(ms[x], label[x], d, who)


@compiled
def _insert(ms, label, d, who):
    """A time of a label into the nearest of one state, each label once."""
    if d < ms[0]:
        if len(ms) > 1 and label[0] != who:
            ms[1], label[1] = ms[0], label[0]
        ms[0], label[0] = d, who
    elif len(ms) > 1 and label[0] != who and d < ms[1]:
        ms[1], label[1] = d, who


def _segments(net: Network, stands: Stands, mine: Ints, arcs: Ints, direction: Direction, ms: Ints,
              label: NDArray[np.int32]) -> Reach:
    """Every arc split at the places on it, from its near end on."""
    whole = net.arc_ms.astype(np.int64)
    row = np.full(net.graph.arcs, -1, np.int64)
    row[arcs] = np.arange(len(arcs))
    own, into = net.graph.arc_own[stands.arc[mine]], stands.into_ms[mine]
    off = whole[own] - into if direction == "to" else into                    # from the near end
    table = np.unique(np.column_stack([row[own], off, stands.place[mine]]), axis=0)
    table = table[table[:, 0] >= 0]
    first = np.searchsorted(table[:, 0], np.arange(len(arcs) + 1))
    arc, begin, end, near, place, next_ms, second = _cut(frozen(arcs), frozen(whole), frozen(first.astype(np.int64)),
                                                         frozen(table[:, 1]), frozen(table[:, 2]), frozen(ms), frozen(label))
    if direction == "to":
        begin, end = whole[arc] - end, whole[arc] - begin
        order = np.lexsort((begin, row[arc]))
        arc, begin, end, near, place, next_ms, second = (part[order] for part in (arc, begin, end, near, place, next_ms, second))
    return Reach(direction, arc, whole[arc], begin, end, near, place, next_ms, second)


@compiled
def _cut(arcs, whole, first, off, who, ms, label):
    rows, most, made = len(arcs) + len(off), ms.shape[1], 0
    arc, begin, end = np.empty(rows, np.int64), np.empty(rows, np.int64), np.empty(rows, np.int64)
    near, place = np.empty((rows, 2), np.int64), np.empty((rows, 2), np.int64)
    now_ms, now = np.empty(most, np.int64), np.empty(most, np.int32)
    for i in range(len(arcs)):
        now_ms[:], now[:] = ms[arcs[i]], label[arcs[i]]
        gone = 0
        for k in range(first[i], first[i + 1] + 1):
            to = off[k] if k < first[i + 1] else whole[arcs[i]]
            if to > gone:
                arc[made], begin[made], end[made] = arcs[i], gone, to
                near[made], place[made] = FAR, -1
                near[made, :most], place[made, :most] = now_ms, now
                made += 1
                for j in range(most):
                    if now[j] >= 0:
                        now_ms[j] += to - gone
                gone = to
            if k < first[i + 1]:
                _insert(now_ms, now, 0, np.int32(who[k]))
    return (arc[:made], begin[:made], end[:made], near[:made, 0].copy(), place[:made, 0].copy(), near[:made, 1].copy(),
            place[:made, 1].copy())


__all__ = ["DIRECTIONS", "FAR", "NOBODY", "Direction", "Reach", "find_reach", "merge_copies", "seeds_of", "states_of", "within"]
