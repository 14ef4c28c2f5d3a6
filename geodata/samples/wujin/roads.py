"""The schematic road net: centrelines become two-way roads and carriageways, interchanges, service areas.

In: the table centrelines.toml, positions of facts.    Out: a Net; the way that outlines each service area.
Never knows: files, layers, service points. Traffic keeps to the right.

Two-way roads share a node wherever they cross or touch. A carriageway shares nodes with ramps only, and
with the road it ends on; whatever else it crosses, it crosses on another level.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from geodata.samples.wujin.chains import Chain, Roads
from geodata.samples.wujin.facts import Fact, lonlat_of
from geodata.samples.wujin.joints import SCHEMATIC, add_area, diamond, end_on_road, hub
from geodata.samples.wujin.lines import Array, Curve, crossings, smooth, to_plane

Row = Mapping[str, Any]
HALF_MEDIAN_M = 14.0                # from the centreline to the middle of a carriageway
SAME_M, TOUCH_M = 40.0, 90.0        # nearer junctions are one; a road that ends nearer than this joins
SHORE = 10                          # every how many samples of a lake's shore are drawn


def draw_roads(table: Row, facts: Mapping[str, Fact]) -> Roads:
    """The whole net; a vertex given by name stands where the fact of that name does."""
    roads = Roads()
    for row in table["road"]:
        _lay(roads, row, smooth(to_plane(np.array([_position(vertex, facts) for vertex in row["via"]]))))
    _join_streets(roads)
    for row in table["interchange"]:
        _join(roads, row["name"], row["roads"], to_plane(_position(row["at"], facts)))
    for name in roads.expressways:
        end_on_road(roads, name)
    for row in table["service_area"]:
        add_area(roads, row["road"], row["toward"], facts[row["fact"]])
    for chain in (*roads.streets.values(), *(c for pair in roads.expressways.values() for c in pair)):
        chain.draw(roads.net)
    for row in table["lake"]:
        shore = smooth(to_plane(np.array(row["ring"])), closed=True).xy[:-1:SHORE]
        roads.net.ring(shore, {"natural": "water", **_named(row), **SCHEMATIC})
    return roads


def _position(given: str | Sequence[float], facts: Mapping[str, Fact]) -> Array:
    return lonlat_of(facts[given]) if isinstance(given, str) else np.array(given)


def _named(row: Row) -> dict[str, str]:
    return {"name": row["name"], "name:en": row.get("name_en", "")}


def _lay(roads: Roads, row: Row, curve: Curve) -> None:
    tags = {"highway": row["class"], "ref": row.get("ref", ""), **_named(row), **SCHEMATIC}
    name = row.get("ref") or row["name"]
    if "toward" not in row:
        roads.streets[name] = Chain(curve, tags)
        return
    tags |= {"oneway": "yes", "motorroad": "yes" if row["class"] == "trunk" else ""}
    along, against = ({**tags, "destination": toward} for toward in row["toward"])
    roads.expressways[name] = (Chain(curve, along, HALF_MEDIAN_M),
                               Chain(curve, against, HALF_MEDIAN_M, back=True))


def _join_streets(roads: Roads) -> None:
    for one, other in combinations(roads.streets.values(), 2):
        ends = [end for a, b in ((one, other), (other, one)) for end in a.curve.xy[[0, -1]]
                if np.hypot(*(b.curve.point(b.curve.nearest_m(end)) - end)) < TOUCH_M]
        for xy in (*ends, *crossings(one.curve, other.curve)):
            node = _junction(roads, xy)
            _pass(one, node, xy)
            _pass(other, node, xy)


def _junction(roads: Roads, xy: Array) -> int:
    for place, node in roads.junctions:
        if np.hypot(*(place - xy)) < SAME_M:
            return node
    roads.junctions.append((np.asarray(xy), roads.net.node(xy)))
    return roads.junctions[-1][1]


def _pass(street: Chain, node: int, xy: Array) -> None:
    """Lead a street through a junction, once."""
    if node not in street.stops.values():
        t_m = street.travelled(xy)
        street.stops[0.0 if t_m < SAME_M else min(t_m, street.curve.length_m)] = node


def _join(roads: Roads, name: str, pair: Sequence[str], at: Array) -> None:
    first = roads.expressways[pair[0]]
    if pair[1] in roads.expressways:
        hub(roads, name, first, roads.expressways[pair[1]], at)
    else:
        diamond(roads, name, first, roads.streets[pair[1]], at)
