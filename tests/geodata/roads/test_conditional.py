"""Conditional tags: how they are read, and what they say of a vehicle at a moment; both sides of every edge."""
from __future__ import annotations

from datetime import datetime
from math import isnan
from zoneinfo import ZoneInfo

import pytest

from geodata.roads.conditional import Clause, Moment, clauses_of, holds, tags_at
from geodata.roads.graph import Profile
from geodata.roads.states import MOST, road_with_states

ZONE = ZoneInfo("Europe/Berlin")
LORRY = Profile("hgv", 4.0, 40.0, 2.55, 16.5, 11.5)
VAN = Profile("car", 2.0, 2.5, 2.0, 5.5, 1.8)


def at(text: str, country: str | None = "DE") -> Moment:
    return Moment(datetime.fromisoformat(text).replace(tzinfo=ZONE), country)


TUESDAY, SUNDAY = "2026-11-24", "2026-11-29"


@pytest.mark.parametrize(("text", "clauses"), [
    ("no @ (22:00-06:00)", [("no", "22:00-06:00", False)]),
    ("no @ 22:00-06:00", [("no", "22:00-06:00", False)]),
    ("no@(Sa,Su)", [("no", "Sa,Su", False)]),
    ("no @ (Mo-Fr 07:00-09:00; Sa 08:00-12:00)", [("no", "Mo-Fr 07:00-09:00; Sa 08:00-12:00", False)]),
    ("no @ Mo-Fr 07:00-09:00; Sa 08:00-12:00", [("no", "Mo-Fr 07:00-09:00; Sa 08:00-12:00", False)]),
    ("no @ (07:00-09:00); destination @ (20:00-06:00)", [("no", "07:00-09:00", False), ("destination", "20:00-06:00", False)]),
    ("no @ (7:30-19:00 AND weight>7.5)", [("no", "7:30-19:00 AND weight>7.5", False)]),
    ("no @ ((Mo-Fr) and (weight>7.5))", [("no", "Mo-Fr AND weight>7.5", False)]),
    ("none @ destination", [("none", "", True)]),
    ("none @ (delivery AND 06:00-10:00)", [("none", "06:00-10:00", True)]),
    ("no", []), ("", []), ("@ (Su)", []), ("no @ (Su", [("no", "Su", False)]),
])
def test_a_text_is_clauses(text: str, clauses: list[tuple[str, str, bool]]) -> None:
    assert clauses_of(text) == tuple(Clause(*one) for one in clauses)


@pytest.mark.parametrize("text", ["(" * 500, "no @ " + "(" * 300, ";" * 400, "no @ ;;;@", "@@@@", "no @ (\x00)", "no @ 🚚",
                                  "no @ AND AND"])
def test_strange_texts_are_borne(text: str) -> None:
    for clause in clauses_of(text):
        holds(clause.condition, LORRY, at(f"{TUESDAY}T12:00"))


@pytest.mark.parametrize(("condition", "moment", "held"), [
    ("07:00-09:00", f"{TUESDAY}T06:59", False), ("07:00-09:00", f"{TUESDAY}T07:00", True),
    ("07:00-09:00", f"{TUESDAY}T08:59", True), ("07:00-09:00", f"{TUESDAY}T09:00", False),
    ("22:00-06:00", f"{TUESDAY}T21:59", False), ("22:00-06:00", f"{TUESDAY}T22:00", True),
    ("22:00-06:00", f"{TUESDAY}T05:59", True), ("22:00-06:00", f"{TUESDAY}T06:00", False),
    ("Sa,Su", f"{TUESDAY}T12:00", False), ("Sa,Su", f"{SUNDAY}T12:00", True),
    ("07:00-09:00 Mo-Fr", f"{TUESDAY}T08:00", True), ("07:00-09:00 Mo-Fr", f"{SUNDAY}T08:00", False),
    ("Nov-Mar", f"{TUESDAY}T12:00", True), ("Apr-Oct", f"{TUESDAY}T12:00", False),
    ("PH", "2026-12-25T12:00", True), ("PH", f"{TUESDAY}T12:00", False),
    ("07:00-09:00 AND Sa,Su", f"{SUNDAY}T08:00", True), ("07:00-09:00 AND Sa,Su", f"{TUESDAY}T08:00", False),
    ("wet", f"{TUESDAY}T08:00", None), ("snow", f"{TUESDAY}T08:00", None), ("SH", f"{TUESDAY}T08:00", None),
    ("07:00-09:00 AND wet", f"{TUESDAY}T08:00", None), ("07:00-09:00 AND wet", f"{TUESDAY}T09:00", False),
    ("residents", f"{TUESDAY}T08:00", False), ("bus", f"{TUESDAY}T08:00", False), ("permit AND wet", f"{TUESDAY}T08:00", False),
])
def test_times_and_words(condition: str, moment: str, held: bool | None) -> None:
    assert holds(condition, LORRY, at(moment)) is held


def test_holidays_without_a_calendar_are_unknown_and_no_moment_holds_no_timetable() -> None:
    assert holds("PH", LORRY, at(f"{TUESDAY}T12:00", "CN")) is None
    assert holds("Mo-Su 00:00-24:00", LORRY, Moment()) is False
    assert holds("weight>7.5", LORRY, Moment()) is True


