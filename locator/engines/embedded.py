"""The engine on our own road graph: exact routes and detours, whatever the number of places.

In: a RoadGraph with its grid and hierarchy; points, lines, places.    Out: Route, Detours, Excursion.
Never knows: layers, opening hours, files, languages. The formula is in docs/architecture.md, "The central idea".
"""
from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock

import numpy as np
import pyroutingkit
from numpy.typing import NDArray

from geodata.errors import BadInput, NotReachable
from geodata.measured import MeasuredLine
from geodata.roads.graph import RoadGraph
from geodata.roads.snap import SnapGrid, Snapper
from locator.engines.excursions import find_excursion
from locator.engines.lengths import Lengths
from locator.engines.matching import match_line
from locator.engines.network import FAR, Network, Spot
from locator.engines.pieces import Piece, cut_route
from locator.engines.protocol import Detours, Excursion, Floats, Ints, Places, Route
from locator.engines.steps import Steps
from locator.vehicles import Vehicle

REACH_M = 2_000.0          # a given point takes the nearest road within this
POOL = 6                   # vehicle signatures kept ready at once


@dataclass(frozen=True, eq=False)
class Stands:
    """Where lorries stand at places: one row a position, grouped by lot. A lot is entered and left in every direction listed."""

    place: Ints
    lot: Ints
    arc: Ints
    into_ms: Ints
    spots: tuple[Spot, ...]            # by lot


