"""The marks of a matched line -> what was driven, as Steps, and what of the line fits no road.

In: Marks and the arcs between them (trellis.py), Fixes, a Network.    Out: Stretches, Steps, unmatched parts of the line.
Never knows: how marks were found, vehicles, routes.
"""
from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.errors import NotReachable
from geodata.geodesy import distance_m
from geodata.roads.snap import metres_per_degree
from locator.engines.fixes import Fixes
from locator.engines.network import Network, Spot
from locator.engines.protocol import Floats, Ints
from locator.engines.steps import STEP_FIELDS, Steps

if TYPE_CHECKING:
    from locator.engines.trellis import Marks

BESIDE_M, BESIDE = 60.0, 4.0       # points left out lie on the way driven within so much, or so many deviations of the noise,
ROUND, ROUND_M = 1.5, 100.0        # when the way is no longer than so many times the line, and so much more
SKIPPED_M, FEW = 150.0, 3          # less of the line than this is never named; nor are a few wild points, however wild
GAP_M, GAP_STEPS = 1_000.0, 10.0   # no points over this, and so many times the usual step: the way is known only
CERTAIN, CERTAIN_M = 1.25, 200.0   # if it is hardly longer than the straight line


@dataclass(frozen=True, eq=False)
class Stretch:
    """A part of the line matched without a break: arcs with the stretch driven of each.

    turned   not by a turn from the arc before: he turned round on the open road
    point    the points of the line that were used, and along_m how far he had driven at each
    """

    arc: Ints
    from_m: Floats
    to_m: Floats
    turned: NDArray[np.bool_]
    point: Ints
    along_m: Floats


def find_stretches(net: Network, marks: Marks, ptr: Ints, ways: Ints) -> list[Stretch]:
    """The stretches of two points and more; one point alone says nothing about a road."""
    from locator.engines.trellis import ANEW
    begin = [*np.flatnonzero(marks.how == ANEW).tolist(), len(marks.how)]
    found = [_stretch(net, marks, ptr, ways, a, b) for a, b in pairwise(begin)]
    return [stretch for stretch in found if stretch.point[-1] > stretch.point[0]]


def _stretch(net: Network, marks: Marks, ptr: Ints, ways: Ints, begin: int, end: int) -> Stretch:
    """Marks begin..end as a drive: along each arc as far as its last mark, then over into the next."""
    from locator.engines.trellis import TURNED
    into = float(marks.into_m[begin])
    arc, from_m, to_m, turned, along_m, done_m = [int(marks.arc[begin])], [into], [into], [False], [0.0], 0.0
    for j in range(begin + 1, end):
        into_m, way = float(marks.into_m[j]), ways[ptr[j - 1]:ptr[j]]
        length = net.graph.edge_length_m[net.graph.arc_edge[way]].tolist()
        if marks.how[j] == TURNED:
            done_m += to_m[-1] - from_m[-1]
            back_m = float(net.graph.edge_length_m[net.graph.arc_edge[arc[-1]]]) - to_m[-1]
            arc.append(int(marks.arc[j]))
            from_m.append(back_m)
            to_m.append(max(into_m, back_m))
            turned.append(True)
        elif len(way) == 1:
            to_m[-1] = max(to_m[-1], into_m)
        else:
            done_m += length[0] - from_m[-1] + sum(length[1:-1])
            to_m[-1] = length[0]
            arc.extend(way[1:].tolist())
            from_m.extend([0.0] * (len(way) - 1))
            to_m.extend([*length[1:-1], into_m])
            turned.extend([False] * (len(way) - 1))
        along_m.append(done_m + to_m[-1] - from_m[-1])
    return _trimmed(Stretch(np.array(arc, np.int64), np.array(from_m), np.array(to_m), np.array(turned), marks.point[begin:end],
                            np.array(along_m)))


def _trimmed(whole: Stretch) -> Stretch:
    """A point at a junction is on every road there: what was not driven at either end goes."""
    driven = np.flatnonzero(whole.to_m > whole.from_m)
    part = slice(driven[0], driven[-1] + 1) if len(driven) else slice(0, 1)
    turned = whole.turned[part].copy()
    turned[0] = False
    return Stretch(whole.arc[part], whole.from_m[part], whole.to_m[part], turned, whole.point, whole.along_m)


def steps_of(net: Network, stretch: Stretch) -> Steps:
    length, ms = np.asarray(net.graph.edge_length_m)[net.graph.arc_edge[stretch.arc]], net.arc_ms[stretch.arc].astype(np.int64)
    enter = np.rint(stretch.from_m / length * ms).astype(np.int64)
    leave = np.maximum(np.rint(np.minimum(stretch.to_m / length, 1.0) * ms).astype(np.int64), enter)
    turn, by_turn = np.zeros(len(ms), np.int64), np.flatnonzero(~stretch.turned)[1:]
    turn[by_turn] = net.turns_ms(stretch.arc[by_turn - 1], stretch.arc[by_turn])
    return Steps(stretch.arc, enter, leave, turn, enter / ms * length, leave / ms * length)


