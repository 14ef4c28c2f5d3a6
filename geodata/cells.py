"""What is written in the cells of a table -> typed columns, and a list of what could not be read.

In: a frame of anything, a kind of layer.    Out: the frame with the columns of that kind, and Faults.
Never knows: file formats, severities. A cell that cannot be read becomes unknown and a Fault, never a guess.
"""
from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import geopandas as gpd
import orjson
import pandas as pd
import shapely

from geodata.columns import ACCURACY, KINDS, SERVICES, Column, Service, services_of, services_text
from geodata.errors import BadInput
from geodata.layers import columns_of, conform

YES = {"true", "yes", "y", "1", "是", "有"}
NO = {"false", "no", "n", "0", "否", "无"}
_BETWEEN = re.compile(r"[;,；，、|/\n]")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_KNOWN = {title.casefold(): term.code for term in (*KINDS.values(), *ACCURACY.values())
          for title in (term.code, term.zh, term.en)}
_SERVICES = {title.casefold(): term.code for term in SERVICES.values() for title in (term.code, term.zh, term.en)}


class Unreadable(ValueError):
    """A cell does not say what its column asks for; the argument is the code of the finding."""


@dataclass(frozen=True)
class Fault:
    """A cell that could not be read."""

    code: str
    position: int       # 0-based row of the frame
    column: Column
    value: Any


def read_cells(frame: gpd.GeoDataFrame, kind: str) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """The frame with exactly the columns of `kind`, typed, in WGS 84 and two dimensions; and what was unreadable.

    Raises  BadInput not_allowed for a kind that is none.
    """
    faults: list[Fault] = []
    made: dict[str, list[Any]] = {}
    for column in columns_of(kind):
        if column.dtype != "geometry" and column.name in frame:
            made[column.name] = _read_column(frame[column.name], column, faults)
    flat = gpd.GeoSeries(shapely.force_2d(frame.geometry.to_numpy()), crs=frame.crs or 4326)
    return conform(gpd.GeoDataFrame(pd.DataFrame(made, index=flat.index, dtype="object"), geometry=flat), kind), faults


def _read_column(values: pd.Series[Any], column: Column, faults: list[Fault]) -> list[Any]:
    read, out = READ[column.dtype], []
    for position, value in enumerate(values.astype("object")):
        try:
            out.append(None if is_blank(value) else read(value, column))
        except Unreadable as why:
            faults.append(Fault(str(why), position, column, value))
            out.append(None)
    return out


def is_blank(value: Any) -> bool:
    """Nothing is written there."""
    return value is None or value is pd.NA or value is pd.NaT or value != value \
        or (isinstance(value, str) and not value.strip())


def read_text(value: Any, column: Column) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)                        # a spreadsheet's 12.0 where 12 was typed
    text = value if isinstance(value, str) else str(value)
    if not column.allowed:
        return text
    text = text.strip()
    code = text if text in column.allowed else _KNOWN.get(text.casefold(), "")
    if code not in column.allowed:
        raise Unreadable("not_allowed")
    return code


def read_float(value: Any, column: Column) -> float:
    try:
        number = float(value.strip() if isinstance(value, str) else value)
    except (ValueError, TypeError, OverflowError) as why:
        raise Unreadable("not_a_number") from why
    if not math.isfinite(number):
        raise Unreadable("not_finite")
    return number


def read_int(value: Any, column: Column) -> int:
    number = read_float(value, column)
    if not number.is_integer() or abs(number) > 2 ** 53:
        raise Unreadable("not_a_whole_number")
    return int(number)


def read_bool(value: Any, column: Column) -> bool:
    word = str(int(value) if isinstance(value, float) and value.is_integer() else value).strip().casefold()
    if word not in YES | NO:
        raise Unreadable("not_yes_or_no")
    return word in YES


def read_date(value: Any, column: Column) -> str:
    """An ISO 8601 day, from a date or from text in the order year, month, day."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    found = _DAY.fullmatch(str(value).strip().split("T")[0].split(" ")[0])
    try:
        return date(*(int(part) for part in found.groups())).isoformat() if found else _no_date()
    except ValueError as why:
        raise Unreadable("bad_date") from why


def read_time(value: Any, column: Column) -> str:
    """An ISO 8601 moment, or a day where no hour is told."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    text = str(value).strip()
    try:
        return datetime.fromisoformat(text).isoformat(timespec="minutes") if len(text) > 10 else read_date(value, column)
    except ValueError as why:
        raise Unreadable("bad_date") from why


def _no_date() -> str:
    raise Unreadable("bad_date")


def read_services(value: Any, column: Column) -> str | None:
    """The JSON of columns.services_text, from the same, from a list, or from codes or titles with ; or 、 between."""
    text = orjson.dumps(value).decode() if isinstance(value, list | tuple) else str(value).strip()
    if not text.startswith("["):
        return services_text(Service(_service_code(word)) for word in _BETWEEN.split(text) if word.strip())
    try:
        if text.startswith('["'):
            return services_text(Service(_service_code(word)) for word in orjson.loads(text))
        return services_text(services_of(text))
    except (BadInput, ValueError, TypeError, AttributeError) as why:
        raise Unreadable("bad_services") from why


def _service_code(word: str) -> str:
    code = _SERVICES.get(word.strip().casefold())
    if code is None:
        raise Unreadable("bad_services")
    return code


READ: dict[str, Callable[[Any, Column], Any]] = {
    "str": read_text, "int": read_int, "float": read_float, "bool": read_bool,
    "date": read_date, "time": read_time, "services": read_services,
}
