"""Roads, nodes and turns that change with conditions, as arrays; which hold for a vehicle at a moment; the graph as it then is.

In: Roads with States, of ways and nodes; conditional turn bans; later a Profile and a Moment.
Out: Conditions; Now; a RoadGraph with those bans.
Never knows: tags, relations, files, engines. Where a condition is unknown the stricter of both readings counts, and is marked;
but of hours nobody can read nobody knows that a gate is shut: then it is what its other tags say, and is marked too.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geodata.roads.access import MODES
from geodata.roads.conditional import OUTSIDE, Moment, holds
from geodata.roads.limits import NO_LIMITS
from geodata.roads.states import MOST
from geodata.roads.tags import Road

if TYPE_CHECKING:
    from geodata.roads.graph import Profile, RoadGraph

LIMIT_NAMES = tuple(vars(NO_LIMITS))
Ban = tuple[int, int, int, str]          # of a turn: road from, or exactly() one arc, road to, modes, condition
THROUGH, AT_TIMES = 2, 5                 # as in graph.py: bits of turn_ban that bar through traffic; that nodes set for a time
Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]
Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Conditions:
    """k conditional edges and n nodes of K kinds; a kind has a row for each combination of its conditions. t turn bans."""

    texts: tuple[str, ...]
    edge: Ints                # (k,) rising
    edge_kind: Ints           # (k,)
    node: Ints                # (n,) rising
    node_kind: Ints           # (n,)
    kind_row: Ints            # (K,) the row in which none of its conditions holds
    kind_cond: Ints           # (K, MOST) index in texts, -1: no more
    ban: Bytes                # (r, 2) HGV and CAR bits, forward and backward
    local: Bytes              # (r, 2)
    kmh: Singles              # (r, 4) lorry forward, backward; van forward, backward
    limit: Singles            # (r, 2, 5) forward, backward
    turn_road: NDArray[np.int64]        # (t, 2) from, to: twice the edge, and 1 for backward; from below 0: exactly() one arc
    turn_ban: Bytes           # (t,) modes that may not turn so while it holds
    turn_cond: Ints           # (t,) index in texts

    def __len__(self) -> int:
        return len(self.edge) + len(self.node) + len(self.turn_cond)

    def said(self, profile: Profile, moment: Moment) -> NDArray[np.int8]:
        """(texts,) 1 it holds, 0 it does not, -1 unknown."""
        return np.array([{True: 1, False: 0, None: -1}[holds(text, profile, moment)] for text in self.texts], np.int8)

    def nothing(self) -> NDArray[np.int8]:
        """(texts,) the answers when no condition holds."""
        return np.zeros(len(self.texts), np.int8)

    def now(self, said: NDArray[np.int8]) -> Now:
        """What each kind of conditional road, and each conditional turn, is like under these answers."""
        kinds = np.arange(len(self.kind_row))
        row = self.rows(kinds, said)
        ban, local, kmh, limit = self.ban[row], self.local[row], self.kmh[row], self.limit[row]
        unsure = np.zeros((len(kinds), 2), np.uint8)
        at_gates = np.array([text.startswith(OUTSIDE) for text in self.texts], np.bool_)
        taken = np.where(at_gates & (np.asarray(said) == -1), 0, said).astype(np.int8)
        for kind in np.flatnonzero((self._answers(kinds, said) == -1).any(axis=1)).tolist():
            rows = self._possible(kind, taken)
            ban[kind], local[kind] = (np.bitwise_or.reduce(np.asarray(array)[rows]) for array in (self.ban, self.local))
            kmh[kind], limit[kind] = np.asarray(self.kmh)[rows].min(axis=0), np.fmin.reduce(np.asarray(self.limit)[rows])
            unsure[kind] = self._differ(self._possible(kind, said))
        hit = np.asarray(said)[self.turn_cond] != 0
        return Now(self, ban, local, kmh, limit, unsure, np.where(hit, self.turn_ban, 0).astype(np.uint8),
                   np.where(np.asarray(said)[self.turn_cond] < 0, self.turn_ban, 0).astype(np.uint8))

    def kind_of(self, edge: int) -> int:
        """The kind of a conditional edge."""
        return int(self.edge_kind[np.searchsorted(self.edge, edge)])

    def kind_of_node(self, node: int) -> int:
        return int(self.node_kind[np.searchsorted(self.node, node)])

    def conditions_of(self, kind: int) -> list[int]:
        return [int(i) for i in self.kind_cond[kind] if i >= 0]

    def looks(self, kind: int, back: int, profile: Profile, said: NDArray[np.int8]) -> set[tuple[bool, float]]:
        """(closed, km/h) of a kind of road for a vehicle in one direction: one look, or several where conditions are unknown."""
        mode, column = MODES[profile.mode], (0 if profile.mode == "hgv" else 2) + back
        measures = np.array([getattr(profile, name) for name in LIMIT_NAMES], np.float32)
        return {(bool(self.ban[row, back] & mode) or bool((self.limit[row, back] < measures).any()), float(self.kmh[row, column]))
                for row in self._possible(kind, said)}

    def rows(self, kinds: NDArray[np.int64], said: NDArray[np.int8]) -> NDArray[np.int64]:
        """(kinds,) the row of each when what is unknown does not hold."""
        bits = (self._answers(kinds, said) == 1).astype(np.int64) << np.arange(MOST)
        return np.asarray(self.kind_row[kinds] + bits.sum(axis=1), np.int64)

    def _answers(self, kinds: NDArray[np.int64], said: NDArray[np.int8]) -> NDArray[np.int8]:
        return np.asarray(np.append(said, np.int8(0))[self.kind_cond[kinds]], np.int8)

    def _possible(self, kind: int, said: NDArray[np.int8]) -> list[int]:
        """Every row that may be meant where some conditions are unknown."""
        answers = self._answers(np.array([kind]), said)[0].tolist()
        choices = [(0, 1) if answer == -1 else (answer,) for answer in answers]
        return [int(self.kind_row[kind]) + sum(bit << i for i, bit in enumerate(bits)) for bits in product(*choices)]

    def _differ(self, rows: list[int]) -> list[int]:
        """Modes, forward and backward, to which the rows are not all the same."""
        found = [0, 0]
        for back in (0, 1):
            for at, mode in enumerate(MODES.values()):
                seen = {(int(self.ban[r, back]) & mode, int(self.local[r, back]) & mode, float(self.kmh[r, 2 * at + back]),
                         np.asarray(self.limit[r, back]).tobytes()) for r in rows}
                found[back] |= mode if len(seen) > 1 else 0
        return found


@dataclass(frozen=True, eq=False)
class Now:
    """Conditions as they are: by kind of road, and by conditional turn. unsure, turn_unsure: modes for which it is a guess."""

    of: Conditions
    ban: Bytes
    local: Bytes
    kmh: Singles
    limit: Singles
    unsure: Bytes             # (K, 2)
    turn_ban: Bytes
    turn_unsure: Bytes

    def key(self, mode: str) -> str:
        """Equal for two states in which the roads are the same for a mode."""
        bit, column = MODES[mode], slice(0, 2) if mode == "hgv" else slice(2, 4)
        parts = (self.ban & bit, self.local & bit, self.kmh[:, column], self.limit, self.turn_ban & bit)
        return blake2b(b"".join(np.ascontiguousarray(part).tobytes() for part in parts), digest_size=12).hexdigest()

    def put_into(self, graph: RoadGraph) -> RoadGraph:
        """A new graph with these bans, limits and speeds, on the arcs and on their copies."""
        on = _on(graph, self.of)
        kind, side = on.kind, graph.arc_backward[on.arc].astype(np.intp)
        ban, kmh = np.array(graph.arc_ban), np.array(graph.arc_kmh)
        ban[on.arc] = self.ban[kind, side] | on.copy_ban
        pair, usual = np.column_stack([side, side + 2]), np.asarray(self.of.kmh)[self.of.kind_row[kind]]
        now, was = self.kmh[kind[:, None], pair], usual[np.arange(len(kind))[:, None], pair]
        kmh[on.arc] = kmh[on.arc] * (now / was)                     # what else slows a stretch, or a ferry's time, stays
        limit, node_limit = np.array(graph.arc_limit), np.array(graph.node_limit)
        limit[on.arc] = self.limit[kind, side]
        node_limit[self.of.node] = self.limit[self.of.node_kind, 0]
        turn_ban = np.array(graph.turn_ban)
        leaves = self.local[on.turn_kind, on.turn_side] & on.turn_leaves          # ways through that are none just now
        turn_ban[on.turn] = turn_ban[on.turn] & ~np.uint8(3 << THROUGH) | leaves << THROUGH
        np.bitwise_or.at(turn_ban, on.banned, self.turn_ban[on.banned_by])
        turn_ban[on.over] = turn_ban[on.over] & ~np.uint8(3 << AT_TIMES) | self.ban[on.over_kind, 0] << AT_TIMES
        return graph.changed(arc_ban=ban, arc_kmh=kmh, arc_limit=limit, node_limit=node_limit, turn_ban=turn_ban)


@dataclass(frozen=True, eq=False)
class _On:
    """Where the Conditions lie on one graph's arcs and turns, copies included."""

    arc: NDArray[np.int64]
    kind: Ints
    copy_ban: Bytes                       # of copies: modes that have no business on them
    turn: NDArray[np.int64]               # turns that leave such an arc
    turn_kind: Ints
    turn_side: NDArray[np.intp]
    turn_leaves: Bytes                    # modes to which the turn leads to an ordinary road
    banned: NDArray[np.int64]             # turns with a conditional ban,
    banned_by: NDArray[np.int64]          # and by which
    over: NDArray[np.int64]               # turns over a conditional node; whoever turns round before it does not pass it
    over_kind: Ints


