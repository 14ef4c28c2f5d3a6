"""Small random siting cases, and the best of each found by trying every set of candidates.

In: a seed.    Out: a case; its optimum.
Never knows: the solvers, their programs or bounds. Served trips are judged by walking them stop by stop, not by windows.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from locator.siting.choice import Limits
from locator.siting.windows import NONE, TripStops

Floats = NDArray[np.float64]


def draw_limits(rng: np.random.Generator, m: int) -> Limits:
    """A number, a budget, both or neither; now and then pairs that exclude each other, also all of them."""
    kind = rng.integers(4)
    k = int(rng.integers(0, 4)) if kind != 1 else None
    cost = rng.integers(0, 5, m).astype(np.float64) if kind in (1, 2) else None
    budget = float(rng.integers(0, 9)) if kind in (1, 2) else None
    pairs = np.array([p for p in combinations(range(m), 2) if rng.random() < (0.3 if rng.random() < 0.5 else 0.0)], np.int64)
    return Limits(k, cost, budget, pairs.reshape(-1, 2))


def allowed(limits: Limits, m: int) -> Iterator[tuple[int, ...]]:
    cost = np.ones(m) if limits.cost is None else limits.cost
    for size in range(m + 1):
        for sites in combinations(range(m), size):
            fits = (limits.k is None or size <= limits.k) and (limits.budget is None or cost[list(sites)].sum() <= limits.budget)
            if fits and not any(a in sites and b in sites for a, b in limits.apart.tolist()):
                yield sites


def best_of(limits: Limits, m: int, value: Callable[[tuple[int, ...]], float | None], *, greatest: bool) -> float | None:
    """The best value of an allowed set; None: no set has one."""
    values = [v for sites in allowed(limits, m) if (v := value(sites)) is not None]
    return (max(values) if greatest else min(values)) if values else None


def draw_reach(rng: np.random.Generator, m: int, n: int) -> NDArray[np.bool_]:
    reach = rng.random((m, n)) < rng.choice([0.15, 0.3, 0.6])
    if n > 2:
        reach[:, 1] = reach[:, 0]                                 # demand that is alike, demand nobody serves
        reach[:, 2] = False
    return reach


def draw_weight(rng: np.random.Generator, n: int) -> Floats:
    """Whole with ties, or not; some zero."""
    weight = rng.integers(0, 4, n).astype(np.float64) if rng.random() < 0.5 else rng.random(n)
    return np.where(rng.random(n) < 0.1, 0.0, weight)


def draw_trips(rng: np.random.Generator, m: int) -> TripStops:
    trips = int(rng.integers(1, 8))
    drive = rng.integers(1, 14, trips).astype(np.float64)
    rows = []
    for trip in range(trips):
        for _ in range(int(rng.integers(0, 6))):
            at = float(rng.integers(0, int(drive[trip]) + 1))
            site = NONE if rng.random() < 0.2 else int(rng.integers(m))
            rows.append((trip, at, at, site))
    table = np.array(rows, np.float64).reshape(-1, 4)
    trip, site = table[:, 0].astype(np.int64), table[:, 3].astype(np.int64)
    return TripStops(drive, draw_weight(rng, trips), trip, table[:, 1], table[:, 2], site)


def lawful_trips(stops: TripStops, longest: float, sites: tuple[int, ...]) -> NDArray[np.bool_]:
    """Can each trip be driven with no stretch longer than allowed, stopping at whatever of the open stops he likes?"""
    served = []
    for trip, drive in enumerate(stops.drive_s.tolist()):
        mine = stops.trip == trip
        is_open = mine & ((stops.site == NONE) | np.isin(stops.site, sites))
        at, left = stops.at_s[is_open], stops.from_s[is_open]
        order = np.argsort(at, kind="stable")
        at, left = at[order], left[order]
        reached = [0.0]                                           # driving time at which he set out from places he can get to
        can = [False] * len(at)
        for i in range(len(at)):
            if any(at[i] - start <= longest for start in reached):
                can[i] = True
                reached.append(float(left[i]))
        served.append(any(drive - start <= longest for start in reached))
    return np.array(served, bool)


def most_carried(reach: NDArray[np.bool_], weight: Floats, capacity: Floats, sites: tuple[int, ...]) -> float:
    """By scipy's linear programming over every pair there is."""
    pairs = [(j, i) for j in sites for i in range(reach.shape[1]) if reach[j, i]]
    if not pairs:
        return 0.0
    table = np.zeros((len(capacity) + len(weight), len(pairs)))
    for column, (j, i) in enumerate(pairs):
        table[j, column] = table[len(capacity) + i, column] = 1.0
    return float(-linprog(-np.ones(len(pairs)), A_ub=table, b_ub=np.concatenate([capacity, weight])).fun)
