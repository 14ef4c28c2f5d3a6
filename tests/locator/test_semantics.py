"""Drawn roads and what a lorry and a van make of them: access, one-ways, barriers, limits, ferries, junctions.

Meanings: wiki.openstreetmap.org. Tables of every value are in tests/geodata/roads; here they become routes.
"""
from __future__ import annotations

import pytest

from locator.vehicles import vehicle
from tests.drawing import Town, draw

LORRY, VAN = vehicle(), vehicle("van")
FORK = """
A---B---C---D---E
    |       |
    F-------G
"""


def fork(tags: str, sign: str = "") -> Town:
    """A short way over C with these tags, a long one round over F and G."""
    roads = {"AB": "primary", "BCD": tags, "DE": "primary", "BFGD": "primary"}
    return draw(FORK, roads=roads, signs={"C": sign} if sign else None)


def trips(tags: str, sign: str = "") -> tuple[str, str, str, str]:
    """Lorry from A to E and back, van from A to E and back: over C or round."""
    town = fork(tags, sign)
    return town.trip("AE"), town.trip("EA"), town.trip("AE", VAN), town.trip("EA", VAN)


OVER, BACK, ROUND, ROUND_BACK = "ABCDE", "EDCBA", "ABFGDE", "EDGFBA"
ALL, NOBODY = (OVER, BACK, OVER, BACK), (ROUND, ROUND_BACK, ROUND, ROUND_BACK)
NO_LORRY, NO_VAN = (ROUND, ROUND_BACK, OVER, BACK), (OVER, BACK, ROUND, ROUND_BACK)
FORWARD, BACKWARD = (OVER, ROUND_BACK, OVER, ROUND_BACK), (ROUND, BACK, ROUND, BACK)
LORRY_THERE, LORRY_BACK = (OVER, ROUND_BACK, OVER, BACK), (ROUND, BACK, OVER, BACK)


@pytest.mark.tags("access=no", "motor_vehicle=no", "vehicle=no", "hgv=no", "hgv=yes", "hgv=designated", "motorcar=no", "goods=no",
                  "access=agricultural", "access=forestry", "access=permissive", "access=unknown", "vehicle:forward=no",
                  "hgv:backward=no", "motorroad=yes", "hov=designated", "hov=lane")
@pytest.mark.parametrize(("tags", "taken"), [
    ("primary", ALL), ("primary access=no", NOBODY), ("primary motor_vehicle=no", NOBODY), ("primary vehicle=no", NOBODY),
    ("primary hgv=no", NO_LORRY), ("primary motorcar=no", NO_VAN), ("primary goods=no", NO_VAN),
    ("primary access=no hgv=yes", NO_VAN),
    ("primary vehicle=no motor_vehicle=yes", ALL), ("primary motor_vehicle=no access=yes", NOBODY),
    ("primary motor_vehicle=no hgv=designated", NO_VAN), ("primary access=agricultural", NOBODY),
    ("primary access=forestry", NOBODY),
    ("primary access=permissive", ALL), ("primary access=unknown", ALL), ("primary hgv=discouraged", ALL),
    ("primary vehicle:forward=no", BACKWARD), ("primary vehicle:backward=no", FORWARD), ("primary motorroad=yes", ALL),
    ("primary hgv:backward=no", LORRY_THERE), ("primary psv=designated", ALL),
    ("primary hov=designated", NOBODY), ("primary hov=designated access=yes", NOBODY), ("primary hov=lane", ALL),
    ("primary hov=yes", ALL), ("primary hov=designated hgv=yes", NO_VAN), ("primary hov=designated motorcar=yes", NO_LORRY),
    ("primary hov:lanes=designated|yes", ALL),
], ids=lambda given: given if isinstance(given, str) else "")
def test_access_keys_by_precedence(tags: str, taken: tuple[str, ...]) -> None:
    assert trips(tags) == taken


@pytest.mark.tags("oneway=yes", "oneway=-1", "oneway=alternating", "oneway=reversible", "oneway:hgv=yes",
"oneway:motor_vehicle=no",
                  "junction=roundabout", "lanes:forward=*")
