"""One trip as it is audited: a line with its times, a line without, or two ends; read from a record of a table or a GPX file.

In: a record (plain dict, or the bytes of a GPX file), from anybody.    Out: Trip, checked.
Never knows: roads, rules, which file a record stands in. A record that cannot be read is a BadInput with its field: the row is
named by whoever reads the file.

A record has an id, a weight (trips a day, 1 where nothing is said), depart, and one of: points `lon`, `lat` and, where they
are known, `time` (lists); a `polyline`; from_lon, from_lat, to_lon, to_lat.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.errors import BadInput
from locator.asks import read_depart
from locator.audit.track_kernels import is_sound
from locator.routes import check_line, read_gpx_fixes, read_polyline

Floats = NDArray[np.float64]
MAX_POINTS = 50_000                  # of one trip
LONGEST_ID = 100
HEAVIEST = 1e9
LATEST_S = 7e9                       # of a time: the year 2191
ENDS = ("from_lon", "from_lat", "to_lon", "to_lat")
COLUMNS = ("id", "weight", "depart", "polyline", "precision", "lon", "lat", "time", *ENDS)


@dataclass(frozen=True, eq=False)
class Trip:
    """row, id   where it stands in its file, and its own name
    weight      how many such trips it stands for
    depart      when he set off; None: not known. Aware, or local to the region
    lonlat      (n, 2) the line driven, or its two ends
    time_s      (n,) seconds since 1970 at each point, never falling; None where not known
    line        a line driven, no pair of ends
    """

    row: int
    id: str
    weight: float
    depart: datetime | None
    lonlat: Floats
    time_s: Floats | None
    line: bool


def read_trip(record: Mapping[str, Any], row: int) -> Trip:
    """Raises  BadInput with the field: missing, not_a_number, not_finite, out_of_range, bad_time, bad_gpx, bad_polyline, and
    what check_line raises."""
    if (broken := record.get("broken")) is not None:
        raise BadInput("bad_file", field="trips", value=row, reason=broken)
    name = str(record.get("id") or row)[:LONGEST_ID]
    weight = _number(record, "weight", 0.0, HEAVIEST, default=1.0)
    depart = read_depart(_text(record.get("depart")))
    lonlat, time_s, line = _shape(record)
    if time_s is not None and depart is None:
        depart = datetime.fromtimestamp(float(time_s[0]), UTC)
    return Trip(row, name, weight, depart, lonlat, time_s, line)


def _shape(record: Mapping[str, Any]) -> tuple[Floats, Floats | None, bool]:
    if (gpx := record.get("gpx")) is not None:
        lonlat, time_s = read_gpx_fixes(gpx, max_points=MAX_POINTS)
        return lonlat, _rising(time_s), True
    if _said(record.get("lon")) and _said(record.get("lat")):
        return _points(record)
    if _said(text := record.get("polyline")):
        precision = _number(record, "precision", 5, 6, default=5)
        return read_polyline(str(text), int(precision), max_points=MAX_POINTS), None, True
    missing = next((name for name in ENDS if not _said(record.get(name))), None)
    if missing is not None:
        raise BadInput("missing", field=missing if any(_said(record.get(name)) for name in ENDS) else "polyline")
    ends = np.array([_number(record, name, -180.0, 180.0) for name in ENDS]).reshape(2, 2)
    return check_line(ends, "from_lon"), None, False


def _points(record: Mapping[str, Any]) -> tuple[Floats, Floats | None, bool]:
    columns = [_floats(record[name], name) for name in ("lon", "lat")]
    if _is_sound(columns, record.get("time")):
        return np.column_stack(columns), record["time"], True
    if len(columns[0]) != len(columns[1]):
        raise BadInput("bad_table", field="lat", value=len(columns[1]), errors=1)
    lonlat = check_line(np.column_stack(columns), "lon", max_points=MAX_POINTS)
    if not _said(record.get("time")):
        return lonlat, None, True
    time_s = _floats(record["time"], "time")
    if len(time_s) != len(lonlat):
        raise BadInput("bad_table", field="time", value=len(time_s), errors=1)
    if not np.isfinite(time_s).all():
        raise BadInput("not_finite", field="time", value="")
    return lonlat, _rising(time_s), True


def _is_sound(columns: list[Floats], time_s: Any) -> bool:
    """Most tracks are, and are not looked at again for what is wrong with them."""
    return (isinstance(time_s, np.ndarray) and time_s.dtype == np.float64 and time_s.ndim == 1
            and len(columns[0]) == len(columns[1]) == len(time_s) <= MAX_POINTS
            and bool(is_sound(columns[0], columns[1], time_s, LATEST_S)))


def _rising(time_s: Floats | None) -> Floats | None:
    """Raises BadInput bad_time where a later point has an earlier time."""
    if time_s is None or not len(time_s):
        return None
    back = time_s[1:] < time_s[:-1]
    if back.any():
        raise BadInput("bad_time", field="time", value=f"#{int(back.argmax()) + 2}")
    if not 0 <= time_s[0] <= time_s[-1] <= LATEST_S:
        raise BadInput("bad_time", field="time", value=float(time_s[-1]))
    return time_s


def _floats(value: Any, field: str) -> Floats:
    try:
        found = np.asarray(value, np.float64)
    except (TypeError, ValueError) as why:
        raise BadInput("not_a_number", field=field, value=str(value)[:40]) from why
    if found.ndim != 1:
        raise BadInput("not_a_number", field=field, value=str(value)[:40])
    return found


def _number(record: Mapping[str, Any], name: str, low: float, high: float, *, default: float | None = None) -> float:
    value = record.get(name)
    if not _said(value):
        if default is None:
            raise BadInput("missing", field=name)
        return default
    try:
        number = float(str(value).strip()) if isinstance(value, str) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as why:
        raise BadInput("not_a_number", field=name, value=str(value)[:40]) from why
    if not isfinite(number):
        raise BadInput("not_finite", field=name, value=str(value)[:40])
    if not low <= number <= high:
        raise BadInput("out_of_range", field=name, value=number, low=low, high=high)
    return number


def _said(value: Any) -> bool:
    """An empty cell, a NaN and nothing at all are nothing."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and not (isinstance(value, float) and value != value)


def _text(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if _said(value) else None
