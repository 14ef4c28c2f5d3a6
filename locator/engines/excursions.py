"""One visit to a place: where the driver leaves his route, where he is back on it, along which carriageway.

In: a Network, a piece of the route, the lot he goes to.    Out: an Excursion.
Never knows: layers, the clock, other places.
"""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geodata.geodesy import short_way
from geodata.roads.graph import RoadGraph
from geodata.roads.tags import CLASS_NAMES
from locator.engines.network import FAR, Network, Spot
from locator.engines.pieces import Piece
from locator.engines.protocol import Excursion, Floats, Route
from locator.engines.steps import Steps

BESIDE_M = 200.0           # farther places are off the route, whatever the carriageway
ACROSS_M = 300.0           # an opposite carriageway lies within this of the route
AGAINST_DEG = 120.0        # it leads back: headings differ by more than this
LEAST_M = 50.0             # so much of it driven counts
THROUGH = tuple(n for n, name in enumerate(CLASS_NAMES) if name in ("motorway", "trunk", "primary", "secondary", "tertiary"))


def find_excursion(net: Network, route: Route, piece: Piece, lot: Spot, place: Floats,
                   guessed: Callable[[NDArray[np.int64]], bool] = lambda arcs: False) -> Excursion:
    """The way from the piece's start over the lot to its end, compared with the route itself.

    guessed  whether arcs driven one after another pass a gate of which nobody knows whether it is shut
    """
    assert route.steps is not None
    there, back = find_visit(net, piece, lot)
    span = _Span(net.graph, route.steps, piece)
    leave_step, leave_m = span.leave(there)
    rejoin_step, rejoin_m = span.rejoin(back)
    detour_m = there.total_m + back.total_m - (piece.end_m - piece.start_m)
    off = float(route.line.locate(place[None, :]).off_m[0])
    across = None
    if off <= BESIDE_M:
        away = np.concatenate([there.arc[leave_step + 1:], back.arc[:rejoin_step]])
        across = drives_against(net.graph, away, route)
    doubtful = guessed(there.arc[max(leave_step, 0):]) or guessed(back.arc[:rejoin_step + 1])
    return Excursion(leave_m, rejoin_m, detour_m, leave_name(net.graph, there, leave_step), across, guessed=doubtful)


def find_visit(net: Network, piece: Piece, lot: Spot) -> tuple[Steps, Steps]:
    """The way to a lot and the way on: in by one direction, out by any, unless turning there would cut the route short."""
    ways = net.path(piece.start, lot), net.path(lot, piece.end)
    if _total_ms(ways) < piece.end_ms - piece.start_ms:
        own = {int(net.graph.arc_own[arc]): into for arc, into in zip(lot.arcs, lot.into_ms, strict=True)}
        facing = [net.facing(arc, into, lot.lon, lot.lat) for arc, into in own.items()]
        ways = min(((net.path(piece.start, one), net.path(one, piece.end)) for one in facing), key=_total_ms)
    assert ways[0] is not None and ways[1] is not None
    return ways[0], ways[1]


def _total_ms(ways: tuple[Steps | None, Steps | None]) -> int:
    return sum(int(FAR) if way is None else way.total_ms for way in ways)


class _Span:
    """The steps of one piece, looked up by arc, whichever copy."""

    def __init__(self, graph: RoadGraph, steps: Steps, piece: Piece) -> None:
        self.graph, self.steps, self.piece = graph, steps, piece
        arcs = graph.arc_own[steps.arc[piece.first:piece.last + 1]]
        self._order = np.argsort(arcs, kind="stable")
        self._sorted = arcs[self._order]

    def _find(self, arc: NDArray[np.int64]) -> NDArray[np.int64]:
        """(k,) the step of the piece on each arc, -1 for none."""
        arc = self.graph.arc_own[arc].astype(np.int64)
        at = np.minimum(np.searchsorted(self._sorted, arc), len(self._sorted) - 1)
        return np.where(self._sorted[at] == arc, self._order[at] + self.piece.first, -1)

    def leave(self, path: Steps) -> tuple[int, float]:
        """(step of the path, metres on the route): the last point where the path is on the route and on its time."""
        on = self._find(path.arc)
        entered = path.begin_ms - path.enter_ms + self.piece.start_ms          # when he would have been at the arc's start
        planned = self.steps.begin_ms[on] - self.steps.enter_ms[on]
        good = np.flatnonzero((on >= 0) & (entered == planned))
        if not len(good):
            return -1, self.piece.start_m
        k, step = int(good[-1]), int(on[good[-1]])
        until = min(float(path.leave_m[k]), float(self.steps.leave_m[step]))
        return k, float(self.steps.begin_m[step] + until - self.steps.enter_m[step])

    def rejoin(self, path: Steps) -> tuple[int, float]:
        """(step of the path, metres on the route): the first point from which the path is the route, to its end."""
        on = self._find(path.arc)
        left = path.total_ms - path.end_ms + path.leave_ms                     # time to go, carried to the arc's start
        planned = self.piece.end_ms - self.steps.end_ms[on] + self.steps.leave_ms[on]
        good = np.flatnonzero((on >= 0) & (left == planned))
        if not len(good):
            return len(path), self.piece.end_m
        k, step = int(good[0]), int(on[good[0]])
        since = max(float(path.enter_m[k]), float(self.steps.enter_m[step]))
        return k, float(self.steps.begin_m[step] + since - self.steps.enter_m[step])


def leave_name(graph: RoadGraph, path: Steps, leave_step: int) -> str | None:
    """What the driver reads where he leaves: the junction's name, else the first named road he turns into."""
    if leave_step >= len(path) - 1:
        return None
    if leave_step >= 0:
        junction = int(graph.junction_name[graph.arc_head[path.arc[leave_step]]])
        if junction:
            return graph.texts[junction]
    names = (graph.road_name(int(graph.arc_edge[arc])) for arc in path.arc[leave_step + 1:].tolist())
    return next(filter(None, names), None)


def drives_against(graph: RoadGraph, arcs: NDArray[np.int64], route: Route) -> bool:
    """Do these arcs lead back along a one-way carriageway beside the route?"""
    edges = graph.arc_edge[arcs]
    one_way = ((graph.edge_kind[edges] & 2) > 0) & np.isin(graph.edge_class[edges], THROUGH)
    if not one_way.any():
        return False
    arcs, edges = arcs[one_way], edges[one_way]
    tail, head = graph.node_lonlat[graph.arc_tail[arcs]], graph.node_lonlat[graph.arc_head[arcs]]
    east, north = short_way(head[:, 0] - tail[:, 0]), head[:, 1] - tail[:, 1]
    at = route.line.locate(np.column_stack([short_way(tail[:, 0] + east / 2), tail[:, 1] + north / 2]))
    ahead = np.asarray(route.line.heading_at(at.offset_m))
    squeeze = np.cos(np.radians(tail[:, 1]))
    heading = np.degrees(np.arctan2(east * squeeze, north))
    against = np.abs((heading - ahead + 180.0) % 360.0 - 180.0) > AGAINST_DEG
    beside = (at.off_m <= ACROSS_M) & against
    return bool(graph.edge_length_m[edges][beside].sum() >= LEAST_M)
