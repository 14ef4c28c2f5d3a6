"""The median by greedy and interchange, compiled: what opening a candidate saves, which swap saves most.

In: costs (m, n) of serving each demand from each candidate, what each costs today, limits as arrays.    Out: chosen candidates.
Never knows: metres, weights (costs hold them already), what a candidate is.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import numpy as np

from geodata.compiled import compiled


@compiled
def greedy(costs, today, price, k, budget, rival_starts, rivals, by_ratio):
    """(sites, gains) by what each saves, or saves a unit of money; of equals the lowest number."""
    m, n = costs.shape
    now = today.copy()
    shut = np.zeros(m, np.bool_)
    sites, gains = np.empty(min(k, m), np.int64), np.empty(min(k, m))
    upper = np.full(m, np.inf)                      # savings only shrink
    count, room = 0, budget
    while count < sites.size:
        best, best_j, best_gain = 0.0, -1, 0.0
        for j in range(m):
            if shut[j] or price[j] > room:
                continue
            share = max(price[j], 1e-12) if by_ratio else 1.0
            if upper[j] / share <= best:
                continue
            gain = 0.0
            for i in range(n):
                if costs[j, i] < now[i]:
                    gain += now[i] - costs[j, i]
            upper[j] = gain
            if gain / share > best:
                best, best_j, best_gain = gain / share, j, gain
        if best_j < 0:
            break
        sites[count], gains[count] = best_j, best_gain
        count += 1
        room -= price[best_j]
        shut[best_j] = True
        for t in range(rival_starts[best_j], rival_starts[best_j + 1]):
            shut[rivals[t]] = True
        for i in range(n):
            now[i] = min(now[i], costs[best_j, i])
    return sites[:count], gains[:count]


@compiled
def best_swap(costs, today, price, k, budget, rival_starts, rivals, chosen):
    """(in, place of the one out, what it saves); in -1: nothing saves. The place is len(chosen) where nobody goes out."""
    m, n = costs.shape
    c = chosen.size
    place = np.full(m, -1, np.int64)
    clash = np.zeros(m, np.int32)
    spent = 0.0
    for r in range(c):
        place[chosen[r]] = r
        spent += price[chosen[r]]
        for t in range(rival_starts[chosen[r]], rival_starts[chosen[r] + 1]):
            clash[rivals[t]] += 1
    first, second, owner = np.empty(n), np.empty(n), np.empty(n, np.int64)
    for i in range(n):
        a, b, who = today[i], today[i], c               # what stands already never goes out
        for r in range(c):
            v = costs[chosen[r], i]
            if v < a:
                b, a, who = a, v, r
            elif v < b:
                b = v
        first[i], second[i], owner[i] = a, b, who
    slots = c + 1 if c < k else c
    best, best_in, best_out = 0.0, -1, -1
    loss = np.zeros(c + 1)
    for j in range(m):
        if place[j] >= 0:
            continue
        gain = 0.0
        loss[:] = 0.0
        for i in range(n):
            v = costs[j, i]
            if v < first[i]:
                gain += first[i] - v
            else:
                loss[owner[i]] += min(v, second[i]) - first[i]
        loss[c] = 0.0
        for r in range(slots):
            saves = gain - loss[r]
            if saves <= best:
                continue
            out = chosen[r] if r < c else -1
            if spent + price[j] - (price[out] if out >= 0 else 0.0) > budget:
                continue
            against = clash[j]
            if against > 0:
                for t in range(rival_starts[j], rival_starts[j + 1]):
                    if rivals[t] == out:
                        against -= 1
            if against == 0:
                best, best_in, best_out = saves, j, r
    return best_in, best_out, best


@compiled
def saved(costs, price, active):
    """(len(active),) what each active candidate earns at these prices of demand: the sum of price - cost where positive."""
    out = np.empty(active.size)
    for a in range(active.size):
        total = 0.0
        for i in range(price.size):
            v = price[i] - costs[active[a], i]
            if v > 0.0:
                total += v
        out[a] = total
    return out


@compiled
def takers(costs, price, chosen):
    """(n,) how many of the chosen would serve each demand at its price."""
    times = np.zeros(price.size, np.int32)
    for j in chosen:
        for i in range(price.size):
            if costs[j, i] < price[i]:
                times[i] += 1
    return times
