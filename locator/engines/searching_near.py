"""Dijkstra again and again on one graph, each time from a few seeds to a limit: what it costs is what it reaches.

In: an adjacency as arrays, seeds with offsets.    Out: the nodes reached and their times, in no order.
Never knows: roads, places, what a node is. Compiled by numba; as in searching.py, times wait in buckets. One thread at a time.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import compiled, frozen
from locator.engines.searching import Adjacency, Ints, Seeds

NEVER = np.int32(2**31 - 1)
SHUT = np.int32(-1)
BUCKET = 8


class NearSearch:
    """Made once for a graph: its arrays, and one of times that is wiped clean after each search."""

    def __init__(self, graph: Adjacency) -> None:
        self._ptr, self._ways = frozen(graph.ptr), frozen(np.column_stack([graph.head, graph.weight]))
        self._buckets = 1 << int((int(graph.weight.max(initial=0)) >> BUCKET) + 2).bit_length()
        self._ms = np.full(len(graph.ptr) - 1, NEVER)

    def within(self, seeds: Seeds, limit_ms: int) -> tuple[NDArray[np.int32], Ints]:
        """(nodes, ms): every node no farther than limit_ms from the nearest seed. Labels do not count."""
        order = np.argsort(seeds.ms, kind="stable")
        nodes = _near(self._ptr, self._ways, frozen(seeds.node[order]), frozen(seeds.ms[order]), min(limit_ms, int(NEVER) - 1),
                      self._buckets, self._ms)
        ms = self._ms[nodes].astype(np.int64)
        self._ms[nodes] = NEVER
        return nodes, ms


@compiled
def _near(ptr, ways, seed_node, seed_ms, limit, buckets, ms):
    mask = buckets - 1
    bucket = np.full(buckets, -1, np.int32)
    entry, reached = np.empty((1024, 3), np.int32), np.empty(1024, np.int32)        # node, time, the next of its bucket
    free, made, waiting, s, now, count = -1, 0, 0, 0, 0, 0
    while True:
        if waiting == 0:
            if s == len(seed_node) or seed_ms[s] > limit:
                return reached[:count].copy()
            now = seed_ms[s] >> BUCKET
        first, last, x, d = 0, 0, -1, np.int64(0)
        while True:                                        # the seeds of this time, then node after node of the bucket
            if s < len(seed_node) and seed_ms[s] >> BUCKET == now:
                x, seed = -1, True
                y, there = seed_node[s], seed_ms[s]
                s += 1
                first, last = 0, 1
            elif bucket[now & mask] != -1:
                at = bucket[now & mask]
                x, d, seed = entry[at, 0], np.int64(entry[at, 1]), False
                bucket[now & mask], entry[at, 2], free = entry[at, 2], free, at
                waiting -= 1
                if ms[x] != d:
                    continue                               # somebody was quicker meanwhile
                first, last = ptr[x], ptr[x + 1]
                y, there = 0, np.int64(0)
            else:
                break
            for e in range(first, last):
                if not seed:
                    if ways[e, 1] == SHUT:
                        continue
                    y, there = np.int64(ways[e, 0]), d + ways[e, 1]
                if there > limit or there >= ms[y]:
                    continue
                if ms[y] == NEVER:
                    if count == len(reached):
                        reached = np.concatenate((reached, np.empty(count, np.int32)))
                    reached[count] = y
                    count += 1
                ms[y] = there
                if free == -1 and made == len(entry):
                    entry = np.concatenate((entry, np.empty((made, 3), np.int32)))
                at = free if free != -1 else made
                free, made = (entry[at, 2], made) if free != -1 else (-1, made + 1)
                to = (there >> BUCKET) & mask
                entry[at, 0], entry[at, 1], entry[at, 2] = y, there, bucket[to]
                bucket[to] = at
                waiting += 1
        now += 1
