"""Points of a route on the roads: the nearest the vehicle may drive, if a way leads on; nobody is moved to another town."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geodata.errors import NotReachable
from geodata.roads.osm import read_roads
from geodata.roads.snap import find_grid
from locator.answers import is_approximate
from locator.asks import Want
from locator.engines.embedded import EmbeddedEngine
from locator.engines.hierarchy import build_hierarchy
from locator.nearest import find_nearest
from locator.vehicles import vehicle
from tests.drawing import Town, engine_of, m, s

Draw = Callable[..., Town]
ROAD = "unclassified"


def refused(ask: Callable[[], object]) -> tuple[str, dict[str, Any]]:
    with pytest.raises(NotReachable) as caught:
        ask()
    return caught.value.code, caught.value.params


ISLAND = """
A-----B-----C-----D


   J--k--L
"""


def test_two_points_on_an_island_are_answered_on_it(town: Draw) -> None:
    it = town(ISLAND)
    route = it.route("JL")
    assert (route.distance_m, route.snapped_m) == (m(6_000), (m(0), m(0)))
    assert [place for place, _ in it.stops(route).index] == ["k"]
    assert it.why(it.route("AD")) == {"k": "unreachable"}


def test_the_great_part_and_an_island_have_no_way_between_them(town: Draw) -> None:
    it = town(ISLAND)
    assert refused(lambda: it.route("AJ")) == ("no_way_through", {})
    assert refused(lambda: it.route("JAL")) == ("no_way_through", {})


def test_who_stands_where_no_way_leads_on_is_moved_a_fifth_of_his_way_at_most(town: Draw) -> None:
    it = town("F-A-B--------E\n  |\n  D", grid_m=200.0, roads={"FABE": ROAD, "AD": f"{ROAD} oneway=yes"})
    assert refused(lambda: it.route("DB"))[0] == "no_way_through"               # 566 m; to the next road it is 400
    assert (it.trip("DE"), it.route("DE").snapped_m) == ("ABE", (m(400), m(0)))


def test_a_one_way_street_is_driven_one_way(town: Draw) -> None:
    it = town("A-----B", roads={"AB": f"{ROAD} oneway=yes"})
    assert it.route("AB").duration_s == s(720)
    assert refused(lambda: it.route("BA"))[0] == "no_way_through"


@pytest.mark.parametrize("grid_m", [100.0, 500.0])
def test_many_small_nets_each_work_by_themselves(town: Draw, grid_m: float) -> None:
    """Every street two squares long, the next one ten off; every third one-way, every third for nobody."""
    names = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    drawing = ("\n" * 10).join(f"{a} {b}" for a, b in zip(names[::2], names[1::2], strict=True))
    tags = (ROAD, f"{ROAD} oneway=yes", f"{ROAD} hgv=no")
    ends = list(zip(names[::2], names[1::2], strict=True))
    it = town(drawing, grid_m=grid_m, roads={a + b: tags[i % 3] for i, (a, b) in enumerate(ends)})
    for i, (a, b) in enumerate(ends):
        if i % 3 == 2:
            assert refused(lambda a=a, b=b: it.route(a + b)) == (                                       # type: ignore[misc]
                "no_road_within_reach", {"reach_m": min(2 * grid_m, 500), "why": "no_access", "road": "", "limit": None})
            continue
        assert it.route(a + b).distance_m == m(2 * grid_m)
        if i % 3 == 0:
            assert it.route(b + a).distance_m == m(2 * grid_m)
        else:
            assert refused(lambda a=a, b=b: it.route(b + a))[0] == "no_way_through"                      # type: ignore[misc]


@pytest.mark.parametrize(("tags", "why"), [
    ("maxheight=3.5", {"why": "too_high", "limit": 3.5}), ("maxweight=7.5", {"why": "too_heavy", "limit": 7.5}),
    ("maxwidth=2.3", {"why": "too_wide", "limit": 2.3}), ("maxlength=12", {"why": "too_long", "limit": 12.0}),
    ("maxaxleload=8", {"why": "axle_too_heavy", "limit": 8.0}), ("hgv=no", {"why": "no_access", "limit": None}),
])
def test_what_stops_the_vehicle_is_named(town: Draw, tags: str, why: dict[str, object]) -> None:
    """Over the bridge there is no way; on the bridge itself there is no road."""
    it = town("A-----B-----C-----D", roads={"AB": ROAD, "BC": f"{ROAD} {tags} name=Alte_Brücke", "CD": ROAD})
    assert refused(lambda: it.route("AD")) == ("no_way_through", {**why, "road": "Alte Brücke"})
    other = town("A--B", roads={"AB": f"{ROAD} {tags} name=Alte_Brücke"})
    assert refused(lambda: other.route("AB")) == ("no_road_within_reach", {**why, "road": "Alte Brücke", "reach_m": 500})
    assert it.route("AD", vehicle("van", height_m=1.5, width_m=1.8, axle_t=1.0)).distance_m == m(18_000)


@pytest.mark.parametrize("sign", ["hgv=no", "barrier=gate hgv=no", "barrier=height_restrictor"])
def test_a_gate_or_a_sign_that_stops_him_is_named_by_the_road_behind_it(town: Draw, sign: str) -> None:
    it = town("A-----B-----C-----D", roads={"AB": ROAD, "BC": ROAD, "CD": f"{ROAD} name=Hafenstraße"}, signs={"C": sign})
    assert refused(lambda: it.route("AD")) == ("no_way_through", {"why": "no_access", "limit": None, "road": "Hafenstraße"})
    assert it.route("AD", vehicle("van")).distance_m == m(18_000)
    shut = town("A--B--C", roads={"AB": ROAD, "BC": ROAD}, signs={"B": "barrier=bollard"})   # for everybody
    assert refused(lambda: shut.route("AC"))[0] == "no_way_through"


@pytest.mark.parametrize(("off", "taken"), [(4, True), (6, False)])
def test_where_a_closed_road_is_under_him_an_open_one_hardly_farther_is_taken(town: Draw, off: int, taken: bool) -> None:
    """The way he stands on is for vans; the open road is 400 m away, or 600 m."""
    it = town("A" + "-" * 40 + "B\n" + "\n" * (off - 1) + " " * 8 + "P--Q", grid_m=100.0,
              roads={"AB": ROAD, "PQ": f"{ROAD} maxweight=3.5 name=Gasse"})
    if taken:
        assert it.route("PB").snapped_m == (m(400), m(0))
    else:
        assert refused(lambda: it.route("PB")) == (
            "no_road_within_reach", {"reach_m": 500, "why": "too_heavy", "road": "Gasse", "limit": 3.5})


def test_of_several_signs_the_one_that_cannot_be_driven_round_is_named(town: Draw) -> None:
    """2.5 m stands on a short cut only; the sign before D is 3.5 m."""
    it = town("""
