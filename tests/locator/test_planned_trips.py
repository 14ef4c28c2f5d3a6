"""From a route to a plan: its drives are the roads' own, its hours the places', its wishes the driver's."""
from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from geodata.columns import Service, services_text
from geodata.errors import BadInput
from geodata.layers import Catalog, Layer
from locator.along import find_stops
from locator.asks import Point, RouteAsk, Want
from locator.atlas import Atlas
from locator.engines.embedded import EmbeddedEngine
from locator.engines.protocol import Route
from locator.locator import Locator, PlanAnswer
from locator.plan_asks import PlanAsk
from locator.planned import UNSURE_S, WISH_S, Planned, may_rest, plan_trip, unmet_wishes
from locator.wiring import open_locator
from tests.drawing import Town

TUESDAY = datetime(2026, 11, 24, 8, tzinfo=UTC)
ROAD = """
      s     t     u
      |     |     |
A-----x-----x-----x-----B
"""                                    # at 8 km a character: A–B 192 km, 6.4 h; only t makes two drives of under 4 h of it
HOUR = 3_600.0


def placed(it: Town, **columns: dict[str, object]) -> Atlas:
    """The town's places with some cells filled in: {column: {place: value}}."""
    frame = pd.DataFrame(it.atlas.frame).drop(columns="layer")
    for name, cells in columns.items():
        for place, value in cells.items():
            frame.loc[frame["id"] == place, name] = value
    return Atlas.of(Catalog({"fuel": Layer("fuel", "fuel", it.atlas.frame.drop(columns="layer").assign(**{
        name: frame[name] for name in columns}), 1)}))


def planned(it: Town, route: Route, atlas: Atlas | None = None, *, depart: datetime = TUESDAY, want: Want | None = None,
            usable: np.ndarray | None = None, **ask: object) -> Planned:
    atlas = atlas or it.atlas
    stops = find_stops(route, atlas, it.engine, want or Want(max_detour_s=7_200.0), bare=True)
    return plan_trip(route, stops, atlas, it.engine, depart, PlanAsk(**{"rule": "cn", **ask}),  # type: ignore[arg-type]
                     services=want.services if want else (), usable=usable)


def names(it: Town, found: Planned) -> str:
    """The letters of the places he stops at."""
    return "".join(it.atlas.frame["id"].iloc[int(found.stops["row"].iloc[leg.stop])] for leg in found.plan.legs
                   if leg.stop is not None)


def total_ms(found: Planned) -> int:
    return round(1000 * sum(leg.drive_s for leg in found.plan.legs))


@pytest.fixture
def road(town: Callable[..., Town]) -> Town:
    return town(ROAD, grid_m=8_000)


@pytest.mark.parametrize(("via", "grid_m"), [("", 12_000), ("V", 8_000)])
def test_its_driving_is_a_route_through_its_stops_and_vias(town: Callable[..., Town], via: str, grid_m: float) -> None:
    """V is a dead end off the road: a via that a plan may not leave out. Between s and t there is a road of their own."""
    it = town("""
            s-----t
            |     |
      A-----x--x--x-----x-----B
               |        |
               V        u
    """, grid_m=grid_m)
    route = it.route(f"A{via}B")
    found = planned(it, route)
    stops = names(it, found)
    assert found.plan.feasible and len(stops) >= 2
    pieces = [int(found.stops["piece"].iloc[leg.stop]) for leg in found.plan.legs if leg.stop is not None]
    before = "".join(c for c, piece in zip(stops, pieces, strict=True) if via and piece == 0)
    letters = f"A{before}{via}{stops[len(before):]}B"
    assert total_ms(found) == round(1000 * it.route(letters).duration_s)


def test_a_plan_stops_only_where_it_is_open_and_says_when_nobody_knows(road: Town) -> None:
    route = road.route("AB")
    always = dict.fromkeys("stu", "24/7")
    open_all = planned(road, route, placed(road, hours=always))
    assert open_all.plan.feasible and not open_all.plan.approximate and all(open_all.hours_known)
    first = names(road, open_all)[0]
    shut = planned(road, route, placed(road, hours=always | {first: "Mo-Su 03:00-04:00"}))
    assert shut.plan.arrive_s > open_all.plan.arrive_s + 10 * HOUR          # he waits for the gate to open at 03:00
    assert [(TUESDAY.hour + leg.begin_s / HOUR) % 24 for leg in shut.plan.legs if leg.stop is not None] == [3.0]
    unknown = planned(road, route, placed(road, hours=always | {first: None}))
    assert unknown.plan.feasible == open_all.plan.feasible and unknown.plan.approximate and not all(unknown.hours_known)
    careful = planned(road, route, placed(road, hours=always | {first: None}), unknown_hours="closed")
    assert not careful.plan.feasible


