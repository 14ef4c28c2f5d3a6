"""The synthetic country, read back by pyosmium: whole, continuous, right-handed, joined, the same every time."""
from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import osmium
import pytest
import shapely
from pyproj import Geod
from pytest import approx

from geodata.errors import BadInput
from geodata.measured import MeasuredLine
from geodata.roads.access import HGV
from geodata.roads.tags import road_of
from geodata.samples.country import write_country
from geodata.samples.tile import read_tile

GEOD = Geod(ellps="WGS84")
LANES = ("motorway", "motorway_link", "service")


def read_back(file: Path) -> SimpleNamespace:
    """Everything of the motorway, and counts of everything."""
    found = SimpleNamespace(count=Counter(), ids={"n": [], "w": [], "r": []}, where={}, node_tags={}, ways={})
    for o in osmium.FileProcessor(str(file)):
        kind = o.type_str()
        found.count[kind] += 1
        found.ids[kind].append(o.id)
        if kind == "n":
            found.where[o.id] = (o.lon, o.lat)
            if o.tags:
                found.node_tags[o.id] = dict(o.tags)
        elif kind == "w":
            found.ways[o.id] = ([n.ref for n in o.nodes], dict(o.tags))
        found.count["tags"] += len(o.tags) > 0
    first = min(i for i, (_, tags) in found.ways.items() if tags.get("ref") == "A999")
    found.drawn = {i: way for i, way in found.ways.items() if i >= first}
    return found


@pytest.fixture(scope="module")
def porto(shared, tmp_path_factory) -> SimpleNamespace:
    file = tmp_path_factory.mktemp("country") / "porto30.osm.pbf"
    steps = Counter()
    made = write_country(shared / "data/osm/porto.osm.pbf", file, length_km=30, progress=lambda step, _: steps.update([step]))
    return SimpleNamespace(made=made, steps=steps, read=read_back(file), file=file)


def carriageway(read: SimpleNamespace, start: tuple[float, float]) -> list[int]:
    """Nodes of the carriageway from the one at `start` on, by following one-way motorway ways only."""
    step = {a: b for nodes, tags in read.drawn.values() if tags["highway"] == "motorway" if tags["oneway"] == "yes"
            for a, b in pairwise(nodes)}
    node = next(n for n in step if read.where[n] == approx(start, abs=1e-7))
    chain = [node]
    while chain[-1] in step:
        chain.append(step[chain[-1]])
        assert len(chain) <= len(step) + 1, "the carriageway runs in a circle"
    return chain


def test_everything_announced_is_in_the_file_in_order(porto):
    made, read = porto.made, porto.read
    assert made.tiles == 2 and set(porto.steps) == {"read", "write"}
    assert (read.count["n"], read.count["w"], read.count["r"]) == (made.nodes, made.ways, made.restrictions)
    assert all(ids == sorted(set(ids)) for ids in read.ids.values())
    assert all(node in read.where for nodes, _ in read.ways.values() for node in nodes)


