"""Trips served by greedy and interchange, compiled. Serving is not submodular: one site may serve nobody until another joins it.

In: lists candidate -> windows, window -> groups of trips, weights, limits as arrays.    Out: chosen candidates.
Never knows: hours, roads. So that a first half counts, a group adds `share` of its weight as its windows fill.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import numpy as np

from geodata.compiled import compiled


@compiled
def greedy(site_starts, site_windows, window_starts, window_groups, weight, lacks, share, cost, k, budget, rival_starts, rivals,
           by_ratio):
    """Sites by what each adds, part-filled trips counting `share`; of equals the lowest number."""
    m = site_starts.size - 1
    filled = np.zeros(window_starts.size - 1, np.bool_)
    missing = lacks.copy()
    hits = np.zeros(weight.size, np.int64)
    shut = np.zeros(m, np.bool_)
    sites = np.empty(min(k, m), np.int64)
    count, room = 0, budget
    while count < sites.size:
        best, best_j = 0.0, -1
        for j in range(m):
            if shut[j] or cost[j] > room:
                continue
            gain = 0.0
            for t in range(site_starts[j], site_starts[j + 1]):
                w = site_windows[t]
                if filled[w]:
                    continue
                for s in range(window_starts[w], window_starts[w + 1]):
                    g = window_groups[s]
                    hits[g] += 1
                    gain += share * weight[g] / lacks[g]
                    if hits[g] == missing[g]:
                        gain += weight[g]
            for t in range(site_starts[j], site_starts[j + 1]):
                w = site_windows[t]
                for s in range(window_starts[w], window_starts[w + 1]):
                    hits[window_groups[s]] = 0
            if by_ratio:
                gain /= max(cost[j], 1e-12)
            if gain > best:
                best, best_j = gain, j
        if best_j < 0:
            break
        sites[count] = best_j
        count += 1
        room -= cost[best_j]
        shut[best_j] = True
        for t in range(rival_starts[best_j], rival_starts[best_j + 1]):
            shut[rivals[t]] = True
        for t in range(site_starts[best_j], site_starts[best_j + 1]):
            w = site_windows[t]
            if not filled[w]:
                filled[w] = True
                for s in range(window_starts[w], window_starts[w + 1]):
                    missing[window_groups[s]] -= 1
    return sites[:count]


@compiled
def best_swap(site_starts, site_windows, window_starts, window_groups, weight, lacks, share, cost, k, budget, rival_starts,
              rivals, chosen, pool):
    """(in, place of the one out, what it adds) from `pool`; in -1: none adds anything."""
    m, n = site_starts.size - 1, chosen.size
    times = np.zeros(window_starts.size - 1, np.int32)
    missing = lacks.copy()
    inside = np.zeros(m, np.bool_)
    clash = np.zeros(m, np.int32)
    hits = np.zeros(weight.size, np.int64)
    spent = 0.0
    for j in chosen:
        inside[j] = True
        spent += cost[j]
        for t in range(rival_starts[j], rival_starts[j + 1]):
            clash[rivals[t]] += 1
        for t in range(site_starts[j], site_starts[j + 1]):
            w = site_windows[t]
            if times[w] == 0:
                for s in range(window_starts[w], window_starts[w + 1]):
                    missing[window_groups[s]] -= 1
            times[w] += 1
    best, best_in, best_out = 0.0, -1, -1
    for r in range(n + 1 if n < k else n):
        out = chosen[r] if r < n else -1
        loss = 0.0
        if out >= 0:
            for t in range(site_starts[out], site_starts[out + 1]):
                w = site_windows[t]
                times[w] -= 1
                if times[w] == 0:
                    for s in range(window_starts[w], window_starts[w + 1]):
                        g = window_groups[s]
                        loss += share * weight[g] / lacks[g]
                        if missing[g] == 0:
                            loss += weight[g]
                        missing[g] += 1
        for j in pool:
            if inside[j] or spent + cost[j] - (cost[out] if out >= 0 else 0.0) > budget:
                continue
            against = clash[j]
            if against > 0:
                for t in range(rival_starts[j], rival_starts[j + 1]):
                    if rivals[t] == out:
                        against -= 1
            if against > 0:
                continue
            gain = 0.0
            for t in range(site_starts[j], site_starts[j + 1]):
                w = site_windows[t]
                if times[w] > 0:
                    continue
                for s in range(window_starts[w], window_starts[w + 1]):
                    g = window_groups[s]
                    hits[g] += 1
                    gain += share * weight[g] / lacks[g]
                    if hits[g] == missing[g]:
                        gain += weight[g]
            for t in range(site_starts[j], site_starts[j + 1]):
                w = site_windows[t]
                if times[w] > 0:
                    continue
                for s in range(window_starts[w], window_starts[w + 1]):
                    hits[window_groups[s]] = 0
            if gain - loss > best:
                best, best_in, best_out = gain - loss, j, r
        if out >= 0:
            for t in range(site_starts[out], site_starts[out + 1]):
                w = site_windows[t]
                if times[w] == 0:
                    for s in range(window_starts[w], window_starts[w + 1]):
                        missing[window_groups[s]] -= 1
                times[w] += 1
    return best_in, best_out, best
