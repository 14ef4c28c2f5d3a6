"""What every detour must be, found the long way round, from the graph's raw arrays.

In: a RoadGraph, a Profile, a Route as steps, positions of places.    Out: pieces and exact milliseconds, to compare with.
Never knows: Network, hierarchies, pieces.py, the engine.

Why it is independent. It reads only the arrays of the RoadGraph (never its `arc_ms`, `turn_cost_ms` or the Network) and makes
weights of its own, arc by arc. Its states are the *beginnings* of arcs (the engine's are their ends), searched by scipy's
Dijkstra, so a position behind on the same arc needs no case of its own. Roads for those with business there it reads as three
phases of a drive, never as the graph's copies OUT: of these it only takes which phase a position is in. It does not use the
formula t(start, f) + t(f, end):
it looks at every point of the piece where he might leave and every point where he might be back, in either order, and takes
the best pair. It finds the cuts one step at a time. Places keep their positions on the roads; finding those is not asked here.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geodata.roads.graph import Profile, RoadGraph
from locator.engines.protocol import Route

Position = tuple[int, int]          # arc, whole milliseconds into it
ALONE, FREE, INSIDE = range(3)      # of a driver: still among those with business where he set out; anywhere; where he is going
Floats = NDArray[np.float64]        # whole milliseconds, inf where there is no way
NEVER = np.inf


@dataclass(frozen=True)
class Chain:
    """Steps first..last of a route, to be kept between `starts` (all at start_ms) and `ends` (all at end_ms)."""

    starts: tuple[Position, ...]
    ends: tuple[Position, ...]
    first: int
    last: int
    start_ms: int
    end_ms: int


class Oracle:
    def __init__(self, graph: RoadGraph, profile: Profile) -> None:
        self.graph = graph
        bit = {"hgv": 1, "car": 2}[profile.mode]
        measures = np.array([profile.height_m, profile.mass_t, profile.width_m, profile.length_m, profile.axle_t], np.float32)
        arcs = range(len(graph.arc_edge))
        self.ms = [self._arc(arc, bit, profile.mode, measures) for arc in arcs]
        self.local = [bool(int(graph.arc_local[arc]) & bit) for arc in arcs]
        self.own = self._ways_in()
        self.side = {arc: (int(graph.arc_edge[arc]), bool(graph.arc_backward[arc])) for arc in arcs}
        self.turns = [self._turns(arc, bit, measures) for arc in arcs]
        self.arc_ms = [self.ms[state // 3] for state in range(3 * len(arcs))]
        self.onward = [self._onward(state) for state in range(3 * len(arcs))]
        self._graph = self._between_beginnings()
        self._turned = csr_matrix(self._graph.T)

    def _ways_in(self) -> dict[int, int]:
        """Copy for the way out -> the arc it is a copy of: by road and direction, the first with the first."""
        same: dict[tuple[int, bool], tuple[list[int], list[int]]] = {}
        for arc in range(len(self.graph.arc_edge)):
            pair = same.setdefault((int(self.graph.arc_edge[arc]), bool(self.graph.arc_backward[arc])), ([], []))
            pair[int(self.graph.arc_copy[arc]) & 1].append(arc)
        return {out: own for owns, outs in same.values() if outs for own, out in zip(owns, outs, strict=True)}

    def _arc(self, arc: int, bit: int, mode: str, measures: NDArray[np.float32]) -> int | None:
        """Milliseconds to drive an arc, None where this vehicle may not."""
        edge = int(self.graph.arc_edge[arc])
        if int(self.graph.arc_ban[arc]) & bit or (self.graph.arc_limit[arc] < measures).any():
            return None
        kmh = float(self.graph.arc_kmh[arc, 0 if mode == "hgv" else 1])
        return max(1, int(np.rint(float(self.graph.edge_length_m[edge]) * 3600.0 / kmh)))

    def state(self, arc: int) -> int:
        """An arc of the engine's and the phase it stands for."""
        if arc in self.own:
            return 3 * self.own[arc] + ALONE
        return 3 * arc + (INSIDE if self.local[arc] else FREE)

    def _onward(self, state: int) -> list[tuple[int, int]]:
        """What he may do next by the phase of his drive: set out, be on the road, have arrived where he has business."""
        arc, phase = divmod(state, 3)
        if arc in self.own:
            return []
        allowed = {(ALONE, True): ALONE, (ALONE, False): FREE, (FREE, False): FREE, (FREE, True): INSIDE, (INSIDE, True): INSIDE}
        return [(3 * to + allowed[phase, self.local[to]], ms) for to, ms in self.turns[arc] if (phase, self.local[to]) in allowed]

    def _turns(self, arc: int, bit: int, measures: NDArray[np.float32]) -> list[tuple[int, int]]:
        """(arc entered, milliseconds of the turn itself); back only where nothing else is left for him."""
        graph, ways, back = self.graph, [], []
        if self.ms[arc] is None or arc in self.own:
            return []
        edge = int(graph.arc_edge[arc])
        node = int(graph.edge_node[edge, 0 if graph.arc_backward[arc] else 1])
        for turn in range(int(graph.turn_ptr[arc]), int(graph.turn_ptr[arc + 1])):
            to, ms = int(graph.turn_to[turn]), int(graph.turn_ms[turn])
            if self.ms[to] is None or int(graph.turn_ban[turn]) & (bit | bit << 5 | 16) or to in self.own:
                continue
            if int(graph.arc_edge[to]) != edge and (graph.node_limit[node] < measures).any():
                continue
            (back if ms >= 60_000 else ways).append((to, ms))
        on = [to for to, _ in ways if self.local[arc] or not self.local[to]]
        return ways if on else ways + back

    def _between_beginnings(self) -> csr_matrix:
        rows = [(arc, to, (self.arc_ms[arc] or 0) + ms) for arc, onward in enumerate(self.onward) for to, ms in onward]
        table = np.array(rows, np.float64).reshape(-1, 3)
        size = len(self.arc_ms)
        return csr_matrix((table[:, 2], (table[:, 0].astype(int), table[:, 1].astype(int))), (size, size))

    def times(self, sources: Sequence[Position], targets: Sequence[Position]) -> Floats:
        """(s, t) milliseconds from each position to each position: to the end of the arc, a turn, and on from there.

        Searched from the ends of which there are fewer, on the graph or on the graph turned round.
        """
        sources, targets = ([(self.state(arc), into) for arc, into in spots] for spots in (sources, targets))
        firsts = sorted({to for arc, _ in sources for to, _ in self.onward[arc]})
        lasts = sorted({arc for arc, _ in targets})
        if len(firsts) <= len(lasts):
            found = np.asarray(dijkstra(self._graph, indices=firsts)).reshape(-1, len(self.arc_ms))[:, lasts]
        else:
            found = np.asarray(dijkstra(self._turned, indices=lasts)).reshape(-1, len(self.arc_ms))[:, firsts].T
        row, column = {arc: i for i, arc in enumerate(firsts)}, [lasts.index(arc) for arc, _ in targets]
        times = np.full((len(sources), len(targets)), NEVER)
        for s, (arc, into) in enumerate(sources):
            for to, ms in self.onward[arc]:
                times[s] = np.minimum(times[s], (self.arc_ms[arc] or 0) - into + ms + found[row[to], column])
        times += np.array([onto for _, onto in targets], np.float64)[None, :]
        for s, (arc, into) in enumerate(sources):
            for t, (other, onto) in enumerate(targets):
                if arc == other and onto >= into:
                    times[s, t] = onto - into
        return times

    # ---------------------------------------------------------------- cutting a route

    def chains(self, route: Route, start_m: float = 0.0) -> list[Chain]:
        """The route from start_m on, cut at vias, where it turns round, and where it stops being a fastest path."""
        assert route.steps is not None
        first, into = self._at(route, start_m) if start_m > 0 else (0, int(route.steps.enter_ms[0]))
        found, last = list[Chain](), -1
        while first < len(route.steps):
            if first > last:                                          # begins anew: the start, a via, a turn
                last = self._part_end(route, first)
                starts, start_ms = self._anew(route, first, into, at_start=start_m > 0 and not found)
            else:
                starts, start_ms = self._on_from(route, found[-1].last), found[-1].end_ms
            found.append(self._longest(route, starts, start_ms, first, last))
            first = found[-1].last + 1
            into = int(route.steps.enter_ms[first]) if first < len(route.steps) else 0
        return found

    def _at(self, route: Route, start_m: float) -> tuple[int, int]:
        steps, gone_m = route.steps, 0.0
        assert steps is not None
        for step in range(len(steps)):
            whole_m = float(steps.leave_m[step] - steps.enter_m[step])
            if gone_m + whole_m >= start_m and whole_m > 0:
                share = (start_m - gone_m) / whole_m
                return step, int(steps.enter_ms[step] + round(share * int(steps.leave_ms[step] - steps.enter_ms[step])))
            gone_m += whole_m
        raise AssertionError("starts beyond the end")

    def _part_end(self, route: Route, first: int) -> int:
        """The last step before the next via, or before the driver's own line turns round on its road."""
        assert route.steps is not None
        arc, last = route.steps.arc, first
        while last + 1 < len(arc) and route.leg_of[last + 1] == route.leg_of[first]:
            here, there = int(arc[last]), int(arc[last + 1])
            if route.own_line and here != there and self.graph.arc_edge[here] == self.graph.arc_edge[there]:
                break
            last += 1
        return last

    def _anew(self, route: Route, first: int, into: int, *, at_start: bool) -> tuple[tuple[Position, ...], int]:
        """Facing any way at a given point; as the route does on the driver's own line and when already under way."""
        assert route.steps is not None
        start_ms = int(route.steps.end_ms[first] - route.steps.leave_ms[first]) + into
        if route.own_line or at_start:
            return self._standing(int(route.steps.arc[first]), into), start_ms
        spot = route.spots[int(route.leg_of[first])]
        return tuple(zip(spot.arcs, spot.into_ms, strict=True)), start_ms

    def _standing(self, arc: int, into: int) -> tuple[Position, ...]:
        """Where he stands he has business, whatever lies behind: as if he set out there, or had just arrived."""
        return tuple((like, into) for like, side in self.side.items() if side == self.side[arc] and self.ms[like] is not None)

    def _other_way(self, arc: int, into: int) -> tuple[Position, ...]:
        """The same point of the road, met from its other end."""
        edge, backward = self.graph.arc_edge, self.graph.arc_backward
        others = [like for like in np.flatnonzero((edge == edge[arc]) & (backward != backward[arc])).tolist()
                  if self.ms[like] is not None]
        return tuple((like, self.ms[like] - round(into * self.ms[like] / self.ms[arc])) for like in others)

    def _on_from(self, route: Route, step: int) -> tuple[Position, ...]:
        assert route.steps is not None
        return ((int(route.steps.arc[step]), int(route.steps.leave_ms[step])),)

    def _longest(self, route: Route, starts: tuple[Position, ...], start_ms: int, first: int, last: int) -> Chain:
        """As many steps as stay a fastest path, counted one by one."""
        assert route.steps is not None
        ends, end_ms = self._on_from(route, last), route.steps.end_ms
        if not route.own_line:
            spot = route.spots[int(route.leg_of[first]) + 1]
            ends = tuple(zip(spot.arcs, spot.into_ms, strict=True))
        else:
            ends = self._standing(*ends[0])
        wide = (*ends, *self._other_way(*ends[0])) if route.own_line and last == len(route.steps) - 1 else ends
        for met in (wide, ends):
            if self.times(starts, met).min() == int(end_ms[last]) - start_ms:
                return Chain(starts, met, first, last, start_ms, int(end_ms[last]))
        path = [self._on_from(route, step)[0] for step in range(first, last + 1)]
        fastest = self.times(starts, path).min(axis=0) == end_ms[first:last + 1] - start_ms
        stop = first
        while stop < last and fastest[stop + 1 - first]:
            stop += 1
        return Chain(starts, (path[stop - first],) if stop < last else ends, first, stop, start_ms, int(end_ms[stop]))

    # ---------------------------------------------------------------- a place

    def visit(self, route: Route, chain: Chain, lots: Sequence[Sequence[Position]]) -> tuple[int | None, set[int]]:
        """(least way over one of the lots in milliseconds, the arrivals at which it is had), by every pair of points."""
        best, arrivals = None, set[int]()
        for lot in lots:
            out_ms, back_ms = self._leave(route, chain, lot), self._rejoin(route, chain, lot)
            sums = out_ms[:, None] + back_ms[None, :]                 # in by one direction, out by another
            if sums.min() < chain.end_ms - chain.start_ms:
                sides = [self.side[arc] for arc, _ in lot]
                sums = np.where([[here == there for there in sides] for here in sides], sums, NEVER)
            if not np.isfinite(sums.min()):
                continue
            total = max(int(sums.min()), chain.end_ms - chain.start_ms)     # having business on the way makes no way shorter
            mine = {int(out_ms[row]) for row in np.flatnonzero((sums == sums.min()).any(axis=1))}
            if best is None or total <= best:
                arrivals = mine | (arrivals if total == best else set())
                best = total
        return best, arrivals

    def _points(self, route: Route, chain: Chain, lot: Sequence[Position]) -> list[tuple[Position, int]]:
        """Points of the chain and when he is there, from its start: the end of each step, and each lot that lies on one."""
        steps, found = route.steps, []
        assert steps is not None
        for step in range(chain.first, chain.last + 1):
            arc, leave, end_ms = int(steps.arc[step]), int(steps.leave_ms[step]), int(steps.end_ms[step]) - chain.start_ms
            spots = [into for a, into in lot if a == arc and int(steps.enter_ms[step]) <= into <= leave]
            found += [((arc, into), end_ms - leave + into) for into in [*spots, leave] if end_ms - leave + into >= 0]
        return found

    def _leave(self, route: Route, chain: Chain, lot: Sequence[Position]) -> Floats:
        points = [*((start, 0) for start in chain.starts), *self._points(route, chain, lot)]
        gone = np.array([ms for _, ms in points], np.float64)
        return np.asarray((gone[:, None] + self.times([spot for spot, _ in points], lot)).min(axis=0))

    def _rejoin(self, route: Route, chain: Chain, lot: Sequence[Position]) -> Floats:
        whole = chain.end_ms - chain.start_ms
        points = [*((end, whole) for end in chain.ends), *self._points(route, chain, lot)]
        left = np.array([whole - ms for _, ms in points], np.float64)
        return np.asarray((self.times(lot, [spot for spot, _ in points]) + left[None, :]).min(axis=1))
