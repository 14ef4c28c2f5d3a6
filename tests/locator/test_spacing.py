"""Stops of each direction of a road, on drawn maps by hand; norms at their edges."""
from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from geodata.errors import BadInput
from locator.chains import find_chains
from locator.freight import CLASSES
from locator.norms import OWN, Norm, norms, norms_meant, verdict
from locator.spacing import Direction, SpacingAsk, find_spacing
from locator.vehicles import vehicle
from tests.drawing import Town, m, s

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
Draw = Callable[..., Town]
DIVIDED = """
C-F-E---------D
  H-G
A-I-L-----K-J-B
            p
"""
DIVIDED_ROADS = {"DEFC": "motorway oneway=yes ref=G1", "EGHF": "service oneway=yes", "AILKJB": "motorway oneway=yes ref=G1"}


def space(town: Town, **ask: Any) -> list[Direction]:
    return find_spacing(town.atlas, town.engine, SpacingAsk(**({"classes": CLASSES} | ask)), now=NOW).directions


def by_heading(found: list[Direction]) -> dict[str | None, Direction]:
    assert len({one.chain.heading for one in found}) == len(found)
    return {one.chain.heading: one for one in found}


def ids(town: Town, one: Direction) -> list[str]:
    return [str(town.atlas.frame["id"].iloc[row]) for row in one.stops["row"]]


def test_a_two_way_road_has_its_stops_in_both_orders(town: Draw) -> None:
    """p at 3 km and q at 5 km of 8; two minutes a kilometre."""
    it = town("A--p-q--B", roads={"AB": "primary ref=G312 maxspeed=30"})
    both = by_heading(space(it))
    assert set(both) == {"E", "W"}
    assert (ids(it, both["E"]), ids(it, both["W"])) == (["p", "q"], ["q", "p"])
    east = both["E"].stretches
    assert east["length_m"].tolist() == [m(3_000), m(2_000), m(3_000)] and east["open"].tolist() == [True, False, True]
    assert both["W"].stretches["length_m"].tolist() == [m(3_000), m(2_000), m(3_000)]
    whole_s = both["E"].route.duration_s
    assert east["drive_s"].tolist() == [s(whole_s * 3 / 8), s(whole_s * 2 / 8), s(whole_s * 3 / 8)]
    assert both["E"].longest_m == m(3_000)


def test_a_stop_of_one_carriageway_is_none_of_the_other(town: Draw) -> None:
    """The area on the westbound side serves westbound only; eastbound has nothing on its 14 km."""
    it = town(DIVIDED.replace("p", " "), roads=DIVIDED_ROADS, areas={"a": "GH"}, grid_m=100.0)
    both = by_heading(space(it, least_m=0.0))
    assert ids(it, both["W"]) == ["a"] and ids(it, both["E"]) == []
    assert both["E"].stretches["length_m"].tolist() == [m(1_400)]
    assert both["E"].stretches["open"].tolist() == [True]
    assert both["E"].stretches["from_row"].tolist() == both["E"].stretches["to_row"].tolist() == [-1]


def test_the_way_goes_straight_on_through_roundabouts(town: Draw) -> None:
    """From A over the roundabout to B, not back to A, and not up to C, which bears the same number."""
    it = town("""
        C
        |
     x--H--x
A----G     I----B
     x--J--x
""", grid_m=100.0, roads={"AG": "primary ref=G1", "GJI": "primary junction=roundabout oneway=yes",
                          "IHG": "primary junction=roundabout oneway=yes", "IB": "primary ref=G1", "HC": "primary ref=G1"})
    net = it.engine.network(vehicle())
    chains = find_chains(net, CLASSES)
    through = [chain for chain in chains if chain.length_m > 1_000]
    assert {chain.heading for chain in through} == {"E", "W"} and len(chains) == 4
    for chain in chains:
        heads, tails = net.graph.arc_head[chain.arcs[:-1]], net.graph.arc_tail[chain.arcs[1:]]
        assert (heads == tails).all() and len(set(chain.arcs.tolist())) == len(chain.arcs)


