"""Gates, signs and bridges on a node that change with the hour and the vehicle, in drawn towns: both sides of every edge."""
from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from geodata.errors import NotReachable
from geodata.geodesy import distance_m
from locator.asks import Want
from locator.engines.moments import Roads
from locator.nearest import find_nearest
from locator.vehicles import vehicle
from tests.drawing import Town, draw
from tests.locator.oracle import Oracle
from tests.locator.test_conditions import AROUND, SUNDAY, TUESDAY, drive, trip

ZONE = ZoneInfo("Europe/Berlin")
SQUARE = """
A--X--B
|     |
C-----D
"""                          # 6 km from A over X to B; 10 km round by C and D


def with_x(sign: str, *, highway: str = "unclassified", **drawn: object) -> Town:
    return draw(SQUARE, roads={"AXB": highway, **AROUND}, signs={"X": sign}, **drawn)  # type: ignore[arg-type]


@pytest.mark.tags("access:conditional", "hgv:conditional", "motor_vehicle:conditional", "maxheight:conditional",
                  "maxweight:conditional", "opening_hours")
@pytest.mark.parametrize(("sign", "opens"), [
    ("barrier=gate access=yes access:conditional=no@(22:00-06:00)", {"21:59": 1, "22:00": 0, "05:59": 0, "06:00": 1}),
    ("barrier=gate access=no access:conditional=yes@(07:00-09:00)", {"06:59": 0, "07:00": 1, "08:59": 1, "09:00": 0}),
    ("barrier=bollard motor_vehicle:conditional=yes@(07:00-09:00)", {"06:59": 0, "07:00": 1, "09:00": 0}),
    ("barrier=gate hgv:conditional=no@(07:00-09:00)", {"06:59": 1, "07:00": 0, "09:00": 1}),
    ("barrier=gate motorcar:conditional=no@(07:00-09:00)", {"08:00": 1}),
    ("barrier=gate access=private access:conditional=yes@(07:00-09:00)", {"06:59": 0, "07:00": 1, "09:00": 0}),
    ("barrier=gate access=yes access:conditional=private@(07:00-09:00)", {"06:59": 1, "07:00": 0, "09:00": 1}),
    ("barrier=gate access=no access:conditional=yes@delivery", {"08:00": 1}),
    ("barrier=gate access:conditional=no@(weight>7.5)", {"08:00": 0}),
    ("barrier=gate access:conditional=no@(weight>40)", {"08:00": 1}),
    ("access:conditional=no@(07:00-09:00)", {"06:59": 1, "07:00": 0, "09:00": 1}),
    ("maxheight:conditional=3.5@(07:00-09:00)", {"06:59": 1, "07:00": 0, "09:00": 1}),
    ("maxheight:conditional=4.0@(07:00-09:00)", {"08:00": 1}),
    ("maxweight=7.5 maxweight:conditional=none@(07:00-09:00)", {"06:59": 0, "07:00": 1, "09:00": 0}),
    ("maxweight=7.5 maxweight:conditional=none@destination", {"08:00": 0}),             # nobody's bridge gets stronger for it
    ("barrier=height_restrictor maxheight=3.5 maxheight:conditional=4.2@(07:00-09:00)", {"06:59": 0, "07:00": 1, "09:00": 0}),
    ("barrier=gate opening_hours=07:00-09:00", {"06:59": 0, "07:00": 1, "08:59": 1, "09:00": 0}),
    ("barrier=gate access=yes opening_hours=Mo-Fr_07:00-09:00", {"06:59": 0, "07:00": 1}),
    ("barrier=gate access=no opening_hours=07:00-09:00", {"08:00": 0}), ("barrier=lift_gate opening_hours=24/7", {"08:00": 1}),
    ("barrier=gate hgv:conditional=no@(07:30-10:00) opening_hours=07:00-09:00", {"06:59": 0, "07:00": 1, "07:30": 0}),
    ("highway=crossing access:conditional=no@(07:00-09:00)", {"08:00": 1}),
    ("amenity=fuel opening_hours=10:00-11:00", {"08:00": 1}),
], ids=lambda given: given if isinstance(given, str) else "")
def test_a_node_lets_him_pass_or_not_at_departure(sign: str, opens: dict[str, int]) -> None:
    town = with_x(sign)
    for clock, is_open in opens.items():
        moment = f"{TUESDAY}T{clock}"
        assert (trip(town, moment), trip(town, moment, way="BA")) == (("AXB", "BXA") if is_open else ("ACDB", "BDCA")), clock


