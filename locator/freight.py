"""The roads a planner counts: which classes, how long each direction is, how many lorries drive there.

In: a network, road classes, traffic counts.    Out: Freight: one row a directed arc that this vehicle may drive.
Never knows: places, coverage, files, screens. Every direction counts by itself: ten kilometres of two-way road are twenty.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geodata.errors import BadInput
from geodata.roads.graph import CLOSED, RoadGraph
from geodata.roads.tags import CLASS_NAMES
from locator.engines.network import Network

FREIGHT = ("motorway", "trunk", "primary", "secondary")        # counted when nothing is said: the roads lorries travel on
CLASSES = tuple(dict.fromkeys(name.removesuffix("_link") for name in CLASS_NAMES if name != "ferry"))
CLASS_OF = np.array([CLASSES.index(name.removesuffix("_link")) if name != "ferry" else -1 for name in CLASS_NAMES])
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Traffic:
    """Lorries a day. by_way: on one OpenStreetMap way, all its directions together; by_ref: on a road, both directions together.

    A way's own count goes before its road's. Where a way is driven both ways each direction has half; by number, always half.
    """

    by_way: Mapping[int, float] = field(default_factory=dict)
    by_ref: Mapping[str, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_way or self.by_ref)


@dataclass(frozen=True, eq=False)
class Freight:
    """Rows in order of arcs. lorries: a day in this direction, nan where nobody counted."""

    graph: RoadGraph
    classes: tuple[str, ...]
    arc: Ints
    edge: Ints
    road_class: Ints               # index in CLASSES; a link counts with its road
    length_m: Floats
    lorries: Floats

    def refs(self, edge: int) -> list[str]:
        return refs_of(self.graph, edge)


def find_freight(net: Network, classes: tuple[str, ...] = FREIGHT, traffic: Traffic | None = None) -> Freight:
    """The directed arcs of these classes that the vehicle may drive. Raises BadInput not_allowed."""
    for name in classes:
        if name not in CLASSES:
            raise BadInput("not_allowed", field="classes", value=name, allowed=", ".join(CLASSES))
    graph = net.graph
    wanted = np.isin(CLASS_OF[graph.edge_class], [CLASSES.index(name) for name in classes])
    own = (np.asarray(graph.arc_copy) == 0) & (net.arc_ms != CLOSED) & wanted[graph.arc_edge]
    arc = np.flatnonzero(own).astype(np.int64)
    edge = np.asarray(graph.arc_edge)[arc].astype(np.int64)
    return Freight(graph, classes, arc, edge, CLASS_OF[graph.edge_class[edge]], np.asarray(graph.edge_length_m)[edge],
                   _lorries(graph, edge, traffic or Traffic()))


def _lorries(graph: RoadGraph, edge: Ints, traffic: Traffic) -> Floats:
    """(k,) lorries a day of each directed arc, given in `edge`."""
    found = np.full(len(edge), np.nan)
    if not traffic:
        return found
    ways, ref = np.asarray(graph.edge_way)[edge], np.asarray(graph.edge_name)[edge, 1]
    directions = np.bincount(edge, minlength=len(graph.edge_way))[edge]
    by_text = {int(text): _of_refs(split_refs(graph.texts[text]), traffic) for text in np.unique(ref).tolist()}
    for i, (way, text) in enumerate(zip(ways.tolist(), ref.tolist(), strict=True)):
        found[i] = traffic.by_way[way] / directions[i] if way in traffic.by_way else by_text[text] / 2
    return found


def _of_refs(refs: list[str], traffic: Traffic) -> float:
    """The greatest count of the numbers a road bears; nan without one."""
    return max((traffic.by_ref[ref] for ref in refs if ref in traffic.by_ref), default=float("nan"))


def split_refs(text: str) -> list[str]:
    """The numbers in a `ref`: "G42;S39" is two roads on one carriageway."""
    return [part.strip() for part in text.split(";") if part.strip()]


def refs_of(graph: RoadGraph, edge: int) -> list[str]:
    return split_refs(graph.texts[graph.edge_name[edge, 1]])
