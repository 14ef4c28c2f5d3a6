"""The roads of a box, stretches of one road joined: what a drawing of that box needs, and no more.

In: a RoadGraph; a box, classes.    Out: a frame of lines: class, name, ref; EPSG:4326.
Never knows: scales, colours, paper. The graph's arrays may lie on disk: what is kept here is one box an edge of the classes
that were drawn.
"""
from __future__ import annotations

from collections.abc import Collection

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
        self._known: dict[int, tuple[NDArray[np.int64], NDArray[np.float32]]] = {}

    def _boxes(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The edges of a class, and (k, 4) west, south, east, north of each; found when the class is first drawn."""
        if number not in self._known:
            edges = np.flatnonzero(self.graph.edge_class == number)
            points, ptr = self._points(edges)
            start = ptr[:-1]
            ends = [found.reduceat(points, start) if len(edges) else points for found in (np.minimum, np.maximum)]
            self._known[number] = edges, np.concatenate(ends, axis=1).astype(np.float32)
        return self._known[number]

    def _points(self, edges: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The shapes of edges one after another, and (k + 1,) where each begins."""
        index, begin = self.graph.vertices(edges)
        return self.graph.shape_lonlat[index], begin

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
        """Edges of these classes whose boxes touch, rising."""
        west, south, east, north = bbox
        found = [np.empty(0, np.int64)]
        for number in numbers:
            edges, box = self._boxes(number)
            beside = (box[:, 0] > east + ROUNDED_DEG), (box[:, 2] < west - ROUNDED_DEG)
            apart = beside[0] | beside[1] if west <= east else beside[0] & beside[1]
            apart |= (box[:, 1] > north + ROUNDED_DEG) | (box[:, 3] < south - ROUNDED_DEG)
            found.append(edges[~apart])
        return np.sort(np.concatenate(found))

    def _lines(self, edges: NDArray[np.int64]) -> NDArray[np.object_]:
        if not len(edges):
            return np.empty(0, object)
        points, begin = self._points(edges)
        return np.asarray(shapely.linestrings(points, indices=np.repeat(np.arange(len(edges)), np.diff(begin))))


def _joined(lines: NDArray[np.object_], named: bool) -> shapely.Geometry:
    """One geometry; what has no name is not merged, for nobody writes along it."""
    if len(lines) == 1:
        return lines[0]
    whole = shapely.multilinestrings(lines)
    return shapely.line_merge(whole) if named else whole
