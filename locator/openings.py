"""When the places of a trip are open, as a plan counts time: milliseconds since departure.

In: an Atlas, the moment of departure, how far to look.    Out: windows of a place, None where nobody knows.
Never knows: rules, plans, roads.
"""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

from geodata.hours import both, by_the_sun, is_open, open_windows
from locator.asks import after
from locator.atlas import Atlas
from locator.resting.stops import ALWAYS, Windows

PARKING = "parking"


class Openings:
    """One trip's way of looking at hours. `unsure`: what may be open counts as open (holidays nobody knows), else as closed."""

    def __init__(self, atlas: Atlas, depart: datetime, span_s: float, *, unsure: bool, country: str | None) -> None:
        self.atlas, self.depart, self.end, self.unsure, self.country = atlas, depart, after(depart, span_s), unsure, country
        self._known: dict[tuple[str, int], Windows | None] = {}

    def of(self, row: int, services: tuple[str, ...]) -> Windows | None:
        """When the whole stay can be at a place: by its own hours and those of parking there and of each service asked for."""
        found: Windows | None = None
        for text in _texts(self.atlas, row, services):
            one = self._windows(text, row)
            if one is not None:
                found = one if found is None else tuple(both(found, one))
        return found

    def known_at(self, row: int, services: tuple[str, ...], at: datetime) -> bool:
        """Is it known whether a stay can begin then?"""
        lonlat = (float(self.atlas.places.lonlat[row, 0]), float(self.atlas.places.lonlat[row, 1]))
        said = [is_open(text, at, country=self.country, lonlat=lonlat) for text in _texts(self.atlas, row, services)]
        return bool(said) and (None not in said or False in said)

    def _windows(self, text: str, row: int) -> Windows | None:
        key = text, row if by_the_sun(text) else -1
        if key not in self._known:
            lonlat = (float(self.atlas.places.lonlat[row, 0]), float(self.atlas.places.lonlat[row, 1]))
            found = open_windows(text, self.depart, self.end, unsure=self.unsure, country=self.country, lonlat=lonlat)
            self._known[key] = None if found is None else tuple(
                (max(self._ms(a), 0), ALWAYS if b >= self.end else self._ms(b)) for a, b in found)
        return self._known[key]

    def _ms(self, at: datetime) -> int:
        return round((at.astimezone(UTC) - self.depart.astimezone(UTC)) / timedelta(milliseconds=1))


def _texts(atlas: Atlas, row: int, services: tuple[str, ...]) -> list[str]:
    said = [atlas.frame["hours"].iloc[row], *(one.hours for one in atlas.services[row] if one.what in (PARKING, *services))]
    return [text for text in said if isinstance(text, str)]
