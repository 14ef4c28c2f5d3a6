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

from geodata.compiled import compiled, frozen

FAR = np.int64(2**50)          # no way
NEVER = np.int32(2**31 - 1)    # the same while searching: times of up to 24 days are told apart
NOBODY = np.int32(-1)
SHUT = np.int32(-1)            # the weight of an arc that may not be driven
BUCKET = 8                     # bits: times are kept in buckets of 256 ms, shorter than nearly every arc
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
    buckets = 1 << int((int(graph.weight.max(initial=0)) >> BUCKET) + 2).bit_length()      # a round of them: no arc leads past it
    ways = np.column_stack([graph.head, graph.weight])
    ms, label = _search(frozen(graph.ptr), frozen(ways), frozen(seeds.node[order]), frozen(seeds.ms[order]),
                        frozen(seeds.label[order].astype(np.int32)), most, min(far, int(NEVER) - 1), buckets)
    return Nearest(np.where(ms == NEVER, FAR, ms.astype(np.int64)), label)


@compiled
def _search(ptr, ways, seed_node, seed_ms, seed_label, most, limit, buckets):
    """Entries (node, label, time) wait in buckets of times, each a linked list; within one they come in any order, and a node
    that is then reached sooner is gone on from once more. So nothing is sorted, and the result is that of Dijkstra's order."""
    n, mask = len(ptr) - 1, buckets - 1
    ms, label = np.full((n, most), NEVER), np.full((n, most), NOBODY)
    bucket = np.full(buckets, -1, np.int32)
    entry = np.empty((1024, 4), np.int32)                  # node, label, time, the next of its bucket
    free, made, waiting, s, now = -1, 0, 0, 0, 0
    while True:
        if waiting == 0:
            if s == len(seed_node) or seed_ms[s] > limit:
                return ms, label
            now = seed_ms[s] >> BUCKET
        while s < len(seed_node) and seed_ms[s] >> BUCKET == now:
            if seed_ms[s] <= limit and _better(ms, label, seed_node[s], seed_ms[s], seed_label[s], most):
                if free == -1 and made == len(entry):
                    entry = _longer(entry)
                at = free if free != -1 else made
                free, made = (entry[at, 3], made) if free != -1 else (-1, made + 1)
                entry[at, 0], entry[at, 1], entry[at, 2] = seed_node[s], seed_label[s], seed_ms[s]
                entry[at, 3] = bucket[now & mask]
                bucket[now & mask] = at
                waiting += 1
            s += 1
        while bucket[now & mask] != -1:
            at = bucket[now & mask]
            x, who, d = entry[at, 0], entry[at, 1], entry[at, 2]
            bucket[now & mask], entry[at, 3], free = entry[at, 3], free, at
            waiting -= 1
            if not ((ms[x, 0] == d and label[x, 0] == who) or (most == 2 and ms[x, 1] == d and label[x, 1] == who)):
                continue                                   # somebody was quicker meanwhile
            for e in range(ptr[x], ptr[x + 1]):
                y, there = ways[e, 0], np.int64(d) + ways[e, 1]
                if ways[e, 1] != SHUT and there <= limit and _better(ms, label, y, there, who, most):
                    if free == -1 and made == len(entry):
                        entry = _longer(entry)
                    at = free if free != -1 else made
                    free, made = (entry[at, 3], made) if free != -1 else (-1, made + 1)
                    to = (there >> BUCKET) & mask
                    entry[at, 0], entry[at, 1], entry[at, 2], entry[at, 3] = y, who, there, bucket[to]
                    bucket[to] = at
                    waiting += 1
        now += 1


@compiled
def _longer(entry):
    return np.concatenate((entry, np.empty((len(entry), 4), np.int32)))


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