def test_by_day_and_by_vehicle() -> None:
    town = with_x("barrier=gate opening_hours=Mo-Fr_07:00-18:00 hgv:conditional=no@(07:00-09:00)")
    assert trip(town, f"{SUNDAY}T12:00") == "ACDB" and trip(town, f"{TUESDAY}T12:00") == "AXB"
    assert trip(town, f"{TUESDAY}T08:00") == "ACDB" and trip(town, f"{TUESDAY}T08:00", vehicle("van")) == "AXB"


def test_before_a_shut_gate_he_turns_round() -> None:
    town = draw("A--X--B", roads={"AXB": "unclassified"}, signs={"X": "barrier=gate opening_hours=07:00-09:00"})
    assert trip(town, f"{TUESDAY}T08:00") == "AXB" and trip(town, f"{TUESDAY}T09:00") == ""
    town = draw("A--P--X--B\n   |\n   C", roads={"AP": "unclassified", "PXB": "unclassified", "PC": "unclassified"},
                turns=["no_right_turn AP P PC"], signs={"X": "barrier=gate opening_hours=07:00-09:00"})
    assert trip(town, f"{TUESDAY}T10:00", way="AC") == "APXPC" and trip(town, f"{TUESDAY}T08:00", way="AC") == "APXBXPC"


def test_no_moment_is_no_timetable() -> None:
    """Of a gate with hours nobody knows then that it is shut."""
    assert trip(with_x("barrier=gate opening_hours=07:00-09:00"), None) == "AXB"
    assert trip(with_x("barrier=gate access=no access:conditional=yes@(07:00-09:00)"), None) == "ACDB"


def test_a_gate_that_shuts_before_he_gets_there_is_told() -> None:
    """3 km and 30 s at the gate: he is at X six and a half minutes after departure."""
    town = draw("A--X--B", roads={"AXB": "unclassified"}, signs={"X": "barrier=gate opening_hours=07:00-09:00"})
    for clock, doubts in (("08:53", ()), ("08:54", ("condition_changes",)), ("08:59", ("condition_changes",))):
        route = drive(town, f"{TUESDAY}T{clock}")
        assert (route.doubts, route.approximate) == (doubts, bool(doubts)), clock
    with pytest.raises(NotReachable):
        drive(town, f"{TUESDAY}T09:00")
    assert drive(town, f"{TUESDAY}T08:59", way="AX").doubts == ()                # he does not pass it


def test_what_nobody_can_know_is_taken_strictly_and_told() -> None:
    assert trip(with_x("barrier=gate access:conditional=no@snow"), f"{TUESDAY}T12:00") == "ACDB"
    town = draw("A--X--B", roads={"AXB": "unclassified"}, signs={"X": "maxheight=4.5 maxheight:conditional=4.2@wet"})
    route = drive(town, f"{TUESDAY}T12:00")
    assert route.doubts == () and not route.approximate                          # he fits either way
    with pytest.raises(NotReachable):
        drive(draw("A--X--B", roads={"AXB": "unclassified"}, signs={"X": "maxheight:conditional=3.5@wet"}), f"{TUESDAY}T12:00")


@pytest.mark.parametrize(("hours", "country", "clock", "told"), [
    ("when_the_guard_is_there", "DE", "12:00", "unknown"), ("07:00-18:00_unknown", "DE", "12:00", "unknown"),
    ("07:00-18:00_unknown", "DE", "19:00", "shut"), ("Mo-Fr_07:00-18:00;_PH_off", "CN", "12:00", "unknown"),
    ("Mo-Fr_07:00-18:00;_PH_off", "CN", "19:00", "shut"), ("Mo-Fr_07:00-18:00;_PH_off", "DE", "12:00", "open")])
