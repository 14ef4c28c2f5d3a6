"""Trip covering under the driving-time rule: the sites with which the most trips can be driven lawfully.

In: trips with what lies along them, the longest driving time, limits.    Out: TripChoice: a Choice, and the trips apart.
Never knows: which law, roads. A trip counts when each of its windows holds an open stop. Greedy and interchange
find, a Lagrangian dual over the windows bounds and rules out, HiGHS, over windows shared by trips, proves what it can.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from locator.siting import trip_kernels as k
from locator.siting.choice import CLOSE, PLENTY, Choice, Effort, Flags, Floats, Ints, Limits, concluded, reached
from locator.siting.descent import Descent
from locator.siting.highs import Program, relax, solve
from locator.siting.relaxed import best_sum
from locator.siting.windows import NEVER, SERVED, TripStops, Windows, find_windows

SHARES = (0.05, 0.3, 1.0)    # what a part-filled trip counts while searching
EVERY, POOL = 10, 12         # as in covering
NEAR = 0.02                  # how long the first steps are from prices that are good already
LARGE = 30_000_000           # needs x candidates left for which HiGHS is asked
MANY = 20_000                # needs of windows past which the dual starts from the prices of the relaxed program


@dataclass(frozen=True, eq=False)
class TripChoice:
    """choice.value is the weight newly served.

    before    weight served by what stands;  never: weight no candidate can serve
    state     (trips,) served, gained, unserved or never
    """

    choice: Choice
    before: float
    never: float
    state: np.ndarray[tuple[int], np.dtype[np.object_]]


def choose_for_trips(stops: TripStops, longest_s: float, m: int, limits: Limits, effort: Effort | None = None) -> TripChoice:
    effort = effort or Effort(rounds=1_500)
    windows = find_windows(stops, longest_s, m)
    problem = Problem(windows, limits.checked(m))
    sites = problem.found(effort)
    relaxed = problem.prices(effort) if len(problem.entry) > MANY else None
    if relaxed is not None:
        sites = max((sites, relaxed[1]), key=problem.value)
    dual = problem.dual(sites, effort, None if relaxed is None else relaxed[0])
    sites = max((sites, dual.sites), key=problem.value)
    if reached(problem.value(sites), max(dual.bound, problem.value(sites))) or effort.over:
        choice = problem.told(sites, dual.bound, "time")
    elif len(problem.entry) * (~dual.out).sum() > LARGE:
        choice = problem.told(sites, dual.bound, "nodes")
    else:
        choice = problem.proved(sites, dual, effort)
    state = np.full(len(windows.state), "unserved", object)
    state[windows.state == SERVED], state[windows.state == NEVER] = "served", "never"
    lacking = windows.state >= 0
    state[lacking] = np.where(problem.filled(choice.sites)[windows.state[lacking]], "gained", "unserved")
    return TripChoice(choice, float(stops.weight[state == "served"].sum()), float(stops.weight[state == "never"].sum()), state)


@dataclass(frozen=True, eq=False)
class Dual:
    bound: float
    out: Flags
    inside: Flags
    sites: Ints


class Problem:
    """Trips in groups over shared windows, with the arrays the compiled searches take."""

    def __init__(self, windows: Windows, limits: Limits) -> None:
        self.windows, self.limits, self.m = windows, limits, windows.holds.shape[1]
        self.k, self.cost, self.budget = limits.filled()
        self.lacks = np.diff(windows.needs.indptr).astype(np.int64)
        sites, groups = sp.csr_array(windows.holds.T), sp.csr_array(windows.needs.T)
        arrays = (sites.indptr, sites.indices, groups.indptr, groups.indices)
        self.lists = (*(part.astype(np.int64) for part in arrays), windows.weight, self.lacks)
        rivals = limits.conflicts(self.m)
        self.terms = (self.cost, self.k, self.budget, rivals.indptr.astype(np.int64), rivals.indices.astype(np.int64))
        self.entry = windows.needs.indices.astype(np.int64)                        # (pairs,) window of each group's need
        self.owner = np.repeat(np.arange(len(self.lacks)), self.lacks)            # (pairs,) group of it
        self.holds = windows.holds.astype(np.float64)

    def filled(self, sites: Ints) -> Flags:
        """(groups,) all windows filled?"""
        x = np.zeros(self.m)
        x[sites] = 1.0
        empty = (self.holds @ x) == 0
        return np.asarray(np.bincount(self.owner, weights=empty[self.entry], minlength=len(self.lacks)) == 0)

    def value(self, sites: Ints) -> float:
        return float(self.windows.weight[self.filled(sites)].sum())

    def found(self, effort: Effort) -> Ints:
        best = np.zeros(0, np.int64)
        for share in SHARES:
            for by_ratio in (False, True) if self.budget < PLENTY else (False,):
                sites = k.greedy(*self.lists, share, *self.terms, by_ratio)
                best = max((best, self.swapped(sites, np.arange(self.m), share, effort)), key=self.value)
        return best

    def swapped(self, sites: Ints, pool: Ints, share: float, effort: Effort) -> Ints:
        """Swaps at `share`, then at hardly any: the last count whole trips."""
        for part in (share, CLOSE):
            least = CLOSE * CLOSE * max(1.0, float(self.windows.weight.sum()))
            while not effort.over:
                into, out, adds = k.best_swap(*self.lists, part, *self.terms, sites, pool)
                if into < 0 or adds <= least:
                    break
                sites = np.append(np.delete(sites, out) if out < len(sites) else sites, into)
        return sites

    def prices(self, effort: Effort) -> tuple[Floats, Ints] | None:
        """(pairs,) what each need of a window is worth in the relaxed program, and sites from it; None when time was up first."""
        effort.tell("relax", 0.0, 1.0)
        program, _ = _program(self, np.arange(self.m), np.zeros(0, np.int64))
        relaxed = relax(program, effort)
        if relaxed is None:
            return None
        first = self.holds.shape[0]
        price = np.abs(relaxed[1][first:first + len(self.entry)])
        asked = np.bincount(self.entry, weights=price, minlength=first)
        worth = np.minimum(np.abs(relaxed[1][:first]) / np.maximum(asked, 1e-300), 1.0)    # filled twice earns nothing more
        sites = self.swapped(self.allowed_of(relaxed[0][:self.m]), np.arange(self.m), SHARES[0], effort)
        return np.asarray(price * worth[self.entry]), sites

    def allowed_of(self, x: Floats) -> Ints:
        """The candidates a relaxed choice favours most, as many as are allowed together."""
        sites = np.zeros(0, np.int64)
        for j in np.argsort(-x, kind="stable")[:4 * self.k + 1].tolist():
            if x[j] > CLOSE and self.limits.allow(np.append(sites, j)):
                sites = np.append(sites, j)
        return sites

    def dual(self, sites: Ints, effort: Effort, prices: Floats | None = None) -> Dual:
        """Price each need of a window; a group is served in the bound when its prices are below its weight."""
        weight = self.windows.weight
        descent = Descent(self.value(sites), lambda bound: bound, stretch=1.0 if prices is None else NEAR)
        price = (weight / np.maximum(self.lacks, 1))[self.owner] / 2 if prices is None else prices
        back = sp.csr_array(self.holds.T)
        active, out, inside = np.arange(self.m), np.zeros(self.m, np.bool_), np.zeros(self.m, np.bool_)
        for step in range(effort.rounds):
            charged = np.bincount(self.owner, weights=price, minlength=len(weight))
            score = (back @ np.bincount(self.entry, weights=price, minlength=self.holds.shape[0]))[active]
            best = best_sum(score, self.k, self.cost[active], self.budget)
            bound = float(np.maximum(weight - charged, 0.0).sum()) + best.value
            sure = bound - best.drop <= descent.value + CLOSE / 2 * max(1.0, descent.value)
            before, chosen = active, active[best.inside]
            inside[active[sure & best.inside]] = True
            out[active[sure & ~best.inside]] = True
            active = active[~(sure & ~best.inside)]
            if step % EVERY == 0 and self.limits.allow(chosen):
                near = np.argsort(-score, kind="stable")[:POOL * (self.k + 1)] if step % (10 * EVERY) == 0 else None
                tried = chosen if near is None else self.swapped(chosen, before[near], SHARES[0], effort)
                sites = max((sites, tried), key=self.value)
                descent.value = self.value(sites)
            x = np.zeros(self.m)
            x[chosen] = 1.0
            moved = descent.step(price, bound, (self.holds @ x)[self.entry] - (weight > charged)[self.owner])
            if moved is None or effort.over:
                break
            effort.tell("bound", step, effort.rounds)
            price = np.maximum(moved, 0.0)
        return Dual(descent.bound, out, inside & ~out, sites)

    def told(self, sites: Ints, bound: float, stopped: str, nodes: int = 0) -> Choice:
        """Sites in the order of what each adds; equal gains (of a first half) by what they fill."""
        order: list[int] = []
        gains: list[float] = []
        left, value = np.sort(sites), 0.0
        while len(left):
            tried = [self._with(np.array([*order, site], np.int64)) for site in left.tolist()]
            at = max(range(len(left)), key=lambda i: tried[i])
            order.append(int(left[at]))
            gains.append(tried[at][0] - value)
            value, left = tried[at][0], np.delete(left, at)
        return concluded(np.array(order, np.int64), np.array(gains), value, bound, maximise=True, stopped=stopped, nodes=nodes)

    def _with(self, sites: Ints) -> tuple[float, float]:
        x = np.zeros(self.m)
        x[sites] = 1.0
        filled = (self.holds @ x > 0)[self.entry]
        part = np.bincount(self.owner, weights=filled, minlength=len(self.lacks)) / np.maximum(self.lacks, 1)
        return float(self.windows.weight[part >= 1].sum()), float(self.windows.weight @ part)

    def proved(self, sites: Ints, dual: Dual, effort: Effort) -> Choice:
        inside, others = np.flatnonzero(dual.inside), self.limits.left_open(dual.inside, dual.out)
        if others is None:                                     # every better choice would have to hold what may not be held
            return self.told(sites, self.value(sites), "proven")
        keep = np.sort(np.concatenate([inside, others]))
        program, point = _program(self, keep, inside)
        start = point(sites) if np.isin(sites, keep).all() and np.isin(inside, sites).all() else None
        solved = solve(program, effort, start=start)
        if solved.x is not None:
            tried = keep[solved.x[:len(keep)] > 0.5]
            if self.limits.allow(tried):
                sites = max((sites, tried), key=self.value)
        value = self.value(sites)
        bound = value if solved.ended == "infeasible" else max(-solved.bound, value)
        return self.told(sites, min(bound, dual.bound), solved.ended, solved.nodes)


def _program(problem: Problem, keep: Ints, inside: Ints) -> tuple[Program, Callable[[Ints], Floats]]:
    """Columns: candidates kept, windows filled, groups served; groups the kept cannot serve are left out."""
    holds = sp.csr_array(problem.holds[:, keep])
    possible = problem.filled(keep)
    needs = sp.csr_array(problem.windows.needs[np.flatnonzero(possible)])
    used = np.unique(needs.indices)
    holds, needs = sp.csr_array(holds[used]), sp.csr_array(needs[:, used])
    m, w, g = len(keep), len(used), needs.shape[0]
    pairs, n = needs.nnz, len(inside)
    own = sp.csr_array((np.ones(pairs), (np.arange(pairs), np.repeat(np.arange(g), np.diff(needs.indptr)))), shape=(pairs, g))
    fills = sp.csr_array((np.ones(pairs), (np.arange(pairs), needs.indices)), shape=(pairs, w))
    bound, most = problem.limits.kept(keep, np.zeros(0, np.int64)).rows(m)
    table = sp.csr_array(sp.vstack([
        sp.hstack([holds, -sp.eye_array(w), sp.csr_array((w, g))]),
        sp.hstack([sp.csr_array((pairs, m)), fills, -own]),
        sp.hstack([bound, sp.csr_array((bound.shape[0], w + g))]),
        sp.csr_array((np.ones(n), (np.arange(n), np.searchsorted(keep, inside))), shape=(n, m + w + g)),
    ]))
    free = w + pairs
    low = np.concatenate([np.zeros(free), np.full(len(most), -np.inf), np.ones(n)])
    high = np.concatenate([np.full(free, np.inf), most, np.ones(n)])
    cost = np.concatenate([np.zeros(m + w), -problem.windows.weight[possible]])

    def point(sites: Ints) -> Floats:
        x = np.isin(keep, sites).astype(np.float64)
        filled = np.minimum(holds @ x, 1.0)
        served = np.bincount(np.repeat(np.arange(g), np.diff(needs.indptr)), weights=1 - filled[needs.indices], minlength=g) == 0
        return np.concatenate([x, filled, served.astype(np.float64)])

    whole = np.arange(m + w + g) < m
    return Program(cost, np.ones(m + w + g), whole, table, low, high), point
