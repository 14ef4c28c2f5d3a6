"""Every fault of a table at once: with its code, severity, row, column and value.

In: a frame and what it is said to hold; perhaps the region's box and places known well.    Out: findings.
Never knows: a file, a language. Nothing is repaired here: a suspicion is told, and the table stays as it is.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.cells import read_cells
from geodata.columns import Column, services_of
from geodata.findings import FINDINGS, Finding, finding, sort_findings
from geodata.hours import valid
from geodata.layers import columns_of
from geodata.slips import find_slip

SWAPPED_FAR_DEG = 1.0                             # a stray row is at least this far from the others
__all__ = ["Finding", "check", "read_and_check"]
_DIRECTION = re.compile(r"(?:(?<=\d)|(?<=\s)|(?<=/))([NESW])B?(?:\s*/\s*([NESW])B?)?$")
_PHONE = re.compile(r"\+?[\d\s().\-*#]+(?:(?:ext|x|转)\.?\s*\d{1,6})?", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

Box = tuple[float, float, float, float]           # west, south, east, north


@dataclass(frozen=True)
class Table:
    """What a check looks at: the typed frame with, for each row, its number and a point on it."""

    frame: gpd.GeoDataFrame
    columns: tuple[Column, ...]
    rows: Sequence[int]
    points: NDArray[np.float64]       # (n, 2); NaN where the position is at fault
    today: date
    box: Box | None
    known: gpd.GeoDataFrame | None


def check(frame: gpd.GeoDataFrame, kind: str, *, rows: Sequence[int] | None = None, box: Box | None = None,
          known: gpd.GeoDataFrame | None = None, today: date | None = None) -> list[Finding]:
    """Every fault of the frame, those of the whole table first, then by row.

    rows   the number of each row, as its file shows it; 1, 2, … without
    box    where the places should be
    known  places or towns (name, geometry) whose positions are trusted: evidence of a datum slip
    today  for dates in the future; now, anywhere on earth, without
    """
    return read_and_check(frame, kind, rows=rows, box=box, known=known, today=today)[1]


def read_and_check(frame: gpd.GeoDataFrame, kind: str, *, rows: Sequence[int] | None = None, box: Box | None = None,
                   known: gpd.GeoDataFrame | None = None, today: date | None = None,
                   ) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The frame as its table wants it, with what cannot be read unknown; and the findings."""
    typed, faults = read_cells(frame, kind)
    numbers = list(rows) if rows is not None else list(range(1, len(frame) + 1))
    found = [finding(one.code, numbers[one.position], one.column.name, one.value, **_allowed(one.column, one.code))
             for one in faults]
    unread = {(one.position, one.column.name) for one in faults}
    found += _missing(frame, typed, columns_of(kind), numbers, unread)
    positions, points = _positions(typed, columns_of(kind), numbers)
    table = Table(typed, columns_of(kind), numbers, points, today or _latest_today(), box, known)
    found += [*positions, *(one for check_one in CHECKS for one in check_one(table))]
    return typed, sort_findings(found)


def _allowed(column: Column, code: str) -> dict[str, str]:
    return {"allowed": ", ".join(column.allowed)} if "allowed" in FINDINGS[code][1] else {}


def _latest_today() -> date:
    return (datetime.now(UTC) + timedelta(hours=14)).date()


def _missing(frame: gpd.GeoDataFrame, typed: gpd.GeoDataFrame, columns: tuple[Column, ...], rows: Sequence[int],
             unread: set[tuple[int, str]]) -> Iterator[Finding]:
    for column in columns:
        if not column.required or column.dtype == "geometry" or typed[column.name].notna().all():
            continue
        if column.name not in frame:
            yield finding("missing_column", None, column.name)
            continue
        for position in _where(typed[column.name].isna()):
            if (int(position), column.name) not in unread:
                yield finding("missing", rows[position], column.name)


