"""Stretches of the chosen roads from which no place is near enough: connected, named, ranked.

In: Freight, Reach, a limit.    Out: a GAPS frame, heaviest first, with the lines on the map.
Never knows: places' names, opening hours, files, screens.

Two uncovered pieces belong to one gap when they meet at a junction, or lie beside one another on one road (its two directions).
length_m counts each direction; road_m the road once.

GAPS    gap (1 is the first), length_m, road_m, lorry_km_day (None: nobody counted), worst_s (the longest drive from it; None: no
        way from any of it), unreachable_m (of it, with no way at all), refs, names, classes (each tuples, longest first),
        lon, lat (where worst_s is met, else where a way out is missing), geometry
"""
from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from locator.engines.reaching import Reach
from locator.engines.steps import cut_shape
from locator.freight import CLASSES, Freight, refs_of

LEAST_M = 0.5              # an uncovered piece shorter than this is rounding
NAMES = 3                  # roads a gap is called by
COLUMNS = ("gap", "length_m", "road_m", "lorry_km_day", "worst_s", "unreachable_m", "refs", "names", "classes", "lon", "lat",
           "geometry")
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def find_pieces(freight: Freight, reach: Reach, limit_ms: float) -> pd.DataFrame:
    """The uncovered piece of each segment that has one.

    row (of freight), begin, end (shares of the edge as it is drawn), length_m, lorries, far_s (time at its far end; inf: no way),
    at_tail, at_head (does it touch that end of the arc?), far (where on the edge its far end is)
    """
    row = np.searchsorted(freight.arc, reach.arc)
    inside = reach.within_ms(limit_ms)
    length = reach.length_ms.astype(np.float64)
    share_a, share_b = reach.shares(inside, length)
    length_m = (share_b - share_a) * freight.length_m[row]
    keep = np.flatnonzero(length_m >= LEAST_M)
    a, b, row = share_a[keep], share_b[keep], row[keep]
    backward = np.asarray(freight.graph.arc_backward)[reach.arc[keep]]
    far = a if reach.direction == "to" else b
    return pd.DataFrame({
        "row": row, "begin": np.where(backward, 1 - b, a), "end": np.where(backward, 1 - a, b), "length_m": length_m[keep],
        "lorries": freight.lorries[row], "far_s": reach.far_ms()[keep] / 1000.0, "at_tail": a <= 0, "at_head": b >= 1,
        "far": np.where(backward, 1 - far, far)})


def find_gaps(freight: Freight, reach: Reach, limit_ms: float) -> gpd.GeoDataFrame:
    """GAPS. Ranked by lorry kilometres where counts are given, then by length."""
    pieces = find_pieces(freight, reach, limit_ms)
    if pieces.empty:
        return gpd.GeoDataFrame({name: [] for name in COLUMNS}, geometry="geometry", crs=4326)
    pieces = pieces.assign(gap=_components(freight, pieces), edge=freight.edge[pieces["row"].to_numpy()])
    known = pieces["lorries"].notna()
    pieces["lorry_km"] = pieces["length_m"] / 1000.0 * pieces["lorries"]
    sums = pieces.groupby("gap").agg(length_m=("length_m", "sum"), lorry_km=("lorry_km", "sum"))
    order = sums.sort_values(["lorry_km", "length_m"], ascending=False, kind="stable").index
    if not known.any():
        pieces["lorry_km"] = np.nan
    groups = dict(iter(pieces.groupby("gap")))
    rows = [_gap(freight, groups[gap], number) for number, gap in enumerate(order, start=1)]
    return gpd.GeoDataFrame(rows, columns=list(COLUMNS), geometry="geometry", crs=4326)


