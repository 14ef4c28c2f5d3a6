"""A drive as steps along arcs, with running totals of time and distance.

In: arcs and the stretch driven of each.    Out: Steps; its totals, its line, its position at a distance.
Never knows: how it was found, places, the clock.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray

from geodata.roads.graph import RoadGraph
from geodata.roads.snap import metres_per_degree

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Steps:
    """Step i drives arc[i] from enter_ms[i] to leave_ms[i] of its own time, after turn_ms[i] spent on the turn into it."""

    arc: Ints
    enter_ms: Ints
    leave_ms: Ints
    turn_ms: Ints
    enter_m: Floats        # the same in metres of the arc
    leave_m: Floats

    def __len__(self) -> int:
        return len(self.arc)

    @cached_property
    def end_ms(self) -> Ints:
        """Driving time from the start to the end of every step."""
        return np.cumsum(self.turn_ms + self.leave_ms - self.enter_ms)

    @cached_property
    def begin_ms(self) -> Ints:
        """Driving time from the start to where every step begins, its turn done."""
        return self.end_ms - (self.leave_ms - self.enter_ms)

    @cached_property
    def end_m(self) -> Floats:
        return np.cumsum(self.leave_m - self.enter_m)

    @cached_property
    def begin_m(self) -> Floats:
        return self.end_m - (self.leave_m - self.enter_m)

    @property
    def total_ms(self) -> int:
        return int(self.end_ms[-1])

    @property
    def total_m(self) -> float:
        return float(self.end_m[-1])

    def at_m(self, offset_m: float) -> tuple[int, int]:
        """(step, into_ms of its arc) at a distance from the start, clipped to the drive."""
        step = min(int(np.searchsorted(self.end_m, offset_m, side="left")), len(self) - 1)
        span = float(self.leave_m[step] - self.enter_m[step])
        share = min(max((offset_m - float(self.begin_m[step])) / span, 0.0), 1.0) if span > 0 else 0.0
        return step, int(self.enter_ms[step] + round(share * int(self.leave_ms[step] - self.enter_ms[step])))

    def ms_at(self, offset_m: Floats) -> Floats:
        """(k,) driving time at distances from the start: even speed within an arc."""
        marks_m = np.concatenate([[0.0], self.end_m])
        return np.asarray(np.interp(offset_m, marks_m, np.concatenate([[0], self.end_ms])))

    def then(self, other: Steps) -> Steps:
        """This drive and then the other; the caller says they meet."""
        return Steps(*(np.concatenate([getattr(self, f), getattr(other, f)]) for f in STEP_FIELDS))

    def lonlat(self, graph: RoadGraph) -> Floats:
        """(n, 2) the line driven, without repeated points."""
        edge, back = np.asarray(graph.arc_edge)[self.arc], np.asarray(graph.arc_backward)[self.arc]
        ptr, length = np.asarray(graph.shape_ptr), np.asarray(graph.edge_length_m)[edge]
        begin, end = self.enter_m / length, self.leave_m / length
        first, many = ptr[edge].astype(np.int64), (ptr[edge + 1] - ptr[edge]).astype(np.int64)
        step = np.repeat(np.arange(len(self)), many)
        nth = np.arange(len(step)) - np.repeat(np.cumsum(many) - many, many)
        points = np.asarray(graph.shape_lonlat)[first[step] + np.where(back[step], many[step] - 1 - nth, nth)]
        parts, done = list[Floats](), 0                        # whole arcs between those he enters or leaves on the way
        starts = np.cumsum(many) - many
        for i in np.flatnonzero((begin > 0.0) | (end < 1.0)).tolist():
            mine = points[starts[i]:starts[i] + many[i]]
            parts += [points[done:starts[i]], cut_shape(mine, float(begin[i]), float(end[i]))]
            done = int(starts[i] + many[i])
        points = np.concatenate([*parts, points[done:]])
        new = np.concatenate([[True], (points[1:] != points[:-1]).any(axis=1)])
        kept = points[new]
        return kept if len(kept) > 1 else np.repeat(kept, 2, axis=0)


STEP_FIELDS = ("arc", "enter_ms", "leave_ms", "turn_ms", "enter_m", "leave_m")


def cut_shape(shape: Floats, begin: float, end: float) -> Floats:
    """The part of a short shape between two shares of its length."""
    squeeze = np.array(metres_per_degree(float(shape[:, 1].mean())))
    line = shapely.LineString(shape * squeeze)
    part = shapely.ops.substring(line, begin, end, normalized=True)
    points = np.asarray(part.coords) / squeeze
    return points if len(points) > 1 else np.repeat(points, 2, axis=0)
