"""Roads that change with the hour and the vehicle, in drawn towns: both sides of every edge, and how often roads are weighed."""
from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from geodata.errors import BadInput, NotReachable
from locator.engines.protocol import Route
from locator.locator import _without_avoided
from locator.vehicles import Vehicle, loaded, vehicle
from tests.drawing import Town, draw
from tests.locator.oracle import Oracle

ZONE = ZoneInfo("Europe/Berlin")
SQUARE = """
A-----B
|     |
C-----D
"""                          # 6 km from A to B; 8 km round by C and D
AROUND = {"AC": "unclassified", "CD": "unclassified", "DB": "unclassified"}
TUESDAY, SUNDAY = "2026-11-24", "2026-11-29"


def on_ab(tags: str, *, highway: str = "unclassified", **drawn: object) -> Town:
    return draw(SQUARE, roads={"AB": f"{highway} {tags}", **AROUND}, **drawn)  # type: ignore[arg-type]


def drive(town: Town, moment: str | None, who: Vehicle | None = None, way: str = "AB") -> Route:
    depart = datetime.fromisoformat(moment).replace(tzinfo=ZONE) if moment else None
    return town.engine.at(depart).route(np.array([town.at[c] for c in way]), who or vehicle())


def trip(town: Town, moment: str | None, who: Vehicle | None = None, way: str = "AB") -> str:
    """The letters passed, "" when there is no way."""
    depart = datetime.fromisoformat(moment).replace(tzinfo=ZONE) if moment else None
    return replace(town, engine=town.engine.at(depart)).trip(way, who)


@pytest.mark.tags("access:conditional", "hgv:conditional", "motor_vehicle:conditional", "oneway:conditional",
                  "maxweight:conditional",
                  "maxheight:conditional", "hov:conditional", "maxheight:forward:conditional")
@pytest.mark.parametrize(("tags", "opens"), [
    ("hgv:conditional=no@(07:00-09:00)", {"06:59": 1, "07:00": 0, "07:01": 0, "08:59": 0, "09:00": 1}),
    ("access:conditional=no@(07:00-09:00)", {"06:59": 1, "07:00": 0, "08:59": 0, "09:00": 1}),
    ("motor_vehicle:conditional=no@(22:00-06:00)", {"21:59": 1, "22:00": 0, "05:59": 0, "06:00": 1}),
    ("hgv=yes access:conditional=no@(07:00-09:00)", {"08:00": 1}),
    ("hgv=no hgv:conditional=yes@(07:00-09:00)", {"06:59": 0, "07:00": 1, "09:00": 0}),
    ("hgv:forward:conditional=no@(07:00-09:00)", {"08:00": 0}), ("hgv:backward:conditional=no@(07:00-09:00)", {"08:00": 1}),
    ("oneway:conditional=-1@(07:00-09:00)", {"06:59": 1, "07:00": 0, "09:00": 1}),
    ("oneway=-1 oneway:conditional=no@(07:00-09:00)", {"06:59": 0, "07:00": 1, "09:00": 0}),
    ("oneway=reversible oneway:conditional=yes@(00:00-12:00);-1@(12:00-24:00)", {"11:59": 1, "12:00": 0}),
    ("maxweight:conditional=7.5@(07:00-09:00)", {"06:59": 1, "07:00": 0, "09:00": 1}),
    ("maxheight:conditional=3.5@(07:00-09:00)", {"06:59": 1, "07:00": 0}),
    ("maxheight:conditional=4.5@(07:00-09:00)", {"08:00": 1}),
    ("maxheight:forward:conditional=3.5@(07:00-09:00)", {"06:59": 1, "07:00": 0, "09:00": 1}),
    ("maxheight:backward:conditional=3.5@(07:00-09:00)", {"08:00": 1}),
    ("hov:conditional=designated@(07:00-09:00)", {"06:59": 1, "07:00": 0, "09:00": 1}),
    ("maxheight=3.5 maxheight:conditional=none@(07:00-09:00)", {"06:59": 0, "07:00": 1}),
    ("hgv:conditional=no@(07:00-09:00_AND_weight>30)", {"06:59": 1, "07:00": 0}),
    ("hgv:conditional=no@(07:00-09:00_AND_weight>40)", {"08:00": 1}),
    ("hgv:conditional=no@(residents)", {"08:00": 1}), ("motorcar:conditional=no@(07:00-09:00)", {"08:00": 1}),
    ("hgv:conditional=destination@(07:00-09:00)", {"06:59": 1, "07:00": 1}),            # he ends on it: see below for who passes
    ("hgv:conditional=no@(00:00-24:00);yes@(07:00-09:00)", {"06:59": 0, "07:00": 1, "09:00": 0}),
])
def test_a_road_is_open_or_not_at_departure(tags: str, opens: dict[str, int]) -> None:
    town = on_ab(tags)
    for clock, is_open in opens.items():
        assert trip(town, f"{TUESDAY}T{clock}") == ("AB" if is_open else "ACDB"), clock


