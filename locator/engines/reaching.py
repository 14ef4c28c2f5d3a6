"""How long every piece of road is from its nearest place, driving to it or coming from it; exact within each arc.

In: a Network, where the places stand, which of them.    Out: Reach: segments of directed arcs,
each with the time at its near end.
Never knows: layers, opening hours, which roads matter, what is a gap.

To a place: the driver stands on an arc and drives on. Up to a place on that arc he has what is left to it; past the last one, the
rest of the arc and then the way from its end. So an arc splits at its places, and within a segment the time grows evenly away
from one end, the near end: where he is going to, or, from a place, where he comes from. Within `limit_ms` of a place are
clip(limit_ms - near_ms, 0, length) milliseconds of it. Nothing is sampled.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geodata.roads.graph import CLOSED
from locator.engines.network import Network
from locator.engines.searching import FAR, SHUT, Adjacency, Nearest, Seeds, search_nearest
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

    def shares(self, begin_ms: Floats, end_ms: Floats, of: Ints | None = None) -> tuple[Floats, Floats]:
        """The stretch between two times from the near end, as shares of the arc's length in its direction of travel.

        of  which segments are meant, all when nothing is said
        """
        first, last, whole = (part if of is None else part[of] for part in (self.from_ms, self.to_ms, self.arc_ms))
        if self.direction == "to":
            return (last - end_ms) / whole, (last - begin_ms) / whole
        return (first + begin_ms) / whole, (first + end_ms) / whole


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


def merge_copies(net: Network, found: Nearest) -> tuple[Ints, Ints]:
    """The same with the copies of an arc counted to the arc itself: whatever lies behind him, he may drive as the best allows."""
    copies = np.flatnonzero(np.asarray(net.graph.arc_copy))
    ms, label = found.ms.copy(), found.label.astype(np.int64)
    own = net.graph.arc_own[copies]
    order = np.argsort(own, kind="stable")
    copies, own = copies[order], own[order]
    nth = np.arange(len(own)) - np.searchsorted(own, own)          # 0 for the first copy of each arc, 1 for the next
    for turn in range(int(nth.max(initial=-1)) + 1):
        copy, arc = copies[nth == turn], own[nth == turn]
        for j in range(ms.shape[1]):
            ms[arc], label[arc] = with_one(ms[arc], label[arc], found.ms[copy, j], found.label[copy, j].astype(np.int64))
    return ms, label


def with_one(ms: Ints, label: Ints, more_ms: Ints, who: Ints) -> tuple[Ints, Ints]:
    """(n, k) the nearest of each row, each label once, with one time more a row; a label of -1 is none."""
    first = (who >= 0) & (more_ms < ms[:, 0])
    new_ms, new = ms.copy(), label.copy()
    new_ms[first, 0], new[first, 0] = more_ms[first], who[first]
    if ms.shape[1] == 2:
        shift = first & (label[:, 0] != who)
        new_ms[shift, 1], new[shift, 1] = ms[shift, 0], label[shift, 0]
        second = (who >= 0) & ~first & (label[:, 0] != who) & (more_ms < ms[:, 1])
        new_ms[second, 1], new[second, 1] = more_ms[second], who[second]
    return new_ms, new


def _segments(net: Network, stands: Stands, mine: Ints, arcs: Ints, direction: Direction, ms: Ints, label: Ints) -> Reach:
    """Every arc split at the places on it. Steps: the k-th segment of all arcs that have one, from their near ends on."""
    whole = net.arc_ms.astype(np.int64)[arcs]
    row = np.full(net.graph.arcs, -1, np.int64)
    row[arcs] = np.arange(len(arcs))
    own, into = net.graph.arc_own[stands.arc[mine]], stands.into_ms[mine]
    off = net.arc_ms[own].astype(np.int64) - into if direction == "to" else into          # from the near end
    places = np.unique(np.column_stack([row[own], off, stands.place[mine]]), axis=0)
    places = places[places[:, 0] >= 0]
    first = np.searchsorted(places[:, 0], np.arange(len(arcs) + 1))
    now, now_ms, gone = label[arcs], ms[arcs], np.zeros(len(arcs), np.int64)
    here, parts = np.arange(len(arcs)), list[Ints]()
    for k in range(int(np.diff(first).max(initial=0)) + 1):
        here = here[np.diff(first)[here] >= k]
        more = np.diff(first)[here] > k
        at = np.minimum(first[here] + k, len(places) - 1)
        to = np.where(more, places[at, 1], whole[here]) if len(places) else whole[here]
        parts.append(np.column_stack([here, gone[here], to, now_ms[here], now[here]]))
        now_ms[here] = np.where(now[here] >= 0, now_ms[here] + (to - gone[here])[:, None], now_ms[here])
        gone[here] = to
        if more.any():
            met = here[more]
            now_ms[met], now[met] = with_one(now_ms[met], now[met], np.zeros(len(met), np.int64), places[at[more], 2])
    return _reach(direction, arcs, whole, np.concatenate(parts), ms.shape[1])


def _reach(direction: Direction, arcs: Ints, whole: Ints, table: Ints, most: int) -> Reach:
    """Rows of (arc's row, begin and end from the near end, times, labels) as Reach, in order along each arc."""
    table = table[table[:, 2] > table[:, 1]]
    of = table[:, 0]
    begin, end = table[:, 1], table[:, 2]
    if direction == "to":
        begin, end = whole[of] - end, whole[of] - begin
    order = np.lexsort((begin, of))
    nobody = np.full((len(table), 2), -1, np.int64)
    near, place = np.full((len(table), 2), FAR), nobody
    near[:, :most], place[:, :most] = table[:, 3:3 + most], table[:, 3 + most:]
    near, place, of = near[order], place[order], of[order]
    return Reach(direction, arcs[of], whole[of], begin[order], end[order], near[:, 0], place[:, 0], near[:, 1], place[:, 1])
