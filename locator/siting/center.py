"""The p-center: the sites that make the worst-served demand's cost as small as can be.

In: costs from each candidate to each demand, what each costs today, limits.    Out: Choice: value is the worst cost.
Never knows: minutes, roads. Halving over the costs there are; at each, maximal covering says if all can be served so near.
"""
from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from locator.siting.choice import Choice, Effort, Floats, Ints, Limits, concluded
from locator.siting.covering import choose_covering


def choose_center(costs: Floats, limits: Limits, effort: Effort | None = None, *, today: Floats | None = None) -> Choice:
    """The sites with the least worst cost. Demand that no candidate and nothing today serves (inf) is left aside.

    costs  (m, n), inf where a candidate cannot serve;  today (n,) without new sites, inf: not at all
    value None: within the limits some demand is served at no cost whatever.
    """
    effort = effort or Effort()
    m, n = costs.shape
    limits = limits.checked(m)
    today = np.full(n, np.inf) if today is None else today
    some = np.isfinite(np.minimum(today, np.min(costs, axis=0, initial=np.inf)))
    costs, today = costs[:, some], today[some]
    levels = np.unique(np.concatenate([costs[np.isfinite(costs)], today[np.isfinite(today)], [0.0]]))
    best: Ints | None = None
    low, high, proven_low = 0, len(levels), 0                    # below levels[proven_low] nothing is possible
    stopped, nodes = "proven", 0
    while low < high:
        middle = (low + high) // 2
        tried = _within(costs, today, float(levels[middle]), limits, effort)
        nodes += tried.nodes
        if tried.value is not None:
            best, high = tried.sites, middle
            continue
        if tried.proven and proven_low == low:
            proven_low = middle + 1
        elif not tried.proven:
            stopped = tried.stopped
        low = middle + 1
    if best is None:
        none = np.zeros(0, np.int64), np.zeros(0)
        return Choice(*none, None, None, proven_low == len(levels), "proven" if proven_low == len(levels) else stopped, nodes)
    sites, gains = _ordered(costs, today, best)
    value = _worst(costs, today, sites)
    return concluded(sites, gains, value, min(float(levels[proven_low]), value), maximise=False, stopped=stopped, nodes=nodes)


def _worst(costs: Floats, today: Floats, sites: Ints) -> float:
    return float(np.max(np.minimum(today, costs[sites].min(axis=0, initial=np.inf)), initial=0.0))


def _within(costs: Floats, today: Floats, level: float, limits: Limits, effort: Effort) -> Choice:
    """A choice by which every demand costs at most `level`; value None: none, and whether that is proven."""
    lacking = today > level
    reach = sp.csr_array((costs[:, lacking] <= level).astype(np.int8))
    weight = np.ones(int(lacking.sum()))
    short = Choice(np.zeros(0, np.int64), np.zeros(0), None, None, True, "proven", 0)
    if (np.asarray(reach.sum(axis=0)).ravel() == 0).any():
        return short
    found = choose_covering(reach, weight, limits, effort)
    assert found.value is not None and found.bound is not None
    if found.value >= weight.sum() - 0.5:
        return found
    impossible = found.bound < weight.sum() - 0.5
    return Choice(short.sites, short.gains, None, None, impossible, "proven" if impossible else found.stopped, found.nodes)


def _ordered(costs: Floats, today: Floats, sites: Ints) -> tuple[Ints, Floats]:
    """By what each takes off the worst cost; while none does alone, by what it takes off the sum."""
    left, order, gains, now = sorted(sites.tolist()), [], [], today
    while left:
        worst = float(np.max(now, initial=0.0))
        tried = {s: np.minimum(now, costs[s]) for s in left}
        best = min(left, key=lambda s: (float(np.max(tried[s], initial=0.0)), float(np.minimum(tried[s], 1e18).sum()), s))
        after = float(np.max(tried[best], initial=0.0))
        gains.append(worst - after if np.isfinite(worst) else (np.inf if np.isfinite(after) else 0.0))
        order.append(best)
        left.remove(best)
        now = tried[best]
    return np.array(order, np.int64), np.array(gains)
