"""Covering by greedy and interchange, compiled: what a candidate would add, which swap adds most.

In: lists candidate -> demand as (starts, items), weights, limits as arrays.    Out: chosen candidates.
Never knows: metres, minutes, what a candidate is.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import heapq

import numpy as np

from geodata.compiled import compiled


@compiled
def greedy(starts, items, weight, cost, k, budget, rival_starts, rivals, by_ratio):
    """(sites, gains) by the greatest gain, or gain a cost, first; among equals the lowest number. Lazy: gains only shrink."""
    m = starts.size - 1
    covered = np.zeros(weight.size, np.bool_)
    shut = np.zeros(m, np.bool_)
    heap = [(0.0, 0, 0.0, -1)]
    heap.pop()
    for j in range(m):
        gain = 0.0
        for t in range(starts[j], starts[j + 1]):
            gain += weight[items[t]]
        heap.append((-(gain / max(cost[j], 1e-12) if by_ratio else gain), j, gain, 0))
    heapq.heapify(heap)
    sites, gains, room = np.empty(min(k, m), np.int64), np.empty(min(k, m)), budget
    n = 0
    while n < sites.size and len(heap) > 0:
        _, j, gain, at = heapq.heappop(heap)
        if shut[j] or cost[j] > room:
            continue
        if at < n:
            gain = 0.0
            for t in range(starts[j], starts[j + 1]):
                if not covered[items[t]]:
                    gain += weight[items[t]]
            heapq.heappush(heap, (-(gain / max(cost[j], 1e-12) if by_ratio else gain), j, gain, n))
            continue
        if gain <= 0.0:
            break
        sites[n], gains[n] = j, gain
        n += 1
        room -= cost[j]
        shut[j] = True
        for t in range(rival_starts[j], rival_starts[j + 1]):
            shut[rivals[t]] = True
        for t in range(starts[j], starts[j + 1]):
            covered[items[t]] = True
    return sites[:n], gains[:n]


@compiled
def best_swap(starts, items, weight, cost, k, budget, rival_starts, rivals, chosen, pool):
    """(in, place of the one out, what it adds) of the best swap or addition from `pool`; in -1: none adds anything.

    The place is len(chosen) where nobody goes out. Of equals the first found.
    """
    m, n = starts.size - 1, chosen.size
    times = np.zeros(weight.size, np.int32)
    alone = np.full(weight.size, -1, np.int32)       # the place of its only site
    place = np.full(m, -1, np.int64)
    clash = np.zeros(m, np.int32)
    spent = 0.0
    for r in range(n):
        j = chosen[r]
        place[j] = r
        spent += cost[j]
        for t in range(starts[j], starts[j + 1]):
            times[items[t]] += 1
            alone[items[t]] = r
        for t in range(rival_starts[j], rival_starts[j + 1]):
            clash[rivals[t]] += 1
    loss = np.zeros(n + 1)
    for i in range(weight.size):
        if times[i] == 1:
            loss[alone[i]] += weight[i]
    slots = n + 1 if n < k else n
    best, best_in, best_out = 0.0, -1, -1
    saved = np.zeros(n + 1)
    for j in pool:
        if place[j] >= 0:
            continue
        gain = 0.0
        saved[:] = 0.0
        for t in range(starts[j], starts[j + 1]):
            i = items[t]
            if times[i] == 0:
                gain += weight[i]
            elif times[i] == 1:
                saved[alone[i]] += weight[i]
        for r in range(slots):
            adds = gain - loss[r] + saved[r]
            if adds <= best:
                continue
            out = chosen[r] if r < n else -1
            if spent + cost[j] - (cost[out] if out >= 0 else 0.0) > budget:
                continue
            against = clash[j]
            if against > 0:
                for t in range(rival_starts[j], rival_starts[j + 1]):
                    if rivals[t] == out:
                        against -= 1
            if against == 0:
                best, best_in, best_out = adds, j, r
    return best_in, best_out, best


@compiled
def sums(starts, items, price, active):
    """(len(active),) the prices of the demand each active candidate covers, added up."""
    out = np.empty(active.size)
    for a in range(active.size):
        total = 0.0
        for t in range(starts[active[a]], starts[active[a] + 1]):
            total += price[items[t]]
        out[a] = total
    return out


@compiled
def count(starts, items, chosen, n):
    """(n,) how many of the chosen cover each demand."""
    times = np.zeros(n, np.int32)
    for j in chosen:
        for t in range(starts[j], starts[j + 1]):
            times[items[t]] += 1
    return times
