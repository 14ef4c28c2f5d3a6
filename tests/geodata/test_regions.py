"""Regions: built whole or not at all, beside what stands; what people changed in the layers stays."""
from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geodata.errors import BadInput, NoRoom, NotFound
from geodata.regions import Facts, Region, build_region, list_regions, open_region
from geodata.roads.graph import RoadGraph
from tests.geodata.roads.world import ROAD, Tags, write_world

FACTS = Facts("town", "PT", "Europe/Lisbon")
DRAWING = "A---B---C---D\n\nE---F---G---H"
FUEL: Tags = {"amenity": "fuel"}
NODE = '<node id="1" lon="0" lat="0"/>'
INN: Tags = {"highway": "services", "name": "Inn"}


def extract(folder: Path, name: str, *, roads: str = "ABCD", nodes: dict[str, Tags] | None = None, far: bool = True) -> Path:
    folder.mkdir(exist_ok=True)
    towns = {"A": {"place": "town", "name": "NA"}, "D": {"place": "town", "name": "甲\n乙", "name:en": "Jia,\"yi\""}}
    return write_world(folder / f"{name}.osm", DRAWING, {1: (roads, ROAD), **({2: ("EFGH", ROAD)} if far else {})},
            nodes={**towns, **(nodes or {})})


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return extract(tmp_path / "in", "first", nodes={"B": {**FUEL, "name": "one"}, "C": {**FUEL, "name": "two"}, "F": INN})


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return extract(tmp_path / "in", "second", roads="ABC", nodes={"B": {**FUEL, "name": "one again"}, "G": {**FUEL,
            "name": "three"}, "E": INN})


def tells(region: Region) -> dict[str, Any]:
    """All that a region answers from."""
    assert region.roads is not None
    return {"number": region.number, "facts": vars(region.facts), "arcs": region.roads.arcs, "texts": region.roads.texts,
            "lonlat": region.roads.shape_lonlat.tolist(), "grid": region.grid.edge.tolist(), "names": region.names.to_csv(),
            "layers": {name: layer.frame.to_json() for name, layer in region.layers.catalog().items()}}


def left_in(data: Path) -> set[str]:
    """Every file and folder, without the locks."""
    return {str(path.relative_to(data)) for path in data.rglob("*") if path.name != ".lock"}


def names_of(region: Region, layer: str = "fuel") -> list[str]:
    return sorted(open_region(region.folder.parents[1], region.name).layers.catalog()[layer].frame["name"])


def test_a_region_is_opened_as_it_was_built(tmp_path: Path, first: Path) -> None:
    built = build_region(tmp_path / "var", FACTS, [first])
    region = open_region(tmp_path / "var", "town")
    assert tells(region) == tells(built)
    assert (region.facts.country, str(region.tz), region.facts.driving_side, region.facts.files) == ("PT", "Europe/Lisbon",
            "right", ("first.osm",))
    assert region.facts.bbox == pytest.approx((10, 50, 10.006, 50.002))
    assert region.facts.summary["arcs"] == 4 and region.facts.summary["places"] == {"service_area": 1, "fuel": 2}
    assert isinstance(region.roads, RoadGraph) and isinstance(region.roads.shape_lonlat.base, np.memmap)
    assert region.names["name"].tolist() == ["NA", "甲\n乙"] and region.names["name_en"].isna().tolist() == [True, False]
    assert region.gazetteer().find("NA").lon == pytest.approx(10.0)
    assert region.gazetteer().find("Inn").lon == pytest.approx(10.002)
    assert list_regions(tmp_path / "var") == ["town"]


@pytest.mark.parametrize(("country", "side"), [("CN", "right"), ("GB", "left"), ("TH", "left"), (None, "right")])
def test_the_side_of_the_road(tmp_path: Path, first: Path, country: str | None, side: str) -> None:
    assert build_region(tmp_path, Facts("x", country), [first]).facts.driving_side == side


def test_a_region_without_roads(tmp_path: Path) -> None:
    build_region(tmp_path, Facts("bare"), [])
    region = open_region(tmp_path, "bare")
    assert region.roads is None and region.facts.bbox == () and len(region.names) == 0 and not region.layers.catalog()


def test_what_the_doors_prepare_finds_roads_and_names_in_the_folder(tmp_path: Path, first: Path) -> None:
    seen: list[set[str]] = []
    build_region(tmp_path / "var", FACTS, [first], prepare=[lambda graph,
            folder: seen.append({p.name for p in folder.iterdir()})])
    assert seen == [{"roads", "places", "names.csv", "region.json"}]


@pytest.mark.parametrize(("facts", "code", "field"), [
    (Facts("../up"), "bad_name", "region"), (Facts("Town"), "bad_name", "region"), (Facts(""), "bad_name", "region"),
    (Facts("x", tz="Mars/Base"), "not_allowed", "tz"), (Facts("x", country="pt"), "not_allowed", "country")], ids=str)
def test_bad_facts_are_told(tmp_path: Path, first: Path, facts: Facts, code: str, field: str) -> None:
    with pytest.raises(BadInput) as told:
        build_region(tmp_path / "var", facts, [first])
    assert (told.value.code, told.value.field) == (code, field) and not (tmp_path / "var").exists()


