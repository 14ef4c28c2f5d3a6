"""Turning off: how far a turn leads off the straight, and the seconds it costs, by the side that traffic keeps to.

In: a RoadGraph, a SpeedTable with its country.    Out: degrees of turns; the RoadGraph with what turning off takes.
Never knows: tags, vehicles, engines. Each turn has its cost of its own, so every search stays exact.
"""
from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geodata.geodesy import short_way
from geodata.roads.graph import RoadGraph
from geodata.roads.speed_table import SpeedTable

STRAIGHT_DEG = 45.0        # up to so much he follows the road
# where traffic keeps left (ISO 3166); the rest of the world keeps right. Source: Wikipedia, Left- and right-hand traffic
_LEFT = (
    "AG AI AU BB BD BM BN BS BT BW CC CK CX CY DM FJ FK GB GD GG GY HK ID IE IM IN JE JM JP KE KI KN KY LC LK LS MO "
    "MS MT MU MV MW MY MZ NA NF NP NR NU NZ PG PK PN SB SC SG SH SR SZ TC TH TK TL TO TT TV TZ UG VC VG VI WS ZA ZM ZW")
KEEP_LEFT = frozenset(_LEFT.split())


def with_turning(graph: RoadGraph, speeds: SpeedTable) -> RoadGraph:
    """A new graph in which turning off, where three roads or more meet, takes its seconds; the same one where it takes none.

    The far side is the one across the traffic that comes against him: left where traffic keeps right.
    """
    near_s, far_s = speeds.turning
    if not (near_s or far_s):
        return graph
    roads = np.bincount(np.asarray(graph.edge_node).ravel(), minlength=len(graph.node_osm))
    turns = np.flatnonzero((roads[graph.arc_head[graph.turn_from]] > 2) & (np.asarray(graph.turn_ms) == 0))
    turned = turned_deg(graph, turns) * (-1.0 if speeds.country in KEEP_LEFT else 1.0)
    cost_s = np.where(turned > STRAIGHT_DEG, near_s, np.where(turned < -STRAIGHT_DEG, far_s, 0.0))
    turn_ms = np.array(graph.turn_ms)
    turn_ms[turns] = np.rint(cost_s * 1000.0)
    return replace(graph, turn_ms=turn_ms)


def turned_deg(graph: RoadGraph, turns: NDArray[np.int64]) -> NDArray[np.float64]:
    """(k,) how far each of these turns leads off the straight: -180 to 180, to the right above 0."""
    entered = _heading(graph, np.asarray(graph.turn_to)[turns], begin=True)
    left = _heading(graph, np.asarray(graph.turn_from)[turns], begin=False)
    return np.asarray((entered - left + 180.0) % 360.0 - 180.0)


def _heading(graph: RoadGraph, arcs: NDArray[np.integer], *, begin: bool) -> NDArray[np.float64]:
    """Degrees from north of the first or last segment of arcs, in their direction of travel."""
    edge, back = np.asarray(graph.arc_edge)[arcs], np.asarray(graph.arc_backward)[arcs]
    first = np.where(back != begin, graph.shape_ptr[edge], graph.shape_ptr[edge + 1] - 2)        # of the segment, as it is drawn
    one, other = np.asarray(graph.shape_lonlat)[first], np.asarray(graph.shape_lonlat)[first + 1]
    east, north = ((other - one) * np.where(back, -1.0, 1.0)[:, None]).T
    return np.asarray(np.degrees(np.arctan2(short_way(east) * np.cos(np.radians(one[:, 1])), north)))
