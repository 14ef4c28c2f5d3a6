"""The roads under a route, drawn for the scale: which classes, how broad, how fine.

In: a roads frame, a Window.    Out: lines in millimetres, drawn into a layer; the same lines for labels.
Never knows: the route, stops, labels.

Generalised in three ways: a class is drawn down to a scale of its own (looks.PAPER_ROADS), lines lose what a pen could
not draw, and shreds shorter than a millimetre are left out. All edges come first and all fills after, the lesser
roads below, so that junctions are open.
"""
from __future__ import annotations

import math
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from maps.drawing import Element, add_lines
from maps.looks import PAPER_ROADS, PaperRoad
from maps.windows import Window

BASE_SCALE = 75_000           # where the widths of looks.PAPER_ROADS hold
PEN_MM = 0.06                 # what is finer than this is left out of a line
SHRED_MM = 1.0
BEYOND_MM = 3.0               # drawn past the frame, which cuts it off
REF_AHEAD = 1.25              # a road's number is written at so many times smaller a scale as well


def classes_at(scale: float) -> frozenset[str]:
    """The classes of road a panel of that scale draws."""
    return frozenset(name for name, look in PAPER_ROADS.items() if scale <= look.to_scale)


def named_at(scale: float) -> frozenset[str]:
    """Those of them whose names or numbers it may write."""
    return frozenset(name for name, look in PAPER_ROADS.items() if scale <= look.name_to_scale * REF_AHEAD)


def breadth(scale: float) -> float:
    """Roads get broader with the scale, but slowly: 2.2 times at 1 : 5 000, 0.4 at 1 : 1 500 000."""
    return min(max(math.pow(BASE_SCALE / scale, 0.3), 0.4), 2.2)


class RoadsOnPaper:
    """`by_class`: (k,) lines in millimetres; `rows` the same with their names, for labels."""

    def __init__(self, roads: gpd.GeoDataFrame, window: Window) -> None:
        shown = roads[roads["class"].isin(classes_at(window.scale))] if len(roads) else roads
        lines = on_paper(np.asarray(shown.geometry), window) if len(shown) else np.empty(0, object)
        kept = ~shapely.is_empty(lines)
        self.rows = shown[["class", "name", "ref"]][kept].assign(line=lines[kept]) if len(shown) else shown
        self.window = window

    def by_class(self) -> Mapping[str, NDArray[np.object_]]:
        if not len(self.rows):
            return {}
        return {str(name): np.asarray(rows["line"]) for name, rows in self.rows.groupby("class")}

    def draw(self, layer: Element, *, magnify: float = 1.0) -> None:
        """Edges, then fills, lesser classes first."""
        lines, wide = self.by_class(), breadth(self.window.scale) * magnify
        drawn = [(look, lines[name]) for name, look in reversed(PAPER_ROADS.items()) if name in lines]
        for look, some in drawn:
            if look.edge:
                add_lines(layer, some, width=look.width_mm * wide + edge_mm(look, wide), stroke=look.edge)
        for look, some in drawn:
            dash = "1.6 1.2" if look is PAPER_ROADS["ferry"] else None
            add_lines(layer, some, width=look.width_mm * wide, stroke=look.fill, dash=dash, cap="butt" if dash else "round")


def edge_mm(look: PaperRoad, wide: float) -> float:
    """Both edges of a road together."""
    return 0.14 + 0.12 * math.sqrt(look.width_mm * wide)


def on_paper(lonlat: NDArray[np.object_], window: Window) -> NDArray[np.object_]:
    """Lines of degrees in millimetres, cut at the frame, as fine as a pen; empty where nothing of one is seen."""
    lines = shapely.transform(lonlat, window.to_mm)
    lines = shapely.clip_by_rect(shapely.simplify(lines, PEN_MM, preserve_topology=False), -BEYOND_MM, -BEYOND_MM,
                                 window.width_mm + BEYOND_MM, window.height_mm + BEYOND_MM)
    return np.asarray(np.where(shapely.length(lines) < SHRED_MM, shapely.from_wkt("LINESTRING EMPTY"), lines))
