"""Dijkstra from many sources at once on a directed graph, keeping the nearest, or the two nearest, sources of every node.

In: an adjacency as arrays, seeds with offsets and labels.    Out: per node the least times and whose they are.
Never knows: roads, places, what a node is. Compiled by numba. The two nearest are of different labels: a node is settled at most
twice, and a way to the second nearest never needs a node's third.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from locator.engines.compiled import compiled, frozen

FAR = np.int64(2**50)          # no way
NOBODY = np.int32(-1)
SHUT = np.int32(-1)            # the weight of an arc that may not be driven
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Adjacency:
    """Node i leads to head[ptr[i]:ptr[i + 1]] in weight milliseconds; SHUT: it does not."""

    ptr: Ints
    head: NDArray[np.int32]
    weight: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Seeds:
    """The search begins at `node` with `ms` already gone, on behalf of `label` (>= 0)."""

    node: Ints
    ms: Ints
    label: Ints


@dataclass(frozen=True, eq=False)
class Nearest:
    """ms[i, j]: from node i to (or from) the (j + 1)-nearest label, FAR where there is none; label[i, j]: which, else -1."""

    ms: Ints                          # (n, k)
    label: NDArray[np.int32]          # (n, k)


def search_nearest(graph: Adjacency, seeds: Seeds, *, most: int = 1, limit_ms: int | None = None) -> Nearest:
    """The nearest labels of every node, at most `most` (1 or 2) of them. Nodes farther than limit_ms are FAR.

    Equal seeds give equal results; of two labels equally near, the one whose seed comes first stands first.
    """
    assert most in (1, 2)
    order = np.lexsort((seeds.label, seeds.node, seeds.ms))
    far = int(FAR) if limit_ms is None else limit_ms
    ms, label = _search(frozen(graph.ptr), frozen(graph.head), frozen(graph.weight), frozen(seeds.node[order]),
                        frozen(seeds.ms[order]), frozen(seeds.label[order].astype(np.int32)), most, far)
    return Nearest(ms, label)


@compiled
def _search(ptr, head, weight, seed_node, seed_ms, seed_label, most, limit):
    n = len(ptr) - 1
    ms = np.full((n, most), FAR)
    label = np.full((n, most), NOBODY)
    keys, nodes, whose, size = np.empty(1024, np.int64), np.empty(1024, np.int32), np.empty(1024, np.int32), 0
    for s in range(len(seed_node)):
        if seed_ms[s] <= limit and _better(ms, label, seed_node[s], seed_ms[s], seed_label[s], most):
            keys, nodes, whose = _room(keys, nodes, whose, size)
            size = _push(keys, nodes, whose, size, seed_ms[s], np.int32(seed_node[s]), seed_label[s])
    while size > 0:
        d, x, who = keys[0], nodes[0], whose[0]
        size = _pop(keys, nodes, whose, size)
        if not ((label[x, 0] == who and ms[x, 0] == d) or (most == 2 and label[x, 1] == who and ms[x, 1] == d)):
            continue                                       # somebody was quicker meanwhile
        for e in range(ptr[x], ptr[x + 1]):
            if weight[e] != SHUT:
                y, there = head[e], d + weight[e]
                if there <= limit and _better(ms, label, y, there, who, most):
                    keys, nodes, whose = _room(keys, nodes, whose, size)
                    size = _push(keys, nodes, whose, size, there, y, who)
    return ms, label


@compiled
def _better(ms, label, x, d, who, most):
    """Note a time of a label at a node where it is among the nearest; says whether it was."""
    if d < ms[x, 0]:
        if most == 2 and label[x, 0] != who:
            ms[x, 1], label[x, 1] = ms[x, 0], label[x, 0]
        ms[x, 0], label[x, 0] = d, who
        return True
    if most == 1 or label[x, 0] == who or d >= ms[x, 1]:
        return False
    ms[x, 1], label[x, 1] = d, who
    return True


@compiled
def _room(keys, nodes, whose, size):
    if size < len(keys):
        return keys, nodes, whose
    return (np.concatenate((keys, np.empty(size, np.int64))), np.concatenate((nodes, np.empty(size, np.int32))),
            np.concatenate((whose, np.empty(size, np.int32))))


@compiled
def _push(keys, nodes, whose, size, key, node, who):
    i = size
    while i > 0:
        above = (i - 1) >> 2
        if keys[above] <= key:
            break
        keys[i], nodes[i], whose[i] = keys[above], nodes[above], whose[above]
        i = above
    keys[i], nodes[i], whose[i] = key, node, who
    return size + 1


@compiled
def _pop(keys, nodes, whose, size):
    size -= 1
    key, node, who = keys[size], nodes[size], whose[size]
    i = 0
    while True:
        first = 4 * i + 1
        if first >= size:
            break
        least = first
        for child in range(first + 1, min(first + 4, size)):
            if keys[child] < keys[least]:
                least = child
        if keys[least] >= key:
            break
        keys[i], nodes[i], whose[i] = keys[least], nodes[least], whose[least]
        i = least
    keys[i], nodes[i], whose[i] = key, node, who
    return size
