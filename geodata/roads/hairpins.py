"""Turns that lead sharply back: what no lorry drives, though no sign says so.

In: a RoadGraph.    Out: the same with some of these banned, and others made a turning round, open where there is no other way on.
Never knows: signs, vehicles, files.
"""
from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geodata.roads.access import BOTH
from geodata.roads.graph import TURN_ROUND_MS, RoadGraph
from geodata.roads.tags import CLASS_NUMBER
from geodata.roads.turning import turned_deg

MOTORWAY, SERVICE = CLASS_NUMBER["motorway"], CLASS_NUMBER["service"]
DIVIDED = tuple(CLASS_NUMBER[name] for name in ("motorway", "trunk", "primary", "secondary", "tertiary"))
HAIRPIN_DEG = 120.0
ABOUT_DEG = 150.0          # between the carriageways of one road where they meet: the rest is how they are drawn apart


def with_hairpins(graph: RoadGraph) -> RoadGraph:
    """A new graph in which nobody turns sharply back from a motorway into a service road, or out of one onto it; and who turns
    from one carriageway into the other of the same road, where they meet, turns round as at a dead end.

    Rest areas are often mapped as one two-way service road from exit to entry (Matosinhos on the A4): its far end is no way in.
    """
    kind, start, to = graph.edge_class[graph.arc_edge], graph.turn_from, np.asarray(graph.turn_to)
    mixed = ((kind[start] == MOTORWAY) & (kind[to] == SERVICE)) | ((kind[start] == SERVICE) & (kind[to] == MOTORWAY))
    turn_ban, turn_ms = np.array(graph.turn_ban), np.array(graph.turn_ms)
    turn_ban[_sharper(graph, mixed, HAIRPIN_DEG)] |= BOTH
    turn_ms[_sharper(graph, _between_carriageways(graph), ABOUT_DEG)] = TURN_ROUND_MS
    return replace(graph, turn_ban=turn_ban, turn_ms=turn_ms)


def _between_carriageways(graph: RoadGraph) -> NDArray[np.bool_]:
    """(t,) turns from a one-way into another of the same name and class, or straight back to where it came from, with some other
    way on."""
    start, to = (graph.arc_edge[arcs] for arcs in (graph.turn_from, np.asarray(graph.turn_to)))
    divided = ((np.asarray(graph.edge_kind) & 3) == 2) & np.isin(graph.edge_class, DIVIDED)         # one-way, no roundabout
    same = (np.asarray(graph.edge_name)[start, :2] == np.asarray(graph.edge_name)[to, :2]).all(axis=1)
    same &= graph.edge_class[start] == graph.edge_class[to]
    same |= graph.arc_tail[graph.turn_from] == graph.arc_head[graph.turn_to]
    several = np.diff(graph.turn_ptr)[graph.turn_from] > 1
    return np.asarray(divided[start] & divided[to] & same & (start != to) & several)


def _sharper(graph: RoadGraph, among: NDArray[np.bool_], least_deg: float) -> NDArray[np.int64]:
    """Those turns among some that lead back by more than so many degrees."""
    turns = np.flatnonzero(among)
    return turns[np.abs(turned_deg(graph, turns)) > least_deg]