def test_where_a_holiday_may_decide_it_is_open_perhaps(road: Town) -> None:
    """No country is named, so nobody knows the holidays: he is sent there, and the plan says that it is not sure."""
    route, hours = road.route("AB"), dict.fromkeys("stu", "Mo-Su 00:00-24:00; PH off")
    found = planned(road, route, placed(road, hours=hours))
    stop = next(leg.stop for leg in found.plan.legs if leg.stop is not None)
    assert found.plan.feasible and found.plan.approximate and not all(found.hours_known) and not found.known(stop, 0.0)
    assert not planned(road, route, placed(road, hours=hours), unknown_hours="closed").plan.feasible


def test_a_service_asked_for_is_open_the_whole_stay(road: Town) -> None:
    """The place never closes, its canteen does so soon after he comes: with the canteen asked for he waits for the morning."""
    route = road.route("AB")
    late = services_text([Service("canteen", hours="Mo-Su 06:00-12:00")])
    atlas = placed(road, hours=dict.fromkeys("stu", "24/7"), services=dict.fromkeys("stu", late))
    free = planned(road, route, atlas)
    asked = planned(road, route, atlas, want=Want(max_detour_s=7_200.0, services=("canteen",)))
    assert free.plan.feasible and asked.plan.arrive_s > free.plan.arrive_s
    for leg in asked.plan.legs:
        if leg.stop is not None:
            begins = TUESDAY.hour + leg.begin_s / HOUR
            assert begins % 24 >= 6 and begins % 24 + 1 / 3 <= 12 + 1e-9


@pytest.mark.parametrize(("grid_m", "chosen", "penalty_s"), [(1_500, "t", 0.0), (3_000, "s", WISH_S)])
def test_a_wish_is_worth_a_quarter_of_an_hour(town: Callable[..., Town], grid_m: float, chosen: str, penalty_s: float) -> None:
    """s lies on the road; t, which alone has a shower, costs 12 minutes, and 24 on the larger map."""
    it = town("""
      A-----s-x-----------B
              |
              t
    """, grid_m=grid_m)
    atlas = placed(it, hours=dict.fromkeys("st", "24/7"), services={"t": services_text([Service("shower")])})
    who: dict[str, object] = {"driven_min": 240 - grid_m / 50}
    assert names(it, planned(it, it.route("AB"), atlas, **who)) == "s"
    found = planned(it, it.route("AB"), atlas, wishes=("shower",), **who)
    assert (names(it, found), found.plan.penalty_s) == (chosen, penalty_s + UNSURE_S)      # no room to stand is known at either


@pytest.mark.parametrize(("grid_m", "chosen"), [(400, "t"), (1_500, "s")])
def test_known_hours_are_worth_five_minutes(town: Callable[..., Town], grid_m: float, chosen: str) -> None:
    """Nobody knows the hours of s, on the road; t never closes and costs 3.2 minutes, and 12 on the larger map."""
    it = town("""
      A-----s-x-----------B
              |
              t
    """, grid_m=grid_m)
    found = planned(it, it.route("AB"), placed(it, hours={"t": "24/7"}), driven_min=240 - grid_m / 50)
    assert names(it, found) == chosen and found.plan.approximate is (chosen == "s")


def test_what_meets_a_wish(road: Town) -> None:
    parking = services_text([Service("parking", free=True), Service("shower")])
    paid = services_text([Service("parking", free=False)])
    atlas = placed(road, services={"s": parking, "t": paid}, lorry_bays={"s": 0, "t": 4})
    row = {place: k for k, place in enumerate(atlas.frame["id"])}
    wishes = ("shower", "bays", "free")
    assert {place: unmet_wishes(atlas, k, wishes) for place, k in row.items()} == {
        "s": ("bays",), "t": ("shower", "free"), "u": wishes}
    assert {place: may_rest(atlas, k) for place, k in row.items()} == {"s": True, "t": True, "u": False}


