"""The stops of a trip as arrays: where he leaves his route for each, what the way there and back costs, when it is open.

In: whole milliseconds of driving along the route, and of the clock since departure.    Out: StopTable, checked.
Never knows: engines, layers, law, time zones.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geodata.errors import BadInput

Millis = NDArray[np.int64]
Flags = NDArray[np.bool_]
Windows = Sequence[tuple[int, int]]
ALWAYS = 2**60                       # closes never
LONGEST_MS = 400 * 24 * 3_600_000


@dataclass(frozen=True, eq=False)
class StopTable:
    """n stops of one route; a place the route passes twice is two of them.

    route_ms      driving time of the whole route
    leave_ms      (n,) where on the route, in driving time, he leaves it for the stop;  out_ms: from there to it
    back_ms       (n,) from the stop back to the route;  rejoin_ms: where on the route he is then, may lie before leave_ms
    between       drives that the four above do not give: (from, to, ms). Needed where excursions overlap; it stands for the sum
    hours         per stop its open stretches (from, to) in ms since departure, rising; () never, None not known
    service_ms    (n,) work to be done there before he rests;  penalty_ms: what a less liked place counts as, >= 0
    can_rest      (n,) may he stay over night;  usable: False: only looked at to say what would mend a trip
    at_ms, at_m   points of the route, rising, to give offsets in metres; () when not known
    Raises BadInput bad_table for shapes, out_of_range for figures
    """

    route_ms: int
    leave_ms: Millis
    out_ms: Millis
    back_ms: Millis
    rejoin_ms: Millis
    between: Millis = field(default_factory=lambda: np.zeros((0, 3), np.int64))
    hours: tuple[Windows | None, ...] | None = None          # None: all always open
    service_ms: Millis | None = None
    penalty_ms: Millis | None = None
    can_rest: Flags | None = None
    usable: Flags | None = None
    at_ms: Millis = field(default_factory=lambda: np.zeros(0, np.int64))
    at_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        n = len(self.leave_ms)
        for name in ("leave_ms", "out_ms", "back_ms", "rejoin_ms", "service_ms", "penalty_ms"):
            given = getattr(self, name)
            object.__setattr__(self, name, _millis(name, np.zeros(n, np.int64) if given is None else given, n))
        for name in ("can_rest", "usable"):
            given = getattr(self, name)
            flags = np.ones(n, bool) if given is None else np.asarray(given, bool)
            if flags.shape != (n,):
                raise BadInput("bad_table", field=name, value=flags.shape, errors=1)
            object.__setattr__(self, name, flags)
        self._check(n)
        hours = tuple([((0, ALWAYS),)] * n) if self.hours is None else tuple(self.hours)
        object.__setattr__(self, "hours", tuple(None if one is None else _hours(one) for one in hours))
        if len(hours) != n:
            raise BadInput("bad_table", field="hours", value=len(hours), errors=1)

    def _check(self, n: int) -> None:
        if not 0 <= self.route_ms <= LONGEST_MS:
            raise BadInput("out_of_range", field="route_ms", value=self.route_ms, low=0, high=LONGEST_MS)
        for name in ("leave_ms", "rejoin_ms"):
            worst = int(getattr(self, name).max(initial=0))
            if worst > self.route_ms:
                raise BadInput("out_of_range", field=name, value=worst, low=0, high=self.route_ms)
        if (self.detour_ms < 0).any():
            raise BadInput("out_of_range", field="detour_ms", value=int(self.detour_ms.min()), low=0, high=LONGEST_MS)
        between = np.asarray(self.between, np.int64).reshape(-1, 3)
        ends = between[:, :2]
        if len(between) and (ends.min() < 0 or ends.max() >= n or between[:, 2].min() < 0):
            raise BadInput("bad_table", field="between", value=len(between), errors=1)
        object.__setattr__(self, "between", between[np.lexsort((between[:, 1], between[:, 0]))])

    def __len__(self) -> int:
        return len(self.leave_ms)

    @property
    def reach_ms(self) -> Millis:
        """(n,) driving from the start to the stop."""
        return self.leave_ms + self.out_ms

    @property
    def return_ms(self) -> Millis:
        """(n,) driving from the stop to the route's end."""
        return self.back_ms + self.route_ms - self.rejoin_ms

    @property
    def detour_ms(self) -> Millis:
        """(n,) what the stop costs."""
        return self.out_ms + self.back_ms - (self.rejoin_ms - self.leave_ms)

    def drive_ms(self, start: int | None, end: int | None) -> int | None:
        """Driving from a stop to the next; None is the route's start or end. None: not to be driven so."""
        if start is None:
            return self.route_ms if end is None else int(self.reach_ms[end])
        if end is None:
            return int(self.return_ms[start])
        known = self.between[(self.between[:, 0] == start) & (self.between[:, 1] == end)]
        if len(known):
            return int(known[-1, 2])
        if start == end or self.rejoin_ms[start] > self.leave_ms[end]:
            return None
        return int(self.back_ms[start] + self.leave_ms[end] - self.rejoin_ms[start] + self.out_ms[end])

    def metres(self, at_ms: float) -> float | None:
        """Offset on the route in metres of a point given in driving time."""
        return float(np.interp(at_ms, self.at_ms, self.at_m)) if len(self.at_ms) else None


def _millis(name: str, given: Millis, n: int) -> Millis:
    values = np.asarray(given)
    if values.shape != (n,):
        raise BadInput("bad_table", field=name, value=values.shape, errors=1)
    if not np.isfinite(values).all():
        raise BadInput("not_finite", field=name, value="")
    if len(values) and not 0 <= values.min() <= values.max() <= LONGEST_MS:
        raise BadInput("out_of_range", field=name, value=int(values.min()), low=0, high=LONGEST_MS)
    return np.ascontiguousarray(np.rint(values), np.int64)


def _hours(windows: Windows) -> Windows:
    """Rising and apart; those that touch are one."""
    out: list[tuple[int, int]] = []
    for begin, close in sorted((int(a), int(b)) for a, b in windows):
        if close < begin:
            raise BadInput("out_of_range", field="hours", value=close, low=begin, high=ALWAYS)
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], close))
        else:
            out.append((begin, close))
    return tuple(out)
