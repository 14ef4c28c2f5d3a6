"""The directed, turn-aware road graph as arrays, and what it costs one kind of vehicle.

In: arrays from osm.py or store.py.    Out: RoadGraph; per Profile the milliseconds of every arc and turn.
Never knows: files, routes, places, engines.

An *edge* is a stretch of road between two junctions, with its shape. An *arc* is an edge in one direction of travel.
A *turn* leads from the end of one arc into the next. A driver's state is "at the end of an arc", so a turn that is
forbidden is simply not there, and no vehicle turns on the open road: only at dead ends.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import frozen
from geodata.roads.access import MODES
from geodata.roads.conditions import NO_CONDITIONS, Conditions
from geodata.roads.cost_kernels import CLOSED as CLOSED
from geodata.roads.cost_kernels import arcs_ms, over_limits, turns_ms
from geodata.roads.marks import avoided, barred
from geodata.roads.tags import CLASS_NAMES, CLASS_NUMBER

TURN_ROUND_MS = 60_000                # a lorry turning at a dead end, or about between two carriageways (hairpins.py)
MAINLINE = tuple(CLASS_NUMBER[c] for c in ("motorway", "trunk"))
OUT, MEMORY = 1, 2                    # bits of arc_copy: how a copy differs from the arc itself (copies.py)
THROUGH, FORGETFUL = 2, 16            # in turn_ban: a mode's bit, shifted so far, bars through traffic; and a turn for nobody
GATE = 5                              # in turn_ban while it is built: shifted so far, a private gate stands there (enclosed.py);
AT_TIMES = 5                          # afterwards: a node that stops him at times does so now (conditions.py)
LIMITS = ("height_m", "mass_t", "width_m", "length_m", "axle_t")
_SHAPE = ("arc_tail", "arc_head", "turn_from", "turns_in", "edge_arcs", "arc_own", "_copies", "marks",
          "_conditions_on", "_exactly")    # of RoadGraph


@dataclass(frozen=True)
class Profile:
    """What of a vehicle matters to the roads. mode: hgv or car (a car-sized van).

    hazmat, tunnel  dangerous goods, and their tunnel code; "" none
    avoid           of marks.AVOIDABLE: closed for this question
    """

    mode: str
    height_m: float
    mass_t: float
    width_m: float
    length_m: float
    axle_t: float
    hazmat: str = ""
    tunnel: str = ""
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """Arrays; n nodes, e edges, a arcs, t turns. Limits of arcs and nodes are nan where no sign is known."""

    node_lonlat: NDArray[np.float64]      # (n, 2) degrees
    node_osm: NDArray[np.int64]           # (n,)
    node_limit: NDArray[np.float32]       # (n, 5) what passes the node, in the order of LIMITS
    edge_node: NDArray[np.int32]          # (e, 2) from, to
    edge_way: NDArray[np.int64]           # (e,) OpenStreetMap way
    edge_class: NDArray[np.uint8]         # (e,) index in CLASS_NAMES
    edge_name: NDArray[np.int32]          # (e, 3) index in texts: name, ref, destination; 0 is ""
    edge_length_m: NDArray[np.float64]    # (e,) geodesic
    edge_kind: NDArray[np.uint8]          # (e,) bit 0 roundabout, bit 1 one-way for all, bits 2 and 3 private for HGV, CAR
    edge_mark: NDArray[np.uint8]          # (e,) bits of marks.py
    shape_ptr: NDArray[np.int64]          # (e + 1,)
    shape_lonlat: NDArray[np.float64]     # (s, 2)
    arc_edge: NDArray[np.int32]           # (a,)
    arc_backward: NDArray[np.bool_]       # (a,)
    arc_ban: NDArray[np.uint8]            # (a,) HGV, CAR bits
    arc_local: NDArray[np.uint8]          # (a,) HGV, CAR bits: only for those with business there
    arc_copy: NDArray[np.uint8]           # (a,) 0 the arc itself, else OUT and MEMORY bits
    arc_limit: NDArray[np.float32]        # (a, 5) in the order of LIMITS
    arc_kmh: NDArray[np.float32]          # (a, 2) lorry, van
    turn_ptr: NDArray[np.int64]           # (a + 1,) turns out of each arc
    turn_to: NDArray[np.int32]            # (t,) the arc entered
    turn_ban: NDArray[np.uint8]           # (t,) HGV, CAR bits; the same two as THROUGH and AT_TIMES; FORGETFUL
    turn_ms: NDArray[np.int32]            # (t,) what the turn itself takes
    texts: tuple[str, ...]
    junction_name: NDArray[np.int32]      # (n,) name of a motorway junction at the node, index in texts
    conditions: Conditions = NO_CONDITIONS

    @property
    def arcs(self) -> int:
        return len(self.arc_edge)

    @cached_property
    def arc_tail(self) -> NDArray[np.int32]:
        return np.asarray(self.edge_node[self.arc_edge, self.arc_backward.astype(np.intp)])

    @cached_property
    def arc_head(self) -> NDArray[np.int32]:
        return np.asarray(self.edge_node[self.arc_edge, 1 - self.arc_backward.astype(np.intp)])

    @cached_property
    def turn_from(self) -> NDArray[np.int32]:
        return np.repeat(np.arange(self.arcs, dtype=np.int32), np.diff(self.turn_ptr))

    @cached_property
    def turns_in(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(a + 1,) pointers and (t,) turns by the arc they enter: turns_in[1][ptr[b]:ptr[b + 1]] lead into arc b."""
        counts = np.bincount(self.turn_to, minlength=self.arcs)
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), np.argsort(self.turn_to, kind="stable")

    @cached_property
    def edge_arcs(self) -> NDArray[np.int32]:
        """(e, 2) the forward and the backward arc of each edge itself, no copy; -1 where there is none."""
        found = np.full((len(self.edge_way), 2), -1, np.int32)
        own = np.flatnonzero(np.asarray(self.arc_copy) == 0)
        found[self.arc_edge[own], self.arc_backward[own].astype(np.intp)] = own
        return found

    @cached_property
    def arc_own(self) -> NDArray[np.int32]:
        """(a,) the arc itself that each arc is a copy of."""
        return np.asarray(self.edge_arcs[self.arc_edge, self.arc_backward.astype(np.intp)])

    @cached_property
    def _copies(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for arc in np.flatnonzero(np.asarray(self.arc_copy)).tolist():
            found.setdefault(int(self.arc_own[arc]), []).append(arc)
        return found

    def vertices(self, edges: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of shape_lonlat of some edges one after another, and (k + 1,) where each begins among them."""
        count = (self.shape_ptr[edges + 1] - self.shape_ptr[edges]).astype(np.int64)
        begin = np.concatenate([[0], np.cumsum(count)])
        return np.repeat(self.shape_ptr[edges] - begin[:-1], count) + np.arange(begin[-1]), begin

    def arcs_like(self, arc: int) -> list[int]:
        """The arc itself and all its copies: the same road in the same direction."""
        own = int(self.arc_own[arc])
        return [own, *self._copies.get(own, [])]

    @cached_property
    def limit_steps(self) -> tuple[NDArray[np.float32], ...]:
        """Every distinct signed value of each limit, rising. Two vehicles between the same steps meet the same roads."""
        signed = [np.asarray(self.arc_limit), np.asarray(self.node_limit), self.conditions.limit.reshape(-1, len(LIMITS))]
        return tuple(np.unique(np.concatenate([s[~np.isnan(s[:, i]), i] for s in signed])) for i in range(len(LIMITS)))

    def signature(self, profile: Profile) -> tuple[str, ...]:
        """Equal for two vehicles that meet the same closed arcs and speeds (so they may share one metric)."""
        steps = (np.searchsorted(values, np.float32(getattr(profile, name)), side="left")
                 for name, values in zip(LIMITS, self.limit_steps, strict=True))
        closed = [str(number) for number in np.flatnonzero(self._closed_marks(profile)[self.marks[:, 0], self.marks[:, 1]])]
        return (profile.mode, *(str(int(step)) for step in steps), ".".join(closed))

    @cached_property
    def marks(self) -> NDArray[np.uint8]:
        """(m, 2) every mark there is, with the class of its roads."""
        both = np.unique(np.asarray(self.edge_mark).astype(np.uint16) << 8 | self.edge_class)
        return np.column_stack([both >> 8, both & 255]).astype(np.uint8)

    def _closed_marks(self, profile: Profile) -> NDArray[np.bool_]:
        """(256, classes) is a road with such marks of such a class closed to the load, or avoided?"""
        closed = np.zeros((256, len(CLASS_NUMBER)), bool)
        for mark, number in self.marks.tolist():
            closed[mark, number] = barred(mark, profile.hazmat, profile.tunnel) or avoided(
                mark, CLASS_NAMES[number], profile.mode, profile.avoid)
        return closed

    def changed(self, **arrays: Any) -> RoadGraph:
        """The same roads with some arrays of bans, limits or speeds exchanged; what was found out about their shape stays."""
        found = replace(self, **arrays)
        found.__dict__.update({name: self.__dict__[name] for name in _SHAPE if name in self.__dict__})
        return found

    def arc_ms(self, profile: Profile) -> NDArray[np.uint32]:
        """(a,) whole milliseconds to drive each arc, at least 1; CLOSED where the vehicle may not or does not fit."""
        marked = self._closed_marks(profile)
        shut = marked[self.edge_mark, self.edge_class] if marked.any() else np.zeros(len(self.edge_way), bool)
        kmh = np.ascontiguousarray(self.arc_kmh[:, 0 if profile.mode == "hgv" else 1])
        over = self._over(self.arc_limit, profile)
        arrays: tuple[NDArray[Any], ...] = (self.arc_edge, self.edge_length_m, kmh, self.arc_ban, over, shut)
        return np.asarray(arcs_ms(*map(frozen, arrays), MODES[profile.mode]), np.uint32)

    def _over(self, limits: NDArray[np.float32], profile: Profile) -> NDArray[np.bool_]:
        """(k,) rows of (k, 5) limits, of which the vehicle is over some."""
        measures = np.array([getattr(profile, name) for name in LIMITS], np.float32)
        return np.asarray(over_limits(frozen(limits), measures))

    def turn_cost_ms(self, profile: Profile, arc_ms: NDArray[np.uint32], *, as_driven: bool = False) -> NDArray[np.uint32]:
        """(t,) milliseconds from the end of one arc to the end of the next, CLOSED where it may not be driven.

        as_driven  between arcs themselves only, never copies: as somebody may have driven who had business on his way
        """
        mode = MODES[profile.mode]
        barring = mode | mode << AT_TIMES | (0 if as_driven else FORGETFUL)
        over = self._over(self.node_limit, profile)[self.arc_head]                     # by the arc one comes from
        arrays: tuple[NDArray[Any], ...] = (self.turn_ptr, self.turn_to, self.turn_ban, self.turn_ms, arc_ms, self.arc_edge, over,
                                            self.arc_local, self.arc_copy)
        return np.asarray(turns_ms(*map(frozen, arrays), mode, barring, mode << THROUGH, TURN_ROUND_MS, as_driven), np.uint32)

    def shape(self, edge: int) -> NDArray[np.float64]:
        return self.shape_lonlat[self.shape_ptr[edge]:self.shape_ptr[edge + 1]]

    def road_name(self, edge: int) -> str:
        """Name, else ref, else destination of an edge; '' when nothing is known."""
        return next((self.texts[i] for i in self.edge_name[edge] if i), "")


def find_turns(tail: NDArray[np.int32], head: NDArray[np.int32], edge: NDArray[np.int32], *, node_ban: NDArray[np.uint8],
               node_bars: NDArray[np.bool_], arc_bars: NDArray[np.bool_],
               ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8], NDArray[np.int32]]:
    """Every way on at every node: (turn_ptr, turn_to, turn_ban, turn_ms).

    node_bars, arc_bars  where some vehicle may be stopped. Turning round in the road is listed at dead ends and where some
    vehicle may find no way on; `turn_cost_ms` opens it only for those that find none.
    """
    arcs, nodes = len(tail), len(node_ban)
    order = np.argsort(tail, kind="stable").astype(np.int32)
    ptr = np.searchsorted(tail[order], np.arange(nodes + 1))
    degree = (ptr[head + 1] - ptr[head]).astype(np.int64)
    start = np.repeat(np.arange(arcs, dtype=np.int32), degree)
    within = np.arange(len(start)) - np.repeat(np.cumsum(degree) - degree, degree)
    to = order[ptr[head[start]] + within]
    back = edge[start] == edge[to]
    loop = start == to                                     # a closed edge into itself is no new state
    free = ~back & ~arc_bars[to] & ~node_bars[head[start]]
    sure = np.bincount(start, weights=free, minlength=arcs)
    keep = ~loop & (~back | (sure[start] == 0))
    start, to, back = start[keep], to[keep], back[keep]
    counts = np.bincount(start, minlength=arcs)
    return (np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), to,
            np.where(back, 0, node_ban[head[start]]).astype(np.uint8), np.where(back, TURN_ROUND_MS, 0).astype(np.int32))
