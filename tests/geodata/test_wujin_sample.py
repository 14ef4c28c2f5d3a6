"""The embedded default says what it knows and what it made up, and is the same every time."""
from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from geodata.columns import TABLES, services_of
from geodata.hours import valid
from geodata.roads.places import read_places
from geodata.samples.wujin import Sample, read_facts, write_sample
from geodata.stores import LayerStore
from tests.geodata.drawn import Drawn, read_drawn, read_layer

Layers = dict[str, gpd.GeoDataFrame]
GEOD = Geod(ellps="WGS84")
COUNTS = {"service_centre": 1, "service_station": 10, "drivers_home": 11, "partner": 6, "service_area": 6,
          "grid_cells": 10, "events": 4}
PLACES = ("service_centre", "service_station", "drivers_home", "partner", "service_area")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return write_sample(tmp_path_factory.mktemp("wujin"))


@pytest.fixture(scope="module")
def drawn(sample: Sample) -> Drawn:
    return read_drawn(sample.osm)


@pytest.fixture(scope="module")
def layers(sample: Sample) -> Layers:
    return {name: read_layer(file) for name, (_, file) in sample.layers.items()}


# --- what is there ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COUNTS)
def test_a_layer_has_its_rows_and_only_declared_columns(name: str, sample: Sample, layers: Layers) -> None:
    kind, frame = sample.layers[name][0], layers[name]
    assert len(frame) == COUNTS[name]
    assert frame["id"].is_unique
    assert set(frame.columns) - {"lon", "lat"} <= {column.name for column in TABLES[kind]}
    for column in TABLES[kind]:
        if column.name in frame and column.dtype == "str" and column.allowed:
            assert set(frame[column.name].dropna()) <= set(column.allowed), column.name


def test_every_layer_is_kept_by_a_store_as_it_is(sample: Sample, layers: Layers, tmp_path: Path) -> None:
    store = LayerStore(tmp_path)
    for name, (kind, _) in sample.layers.items():
        store.add(name, kind, layers[name])
    kept = store.catalog()
    assert {name: (kept[name].kind, len(kept[name])) for name in kept} == {n: (n, c) for n, c in COUNTS.items()}
    for name in PLACES:
        assert kept[name].frame["services"].map(services_of).map(len).min() >= 2
        assert kept[name].frame["demo"].all()


def test_the_manifest_says_what_the_region_is(sample: Sample) -> None:
    region = sample.region
    assert (region["name"], region["country"], region["tz"]) == ("wujin", "CN", "Asia/Shanghai")
    assert region["schematic"] is True
    assert "示意" in region["title_zh"] + region["attribution"]
    assert "GeoNames" in region["attribution"]
    assert tomllib.loads((sample.osm.parent / "region.toml").read_text(encoding="utf-8")) == region
    assert set(sample.layers) == set(COUNTS) == set(region["layers"])


def test_the_same_bytes_every_time(sample: Sample, tmp_path: Path) -> None:
    again = write_sample(tmp_path)
    for file in (sample.osm, *(file for _, file in sample.layers.values())):
        assert (again.osm.parent / file.name).read_bytes() == file.read_bytes(), file.name


# --- honest -------------------------------------------------------------------------------------------


def test_every_name_is_a_fact_or_says_that_it_is_schematic(drawn: Drawn, layers: Layers) -> None:
    facts = read_facts()
    for name in PLACES:
        for row in layers[name].itertuples():
            assert row.name in facts or row.name.startswith("示意站点 "), row.name
    assert layers["grid_cells"]["name"].str.startswith("示意网格 ").all()
    assert layers["events"]["name"].str.startswith("示意活动 ").all()
    known = {fact["name_zh"] + fact["note"] for fact in facts.values()} | {"滆湖", "太湖"}
    stems = ("国道", "省道", "互通")         # 312国道 is the fact G312; 横山互通 is named in the note of G42
    for tags in (*(w.tags for w in drawn.ways), *drawn.node_tags.values()):
        name = tags.get("name", "示意")
        stem = next((name.removesuffix(s) for s in stems if name.endswith(s)), name)
        assert name.startswith("示意") or any(stem in one for one in known), name


