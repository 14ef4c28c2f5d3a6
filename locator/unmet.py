"""Unmet needs: where drivers asked for a stop and there was none, counted so coarsely that nobody is in it.

In: a route without a stop, and what was asked for; the state file.    Out: counts by month, from SHOWN_FROM up.
Never knows: who asked, from which address, when exactly, from where to where. What is kept is in docs/privacy.md.

Kept in the state file, in the table `unmet`, created here. Counting never fails
an answer: a full disk, a lock, a broken file are logged and the count is lost.
"""
from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.errors import BadInput, Unavailable
from locator.asks import after
from locator.state import STATE, opened

if TYPE_CHECKING:                 # for their names alone: whoever only counts or reads need not load the engines
    from locator.asks import Want
    from locator.engines.protocol import Route

log = logging.getLogger(__name__)
__all__ = ["STATE", "Need", "count_unmet", "middle_ahead", "needs_of", "unmet_needs"]
VERSION = 1                       # of the table below
CELL_DEG = 0.05                   # 5.6 km from south to north, 2.8 km and more from west to east up to 60°
SHOWN_FROM = 5                    # a count below could be one man's week
KEEP_MONTHS = 36
MOST_ROWS = 200_000               # a flood of made-up questions fills no disk: then only what is there counts on
LEAST_DETOUR_S = 600.0            # who would not leave his road for ten minutes has no need that a stop could meet
WAIT_S, READ_WAIT_S = 0.2, 5.0    # for another process that writes: an answer waits for the first, a reader for the second
NEAR = timedelta(days=31)         # a question about another year is no need of today
ANY = "any"                       # no kind or service was asked: no place at all
BAYS = "lorry_bays"
LONGEST_ROAD = 60
TABLE = """
CREATE TABLE IF NOT EXISTS unmet (
    region TEXT NOT NULL, cell_lon REAL NOT NULL, cell_lat REAL NOT NULL, road TEXT NOT NULL, month TEXT NOT NULL,
    hour INTEGER NOT NULL, days TEXT NOT NULL, missing TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (region, cell_lon, cell_lat, road, month, hour, days, missing)) STRICT
"""
COLUMNS = ("region", "cell_lon", "cell_lat", "road", "month", "hour", "days", "missing", "count")

SHOWN = (f"SELECT {', '.join(COLUMNS)} FROM unmet WHERE region = ? AND month >= ? AND count >= ? "
         "ORDER BY count DESC, month DESC, cell_lon, cell_lat, road, hour, days, missing")


@dataclass(frozen=True)
class Need:
    """One thing missed at one place and time, as coarse as it is kept. days: workday, weekend; road: "" where not known."""

    region: str
    cell_lon: float               # the middle of the cell
    cell_lat: float
    road: str
    month: str                    # 2026-11
    hour: int                     # 0-23, of the region's clock, when he would be there
    days: str
    missing: str


def needs_of(region: str, route: Route, depart: datetime, at_m: float, want: Want, now: datetime) -> list[Need]:
    """What was missed at `at_m` on the route by somebody who asked for `want`: a Need for each service, else for each kind.

    at_m  for a trip without any stop the middle of what lies ahead; for a plan where the driving time ends
    [] when a stop could not have helped (he would hardly leave his road), or the drive is not of these weeks.
    """
    there = after(depart, float(route.seconds_at(np.array([at_m]))[0]))
    if want.detour_limit_s < LEAST_DETOUR_S or abs(there - now) > NEAR:
        return []
    lon, lat = (float(value) for value in route.line.point_at(np.array([at_m]))[0])
    missing = want.services or want.kinds or ((BAYS,) if want.min_bays else (ANY,))
    days = "weekend" if there.isoweekday() > 5 else "workday"
    return [Need(region, _cell(lon), _cell(lat), _road(route, at_m), f"{there:%Y-%m}", there.hour, days, one) for one in missing]


def middle_ahead(route: Route, start_m: float) -> float:
    return (start_m + route.distance_m) / 2


def count_unmet(file: Path, needs: Sequence[Need]) -> bool:
    """Add one to each; False when that could not be, which is logged and no more."""
    try:
        with _opened(file, WAIT_S) as state:
            _add(state, needs)
        return True
    except (sqlite3.Error, OSError) as why:
        log.warning("unmet needs not counted: %s: %s", file, why)
        return False


def unmet_needs(file: Path, region: str, since: str | None = None) -> pd.DataFrame:
    """COLUMNS of every count from SHOWN_FROM up, the greatest first; months from `since` (2026-11) on.

    Raises  BadInput bad_time; Unavailable busy when the file cannot be read now.
    """
    if since is not None and not _is_month(since):
        raise BadInput("bad_time", field="since", value=since)
    rows: list[tuple[object, ...]] = []
    if file.is_file():
        try:
            with _opened(file, READ_WAIT_S) as state:
                rows = state.execute(SHOWN, (region, since or "", SHOWN_FROM)).fetchall()
        except (sqlite3.Error, OSError) as why:
            log.warning("unmet needs not read: %s: %s", file, why)
            raise Unavailable("busy") from why
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _opened(file: Path, wait_s: float) -> AbstractContextManager[sqlite3.Connection]:
    return opened(file, "unmet", VERSION, TABLE, wait_s)


def _add(state: sqlite3.Connection, needs: Sequence[Need]) -> None:
    for need in needs:
        key = tuple(getattr(need, name) for name in COLUMNS[:-1])
        same = " AND ".join(f"{name} = ?" for name in COLUMNS[:-1])
        if state.execute(f"UPDATE unmet SET count = count + 1 WHERE {same}", key).rowcount:
            continue
        state.execute("DELETE FROM unmet WHERE month < ?", (_months_before(need.month, KEEP_MONTHS),))
        if state.execute("SELECT count(*) FROM unmet").fetchone()[0] < MOST_ROWS:
            state.execute("INSERT INTO unmet VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)", key)


def _cell(degrees: float) -> float:
    return round((floor(degrees / CELL_DEG) + 0.5) * CELL_DEG, 3)


def _road(route: Route, at_m: float) -> str:
    """Name or number of the road there; "" where it has none or no roads are known."""
    if route.steps is None or route.net is None:
        return ""
    step, _ = route.steps.at_m(at_m)
    graph = route.net.graph
    name = graph.road_name(int(graph.arc_edge[route.steps.arc[step]])) or ""
    return "".join(char if char.isprintable() else " " for char in name[:LONGEST_ROAD])


def _is_month(text: str) -> bool:
    try:
        return len(text) == 7 and bool(datetime.strptime(text, "%Y-%m"))
    except ValueError:
        return False


def _months_before(month: str, months: int) -> str:
    at = int(month[:4]) * 12 + int(month[5:]) - 1 - months
    return f"{at // 12:04d}-{at % 12 + 1:02d}"