def _positions(typed: gpd.GeoDataFrame, columns: tuple[Column, ...], rows: Sequence[int],
               ) -> tuple[list[Finding], NDArray[np.float64]]:
    """What is wrong with single positions; and a point on each good one."""
    shapes, allowed = typed.geometry.to_numpy(), columns[-1].allowed
    points = np.full((len(shapes), 2), np.nan)
    found: list[Finding] = []
    for position, shape in enumerate(shapes):
        fault = _position_fault(shape, allowed)
        if fault is None:
            inside = shape if shape.geom_type == "Point" else shape.representative_point()
            points[position] = inside.x, inside.y
            continue
        value = None if shape is None or shape.is_empty else shape.wkt
        why = {"allowed": ", ".join(allowed)} if fault == "wrong_geometry" else {}
        found.append(finding(fault, rows[position], "geometry", value, **why))
    return found, points


def _position_fault(shape: Any, allowed: tuple[str, ...]) -> str | None:
    if shape is None or shape.is_empty:
        return "missing_position"
    if shape.geom_type not in allowed:
        return "wrong_geometry"
    lonlat = shapely.get_coordinates(shape)
    if not np.isfinite(lonlat).all():
        return "not_finite"
    if (np.abs(lonlat) <= (180, 90)).all():
        return None
    return "swapped_lonlat" if (np.abs(lonlat) <= (90, 180)).all() else "bad_lonlat"


def _ids(table: Table) -> Iterator[Finding]:
    if "id" in table.frame:
        for position, first in _repeats(table.frame["id"]):
            value = table.frame["id"].iloc[position]
            yield finding("duplicate_id", table.rows[position], "id", value, first=table.rows[first])


def _same_spots(table: Table) -> Iterator[Finding]:
    spots = [f"{lon:.6f},{lat:.6f}" if lon == lon else None for lon, lat in table.points]
    for position, first in _repeats(spots if "kind" in table.frame else ()):     # two events may share a place
        yield finding("same_spot", table.rows[position], "geometry", spots[position], first=table.rows[first])


def _repeats(values: Iterable[Any]) -> Iterator[tuple[int, int]]:
    """(position, first position of the same value); unknown values are never the same."""
    firsts: dict[Any, int] = {}
    for position, value in enumerate(values):
        if pd.notna(value) and firsts.setdefault(value, position) != position:
            yield position, firsts[value]


def _strays(table: Table) -> Iterator[Finding]:
    """Positions outside the region, or far from all others, told apart by whether swapping brings them home."""
    lon, lat = table.points.T
    swapped = table.points[:, ::-1]
    outside = np.zeros(len(lon), dtype=np.bool_)
    if table.box is not None:
        outside, home = ~_within(table.points, table.box), _within(swapped, table.box)
    else:
        home = _far_but_near_when_swapped(table.points, swapped)
    for position in _where((outside | home) & np.isfinite(lon)):
        code = "suspected_swap" if home[position] else "outside_region"
        yield finding(code, table.rows[position], "geometry", f"{lon[position]:.6f},{lat[position]:.6f}")
    for position in _where((lon == 0) & (lat == 0)):
        yield finding("null_island", table.rows[position], "geometry", "0,0")


def _within(points: NDArray[np.float64], box: Box) -> NDArray[np.bool_]:
    west, south, east, north = box
    lon, lat = points.T
    return np.asarray((west <= lon) & (lon <= east) & (south <= lat) & (lat <= north))


def _far_but_near_when_swapped(points: NDArray[np.float64], swapped: NDArray[np.float64]) -> NDArray[np.bool_]:
    if np.isfinite(points[:, 0]).sum() < 5:
        return np.zeros(len(points), dtype=np.bool_)
    middle = np.nanmedian(points, axis=0)
    off = np.abs(points - middle).max(axis=1)
    near = 3 * np.nanquantile(off, 0.75) + SWAPPED_FAR_DEG
    return np.asarray((off > near) & (np.abs(swapped - middle).max(axis=1) <= near))


