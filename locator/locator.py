"""One region, ready to answer: one method per question; every door calls it.

In: asks.    Out: answers (frames and routes, no text).
Never knows: Flask, folium, languages, the command line.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.datum import to_wgs84
from geodata.errors import BadInput, LocatorError, NotReachable
from geodata.gazetteer import Gazetteer, Named, parse_lonlat
from geodata.layers import Catalog
from geodata.regions import Region
from locator.along import Along, find_stops
from locator.asks import Point, RouteAsk, Want, local
from locator.atlas import Atlas
from locator.closing import Standing, standing
from locator.engines.embedded import EmbeddedEngine
from locator.engines.hierarchy import load_hierarchy
from locator.engines.protocol import Engine, Route
from locator.engines.straight import StraightEngine
from locator.here import Contact, contacts_of, find_cell, find_events, find_soonest
from locator.nearest import find_nearest
from locator.omitted import NOTHING_OMITTED
from locator.plan_asks import PlanAsk
from locator.planned import MOST_STOPS, Planned, plan_trip
from locator.planning import Planning
from locator.shared_text import Shared, read_shared
from locator.vehicles import Vehicle

LEAST_MATCHED = 0.5          # a line that fits roads over less than this share is taken as drawn
SWAP_MARGIN_DEG = 1.0
WIDER_S = 3_600.0            # detours looked at to say what would mend a trip


@dataclass(frozen=True, eq=False)
class RouteAnswer:
    region: Region
    route: Route
    depart: datetime


@dataclass(frozen=True, eq=False)
class AlongAnswer:
    """stops, omitted: frames of locator.along; rows point into the atlas."""

    region: Region
    route: Route
    depart: datetime
    atlas: Atlas
    stops: pd.DataFrame
    omitted: pd.DataFrame
    omitted_more: int
    start_m: float


@dataclass(frozen=True, eq=False)
class PlanAnswer:
    """planned: over the stops of `along`. wider: where that is no plan, the same with places farther off that mends may name."""

    along: AlongAnswer
    planned: Planned
    wider: Planned | None = None


@dataclass(frozen=True, eq=False)
class NearestAnswer:
    region: Region
    lon: float
    lat: float
    depart: datetime
    atlas: Atlas
    places: pd.DataFrame         # of locator.nearest
    omitted: pd.DataFrame
    omitted_more: int
    approximate: bool


@dataclass(frozen=True, eq=False)
class HereAnswer:
    """cell: the grid cell he is in, None where none is known; events: of locator.here.find_events."""

    nearest: NearestAnswer
    cell: dict[str, Any] | None
    contacts: tuple[Contact, ...]
    events: list[dict[str, Any]]


class Locator(Planning):
    """Answers for one region. Thread-safe; layers changed by anybody are seen by the next question."""

    def __init__(self, region: Region, *, pool: int = 4, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.region, self._now = region, now
        self.straight = StraightEngine()
        self.engine: Engine = self._embedded(pool) if region.facts.has_roads else self.straight
        self._lock = Lock()
        self._known: tuple[tuple[tuple[str, int], ...], Atlas, Gazetteer] | None = None

    def _embedded(self, pool: int) -> EmbeddedEngine:
        graph = self.region.roads
        assert graph is not None
        facts = self.region.facts
        middle = ((facts.bbox[0] + facts.bbox[2]) / 2, (facts.bbox[1] + facts.bbox[3]) / 2) if facts.bbox else None
        hierarchy = load_hierarchy(self.region.build / "hierarchy", region=facts.name)
        return EmbeddedEngine(graph, self.region.grid, hierarchy, pool=pool,
                              keeps_left=facts.driving_side == "left", country=facts.country, lonlat=middle,
                              closures=self.region.closures.read)

    # ---------------------------------------------------------------- questions

    def route(self, ask: RouteAsk) -> RouteAnswer:
        """The route by places or along the driver's own line. Raises BadInput, NotFound, NotReachable."""
        return self._routed(ask)[0]

    def _routed(self, ask: RouteAsk) -> tuple[RouteAnswer, Engine]:
        """The route, and the engine as it is at its departure."""
        depart = local(ask.depart, self.region.tz, self._now())
        engine = self.engine.at(depart)
        if ask.line is not None:
            line = self._wgs84_line(ask.line, ask.datum)
            route = self._match(line, ask.vehicle, engine)
        else:
            assert ask.origin is not None and ask.destination is not None
            named = [("from", ask.origin), *(("via", v) for v in ask.via), ("to", ask.destination)]
            points = np.array([self.where(point, ask.datum, field=name) for name, point in named])
            if len(points) == 2 and (points[0] == points[1]).all():
                raise BadInput("same_place", field="to", value=ask.destination)
            route = _without_avoided(points, ask.vehicle, engine)
        return RouteAnswer(self.region, route, depart), engine

    def along(self, ask: RouteAsk, want: Want) -> AlongAnswer:
        """The stops along a route with their true detours. Raises what `route` raises; out_of_range for start_m."""
        return self._along(ask, want)[0]

    def _along(self, ask: RouteAsk, want: Want, *, bare: bool = False) -> tuple[AlongAnswer, Along, Engine]:
        found, engine = self._routed(ask)
        if want.start_m >= found.route.distance_m:
            raise BadInput("out_of_range", field="start_m", value=want.start_m, low=0, high=round(found.route.distance_m, 1))
        engine = engine if found.route.steps is not None else self.straight
        atlas, country = self.atlas, self.region.facts.country
        result = find_stops(found.route, atlas, engine, want, depart=found.depart, country=country, bare=bare)
        return AlongAnswer(self.region, found.route, found.depart, atlas, result.stops, result.omitted, result.omitted_more,
                           want.start_m), result, engine

    def plan(self, ask: RouteAsk, want: Want, how: PlanAsk) -> PlanAnswer:
        """Where he stops so as to keep the driving-time rules. Raises what `along` raises, and what PlanAsk.rules and .state do.

        The plan looks at up to MOST_STOPS stops, spread over the way; `want.limit` is for those who list them. Where there is no
        plan, all other places, and those a longer detour away, are looked at as well, to say which of them would make one.
        """
        usual = replace(want, limit=MOST_STOPS, order="offset", open_at_eta=False)
        along, found, engine = self._along(ask, usual, bare=True)

        def planned(among: Along, usable: NDArray[np.bool_] | None = None) -> Planned:
            return plan_trip(along.route, among, along.atlas, engine, along.depart, how, services=want.services,
                             country=self.region.facts.country, start_m=want.start_m, usable=usable)
        first = planned(found)
        if first.plan.feasible:
            return PlanAnswer(along, first)
        wider = Want(max_detour_s=max(want.detour_limit_s, WIDER_S), start_m=want.start_m, limit=2 * MOST_STOPS)
        more = find_stops(along.route, along.atlas, engine, wider, depart=along.depart, country=self.region.facts.country,
                          bare=True)
        known = set(_passes(along.stops))
        usable = np.array([one in known for one in _passes(more.stops)], bool)
        if usable.sum() < len(known) or usable.all():
            return PlanAnswer(along, first)
        return PlanAnswer(along, first, planned(more, usable))

    def nearest(self, at: Point, vehicle: Vehicle, want: Want, depart: datetime | None = None, *, datum: str = "wgs84",
                ) -> NearestAnswer:
        """The places soonest reached from a point."""
        lon, lat = self.where(at, datum, field="at")
        at_time = local(depart, self.region.tz, self._now())
        engine = self.engine.at(at_time)
        found = find_nearest(lon, lat, self.atlas, engine, vehicle, want, depart=at_time, country=self.region.facts.country)
        return NearestAnswer(self.region, lon, lat, at_time, self.atlas, found.places, found.omitted, found.omitted_more,
                             self.engine.approximate)

    def here(self, at: Point, vehicle: Vehicle, depart: datetime | None = None, *, datum: str = "wgs84", to: Point | None = None,
             ) -> HereAnswer:
        """Help at a point: the soonest place of each kind, who looks after it, whom to call, today's events near it, or along the
        way to `to`."""
        lon, lat = self.where(at, datum, field="at")
        now, country, catalog = local(depart, self.region.tz, self._now()), self.region.facts.country, self.layers()
        engine, atlas = self.engine.at(now), self.atlas
        ends = None if to is None else np.array([(lon, lat), self.where(to, datum, field="to")])
        line = None if ends is None else _without_avoided(ends, vehicle, engine).line
        try:
            places = find_soonest(lon, lat, atlas, engine, vehicle, now, country)
        except NotReachable:                               # far from any road he needs help no less
            engine = self.straight
            places = find_soonest(lon, lat, atlas, engine, vehicle, now, country)
        nearest = NearestAnswer(self.region, lon, lat, now, atlas, places, NOTHING_OMITTED, 0, engine.approximate)
        return HereAnswer(nearest, find_cell(lon, lat, catalog), contacts_of(country), find_events(lon, lat, catalog, now, line))

    def closures(self) -> list[Standing]:
        """The roads people closed or limited, with where they lie and whether they are in force now."""
        return standing(self.region, self._now())

    def warm(self, vehicle: Vehicle) -> None:
        """Have the roads of a vehicle ready before anybody asks."""
        engine = self.engine.at(local(None, self.region.tz, self._now()))
        if isinstance(engine, EmbeddedEngine):
            net = engine.network(vehicle)
            net.usable_edges(True, True)
            assert net.metric is not None                # made here: workers forked later share it

    def layers(self) -> Catalog:
        return self.region.layers.catalog()

    def suggest(self, text: str, limit: int = 8) -> list[Named]:
        """Places whose names begin with, or resemble, what somebody typed."""
        return self._current()[2].suggest(text, limit)

    # ---------------------------------------------------------------- what it stands on

    @property
    def atlas(self) -> Atlas:
        return self._current()[1]

    def _current(self) -> tuple[tuple[tuple[str, int], ...], Atlas, Gazetteer]:
        catalog = self.layers()
        versions = tuple((layer.name, layer.version) for layer in catalog.values())
        with self._lock:
            if self._known is None or self._known[0] != versions:
                self._known = (versions, Atlas.of(catalog), self.region.gazetteer())
            return self._known

    def where(self, point: Point, datum: str, *, field: str) -> tuple[float, float]:
        """(lon, lat) WGS 84 of a name, of coordinates in `datum`, or of what a map app shares. Raises BadInput, NotFound."""
        if isinstance(point, str):
            if (shared := read_shared(point)) is not None:
                return self._shared(shared, datum, field=field)
            pair = parse_lonlat(point, field=field)
            if pair is None:
                named = self._current()[2].find(point, field=field)
                return named.lon, named.lat
            point = pair
        lon, lat = float(point[0]), float(point[1])
        if not np.isfinite([lon, lat]).all():
            raise BadInput("not_finite", field=field, value=f"{lon},{lat}")
        if self._swapped(lon, lat):
            raise BadInput("swapped_lonlat", field=field, value=f"{lon},{lat}")
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise BadInput("bad_lonlat", field=field, value=f"{lon},{lat}")
        moved = to_wgs84(np.array([[lon, lat]]), datum)
        return float(moved[0, 0]), float(moved[0, 1])

    def _shared(self, shared: Shared, datum: str, *, field: str) -> tuple[float, float]:
        """(lon, lat) of a share text: its own coordinates and datum, else the place of its name. Raises BadInput short_link."""
        if shared.lonlat is not None:
            return self.where(shared.lonlat, shared.datum or datum, field=field)
        try:
            named = self._current()[2].find(shared.name or "", field=field)
        except LocatorError as why:
            if why.code == "ambiguous_place":
                raise
            raise BadInput("short_link", field=field, value=shared.name or shared.source) from why
        return named.lon, named.lat

    def _swapped(self, lon: float, lat: float) -> bool:
        """Does the pair fit this region only the other way round?"""
        return bool(self.region.facts.bbox) and not self._near(lon, lat) and self._near(lat, lon)

    def _near(self, lon: float, lat: float) -> bool:
        west, south, east, north = self.region.facts.bbox
        m = SWAP_MARGIN_DEG
        return west - m <= lon <= east + m and south - m <= lat <= north + m

    def _wgs84_line(self, line: NDArray[np.float64], datum: str) -> NDArray[np.float64]:
        if self._swapped(*line[0]) and self._swapped(*line[-1]):
            raise BadInput("swapped_lonlat", field="line", value=f"#1: {line[0, 0]},{line[0, 1]}")
        return to_wgs84(line, datum)

    def _match(self, line: NDArray[np.float64], vehicle: Vehicle, engine: Engine) -> Route:
        """On the roads where most of the line fits them; else as drawn, approximate, and saying so."""
        if self.engine is self.straight:
            return self.straight.match(line, vehicle)
        drawn = self.straight.match(line, vehicle)
        try:
            route = engine.match(line, vehicle)
        except NotReachable:
            return drawn
        missing = sum(b - a for a, b in route.unmatched)
        return route if missing <= (1 - LEAST_MATCHED) * drawn.line.length_m else drawn


def _passes(stops: pd.DataFrame) -> Iterator[tuple[int, int, int]]:
    return zip(stops["row"], stops["piece"], stops["lot"], strict=True)


def _without_avoided(points: NDArray[np.float64], vehicle: Vehicle, engine: Engine) -> Route:
    """The route; where there is one only over roads he would avoid, that is said. Raises NotReachable no_way_avoiding."""
    try:
        return engine.route(points, vehicle)
    except NotReachable as why:
        if not vehicle.avoid:
            raise
        try:
            engine.route(points, replace(vehicle, avoid=()))
        except NotReachable:
            raise why from None
        raise NotReachable("no_way_avoiding", field="avoid", value=", ".join(vehicle.avoid)) from why
