"""A driver's own line -> the roads he drove, as he drove them.

In: a line of points, an engine's network.    Out: a Route on the line's roads, and the stretches that fit none.
Never knows: files, formats, places. Idea: hidden Markov map matching (Newson & Krumm 2009): a point is likely near its
road, and the way by road between two points is likely about as long as the line between them.
"""
from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING

import numpy as np

from geodata.errors import NotReachable
from geodata.geodesy import distance_m
from geodata.roads.snap import metres_per_degree
from locator.engines.lengths import Lengths
from locator.engines.network import Network, Spot
from locator.engines.protocol import Floats, Ints, Route
from locator.engines.steps import STEP_FIELDS, Steps
from locator.vehicles import Vehicle

if TYPE_CHECKING:
    from locator.engines.embedded import EmbeddedEngine

RADIUS_M = 60.0            # roads farther from a point are not asked
CANDIDATES = 12            # edges a point
NOISE_M = (3.0, 15.0)      # least and most a position is taken to be off
SAMPLE = 200               # points that tell how much it is
MOST_POINTS = 20_000       # a longer line is thinned until it has about so many
DETOUR_SHARE, DETOUR_M = 2.0, 500.0      # by road at most so many times the line, and so much more
DROP_MOST = 12             # points left out behind before a stretch ends
TURN_COST = 12.0           # turning on the open road is the last choice


@dataclass(frozen=True)
class Noise:
    """How far off a line's positions are, as one standard deviation, and what follows from it."""

    metres: float

    @property
    def apart_m(self) -> float:
        """Points nearer to each other say more of noise than of the drive (Newson & Krumm)."""
        return 2.0 * self.metres

    @property
    def back_m(self) -> float:
        """So far behind on the same arc is noise, not a way round."""
        return 15.0 + 3.0 * self.metres

    def unlike(self, road_m: Floats, line_m: float) -> Floats:
        """How unlikely a way by road is for a stretch of line; inf where it is far longer."""
        scale_m = 2.0 + 0.5 * self.metres + 0.05 * line_m
        return np.where(road_m <= DETOUR_SHARE * line_m + DETOUR_M, np.abs(road_m - line_m) / scale_m, np.inf)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Positions one point may have: arcs with how far into each, and how far off the point is."""

    arc: Ints
    into_m: Floats
    off_m: Floats


@dataclass(frozen=True)
class Stretch:
    """Points of the line matched without a break; `at` is the chosen candidate of each."""

    points: tuple[int, ...]
    at: tuple[tuple[int, float], ...]      # (arc, into_m)


def match_line(engine: EmbeddedEngine, lonlat: Floats, vehicle: Vehicle) -> Route:
    """The line on the roads. Raises NotReachable (no_road_within_reach) when no part of it fits a road."""
    net = engine.network(vehicle)
    lengths = engine.lengths(net)
    noise = find_noise(engine, net, lonlat)
    points = thin(lonlat, noise.apart_m)
    along_m = np.concatenate([[0.0], np.cumsum(distance_m(points[:-1], points[1:]))])
    found = [_candidates(engine, net, float(lon), float(lat)) for lon, lat in points]
    stretches = _stretches(lengths, along_m, found, noise)
    if not stretches:
        first = f"{points[0, 0]:.6f},{points[0, 1]:.6f}"
        raise NotReachable("no_road_within_reach", field="line", value=first, reach_m=round(RADIUS_M))
    drives, last = list[Steps](), None
    for stretch in stretches:
        if last is not None:
            drives.append(_bridge(net, last, stretch.at[0]))
        line_m = np.diff(along_m[list(stretch.points)]).tolist()
        drives += [_between(net, lengths, noise, a, b, m) for (a, b), m in zip(pairwise(stretch.at), line_m, strict=True)]
        last = stretch.at[-1]
    steps = merge(net, drives)
    ends = (_spot(net, stretches[0].at[0]), _spot(net, stretches[-1].at[-1]))
    return engine.compose([steps], ends, vehicle, own_line=True, unmatched=_gaps(stretches, along_m))


def find_noise(engine: EmbeddedEngine, net: Network, lonlat: Floats) -> Noise:
    """From how far the line's points lie beside the nearest road: 1.48 times the median is one deviation (robust)."""
    rows = np.unique(np.linspace(0, len(lonlat) - 1, SAMPLE).astype(int))
    near = [engine.snapper.nearest(float(lon), float(lat), engine.open_edges(net), reach_m=RADIUS_M) for lon, lat in lonlat[rows]]
    off_m = [found[0].off_m for found in near if found]
    return Noise(float(np.clip(1.48 * np.median(off_m), *NOISE_M)) if off_m else NOISE_M[1])


