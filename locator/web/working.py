"""A bounded number of questions at once, each within a time limit.

In: a question without arguments.    Out: its answer, or an error that says to come again.
Never knows: what is asked. A question past its limit cannot be stopped from outside: it keeps its place until it ends,
so that late questions use up places, never the machine.
"""
from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

from geodata.errors import Unavailable

Answer = TypeVar("Answer")


class Workers:
    """`places` questions at once; one more waits until a place is free, within its own limit."""

    def __init__(self, places: int, limit_s: float) -> None:
        self._limit_s = limit_s
        self._pool = ThreadPoolExecutor(places, thread_name_prefix="question")
        self._free = BoundedSemaphore(places)

    def run(self, question: Callable[[], Answer]) -> Answer:
        """Raises  Unavailable busy (no place came free) or took_too_long; else what the question raises."""
        until = time.monotonic() + self._limit_s
        if not self._free.acquire(timeout=self._limit_s):
            raise Unavailable("busy")
        future = self._pool.submit(question)
        future.add_done_callback(lambda _: self._free.release())
        try:
            return future.result(timeout=max(until - time.monotonic(), 0.0))
        except TimeoutError:
            if future.done():                  # the question's own
                raise
            raise Unavailable("took_too_long", limit_s=f"{self._limit_s:g}") from None