def _components(freight: Freight, pieces: pd.DataFrame) -> Ints:
    """(p,) which gap each piece belongs to: pieces and the junctions they reach, and overlapping pieces of one edge."""
    n, graph = len(pieces), freight.graph
    row = pieces["row"].to_numpy()
    tail, head = graph.arc_tail[freight.arc[row]], graph.arc_head[freight.arc[row]]
    at_tail, at_head = np.flatnonzero(pieces["at_tail"]), np.flatnonzero(pieces["at_head"])
    left, right = _beside(freight.edge[row], pieces["begin"].to_numpy(), pieces["end"].to_numpy())
    a = np.concatenate([at_tail, at_head, left])
    b = np.concatenate([n + tail[at_tail], n + head[at_head], right])
    size = n + len(graph.node_lonlat)
    return np.asarray(connected_components(coo_matrix((np.ones(len(a), np.int8), (a, b)), (size, size)), directed=False)[1][:n])


def _beside(edge: Ints, begin: Floats, end: Floats) -> tuple[Ints, Ints]:
    """Pairs of pieces of one edge that overlap, each piece joined with the one before it that reaches farthest."""
    order = np.lexsort((begin, edge))
    left, right = [], []
    reaching = -1
    for i in order.tolist():
        if reaching >= 0 and edge[i] == edge[reaching]:
            if begin[i] < end[reaching]:
                left.append(reaching)
                right.append(i)
            reaching = i if end[i] > end[reaching] else reaching
        else:
            reaching = i
    return np.array(left, np.int64), np.array(right, np.int64)


def _gap(freight: Freight, pieces: pd.DataFrame, number: int) -> dict[str, Any]:
    no_way = ~np.isfinite(pieces["far_s"])
    worst = pieces.loc[pieces["far_s"].where(~no_way, -1.0).idxmax()]
    lines, road_m = _lines(freight, pieces)
    on = freight.graph.shape(int(worst["edge"]))
    lon, lat = cut_shape(on, float(worst["far"]), float(worst["far"]))[0]
    lorry_km = pieces["lorry_km"].dropna()
    called = _called(freight, pieces)
    return {
        "gap": number, "length_m": float(pieces["length_m"].sum()), "road_m": road_m,
        "lorry_km_day": float(lorry_km.sum()) if len(lorry_km) else None,
        "worst_s": None if no_way.all() else float(worst["far_s"]),
        "unreachable_m": float(pieces.loc[no_way, "length_m"].sum()), **called, "lon": float(lon), "lat": float(lat),
        "geometry": shapely.MultiLineString(lines)}


def _lines(freight: Freight, pieces: pd.DataFrame) -> tuple[list[Floats], float]:
    """The road of a gap drawn once: per edge the union of its pieces; and its metres."""
    lines, road_m = [], 0.0
    for edge, own in pieces.sort_values(["edge", "begin"]).groupby("edge"):
        for begin, end in _union(own["begin"].tolist(), own["end"].tolist()):
            shape = freight.graph.shape(int(edge))
            lines.append(shape if begin <= 0 and end >= 1 else cut_shape(shape, begin, end))
            road_m += (end - begin) * float(freight.graph.edge_length_m[int(edge)])
    return lines, road_m


def _union(begin: list[float], end: list[float]) -> list[tuple[float, float]]:
    """Intervals in order of their beginning, those that touch made one."""
    found: list[tuple[float, float]] = []
    for a, b in zip(begin, end, strict=True):
        if found and a <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], b)
        else:
            found.append((a, b))
    return found


def _called(freight: Freight, pieces: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """By which numbers, names and classes it goes: those with the most metres first."""
    refs, names, classes = dict[str, float](), dict[str, float](), dict[str, float]()
    graph = freight.graph
    for edge, row, metres in zip(pieces["edge"].tolist(), pieces["row"].tolist(), pieces["length_m"].tolist(), strict=True):
        for ref in refs_of(graph, edge):
            refs[ref] = refs.get(ref, 0.0) + metres
        if name := graph.texts[graph.edge_name[edge, 0]]:
            names[name] = names.get(name, 0.0) + metres
        road = CLASSES[freight.road_class[row]]
        classes[road] = classes.get(road, 0.0) + metres
    return {what: tuple(sorted(known, key=lambda one: (-known[one], one))[:NAMES])
            for what, known in (("refs", refs), ("names", names), ("classes", classes))}
