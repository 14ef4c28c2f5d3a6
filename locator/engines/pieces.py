"""A route cut into the fewest consecutive pieces that are each a fastest path between their ends.

In: a Route on roads, its Network, a start position.    Out: Pieces.
Never knows: places. Cuts are the start position, every via, every point where the route turns on the open road or the driver's
own line turns round (he went there for a reason), and where it stops being a fastest path: once a part of a path is not
fastest, nothing longer is, so each piece is looked for in windows that grow.
"""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from locator.engines.network import Network, Spot
from locator.engines.protocol import Route
from locator.engines.steps import Steps


@dataclass(frozen=True)
class Piece:
    """Steps first..last (inclusive) of the route. Times and metres count from the route's own start."""

    start: Spot
    end: Spot
    first: int
    last: int
    start_ms: int
    end_ms: int
    start_m: float
    end_m: float
    after_via: int


def cut_route(route: Route, net: Network, *, start_m: float = 0.0) -> list[Piece]:
    """The pieces from start_m on; at least one."""
    steps = route.steps
    assert steps is not None
    first, into_ms = steps.at_m(start_m) if start_m > 0 else (0, int(steps.enter_ms[0]))
    found: list[Piece] = []
    for leg in range(int(route.leg_of[first]), int(route.leg_of[-1]) + 1):
        in_leg = np.flatnonzero(route.leg_of == leg)
        for begin, last in _turned_round(route, net, max(first, int(in_leg[0])), int(in_leg[-1])):
            after_start = start_m > 0 and begin == first
            start = _standing(route, net, begin, into_ms) if after_start else _begin_spot(route, net, leg, begin)
            found += _cut_leg(route, net, start, begin, last, int(into_ms) if after_start else int(steps.enter_ms[begin]))
    return found


def _turned_round(route: Route, net: Network, first: int, last: int) -> list[tuple[int, int]]:
    """Steps first..last, in parts between which the driver's own line turns round on its road."""
    assert route.steps is not None
    arc = route.steps.arc[first:last + 1]
    edge, backward = net.graph.arc_edge[arc], net.graph.arc_backward[arc]
    back = (edge[1:] == edge[:-1]) & (backward[1:] != backward[:-1]) & route.own_line
    begin = [first, *(first + 1 + np.flatnonzero(back)).tolist()]
    return list(zip(begin, [*(b - 1 for b in begin[1:]), last], strict=True))


def _begin_spot(route: Route, net: Network, leg: int, step: int) -> Spot:
    assert route.steps is not None
    return _standing(route, net, step, int(route.steps.enter_ms[step])) if route.own_line else route.spots[leg]


def _end_spots(route: Route, net: Network, leg: int, step: int) -> list[Spot]:
    """Where a piece may end, the freest first: the very end of his own line is reached from either direction of its road,
    unless the line itself goes a longer way to arrive as it does."""
    assert route.steps is not None
    if not route.own_line:
        return [route.spots[leg + 1]]
    arc, into_ms = int(route.steps.arc[step]), int(route.steps.leave_ms[step])
    there = _standing(route, net, step, into_ms)
    back = int(net.graph.edge_arcs[net.graph.arc_edge[arc], 1 - int(net.graph.arc_backward[arc])])
    if step < len(route.steps) - 1 or back < 0 or not net.is_open(back):
        return [there]
    back_ms = int(net.arc_ms[back])
    met = net.facing(back, back_ms - round(into_ms * back_ms / int(net.arc_ms[arc])))
    return [replace(there, arcs=there.arcs + met.arcs, into_ms=there.into_ms + met.into_ms), there]


def _standing(route: Route, net: Network, step: int, into_ms: int) -> Spot:
    """A position on the route, facing along it, as if he stood there: where he has business he may go in and come out."""
    assert route.steps is not None
    return net.facing(int(route.steps.arc[step]), into_ms)


def _facing(route: Route, step: int, into_ms: int) -> Spot:
    """A position on the route, facing along it, as he drives."""
    assert route.steps is not None
    return Spot((int(route.steps.arc[step]),), (into_ms,), float("nan"), float("nan"))


def _cut_leg(route: Route, net: Network, start: Spot, first: int, last: int, into_ms: int) -> list[Piece]:
    steps, leg, pieces = route.steps, int(route.leg_of[first]), list[Piece]()
    assert steps is not None
    ends = _end_spots(route, net, leg, last)
    at_ms = int(steps.begin_ms[first]) + into_ms - int(steps.enter_ms[first])
    at_m = float(steps.begin_m[first]) + _metres(steps, first, into_ms) - float(steps.enter_m[first])
    end_ms, end_m = int(steps.end_ms[last]), float(steps.end_m[last])
    fastest = not route.own_line and start is route.spots[leg]          # a whole leg, found as the fastest way between its spots
    while True:
        end = next((spot for spot in ends if fastest or net.spots_ms(start, spot) == end_ms - at_ms),
                   ends[-1] if first >= last else None)
        if end is not None:
            return [*pieces, Piece(start, end, first, last, at_ms, end_ms, at_m, end_m, leg)]
        stop = _reach(steps, net, start, at_ms, first, last)
        if stop == last:         # as he drives it is the fastest, though who stands there with business might have come sooner
            return [*pieces, Piece(start, ends[-1], first, last, at_ms, end_ms, at_m, end_m, leg)]
        cut = _facing(route, stop, int(steps.leave_ms[stop]))
        pieces.append(Piece(start, cut, first, stop, at_ms, int(steps.end_ms[stop]), at_m, float(steps.end_m[stop]), leg))
        start, first, at_ms, at_m = cut, stop + 1, int(steps.end_ms[stop]), float(steps.end_m[stop])
        if not net.adjoins(int(steps.arc[stop]), int(steps.arc[first])):
            start = _facing(route, first, int(steps.enter_ms[first]))


def _reach(steps: Steps, net: Network, start: Spot, at_ms: int, first: int, last: int) -> int:
    """The last step whose end is still reached as fast as the route reaches it (at least the first)."""
    good, window = first, 32
    while good < last:
        ends = np.arange(good, min(good + window, last) + 1)
        times = net.between_ms(*start.positions, steps.arc[ends], steps.leave_ms[ends]).min(axis=0)
        fits = times == steps.end_ms[ends] - at_ms
        fits[0] = True
        if not fits.all():
            return int(ends[int(np.argmin(fits)) - 1])
        good, window = int(ends[-1]), window * 4
    return good


def _metres(steps: Steps, step: int, into_ms: int) -> float:
    """How far into its arc a time is."""
    span = int(steps.leave_ms[step] - steps.enter_ms[step])
    share = (into_ms - int(steps.enter_ms[step])) / span if span else 0.0
    return float(steps.enter_m[step] + share * (steps.leave_m[step] - steps.enter_m[step]))
