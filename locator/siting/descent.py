"""Down the slope of a dual: subgradient steps with a memory of the last ones (Camerini, Fratta and Maffioli 1975).

In: prices, the bound they give, its slope.    Out: the next prices; the lowest bound met.
Never knows: whose prices. Bounds here are to be lowered; who raises his hands in its negative.
"""
from __future__ import annotations

from collections.abc import Callable

import numpy as np

from locator.siting.choice import CLOSE, Floats, Ints

STALL = 20               # steps without a better bound after which they are shortened, from the best prices on
SHORTER = 0.7
MEMORY = 0.7
SHORTEST = 1e-3
WORTH = 1e-4             # of what is still open between bound and value: less is no progress


class Descent:
    """value   of the best choice known; raised by the caller as better ones are met
    bound    the lowest met
    """

    def __init__(self, value: float, rounded: Callable[[float], float], *, stretch: float = 1.0) -> None:
        self.value, self.bound, self._rounded = value, np.inf, rounded
        self._stretch, self._stalled = stretch, 0
        self._best: Floats | None = None
        self._way: Floats | None = None

    def step(self, price: Floats, bound: float, slope: Floats | Ints) -> Floats | None:
        """The next prices; None: the bound meets the value, or steps have become too short to matter."""
        if not np.isfinite(self.bound) or bound < self.bound - WORTH * (self.bound - self.value):
            self._best, self._stalled = price, 0
        else:
            self._stalled += 1
        self.bound = min(self.bound, bound)
        if self._stalled > STALL:
            self._stretch, self._stalled, self._way = self._stretch * SHORTER, 0, None
            assert self._best is not None
            price = self._best
        way = np.asarray(slope, np.float64) if self._way is None else slope + MEMORY * self._way
        size = float(way @ way)
        met = self._rounded(self.bound) - self.value <= CLOSE * max(1.0, abs(self.value))
        if met or size == 0 or self._stretch < SHORTEST:
            return None
        self._way = way
        return price - self._stretch * max(bound - self.value, 0.0) / size * way
