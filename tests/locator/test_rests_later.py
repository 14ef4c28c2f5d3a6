"""Of plans that cost the same, the one that rests later: held against trying every choice of stops."""
from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import combinations, pairwise

import numpy as np
import pytest

from locator.resting.search import Found, find_best
from locator.rests import DriverState, StopTable, read_rules

HOUR, MIN = 3_600_000, 60_000
TUESDAY = datetime(2026, 11, 24, 8, tzinfo=UTC)
CN = read_rules("cn", date(2026, 11, 24))


def draw(seed: int) -> tuple[StopTable, int]:
    """A road whose stops lie at whole tenths of hours and cost little or nothing, so that many plans cost the same."""
    rng = np.random.default_rng(seed)
    tenths, n = int(rng.integers(30, 120)), int(rng.integers(3, 9))
    leave = np.sort(rng.integers(1, tenths, n)) * (HOUR // 10)
    side = rng.choice([0, 0, 0, MIN], n)
    table = StopTable(tenths * (HOUR // 10), leave, side, side, leave, penalty_ms=rng.choice([0, 0, 0, 3 * MIN], n))
    return table, int(rng.choice([0, 30, 120])) * 60


def best_of_all(table: StopTable, since_s: int) -> tuple[int, int] | None:
    """(what it costs, seconds ahead at its stops): the least of both in this order, over all choices of stops."""
    found: list[tuple[int, int]] = []
    assert table.penalty_ms is not None
    for count in range(len(table) + 1):
        for chosen in combinations(range(len(table)), count):
            marks = [None, *chosen, None]
            drives = [table.drive_ms(a, b) for a, b in pairwise(marks)]
            if any(drive is None for drive in drives):
                continue
            driven = [drive for drive in drives if drive is not None]
            if driven[0] + since_s * 1000 > 4 * HOUR or max(driven) > 4 * HOUR:
                continue
            cost = sum(driven) + sum(20 * MIN + int(table.penalty_ms[stop]) for stop in chosen)
            found.append((cost, sum((table.route_ms - int(table.leave_ms[stop])) // 1000 for stop in chosen)))
    return min(found, default=None)


def told(table: StopTable, found: Found) -> tuple[int, int] | None:
    if found.visits is None:
        return None
    ahead = sum((table.route_ms - int(table.leave_ms[visit.stop])) // 1000 for visit in found.visits)
    return found.arrive_ms + found.penalty_ms, ahead


def test_of_equal_plans_the_later_is_chosen() -> None:
    ties = 0
    for seed in range(400):
        table, since_s = draw(seed)
        right = best_of_all(table, since_s)
        found = find_best(CN, DriverState(since_break_s=since_s), table, TUESDAY)
        assert told(table, found) == right, seed
        ties += right is not None and found.visits != ()
    assert ties > 150


@pytest.mark.parametrize(("rule", "hours", "stops", "chosen"), [
    ("cn", 6, (1.0, 2.5, 3.9, 5.0), [2]), ("eu", 7, (1.0, 3.0, 4.4, 6.0), [2]), ("us", 10, (1.0, 4.0, 7.9, 9.0), [2]),
    ("cn", 10, (1.9, 2.1, 3.9, 5.9, 6.1, 7.8, 9.0), [2, 5]),
])
def test_a_driver_drives_before_he_rests(rule: str, hours: float, stops: tuple[float, ...], chosen: list[int]) -> None:
    leave = np.array([round(h * HOUR) for h in stops])
    none = np.zeros(len(leave), np.int64)
    table = StopTable(round(hours * HOUR), leave, none, none, leave)
    found = find_best(read_rules(rule, date(2026, 11, 24)), DriverState(), table, TUESDAY)
    assert found.visits is not None and [visit.stop for visit in found.visits] == chosen


def test_nothing_is_paid_for_resting_later() -> None:
    leave, side = np.array([2 * HOUR, 3 * HOUR]), np.array([0, 1])
    table = StopTable(5 * HOUR, leave, side, side, leave)            # the later one costs two milliseconds
    found = find_best(CN, DriverState(), table, TUESDAY)
    assert found.visits is not None and [visit.stop for visit in found.visits] == [0]
