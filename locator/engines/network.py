"""One road graph as one kind of vehicle meets it: exact driving times and paths, in whole milliseconds.

In: a RoadGraph, a Profile, a shared hierarchy.    Out: times between positions on arcs, paths, the part that hangs together.
Never knows: places, routes. Idea: customizable contraction hierarchies (Dibbelt, Strasser, Wagner 2016) on the edge-based graph:
its nodes are our arcs, its arcs our turns.

A position is (arc, into_ms): so many milliseconds of driving into the arc. Two positions on one arc are ordered by it.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.roads.access import MODES
from geodata.roads.graph import CLOSED, OUT, Profile, RoadGraph
from geodata.roads.tags import CLASS_NUMBER
from locator.engines.great_part import great_part
from locator.engines.hierarchy import Hierarchy
from locator.engines.metric import FAR_MS, Chains, Metric, weigh
from locator.engines.steps import Steps
from locator.engines.weighed import Weighed, digest, find, keep, others

FAR = np.int64(2**50)          # no way; sums of a few stay far above any time
Millis = NDArray[np.int64]
FERRY = CLASS_NUMBER["ferry"]
FEW = 16                       # arcs of which it is quicker to look for some twice than to sort them


@dataclass(frozen=True)
class Spot:
    """Where a vehicle stands: one point of a road, in the directions it may face there."""

    arcs: tuple[int, ...]
    into_ms: tuple[int, ...]
    lon: float
    lat: float
    off_m: float = 0.0         # from the point that was asked for

    @property
    def positions(self) -> tuple[Millis, Millis]:
        """(k,) arcs and how far into each."""
        return np.array(self.arcs, np.int64), np.array(self.into_ms, np.int64)


class Network:
    """Weights and metric for one vehicle signature. Any number of threads may ask.

    What was worked out for these very weights when the region was built is read; else the first to look for a way works it out,
    and others who want the same wait.
    """

    def __init__(self, graph: RoadGraph, profile: Profile, hierarchy: Hierarchy, key: tuple[str, ...] = ()) -> None:
        self.graph, self.profile, self.key = graph, profile, key or graph.signature(profile)
        self.arc_ms = graph.arc_ms(profile)
        self._turns = graph.turn_cost_ms(profile, self.arc_ms)
        self._hierarchy = hierarchy
        self._usable: dict[tuple[bool, bool], NDArray[np.bool_]] = {}
        self._weighed = find(hierarchy, digest(self.arc_ms, self._turns))
        self._metric, self._lock = self._weighed.metric if self._weighed else None, Lock()

    def _weigh(self) -> Metric:
        """From what is kept of other weights where few differ: a closure, a lorry a little higher."""
        for turns, metric in others(self._hierarchy):
            differ = np.flatnonzero(turns != self._turns)
            found = metric.changed(differ, self.graph.turn_ptr, self.graph.turn_to, self._turns)
            if found is not None:
                return found
        return weigh(self._hierarchy, self._turns)

    def keep(self) -> None:
        """Write what these weights lead to beside the hierarchy, for whoever opens the region. Raises OSError."""
        found = Weighed(self.metric, self._turns, self.can_leave, self.can_arrive)
        keep(self._hierarchy, digest(self.arc_ms, self._turns), found)

    @property
    def metric(self) -> Metric:
        """Made on first use; where that failed it is tried again."""
        with self._lock:
            if self._metric is None:
                self._metric = self._weigh()
            return self._metric

    @cached_property
    def _parts(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        if self._weighed:
            return self._weighed.can_leave, self._weighed.can_arrive
        return great_part(self.graph, self.arc_ms, self._turns, self.metric)

    @property
    def can_leave(self) -> NDArray[np.bool_]:
        """(a,) arcs from which the great part of the net can be reached."""
        return self._parts[0]

    @property
    def can_arrive(self) -> NDArray[np.bool_]:
        """(a,) arcs that can be reached from the great part of the net."""
        return self._parts[1]

    def usable_edges(self, leaving: bool, arriving: bool) -> NDArray[np.bool_]:
        """(e,) open edges with a direction in which the vehicle can leave for, or arrive from, the great part of the net.

        A direction is its arc and all its copies: in by one, out by another. Nobody begins or ends a way on a ferry.
        """
        if (leaving, arriving) not in self._usable:
            open_, found = self.arc_ms != CLOSED, np.zeros(len(self.graph.edge_way), bool)
            arcs = self._own(open_)
            if leaving:
                arcs &= self._own(open_ & self.can_leave)
            if arriving:
                arcs &= self._own(open_ & self.can_arrive)
            found[self.graph.arc_edge[arcs]] = True
            self._usable[leaving, arriving] = found & (np.asarray(self.graph.edge_class) != FERRY)
        return self._usable[leaving, arriving]

    def _own(self, arcs: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(a,) arcs of which one copy at least, or the arc itself, is among these."""
        found = np.zeros(self.graph.arcs, bool)
        found[self.graph.arc_own[arcs]] = True
        return found

    def standing_edges(self, leaving: bool, arriving: bool) -> NDArray[np.bool_]:
        """(e,) usable edges where a service place may be taken to stand: never behind a private gate."""
        private = np.asarray(self.graph.edge_kind) & (MODES[self.profile.mode] << 2)
        return np.asarray(self.usable_edges(leaving, arriving) & (private == 0))

    def open_edges(self) -> NDArray[np.bool_]:
        """(e,) edges the vehicle may be on, ferries too."""
        found = np.zeros(len(self.graph.edge_way), bool)
        found[self.graph.arc_edge[self.arc_ms != CLOSED]] = True
        return found

    def ends_ms(self, sources: NDArray[np.int64], targets: NDArray[np.int64]) -> Millis:
        """(s, t) from the end of each source arc to the end of each target arc; FAR where there is no way; 0 for itself."""
        if not len(sources) or not len(targets):
            return np.full((len(sources), len(targets)), FAR)
        found = self.metric.table_ms(sources, targets)
        return np.where(found == FAR_MS, FAR, found.astype(np.int64))

    def between_ms(self, from_arc: NDArray[np.int64], from_into: Millis, to_arc: NDArray[np.int64], to_into: Millis) -> Millis:
        """(s, t) driving time from each position to each position."""
        (sources, s), (targets, t) = _distinct(from_arc), _distinct(to_arc)
        return self._standing_ms(self.ends_ms(sources, targets)[s][:, t], from_arc, from_into, to_arc, to_into)

    def often_ms(self, spot: Spot, chains: Chains, rows: NDArray[np.int64], arc: NDArray[np.int64], into: Millis) -> Millis:
        """(t,) the least from a spot to each position (arc, into), or back from it where the chains lead up: those of the ends of
        the arcs stand in `rows` of the chains."""
        arcs, ms = spot.positions
        found = self.metric.joined_ms(arcs, chains, rows)
        whole = np.where(found == FAR_MS, FAR, found.astype(np.int64))
        if chains.down:
            return np.asarray(self._standing_ms(whole, arcs, ms, arc, into).min(axis=0, initial=FAR))
        return np.asarray(self._standing_ms(whole.T, arc, into, arcs, ms).min(axis=1, initial=FAR))

    def _standing_ms(self, whole: Millis, from_arc: NDArray[np.int64], from_into: Millis, to_arc: NDArray[np.int64],
                     to_into: Millis) -> Millis:
        """(s, t) between positions, where `whole` are the times between the ends of their arcs."""
        rest_ms = self.arc_ms[from_arc].astype(np.int64) - from_into
        short_ms = self.arc_ms[to_arc].astype(np.int64) - to_into
        times = np.where(whole >= FAR, FAR, whole + rest_ms[:, None] - short_ms[None, :])
        for i, j in np.argwhere(from_arc[:, None] == to_arc[None, :]).tolist():
            if to_into[j] >= from_into[i]:
                times[i, j] = to_into[j] - from_into[i]
            else:
                round_ms = self.round_trip(int(from_arc[i]))[0]
                times[i, j] = FAR if round_ms >= FAR else round_ms + rest_ms[i] - short_ms[j]
        return np.asarray(times)

    def round_trip(self, arc: int) -> tuple[int, int]:
        """(ms, first arc): the shortest way from the end of an arc round to its own end; (FAR, -1) when there is none."""
        turns = np.arange(self.graph.turn_ptr[arc], self.graph.turn_ptr[arc + 1])
        turns = turns[self._turns[turns] != CLOSED]
        onward = np.asarray(self.graph.turn_to[turns], np.int64)
        if not len(onward):
            return int(FAR), -1
        whole = self.ends_ms(onward, np.array([arc]))[:, 0]
        whole = np.where(whole >= FAR, FAR, whole + self._turns[turns])
        best = int(whole.argmin())
        return int(whole[best]), int(onward[best])

    def spots_ms(self, spot: Spot, other: Spot) -> int:
        return int(self._pairs(spot, other).min())

    def _pairs(self, spot: Spot, other: Spot) -> Millis:
        return self.between_ms(*spot.positions, *other.positions)

    def path(self, spot: Spot, other: Spot) -> Steps | None:
        """The fastest way from one spot to another, None when there is none. Ties: the first direction listed."""
        times = self._pairs(spot, other)
        if times.min() >= FAR:
            return None
        i, j = divmod(int(times.argmin()), times.shape[1])
        begin, end = (spot.arcs[i], spot.into_ms[i]), (other.arcs[j], other.into_ms[j])
        if begin[0] == end[0] and end[1] >= begin[1]:
            arcs = [begin[0]]
        elif begin[0] == end[0]:
            arcs = [begin[0], *self._arcs_between(self.round_trip(begin[0])[1], end[0])]
        else:
            arcs = self._arcs_between(begin[0], end[0])
        return self.steps(np.array(arcs, np.int64), begin[1], end[1])

    def _arcs_between(self, source: int, target: int) -> list[int]:
        return list(self.metric.way(source, target).tolist())

    def steps(self, arcs: NDArray[np.int64], first_into: int, last_into: int) -> Steps:
        """Steps along arcs that follow one another, entering the first at first_into and ending at last_into of the last."""
        ms = self.arc_ms[arcs].astype(np.int64)
        enter, leave = np.zeros(len(arcs), np.int64), ms.copy()
        enter[0], leave[-1] = first_into, last_into
        metres = self.graph.edge_length_m[self.graph.arc_edge[arcs]]
        turn = np.zeros(len(arcs), np.int64)
        turn[1:] = self.turns_ms(arcs[:-1], arcs[1:])
        return Steps(arcs, enter, leave, turn, enter / ms * metres, leave / ms * metres)

    def driven(self, arcs: NDArray[np.int64], from_m: float, to_m: float) -> Steps:
        """Steps along arcs that follow one another, from and to distances in the first and last."""
        return self.steps(arcs, self.into_ms(int(arcs[0]), from_m), self.into_ms(int(arcs[-1]), to_m))

    def stretch(self, arc: int, from_m: float, to_m: float) -> Steps:
        """One step on one arc; never backwards."""
        return self.driven(np.array([arc], np.int64), from_m, max(from_m, to_m))

    def into_ms(self, arc: int, into_m: float) -> int:
        """Driving time into an arc at a distance into it."""
        share = into_m / float(self.graph.edge_length_m[self.graph.arc_edge[arc]])
        return round(min(max(share, 0.0), 1.0) * int(self.arc_ms[arc]))

    def is_open(self, arc: int) -> bool:
        return bool(self.arc_ms[arc] != CLOSED)

    def turn_weights(self) -> NDArray[np.uint32]:
        return self._turns

    def turn_weights_as_driven(self) -> NDArray[np.uint32]:
        """What a driver's own line may do: between arcs themselves, and through where he may have had business."""
        return self.graph.turn_cost_ms(self.profile, self.arc_ms, as_driven=True)

    def as_driven(self, arcs: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same roads in the same directions, by the copies that let him drive so; where none does, the arcs themselves."""
        ptr, to, arc_own = (np.asarray(part) for part in (self.graph.turn_ptr, self.graph.turn_to, self.graph.arc_own))
        own = arc_own[arcs]
        here = self._first_driven(own.astype(np.int32))
        found = [here]
        for arc in own[1:].tolist():
            first, stop = ptr[here], ptr[here + 1]
            onward = to[first:stop][self._turns[first:stop] != CLOSED]
            onward = onward[arc_own[onward] == arc]
            here = int(onward[0]) if len(onward) else arc
            found.append(here)
        return np.array(found, np.int64)

    def _first_driven(self, own: NDArray[np.int32]) -> int:
        """A line that begins among those with business there and leads away begins on the way out."""
        outs = [arc for arc in self.graph.arcs_like(int(own[0])) if self.graph.arc_copy[arc] == OUT and self.is_open(arc)]
        ordinary = (self.graph.arc_local[own] & MODES[self.profile.mode]) == 0
        return outs[0] if outs and ordinary.any() else int(own[0])

    def turns_ms(self, arcs: NDArray[np.int64], onward: NDArray[np.int64]) -> Millis:
        """(k,) what each turn itself takes; every arc must lead into its onward one."""
        first = np.asarray(self.graph.turn_ptr[arcs])
        counts = np.asarray(self.graph.turn_ptr[arcs + 1]) - first
        pair = np.repeat(np.arange(len(arcs)), counts)
        turns = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(len(pair))
        return np.asarray(self.graph.turn_ms[turns[np.asarray(self.graph.turn_to[turns]) == onward[pair]]], np.int64)

    def adjoins(self, arc: int, onward: int) -> bool:
        """May this vehicle turn from the end of one arc straight into the other?"""
        first, stop = int(self.graph.turn_ptr[arc]), int(self.graph.turn_ptr[arc + 1])
        return bool((self._turns[first:stop][self.graph.turn_to[first:stop] == onward] != CLOSED).any())

    def spot(self, edge: int, share: float, lon: float, lat: float, off_m: float = 0.0) -> Spot:
        """A point of an edge in every direction this vehicle may face there."""
        arcs, into = [], []
        for own, part in zip(self.graph.edge_arcs[edge].tolist(), (share, 1.0 - share), strict=True):
            for arc in self.graph.arcs_like(own) if own >= 0 else ():
                if self.is_open(arc):
                    arcs.append(arc)
                    into.append(round(part * int(self.arc_ms[arc])))
        return Spot(tuple(arcs), tuple(into), lon, lat, off_m)

    def facing(self, arc: int, into_ms: int, lon: float = float("nan"), lat: float = float("nan")) -> Spot:
        """A point of a road in one direction, whatever lies behind: by the arc and all its copies."""
        arcs = tuple(a for a in self.graph.arcs_like(arc) if self.is_open(a))
        return Spot(arcs, (into_ms,) * len(arcs), lon, lat)


def _distinct(arcs: NDArray[np.int64]) -> tuple[NDArray[np.int64], Any]:
    """Each once, and where each stands among them; a few as they are."""
    return (arcs, slice(None)) if len(arcs) <= FEW else np.unique(arcs, return_inverse=True)
