"""How far apart the stops of each carriageway are: the chain of stops along every numbered road, held against norms.

In: an Atlas, an EmbeddedEngine, a SpacingAsk.    Out: Spacing: per direction of a road its stops, stretches, verdicts.
Never knows: Flask, click, languages, files.

A stop counts only for the direction it is entered from: each direction is driven as a route of its own, and of the places along
it only those with `access` same and a detour within max_detour_s are stops (locator.along says what that is).
"""
from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.columns import services_of
from geodata.index import MANY, SpatialIndex, carrier_for
from locator.along import find_stops
from locator.asks import Want, number
from locator.atlas import Atlas
from locator.chains import Chain, find_chains
from locator.coverage import LONGEST_S, Progress, allowed, quiet
from locator.engines.embedded import EmbeddedEngine
from locator.engines.excursions import BESIDE_M
from locator.engines.network import Network
from locator.engines.protocol import Route
from locator.freight import CLASSES
from locator.norms import Norm, norms_meant, verdict
from locator.usable import WEEKDAYS, Usable, find_usable, moment
from locator.vehicles import Vehicle, vehicle

CLASSES_MEANT = ("motorway", "trunk", "primary")
LEAST_M = 5_000.0             # directions of a road shorter than this are not told when nothing is said
DETOUR_S = 600.0              # a stop that costs more than ten minutes is none of this road's
SAME_STOP_M = 1.0             # two places at one offset: no stretch between
NO_STOPS = pd.DataFrame({name: np.zeros(0, "int64" if name == "row" else "float64")
                         for name in ("row", "offset_m", "drive_s", "detour_s", "leave_m", "rejoin_m")})


@dataclass(frozen=True, eq=False)
class SpacingAsk:
    """refs: only these road numbers. norms: by name, () those of the region's country; own_m: one more, no stretch longer."""

    vehicle: Vehicle = field(default_factory=vehicle)
    want: Want = field(default_factory=Want)
    weekday: str | None = None
    hour: int | None = None
    classes: tuple[str, ...] = CLASSES_MEANT
    refs: tuple[str, ...] = ()
    norms: tuple[str, ...] = ()
    own_m: float | None = None
    least_m: float = LEAST_M
    max_detour_s: float = DETOUR_S

    def __post_init__(self) -> None:
        allowed("classes", self.classes, CLASSES)
        allowed("weekday", () if self.weekday is None else (self.weekday,), WEEKDAYS)
        number("hour", self.hour, 0, 23)
        number("own_m", self.own_m, 1.0, 1e7)
        number("least_m", self.least_m, 0.0, 1e7)
        number("max_detour_s", self.max_detour_s, 0.0, LONGEST_S)


@dataclass(frozen=True)
class Verdict:
    """value_m: the longest stretch or the mean distance, as the norm measures; verdict: of norms.VERDICTS."""

    norm: str
    value_m: float | None
    verdict: str


@dataclass(frozen=True, eq=False)
class Direction:
    """One direction of one road.

    stops      row (in the atlas), offset_m, drive_s (from the road's beginning), detour_s, leave_m, rejoin_m; by offset
    stretches  from_m, to_m, length_m, drive_s, from_row, to_row (-1: the road's end), open (may go on beyond the road known)
    """

    chain: Chain
    route: Route
    stops: pd.DataFrame
    stretches: pd.DataFrame
    verdicts: tuple[Verdict, ...]

    @property
    def longest_m(self) -> float:
        return float(self.stretches["length_m"].max())


@dataclass(frozen=True, eq=False)
class Spacing:
    """The directions by number of the road, the longest first."""

    ask: SpacingAsk
    at: datetime | None
    usable: Usable
    norms: tuple[Norm, ...]
    directions: list[Direction]


