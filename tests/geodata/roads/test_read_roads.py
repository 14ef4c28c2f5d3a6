"""Drawn worlds read as roads: edges, arcs and turns counted by hand."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyproj import Geod

from geodata.errors import BadInput
from geodata.roads.graph import CLOSED, TURN_ROUND_MS, Profile
from tests.geodata.roads.world import LORRY, ROAD, VAN, Tags, arcs_of, read_world, spots, turns_of, write_world

GEOD = Geod(ellps="WGS84")
CROSS = """
    C
    |
A---X---B
    |
    D
"""
LINE = "A---B---C---D---E"
ONEWAY: Tags = {**ROAD, "oneway": "yes"}


def test_a_crossing(tmp_path: Path) -> None:
    graph, summary = read_world(write_world(tmp_path / "w.osm", CROSS, {1: ("AXB", ROAD), 2: ("CXD", ROAD)}))
    assert arcs_of(graph) == sorted(["AX", "XA", "XB", "BX", "CX", "XC", "XD", "DX"])
    onward = {a + "X" + b for a in "ABCD" for b in "ABCD" if a != b}
    assert turns_of(graph) == onward | {"XAX", "XBX", "XCX", "XDX"}          # round only at dead ends
    assert (summary.edges, summary.arcs, summary.turns, summary.nodes) == (4, 8, 16, 5)


def test_a_road_keeps_its_shape_and_its_length_on_the_ellipsoid(tmp_path: Path) -> None:
    graph, summary = read_world(write_world(tmp_path / "w.osm", CROSS, {1: ("AXC", ROAD)}))
    assert graph.shape(0).tolist() == pytest.approx(np.array([[10, 50.002], [10.002, 50.002], [10.002, 50.004]]))
    length = sum(GEOD.inv(*a, *b)[2] for a, b in zip(graph.shape(0), graph.shape(0)[1:], strict=False))
    assert graph.edge_length_m.tolist() == pytest.approx([length], abs=1e-6)
    assert summary.road_km == pytest.approx(length / 1000)


@pytest.mark.parametrize(("tags", "arcs"), [
    (ROAD, ["AB", "BA"]), (ONEWAY, ["AB"]), ({**ROAD, "oneway": "-1"}, ["BA"]), ({"highway": "motorway"}, ["AB"]),
    ({**ROAD, "hgv": "no", "oneway": "yes"}, ["AB"])], ids=["both", "yes", "-1", "motorway", "not for lorries"])
def test_a_way_has_the_arcs_it_may_be_driven_in(tmp_path: Path, tags: Tags, arcs: list[str]) -> None:
    graph, _ = read_world(write_world(tmp_path / "w.osm", "A---B", {1: ("AB", tags)}))
    assert arcs_of(graph) == arcs
    assert (graph.edge_kind & 2).tolist() == [2 if len(arcs) == 1 else 0]
    assert (graph.arc_ms(LORRY) == CLOSED).tolist() == [tags.get("hgv") == "no"] * len(arcs)
    assert not (graph.arc_ms(VAN) == CLOSED).any()


@pytest.mark.parametrize(("node", "lorry", "van"), [
    ({"barrier": "bollard"}, False, False), ({"barrier": "gate", "access": "agricultural"}, False, False),
    ({"hgv": "no"}, False, True), ({"barrier": "lift_gate", "motorcar": "no"}, True, False),
    ({"barrier": "height_restrictor"}, False, True),
    ({"maxheight": "3.9"}, False, True), ({"maxheight": "4.0"}, True, True),
    ({"barrier": "gate", "maxheight": "1.9"}, False, False),
], ids=str)
def test_who_is_stopped_at_a_node_turns_round_there(tmp_path: Path, node: Tags, lorry: bool, van: bool) -> None:
    graph, _ = read_world(write_world(tmp_path / "w.osm", LINE, {1: ("ABC", ROAD)}, nodes={"B": node}))
    for profile, passes in ((LORRY, lorry), (VAN, van)):
        assert turns_of(graph, profile) == {"BAB", "BCB"} | ({"ABC", "CBA"} if passes else {"ABA", "CBC"})


def test_a_gate_without_a_word_does_not_cut_the_road(tmp_path: Path) -> None:
    graph, summary = read_world(write_world(tmp_path / "w.osm", LINE, {1: ("ABC", ROAD)}, nodes={"B": {"barrier": "gate"}}))
    assert arcs_of(graph) == ["AC", "CA"] and summary.barriers == 0


def test_a_staff_gate_at_the_rear_leads_nowhere(tmp_path: Path) -> None:
    """The rear gate of a service area: roads on both sides of it, and no way through."""
    drawing = """
    M---N---O
        |
        S---G---R
                |
            T---U---V
    """
    ways = {1: ("MNO", {"highway": "motorway"}), 2: ("NSG", {"highway": "service"}), 3: ("GR", {"highway": "service"}),
            4: ("RU", {"highway": "service"}), 5: ("TUV", ROAD)}
    for tags, passes in (({"barrier": "gate", "access": "private"}, False),
            ({"barrier": "gate", "motor_vehicle": "customers"}, True)):
        turns = turns_of(read_world(write_world(tmp_path / "w.osm", drawing, ways, nodes={"G": tags}))[0])
        assert ({"NGR", "RGN"} & turns != set()) == passes
        assert ("NGN" in turns) == (not passes)


def test_a_roundabout_is_one_way_and_nobody_turns_round_on_it(tmp_path: Path) -> None:
    drawing = """
            S
          /   \\
    A---P       R---B
          \\   /
            Q
    """
    graph, _ = read_world(write_world(tmp_path / "w.osm", drawing, {
        1: ("PQRSP", {**ROAD, "junction": "roundabout"}), 2: ("AP", ROAD), 3: ("RB", ROAD)}))
    assert arcs_of(graph) == sorted(["AP", "PA", "PR", "RP", "RB", "BR"])
    assert turns_of(graph) == {"APR", "PRB", "PRP", "BRP", "RPA", "RPR", "PAP", "RBR"}
    assert sorted(graph.edge_kind.tolist()) == [0, 0, 3, 3]


def test_a_loop_is_driven_both_ways_round_and_left_by_its_stem(tmp_path: Path) -> None:
    drawing = """
            Q
            | \\
    A---P---+---R
    """
    graph, summary = read_world(write_world(tmp_path / "w.osm", drawing, {1: ("AP", ROAD), 2: ("PQRP", ROAD)}))
    assert arcs_of(graph) == sorted(["AP", "PA", "PP", "PP"])
    assert turns_of(graph) == {"APP", "PPA", "PAP"}
    assert summary.turns == 5                                                # two ways in, two out, and round at A


def test_a_way_with_missing_nodes_is_kept_in_parts_and_no_road_is_made_up(tmp_path: Path) -> None:
    graph, summary = read_world(write_world(tmp_path / "w.osm", LINE, {1: ("ABxDE", ROAD), 2: ("xAy", ROAD), 3: ("xyz", ROAD)}))
    assert arcs_of(graph) == sorted(["AB", "BA", "DE", "ED"])
    assert (summary.ways_read, summary.ways_kept, summary.dropped) == (3, 1, {"one_node": 2})


def test_a_node_said_twice_and_two_nodes_at_one_spot(tmp_path: Path) -> None:
    file = write_world(tmp_path / "w.osm", "A---B---C", {1: ("AABBCC", ROAD), 2: ("BZ", ROAD), 3: ("ZD", ROAD)})
    lon, lat = (f"{v:.7f}" for v in (10.001, 50.0))
    twin = "".join(f'<node id="{ord(n)}" lon="{lon}" lat="{lat}"/>' for n in "ZD")
    file.write_text(file.read_text().replace("<way", twin + "<way", 1))
    graph, _ = read_world(file)
    assert arcs_of(graph) == sorted(["AB", "BA", "BC", "CB", "BZ", "ZB", "ZD", "DZ"])
    assert (graph.edge_length_m > 0).all() and graph.edge_length_m.min() < 0.01
    assert (graph.arc_ms(LORRY) >= 1).all()


def test_two_files_that_overlap_are_one_network(tmp_path: Path) -> None:
    turn = [((("way", 1, "from"), ("node", "B", "via"), ("way", 2, "to")), {"type": "restriction",
            "restriction": "no_straight_on"})]
    west = write_world(tmp_path / "west.osm", "A---B---C", {1: ("AB", ROAD), 2: ("BCD", ROAD), 9: ("ABC", {"highway": "path"})},
                       relations=turn)
    east = write_world(tmp_path / "east.osm", LINE, {2: ("BCD", ROAD), 3: ("DE", ROAD), 9: ("ABC", {"highway": "path"})},
            relations=turn)
    graph, summary = read_world(west, east)
    assert arcs_of(graph) == sorted(["AB", "BA", "BD", "DB", "DE", "ED"])
    assert turns_of(graph) == {"DBA", "BDE", "EDB", "BAB", "DED"}
    assert (summary.dropped, summary.restrictions_read) == ({"twice": 2, "not_a_road": 1}, 1)
    assert arcs_of(read_world(east, west)[0]) == arcs_of(graph)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_drawing_that_was_never_uploaded_has_numbers_below_0(tmp_path: Path, sign: int) -> None:
    graph, _ = read_world(write_world(tmp_path / "w.osm", CROSS, {1: ("AXB", ROAD), 2: ("CXD", ROAD)}, sign=sign))
    assert len(turns_of(graph)) == 16 and set(np.sign(graph.edge_way)) == {sign}


def test_nodes_may_stand_after_the_ways_and_have_any_number(tmp_path: Path) -> None:
    """Overpass writes ways first; a hostile file has numbers that no index of all numbers up to them can hold."""
    way = '<way id="7"><nd ref="4611686018427387904"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/></way>'
    nodes = '<node id="4611686018427387904" lon="1" lat="1"/><node id="2" lon="1.001" lat="1"/><node id="3" lon="200" lat="95"/>'
    (tmp_path / "w.osm").write_text(f'<osm version="0.6">{way}{nodes}</osm>')
    graph, _ = read_world(tmp_path / "w.osm")
    assert len(graph.shape_lonlat) == 2 and graph.node_osm.tolist() == [2, 4611686018427387904]


def test_times_are_whole_milliseconds_at_the_speed_of_the_class(tmp_path: Path) -> None:
    graph, _ = read_world(write_world(tmp_path / "w.osm", "A---B", {1: ("AB", {"highway": "motorway", "maxspeed": "120"})}))
    assert graph.arc_ms(LORRY).tolist() == [round(graph.edge_length_m[0] / (85 / 3.6) * 1000)]
    assert graph.arc_ms(VAN).tolist() == [round(graph.edge_length_m[0] / (108 / 3.6) * 1000)]


def test_turning_round_at_a_dead_end_takes_its_time(tmp_path: Path) -> None:
    graph, _ = read_world(write_world(tmp_path / "w.osm", "A---B", {1: ("AB", ROAD)}))
    arc_ms = graph.arc_ms(LORRY)
    assert graph.turn_cost_ms(LORRY, arc_ms).tolist() == [TURN_ROUND_MS + int(ms) for ms in arc_ms]


def test_a_crossing_time_holds_for_the_whole_ferry(tmp_path: Path) -> None:
    ferry = {"route": "ferry", "motor_vehicle": "yes", "duration": "00:10"}
    graph, _ = read_world(write_world(tmp_path / "w.osm", CROSS, {1: ("AXB", ferry), 2: ("CX", {**ROAD, "access": "yes"})}))
    east = [arc for arc in range(graph.arcs) if graph.edge_way[graph.arc_edge[arc]] == 1 and not graph.arc_backward[arc]]
    assert len(east) == 2 and sum(int(graph.arc_ms(LORRY)[arc]) for arc in east) == pytest.approx(600_000, abs=2)


@pytest.mark.parametrize(("limit", "measure"), [("maxheight", "height_m"), ("maxweight", "mass_t"), ("maxwidth", "width_m"),
                                                ("maxlength", "length_m"), ("maxaxleload", "axle_t")])
def test_a_limit_closes_the_road_to_what_is_over_it_and_to_nothing_else(tmp_path: Path, limit: str, measure: str) -> None:
    graph, _ = read_world(write_world(tmp_path / "w.osm", "A---B", {1: ("AB", {**ROAD, limit: "3.2"})}))
    for value, closed in ((3.1, False), (3.2, False), (3.3, True)):
        small = {"height_m": 1.0, "mass_t": 1.0, "width_m": 1.0, "length_m": 1.0, "axle_t": 1.0, measure: value}
        profile = Profile("hgv", **small)
        assert (graph.arc_ms(profile) == CLOSED).all() == closed
        assert (graph.signature(profile) == graph.signature(Profile("hgv", **{**small, measure: 1.0}))) != closed


@pytest.mark.parametrize("ways", [{}, {1: ("AB", {"highway": "footway"})}, {1: ("xy", ROAD)}, {1: ("A", ROAD)},
        {1: ("AA", ROAD)}],
                         ids=["nothing", "no road", "no positions", "one node", "one node twice"])
def test_a_file_without_roads_is_told(tmp_path: Path, ways: dict[int, tuple[str, Tags]]) -> None:
    with pytest.raises(BadInput) as told:
        read_world(write_world(tmp_path / "w.osm", "A---B", ways))
    assert told.value.code == "empty_file" and told.value.value == "w.osm"


def test_names_refs_and_junctions_are_kept(tmp_path: Path) -> None:
    tags = {"highway": "motorway", "name": "沪蓉高速", "ref": "G42", "destination": "南京"}
    graph, _ = read_world(write_world(tmp_path / "w.osm", LINE, {1: ("ABC", tags), 2: ("CD", {"highway": "motorway",
            "ref": "G42"}),
                                                                3: ("DE", {"highway": "motorway"})},
                                      nodes={"B": {"highway": "motorway_junction", "ref": "12", "name": "横山"}}))
    assert arcs_of(graph) == ["AB", "BC", "CD", "DE"]                        # a junction's name needs a node of its own
    assert [graph.road_name(edge) for edge in range(4)] == ["沪蓉高速", "沪蓉高速", "G42", ""]
    assert {graph.texts[i] for i in graph.junction_name.tolist()} == {"", "12 横山"}


def test_the_drawing_is_where_it_is_said_to_be() -> None:
    assert spots(CROSS) == {"C": (2.0, 4), "A": (0.0, 2), "X": (2.0, 2), "B": (4.0, 2), "D": (2.0, 0)}
