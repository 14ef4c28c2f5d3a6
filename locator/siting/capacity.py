"""Capacitated covering: the sites that serve the most weight when each site holds only so much.

In: who serves whom, weights, capacities, limits.    Out: Choice.
Never knows: what is parked where. Weight may be split among sites; what stands holds its own share.
"""
from __future__ import annotations

import heapq
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from locator.siting.choice import PLENTY, Choice, Effort, Floats, Ints, Limits, concluded
from locator.siting.covering import choose_covering
from locator.siting.highs import Program, Solved, solve
from locator.siting.merging import Merged, merged

FLOW_S = 60.0            # for one transport problem: a linear program, done in milliseconds
DIRECT = 300_000         # pairs of site and row that HiGHS is handed at most


def choose_capacitated(reach: sp.csr_array, weight: Floats, capacity: Floats, limits: Limits, effort: Effort | None = None, *,
                       standing: int = 0) -> Choice:
    """The sites serving the most weight; value counts all that is served, by what stands as well.

    capacity  (m,) >= 0, in units of weight
    standing  the last so many candidates are open already, and count for neither k nor budget
    """
    effort = effort or Effort()
    m, new = reach.shape[0], reach.shape[0] - standing
    limits = limits.checked(new)
    rows = merged(reach, weight)
    start = _greedy(rows, capacity, limits, new)
    most = min(float(rows.weight.sum()), _roomiest(capacity, limits, new))
    if rows.reach.nnz > DIRECT:
        solved = _without_program(rows, limits, standing, effort)
    else:
        solved = solve(_program(rows, capacity, limits, new), effort, start=_point(rows, capacity, start, new))
    tried = start if solved.x is None else np.flatnonzero(solved.x[:new] > 0.5)
    sites = max((start, tried) if limits.allow(tried) else (start,), key=lambda s: _served(rows, capacity, s, new))
    sites, gains, value = _ordered(rows, capacity, sites, new)
    return concluded(sites, gains, value, min(-solved.bound, most), maximise=True, stopped=solved.ended, nodes=solved.nodes) \
        if m else concluded(sites, gains, 0.0, 0.0, maximise=True, stopped="proven")


def _without_program(rows: Merged, limits: Limits, standing: int, effort: Effort) -> Solved:
    """Too much for one program: no choice serves more than it would if every site held all that reaches it."""
    new = rows.reach.shape[0] - standing
    served = np.asarray(rows.reach[new:].sum(axis=0)).ravel() > 0
    found = choose_covering(sp.csr_array(rows.reach[:new]), rows.weight, limits, replace(effort, nodes=0), served=served)
    assert found.bound is not None                                     # nothing chosen is always allowed
    over = "cancelled" if effort.cancelled is not None and effort.cancelled() else "time" if effort.over else "nodes"
    return Solved(None, np.inf, -found.bound - float(rows.weight[served].sum()), over, 0)


def _roomiest(capacity: Floats, limits: Limits, new: int) -> float:
    return float(capacity[new:].sum() + np.sort(capacity[:new])[::-1][:limits.filled()[0]].sum())


def _open(m: int, new: int, sites: Ints) -> Ints:
    return np.concatenate([sites, np.arange(new, m)]).astype(np.int64)


def _flow(rows: Merged, capacity: Floats, open_ones: Ints) -> Solved:
    """The most weight that open sites can serve: a transport problem."""
    part = sp.csr_array(rows.reach[open_ones])
    site, row = np.repeat(np.arange(len(open_ones)), np.diff(part.indptr)), part.indices
    pairs = len(row)
    table = sp.csr_array((np.ones(2 * pairs), (np.concatenate([site, len(open_ones) + row]), np.tile(np.arange(pairs), 2))),
                         shape=(len(open_ones) + len(rows.weight), pairs))
    high = np.concatenate([capacity[open_ones], rows.weight])
    if not pairs:
        return Solved(np.zeros(0), 0.0, 0.0, "proven", 0)
    none = np.full(len(high), -np.inf)
    program = Program(-np.ones(pairs), np.full(pairs, np.inf), np.zeros(pairs, np.bool_), table, none, high)
    return solve(program, Effort(seconds=FLOW_S))


def _served(rows: Merged, capacity: Floats, sites: Ints, new: int) -> float:
    return -_flow(rows, capacity, _open(len(capacity), new, sites)).cost


