"""How much of the roads lies in each polygon of a layer: grid cells, districts.

In: Freight, polygons.    Out: intervals of edges by zone.
Never knows: coverage, places, screens. A road that crosses a border is cut there; zones may overlap.
"""
from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.roads.graph import RoadGraph
from geodata.roads.snap import metres_per_degree
from locator.freight import Freight

Ints = NDArray[np.int64]
LEAST = 1e-9              # a share of an edge that is none


def find_intervals(freight: Freight, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """zone (row of `zones`), edge, begin, end: shares of the edge as it is drawn that lie inside."""
    edges = np.unique(freight.edge)
    shapes = [freight.graph.shape(int(edge)) for edge in edges]
    owner = np.repeat(np.arange(len(edges)), [len(shape) for shape in shapes])
    lines = shapely.linestrings(np.concatenate(shapes) if shapes else np.empty((0, 2)), indices=owner)
    areas = shapely.make_valid(zones.geometry.to_numpy())
    shapely.prepare(areas)
    zone, line = shapely.STRtree(lines).query(areas, predicate="intersects")
    whole = shapely.covers(areas[zone], lines[line])
    found = [pd.DataFrame({"zone": zone[whole], "edge": edges[line[whole]], "begin": 0.0, "end": 1.0})]
    for z, k in zip(zone[~whole].tolist(), line[~whole].tolist(), strict=True):
        parts = _inside(freight.graph, int(edges[k]), areas[z])
        begin, end = [a for a, _ in parts], [b for _, b in parts]
        found.append(pd.DataFrame({"zone": z, "edge": int(edges[k]), "begin": begin, "end": end}))
    return pd.concat(found, ignore_index=True)


def _inside(graph: RoadGraph, edge: int, area: shapely.Geometry) -> list[tuple[float, float]]:
    """Between which shares of an edge it runs inside an area: cut where it meets the border, each part asked by its middle."""
    shape = graph.shape(edge)
    scale = np.array(metres_per_degree(float(shape[:, 1].mean())))
    line = shapely.LineString(shape * scale)
    border = shapely.intersection(shapely.LineString(shape), shapely.boundary(area))
    marks = shapely.line_locate_point(line, shapely.points(shapely.get_coordinates(border) * scale), normalized=True)
    shares = np.unique(np.concatenate([[0.0, 1.0], marks]))
    middles = shapely.line_interpolate_point(line, (shares[1:] + shares[:-1]) / 2, normalized=True)
    inside = shapely.covers(area, shapely.points(shapely.get_coordinates(middles) / scale))
    return [(float(a), float(b)) for a, b, yes in zip(shares[:-1], shares[1:], inside, strict=True) if yes and b - a > LEAST]


def overlap(begin: NDArray[np.float64], end: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64],
            ) -> NDArray[np.float64]:
    """How much of [begin, end] lies in [low, high]."""
    return np.asarray(np.maximum(np.minimum(end, high) - np.maximum(begin, low), 0.0))
