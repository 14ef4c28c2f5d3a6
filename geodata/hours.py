"""Open or not at a moment, from OpenStreetMap opening_hours.

In: the text, an aware moment in the time zone of the place.    Out: True, False, or None for unknown.
Never knows: places, routes. Where a text names holidays and their calendar is not known (China's is not,
school holidays nowhere), the answer is None at every moment at which a holiday would change it.
"""
from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

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


def next_change(text: object, at: datetime, *, country: str | None = None, lonlat: Lonlat | None = None,
                ) -> datetime | None:
    """When the state next changes, holidays apart; None when it does not within a year, or is unknown."""
    _aware(at)
    hours = _parse(text, country, lonlat) if isinstance(text, str) else None
    if hours is None or (lonlat is None and _SUN.search(str(text))):
        return None
    then = hours.next_change(at.replace(tzinfo=None))
    return None if then is None else then.replace(tzinfo=at.tzinfo)


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
