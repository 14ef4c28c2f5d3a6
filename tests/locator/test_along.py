"""Detours in drawn towns, each computed by hand: 120 seconds a kilometre (a lorry on unclassified roads, 30 km/h)."""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from locator.along import find_stops
from locator.asks import Want
from tests.drawing import Town, m, s

Ask = Callable[..., pd.DataFrame]
Draw = Callable[..., Town]
TURN_S = 60.0                                   # turning round at a dead end

SPUR = """
      s
      |
A-----x-----B
"""


def times(stops: pd.DataFrame, place: str) -> list[tuple[float, float]]:
    """(reach_s, detour_s) of each pass of a place, in order of passes."""
    mine = stops.loc[place].sort_index()
    assert list(mine.index) == list(range(1, len(mine) + 1))
    return list(zip(mine["reach_s"], mine["detour_s"], strict=True))


def test_a_detour_counts_the_way_out_and_the_way_back(ask: Ask) -> None:
    stop = ask(SPUR).loc["s", 1]
    assert (stop["reach_s"], stop["return_s"], stop["detour_s"]) == (s(960), s(960), s(480))
    assert (stop["detour_m"], stop["off_route_m"], stop["offset_m"]) == (m(4_000), m(2_000), m(6_000))
    assert (stop["leave_m"], stop["rejoin_m"]) == (m(6_000), m(6_000))
    assert (stop["side"], stop["access"]) == ("left", "off_route")


def test_out_and_back_over_a_via_passes_twice(town: Draw) -> None:
    it = town(SPUR)
    stops = it.stops(it.route("ABA"))
    assert times(stops, "s") == [(s(960), s(480)), (s(2_400), s(480))]
    assert list(stops.loc["s"]["side"]) == ["left", "right"]
    assert list(stops.loc["s"]["leave_m"]) == [m(6_000), m(18_000)]


@pytest.mark.parametrize(("drawing", "place", "expected"), [
    (SPUR, "s", [(960, 480), (1_440 + TURN_S + 720 + 240, 480)]),
    ("A--p--x-----B", "p", [(360, 0), (1_440 + TURN_S + 1_080, 0)]),
    ("A-----x-----b--B", "b", [(1_440, 0), (1_800 + TURN_S + 360, 0)]),
], ids=["on a spur", "on the road", "beyond the middle"])
def test_out_and_back_on_his_own_line_passes_twice(town: Draw, drawing: str, place: str,
                                                   expected: list[tuple[float, float]]) -> None:
    """Cut where he turns: turning earlier, at the place, would only cut his own route short (it once cost -2220 s)."""
    it = town(drawing)
    assert times(it.stops(it.line("ABA")), place) == [(s(reach), s(detour)) for reach, detour in expected]


def test_a_fastest_route_that_turns_round_is_not_cut_short_at_a_place(town: Draw) -> None:
    """From A the one-way leads to D only, where he turns; whoever stops at p on the way out still drives on to D."""
    it = town("""
A--E--p-----D
   |
   B
""", roads={"AE": "unclassified oneway=yes", "Ep": "unclassified", "pD": "unclassified", "EB": "unclassified",
            "BA": "unclassified oneway=yes"}, turns=["no_right_turn AE E EB"])
    route = it.route("AB")
    assert route.duration_s == s(360 + 1_080 + TURN_S + 1_080 + 240)
    assert times(it.stops(route), "p") == [(s(720), s(0))]


def test_a_via_at_a_dead_end_is_never_crossed(town: Draw) -> None:
    it = town("""
   V
   |
   p
   |
A--x--B
""")
    assert times(it.stops(it.route("AVB")), "p") == [(s(600), s(0)), (s(1_080), s(0))]


def test_a_loop_passes_its_stem_on_the_way_out_and_on_the_way_home(town: Draw) -> None:
    """Only a town where he could turn sooner (at E) cuts the loop; a loop that is the only way round is one piece."""
    it = town("""
   E--D---C
      |   |
S--s--A---B
""")
    stops = it.stops(it.line("SABCDAS"))
    assert times(stops, "s") == [(s(360), s(0)), (s(720 + 480 + 240 + 480 + 240 + 360), s(0))]


