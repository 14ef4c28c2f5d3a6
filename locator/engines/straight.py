"""Where no roads are known: straight lines, a winding factor and one speed. Everything it says is approximate.

In: points, lines, places.    Out: Route, Detours, Excursion, all marked approximate.
Never knows: roads, carriageways; access is unknown here.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self

import numpy as np

from geodata.errors import BadInput
from geodata.geodesy import distance_m
from geodata.measured import MeasuredLine
from locator.engines.bars import Bar
from locator.engines.network import Spot
from locator.engines.protocol import Bools, Detours, Excursion, Floats, Ints, Nearby, Places, Route
from locator.vehicles import Vehicle

WINDING = 1.3             # road over straight line; a common planning figure, not measured for any one region
SPEED_KMH = 50.0          # a lorry over all kinds of road
SECONDS_PER_M = 3.6 / SPEED_KMH


class StraightEngine:
    name = "straight"
    approximate = True

    def at(self, depart: datetime | None) -> Self:
        return self

    def route(self, points: Floats, vehicle: Vehicle) -> Route:
        """Straight from point to point. Raises BadInput same_place."""
        line = MeasuredLine(points)
        if line.length_m < 1.0:
            raise BadInput("same_place", field="to", value=f"{points[-1, 0]:.6f},{points[-1, 1]:.6f}")
        duration = line.length_m * WINDING * SECONDS_PER_M
        return Route(line, duration, vehicle, self.name, True, tuple(line.at_m[1:-1].tolist()))

    def match(self, lonlat: Floats, vehicle: Vehicle) -> Route:
        """The line as drawn; none of it is matched to a road."""
        line = MeasuredLine(lonlat)
        return Route(line, line.length_m * SECONDS_PER_M, vehicle, self.name, True, (), ((0.0, line.length_m),), own_line=True)

    def expect(self, places: Places, vehicle: Vehicle) -> None:
        return None

    def detours(self, route: Route, places: Places, rows: Ints, *, start_m: float = 0.0) -> Detours:
        """Out from the nearest point of the line and back to it, between each two vias."""
        marks = [start_m, *(m for m in route.via_m if m > start_m), route.line.length_m]
        shape = (len(marks) - 1, len(rows))
        reach, back = np.empty(shape), np.empty(shape)
        for i in range(shape[0]):
            at = route.line.cut(marks[i], marks[i + 1]).locate(places.lonlat[rows])
            off_s = at.off_m * WINDING * SECONDS_PER_M
            reach[i] = route.seconds_at(marks[i] + at.offset_m) - route.seconds_at(np.array([start_m])) + off_s
            back[i] = route.duration_s - route.seconds_at(marks[i] + at.offset_m) + off_s
        left_s = route.duration_s - float(route.seconds_at(np.array([start_m]))[0])
        before = len(route.via_m) - (shape[0] - 1)
        return Detours(np.array(marks[:-1]), np.array(marks[1:]), before + np.arange(shape[0]), reach, back,
                       np.maximum(reach + back - left_s, 0.0), np.zeros(shape, np.int64))

    def excursion(self, route: Route, places: Places, rows: Ints, detours: Detours, cells: Sequence[tuple[int, int]],
                  ) -> list[Excursion]:
        found = []
        for i, j in cells:
            at = route.line.cut(float(detours.from_m[i]), float(detours.to_m[i])).locate(places.lonlat[rows[j]][None, :])
            here = float(detours.from_m[i] + at.offset_m[0])
            found.append(Excursion(here, here, 2 * WINDING * float(at.off_m[0]), None, None))
        return found

    def drives_ms(self, route: Route, places: Places, lots: Ints, others: Ints) -> None:
        return None

    def nearest(self, lon: float, lat: float, places: Places, rows: Ints, vehicle: Vehicle) -> Nearby:
        metres = distance_m(places.lonlat[rows], np.array([lon, lat])) * WINDING
        return Nearby(None, metres * SECONDS_PER_M, np.zeros(len(rows), np.int64))

    def ways(self, near: Nearby, places: Places, rows: Ints, vehicle: Vehicle, columns: Ints) -> tuple[Floats, Bools]:
        return near.drive_s[columns] / SECONDS_PER_M, np.zeros(len(columns), np.bool_)

    def bars(self, places: Places, rows: Ints, start: Spot, end: Spot, vehicle: Vehicle) -> Mapping[int, Bar]:
        return {}
