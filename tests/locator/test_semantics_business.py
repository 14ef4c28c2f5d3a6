"""Roads for those with business there: the ends of a way may lie in them, nothing between. Drawn, then driven."""
from __future__ import annotations

import pytest

from locator.vehicles import vehicle
from tests.drawing import Town, draw, m, s

VAN = vehicle("van")
ZONE = """
        p
A---B---C---D---E
    |       |
    F-------G
"""


def zone(tags: str) -> Town:
    """B and D are joined by a road over C with these tags, and by a longer one."""
    open_ = dict.fromkeys(("AB", "DE", "BFGD"), "unclassified")
    return draw(ZONE, roads={**open_, "BC": f"unclassified {tags}", "CD": f"unclassified {tags}"})


@pytest.mark.tags("access=destination", "access=delivery", "access=customers", "access=private", "motor_vehicle=destination",
                  "hgv=destination", "hgv=delivery", "hgv=local")
@pytest.mark.parametrize("tags", ["access=destination", "access=delivery", "access=customers", "access=private",
                                  "hgv=destination", "motor_vehicle=destination", "vehicle=delivery", "hgv=local",
                                  "access=no hgv=delivery"])
def test_a_lorry_gets_in_and_out_but_never_through(tags: str) -> None:
    town = zone(tags)
    assert (town.trip("AE"), town.trip("EA")) == ("ABFGDE", "EDGFBA")
    assert (town.trip("AC"), town.trip("EC"), town.trip("CA"), town.trip("CE")) == ("ABC", "EDC", "CBA", "CDE")


@pytest.mark.tags("hgv=destination", "motorcar=destination")
def test_it_holds_by_mode() -> None:
    assert (zone("hgv=destination").trip("AE"), zone("hgv=destination").trip("AE", VAN)) == ("ABFGDE", "ABCDE")
    assert (zone("motorcar=destination").trip("AE"), zone("motorcar=destination").trip("AE", VAN)) == ("ABCDE", "ABFGDE")
    assert zone("access=destination hgv=yes").trip("AE") == "ABCDE"


def test_it_holds_by_direction() -> None:
    town = zone("motor_vehicle:forward=destination")
    assert (town.trip("AE"), town.trip("EA")) == ("ABFGDE", "EDCBA")


def test_a_via_among_them_is_the_end_of_one_leg_and_the_start_of_the_next() -> None:
    assert zone("access=destination").trip("ACE") == "ABCDE"


def test_ends_in_one_zone_are_joined_inside_it() -> None:
    drawing = """
    A-1-C---D-2-E
    |           |
    X-----------Y
    """
    town = draw(drawing, roads={"A1C": "residential access=destination", "CD": "residential access=private",
                                "D2E": "residential access=customers", "AXYE": "primary"})
    assert town.trip("12") == "1CD2" and town.trip("21") == "2DC1" and town.trip("XY") == "XY" and town.trip("CD") == "CD"


def test_out_of_one_zone_over_an_open_road_into_another() -> None:
    drawing = """
    A---B---C---D
        |
        E
    """
    town = draw(drawing, roads={"AB": "residential access=destination", "BC": "primary", "CD": "residential access=private",
                                "BE": "primary"})
    assert (town.trip("AD"), town.trip("DA"), town.trip("AE")) == ("ABCD", "DCBA", "ABE")




@pytest.mark.tags("access=destination", "motor_vehicle=destination")
@pytest.mark.parametrize("tags", ["access=destination", "motor_vehicle=destination", "access=private", "hgv=delivery"])
def test_a_street_without_a_word_behind_such_a_road_is_reached_and_left_but_never_passed(tags: str) -> None:
    """C1D has no sign; both ways into it have. E lies on a third road, dearer by far."""
    drawing = """
    A---B---1---D---E
    |               |
    X---------------Y
    """
    town = draw(drawing, roads={"AB": f"primary {tags}", "B1D": "residential", "DE": f"primary {tags}", "AXYE": "primary"})
    assert (town.trip("X1"), town.trip("1Y"), town.trip("1X")) == ("XAB1", "1DEY", "1BAX")
    assert (town.trip("AE"), town.trip("XY")) == ("AXYE", "XY")


def test_who_lives_behind_a_private_gate_gets_in_and_out_and_nobody_passes() -> None:
    town = draw("X---A-G-B-1-C\n|\nY", roads={"YXAGB1C": "primary"}, signs={"G": "barrier=gate access=private"})
    assert (town.trip("Y1"), town.trip("1Y"), town.trip("1C")) == ("YXAGB1", "1BGAXY", "1C")
    assert draw("X---A-G-B-1-C\n|\nY", roads={"YXAGB1C": "primary"}, signs={"G": "barrier=gate locked=yes"}).trip("Y1") == ""


def test_a_private_gate_at_the_rear_of_what_is_open_in_front_stays_shut() -> None:
    """S to D is a step through the gate; the front way is long. A private road behind the gate changes nothing."""
    drawing = """
    A---B-------C
    |       |   |
    |   P-G-Q---D
    |   |
    R---S
    """
    roads = {"ABC": "primary", "CD": "service", "DQ": "service", "ARSP": "primary", "PGQ": "unclassified"}
    gate = {"G": "barrier=gate access=private"}
    assert draw(drawing, roads=roads, signs=gate).trip("SD") == "SRABCD"
    assert draw(drawing, roads=roads).trip("SD") == "SPGQD"
    private = draw(drawing, roads={**roads, "PGQ": "unclassified access=private"}, signs=gate)
    assert (private.trip("SD"), private.trip("SQ"), private.trip("PD")) == ("SRABCD", "SPGQ", "PGQD")


