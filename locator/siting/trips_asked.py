"""Trips as siting sees them: what lies along each, reached when, left when, for what stands and for every candidate.

In: an engine, a SiteAsk with trips, places.    Out: TripsFound: stops by trip; trips that could not be driven, with their reason.
Never knows: models, files. Times are the engine's: exact detours of each place from the trip's own route.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from geodata.datum import to_wgs84
from geodata.errors import LocatorError
from geodata.index import SpatialIndex
from locator.audit.trips import Trip
from locator.engines.embedded import EmbeddedEngine
from locator.engines.protocol import Places, Route
from locator.rules import read_rules
from locator.siting.asking import SiteAsk, Skipped
from locator.siting.windows import NONE, TripStops

WITHIN_M = 5_000.0          # of the route: places farther off are not asked
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TripsFound:
    """trips: those of `stops`, in order. longest_s: the rule's longest driving without a break."""

    stops: TripStops
    trips: tuple[Trip, ...]
    skipped: tuple[Skipped, ...]
    longest_s: float


def find_trips(engine: EmbeddedEngine, ask: SiteAsk, geometry: NDArray[np.object_], lonlat: Floats, here: int, now: datetime,
               told: Callable[[float], None]) -> TripsFound:
    """geometry, lonlat: places that stand, `here` of them, then candidates."""
    places = Places(("siting", object()), geometry, lonlat)
    index = SpatialIndex(lonlat, np.zeros(len(lonlat), np.uint64)) if len(lonlat) else None
    longest_s = float(read_rules(ask.rule, now.date()).drive) if ask.drive_s is None else ask.drive_s
    drive: list[float] = []
    weight: list[float] = []
    kept: list[Trip] = []
    skipped = list(ask.unread)
    rows: list[tuple[Ints, Floats, Floats, Ints]] = []
    for n, trip in enumerate(ask.trips):
        try:
            route = _route(engine, trip, ask)
        except LocatorError as why:
            skipped.append(Skipped(trip.row, trip.id, why.code, why.field))
            continue
        if route.duration_s > longest_s and index is not None:
            rows.append(_along(engine, route, places, index, ask, len(kept), here))
        drive.append(route.duration_s)
        weight.append(trip.weight)
        kept.append(trip)
        if n % 50 == 0:
            told(n / len(ask.trips))
    none = (np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    of, at_s, from_s, site = (np.concatenate(part) for part in zip(none, *rows, strict=True))
    stops = TripStops(np.array(drive, np.float64), np.array(weight, np.float64), of, at_s, from_s, site)
    return TripsFound(stops, tuple(kept), tuple(skipped), longest_s)


def _route(engine: EmbeddedEngine, trip: Trip, ask: SiteAsk) -> Route:
    lonlat = to_wgs84(trip.lonlat, ask.datum)
    return engine.match(lonlat, ask.cover.vehicle) if trip.line else engine.route(lonlat, ask.cover.vehicle)


def _along(engine: EmbeddedEngine, route: Route, places: Places, index: SpatialIndex, ask: SiteAsk, trip: int, here: int,
           ) -> tuple[Ints, Floats, Floats, Ints]:
    """Every visit of a place that costs no more than allowed: the trip, reached, counts as left, candidate or NONE."""
    near = np.sort(index.along(route.line, WITHIN_M).ids)
    engine.expect(places, ask.cover.vehicle)
    found = engine.detours(route, places, near)
    piece, column = np.nonzero(found.detour_s <= ask.max_detour_s)
    row = near[column]
    at_s = found.reach_s[piece, column]
    from_s = np.minimum(route.duration_s - found.return_s[piece, column], at_s)
    return np.full(len(row), trip), at_s, from_s, np.where(row < here, NONE, row - here)
