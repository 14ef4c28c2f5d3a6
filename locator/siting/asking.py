"""What siting is asked, checked once for every door.

In: values from a door.    Out: SiteAsk.
Never knows: which door, how it is answered.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from geodata.errors import BadInput, LocatorError
from locator.asks import DATUMS, number
from locator.audit.trips import Trip, read_trip
from locator.coverage import CoverAsk, allowed
from locator.rules import RULE_SETS

MODELS = ("covering", "capacitated", "median", "center", "cover", "trips")
KINDS_OF_SPOT = ("lorry_park", "service_area", "fuel", "place", "interchange", "junction", "roadside")   # in order of preference
MOST_SITES = 200
MOST_CANDIDATES = 2_000
MOST_TRIPS = 20_000
LONGEST_RUN_S = 3_600.0
DETOUR_S = 600.0
LONGEST_ID = 200
MOST_HELD = 1e12


@dataclass(frozen=True)
class Skipped:
    """A trip that could not be read or driven, and why: code and field of the error."""

    row: int
    id: str
    code: str
    field: str | None


@dataclass(frozen=True, eq=False)
class SiteAsk:
    """cover      which places stand and count, how near is near, on which freight roads: what is to be bettered
    model       covering, capacitated, median, center, cover: of the freight roads;  trips: of `trips`, under `rule`
    k           at most so many; None: no number (cover: as many as it takes)
    budget      at most so much over `costs`, by candidate id; candidates whose cost nobody said are out
    capacity    what a site can hold, in the unit of demand: metres, or lorry kilometres a day with traffic (capacitated)
    capacities  the same by id, of candidates and of places that stand: goes before the others
    capacity_per_bay  the same for each lorry bay, where the bays are known: goes before `capacity`
    candidates  name of a layer; None: generated along the roads
    spacing_m   generated ones are at least so far apart
    apart_m     chosen ones are at least so far apart, by straight line; 0: as near as may be
    exclude     candidates that are out: ids as an answer gives them
    piece_m     freight roads count by pieces of at most this length, each as a whole
    drive_s     instead of the rule's longest driving without a break
    max_detour_s  a trip stops at what costs it no more
    """

    cover: CoverAsk = field(default_factory=CoverAsk)
    model: str = "covering"
    k: int | None = 5
    budget: float | None = None
    costs: Mapping[str, float] = field(default_factory=dict)
    capacity: float | None = None
    capacities: Mapping[str, float] = field(default_factory=dict)
    capacity_per_bay: float | None = None
    candidates: str | None = None
    spacing_m: float = 2_000.0
    apart_m: float = 0.0
    exclude: tuple[str, ...] = ()
    piece_m: float = 500.0
    trips: tuple[Trip, ...] = ()
    unread: tuple[Skipped, ...] = ()
    rule: str = "cn"
    drive_s: float | None = None
    max_detour_s: float = DETOUR_S
    seconds: float = 60.0
    datum: str = "wgs84"                # of the trips

    def __post_init__(self) -> None:
        allowed("model", (self.model,), MODELS)
        allowed("rule", (self.rule,), tuple(RULE_SETS))
        number("k", self.k, 1, MOST_SITES)
        number("budget", self.budget, 0.0, 1e15)
        numbered("costs", self.costs)
        if (self.budget is not None) != bool(self.costs):
            raise BadInput("missing", field="budget" if self.costs else "costs")
        numbered("capacities", self.capacities)
        number("capacity", self.capacity, 0.0, MOST_HELD)
        number("capacity_per_bay", self.capacity_per_bay, 0.0, MOST_HELD)
        if self.model == "capacitated" and not self.capacities and self.capacity is None and self.capacity_per_bay is None:
            raise BadInput("missing", field="capacity")
        self._of_its_model()
        if self.datum not in DATUMS:
            raise BadInput("bad_datum", field="datum", value=self.datum, allowed=", ".join(DATUMS))
        number("spacing_m", self.spacing_m, 100.0, 1e6)
        number("apart_m", self.apart_m, 0.0, 1e6)
        number("piece_m", self.piece_m, 50.0, 10_000.0)
        number("drive_s", self.drive_s, 60.0, 86_400.0)
        number("max_detour_s", self.max_detour_s, 0.0, 86_400.0)
        number("seconds", self.seconds, 1.0, LONGEST_RUN_S)
        if self.model == "trips" and not self.trips:
            raise BadInput("missing", field="trips")
        if len(self.trips) > MOST_TRIPS:
            raise BadInput("too_large", field="trips", value=len(self.trips), limit=MOST_TRIPS, unit="trips")
        if self.k is None and self.budget is None and self.model != "cover":
            raise BadInput("missing", field="k")

    def _of_its_model(self) -> None:
        """What only one model heeds is not said to another. Raises BadInput not_allowed."""
        held = self.capacities or self.capacity is not None or self.capacity_per_bay is not None
        for model, said in (("capacitated", held), ("trips", self.trips)):
            if said and self.model != model:
                raise BadInput("not_allowed", field="model", value=self.model, allowed=model)


def numbered(name: str, values: Mapping[str, float]) -> None:
    """Of a table by id. Raises BadInput."""
    for one, value in values.items():
        number(name, value, 0.0, MOST_HELD)
        if len(one) > LONGEST_ID:
            raise BadInput("too_large", field=name, value=one[:40], limit=LONGEST_ID, unit="characters")


def read_trips(records: Iterable[tuple[int, Mapping[str, Any]]]) -> tuple[tuple[Trip, ...], tuple[Skipped, ...]]:
    """Trips, and the records that are none: one bad record stops nothing. Raises BadInput too_large."""
    trips, unread = list[Trip](), list[Skipped]()
    for row, record in records:
        try:
            trips.append(read_trip(record, row))
        except LocatorError as why:
            unread.append(Skipped(row, str(record.get("id") or row)[:LONGEST_ID], why.code, why.field))
        if len(trips) + len(unread) > MOST_TRIPS:
            raise BadInput("too_large", field="trips", value=len(trips), limit=MOST_TRIPS, unit="trips")
    return tuple(trips), tuple(unread)
