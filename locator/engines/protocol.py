"""What every engine promises, and the shapes that pass between an engine and the questions.

In: points, lines, places.    Out: Route, Detours, Excursion.
Never knows: how an engine does it, Flask, languages, opening hours.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from geodata.measured import MeasuredLine
from locator.engines.bars import Bar
from locator.engines.network import Network, Spot
from locator.engines.steps import Steps
from locator.vehicles import Vehicle

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Route:
    """A driver's route. Offsets are metres from its start along `line`.

    approximate  true when times are not driven on known roads, part of a given line could not be matched, or there are doubts
    doubts       condition_changes: a condition on the way is another when he gets there; condition_unknown: one cannot be known
    toll_m       metres on roads that take a toll of this vehicle; None where no roads are known
    net          the weighted network it was found on
    unmatched    stretches (from_m, to_m) of the *given* line that fit no road
    via_m        offsets of the vias
    spots        start, vias, end as positions on the roads; () when no roads are known
    own_line     the driver's own line, so its first and last direction are his
    """

    line: MeasuredLine
    duration_s: float
    vehicle: Vehicle
    engine: str
    approximate: bool
    via_m: tuple[float, ...] = ()
    unmatched: tuple[tuple[float, float], ...] = ()
    steps: Steps | None = None
    leg_of: Ints = field(default_factory=lambda: np.zeros(0, np.int64))    # (steps,) which leg each step belongs to
    spots: tuple[Spot, ...] = ()
    own_line: bool = False
    doubts: tuple[str, ...] = ()
    toll_m: float | None = None
    net: Network | None = None

    @property
    def snapped_m(self) -> tuple[float, ...]:
        """How far each asked point, vias included, lies from the road taken for it; () for a line, or without known roads."""
        return () if self.own_line else tuple(spot.off_m for spot in self.spots)

    @property
    def distance_m(self) -> float:
        return self.steps.total_m if self.steps is not None else self.line.length_m

    def seconds_at(self, offset_m: Floats) -> Floats:
        """(k,) driving time from the start at offsets along the route."""
        if self.steps is not None:
            return self.steps.ms_at(offset_m) / 1000.0
        share = np.clip(np.asarray(offset_m) / max(self.line.length_m, 1e-9), 0.0, 1.0)
        return np.asarray(share * self.duration_s)


@dataclass(frozen=True, eq=False)
class Places:
    """Places of one or more layers as engines see them. `key` names this very set for caches."""

    key: tuple[object, ...]
    geometry: NDArray[np.object_]      # (n,) points and polygons, lon/lat
    lonlat: Floats                     # (n, 2)


@dataclass(frozen=True, eq=False)
class Detours:
    """What each place costs from each piece of a route: rows pieces, columns the asked places. inf: no way.

    from_m, to_m   where the piece begins and ends on the route; after_via: how many vias lie before it
    reach_s        from the start position to the place
    return_s       from the place to the route's end
    detour_s       reach_s + return_s less the driving time of the route from the start position
    """

    from_m: Floats
    to_m: Floats
    after_via: Ints
    reach_s: Floats
    return_s: Floats
    detour_s: Floats
    lot: Ints                          # which lot of the place serves best, for Engine.excursion


@dataclass(frozen=True)
class Excursion:
    """One visit: where the driver leaves his route and is back on it. None: not known (no roads).

    guessed        the way there or back passes a gate of which nobody knows whether it is shut
    side_margin_m  how far off the place may truly stand before another side of a divided road is its own; inf: at any rate
    """

    leave_m: float | None
    rejoin_m: float | None
    detour_m: float | None
    leave_name: str | None
    other_carriageway: bool | None     # does the way lead along the opposite carriageway?
    side_margin_m: float | None = None
    guessed: bool = False


@dataclass(frozen=True, eq=False)
class Nearby:
    """How soon each asked place is reached from a point; inf: no way."""

    here: Spot | None                  # None: no roads known
    drive_s: Floats
    lot: Ints                          # which lot of the place is soonest, for Engine.ways


class Engine(Protocol):
    name: str
    approximate: bool

    def at(self, depart: datetime | None) -> Self:
        """The same for one who sets off then (aware, in the region's zone): as conditions and closures are at that moment."""

    def route(self, points: Floats, vehicle: Vehicle) -> Route:
        """The fastest route through points (k, 2), k >= 2. Raises NotReachable."""

    def match(self, lonlat: Floats, vehicle: Vehicle) -> Route:
        """The driver's own line (n, 2) on the roads, as driven. Says what could not be matched."""

    def expect(self, places: Places, vehicle: Vehicle) -> None:
        """Detours to the same places will be asked for over and over: what is always the same is found once."""

    def detours(self, route: Route, places: Places, rows: Ints, *, start_m: float = 0.0) -> Detours:
        """What the places `rows` cost from a start position on the route."""

    def excursion(self, route: Route, places: Places, rows: Ints, detours: Detours, cells: Sequence[tuple[int, int]],
                  ) -> list[Excursion]:
        """The visits of chosen (piece, column) cells of `detours`."""

    def drives_ms(self, route: Route, places: Places, lots: Ints, others: Ints) -> Ints | None:
        """(s, t) driving from lots of `places` to others, both as Detours names them, on the roads of the route; FAR: no way.
        None where no roads are known."""

    def nearest(self, lon: float, lat: float, places: Places, rows: Ints, vehicle: Vehicle) -> Nearby:
        """How soon the places `rows` are reached from a point. Raises NotReachable."""

    def ways(self, near: Nearby, places: Places, rows: Ints, vehicle: Vehicle, columns: Ints) -> tuple[Floats, Bools]:
        """(k,) metres driven to chosen columns of `near`; whether the way passes a gate of which nobody knows if it is shut."""

    def bars(self, places: Places, rows: Ints, start: Spot, end: Spot, vehicle: Vehicle) -> Mapping[int, Bar]:
        """Row -> the one limit that keeps the vehicle from a place out of its reach; where no one limit does, nothing."""