def _on(graph: RoadGraph, of: Conditions) -> _On:
    """Found once a graph."""
    found = graph.__dict__.get("_conditions_on")
    if found is None:
        found = graph.__dict__["_conditions_on"] = _find_on(graph, of)
    assert isinstance(found, _On)
    return found


def _find_on(graph: RoadGraph, of: Conditions) -> _On:
    kind_of = np.full(len(graph.edge_way), -1, np.int32)
    kind_of[of.edge] = of.edge_kind
    arc = np.flatnonzero(kind_of[graph.arc_edge] >= 0)
    copied = np.asarray(graph.arc_copy)[arc] & 1 != 0
    copy_ban = np.where(copied, 3 & ~np.asarray(graph.arc_local)[arc], 0).astype(np.uint8)
    mine = np.zeros(graph.arcs, bool)
    mine[arc] = True
    turn = np.flatnonzero(mine[graph.turn_from])
    leaving = np.asarray(graph.turn_from)[turn]
    road = 2 * graph.arc_edge.astype(np.int64) + graph.arc_backward
    table = _banned_turns(graph, of, road)
    outward = np.asarray(graph.arc_copy)[leaving] & 1 != 0                                # on his way out already
    leaves = np.where(outward, 0, 3 & ~np.asarray(graph.arc_local)[graph.turn_to[turn]]).astype(np.uint8)
    return _On(arc, kind_of[graph.arc_edge[arc]], copy_ban, turn, kind_of[graph.arc_edge[leaving]],
               graph.arc_backward[leaving].astype(np.intp), leaves, table[:, 0], table[:, 1], *_over_nodes(graph, of))


