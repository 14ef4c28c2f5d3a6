"""The law on one trip: where he must have stopped, where he last could have, where he could not.

In: the driving time at which each place is reached and left behind, the rests taken, the longest driving.    Out: Forced stops.
Never knows: lines, roads, places' names.

From the last rest on he drives no longer than `drive_s`. A rest he took before that ends the stretch. Else the law forces a stop
at the end of the driving time; the last chance is the place from which he gets farthest, of those he reaches in time. He is taken
to have rested there, or, where there is none, where his time ended: so every stretch is judged by itself. Taking the farthest
place each time asks for the fewest stops and finds a way whenever there is one (what is reached from a place farther back is
reached from here too), so a trip has a forced stop without a place exactly when no choice of places would have served it.
"""
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Chance = tuple[int, float, float] | None         # (place, driving time when there, driving time from which he goes on)
TIE_S = 1e-6


@dataclass(frozen=True)
class Forced:
    """A stop the law asks for. Seconds of driving since the start of the trip.

    at_s     where the driving time ends;  since_s: where it began
    place    the last chance; None: there was none
    there_s  when he was there
    """

    at_s: float
    since_s: float
    place: int | None
    there_s: float | None


def judge(total_s: float, drive_s: float, rests_s: Floats, chance: Callable[[float, float, float], Chance], *,
          behind_s: float = 0.0) -> list[Forced]:
    """Every forced stop of a trip, in order.

    behind_s  driven before the trip began, since the last rest
    chance    (since, at, gain) -> the last chance in this stretch; to go on from `gain` or before would gain nothing
    """
    found, since, spent, rested = list[Forced](), 0.0, min(max(behind_s, 0.0), drive_s), rests_s.tolist()
    while total_s - since > drive_s - spent + TIE_S:
        at = since + drive_s - spent
        before = bisect_right(rested, at + TIE_S)
        if before and rested[before - 1] > since:
            since, spent = rested[before - 1], 0.0
            continue
        last = chance(since, at, since - spent)
        found.append(Forced(at, since, None if last is None else last[0], None if last is None else last[1]))
        since, spent = (at if last is None else last[2]), 0.0
    return found


def chance_of(reach_s: Floats, on_s: Floats) -> Callable[[float, float, float], Chance]:
    """The last chance among places reached at `reach_s` and gone on from at `on_s` (both (n,), driving time along the trip; the
    drive from place i to place j takes reach[j] - on[i])."""
    def chance(since: float, at: float, gain: float) -> Chance:
        fit = np.flatnonzero((reach_s >= since) & (reach_s <= at + TIE_S) & (on_s > gain + TIE_S))
        if not len(fit):
            return None
        best = int(fit[np.argmax(on_s[fit])])
        return best, float(reach_s[best]), float(on_s[best])
    return chance
