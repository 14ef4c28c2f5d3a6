"""The two loops of snapping: which edges pass a few cells, and where each comes nearest to a point.

In: a grid's and a graph's arrays, a point.    Out: edges; distances, shares, places, headings.
Never knows: which edges may be used, what a place is. Compiled by numba.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

from math import hypot, sqrt

import numpy as np

from geodata.compiled import compiled

TINY_M2 = 1e-18              # a segment of no length


@compiled
def edges_between(keys, edges, first, last):
    """Edges of all cells of some rows, as often as they lie in one. Row i holds the cells with first[i] <= key <= last[i]."""
    start, stop = np.empty(len(first), np.int64), np.empty(len(first), np.int64)
    count = 0
    for i in range(len(first)):
        start[i], stop[i] = _below(keys, first[i]), _below(keys, last[i] + 1)
        count += stop[i] - start[i]
    found, count = np.empty(count, np.int32), 0
    for i in range(len(first)):
        for at in range(start[i], stop[i]):
            found[count] = edges[at]
            count += 1
    return found


@compiled
def _below(keys, key):
    """How many keys, which ascend, are less."""
    begin, end = 0, len(keys)
    while begin < end:
        middle = (begin + end) >> 1
        if keys[middle] < key:
            begin = middle + 1
        else:
            end = middle
    return begin


@compiled
def feet(edges, ptr, lonlat, lon, lat, per_lon, per_lat):
    """For each edge, in the plane that touches the ellipsoid at the point: metres off it, the share of the edge's length, the
    lon/lat there, the direction there. Of equals the first."""
    off, share = np.empty(len(edges)), np.empty(len(edges))
    at, heading = np.empty((len(edges), 2)), np.empty((len(edges), 2))
    for k in range(len(edges)):
        whole, best, least = 0.0, 0.0, np.inf
        for i in range(ptr[edges[k]], ptr[edges[k] + 1] - 1):
            ax, ay = (lonlat[i, 0] - lon) * per_lon, (lonlat[i, 1] - lat) * per_lat
            dx, dy = (lonlat[i + 1, 0] - lon) * per_lon - ax, (lonlat[i + 1, 1] - lat) * per_lat - ay
            length2 = max(dx * dx + dy * dy, TINY_M2)
            t, length = min(max(-(ax * dx + ay * dy) / length2, 0.0), 1.0), sqrt(length2)
            x, y = ax + t * dx, ay + t * dy
            away = hypot(x, y)
            if away < least:
                least, best = away, whole + t * length
                at[k, 0], at[k, 1], heading[k, 0], heading[k, 1] = x / per_lon + lon, y / per_lat + lat, dx / length, dy / length
            whole += length
        off[k], share[k] = least, min(best / whole, 1.0)
    return off, share, at, heading
