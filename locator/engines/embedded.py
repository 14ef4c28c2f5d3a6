"""The engine on our own road graph: exact routes and detours, whatever the number of places.

In: a RoadGraph with its grid and hierarchy; points, lines, places.    Out: Route, Detours, Excursion.
Never knows: layers, opening hours, files, languages. The formula is in docs/architecture.md, "The central idea".
"""
from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geodata.errors import BadInput
from geodata.measured import MeasuredLine
from geodata.roads.closures import NOTHING, Closures
from geodata.roads.graph import RoadGraph
from geodata.roads.snap import SnapGrid, Snapper
from locator.engines.bars import AT_PLACES, Bar, Relaxed, reached_from, says_anything
from locator.engines.excursions import find_excursion
from locator.engines.hierarchy import Hierarchy
from locator.engines.matching import find_drivable, match_line
from locator.engines.moments import Roads, toll_m
from locator.engines.network import FAR, Network, Spot
from locator.engines.pieces import Piece, cut_route
from locator.engines.pool import Pool
from locator.engines.protocol import Bools, Detours, Excursion, Floats, Ints, Nearby, Places, Route
from locator.engines.snapping import snap_point, snap_route
from locator.engines.standing import Stands, find_stands, side_margin_m
from locator.engines.steps import Steps
from locator.vehicles import Vehicle

if TYPE_CHECKING:
    from locator.engines.trellis import Drivable

POOL = 6                   # vehicle signatures kept ready at once
MATCHED = 2                # of these, kept for map matching (20 bytes an arc, 4 a turn)
EXPECTED = 10_000          # positions at places: up to 7 kB each in a large country
SEARCHES = 4               # searches without one measure kept for the next question


