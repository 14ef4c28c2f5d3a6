"""Spots along roads where lorries could stop: places that lack what is asked, interchanges, junctions, the roadside.

In: an Atlas, the freight roads.    Out: spots as plain rows, not thinned out.
Never knows: spacing between kinds, models, screens. A motorway or trunk road itself is no spot: a site there needs an exit, and
where there is none yet somebody must draw it into a layer.
"""
from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.layers import rows
from geodata.measured import MeasuredLine
from geodata.roads.tags import CLASS_NAMES
from locator.atlas import Atlas
from locator.freight import Freight, refs_of

Ints = NDArray[np.int64]
Spot = dict[str, Any]
OWN_KIND = ("lorry_park", "service_area", "fuel")
FAST = np.array([name in ("motorway", "trunk") for name in CLASS_NAMES])
LINK = np.array([name in ("motorway_link", "trunk_link") for name in CLASS_NAMES])
NAMED = 3                       # road numbers a spot is called by


def uncounted_places(atlas: Atlas, counted: Ints) -> list[Spot]:
    """Places that are there and do not count: a car park without what is asked is often the cheapest site there is."""
    counts, spots = set(counted.tolist()), []
    for i, row in enumerate(rows(atlas.frame)) if len(atlas.frame) else ():
        if i not in counts:
            spots.append({"id": f"{row['layer']}:{row['id']}", "spot": row["kind"] if row["kind"] in OWN_KIND else "place",
                          "kind": row["kind"], "name": row["name"], "name_en": row.get("name_en"), "refs": (),
                          "position_accuracy": row["position_accuracy"], "geometry": atlas.places.geometry[i],
                          "lonlat": tuple(atlas.places.lonlat[i].tolist())})
    return spots


def at_junctions(freight: Freight) -> list[Spot]:
    """Where a motorway or trunk link meets another road (interchange), or three ends of freight roads meet (junction)."""
    graph, edges = freight.graph, np.unique(freight.edge)
    ends = np.asarray(graph.edge_node)[edges]
    kind = np.asarray(graph.edge_class)[edges]
    count, linked, slow = Counter[int](), set[int](), set[int]()
    roads: dict[int, list[int]] = {}
    for edge, pair, k in zip(edges.tolist(), ends.tolist(), kind.tolist(), strict=True):
        for node in pair:
            count[node] += 1
            roads.setdefault(node, []).append(edge)
            (linked if LINK[k] else slow if not FAST[k] else set[int]()).add(node)
    chosen = sorted(node for node in slow if node in linked or count[node] >= 3)
    return [_at_node(freight, node, "interchange" if node in linked else "junction", roads[node]) for node in chosen]


def _at_node(freight: Freight, node: int, kind: str, edges: list[int]) -> Spot:
    graph = freight.graph
    lon, lat = np.asarray(graph.node_lonlat)[node].tolist()
    refs = tuple(dict.fromkeys(ref for edge in edges for ref in refs_of(graph, edge)))[:NAMED]
    return _spot(f"{kind}:{int(graph.node_osm[node])}", kind, graph.texts[graph.junction_name[node]] or None, refs, lon, lat)


def along_roads(freight: Freight, spacing_m: float) -> list[Spot]:
    """Evenly along each freight road that has no carriageway of its own: one in its middle, more where it is long."""
    graph, edges = freight.graph, np.unique(freight.edge)
    kind = np.asarray(graph.edge_class)[edges]
    seen, spots = Counter[int](), []
    for edge in edges[~(FAST | LINK)[kind]].tolist():
        line = MeasuredLine(np.asarray(graph.shape_lonlat[graph.shape_ptr[edge]:graph.shape_ptr[edge + 1]]))
        many = max(int(line.length_m // spacing_m), 1)
        way = int(graph.edge_way[edge])
        for lon, lat in line.point_at((np.arange(many) + 0.5) / many * line.length_m).tolist():
            seen[way] += 1
            spots.append(_spot(f"roadside:{way}/{seen[way]}", "roadside", None, tuple(refs_of(graph, edge))[:NAMED], lon, lat))
    return spots


def _spot(name: str, kind: str, title: str | None, refs: tuple[str, ...], lon: float, lat: float) -> Spot:
    return {"id": name, "spot": kind, "kind": kind, "name": title, "name_en": None, "refs": refs, "position_accuracy": None,
            "geometry": shapely.Point(lon, lat), "lonlat": (lon, lat)}