def thin(lonlat: Floats, apart_m: float) -> Floats:
    """The line without points nearer than apart_m to the one kept before; its last point stays."""
    apart_m = max(apart_m, float(distance_m(lonlat[:-1], lonlat[1:]).sum()) / MOST_POINTS)
    points, keep = lonlat.tolist(), [0]
    for i, (lon, lat) in enumerate(points[1:], start=1):
        east, north = lon - points[keep[-1]][0], lat - points[keep[-1]][1]
        per_lon, per_lat = metres_per_degree(lat)
        if hypot(east * per_lon, north * per_lat) >= apart_m or i == len(points) - 1:
            keep.append(i)
    return lonlat[keep]


def _candidates(engine: EmbeddedEngine, net: Network, lon: float, lat: float) -> Candidates:
    graph = net.graph
    edges = engine.snapper.nearest(lon, lat, engine.open_edges(net), reach_m=RADIUS_M, most=CANDIDATES)
    arc, into, off = [], [], []
    for point in edges:
        length = float(graph.edge_length_m[point.edge])
        for a, share in zip(graph.edge_arcs[point.edge].tolist(), (point.share, 1.0 - point.share), strict=True):
            if a >= 0 and net.is_open(a):
                arc.append(a)
                into.append(share * length)
                off.append(point.off_m)
    return Candidates(np.array(arc, np.int64), np.array(into), np.array(off))


def _stretches(lengths: Lengths, along_m: Floats, found: list[Candidates], noise: Noise) -> list[Stretch]:
    """Viterbi over the points. A point that no road leads to is left out, and so are the last few when none leads on from them;
    where neither helps within DETOUR_M a new stretch begins."""
    out, run, dropped, i = list[Stretch](), _Run(found, noise), 0, 0
    while i < len(found):
        last = run.last
        stuck = last is not None and along_m[i] - along_m[last] > max(DETOUR_M, along_m[last + 1] - along_m[last])
        if last is not None and stuck and dropped < DROP_MOST and len(run.points) > 1:
            dropped, i = dropped + 1, run.drop() + 1
        elif last is not None and stuck:
            out += run.stretches()
            i, dropped, run = last + 1, 0, _Run(found, noise)
        else:
            line_m = 0.0 if last is None else float(along_m[i] - along_m[last])
            ways = None if last is None else _transition(lengths, found[last], found[i], line_m, noise)
            dropped = 0 if run.take(i, ways) and i > run.farthest else dropped
            run.farthest = max(run.farthest, run.last or 0)
            i += 1
    return out + run.stretches()


class _Run:
    """The points of a stretch so far, with what each candidate of each has cost and whence it came."""

    def __init__(self, found: list[Candidates], noise: Noise) -> None:
        self._found, self._noise = found, noise
        self.points, self._cost, self._parent = list[int](), list[Floats](), list[Ints]()
        self.farthest = 0

    @property
    def last(self) -> int | None:
        return self.points[-1] if self.points else None

    def take(self, point: int, ways: Floats | None) -> bool:
        """Go on to a point if a way leads there; ways: (before, here) from the candidates of the last point."""
        here = self._found[point]
        if not len(here.arc):
            return False
        total = np.zeros((1, len(here.arc))) if ways is None else self._cost[-1][:, None] + ways
        if not np.isfinite(total).any():
            return False
        self.points.append(point)
        self._parent.append(total.argmin(axis=0))
        self._cost.append(total.min(axis=0) + 0.5 * (here.off_m / self._noise.metres) ** 2)
        return True

    def drop(self) -> int:
        """Leave the last point out."""
        self._cost.pop()
        self._parent.pop()
        return self.points.pop()

    def stretches(self) -> list[Stretch]:
        """The likeliest drive; [] when one point alone says nothing about a road."""
        if len(self.points) < 2:
            return []
        best = int(self._cost[-1].argmin())
        chosen = [best]
        for parent in reversed(self._parent[1:]):
            best = int(parent[best])
            chosen.append(best)
        at: list[tuple[int, float]] = []
        for point, c in zip(self.points, reversed(chosen), strict=True):
            arc, into_m = int(self._found[point].arc[c]), float(self._found[point].into_m[c])
            stands = bool(at) and at[-1][0] == arc and at[-1][1] - self._noise.back_m < into_m < at[-1][1]
            at.append(at[-1] if stands else (arc, into_m))       # noise moves a standing vehicle back a little
        return [Stretch(tuple(self.points), tuple(at))]


