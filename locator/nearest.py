"""Places soonest reached from a point, by road.

In: a point, an Atlas, an Engine, what is wanted.    Out: a frame: row, drive_s, drive_m, distance_m.
Never knows: Flask, folium, languages, which engine it is.
"""
from __future__ import annotations

import numpy as np
import pandas as pd

from geodata.geodesy import distance_m
from locator.asks import Want
from locator.atlas import Atlas, unset
from locator.engines.protocol import Engine
from locator.vehicles import Vehicle

MOST = 10                    # places, when nothing is said
LIMIT_S = 24 * 3600.0        # farther than a day is no answer


def find_nearest(lon: float, lat: float, atlas: Atlas, engine: Engine, vehicle: Vehicle, want: Want) -> pd.DataFrame:
    """Soonest first. distance_m is the geodesic, drive_m the way driven. Raises NotReachable when no road is near the point."""
    reason, _ = atlas.reasons(want, vehicle)
    rows = unset(reason)
    limit_s = LIMIT_S if want.max_detour_s is None else want.max_detour_s
    columns, drive_s, drive_m = engine.nearest(lon, lat, atlas.places, rows, vehicle, want.limit or MOST, limit_s)
    found = rows[columns]
    return pd.DataFrame({"row": found, "drive_s": drive_s, "drive_m": drive_m,
                         "distance_m": distance_m(atlas.places.lonlat[found], np.array([lon, lat]))})
