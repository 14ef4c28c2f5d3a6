"""The packed tree among a million points, in turns with what one would use instead; the answers compared in the same run.

In: nothing; LOCATOR_BENCH_PG may name a PostGIS server ("host=/tmp port=5432 user=postgres dbname=postgres", as psql
reads it).    Out: figures.
"""
from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Geod, Transformer
from scipy.spatial import cKDTree

from geodata.geodesy import ecef
from geodata.index import SpatialIndex
from geodata.measured import MeasuredLine
from tests.benchmarks.bench_index import corridor_faults
from tests.benchmarks.figures import Figure, alternate, cpu_ms

POINTS, K, WITHIN_M = 1_000_000, 10, 2_000.0
ONE_BY_ONE, AT_ONCE = 300, 2_000
RARE = 1 << 5                       # the flag that one point in a hundred has
GEOD = Geod(ellps="WGS84")
METRES = "EPSG:3035"


class World:
    """A point to the square kilometre over 12° x 10° of Europe; a wandering route of 1 000 km and 10 000 vertices."""

    def __init__(self) -> None:
        rng = np.random.default_rng(7)
        self.points = self.box(rng, POINTS)
        self.flags = np.where(rng.random(POINTS) < 0.01, RARE, 0).astype(np.uint64) | rng.integers(0, 32, POINTS, np.uint64)
        self.askers, self.million = self.box(rng, AT_ONCE), self.box(rng, POINTS)
        part = np.linspace(0, 1, 10_000)
        self.route = np.column_stack([5 + 9 * part + 0.05 * np.sin(part * 90), 45 + 6 * part + 0.1 * np.sin(part * 40)])
        self.index = SpatialIndex(self.points, self.flags, carrier="hilbert")
        self.tree = cKDTree(ecef(*self.points.T))

    @staticmethod
    def box(rng: np.random.Generator, count: int) -> np.ndarray:
        return np.column_stack([rng.uniform(4, 16, count), rng.uniform(44, 54, count)])


def figures() -> Iterator[Figure]:
    world = World()
    build_ms, = alternate(lambda: SpatialIndex(world.points, world.flags, carrier="hilbert"), times=3)
    yield Figure("build_1e6", build_ms, "ms", "<=1500")
    kept = sum(array.nbytes for array in world.index._carrier.arrays.values())
    yield Figure("bytes_a_point", kept / POINTS, "B", "<=40")
    yield from nearest_figures(world)
    yield from million_figures(world)
    yield from filter_figures(world)
    yield from corridor_figures(world)
    yield from postgis_figures(world)


def each(ask: Callable[[np.ndarray], object], askers: np.ndarray) -> Callable[[], None]:
    rows = [askers[i:i + 1] for i in range(ONE_BY_ONE)]

    def work() -> None:
        for row in rows:
            ask(row)
    return work


