"""Rest plans: how quick, how many labels, and still equal to trying everything.

Askings are for 2 cores shared with others. Cases are drawn by seed: a road with stops as dense as a motorway's, half of them with
opening hours in the cases named so, penalties of up to 11 minutes, half fit for a night.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np

from locator.resting.search import Found, find_best
from locator.rests import ALWAYS, DriverState, StopTable, find_ladder, read_rules
from tests.benchmarks.figures import Figure, best_ms
from tests.locator.exhaustive import LAWS, draw_case
from tests.locator.lawful import NEVER
from tests.locator.planned import check

HOUR, MIN = 3_600_000, 60_000
TUESDAY = datetime(2026, 11, 24, 8, tzinfo=UTC)
CASES = 1_100                        # a case in fifty is too large to try everything
SIZES = ((300, 12), (1_000, 40))
ASKED_MS = {("cn", 300): 50, ("cn", 1_000): 50, ("eu", 300): 100, ("us", 300): 100}
GAP_MIN = 180.0                      # of a trip of 40 h of driving; stated, not hidden


def trip(stops: int, hours: int, timed: bool, seed: int) -> StopTable:
    rng = np.random.default_rng([stops, timed, seed])
    total = hours * HOUR
    leave = np.sort(rng.integers(1, total - 10 * MIN, stops))
    out = rng.integers(30, 400, stops) * 1000
    rejoin = np.minimum(leave + rng.integers(0, 60, stops) * 1000, total)
    back = np.maximum(rng.choice([1, 2, 4, 6, 10], stops) * MIN + rejoin - leave - out, rejoin - leave)
    table_hours = None
    if timed:
        opens, long = rng.integers(0, 12, stops), rng.integers(4, 14, stops)
        table_hours = tuple(((0, ALWAYS),) if always else daily(a, a + b) for always, a, b
                            in zip(rng.random(stops) < 0.5, opens.tolist(), long.tolist(), strict=True))
    return StopTable(total, leave, out, back, rejoin, hours=table_hours, penalty_ms=rng.integers(0, 12, stops) * MIN,
                     can_rest=rng.random(stops) < 0.5)


def daily(opens: int, closes: int) -> tuple[tuple[int, int], ...]:
    """Hours of six days, in ms since 08:00 of the first."""
    return tuple((max(24 * d + opens - 8, 0) * HOUR, (24 * d + closes - 8) * HOUR) for d in range(6) if 24 * d + closes > 8)


def figures() -> Iterator[Figure]:
    for law in LAWS:
        yield from equality(law)
    for law in ("cn", "eu", "us"):
        for stops, hours in SIZES:
            for timed in (False, True):
                yield from speed(law, stops, hours, timed)
    table = trip(1_000, 40, True, 0)
    rules = read_rules("cn", TUESDAY.date())
    yield Figure("ladder_1000_stops", best_ms(lambda: find_ladder(rules, DriverState(), table, TUESDAY), 3), "ms", "<=50")


def equality(law: str) -> Iterator[Figure]:
    said = Counter[str]()
    for seed in range(CASES):
        case = draw_case(law, seed)
        if case.times[-2, -1] < NEVER:
            said[check(case)] += 1
    right = said["planned"] + said["impossible"]
    yield Figure(f"{law}_equal_to_trying_everything", right, "cases", ">=1000")
    yield Figure(f"{law}_of_them_with_a_plan", said["planned"], "cases", ">=400")
    yield Figure(f"{law}_not_equal", sum(said.values()) - right - said["unfinished"], "cases", "==0")


def speed(law: str, stops: int, hours: int, timed: bool) -> Iterator[Figure]:
    """The slowest of three trips, each at its quickest."""
    rules = read_rules(law, date(2026, 11, 24))
    name = f"{law}_{stops}_stops_{hours}h{'_hours' if timed else ''}"
    worst, labels, gap = 0.0, 0, 0.0
    for seed in range(3):
        table = trip(stops, hours, timed, seed)
        found: list[Found] = []
        worst = max(worst, best_ms(lambda t=table, f=found: f.append(find_best(rules, DriverState(), t, TUESDAY)), 3))
        assert found[-1].visits is not None
        labels, gap = max(labels, found[-1].made), max(gap, found[-1].gap_ms / MIN)
    yield Figure(name, worst, "ms", f"<={ASKED_MS.get((law, stops), 5_000)}")
    yield Figure(f"{name}_labels", labels, "labels", "<=3000000")
    yield Figure(f"{name}_gap", gap, "min", "==0" if (law, stops) in ASKED_MS else f"<={GAP_MIN:g}")
