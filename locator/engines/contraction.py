"""Contracting a directed graph in a given order: which arcs upwards and downwards a search will ever need, whatever the weights.

In: arcs between ranks (0 is contracted first).    Out: arrays for locator.engines.hierarchy.
Never knows: roads, weights, files. Compiled by numba.

Contracting x joins every y that leads to it with every z it leads to. Of a graph of turns most arcs are of one direction only, so
the two directions are kept apart: half the arcs, a third of the triangles, of the undirected supergraph of Dibbelt, Strasser and
Wagner, "Customizable Contraction Hierarchies" (2016); that these can be left out where turns are arcs is in Buchhold, Wagner,
Zeitz and Zündorf, "Customizable Contraction Hierarchies with Turn Costs" (2020).
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import numpy as np

from geodata.compiled import compiled

LOOP = np.int32(-2**31)        # a turn from an arc into itself: no way needs it


@compiled
def lists(n, tail, head):
    """(n + 1,) and (k,): the heads of every tail, in the order of the arcs."""
    ptr = np.zeros(n + 1, np.int64)
    for k in range(len(tail)):
        ptr[tail[k] + 1] += 1
    for x in range(n):
        ptr[x + 1] += ptr[x]
    at, found = ptr[:-1].copy(), np.empty(len(tail), np.int32)
    for k in range(len(tail)):
        found[at[tail[k]]] = head[k]
        at[tail[k]] += 1
    return ptr, found


@compiled
def elimination_tree(low_ptr, low):
    """(n,) the parent of every rank, -1 above the roots, from the lower neighbours of each: all that a search up from x can meet
    are its ancestors (Liu 1986)."""
    n = len(low_ptr) - 1
    parent, top = np.full(n, -1, np.int32), np.arange(n).astype(np.int32)
    for x in range(n):
        for k in range(low_ptr[x], low_ptr[x + 1]):
            at = low[k]
            while top[at] != at and top[at] != x:
                top[at], at = x, top[at]
            if top[at] == at:
                top[at] = parent[at] = x
    return parent


@compiled
def post_order(parent):
    """(n,) the ranks in an order in which every subtree is one range and its root the last of it: contracted so, nothing else
    changes."""
    n = len(parent)
    child, sibling, found, count = np.full(n, -1, np.int32), np.full(n, -1, np.int32), np.empty(n, np.int32), n
    for x in range(n):
        if parent[x] >= 0:
            child[parent[x]], sibling[x] = x, child[parent[x]]
    stack = np.empty(n + 1, np.int32)
    for root in range(n):
        if parent[root] >= 0:
            continue
        stack[0], size = root, 1
        while size > 0:                                            # roots first, filled from the end
            x = stack[size - 1]
            size, count = size - 1, count - 1
            found[count], c = x, child[x]
            while c >= 0:
                stack[size], c, size = c, sibling[c], size + 1
    return found


@compiled
def depths(parent):
    """(n,) how many ancestors each has."""
    found = np.zeros(len(parent), np.int32)
    for x in range(len(parent) - 1, -1, -1):
        if parent[x] >= 0:
            found[x] = found[parent[x]] + 1
    return found


@compiled
def contract(up_ptr, up, down_ptr, down):
    """Per rank, ascending, the higher ones it leads to and those that lead to it, shortcuts and all."""
    n = len(up_ptr) - 1
    ends, sizes = np.zeros((2, n + 1), np.int64), np.zeros(2, np.int64)
    heads = (np.empty(2 * len(up) + 16, np.int32), np.empty(2 * len(down) + 16, np.int32))
    later = (np.empty_like(heads[0]), np.empty_like(heads[1]))     # the next of those that have the same head
    whose = (np.empty_like(heads[0]), np.empty_like(heads[1]))
    first, seen, near = np.full((2, n), -1, np.int32), np.full((2, n), -1, np.int32), np.empty(n, np.int32)
    for x in range(n):
        for way in range(2):
            own_ptr, own = (up_ptr, up) if way == 0 else (down_ptr, down)
            count, mine = 0, heads[way]
            for i in range(own_ptr[x], own_ptr[x + 1]):
                if seen[way, own[i]] != x:
                    seen[way, own[i]] = x
                    near[count] = own[i]
                    count += 1
            s = first[1 - way, x]
            while s >= 0:                                          # x leads to c, and c to its own
                c = whose[1 - way][s]
                for i in range(ends[way, c + 1] - 1, ends[way, c] - 1, -1):
                    if mine[i] <= x:
                        break
                    if seen[way, mine[i]] != x:
                        seen[way, mine[i]] = x
                        near[count] = mine[i]
                        count += 1
                s = later[1 - way][s]
            size = sizes[way]
            if size + count > len(mine):
                heads, later, whose = _roomier(heads, way, count), _roomier(later, way, count), _roomier(whose, way, count)
            heads[way][size:size + count] = np.sort(near[:count])
            sizes[way] = ends[way, x + 1] = size + count
        for way in range(2):
            for i in range(ends[way, x], ends[way, x + 1]):
                y = heads[way][i]
                whose[way][i], later[way][i], first[way, y] = x, first[way, y], i
    return ends[0].copy(), heads[0][:sizes[0]].copy(), ends[1].copy(), heads[1][:sizes[1]].copy()


@compiled
def _roomier(pair, way, more):
    longer = np.empty(2 * len(pair[way]) + more, np.int32)
    longer[:len(pair[way])] = pair[way]
    return (longer, pair[1]) if way == 0 else (pair[0], longer)


@compiled
def places_of(tail, head, up_ptr, up, down_ptr, down):
    """(k,) where the weight of each arc goes: i of `up`, or ~i of `down`; LOOP for none."""
    found = np.full(len(tail), LOOP, np.int32)
    for k in range(len(tail)):
        if tail[k] < head[k]:
            a, b = up_ptr[tail[k]], up_ptr[tail[k] + 1]
            found[k] = a + np.searchsorted(up[a:b], head[k])
        elif tail[k] > head[k]:
            a, b = down_ptr[head[k]], down_ptr[head[k] + 1]
            found[k] = ~(a + np.searchsorted(down[a:b], tail[k]))
    return found
