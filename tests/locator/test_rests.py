"""Plans: equal to trying everything, as long as the roads say, and plain about what fails."""
from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import numpy as np
import pytest

from geodata.errors import BadInput
from locator.rests import ALWAYS, DriverState, RestPlan, StopTable, plan_rests, read_rules
from tests.locator.exhaustive import LAWS, draw_case
from tests.locator.lawful import DRIVE, NEVER, PART, REST, lawful, ticks
from tests.locator.planned import check

ON = date(2026, 11, 24)
TUESDAY = datetime(2026, 11, 24, 8, tzinfo=UTC)
MIN, HOUR = 60_000, 3_600_000


def compared(law: str, seeds: range) -> Counter[str]:
    """How the cases ended; anything but these three fails the test that asks."""
    said = Counter[str]()
    for seed in seeds:
        case = draw_case(law, seed)
        if case.times[-2, -1] < NEVER:
            said[check(case)] += 1
    assert set(said) <= {"planned", "impossible", "unfinished"}
    return said


@pytest.mark.parametrize("law", LAWS)
def test_a_plan_equals_trying_everything(law: str) -> None:
    said = compared(law, range(60))
    assert said["planned"] > 15 and said["impossible"] > 10 and said["unfinished"] <= 4


def test_a_monday_that_passes_while_he_stands_begins_a_new_week() -> None:
    """Drawn by chance: he sleeps over Sunday night, and the hours before count to the week before."""
    assert check(draw_case("eu", 357)) == "planned"


@pytest.mark.deep
@pytest.mark.parametrize("law", LAWS)
def test_a_thousand_plans_equal_trying_everything(law: str) -> None:
    said = compared(law, range(1_000, 2_100))
    assert said["planned"] + said["impossible"] >= 1_000 and said["planned"] > 400


NONE = np.array([NEVER, 0, 0, 0, 0, -100, 0])


@pytest.mark.parametrize(("law", "tick", "day", "good"), [
    (0, 10, [(DRIVE, 24), (REST, 2), (DRIVE, 24)], True),
    (0, 10, [(DRIVE, 24), (REST, 1), (DRIVE, 1)], False),
    (0, 10, [(DRIVE, 25)], False),
    (2, 15, [(DRIVE, 18), (REST, 3), (DRIVE, 18)], True),
    (2, 15, [(DRIVE, 8), (REST, 1), (DRIVE, 10), (REST, 2), (DRIVE, 18)], True),
    (2, 15, [(DRIVE, 8), (REST, 2), (DRIVE, 10), (REST, 1), (DRIVE, 1)], False),     # 30 then 15: the order is fixed
    (2, 15, [(DRIVE, 18), (REST, 3), (DRIVE, 18), (REST, 3), (DRIVE, 5)], False),                  # 10 h and a quarter
    (2, 15, [(DRIVE, 18), (REST, 3), (DRIVE, 18), (REST, 36), (DRIVE, 18)], True),
    (2, 15, [(DRIVE, 18), (REST, 3), (DRIVE, 18), (REST, 35), (DRIVE, 5)], False),                 # 8:45 is no rest
    (3, 30, [(DRIVE, 16), (REST, 1), (DRIVE, 6)], True),
    (3, 30, [(DRIVE, 17)], False),
    (3, 30, [(DRIVE, 16), (REST, 1), (DRIVE, 7)], False),
    (3, 30, [(DRIVE, 8), (PART, 14), (DRIVE, 14), (PART, 6), (DRIVE, 8)], True),    # 7 + 3; neither counts in 14 h
    (3, 30, [(DRIVE, 8), (PART, 14), (DRIVE, 14), (PART, 5), (DRIVE, 1)], False),
])
def test_the_judge_can_say_no(law: int, tick: int, day: list[tuple[int, int]], good: bool) -> None:
    line = ticks(day)
    past = np.array([0, 0]) if law < 2 else NONE if law == 2 else np.array([0])
    assert lawful(law, line, len(line), tick, 0, past, False) is good


