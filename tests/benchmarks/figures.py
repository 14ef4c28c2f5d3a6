"""A figure: what was measured, and what was asked of it. One line each.

In: numbers.    Out: `name value unit asked` on a line, and whether it holds.
"""
from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


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


BEGAN = time.monotonic()


def say(what: str) -> None:
    """Progress, beside the figures: on standard error, with the seconds since the bench began."""
    print(f"[{time.monotonic() - BEGAN:5.0f} s] {what}", file=sys.stderr, flush=True)


def once_ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def best_ms(work: Callable[[], object], times: int = 5) -> float:
    """Milliseconds of the quickest of several runs: what the code costs, not what the machine was doing."""
    return min(once_ms(work) for _ in range(times))


def cpu_ms(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1e3


def settled() -> bool:
    """True, once the C library has swept together what the last work freed: else the next one's first array waits for
    that (20 ms after a million geometries)."""
    return np.empty(1 << 16).size > 0


def alternate(*works: Callable[[], object], times: int = 7) -> list[float]:
    """The median processor milliseconds of each work, run in turns: what the machine does besides counts least so.

    Only for works that run in this process and do not wait.
    """
    runs = [[cpu_ms(work) for work in works if settled()] for _ in range(times)]
    return [statistics.median(column) for column in zip(*runs, strict=True)]
