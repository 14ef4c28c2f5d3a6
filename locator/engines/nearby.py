"""Many points at once -> the roads near each: what the matcher may choose from. By numba; the same distances as Snapper.

In: points, a SnapGrid's arrays, a graph's shapes, usable edges.    Out: edges near each point, nearest first, flat.
Never knows: vehicles, routes, noise.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import compiled, frozen
from geodata.roads.graph import RoadGraph
from geodata.roads.snap import CELL_DEG, WIDE, SnapGrid, metres_per_degree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def edges_near(graph: RoadGraph, grid: SnapGrid, usable: NDArray[np.bool_], lonlat: Floats, *, reach_m: float, most: int,
               ) -> tuple[Ints, Ints, Floats, Floats]:
    """(ptr (n + 1,), edge, share, off_m): up to `most` usable edges within reach_m of each point, nearest first."""
    scale = np.array([metres_per_degree(lat) for lat in lonlat[:, 1].tolist()]).reshape(-1, 2)
    shapes = (frozen(graph.shape_ptr), frozen(graph.shape_lonlat))
    counts, edge, share, off_m = _edges_near(np.ascontiguousarray(lonlat), scale, frozen(grid.key), frozen(grid.edge), shapes,
                                             frozen(usable), (CELL_DEG, WIDE), reach_m, most)
    kept = np.arange(most)[None, :] < counts[:, None]
    return np.concatenate([[0], np.cumsum(counts)]), edge[kept], share[kept], off_m[kept]


@compiled
def _edges_near(lonlat, scale, key, cell_edge, shapes, usable, grid, reach_m, most):
    cell_deg, wide = grid
    n = len(lonlat)
    seen = np.zeros(len(usable), np.int32)
    counts, edge = np.zeros(n, np.int64), np.empty((n, most), np.int64)
    share, off_m = np.empty((n, most)), np.empty((n, most))
    for i in range(n):
        reach = reach_m / scale[i]
        low = np.floor((lonlat[i] - reach) / cell_deg).astype(np.int64) - 1
        high = np.floor((lonlat[i] + reach) / cell_deg).astype(np.int64) + 1
        for row in range(low[1], high[1] + 1):
            first = (row + wide) * (4 * wide) + wide
            start = np.searchsorted(key, first + low[0])
            stop = start + np.searchsorted(key[start:], first + high[0] + 1)
            for e in cell_edge[start:stop]:
                if usable[e] and seen[e] != i + 1:
                    seen[e] = i + 1
                    off, part = _project(shapes, e, lonlat[i], scale[i])
                    if off <= reach_m:
                        counts[i] = _insert(counts[i], edge[i], share[i], off_m[i], e, part, off)
    return counts, edge, share, off_m


@compiled
def _project(shapes, e, point, scale):
    """(distance, share of the edge's length) of the nearest point of an edge."""
    ptr, shape = shapes
    best2, best_m, walked = np.inf, 0.0, 0.0
    ax, ay = (shape[ptr[e], 0] - point[0]) * scale[0], (shape[ptr[e], 1] - point[1]) * scale[1]
    for k in range(ptr[e] + 1, ptr[e + 1]):
        bx, by = (shape[k, 0] - point[0]) * scale[0], (shape[k, 1] - point[1]) * scale[1]
        dx, dy = bx - ax, by - ay
        length2 = max(dx * dx + dy * dy, 1e-18)
        t = min(max(-(ax * dx + ay * dy) / length2, 0.0), 1.0)
        x, y, length = ax + t * dx, ay + t * dy, np.sqrt(length2)
        if x * x + y * y < best2:
            best2, best_m = x * x + y * y, walked + t * length
        walked += length
        ax, ay = bx, by
    return np.sqrt(best2), min(max(best_m / walked, 0.0), 1.0)


@compiled
def _insert(count, edges, shares, offs, e, share, off):
    """Keeps the nearest, by distance, then by number; returns how many there are."""
    k = count
    if k == len(edges):
        if off >= offs[k - 1]:
            return k
        k -= 1
    while k > 0 and (offs[k - 1] > off or (offs[k - 1] == off and edges[k - 1] > e)):
        edges[k], shares[k], offs[k] = edges[k - 1], shares[k - 1], offs[k - 1]
        k -= 1
    edges[k], shares[k], offs[k] = e, share, off
    return min(count + 1, len(edges))
