"""The likeliest drive through a line's points: a walk over (point, position on a road), compiled by numba.

In: Drivable (a network's arrays), Points (places with the positions each may have), Prices.    Out: Marks of the drive.
Never knows: geometry, files, how noise was found, what a lorry is.

Costs are negative logarithms of likelihoods. A drive pays for every metre and second of road; for every point by how far off
the road it is, or for leaving the point out; for turning on the open road; and, where no way leads on, for beginning anew.
Path costs add up, so from one point to the next a single Dijkstra search starts at once from every position still in play: its
work is bounded by the ground between two points, not by the square of their candidates. It is guided by the straight line to
the next point, stopped by what has been found, and held by a credit that grows with the points.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call,arg-type,assignment"
from __future__ import annotations

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import compiled

GO, TURNED, ANEW = 0, 1, 2         # how a mark came from the one before it
TABLE = 1 << 17                    # arcs one search may touch; far above CREDIT
CREDIT, CREDIT_MOST = 400, 30_000  # arcs settled for each point, and saved up for far ones
ALIVE = 256                        # positions in play
PATIENCE, HOPELESS = 300, 0.7      # so many points out of reach of those before, and so great a share: no line of roads
BEHIND, BEHIND_M = 12, 500.0       # a way leads on over at most so many points left out, or so much of the line
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Drivable(NamedTuple):
    """A network for a driver's own line; turn_ms includes the arc turned into; CLOSED and more is no way. Nodes in degrees."""

    turn_ptr: Ints
    turn_to: NDArray[np.int32]
    turn_ms: NDArray[np.uint32]
    arc_ms: NDArray[np.uint32]
    arc_m: NDArray[np.float32]
    arc_edge: NDArray[np.int32]
    arc_head: NDArray[np.int32]
    node: Floats                   # (n, 2)
    closed_ms: int
    fastest_m_s: float             # no road is driven faster


class Points(NamedTuple):
    """Points and their candidates (ptr); `weight` is how much a point tells, at most 1. Candidates of one edge stand together."""

    lonlat: Floats
    scale: Floats                  # metres per degree
    at_m: Floats                   # the line's length up to each
    weight: Floats
    ptr: Ints
    arc: Ints
    into_m: Floats
    off_cost: Floats


class Prices(NamedTuple):
    metre: float                   # of road
    ms: float                      # of driving
    skip: float                    # a point left out
    turn: float                    # turning on the open road
    anew: float                    # beginning anew, and for every metre passed over so
    anew_m: float
    usual_m: float                 # what a metre of road mostly costs
    beam: float                    # positions so much less likely than the best are given up
    least_m: float                 # what a metre of the fastest road costs
    back_m: float                  # so far behind on the same arc is noise: he stands
    reach_m: float                 # no candidate is farther from its point


class Marks(NamedTuple):
    """The drive: at point[i] he is into_m[i] into arc[i], having come as how[i] says. settled: the work done."""

    point: Ints
    arc: Ints
    into_m: Floats
    how: Ints
    settled: int


@compiled
def find_drive(roads, points, prices):
    """(point, arc, into_m, how, settled) of the likeliest drive; empty when no point has a candidate.

    Where hardly any point can be reached from those before, it stops early; what was found till then is the answer."""
    labels = _no_labels()
    arc, into, cost, at = labels[0], labels[1], labels[2], labels[3]
    alive, table = _none(), new_table()
    credit, settled, tried, failed = CREDIT_MOST, 0, 0, 0
    for i in range(len(points.lonlat)):
        first, last = points.ptr[i], points.ptr[i + 1]
        total, origin, come = np.full(last - first, np.inf), np.full(last - first, -1), np.full(last - first, ANEW)
        if len(arc) == 0:
            total[:] = points.off_cost[first:last]
        elif last > first:
            _anew(points, prices, i, at, cost, alive, total, origin, come)
            near = _near(points, i, at, alive)
            work = _search(table, i + 1, roads, points, prices, i, (arc, into, cost), near, total, origin, come, credit)
            settled, credit, tried = settled + work, min(credit - work + CREDIT, CREDIT_MOST), tried + 1
            failed += not (come == GO).any()
        kept, made = _carried(points, prices, i, labels, alive, total), len(arc)
        _admit(points, prices, i, labels, total, origin, come, kept)
        _turn(roads, points, prices, i, labels, total, made, kept)
        alive = _fewest(points, prices, i, cost, at, kept)
        if failed > PATIENCE and failed > HOPELESS * tried:
            break
    return _trace(points, prices, labels, alive, settled)


