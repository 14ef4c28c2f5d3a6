"""Weights on a hierarchy: shortest times between its nodes, and the ways themselves.

In: a Hierarchy, the weight of every arc.    Out: times (FAR_MS where there is no way), nodes passed.
Never knows: roads, vehicles, files. Compiled by numba. Nothing is written while asked: any number of threads may.

Going up, a search meets only ancestors in the elimination tree: a chain of a few hundred, told by their depth. So one way is two
chains; a table is one chain for each of the fewer ends, and one sweep down over the ancestors of all the others.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import compiled, frozen
from locator.engines.contraction import LOOP
from locator.engines.hierarchy import Hierarchy

FAR_MS = np.int32(2**31 - 1)   # no way; also the weight of an arc that may not be driven
ABREAST = 16                   # chains swept down together
Weights = NDArray[np.int32]
Lists = tuple[NDArray[np.int64], NDArray[np.uint16], Weights]      # where each rank's arcs begin, their heads' depths, times


@dataclass(frozen=True, eq=False)
class Chains:
    """Of some nodes that are asked for over and over: those of node i stand from ptr[i] on, by depth.

    down      the times lead from the ancestors down to the node; else from the node up to them
    rank      the ancestors, the node itself the last;  ms: their times
    """

    down: bool
    ptr: NDArray[np.int64]
    rank: NDArray[np.int32]
    ms: Weights


@dataclass(frozen=True, eq=False)
class Metric:
    """up_ms[i], down_ms[i]: the least time over arc i of the hierarchy's `up`, or its `down`, by ways through lower ranks."""

    hierarchy: Hierarchy
    up_ms: Weights
    down_ms: Weights

    def table_ms(self, sources: NDArray[np.int64], targets: NDArray[np.int64]) -> Weights:
        """(s, t) least times; FAR_MS where there is no way."""
        h = self.hierarchy
        ups, downs = self._lists(False), self._lists(True)
        if len(sources) > len(targets):
            return self._table(h.rank[targets], h.rank[sources], downs, ups).T
        return self._table(h.rank[sources], h.rank[targets], ups, downs)

    def _table(self, few: Weights, many: Weights, there: Lists, back: Lists) -> Weights:
        """(few, many), where `there` and `back` are the lists of the few, and of the many."""
        h, found = self.hierarchy, np.full((len(few), len(many)), FAR_MS)
        if found.size:
            order = np.argsort(many, kind="stable")
            height = max(self._height(few), self._height(many))
            _fill_table(found, few, many[order], order, height, h.parent, h.depth, *there, *back)
        return found

    def chains(self, nodes: NDArray[np.int64], *, down: bool) -> Chains:
        h, ranks = self.hierarchy, self.hierarchy.rank[nodes]
        ptr = np.concatenate([[0], np.cumsum(h.depth[ranks] + np.int64(1))])
        (chain, least), came = np.empty((2, ptr[-1]), np.int32), np.empty(self._height(ranks), np.int32)
        _climb_all(ranks, h.parent, h.depth, *self._lists(down), ptr, chain, least, came)
        return Chains(down, ptr, chain, least)

    def joined_ms(self, nodes: NDArray[np.int64], chains: Chains, rows: NDArray[np.int64]) -> Weights:
        """(nodes, rows) least times from each node to those of `rows` of the chains, or to it where the chains lead up."""
        h, ranks, found = self.hierarchy, self.hierarchy.rank[nodes], np.full((len(nodes), len(rows)), FAR_MS)
        own, own_ms, came = np.empty((3, self._height(ranks)), np.int32)
        _join(found, ranks, h.parent, h.depth, *self._lists(not chains.down), chains.ptr, chains.rank, chains.ms, rows,
              own, own_ms, came)
        return found

    def _height(self, ranks: Weights) -> int:
        """The nodes on the longest of their chains."""
        return int(self.hierarchy.depth[ranks].max(initial=0)) + 1

    def _lists(self, down: bool) -> Lists:
        h = self.hierarchy
        return (h.down_ptr, h.down_depth, self.down_ms) if down else (h.up_ptr, h.up_depth, self.up_ms)

    def way(self, source: int, target: int) -> NDArray[np.int64]:
        """The nodes of a shortest way, both ends with it; none where there is no way."""
        h = self.hierarchy
        ranks = _way(h.rank[source], h.rank[target], h.parent, h.depth, h.up_ptr, h.up, h.up_depth, self.up_ms,
                     h.down_ptr, h.down, h.down_depth, self.down_ms, h.below_ptr, h.below)
        return np.asarray(h.order[ranks], np.int64)