def test_what_was_left_out_is_named_when_it_would_help(road: Town) -> None:
    route = road.route("AB")
    every = planned(road, route)
    chosen = names(road, every)
    ids = [road.atlas.frame["id"].iloc[int(row)] for row in every.stops["row"]]
    without = planned(road, route, usable=np.array([one != chosen[0] for one in ids]))
    assert every.plan.feasible and not without.plan.feasible and without.plan.problem is not None
    mends = [(mend.what, ids[mend.stop]) for mend in without.plan.problem.mends if mend.stop is not None]
    assert ("allow", chosen[0]) in mends


def test_no_places_at_all_and_no_need_of_any(town: Callable[..., Town]) -> None:
    empty = town("A-----B", grid_m=14_000)
    far = planned(empty, empty.route("AB"), driven_min=120.0)
    assert not far.plan.feasible and far.plan.problem is not None and far.plan.ladder == ()
    assert far.plan.limit.at_m == pytest.approx(60_000, rel=1e-3)            # two hours at 30 km/h
    short = planned(empty, empty.route("AB"))
    assert short.plan.feasible and [leg.because for leg in short.plan.legs] == ["end"]


def test_who_is_over_already_must_rest_at_once(road: Town) -> None:
    found = planned(road, road.route("AB"), driven_min=241.0)
    assert not found.plan.feasible and found.plan.problem is not None and found.plan.problem.rest_at_once
    assert found.plan.limit.left_s == -60


