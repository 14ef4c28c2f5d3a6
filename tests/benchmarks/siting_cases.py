"""Siting cases of the sizes asked: freight roads of a made-up country, points on a plane, long trips; OR-Library's p-medians.

In: sizes, a seed.    Out: who serves whom and weights; stops of trips; costs of a p-median.
Never knows: solvers.
"""
from __future__ import annotations

from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra, floyd_warshall
from scipy.spatial import cKDTree

from locator.siting.windows import NONE, TripStops

Floats = NDArray[np.float64]
SIDE_KM, MESH_KM = 490.0, 25.0
FAST_KMH, SLOW_KMH = 80.0, 55.0


def _mesh(side: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Edges of a square mesh, every fifth line of it fast; some of the slow ones are missing."""
    at = np.arange(side * side).reshape(side, side)
    a, b = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()]), np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    fast = np.where(b - a == 1, (a // side) % 5 == 0, (a % side) % 5 == 0)
    keep = fast | (rng.random(a.size) < 0.85)
    return a[keep], b[keep], fast[keep]


def roads(n: int, m: int, minutes: float, seed: int = 0) -> tuple[sp.csr_array, Floats]:
    """(who serves whom, weights): n pieces of freight road, weighed by traffic, m of them candidates, within a drive."""
    rng = np.random.default_rng(seed)
    side = int(SIDE_KM / MESH_KM) + 1
    a, b, fast = _mesh(side, rng)
    km = MESH_KM * rng.uniform(0.95, 1.3, a.size)
    drive = km / np.where(fast, FAST_KMH, SLOW_KMH) * 60
    many = np.maximum((km / km.sum() * n).astype(int), 1)
    edge, part = np.repeat(np.arange(a.size), many), np.concatenate([(np.arange(k) + 0.5) / k for k in many])
    weight = km[edge] / many[edge] * (rng.lognormal(0, 0.8, a.size) * np.where(fast, 4, 1))[edge]
    net = sp.csr_array((np.tile(drive, 2), (np.concatenate([a, b]), np.concatenate([b, a]))), shape=(side * side, side * side))
    between = dijkstra(net, limit=minutes)
    hits = []
    for j in np.sort(rng.choice(len(edge), m, replace=False)).tolist():
        e, back, on = edge[j], part[j] * drive[edge[j]], (1 - part[j]) * drive[edge[j]]
        node = np.minimum(back + between[a[e]], on + between[b[e]])
        time = np.minimum(node[a[edge]] + part * drive[edge], node[b[edge]] + (1 - part) * drive[edge])
        same = edge == e
        time[same] = np.minimum(time[same], np.abs(part[same] - part[j]) * drive[e])
        hits.append(np.flatnonzero(time <= minutes))
    return _table(hits, len(edge)), weight


def plane(n: int, m: int, radius_km: float, seed: int = 0) -> tuple[sp.csr_array, Floats]:
    """The same for points, half of them in towns, by straight line: harder, as everything overlaps everything around it."""
    rng = np.random.default_rng(seed)
    towns, size = rng.uniform(0, SIDE_KM, (200, 2)), rng.lognormal(0, 1, 200)
    near = towns[rng.choice(200, n // 2, p=size / size.sum())] + rng.normal(0, 12, (n // 2, 2))
    points = np.concatenate([near, rng.uniform(0, SIDE_KM, (n - n // 2, 2))]) % SIDE_KM
    spots = np.concatenate([points[rng.choice(n, m // 2, replace=False)], rng.uniform(0, SIDE_KM, (m - m // 2, 2))])
    hits = cKDTree(spots).query_ball_tree(cKDTree(points), radius_km)
    return _table([np.sort(np.array(one, np.int64)) for one in hits], n), rng.lognormal(0, 1, n)


def _table(hits: list[NDArray[np.int64]], n: int) -> sp.csr_array:
    starts = np.cumsum([0, *(len(one) for one in hits)])
    return sp.csr_array((np.ones(starts[-1], np.int8), np.concatenate(hits), starts), shape=(len(hits), n))


def long_trips(trips: int, m: int, standing: int = 15, zones: int = 250, seed: int = 3) -> TripStops:
    """Trips of more than four hours between towns of a mesh of half-hour roads, m junctions of its fast roads as candidates."""
    rng = np.random.default_rng(seed)
    side = 60
    a, b, fast = _mesh(side, rng)
    hours = 30.0 * rng.uniform(0.9, 1.2, a.size) / np.where(fast, FAST_KMH, 50.0)
    net = sp.csr_array((np.tile(hours, 2), (np.concatenate([a, b]), np.concatenate([b, a]))), shape=(side * side, side * side))
    town, people = rng.choice(side * side, zones, replace=False), rng.lognormal(0, 1.2, zones)
    far, before = dijkstra(net, indices=town, return_predecessors=True)
    flow = np.outer(people, people) * np.exp(-far[:, town] / 12) * (far[:, town] > 4)
    flow[np.tril_indices(zones)] = 0
    chosen = rng.choice(zones * zones, trips, replace=False, p=(flow / flow.sum()).ravel())
    spot = np.full(side * side, -2)
    spot[rng.choice(np.unique(np.concatenate([a[fast], b[fast]])), m, replace=False)] = np.arange(m)
    spot[np.isin(spot, rng.choice(m, standing, replace=False))] = NONE
    rows = []
    for trip, pair in enumerate(chosen.tolist()):
        origin, node = pair // zones, int(town[pair % zones])
        end = far[origin, node]
        while node != town[origin]:
            if spot[node] != -2 and far[origin, node] < end:
                rows.append((trip, far[origin, node] * 3600, spot[node]))
            node = int(before[origin, node])
    table = np.array(rows)
    drive = far[chosen // zones, town[chosen % zones]] * 3600
    return TripStops(drive, flow.ravel()[chosen] / flow.ravel()[chosen].sum() * 100, table[:, 0].astype(np.int64), table[:, 1],
                     table[:, 1], table[:, 2].astype(np.int64))


def pmed(file: Path) -> tuple[Floats, int]:
    """(costs between all nodes, p) of an OR-Library p-median; of edges given twice the last holds."""
    rows = [[int(word) for word in line.split()] for line in file.read_text(encoding="ascii").splitlines() if line.strip()]
    n, _, p = rows[0]
    edges = np.full((n, n), np.inf)
    for a, b, length in rows[1:]:
        edges[a - 1, b - 1] = edges[b - 1, a - 1] = length
    np.fill_diagonal(edges, 0)
    return np.asarray(floyd_warshall(edges)), p
