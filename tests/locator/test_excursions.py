"""Carriageways, junctions and closed roads in drawn towns: where he leaves, where he is back, from which side he enters."""
from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import pandas as pd
import pytest
from pytest import approx

from locator.vehicles import vehicle
from tests.drawing import Town, m, s

Ask = Callable[..., pd.DataFrame]
Draw = Callable[..., Town]
LINK, MOTORWAY, SERVICE = 80.0, 45.0, 300.0      # seconds a kilometre for a lorry: 45, 80 and 12 km/h
GRID_M = 80.0
RAMP = sqrt(2)                                   # squares

DUAL = """
                     H--n--I
D-----J-------------G-------K----------L-----C
A-----P-------------E-------F----------Q-----B
                     M--s--N
"""
DUAL_ROADS = {
    "APEFQB": "motorway name=Eastway", "CLKGJD": "motorway name=Westway", "DA": "unclassified oneway=yes",
    "BC": "unclassified oneway=yes", "EM": "motorway_link oneway=yes name=South_Ramp", "MsN": "service oneway=yes",
    "NF": "motorway_link oneway=yes", "KI": "motorway_link oneway=yes name=North_Ramp", "InH": "service oneway=yes",
    "HG": "motorway_link oneway=yes", "QL": "motorway_link oneway=yes name=Exit_2", "JP": "motorway_link oneway=yes",
}


@pytest.mark.parametrize(("path", "right", "wrong", "ramp"), [("AB", "s", "n", "South Ramp"), ("CD", "n", "s", "North Ramp")])
def test_areas_of_a_dual_carriageway(town: Draw, path: str, right: str, wrong: str, ramp: str) -> None:
    """The right area costs its slow lanes; the wrong one the way to the next crossing and back."""
    it = town(DUAL, grid_m=GRID_M, roads=DUAL_ROADS)
    stops = it.stops(it.route(path))
    near, far = stops.loc[right, 1], stops.loc[wrong, 1]
    before, km = (20 if path == "AB" else 17), GRID_M / 1e3
    lot_s = (RAMP * LINK + 3 * SERVICE) * km
    assert near["reach_s"] == s(before * MOTORWAY * km + lot_s)
    assert near["detour_s"] == s(2 * lot_s - 8 * MOTORWAY * km)
    assert near["detour_m"] == m((2 * RAMP + 6 - 8) * GRID_M)
    assert (near["access"], near["side"], near["off_route_m"]) == ("same", "right", m(GRID_M))
    assert (near["leave_m"], near["rejoin_m"], near["leave_name"]) == (m(before * GRID_M), m((before + 8) * GRID_M), ramp)
    assert (far["access"], far["side"], far["off_route_m"]) == ("opposite", "left", m(2 * GRID_M))
    assert (far["leave_m"], far["rejoin_m"]) == (m(39 * GRID_M), m(6 * GRID_M))
    assert far["detour_s"] == s(2 * lot_s + (2 * LINK + (33 - 8 + 33) * MOTORWAY) * km)    # over both links, back and again


def test_the_exit_is_named_where_he_leaves_for_the_other_side(town: Draw) -> None:
    it = town(DUAL, grid_m=GRID_M, roads=DUAL_ROADS, signs={"Q": "highway=motorway_junction ref=12 name=Southgate"})
    stops = it.stops(it.route("AB"))
    assert (stops.loc["s", 1]["leave_name"], stops.loc["n", 1]["leave_name"]) == ("South Ramp", "12 Southgate")


def test_a_wrong_area_too_far_to_turn_for_is_said_to_be_opposite(town: Draw) -> None:
    it = town(DUAL, grid_m=GRID_M, roads=DUAL_ROADS)
    assert it.why(it.route("AB"), max_detour_s=180.0) == {"n": "opposite_too_far"}


