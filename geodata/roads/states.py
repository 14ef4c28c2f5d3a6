"""A way or node whose meaning changes with conditions: one Road for every combination of those that hold.

In: a mapping of tags.    Out: a Road; with States where conditional tags make a difference. A node is a Road of no length.
Never knows: vehicles, moments, arrays, files. The plain tags of each combination go through tags.py: precedence is its business.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import product
from math import isnan, nan

from geodata.roads.access import ACCESS_KEYS, BOTH, DIRECTIONS, HGV, HOV, NODE_BASES, ONEWAY_KEYS, node_ban, node_gate
from geodata.roads.conditional import ALWAYS, OUTSIDE, Clause, clauses_of, tags_at
from geodata.roads.limits import LIMIT_KEYS, Limits, limits_of
from geodata.roads.marks import marks_of
from geodata.roads.speed_table import STANDARD, SpeedTable
from geodata.roads.speeds import SPEED_KEYS
from geodata.roads.tags import Road, road_of

ENDING = ":conditional"
MOST = 6                  # conditions a way; 64 combinations. Those beyond never hold
_ACCESS = {key for keys in ACCESS_KEYS.values() for key in keys}
BASES = frozenset({HOV, *_ACCESS, *(f"{key}:{way}" for key in _ACCESS for way in DIRECTIONS), *SPEED_KEYS, *LIMIT_KEYS,
                   *(key for keys in ONEWAY_KEYS.values() for key in keys)})


@dataclass(frozen=True)
class States:
    """roads[n]: the way when condition i holds for every bit i of n, and no other does."""

    conditions: tuple[str, ...]
    roads: tuple[Road, ...]


def road_with_states(tags: Mapping[str, str], speeds: SpeedTable = STANDARD) -> tuple[Road | None, str]:
    """The Road of a way's tags, or None and why. With conditions: open and local wherever it is so in some state."""
    clauses = _clauses(tags, BASES)
    if not clauses:
        road, why = road_of(tags, speeds)
        marks = marks_of(tags) if road else 0
        return (replace(road, marks=marks) if road and marks else road), why
    conditions = _conditions(clauses)
    known = {key: text for key, text in tags.items() if not key.endswith(ENDING) or key.removesuffix(ENDING) in BASES}
    rows = [_road(known, said, clauses, speeds) for said in _combinations(conditions)]
    some = next((row for row in rows if row is not None), None)
    if some is None:
        return None, road_of(tags, speeds)[1]
    marks = marks_of(tags)
    roads = tuple(replace(row or replace(some, ban=(BOTH, BOTH), local=(0, 0)), marks=marks) for row in rows)
    if all(_alike(road, roads[0]) for road in roads):
        return roads[0], ""
    always = [roads[0].ban[i] for i in (0, 1)]
    ever = [0, 0]
    for road in roads:
        always, ever = [always[i] & road.ban[i] for i in (0, 1)], [ever[i] | road.local[i] for i in (0, 1)]
    return replace(roads[0], ban=(always[0], always[1]), local=(ever[0], ever[1]), states=States(conditions[:MOST], roads)), ""


def node_with_states(tags: Mapping[str, str]) -> tuple[Road, int]:
    """A node as a Road that is the same both ways, and which modes a private gate there always stops (they are not banned).

    A gate with opening_hours is shut outside them; where nobody can read them, as its other tags say. One that is private at
    times only is shut at those times.
    """
    clauses = _clauses(tags, frozenset(NODE_BASES))
    conditions = _conditions(clauses)
    shut = OUTSIDE + tags["opening_hours"] if "barrier" in tags and "opening_hours" in tags else ""
    conditions = (shut, *conditions) if shut else conditions
    looks = list[tuple[int, int, Limits]]()
    for said in _combinations(conditions):
        theirs = tags_at(tags, said, business=True)         # who has business there opens it: a node knows nobody else
        ban = BOTH if shut and said[shut] else node_ban(theirs)
        looks.append((ban, node_gate(theirs) & ~ban, limits_of(tags_at(tags, said, business=False))))
    gate = always = BOTH
    for ban, private, _ in looks:
        gate, always = gate & (private | ban), always & ban
    gate &= ~always
    roads = tuple(_of_node(ban | private & ~gate, limits) for ban, private, limits in looks)
    if all(_alike(road, roads[0]) for road in roads):
        return roads[0], gate
    return replace(_of_node(always, looks[0][2]), states=States(conditions[:MOST], roads)), gate


def _of_node(ban: int, limits: Limits) -> Road:
    return Road(0, (1.0, 1.0), (1.0, 1.0), (ban, ban), (limits, limits), roundabout=False)


def _clauses(tags: Mapping[str, str], bases: frozenset[str]) -> list[Clause]:
    return [clause for key, text in tags.items() if key.endswith(ENDING) and key.removesuffix(ENDING) in bases
            for clause in clauses_of(text)]


def _conditions(clauses: list[Clause]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clause.condition for clause in clauses if clause.condition != ALWAYS))


def _alike(one: Road, other: Road) -> bool:
    return repr(one) == repr(other)          # nan is equal to itself in print


def _combinations(conditions: tuple[str, ...]) -> Iterator[dict[str, bool]]:
    """Every combination, the first condition changing fastest; those past MOST never hold."""
    kept = conditions[:MOST]
    for said in product((False, True), repeat=len(kept)):
        yield dict.fromkeys(conditions, False) | dict(zip(kept, reversed(said), strict=True))


def _road(tags: Mapping[str, str], said: Mapping[str, bool], clauses: list[Clause], speeds: SpeedTable) -> Road | None:
    """The way in one state; where an exception is made for those with business there, it is theirs only."""
    road, _ = road_of(tags_at(tags, said, business=False), speeds)
    if not any(clause.business for clause in clauses):
        return road
    theirs, _ = road_of(tags_at(tags, said, business=True), speeds)
    if theirs is None or theirs == road:
        return road
    if road is None:
        road = replace(theirs, ban=(BOTH, BOTH))
    freed = [HGV if _freed(road.limits[i], theirs.limits[i]) else 0 for i in (0, 1)]
    ban = road.ban[0] & theirs.ban[0], road.ban[1] & theirs.ban[1]
    local = [theirs.local[i] | road.ban[i] & ~theirs.ban[i] | freed[i] & ~ban[i] for i in (0, 1)]
    limits = [(theirs if freed[i] else road).limits[i] for i in (0, 1)]
    return replace(road, ban=ban, local=(local[0], local[1]), limits=(limits[0], limits[1]))


def _freed(limits: Limits, theirs: Limits) -> bool:
    """Do those with business there meet a higher limit, or none?"""
    pairs = [(getattr(limits, f.name, nan), getattr(theirs, f.name, nan)) for f in fields(Limits)]
    return any(not isnan(own) and (isnan(other) or other > own) for own, other in pairs)