def road(*stops_h: float, hours_long: float, detour_min: float = 4, **more: object) -> StopTable:
    """A straight road with stops at hours of driving; each takes half of detour_min out, and half back."""
    leave = np.array([round(h * HOUR) for h in stops_h], np.int64)
    side = np.full(len(leave), round(detour_min / 2 * MIN), np.int64)
    at = np.array([0, round(hours_long * HOUR)])
    return StopTable(int(at[1]), leave, side, side, leave, at_ms=at, at_m=at / HOUR * 70_000, **more)  # type: ignore[arg-type]


def ask(table: StopTable, rule: str = "cn", depart: datetime = TUESDAY, unknown: str = "open", **state: object) -> RestPlan:
    return plan_rests(read_rules(rule, ON), DriverState(**state), table, depart, unknown=unknown)  # type: ignore[arg-type]


@pytest.mark.parametrize(("at_min", "feasible"), [(237, True), (238, True), (239, False)])
def test_the_way_in_counts_before_the_limit(at_min: int, feasible: bool) -> None:
    plan = ask(road(at_min / 60, hours_long=6))
    assert plan.feasible is feasible
    if feasible:
        assert [leg.because for leg in plan.legs] == ["break", "end"]
        assert plan.arrive_s == 6 * 3600 + 4 * 60 + 20 * 60 and plan.drive_s == 6 * 3600 + 4 * 60


def test_minutes_driven_before_count() -> None:
    table = road(1, 3, hours_long=4.5)
    assert [leg.stop for leg in ask(table).legs][:-1] in ([0], [1])
    assert [leg.stop for leg in ask(table, since_break_s=90 * 60).legs] == [0, None]


def test_a_disliked_place_is_passed_by_for_a_longer_way_worth_less() -> None:
    table = road(3, 3.5, hours_long=5, penalty_ms=np.array([10 * MIN, 0]))
    assert [leg.stop for leg in ask(table).legs] == [1, None]


def test_a_place_that_closes_is_reached_before_or_not_used() -> None:
    shut = ((0, 2 * HOUR + 22 * MIN),)
    table = road(2, 3, hours_long=5, detour_min=4, hours=(shut, None), penalty_ms=np.array([0, 5 * MIN]))
    assert ask(table).legs[0].stop == 0                                     # arrives 2:02, needs 20 minutes
    late = road(2, 3, hours_long=5, hours=(((0, 2 * HOUR + 21 * MIN),), None), penalty_ms=np.array([0, 5 * MIN]))
    plan = ask(late)
    assert plan.legs[0].stop == 1 and plan.approximate and plan.legs[0].hours_unknown
    assert not ask(late, unknown="closed").feasible


def test_he_waits_for_a_gate_to_open_and_the_wait_is_no_rest() -> None:
    plan = ask(road(2, hours_long=5, hours=(((3 * HOUR, ALWAYS),),)))
    leg = plan.legs[0]
    assert (leg.arrive_s, leg.begin_s, leg.wait_s, leg.rest_s) == (2 * 3600 + 120, 3 * 3600, 58 * 60, 20 * 60)


def test_a_split_break_saves_a_detour_where_the_law_knows_it() -> None:
    table = road(1, 4, hours_long=8, detour_min=2, service_ms=None)
    assert [leg.because for leg in ask(table, "eu").legs] == ["break", "end"]
    taken = ask(table, "eu", since_break_s=3_600, split_taken=True)
    assert "split_second" in [leg.because for leg in taken.legs]


def test_a_night_rest_is_longer_rather_than_a_wait_before_a_gate() -> None:
    """EU: sleeps at 9 h of driving, the only later stop opens 13 h after; the day that follows must still end in time."""
    opens = 28 * HOUR
    plan = ask(road(4.4, 8.5, 10, hours_long=14.3, hours=(((0, ALWAYS),), ((0, ALWAYS),), ((opens, ALWAYS),))), "eu")
    assert [leg.because.removesuffix("_reduced") for leg in plan.legs] == ["break", "rest", "break", "end"]
    assert all(leg.wait_s == 0 for leg in plan.legs) and plan.legs[1].rest_s > 15 * 3600 and plan.legs[2].begin_s == 28 * 3600


