"""The road graph as a frame of lines, for maps and exports.

In: a RoadGraph.    Out: a GeoDataFrame, one row an edge.
Never knows: colours, tiles, paper.
"""
from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geodata.roads.graph import RoadGraph
from geodata.roads.tags import CLASS_NAMES


def roads_frame(graph: RoadGraph) -> gpd.GeoDataFrame:
    """Columns: class (an OpenStreetMap highway class, links with theirs), name, ref, osm_way, one_way; EPSG:4326."""
    owner = np.repeat(np.arange(len(graph.edge_way)), np.diff(graph.shape_ptr))
    texts = np.array(graph.texts, dtype=object)
    return gpd.GeoDataFrame(
        {"class": np.array(CLASS_NAMES, dtype=object)[graph.edge_class], "name": texts[graph.edge_name[:, 0]],
         "ref": texts[graph.edge_name[:, 1]], "osm_way": np.asarray(graph.edge_way), "one_way": (graph.edge_kind & 2) > 0},
        geometry=shapely.linestrings(np.asarray(graph.shape_lonlat), indices=owner), crs=4326)