def _over_nodes(graph: RoadGraph, of: Conditions) -> tuple[NDArray[np.int64], Ints]:
    kind_of = np.full(len(graph.node_osm), -1, np.int32)
    kind_of[of.node] = of.node_kind
    kind = kind_of[graph.arc_head[graph.turn_from]] if len(of.node) else np.empty(0, np.int32)
    over = np.flatnonzero(kind >= 0)
    over = over[graph.arc_edge[graph.turn_from[over]] != graph.arc_edge[graph.turn_to[over]]]
    return over, kind[over]


def _banned_turns(graph: RoadGraph, of: Conditions, road: NDArray[np.int64]) -> NDArray[np.int64]:
    """(k, 2) turn, row of the Conditions."""
    number: dict[tuple[int, int], list[int]] = {}
    for row, (a, b) in enumerate(of.turn_road.tolist()):
        number.setdefault((a, b), []).append(row)
    pairs = list[tuple[int, int]]()
    if number:
        for start in (road, exactly_of(graph)):
            near = np.flatnonzero(np.isin(start[graph.turn_from], of.turn_road[:, 0]))
            ends = start[graph.turn_from[near]].tolist(), road[graph.turn_to[near]].tolist()
            pairs += [(turn, row) for turn, a, b in zip(near.tolist(), *ends, strict=True) for row in number.get((a, b), ())]
    return np.array(pairs, np.int64).reshape(-1, 2)


