"""The drivable part of a real extract, as one tile of a country: nodes, ways, restrictions, in arrays to repeat.

In: an .osm.pbf.    Out: a Tile.
Never knows: where its copies will stand, motorways.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geodata.errors import BadInput
from geodata.geodesy import Floats, Ints
from geodata.roads.access import HGV, NODE_KEYS
from geodata.roads.osm import Progress, quiet
from geodata.roads.tags import CLASS_NAMES, Road, road_of

PLACE_KEYS = ("highway", "amenity")
PLACE_VALUES = ("services", "rest_area", "fuel")
JOINT_CLASSES = ("primary", "secondary", "tertiary", "unclassified")     # where a link road may meet the town
Tags = dict[str, str]
Drawn = tuple[int, list[int], Tags, Road | None]      # OSM id, OSM nodes, tags; None: a place, not a road


@dataclass(frozen=True, eq=False)
class Tile:
    """Positions, not OSM ids: node i, way j, so that a copy's ids are a base plus the position."""

    lonlat: Floats                                          # (n, 2) degrees, WGS 84
    node_tags: dict[int, Tags]                              # barriers, signs, fuel
    ways: tuple[tuple[Ints, Tags], ...]                     # nodes of each way, tags
    restrictions: tuple[tuple[tuple[tuple[str, int, str], ...], Tags], ...]   # members (n|w, position, role), tags
    joints: Ints                                            # nodes of through roads that reach each other

    @property
    def size_deg(self) -> tuple[float, float]:
        width, height = np.ptp(self.lonlat, axis=0)
        return float(width), float(height)


def read_tile(extract: Path, *, progress: Progress = quiet) -> Tile:
    """Roads a lorry or van may use, turn restrictions between them, barriers, and fuel and service places.

    Raises BadInput: bad_file, empty_file.
    """
    drawn: list[Drawn] = []
    for way in _objects(extract, osmium.osm.WAY, osmium.filter.KeyFilter("highway", "route", "amenity")):
        tags = dict(way.tags)
        road, _ = road_of(tags)
        if road is not None or _is_place(tags):
            drawn.append((way.id, [node.ref for node in way.nodes], tags, road))
            if len(drawn) % 10_000 == 0:
                progress("read", len(drawn))
    osm, lonlat, tags_of = _read_nodes(extract, drawn)
    node_at = {node_id: position for position, node_id in enumerate(osm.tolist())}
    whole = [way for way in drawn if len(way[1]) > 1 and all(ref in node_at for ref in way[1])]
    if not whole:
        raise BadInput("empty_file", field="extract", value=extract.name)
    ways = tuple((np.array([node_at[ref] for ref in refs], np.int64), tags) for _, refs, tags, _ in whole)
    way_at = {way[0]: position for position, way in enumerate(whole)}
    restrictions = tuple(_read_restrictions(extract, node_at, way_at))
    joints = _joints([(refs, road) for (refs, _), (_, _, _, road) in zip(ways, whole, strict=True) if road], len(osm))
    return Tile(lonlat, {node_at[i]: t for i, t in tags_of.items()}, ways, restrictions, joints)


def _is_place(tags: Tags) -> bool:
    return any(tags.get(key) in PLACE_VALUES for key in PLACE_KEYS)


def _objects(extract: Path, kind: Any, *filters: Any) -> Iterator[Any]:
    try:
        found = osmium.FileProcessor(str(extract), kind)
        for wanted in filters:
            found = found.with_filter(wanted)
        yield from found
    except (RuntimeError, ValueError) as wrong:
        raise BadInput("bad_file", field="extract", value=extract.name, reason=str(wrong)[:200]) from wrong


def _read_nodes(extract: Path, drawn: list[Drawn]) -> tuple[Ints, Floats, dict[int, Tags]]:
    """Ids (rising), degrees, and the tags that matter, of the ways' nodes and of places that are nodes."""
    tags_of: dict[int, Tags] = {}
    where: dict[int, tuple[float, float]] = {}
    for node in _objects(extract, osmium.osm.NODE, osmium.filter.KeyFilter(*NODE_KEYS, *PLACE_KEYS)):
        tags = dict(node.tags)
        kept = tags if _is_place(tags) else {key: tags[key] for key in NODE_KEYS if key in tags}
        if kept:
            tags_of[node.id] = kept
        if _is_place(tags):
            where[node.id] = (node.lon, node.lat)
    wanted = {ref for _, refs, _, _ in drawn for ref in refs}
    for node in _objects(extract, osmium.osm.NODE, osmium.filter.IdFilter(list(wanted))):
        where[node.id] = (node.lon, node.lat)
    osm = np.array(sorted(where), np.int64)
    lonlat = np.array([where[i] for i in osm.tolist()], np.float64).reshape(-1, 2)
    return osm, lonlat, {i: t for i, t in tags_of.items() if i in where}


def _read_restrictions(
    extract: Path, node_at: dict[int, int], way_at: dict[int, int],
) -> Iterator[tuple[tuple[tuple[str, int, str], ...], Tags]]:
    """Those whose every member was kept."""
    at = {"n": node_at, "w": way_at}
    for relation in _objects(extract, osmium.osm.RELATION, osmium.filter.TagFilter(("type", "restriction"))):
        members = [(m.type, at.get(m.type, {}).get(m.ref), m.role) for m in relation.members]
        if all(position is not None for _, position, _ in members):
            yield tuple((t, p, r) for t, p, r in members if p is not None), dict(relation.tags)


def _joints(roads: list[tuple[Ints, Road]], nodes: int) -> Ints:
    """Nodes of through roads inside the largest part of the net where a lorry can go from anywhere to anywhere."""
    tails, heads, through = [], [], []
    for refs, road in roads:
        for ban, (a, b) in zip(road.ban, ((refs[:-1], refs[1:]), (refs[1:], refs[:-1])), strict=True):
            if not ban & HGV:
                tails.append(a)
                heads.append(b)
        if CLASS_NAMES[road.class_number] in JOINT_CLASSES:
            through.append(refs)
    if not through or not tails:
        raise BadInput("empty_file", field="extract", value="no through road")
    tail, head = np.concatenate(tails), np.concatenate(heads)
    net = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes))
    label: NDArray[np.int32] = connected_components(net, directed=True, connection="strong")[1]
    return np.intersect1d(np.concatenate(through), np.flatnonzero(label == np.bincount(label).argmax()))
