"""What may be chosen, how long to look, and what was found: the words all siting models share.

In: numbers of sites, costs, pairs that exclude each other.    Out: Limits, Effort, Choice.
Never knows: which model, what a candidate is, roads.
"""
from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from geodata.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
CLOSE = 1e-6              # a bound nearer than this share of the value counts as reached: HiGHS works to 1e-6 itself
PLENTY = 1e300


@dataclass(frozen=True, eq=False)
class Limits:
    """Which sets of candidates may be chosen: at most k, within a budget, no two that exclude each other.

    k       None: any number
    cost    (m,) what each costs, >= 0; with budget
    apart   (pairs, 2) candidates of which at most one may be chosen
    """

    k: int | None = None
    cost: Floats | None = None
    budget: float | None = None
    apart: Ints = field(default_factory=lambda: np.zeros((0, 2), np.int64))

    def checked(self, m: int) -> Limits:
        """The same, complete for m candidates. Raises BadInput."""
        if self.k is not None and self.k < 0:
            raise BadInput("out_of_range", field="k", value=self.k, low=0, high=m)
        if self.budget is not None and not 0 <= self.budget <= PLENTY:
            raise BadInput("out_of_range", field="budget", value=self.budget, low=0, high=PLENTY)
        cost = np.ones(m) if self.cost is None else np.asarray(self.cost, np.float64)
        if cost.shape != (m,) or not (np.isfinite(cost) & (cost >= 0)).all():
            raise BadInput("out_of_range", field="cost", value=float(np.min(cost, initial=0)), low=0, high=PLENTY)
        pairs = np.unique(np.sort(np.asarray(self.apart, np.int64).reshape(-1, 2), axis=1), axis=0)
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
        return Limits(m if self.k is None else min(self.k, m), cost, PLENTY if self.budget is None else self.budget, pairs)

    def filled(self) -> tuple[int, Floats, float]:
        """(k, cost, budget) of checked limits."""
        assert self.k is not None and self.cost is not None and self.budget is not None
        return self.k, self.cost, self.budget

    def allow(self, sites: Ints) -> bool:
        k, cost, budget = self.filled()
        inside = np.isin(self.apart, sites).all(axis=1).any() if len(self.apart) else False
        return len(sites) <= k and float(cost[sites].sum()) <= budget * (1 + 1e-9) and not inside

    def conflicts(self, m: int) -> sp.csr_array:
        """(m, m) who excludes whom."""
        both = np.concatenate([self.apart, self.apart[:, ::-1]])
        return sp.csr_array((np.ones(len(both), np.int8), (both[:, 0], both[:, 1])), shape=(m, m))

    def rows(self, m: int) -> tuple[sp.csr_array, Floats]:
        """The limits as rows over the m candidates, each row at most its right side."""
        k, cost, budget = self.filled()
        parts: list[sp.csr_array] = [sp.csr_array(np.ones((1, m)))]
        most = [float(k)]
        if budget < PLENTY:
            parts.append(sp.csr_array(cost[None, :]))
            most.append(budget)
        e = len(self.apart)
        if e:
            parts.append(sp.csr_array((np.ones(2 * e), (np.repeat(np.arange(e), 2), self.apart.ravel())), shape=(e, m)))
            most += [1.0] * e
        return sp.csr_array(sp.vstack(parts)), np.array(most)

    def left_open(self, inside: Flags, out: Flags) -> Ints | None:
        """The candidates neither sure nor ruled out once `inside` are; None when `inside` are not allowed together."""
        if not self.allow(np.flatnonzero(inside)):
            return None
        rivals = np.zeros(len(inside), np.bool_)
        rivals[self.apart[inside[self.apart[:, 0]], 1]] = True
        rivals[self.apart[inside[self.apart[:, 1]], 0]] = True
        return np.flatnonzero(~(inside | out | rivals))

    def kept(self, keep: Ints, inside: Ints) -> Limits:
        """The limits over candidates `keep` alone once `inside` are chosen (neither of whose rivals is in `keep`)."""
        k, cost, budget = self.filled()
        place = np.full(len(cost), -1, np.int64)
        place[keep] = np.arange(len(keep))
        pairs = place[self.apart]
        left = budget if budget >= PLENTY else max(budget - float(cost[inside].sum()), 0.0)
        return Limits(max(k - len(inside), 0), cost[keep], left, pairs[(pairs >= 0).all(axis=1)])


@dataclass(eq=False)
class Effort:
    """How long to look. `seconds` stops a run on a slow machine; the other two stop it at the same point everywhere.

    nodes     branches HiGHS may open, None: as many as it takes; 0: covering does not ask it at all
    rounds    steps of the dual
    progress  told what is being done, done and in all;  cancelled: asked now and then
    """

    seconds: float = 60.0
    nodes: int | None = None
    rounds: int = 400
    progress: Callable[[str, float, float], None] | None = None
    cancelled: Callable[[], bool] | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def left_s(self) -> float:
        return max(self.seconds - (time.monotonic() - self.began), 0.0)

    @property
    def over(self) -> bool:
        return self.left_s <= 0.0 or (self.cancelled is not None and self.cancelled())

    def tell(self, what: str, done: float, of: float) -> None:
        if self.progress is not None:
            self.progress(what, done, of)


@dataclass(frozen=True, eq=False)
class Choice:
    """Sites in the order of what they add, and what is known of the best there can be.

    sites    (k,) candidates; empty when nothing helps, or when nothing is allowed
    gains    (k,) what each adds to those before it (what it takes away, for distances)
    value    of the model for these sites; None: no set of candidates meets the limits
    bound    no allowed set is better than this; None: as value
    proven   the bound is reached: this is an optimum
    stopped  why the search ended: proven, nodes, time or cancelled. Only `time` and `cancelled` can end elsewhere next time
    """

    sites: Ints
    gains: Floats
    value: float | None
    bound: float | None
    proven: bool
    stopped: str
    nodes: int = 0

    @property
    def gap(self) -> float | None:
        """How much better the best could be, as a share of the value; 0 when proven, None when nothing is known."""
        if self.value is None or self.bound is None or not np.isfinite(self.bound):
            return None
        return 0.0 if self.proven else abs(self.bound - self.value) / max(abs(self.value), 1e-12)


def reached(value: float, bound: float) -> bool:
    return abs(bound - value) <= CLOSE * max(1.0, abs(value))


def concluded(sites: Ints, gains: Floats, value: float, bound: float, *, maximise: bool, stopped: str, nodes: int = 0) -> Choice:
    """A Choice whose bound is never on the wrong side of its value, and which is proven only when the two meet."""
    bound = max(bound, value) if maximise else min(bound, value)
    proven = reached(value, bound)
    return Choice(sites, gains, value, value if proven else bound, proven, "proven" if proven else stopped, nodes)
