"""Turn restrictions that hold at times only: restriction:conditional=no_left_turn @ (Mo-Fr 07:00-09:00).

In: Restrictions as they are written, a RoadGraph.    Out: rows for Conditions (conditions.py), and why the others give none.
Never knows: moments, vehicles. Those that speak of days in the old keys are left out and counted. Over via ways: via_ways.py.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from geodata.roads.conditional import ALWAYS, clauses_of
from geodata.roads.conditions import Ban
from geodata.roads.graph import RoadGraph
from geodata.roads.restrictions import BINDS, Restriction, arcs_into, has_its_ways, meant_turns, via_nodes


def conditional_bans(graph: RoadGraph, restrictions: Iterable[Restriction]) -> tuple[list[Ban], list[str]]:
    """The bans, and for each restriction "" when it gave some, else why not."""
    rules, bans, said = list(restrictions), list[Ban](), list[str]()
    node_of = dict(via_nodes(graph, rules)) if rules else {}
    into = arcs_into(graph, set(node_of.values()))
    road = 2 * graph.arc_edge.astype(np.int64) + graph.arc_backward
    for rule in rules:
        whys = ["conditional"]
        for plain, condition in plain_ones(rule):
            turns, why = meant_turns(graph, plain, into.get(node_of.get(plain.via_node, -1), []))
            whys.append(why)
            bans += [(int(road[graph.turn_from[turn]]), int(road[graph.turn_to[turn]]), plain.ban, condition)
                     for turn in turns.tolist()]
        said.append("" if "" in whys else whys[-1])
    return bans, said


def plain_ones(rule: Restriction) -> Iterator[tuple[Restriction, str]]:
    """As many plain restrictions as it has clauses that bind somebody of ours, each with its condition."""
    for key, text in rule.conditional:
        ban = BINDS.get(key.removeprefix("restriction").removesuffix(":conditional"), 0) & ~rule.excepted
        for clause in clauses_of(text):
            fits = clause.value.startswith(("no_", "only_")) and has_its_ways(clause.value, rule.from_ways, rule.to_ways)
            if ban and fits and clause.condition != ALWAYS:
                yield replace(rule, only=clause.value.startswith("only_"), ban=ban, u_turn=clause.value == "no_u_turn",
                              why_not=""), clause.condition
