"""How much of the freight roads lies within a driving time of a suitable place; where it does not; by class and zone.

In: an Atlas, an EmbeddedEngine, a CoverAsk.    Out: Coverage: segments of road with their times, shares, gaps.
Never knows: Flask, click, languages, files. Times are from `engines.reaching`: exact on every metre of every direction.

A region with a lorry on each metre of each direction: covered_m of them reach a place (direction "to"), or are reached from one
("from"), within limit_s. Places of unknown hours never count as open; what they would add is told apart.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.errors import BadInput
from locator.asks import Want, number
from locator.atlas import Atlas
from locator.engines.embedded import EmbeddedEngine
from locator.engines.network import Network
from locator.engines.reaching import DIRECTIONS, Direction, Reach, find_reach
from locator.engines.standing import Stands
from locator.freight import CLASSES, FREIGHT, Freight, Traffic, find_freight
from locator.gaps import find_gaps
from locator.usable import WEEKDAYS, Usable, find_usable, moment
from locator.vehicles import Vehicle, vehicle
from locator.zones import find_intervals, overlap

LIMIT_S = 1_800.0                                   # when nothing is said: half an hour
LONGEST_S = 24 * 3600.0
BANDS_S = (600.0, 1_200.0, 1_800.0, 2_700.0, 3_600.0)
MOST_BANDS = 24
Progress = Callable[[str, float, float], None]      # a step, done, in all; may raise to stop the run
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class CoverAsk:
    """Which places, how near, on which roads.

    want            kinds, services, bays, accuracy and age; its detour and limits are not asked
    weekday, hour   only places open then (usable.moment); None: hours are not asked
    zones           name of a polygon layer
    """

    limit_s: float = LIMIT_S
    direction: Direction = "to"
    vehicle: Vehicle = field(default_factory=vehicle)
    want: Want = field(default_factory=Want)
    weekday: str | None = None
    hour: int | None = None
    classes: tuple[str, ...] = FREIGHT
    zones: str | None = None
    traffic: Traffic | None = None
    bands_s: tuple[float, ...] = BANDS_S
    gaps: int = 50

    def __post_init__(self) -> None:
        number("limit_s", self.limit_s, 1.0, LONGEST_S)
        number("hour", self.hour, 0, 23)
        number("gaps", self.gaps, 0, 10_000)
        allowed("direction", (self.direction,), DIRECTIONS)
        allowed("weekday", () if self.weekday is None else (self.weekday,), WEEKDAYS)
        allowed("classes", self.classes, CLASSES)
        if len(self.bands_s) > MOST_BANDS:
            raise BadInput("too_large", field="bands_s", value=len(self.bands_s), limit=MOST_BANDS, unit="bands")
        for band in self.bands_s:
            number("bands_s", band, 1.0, LONGEST_S)


def allowed(name: str, values: tuple[str, ...], known: tuple[str, ...]) -> None:
    for value in values:
        if value not in known:
            raise BadInput("not_allowed", field=name, value=value, allowed=", ".join(known))


@dataclass(frozen=True)
class Share:
    """Metres of directed road, and of them those covered. lorry_km_day: the same weighed by traffic, over counted_m only."""

    total_m: float
    covered_m: float
    counted_m: float = 0.0
    lorry_km_day: float | None = None
    covered_lorry_km_day: float | None = None

    @property
    def share(self) -> float | None:
        return self.covered_m / self.total_m if self.total_m > 0 else None

    @property
    def lorry_share(self) -> float | None:
        if not self.lorry_km_day or self.covered_lorry_km_day is None:
            return None
        return self.covered_lorry_km_day / self.lorry_km_day


@dataclass(frozen=True, eq=False)
class Coverage:
    """The segments (`reach`), each on row `row` of `freight`; and which places were counted."""

    ask: CoverAsk
    at: datetime | None                # the moment for opening hours; None: not asked
    usable: Usable
    freight: Freight
    reach: Reach
    if_unknown: Reach | None           # the same if places of unknown hours were open; None where there are none

    @cached_property
    def row(self) -> Ints:
        return np.searchsorted(self.freight.arc, self.reach.arc)

    def covered_m(self, limit_s: float | None = None, reach: Reach | None = None) -> Floats:
        """(s,) metres of each segment within limit_s (the asked one) of a place."""
        reach = reach or self.reach
        row = np.searchsorted(self.freight.arc, reach.arc)
        limit_ms = 1000.0 * (self.ask.limit_s if limit_s is None else limit_s)
        return np.asarray(reach.within_ms(limit_ms) / reach.arc_ms * self.freight.length_m[row])

    @cached_property
    def length_m(self) -> Floats:
        return np.asarray(self.reach.length_ms / self.reach.arc_ms * self.freight.length_m[self.row])

    def share(self, limit_s: float | None = None) -> Share:
        return _share(self.length_m, self.covered_m(limit_s), self.freight.lorries[self.row])

    def share_if_unknown_open(self) -> Share | None:
        if self.if_unknown is None:
            return None
        covered = self.covered_m(reach=self.if_unknown)
        row = np.searchsorted(self.freight.arc, self.if_unknown.arc)
        length = self.if_unknown.length_ms / self.if_unknown.arc_ms * self.freight.length_m[row]
        return _share(length, covered, self.freight.lorries[row])

    def by_class(self) -> dict[str, Share]:
        """Class -> its share; only classes that were asked and exist."""
        kind, covered, lorries = self.freight.road_class[self.row], self.covered_m(), self.freight.lorries[self.row]
        return {CLASSES[k]: _share(self.length_m[kind == k], covered[kind == k], lorries[kind == k])
                for k in range(len(CLASSES)) if (kind == k).any()}

    def by_zone(self, zones: gpd.GeoDataFrame) -> list[Share]:
        """One share a polygon, in order."""
        every, nothing = np.arange(len(self.reach)), np.zeros(len(self.reach))
        begin, end = self.drawn(every, nothing, self.reach.length_ms.astype(np.float64))
        near, far = self.drawn(every, nothing, self.reach.within_ms(1000.0 * self.ask.limit_s))
        segments = pd.DataFrame({"edge": self.freight.edge[self.row], "segment": np.arange(len(self.reach))})
        both = find_intervals(self.freight, zones).merge(segments, on="edge")
        s, low, high = both["segment"].to_numpy(), both["begin"].to_numpy(), both["end"].to_numpy()
        metres = self.freight.length_m[self.row[s]]
        total, covered = overlap(begin[s], end[s], low, high) * metres, overlap(near[s], far[s], low, high) * metres
        lorries, zone = self.freight.lorries[self.row[s]], both["zone"].to_numpy()
        return [_share(total[zone == z], covered[zone == z], lorries[zone == z]) for z in range(len(zones))]

    def drawn(self, of: Ints, begin_ms: Floats, end_ms: Floats) -> tuple[Floats, Floats]:
        """Stretches of segments `of` between times from their near ends, as shares of the edges as they are drawn."""
        a, b = self.reach.shares(begin_ms, end_ms, of)
        backward = np.asarray(self.freight.graph.arc_backward)[self.reach.arc[of]]
        return np.where(backward, 1 - b, a), np.where(backward, 1 - a, b)

    @cached_property
    def gaps(self) -> gpd.GeoDataFrame:
        """GAPS of locator.gaps, all of them, heaviest first."""
        return find_gaps(self.freight, self.reach, 1000.0 * self.ask.limit_s)


def _share(length_m: Floats, covered_m: Floats, lorries: Floats) -> Share:
    known = ~np.isnan(lorries)
    if not known.any():
        return Share(float(length_m.sum()), float(covered_m.sum()))
    weight = lorries[known] / 1000.0
    return Share(float(length_m.sum()), float(covered_m.sum()), float(length_m[known].sum()), float(length_m[known] @ weight),
                 float(covered_m[known] @ weight))


@dataclass(frozen=True, eq=False)
class Ground:
    """What planners' questions stand on: roads of one vehicle, the freight roads of them, places on these, the moment asked."""

    net: Network
    freight: Freight
    stands: Stands
    usable: Usable
    at: datetime | None