def test_by_day_of_the_week_and_by_vehicle() -> None:
    town = on_ab("hgv:conditional=no@(Sa,Su)")
    assert trip(town, f"{TUESDAY}T12:00") == "AB" and trip(town, f"{SUNDAY}T12:00") == "ACDB"
    assert trip(town, f"{SUNDAY}T12:00", vehicle("van")) == "AB"
    town = on_ab("access:conditional=no@(weight>7.5)")
    for mass_t, way in ((7.4, "AB"), (7.5, "AB"), (7.6, "ACDB")):
        assert trip(town, f"{SUNDAY}T12:00", vehicle(mass_t=mass_t)) == way


def test_no_through_traffic_by_the_hour() -> None:
    """From and to its ends he drives through AB; when it is for business only he may end in it, not pass."""
    town = draw("S--A-----B--T\n   |     |\n   C-----D", roads={
        "SA": "unclassified", "BT": "unclassified", "AB": "unclassified hgv:conditional=destination@(07:00-09:00)", **AROUND})
    assert trip(town, f"{TUESDAY}T06:59", way="ST") == "SABT"
    assert trip(town, f"{TUESDAY}T07:00", way="ST") == "SACDBT"
    assert trip(town, f"{TUESDAY}T07:00", vehicle("van"), way="ST") == "SABT"
    assert trip(town, f"{TUESDAY}T07:00", way="SB") == "SAB"


@pytest.mark.tags("maxspeed:conditional", "maxspeed:hgv:conditional")
def test_a_speed_by_the_hour() -> None:
    town = draw("A-----B", roads={"AB": "primary maxspeed=100 maxspeed:conditional=30@(22:00-06:00)"})
    day, night = (drive(town, f"{TUESDAY}T{clock}").duration_s for clock in ("21:00", "22:00"))
    assert day == pytest.approx(6 / 70 * 3600, abs=0.1) and night == pytest.approx(6 / 27 * 3600, abs=0.1)
    town = draw("A-----B", roads={"AB": "primary maxspeed=100 maxspeed:hgv:conditional=30@(22:00-06:00)"})
    assert drive(town, f"{TUESDAY}T22:00").duration_s == night
    early, late = (drive(town, f"{TUESDAY}T{clock}", vehicle("van")).duration_s for clock in ("21:00", "22:00"))
    assert early == late


@pytest.mark.tags("restriction:conditional", "restriction:hgv:conditional")
@pytest.mark.parametrize(("key", "clock", "way"), [
    ("restriction:conditional", "06:59", "AXB"), ("restriction:conditional", "07:00", "AXCDB"),
    ("restriction:conditional", "09:00", "AXB"),
    ("restriction:hgv:conditional", "07:00", "AXCDB"), ("restriction:motorcar:conditional", "07:00", "AXB"),
])
def test_a_turn_by_the_hour(key: str, clock: str, way: str) -> None:
    town = draw("  C---D\n  |   |\nA-X---B", roads=dict.fromkeys(("AX", "XB", "XC", "CD", "DB"), "unclassified"),
                turns=[f"{key}=no_straight_on@(07:00-09:00) AX X XB"])
    assert trip(town, f"{TUESDAY}T{clock}") == way


YARD = "W---X---N\n    |\n    |\n  S-Y--M"