def _datum(table: Table) -> Iterator[Finding]:
    if table.known is None:
        return
    slip = find_slip(table.points, table.frame.get("name"), table.known)
    if slip is not None:
        yield finding("suspected_datum_slip", None, "geometry", slip.datum, datum=slip.datum, pairs=slip.pairs,
                      before_m=round(slip.before_m), after_m=round(slip.after_m))


def _areas(table: Table) -> Iterator[Finding]:
    shapes = table.frame.geometry.to_numpy()
    for position in _where(np.isfinite(table.points[:, 0]) & ~shapely.is_valid(shapes)):
        yield finding("invalid_area", table.rows[position], "geometry", shapely.is_valid_reason(shapes[position]))


def _texts(table: Table) -> Iterator[Finding]:
    for column in table.columns:
        if column.dtype != "str":
            continue
        for position, value in _written(table, column.name):
            if _CONTROL.search(value):
                yield finding("control_character", table.rows[position], column.name, repr(value))


def _names(table: Table) -> Iterator[Finding]:
    if "name" in table.frame:
        for position in _where(table.frame["name"].isna()):
            yield finding("empty_name", table.rows[position], "name")


def _hours(table: Table) -> Iterator[Finding]:
    for position, value in _written(table, "hours"):
        if not valid(value):
            yield finding("bad_hours", table.rows[position], "hours", value)
    for position, value in _written(table, "services"):
        for service in services_of(value):
            if service.hours is not None and not valid(service.hours):
                yield finding("bad_hours", table.rows[position], "services", f"{service.what}: {service.hours}")


def _phones(table: Table) -> Iterator[Finding]:
    for position, value in _written(table, "phone"):
        numbers = [number.strip() for number in re.split(r"[;,/、，；]", value)]
        if not all(_PHONE.fullmatch(number) and 3 <= sum(map(str.isdigit, number)) <= 21 for number in numbers):
            yield finding("bad_phone", table.rows[position], "phone", value)


def _ranges(table: Table) -> Iterator[Finding]:
    for column in table.columns:
        if column.low is None or column.high is None:
            continue
        for position, value in _written(table, column.name):
            if not column.low <= value <= column.high:
                yield finding("out_of_range", table.rows[position], column.name, value,
                              low=column.low, high=column.high, unit=column.unit or "")


def _dates(table: Table) -> Iterator[Finding]:
    for position, value in _written(table, "updated"):
        if value > table.today.isoformat():
            yield finding("future_date", table.rows[position], "updated", value)
    if "ends" in table.frame:
        for position, ends in _written(table, "ends"):
            starts = table.frame["starts"].iloc[position]
            if pd.notna(starts) and _is_before(ends, starts):
                yield finding("ends_before_start", table.rows[position], "ends", ends)


def _is_before(one: str, other: str) -> bool:
    """Both ISO 8601; where one of them is a whole day, or only one has a zone, by the day."""
    first, second = datetime.fromisoformat(one), datetime.fromisoformat(other)
    if min(len(one), len(other)) > 10 and (first.tzinfo is None) == (second.tzinfo is None):
        return first < second
    return first.date() < second.date()


def _directions(table: Table) -> Iterator[Finding]:
    for position, value in _written(table, "road_ref"):
        said = _DIRECTION.search(value)
        if said and pd.isna(table.frame["direction"].iloc[position]):
            direction = "/".join(part for part in said.groups() if part)
            yield finding("direction_in_road", table.rows[position], "road_ref", value, direction=direction)


def _where(true: Any) -> list[int]:
    """The positions at which it is true."""
    return [int(position) for position in np.flatnonzero(true)]


def _written(table: Table, name: str) -> Iterator[tuple[int, Any]]:
    """(position, value) of every known value in a column; nothing where this kind has no such column."""
    if name in table.frame:
        known = table.frame[name].notna()
        yield from zip(_where(known), table.frame[name][known].tolist(), strict=True)


CHECKS: tuple[Callable[[Table], Iterator[Finding]], ...] = (
    _datum, _ids, _strays, _areas, _same_spots, _names, _texts, _hours, _phones, _ranges, _dates, _directions,
)
