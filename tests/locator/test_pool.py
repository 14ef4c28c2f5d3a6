"""The pool: one makes, those who want the same wait, nobody else does; a failure is not kept."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from locator.engines.pool import Pool


def test_one_makes_while_the_others_of_its_key_wait_and_those_of_another_do_not() -> None:
    pool, begun, free = Pool[str](4), Event(), Event()

    def slow() -> str:
        begun.set()
        assert free.wait(10)
        return "slow"
    with ThreadPoolExecutor(5) as threads:
        asked = [threads.submit(pool.get, "a", slow) for _ in range(4)]
        assert begun.wait(10)
        assert threads.submit(pool.get, "b", lambda: "quick").result(10) == "quick"       # while "a" is being made
        assert not any(one.done() for one in asked)
        free.set()
        assert [one.result(10) for one in asked] == ["slow"] * 4
    assert pool.made == 2


def test_the_least_used_goes_first() -> None:
    pool = Pool[int](2)
    for key in (1, 2, 1, 3):
        pool.get(key, lambda key=key: key)  # type: ignore[misc]
    assert pool.values() == [1, 3] and len(pool) == 2 and pool.made == 3
    pool.get(2, lambda: 2)
    assert pool.made == 4


def test_a_failure_is_the_asker_s_and_the_next_tries_again() -> None:
    pool = Pool[str](2)

    def fails() -> str:
        raise MemoryError
    for _ in range(2):
        with pytest.raises(MemoryError):
            pool.get("a", fails)
    assert pool.get("a", lambda: "again") == "again" and pool.made == 1
