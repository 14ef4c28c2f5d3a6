"""The clock of a timed track: what of it was driving, and where he rested long enough.

In: points with times.    Out: Clock: driving time at every point, and the rests that end a stretch of driving.
Never knows: rules, places. Whoever moves slower than WALK_M_S between two points stands: so long it is no driving, and where it
lasts as long as a break it is one. A shorter stop neither drives nor rests: the recorder goes on counting after it.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WALK_M_S = 5.0 / 3.6


@dataclass(frozen=True, eq=False)
class Clock:
    """drive_s   (n,) driving time from the start to each point, never falling
    rests_s    (k,) driving time at which he rested, rising
    """

    drive_s: Floats
    rests_s: Floats

    @property
    def total_s(self) -> float:
        return float(self.drive_s[-1])


def read_clock(at_m: Floats, time_s: Floats, break_s: float) -> Clock:
    """at_m  (n,) metres along the track; time_s (n,) seconds, never falling."""
    metres, seconds = at_m[1:] - at_m[:-1], time_s[1:] - time_s[:-1]
    stands = metres < WALK_M_S * seconds
    drive_s = np.concatenate([[0.0], np.cumsum(np.where(stands, 0.0, seconds))])
    ringed = np.concatenate([[False], stands, [False]])
    edge = np.flatnonzero(ringed[1:] != ringed[:-1])
    first, last = edge[::2], edge[1::2]                       # points between which he stands
    long = time_s[last] - time_s[first] >= break_s
    return Clock(drive_s, drive_s[first[long]])
