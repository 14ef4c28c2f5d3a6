"""Trips under a driving-time rule as windows: stretches of a trip each of which must hold an open stop.

In: trips with the candidates and standing stops along them, the longest driving time.    Out: Windows.
Never knows: who is law, what a stop offers. Trips with the same windows are one; a window met by several trips is kept once.

A trip is lawful when no driving time between its start, the open stops used and its end exceeds the rule's. A stop is reached
after at_s and counts as left at from_s <= at_s: the difference is what its detour costs. With stops in order of at_s, no from_s
above that of a later stop, this is the same: from the start, and from every stop a with from_s + longest < the trip's driving
time, some open stop b after a has at_s <= from_s(a) + longest. Of stops that are not open too: whoever passes one has an open one
behind him.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from locator.siting.choice import Floats, Ints
from locator.siting.merging import same_rows

NONE = -1


@dataclass(frozen=True, eq=False)
class TripStops:
    """What lies along each trip, one row a trip and stop, in any order.

    drive_s  (trips,) driving time of each trip
    weight   (trips,) >= 0
    trip, at_s, from_s, site    (rows,) the trip; when it is reached, counts as left; the candidate, or NONE: it stands
    """

    drive_s: Floats
    weight: Floats
    trip: Ints
    at_s: Floats
    from_s: Floats
    site: Ints


@dataclass(frozen=True, eq=False)
class Windows:
    """holds   (windows, m) window -> the candidates in it;  needs (groups, windows) group of trips -> the windows it lacks
    weight   (groups,) of trips
    state    (trips,) the group; SERVED without new sites; NEVER: some window holds no candidate
    """

    holds: sp.csr_array
    needs: sp.csr_array
    weight: Floats
    state: Ints


SERVED, NEVER = -1, -2


def find_windows(stops: TripStops, longest_s: float, m: int) -> Windows:
    """The windows that no standing stop fills, each trip's least ones only."""
    order = np.lexsort((stops.site, stops.at_s, stops.trip))
    useful = order[(stops.from_s[order] >= 0) & (stops.at_s[order] <= stops.drive_s[stops.trip[order]])]
    ends = np.searchsorted(stops.trip[useful], np.arange(len(stops.drive_s) + 1))
    state = np.full(len(stops.drive_s), SERVED, np.int64)
    windows: dict[tuple[int, ...], int] = {}
    needed: list[tuple[int, ...]] = []
    for trip, drive_s in enumerate(stops.drive_s.tolist()):
        rows = useful[ends[trip]:ends[trip + 1]]
        own = _of_trip(stops.at_s[rows], stops.from_s[rows], stops.site[rows], drive_s, longest_s)
        if own is None:
            state[trip] = NEVER
        elif own:
            state[trip] = len(needed)
            needed.append(tuple(sorted({windows.setdefault(one, len(windows)) for one in own})))
    needs = _table(needed, len(windows))
    group = same_rows(needs)
    first = np.unique(group, return_index=True)[1]
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))           # groups in the order of their first trip
    lacking = state >= 0
    state[lacking] = rank[group[state[lacking]]]
    weight = np.bincount(state[lacking], weights=stops.weight[lacking], minlength=len(first)).astype(np.float64)
    return Windows(_table(list(windows), m), sp.csr_array(needs[np.sort(first)]), weight, state)


def _of_trip(at_s: Floats, from_s: Floats, site: Ints, drive_s: float, longest_s: float) -> list[tuple[int, ...]] | None:
    """The least windows without a standing stop, each as its candidates; None when one holds nobody at all."""
    if drive_s <= longest_s:
        return []
    left = np.minimum.accumulate(from_s[::-1])[::-1]           # conservative: never later than from any stop after it
    starts = np.concatenate([[0.0], left])
    starts = starts[starts + longest_s < drive_s]
    low = np.arange(len(starts))                               # stops after the one the window begins at
    high = np.searchsorted(at_s, starts + longest_s, "right")
    if (high <= low).any():
        return None
    stands = np.concatenate([[0], np.cumsum(site == NONE)])
    open_ones = stands[high] == stands[low]
    low, high = low[open_ones], high[open_ones]
    least = [i for i in range(len(low)) if not (i + 1 < len(low) and high[i + 1] == high[i])]   # later start, same end: inside
    found = {tuple(sorted(set(site[low[i]:high[i]].tolist()))) for i in least}
    return sorted(found)


def _table(rows: list[tuple[int, ...]], columns: int) -> sp.csr_array:
    sizes = np.array([len(row) for row in rows], np.int64)
    indices = np.array([i for row in rows for i in row], np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return sp.csr_array((np.ones(len(indices), np.int8), indices, starts), shape=(len(rows), columns))
