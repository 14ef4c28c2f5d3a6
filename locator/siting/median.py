"""The p-median: the sites from which all demand is served at the least sum of weight x cost.

In: costs from each candidate to each demand, weights, what each costs today, limits.    Out: Choice, with a lower bound.
Never knows: minutes, roads. Greedy and interchange find, a Lagrangian dual bounds and rules out, HiGHS proves the rest.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from locator.siting import median_kernels as k
from locator.siting.choice import CLOSE, PLENTY, Choice, Effort, Flags, Floats, Ints, Limits, concluded, reached
from locator.siting.highs import solve
from locator.siting.radius import chosen_of, point_of, radius_program
from locator.siting.relaxed import best_sum

STALL = 20
DIRECT = 6_000_000       # candidate x demand left for which HiGHS is asked
EVERY = 10               # steps of the dual between two looks at the sites it suggests


def choose_median(costs: Floats, weight: Floats, limits: Limits, effort: Effort | None = None, *,
                  today: Floats | None = None) -> Choice:
    """The sites with the least sum over demand of weight x cost, each demand from the cheapest, or as today.

    costs   (m, n) >= 0, inf where a candidate cannot serve
    today   (n,) what each costs without new sites; None: more than any candidate. inf is not allowed where no candidate serves
    """
    effort = effort or Effort(rounds=3_000)
    today = _beyond(costs) if today is None else today
    limits = limits.checked(len(costs))
    some = (weight > 0) & (np.min(costs, axis=0, initial=np.inf) < today)
    rest = float((weight * np.where(some | (weight <= 0), 0.0, today)).sum())
    weighed = np.where(np.isfinite(costs[:, some]), costs[:, some], PLENTY) * weight[some]
    problem = Problem(weighed, today[some] * weight[some], limits)
    sites = problem.found(effort)
    dual = problem.dual(sites, effort)
    sites = min((sites, dual.sites), key=problem.value)
    if reached(problem.value(sites), dual.bound) or effort.over:
        return problem.told(sites, dual.bound, rest, "time")
    return problem.proved(sites, dual, rest, effort)


def _beyond(costs: Floats) -> Floats:
    """A cost above all those there are: opening any candidate that can serve is better than leaving a demand."""
    finite = costs[np.isfinite(costs)]
    return np.full(costs.shape[1], 2.0 * float(finite.max(initial=0.0)) + 1.0)


@dataclass(frozen=True, eq=False)
class Dual:
    """bound under every choice; which candidates no better choice has (out) or lacks (inside); the best sites met on the way"""

    bound: float
    out: Flags
    inside: Flags
    sites: Ints


class Problem:
    """The median over weighted costs, with the arrays the compiled searches take."""

    def __init__(self, costs: Floats, today: Floats, limits: Limits) -> None:
        self.costs, self.today, self.limits, self.m = np.ascontiguousarray(costs), today, limits, len(costs)
        self.k, self.cost, self.budget = limits.filled()
        rivals = limits.conflicts(self.m)
        self.terms = (self.cost, self.k, self.budget, rivals.indptr.astype(np.int64), rivals.indices.astype(np.int64))
        real = self.costs[self.costs < PLENTY]
        self.whole = bool((real == np.rint(real)).all() and (today == np.rint(today)).all())

    def value(self, sites: Ints) -> float:
        return float(np.minimum(self.today, self.costs[sites].min(axis=0, initial=np.inf)).sum())

    def found(self, effort: Effort) -> Ints:
        best = np.zeros(0, np.int64)
        for by_ratio in (False, True) if self.budget < PLENTY else (False,):
            sites, _ = k.greedy(self.costs, self.today, *self.terms, by_ratio)
            best = min((best, self.swapped(sites, effort)), key=self.value)
        return best

    def swapped(self, sites: Ints, effort: Effort) -> Ints:
        least = CLOSE * 1e-3 * max(1.0, self.value(sites))
        while not effort.over:
            into, out, saves = k.best_swap(self.costs, self.today, *self.terms, sites)
            if into < 0 or saves <= least:
                break
            sites = np.append(np.delete(sites, out) if out < len(sites) else sites, into)
        return sites

    def ceiling(self, bound: float) -> float:
        return float(np.ceil(bound - CLOSE)) if self.whole and bound < 1e15 else bound

    def dual(self, sites: Ints, effort: Effort) -> Dual:
        """Price each demand; a site earns what prices exceed its costs; the k that earn most are the bound's."""
        value = self.value(sites)
        better = value - 1 + CLOSE if self.whole else value - CLOSE / 2 * max(1.0, value)    # a choice worth finding costs less
        price, greatest = self._prices(sites), -np.inf
        kept, active, stretch, stalled = price, np.arange(self.m), 1.0, 0
        out, inside = np.zeros(self.m, np.bool_), np.zeros(self.m, np.bool_)
        for step in range(effort.rounds):
            best = best_sum(k.saved(self.costs, price, active), self.k, self.cost[active], self.budget)
            bound = float(np.minimum(price, self.today).sum()) - best.value
            gone = (bound + best.drop > better) & ~best.inside
            inside[active[(bound + best.drop > better) & best.inside]] = True
            chosen = active[best.inside]
            if bound > greatest + 1e-4 * (value - greatest) or not np.isfinite(greatest):
                greatest, kept, stalled = bound, price, 0
            else:
                greatest, stalled = max(greatest, bound), stalled + 1
            if stalled > STALL:
                stretch, price, stalled = stretch / 2, kept, 0
            if self.ceiling(greatest) >= value * (1 - CLOSE) or effort.over or stretch < 1e-4:
                break
            effort.tell("bound", step, effort.rounds)
            if gone.any():
                out[active[gone]] = True
                active = active[~gone]
            if step % EVERY == 0 and self.limits.allow(chosen):
                tried = self.swapped(chosen, effort) if step % (10 * EVERY) == 0 else chosen
                if self.value(tried) < value:
                    sites, value = tried, self.value(tried)
                    better = value - 1 + CLOSE if self.whole else value - CLOSE / 2 * max(1.0, value)
            lacks = 1.0 - k.takers(self.costs, price, chosen) - (self.today < price)
            size = float(lacks @ lacks)
            if size == 0:
                break
            price = np.maximum(price + stretch * (value - bound) / size * lacks, 0.0)
        return Dual(self.ceiling(greatest), out, inside & ~out, sites)

    def _prices(self, sites: Ints) -> Floats:
        """Midway between the cheapest and the second cheapest way to be served."""
        ways = np.sort(np.vstack([self.today, self.costs[sites]]), axis=0)[:2]
        return np.asarray(ways[0] if len(ways) < 2 else (ways[0] + np.minimum(ways[1], 2 * ways[0] + 1)) / 2)

    def told(self, sites: Ints, bound: float, rest: float, stopped: str, nodes: int = 0) -> Choice:
        """Sites in the order of what each saves; those that save nothing are left out."""
        sites = np.sort(sites)
        none = np.zeros(len(sites) + 1, np.int64), np.zeros(0, np.int64)
        order, gains = k.greedy(self.costs[sites], self.today, np.ones(len(sites)), len(sites), PLENTY, *none, False)
        sites = sites[order]
        return concluded(sites, gains, self.value(sites) + rest, bound + rest, maximise=False, stopped=stopped, nodes=nodes)

    def proved(self, sites: Ints, dual: Dual, rest: float, effort: Effort) -> Choice:
        """HiGHS on what the dual left open."""
        inside, keep = np.flatnonzero(dual.inside), self.limits.left_open(dual.inside, dual.out)
        if keep is None:                                       # every better choice would have to hold what may not be held
            return self.told(sites, self.value(sites), rest, "proven")
        today = np.minimum(self.today, self.costs[inside].min(axis=0, initial=np.inf))
        if len(keep) * len(today) > DIRECT:
            return self.told(sites, dual.bound, rest, "nodes")
        limits = self.limits.kept(keep, inside)
        radius = radius_program(self.costs[keep], today, limits)
        start = np.flatnonzero(np.isin(keep, sites)) if np.isin(sites, np.concatenate([inside, keep])).all() else None
        solved = solve(radius.program, effort, start=None if start is None else point_of(radius, start))
        if solved.x is not None:
            tried = np.concatenate([inside, keep[chosen_of(radius, solved.x)]])
            if self.limits.allow(tried):
                sites = min((sites, tried), key=self.value)
        value = self.value(sites)
        bound = value if solved.ended == "infeasible" else min(solved.bound + radius.base, value)
        return self.told(sites, self.ceiling(max(bound, dual.bound)), rest, solved.ended, solved.nodes)