class EmbeddedEngine:
    """Thread-safe. Networks are shared by signature and bounded in number; the least used one goes first."""

    name = "embedded"
    approximate = False

    def __init__(self, graph: RoadGraph, grid: SnapGrid, hierarchy: pyroutingkit.CCHTopology, *, pool: int = POOL) -> None:
        self.graph, self.snapper, self._hierarchy, self._pool = graph, Snapper(graph, grid), hierarchy, pool
        self._networks: OrderedDict[tuple[str, ...], Network] = OrderedDict()
        self._stands: OrderedDict[tuple[object, ...], Stands] = OrderedDict()
        self._lengths: tuple[Network, Lengths] | None = None
        self._lock = Lock()

    def network(self, vehicle: Vehicle) -> Network:
        """The network of a vehicle's signature, made on first use."""
        signature = self.graph.signature(vehicle.profile)
        with self._lock:
            found = self._networks.get(signature)
            if found is None:
                found = self._networks[signature] = Network(self.graph, vehicle.profile, self._hierarchy)
            self._networks.move_to_end(signature)
            while len(self._networks) > self._pool:
                self._networks.popitem(last=False)
        return found

    def lengths(self, net: Network) -> Lengths:
        """Road lengths for map matching, made on first use and kept for one signature at a time."""
        with self._lock:
            if self._lengths is None or self._lengths[0] is not net:
                self._lengths = (net, Lengths(net, self._hierarchy))
            return self._lengths[1]

    # ---------------------------------------------------------------- points and places on the roads

    def snap(self, lon: float, lat: float, net: Network, *, leaving: bool, arriving: bool, field: str) -> Spot:
        """The nearest road from which (leaving) and to which (arriving) the vehicle can drive. Raises NotReachable."""
        found = self.snapper.nearest(lon, lat, net.usable_edges(leaving, arriving), reach_m=REACH_M)
        if not found:
            raise NotReachable("no_road_within_reach", field=field, value=f"{lon:.6f},{lat:.6f}", reach_m=round(REACH_M))
        best = found[0]
        return net.spot(best.edge, best.share, best.lon, best.lat, best.off_m)

    def open_edges(self, net: Network) -> NDArray[np.bool_]:
        """(e,) edges the vehicle may drive in some direction."""
        return net.usable_edges(False, False)

    def stands(self, places: Places, net: Network) -> Stands:
        """Every place's lots for one vehicle signature; kept for the next question."""
        key = (self.graph.signature(net.profile), places.key)
        with self._lock:
            if key in self._stands:
                self._stands.move_to_end(key)
                return self._stands[key]
        found = self._find_stands(places, net)
        with self._lock:
            self._stands[key] = found
            while len(self._stands) > 4 * self._pool:
                self._stands.popitem(last=False)
        return found

    def _find_stands(self, places: Places, net: Network) -> Stands:
        usable = net.usable_edges(True, True)
        place, lot, arc, into, spots = [], [], [], [], list[Spot]()
        for row, area in enumerate(places.geometry):
            for point in self.snapper.lots(area, usable):
                spot = net.spot(point.edge, point.share, point.lon, point.lat, point.off_m)
                for a, ms in zip(spot.arcs, spot.into_ms, strict=True):
                    place.append(row)
                    lot.append(len(spots))
                    arc.append(a)
                    into.append(ms)
                spots.append(spot)
        return Stands(np.array(place, np.int64), np.array(lot, np.int64), np.array(arc, np.int64), np.array(into, np.int64),
                      tuple(spots))

    # ---------------------------------------------------------------- routes

    def route(self, points: Floats, vehicle: Vehicle) -> Route:
        net = self.network(vehicle)
        last = len(points) - 1
        names = ["from", *["via"] * (last - 1), "to"]
        spots = [self.snap(lon, lat, net, leaving=i < last, arriving=i > 0, field=names[i])
                 for i, (lon, lat) in enumerate(points.tolist())]
        legs = []
        for i, (a, b) in enumerate(pairwise(spots)):
            leg = net.path(a, b)
            if leg is None:
                raise NotReachable("no_way_through", field=names[i + 1], value=f"{b.lon:.6f},{b.lat:.6f}")
            legs.append(leg)
        if sum(leg.total_m for leg in legs) <= 0:
            raise BadInput("same_place", field="to", value=f"{spots[-1].lon:.6f},{spots[-1].lat:.6f}")
        return self.compose(legs, tuple(spots), vehicle)

    def compose(self, legs: list[Steps], spots: tuple[Spot, ...], vehicle: Vehicle, *, own_line: bool = False,
                unmatched: tuple[tuple[float, float], ...] = ()) -> Route:
        """Legs driven one after another as one Route."""
        steps = legs[0]
        for leg in legs[1:]:
            steps = steps.then(leg)
        leg_of = np.repeat(np.arange(len(legs)), [len(leg) for leg in legs])
        via_m = tuple(np.cumsum([leg.total_m for leg in legs])[:-1].tolist()) if not own_line else ()
        return Route(MeasuredLine(steps.lonlat(self.graph)), steps.total_ms / 1000.0, vehicle, self.name, bool(unmatched), via_m,
                     unmatched, steps, leg_of, spots, own_line)

    def match(self, lonlat: Floats, vehicle: Vehicle) -> Route:
        return match_line(self, lonlat, vehicle)

    # ---------------------------------------------------------------- detours

    def pieces(self, route: Route, *, start_m: float = 0.0) -> list[Piece]:
        return cut_route(route, self.network(route.vehicle), start_m=start_m)

    def detours(self, route: Route, places: Places, rows: Ints, *, start_m: float = 0.0) -> Detours:
        net, pieces = self.network(route.vehicle), self.pieces(route, start_m=start_m)
        stands = self.stands(places, net)
        column = np.full(len(places.geometry), -1, np.int64)
        column[rows] = np.arange(len(rows))
        mine = np.flatnonzero(column[stands.place] >= 0)
        start_ms, end_ms = pieces[0].start_ms, pieces[-1].end_ms
        shape = (len(pieces), len(rows))
        out_ms, back_ms, lot = np.full(shape, FAR), np.full(shape, FAR), np.full(shape, -1)
        for i, piece in enumerate(pieces):
            for target, there, back in best_lots(net, piece, stands, mine):
                j = column[stands.place[target]]
                if there + back < out_ms[i, j] + back_ms[i, j]:
                    out_ms[i, j], back_ms[i, j], lot[i, j] = there, back, stands.lot[target]
        before = np.array([p.start_ms - start_ms for p in pieces])[:, None]
        after = np.array([end_ms - p.end_ms for p in pieces])[:, None]
        reach, back_s = seconds(out_ms, before), seconds(back_ms, after)
        lost = seconds(out_ms + back_ms, before + after - (end_ms - start_ms))      # in whole milliseconds to the end: never -0.0
        return Detours(np.array([p.start_m for p in pieces]), np.array([p.end_m for p in pieces]),
                       np.array([p.after_via for p in pieces]), reach, back_s, lost, lot)

    def excursion(self, route: Route, places: Places, rows: Ints, detours: Detours, cells: Sequence[tuple[int, int]],
                  ) -> list[Excursion]:
        net = self.network(route.vehicle)
        stands, pieces = self.stands(places, net), self.pieces(route, start_m=float(detours.from_m[0]))
        return [find_excursion(net, route, pieces[i], stands.spots[int(detours.lot[i, j])], places.lonlat[rows[j]])
                for i, j in cells]

    def nearest(self, lon: float, lat: float, places: Places, rows: Ints, vehicle: Vehicle, most: int, limit_s: float,
                ) -> tuple[Ints, Floats, Floats]:
        net = self.network(vehicle)
        here, stands = self.snap(lon, lat, net, leaving=True, arriving=False, field="at"), self.stands(places, net)
        column = np.full(len(places.geometry), -1, np.int64)
        column[rows] = np.arange(len(rows))
        mine = np.flatnonzero(column[stands.place] >= 0)
        times = net.between_ms(*here.positions, stands.arc[mine], stands.into_ms[mine])
        soonest = np.full(len(rows), FAR)
        times = times.min(axis=0) if times.size else np.empty(0, np.int64)
        np.minimum.at(soonest, column[stands.place[mine]], times)
        order = np.argsort(soonest, kind="stable")
        order = order[soonest[order] <= min(limit_s * 1000.0, float(FAR) - 1)][:most]
        metres = []
        for j in order:
            row = mine[(column[stands.place[mine]] == j) & (times == soonest[j])][0]
            path = net.path(here, stands.spots[int(stands.lot[row])])
            metres.append(path.total_m if path is not None else np.nan)
        return order, soonest[order] / 1000.0, np.array(metres, np.float64)


def best_lots(net: Network, piece: Piece, stands: Stands, mine: Ints) -> list[tuple[int, int, int]]:
    """(stand, there_ms, back_ms) for every lot: in by one direction, out by any. Two sums are never mixed between lots.

    A route that itself goes on to turn round is not cut short by turning at the place: he then drives on as he came.
    """
    if not len(mine):
        return []
    arc, into, lot = stands.arc[mine], stands.into_ms[mine], stands.lot[mine]
    there = net.between_ms(*piece.start.positions, arc, into).min(axis=0)
    back = net.between_ms(arc, into, *piece.end.positions).min(axis=1)
    first = np.flatnonzero(np.concatenate([[True], lot[1:] != lot[:-1]]))
    least = np.minimum.reduceat(there, first), np.minimum.reduceat(back, first)
    for row in np.flatnonzero(least[0] + least[1] < piece.end_ms - piece.start_ms):
        own = np.flatnonzero(lot == lot[first[row]])
        best = own[int((there[own] + back[own]).argmin())]
        least[0][row], least[1][row] = there[best], back[best]
    return [(int(mine[f]), int(t), int(b)) for f, t, b in zip(first, *least, strict=True) if t < FAR and b < FAR]


def seconds(ms: Ints, more: Ints) -> Floats:
    return np.where(ms >= FAR, np.inf, (ms + more) / 1000.0)
