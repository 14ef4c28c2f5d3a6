"""The ladder: where driving ends, the last safe stop, and what is left if one is skipped or full."""
from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from locator.rests import ALWAYS, DriverState, Limit, Rung, StopTable, find_ladder, read_rules

ON = date(2026, 11, 24)
MORNING = datetime(2026, 11, 24, 8, tzinfo=UTC)
HOUR, MIN = 3_600_000, 60_000


def road(*stops_h: float, long_h: float = 10, **more: object) -> StopTable:
    """Stops at hours of driving, two minutes off the road each; 70 km/h."""
    leave = np.array([round(h * HOUR) for h in stops_h], np.int64)
    side = np.full(len(leave), 2 * MIN)
    at = np.array([0, round(long_h * HOUR)])
    return StopTable(int(at[1]), leave, side, side, leave, at_ms=at, at_m=at / HOUR * 70_000, **more)  # type: ignore[arg-type]


def ladder(table: StopTable, rule: str = "cn", depart: datetime = MORNING, unknown: str = "open", **state: object,
           ) -> tuple[Limit, tuple[Rung, ...]]:
    return find_ladder(read_rules(rule, ON), DriverState(**state), table, depart, unknown=unknown)  # type: ignore[arg-type]


def test_every_stop_before_the_limit_with_minutes_to_spare_and_the_last_marked() -> None:
    limit, rungs = ladder(road(1, 2.5, 3.5, 4.5))
    assert (limit.which, limit.left_s, limit.at_m, limit.need) == ("drive", 4 * 3600, pytest.approx(280_000), "break")
    assert [(r.stop, r.spare_s / 60, r.last_safe) for r in rungs] == [(0, 178, False), (1, 88, False), (2, 28, True)]
    assert [r.next_if_skipped for r in rungs] == [1, 2, None]
    assert [r.next_if_full for r in rungs] == [1, 2, None]


def test_driving_into_a_full_place_costs_its_detour() -> None:
    """From the road the second still fits; from inside the first it is two minutes too far."""
    side = np.array([30, 1]) * MIN
    leave = np.array([2, 3.5]) * HOUR
    table = StopTable(6 * HOUR, leave.astype(np.int64), side, side, leave.astype(np.int64))
    _, rungs = ladder(table)
    assert rungs[0].next_if_skipped == 1 and rungs[0].next_if_full is None
    beside = StopTable(6 * HOUR, leave.astype(np.int64), side, side, leave.astype(np.int64), between=np.array([[0, 1, HOUR]]))
    assert ladder(beside)[1][0].next_if_full == 1               # a road of its own leads from one to the other


@pytest.mark.parametrize(("at_min", "fits"), [(237, True), (238, True), (239, False)])
def test_both_sides_of_the_limit(at_min: int, fits: bool) -> None:
    assert bool(ladder(road(at_min / 60))[1]) is fits


def test_a_closed_place_is_no_safe_stop_and_an_unknown_one_is_told_as_such() -> None:
    hours = (((0, ALWAYS),), None, ((0, 3 * HOUR),))
    _, rungs = ladder(road(1, 2, 3.5, hours=hours))
    assert [(r.open, r.fits, r.last_safe) for r in rungs] == [(True, True, False), (None, True, True), (False, False, False)]
    _, careful = ladder(road(1, 2, 3.5, hours=hours), unknown="closed")
    assert [(r.fits, r.last_safe) for r in careful] == [(True, True), (False, False), (False, False)]
    assert careful[0].next_if_skipped is None


@pytest.mark.parametrize(("minutes", "fits"), [(19, False), (20, True)])
def test_a_break_must_fit_before_it_closes(minutes: int, fits: bool) -> None:
    close = 2 * HOUR + 2 * MIN + minutes * MIN
    assert ladder(road(2, hours=(((0, close),),)))[1][0].fits is fits


@pytest.mark.parametrize(("rule", "state", "which", "left_h", "need"), [
    ("cn", {"since_break_s": 3_600}, "drive", 3, "break"),
    ("eu", {}, "drive", 4.5, "break"),
    ("eu", {"driven_today_s": 7 * 3600, "on_duty_s": 9 * 3600}, "day_drive", 3, "rest"),
    ("eu", {"driven_today_s": 7 * 3600, "on_duty_s": 9 * 3600, "long_days": 2}, "day_drive", 2, "rest"),
    ("eu", {"on_duty_s": 13 * 3600}, "duty", 2, "rest"),
    ("eu", {"on_duty_s": 12 * 3600, "reduced_rests": 3}, "duty", 1, "rest"),
    ("eu", {"driven_week_s": 54 * 3600}, "week_drive", 2, "rest"),
    ("eu", {"driven_week_s": 44 * 3600, "driven_last_week_s": 45 * 3600}, "two_weeks_drive", 1, "rest"),
    ("eu", {"since_week_rest_s": 143 * 3600}, "week_rest", 1, "rest"),
    ("us", {}, "drive", 8, "break"),
    ("us", {"on_duty_s": 9 * 3600}, "duty", 5, "rest"),
    ("us", {"driven_today_s": 6 * 3600, "on_duty_s": 7 * 3600}, "day_drive", 5, "rest"),
    ("us", {"cycle_s": 68 * 3600}, "cycle", 2, "rest"),
    ("us", {"since_break_s": 9 * 3600}, "drive", -1, "break"),
])
def test_which_limit_comes_first(rule: str, state: dict[str, float], which: str, left_h: float, need: str) -> None:
    limit, _ = ladder(road(1), rule, **state)
    assert (limit.which, limit.left_s / 3600, limit.need) == (which, left_h, need)


@pytest.mark.parametrize(("hour", "minute", "left_h"), [
    (8, 0, 4), (19, 59, 4), (20, 0, 4), (20, 30, 3.5), (22, 0, 2), (3, 30, 2), (4, 0, 4), (5, 0, 4)])
def test_the_company_night_ends_driving_sooner(hour: int, minute: int, left_h: float) -> None:
    """2 h of driving between 22:00 and 06:00; 4 h in all."""
    limit, _ = ladder(road(1), "company", datetime(2026, 11, 24, hour, minute, tzinfo=UTC))
    assert (limit.left_s / 3600, limit.which) == (left_h, "drive" if left_h == 4 else "night_drive")


def test_only_places_to_sleep_at_end_a_day() -> None:
    _, rungs = ladder(road(1, 2, can_rest=np.array([True, False])), "eu", driven_today_s=7 * 3600.0, on_duty_s=8 * 3600.0)
    assert [(r.stop, r.fits, r.last_safe) for r in rungs] == [(0, True, True), (1, False, False)]


def test_nothing_in_reach_gives_no_rungs() -> None:
    limit, rungs = ladder(road(5), since_break_s=3_600 * 2)
    assert rungs == () and limit.left_s == 7_200
    assert ladder(road(1, long_h=3))[0].at_m is None                   # the limit lies beyond the end
