"""What an audit must find, worked out another way: every choice of stops tried; every metre of a track looked at.

In: plain numbers.    Out: what is true of them.
Never knows: locator.audit's own judging, its index, its windows' code.
"""
from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from tests.drawing import Town

Floats = NDArray[np.float64]
GEOD = Geod(ellps="WGS84")
EVERY_M = 20.0                       # a track is looked at so often
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)


def somewhere(town: Town, *, schematic: bool = False) -> Any:
    """A drawn town as an auditor meets a region."""
    facts = SimpleNamespace(schematic=schematic, built="", attribution="")
    region = SimpleNamespace(tz=ZoneInfo("UTC"), facts=facts, name="town", number=1)
    return SimpleNamespace(atlas=town.atlas, engine=town.engine, region=region)


def can_be_served(total_s: float, drive_s: float, behind_s: float, reach_s: Floats, on_s: Floats) -> bool:
    """Is there any choice of stops, in any order, with no drive longer than drive_s? Every one that leads on is tried."""
    seen, waiting = set[int](), [-1]
    while waiting:
        here = waiting.pop()
        since, spent = (0.0, behind_s) if here < 0 else (float(on_s[here]), 0.0)
        if total_s - since <= drive_s - spent + 1e-6:
            return True
        for other in range(len(reach_s)):
            drive = reach_s[other] - since
            if other not in seen and 0 <= drive <= drive_s - spent + 1e-6:
                seen.add(other)
                waiting.append(other)
    return False


def dense(lonlat: Floats, drive_s: Floats) -> tuple[Floats, Floats]:
    """The track with a point at least every EVERY_M, by geodesics, and the driving time at each."""
    points, times = [lonlat[:1]], [drive_s[:1]]
    for k in range(len(lonlat) - 1):
        azimuth, _, metres = GEOD.inv(*lonlat[k], *lonlat[k + 1])
        count = max(int(np.ceil(metres / EVERY_M)), 1)
        share = np.arange(1, count + 1) / count
        begin = np.tile([*lonlat[k], azimuth], (count, 1)).T
        lon, lat, _ = GEOD.fwd(*begin, metres * share)
        points.append(np.column_stack([lon, lat]))
        times.append(drive_s[k] + share * (drive_s[k + 1] - drive_s[k]))
    return np.concatenate(points), np.concatenate(times)


def last_passed(points: Floats, times: Floats, places: Floats, within_m: float, since: float, at: float, gain: float,
                ) -> tuple[int, float] | None:
    """(place, when) passed last in (since, at]: by the hour, backwards; where the track comes nearest in that hour."""
    after, end = (since + 60.0 if since > 0 else gain), at
    while end > since:
        begin = max(end - 3_600.0, since)
        here = (times >= begin) & (times <= end)
        found = []
        for place in range(len(places)):
            count = int(here.sum())
            _, _, off = GEOD.inv(np.full(count, places[place, 0]), np.full(count, places[place, 1]), *points[here].T)
            if len(off) and off.min() <= within_m and times[here][off.argmin()] > after:
                found.append((float(times[here][off.argmin()]), place))
        if found:
            when, place = max(found)
            return place, when
        end = begin
    return None


def stages(points: Floats, times: Floats, rests: list[float], places: Floats, within_m: float, drive_s: float, behind_s: float,
           ) -> list[tuple[float, int | None]]:
    """(where the driving time ends, last chance) of every forced stop of a track."""
    found: list[tuple[float, int | None]] = []
    since, left = 0.0, drive_s - behind_s
    while times[-1] - since > left + 1e-6:
        at = since + left
        taken = [one for one in rests if since < one <= at + 1e-6]
        left = drive_s
        if taken:
            since = taken[-1]
            continue
        last = last_passed(points, times, places, within_m, since, at, at - drive_s)
        found.append((at, None if last is None else last[0]))
        since = at if last is None else last[1]
    return found