@pytest.fixture
def bad_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    harm, file = request.param, tmp_path / "bad.osm.pbf"
    if harm in ("truncated", "one byte short", "a flipped byte"):
        whole = bytearray((request.getfixturevalue("shared") / "data/osm/andorra.osm.pbf").read_bytes())
        whole[len(whole) // 2] ^= 255 if harm == "a flipped byte" else 0
        file.write_bytes(whole[:{"truncated": len(whole) // 2, "one byte short": -1}.get(harm)])
    elif harm == "a directory":
        file.mkdir()
    elif harm != "not there":
        content = {"empty": "", "text": "I am no map.\n" * 100, "xml as pbf": '<osm version="0.6"/>', "empty xml": "",
                   "cut xml": '<osm version="0.6"><node', "no roads": f'<osm version="0.6">{NODE}</osm>', "not osm": "<gpx/>",
                   "bomb": f'<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><osm version="0.6">{NODE}</osm>'}
        file = file if harm in ("empty", "text", "xml as pbf") else tmp_path / "bad.osm"
        file.write_text(content.get(harm, ""))
        file = file.rename(tmp_path / "bad.txt") if harm == "another ending" else file
    return file


BAD = {"truncated": "bad_file", "one byte short": "bad_file", "a flipped byte": "bad_file", "a directory": "file_not_found",
       "not there": "file_not_found", "empty": "bad_file", "text": "bad_file", "xml as pbf": "bad_file", "empty xml": "bad_file",
       "cut xml": "bad_file", "no roads": "empty_file", "not osm": "bad_file", "bomb": "bad_file", "another ending": "bad_file"}


@pytest.mark.parametrize(("bad_file", "code"), BAD.items(), ids=BAD, indirect=["bad_file"])
def test_a_bad_file_is_told_and_leaves_nothing_behind(tmp_path: Path, first: Path, second: Path, bad_file: Path, code: str,
                                                                ) -> None:
    data = tmp_path / "var"
    with pytest.raises(BadInput) as told:
        build_region(data, FACTS, [bad_file])
    assert told.value.code == code and told.value.field == "files" and "bad" in str(told.value.value)
    assert left_in(data) <= {"regions"} and list_regions(data) == []
    before = tells(build_region(data, FACTS, [first]))
    there = left_in(data)
    with pytest.raises(BadInput):
        build_region(data, FACTS, [bad_file] if code == "empty_file" else [second, bad_file])
    assert left_in(data) == there and tells(open_region(data, "town")) == before


def test_a_step_of_the_doors_that_fails_leaves_the_region_as_it_was(tmp_path: Path, first: Path, second: Path) -> None:
    def full(graph: RoadGraph, folder: Path) -> None:
        Path("/dev/full").write_bytes(b"1")

    data = tmp_path / "var"
    before = tells(build_region(data, FACTS, [first]))
    there = left_in(data)
    with pytest.raises(NoRoom) as told:
        build_region(data, FACTS, [second], prepare=[full])
    assert told.value.code == "disk_full" and left_in(data) == there and tells(open_region(data, "town")) == before


def test_a_build_that_is_killed_leaves_the_region_as_it_was(tmp_path: Path, first: Path, second: Path) -> None:
    data = tmp_path / "var"
    before = tells(build_region(data, FACTS, [first]))
    code = ("import os, sys; from pathlib import Path; from geodata.regions import Facts, build_region\n"
            "build_region(Path(sys.argv[1]), Facts('town'), [Path(sys.argv[2])], prepare=[lambda graph, folder: os._exit(9)])")
    assert subprocess.run([sys.executable, "-c", code, str(data), str(second)], timeout=60).returncode == 9
    assert tells(open_region(data, "town")) == before
    assert build_region(data, FACTS, [second]).number == 2


@pytest.mark.parametrize("harm", ["pointer", "region.json", "fields"])
def test_a_broken_region_is_told(tmp_path: Path, first: Path, harm: str) -> None:
    region = build_region(tmp_path / "var", FACTS, [first])
    file = region.folder / "current" if harm == "pointer" else region.build / "region.json"
    file.write_text({"pointer": "two", "region.json": "{", "fields": json.dumps({"files": [], "bbox": [], "colour": 1})}[harm])
    with pytest.raises(BadInput) as told:
        open_region(tmp_path / "var", "town")
    assert told.value.code == "bad_file"


def test_an_unknown_region_is_told_with_those_that_are_known(tmp_path: Path, first: Path) -> None:
    build_region(tmp_path / "var", FACTS, [first])
    with pytest.raises(NotFound) as told:
        open_region(tmp_path / "var", "porto")
    assert told.value.params["known"] == "town"


# ---------------------------------------------------------------- built again

def test_the_build_before_stays_for_those_who_read_it_and_older_ones_go(tmp_path: Path, first: Path, second: Path) -> None:
    data = tmp_path / "var"
    opened = [build_region(data, FACTS, [file]) for file in (first, second, first, second)]
    assert {p.name for p in (opened[0].folder / "builds").iterdir()} == {"0003", "0004"}
    assert opened[2].roads is not None and open_region(data, "town").number == 4


def test_the_same_extract_again_makes_no_new_versions(tmp_path: Path, first: Path) -> None:
    build_region(tmp_path / "var", FACTS, [first])
    again = build_region(tmp_path / "var", FACTS, [first])
    assert {name: layer.version for name, layer in again.layers.catalog().items()} == {"fuel": 1, "service_area": 1}


def test_another_extract_makes_a_new_version_and_the_old_one_stays(tmp_path: Path, first: Path, second: Path) -> None:
    build_region(tmp_path / "var", FACTS, [first])
    region = build_region(tmp_path / "var", FACTS, [second])
    assert names_of(region) == ["one again", "three"]
    assert sorted(region.layers.version("fuel", 1).frame["name"]) == ["one", "two"]


def test_places_that_are_gone_from_the_extract_are_gone_from_the_layer(tmp_path: Path, first: Path) -> None:
    build_region(tmp_path / "var", FACTS, [first])
    region = build_region(tmp_path / "var", FACTS, [extract(tmp_path / "in", "third")])
    assert len(region.layers.catalog()["fuel"]) == 0 and region.layers.catalog()["fuel"].version == 2


def test_what_people_changed_stays_through_every_rebuild(tmp_path: Path, first: Path, second: Path) -> None:
    """He renamed one, took two out, added his own; the next extract renames one too, keeps two, brings three."""
    fuel: dict[str, Tags] = {letter: {**FUEL, "name": name} for letter, name in (("B", "one"), ("C", "two"), ("G", "3"))}
    third = extract(tmp_path / "in", "third", nodes=fuel)
    store = build_region(tmp_path / "var", FACTS, [first]).layers
    frame = store.catalog()["fuel"].frame
    mine = frame[frame["name"] == "one"].assign(name="my one", hours="24/7")
    own = mine.assign(id="mine/1", name="my own", geometry=[shapely.Point(10.001, 50.001)])
    store.replace("fuel", gpd.GeoDataFrame(pd.concat([mine, own], ignore_index=True), crs=4326))
    kept = ["my one", "my own"]
    for file, names in ((first, kept), (third, ["3", *kept]), (first, kept), (second, [*kept, "three"])):
        assert names_of(build_region(tmp_path / "var", FACTS, [file])) == names


def test_layers_of_ones_own_are_not_touched(tmp_path: Path, first: Path, second: Path) -> None:
    store = build_region(tmp_path / "var", FACTS, [extract(tmp_path / "in", "bare", nodes={"F": INN})]).layers
    own = gpd.GeoDataFrame({"id": ["p1"], "kind": ["partner"], "name": ["canteen"]}, geometry=[shapely.Point(10, 50)], crs=4326)
    for name in ("fuel", "partners"):                                        # fuel: the name of a layer that builds fill
        store.add(name, "partner", own)
    catalog = build_region(tmp_path / "var", FACTS, [second]).layers.catalog()
    assert {name: (catalog[name].kind, catalog[name].version, len(catalog[name])) for name in ("fuel", "partners")} == {
        "fuel": ("partner", 1, 1), "partners": ("partner", 1, 1)}


def test_a_build_with_tables_of_its_own_leaves_the_layers_alone(tmp_path: Path, first: Path) -> None:
    region = build_region(tmp_path / "var", FACTS, [first], own_layers=False)
    assert not region.layers.catalog() and region.facts.summary["places"] == {"service_area": 1, "fuel": 2}


# ---------------------------------------------------------------- at the same time

def test_readers_never_see_half_of_a_build(tmp_path: Path, first: Path, second: Path) -> None:
    data = tmp_path / "var"
    build_region(data, FACTS, [first])
    done, seen = threading.Event(), set[int]()

    def read() -> int:
        reads = 0
        while not done.wait(0.02) or not reads:
            region = open_region(data, "town")
            roads, reads = region.roads, reads + 1
            assert roads is not None and roads.arcs == region.facts.summary["arcs"] == len(roads.turn_ptr) - 1
            assert region.grid.edge.max() < len(roads.edge_way) and len(region.names) == 2
            assert set(region.layers.catalog()) == {"fuel", "service_area"}
            seen.add(region.number)
        return reads

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            for file in (second, first):
                build_region(data, FACTS, [file])
        finally:
            done.set()
        assert all(reader.result() > 0 for reader in readers) and len(seen) > 1


def test_builds_at_the_same_time_all_succeed_one_after_another(tmp_path: Path, first: Path, second: Path) -> None:
    data = tmp_path / "var"
    bad = tmp_path / "bad.osm"
    bad.write_text("<osm")

    def build(file: Path) -> int | None:
        try:
            return build_region(data, FACTS, [file]).number
        except BadInput:
            return None

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(build, [first, bad, first, bad, first, bad]))
    assert sorted(n for n in numbers if n) == [1, 2, 3] and open_region(data, "town").number == 3
    assert not list((data / "regions" / "town" / "builds").glob(".part-*"))