def test_tiles_keep_roads_restrictions_barriers_and_places_and_nothing_else(porto, shared):
    read, copies, wanted = porto.read, porto.made.tiles, Counter()
    on_roads: set[int] = set()
    roads: set[int] = set()
    extract = str(shared / "data/osm/porto.osm.pbf")
    for way in osmium.FileProcessor(extract, osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway", "route")):
        if road_of(dict(way.tags))[0] is not None and len(way.nodes) > 1:     # clipped at the rim to one node
            roads.add(way.id)
            on_roads.update(node.ref for node in way.nodes)
    wanted["roads"] = len(roads)
    for node in osmium.FileProcessor(extract, osmium.osm.NODE).with_filter(osmium.filter.KeyFilter("barrier")):
        wanted["barriers"] += node.id in on_roads
    for relation in osmium.FileProcessor(extract, osmium.osm.RELATION):
        wanted["restrictions"] += all(m.ref in (roads if m.type == "w" else on_roads) for m in relation.members)
    town = [tags for i, (_, tags) in read.ways.items() if i not in read.drawn]
    assert sum(road_of(tags)[0] is not None for tags in town) == copies * wanted["roads"]
    assert sum(tags.get("highway") == "services" for tags in town) == 6 * copies == len(town) - copies * wanted["roads"]
    assert sum("barrier" in tags for tags in read.node_tags.values()) == copies * wanted["barriers"] > 500
    assert read.count["r"] == copies * wanted["restrictions"] > 600
    fuel = sum(tags.get("amenity") == "fuel" for tags in read.node_tags.values())
    assert fuel == 65 * copies + len(porto.made.areas)


@pytest.mark.parametrize(("start", "end", "sign"), [("start", "end", 1), ("back_start", "back_end", -1)], ids="EW")
def test_each_carriageway_is_one_way_and_unbroken(porto, start, end, sign):
    chain = carriageway(porto.read, getattr(porto.made, start))
    lonlat = np.array([porto.read.where[n] for n in chain])
    assert (np.sign(np.diff(lonlat[:, 0])) == sign).all()
    assert np.abs(lonlat - getattr(porto.made, end)).sum(axis=1).min() < 1e-6
    assert GEOD.inv(*lonlat[:-1].T, *lonlat[1:].T)[2].max() < 600


def test_traffic_keeps_right_and_the_motorway_is_as_long_as_asked(porto):
    read, made = porto.read, porto.made
    nodes = [n for ns, tags in read.drawn.values() if tags["highway"] == "motorway" for n in ns]
    east = carriageway(read, made.start)
    west = MeasuredLine([read.where[n] for n in carriageway(read, made.back_start)])
    assert (west.locate([read.where[n] for n in east[:-10]]).side == 1).all()
    lons = np.array([read.where[n][0] for n in nodes])
    assert GEOD.inv(lons.min(), made.start[1], lons.max(), made.start[1])[2] >= 29_900
    assert made.motorway_m >= 30_000


def test_areas_stand_on_their_own_side_beside_the_carriageway_they_serve(porto):
    made, read = porto.made, porto.read
    assert [a.name for a in made.areas] == ["A999 km 12 E", "A999 km 12 W"]
    for area in made.areas:
        own, other = (made.start, made.back_start) if area.side == "E" else (made.back_start, made.start)
        line = MeasuredLine([read.where[n] for n in carriageway(read, own)])
        beyond = MeasuredLine([read.where[n] for n in carriageway(read, other)])
        nodes, tags = read.ways[int(area.id.removeprefix("osm:way/"))]
        assert nodes[0] == nodes[-1] and len(nodes) == 5 and tags["highway"] == "services"
        assert tags["name"] == area.name and tags["position_accuracy"] == "invented"
        beside = line.locate([read.where[n] for n in nodes])
        assert (beside.side == -1).all() and beside.off_m.min() > 20 and beside.off_m.max() < 200
        assert (beyond.locate([(area.lon, area.lat)]).side == 1).all()
        assert shapely.Polygon([read.where[n] for n in nodes]).contains(shapely.Point(area.lon, area.lat))


def reach(read: SimpleNamespace, start: int, classes: tuple[str, ...]) -> set[int]:
    """Nodes a lorry can drive to from `start` on drawn ways of these classes, without turning round at an end."""
    ends = {frozenset(nodes) for nodes, tags in read.drawn.values() if tags["highway"] == "motorway_link" and len(nodes) == 2
            and GEOD.inv(*read.where[nodes[0]], *read.where[nodes[1]])[2] < 50}
    steps: dict[int, list[int]] = {}
    for nodes, tags in read.drawn.values():
        road, _ = road_of(tags)
        if road is None or road.private & HGV or tags["highway"] not in classes or frozenset(nodes) in ends:
            continue                                        # who drives through passes no private road
        for ban, way in zip(road.ban, (nodes, nodes[::-1]), strict=True):
            for a, b in pairwise(way):
                if not ban & HGV:
                    steps.setdefault(a, []).append(b)
    seen, front = {start}, [start]
    while front:
        front = [b for a in front for b in steps.get(a, ()) if b not in seen and not seen.add(b)]
    return seen


@pytest.mark.parametrize("side", "EW")
def test_an_area_is_driven_into_and_out_of_from_its_own_side_only(porto, side):
    """The staff's tunnel is there, and closed: without access tags one would drive under the median."""
    made, read = porto.made, porto.read
    first, last = (made.start, made.end) if side == "E" else (made.back_start, made.back_end)
    chain = carriageway(read, first)
    end = next(n for n in chain if read.where[n] == approx(last, abs=1e-7))
    seen = reach(read, chain[0], LANES)
    for area in made.areas:
        nodes, _ = read.ways[int(area.id.removeprefix("osm:way/"))]
        shape = shapely.Polygon([read.where[n] for n in nodes])
        lanes = {n for ns, tags in read.drawn.values() if tags["highway"] == "service" and "access" not in tags
                 for n in ns if shape.contains(shapely.Point(read.where[n]))}
        assert len(lanes) == 7
        if area.side == side:
            assert lanes <= seen and all(end in reach(read, n, LANES) for n in lanes)
        else:
            assert not lanes & seen
    tunnels = [tags for _, tags in read.drawn.values() if tags.get("tunnel")]
    assert len(tunnels) == 1 and tunnels[0]["access"] == "private"


def test_exits_lead_from_both_carriageways_over_the_bridge_into_both_tiles_and_back(porto):
    made, read = porto.made, porto.read
    town = {n for i, (nodes, _) in read.ways.items() if i not in read.drawn for n in nodes}
    exits = [nodes for nodes, tags in read.drawn.values() if tags["highway"] == "secondary" and "bridge" not in tags]
    assert len(exits) == 6                                    # 5, 15, 25 km, a tile on each side
    for start in (made.start, made.back_start):
        seen = reach(read, carriageway(read, start)[0], (*LANES, "secondary"))
        assert all(nodes[0] in town and nodes[0] in seen for nodes in exits)
    for nodes in exits:
        assert carriageway(read, made.end)[0] in reach(read, nodes[0], (*LANES, "secondary"))


def test_one_can_drive_from_any_tile_to_any_other(shared, tmp_path):
    extract, out = shared / "data/osm/liechtenstein.osm.pbf", tmp_path / "li.osm.pbf"
    made = write_country(extract, out, length_km=42)
    one, whole = read_tile(extract), read_tile(out)
    assert made.tiles >= 4
    assert len(whole.joints) >= made.tiles * len(one.joints)       # the largest part that is strongly connected


def test_the_same_input_gives_the_same_bytes(shared, tmp_path):
    extract = shared / "data/osm/liechtenstein.osm.pbf"
    files = [tmp_path / "a.osm.pbf", tmp_path / "b.osm.pbf"]
    for file in files:
        write_country(extract, file, length_km=12, rows=1)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert sorted(tmp_path.iterdir()) == files


@pytest.mark.parametrize(("length_km", "rows"), [(9.9, 2), (2_001, 2), (float("nan"), 2), (40, 3)], ids=str)
def test_what_cannot_be_built_is_refused(shared, tmp_path, length_km, rows):
    with pytest.raises(BadInput):
        write_country(shared / "data/osm/liechtenstein.osm.pbf", tmp_path / "x.osm.pbf", length_km=length_km, rows=rows)


def test_a_broken_extract_leaves_the_country_as_it_was(shared, tmp_path):
    out, broken = tmp_path / "x.osm.pbf", tmp_path / "broken.osm.pbf"
    out.write_bytes(b"as it was")
    broken.write_bytes((shared / "data/osm/liechtenstein.osm.pbf").read_bytes()[:200_000])
    with pytest.raises(BadInput):
        write_country(broken, out, length_km=40)
    assert out.read_bytes() == b"as it was" and sorted(tmp_path.iterdir()) == [broken, out]


def test_the_command_says_what_it_made(shared, tmp_path):
    out = tmp_path / "li.osm.pbf"
    run = subprocess.run([sys.executable, "-m", "geodata.samples.country", shared / "data/osm/liechtenstein.osm.pbf", out,
                          "--length-km", "15", "--rows", "1"], capture_output=True, text=True, timeout=120, check=True)
    assert out.stat().st_size > 100_000
    assert "eastbound --from " in run.stdout and "A999 km 12 W" in run.stdout


@pytest.mark.deep
def test_the_full_country_is_490_km_long(shared, tmp_path):
    out = tmp_path / "country.osm.pbf"
    made = write_country(shared / "data/osm/porto.osm.pbf", out, length_km=490)
    assert made.motorway_m >= 490_000 and made.tiles == 28 and len(made.areas) == 40
    assert GEOD.inv(*made.start, *made.end)[2] >= 485_000
    ways = osmium.FileProcessor(str(out), osmium.osm.WAY).with_filter(osmium.filter.TagFilter(("ref", "A999")))
    assert sum(way.tags["highway"] == "motorway" for way in ways) >= 2 * 980 // 20
