"""Places taken from OpenStreetMap: their kinds, ids, polygons, services and names."""
from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from geodata.checks import check
from geodata.columns import services_of
from geodata.roads.places import bays_of, kind_of, read_places
from tests.geodata.roads.world import Tags, at, write_world

SQUARE = """
A---B

D---C
"""
AREA: Tags = {"highway": "services", "name": "芳茂山服务区", "name:en": "Fangmaoshan"}


@pytest.mark.parametrize(("tags", "kind"), [
    ({"highway": "services"}, "service_area"), ({"highway": "rest_area"}, "service_area"),
    ({"amenity": "truck_stop"}, "lorry_park"),
    ({"amenity": "parking", "hgv": "designated"}, "lorry_park"), ({"amenity": "parking", "capacity:hgv": "40"}, "lorry_park"),
    ({"amenity": "parking"}, None), ({"amenity": "parking", "hgv": "no"}, None),
    ({"amenity": "parking", "capacity:hgv": "0"}, None),
    ({"amenity": "parking", "goods": "yes"}, None), ({"amenity": "parking", "hgv": "yes", "access": "private"}, "lorry_park"),
    ({"amenity": "parking", "capacity:hgv": "5", "access": "private"}, None), ({"amenity": "fuel"}, "fuel"),
    ({"amenity": "fuel", "hgv": "no"}, None), ({"amenity": "fuel", "access": "private"}, None),
    ({"amenity": "fuel", "access": "private", "hgv": "yes"}, "fuel"), ({"amenity": "fuel", "access": "customers"}, "fuel"),
    ({"highway": "rest_area", "hgv": "no"}, None), ({"amenity": "restaurant"}, None), ({}, None),
], ids=str)
def test_the_kind_of_an_object(tags: Tags, kind: str | None) -> None:
    assert kind_of(tags) == kind


@pytest.mark.parametrize(("text", "bays"), [("40", 40), ("0", None), ("-3", None), ("yes", None), ("²", None),
        ("9" * 5000, None), ("1e3", None)])
def test_bays_are_a_whole_number_above_0_or_unknown(text: str, bays: int | None) -> None:
    assert bays_of({"capacity:hgv": text}) == bays


def test_a_way_keeps_its_polygon_and_what_it_says(tmp_path: Path) -> None:
    tags = {**AREA, "toilets": "yes", "shower": "hot", "opening_hours": "24/7", "capacity:hgv": "60", "phone": "+86 519 0",
            "ref": "G42",
            "maxheight": "4.2", "note": "{{ 7*7 }}<b>"}
    frames, names = read_places([write_world(tmp_path / "w.osm", SQUARE, {7: ("ABCDA", tags)})])
    assert set(frames) == {"service_area"} and len(names) == 0
    row = frames["service_area"].iloc[0]
    assert row["id"] == "osm:way/7" and (row["name"], row["name_en"]) == ("芳茂山服务区", "Fangmaoshan")
    assert row.geometry.equals(shapely.box(*at(0, 0), *at(2, 2)))
    assert {s.what for s in services_of(row["services"])} == {"toilet", "shower"}
    assert all(s.free is None and s.price is None and s.hours is None for s in services_of(row["services"]))
    assert (row["hours"], row["lorry_bays"], row["phone"], row["road_ref"], row["max_height_m"]) == ("24/7", 60, "+86 519 0",
            "G42", 4.2)
    assert (row["position_accuracy"], row["source"], row["demo"], row["note"]) == ("A", "openstreetmap", False, "{{ 7*7 }}<b>")


def test_what_is_not_tagged_is_unknown(tmp_path: Path) -> None:
    row = read_places([write_world(tmp_path / "w.osm", SQUARE, {7: ("ABCDA",
            {"highway": "services"})})])[0]["service_area"].iloc[0]
    unknown = ("name", "name_en", "services", "hours", "lorry_bays", "phone", "road_ref", "direction", "max_height_m",
            "max_mass_t", "note")
    assert all(row[column] is None for column in unknown)