@pytest.mark.parametrize(("row", "side"), [(0, "left"), (2, "right")])
def test_across_an_undivided_road_he_may_turn_in(ask: Ask, row: int, side: str) -> None:
    lines = ["", "A----------B", ""]
    lines[row] = "     p"
    stop = ask("\n".join(lines), grid_m=100).loc["p", 1]
    assert (stop["side"], stop["access"], stop["detour_s"]) == (side, "same", s(0))


@pytest.mark.parametrize(("oneway", "reach_km", "detour_km"), [("no", 8, 4), ("yes", 10, 6), ("-1", 8, 18)])
def test_one_way_streets_lead_one_way(ask: Ask, oneway: str, reach_km: float, detour_km: float) -> None:
    stop = ask("""
C-----D
|     p
|     |
A-----E-----B
""", roads={"AE": "unclassified", "EB": "unclassified", "ACD": "unclassified", "DpE": f"unclassified oneway={oneway}"},
               want={"max_detour_s": 3_600.0}).loc["p", 1]
    assert (stop["reach_s"], stop["detour_s"]) == (s(reach_km * 120), s(detour_km * 120))


@pytest.mark.parametrize(("turns", "detour_s"), [
    ([], 480), (["no_left_turn AE E Es"], 480 + 1_440 + 60), (["only_straight_on AE E EB"], 480 + 1_440 + 60),
    (["no_right_turn BE E Es"], 480), (["no_right_turn Es E EB"], None),
], ids=["free", "no left", "only straight", "another turn", "broken"])
def test_turn_restrictions_hold(town: Draw, turns: list[str], detour_s: float | None) -> None:
    """Where the left turn is forbidden he goes on to B, turns round, and comes in from the right."""
    drawing, roads = """
      s
      |
A-----E-----B
""", {"AE": "unclassified", "EB": "unclassified", "Es": "unclassified", "BE": "unclassified"}
    del roads["BE" if turns != ["no_right_turn BE E Es"] else "EB"]
    it = town(drawing, roads=roads, turns=turns)
    stops = it.stops(it.route("AB"), max_detour_s=7_200.0)
    expected = 480 + 720 + 60 + 720 if detour_s is None else detour_s     # from s he may not turn to B: back to A, round, and on
    assert stops.loc["s", 1]["detour_s"] == s(expected)


def test_a_roundabout_is_driven_one_way_round(ask: Ask) -> None:
    """A quarter to the east exit is two arcs; to the north exit three, and three again to come back to the east."""
    stop = ask("""
    p
    |
    N
    -
A-W   E-B

    S
""", roads={"AW": "unclassified", "WSENW": "unclassified junction=roundabout", "EB": "unclassified", "Np": "unclassified"},
               want={"max_detour_s": 3_600.0}).loc["p", 1]
    arc = 2 * sqrt(2)
    assert stop["reach_s"] == s((2 + 3 * arc + 2) * 120)
    assert stop["detour_s"] == s((4 + 4 * arc) * 120)


@pytest.mark.parametrize(("sign", "detour_s"), [
    ("", 8 * 120), ("barrier=gate", 8 * 120 + 30), ("barrier=gate access=private", 20 * 120), ("barrier=bollard", 20 * 120),
    ("motor_vehicle=no", 20 * 120), ("barrier=gate access=no hgv=yes", 8 * 120)])
def test_a_closed_gate_sends_him_to_the_front(ask: Ask, sign: str, detour_s: float) -> None:
    stop = ask("""
A-----E-----F--B
      |     |
      G     |
      |     |
      p-----H
""", roads={"AE": "unclassified", "EF": "unclassified", "FB": "unclassified", "EGp": "unclassified", "pHF": "unclassified"},
               signs={"G": sign}, want={"max_detour_s": 3_600.0}).loc["p", 1]
    assert stop["detour_s"] == s(detour_s)          # a gate that opens takes half a minute; one that names him stands open


BRIDGE = """
  C-----D
  |     |
A-E--G--F-B
"""
DIRECT_KM, ROUND_KM = 10, 14


