"""Spots along roads where lorries could stop: places that lack what is asked, interchanges, junctions, the roadside.

In: an Atlas, the freight roads.    Out: spots as plain rows, not thinned out.
Never knows: spacing between kinds, models, screens. A motorway or trunk road itself is no spot: a site there needs an exit, and
where there is none yet somebody must draw it into a layer.
"""
from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.geodesy import ecef, from_ecef
from geodata.layers import rows
from geodata.roads.tags import CLASS_NAMES
from locator.atlas import Atlas
from locator.freight import Freight, refs_of, split_refs

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
                          "position_accuracy": row["position_accuracy"], "lorry_bays": row.get("lorry_bays"),
                          "geometry": atlas.places.geometry[i], "lonlat": tuple(atlas.places.lonlat[i].tolist())})
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
    edges = edges[~(FAST | LINK)[np.asarray(graph.edge_class)[edges]]]
    many = np.maximum(np.asarray(graph.edge_length_m)[edges] // spacing_m, 1).astype(np.int64)
    edge = np.repeat(edges, many)
    share = (np.arange(len(edge)) - np.repeat(np.cumsum(many) - many, many) + 0.5) / np.repeat(many, many)
    lonlat = points_on_edges(freight, edge, share)
    numbered = np.unique(np.asarray(graph.edge_name)[edges, 1]).tolist()
    refs = {text: tuple(split_refs(graph.texts[text]))[:NAMED] for text in numbered}
    seen, spots = Counter[int](), []
    for way, text, (lon, lat) in zip(np.asarray(graph.edge_way)[edge].tolist(), np.asarray(graph.edge_name)[edge, 1].tolist(),
                                     lonlat.tolist(), strict=True):
        seen[way] += 1
        spots.append(_spot(f"roadside:{way}/{seen[way]}", "roadside", None, refs[text], lon, lat))
    return spots


def points_on_edges(freight: Freight, edge: Ints, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k, 2) points on the drawn shapes at these shares of their length: all edges at once, by chords."""
    ptr, shape = np.asarray(freight.graph.shape_ptr), np.asarray(freight.graph.shape_lonlat)
    xyz = ecef(shape[:, 0], shape[:, 1])
    gone = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(xyz, axis=0), axis=1))])       # over all shapes in a row
    first, last = ptr[edge], ptr[edge + 1] - 1
    wanted = gone[first] + share * (gone[last] - gone[first])
    at = np.clip(np.searchsorted(gone, wanted, "right") - 1, first, np.maximum(last - 1, first))
    step = gone[np.minimum(at + 1, len(gone) - 1)] - gone[at]
    part = np.divide(wanted - gone[at], step, out=np.zeros_like(step), where=step > 0)[:, None]
    return np.asarray(from_ecef(xyz[at] * (1 - part) + xyz[np.minimum(at + 1, len(xyz) - 1)] * part))


def _spot(name: str, kind: str, title: str | None, refs: tuple[str, ...], lon: float, lat: float) -> Spot:
    return {"id": name, "spot": kind, "kind": kind, "name": title, "name_en": None, "refs": refs, "position_accuracy": None,
            "lorry_bays": None, "geometry": None, "lonlat": (lon, lat)}
