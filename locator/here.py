"""What a driver in need asks: the soonest place of each kind, who looks after this spot, whom to call, what is on today.

In: a point, an Atlas, an Engine, the layers of grid cells and events.    Out: rows; contacts of a country.
Never knows: Flask, folium, languages, which engine it is.
"""
from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geodata.columns import KINDS
from geodata.geodesy import distance_m
from geodata.layers import Catalog, Layer, rows
from geodata.measured import MeasuredLine
from locator.asks import Want, after
from locator.atlas import Atlas, unset
from locator.engines.protocol import Engine
from locator.vehicles import Vehicle

CONTACTS = Path(__file__).with_name("contacts.toml")
EVENTS_NEAR_M = 20_000.0     # events that near are told, where no route is asked
PASSED_M = 5_000.0           # from the route
MOST_EVENTS = 20


@dataclass(frozen=True)
class Contact:
    """what: a code said in words; number: as it is dialled."""

    what: str
    number: str
    source: str
    url: str


@lru_cache(maxsize=64)
def contacts_of(country: str | None) -> tuple[Contact, ...]:
    """Whom to call in a country; () where it is not known."""
    said = tomllib.loads(CONTACTS.read_text(encoding="utf-8"))["contact"]
    return tuple(Contact(one["what"], one["number"], one["source"], one["url"]) for one in said if country in one["countries"])


def find_soonest(lon: float, lat: float, atlas: Atlas, engine: Engine, vehicle: Vehicle, depart: datetime, country: str | None,
                 ) -> pd.DataFrame:
    """For each kind the place soonest reached, and, where that is known to be closed on arrival, the soonest that is not.

    The columns of locator.nearest. Raises NotReachable when no road is near the point.
    """
    reason, _ = atlas.reasons(Want(), vehicle, depart)
    asked = unset(reason)
    near = engine.nearest(lon, lat, atlas.places, asked, vehicle)
    kind, chosen = atlas.frame["kind"].to_numpy(object)[asked], list[int]()
    for one in KINDS:
        mine = np.flatnonzero((kind == one) & np.isfinite(near.drive_s))
        order = mine[np.argsort(near.drive_s[mine], kind="stable")].tolist()
        chosen += _soonest(order, asked, near.drive_s, atlas, depart, country)
    columns = np.array(sorted(chosen, key=lambda j: float(near.drive_s[j])), np.int64)
    found = asked[columns]
    away_m = distance_m(atlas.places.lonlat[found], np.array([lon, lat])) if len(found) else np.empty(0)
    drive_m, guessed = engine.ways(near, atlas.places, asked, vehicle, columns)
    return pd.DataFrame({"row": found, "drive_s": near.drive_s[columns], "distance_m": away_m, "drive_m": drive_m,
                         "guessed": guessed})


def _soonest(order: list[int], asked: Any, drive_s: Any, atlas: Atlas, depart: datetime, country: str | None) -> list[int]:
    for j in order:
        if atlas.shut(int(asked[j]), after(depart, float(drive_s[j])), Want(), country) is None:
            return [order[0]] if j == order[0] else [order[0], j]
    return order[:1]


def find_cell(lon: float, lat: float, catalog: Catalog) -> dict[str, Any] | None:
    """The grid cell a point lies in: its columns. The first of the catalogue, where several do."""
    point = shapely.Point(lon, lat)
    for layer in _of_kind(catalog, "grid_cells"):
        inside = np.flatnonzero(shapely.covers(layer.frame.geometry.to_numpy(), point))
        if len(inside):
            return dict(rows(layer.frame.iloc[inside[:1]])[0])
    return None


def find_events(lon: float, lat: float, catalog: Catalog, now: datetime, line: MeasuredLine | None = None,
                ) -> list[dict[str, Any]]:
    """Events of today that are not over, with `off_m` from the route (`offset_m` along it) or from the point, nearest first."""
    found = list[dict[str, Any]]()
    for layer in _of_kind(catalog, "events"):
        if not len(layer):
            continue
        at = None if line is None else line.locate(layer.points)
        off = distance_m(layer.points, np.array([lon, lat])) if at is None else at.off_m
        for k, event in enumerate(rows(layer.frame)):
            if off[k] <= (EVENTS_NEAR_M if at is None else PASSED_M) and is_today(event["starts"], event["ends"], now):
                offset = None if at is None else float(at.offset_m[k])
                found.append({**event, "off_m": float(off[k]), "offset_m": offset, "lonlat": layer.points[k].tolist()})
    return sorted(found, key=lambda event: event["off_m"] if event["offset_m"] is None else event["offset_m"])[:MOST_EVENTS]


def is_today(starts: str | None, ends: str | None, now: datetime) -> bool:
    """Does it take place on the day of `now`, and is it not over? Times without an offset are of the region's zone."""
    begin, end = (_moment(text, now) for text in (starts, ends or starts))
    if begin is None or end is None or not _day(begin, now) <= now.date() <= _day(end, now):
        return False
    return not (isinstance(end, datetime) and ends is not None and end < now)


def _moment(text: str | None, now: datetime) -> date | datetime | None:
    try:
        if not text:
            return None
        if len(text) == 10:
            return date.fromisoformat(text)
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=now.tzinfo)


def _day(at: date | datetime, now: datetime) -> date:
    return at.astimezone(now.tzinfo).date() if isinstance(at, datetime) else at


def _of_kind(catalog: Catalog, kind: str) -> Iterable[Layer]:
    return (layer for layer in catalog.values() if layer.kind == kind)