def weigh(hierarchy: Hierarchy, weights: NDArray[np.uint32]) -> Metric:
    """The metric of these weights of the graph's arcs. Time: proportional to the triangles, about 2.5 s in a country of 4 M."""
    h = hierarchy
    up_ms, down_ms = _weigh(h.up_ptr, h.up, h.down_ptr, h.down, h.place, frozen(weights))
    return Metric(h, frozen(up_ms), frozen(down_ms))


@compiled
def _weigh(up_ptr, up, down_ptr, down, place, weights):
    up_ms, down_ms = np.full(len(up), FAR_MS), np.full(len(down), FAR_MS)
    for k in range(len(place)):
        if place[k] >= 0:
            up_ms[place[k]] = min(up_ms[place[k]], weights[k])
        elif place[k] != LOOP:
            down_ms[~place[k]] = min(down_ms[~place[k]], weights[k])
    for x in range(len(up_ptr) - 1):
        a, b, c, d = up_ptr[x], up_ptr[x + 1], down_ptr[x], down_ptr[x + 1]
        if a < b and c < d:                                        # y -> x -> z
            _shorten(up[a:b], up_ms[a:b], down[c:d], down_ms[c:d], up_ptr, up, up_ms)          # y below z
            _shorten(down[c:d], down_ms[c:d], up[a:b], up_ms[a:b], down_ptr, down, down_ms)    # y above z
    return up_ms, down_ms


@compiled
def _shorten(far, far_ms, near, near_ms, ptr, heads, ms):
    """Of every near one's arcs to the far ones above it: not longer than by the node between them."""
    f = 0
    for i in range(len(near)):
        while f < len(far) and far[f] <= near[i]:
            f += 1
        first, at = np.int64(near_ms[i]), ptr[near[i]]
        if first == FAR_MS:
            continue
        for j in range(f, len(far)):
            while heads[at] < far[j]:
                at += 1
            through = first + far_ms[j]
            if through < ms[at]:
                ms[at] = through


@compiled
def _climb(x, parent, depth, ptr, heights, ms, chain, least, came):
    """Least times from x to its ancestors, by depth; the depth from which each was come to on such a way, -1 at x."""
    deepest = depth[x]
    for d in range(deepest, -1, -1):
        chain[d], least[d], came[d] = x, FAR_MS, -1
        x = parent[x]
    least[deepest] = 0
    for d in range(deepest, -1, -1):
        here = np.int64(least[d])
        if here == FAR_MS:
            continue
        for i in range(ptr[chain[d]], ptr[chain[d] + 1]):
            if here + ms[i] < least[heights[i]]:
                least[heights[i]], came[heights[i]] = here + ms[i], d


@compiled
def _climb_all(ranks, parent, depth, ptr, heights, ms, begin, chain, least, came):
    for k in range(len(ranks)):
        a, b = begin[k], begin[k + 1]
        _climb(ranks[k], parent, depth, ptr, heights, ms, chain[a:b], least[a:b], came)


@compiled
def _join(found, ranks, parent, depth, ptr, heights, ms, begin, chain, least, rows, own, own_ms, came):
    """What lies above both stands in both chains, from the top as far as they agree."""
    for k in range(len(ranks)):
        size = depth[ranks[k]] + 1
        _climb(ranks[k], parent, depth, ptr, heights, ms, own, own_ms, came)
        for r in range(len(rows)):
            a, best = begin[rows[r]], np.int64(FAR_MS)
            for d in range(min(size, begin[rows[r] + 1] - a)):
                if own[d] != chain[a + d]:
                    break
                best = min(best, np.int64(own_ms[d]) + least[a + d])
            found[k, r] = best


@compiled
def _fill_table(found, few, many, column, height, parent, depth, up_ptr, up_depth, up_ms, down_ptr, down_depth, down_ms):
    """Up from each of the few, then down to all of the many, which ascend, from the highest rank to the lowest. Of a rank's
    ancestors each is then the last of its depth that was come by."""
    nodes, at_depth, count = _ancestors(many, parent, depth)
    wide = min(ABREAST, len(few))
    chain, least = np.empty((wide, height), np.int32), np.empty((wide, height), np.int32)
    came, times = np.empty(height, np.int32), np.empty((height, wide), np.int64)
    for begin in range(0, len(few), wide):
        abreast, last = min(wide, len(few) - begin), len(many) - 1
        for k in range(abreast):
            for d in range(height):
                chain[k, d] = -1
            _climb(few[begin + k], parent, depth, up_ptr, up_depth, up_ms, chain[k], least[k], came)
        for v in range(count - 1, -1, -1):
            x, d = nodes[v], at_depth[v]
            for k in range(abreast):
                times[d, k] = least[k, d] if chain[k, d] == x else FAR_MS
            for i in range(down_ptr[x], down_ptr[x + 1]):
                h, ms = down_depth[i], np.int64(down_ms[i])
                for k in range(abreast):
                    if times[h, k] + ms < times[d, k]:
                        times[d, k] = times[h, k] + ms
            while last >= 0 and many[last] == x:
                for k in range(abreast):
                    found[begin + k, column[last]] = times[d, k]
                last -= 1


