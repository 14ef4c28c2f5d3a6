"""The loops of a metric: weights through lower ranks, searches up and down, ways unpacked, a few weights changed.

In: a hierarchy's arrays, weights.    Out: the same, filled.
Never knows: nodes (all is told by rank), roads, files. Compiled by numba.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import numpy as np

from geodata.compiled import compiled
from locator.engines.contraction import LOOP

FAR_MS = np.int32(2**31 - 1)   # no way; also the weight of an arc that may not be driven
ABREAST = 16                   # chains swept down together


@compiled
def weigh(up_ptr, up, down_ptr, down, place, weights):
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
def climb_all(ranks, parent, depth, ptr, heights, ms, begin, chain, least, came):
    for k in range(len(ranks)):
        a, b = begin[k], begin[k + 1]
        _climb(ranks[k], parent, depth, ptr, heights, ms, chain[a:b], least[a:b], came)


@compiled
def join(found, ranks, parent, depth, ptr, heights, ms, begin, chain, least, rows, own, own_ms, came):
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
def fill_table(found, few, many, column, height, parent, depth, up_ptr, up_depth, up_ms, down_ptr, down_depth, down_ms):
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
def find_way(source, target, parent, depth, up_ptr, up, up_depth, up_ms, down_ptr, down, down_depth, down_ms, below_ptr, below):
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
def _slot(x, y, ptr, heads):
    """Where the arc of x and the higher y stands, where there is one."""
    return _last(heads, ptr[x], ptr[x + 1], y)


@compiled
def _last(values, begin, end, most):
    """Where the last value that is not above `most` stands among those from begin on, which ascend; begin where there is none."""
    while end - begin > 1:
        middle = (begin + end) >> 1
        if values[middle] <= most:
            begin = middle
        else:
            end = middle
    return begin


@compiled
def _weight(x, y, ptr, heads, ms):
    """Of the arc of x and the higher y; FAR_MS where there is none."""
    at = _slot(x, y, ptr, heads)
    return np.int64(ms[at] if at < ptr[x + 1] and heads[at] == y else FAR_MS)


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


@compiled
def reach(x, parent, depth, up_ptr, up_depth, up_ms, down_ptr, down, down_ms):
    """(n,) ranks to which x leads."""
    height, found = depth[x] + 1, np.zeros(len(parent), np.bool_)
    chain, least, came = np.empty(height, np.int32), np.empty(height, np.int32), np.empty(height, np.int32)
    _climb(x, parent, depth, up_ptr, up_depth, up_ms, chain, least, came)
    for d in range(height):
        found[chain[d]] = least[d] != FAR_MS
    for v in range(len(found) - 1, -1, -1):
        i = down_ptr[v]
        while not found[v] and i < down_ptr[v + 1]:
            found[v] = down_ms[i] != FAR_MS and found[down[i]]
            i += 1
    return found


@compiled
def reweigh(places, most, up_ptr, up, up_ms, down_ptr, down, down_ms, below_ptr, below, order, out_ptr, out_to, weights):
    """The arcs at these places, whose weights changed, and all that goes over them, from the lowest rank up, in place. False,
    with half of it done, where more than `most` would have to be looked at."""
    heap, size, done, last = np.empty(1024, np.int64), 0, 0, np.int64(-1)
    for k in range(len(places)):
        if places[k] != LOOP:
            upward = places[k] >= 0
            i = np.int64(places[k] if upward else ~places[k])
            heap, size = _push(heap, size, _key(_last(up_ptr if upward else down_ptr, 0, len(up_ptr) - 1, i), i, not upward))
    while size > 0:
        key = heap[0]
        size = _pop(heap, size)
        if key == last:
            continue
        last, done = key, done + 1
        if done > most:
            return False
        low, i, turned = key >> 33, (key & (2**33 - 1)) >> 1, key & 1
        a, b = (np.int64(down[i]), low) if turned else (low, np.int64(up[i]))
        new, old = np.int64(FAR_MS), np.int64(down_ms[i] if turned else up_ms[i])
        for t in range(out_ptr[order[a]], out_ptr[order[a] + 1]):
            if out_to[t] == order[b]:
                new = min(new, np.int64(weights[t]))
        for k in range(below_ptr[a], below_ptr[a + 1]):
            x = np.int64(below[k])
            if x >= b:
                break
            rest = _weight(x, b, up_ptr, up, up_ms)
            if rest < new:
                new = min(new, rest + _weight(x, a, down_ptr, down, down_ms))
        if new == old:
            continue
        if turned:
            down_ms[i] = new
        else:
            up_ms[i] = new
        ptr, heads, ms = (up_ptr, up, up_ms) if turned else (down_ptr, down, down_ms)
        for j in range(ptr[low], ptr[low + 1]):                    # y -> low -> z, of which one half is this arc
            y, z = (a, np.int64(heads[j])) if turned else (np.int64(heads[j]), b)
            if y == z or ms[j] == FAR_MS:
                continue
            at = _slot(y, z, up_ptr, up) if y < z else _slot(z, y, down_ptr, down)
            whole = np.int64(up_ms[at] if y < z else down_ms[at])
            if new + ms[j] < whole or old + ms[j] == whole:
                heap, size = _push(heap, size, _key(min(y, z), at, y > z))
    return True


@compiled
def _key(low, i, turned):
    """Of an arc in the heap: by its lower rank, then by where it stands."""
    return np.int64(low) << 33 | np.int64(i) << 1 | np.int64(turned)


@compiled
def _push(heap, size, key):
    if size == len(heap):
        longer = np.empty(2 * size, np.int64)
        for i in range(size):
            longer[i] = heap[i]
        heap = longer
    i = size
    while i > 0 and heap[(i - 1) >> 1] > key:
        heap[i] = heap[(i - 1) >> 1]
        i = (i - 1) >> 1
    heap[i] = key
    return heap, size + 1


@compiled
def _pop(heap, size):
    size -= 1
    key, i = heap[size], 0
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= key:
            break
        heap[i] = heap[child]
        i = child
    heap[i] = key
    return size
