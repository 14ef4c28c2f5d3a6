"""Turn restrictions: relations that forbid or command a turn, and those of them that hang on one node.

In: OpenStreetMap relations, a RoadGraph.    Out: Restrictions; the RoadGraph with those at a node in it, per mode.
Never knows: files, routes. Meanings: wiki.openstreetmap.org/wiki/Relation:restriction. Those over ways: via_ways.py. What is
not applied is counted in the Summary with the reason; a condition of time is kept as it is written.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.roads.access import BOTH, CAR, HGV
from geodata.roads.graph import RoadGraph

# how a key or a relation's type ends -> whom it binds; other vehicles' own (:bus, :bicycle) are not read
BINDS = {"": BOTH, ":vehicle": BOTH, ":motor_vehicle": BOTH, ":hgv": HGV, ":motorcar": CAR, ":goods": CAR}
RESTRICTION_KEYS = (*(f"restriction{whom}" for whom in BINDS), *(f"restriction{whom}:conditional" for whom in BINDS))
EXCEPTED = {"hgv": HGV, "motorcar": CAR, "goods": CAR, "motor_vehicle": BOTH, "vehicle": BOTH}
NO_TURN = ("on_red", "parking", "stopping", "standing", "waiting", "overtaking", "passing")     # how other signs end


@dataclass(frozen=True)
class Restriction:
    """No or only this turn. `ban` holds the modes it binds; `why_not` is set when we do not apply it.

    conditional  (key, value) of every restriction that holds at times only; excepted: modes no key of it binds
    """

    only: bool
    ban: int
    from_ways: tuple[int, ...]
    via_node: int
    to_ways: tuple[int, ...]
    why_not: str = ""
    u_turn: bool = False
    via_ways: tuple[int, ...] = ()
    conditional: tuple[tuple[str, str], ...] = ()
    excepted: int = 0


def restriction_of(relation: Any) -> Restriction | None:
    """The Restriction of one relation; None when it is of another type."""
    tags = dict(relation.tags)
    type_, _, whom = tags.get("type", "").partition(":")
    if type_ != "restriction":
        return None
    said = next((tags[key] for end in BINDS if (key := f"restriction{end}") in tags), "")
    ban = BINDS.get(f":{whom}" if whom else "", 0) & _bound(tags, said)
    excepted = 0
    for word in tags.get("except", "").split(";"):
        excepted |= EXCEPTED.get(word.strip(), 0)
    ban &= ~excepted
    members = [(m.type, m.ref, m.role) for m in relation.members]
    nodes = tuple(ref for kind, ref, role in members if role == "via" and kind == "n")
    ways = {end: tuple(ref for kind, ref, role in members if role == end and kind == "w") for end in ("from", "via", "to")}
    whole = has_its_ways(said, ways["from"], ways["to"]) and (ways["via"] or len(nodes) == 1)
    why_not = _why_not(tags, said, ban) or ("" if whole else "broken")
    conditional = tuple((key, value) for key, value in tags.items() if key.endswith(":conditional"))
    return Restriction(said.startswith("only_"), ban, ways["from"], nodes[0] if nodes else 0, ways["to"], why_not,
                       said == "no_u_turn", ways["via"], conditional, excepted)


def has_its_ways(said: str, from_ways: tuple[int, ...], to_ways: tuple[int, ...]) -> bool:
    """One way each; only no_entry may begin on several, only no_exit end on several. Source: Relation:restriction, members."""
    begins, ends = len(from_ways) == 1 or said == "no_entry", len(to_ways) == 1 or said == "no_exit"
    return bool(from_ways and to_ways) and begins and ends


def _bound(tags: dict[str, str], said: str) -> int:
    """The modes of every key that says the same."""
    bits = 0
    for whom, modes in BINDS.items():
        bits |= modes if tags.get(f"restriction{whom}") == said else 0
    return bits


def _why_not(tags: dict[str, str], said: str, ban: int) -> str:
    if not said or "day_on" in tags or "hour_on" in tags:
        return "conditional"
    if not said.startswith(("no_", "only_")) or said.endswith(NO_TURN):
        return "unknown_kind"
    return "" if ban else "not_for_us"


def ban_turns(graph: RoadGraph, restrictions: list[Restriction]) -> tuple[RoadGraph, list[str]]:
    """A new graph with the restrictions at a node in `turn_ban`; for each restriction "" when applied, else why not."""
    turn_ban, said = graph.turn_ban.copy(), list[str]()
    node_of = dict(via_nodes(graph, restrictions))
    into = arcs_into(graph, set(node_of.values()))
    for r in restrictions:
        turns, why = meant_turns(graph, r, into.get(node_of.get(r.via_node, -1), []))
        turn_ban[turns] |= r.ban
        said.append(why)
    return replace(graph, turn_ban=turn_ban), said


def via_nodes(graph: RoadGraph, restrictions: list[Restriction]) -> list[tuple[int, int]]:
    """(OpenStreetMap id, node) of every via node that is in the graph."""
    order = np.argsort(graph.node_osm)
    wanted = np.unique(np.array([r.via_node for r in restrictions], np.int64))
    at = np.searchsorted(graph.node_osm, wanted, sorter=order)
    return [(int(osm), int(order[i])) for osm, i in zip(wanted, at, strict=True)
            if i < len(order) and graph.node_osm[order[i]] == osm]


def arcs_into(graph: RoadGraph, nodes: set[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for arc in np.flatnonzero(np.isin(graph.arc_head, np.array(sorted(nodes), np.int64))).tolist():
        found.setdefault(int(graph.arc_head[arc]), []).append(arc)
    return found


def meant_turns(graph: RoadGraph, r: Restriction, into: list[int]) -> tuple[NDArray[np.int64], str]:
    """The turns it forbids at its via node, out of one of `into`; "" when there are some, else why not.

    A way that passes through the via node leads there, or away, twice: which turn is meant cannot be told.
    """
    done = ambiguous = False
    found = [np.empty(0, np.int64)]
    for way in r.from_ways:
        arcs = [arc for arc in into if graph.edge_way[graph.arc_edge[arc]] == way]
        if r.u_turn and arcs and way in r.to_ways:         # nobody turns round on the open road; here not at a dead end either
            done = True
            found += [_back(graph, arc) for arc in arcs]
        elif len(arcs) > 1:
            ambiguous = True
        elif arcs:
            turns, named, unclear = _named(graph, r, arcs[0])
            if len(named):
                found.append(np.setdiff1d(turns, named) if r.only else named)
            done, ambiguous = done or len(named) > 0, ambiguous or unclear
    return np.concatenate(found), "" if done else "ambiguous" if ambiguous else "not_in_graph"


def _back(graph: RoadGraph, arc: int) -> NDArray[np.int64]:
    turns = np.arange(graph.turn_ptr[arc], graph.turn_ptr[arc + 1])
    return np.asarray(turns[graph.arc_edge[graph.turn_to[turns]] == graph.arc_edge[arc]])


def _named(graph: RoadGraph, r: Restriction, arc: int) -> tuple[NDArray[np.int64], NDArray[np.int64], bool]:
    """All turns out of the arc, those into the ways it names, and whether one of these leads on in two directions."""
    turns = np.arange(graph.turn_ptr[arc], graph.turn_ptr[arc + 1])
    edge = graph.arc_edge[graph.turn_to[turns]]
    onward, way = edge != graph.arc_edge[arc], graph.edge_way[edge]
    meant = [turns[onward & (way == to)] for to in r.to_ways]
    clear = [m for m in meant if len(m) == 1]
    return turns, np.concatenate(clear) if clear else np.empty(0, np.int64), any(len(m) > 1 for m in meant)