class EmbeddedEngine:
    """Thread-safe. Networks are shared by signature and bounded in number; the least used one goes first."""

    name = "embedded"
    approximate = False

    def __init__(self, graph: RoadGraph, grid: SnapGrid, hierarchy: Hierarchy, *, pool: int = POOL,
                 keeps_left: bool = False, country: str | None = None, lonlat: tuple[float, float] | None = None,
                 closures: Callable[[], Closures] = lambda: NOTHING) -> None:
        self.graph, self.snapper = graph, Snapper(graph, grid, keeps_left=keeps_left)
        self._hierarchy, self._pool = hierarchy, pool
        self.networks = Pool[Network](pool)
        self._drivable: Pool[Drivable] = Pool(MATCHED)
        self._roads = Roads(graph, country, lonlat, closures).at(None)
        self._stands: OrderedDict[tuple[object, ...], Stands] = OrderedDict()
        self._relaxed: OrderedDict[tuple[Network, str], Relaxed] = OrderedDict()
        self.searches = 0                      # of the whole net, for why a place cannot be reached
        self._lock = Lock()

    def at(self, depart: datetime | None) -> EmbeddedEngine:
        """The same engine for one who sets off then: with the conditions and closures of that moment, come what may."""
        found = copy(self)
        found._roads = self._roads.roads.at(depart)
        return found

    def network(self, vehicle: Vehicle) -> Network:
        """The network of a vehicle's signature at the engine's moment, made on first use."""
        profile = vehicle.profile
        key = self._roads.key(profile)
        return self.networks.get(key, lambda: Network(self._roads.graph(profile), profile, self._hierarchy, key))

    def _net_of(self, route: Route) -> Network:
        """The network the route was found on, so that detours are of the same roads."""
        return route.net or self.network(route.vehicle)

    def drivable(self, net: Network) -> Drivable:
        """The network as map matching wants it, made on first use and kept for a few signatures."""
        return self._drivable.get(net.key, lambda: find_drivable(net))

    # ---------------------------------------------------------------- points and places on the roads

    def open_edges(self, net: Network) -> NDArray[np.bool_]:
        """(e,) edges the vehicle may drive in some direction."""
        return net.open_edges()

    def stands(self, places: Places, net: Network) -> Stands:
        """Every place's lots for one vehicle signature; kept for the next question."""
        key = (net.key, places.key)
        with self._lock:
            if key in self._stands:
                self._stands.move_to_end(key)
                return self._stands[key]
        found = find_stands(self.snapper, net, places.geometry, range(len(places.geometry)))
        with self._lock:
            self._stands[key] = found
            while len(self._stands) > 4 * self._pool:
                self._stands.popitem(last=False)
        return found

    def expect(self, places: Places, vehicle: Vehicle) -> None:
        net = self.network(vehicle)
        found = self.stands(places, net)
        if len(found.arc) <= EXPECTED and found.chains is None:
            with self._lock:
                self._stands[net.key, places.key] = found.with_chains(net)

    def bars(self, places: Places, rows: Ints, start: Spot, end: Spot, vehicle: Vehicle) -> dict[int, Bar]:
        """What alone keeps the vehicle from places `rows` that it cannot reach on its way; nothing for those it explains not."""
        net, found = self.network(vehicle), dict[int, Bar]()
        for reason in AT_PLACES:
            left = [row for row in rows.tolist() if row not in found]
            if not left or not says_anything(net, reason):
                continue
            relaxed = self._without(net, reason, start, end)
            for row in left:
                near = self.snapper.lots(places.geometry[row], relaxed.standing_edges)
                bar = relaxed.bar_of_edge(near[0].edge) if near else None
                if bar is not None:
                    found[row] = bar
        return found

    def _without(self, net: Network, reason: str, start: Spot, end: Spot) -> Relaxed:
        """The search without one measure, round all that is reached from `start` and leads to `end`. Where the way lies on the
        great part of the net that is always the same, and kept."""
        shared = self._on_great_part(net, start, end)
        with self._lock:
            if shared and (net, reason) in self._relaxed:
                return self._relaxed[net, reason]
        self.searches += 1
        reached = np.flatnonzero(net.can_arrive) if shared else reached_from(net, start.positions[0])
        leading = np.flatnonzero(net.can_leave) if shared else reached_from(net, end.positions[0], backwards=True)
        found = Relaxed(net, reason, reached, leading)
        with self._lock:
            if shared:
                self._relaxed[net, reason] = found
            standing = {id(one) for one in self.networks.values()}          # a network that left the pool is not held here
            for key in [key for key in self._relaxed if id(key[0]) not in standing] + list(self._relaxed)[:-SEARCHES]:
                self._relaxed.pop(key, None)
        return found

    def _on_great_part(self, net: Network, start: Spot, end: Spot) -> bool:
        great = np.flatnonzero(net.can_leave & net.can_arrive)[:1]
        if not len(great) or (net.can_leave == net.can_arrive).all():         # nothing is cut off, or there is no great part
            return False
        anchor = Spot((int(great[0]),), (0,), 0.0, 0.0)
        return bool(net.spots_ms(start, anchor) < FAR and net.spots_ms(anchor, end) < FAR)

    # ---------------------------------------------------------------- routes

    def route(self, points: Floats, vehicle: Vehicle) -> Route:
        net = self.network(vehicle)
        last = len(points) - 1
        names = ["from", *["via"] * (last - 1), "to"]
        spots, legs = snap_route(self.snapper, net, points, names)
        if sum(leg.total_m for leg in legs) <= 0:
            raise BadInput("same_place", field="to", value=f"{spots[-1].lon:.6f},{spots[-1].lat:.6f}")
        return self.compose(legs, tuple(spots), vehicle)

    def compose(self, legs: list[Steps], spots: tuple[Spot, ...], vehicle: Vehicle, *, own_line: bool = False,
                unmatched: tuple[tuple[float, float], ...] = ()) -> Route:
        """Legs driven one after another as one Route."""
        steps = legs[0]
        for leg in legs[1:]:
            steps = steps.then(leg)
        if own_line:
            steps = replace(steps, arc=self.network(vehicle).as_driven(steps.arc))
        leg_of = np.repeat(np.arange(len(legs)), [len(leg) for leg in legs])
        via_m = tuple(np.cumsum([leg.total_m for leg in legs])[:-1].tolist()) if not own_line else ()
        doubts = self._roads.doubts(steps, vehicle.profile)
        return Route(MeasuredLine(steps.lonlat(self.graph)), steps.total_ms / 1000.0, vehicle, self.name,
                     bool(unmatched or doubts), via_m, unmatched, steps, leg_of, spots, own_line, doubts,
                     toll_m(self.graph, steps, vehicle.mode), self.network(vehicle))

    def match(self, lonlat: Floats, vehicle: Vehicle) -> Route:
        return match_line(self, lonlat, vehicle)

    # ---------------------------------------------------------------- detours

    def pieces(self, route: Route, *, start_m: float = 0.0) -> list[Piece]:
        return cut_route(route, self._net_of(route), start_m=start_m)

    def detours(self, route: Route, places: Places, rows: Ints, *, start_m: float = 0.0) -> Detours:
        net, pieces = self._net_of(route), self.pieces(route, start_m=start_m)
        stands = self.stands(places, net)
        column = np.full(len(places.geometry), -1, np.int64)
        column[rows] = np.arange(len(rows))
        mine = np.flatnonzero(column[stands.place] >= 0)
        start_ms, end_ms = pieces[0].start_ms, pieces[-1].end_ms
        shape = (len(pieces), len(rows))
        out_ms, back_ms, lot = np.full(shape, FAR), np.full(shape, FAR), np.full(shape, -1)
        for i, piece in enumerate(pieces):
            target, there, back = best_lots(net, piece, stands, mine)
            last = np.argsort(there + back, kind="stable")[::-1]        # of a place's lots the cheapest, the first of equals
            j = column[stands.place[target[last]]]
            out_ms[i, j], back_ms[i, j], lot[i, j] = there[last], back[last], stands.lot[target[last]]
        before = np.array([p.start_ms - start_ms for p in pieces])[:, None]
        after = np.array([end_ms - p.end_ms for p in pieces])[:, None]
        reach, back_s = seconds(out_ms, before), seconds(back_ms, after)
        lost = seconds(out_ms + back_ms, before + after - (end_ms - start_ms))      # in whole milliseconds to the end: never -0.0
        return Detours(np.array([p.start_m for p in pieces]), np.array([p.end_m for p in pieces]),
                       np.array([p.after_via for p in pieces]), reach, back_s, lost, lot)

    def excursion(self, route: Route, places: Places, rows: Ints, detours: Detours, cells: Sequence[tuple[int, int]],
                  ) -> list[Excursion]:
        net = self._net_of(route)
        stands, pieces = self.stands(places, net), self.pieces(route, start_m=float(detours.from_m[0]))
        found = []
        for i, j in cells:
            lot = int(detours.lot[i, j])
            visit = find_excursion(net, route, pieces[i], stands.spots[lot], places.lonlat[rows[j]],
                                   lambda arcs: self._roads.guessed(arcs, route.vehicle.profile))
            margin_m = side_margin_m(self.snapper, places.geometry[rows[j]], stands.points[lot])
            found.append(replace(visit, side_margin_m=margin_m))
        return found

    def drives_ms(self, route: Route, places: Places, lots: Ints, others: Ints) -> Ints:
        net = self._net_of(route)
        spots = self.stands(places, net).spots
        (source, from_arc, from_into), (target, to_arc, to_into) = (_positions(spots, one) for one in (lots, others))
        if not len(source) or not len(target):
            return np.full((len(lots), len(others)), FAR)
        times = net.between_ms(from_arc, from_into, to_arc, to_into)
        return np.minimum.reduceat(np.minimum.reduceat(times, source, axis=0), target, axis=1)

    def nearest(self, lon: float, lat: float, places: Places, rows: Ints, vehicle: Vehicle) -> Nearby:
        net = self.network(vehicle)
        stands = self.stands(places, net)
        column = np.full(len(places.geometry), -1, np.int64)
        column[rows] = np.arange(len(rows))
        mine = np.flatnonzero(column[stands.place] >= 0)
        soonest, lot = np.full(len(rows), FAR), np.full(len(rows), -1)
        for here in snap_point(self.snapper, net, lon, lat, "at"):
            times = stands.there_ms(net, here, mine)
            if (times < FAR).any():
                break
        for k in np.argsort(times, kind="stable")[::-1].tolist():
            j = column[stands.place[mine[k]]]
            if times[k] < FAR:
                soonest[j], lot[j] = times[k], stands.lot[mine[k]]
        return Nearby(here, seconds(soonest, np.zeros(len(rows), np.int64)), lot)

    def ways(self, near: Nearby, places: Places, rows: Ints, vehicle: Vehicle, columns: Ints) -> tuple[Floats, Bools]:
        net = self.network(vehicle)
        spots, here = self.stands(places, net).spots, near.here
        assert here is not None
        ways = [net.path(here, spots[int(near.lot[j])]) for j in columns.tolist()]
        guessed = [way is not None and self._roads.guessed(way.arc, vehicle.profile) for way in ways]
        return np.array([np.nan if way is None else way.total_m for way in ways], np.float64), np.array(guessed, np.bool_)