@pytest.mark.parametrize(("tags", "taken"), [
    ("primary oneway=yes", FORWARD), ("primary oneway=1", FORWARD), ("primary oneway=true", FORWARD),
    ("primary oneway=-1", BACKWARD),
    ("primary oneway=reverse", BACKWARD), ("primary oneway=no", ALL), ("primary oneway=alternating", ALL),
    ("primary oneway=reversible", NOBODY), ("motorway", FORWARD), ("motorway oneway=no", ALL), ("motorway_link", ALL),
    ("motorway_link oneway=yes", FORWARD), ("motorway oneway=alternating", FORWARD),
    ("primary junction=roundabout", FORWARD), ("primary oneway:hgv=yes", LORRY_THERE),
    ("primary oneway=yes oneway:hgv=no", (OVER, BACK, OVER, ROUND_BACK)), ("primary oneway=yes oneway:motor_vehicle=no", ALL),
    ("primary oneway:vehicle=-1", BACKWARD), ("primary oneway:bicycle=yes", ALL),
    ("primary lanes:forward=2 lanes:backward=0", ALL),
], ids=lambda given: given if isinstance(given, str) else "")
def test_one_ways_by_mode(tags: str, taken: tuple[str, ...]) -> None:
    assert trips(tags) == taken


@pytest.mark.tags("barrier=bollard", "barrier=gate", "barrier=lift_gate", "barrier=height_restrictor", "barrier=bus_trap",
                  "barrier=toll_booth", "bollard=rising", "locked=yes", "access=private")
@pytest.mark.parametrize(("sign", "taken"), [
    ("barrier=bollard", NOBODY), ("barrier=gate", ALL), ("barrier=lift_gate", ALL), ("barrier=toll_booth", ALL),
    ("barrier=gate locked=yes", NOBODY), ("barrier=gate access=private", NOBODY), ("barrier=gate access=private hgv=yes", NO_VAN),
    ("barrier=bollard bollard=rising", ALL), ("barrier=height_restrictor", NO_LORRY), ("barrier=bus_trap", NOBODY),
    ("barrier=height_restrictor maxheight=4.2", ALL), ("barrier=block", NOBODY), ("barrier=cattle_grid", ALL),
    ("hgv=no", NO_LORRY),
    ("highway=crossing access=no", ALL), ("highway=mini_roundabout", ALL), ("access=no vehicle=yes", ALL),
], ids=lambda given: given if isinstance(given, str) else "")
def test_what_stands_on_the_road(sign: str, taken: tuple[str, ...]) -> None:
    assert trips("primary", sign) == taken


@pytest.mark.tags("maxheight=3.9", "maxweight=*", "maxweightrating:hgv=*", "maxwidth=*", "maxlength=*", "maxaxleload=*",
"width=*",
                  "maxheight:physical=*", "maxweight:signed=no")
@pytest.mark.parametrize(("limit", "taken"), [
    ("maxheight=3.9", NO_LORRY), ("maxheight=4", ALL), ("maxheight=13'2\"", ALL), ("maxheight=13'1\"", NO_LORRY),
    ("maxheight=default", ALL), ("maxheight=below_default", ALL), ("maxheight:physical=3.8", NO_LORRY),
    ("maxweight=7.5", NO_LORRY),
    ("maxweight=40", ALL), ("maxweight=none", ALL), ("maxweight=39999kg", NO_LORRY), ("maxweightrating:hgv=12", NO_LORRY),
    ("maxweight=7.5 maxweight:signed=no", ALL), ("maxwidth=2.3", NO_LORRY), ("maxlength=12", NO_LORRY),
    ("maxaxleload=8", NO_LORRY),
    ("maxheight=1.8", NOBODY),
], ids=lambda given: given if isinstance(given, str) else "")
def test_limits_on_a_way_and_on_a_node(limit: str, taken: tuple[str, ...]) -> None:
    assert trips(f"primary {limit}") == trips("primary", limit) == taken