@compiled
def _none():
    nothing = [np.int64(0)]
    nothing.pop()
    return nothing


@compiled
def _no_labels():
    """A label is a position some point may have: arc, into it, cost, point, the label before, how it came from that one."""
    into, cost = [0.0], [0.0]
    into.pop()
    cost.pop()
    return _none(), into, cost, _none(), _none(), _none()


@compiled
def _admit(points, prices, i, labels, total, origin, come, kept):
    """The candidates of point i that stay in play become labels. One a little behind the label before it stands there."""
    arc, into, cost, at, parent, how = labels
    first, limit = points.ptr[i], _least(total) + prices.beam
    for k in range(len(total)):
        if total[k] <= limit:
            position, before = points.into_m[first + k], origin[k]
            if come[k] == GO and arc[before] == points.arc[first + k] and position < into[before] <= position + prices.back_m:
                position = into[before]
            arc.append(points.arc[first + k])
            into.append(position)
            cost.append(total[k])
            at.append(i)
            parent.append(before)
            how.append(come[k])
            kept.append(len(arc) - 1)


@compiled
def new_table():
    """Open addressing, cleared by a new stamp: arc, stamp, cost to its end, whence, arc before, candidate."""
    return (np.zeros(TABLE, np.int64), np.zeros(TABLE, np.int64), np.zeros(TABLE), np.zeros(TABLE, np.int64),
            np.zeros(TABLE, np.int64), np.zeros(TABLE, np.int64))


@compiled
def _slot(table, stamp, arc):
    """The slot of an arc, made when it has none."""
    arcs, stamps, cost, origin, before, target = table
    i = ((arc * 2654435761) >> 8) & (TABLE - 1)
    while stamps[i] == stamp and arcs[i] != arc:
        i = (i + 1) & (TABLE - 1)
    if stamps[i] != stamp:
        arcs[i], stamps[i], cost[i], origin[i], before[i], target[i] = arc, stamp, np.inf, -1, -1, -1
    return i


@compiled
def _anew(points, prices, i, at, cost, alive, total, origin, come):
    """Beginning anew at this point costs the same from the likeliest position before it, whatever the roads."""
    best, least = -1, np.inf
    for label in alive:
        price = cost[label] + prices.anew + prices.anew_m * (points.at_m[i] - points.at_m[at[label]])
        if price < least:
            best, least = label, price
    for k in range(len(total)):
        total[k], origin[k], come[k] = least + points.off_cost[points.ptr[i] + k], best, ANEW


@compiled
def _near(points, i, at, alive):
    """Positions in play that a way may lead on from: of not too many points ago."""
    near = _none()
    for label in alive:
        if i - at[label] <= BEHIND or points.at_m[i] - points.at_m[at[label]] <= BEHIND_M:
            near.append(label)
    return near


@compiled
def _search(table, stamp, roads, points, prices, i, labels, alive, total, origin, come, credit):
    """From every position in play to the candidates of point i, cheapest first; returns the arcs settled."""
    arc, into, cost = labels
    first, last = points.ptr[i], points.ptr[i + 1]
    _, _, reached, whence, _, target = table
    for k in range(first, last):
        target[_slot(table, stamp, points.arc[k])] = k
    limit = _least(total) + prices.beam
    heap = [(0.0, 0)]
    heap.pop()
    for label in alive:
        a = arc[label]
        slot = _slot(table, stamp, a)
        if target[slot] >= 0:
            k = target[slot]
            onward = points.into_m[k] - into[label]
            if onward > -prices.back_m:
                whole = cost[label] + _cost(roads, prices, a) * max(onward, 0.0) / roads.arc_m[a] + points.off_cost[k]
                if whole < total[k - first]:
                    total[k - first], origin[k - first], come[k - first] = whole, label, GO
                    limit = min(limit, whole + prices.beam)
        end = cost[label] + _cost(roads, prices, a) * (1.0 - into[label] / roads.arc_m[a])
        if end < reached[slot]:
            reached[slot], whence[slot] = end, label
            heappush(heap, (end + _ahead(roads, points, prices, i, a), slot))
    return _spread(table, stamp, roads, points, prices, i, heap, limit, total, origin, come, credit)


