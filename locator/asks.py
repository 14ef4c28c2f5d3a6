"""What somebody asks, checked: the same for every door.

In: values from a command line, a form, JSON.    Out: RouteAsk and Want.
Never knows: which door, which region, how it is answered.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import isfinite
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from geodata.columns import KINDS, SERVICES
from geodata.errors import BadInput
from locator.vehicles import Vehicle, vehicle

Point = str | tuple[float, float]
MAX_DETOUR_S = 1_800.0            # when nothing is said: half an hour is more than a legal break
MAX_VIAS = 50
ORDERS = ("offset", "detour")
ACCURACIES = ("A", "B", "C", "D", "E")
OLDEST_DAYS = 36_500
DATUMS = ("wgs84", "gcj02", "bd09")
LONGEST_DETOUR_S = 24 * 3600.0


@dataclass(frozen=True, eq=False)
class RouteAsk:
    """From origin over vias to destination, each a name or (lon, lat); or the driver's own line (n, 2). Never both."""

    origin: Point | None = None
    destination: Point | None = None
    via: tuple[Point, ...] = ()
    line: NDArray[np.float64] | None = None
    datum: str = "wgs84"
    vehicle: Vehicle = field(default_factory=vehicle)
    depart: datetime | None = None       # None: now

    def __post_init__(self) -> None:
        if self.datum not in DATUMS:
            raise BadInput("bad_datum", field="datum", value=self.datum, allowed=", ".join(DATUMS))
        if self.line is not None and (self.origin is not None or self.destination is not None or self.via):
            raise BadInput("ambiguous_route", field="line", value="")
        if self.line is None:
            for name, value in (("from", self.origin), ("to", self.destination)):
                if value is None or value == "":
                    raise BadInput("missing", field=name, value=value)
        if len(self.via) > MAX_VIAS:
            raise BadInput("too_large", field="via", value=len(self.via), limit=MAX_VIAS, unit="vias")


@dataclass(frozen=True)
class Want:
    """Which places, and how many. () means any; None means no bound of its own.

    open_at_eta     leave out what is known to be closed on arrival: the place, or a service asked for
    min_accuracy    only positions of this class or better
    max_age_days    only places known to have been checked so many days before departure, or later
    max_opposite_s  the longest detour to a place that is entered from the opposite carriageway
    """

    kinds: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    max_detour_s: float | None = None
    start_m: float = 0.0
    limit: int | None = None
    order: str = "offset"
    min_bays: int = 0
    open_at_eta: bool = False
    min_accuracy: str | None = None
    max_age_days: int | None = None
    max_opposite_s: float | None = None

    def __post_init__(self) -> None:
        _allowed("kinds", self.kinds, tuple(KINDS))
        _allowed("services", self.services, tuple(SERVICES))
        _allowed("order", (self.order,), ORDERS)
        number("max_detour_s", self.max_detour_s, 0.0, LONGEST_DETOUR_S)
        number("start_m", self.start_m, 0.0, 1e8)
        number("limit", self.limit, 1, 100_000)
        number("min_bays", self.min_bays, 0, 100_000)
        _allowed("min_accuracy", () if self.min_accuracy is None else (self.min_accuracy,), ACCURACIES)
        number("max_age_days", self.max_age_days, 0, OLDEST_DAYS)
        number("max_opposite_s", self.max_opposite_s, 0.0, LONGEST_DETOUR_S)

    @property
    def detour_limit_s(self) -> float:
        return MAX_DETOUR_S if self.max_detour_s is None else float(self.max_detour_s)


def _allowed(name: str, values: tuple[str, ...], known: tuple[str, ...]) -> None:
    for value in values:
        if value not in known:
            raise BadInput("not_allowed", field=name, value=value, allowed=", ".join(known))


def number(name: str, value: float | None, low: float, high: float) -> None:
    """Refuse what is no number, not finite, or outside low..high; None passes."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadInput("not_a_number", field=name, value=value)
    if not isfinite(value):
        raise BadInput("not_finite", field=name, value=value)
    if not low <= value <= high:
        raise BadInput("out_of_range", field=name, value=value, low=low, high=high)


def read_depart(text: str | None, *, field: str = "depart") -> datetime | None:
    """An ISO 8601 time; one without an offset is taken as local to the region later. Raises BadInput bad_time."""
    if text is None or not str(text).strip():
        return None
    try:
        at = datetime.fromisoformat(str(text).strip())
    except ValueError as wrong:
        raise BadInput("bad_time", field=field, value=text) from wrong
    if not 1900 <= at.year <= 2200:
        raise BadInput("bad_time", field=field, value=text)
    return at


def local(at: datetime | None, tz: ZoneInfo, now: datetime) -> datetime:
    """The moment in the region's time zone; None is now."""
    at = now if at is None else at
    return at.replace(tzinfo=tz) if at.tzinfo is None else at.astimezone(tz)


def after(moment: datetime, seconds: float) -> datetime:
    """So many seconds later, in the same zone: where clocks change in between, by the new clock."""
    return (moment.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(moment.tzinfo)