def find_ground(atlas: Atlas, engine: EmbeddedEngine, ask: CoverAsk, *, now: datetime, country: str | None) -> Ground:
    """now: aware, in the region's zone. Roads are taken as they are at the moment asked, else as at `now`."""
    at = moment(now, ask.weekday, ask.hour)
    net = engine.at(at or now).network(ask.vehicle)
    usable = find_usable(atlas, ask.want, ask.vehicle, now=now, at=at, country=country)
    return Ground(net, find_freight(net, ask.classes, ask.traffic), engine.stands(atlas.places, net), usable, at)


def find_coverage(atlas: Atlas, engine: EmbeddedEngine, ask: CoverAsk, *, now: datetime, country: str | None = None,
                  progress: Progress | None = None) -> Coverage:
    """Raises BadInput not_allowed. progress is told each step as it begins, and may raise to end the run."""
    tell = progress or quiet
    tell("places", 0.0, 1.0)
    ground = find_ground(atlas, engine, ask, now=now, country=country)
    tell("search", 0.3, 1.0)
    usable, arcs = ground.usable, ground.freight.arc
    reach = find_reach(ground.net, ground.stands, usable.open, arcs, direction=ask.direction)
    if_unknown = None
    if len(usable.unknown):
        tell("unknown_hours", 0.6, 1.0)
        both = np.concatenate([usable.open, usable.unknown])
        if_unknown = find_reach(ground.net, ground.stands, both, arcs, direction=ask.direction)
    tell("gaps", 0.8, 1.0)
    found = Coverage(ask, ground.at, usable, ground.freight, reach, if_unknown)
    _ = found.gaps
    tell("done", 1.0, 1.0)
    return found


def quiet(step: str, done: float, total: float) -> None:
    """Nobody watches."""
