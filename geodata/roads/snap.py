"""Points and polygons -> where they stand on the roads.

In: a RoadGraph, its SnapGrid, which edges may be used, points or areas.    Out: positions on edges, nearest first.
Never knows: routes, driving times, files.

The grid lists, cell by cell, the edges that pass; it is two flat arrays and so lives memory-mapped beside the graph.
Distances are measured in the plane that touches the ellipsoid at the asked point: within 5 km right to a millimetre a metre.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import cos, inf, radians, sin, sqrt

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.compiled import frozen
from geodata.roads.graph import RoadGraph
from geodata.roads.snap_kernels import edges_between, feet
from geodata.roads.tags import CLASS_NAMES, CLASS_NUMBER

CELL_DEG = 0.0025           # about 280 m north to south
WIDE = 1 << 20              # cells a row may hold; 360 / CELL_DEG is far below
A_M, E2 = 6_378_137.0, 6.69437999014e-3        # WGS 84
LOT_REACH_M = 300.0         # a place without roads of its own takes the nearest within this
PART_M = 20.0               # a road is inside a polygon with half its length, or with this much
STAFF_SHARE = 1 / 3         # a piece with less road than this share of the longest is a back door, not a lot
OWN_WAY_M = 30.0            # a place's own service road may lie so much farther than the road it leads off
DIVIDED_M = 150.0           # the two carriageways of a divided road lie within this of one another
ON_IT_DEG = 1e-5            # a place drawn on a carriageway stands on neither side of it (about a metre)
AGAINST = -0.5              # cosine between their directions: they lead opposite ways
SIDE_LOOK_M = 1_000.0       # a divided road farther than this decides nothing about a place's side
SERVICE = CLASS_NUMBER["service"]
INSIDE = tuple(CLASS_NUMBER[c] for c in ("service", "unclassified", "residential", "living_street", "tertiary", "road", "track"))
NEVER_A_LOT = tuple(CLASS_NUMBER[c] for c in ("motorway", "motorway_link", "trunk_link", "ferry"))
THROUGH = tuple(CLASS_NUMBER[c] for c in ("trunk", "primary", "secondary"))
CARRIAGEWAY = (CLASS_NUMBER["motorway"], *THROUGH, CLASS_NUMBER["tertiary"])
ANY_CLASS = np.ones(len(CLASS_NAMES), bool)                       # masks by class number
LOT_CLASSES = ~np.isin(np.arange(len(CLASS_NAMES)), NEVER_A_LOT)
SERVICE_CLASS = np.arange(len(CLASS_NAMES)) == SERVICE
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SnapGrid:
    """edges[start:stop] of a cell are those whose shape passes it or a neighbour's rim."""

    key: NDArray[np.int64]       # (k,) rising
    edge: NDArray[np.int32]      # (k,)


@dataclass(frozen=True)
class EdgePoint:
    """A position on one edge. share: 0 at its start, 1 at its end, by length; inside: on a place's own road."""

    edge: int
    share: float
    off_m: float
    lon: float
    lat: float
    inside: bool = False


def find_grid(graph: RoadGraph) -> SnapGrid:
    """Sample every shape at least twice a cell, note the cells: any point of a road lies within one cell of a sample's."""
    first = np.arange(len(graph.shape_lonlat) - 1)
    owner = np.repeat(np.arange(len(graph.edge_way), dtype=np.int64), np.diff(graph.shape_ptr))
    first = first[owner[:-1] == owner[1:]]
    a, b = graph.shape_lonlat[first], graph.shape_lonlat[first + 1]
    steps = np.maximum(1, np.ceil(np.abs(b - a).max(axis=1) / (CELL_DEG / 2)).astype(np.int64))
    segment = np.repeat(np.arange(len(first)), steps + 1)
    within = np.arange(len(segment)) - np.repeat(np.cumsum(steps + 1) - (steps + 1), steps + 1)
    share = (within / steps[segment])[:, None]
    at = a[segment] * (1 - share) + b[segment] * share
    keys = _key(np.floor(at / CELL_DEG).astype(np.int64))
    pairs = np.unique(np.column_stack([keys, owner[first][segment]]), axis=0)
    return SnapGrid(pairs[:, 0].copy(), pairs[:, 1].astype(np.int32))


