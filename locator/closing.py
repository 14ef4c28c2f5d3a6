"""Roads closed or limited by people: which road is meant, what is put down, what stands.

In: a Region with roads, an OpenStreetMap way or a point, times.    Out: Closures put down or lifted; a table of all that stand.
Never knows: Flask, click, languages. How they change the roads: geodata/roads/closures.py.
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from geodata.errors import BadInput, NotFound, NotReachable
from geodata.regions import Region
from geodata.roads.closures import RANGES, Closure
from geodata.roads.snap import Snapper

REACH_M = 500.0                # a pointed-at road is not farther
STATES = ("in_force", "to_come", "over", "gone")        # gone: the region's roads have no such way (any more)
LonLat = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Standing:
    """One closure as it stands: where it lies (lines of lon, lat), the road's name, and its state."""

    closure: Closure
    lines: tuple[NDArray[np.float64], ...]
    name: str
    state: str


def read_way(text: str) -> int:
    """The number in 'osm:way/123', 'way/123' or '123'. Raises BadInput not_allowed."""
    found = re.fullmatch(r"(?:osm:)?(?:way/)?(-?[0-9]{1,18})", text.strip())
    if found is None:
        raise BadInput("not_allowed", field="road", value=text[:60], allowed="osm:way/123, 123")
    return int(found[1])


def read_limits(texts: Iterable[str]) -> dict[str, float]:
    """'height_m=3.5' and the like. Raises BadInput not_allowed, not_a_number; the bounds are the Closure's."""
    limits = {}
    for text in texts:
        name, _, value = text.partition("=")
        if name.strip() not in RANGES:
            raise BadInput("not_allowed", field="limit", value=text[:60], allowed=", ".join(f"{one}=…" for one in RANGES))
        try:
            limits[name.strip()] = float(value)
        except ValueError as wrong:
            raise BadInput("not_a_number", field=name.strip(), value=value[:60]) from wrong
        if not isfinite(limits[name.strip()]):
            raise BadInput("not_finite", field=name.strip(), value=value[:60])
    return limits


def known_way(region: Region, way: int) -> int:
    """The way, when the region's roads have it. Raises NotFound unknown_road."""
    if region.roads is None or not (np.asarray(region.roads.edge_way) == way).any():
        raise NotFound("unknown_road", field="road", value=way)
    return way


def road_near(region: Region, lon: float, lat: float) -> tuple[int, LonLat]:
    """(way, point on it) of the nearest road of all. Raises NotReachable no_road_within_reach, NotFound unknown_road."""
    if region.roads is None:
        raise NotFound("unknown_road", field="at", value=f"{lon:.6f},{lat:.6f}")
    every = np.ones(len(region.roads.edge_way), bool)
    found = Snapper(region.roads, region.grid).nearest(lon, lat, every, reach_m=REACH_M)
    if not found:
        raise NotReachable("no_road_within_reach", field="at", value=f"{lon:.6f},{lat:.6f}", reach_m=round(REACH_M))
    return int(region.roads.edge_way[found[0].edge]), (round(found[0].lon, 7), round(found[0].lat, 7))


def standing(region: Region, now: datetime) -> list[Standing]:
    """Every closure of the region, the first put down first."""
    closures, graph = region.closures.read(), region.roads
    if graph is None:
        return [Standing(one, (), "", "gone") for one in closures.all]
    found = []
    for one, edges in zip(closures.all, closures.edges(graph), strict=True):
        lines = tuple(graph.shape(int(edge)) for edge in edges)
        found.append(Standing(one, lines, graph.road_name(int(edges[0])) if lines else "", _state(one, bool(lines), now)))
    return found


def _state(one: Closure, there: bool, now: datetime) -> str:
    if not there:
        return "gone"
    if one.ends is not None and one.ends <= now:
        return "over"
    return "in_force" if one.in_force(now) else "to_come"