@compiled
def _cost(roads, prices, a):
    return roads.arc_ms[a] * prices.ms + roads.arc_m[a] * prices.metre


@compiled
def _ahead(roads, points, prices, i, a):
    """The least that the way from the end of an arc to any candidate of point i can cost."""
    x = (roads.node[roads.arc_head[a], 0] - points.lonlat[i, 0]) * points.scale[i, 0]
    y = (roads.node[roads.arc_head[a], 1] - points.lonlat[i, 1]) * points.scale[i, 1]
    return max(np.sqrt(x * x + y * y) - prices.reach_m, 0.0) * prices.least_m


@compiled
def _spread(table, stamp, roads, points, prices, i, heap, limit, total, origin, come, credit):
    arcs, _, reached, whence, before, target = table
    first, settled = points.ptr[i], 0
    while len(heap) > 0:
        bound, slot = heappop(heap)
        if bound > limit or settled >= credit:
            break
        a = arcs[slot]
        here = reached[slot]
        if bound > here + _ahead(roads, points, prices, i, a) + 1e-9:
            continue
        settled += 1
        for t in range(roads.turn_ptr[a], roads.turn_ptr[a + 1]):
            b = roads.turn_to[t]
            if roads.turn_ms[t] >= roads.closed_ms:
                continue
            end = here + roads.turn_ms[t] * prices.ms + roads.arc_m[b] * prices.metre
            to = _slot(table, stamp, b)
            if target[to] >= 0:
                k = target[to]
                whole = end - _cost(roads, prices, b) * (1.0 - points.into_m[k] / roads.arc_m[b]) + points.off_cost[k]
                if whole < total[k - first]:
                    total[k - first], origin[k - first], come[k - first] = whole, whence[slot], GO
                    limit = min(limit, whole + prices.beam)
            if end < reached[to]:
                reached[to], whence[to], before[to] = end, whence[slot], slot
                heappush(heap, (end + _ahead(roads, points, prices, i, b), to))
    return settled


@compiled
def _least(total):
    return total.min() if len(total) > 0 else np.inf


@compiled
def _carried(points, prices, i, labels, alive, total):
    """Positions of points before that stay in play with point i left out, unless this point offers as much on the same arc."""
    arc, _, cost, at, _, _ = labels
    first, best, kept = points.ptr[i], _least(total), _none()
    for label in alive:
        cost[label] += prices.skip * points.weight[i]
        stays = _reckoned(points, prices, i, cost, at, label) <= best + prices.beam
        for k in range(len(total)):
            if points.arc[first + k] == arc[label] and total[k] <= cost[label]:
                stays = False
        if stays:
            kept.append(label)
    return kept


@compiled
def _reckoned(points, prices, i, cost, at, label):
    """A label's cost as if it had come as far as point i."""
    return cost[label] + prices.usual_m * (points.at_m[i] - points.at_m[at[label]])


@compiled
def _fewest(points, prices, i, cost, at, kept):
    """The likeliest labels: where there are more than ALIVE, those within half the beam, a quarter …"""
    least, beam, fewer = np.inf, prices.beam, kept
    for label in kept:
        least = min(least, _reckoned(points, prices, i, cost, at, label))
    while len(fewer) > ALIVE and beam > 0.01:
        beam, fewer = beam / 2.0, _none()
        for label in kept:
            if _reckoned(points, prices, i, cost, at, label) <= least + beam:
                fewer.append(label)
    return fewer if len(fewer) <= ALIVE else fewer[:ALIVE]


