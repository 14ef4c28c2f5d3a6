"""Names of places -> where they are; and coordinates typed as text.

In: a frame of names (columns.NAMES), what somebody typed.    Out: Named, or an error with the nearest names.
Never knows: roads, languages. A name that fits two places is refused with both, never decided silently.
"""
from __future__ import annotations

import difflib
import math
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from geodata.errors import BadInput, NotFound

MAX_LENGTH = 200                     # characters of a name somebody types
SUGGESTIONS = 5
ALL_COMPARED = 5_000                 # names; of more, only those with the same first letter are compared
SAME_SPOT_DEG = 0.02                 # two entries this close are one place
BEGINNINGS = 50                      # names of one beginning that are looked at
RANK = {kind: rank for rank, kind in enumerate(("city", "town", "county", "district", "suburb", "village", "hamlet", "locality"))}
_NUMBER = r"([+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf(?:inity)?))"
_LONLAT = re.compile(rf"\s*{_NUMBER}\s*[,;\s]\s*{_NUMBER}\s*", re.IGNORECASE)
_SUFFIX = re.compile(r"(?<=..)(?:街道|镇|乡|区|县|市|省|村"
                     r"|(?:sub)?district|township|town|city|county|village)$")


@dataclass(frozen=True)
class Named:
    """A place somebody named."""

    lon: float
    lat: float
    name: str
    name_en: str | None = None
    kind: str | None = None             # city, town … (OpenStreetMap's place) or the kind of a service point


def parse_lonlat(text: str, *, field: str | None = None) -> tuple[float, float] | None:
    """'119.95,31.72' -> (119.95, 31.72), also in full-width characters; None when the text is no pair of numbers.

    Raises  BadInput not_finite, swapped_lonlat (when it fits only the other way round) or bad_lonlat.
    """
    found = _LONLAT.fullmatch(unicodedata.normalize("NFKC", text)) if len(text) <= MAX_LENGTH else None
    if found is None:
        return None
    lon, lat = float(found[1]), float(found[2])
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise BadInput("not_finite", field=field, value=text)
    if -180 <= lon <= 180 and -90 <= lat <= 90:
        return lon, lat
    swapped = -180 <= lat <= 180 and -90 <= lon <= 90
    raise BadInput("swapped_lonlat" if swapped else "bad_lonlat", field=field, value=text)


class Gazetteer:
    """Names and where they are. Built once, asked by anybody: it does not change."""

    def __init__(self, names: pd.DataFrame) -> None:
        """`names` has name, lon, lat and may have name_en, alt (separated by |), kind."""
        more = [names[column] if column in names else [None] * len(names) for column in ("name_en", "kind")]
        self._named = [Named(float(lon), float(lat), str(name), _text(name_en), _text(kind))
                       for name, lon, lat, name_en, kind in zip(names["name"], names["lon"], names["lat"], *more, strict=True)]
        self._exact: dict[str, list[int]] = {}
        self._stems: dict[str, list[int]] = {}
        self._spelled: dict[str, str] = {}                  # a stem as it was written first
        for column in ("name", "name_en", "alt"):
            for row, cell in enumerate(names.get(column, ())):
                for name in cell.split("|") if isinstance(cell, str) else ():
                    self._add(name, row)
        self._keys = sorted(self._exact)

    def __len__(self) -> int:
        return len(self._named)

    def find(self, text: str, *, field: str | None = None) -> Named:
        """The one place of that name: as typed, then without its suffix, then as the only beginning.

        Raises  NotFound unknown_place with the nearest names; BadInput too_large, missing or ambiguous_place.
        """
        if len(text) > MAX_LENGTH:
            raise BadInput("too_large", field=field, value=text, limit=MAX_LENGTH, unit="characters")
        key = _key(text)
        if not key:
            raise BadInput("missing", field=field, value=text)
        rows = self._exact.get(key) or self._stems.get(_stem(key)) or list(self._beginning(key))
        places = self._apart(rows)
        if len(places) == 1:
            return places[0]
        if not places:
            raise NotFound("unknown_place", field=field, value=text, suggestions=self._near(key))
        raise BadInput("ambiguous_place", field=field, value=text, suggestions=_told_apart(places))

    def suggest(self, text: str, limit: int = 8) -> list[Named]:
        """Places whose name begins like that, towns before villages, then by name: for a field that completes what is typed."""
        key = _key(text[:MAX_LENGTH])
        if not key:
            return []
        rows = sorted(self._beginning(key, BEGINNINGS), key=lambda row: RANK.get(self._named[row].kind or "", len(RANK)))
        return self._apart(rows)[:limit]

    def _add(self, name: str, row: int) -> None:
        key = _key(name)
        self._spelled.setdefault(_stem(key), name)
        for table, entry in ((self._exact, key), (self._stems, _stem(key))):
            if entry and row not in (rows := table.setdefault(entry, []))[-1:]:
                rows.append(row)

    def _beginning(self, key: str, limit: int = BEGINNINGS) -> Iterator[int]:
        first = bisect_left(self._keys, key)
        for known in self._keys[first:first + limit]:
            if known.startswith(key):
                yield from self._exact[known]

    def _apart(self, rows: Iterable[int]) -> list[Named]:
        """The places of these rows, each spot once."""
        kept: list[Named] = []
        for row in dict.fromkeys(rows):
            one = self._named[row]
            if not any(math.dist((one.lon, one.lat), (k.lon, k.lat)) < SAME_SPOT_DEG for k in kept):
                kept.append(one)
        return kept

    def _near(self, key: str) -> list[str]:
        """The names most like this one, as somebody wrote them; of two alike, the one with the same beginning."""
        stem, stems = _stem(key), list(self._stems)
        stems = stems if len(stems) <= ALL_COMPARED else [known for known in stems if known[:1] == stem[:1]]
        close = difflib.get_close_matches(stem, stems, 4 * SUGGESTIONS, cutoff=0.4)
        close.sort(key=lambda near: near[:1] != stem[:1])
        return list(dict.fromkeys(self._spelled[near] for near in close))[:SUGGESTIONS]


def _key(text: str) -> str:
    """The name without case, accents, width and punctuation."""
    flat = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in flat if letter.isalnum())


def _text(cell: object) -> str | None:
    return cell if isinstance(cell, str) and cell else None


def _stem(key: str) -> str:
    return _SUFFIX.sub("", key)


def _told_apart(places: list[Named]) -> list[str]:
    return [f"{one.name} ({one.lon:.5f},{one.lat:.5f})" for one in places[:SUGGESTIONS]]
