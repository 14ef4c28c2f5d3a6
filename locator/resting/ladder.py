"""The last-safe-stop ladder: every stop before the driving time ends, the last one marked, and what is left if one is skipped.

In: the limit, the stops.    Out: Rungs in the order in which they come along the road.
Never knows: roads, law files, words.
"""
from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from locator.resting.limits import Limit
from locator.resting.stops import Millis, StopTable


@dataclass(frozen=True)
class Rung:
    """A stop that can be reached in time.

    spare_s          driving time left on arrival
    open             can he take what he needs there on arrival? None: hours not known
    fits             in time, the place is fit for what he needs, and not known to be closed
    last_safe        the last rung that fits
    next_if_skipped  the next one that fits, when he drives past this one on the road; None: none does
    next_if_full     the one soonest reached that fits, when he has driven into this one; None: none does
    """

    stop: int
    reach_s: float
    spare_s: float
    open: bool | None
    fits: bool
    last_safe: bool
    next_if_skipped: int | None
    next_if_full: int | None


def climb(limit: Limit, need_ms: int, table: StopTable, *, unknown: str = "open") -> tuple[Rung, ...]:
    """Rungs before the limit, in the order of where he leaves the route for them; () when nothing is in reach."""
    left = round(limit.left_s * 1000)
    reach = table.reach_ms
    assert table.usable is not None and table.can_rest is not None
    order = [int(j) for j in table.leave_ms.argsort(kind="stable") if table.usable[j] and reach[j] <= left]
    state = {j: _open(table, j, int(reach[j]), need_ms) for j in order}
    fit = {j: _fits(table, limit, j, state[j], unknown) for j in order}
    fitting = [j for j in order if fit[j]]
    place = {j: k for k, j in enumerate(order)}
    ranks = [place[j] for j in fitting]
    rungs = []
    for j in order:
        after = bisect_right(ranks, place[j])
        last = bool(fitting) and j == fitting[-1]
        rungs.append(Rung(j, int(reach[j]) / 1000, (left - int(reach[j])) / 1000, state[j], fit[j], last,
                          fitting[after] if after < len(fitting) else None, _after_full(table, limit, j, left, need_ms, unknown)))
    return tuple(rungs)


def _fits(table: StopTable, limit: Limit, j: int, is_open: bool | None, unknown: str) -> bool:
    assert table.can_rest is not None
    fit_place = limit.need == "break" or bool(table.can_rest[j])
    return fit_place and (unknown == "open" if is_open is None else is_open)


def _after_full(table: StopTable, limit: Limit, j: int, left: int, need_ms: int, unknown: str) -> int | None:
    """He stands at stop j and must go on without a rest."""
    drive = drives_from(table, j)
    until = left - int(table.reach_ms[j])
    for other in drive.argsort(kind="stable").tolist():
        if drive[other] > until:
            return None
        arrive = int(table.reach_ms[j] + drive[other])
        if _fits(table, limit, other, _open(table, other, arrive, need_ms), unknown):
            return int(other)
    return None


def drives_from(table: StopTable, j: int) -> Millis:
    """(n,) driving from stop j to every usable other one; more than any trip where there is none."""
    far = 2**55
    assert table.usable is not None
    drive = table.back_ms[j] + table.leave_ms - table.rejoin_ms[j] + table.out_ms
    drive[table.leave_ms < table.rejoin_ms[j]] = far
    known = table.between[table.between[:, 0] == j]
    drive[known[:, 1]] = known[:, 2]
    drive[j] = far
    drive[~table.usable] = far
    return np.asarray(drive)


def _open(table: StopTable, j: int, arrive_ms: int, need_ms: int) -> bool | None:
    """Does what he needs fit from his arrival on?"""
    assert table.hours is not None and table.service_ms is not None
    hours = table.hours[j]
    if hours is None:
        return None
    end = arrive_ms + int(table.service_ms[j]) + need_ms
    return any(begin <= arrive_ms and end <= close for begin, close in hours)
