"""A trip at one of three depths: the clock alone, the fastest way, the roads driven. Each gives the same Audited.

In: a Locator, an AuditAsk, Trips.    Out: Audited: its forced stops, each with where and when.
Never knows: files, tallies, doors. A trip that cannot be judged is a BadInput or NotReachable: the caller makes it a finding.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.datum import to_wgs84
from geodata.errors import BadInput
from geodata.geodesy import NEAR_M, ecef, edge_metres, from_ecef_one
from geodata.index import MANY, SpatialIndex, carrier_for
from geodata.measured import MeasuredLine
from locator.asks import after, local
from locator.atlas import unset
from locator.audit.asking import AuditAsk
from locator.audit.clock import read_clock
from locator.audit.judging import Chance, Forced, chance_of, judge
from locator.audit.track_kernels import last_beside, reaches, spread
from locator.audit.trips import Trip
from locator.engines.embedded import EmbeddedEngine
from locator.engines.protocol import Engine, Route
from locator.locator import Locator

Floats = NDArray[np.float64]
WINDOW_S = 3_600.0                   # so much driving is looked at in one go, the last hour first
FEW_PLACES = 20_000         # up to here it is quicker to look at every one than to ask a tree
JUST_LEFT_S = 60.0                   # a place so soon after a rest is where he rested


@dataclass(frozen=True)
class Stop:
    """A forced stop on the ground. at: lon, lat where the driving time ends; when: aware, None where nobody knows.

    way, road  OpenStreetMap way and its name or number; 0 and "" where no roads are known
    row        of the last chance in the atlas, None: there was none;  before_s: driving from it to the end of the driving time
    """

    at: tuple[float, float]
    at_s: float
    when: datetime | None
    way: int
    road: str
    row: int | None
    before_s: float | None


@dataclass(frozen=True)
class Audited:
    """drive_s  driving time of the trip; stops in order."""

    drive_s: float
    stops: tuple[Stop, ...]


class Auditor:
    """Judges trips of one region by one ask. One for each process; not for two threads at once."""

    def __init__(self, locator: Locator, ask: AuditAsk, now: datetime) -> None:
        self.locator, self.ask, self.now = locator, ask, now
        self.atlas = locator.atlas
        reason, _ = self.atlas.reasons(ask.want, ask.vehicle, now)
        self.rows = unset(reason)
        self.index = SpatialIndex(self.atlas.places.lonlat[self.rows], carrier=carrier_for(MANY))
        self.places_xyz = ecef(*self.atlas.places.lonlat[self.rows].T)
        self.chords = cKDTree(self.places_xyz) if len(self.rows) > FEW_PLACES else None
        self.every = np.arange(len(self.rows))
        self.engine: Engine = locator.engine
        self.drive_s, self.break_s = float(ask.drive_s), float(ask.break_s)
        by_depth = {"quick": self._quick, "routed": self._routed, "matched": self._matched}
        self.judged: Callable[[Trip], Audited] = by_depth[ask.depth]

    def audit(self, trip: Trip) -> Audited:
        """Raises  BadInput or NotReachable where the trip cannot be judged at this depth."""
        if self.ask.datum != "wgs84":
            trip = replace(trip, lonlat=to_wgs84(trip.lonlat, self.ask.datum))
        return self.judged(trip)

    # ---------------------------------------------------------------- quick

    def _quick(self, trip: Trip) -> Audited:
        if not trip.line or trip.time_s is None:
            raise BadInput("missing", field="time")
        whole_s = float(trip.time_s[-1] - trip.time_s[0])
        if whole_s + self.ask.behind_s <= self.drive_s:
            return Audited(whole_s, ())                       # however much of it was driving
        xyz, metres = spread(trip.lonlat)
        if metres.max() > NEAR_M:
            metres = edge_metres(trip.lonlat, xyz)
        clock = read_clock(metres, trip.time_s, self.break_s)
        track = _Track(trip.lonlat, xyz, clock.drive_s)
        forced = judge(clock.total_s, self.drive_s, clock.rests_s, self._passed(track), behind_s=self.ask.behind_s)
        return Audited(clock.total_s, tuple(self._stop(one, track.at(one.at_s), when=self._time(trip, clock.drive_s, one.at_s))
                                            for one in forced))

    def _passed(self, track: _Track) -> Callable[[float, float, float], Chance]:
        """The place passed last within the corridor: hour by hour, backwards from where the driving time ends."""
        def chance(since: float, at: float, gain: float) -> Chance:
            after = since + JUST_LEFT_S if since > 0 else gain
            end = self._last_near(track, since, at)
            while end > since:
                begin = max(end - WINDOW_S, since)
                part, part_s = track.part(begin, end)
                line = MeasuredLine(part)
                near = self.index.along(line, self.ask.within_m)
                passed_s = np.interp(near.offset_m, line.at_m, part_s)
                if (passed_s > after).any():
                    best = int(np.argmax(passed_s))
                    there = float(passed_s[best])
                    return int(self.rows[near.ids[best]]), there, there
                end = self._last_near(track, since, begin)
            return None
        return chance

    def _last_near(self, track: _Track, since_s: float, end_s: float) -> float:
        """The end of the last hour in which a place may lie within the corridor; `since_s`: there is none."""
        within_m, rows = self.ask.within_m, self.every
        while end_s > since_s:
            begin_s = since_s
            if self.chords is not None:
                begin_s = max(end_s - WINDOW_S, since_s)
                xyz = track.points(begin_s, end_s)
                rows = np.array(self.chords.query_ball_point(xyz[len(xyz) // 2], reaches(xyz, within_m)[1]), np.int64)
            end_s = float(last_beside(track.xyz, track.drive_s, begin_s, end_s, WINDOW_S, self.places_xyz, rows, within_m))
            if end_s > begin_s:
                break
        return end_s

    def _time(self, trip: Trip, drive_s: Floats, at_s: float) -> datetime:
        assert trip.time_s is not None
        when = float(np.interp(at_s, drive_s, trip.time_s))
        return datetime.fromtimestamp(when, self.locator.region.tz)

    # ---------------------------------------------------------------- routed, matched

    def _routed(self, trip: Trip) -> Audited:
        if trip.line:
            raise BadInput("missing", field="from_lon")
        route = self.engine.route(trip.lonlat, self.ask.vehicle)
        return self._on_route(trip, route, np.empty(0))

    def _matched(self, trip: Trip) -> Audited:
        if not trip.line:
            raise BadInput("missing", field="polyline")
        route = self.engine.match(trip.lonlat, self.ask.vehicle)
        rests_s = np.empty(0)
        if trip.time_s is not None and route.duration_s + self.ask.behind_s > self.drive_s:
            line = MeasuredLine(trip.lonlat)
            clock = read_clock(np.diff(line.at_m), trip.time_s, self.break_s)
            stood = np.searchsorted(clock.drive_s, clock.rests_s)
            rests_s = np.sort(route.seconds_at(route.line.locate(trip.lonlat[stood]).offset_m)) if len(stood) else rests_s
        return self._on_route(trip, route, rests_s)

    def _on_route(self, trip: Trip, route: Route, rests_s: Floats) -> Audited:
        if route.duration_s + self.ask.behind_s <= self.drive_s:
            return Audited(route.duration_s, ())
        rows, reach_s, on_s = self._stops_on(route)
        forced = judge(route.duration_s, self.drive_s, rests_s, chance_of(reach_s, on_s), behind_s=self.ask.behind_s)
        depart = None if trip.depart is None else local(trip.depart, self.locator.region.tz, self.now)
        stops = []
        for nth, one in enumerate(forced):
            offset = offset_at(route, one.at_s)
            when = None if depart is None else after(depart, one.at_s + nth * self.break_s)
            way, road = road_at(route, offset)
            row = None if one.place is None else int(rows[one.place])
            lon, lat = route.line.point_at(np.array([offset]))[0].tolist()
            stops.append(self._stop(replace(one, place=row), (lon, lat), when=when, way=way, road=road))
        return Audited(route.duration_s, tuple(stops))

    def _stops_on(self, route: Route) -> tuple[NDArray[np.int64], Floats, Floats]:
        """(row in the atlas, reached at, gone on from) of every pass that may be rested at, in driving time along the route."""
        near = self.rows[np.sort(self.index.along(route.line, self.ask.within_m).ids)]
        if not len(near):
            return near, np.empty(0), np.empty(0)
        self.engine.expect(self.atlas.places, self.ask.vehicle)
        detours = self.engine.detours(route, self.atlas.places, near)
        piece, column = np.nonzero(detours.detour_s <= self.ask.detour_s)
        reach_s = detours.reach_s[piece, column]
        return near[column], reach_s, route.duration_s - detours.return_s[piece, column]

    def _stop(self, one: Forced, at: tuple[float, float], *, when: datetime | None, way: int = 0, road: str = "") -> Stop:
        before = None if one.there_s is None else one.at_s - one.there_s
        return Stop(at, one.at_s, when, way, road, one.place, before)

    @property
    def approximate(self) -> bool:
        """No roads were asked, or the region is schematic."""
        return self.ask.depth == "quick" or not isinstance(self.engine, EmbeddedEngine) or self.locator.region.facts.schematic


@dataclass(frozen=True, eq=False)
class _Track:
    lonlat: Floats
    xyz: Floats
    drive_s: Floats

    def points(self, begin_s: float, end_s: float) -> Floats:
        """(k, 3) those between which he drives in a stretch of driving time."""
        first, last = np.searchsorted(self.drive_s, [begin_s, end_s])
        return self.xyz[max(int(first) - 1, 0):int(last) + 1]

    def at(self, at_s: float) -> tuple[float, float]:
        """lon, lat after so much driving."""
        k = min(max(int(self.drive_s.searchsorted(at_s)), 1), len(self.drive_s) - 1)
        span = float(self.drive_s[k] - self.drive_s[k - 1])
        share = (at_s - float(self.drive_s[k - 1])) / span if span > 0 else 0.0
        x, y, z = ((1 - share) * a + share * b for a, b in zip(*self.xyz[k - 1:k + 1].tolist(), strict=True))
        return from_ecef_one(x, y, z)

    def part(self, begin_s: float, end_s: float) -> tuple[Floats, Floats]:
        """The points driven in a stretch of driving time, its ends inserted, and the driving time at each."""
        first, last = np.searchsorted(self.drive_s, [begin_s, end_s], side="right")
        last = max(int(last), int(first))
        inside = self.drive_s[first:last]
        points = np.concatenate([[self.at(begin_s)], self.lonlat[first:last], [self.at(end_s)]])
        return points, np.concatenate([[begin_s], inside, [end_s]])


def offset_at(route: Route, at_s: float) -> float:
    """Metres from the start after so much driving."""
    if route.steps is None:
        return float(np.interp(at_s, [0.0, route.duration_s], [0.0, route.distance_m]))
    marks_s = np.concatenate([[0.0], route.steps.end_ms / 1000.0])
    return float(np.interp(at_s, marks_s, np.concatenate([[0.0], route.steps.end_m])))


def road_at(route: Route, offset_m: float) -> tuple[int, str]:
    """(OpenStreetMap way, name or number) of the road there."""
    if route.steps is None or route.net is None:
        return 0, ""
    step, _ = route.steps.at_m(offset_m)
    graph = route.net.graph
    edge = int(graph.arc_edge[route.steps.arc[step]])
    return int(graph.edge_way[edge]), graph.road_name(edge)
