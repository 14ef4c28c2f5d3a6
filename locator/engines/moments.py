"""The roads at the moment of a question: which conditions hold, which closures are in force, what that makes of the graph.

In: a RoadGraph, closures, when he sets off, a Profile.    Out: a key, equal when the roads are; the graph as it then is.
Never knows: routes, places, files. Everything is taken at departure; `doubts` says where that may be wrong on the way.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from geodata.roads.access import MODES
from geodata.roads.closures import NOTHING, Closures
from geodata.roads.conditional import Lonlat, Moment, holds
from geodata.roads.conditions import Now, exactly_of
from geodata.roads.graph import Profile, RoadGraph
from geodata.roads.marks import TOLLS
from locator.asks import after
from locator.engines.pool import Pool
from locator.engines.steps import Steps

KEPT = 32                            # answers of all conditions, by minute and vehicle
CHANGES, UNKNOWN = "condition_changes", "condition_unknown"


@dataclass(frozen=True, eq=False)
class Roads:
    """One region's roads through time; shared by all questions."""

    graph: RoadGraph
    country: str | None = None
    lonlat: Lonlat | None = None     # of its middle, for sunrise and sunset
    closures: Callable[[], Closures] = lambda: NOTHING
    known: Pool[Now] = field(default_factory=lambda: Pool(KEPT))
    signatures: Pool[tuple[str, ...]] = field(default_factory=lambda: Pool(KEPT))

    def at(self, depart: datetime | None) -> RoadsAt:
        return RoadsAt(self, None if depart is None else depart.replace(second=0, microsecond=0), self.closures().at(depart))

    def now(self, profile: Profile, at: datetime | None) -> Now:
        """What the conditions say for a vehicle at a moment."""
        def ask() -> Now:
            conditions = self.graph.conditions
            return conditions.now(conditions.said(profile, self.moment(at)) if at else conditions.nothing())
        return self.known.get((at, profile if at else None), ask)

    def moment(self, at: datetime) -> Moment:
        return Moment(at, self.country, self.lonlat)


@dataclass(frozen=True, eq=False)
class RoadsAt:
    """The roads as one question meets them."""

    roads: Roads
    depart: datetime | None
    closures: Closures

    def key(self, profile: Profile) -> tuple[str, ...]:
        """Equal for two questions that meet the same closed arcs and speeds."""
        graph = self.roads.graph
        conditions = self.roads.now(profile, self.depart).key(profile.mode) if len(graph.conditions) else ""
        signature = self.roads.signatures.get(profile, lambda: graph.signature(profile))
        return (*signature, conditions, self.closures.key(graph, profile))

    def graph(self, profile: Profile) -> RoadGraph:
        graph = self.roads.graph
        if len(graph.conditions) and self.depart is not None:
            graph = self.roads.now(profile, self.depart).put_into(graph)
        return self.closures.put_into(graph, profile)

    def doubts(self, steps: Steps, profile: Profile) -> tuple[str, ...]:
        """Why the route may be other than told: a condition on it is unknown, or changes before he gets there."""
        graph = self.roads.graph
        if self.depart is None or not len(graph.conditions):
            return ()
        edges = graph.arc_edge[steps.arc]
        begins, found = steps.begin_ms, set[str]()
        for i in np.flatnonzero(np.isin(edges, graph.conditions.edge)).tolist():
            back, kind = int(graph.arc_backward[steps.arc[i]]), graph.conditions.kind_of(int(edges[i]))
            found |= self._doubt_on_road(kind, back, profile, int(begins[i]))
        nodes = graph.arc_head[steps.arc[:-1]]
        for i in np.flatnonzero(np.isin(nodes, graph.conditions.node) & (edges[1:] != edges[:-1])).tolist():
            found |= self._doubt_on_road(graph.conditions.kind_of_node(int(nodes[i])), 0, profile, int(steps.end_ms[i]))
        road = 2 * edges.astype(np.int64) + graph.arc_backward[steps.arc]
        if len(banned := graph.conditions.turn_road[:, 0]):
            start = np.column_stack([road, exactly_of(graph)[steps.arc]])
            for i in np.flatnonzero(np.isin(start[:-1], banned).any(axis=1)).tolist():
                found |= self._doubt_at_turn(start[i], int(road[i + 1]), profile, int(steps.end_ms[i]))
        return tuple(sorted(found))

    def guessed(self, arcs: NDArray[np.int64], profile: Profile) -> bool:
        """Is there a gate between these arcs, driven one after another, of which nobody knows whether it is shut at departure?"""
        of, graph = self.roads.graph.conditions, self.roads.graph
        if self.depart is None or not len(of.node):
            return False
        nodes, edges = graph.arc_head[arcs[:-1]], graph.arc_edge[arcs]
        passed = nodes[np.isin(nodes, of.node) & (edges[1:] != edges[:-1])]
        return any(UNKNOWN in self._doubt_on_road(kind, 0, profile, 0) for kind in {of.kind_of_node(int(one)) for one in passed})

    def _doubt_on_road(self, kind: int, back: int, profile: Profile, after_ms: int) -> set[str]:
        of = self.roads.graph.conditions
        then, now = (of.looks(kind, back, profile, self._said(of.conditions_of(kind), profile, ms)) for ms in (after_ms, 0))
        return {UNKNOWN} if len(then) > 1 or len(now) > 1 else {CHANGES} if then != now else set()

    def _doubt_at_turn(self, start: NDArray[np.int64], to: int, profile: Profile, after_ms: int) -> set[str]:
        of = self.roads.graph.conditions
        mine = np.isin(of.turn_road[:, 0], start) & (of.turn_road[:, 1] == to) & ((of.turn_ban & MODES[profile.mode]) != 0)
        conditions = of.turn_cond[mine].tolist()
        then, now = (self._said(conditions, profile, ms)[conditions] for ms in (after_ms, 0))
        return {UNKNOWN} if (then < 0).any() or (now < 0).any() else {CHANGES} if (then != now).any() else set()

    def _said(self, conditions: list[int], profile: Profile, after_ms: int) -> NDArray[np.int8]:
        """The answers to some conditions so long after departure; 0 for all others."""
        assert self.depart is not None
        texts = self.roads.graph.conditions.texts
        moment = self.roads.moment(after(self.depart, after_ms / 1000))
        said = np.zeros(len(texts), np.int8)
        for i in conditions:
            said[i] = {True: 1, False: 0, None: -1}[holds(texts[i], profile, moment)]
        return said


def toll_m(graph: RoadGraph, steps: Steps, mode: str) -> float:
    """Metres driven on roads that take a toll of such a vehicle."""
    tolled = (np.asarray(graph.edge_mark)[graph.arc_edge[steps.arc]] & TOLLS[mode]) != 0
    return float((steps.leave_m - steps.enter_m)[tolled].sum())