@pytest.mark.tags("restriction:conditional")
@pytest.mark.parametrize("before", ["unclassified", "unclassified access=destination"])
def test_a_turn_over_a_way_by_the_hour(before: str) -> None:
    """Who came from W must not turn to M in the morning, also from among those with business at W; who came from N may."""
    roads = {"WX": before, "XY": before, **dict.fromkeys(("XN", "SY", "YM"), "unclassified")}
    town = draw(YARD, roads=roads, turns=["restriction:conditional=no_left_turn@(07:00-09:00) WX XY YM"])
    assert [trip(town, f"{TUESDAY}T{clock}", way="WM") for clock in ("06:30", "07:00", "09:00")] == ["WXYM", "WXYSYM", "WXYM"]
    assert trip(town, f"{TUESDAY}T07:30", way="NM") == "NXYM"
    early = town.engine.at(datetime.fromisoformat(f"{TUESDAY}T06:59").replace(tzinfo=ZONE))
    assert early.route(np.array([town.at["W"], town.at["M"]]), vehicle()).doubts == ("condition_changes",)
    assert early.route(np.array([town.at["W"], town.at["S"]]), vehicle()).doubts == ()


@pytest.mark.tags("restriction:hgv:conditional")
def test_two_restrictions_over_one_way_hold_each_in_its_hours() -> None:
    town = draw(YARD, roads=dict.fromkeys(("WX", "XN", "XY", "SY", "YM"), "unclassified"), turns=[
        "restriction:conditional=no_left_turn@(07:00-09:00) WX XY YM",
        "restriction:hgv:conditional=only_left_turn@(15:00-18:00) XN XY YM"])
    assert [trip(town, f"{TUESDAY}T{clock}", way="NS") for clock in ("07:30", "16:00")] == ["NXYS", "NXYMYS"]
    assert [trip(town, f"{TUESDAY}T{clock}", way="WM") for clock in ("07:30", "16:00")] == ["WXYSYM", "WXYM"]


def test_the_weighing_is_the_oracle_s_in_every_state() -> None:
    """The network at a moment is that of the graph as it then is, by an independent search of its arrays."""
    town = draw("S--A-----B--T\n   |     |\n   C-----D", roads={
        "SA": "unclassified", "BT": "unclassified maxspeed:conditional=10@(07:00-09:00)",
        "AB": "unclassified hgv:conditional=no@(08:00-10:00)", **AROUND},
                turns=["restriction:conditional=no_left_turn@(09:30-11:00) AC C CD"])
    for clock in ("06:00", "07:30", "08:30", "09:45", "10:30"):
        engine = town.engine.at(datetime.fromisoformat(f"{TUESDAY}T{clock}").replace(tzinfo=ZONE))
        net = engine.network(vehicle())
        oracle = Oracle(net.graph, net.profile)
        arcs = [(arc, 0) for arc in range(net.graph.arcs) if net.is_open(arc)]
        numbers = np.array([arc for arc, _ in arcs])
        zero = np.zeros(len(arcs), np.int64)
        times = net.between_ms(numbers, zero, numbers, zero).astype(float)
        assert np.array_equal(np.where(times > 1e14, np.inf, times), oracle.times(arcs, arcs)), clock


def test_a_change_before_he_gets_there_is_told() -> None:
    """120 s a kilometre: he is at x, 2 km on, 4 minutes after departure."""
    town = draw("A-x---B", roads={"Ax": "unclassified", "xB": "unclassified hgv:conditional=no@(07:00-09:00)"})
    for clock, doubts in (("06:55", ()), ("06:56", ("condition_changes",)), ("06:59", ("condition_changes",))):
        route = drive(town, f"{TUESDAY}T{clock}")
        assert (route.doubts, route.approximate) == (doubts, bool(doubts)), clock
    with pytest.raises(NotReachable):
        drive(town, f"{TUESDAY}T07:00")
    assert drive(town, f"{TUESDAY}T06:59", vehicle("van")).doubts == ("condition_changes",) * 0


