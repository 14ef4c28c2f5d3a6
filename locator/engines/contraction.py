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
    up_ends, down_ends, near = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64), np.empty(n, np.int32)
    first_up, first_down, seen = np.full(n, -1, np.int32), np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    ups, later_up, whose_up = np.empty(len(up), np.int32), np.empty(len(up), np.int32), np.empty(len(up), np.int32)
    downs, later_down, whose_down = np.empty(len(down), np.int32), np.empty(len(down), np.int32), np.empty(len(down), np.int32)
    for x in range(n):
        begin = up_ends[x]
        count = _gather(x, up_ptr, up, first_down, later_down, whose_down, up_ends, ups, seen, near)
        if begin + count > len(ups):
            ups, later_up, whose_up = _roomier(ups, count), _roomier(later_up, count), _roomier(whose_up, count)
        for i in range(count):
            ups[begin + i], seen[near[i]] = near[i], -1
        up_ends[x + 1] = begin + count
        begin = down_ends[x]
        count = _gather(x, down_ptr, down, first_up, later_up, whose_up, down_ends, downs, seen, near)
        if begin + count > len(downs):
            downs, later_down, whose_down = _roomier(downs, count), _roomier(later_down, count), _roomier(whose_down, count)
        for i in range(count):
            downs[begin + i] = near[i]
        down_ends[x + 1] = begin + count
        _note(x, up_ends, ups, first_up, later_up, whose_up)
        _note(x, down_ends, downs, first_down, later_down, whose_down)
    return up_ends, ups[:up_ends[n]].copy(), down_ends, downs[:down_ends[n]].copy()


@compiled
def _gather(x, ptr, own, first, later, whose, ends, heads, seen, near):
    """Into `near`, ascending: the heads of x itself, and by every lower c that x leads to (or that leads to x) those of c."""
    count = 0
    for i in range(ptr[x], ptr[x + 1]):
        if seen[own[i]] != x:
            seen[own[i]] = x
            near[count] = own[i]
            count += 1
    s = first[x]
    while s >= 0:
        c = whose[s]
        i = ends[c + 1] - 1
        while i >= ends[c] and heads[i] > x:
            if seen[heads[i]] != x:
                seen[heads[i]] = x
                near[count] = heads[i]
                count += 1
            i -= 1
        s = later[s]
    for i in range(1, count):                                      # few: a hundred at the very top
        y, j = near[i], i
        while j > 0 and near[j - 1] > y:
            near[j] = near[j - 1]
            j -= 1
        near[j] = y
    return count


@compiled
def _note(x, ends, heads, first, later, whose):
    """Have every head of x find x again, in a list of its own."""
    for i in range(ends[x], ends[x + 1]):
        whose[i], later[i], first[heads[i]] = x, first[heads[i]], i


@compiled
def _roomier(array, more):
    longer = np.empty(2 * len(array) + more, np.int32)
    for i in range(len(array)):
        longer[i] = array[i]
    return longer


@compiled
def places_of(tail, head, up_ptr, up, down_ptr, down):
    """(k,) where the weight of each arc goes: i of `up`, or ~i of `down`; LOOP for none."""
    found = np.full(len(tail), LOOP, np.int32)
    for k in range(len(tail)):
        if tail[k] < head[k]:
            found[k] = _index(up, up_ptr[tail[k]], up_ptr[tail[k] + 1], head[k])
        elif tail[k] > head[k]:
            found[k] = ~_index(down, down_ptr[head[k]], down_ptr[head[k] + 1], tail[k])
    return found


@compiled
def _index(heads, begin, end, y):
    """Where y stands among some that ascend and hold it."""
    while end - begin > 1:
        middle = (begin + end) >> 1
        if heads[middle] <= y:
            begin = middle
        else:
            end = middle
    return begin