@pytest.mark.tags("maxheight:forward=*", "maxheight:backward=*", "maxweight:forward=*", "maxweight:backward=*",
                  "maxwidth:forward=*", "maxlength:backward=*", "maxaxleload:forward=*", "maxweight:hgv:backward=*",
                  "maxheight:lanes=*", "maxheight:lanes:backward=*", "maxwidth:lanes=*")
@pytest.mark.parametrize(("limit", "taken"), [
    ("maxheight:forward=3.9", LORRY_BACK), ("maxheight:backward=3.9", LORRY_THERE), ("maxheight:forward=4", ALL),
    ("maxweight:forward=39.9", LORRY_BACK), ("maxweight:backward=7.5", LORRY_THERE), ("maxwidth:forward=2.5", LORRY_BACK),
    ("maxlength:backward=12", LORRY_THERE), ("maxaxleload:forward=8", LORRY_BACK), ("maxweight:hgv:backward=7.5", LORRY_THERE),
    ("maxheight=3.9 maxheight:forward=4.2", LORRY_THERE), ("maxheight=4.2 maxheight:backward=3.9", LORRY_THERE),
    ("maxweight=7.5 maxweight:forward=none", LORRY_THERE), ("maxheight=3.9 maxheight:forward=default", NO_LORRY),
    ("maxheight:lanes=3.5|4.0|3.5", ALL), ("maxheight:lanes=3.5|3.9", NO_LORRY), ("maxheight:lanes=3.5|", ALL),
    ("maxheight:lanes=3.5|none", ALL), ("maxheight:lanes:backward=3.5|3.9", LORRY_THERE), ("maxwidth:lanes=2|2.3", NO_LORRY),
    ("maxheight=4 maxheight:lanes=3.5|3.5", ALL),
    ("maxheight:physical=3.9 maxheight:forward=4.2", NO_LORRY), ("maxheight:forward=3.9 maxheight:backward=3.9", NO_LORRY),
], ids=lambda given: given if isinstance(given, str) else "")
def test_a_limit_signed_for_one_direction(limit: str, taken: tuple[str, ...]) -> None:
    assert trips(f"primary {limit}") == taken
    town = draw("A-----B", roads={"AB": f"primary {limit}"})                   # drawn the other way round it is the other way
    assert (town.trip("AB") != "", town.trip("BA") != "") == (taken[0] == OVER, taken[1] == BACK)


@pytest.mark.parametrize("limit", ["maxheight:forward=3.9", "maxheight:backward=3.9"])
def test_a_node_has_no_direction(limit: str) -> None:
    assert trips("primary", limit) == NO_LORRY


def test_a_narrow_road_is_none_for_a_lorry() -> None:
    for tags, lorry, van in (("width=2.2", "", "ABC"), ("est_width=1.8", "", ""), ("width=2.55", "ABC", "ABC")):
        town = draw("A---B---C", roads={"AB": "primary", "BC": f"primary {tags}"})
        assert (town.trip("AC"), town.trip("AC", VAN)) == (lorry, van)


@pytest.mark.tags("highway=pedestrian", "highway=footway", "highway=path", "highway=cycleway", "highway=busway", "highway=steps",
                  "highway=construction", "construction=yes", "service=emergency_access", "impassable=yes", "highway=track")
@pytest.mark.parametrize(("tags", "taken"), [
    ("pedestrian", NOBODY), ("footway access=yes", NOBODY), ("steps motor_vehicle=yes", NOBODY), ("construction", NOBODY),
    ("primary construction=yes", NOBODY), ("service service=emergency_access", NOBODY), ("primary impassable=yes", NOBODY),
    ("busway", NOBODY), ("bus_guideway psv=yes", NOBODY), ("track", NOBODY), ("proposed proposed=primary", NOBODY),
], ids=lambda given: given if isinstance(given, str) else "")
def test_what_is_no_road(tags: str, taken: tuple[str, ...]) -> None:
    assert trips(tags) == taken


@pytest.mark.tags("highway=path", "highway=cycleway", "highway=pedestrian", "highway=busway")
@pytest.mark.parametrize("tags", ["path vehicle=yes", "cycleway motor_vehicle=designated", "pedestrian motor_vehicle=destination",
                                  "busway hgv=yes", "footway motor_vehicle=permissive", "track motor_vehicle=yes"])