def find_spacing(atlas: Atlas, engine: EmbeddedEngine, ask: SpacingAsk, *, now: datetime, country: str | None = None,
                 progress: Progress | None = None) -> Spacing:
    """Raises BadInput not_allowed. progress is told each road as it begins, and may raise to end the run."""
    tell, at = progress or quiet, moment(now, ask.weekday, ask.hour)
    here = engine.at(at or now)
    net, meant = here.network(ask.vehicle), norms_meant(ask.norms, ask.own_m, country)
    usable = find_usable(atlas, ask.want, ask.vehicle, now=now, at=at, country=country)
    index = SpatialIndex(atlas.places.lonlat[usable.open], carrier=carrier_for(MANY))
    chains = find_chains(net, ask.classes, refs=ask.refs, least_m=ask.least_m)
    found = list[Direction]()
    for done, chain in enumerate(chains):
        tell(chain.ref, float(done), float(len(chains)))
        route = drive(here, net, chain, ask.vehicle)
        beside = usable.open[np.unique(index.along(route.line, BESIDE_M + 1.0).ids)]
        stops = find_own_stops(atlas, here, route, ask, beside, now) if len(beside) else NO_STOPS
        found.append(_direction(atlas, chain, route, stops, meant))
    tell("done", 1.0, 1.0)
    return Spacing(ask, at, usable, meant, found)


def _direction(atlas: Atlas, chain: Chain, route: Route, stops: pd.DataFrame, meant: tuple[Norm, ...]) -> Direction:
    stretches = _stretches(route, stops)
    verdicts = tuple(Verdict(norm.name, *verdict(norm, _offsets(atlas, stops, norm), route.distance_m))
                     for norm in meant if not norm.classes or chain.road_class in norm.classes)
    return Direction(chain, route, stops, stretches, verdicts)


def drive(engine: EmbeddedEngine, net: Network, chain: Chain, who: Vehicle) -> Route:
    """The chain as a route from its beginning to its end."""
    last_ms = int(net.arc_ms[chain.arcs[-1]])
    return engine.compose([net.steps(chain.arcs, 0, last_ms)], (), who, own_line=True)


def find_own_stops(atlas: Atlas, engine: EmbeddedEngine, route: Route, ask: SpacingAsk, beside: NDArray[np.int64], now: datetime,
                   ) -> pd.DataFrame:
    """The stops of this direction, by where they lie along it; a place the road comes by twice counts where it costs least.

    beside  rows of the places that count and lie beside the road: no other has `access` same
    """
    want = replace(ask.want, max_detour_s=ask.max_detour_s, limit=None, order="detour")
    found = find_stops(route, atlas, engine, want, depart=now, why=False, among=beside).stops
    found = found[found["access"] == "same"].drop_duplicates("row")
    found = found.sort_values("offset_m", kind="stable").reset_index(drop=True)
    offset = found["offset_m"].to_numpy(dtype=np.float64)
    return pd.DataFrame({"row": found["row"].astype("int64"), "offset_m": offset, "drive_s": route.seconds_at(offset),
                         **{name: found[name].astype("float64") for name in ("detour_s", "leave_m", "rejoin_m")}})


def _stretches(route: Route, stops: pd.DataFrame) -> pd.DataFrame:
    """From the road's beginning to the first stop, from stop to stop, from the last to the road's end."""
    marks = np.concatenate([[0.0], stops["offset_m"], [route.distance_m]])
    rows = np.concatenate([[-1], stops["row"], [-1]]).astype(np.int64)
    times = route.seconds_at(marks)
    length = np.diff(marks)
    frame = pd.DataFrame({"from_m": marks[:-1], "to_m": marks[1:], "length_m": length, "drive_s": np.diff(times),
                          "from_row": rows[:-1], "to_row": rows[1:], "open": (rows[:-1] < 0) | (rows[1:] < 0)})
    return frame[(frame["length_m"] > SAME_STOP_M) | (len(frame) == 1)].reset_index(drop=True)


def _offsets(atlas: Atlas, stops: pd.DataFrame, norm: Norm) -> list[float]:
    """Offsets of the stops a norm means, two at one spot counted once."""
    kept = [float(offset) for row, offset in zip(stops["row"], stops["offset_m"], strict=True) if _means(atlas, int(row), norm)]
    return [offset for i, offset in enumerate(kept) if i == 0 or offset - kept[i - 1] > SAME_STOP_M]


def _means(atlas: Atlas, row: int, norm: Norm) -> bool:
    known = {service.what for service in services_of(atlas.frame["services"].iloc[row])}
    return (not norm.kinds or atlas.frame["kind"].iloc[row] in norm.kinds) and set(norm.services) <= known


