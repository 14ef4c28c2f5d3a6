"""Evidence that a table is in another datum than the one declared.

In: points as declared, places whose positions are trusted.    Out: a Slip, or None.
Never knows: how to repair it. It takes several places that all agree; one alone proves nothing.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.datum import from_wgs84, to_wgs84
from geodata.geodesy import distance_m
from geodata.index import SpatialIndex

LEAST_PAIRS = 3             # places of the same name in both
LEAST_NEIGHBOURS = 8        # when no names agree: places with a trusted one nearby
NEARBY_M = 3_000.0          # the largest slip, BD-09, is about 1 200 m
LEAST_SLIP_M = 150.0        # closer than this as declared is no slip
BETTER = 3.0                # a slip brings them this many times closer

Lonlat = NDArray[np.float64]


@dataclass(frozen=True)
class Slip:
    """`datum` fits better than what was declared: read in it, the median distance to the trusted places falls."""

    datum: str
    pairs: int
    before_m: float
    after_m: float


def find_slip(points: Lonlat, names: pd.Series[Any] | None, known: gpd.GeoDataFrame) -> Slip | None:
    """Whether the points, taken as WGS 84, lie off the trusted places by just the shift of another datum.

    points  (n, 2) lon, lat; NaN rows are left out
    names   (n,) the name of each, or None
    known   name and geometry in WGS 84
    """
    trusted = known[~(known.geometry.isna() | known.geometry.is_empty)]
    there = _points(trusted)
    mine, theirs = _same_names(points, names, trusted.get("name"))
    if len(mine) >= LEAST_PAIRS:
        return _best(points[mine], lambda moved: distance_m(moved, there[theirs]))
    if not len(there):
        return None
    index = SpatialIndex(there)
    finite = points[np.isfinite(points).all(axis=1)]
    near = finite[_nearest_m(index, finite) < NEARBY_M]
    return _best(near, lambda moved: _nearest_m(index, moved)) if len(near) >= LEAST_NEIGHBOURS else None


def _best(points: Lonlat, miss_m: Any) -> Slip | None:
    before = float(np.median(miss_m(points)))
    if before < LEAST_SLIP_M:
        return None
    tries = {"gcj02": to_wgs84(points, "gcj02"), "bd09": to_wgs84(points, "bd09"), "wgs84": from_wgs84(points, "gcj02")}
    after = {datum: float(np.median(miss_m(moved))) for datum, moved in tries.items()}
    datum = min(after, key=after.__getitem__)
    return Slip(datum, len(points), before, after[datum]) if after[datum] * BETTER < before else None


def _same_names(points: Lonlat, names: Iterable[Any] | None, known: Iterable[Any] | None) -> tuple[list[int], list[int]]:
    """Rows of both with a name that is there once in each."""
    if names is None or known is None:
        return [], []
    mine, theirs = _once(names), _once(known)
    both = [name for name in mine if name in theirs and np.isfinite(points[mine[name]]).all()]
    return [mine[name] for name in both], [theirs[name] for name in both]


def _once(names: Iterable[Any]) -> dict[str, int]:
    listed = list(names)
    counts = pd.Series(listed, dtype="object").value_counts()
    return {name: row for row, name in enumerate(listed) if isinstance(name, str) and counts[name] == 1}


def _points(frame: gpd.GeoDataFrame) -> Lonlat:
    inside = shapely.point_on_surface(frame.geometry.to_numpy())
    return np.column_stack([shapely.get_x(inside), shapely.get_y(inside)]).reshape(-1, 2)


def _nearest_m(index: SpatialIndex, points: Lonlat) -> NDArray[np.float64]:
    return index.nearest(points, 1)[1][:, 0]
