"""Places soonest reached from a point, by road; and why the others near it are left out.

In: a point, an Atlas, an Engine, what is wanted.    Out: a frame: row, drive_s, drive_m, distance_m, guessed; an OMITTED frame.
Never knows: Flask, folium, languages, which engine it is.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from geodata.geodesy import distance_m
from locator.asks import Want, after
from locator.atlas import Atlas, unset
from locator.engines.protocol import Engine, Floats, Ints, Nearby
from locator.omitted import NEAR_M, Why, list_omitted
from locator.vehicles import Vehicle

MOST = 10                    # places, when nothing is said
LIMIT_S = 24 * 3600.0        # farther than a day is no answer


@dataclass(frozen=True, eq=False)
class Nearest:
    places: pd.DataFrame
    omitted: pd.DataFrame
    omitted_more: int


def find_nearest(lon: float, lat: float, atlas: Atlas, engine: Engine, vehicle: Vehicle, want: Want, *,
                 depart: datetime | None = None, country: str | None = None) -> Nearest:
    """Soonest first. distance_m is the geodesic, drive_m the way driven. Raises NotReachable when no road is near the point.

    Left out are told the places within NEAR_M, or as far as the farthest listed; when fewer were found than asked for, all.
    """
    reason, value = atlas.reasons(want, vehicle, depart)
    rows, most = unset(reason), want.limit or MOST
    near = engine.nearest(lon, lat, atlas.places, rows, vehicle)
    limit_s = LIMIT_S if want.max_detour_s is None else want.max_detour_s
    order = np.argsort(near.drive_s, kind="stable")
    order = order[near.drive_s[order] <= limit_s]
    hours = _closed(atlas, near, rows, order, want, depart, country)
    for j, text in hours.items():
        reason[rows[j]], value[rows[j]] = "closed_at_eta", text
    order = np.array([j for j in order.tolist() if j not in hours], np.int64)
    columns = order[:most]
    reason[rows[order[most:]]], value[rows[order[most:]]] = "limit_reached", most
    away_m = distance_m(atlas.places.lonlat, np.array([lon, lat])) if len(atlas.frame) else np.empty(0)
    drive_m, guessed = engine.ways(near, atlas.places, rows, vehicle, columns)
    found = rows[columns]
    places = pd.DataFrame({"row": found, "drive_s": near.drive_s[columns], "drive_m": drive_m, "distance_m": away_m[found],
                           "guessed": guessed})
    reach_m = max(NEAR_M, float(away_m[found].max(initial=0.0))) if len(found) == most else np.inf
    shown = set(found.tolist())
    left = [(off, row) for row, off in enumerate(away_m.tolist()) if off <= reach_m and row not in shown]
    return Nearest(places, *list_omitted(left, reason, value, lambda left: _decide(atlas, engine, vehicle, near, rows, left)))


def _closed(atlas: Atlas, near: Nearby, rows: Ints, order: Ints, want: Want, depart: datetime | None, country: str | None,
            ) -> dict[int, str]:
    """The columns known to be closed on arrival, with the hours that say so."""
    if not want.open_at_eta:
        return {}
    assert depart is not None
    found = {}
    for j in order.tolist():
        hours = atlas.shut(int(rows[j]), after(depart, float(near.drive_s[j])), want, country)
        if hours is not None:
            found[j] = hours
    return found


def _decide(atlas: Atlas, engine: Engine, vehicle: Vehicle, near: Nearby, rows: Ints, left: list[int]) -> dict[int, Why]:
    """Why places that were looked for were not reached, or not soon enough."""
    drive_s: Floats = np.full(len(atlas.frame), np.inf)
    drive_s[rows] = near.drive_s
    cut_off = [row for row in left if np.isinf(drive_s[row])]
    bars = {}
    if cut_off and near.here is not None:
        bars = dict(engine.bars(atlas.places, np.array(cut_off), near.here, near.here, vehicle))
    found: dict[int, Why] = {row: ("beyond_max_detour", round(float(drive_s[row]), 3)) for row in left}
    found |= dict.fromkeys(cut_off, ("unreachable", None))
    return found | {row: (bar.reason, bar.limit) for row, bar in bars.items()}
