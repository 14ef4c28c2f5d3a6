"""The spatial index and the measured line among 100 000 points: how quick, and still right.

Askings are for 2 cores of a small server shared with others; the answers are checked in the same run.
"""
from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
from shapely import LineString

from geodata.index import SpatialIndex
from geodata.measured import MeasuredLine
from tests.benchmarks.figures import Figure, best_ms
from tests.geodata.oracle import beside, geodesic

POINTS, ASKERS, K = 100_000, 2_000, 10
WITHIN_M = 2_000.0
METRES = "EPSG:3035"      # what one does without an index on the Earth: project, buffer, test


def world() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points over 12° x 10° of Europe, askers among them, a wandering 1 000-km route of 10 000 vertices."""
    rng = np.random.default_rng(7)
    points = np.column_stack([rng.uniform(4, 16, POINTS), rng.uniform(44, 54, POINTS)])
    askers = np.column_stack([rng.uniform(4, 16, ASKERS), rng.uniform(44, 54, ASKERS)])
    part = np.linspace(0, 1, 10_000)
    route = np.column_stack([5 + 9 * part + 0.05 * np.sin(part * 90), 45 + 6 * part + 0.1 * np.sin(part * 40)])
    return points, askers, route


def figures() -> Iterator[Figure]:
    points, askers, route = world()
    yield Figure("index_build_1e5", best_ms(lambda: SpatialIndex(points).nearest(askers[:1], 1), 3), "ms", "<=500")
    index = SpatialIndex(points)
    yield from nearest_figures(index, askers)
    yield from corridor_figures(index, route)
    yield from line_figures(points, route)


def nearest_figures(index: SpatialIndex, askers: np.ndarray) -> Iterator[Figure]:
    few = askers[:20]
    one_by_brute_ms = best_ms(lambda: geodesic(few[:1], index.lonlat), 3)
    ms = best_ms(lambda: index.nearest(askers, K))
    yield Figure("nearest_10_of_1e5", ms / ASKERS * 1e3, "us", "<=200")
    yield Figure("nearest_10_times_quicker_than_brute_force", one_by_brute_ms / (ms / ASKERS), "x", ">=200")
    true_ids = np.argsort(geodesic(few, index.lonlat), axis=1, kind="stable")[:, :K]
    yield Figure("nearest_10_wrong", float((index.nearest(few, K)[0] != true_ids).sum()), "ids", "==0")


def corridor_figures(index: SpatialIndex, route: np.ndarray) -> Iterator[Figure]:
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*index.lonlat.T), crs="EPSG:4326").to_crs(METRES)
    projected = gpd.GeoSeries([LineString(route)], crs="EPSG:4326").to_crs(METRES)
    assert frame.sindex.size == POINTS          # built before the clock starts, as ours is

    def by_geopandas() -> np.ndarray:
        near = frame.iloc[frame.sindex.query(projected.iloc[0].buffer(WITHIN_M), predicate="intersects")]
        return np.asarray(projected.iloc[0].project(near.geometry.values))

    ms = best_ms(lambda: index.along(MeasuredLine(route), WITHIN_M))
    yield Figure("corridor_1000km_of_1e5", ms, "ms", "<=150")
    yield Figure("corridor_times_quicker_than_geopandas", best_ms(by_geopandas, 2) / ms, "x", ">=3")
    along = index.along(MeasuredLine(route), WITHIN_M)
    yield Figure("corridor_wrong", float(corridor_faults(index, route, *[set(along.ids.tolist())] * 2)), "ids", "==0")
    worst_m = max(np.abs(beside(route, index.lonlat[i])[1] - offset).min()
                  for i, offset in zip(along.ids[::10], along.offset_m[::10], strict=True))
    yield Figure("corridor_offset_error", float(worst_m), "m", "<=0.1")


def corridor_faults(index: SpatialIndex, route: np.ndarray, looked_at: set[int], found: set[int]) -> int:
    """Of those looked at and 500 of a strip about the route, the points for which geodesics say otherwise.

    Those within 1 cm of the limit may be in or out.
    """
    lonlat, rng = index.lonlat, np.random.default_rng(1)
    some = rng.permutation(len(lonlat))[:100_000]
    strip = some[geodesic(lonlat[some], route[::250]).min(axis=1) < 1.1 * WITHIN_M + 20_000]
    off = {int(i): beside(route, lonlat[i])[0] for i in {*strip[:500].tolist(), *looked_at}}
    return sum((metres <= WITHIN_M) != (i in found) for i, metres in off.items() if abs(metres - WITHIN_M) > 0.01)


def line_figures(points: np.ndarray, route: np.ndarray) -> Iterator[Figure]:
    line, short = MeasuredLine(route), MeasuredLine(route[::1000])
    near = route[::10] + np.random.default_rng(2).normal(0, 0.03, (1_000, 2))
    yield Figure("line_build_10000", best_ms(lambda: MeasuredLine(route).point_at(0.0)), "ms", "<=50")
    yield Figure("locate_1000_on_10000", best_ms(lambda: line.locate(near)), "ms", "<=50")
    yield Figure("locate_2_on_10", best_ms(lambda: short.locate(near[:2]), 50), "ms", "<=1")