A--B--C--G--D
|  |
E--F
""", roads={"AB": f"{ROAD} maxheight=2.5", "AEFB": ROAD, "BC": ROAD, "CG": f"{ROAD} maxheight=3.5", "GD": ROAD})
    assert refused(lambda: it.route("AD"))[1] == {"why": "too_high", "limit": 3.5, "road": ""}


def test_two_measures_too_many_are_not_blamed_on_one(town: Draw) -> None:
    it = town("A--B--C--D", roads={"AB": ROAD, "BC": f"{ROAD} maxheight=3.5 maxweight=7.5", "CD": ROAD})
    assert refused(lambda: it.route("AD")) == ("no_way_through", {})


YARD = """
A-----------------B-----------------C

      Y--Z
"""


@pytest.mark.parametrize(("grid_m", "moved"), [(100.0, True), (400.0, False)])
def test_from_a_fenced_yard_the_road_before_it_is_taken_if_it_is_hardly_farther(town: Draw, grid_m: float, moved: bool) -> None:
    it = town(YARD, grid_m=grid_m)
    if not moved:
        assert refused(lambda: it.route("YC"))[0] == "no_way_through"
        return
    route = it.route("YC")
    assert route.snapped_m == (m(200), m(0)) and route.distance_m == m(3_000) and not is_approximate(route)


def test_a_point_far_from_its_road_makes_the_route_approximate(town: Draw) -> None:
    it = town("A------------------B\n\n\n\n   P", grid_m=100.0)
    route = it.engine.route(np.array([it.at["P"], it.at["B"]]), vehicle())
    assert route.snapped_m == (m(400), m(0)) and is_approximate(route) and not route.approximate


def test_nobody_is_moved_farther_than_he_wants_to_drive(town: Draw) -> None:
    it = town("A------------------B\n\n\n\n   P Q", grid_m=100.0)
    assert refused(lambda: it.route("PQ")) == ("no_road_within_reach", {"reach_m": 200})


def test_at_a_junction_he_sets_off_on_any_road_that_meets_there(town: Draw) -> None:
    """B lies where three roads meet; the turn that is forbidden there is none for him who stands there."""
    it = town("""
A--B--C
   |
   D
""", roads={"AB": ROAD, "BC": ROAD, "BD": ROAD}, turns=["no_right_turn AB B BD", "no_left_turn BC B BD"])
    assert it.route("BD").distance_m == m(2_000) and it.route("BC").distance_m == m(3_000)
    assert refused(lambda: it.route("AD"))[0] == "no_way_through"


def test_why_a_place_cannot_be_reached_is_searched_twice_at_most_and_kept(town: Draw) -> None:
    it = town("""
A-----B-----C-----D
      |     |
      h     w


   J--k--L