SLOWER = """
   N--n--M
   |     |
S--A--q--B--E
"""


def test_his_own_slower_line_is_his_route(town: Draw) -> None:
    """S A N M B E, though S A B E is 4 km shorter: n lies on his way, q does not."""
    it = town(SLOWER)
    stops = it.stops(it.line("SANMBE"))
    assert times(stops, "n") == [(s(960), s(0))]
    assert times(stops, "q") == [(s(720), s(720))]


def test_the_fastest_route_makes_the_same_places_cost_otherwise(town: Draw) -> None:
    it = town(SLOWER)
    stops = it.stops(it.route("SE"))
    assert times(stops, "n") == [(s(960), s(480))]
    assert times(stops, "q") == [(s(720), s(0))]


def test_the_same_road_twice_is_two_passes(town: Draw) -> None:
    it = town("""
   D-----C
   |     |
S--A--p--B--E
""")
    stops = it.stops(it.line("SABCDABE"))
    assert times(stops, "p") == [(s(720), s(0)), (s(2_640), s(0))]
    assert list(stops.loc["p"]["offset_m"]) == [m(6_000), m(22_000)]


def test_a_start_past_the_exit_leads_on_to_where_he_can_turn(town: Draw) -> None:
    it = town("""
   s
   |
A--x--B
""")
    stop = it.stops(it.route("AB"), start_m=4_000.0).loc["s", 1]
    assert (stop["reach_s"], stop["return_s"]) == (s(240 + TURN_S + 360 + 240), s(240 + 360))
    assert stop["detour_s"] == s(1_260)
    assert it.why(it.route("AB"), start_m=4_000.0, max_detour_s=1_259.0) == {"s": "behind_start"}


ROAD = "A" + "-" * 39 + "B\n" + " " * 20 + "p"            # at 100 m a character: 4 km, p 100 m to the right of its middle


@pytest.mark.parametrize(("start_m", "reach_s", "detour_s"), [
    (0.0, 240, 0), (1_000.0, 120, 0), (1_999.0, 0.12, 0),
    (2_001.0, 239.88 + TURN_S + 240, 239.88 + TURN_S + 240 + 240 - 239.88), (3_000.0, 120 + TURN_S + 240, 540),
], ids=["on the route arc", "ahead on the arc", "just ahead", "just behind", "behind on the arc"])
def test_start_and_place_on_one_arc(ask: Ask, start_m: float, reach_s: float, detour_s: float) -> None:
    stop = ask(ROAD, grid_m=100, want={"start_m": start_m}).loc["p", 1]
    assert (stop["reach_s"], stop["detour_s"]) == (s(reach_s), s(detour_s))
    behind_m = max(start_m - 2_000, 0)                   # from the way that still lies before him
    assert stop["off_route_m"] == m((100**2 + behind_m**2) ** 0.5)
    assert (stop["side"], stop["access"]) == ("right", "same" if behind_m < 100 else "off_route")


def test_of_two_lots_one_is_entered_and_the_same_is_left(town: Draw) -> None:
    """X is soon reached and long left, Y the other way round: 840 + 840 s would be a lorry through the wall (and -480 s)."""
    it = town("""
AG P           Q WB

   K L       M N




     U           V

 H           I
""", roads={"AGPQWB": "unclassified", "PK": "unclassified oneway=yes", "KL": "unclassified oneway=yes",
            "LUVW": "unclassified oneway=yes", "GHIM": "unclassified oneway=yes", "MN": "unclassified oneway=yes",
            "NQ": "unclassified oneway=yes"}, areas={"s": "KLMN"})
    route = it.route("AB")
    assert route.duration_s == s(18 * 120)
    stop = it.stops(route, max_detour_s=3_600.0).loc["s", 1]
    assert (stop["reach_s"], stop["return_s"]) == (s(7 * 120), s((5 + 12 + 7 + 1) * 120))
    assert stop["detour_s"] == s((7 + 25 - 18) * 120)