def joined(net: Network, stretches: list[Stretch]) -> Steps:
    """All stretches as one drive; across a gap the fastest way is taken. Raises NotReachable no_way_through."""
    drives = list[Steps]()
    for steps in (steps_of(net, stretch) for stretch in stretches):
        if drives:
            bridge = net.path(end_spot(net, drives[-1], -1), end_spot(net, steps, 0))
            if bridge is None:
                raise NotReachable("no_way_through", field="line", value="")
            drives.append(bridge)
        drives.append(steps)
    return merge(drives)


def end_spot(net: Network, steps: Steps, i: int) -> Spot:
    """Where a drive begins (0) or ends (-1), facing along it."""
    return net.facing(int(steps.arc[i]), int((steps.leave_ms if i else steps.enter_ms)[i]))


def merge(drives: list[Steps]) -> Steps:
    """One Steps of many that each begin where the one before ends: stretches of one road become one step."""
    table = {name: np.concatenate([getattr(d, name) for d in drives]) for name in STEP_FIELDS}
    same = (table["arc"][1:] == table["arc"][:-1]) & (table["enter_ms"][1:] == table["leave_ms"][:-1])
    first = np.flatnonzero(np.concatenate([[True], ~same]))
    last = np.concatenate([first[1:] - 1, [len(table["arc"]) - 1]])
    return Steps(table["arc"][first], table["enter_ms"][first], table["leave_ms"][last], table["turn_ms"][first],
                 table["enter_m"][first], table["leave_m"][last])


# ---------------------------------------------------------------- what fits no road

def unmatched(net: Network, stretches: list[Stretch], fixes: Fixes) -> tuple[tuple[float, float], ...]:
    """Parts of the given line outside every stretch; and inside, where points lie off the way, or nobody knows the way."""
    spans, end = list[tuple[int, int]](), 0
    for stretch in stretches:
        spans += [(end, int(stretch.point[0])), *_doubtful(net, stretch, fixes)]
        end = int(stretch.point[-1])
    spans.append((end, len(fixes.along_m) - 1))
    along_m = fixes.along_m.tolist()
    return tuple((along_m[a], along_m[b]) for a, b in spans if along_m[b] - along_m[a] > 1.0)


def _doubtful(net: Network, stretch: Stretch, fixes: Fixes) -> list[tuple[int, int]]:
    begin, end = stretch.point[:-1], stretch.point[1:]
    line_m, way_m = fixes.along_m[end] - fixes.along_m[begin], np.diff(stretch.along_m)
    usual_m = float(np.median(fixes.step_m[1:]))
    unknown = (end - begin == 1) & (line_m > max(GAP_M, GAP_STEPS * usual_m)) & (way_m > CERTAIN * line_m + CERTAIN_M)
    apart_m = np.where(end - begin > FEW, line_m, distance_m(fixes.lonlat[begin], fixes.lonlat[end]))
    skipped = np.flatnonzero((end - begin > 1) & (apart_m > SKIPPED_M)).tolist()
    if skipped:
        beside = _beside(steps_of(net, stretch).lonlat(net.graph), stretch, fixes, skipped)
        unknown[skipped] = ~beside | (way_m > ROUND * line_m + ROUND_M)[skipped]
    return [(int(begin[i]), int(end[i])) for i in np.flatnonzero(unknown)]


def _beside(line: Floats, stretch: Stretch, fixes: Fixes, skipped: list[int]) -> NDArray[np.bool_]:
    """Do the points left out between two that were used lie along the way driven there?"""
    scale = np.array(metres_per_degree(float(line[:, 1].mean())))
    step_m = np.hypot(*((line[1:] - line[:-1]) * scale).T)
    share = np.append(0.0, np.cumsum(step_m)) / max(float(step_m.sum()), 1e-9)
    found = np.zeros(len(skipped), bool)
    for k, i in enumerate(skipped):
        begin, end = np.searchsorted(share, stretch.along_m[i:i + 2] / max(float(stretch.along_m[-1]), 1e-9))
        begin = min(max(int(begin) - 1, 0), len(line) - 2)
        way = shapely.LineString(line[begin:max(int(end) + 1, begin + 2)] * scale)
        left_out = fixes.lonlat[int(stretch.point[i]) + 1:int(stretch.point[i + 1])]
        off_m = shapely.distance(shapely.points(left_out * scale), way)
        found[k] = np.median(off_m) <= max(BESIDE_M, BESIDE * fixes.noise_m)
    return found
