"""The chosen roads cut by driving time, for maps: which stretch lies in which band.

In: a Coverage, limits of bands.    Out: a frame: band, begin_s, end_s (None: beyond the last, or no way), road_class, geometry.
Never knows: colours, screens. Both directions are drawn; the far bands come last, so that the worse direction lies on top.
"""
from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from locator.coverage import Coverage
from locator.engines.reaching import within
from locator.engines.steps import cut_shape
from locator.freight import CLASSES

WHOLE = 1e-9
LEAST = 1e-4              # a share of a segment that nobody sees
Floats = NDArray[np.float64]


def find_bands(coverage: Coverage, bands_s: tuple[float, ...]) -> gpd.GeoDataFrame:
    """One row a band and class, bands in rising order; the last band is beyond all limits."""
    reach, freight = coverage.reach, coverage.freight
    limits = sorted(set(bands_s))
    marks = np.column_stack([np.zeros(len(reach)), *(within(reach.near_ms, reach.length_ms, 1000.0 * s) for s in limits),
                             reach.length_ms.astype(np.float64)])
    kind, rows = freight.road_class[coverage.row], []
    for band in range(len(limits) + 1):
        begin, end = marks[:, band], marks[:, band + 1]
        seen = end - begin > LEAST * reach.length_ms
        for road_class in np.unique(kind[seen]).tolist():
            of = np.flatnonzero(seen & (kind == road_class))
            rows.append({"band": band, "begin_s": 0.0 if band == 0 else limits[band - 1],
                         "end_s": limits[band] if band < len(limits) else None, "road_class": CLASSES[road_class],
                         "geometry": shapely.MultiLineString(_lines(coverage, of, begin[of], end[of]))})
    return gpd.GeoDataFrame(rows, columns=["band", "begin_s", "end_s", "road_class", "geometry"], geometry="geometry", crs=4326)


def _lines(coverage: Coverage, of: NDArray[np.int64], begin_ms: Floats, end_ms: Floats) -> list[Floats]:
    """The stretches of segments `of` between two times from their near ends."""
    a, b = coverage.drawn(of, begin_ms, end_ms)
    graph, found = coverage.freight.graph, []
    for edge, begin, end in zip(coverage.freight.edge[coverage.row[of]].tolist(), a.tolist(), b.tolist(), strict=True):
        shape = graph.shape(edge)
        found.append(shape if begin <= WHOLE and end >= 1 - WHOLE else cut_shape(shape, begin, end))
    return found
