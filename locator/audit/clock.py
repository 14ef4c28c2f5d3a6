"""The clock of a timed track: what of it was driving, and where he rested long enough.

In: points with times.    Out: Clock: driving time at every point, and the rests that end a stretch of driving.
Never knows: rules, places. Whoever moves slower than WALK_M_S between two points stands: so long it is no driving, and where it
lasts as long as a break it is one. A shorter stop neither drives nor rests: the recorder goes on counting after it.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from locator.audit.track_kernels import driven

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


def read_clock(metres: Floats, time_s: Floats, break_s: float) -> Clock:
    """metres  (n - 1,) from each point of the track to the next; time_s (n,) seconds, never falling."""
    drive_s, rests_s = driven(metres, time_s, WALK_M_S, break_s)
    return Clock(drive_s, rests_s)