def test_every_arc_of_a_number_is_in_one_chain(town: Draw) -> None:
    it = town("A--B--C\n   |\n   D--E", roads={"ABC": "primary ref=G1;S2", "BDE": "primary ref=S2"})
    chains = find_chains(it.engine.network(vehicle()), CLASSES)
    arcs = {ref: [arc for chain in chains if chain.ref == ref for arc in chain.arcs.tolist()] for ref in ("G1", "S2")}
    assert all(len(set(own)) == len(own) for own in arcs.values())
    assert len(arcs["G1"]) == 4 and len(arcs["S2"]) == 6 and [c.ref for c in find_chains(it.engine.network(vehicle()), CLASSES,
                                                                                       refs=("G1",))] == ["G1", "G1"]
    for refs in (("G1", "G7"), ("g1",)):
        with pytest.raises(BadInput) as caught:
            find_chains(it.engine.network(vehicle()), CLASSES, refs=refs)
        assert (caught.value.code, caught.value.field, caught.value.value) == ("not_allowed", "refs", refs[-1])
        assert "G1" in caught.value.params["allowed"]


@pytest.mark.parametrize(("measure", "offsets", "length", "value", "said"), [
    ("longest", [10, 60], 100, 50, "met"),                       # exactly the norm is no breach
    ("longest", [10, 60.001], 100, 50.001, "exceeded"),
    ("longest", [10, 20], 100, 80, "exceeded"),                  # the stretch to the known end is too long already
    ("longest", [20], 40, 20, "not_known"),                      # one stop shows no distance
    ("longest", [], 40, 40, "not_known"), ("longest", [], 51, 51, "exceeded"),
    ("mean", [0, 30, 100], 100, 50, "met"), ("mean", [0, 30, 101], 101, 50.5, "exceeded"),
    ("mean", [20], 40, None, "not_known"), ("mean", [], 51, 51, "exceeded")])
def test_a_verdict_at_its_edges(measure: str, offsets: list[float], length: float, value: float | None, said: str) -> None:
    found = verdict(Norm("n", measure, 50.0), offsets, length)
    assert found == (value if value is None else pytest.approx(value), said)


def test_norms_are_those_of_the_country_named_or_own() -> None:
    assert [one.name for one in norms_meant((), None, "CN")] == ["cn_service_areas", "cn_parking_areas"]
    assert [one.name for one in norms_meant((), None, "PT")] == ["eu_rest_areas", "eu_secure_parking"]
    assert norms_meant((), None, "US") == () and [one.name for one in norms_meant((), 9_000.0, "CN")] == [OWN]
    assert [one.name for one in norms_meant(("eu_rest_areas",), 9_000.0, "CN")] == ["eu_rest_areas", OWN]
    assert all(one.source and one.says and one.limit_m > 0 for one in norms().values())
    with pytest.raises(BadInput):
        norms_meant(("nobody",), None, None)


def test_a_norm_looks_at_its_own_kinds_only(town: Draw) -> None:
    """Fuel stations are no guarded areas, and a norm of motorways says nothing of a trunk road."""
    it = town("A--p-q--B", roads={"AB": "trunk ref=G42 oneway=yes"}, grid_m=20_000.0)
    (east,) = space(it, norms=("eu_secure_parking", "cn_service_areas"), own_m=50_000.0)
    said = {one.norm: (one.value_m, one.verdict) for one in east.verdicts}
    assert said == {"eu_secure_parking": (m(160_000), "exceeded"), OWN: (m(60_000), "exceeded")}


@pytest.mark.parametrize(("field", "value"), [("own_m", 0.0), ("own_m", float("nan")), ("least_m", -1.0), ("hour", 25),
                                              ("classes", ("path",)), ("weekday", "x"), ("max_detour_s", float("inf"))])
def test_a_wrong_wish_is_refused(field: str, value: object) -> None:
    with pytest.raises(BadInput) as caught:
        SpacingAsk(**{field: value})  # type: ignore[arg-type]
    assert caught.value.field == field


def test_a_run_can_be_watched_and_ended(town: Draw) -> None:
    it, told = town("A--p-q--B", roads={"AB": "primary ref=G312"}), list[str]()
    find_spacing(it.atlas, it.engine, SpacingAsk(classes=CLASSES), now=NOW, progress=lambda step, done, total: told.append(step))
    assert told == ["G312", "G312", "done"]