def _greedy(rows: Merged, capacity: Floats, limits: Limits, new: int) -> Ints:
    """Site after site, each worth what it could still hold of what is left: by its cost, where a budget is given."""
    count, cost, budget = limits.filled()
    rivals, few, left = limits.conflicts(new), np.diff(rows.back.indptr), rows.weight.copy()
    allowed, spent, sites = np.ones(new, np.bool_), 0.0, list[int]()
    for site in range(new, len(capacity)):
        _fill(rows, few, left, site, float(capacity[site]))
    while len(sites) < count:
        worth = np.minimum(capacity[:new], (rows.reach @ left)[:new]) * (allowed & (spent + cost <= budget))
        by = worth / np.maximum(cost, 1e-12) if budget < PLENTY else worth
        if not new or worth[best := int(by.argmax())] <= 0.0:
            break
        sites.append(best)
        spent += float(cost[best])
        allowed[[best, *rivals[[best]].indices.tolist()]] = False
        _fill(rows, few, left, best, float(capacity[best]))
    return np.array(sites, np.int64)


def _fill(rows: Merged, few: Ints, left: Floats, site: int, holds: float) -> None:
    """Takes out of `left` what the site holds: first what fewest others could serve."""
    mine = rows.reach.indices[rows.reach.indptr[site]:rows.reach.indptr[site + 1]]
    mine = mine[np.argsort(few[mine], kind="stable")]
    before = np.cumsum(left[mine]) - left[mine]
    left[mine] -= np.clip(holds - before, 0.0, left[mine])


def _ordered(rows: Merged, capacity: Floats, sites: Ints, new: int) -> tuple[Ints, Floats, float]:
    """By what each adds. What a site adds only falls as others open, so one is asked again only when it leads."""
    value = _served(rows, capacity, np.zeros(0, np.int64), new)
    order, gains, leading = list[int](), list[float](), [(-np.inf, -1, s) for s in sorted(sites.tolist())]
    while leading:
        gain, known, site = heapq.heappop(leading)
        if known == len(order):
            if -gain <= 1e-9:
                break
            order.append(site)
            gains.append(-gain)
            value -= gain
        else:
            then = _served(rows, capacity, np.array([*order, site], np.int64), new)
            heapq.heappush(leading, (value - then, len(order), site))
    return np.array(order, np.int64), np.array(gains), value


def _program(rows: Merged, capacity: Floats, limits: Limits, new: int) -> Program:
    """Columns: candidates, then what each pair of site and row carries."""
    m, n = rows.reach.shape
    site, row = np.repeat(np.arange(m), np.diff(rows.reach.indptr)), rows.reach.indices
    pairs = len(row)
    carry = sp.csr_array((np.ones(pairs), (site, np.arange(pairs))), shape=(m, pairs))
    taken = sp.csr_array((np.ones(pairs), (row, np.arange(pairs))), shape=(n, pairs))
    each = sp.csr_array((np.ones(pairs), (np.arange(pairs), np.arange(pairs))), shape=(pairs, pairs))
    opens = sp.csr_array((-np.minimum(rows.weight[row], capacity[site]), (np.arange(pairs), site)), shape=(pairs, m))
    bound, most = limits.rows(new)
    table = sp.csr_array(sp.vstack([
        sp.hstack([sp.diags_array(-capacity), carry]), sp.hstack([sp.csr_array((n, m)), taken]), sp.hstack([opens, each]),
        sp.hstack([bound, sp.csr_array((bound.shape[0], m - new + pairs))]),
        sp.hstack([sp.csr_array((np.ones(m - new), (np.arange(m - new), np.arange(new, m))), shape=(m - new, m)),
                   sp.csr_array((m - new, pairs))]),
    ]))
    high = np.concatenate([np.zeros(m), rows.weight, np.zeros(pairs), most, np.ones(m - new)])
    low = np.concatenate([np.full(len(high) - (m - new), -np.inf), np.ones(m - new)])
    upper = np.concatenate([np.ones(m), np.full(pairs, np.inf)])
    return Program(np.concatenate([np.zeros(m), -np.ones(pairs)]), upper, np.arange(m + pairs) < m, table, low, high)


def _point(rows: Merged, capacity: Floats, sites: Ints, new: int) -> Floats:
    m = len(capacity)
    open_ones = _open(m, new, sites)
    flow = _flow(rows, capacity, open_ones)
    x = np.zeros(m)
    x[open_ones] = 1.0
    carried = np.zeros(rows.reach.nnz)
    starts = rows.reach.indptr
    at = np.concatenate([[], *(np.arange(starts[j], starts[j + 1]) for j in open_ones.tolist())]).astype(np.int64)
    carried[at] = flow.x if flow.x is not None else 0.0
    return np.concatenate([x, carried])