@pytest.mark.parametrize(("condition", "figure", "held"), [
    ("weight>7.5", {"mass_t": 7.4}, False), ("weight>7.5", {"mass_t": 7.5}, False), ("weight>7.5", {"mass_t": 7.6}, True),
    ("weight>=7.5", {"mass_t": 7.5}, True), ("weight < 7.5 t", {"mass_t": 7.4}, True),
    ("maxweightrating>3.5", {"mass_t": 40.0}, True), ("height>3.8", {"height_m": 3.8}, False),
    ("height>3.8", {"height_m": 3.81}, True), ("height>12'6\"", {"height_m": 4.0}, True),
    ("length>12", {"length_m": 12.0}, False), ("length>12 m", {"length_m": 12.1}, True), ("width>2.5", {"width_m": 2.55}, True),
    ("axleload>10", {"axle_t": 10.0}, False), ("axleload>10", {"axle_t": 11.5}, True),
    ("axles>3", {}, None), ("trailers>0", {}, None), ("weight>lots", {}, None),
    ("hazmat", {}, False), ("hazmat", {"hazmat": "goods"}, True), ("hgv", {}, True), ("hgv", {"mode": "car"}, False),
    ("motorcar", {"mode": "car"}, True), ("motor_vehicle", {}, True),
])
def test_measures_of_the_vehicle(condition: str, figure: dict[str, object], held: bool | None) -> None:
    lorry = Profile(**{**vars(LORRY), **figure})  # type: ignore[arg-type]
    assert holds(condition, lorry, at(f"{TUESDAY}T12:00")) is held


def test_the_last_clause_that_holds_gives_the_value() -> None:
    tags = {"access": "yes", "access:conditional": "no @ (A); destination @ (B)"}
    for said, value in (((0, 0), "yes"), ((1, 0), "no"), ((0, 1), "destination"), ((1, 1), "destination")):
        answers = dict(zip("AB", map(bool, said), strict=True))
        assert tags_at(tags, answers, business=False) == {"access": value}


@pytest.mark.parametrize(("tags", "states"), [
    ({"hgv:conditional": "no @ (A)"}, [((0, 0), (0, 0)), ((1, 1), (0, 0))]),
    ({"hgv": "yes", "access:conditional": "no @ (A)"}, [((0, 0), (0, 0)), ((2, 2), (0, 0))]),      # the own key first
    ({"access": "no", "motor_vehicle:conditional": "yes @ (A)"}, [((3, 3), (0, 0)), ((0, 0), (0, 0))]),
    ({"hgv:forward:conditional": "no @ (A)"}, [((0, 0), (0, 0)), ((1, 0), (0, 0))]),
    ({"oneway:conditional": "yes @ (A)"}, [((0, 0), (0, 0)), ((0, 3), (0, 0))]),
    ({"oneway": "yes", "oneway:conditional": "no @ (A)"}, [((0, 3), (0, 0)), ((0, 0), (0, 0))]),
    ({"hgv:conditional": "destination @ (A)"}, [((0, 0), (0, 0)), ((0, 0), (1, 1))]),
], ids=str)
def test_a_way_in_each_of_its_states(tags: dict[str, str], states: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    road, _ = road_with_states({"highway": "primary", **tags})
    assert road is not None and road.states is not None
    assert [(one.ban, one.local) for one in road.states.roads] == states
    assert road.ban == tuple(states[0][0][i] & states[1][0][i] for i in (0, 1))          # what is possible in some state


@pytest.mark.parametrize("tags", [
    {"bicycle:conditional": "no @ (A)"}, {"hgv:conditional": "no"}, {"hgv:conditional": "yes @ (A)"},
    {"parking:lane:conditional": "no @ (A)"},
    {"hgv": "no", "access:conditional": "destination @ (A)", "motorcar": "yes", "goods": "yes"}], ids=str)
def test_conditions_that_change_nothing_are_none(tags: dict[str, str]) -> None:
    road, _ = road_with_states({"highway": "primary", **tags})
    assert road is not None and road.states is None


def test_an_exception_for_business_is_for_business_only() -> None:
    road, _ = road_with_states({"highway": "primary", "maxweight": "7.5", "maxweight:conditional": "none @ destination"})
    assert road is not None and road.states is None
    assert (road.ban, road.local) == ((0, 0), (1, 1)) and all(isnan(one.mass_t) for one in road.limits)


def test_an_exception_for_one_direction_leaves_the_other_as_it_is() -> None:
    there = {"maxweight:forward": "7.5", "maxweight:forward:conditional": "none @ delivery"}
    road, _ = road_with_states({"highway": "primary", **there})
    assert road is not None and road.local == (1, 0) and all(isnan(one.mass_t) for one in road.limits)
    road, _ = road_with_states({"highway": "primary", "maxweight": "7.5", "maxweight:backward:conditional": "none @ delivery"})
    assert road is not None and road.local == (0, 1) and road.limits[0].mass_t == 7.5 and isnan(road.limits[1].mass_t)


def test_a_way_never_open_is_none_and_conditions_past_the_bound_never_hold() -> None:
    never = {"highway": "primary", "access": "no", "access:conditional": "agricultural @ (A)"}
    assert road_with_states(never) == (None, "no_access")
    many = "; ".join(f"no @ (0{i}:00-0{i}:30)" for i in range(9))
    road, _ = road_with_states({"highway": "primary", "hgv:conditional": many})
    assert road is not None and road.states is not None
    assert len(road.states.conditions) == MOST and len(road.states.roads) == 2**MOST