def _transition(lengths: Lengths, before: Candidates, here: Candidates, line_m: float, noise: Noise) -> Floats:
    """(b, h) how unlikely each way by road is; inf where it is far longer than the line."""
    road_m = lengths.between_m(before.arc, before.into_m, here.arc, here.into_m, back_m=noise.back_m)
    turned_m = lengths.turned_m(before.arc, before.into_m, here.arc, here.into_m)
    return np.minimum(noise.unlike(road_m, line_m), noise.unlike(turned_m, line_m) + TURN_COST)


def _between(net: Network, lengths: Lengths, noise: Noise, a: tuple[int, float], b: tuple[int, float], line_m: float) -> Steps:
    """Steps from one matched position to the next: shortest by road, or turned round on the open road."""
    (arc, into), (other, onto) = a, b
    ends = np.array([arc]), np.array([into]), np.array([other]), np.array([onto])
    road_m, turned_m = lengths.between_m(*ends, back_m=noise.back_m), lengths.turned_m(*ends)
    if noise.unlike(turned_m, line_m)[0, 0] + TURN_COST < noise.unlike(road_m, line_m)[0, 0]:
        length = float(net.graph.edge_length_m[net.graph.arc_edge[arc]])
        turn_at = max(into, length - onto)
        return net.stretch(arc, into, turn_at).then(net.stretch(other, length - turn_at, onto))
    if arc == other and onto >= into:
        return net.stretch(arc, into, onto)
    return net.driven(np.array(lengths.path(arc, other), np.int64), into, onto)


def _spot(net: Network, at: tuple[int, float]) -> Spot:
    return Spot((at[0],), (net.into_ms(*at),), float("nan"), float("nan"))


def _bridge(net: Network, last: tuple[int, float], onward: tuple[int, float]) -> Steps:
    """Across a gap in the match the fastest way is taken; the gap is named in `unmatched`."""
    path = net.path(_spot(net, last), _spot(net, onward))
    if path is None:
        raise NotReachable("no_way_through", field="line", value="")
    return path


def merge(net: Network, drives: list[Steps]) -> Steps:
    """One Steps of many that each begin where the one before ends: stretches of one arc become one step."""
    table = {name: np.concatenate([getattr(d, name) for d in drives]) for name in STEP_FIELDS}
    same = (table["arc"][1:] == table["arc"][:-1]) & (table["enter_ms"][1:] == table["leave_ms"][:-1])
    first = np.flatnonzero(np.concatenate([[True], ~same]))
    last = np.concatenate([first[1:] - 1, [len(table["arc"]) - 1]])
    steps = Steps(table["arc"][first], table["enter_ms"][first], table["leave_ms"][last], table["turn_ms"][first],
                  table["enter_m"][first], table["leave_m"][last])
    empty = (steps.leave_ms == steps.enter_ms) & (np.arange(len(steps)) > 0) & (np.arange(len(steps)) < len(steps) - 1)
    return Steps(*(getattr(steps, name)[~empty] for name in STEP_FIELDS))


def _gaps(stretches: list[Stretch], along_m: Floats) -> tuple[tuple[float, float], ...]:
    """The parts of the given line outside every stretch."""
    marks = [0.0]
    for stretch in stretches:
        marks += [float(along_m[stretch.points[0]]), float(along_m[stretch.points[-1]])]
    marks.append(float(along_m[-1]))
    return tuple((a, b) for a, b in zip(marks[::2], marks[1::2], strict=True) if b - a > 1.0)