def _positions(spots: Sequence[Spot], lots: Ints) -> tuple[Ints, Ints, Ints]:
    """Where each lot's positions begin, their arcs and how far into them."""
    mine = [spots[lot] for lot in lots.tolist()]
    count = np.array([len(spot.arcs) for spot in mine], np.int64)
    arcs, into = (np.array([one for spot in mine for one in getattr(spot, name)], np.int64) for name in ("arcs", "into_ms"))
    return np.cumsum(count) - count, arcs, into


def best_lots(net: Network, piece: Piece, stands: Stands, mine: Ints) -> tuple[Ints, Ints, Ints]:
    """(row of stands, there_ms, back_ms) of every lot of the rows `mine` with a way there and back: in by one direction, out by
    any. Two sums are never mixed between lots.

    A route that itself goes on to turn round is not cut short by turning at the place: he then drives on as he came.
    """
    if not len(mine):
        return mine, mine, mine
    arc, lot = stands.arc[mine], stands.lot[mine]
    there, back = stands.there_ms(net, piece.start, mine), stands.back_ms(net, mine, piece.end)
    first = np.flatnonzero(np.concatenate([[True], lot[1:] != lot[:-1]]))
    least = np.minimum.reduceat(there, first), np.minimum.reduceat(back, first)
    whole = piece.end_ms - piece.start_ms
    for row in np.flatnonzero(least[0] + least[1] < whole):
        here = np.flatnonzero(lot == lot[first[row]])
        sides = [here[net.graph.arc_own[arc[here]] == own] for own in np.unique(net.graph.arc_own[arc[here]])]
        ways = [(int(there[side].min()), int(back[side].min())) for side in sides]
        least[0][row], least[1][row] = min(ways, key=sum)
        least[1][row] = max(least[1][row], whole - least[0][row])         # business there may let him through: he gains nothing
    found = (least[0] < FAR) & (least[1] < FAR)
    return mine[first[found]], least[0][found], least[1][found]


def seconds(ms: Ints, more: Ints) -> Floats:
    return np.where(ms >= FAR, np.inf, (ms + more) / 1000.0)