def test_stop_to_stop_drives_are_asked_in_few_questions(road: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pairs lie close: blocks, and then one question for each drive of a plan."""
    asked: list[tuple[int, int]] = []
    real = road.engine.drives_ms

    def counted(route: Route, places: object, lots: np.ndarray, others: np.ndarray) -> np.ndarray:
        asked.append((len(lots), len(others)))
        return real(route, places, lots, others)  # type: ignore[arg-type]
    monkeypatch.setattr(road.engine, "drives_ms", counted)
    found = planned(road, road.route("AB"))
    assert found.plan.feasible and len(asked) <= 2 + 3 * len(found.plan.legs)


# ---------------------------------------------------------------- what he says of himself

def test_the_state_is_what_he_says_in_minutes_and_moments() -> None:
    depart = datetime(2026, 11, 24, 14, tzinfo=ZoneInfo("Europe/Berlin"))
    ask = PlanAsk(driven_min=90, driven_today_min=200, driven_week_min=1_000, duty_start=datetime(2026, 11, 24, 7, 30),
                  week_rest_end=datetime(2026, 11, 23, 5, tzinfo=UTC), long_days=1, split_taken=True)
    state = ask.state(depart)
    assert (state.since_break_s, state.driven_today_s, state.driven_week_s) == (5_400, 12_000, 60_000)
    assert state.on_duty_s == 6.5 * HOUR and state.since_week_rest_s == 32 * HOUR and state.long_days == 1 and state.split_taken


def test_a_day_that_began_before_the_clocks_changed_is_an_hour_longer() -> None:
    """2026-10-25 03:00 becomes 02:00 in Berlin."""
    berlin = ZoneInfo("Europe/Berlin")
    state = PlanAsk(duty_start=datetime(2026, 10, 25, 0)).state(datetime(2026, 10, 25, 6, tzinfo=berlin))
    assert state.on_duty_s == 7 * HOUR


def test_a_part_in_the_berth_is_not_of_the_day() -> None:
    depart = datetime(2026, 11, 24, 18, tzinfo=UTC)
    ask = PlanAsk(duty_start=datetime(2026, 11, 24, 6), part_min=180, part_end=datetime(2026, 11, 24, 15), part_driven_min=120)
    state = ask.state(depart)
    assert (state.on_duty_s, state.part_s, state.part_on_duty_s, state.part_driven_s) == (9 * HOUR, 3 * HOUR, 3 * HOUR, 2 * HOUR)


@pytest.mark.parametrize(("said", "code", "field"), [
    ({"rule": "de"}, "not_allowed", "rule"), ({"wishes": ("spa",)}, "not_allowed", "want"),
    ({"unknown_hours": "maybe"}, "not_allowed", "unknown_hours"), ({"driven_min": -1}, "out_of_range", "driven_min"),
    ({"driven_min": float("nan")}, "not_finite", "driven_min"), ({"driven_min": "x"}, "not_a_number", "driven_min"),
    ({"driven_min": 86_401}, "out_of_range", "driven_min"),
    ({"duty_start": datetime(2026, 11, 24, 8, 1)}, "out_of_range", "duty_start"),
    ({"week_rest_end": datetime(2026, 9, 1)}, "out_of_range", "week_rest_end"),
    ({"long_days": 21}, "out_of_range", "long_days"), ({"long_days": 1.5}, "not_a_number", "long_days"),
    ({"split_taken": "yes"}, "not_allowed", "split_taken"),
])
def test_what_cannot_be_is_refused_with_its_name(said: dict[str, object], code: str, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        PlanAsk(**said).state(TUESDAY)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize(("country", "rule"), [("CN", "cn"), ("US", "us"), ("PT", "eu"), ("CH", "eu"), ("GB", "eu")])
def test_the_rules_are_the_countrys(country: str, rule: str) -> None:
    assert PlanAsk().rules(country, TUESDAY.date()).name == rule


@pytest.mark.parametrize("country", [None, "BR", "HK"])
def test_a_country_without_rules_of_ours_asks_which(country: str | None) -> None:
    with pytest.raises(BadInput) as refused:
        PlanAsk().rules(country, TUESDAY.date())
    assert (refused.value.code, refused.value.field) == ("missing", "rule")
    assert PlanAsk(rule="cn").rules(country, TUESDAY.date()).drive == 4 * HOUR


def test_seven_days_and_adverse_conditions_change_the_us_rules() -> None:
    rules = PlanAsk(rule="us", adverse=True, seven_days=True).rules("US", TUESDAY.date())
    assert (rules.day_drive, rules.duty, rules.cycle) == (13 * HOUR, 16 * HOUR, 60 * HOUR)


# ---------------------------------------------------------------- on real roads: an independent route through the stops

RULES = """family = "continuous"
[[drive]]
value = {drive}
unit = "s"
says = ""
since = 2000-01-01
source = "test"
url = ""
[[break]]
value = 300
unit = "s"
says = ""
since = 2000-01-01
source = "test"
url = ""
"""


def driven_through_s(locator: Locator, answer: PlanAnswer) -> float:
    """The engine's own route over the lots of the chosen stops as vias: it knows no plan."""
    along, engine = answer.along, locator.engine
    assert isinstance(engine, EmbeddedEngine) and along.route.net is not None
    stands = engine.stands(along.atlas.places, along.route.net)
    stays = [leg.stop for leg in answer.planned.plan.legs if leg.stop is not None]
    lots = [stands.spots[int(lot)] for lot in answer.planned.stops["lot"].iloc[stays]]
    via = [along.route.spots[0], *lots, along.route.spots[-1]]
    return engine.at(along.depart).route(np.array([(one.lon, one.lat) for one in via]), along.route.vehicle).duration_s


@pytest.mark.parametrize(("region", "trips"), [
    ("wujin", [("湖塘", "横山桥"), ("湟里", "横林"), ("雪堰", "横山桥")]),
    ("porto", [((-8.74, 41.375), (-8.60045, 41.239704)), ((-8.66, 41.175), (-8.74, 41.375)), ((-8.6, 41.24), (-8.66, 41.15))])])
def test_the_driving_of_a_plan_is_a_route_through_its_stops(region: str, trips: list[tuple[Point, Point]], tmp_path: Path,
                                                            request: pytest.FixtureRequest) -> None:
    locator = open_locator(request.getfixturevalue(region), region)
    legs = list[int]()
    for origin, destination in trips:
        ask = RouteAsk(origin, destination, depart=TUESDAY)
        whole_s = locator.route(ask).route.duration_s
        for share in (3.1, 2.3, 1.6):
            own = tmp_path / f"{share}.toml"
            own.write_text(RULES.format(drive=round(whole_s / share)), encoding="utf-8")
            answer = locator.plan(ask, Want(max_detour_s=900.0), PlanAsk(rules_file=own))
            if answer.planned.plan.feasible:
                assert answer.planned.plan.drive_s == pytest.approx(driven_through_s(locator, answer), abs=0.0005)
                legs.append(len(answer.planned.plan.legs))
    assert len(legs) >= 4 and max(legs) >= 3
