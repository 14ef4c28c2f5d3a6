"""The p-median as a program over radii: a demand pays step by step until some open site is near enough (Elloumi 2010).

In: costs, what each costs today, limits.    Out: Radius: the program, and the way from its columns back to sites.
Never knows: how it is solved. Far fewer entries than one column a pair of site and demand.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from locator.siting.choice import Flags, Floats, Ints, Limits
from locator.siting.highs import Program


@dataclass(frozen=True, eq=False)
class Radius:
    """base   what all demand costs at least, added to the program's cost
    costs    (m, n);  of, from_cost: the demand and the cost above which each step column pays
    """

    program: Program
    base: float
    costs: Floats
    of: Ints
    above: Floats


def radius_program(costs: Floats, today: Floats, limits: Limits) -> Radius:
    """Column t of demand i is 1 when no site serves i at its t-th cost or less; it then pays the step to the next cost."""
    m, n = costs.shape
    of, above, steps, near = [], [], [], []
    base = 0.0
    columns = 0
    entry: tuple[list[Ints], list[Ints], list[Floats]] = ([], [], [])
    for i in range(n):
        order = np.argsort(costs[:, i], kind="stable")
        order = order[costs[order, i] < today[i]]
        levels, at = np.unique(costs[order, i], return_inverse=True)
        levels = np.append(levels, today[i])
        base += float(levels[0])
        t = len(levels) - 1
        rows = columns + np.arange(t)
        entry[0].extend((columns + at, rows, rows[1:]))
        entry[1].extend((order, m + rows, m + rows[:-1]))
        entry[2].extend((np.ones(len(order)), np.ones(t), -np.ones(max(t - 1, 0))))
        of.append(np.full(t, i))
        above.append(levels[:-1])
        steps.append(np.diff(levels))
        near.append(np.arange(t) == 0)
        columns += t
    bound, most = limits.rows(m)
    row, column, value = (np.concatenate(part) if part else np.zeros(0) for part in entry)
    body = sp.csr_array((value, (row.astype(np.int64), column.astype(np.int64))), shape=(columns, m + columns))
    table = sp.csr_array(sp.vstack([body, sp.hstack([bound, sp.csr_array((bound.shape[0], columns))])]))
    low = np.concatenate([np.concatenate([[], *near]).astype(np.float64), np.full(len(most), -np.inf)])
    high = np.concatenate([np.full(columns, np.inf), most])
    program = Program(np.concatenate([np.zeros(m), *steps]), np.ones(m + columns), _first(m, m + columns), table, low, high)
    empty = np.zeros(0)
    return Radius(program, base, costs, np.concatenate([empty, *of]).astype(np.int64), np.concatenate([empty, *above]))


def _first(m: int, n: int) -> Flags:
    return np.arange(n) < m


def chosen_of(radius: Radius, x: Floats) -> Ints:
    return np.flatnonzero(x[:radius.costs.shape[0]] > 0.5)


def point_of(radius: Radius, sites: Ints) -> Floats:
    """The program's columns for these sites."""
    x = np.zeros(radius.costs.shape[0])
    x[sites] = 1.0
    nearest = radius.costs[sites].min(axis=0, initial=np.inf)
    return np.concatenate([x, (nearest[radius.of] > radius.above).astype(np.float64)])
