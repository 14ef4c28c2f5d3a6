"""Why another engine's driving time differs from ours: its way laid on our roads, and the difference shared out.

In: our Steps and its Drive between the same two points.    Out: seconds by cause, the greatest first.
Never knows: how the other engine is asked, figures, pages.

ours - theirs  =  (ours on our way - ours on their way)   "another way": at most 0 where theirs is open, but for its ends
               +  (ours on their way - theirs on it)      by class and by what told us the speed
               +  (our turns - their turns)
"""
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.roads.access import HGV
from geodata.roads.graph import CLOSED, LIMITS
from geodata.roads.speed_table import STANDARD
from geodata.roads.tags import CLASS_NAMES
from locator.engines.network import Network
from locator.engines.steps import Steps
from tests.benchmarks.engines import Drive

SAME_SPOT_M = 0.5           # both keep OpenStreetMap's nodes, to their 6 or 7 digits


@dataclass(frozen=True, eq=False)
class Laid:
    """A way on our arcs, with their time on each. barred: what keeps us off it, '' where nothing."""

    arcs: NDArray[np.int64]
    theirs_s: NDArray[np.float64]
    barred: str


class Roads:
    """Our network, ready to lay other ways on it."""

    def __init__(self, net: Network, *kmh: NDArray[np.float32]) -> None:
        """kmh: our lorry speeds where nothing stands in the way; without a lorry's own law too; without ceilings too."""
        self.net, self.graph = net, net.graph
        self.free_kmh, self.lawless_kmh, self.bare_kmh = (each.astype(float) for each in kmh)
        self.weights, self.as_driven = net.turn_weights(), net.turn_weights_as_driven()
        lonlat = self.graph.node_lonlat
        self.scale = np.array([np.cos(np.radians(lonlat[:, 1].mean())), 1.0]) * 111_320.0
        self.tree = cKDTree(lonlat * self.scale)
        self.between: dict[tuple[int, int], list[int]] = {}
        for edge, (tail, head) in enumerate(self.graph.edge_node.tolist()):
            self.between.setdefault((tail, head), []).append(edge)
            self.between.setdefault((head, tail), []).append(edge)

    def lay(self, drive: Drive, ends: tuple[int, ...] = ()) -> Laid:
        """The arcs between those of our nodes that the line comes by.

        ends  our edges that it begins and ends on: driven in part, so left out, but what is barred at them counts
        """
        off, node = self.tree.query(drive.lonlat * self.scale, distance_upper_bound=SAME_SPOT_M)
        points = np.flatnonzero(np.isfinite(off))
        arcs, times, barred = [], [], ""
        for a, b in zip(points[:-1].tolist(), points[1:].tolist(), strict=True):
            if node[a] == node[b]:
                continue
            edge = self._edge(int(node[a]), int(node[b]), drive.lonlat[a:b + 1])
            if edge is None:
                barred = barred or "road that is not in our network"
                continue
            arc = int(self.graph.edge_arcs[edge, 0 if self.graph.edge_node[edge, 0] == node[a] else 1])
            barred = barred or self._why_closed(arc, edge)
            if arc >= 0:
                arcs.append(arc)
                times.append(drive.at_s[b] - drive.at_s[a])
        barred = barred or self._first_bar(self._with_ends(arcs, ends))
        return Laid(np.array(arcs, np.int64), np.array(times), barred)

    def _edge(self, tail: int, head: int, line: NDArray[np.float64]) -> int | None:
        found = self.between.get((tail, head), [])
        metres = float(np.hypot(*np.diff(line * self.scale, axis=0).T).sum())
        off_m = {edge: abs(float(self.graph.edge_length_m[edge]) - metres) for edge in found}
        return min((edge for edge in found if off_m[edge] < max(5.0, 0.05 * metres)), key=lambda edge: off_m[edge], default=None)

    def _why_closed(self, arc: int, edge: int) -> str:
        if arc < 0:
            return "wrong way in a one-way road"
        if self.net.arc_ms[arc] == CLOSED:
            if self.graph.arc_ban[arc] & HGV:
                return "road closed to lorries"
            over = [name for column, name in enumerate(LIMITS)
                    if self.graph.arc_limit[arc, column] < getattr(self.net.profile, name)]
            return f"{over[0]} limit" if over else "closed road"
        return ""

    def _with_ends(self, arcs: list[int], ends: tuple[int, ...]) -> list[int]:
        if not (arcs and ends):
            return arcs
        tail, head = self.graph.arc_tail, self.graph.arc_head
        before = [arc for arc in self.graph.edge_arcs[ends[0]] if arc >= 0 and head[arc] == tail[arcs[0]]]
        after = [arc for arc in self.graph.edge_arcs[ends[1]] if arc >= 0 and tail[arc] == head[arcs[-1]]]
        return [*map(int, before[:1]), *arcs, *map(int, after[:1])]

    def _first_bar(self, arcs: list[int]) -> str:
        """What first keeps this vehicle from driving these arcs one after another, with all it must remember; '' for nothing."""
        graph, now = self.graph, set(self.graph.arcs_like(arcs[0]) if arcs else ())
        local = (np.asarray(graph.arc_local)[arcs] & HGV) != 0
        for i, (before, arc) in enumerate(pairwise(arcs)):
            if graph.arc_head[before] == graph.arc_tail[arc]:
                turns = [turn for one in now for turn in range(int(graph.turn_ptr[one]), int(graph.turn_ptr[one + 1]))]
                now = {int(graph.turn_to[turn]) for turn in turns if self.weights[turn] != CLOSED
                       and graph.arc_own[graph.turn_to[turn]] == arc}
                if not now:
                    outside = np.flatnonzero(~local[:i + 2])
                    if len(outside) and (local[outside[0]:i + 2]).any():
                        return "road for those with business there only"
                    turns_ = slice(int(graph.turn_ptr[before]), int(graph.turn_ptr[before + 1]))
                    plain = (np.asarray(graph.turn_to[turns_]) == arc) & (self.as_driven[turns_] != CLOSED)
                    return "turn that is closed after what was driven before" if plain.any() else "turn that is closed"
            else:
                now = set(graph.arcs_like(arc))
        return ""

    def seconds(self, arcs: NDArray[np.int64]) -> NDArray[np.float64]:
        """Our driving time of each arc, as if it were open and nothing stood in the way."""
        return np.asarray(self.graph.edge_length_m[self.graph.arc_edge[arcs]] * 3.6 / self.free_kmh[arcs])

    def waits(self, arcs: NDArray[np.int64]) -> float:
        """Seconds of ours at lights, gates and the like on these arcs."""
        slow_s = self.graph.edge_length_m[self.graph.arc_edge[arcs]] * 3.6 / self.graph.arc_kmh[arcs, 0].astype(float)
        return float((slow_s - self.seconds(arcs)).sum())

    def road(self, arc: int) -> str:
        """A road's class and what told us its speed."""
        name = CLASS_NAMES[self.graph.edge_class[self.graph.arc_edge[arc]]]
        free, top = STANDARD.classes[name][:2]
        kmh = round(float(self.free_kmh[arc]), 1)
        if kmh < round(float(self.lawless_kmh[arc]), 1):
            return f"{name}, the country's law for lorries"
        if kmh < round(float(self.bare_kmh[arc]), 1):
            return f"{name}, surface, width or kind"
        if kmh == free:
            return f"{name}, no sign"
        return f"{name}, sign, at our ceiling" if kmh == top else f"{name}, sign"


def causes(roads: Roads, ours: Steps, theirs: Drive) -> list[tuple[str, float]]:
    """(cause, seconds of ours - theirs that it makes), the greatest in the difference's own direction first."""
    laid = roads.lay(theirs, tuple(roads.graph.arc_edge[ours.arc[[0, -1]]].tolist()))
    mine_s = roads.seconds(laid.arcs)
    shares = Counter[str]()
    for arc, mine, their in zip(laid.arcs.tolist(), mine_s.tolist(), laid.theirs_s.tolist(), strict=True):
        shares["speed: " + roads.road(arc)] += mine - their
    turns_s = float(ours.turn_ms.sum()) / 1000.0 + roads.waits(laid.arcs)
    shares["turns and junctions"] = turns_s - theirs.turns_s
    whole = ours.total_ms / 1000.0 - theirs.duration_s
    way = whole - sum(shares.values())
    rest = "another way is faster for us" if way <= 0 else "the first and last road, driven in part"
    shares[f"their way uses a {laid.barred}" if laid.barred else rest] = way
    sign = 1.0 if whole > 0 else -1.0
    return sorted(shares.items(), key=lambda item: -sign * item[1])
