"""Work that goes on in a thread of its own until somebody asks for it.

In: work without arguments.    Out: its result, waited for.
Never knows: what is worked out.
"""
from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any, Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T")


class Begun(Generic[T]):
    """Whoever asks for the result gets it; where it had gone wrong by then, it is tried again."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work, self._lock = work, Lock()
        self._future = self._begin()
        _all.add(self)

    def _begin(self) -> Future[T]:
        future = Future[T]()

        def run() -> None:
            try:
                future.set_result(self._work())
            except BaseException as why:
                future.set_exception(why)
        Thread(target=run, name="begun").start()
        return future

    def done(self) -> bool:
        return self._future.done()

    def result(self) -> T:
        """Waited for."""
        with self._lock:
            if self._future.done() and self._future.exception() is not None:
                self._future = self._begin()
            future = self._future
        return future.result()


_all = WeakSet[Begun[Any]]()


def still_at_work() -> bool:
    """Is anything begun here still being done?"""
    return any(not one.done() for one in list(_all))