def test_a_turn_that_changes_before_he_gets_there_is_told() -> None:
    town = draw("A-X---B", roads={"AX": "unclassified", "XB": "unclassified"},
                turns=["restriction:conditional=no_straight_on@(07:00-09:00) AX X XB"])
    assert drive(town, f"{TUESDAY}T06:55").doubts == () and drive(town, f"{TUESDAY}T06:57").doubts == ("condition_changes",)


def test_what_nobody_can_know_is_taken_strictly_and_told() -> None:
    town = draw("A-----B", roads={"AB": "primary maxspeed=100 maxspeed:conditional=30@wet"})
    route = drive(town, f"{TUESDAY}T12:00")
    assert route.duration_s == pytest.approx(6 / 27 * 3600, abs=0.1)
    assert route.doubts == ("condition_unknown",) and route.approximate
    assert trip(on_ab("hgv:conditional=no@snow"), f"{TUESDAY}T12:00") == "ACDB"
    assert trip(on_ab("hgv=no hgv:conditional=yes@snow"), f"{TUESDAY}T12:00") == "ACDB"
    assert drive(on_ab("motorcar:conditional=no@snow"), f"{TUESDAY}T12:00").doubts == ()


def test_no_moment_is_no_timetable() -> None:
    assert trip(on_ab("hgv:conditional=no@(00:00-24:00)"), None) == "AB"
    assert trip(on_ab("hgv=no hgv:conditional=yes@(00:00-24:00)"), None) == "ACDB"


def test_equal_states_share_one_network() -> None:
    town = on_ab("hgv:conditional=no@(07:00-09:00)")
    for clock in ("05:00", "06:59", "09:00", "23:00"):
        drive(town, f"{TUESDAY}T{clock}")
    assert town.engine.networks.made == 1
    for clock in ("07:00", "08:59"):
        drive(town, f"{TUESDAY}T{clock}")
    drive(town, "2026-11-25T08:00")
    assert town.engine.networks.made == 2
    drive(town, f"{TUESDAY}T08:00", vehicle("van"))
    drive(town, f"{TUESDAY}T12:00", vehicle("van"))
    assert town.engine.networks.made == 3


def test_without_conditions_the_moment_costs_nothing() -> None:
    town = on_ab("maxheight=3.5")
    for hour in range(24):
        drive(town, f"{TUESDAY}T{hour:02}:00")
    assert town.engine.networks.made == 1
    assert drive(town, f"{TUESDAY}T12:00").net.graph is town.engine.graph       # type: ignore[union-attr]


def test_detours_are_of_the_roads_of_the_route() -> None:
    town = draw("S--A--p--B--T\n   |     |\n   C-----D", roads={
        "SA": "unclassified", "BT": "unclassified", "AB": "unclassified hgv:conditional=no@(07:00-09:00)", **AROUND})
    route = drive(town, f"{TUESDAY}T08:00", way="ST")
    assert "p" not in {place for place, _ in town.stops(route).index}           # on the closed road
    open_ = drive(town, f"{TUESDAY}T10:00", way="ST")
    assert town.stops(open_).loc[("p", 1), "detour_s"] == 0


# ---------------------------------------------------------------- loads, tolls, ferries