def _key(cell: NDArray[np.int64]) -> NDArray[np.int64]:
    return (cell[..., 1] + WIDE) * (4 * WIDE) + cell[..., 0] + WIDE


class Snapper:
    """Finds edges near points on one graph. `usable` (e,) says which edges may serve."""

    def __init__(self, graph: RoadGraph, grid: SnapGrid, *, keeps_left: bool = False) -> None:
        self.graph, self.grid, self.keeps_left = graph, grid, keeps_left

    @cached_property
    def _cells(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        return frozen(self.grid.key), frozen(self.grid.edge)

    @cached_property
    def _shapes(self) -> tuple[NDArray[np.int64], Floats]:
        return frozen(self.graph.shape_ptr), frozen(self.graph.shape_lonlat)

    @cached_property
    def carriageways(self) -> NDArray[np.bool_]:
        """(e,) one-way through roads, open or not: nobody crosses one to get into a place beside it."""
        one_way = (np.asarray(self.graph.edge_kind) & 3) == 2                  # a roundabout parts nothing
        return np.asarray(one_way & np.isin(self.graph.edge_class, CARRIAGEWAY))

    @cached_property
    def _drawn_against(self) -> NDArray[np.bool_]:
        """(e,) edges driven only against the direction they are drawn in."""
        against = np.ones(len(self.graph.edge_way), bool)
        against[self.graph.arc_edge[~np.asarray(self.graph.arc_backward)]] = False
        return against

    def edges_near(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.int32]:
        """Edges that may pass the lon/lat box from low to high, each once."""
        x0, y0 = np.floor(low / CELL_DEG).astype(np.int64) - 1
        x1, y1 = np.floor(high / CELL_DEG).astype(np.int64) + 1
        rows = (np.arange(y0, y1 + 1) + WIDE) * (4 * WIDE) + WIDE
        return np.unique(edges_between(*self._cells, rows + x0, rows + x1))

    def nearest(self, lon: float, lat: float, usable: NDArray[np.bool_], *, reach_m: float, most: int = 1,
                classes: NDArray[np.bool_] = ANY_CLASS) -> list[EdgePoint]:
        """Up to `most` usable edges of some `classes` within reach_m, nearest first; ties by edge number."""
        for radius in (min(reach_m, 150.0), min(reach_m, 1000.0), reach_m):
            found = self._within(lon, lat, usable, radius, classes, most)
            if len(found) >= most or radius >= reach_m:
                return found
        return []

    def _within(self, lon: float, lat: float, usable: NDArray[np.bool_], radius_m: float,
                classes: NDArray[np.bool_], most: int | None = None) -> list[EdgePoint]:
        per_lon, per_lat = metres_per_degree(lat)
        point, box = np.array([lon, lat]), np.array([radius_m / per_lon, radius_m / per_lat])
        edges = self.edges_near(point - box, point + box)
        edges = edges[usable[edges] & classes[self.graph.edge_class[edges]]]
        if not len(edges):
            return []
        off, share, at, _ = self._project(edges, lon, lat)
        order = np.lexsort((edges, off))
        return [EdgePoint(int(edges[i]), float(share[i]), float(off[i]), float(at[i, 0]), float(at[i, 1]))
                for i in order[:most] if off[i] <= radius_m]

    def _project(self, edges: NDArray[np.int32], lon: float, lat: float) -> tuple[Floats, Floats, Floats, Floats]:
        """For each edge: distance of the point in metres, share of the edge's length, the lon/lat on it, its heading there."""
        off, share, at, heading = feet(frozen(edges), *self._shapes, lon, lat, *metres_per_degree(lat))
        return off, share, at, heading

    def _passing(self, edges: NDArray[np.int32], low: Floats, high: Floats) -> NDArray[np.int32]:
        """Those of the edges whose own box meets the lon/lat box from low to high."""
        if not len(edges):
            return edges
        index, begin = self.graph.vertices(edges)
        shape = self.graph.shape_lonlat[index]
        meets = (np.minimum.reduceat(shape, begin[:-1]) <= high) & (np.maximum.reduceat(shape, begin[:-1]) >= low)
        return edges[meets.all(axis=1)]

    def lots(self, area: shapely.Geometry, usable: NDArray[np.bool_], *, reach_m: float = LOT_REACH_M) -> list[EdgePoint]:
        """Where a lorry can stand at a place: one position for each separate piece of road inside its polygon.

        The roads inside (never a motorway, its links or a trunk link) fall into connected pieces: the lots of a two-sided
        area, but not the staff's back door (Moreira-Maia on the A41 has one on each side). Without roads inside, or for a
        point, the nearest road within reach; [] when there is none.
        """
        if area is None or area.is_empty:
            return []
        area = area if area.is_valid else shapely.make_valid(area)
        centre = shapely.point_on_surface(area)
        lon, lat = float(shapely.get_x(centre)), float(shapely.get_y(centre))
        if shapely.area(area) > 0:
            found = self._inside(area, usable, lon, lat)
            if found:
                return found
            west, south, east, north = area.bounds
            per_lon, per_lat = metres_per_degree(lat)
            reach_m += sqrt(((east - west) * per_lon) ** 2 + ((north - south) * per_lat) ** 2) / 2
        return self._beside(lon, lat, usable, reach_m)

    def _beside(self, lon: float, lat: float, usable: NDArray[np.bool_], reach_m: float) -> list[EdgePoint]:
        """The nearest road on the side it stands on; [] when all within reach lie across a carriageway.

        Where that is one for through traffic, a service road hardly farther off on the same side comes first: the way in.
        """
        nearest = self._this_side(lon, lat, usable, reach_m, LOT_CLASSES)
        if not nearest or self.graph.edge_class[nearest[0].edge] not in THROUGH:
            return nearest
        reach_m = min(reach_m, nearest[0].off_m + OWN_WAY_M)
        return self._this_side(lon, lat, usable, reach_m, SERVICE_CLASS) or nearest

    def _this_side(self, lon: float, lat: float, usable: NDArray[np.bool_], reach_m: float,
                   classes: NDArray[np.bool_]) -> list[EdgePoint]:
        """The nearest road to which no carriageway need be crossed."""
        nearest = self.nearest(lon, lat, usable, reach_m=reach_m, classes=classes)
        if not nearest or not self._across(lon, lat, nearest)[0]:
            return nearest
        every = self._within(lon, lat, usable, reach_m, classes)
        free = np.flatnonzero(~self._across(lon, lat, every))
        return [every[int(free[0])]] if len(free) else []

    def _across(self, lon: float, lat: float, points: list[EdgePoint]) -> NDArray[np.bool_]:
        """(k,) whether the straight way from a place to each point leads over another carriageway."""
        ends = np.array([[p.lon, p.lat] for p in points])
        here = np.array([lon, lat])
        low, high = np.minimum(here, ends.min(axis=0)), np.maximum(here, ends.max(axis=0))
        edges = self.edges_near(low, high)
        edges = self._passing(edges[self.carriageways[edges]], low, high)
        if not len(edges):
            return np.zeros(len(points), bool)
        index, begin = self.graph.vertices(edges)
        walls = shapely.linestrings(self.graph.shape_lonlat[index], indices=np.repeat(np.arange(len(edges)), np.diff(begin)))
        apart = shapely.distance(walls, shapely.Point(lon, lat)) > ON_IT_DEG
        short = here + (ends - here) * 0.999                                    # as far as the rim of the road itself
        ways = shapely.linestrings(np.stack([np.broadcast_to(here, ends.shape), short], axis=1))
        way, wall = shapely.STRtree(walls[apart]).query(ways, predicate="intersects")
        own = np.array([p.edge for p in points])
        across = np.zeros(len(points), bool)
        across[way[edges[apart][wall] != own[way]]] = True
        return across

    def side_margin_m(self, lon: float, lat: float, point: EdgePoint) -> float:
        """How far off a place may truly stand before another side of a divided road is its own; at most SIDE_LOOK_M.

        A place on the kerb side (by the driving side of the country) of its own carriageway changes side half-way between
        the two; one between them, where they are equally near; one on another road, at the nearest divided road.
        """
        if point.inside:
            return inf
        per_lon, per_lat = metres_per_degree(lat)
        box = np.array([SIDE_LOOK_M / per_lon, SIDE_LOOK_M / per_lat])
        edges = self.edges_near(np.array([lon, lat]) - box, np.array([lon, lat]) + box)
        edges = edges[self.carriageways[edges]]
        if not len(edges):
            return SIDE_LOOK_M
        off, _, at, heading = self._project(edges, lon, lat)
        heading = np.where(self._drawn_against[edges][:, None], -heading, heading)
        own = np.flatnonzero(edges == point.edge)
        first = int(own[0]) if len(own) else int(np.lexsort((edges, off))[0])
        against = (heading @ heading[first] < AGAINST) & (off <= off[first] + DIVIDED_M)
        if not against.any():
            return SIDE_LOOK_M
        if not len(own):
            return min(float(off[first]), SIDE_LOOK_M)
        aside = (np.array([lon, lat]) - at[first]) * (per_lon, per_lat)
        left = heading[first, 0] * aside[1] - heading[first, 1] * aside[0] > 0
        other_m = float(off[against].min())
        return (other_m + float(off[first]) if left == self.keeps_left else other_m - float(off[first])) / 2

    def _inside(self, area: shapely.Geometry, usable: NDArray[np.bool_], lon: float, lat: float) -> list[EdgePoint]:
        west, south, east, north = area.bounds
        edges = self.edges_near(np.array([west, south]), np.array([east, north]))
        edges = edges[usable[edges] & np.isin(self.graph.edge_class[edges], INSIDE)]
        if not len(edges):
            return []
        parts, length_m = self._parts_inside(area, edges, lat)
        inside = length_m >= np.minimum(PART_M, self.graph.edge_length_m[edges] / 2)
        edges, parts, length_m = edges[inside], parts[inside], length_m[inside]
        pieces = _connected(self.graph.edge_node[edges])
        own = [piece for piece in pieces if (self.graph.edge_class[edges[piece]] == SERVICE).any()]
        centre = shapely.Point(lon, lat)                  # with service roads here, a public road over or under them is no lot
        lots = own or pieces
        least_m = STAFF_SHARE * max((float(length_m[piece].sum()) for piece in lots), default=0.0)
        return [self._on_piece(edges[piece], parts[piece], centre) for piece in lots if length_m[piece].sum() >= least_m]

    def _parts_inside(self, area: shapely.Geometry, edges: NDArray[np.int32], lat: float) -> tuple[NDArray[np.object_], Floats]:
        """The part of each edge that lies inside, and its length in metres."""
        shapes = [self.graph.shape(int(edge)) for edge in edges]
        owner = np.repeat(np.arange(len(edges)), [len(shape) for shape in shapes])
        parts = shapely.intersection(shapely.linestrings(np.concatenate(shapes), indices=owner), area)
        scale = np.array(metres_per_degree(lat))
        return parts, shapely.length(shapely.transform(parts, lambda xy: xy * scale))

    def _on_piece(self, edges: NDArray[np.int32], parts: NDArray[np.object_], centre: shapely.Point) -> EdgePoint:
        """The point of the piece that is nearest to the centre of the place and inside it; ties by edge number."""
        scale, origin = np.array(metres_per_degree(centre.y)), shapely.Point(0, 0)
        plane = shapely.transform(parts, lambda xy: (xy - (centre.x, centre.y)) * scale)
        off = shapely.distance(plane, origin)
        best = int(np.lexsort((edges, off))[0])
        dx, dy = shapely.get_coordinates(shapely.shortest_line(plane[best], origin))[0] / scale
        _, share, on, _ = self._project(edges[best:best + 1], centre.x + dx, centre.y + dy)
        return EdgePoint(int(edges[best]), float(share[0]), float(off[best]), float(on[0, 0]), float(on[0, 1]), inside=True)


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres of one degree of longitude and of latitude at a latitude, on the ellipsoid."""
    s = sin(radians(lat))
    w = 1 - E2 * s * s
    return radians(1) * A_M / sqrt(w) * max(cos(radians(lat)), 1e-9), radians(1) * A_M * (1 - E2) / w**1.5


def _connected(ends: NDArray[np.int32]) -> list[NDArray[np.int64]]:
    """Groups of rows that hang together through shared nodes, in order of their first row."""
    group = list(range(len(ends)))

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    first: dict[int, int] = {}
    for row, pair in enumerate(ends.tolist()):
        for node in pair:
            group[root(row)] = root(first.setdefault(node, row))
    roots = np.array([root(i) for i in range(len(ends))])
    return [np.flatnonzero(roots == r) for r in dict.fromkeys(roots.tolist())]
