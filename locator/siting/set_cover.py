"""Set cover: the fewest (or cheapest) sites by which all demand that can be served is served.

In: who serves whom, limits.    Out: Choice: value is the number of sites, or their cost.
Never knows: minutes. A site that serves no more than another, for no less, is never needed; HiGHS decides about the rest.
"""
from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from locator.siting import covering_kernels as k
from locator.siting.choice import PLENTY, Choice, Effort, Flags, Floats, Ints, Limits, concluded
from locator.siting.highs import Program, Solved, solve
from locator.siting.merging import merged


def choose_cover(reach: sp.csr_array, limits: Limits, effort: Effort | None = None, *, served: Flags | None = None) -> Choice:
    """The cheapest sites serving every demand that some candidate serves and nothing serves already.

    Demand nobody serves is left aside.
    The budget of `limits` is not looked at: it is what is minimised. With `k` at most so many. value None: no such set.
    """
    effort = effort or Effort()
    m, n = reach.shape
    limits = limits.checked(m)
    count, cost, _ = limits.filled()
    weight = np.ones(n) if served is None else (~served).astype(np.float64)
    rows = merged(reach, weight)
    demand = rows.back
    bound, most = Limits(count, cost, None, limits.apart).checked(m).rows(m)
    table = sp.csr_array(sp.vstack([demand.astype(np.float64), bound]))
    low = np.concatenate([np.ones(demand.shape[0]), np.full(len(most), -np.inf)])
    high = np.concatenate([np.full(demand.shape[0], np.inf), most])
    start = _greedy(rows.reach, rows.weight, cost, limits)
    solved = solve(Program(cost, np.ones(m), np.ones(m, np.bool_), table, low, high), effort, start=start)
    return _told(solved, start, cost, demand.shape[0])


def _greedy(reach: sp.csr_array, weight: Floats, cost: Floats, limits: Limits) -> Floats | None:
    """The columns of a first cover by gain a cost, without those that turned out superfluous; None when greedy finds none."""
    m = reach.shape[0]
    rivals = limits.conflicts(m)
    lists = reach.indptr.astype(np.int64), reach.indices.astype(np.int32)
    terms = cost, m, PLENTY, rivals.indptr.astype(np.int64), rivals.indices.astype(np.int64)
    sites, _ = k.greedy(*lists, weight, *terms, True)
    for site in sites[::-1].tolist():
        fewer = sites[sites != site]
        if (k.count(*lists, fewer, len(weight)) > 0).all():
            sites = fewer
    if not (k.count(*lists, sites, len(weight)) > 0).all() or len(sites) > limits.filled()[0]:
        return None
    x = np.zeros(m)
    x[sites] = 1.0
    return x


def _told(solved: Solved, start: Floats | None, cost: Floats, rows: int) -> Choice:
    x = solved.x if solved.x is not None else start
    if x is None:
        known = solved.ended == "infeasible"
        return Choice(np.zeros(0, np.int64), np.zeros(0), None, None, known, "proven" if known else solved.ended, solved.nodes)
    sites: Ints = np.flatnonzero(x > 0.5)
    value, bound = float(cost[sites].sum()), solved.bound if rows else 0.0
    if (cost == np.rint(cost)).all() and np.isfinite(bound):
        bound = float(np.ceil(bound - 1e-6))
    return concluded(sites, cost[sites], value, max(bound, 0.0), maximise=False, stopped=solved.ended, nodes=solved.nodes)
