"""The roads of a box, stretches of one road joined: what a drawing of that box needs, and no more.

In: a RoadGraph; a box, classes.    Out: a frame of lines: class, name, ref; EPSG:4326.
Never knows: scales, colours, paper. The graph's arrays may lie on disk: what is kept here is one box an edge.
"""
from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.roads.graph import RoadGraph
from geodata.roads.tags import CLASS_NAMES, CLASS_NUMBER

ROUNDED_DEG = 2e-5           # float32 boxes are right to this at 180 degrees
Bbox = tuple[float, float, float, float]       # west, south, east, north; west > east over the dateline


class RoadsWithin:
    """Asked box by box, as the pages of a booklet are."""

    def __init__(self, graph: RoadGraph) -> None:
        self.graph = graph

    @cached_property
    def _boxes(self) -> NDArray[np.float32]:
        """(e, 4) west, south, east, north of each edge."""
        start, shape = np.asarray(self.graph.shape_ptr[:-1]), self.graph.shape_lonlat
        return np.concatenate([np.minimum.reduceat(shape, start), np.maximum.reduceat(shape, start)], axis=1).astype(np.float32)

    def __call__(self, bbox: Bbox, classes: Collection[str], named: Collection[str] | None = None) -> gpd.GeoDataFrame:
        """One row per class, name and ref ('' where not known), its stretches merged end to end. Unknown classes are none.

        named  classes whose names are of use; of the others all stretches are one row without a name. None: all are
        """
        edges = self._touching(bbox, [CLASS_NUMBER[name] for name in classes if name in CLASS_NUMBER])
        number = np.asarray(self.graph.edge_class[edges])
        text = np.asarray(self.graph.edge_name[edges, :2])                   # text 0 is ""
        if named is not None:
            text = np.where(np.isin(number, [CLASS_NUMBER[name] for name in named if name in CLASS_NUMBER])[:, None], text, 0)
        keys = pd.DataFrame({"class": number, "name": text[:, 0], "ref": text[:, 1]})
        lines = self._lines(edges)
        rows = [(CLASS_NAMES[number], self.graph.texts[name], self.graph.texts[ref], _joined(lines[at], bool(name or ref)))
                for (number, name, ref), at in keys.groupby(list(keys.columns), sort=True).indices.items()]
        return gpd.GeoDataFrame(rows, columns=["class", "name", "ref", "geometry"], geometry="geometry", crs=4326)

    def _touching(self, bbox: Bbox, numbers: Collection[int]) -> NDArray[np.int64]:
        west, south, east, north = bbox
        box = self._boxes
        beside = (box[:, 0] > east + ROUNDED_DEG), (box[:, 2] < west - ROUNDED_DEG)
        apart = beside[0] | beside[1] if west <= east else beside[0] & beside[1]
        apart |= (box[:, 1] > north + ROUNDED_DEG) | (box[:, 3] < south - ROUNDED_DEG)
        return np.flatnonzero(~apart & np.isin(self.graph.edge_class, list(numbers)))

    def _lines(self, edges: NDArray[np.int64]) -> NDArray[np.object_]:
        ptr = self.graph.shape_ptr
        count = (ptr[edges + 1] - ptr[edges]).astype(np.int64)
        owner = np.repeat(np.arange(len(edges)), count)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
        points = np.asarray(self.graph.shape_lonlat[ptr[edges][owner] + within])
        return np.asarray(shapely.linestrings(points, indices=owner)) if len(edges) else np.empty(0, object)


def _joined(lines: NDArray[np.object_], named: bool) -> shapely.Geometry:
    """One geometry; what has no name is not merged, for nobody writes along it."""
    if len(lines) == 1:
        return lines[0]
    whole = shapely.multilinestrings(lines)
    return shapely.line_merge(whole) if named else whole