@pytest.mark.parametrize(("access", "passable"), [
    ("", True), ("access=yes", True), ("access=no", False), ("access=private", False)])
def test_of_a_gate_nobody_knows_that_it_is_shut(hours: str, country: str, clock: str, told: str, access: str, passable: bool,
                                                ) -> None:
    """Then it is what its access says, and the route over it says so; where every reading agrees, it is that."""
    town = with_x(f"barrier=gate {access} opening_hours={hours}".replace("  ", " "))
    roads = Roads(town.engine.graph, country=country)
    at = datetime.fromisoformat(f"{TUESDAY}T{clock}").replace(tzinfo=ZONE)
    there = copy(town.engine)
    there._roads = roads.at(at)
    route = there.route(np.array([town.at["A"], town.at["B"]]), vehicle())
    over = bool(distance_m(route.line.lonlat, np.array(town.at["X"])).min() < 1.0)
    assert over == (passable and told != "shut")
    assert (route.doubts, route.approximate) == ((("condition_unknown",), True) if over and told == "unknown" else ((), False))


def test_a_stop_or_a_place_reached_over_such_a_gate_is_approximate() -> None:
    """p lies behind the gate, q does not; by day everybody knows it is open."""
    for hours, clock, guessed in (("when_the_guard_is_there", "12:00", True), ("07:00-18:00", "12:00", False)):
        town = draw("A--J--q--B\n   |\n   X--p", roads={"AJqB": "unclassified", "JXp": "service"},
                    signs={"X": f"barrier=gate opening_hours={hours}"})
        at = datetime.fromisoformat(f"{TUESDAY}T{clock}").replace(tzinfo=ZONE)
        town = replace(town, engine=town.engine.at(at))
        stops = town.stops(town.route("AB"), max_detour_s=3_600.0)
        assert stops["guessed"].groupby(level=0).any().to_dict() == {"p": guessed, "q": False}
        found = find_nearest(*town.at["A"], town.atlas, town.engine, vehicle(), Want()).places
        assert dict(zip(town.atlas.frame["id"].iloc[found["row"]], found["guessed"], strict=True)) == {"p": guessed, "q": False}
        assert not town.route("AB").approximate


def test_equal_states_share_one_network() -> None:
    town = with_x("barrier=gate opening_hours=07:00-09:00")
    for clock in ("07:00", "08:59", "08:00"):
        drive(town, f"{TUESDAY}T{clock}")
    assert town.engine.networks.made == 1
    for clock in ("05:00", "06:59", "09:00", "23:00"):
        drive(town, f"{TUESDAY}T{clock}")
    assert town.engine.networks.made == 2


def test_the_weighing_is_the_oracle_s_in_every_state() -> None:
    """Gates with hours on a road for business, behind a turn that remembers and in the open: by an independent search."""
    town = draw("S--A--X--B--T\n   |     |\n   C--Y--D", roads={
        "SA": "unclassified access=destination", "BT": "unclassified", "AXB": "unclassified access=destination",
        "AC": "unclassified", "CYD": "unclassified", "DB": "unclassified"},
                signs={"X": "barrier=gate opening_hours=07:00-09:00", "Y": "maxheight:conditional=3.5@(08:00-10:00)"},
                turns=["no_left_turn AC CYD DB", "restriction:conditional=no_left_turn@(06:00-07:30) AC C CYD"])
    for clock in ("05:00", "06:30", "07:10", "07:45", "08:30", "09:30", "10:30"):
        net = town.engine.at(datetime.fromisoformat(f"{TUESDAY}T{clock}").replace(tzinfo=ZONE)).network(vehicle())
        arcs = [(arc, 0) for arc in range(net.graph.arcs) if net.is_open(arc)]
        numbers, zero = np.array([arc for arc, _ in arcs]), np.zeros(len(arcs), np.int64)
        times = net.between_ms(numbers, zero, numbers, zero).astype(float)
        assert np.array_equal(np.where(times > 1e14, np.inf, times), Oracle(net.graph, net.profile).times(arcs, arcs)), clock