def test_company_night_makes_him_stop_sooner() -> None:
    table = road(1.5, 3, hours_long=5)
    late = datetime(2026, 11, 24, 22, tzinfo=UTC)
    assert [leg.stop for leg in ask(table, "company", late).legs] == [0, 1, None]
    assert len(ask(table, "company", TUESDAY).legs) == 2


def test_a_trip_that_cannot_be_says_where_and_what_would_mend_it() -> None:
    shut = road(2, 5, hours_long=6, hours=(((5 * HOUR, 6 * HOUR),), ((0, ALWAYS),)))
    plan = ask(road(3, 4.5, hours_long=6, hours=(((10 * HOUR, 10 * HOUR + 5 * MIN),), ((0, ALWAYS),))))
    assert not plan.feasible and plan.problem is not None
    assert (plan.problem.which, plan.problem.at_s) == ("drive", 4 * 3600) and plan.problem.at_m == pytest.approx(280_000)
    said = {mend.what: mend for mend in plan.problem.mends}
    assert said["longer_hours"].stop == 0 and said["longer_hours"].from_s == 3 * 3600 + 120
    assert said["nearer"].stop == 1 and said["nearer"].by_s == pytest.approx(32 * 60)
    assert ask(shut).feasible                                              # there he waits three hours


def test_the_other_side_mends_a_trip_and_so_does_rest_before_it() -> None:
    plan = ask(road(3.5, hours_long=6, usable=np.array([False])))
    assert plan.problem is not None
    assert {(m.what, m.stop) for m in plan.problem.mends} == {("allow", 0)}
    tired = ask(road(hours_long=3), since_break_s=2 * 3600)
    assert tired.problem is not None and [m.what for m in tired.problem.mends] == ["rest_first"]
    over = ask(road(1, hours_long=3), since_break_s=5 * 3600)
    assert over.problem is not None and over.problem.rest_at_once and over.limit.left_s == -3600


@pytest.mark.parametrize(("field", "value", "code"), [
    ("since_break_s", float("nan"), "not_finite"), ("driven_today_s", -1.0, "out_of_range"),
    ("reduced_rests", 1.5, "not_a_number"),
    ("split_taken", 1, "not_allowed"), ("cycle_s", "3", "not_a_number"), ("on_duty_s", 1e12, "out_of_range")])
def test_a_state_that_cannot_be_is_refused(field: str, value: object, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        DriverState(**{field: value})  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.field) == (code, field)


def test_tables_that_cannot_be_are_refused() -> None:
    for wrong in ({"leave_ms": np.array([9 * HOUR])}, {"out_ms": np.array([-1])}, {"hours": (((5, 3),),)},
                  {"can_rest": np.ones(2, bool)}, {"between": np.array([[0, 4, 3]])}):
        with pytest.raises(BadInput):
            StopTable(**{"route_ms": 8 * HOUR, "leave_ms": np.array([HOUR]), "out_ms": np.array([5]), "back_ms": np.array([5]),
                         "rejoin_ms": np.array([HOUR])} | wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(("rule", "most"), [("cn", 4_000), ("eu", 25_000), ("us", 40_000)])
def test_how_many_labels_a_day_takes(rule: str, most: int) -> None:
    """300 stops in 12 h: work is counted, not seconds."""
    rng = np.random.default_rng(5)
    leave = np.sort(rng.integers(MIN, 12 * HOUR - MIN, 300))
    side = rng.integers(1, 4, 300) * MIN
    table = StopTable(12 * HOUR, leave, side, side, leave, penalty_ms=rng.integers(0, 12, 300) * MIN,
                      can_rest=rng.random(300) < 0.5)
    plan = ask(table, rule)
    assert plan.feasible and plan.gap_s == 0 and plan.made < most