def test_a_place_behind_a_private_gate_is_offered_to_nobody() -> None:
    """A works' own pump; an open road to one behind a road for destinations is offered."""
    drawing = """
        p
        |
        K
        |
    A---B---C
    """
    for sign, tags, offered in (("barrier=gate access=private", "service", False), ("", "service access=destination", True)):
        town = draw(drawing, roads={"ABC": "primary", "BK": tags, "Kp": "service"}, signs={"K": sign} if sign else None)
        assert list(town.stops(town.route("AC"), max_detour_s=10_000.0).index) == ([("p", 1)] if offered else [])


def test_before_a_road_for_others_a_street_ends_and_one_turns_round() -> None:
    drawing = """
        p---D
        |
    A---B---C
    """
    town = draw(drawing, roads={"ABC": "unclassified", "Bp": "unclassified", "pD": "unclassified access=private"})
    stops = town.stops(town.route("AC"), max_detour_s=10_000.0)
    assert stops.loc[("p", 1), "detour_s"] == s(2 * 240.0)


def test_the_rear_of_a_yard_is_no_way_into_it() -> None:
    """A staff road from behind is shorter; it is nobody's way in, nor is it where he stands when he is told of the place."""
    drawing = """
    A---R-------B---D
        |       |
        q-------p
    """
    roads = {"ARBD": "unclassified", "Bp": "service", "Rqp": "service access=private"}
    town = draw(drawing, roads=roads, grid_m=500)
    route = town.route("AR")
    stops = town.stops(route, max_detour_s=10_000)
    assert list(stops.index) == [("p", 1)] and list(town.why(route)) == ["q"]
    assert stops.loc[("p", 1), "reach_s"] == s(6_000 / (30 / 3.6) + 1_000 / (12 / 3.6))
    assert town.trip("AD") == "ARBD"


@pytest.mark.parametrize("tags", ["access=destination", "access=customers"])
def test_a_place_among_them_is_visited_from_either_side(tags: str) -> None:
    """Round it goes ABFGDE. Having business at p he is let through; he gains nothing by it, and it costs him nothing."""
    drawing = """
    A---B---p---D---E
        |       |
        F-------G
    """
    roads = {"AB": "unclassified", "BpD": f"unclassified {tags}", "DE": "unclassified", "BFGD": "unclassified"}
    town = draw(drawing, roads=roads)
    route = town.route("AE")
    stops = town.stops(route)
    assert stops.loc[("p", 1), "reach_s"] == s(8 * 120.0) and stops.loc[("p", 1), "detour_s"] == s(0.0)
    assert route.duration_s == s(20 * 120.0)


def test_a_place_at_the_end_of_a_road_for_business_costs_the_way_in_and_out() -> None:
    drawing = """
        p
        |
    A---B---D
    """
    town = draw(drawing, roads={"ABD": "unclassified", "Bp": "unclassified access=customers"})
    stops = town.stops(town.route("AD"))
    assert stops.loc[("p", 1), "detour_s"] == s(2 * 240.0) and stops.loc[("p", 1), "reach_s"] == s(6 * 120.0)


def test_under_way_among_them_he_may_turn_to_a_place_outside() -> None:
    """He stands on the road of his business, 500 m before its end: places outside are still to be had."""
    drawing = """
        p
        |
    A---B---C
    """
    town = draw(drawing, roads={"ABp": "unclassified", "BC": "unclassified access=destination"})
    route = town.route("AC")
    along = town.along(route, start_m=1500.0, max_detour_s=10_000.0)
    assert len(along.stops) == 1 and float(along.stops["detour_s"].iloc[0]) > 0


def test_a_line_driven_through_is_believed_and_a_stop_after_it_is_found() -> None:
    """He drove it, so he had business there (or nobody minded). The match is whole; the cut is where no route would pass."""
    drawing = """
    A---B---C---D-q-E
        |       |
        F-------G
    """
    roads = {"AB": "unclassified", "BCD": "unclassified access=destination", "DqE": "unclassified", "BFGD": "unclassified"}
    town = draw(drawing, roads=roads)
    route = town.line("ABCDE")
    assert route.unmatched == () and route.line.length_m == m(16_000)
    assert town.stops(route).loc[("q", 1), "detour_s"] == s(0.0)


def test_a_line_that_begins_among_them_begins_on_the_way_out() -> None:
    drawing = """
    A---B---C---D---E---X
        |       |
        F-------G
    """
    roads = {"AB": "unclassified", "BCD": "unclassified access=destination", "DEX": "unclassified", "BFGD": "unclassified"}
    town = draw(drawing, roads=roads)
    for letters in ("CDE", "ABC"):
        assert len(town.engine.pieces(town.line(letters))) == len(town.engine.pieces(town.route(letters[0] + letters[-1]))) == 1
