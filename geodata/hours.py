"""Open or not at a moment, from OpenStreetMap opening_hours.

In: the text, an aware moment in the time zone of the place.    Out: True, False, or None for unknown; the stretches it is open.
Never knows: places, routes. Where a text names holidays and their calendar is not known (China's is not,
school holidays nowhere), the answer is None at every moment at which a holiday would change it.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar

from opening_hours import (  # type: ignore[attr-defined]  # its stub leaves the errors out
    InvalidCoordinatesError,
    OpeningHours,
    ParserError,
    UnknownCountryError,
)

from geodata.errors import BadInput

MAX_LENGTH = 1_000                     # characters; longer is no timetable
LOOK_AHEAD_DAYS = 366                  # a change farther off is none
NO_CALENDAR = {"CN"}                   # holidays, and working weekends with them, move by decree every year
_SUN = re.compile(r"\b(sunrise|sunset|dawn|dusk)\b", re.IGNORECASE)
_HOLIDAY = re.compile(r"\b(PH|SH)\b")
_SCHOOL = re.compile(r"\bSH\b")

Lonlat = tuple[float, float]
T = TypeVar("T", datetime, int)


def valid(text: object) -> bool:
    """True when the text can be read as opening_hours."""
    return isinstance(text, str) and _parse(text, None, None) is not None


def is_open(text: object, at: datetime, *, country: str | None = None, lonlat: Lonlat | None = None,
            ) -> bool | None:
    """Open at that moment? None when the text is missing, unreadable or leaves it open.

    at       aware, in the time zone of the place
    country  ISO 3166-1 alpha-2, for public holidays
    lonlat   for sunrise and sunset; without it they are unknown
    """
    said = [_state(one, at, country, lonlat) for one in _readings(text, country)]
    return said[0] if said and all(one is said[0] for one in said) else None


@dataclass(frozen=True)
class Then:
    """Open or not at a moment (None: not known), and until when that holds; None: for a year, or nobody knows."""

    open: bool | None
    until: datetime | None = None

    def fits(self, at: datetime, stay_s: float) -> bool | None:
        """Is it open the whole stay that begins at `at`? None where nobody knows."""
        if self.open is not True:
            return self.open
        return self.until is None or (self.until.astimezone(UTC) - at.astimezone(UTC)).total_seconds() >= stay_s


def then(text: object, at: datetime, *, country: str | None = None, lonlat: Lonlat | None = None) -> Then:
    """What the hours say of a moment. Where holidays may lie between, `until` is not known."""
    said = is_open(text, at, country=country, lonlat=lonlat)
    if said is None:
        return Then(None)
    ends = {next_change(one, at, country=country, lonlat=lonlat) for one in _readings(text, country)}
    return Then(said, ends.pop() if len(ends) == 1 else None)


def next_change(text: object, at: datetime, *, country: str | None = None, lonlat: Lonlat | None = None,
                ) -> datetime | None:
    """When the state next changes, holidays apart; None when it does not within a year, or is unknown."""
    _aware(at)
    hours = _parse(text, country, lonlat) if isinstance(text, str) else None
    if hours is None or (lonlat is None and _SUN.search(str(text))):
        return None
    then = hours.next_change(at.replace(tzinfo=None))
    return None if then is None else then.replace(tzinfo=at.tzinfo)


def by_the_sun(text: str) -> bool:
    """Do these hours depend on where the place is?"""
    return _SUN.search(text) is not None


def open_windows(text: object, begin: datetime, end: datetime, *, unsure: bool = True, country: str | None = None,
                 lonlat: Lonlat | None = None) -> tuple[tuple[datetime, datetime], ...] | None:
    """The stretches between two aware moments in which it is open, rising; None when the text is missing or unreadable.

    unsure  count what may be open (holidays nobody knows, hours called unknown) as open; else as closed
    """
    _aware(begin)
    found: list[tuple[datetime, datetime]] | None = None
    for one in _readings(text, country):
        hours = _parse(one, country, lonlat)
        if hours is None or (lonlat is None and _SUN.search(one)):
            return None
        good = ("open", "unknown") if unsure else ("open",)
        within = hours.intervals(begin.replace(tzinfo=None), end.replace(tzinfo=None))
        mine = [(a, b) for a, b, state, _ in within if str(state) in good]
        found = mine if found is None else _either(found, mine) if unsure else both(found, mine)
    return None if found is None else tuple((a.replace(tzinfo=begin.tzinfo), b.replace(tzinfo=begin.tzinfo)) for a, b in found)


def _either(some: list[tuple[datetime, datetime]], more: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Stretches in one or the other; those that touch are one."""
    out: list[tuple[datetime, datetime]] = []
    for a, b in sorted([*some, *more]):
        if out and a <= out[-1][1]:
            out[-1] = out[-1][0], max(out[-1][1], b)
        else:
            out.append((a, b))
    return out


def both(some: Sequence[tuple[T, T]], more: Sequence[tuple[T, T]]) -> list[tuple[T, T]]:
    """Stretches in the one and in the other; each of the two rises."""
    out, i, j = list[tuple[T, T]](), 0, 0
    while i < len(some) and j < len(more):
        a, b = max(some[i][0], more[j][0]), min(some[i][1], more[j][1])
        if a < b:
            out.append((a, b))
        i, j = (i + 1, j) if some[i][1] <= more[j][1] else (i, j + 1)
    return out


def _readings(text: object, country: str | None) -> list[str]:
    """The text, and the same as if today were a holiday where the calendar cannot say."""
    if not isinstance(text, str):
        return []
    unknown = _HOLIDAY if _calendar(country) is None else _SCHOOL
    return [text, unknown.sub("Mo-Su", text)] if unknown.search(text) else [text]


def _state(text: str, at: datetime, country: str | None, lonlat: Lonlat | None) -> bool | None:
    _aware(at)
    hours = _parse(text, country, lonlat)
    if hours is None or (lonlat is None and _SUN.search(text)):
        return None
    local = at.replace(tzinfo=None)
    return None if hours.is_unknown(local) else bool(hours.is_open(local))


@lru_cache(maxsize=16_384)
def _parse(text: str, country: str | None, lonlat: Lonlat | None) -> OpeningHours | None:
    if len(text) > MAX_LENGTH:
        return None
    place = (lonlat[1], lonlat[0]) if lonlat is not None and _SUN.search(text) else None
    try:
        return OpeningHours(text, country=_calendar(country), coords=place, auto_country=False,
                            max_interval_days=LOOK_AHEAD_DAYS)
    except (ParserError, InvalidCoordinatesError):
        return None


@lru_cache
def _calendar(country: str | None) -> str | None:
    """The country's code when its public holidays are known."""
    if country is None or country.upper() in NO_CALENDAR:
        return None
    try:
        OpeningHours("PH off", country=country.upper())
    except UnknownCountryError:
        return None
    return country.upper()


def _aware(at: datetime) -> None:
    if at.utcoffset() is None:
        raise BadInput("bad_time", field="depart", value=at.isoformat())