@compiled
def _turn(roads, points, prices, i, labels, total, made, kept):
    """At a point a vehicle may go over to the other direction of the same edge, at a price: it turned on the open road."""
    arc, into, cost, at, parent, how = labels
    first, last, limit = points.ptr[i], points.ptr[i + 1], _least(total) + prices.beam
    for label in range(made, len(arc)):
        if cost[label] + prices.turn > limit:
            continue
        edge = roads.arc_edge[arc[label]]
        for k in range(first, last):
            other = points.arc[k]
            if roads.arc_edge[other] == edge and other != arc[label] and cost[label] + prices.turn < total[k - first]:
                total[k - first] = cost[label] + prices.turn
                arc.append(other)
                into.append(points.into_m[k])
                cost.append(total[k - first])
                at.append(i)
                parent.append(label)
                how.append(TURNED)
                kept.append(len(arc) - 1)


@compiled
def _trace(points, prices, labels, alive, settled):
    """The likeliest position at the end, and whence it came; one left behind pays as for beginning anew."""
    arc, into, cost, at, parent, how = labels
    label, least, end = -1, np.inf, len(points.lonlat) - 1
    for other in alive:
        whole = cost[other]
        if at[other] < end:
            whole += prices.anew + prices.anew_m * (points.at_m[end] - points.at_m[at[other]])
        if whole < least:
            label, least = other, whole
    chosen = _none()
    while label >= 0:
        chosen.append(label)
        label = parent[label]
    n = len(chosen)
    drive = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n), np.empty(n, np.int64), settled
    for j in range(n):
        row = chosen[n - 1 - j]
        drive[0][j], drive[1][j], drive[2][j], drive[3][j] = at[row], arc[row], into[row], how[row]
    return drive


@compiled
def find_ways(roads, points, prices, point, arc, into_m, how):
    """(ptr, arcs): from each mark to the next, the arcs driven, both ends' own included; none where he did not simply go on."""
    table, ways, ptr = new_table(), _none(), np.zeros(len(point), np.int64)
    for j in range(1, len(point)):
        if how[j] == GO:
            if arc[j] == arc[j - 1] and into_m[j] >= into_m[j - 1]:
                ways.append(arc[j])
            else:
                _way(table, j, roads, points, prices, arc[j - 1], arc[j], point[j], ways)
        ptr[j] = len(ways)
    arcs = np.empty(len(ways), np.int64)
    for k in range(len(ways)):
        arcs[k] = ways[k]
    return ptr, arcs


@compiled
def _way(table, stamp, roads, points, prices, begin, end, i, ways):
    """Appends the arcs of the cheapest way from the end of one arc to another, by the same costs as find_drive."""
    arcs, _, reached, _, before, _ = table
    slot = _slot(table, stamp, begin)
    reached[slot] = 0.0
    heap = [(0.0, slot)]
    best, last = np.inf, -1
    while len(heap) > 0:
        bound, slot = heappop(heap)
        a = arcs[slot]
        here = reached[slot]
        if bound >= best:
            break
        if bound > here + _ahead(roads, points, prices, i, a) + 1e-9:
            continue
        for t in range(roads.turn_ptr[a], roads.turn_ptr[a + 1]):
            b = roads.turn_to[t]
            if roads.turn_ms[t] >= roads.closed_ms:
                continue
            whole = here + roads.turn_ms[t] * prices.ms + roads.arc_m[b] * prices.metre
            if b == end and whole < best:
                best, last = whole, slot
            to = _slot(table, stamp, b)
            if whole < reached[to]:
                reached[to], before[to] = whole, slot
                heappush(heap, (whole + _ahead(roads, points, prices, i, b), to))
    first, length = len(ways), 1
    ways.append(end)
    while last >= 0:
        ways.append(arcs[last])
        last, length = before[last], length + 1
    for k in range(length // 2):
        ways[first + k], ways[first + length - 1 - k] = ways[first + length - 1 - k], ways[first + k]
