"""Maximal covering: the sites that serve the most weight, each demand served once some site of its own is open.

In: who serves whom, weights, limits.    Out: Choice, with a bound on what any choice could serve.
Never knows: minutes, roads. Greedy and interchange find, a Lagrangian dual bounds and rules out, HiGHS proves the rest.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from locator.siting import covering_kernels as k
from locator.siting.choice import CLOSE, Choice, Effort, Flags, Floats, Ints, Limits, concluded, reached
from locator.siting.descent import Descent
from locator.siting.highs import Program, solve
from locator.siting.merging import Merged, merged
from locator.siting.relaxed import best_sum

EVERY = 10               # steps of the dual between two looks at the sites it suggests
COARSE, EACH = 3_000, 8   # past so many candidates the dual starts from prices with one in eight
NEAR = 0.1                # how long the first steps are from there
POOL = 12                # candidates a site that swaps are sought among, those the prices favour most
LOOKS = 60_000_000       # entries read in one search for swaps
DIRECT = 3_000_000       # entries that HiGHS is handed at most


def choose_covering(reach: sp.csr_array, weight: Floats, limits: Limits, effort: Effort | None = None, *,
                    served: Flags | None = None) -> Choice:
    """The sites serving the most weight that is not served already.

    reach   (m, n) candidate x demand, stored entries serve
    weight  (n,) >= 0
    served  (n,) by what stands already
    """
    effort = effort or Effort()
    full = limits.checked(reach.shape[0])
    problem = Problem(merged(reach, weight if served is None else np.where(served, 0.0, weight)), full)
    sites = problem.found(effort)
    dual = problem.dual(sites, effort)
    sites = max((sites, dual.sites), key=problem.value)
    value = problem.value(sites)
    if reached(value, max(dual.bound, value)) or effort.over:
        return problem.told(sites, dual.bound, "time")
    if effort.nodes == 0:
        return problem.told(sites, dual.bound, "nodes")
    return problem.proved(sites, dual, effort)


@dataclass(frozen=True, eq=False)
class Dual:
    """bound on every choice; which candidates no better choice has (out) or lacks (inside); the best sites met on the way"""

    bound: float
    out: Flags
    inside: Flags
    sites: Ints


class Problem:
    """Covering over merged rows, with the arrays the compiled searches take."""

    def __init__(self, rows: Merged, limits: Limits) -> None:
        self.rows, self.limits, self.m = rows, limits, rows.reach.shape[0]
        self.k, self.cost, self.budget = limits.filled()
        rivals = limits.conflicts(self.m)
        self.lists = rows.reach.indptr.astype(np.int64), rows.reach.indices.astype(np.int32)
        self.terms = (self.cost, self.k, self.budget, rivals.indptr.astype(np.int64), rivals.indices.astype(np.int64))
        self.whole = bool((rows.weight == np.rint(rows.weight)).all())

    def value(self, sites: Ints) -> float:
        return float(self.rows.weight[k.count(*self.lists, sites, len(self.rows.weight)) > 0].sum())

    def found(self, effort: Effort) -> Ints:
        """Greedy, by gain and where money counts by gain a cost, each bettered by swaps."""
        best = np.zeros(0, np.int64)
        for by_ratio in (False, True) if self.limits.budget is not None and self.budget < 1e300 else (False,):
            sites, _ = k.greedy(*self.lists, self.rows.weight, *self.terms, by_ratio)
            best = max((best, self.swapped(sites, np.arange(self.m), effort)), key=self.value)
        return best

    def swapped(self, sites: Ints, pool: Ints, effort: Effort) -> Ints:
        """Swaps with candidates of `pool` while they add anything, and looking costs no more than LOOKS entries."""
        least = CLOSE * 1e-3 * max(1.0, float(self.rows.weight.sum()))
        looks = LOOKS // max(int(np.diff(self.lists[0])[pool].sum()), 1) + 2
        for _ in range(looks):
            into, out, adds = k.best_swap(*self.lists, self.rows.weight, *self.terms, sites, pool)
            if into < 0 or adds <= least or effort.over:
                break
            sites = np.append(np.delete(sites, out) if out < len(sites) else sites, into)
        return sites

    def floor(self, bound: float) -> float:
        return float(np.floor(bound + CLOSE)) if self.whole and bound < 1e15 else bound

    def dual(self, sites: Ints, effort: Effort) -> Dual:
        """Price each demand at most at its weight; what is charged above the price is served by whom it costs least."""
        weight, many = self.rows.weight, self.m > COARSE
        price = weight / np.maximum(self._times(sites), 1)
        price = self._coarse(sites, price, effort) if many else price
        descent = Descent(self.value(sites), self.floor, stretch=NEAR if many else 1.0)
        active, out, inside = np.arange(self.m), np.zeros(self.m, np.bool_), np.zeros(self.m, np.bool_)
        for step in range(effort.rounds):
            score = k.sums(*self.lists, price, active)
            best = best_sum(score, self.k, self.cost[active], self.budget)
            bound = float((weight - price).sum()) + best.value
            sure = bound - best.drop <= descent.value + CLOSE / 2 * max(1.0, descent.value)
            inside[active[sure & best.inside]] = True
            before, chosen = active, active[best.inside]
            out[active[sure & ~best.inside]] = True
            active = active[~(sure & ~best.inside)]
            if step % EVERY == 0 and self.limits.allow(chosen):
                near = np.argsort(-score, kind="stable")[:POOL * (self.k + 1)] if step % (5 * EVERY) == 0 else None
                tried = chosen if near is None else self.swapped(chosen, before[near], effort)
                sites = max((sites, tried), key=self.value)
                descent.value = self.value(sites)
            times = self._times(chosen)
            moved = descent.step(price, bound, times - np.where((price >= weight) & (times == 0), 0, 1))
            if moved is None or effort.over:
                break
            effort.tell("bound", step, effort.rounds)
            price = np.clip(moved, 0.0, weight)
        return Dual(self.floor(descent.bound), out, inside & ~out, sites)

    def _coarse(self, sites: Ints, price: Floats, effort: Effort) -> Floats:
        """Prices with one candidate in EACH only: near the right ones for a part of the work. Any prices give a true bound."""
        weight, descent = self.rows.weight, Descent(self.value(sites), self.floor)
        active = np.unique(np.concatenate([np.arange(0, self.m, EACH), sites]))
        least, kept = np.inf, price
        for _ in range(effort.rounds):
            best = best_sum(k.sums(*self.lists, price, active), self.k, self.cost[active], self.budget)
            bound = float((weight - price).sum()) + best.value
            least, kept = (bound, price) if bound < least else (least, kept)
            times = self._times(active[best.inside])
            moved = descent.step(price, bound, times - np.where((price >= weight) & (times == 0), 0, 1))
            if moved is None or effort.over:
                break
            price = np.clip(moved, 0.0, weight)
        return kept

    def _times(self, sites: Ints) -> Ints:
        return np.asarray(k.count(*self.lists, sites, len(self.rows.weight)))

    def told(self, sites: Ints, bound: float, stopped: str, nodes: int = 0) -> Choice:
        sites, gains = self.ordered(sites)
        return concluded(sites, gains, float(gains.sum()), bound, maximise=True, stopped=stopped, nodes=nodes)

    def ordered(self, sites: Ints) -> tuple[Ints, Floats]:
        """In the order of what each adds to those before it; those that add nothing are left out."""
        part = self.rows.reach[np.sort(sites)]
        none = np.zeros(len(sites) + 1, np.int64), np.zeros(0, np.int64)
        order, gains = k.greedy(part.indptr.astype(np.int64), part.indices.astype(np.int32), self.rows.weight,
                                np.ones(len(sites)), len(sites), 1e300, *none, False)
        return np.sort(sites)[order], gains

    def proved(self, sites: Ints, dual: Dual, effort: Effort) -> Choice:
        """HiGHS on what the dual left open."""
        inside, keep = np.flatnonzero(dual.inside), self.limits.left_open(dual.inside, dual.out)
        if keep is None:                                       # every better choice would have to hold what may not be held
            return self.told(sites, self.value(sites), "proven")
        times = k.count(*self.lists, inside, len(self.rows.weight))
        weight = np.where(times > 0, 0.0, self.rows.weight)
        rest = merged(sp.csr_array(self.rows.reach[keep]), weight)
        limits = self.limits.kept(keep, inside)
        if rest.reach.nnz > DIRECT:
            return self.told(sites, dual.bound, "nodes")
        place = np.full(self.m, -1, np.int64)
        place[keep] = np.arange(len(keep))
        start = place[sites[place[sites] >= 0]] if np.isin(inside, sites).all() else None
        solved = solve(_program(rest, limits), effort, start=None if start is None else _point(rest, start))
        base = float(self.rows.weight[times > 0].sum())
        if solved.x is not None:
            tried = np.concatenate([inside, keep[solved.x[:len(keep)] > 0.5]])
            if self.limits.allow(tried):
                sites = max((sites, tried), key=self.value)
        value = self.value(sites)
        bound = value if solved.ended == "infeasible" else max(base - solved.bound, value)
        return self.told(sites, self.floor(min(bound, dual.bound)), solved.ended, solved.nodes)


def _program(rows: Merged, limits: Limits) -> Program:
    """Columns: candidates, then rows served; served <= open sites that reach it."""
    m, n = rows.reach.shape
    bound, most = limits.rows(m)
    over = sp.hstack([rows.back.astype(np.float64), -sp.eye_array(n)])
    table = sp.csr_array(sp.vstack([over, sp.hstack([bound, sp.csr_array((bound.shape[0], n))])]))
    cost = np.concatenate([np.zeros(m), -rows.weight])
    low = np.concatenate([np.zeros(n), np.full(len(most), -np.inf)])
    return Program(cost, np.ones(m + n), np.arange(m + n) < m, table, low, np.concatenate([np.full(n, np.inf), most]))


def _point(rows: Merged, sites: Ints) -> Floats:
    x = np.zeros(rows.reach.shape[0])
    x[sites] = 1.0
    return np.concatenate([x, np.minimum(rows.back @ x, 1.0)])