@pytest.mark.tags("hazmat", "hazmat:water", "hazmat:adr_tunnel_cat", "tunnel:category", "hazmat:E=no", "toll", "toll:hgv")
@pytest.mark.parametrize(("tags", "load", "way"), [
    ("hazmat=no", {}, "AB"), ("hazmat=no", {"hazmat": "goods"}, "ACDB"), ("hazmat=no", {"hazmat": "water"}, "ACDB"),
    ("hazmat=no", {"tunnel_category": "E"}, "ACDB"), ("hazmat=designated", {"hazmat": "goods"}, "AB"),
    ("hazmat:water=no", {"hazmat": "goods"}, "AB"), ("hazmat:water=no", {"hazmat": "water"}, "ACDB"),
    ("hazmat:water=permissive", {"hazmat": "water"}, "AB"),
    ("hazmat:adr_tunnel_cat=C", {"tunnel_category": "B"}, "ACDB"), ("hazmat:adr_tunnel_cat=C", {"tunnel_category": "C"}, "ACDB"),
    ("hazmat:adr_tunnel_cat=C", {"tunnel_category": "D"}, "AB"), ("hazmat:adr_tunnel_cat=C", {"tunnel_category": "E"}, "AB"),
    *(("tunnel:category=E", {"tunnel_category": code}, "ACDB") for code in "BCDE"),
    *(("tunnel:category=A", {"tunnel_category": code}, "AB") for code in "BCDE"),
    ("hazmat:E=no", {"tunnel_category": "B"}, "ACDB"), ("hazmat:B=no", {"tunnel_category": "C"}, "AB"),
    ("tunnel:category=B", {"hazmat": "goods"}, "AB"),            # no code known
    ("toll=yes", {}, "AB"), ("toll=yes", {"avoid": ["toll"]}, "ACDB"), ("toll=no", {"avoid": ["toll"]}, "AB"),
    ("toll:hgv=yes", {"avoid": ["toll"]}, "ACDB"), ("toll=yes toll:hgv=no", {"avoid": ["toll"]}, "AB"),
    ("toll=yes", {"avoid": ["ferry"]}, "AB"),
])
def test_loads_and_tolls(tags: str, load: dict[str, object], way: str) -> None:
    assert trip(on_ab(tags), None, loaded(vehicle(), **load)) == way  # type: ignore[arg-type]


def test_a_van_is_asked_another_toll() -> None:
    town = on_ab("toll:hgv=yes")
    assert trip(town, None, loaded(vehicle("van"), avoid=["toll"])) == "AB"
    assert drive(town, None).toll_m == pytest.approx(6_000, abs=1) and drive(town, None, vehicle("van")).toll_m == 0.0


@pytest.mark.tags("barrier=toll_booth")
def test_motorways_ferries_and_toll_booths_are_avoided() -> None:
    assert trip(on_ab("", highway="motorway oneway=no"), None, loaded(vehicle(), avoid=["motorway"])) == "ACDB"
    ferry = draw(SQUARE, roads={"AB": "route=ferry duration=00:01", **AROUND})
    assert trip(ferry, None) == "AB" and trip(ferry, None, loaded(vehicle(), avoid=["ferry"])) == "ACDB"
    booth = draw("A--X--B\n|     |\nC-----D", roads={"AXB": "unclassified", **AROUND}, signs={"X": "barrier=toll_booth"})
    assert trip(booth, None) == "AXB" and trip(booth, None, loaded(vehicle(), avoid=["toll"])) == "ACDB"


def test_no_way_without_what_is_avoided_is_said() -> None:
    town = draw("A--x--B  E--F", roads={"Ax": "unclassified", "xB": "unclassified toll=yes", "EF": "unclassified"})
    points = np.array([town.at[c] for c in "AB"])
    with pytest.raises(NotReachable) as said:
        _without_avoided(points, loaded(vehicle(), avoid=["toll", "ferry"]), town.engine)
    assert (said.value.code, said.value.value) == ("no_way_avoiding", "ferry, toll")
    with pytest.raises(NotReachable) as said:
        _without_avoided(np.array([town.at[c] for c in "AE"]), loaded(vehicle(), avoid=["toll"]), town.engine)
    assert said.value.code == "no_way_through"


def test_loads_that_meet_the_same_roads_share_a_network() -> None:
    town = on_ab("hazmat:adr_tunnel_cat=C")
    for load in ({}, {"hazmat": "goods"}, {"tunnel_category": "D"}, {"tunnel_category": "E"}, {"avoid": ["toll"]}):
        drive(town, None, loaded(vehicle(), **load))  # type: ignore[arg-type]
    assert town.engine.networks.made == 1
    for code in "BC":
        drive(town, None, loaded(vehicle(), tunnel_category=code))
    assert town.engine.networks.made == 2


@pytest.mark.parametrize(("load", "field"), [({"hazmat": "bombs"}, "hazmat"), ({"tunnel_category": "A"}, "tunnel_category"),
                                             ({"tunnel_category": "b"}, "tunnel_category"), ({"avoid": ["tolls"]}, "avoid")])
def test_what_is_no_load_is_refused(load: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput) as said:
        loaded(vehicle(), **load)  # type: ignore[arg-type]
    assert (said.value.code, said.value.field) == ("not_allowed", field)
