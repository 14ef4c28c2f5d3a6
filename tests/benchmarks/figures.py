"""A figure: what was measured, and what was asked of it. One line each.

In: numbers.    Out: `name value unit asked` on a line, and whether it holds.
"""
from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`asked` reads "<=150" or ">=5"; "==0" counts faults and is how a bench checks its own answers."""

    name: str
    value: float
    unit: str
    asked: str

    @property
    def holds(self) -> bool:
        sign, limit = self.asked[:2], float(self.asked[2:])
        return {"<=": self.value <= limit, ">=": self.value >= limit, "==": self.value == limit}[sign]

    def __str__(self) -> str:
        return f"{self.name} {self.value:.4g} {self.unit} {self.asked}{'' if self.holds else '  FELL SHORT'}"


def best_ms(work: Callable[[], object], times: int = 5) -> float:
    """Milliseconds of the quickest of several runs: what the code costs, not what the machine was doing."""
    def once() -> float:
        start = time.perf_counter()
        work()
        return (time.perf_counter() - start) * 1e3
    return min(once() for _ in range(times))