def test_he_turns_round_at_the_nearest_dead_end_and_nowhere_else(town: Draw) -> None:
    it = town("""
    D
    |
A-p-x---------B
""")
    stop = it.stops(it.route("AB"), start_m=3_000.0).loc["p", 1]
    assert stop["reach_s"] == s(120 + 240 + TURN_S + 240 + 240)
    assert stop["detour_s"] == s(900 + 1_440 - 1_320)


def test_what_no_road_reaches_is_said_to_be_so(town: Draw) -> None:
    it = town("""
A--x--x--x--B

   C--p--D
""")
    assert len(it.stops(it.route("AB"))) == 0
    assert it.why(it.route("AB")) == {"p": "unreachable"}


@pytest.mark.parametrize(("limit_s", "shown"), [(479.9, False), (480.1, True)])
def test_the_longest_detour_is_a_sharp_edge(town: Draw, limit_s: float, shown: bool) -> None:
    it = town(SPUR)
    assert len(it.stops(it.route("AB"), max_detour_s=limit_s)) == shown
    assert it.why(it.route("AB"), max_detour_s=limit_s) == ({} if shown else {"s": "beyond_max_detour"})


def test_limit_keeps_the_cheapest_in_the_wanted_order(town: Draw) -> None:
    it = town("""
   s     t
   |     |
   |     |
A--x--p--x--B
""")
    route = it.route("AB")
    assert [place for place, _ in it.stops(route).index] == ["s", "p", "t"]
    assert [place for place, _ in it.stops(route, order="detour").index] == ["p", "s", "t"]
    assert [place for place, _ in it.stops(route, limit=2).index] == ["s", "p"]
    assert it.why(route, limit=2) == {"t": "limit_reached"}


def test_a_town_without_places_is_answered_with_none(town: Draw) -> None:
    it = town("A-----B")
    assert len(it.stops(it.route("AB"))) == 0 and it.why(it.route("AB")) == {}


def test_reach_and_return_count_from_the_start_position(town: Draw) -> None:
    it = town(SPUR)
    route = it.route("AB")
    for start_m in (0.0, 1_500.0, 5_999.0):
        stop = it.stops(route, start_m=start_m).loc["s", 1]
        left_s = route.duration_s - float(route.seconds_at(np.array([start_m]))[0])
        assert (stop["detour_s"], stop["reach_s"] + stop["return_s"]) == (s(480), s(left_s + 480))


def test_stops_found_in_haste_are_the_same_when_told(town: Draw) -> None:
    it = town("""
          s     u
          |     |
    A-----x--t--x-----B
    """)
    route, want = it.route("AB"), Want(max_detour_s=7_200.0)
    full, bare = (find_stops(route, it.atlas, it.engine, want, bare=bare) for bare in (False, True))
    assert bare.stops["leave_m"].isna().all() and (bare.stops["reach_s"] == full.stops["reach_s"]).all()
    told = bare.tell(range(len(bare.stops)))
    assert told.astype(object).equals(full.stops.astype(object)) and bare.tell([1]).iloc[0].equals(full.stops.iloc[1])


def test_too_many_stops_are_thinned_out_along_the_way_not_at_its_dear_end(
        town: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight dear ones in the half near B, seven cheap ones in the other: of six kept, three are near B."""
    monkeypatch.setattr("locator.along.STRETCHES", 2)
    it = town("""
                    i j k l m n o p
                    | | | | | | | |
    A-a-b-c-d-e-f-g-x-x-x-x-x-x-x-x-B
    """)
    route = it.route("AB")
    kept = find_stops(route, it.atlas, it.engine, Want(max_detour_s=7_200.0, limit=6), bare=True).stops
    cheapest = find_stops(route, it.atlas, it.engine, Want(max_detour_s=7_200.0, limit=6)).stops
    assert len(kept) == len(cheapest) == 6
    assert max(cheapest["detour_s"]) == 0 and [detour > 0 for detour in kept["detour_s"]] == [False] * 3 + [True] * 3