def test_a_node_is_a_point_and_a_relation_its_outline_with_holes(tmp_path: Path) -> None:
    drawing = "A-------B\n  E---F\n  H---G\nD-------C"
    relation = ((("way", 1, "outer"), ("way", 2, "inner")), {"type": "multipolygon", **AREA})
    file = write_world(tmp_path / "w.osm", drawing, {1: ("ABCDA", {}), 2: ("EFGHE", {})}, nodes={"F": {"amenity": "fuel"}},
                       relations=[relation])
    frames, _ = read_places([file])
    assert frames["fuel"]["id"].tolist() == [f"osm:node/{ord('F')}"] and frames["fuel"].geom_type.tolist() == ["Point"]
    area = frames["service_area"].iloc[0]
    assert area["id"] == "osm:relation/1" and area.geometry.geom_type == "Polygon" and len(area.geometry.interiors) == 1


def test_a_relation_of_two_sides_is_two_polygons(tmp_path: Path) -> None:
    drawing = "A---B E---F\n\nD---C H---G"
    relation = ((("way", 1, "outer"), ("way", 2, "outer")), {"type": "multipolygon", **AREA})
    frames, _ = read_places([write_world(tmp_path / "w.osm", drawing, {1: ("ABCDA", {}), 2: ("EFGHE", {})},
            relations=[relation])])
    assert frames["service_area"].geom_type.tolist() == ["MultiPolygon"]


@pytest.mark.parametrize("word", ["ACBDA", "ABCxA", "ABC", "ABA"], ids=["crosses itself", "lacks a node", "is not closed",
        "is a line"])
def test_a_broken_outline_is_a_point_amid_its_nodes_and_spoils_nothing(tmp_path: Path, word: str) -> None:
    file = write_world(tmp_path / "w.osm", SQUARE, {1: (word, AREA), 2: ("ABCDA", AREA)})
    frame = read_places([file])[0]["service_area"].set_index("id")
    assert frame.geom_type.to_dict() == {"osm:way/1": "Point", "osm:way/2": "Polygon"}
    assert shapely.box(*at(0, 0), *at(2, 2)).covers(frame.geometry["osm:way/1"])


def test_a_relation_without_its_ways_is_no_place(tmp_path: Path) -> None:
    relation = ((("way", 99, "outer"),), {"type": "multipolygon", **AREA})
    assert read_places([write_world(tmp_path / "w.osm", SQUARE, {1: ("AB", {})}, relations=[relation])])[0] == {}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["whole last", "whole first"])
def test_of_two_files_the_whole_outline_wins_over_the_cut_one(tmp_path: Path, order: tuple[int, int]) -> None:
    files = [write_world(tmp_path / "cut.osm", "A---B", {1: ("ABCDA", AREA)}), write_world(tmp_path / "whole.osm", SQUARE,
            {1: ("ABCDA", AREA)})]
    frame = read_places([files[i] for i in order])[0]["service_area"]
    assert frame["id"].tolist() == ["osm:way/1"] and frame.geom_type.tolist() == ["Polygon"]


def test_names_of_towns(tmp_path: Path) -> None:
    nodes = {"A": {"place": "town", "name": "Porto", "name:zh": "波尔图", "name:en": "Oporto", "alt_name": "O Porto"},
             "B": {"place": "village", "name": "NA"}, "C": {"place": "sea", "name": "no town"}, "D": {"place": "town"}}
    names = read_places([write_world(tmp_path / "w.osm", SQUARE, {1: ("AB", {})}, nodes=nodes)])[1]
    assert names[["name", "alt", "kind"]].to_numpy().tolist() == [["波尔图", "Porto|O Porto", "town"], ["NA", "NA", "village"]]
    assert names["name_en"].dropna().tolist() == ["Oporto"]
    assert names.loc[0, ["lon", "lat"]].tolist() == pytest.approx(at(0, 2))


@pytest.mark.parametrize(("said", "kept"), [("C", "C"), ("A+", "unknown"), ("invented", "invented")])
def test_an_accuracy_is_one_of_ours_or_unknown(tmp_path: Path, said: str, kept: str) -> None:
    file = write_world(tmp_path / "w.osm", SQUARE, {1: ("ABCDA", {**AREA, "position_accuracy": said})})
    assert read_places([file])[0]["service_area"]["position_accuracy"].tolist() == [kept]


def test_what_is_read_passes_the_checks_of_its_table(shared: Path) -> None:
    frames, names = read_places([shared / "data/osm/porto.osm.pbf"])
    assert {kind: len(frame) for kind, frame in frames.items()} == {"service_area": 6, "fuel": 65} and len(names) == 8
    assert (frames["service_area"].geom_type == "Polygon").all()
    assert not [f for kind, frame in frames.items() for f in check(frame, kind) if f.severity == "error"]