def exactly_of(graph: RoadGraph) -> NDArray[np.int64]:
    """(a,) exactly() of every arc, for copies OUT that of the arc they are copied from: the last arcs, in the order of the first
    (copies.py). Found once a graph."""
    exact = graph.__dict__.get("_exactly")
    if exact is None:
        exact = np.arange(graph.arcs, dtype=np.int64)
        out = np.flatnonzero(np.asarray(graph.arc_copy) & 1)
        if len(out):
            before = exact[:int(out[0])]
            exact[out] = before[(np.asarray(graph.arc_local)[before] & ~np.asarray(graph.arc_ban)[before]) != 0]
        exact = graph.__dict__["_exactly"] = -1 - exact
    return np.asarray(exact)


def find_conditions(kinds: Sequence[Road], kind: NDArray[np.integer], node_kind: NDArray[np.integer]) -> Conditions:
    """The Conditions of edges whose Road is kinds[kind], and of nodes whose Road is kinds[node_kind], -1 for none."""
    numbers = [i for i, road in enumerate(kinds) if road.states is not None]
    place = {number: at for at, number in enumerate(numbers)}
    edge, node = (np.flatnonzero(np.isin(each, numbers)).astype(np.int32) for each in (kind, node_kind))
    texts: dict[str, int] = {}
    rows, first, conds = list[Road](), list[int](), list[list[int]]()
    for number in numbers:
        states = kinds[number].states
        assert states is not None
        first.append(len(rows))
        rows += states.roads
        said = [texts.setdefault(text, len(texts)) for text in states.conditions]
        conds.append(said + [-1] * (MOST - len(said)))
    return Conditions(
        tuple(texts), edge, np.array([place[int(k)] for k in kind[edge]], np.int32),
        node, np.array([place[int(k)] for k in node_kind[node]], np.int32), np.array(first, np.int32),
        np.array(conds, np.int32).reshape(-1, MOST), np.array([r.ban for r in rows], np.uint8).reshape(-1, 2),
        np.array([r.local for r in rows], np.uint8).reshape(-1, 2),
        np.array([(*r.lorry_kmh, *r.van_kmh) for r in rows], np.float32).reshape(-1, 4),
        limit_rows(rows).reshape(-1, 2, len(LIMIT_NAMES)),
        np.empty((0, 2), np.int64), np.empty(0, np.uint8), np.empty(0, np.int32))


def limit_rows(roads: Iterable[Road]) -> Singles:
    """(r, 2, 5) the limits of Roads, forward and backward."""
    return np.array([[[getattr(one, name) for name in LIMIT_NAMES] for one in road.limits] for road in roads], np.float32)


def exactly(arc: int) -> int:
    """In place of a road in a Ban: this arc alone (one that knows whence he came), and its copy for the way out."""
    return -1 - arc


def with_turns(of: Conditions, bans: Iterable[Ban]) -> Conditions:
    """The same with conditional turn bans. A road is twice its edge, and 1 for backward."""
    texts, rows = {text: i for i, text in enumerate(of.texts)}, list(bans)
    cond = [texts.setdefault(text, len(texts)) for *_, text in rows]
    table = np.array([row[:3] for row in rows], np.int64).reshape(-1, 3)
    return replace(of, texts=tuple(texts), turn_road=table[:, :2], turn_ban=table[:, 2].astype(np.uint8),
                   turn_cond=np.array(cond, np.int32))


NO_CONDITIONS = find_conditions([], np.empty(0, np.int64), np.empty(0, np.int64))
