"""A few dear things kept ready, made by one asker while the others who want the same wait, and nobody else does.

In: a key, how to make its thing.    Out: the thing; the least used one goes when there are too many.
Never knows: what is in it. Thread-safe.
"""
from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Pool(Generic[T]):
    def __init__(self, most: int) -> None:
        self._most = most
        self._ready: OrderedDict[Hashable, T] = OrderedDict()
        self._making: dict[Hashable, Future[T]] = {}
        self._lock = Lock()
        self.made = 0                # how many were ever made

    def __len__(self) -> int:
        return len(self._ready)

    def values(self) -> list[T]:
        """What is ready, the least used first."""
        with self._lock:
            return list(self._ready.values())

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of a key. Two who ask for one that is not ready make it once; whoever asks for another does not wait.

        When making fails, all who waited for it get the same exception, and the next asker tries again.
        """
        with self._lock:
            if key in self._ready:
                self._ready.move_to_end(key)
                return self._ready[key]
            waiting = self._making.get(key)
            if waiting is None:
                mine = self._making[key] = Future[T]()
        if waiting is not None:
            return waiting.result()
        try:
            made = make()
        except BaseException as why:
            with self._lock:
                del self._making[key]
            mine.set_exception(why)
            raise
        with self._lock:
            self._ready[key] = made
            while len(self._ready) > self._most:
                self._ready.popitem(last=False)
            del self._making[key]
            self.made += 1
        mine.set_result(made)
        return made
