"""The ruler's figures are the route's and the plan's; nothing on it stands on another."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from locator.asks import RouteAsk, Want
from locator.plan_asks import PlanAsk
from locator.printing.press import Press
from locator.printing.ruler import FLAG_MM, gathered, offset_at, ruler, spread
from locator.stints import LAST_S, find_stints
from tests.printing.conftest import NOW, order

LABELS = {what: {"a": what, "b": ""} for what in ("limit", "last_safe", "rest")}


def test_the_first_stint_is_the_plans_own(press: Press) -> None:
    trip = press.trip(order())
    assert trip.planned is not None
    plan, first = trip.planned.plan, trip.stints[0]
    assert first.limit_m == plan.limit.at_m and first.limit_s == 220 * 60 + plan.limit.left_s == 4 * 3600
    assert first.last_safe == next(rung.stop for rung in plan.ladder if rung.last_safe)
    assert first.clock_s == 220 * 60


def test_the_shade_begins_half_an_hour_of_driving_before_the_limit(press: Press) -> None:
    trip = press.trip(order(driven_min=200))
    first = trip.stints[0]
    assert first.shade_m is not None
    at = trip.route.seconds_at(np.array([first.shade_m]))[0]
    assert 200 * 60 + at == pytest.approx(4 * 3600 - LAST_S, abs=1.0)  # the plan's metres lie between points of the route


def test_each_stint_begins_at_its_rest_with_the_way_back_on_the_clock(press: Press) -> None:
    trip = press.trip(order())
    assert trip.planned is not None and len(trip.stints) == 2
    leg, table = trip.planned.plan.legs[0], trip.planned.table
    second = trip.stints[1]
    assert leg.stop is not None and second.clock_s == table.back_ms[leg.stop] / 1000
    assert second.from_m == pytest.approx(table.metres(int(table.rejoin_ms[leg.stop])), abs=0.5)
    assert second.limit_s == 4 * 3600 and second.limit_m is None  # the rest of the trip is shorter


def test_a_later_limit_is_where_a_plan_asked_from_there_puts_it(press: Press) -> None:
    """The long way round, with a short law: the second stint against a fresh question from where he is back on the route."""
    locator, how = press.locator, PlanAsk(rule="cn", driven_min=225)
    ask = RouteAsk(origin="湖塘", destination="湖塘", via=("横山桥", "雪堰"), depart=None)
    found = locator.plan(replace(ask, depart=NOW), Want(), how)
    planned, depart = found.planned, found.along.depart
    stints = find_stints(planned.rules, how.state(depart), planned.plan, planned.table, depart)
    leg = planned.plan.legs[0]
    assert leg.stop is not None and len(stints) >= 2
    again = locator.plan(
        replace(ask, depart=NOW), Want(start_m=stints[1].from_m), PlanAsk(rule="cn", driven_min=stints[1].clock_s / 60)
    )
    assert again.planned.plan.limit.left_s + stints[1].clock_s == pytest.approx(stints[1].limit_s, abs=1.0)
    assert (again.planned.plan.limit.at_m is None) == (stints[1].limit_m is None)


def test_clocks_and_kilometres_stand_where_the_route_has_them(press: Press) -> None:
    trip = press.trip(order(driven_min=0))
    end = trip.route.distance_m
    drawn = ruler(trip.route, trip.stints, trip.rows, 0.0, end, height_mm=140, labels=LABELS)
    for clock in drawn["clocks"]:
        assert trip.route.seconds_at(np.array([clock["at"] * end]))[0] == pytest.approx(clock["seconds"], abs=0.5)
    for tick in drawn["ticks"]:
        assert tick["at"] * end == pytest.approx(float(tick["label"].split()[0]) * 1000, abs=0.5)


def test_a_page_has_only_its_own_part(press: Press) -> None:
    trip = press.trip(order())
    drawn = ruler(trip.route, trip.stints, trip.rows, 8_000.0, 12_000.0, height_mm=140, labels=LABELS)
    assert [tick["label"] for tick in drawn["ticks"] if tick["major"]] == [
        "8 km",
        "8.5 km",
        "9 km",
        "9.5 km",
        "10 km",
        "10.5 km",
        "11 km",
        "11.5 km",
        "12 km",
    ]
    assert {flag["number"] for flag in drawn["flags"]} == {
        row["number"] for row in trip.rows if 8_000 <= row["offset_m"] <= 12_000
    }


def test_offset_at_undoes_seconds_at(press: Press) -> None:
    route = press.trip(order()).route
    for share in (0.0, 0.2, 0.7, 1.0):
        seconds = share * route.duration_s
        assert route.seconds_at(np.array([offset_at(route, seconds)]))[0] == pytest.approx(seconds, abs=0.02)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.001, 0.2)), max_size=40))
def test_flags_never_stand_on_one_another(flags: list[tuple[float, float]]) -> None:
    flags.sort()
    wanted, sizes = [at for at, _ in flags], [size for _, size in flags]
    shrink = min(1.0, 1.0 / sum(sizes)) if sizes else 1.0
    placed = spread(wanted, sizes)
    edges = [(place - size * shrink / 2, place + size * shrink / 2) for place, size in zip(placed, sizes, strict=True)]
    assert all(low >= -1e-9 and high <= 1 + 1e-9 for low, high in edges)
    assert all(before[1] <= after[0] + 1e-9 for before, after in pairwise(edges))


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=60), st.sampled_from([60.0, 95.0, 140.0]))
def test_too_many_flags_become_one_for_each_place_and_no_number_is_lost(stops: list[tuple[int, bool]], height_mm: float) -> None:
    """However many, they can stand; only neighbours are put together, and none where all have room."""
    flags = [{"at": at / 30, "what": "rest" if rest else "stop", "number": n, "kind": "fuel", "label": None}
             for n, (at, rest) in enumerate(sorted(stops), start=1)]
    found = gathered(flags, height_mm)
    assert [n for one in found for n in range(one["number"], one["last"] + 1)] == [one["number"] for one in flags]
    assert [at for one in found for at in one["places"]] == [one["at"] for one in flags]
    assert all(one["number"] == one["last"] or one["what"] == "stop" for one in found)
    rests = sum(one["what"] == "rest" for one in flags)
    if sum(FLAG_MM[one["what"]] for one in flags) <= height_mm:
        assert len(found) == len(flags)
    elif rests == 0:
        assert sum(FLAG_MM[one["what"]] for one in found) <= height_mm


def test_stops_at_one_place_are_one_flag_before_others_are() -> None:
    """Thirty at the start, three on the way: the three stay by themselves; kinds that differ have no colour."""
    flags = [{"at": min(n, 1) / 1e9 if n <= 30 else n / 40, "what": "stop", "number": n, "kind": "fuel" if n != 2 else "station",
              "label": None} for n in range(1, 34)]
    found = gathered(flags, 95.0)
    assert [(one["number"], one["last"], one["kind"]) for one in found] == [
        (1, 30, None), (31, 31, "fuel"), (32, 32, "fuel"), (33, 33, "fuel")]


def test_a_flag_with_room_stands_where_it_belongs() -> None:
    assert spread([0.2, 0.8], [0.05, 0.05]) == pytest.approx([0.2, 0.8])
    assert spread([0.5, 0.5], [0.1, 0.1]) == pytest.approx([0.45, 0.55])