@pytest.mark.parametrize(("tags", "who", "km"), [
    ("maxheight=4.0", {"height_m": 4.0}, DIRECT_KM), ("maxheight=4.0", {"height_m": 4.01}, ROUND_KM),
    ("maxheight=4.1", {"height_m": 4.2}, ROUND_KM), ("maxheight=4.2", {"height_m": 4.2}, DIRECT_KM),
    ("maxheight=4.0", {"preset": "van"}, DIRECT_KM), ("maxheight=1.9", {"preset": "van"}, ROUND_KM),
    ("maxheight=default", {"height_m": 4.2}, DIRECT_KM), ("maxheight=13'6\"", {"height_m": 4.2}, ROUND_KM),
    ("maxweight=30", {"mass_t": 30.0}, DIRECT_KM), ("maxweight=30", {"mass_t": 30.1}, ROUND_KM),
    ("maxweight=3500_kg", {"preset": "van"}, DIRECT_KM), ("maxaxleload=8", {}, ROUND_KM), ("maxwidth=2.3", {}, ROUND_KM),
    ("maxlength=12", {}, ROUND_KM), ("hgv=no", {}, ROUND_KM), ("hgv=no", {"preset": "van"}, DIRECT_KM),
    ("access=private", {"preset": "van"}, ROUND_KM), ("access=private hgv=yes", {}, DIRECT_KM),
    ("access=private hgv=destination", {}, ROUND_KM),
], ids=str)
def test_a_sign_on_the_direct_road(town: Draw, tags: str, who: dict[str, object], km: float) -> None:
    it = town(BRIDGE, roads={"AE": "unclassified", "EG": "unclassified", "GF": f"unclassified {tags}", "FB": "unclassified",
                             "ECDF": "unclassified"})
    assert it.route("AB", vehicle(**who)).distance_m == approx(km * 1e3, abs=1)  # type: ignore[arg-type]


@pytest.mark.parametrize(("height_m", "km"), [(4.0, DIRECT_KM), (4.2, ROUND_KM)])
def test_a_height_restrictor_at_a_point(town: Draw, height_m: float, km: float) -> None:
    it = town(BRIDGE, roads={"AE": "unclassified", "EGF": "unclassified", "FB": "unclassified", "ECDF": "unclassified"},
              signs={"G": "barrier=height_restrictor maxheight=4.0"})
    assert it.route("AB", vehicle(height_m=height_m)).distance_m == approx(km * 1e3, abs=1)


LAY_BY = """
A---E-------F---B
|    G--p--H    |
X---------------Y
"""


@pytest.mark.parametrize("way", ["EGpHF", "FHpGE"])
def test_a_lay_by_is_entered_at_its_near_end_and_left_at_its_far_end(town: Draw, way: str) -> None:
    """One two-way service road beside the motorway, as many are mapped: nobody turns back sharply into its exit."""
    it = town(LAY_BY, grid_m=GRID_M, roads={"AEFB": "motorway", way: "service", "BYXA": "unclassified oneway=yes"})
    stop = it.stops(it.route("AB")).loc["p", 1]
    assert (stop["leave_m"], stop["rejoin_m"]) == (m(4 * GRID_M), m(12 * GRID_M))
    assert stop["detour_s"] == s((6 + 2 * RAMP) * GRID_M / 1e3 * SERVICE - 8 * GRID_M / 1e3 * MOTORWAY)
    assert stop["access"] == "same"


def test_the_staff_s_back_door_is_no_lot(town: Draw) -> None:
    """The area's own lanes, 600 m, are the lot; 80 m of back road that end inside it, reached from the village, are not."""
    it = town("""
    R
    S
A---E-------F---B
|    G--p--H    |
X---------------Y
""", grid_m=GRID_M, roads={"AEFB": "motorway", "EG": "motorway_link", "GpH": "service", "HF": "motorway_link",
                           "BYXA": "unclassified oneway=yes", "RA": "unclassified", "RS": "service"},
              areas={"p": "GHS"})
    assert len(it.engine.stands(it.atlas.places, it.engine.network(vehicle())).spots) == 1
