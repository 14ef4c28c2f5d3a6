"""Roads by number and direction: the arcs of each carriageway in the order they are driven.

In: a Network, road classes.    Out: Chains.
Never knows: places, norms, screens.

An arc leads on to the arc of the same number that turns least, if none leads into that one more straightly; a roundabout
between them is part of the way through. So each arc is in one chain, and no chain turns round. A number that goes on
over a stretch without it ends there, and begins again behind it.
"""
from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from geodata.errors import BadInput
from geodata.geodesy import short_way
from geodata.roads.graph import CLOSED, RoadGraph
from geodata.roads.snap import metres_per_degree
from geodata.roads.tags import CLASS_NAMES
from locator.engines.network import Network
from locator.freight import CLASS_OF, CLASSES, refs_of

LOOK_M = 40.0              # over which an arc's heading at its end is taken
BACK = -0.5                # cosine of a turn that is no way on: more than 120 degrees
MOST_ROUND = 40            # arcs of one roundabout
WINDS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
CLOSED_SHARE = 0.1         # ends nearer to each other than this share of its length: a ring has no heading
MOST_TOLD = 12             # numbers of roads, where one asked for is none
LINK = np.array([name.endswith("_link") for name in CLASS_NAMES])
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Chain:
    """One direction of a road. heading: of WINDS, from its begin to its end; None for a ring."""

    ref: str
    arcs: Ints
    length_m: float
    road_class: str            # the one with the most metres
    name: str | None           # likewise
    heading: str | None


def find_chains(net: Network, classes: tuple[str, ...], *, refs: tuple[str, ...] = (), least_m: float = 0.0) -> list[Chain]:
    """Every direction of every numbered road of these classes, by number, the longest first.

    refs: only these numbers. Raises BadInput not_allowed for one that no such road has.
    """
    graph = net.graph
    by_ref: dict[str, list[int]] = defaultdict(list)
    wanted = np.isin(CLASS_OF[graph.edge_class], [CLASSES.index(name) for name in classes]) & ~LINK[graph.edge_class]
    wanted &= (np.asarray(graph.edge_kind) & 1) == 0
    own = np.flatnonzero((np.asarray(graph.arc_copy) == 0) & (net.arc_ms != CLOSED) & wanted[graph.arc_edge])
    for arc in own.tolist():
        for ref in refs_of(graph, int(graph.arc_edge[arc])):
            by_ref[ref].append(arc)
    if refs:
        by_ref = _only(by_ref, refs)
    onward, headings = Onward(net), _Headings(graph)
    found = [_chain(graph, ref, arcs) for ref in sorted(by_ref) for arcs in _linked(onward, headings, by_ref[ref])]
    kept = [chain for chain in found if chain.length_m >= least_m]
    return sorted(kept, key=lambda chain: (chain.ref, -chain.length_m, int(chain.arcs[0])))


def _only(by_ref: dict[str, list[int]], refs: tuple[str, ...]) -> dict[str, list[int]]:
    for ref in refs:
        if ref not in by_ref:
            near = difflib.get_close_matches(ref, by_ref, MOST_TOLD, cutoff=0.4)
            told = list(dict.fromkeys([*near, *sorted(by_ref)]))
            raise BadInput("not_allowed", field="refs", value=ref,
                           allowed=", ".join([*told[:MOST_TOLD], *(["…"] if len(told) > MOST_TOLD else [])]) or "—")
    return {ref: by_ref[ref] for ref in refs}


class Onward:
    """Where an arc leads, roundabouts driven through."""

    def __init__(self, net: Network) -> None:
        graph, self.open = net.graph, net.turn_weights_as_driven() != CLOSED
        self.ptr, self.to, self.edge = (np.asarray(part) for part in (graph.turn_ptr, graph.turn_to, graph.arc_edge))
        self.round = ((np.asarray(graph.edge_kind) & 1) != 0)[self.edge]          # of arcs

    def after(self, arc: int) -> list[int]:
        """Arcs entered from the end of an arc, never its own road backwards."""
        first, last = self.ptr[arc], self.ptr[arc + 1]
        to = self.to[first:last][self.open[first:last]].tolist()
        edge = self.edge[arc]
        return [one for one in to if self.edge[one] != edge]

    def ways(self, arc: int) -> Iterator[tuple[int, list[int]]]:
        """(arc entered, the roundabout's arcs between)."""
        for to in self.after(arc):
            if not self.round[to]:
                yield to, []
                continue
            driven = [to]
            while len(driven) <= MOST_ROUND:
                after = self.after(driven[-1])
                yield from ((out, list(driven)) for out in after if not self.round[out])
                on = [out for out in after if self.round[out] and out not in driven]
                if not on:
                    break
                driven.append(on[0])