def test_what_is_not_known_is_invented_and_says_so(layers: Layers) -> None:
    facts = read_facts()
    for row in (row for name in PLACES for row in layers[name].itertuples()):
        fact = facts.get(row.name)
        assert row.source == (fact["source"] if fact else "invented")
        assert row.position_accuracy == (fact["accuracy"] if fact and fact["lon"] else "invented")
        assert isinstance(row.note, str)
        assert row.note
    assert (layers["grid_cells"]["source"] == "invented").all()
    assert (layers["events"]["source"] == "invented").all()


def test_no_place_is_known_well_enough_to_navigate_to(layers: Layers) -> None:
    assert {a for name in PLACES for a in layers[name]["position_accuracy"]} == {"D", "invented"}


def test_nobody_can_be_called_and_what_is_invented_is_marked(layers: Layers) -> None:
    for frame in layers.values():
        assert "phone" not in frame
        telling = frame.columns.intersection(["services", "hours", "lorry_bays", "starts", "drivers"])
        told = frame[telling].notna()
        assert (frame["demo"].astype(bool) | ~told.any(axis=1)).all()


def test_invented_points_are_numbered_once(layers: Layers) -> None:
    named = [called for name in PLACES for called in layers[name]["name"] if called.startswith("示意站点 ")]
    numbers = [int(called.removeprefix("示意站点 ")) for called in named]
    assert sorted(numbers) == list(range(1, 26))


def test_the_drivers_homes_offer_what_the_norm_asks_for(layers: Layers) -> None:
    five = {"parking", "hot_water", "food_heating", "shower", "laundry"}
    for text in layers["drivers_home"]["services"]:
        assert five <= {service.what for service in services_of(text)}


def test_all_hours_can_be_read(layers: Layers) -> None:
    for row in (row for name in PLACES for row in layers[name].itertuples()):
        assert valid(row.hours)
        assert all(s.hours is None or valid(s.hours) for s in services_of(row.services))


def test_the_facts_are_those_that_were_found(shared: Path) -> None:
    found = pd.read_csv(shared / "data/wujin/wujin_facts.csv", encoding="utf-8-sig", dtype=str).fillna("")
    ours = pd.DataFrame(read_facts().values())
    assert len(ours.merge(found)) == len(ours)


def test_everything_drawn_says_that_it_is_schematic(drawn: Drawn) -> None:
    assert all(w.tags["source"] == "schematic" for w in drawn.ways)
    signs = {"maxspeed", "maxheight", "maxweight", "phone", "opening_hours", "capacity"}
    assert not any(signs & set(w.tags) for w in drawn.ways)


# --- cells, events, towns -----------------------------------------------------------------------------


def test_the_cells_part_the_outline_and_hold_their_stations(layers: Layers) -> None:
    cells, stations = layers["grid_cells"], layers["service_station"].set_index("id")
    assert sorted(cells["station"]) == sorted(stations.index)
    for cell in cells.itertuples():
        assert cell.geometry.is_valid
        assert cell.geometry.contains(stations.loc[cell.station, "geometry"])
    together = cells.geometry.union_all()
    assert together.area == pytest.approx(shapely.area(cells.geometry.to_numpy()).sum(), rel=1e-6)
    assert 900e6 < abs(GEOD.geometry_area_perimeter(together)[0]) < 1_250e6       # the district has 1 066 km²
    known = {*cells["id"]}
    for name in PLACES[:-1]:
        assert set(layers[name]["grid_cell"].dropna()) <= known


def test_events_happen_at_places_on_days(layers: Layers) -> None:
    places = {place for name in PLACES for place in layers[name]["id"]}
    for event in layers["events"].itertuples():
        assert event.place in places
        assert date.fromisoformat(event.starts[:10]) == date.fromisoformat(event.ends[:10])


def test_towns_are_found_by_their_names(sample: Sample) -> None:
    names = read_places([sample.osm])[1]
    known = {alt for cell in names["alt"] for alt in cell.split("|")}
    assert {"湖塘", "湖塘镇", "横山桥", "武进", "戚墅堰", "潞城街道"} <= known
    facts = read_facts()
    for row in names.itertuples():
        fact = facts[row.name]
        assert GEOD.inv(row.lon, row.lat, float(fact["lon"]), float(fact["lat"]))[2] < 0.05


def test_the_outlines_are_plain_geojson_in_lon_lat(sample: Sample) -> None:
    said = json.loads(sample.layers["grid_cells"][1].read_text(encoding="utf-8"))
    assert said["type"] == "FeatureCollection"
    first = said["features"][0]["geometry"]["coordinates"][0][0]
    assert 119 < first[0] < 121
    assert 31 < first[1] < 32
