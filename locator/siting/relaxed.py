"""The best sum of scores that limits allow, exclusions left aside: what every dual here ends in.

In: a score a candidate, limits.    Out: Best: the sum, who is inside, what forcing anybody in or out takes from it.
Never knows: where the scores come from. The budget is priced (a multiplier a unit of cost), so the sum is an upper bound.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from locator.siting.choice import PLENTY, Flags, Floats

HALVINGS = 50


@dataclass(frozen=True, eq=False)
class Best:
    """drop  (m,) by how much at least the bound falls when a candidate inside is left out, or one outside is taken"""

    value: float
    inside: Flags
    drop: Floats


def best_sum(score: Floats, k: int, cost: Floats, budget: float) -> Best:
    """The bound at the price of money that makes it lowest."""
    found = _at_price(score, k, cost, budget, 0.0)
    if budget >= PLENTY or float(cost[found.inside].sum()) <= budget:
        return found
    low, high = 0.0, float(np.max(score / np.maximum(cost, 1e-12), initial=0.0))
    for _ in range(HALVINGS):
        price = (low + high) / 2
        tried = _at_price(score, k, cost, budget, price)
        found = min(found, tried, key=lambda one: one.value)
        if float(cost[tried.inside].sum()) > budget:
            low = price
        else:
            high = price
    return found


def _at_price(score: Floats, k: int, cost: Floats, budget: float, price: float) -> Best:
    net = score - price * cost if price else score
    m = len(net)
    order = np.argsort(-net, kind="stable") if m <= 64 else _front(net, k + 1)
    taken = order[:k][net[order[:k]] > 0]
    inside = np.zeros(m, np.bool_)
    inside[taken] = True
    last = max(float(net[order[k - 1]]), 0.0) if 0 < k <= len(order) else 0.0 if k else PLENTY
    following = max(float(net[order[k]]), 0.0) if k < len(order) else 0.0
    drop = np.where(inside, net - following, last - net)
    return Best(float(net[taken].sum()) + (price * budget if price else 0.0), inside, drop)


def _front(net: Floats, n: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The n greatest, greatest first; of equals the lowest number."""
    if n >= len(net):
        return np.argsort(-net, kind="stable")
    edge = -np.partition(-net, n - 1)[n - 1]
    front = np.flatnonzero(net >= edge)
    return front[np.argsort(-net[front], kind="stable")][:n]