def test_a_way_made_for_others_leads_where_nothing_else_does(tags: str) -> None:
    assert draw("A---B---C", roads={"AB": "primary", "BC": tags}).trip("AC") == "ABC"


@pytest.mark.tags("highway=winter_road", "highway=ice_road")
@pytest.mark.parametrize(("tags", "there"), [("winter_road", "ABC"), ("ice_road", "ABC"), ("ice_road access=no", "")])
def test_roads_of_snow_and_ice_are_driven_where_nothing_else_leads(tags: str, there: str) -> None:
    assert draw("A---B---C", roads={"AB": "primary", "BC": tags}).trip("AC") == there


FERRY = """
A---B~~~C---D
"""


@pytest.mark.tags("route=ferry", "route=shuttle_train", "foot=yes")
@pytest.mark.parametrize(("tags", "lorry", "van"), [
    ("route=ferry", True, True), ("route=ferry bicycle=yes", True, True), ("route=ferry foot=yes", False, False),
    ("route=ferry foot=yes hgv=yes", True, True), ("route=ferry hgv=yes motorcar=no", True, False),
    ("route=ferry motor_vehicle=no", False, False), ("route=ferry hgv=no", False, True),
    ("route=shuttle_train", True, True), ("route=shuttle_train bicycle=yes", True, True),
    ("route=shuttle_train hgv=yes", True, False), ("route=shuttle_train access=no", False, False),
    ("route=shuttle_train motor_vehicle=yes", True, True),
    ("route=shuttle_train motorcar=yes", False, True), ("railway=rail", False, False),
])
def test_ferries_and_trains_that_carry_vehicles(tags: str, lorry: bool, van: bool) -> None:
    town = draw(FERRY, roads={"AB": "primary", "BC": tags, "CD": "primary"})
    assert (town.trip("AD"), town.trip("AD", VAN)) == ("ABCD" if lorry else "", "ABCD" if van else "")
    assert (town.trip("DA"), town.trip("DA", VAN)) == ("DCBA" if lorry else "", "DCBA" if van else "")


def test_no_way_begins_or_ends_at_sea() -> None:
    town = draw("A-1-B-2---C---D", roads={"A1B": "primary", "B2C": "route=ferry", "CD": "primary"}, grid_m=500)
    assert town.trip("12") == "1B" and town.trip("21") == "B1"


@pytest.mark.tags("junction=roundabout", "highway=mini_roundabout", "highway=turning_circle")
def test_round_a_roundabout_and_back() -> None:
    drawing = """
        S
        |
        N
    A-P   R-B
        Q
        |
        T
    """
    ring = {"PQRNP": "primary junction=roundabout", "AP": "primary", "RB": "primary", "NS": "primary", "QT": "primary"}
    town = draw(drawing, roads=ring)
    assert town.trip("AB") == "APQRB" and town.trip("BA") == "BRNPA" and town.trip("TA") == "TQRNPA"
    assert town.trip("AS") == "APQRNS"


def test_turning_round_only_at_a_dead_end_and_never_at_a_mini_roundabout_on_the_open_road() -> None:
    town = draw("A---B---C---D", roads={"AB": "primary", "BCD": "primary"}, signs={"B": "highway=mini_roundabout"})
    there = town.route("AB").steps
    assert there is not None and town.trip("ADA") == "ABCDCBA"


def test_a_loop_road_turns_whoever_drives_round_it() -> None:
    drawing = """
            E
           / \\
    A---B-C   F
           \\ /
            G
    """
    town = draw(drawing, roads={"ABC": "residential", "CEFGC": "residential"})
    assert town.trip("AF") in ("ABCEF", "ABCGF")
    route = town.route("ABA" if town.trip("BCB") else "AB")
    assert route.steps is not None and not route.steps.turn_ms.any()          # round the loop, not round on the spot


@pytest.mark.tags("area=yes")
def test_a_square_is_no_road() -> None:
    assert trips("service area=yes") == NOBODY
