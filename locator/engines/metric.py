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


@dataclass(frozen=True, eq=False)
class Metric:
    """up_ms[i], down_ms[i]: the least time over arc i of the hierarchy's `up`, or its `down`, by ways through lower ranks."""

    hierarchy: Hierarchy
    up_ms: Weights
    down_ms: Weights

    def table_ms(self, sources: NDArray[np.int64], targets: NDArray[np.int64]) -> Weights:
        """(s, t) least times; FAR_MS where there is no way."""
        h = self.hierarchy
        ups, downs = (h.up_ptr, h.up_depth, self.up_ms), (h.down_ptr, h.down_depth, self.down_ms)
        ends = h.rank[sources], h.rank[targets]
        if len(sources) > len(targets):
            return np.asarray(_table(ends[1], ends[0], h.parent, h.depth, *downs, *ups), np.int32).T
        return np.asarray(_table(ends[0], ends[1], h.parent, h.depth, *ups, *downs), np.int32)

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
    """Least times from x to its ancestors, by depth; the arc that leads to each on such a way, -1 at x."""
    at = x
    for d in range(depth[x], -1, -1):
        chain[d], least[d], came[d] = at, FAR_MS, -1
        at = parent[at]
    least[depth[x]] = 0
    for d in range(depth[x], -1, -1):
        here = np.int64(least[d])
        if here == FAR_MS:
            continue
        for i in range(ptr[chain[d]], ptr[chain[d] + 1]):
            if here + ms[i] < least[heights[i]]:
                least[heights[i]], came[heights[i]] = here + ms[i], i


@compiled
def _table(few, many, parent, depth, up_ptr, up_depth, up_ms, down_ptr, down_depth, down_ms):
    """(few, many): up from each of the few, then down to all of the many, from the highest rank to the lowest. Of a rank's
    ancestors each is then the last of its depth that was come by."""
    found, order = np.full((len(few), len(many)), FAR_MS), np.argsort(many, kind="mergesort")
    if len(few) == 0 or len(many) == 0:
        return found
    nodes, at_depth = _ancestors(many[order], parent, depth)
    size = max(depth[few].max(), at_depth.max()) + 1
    chain, least, came = np.empty((ABREAST, size), np.int32), np.empty((ABREAST, size), np.int32), np.empty(size, np.int32)
    for begin in range(0, len(few), ABREAST):
        abreast = min(ABREAST, len(few) - begin)
        for k in range(abreast):
            _climb(few[begin + k], parent, depth, up_ptr, up_depth, up_ms, chain[k], least[k], came)
            chain[k, depth[few[begin + k]] + 1:] = -1
        times, last = np.empty((size, abreast), np.int64), len(many) - 1
        for v in range(len(nodes) - 1, -1, -1):
            x, d = nodes[v], at_depth[v]
            for k in range(abreast):
                times[d, k] = least[k, d] if chain[k, d] == x else FAR_MS
            for i in range(down_ptr[x], down_ptr[x + 1]):
                h, ms = down_depth[i], np.int64(down_ms[i])
                for k in range(abreast):
                    times[d, k] = min(times[d, k], times[h, k] + ms)
            while last >= 0 and many[order[last]] == x:
                for k in range(abreast):
                    found[begin + k, order[last]] = min(times[d, k], np.int64(FAR_MS))
                last -= 1
    return found


@compiled
def _ancestors(ranks, parent, depth):
    """All ranks on the chains above these, ascending, and their depths. Ranks ascend: those above the next one are its own."""
    found, at_depth, count = np.empty(1024, np.int32), np.empty(1024, np.int32), 0
    for k in range(len(ranks)):
        x, d = ranks[k], depth[ranks[k]]
        while x >= 0 and (k == len(ranks) - 1 or x < ranks[k + 1]):
            if count == len(found):
                found, at_depth = np.concatenate((found, found)), np.concatenate((at_depth, at_depth))
            found[count], at_depth[count] = x, d
            x, d, count = parent[x], d - 1, count + 1
    return found[:count], at_depth[:count]


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
    legs, at = [chain[0, top]], top                                # ranks, each joined to the next by an arc of the hierarchy
    while came[0, at] >= 0:
        at = depth[np.searchsorted(up_ptr, came[0, at], "right") - 1]
        legs.append(chain[0, at])
    legs, at = legs[::-1], top
    while came[1, at] >= 0:
        at = depth[np.searchsorted(down_ptr, came[1, at], "right") - 1]
        legs.append(chain[1, at])
    found, stack = [legs[0]], legs[:0:-1]                          # of every arc, first what lies between
    while len(stack) > 0:
        y, z = found[-1], stack[-1]
        x = _between(y, z, up_ptr, up, up_ms, down_ptr, down, down_ms, below_ptr, below)
        if x < 0:
            found.append(stack.pop())
        else:
            stack.append(x)
    return np.array(found)


@compiled
def _weight(x, y, ptr, heads, ms):
    """Of the arc of x to y among its own; FAR_MS where there is none."""
    a = ptr[x] + np.searchsorted(heads[ptr[x]:ptr[x + 1]], y)
    return np.int64(ms[a] if a < ptr[x + 1] and heads[a] == y else FAR_MS)


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