def nearest_figures(world: World) -> Iterator[Figure]:
    boxes = shapely.STRtree(shapely.points(world.points))

    def ours(here: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return world.index.nearest(here, K)

    def by_tree(here: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return geodesics(world, here, world.tree.query(ecef(*here.T), K)[1].reshape(len(here), K))

    def by_boxes(here: np.ndarray) -> np.ndarray:
        """What STRtree has for more than one neighbour: all in a box, the box doubled until there are enough."""
        lon, lat, reach = *here[0], 0.03
        while len(near := boxes.query(shapely.box(lon - reach, lat - reach, lon + reach, lat + reach))) < K:
            reach *= 2
        ids, metres = geodesics(world, np.repeat(here, len(near), axis=0), near[:, None])
        return ids[np.argsort(metres[:, 0])[:K], 0]

    our_ms, tree_ms, boxes_ms = alternate(*(each(ask, world.askers) for ask in (ours, by_tree, by_boxes)))
    yield Figure("nearest_10_of_1e6_asked_one_by_one", our_ms / ONE_BY_ONE * 1e3, "us", "<=60")
    yield Figure("nearest_one_by_one_times_quicker_than_ckdtree", tree_ms / our_ms, "x", ">=4")
    yield Figure("nearest_one_by_one_times_quicker_than_strtree", boxes_ms / our_ms, "x", ">=8")
    our_ms, tree_ms = alternate(lambda: ours(world.askers), lambda: by_tree(world.askers), times=15)
    yield Figure("nearest_10_of_1e6_2000_at_once", our_ms / AT_ONCE * 1e3, "us", "<=20")
    yield Figure("nearest_at_once_times_quicker_than_ckdtree", tree_ms / our_ms, "x", ">=2")
    (ids, metres), (tree_ids, tree_m) = ours(world.askers), by_tree(world.askers)
    yield Figure("nearest_wrong", float((ids != tree_ids).sum()), "ids", "==0")
    yield Figure("nearest_error", float(np.abs(metres - tree_m).max()), "m", "<=0.001")


def geodesics(world: World, here: np.ndarray, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`ids` (m, k) and how far each is from its asker."""
    there, row = world.points[ids.ravel()], np.repeat(here, ids.shape[1], axis=0)
    return ids, np.asarray(GEOD.inv(*row.T, *there.T)[2]).reshape(ids.shape)


def million_figures(world: World) -> Iterator[Figure]:
    """Askers in the order of a curve, which is kind to both; the k-d tree's coordinates are ready and it measures chords."""
    asked = world.million[np.argsort(curve(world.million), kind="stable")]
    xyz = ecef(*asked.T)
    our_ms, tree_ms = alternate(lambda: world.index.nearest(asked, 1), lambda: world.tree.query(xyz, 1), times=3)
    yield Figure("million_nearest_sorted", our_ms / 1e3, "s", "<=6")
    yield Figure("million_nearest_over_ckdtree", our_ms / tree_ms, "x", "<=1.5")
    wrong = (world.index.nearest(asked, 1)[0][:, 0] != world.tree.query(xyz, 1)[1]).sum()
    yield Figure("million_nearest_wrong", float(wrong), "ids", "==0")


def curve(lonlat: np.ndarray) -> np.ndarray:
    from geodata.packing import curve_keys
    keys = np.empty(len(lonlat), np.int64)
    curve_keys(np.ascontiguousarray(lonlat), keys)
    return keys


def filter_figures(world: World) -> Iterator[Figure]:
    line = MeasuredLine(world.route)
    free_ms, rare_ms, free_line_ms, rare_line_ms = alternate(
        each(lambda here: world.index.nearest(here, K), world.askers),
        each(lambda here: world.index.nearest(here, K, need=RARE), world.askers),
        lambda: world.index.along(line, WITHIN_M), lambda: world.index.along(line, WITHIN_M, need=RARE))
    yield Figure("nearest_one_percent_over_all", rare_ms / free_ms, "x", "<=2")
    yield Figure("corridor_one_percent_over_all", rare_line_ms / free_line_ms, "x", "<=2")
    own = np.flatnonzero(world.flags & RARE)
    alone = cKDTree(ecef(*world.points[own].T)).query(ecef(*world.askers.T), K)[1]
    wrong = (world.index.nearest(world.askers, K, need=RARE)[0] != own[alone]).sum()
    yield Figure("nearest_one_percent_wrong", float(wrong), "ids", "==0")


def corridor_figures(world: World) -> Iterator[Figure]:
    plain = SpatialIndex(world.points, carrier="chords")
    plain.nearest(world.askers[:1], 1)

    def ours() -> np.ndarray:
        return world.index.along(MeasuredLine(world.route), WITHIN_M).ids

    def by_trees() -> np.ndarray:
        return plain.along(MeasuredLine(world.route), WITHIN_M).ids

    def by_balls() -> np.ndarray:
        """A ball about every kilometre of the route, then each candidate measured: the quickest k-d tree way found."""
        line = MeasuredLine(world.route)
        stops = ecef(*line.point_at(np.append(np.arange(0.0, line.length_m, 1_000.0), line.length_m)).T)
        balls = world.tree.query_ball_point(stops, np.hypot(WITHIN_M, 500.0) + 1, return_sorted=False)
        near = np.unique(np.concatenate([np.array(ball, np.int64) for ball in balls]))
        beside = line.locate(world.points[near])
        return near[beside.off_m <= WITHIN_M][np.argsort(beside.offset_m[beside.off_m <= WITHIN_M], kind="stable")]

    our_ms, trees_ms, balls_ms = alternate(ours, by_trees, by_balls)
    yield Figure("corridor_1000km_of_1e6", our_ms, "ms", "<=30")
    yield Figure("corridor_times_quicker_than_ckdtree", trees_ms / our_ms, "x", ">=12")
    yield Figure("corridor_times_quicker_than_ckdtree_balls", balls_ms / our_ms, "x", ">=3")
    yield from planar_figures(world, ours)
    ids = ours()
    differ = (ids != by_trees()).sum() + len(set(ids) ^ set(by_balls()))
    yield Figure("corridor_differs_from_ckdtree", float(differ), "ids", "==0")
    faults = corridor_faults(plain, world.route, set(ids[::20].tolist()), set(ids.tolist()))
    yield Figure("corridor_wrong_of_1e6", float(faults), "ids", "==0")


def planar_figures(world: World, ours: Callable[[], np.ndarray]) -> Iterator[Figure]:
    """The plane, as most do it: coordinates projected beforehand, offsets by `project`."""
    flat = Transformer.from_crs("EPSG:4326", METRES, always_xy=True)
    points = shapely.points(*flat.transform(*world.points.T))
    tree = shapely.STRtree(points)
    tree.query(shapely.Point(0, 0))

    def route() -> shapely.LineString:
        return shapely.LineString(np.column_stack(flat.transform(*world.route.T)))

    def by_distance() -> np.ndarray:
        line = route()
        near = tree.query(line, predicate="dwithin", distance=WITHIN_M)
        return np.asarray(shapely.line_locate_point(line, points[near]))

    def by_buffer() -> np.ndarray:
        line = route()
        near = tree.query(line.buffer(WITHIN_M), predicate="intersects")
        return np.asarray(shapely.line_locate_point(line, points[near]))

    def by_cuts() -> np.ndarray:
        """Twenty vertices at a time, each point where it is nearest: no one long line for the tree to trip over."""
        ends = shapely.get_coordinates(route())
        cuts = np.array([shapely.LineString(ends[i:i + 21]) for i in range(0, len(ends) - 1, 20)])
        cut, near = tree.query(cuts, predicate="dwithin", distance=WITHIN_M)
        order = np.lexsort((shapely.distance(cuts[cut], points[near]), near))
        cut, near = cut[order], near[order]
        first = np.unique(near, return_index=True)[1]
        start = np.concatenate([[0.0], np.cumsum(shapely.length(cuts))])
        return start[cut[first]] + shapely.line_locate_point(cuts[cut[first]], points[near[first]])

    ways = {way: cpu_ms(way) for way in (by_distance, by_buffer, by_cuts)}
    best = min(ways, key=ways.__getitem__)
    our_ms, best_way_ms = alternate(ours, best, times=15)
    yield Figure(f"corridor_times_quicker_than_shapely_{best.__name__}", best_way_ms / our_ms, "x", ">=15")
    yield from geopandas_figures(world, ours, points)


def geopandas_figures(world: World, ours: Callable[[], np.ndarray], flat_points: np.ndarray) -> Iterator[Figure]:
    """Buffer and spatial join: of a frame in degrees as it comes, and of one that is projected and indexed beforehand."""
    degrees = gpd.GeoDataFrame(geometry=shapely.points(world.points), crs="EPSG:4326")
    ready = gpd.GeoDataFrame(geometry=flat_points, crs=METRES)
    assert ready.sindex.size == POINTS

    def join(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        route = gpd.GeoSeries([shapely.LineString(world.route)], crs="EPSG:4326").to_crs(METRES)
        return gpd.sjoin(frame, route.buffer(WITHIN_M).to_frame("geometry").set_geometry("geometry"), predicate="within")

    our_ms, ready_ms, degrees_ms = alternate(ours, lambda: join(ready), lambda: join(degrees.to_crs(METRES)), times=3)
    yield Figure("corridor_times_quicker_than_geopandas_from_degrees", degrees_ms / our_ms, "x", ">=500")
    yield Figure("corridor_times_quicker_than_geopandas_indexed", ready_ms / our_ms, "x", ">=50")


def postgis_figures(world: World) -> Iterator[Figure]:
    if not (server := os.environ.get("LOCATOR_BENCH_PG")):
        print("corridor_times_quicker_than_postgis skipped: LOCATOR_BENCH_PG names no server", flush=True)
        return
    from tests.benchmarks.postgis import corridor_ms
    ms = corridor_ms(server, world.points, world.route, WITHIN_M)
    our_ms, = alternate(lambda: world.index.along(MeasuredLine(world.route), WITHIN_M))
    yield Figure("corridor_times_quicker_than_postgis_geography", ms["degrees"] / our_ms, "x", ">=40")
    yield Figure("corridor_times_quicker_than_postgis_plane", ms["plane"] / our_ms, "x", ">=20")