""", roads={"ABCD": ROAD, "Bh": f"{ROAD} maxheight=3.5", "Cw": f"{ROAD} maxweight=7.5", "JkL": ROAD})
    assert it.engine.searches == 0
    assert it.stops(it.route("AD"), max_detour_s=10.0).empty and it.engine.searches == 2
    assert it.why(it.route("AD")) == {"h": "too_high", "w": "too_heavy", "k": "unreachable"}
    assert it.why(it.route("DA")) == {"h": "too_high", "w": "too_heavy", "k": "unreachable"}
    omitted = it.along(it.route("AD")).omitted
    assert dict(zip(it.atlas.frame["id"].iloc[omitted["row"]], omitted["value"], strict=True)) == {"h": 3.5, "w": 7.5, "k": None}


def test_nothing_is_searched_where_every_place_is_reached(town: Draw) -> None:
    it = town("A--b--C", roads={"AbC": f"{ROAD} maxheight=5"})
    it.stops(it.route("AC"))
    assert it.engine.searches == 0


def test_nearest_leaves_no_place_out_without_a_word(town: Draw) -> None:
    """p is 40 km from every road, h behind a low bridge."""
    it = town("A--b--C\n   |\n   h" + "\n" * 40 + "p", roads={"AbC": ROAD, "bh": f"{ROAD} maxheight=3.5"})
    found = find_nearest(*it.at["A"], it.atlas, it.engine, vehicle(), Want())
    names = it.atlas.frame["id"]
    said = zip(found.omitted["reason"], found.omitted["value"], strict=True)
    why = dict(zip(names.iloc[found.omitted["row"]], said, strict=True))
    assert list(names.iloc[found.places["row"]]) == ["b"] and why == {"h": ("too_high", 3.5), "p": ("unreachable", None)}
    assert found.omitted_more == 0 and list(found.omitted["off_m"]) == sorted(found.omitted["off_m"])


def test_nearest_from_an_island_answers_on_it_and_from_a_yard_on_the_road_before_it(town: Draw) -> None:
    it = town(ISLAND)
    assert list(find_nearest(*it.at["J"], it.atlas, it.engine, vehicle(), Want()).places["drive_s"]) == [s(360)]
    yard = town("A-------b-----C\n\n     Y--Z", grid_m=100.0)
    assert list(find_nearest(*yard.at["Y"], yard.atlas, yard.engine, vehicle(), Want()).places["drive_s"]) == [s(36)]


@pytest.fixture(scope="module")
def alps(shared: Path) -> EmbeddedEngine:
    graph, _ = read_roads([shared / "data/osm/liechtenstein.osm.pbf"])
    return EmbeddedEngine(graph, find_grid(graph), build_hierarchy(graph))


BALZERS, NEXT_STREET, VADUZ = (9.5000, 47.0667), (9.5060, 47.0690), (9.5209, 47.1410)


def test_balzers_is_answered_for_itself_and_says_what_cuts_it_off(alps: EmbeddedEngine) -> None:
    """Inside the extract its only road north is closed to lorries."""
    inside = alps.route(np.array([BALZERS, NEXT_STREET]), vehicle())
    assert 300 < inside.distance_m < 3_000 and max(inside.snapped_m) < 100
    assert refused(lambda: alps.route(np.array([BALZERS, VADUZ]), vehicle())) == (
        "no_way_through", {"why": "no_access", "road": "Landstrasse", "limit": None})
    assert alps.route(np.array([BALZERS, VADUZ]), vehicle("van")).distance_m > 8_000


def test_every_point_that_is_answered_is_on_a_road_the_vehicle_may_drive(alps: EmbeddedEngine) -> None:
    """Random trips: a refusal, or a way whose every road is open, from where it says to where it says."""
    rng, net, answered = np.random.default_rng(5), alps.network(vehicle()), 0
    low, high = alps.graph.node_lonlat.min(axis=0), alps.graph.node_lonlat.max(axis=0)
    for points in rng.uniform(low, high, (30, 2, 2)):
        try:
            route = alps.route(points, vehicle())
        except NotReachable as why:
            assert why.code in ("no_road_within_reach", "no_way_through")
            continue
        assert route.steps is not None and all(net.is_open(int(arc)) for arc in route.steps.arc)
        assert len(route.snapped_m) == 2 and max(route.snapped_m) <= 2_000
        answered += 1
    assert answered > 5


def test_an_engine_of_one_street_knows_its_ends() -> None:
    nodes = "<node id='1' version='1' lon='10' lat='50'/><node id='2' version='1' lon='10.01' lat='50'/>"
    way = "<way id='1' version='1'><nd ref='1'/><nd ref='2'/><tag k='highway' v='service'/></way>"
    route = engine_of(f"<osm version='0.6'>{nodes}{way}</osm>").route(np.array([[10.0, 50.0], [10.01, 50.0]]), vehicle())
    assert route.distance_m == pytest.approx(716.9, abs=1)