def _linked(onward: Onward, headings: _Headings, arcs: list[int]) -> Iterator[Ints]:
    """The chains of the arcs of one number."""
    mine = set(arcs)
    ways = [(headings.straight(arc, to), arc, to, tuple(between)) for arc in arcs
            for to, between in onward.ways(arc) if to in mine]
    after: dict[int, tuple[int, tuple[int, ...]]] = {}
    taken = set[int]()
    for cosine, arc, to, between in sorted(ways, key=lambda way: (-way[0], way[1], way[2])):
        if cosine > BACK and arc not in after and to not in taken:
            after[arc] = to, between
            taken.add(to)
    seen = set[int]()
    for first in [*(arc for arc in arcs if arc not in taken), *arcs]:
        if first in seen:
            continue
        chain, here = [first], first
        seen.add(first)
        while here in after and after[here][0] not in seen:
            to, between = after[here]
            chain += [*between, to]
            seen.add(to)
            here = to
        yield np.array(chain, np.int64)


class _Headings:
    """Unit vectors (east, north) in which arcs begin and end, over LOOK_M; each is found once."""

    def __init__(self, graph: RoadGraph) -> None:
        self.shape, self.ptr = np.asarray(graph.shape_lonlat), np.asarray(graph.shape_ptr)
        self.edge, self.backward = np.asarray(graph.arc_edge), np.asarray(graph.arc_backward)
        self._known: dict[tuple[int, bool], tuple[float, float]] = {}

    def straight(self, arc: int, to: int) -> float:
        """Cosine of the turn from one arc into another."""
        (x, y), (u, v) = self.of(arc, end=True), self.of(to, end=False)
        return x * u + y * v

    def of(self, arc: int, *, end: bool) -> tuple[float, float]:
        if (arc, end) not in self._known:
            self._known[arc, end] = self._found(arc, end)
        return self._known[arc, end]

    def _found(self, arc: int, end: bool) -> tuple[float, float]:
        edge = self.edge[arc]
        shape = self.shape[self.ptr[edge]:self.ptr[edge + 1]].tolist()
        if bool(self.backward[arc]) != end:
            shape.reverse()                                         # now it begins at the asked end, away from it
        (lon, lat), *others = shape
        per_lon, per_lat = metres_per_degree(lat)
        east = north = length = 0.0
        for x, y in others:
            east, north = ((x - lon + 180.0) % 360.0 - 180.0) * per_lon, (y - lat) * per_lat
            length = hypot(east, north)
            if length >= LOOK_M:
                break
        if length == 0:
            return 0.0, 0.0
        return (-east / length, -north / length) if end else (east / length, north / length)


def _chain(graph: RoadGraph, ref: str, arcs: Ints) -> Chain:
    edges = graph.arc_edge[arcs]
    metres = np.asarray(graph.edge_length_m)[edges]
    kinds, names = CLASS_OF[graph.edge_class[edges]], np.asarray(graph.edge_name)[edges, 0]
    most = [int(values[np.bincount(values, weights=metres)[values].argmax()]) for values in (kinds, names)]
    begin, end = graph.node_lonlat[graph.arc_tail[arcs[0]]], graph.node_lonlat[graph.arc_head[arcs[-1]]]
    length_m = float(metres.sum())
    return Chain(ref, arcs, length_m, CLASSES[most[0]], graph.texts[most[1]] or None, _wind(begin, end, length_m))


def _wind(begin: Floats, end: Floats, length_m: float) -> str | None:
    step = short_way(end[0] - begin[0]), end[1] - begin[1]
    east, north = np.array(step) * metres_per_degree(float(begin[1] + end[1]) / 2)
    if np.hypot(east, north) < CLOSED_SHARE * length_m:
        return None
    return WINDS[round(float(np.degrees(np.arctan2(east, north))) / 45) % 8]