@compiled
def _ancestors(ranks, parent, depth):
    """All ranks on the chains above these, ascending, their depths, how many. Ranks ascend: those above the next one are its
    own."""
    found, at_depth, count = np.empty(1024, np.int32), np.empty(1024, np.int32), 0
    for k in range(len(ranks)):
        x, d = ranks[k], depth[ranks[k]]
        while x >= 0 and (k == len(ranks) - 1 or x < ranks[k + 1]):
            if count == len(found):
                found, at_depth = _roomier(found), _roomier(at_depth)
            found[count], at_depth[count] = x, d
            x, d, count = parent[x], d - 1, count + 1
    return found, at_depth, count


@compiled
def _roomier(array):
    longer = np.empty(2 * len(array), np.int32)
    for i in range(len(array)):
        longer[i] = array[i]
    return longer


@compiled
def _way(source, target, parent, depth, up_ptr, up, up_depth, up_ms, down_ptr, down, down_depth, down_ms, below_ptr, below):
    size = max(depth[source], depth[target]) + 1
    chain, least, came = np.empty((2, size), np.int32), np.empty((2, size), np.int32), np.empty((2, size), np.int32)
    _climb(source, parent, depth, up_ptr, up_depth, up_ms, chain[0], least[0], came[0])
    _climb(target, parent, depth, down_ptr, down_depth, down_ms, chain[1], least[1], came[1])
    best, top = np.int64(FAR_MS), -1
    for d in range(min(depth[source], depth[target]) + 1):
        if chain[0, d] == chain[1, d] and np.int64(least[0, d]) + least[1, d] < best:
            best, top = np.int64(least[0, d]) + least[1, d], d
    if top < 0:
        return np.empty(0, np.int32)
    stack, found = np.empty(2 * size, np.int32), np.empty(1024, np.int32)
    waiting, at = 0, top                                           # ranks, each joined to the next by an arc of the hierarchy:
    while came[1, at] >= 0:                                        # from the target back to the top, then to the source
        stack[waiting], at, waiting = 0, came[1, at], waiting + 1
    count, at = waiting, top
    for i in range(waiting - 1, -1, -1):
        at = came[1, at]
        stack[i] = chain[1, at]
    at = top
    while at >= 0:
        stack[waiting], at, waiting = chain[0, at], came[0, at], waiting + 1
    found[0], waiting, count = stack[waiting - 1], waiting - 1, 1
    while waiting > 0:                                             # of every arc, first what lies between
        x = _between(found[count - 1], stack[waiting - 1], up_ptr, up, up_ms, down_ptr, down, down_ms, below_ptr, below)
        if x >= 0:
            if waiting == len(stack):
                stack = _roomier(stack)
            stack[waiting], waiting = x, waiting + 1
        else:
            if count == len(found):
                found = _roomier(found)
            found[count], waiting, count = stack[waiting - 1], waiting - 1, count + 1
    return found[:count].copy()


@compiled
def _weight(x, y, ptr, heads, ms):
    """Of the arc of x to y among its own; FAR_MS where there is none."""
    begin, end = ptr[x], ptr[x + 1]
    while end - begin > 1:
        middle = (begin + end) >> 1
        if heads[middle] <= y:
            begin = middle
        else:
            end = middle
    return np.int64(ms[begin] if begin < end and heads[begin] == y else FAR_MS)


@compiled
def _between(y, z, up_ptr, up, up_ms, down_ptr, down, down_ms, below_ptr, below):
    """A lower rank by which y leads to z in the time of its arc; -1 where that is an arc of the graph and nothing else."""
    whole = _weight(y, z, up_ptr, up, up_ms) if y < z else _weight(z, y, down_ptr, down, down_ms)
    for k in range(below_ptr[y], below_ptr[y + 1]):
        x = below[k]
        if x >= z:
            break
        rest = _weight(x, z, up_ptr, up, up_ms)
        if rest <= whole and rest + _weight(x, y, down_ptr, down, down_ms) == whole:
            return x
    return np.int32(-1)
