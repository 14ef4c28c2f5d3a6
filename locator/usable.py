"""Which places count for a planner: by what they are and offer, and by what is open at an hour.

In: an Atlas, a Want, a vehicle, a moment.    Out: rows that count, and rows whose hours nobody knows, kept apart.
Never knows: roads, coverage, screens.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from geodata.hours import is_open
from locator.asks import Want
from locator.atlas import Atlas, unset
from locator.vehicles import Vehicle

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Usable:
    """Rows of the atlas that are meant. open: they count; unknown: their hours at that moment are not known; closed: they are."""

    open: Ints
    unknown: Ints
    closed: Ints
    left_out: int              # of another kind, without a service asked for, too low for the vehicle …


def find_usable(atlas: Atlas, want: Want, vehicle: Vehicle, *, now: datetime, at: datetime | None, country: str | None) -> Usable:
    """Without a moment `at`, hours are not asked and every place that is meant counts."""
    reason, _ = atlas.reasons(want, vehicle, now)
    rows = unset(reason)
    nobody = np.zeros(0, np.int64)
    if at is None:
        return Usable(rows, nobody, nobody, len(reason) - len(rows))
    said = [open_at(atlas, row, at, want, country) for row in rows.tolist()]
    by = {state: rows[[one is state for one in said]] for state in (True, None, False)}
    return Usable(by[True], by[None], by[False], len(reason) - len(rows))


def open_at(atlas: Atlas, row: int, at: datetime, want: Want, country: str | None) -> bool | None:
    """Are the place and every service asked for open then? A service without hours of its own keeps the place's."""
    lonlat = (float(atlas.places.lonlat[row, 0]), float(atlas.places.lonlat[row, 1]))
    own = atlas.frame["hours"].iloc[row]
    own = own if isinstance(own, str) else None
    asked = [service.hours or own for service in atlas.services[row] if service.what in want.services]
    texts = [*asked, *([own] if own is not None or not asked else [])]
    said = [is_open(text, at, country=country, lonlat=lonlat) for text in texts]
    return False if False in said else None if None in said else True


def moment(now: datetime, weekday: str | None, hour: int | None) -> datetime | None:
    """The next time after now that it is that hour of that weekday; None when neither is said.

    weekday alone means noon; an hour alone, the next time the clock shows it. now: aware, in the region's zone.
    """
    if weekday is None and hour is None:
        return None
    at = now.replace(hour=12 if hour is None else hour, minute=0, second=0, microsecond=0)
    at += timedelta(days=(WEEKDAYS.index(weekday) - at.weekday()) % 7 if weekday else 0)
    return at if at > now else at + timedelta(days=7 if weekday else 1)
