"""Turn restrictions over one way or several: who came from there may not (or must) go on to there.

In: a RoadGraph, Restrictions with via ways.    Out: the RoadGraph without those turns for who came from there; those that hold
at times only as rows for Conditions (conditions.py).
Never knows: files, tags, routes.

Whoever turns from a restriction's first way into its via ways drives *copies* of these (copies.py), which know whence he came;
the forbidden turn is left out there. Restrictions that overlap share copies: a copy stands for a way driven so far, and what
is forbidden after it is what any restriction forbids after some end of that way (Aho & Corasick 1975, on arcs).
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from geodata.roads.access import MODES
from geodata.roads.conditions import Ban, exactly
from geodata.roads.copies import with_memory
from geodata.roads.graph import RoadGraph
from geodata.roads.restrictions import Restriction

Arcs = tuple[int, ...]
MOST_ARCS = 200            # a via longer than that is a slip of the pen


@dataclass(frozen=True)
class Rule:
    """After driving `way`, one arc after the other, these modes may not (only: may but) go on to `to`, if the condition holds."""

    way: Arcs
    to: frozenset[int]
    only: bool
    ban: int
    condition: str = ""


def ban_over_ways(graph: RoadGraph, restrictions: Iterable[Restriction], at_times: Iterable[list[tuple[Restriction, str]]] = (),
                  ) -> tuple[RoadGraph, list[str], list[Ban]]:
    """A new graph with the restrictions in it; for each "" when applied, else why it could not be; and the bans at times.

    at_times  restrictions of several clauses, each a plain one with its condition
    """
    net, rules, said = _Net(graph), list[Rule](), list[str]()
    for restriction in restrictions:
        found, why = net.clear_rules(restriction)
        said.append(why)
        rules += found
    for clauses in at_times:
        whys = ["conditional"]
        for plain, condition in clauses:
            found, why = net.clear_rules(plain)
            whys.append(why)
            rules += [replace(rule, condition=condition) for rule in found]
        said.append("" if "" in whys else whys[-1])
    graph, bans = _with_rules(graph, rules) if rules else (graph, [])
    return graph, said, bans


class _Net:
    """The arcs of ways, looked up by their OpenStreetMap number."""

    def __init__(self, graph: RoadGraph) -> None:
        self.graph = graph
        self._order = np.argsort(graph.edge_way, kind="stable")
        self._sorted = graph.edge_way[self._order]

    def clear_rules(self, r: Restriction) -> tuple[list[Rule], str]:
        """Its rules, and "" when they are clear; else none, and why."""
        found = list(self.rules(r))
        starts = {int(self.graph.edge_way[self.graph.arc_edge[rule.way[0]]]) for rule in found}
        unclear = len(starts) < len(found) or any(len(rule.to) > 1 for rule in found if len(r.to_ways) == 1)
        why = "not_in_graph" if not found else "ambiguous" if unclear else ""
        return ([] if why else found), why

    def rules(self, r: Restriction) -> Iterator[Rule]:
        """One for each arc that leads from a first way into the via ways and on to where a last way begins."""
        for vias in (r.via_ways, r.via_ways[::-1]) if len(r.via_ways) > 1 else (r.via_ways,):
            found = [rule for start in self._from(r, vias[0]) for rule in self._onward(r, start, vias)]
            if found:
                yield from found
                return

    def edges(self, way: int) -> list[int]:
        """In the order they are drawn in."""
        first, stop = np.searchsorted(self._sorted, [way, way + 1])
        return [int(edge) for edge in np.sort(self._order[first:stop])]

    def nodes(self, way: int) -> set[int]:
        return {int(node) for edge in self.edges(way) for node in self.graph.edge_node[edge]}

    def arcs(self, way: int) -> list[int]:
        return [int(arc) for edge in self.edges(way) for arc in self.graph.edge_arcs[edge] if arc >= 0]

    def _from(self, r: Restriction, via: int) -> list[int]:
        touched = self.nodes(via)
        return [arc for way in r.from_ways for arc in self.arcs(way) if int(self.graph.arc_head[arc]) in touched]

    def _onward(self, r: Restriction, start: int, vias: Sequence[int]) -> Iterator[Rule]:
        last = {int(self.graph.arc_tail[arc]) for way in r.to_ways for arc in self.arcs(way)}
        goals = [self.nodes(way) for way in vias[1:]] + [last]
        for way in self._along((start,), vias, goals):
            back = int(self.graph.arc_edge[way[-1]])
            to = [arc for number in r.to_ways for arc in self.arcs(number)
                  if self.graph.arc_tail[arc] == self.graph.arc_head[way[-1]] and int(self.graph.arc_edge[arc]) != back]
            if to:
                yield Rule(way, frozenset(to), r.only, r.ban)

    def _along(self, way: Arcs, vias: Sequence[int], goals: Sequence[set[int]]) -> Iterator[Arcs]:
        """Every way on along the via ways, in either direction, each as far as the first node of the next."""
        if not vias:
            yield way
            return
        for direction in (0, 1):
            longer = way
            for arc in self._run(vias[0], int(self.graph.arc_head[way[-1]]), direction):
                longer = (*longer, arc)
                if int(self.graph.arc_head[arc]) in goals[0] and len(longer) <= MOST_ARCS:
                    yield from self._along(longer, vias[1:], goals[1:])
                    break

    def _run(self, way: int, node: int, direction: int) -> Iterator[int]:
        """The arcs of a way from one of its nodes on: as drawn (0) or against it (1)."""
        edges = self.edges(way) if direction == 0 else self.edges(way)[::-1]
        for edge in edges:
            arc = int(self.graph.edge_arcs[edge, direction])
            if int(self.graph.edge_node[edge, direction]) == node and arc >= 0:
                yield arc
                node = int(self.graph.edge_node[edge, 1 - direction])


def _with_rules(graph: RoadGraph, rules: Sequence[Rule]) -> tuple[RoadGraph, list[Ban]]:
    ways = sorted({rule.way[:k] for rule in rules for k in range(2, len(rule.way) + 1)})
    number = {way: graph.arcs + i for i, way in enumerate(ways)}
    always, at_times = _after([rule for rule in rules if not rule.condition]), _after([rule for rule in rules if rule.condition])
    turns, bans = list[tuple[int, int, int, int]](), list[Ban]()
    for way in ways:
        for turn, to in _turns(graph, way[-1]):
            barred = sum(mode for mode in MODES.values() if any(rule.ban & mode for rule in _barring(always, way, to)))
            turns.append((number[way], _state(number, (*way, to)), int(graph.turn_ban[turn]) | barred, turn))
            road = 2 * int(graph.arc_edge[to]) + int(graph.arc_backward[to])
            bans += [(exactly(number[way]), road, rule.ban, rule.condition) for rule in _barring(at_times, way, to)]
    led = {turn: number[arc, to] for arc in sorted({way[0] for way in ways}) for turn, to in _turns(graph, arc)
           if (arc, to) in number}
    return with_memory(graph, np.array([way[-1] for way in ways], np.int64), led, turns), bans


def _after(rules: Iterable[Rule]) -> dict[Arcs, list[Rule]]:
    found: dict[Arcs, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.way, []).append(rule)
    return found


def _turns(graph: RoadGraph, arc: int) -> list[tuple[int, int]]:
    return [(turn, int(graph.turn_to[turn])) for turn in range(int(graph.turn_ptr[arc]), int(graph.turn_ptr[arc + 1]))]


def _state(number: dict[Arcs, int], way: Arcs) -> int:
    """The longest end of a way that is remembered; without any, just the arc he is on."""
    return next((number[way[k:]] for k in range(len(way) - 1) if way[k:] in number), way[-1])


def _barring(after: dict[Arcs, list[Rule]], way: Arcs, to: int) -> Iterator[Rule]:
    """The rules by which nobody may go on to an arc after a way."""
    for k in range(len(way) - 1):
        yield from (rule for rule in after.get(way[k:], ()) if (to in rule.to) != rule.only)
