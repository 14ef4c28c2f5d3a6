"""region build, list, info: a drawn town becomes a region; a build that fails changes nothing."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import orjson
import pytest

from locator.settings import Settings
from tests.cli.conftest import Run, runner

NODES = [(1, 8.00, 50.00), (2, 8.01, 50.00), (3, 8.02, 50.00), (4, 8.01, 50.01)]
WAYS = [(10, (1, 2, 3), {"highway": "primary", "name": "Hauptstraße"}), (11, (2, 4), {"highway": "footway"}),
        (12, (2, 4), {"highway": "residential"})]
TOWN = (5, 8.005, 50.001, {"place": "town", "name": "Musterstadt"})


def drawn(path: Path) -> Path:
    """A small town as .osm: a main street of two arcs each way, a side street, a footway, a name."""
    tags = {node[0]: {} for node in NODES} | {TOWN[0]: TOWN[3]}
    nodes = "".join(f'<node id="{i}" lon="{lon}" lat="{lat}" version="1">' +
                    "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags[i].items()) + "</node>"
                    for i, lon, lat in [*NODES, TOWN[:3]])
    ways = "".join(f'<way id="{i}" version="1">' + "".join(f'<nd ref="{ref}"/>' for ref in refs) +
                   "".join(f'<tag k="{k}" v="{v}"/>' for k, v in said.items()) + "</way>" for i, refs, said in WAYS)
    path.write_text(f'<osm version="0.6">{nodes}{ways}</osm>', encoding="utf-8")
    return path


@pytest.fixture
def town(nowhere: Run, tmp_path: Path) -> Run:
    result = nowhere("region", "build", "town", drawn(tmp_path / "town.osm"), "--country", "DE", "--tz", "Europe/Berlin")
    assert result.exit_code == 0, result.stderr
    return nowhere


def test_a_region_is_built_listed_told_of_and_asked(town: Run) -> None:
    told = orjson.loads(town("region", "info", "town", "--json").stdout_bytes)
    assert (told["country"], told["tz"], told["files"], told["schematic"]) == ("DE", "Europe/Berlin", ["town.osm"], False)
    assert told["summary"]["ways_read"] == 3 and sum(told["summary"]["dropped"].values()) == 1
    shown = town("region", "info", "town")
    assert "town.osm" in shown.stdout and "舍去" in shown.stdout and "OpenStreetMap" in shown.stdout
    listed = orjson.loads(town("region", "list", "--json", LOCATOR_REGION="town").stdout_bytes)
    assert "town" in [one["name"] for one in listed["regions"]]
    route = orjson.loads(town("route", "--region", "town", "--from", "8.001,50", "--to", "8.019,50", "--json").stdout_bytes)
    assert route["distance_m"] == pytest.approx(1290, rel=0.02) and not route["approximate"]
    assert orjson.loads(town("nearest", "Musterstadt", "--region", "town", "--json").stdout_bytes)["features"] == []


def test_a_region_keeps_its_own_speeds_through_a_rebuild(town: Run, tmp_path: Path) -> None:
    def drive_s() -> float:
        asked = town("route", "--region", "town", "--from", "8.001,50", "--to", "8.019,50", "--json")
        return float(orjson.loads(asked.stdout_bytes)["duration_s"])

    usual_s, own, extract = drive_s(), tmp_path / "own.toml", tmp_path / "town.osm"
    own.write_text("[class.primary]\nlorry_kmh = 27.5\n", encoding="utf-8")
    for more in (("--speeds", own), ()):
        told = orjson.loads(town("region", "build", "town", extract, "--country", "DE", *more, "--json").stdout_bytes)
        assert told["speeds"] == {"class.primary.lorry_kmh": 27.5}
        assert drive_s() == pytest.approx(2 * usual_s, rel=0.01)
    assert "class.primary.lorry_kmh 27.5" in town("region", "info", "town").stdout
    own.write_text("", encoding="utf-8")                                  # an empty file is the way back
    assert orjson.loads(town("region", "build", "town", extract, "--speeds", own, "--json").stdout_bytes)["speeds"] == {}
    assert drive_s() == pytest.approx(usual_s, rel=0.01)


def test_a_wrong_table_of_speeds_names_the_field_and_changes_nothing(town: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("[class.primary]\nlorry_kmh = 'fast'\n", encoding="utf-8")
    refused = town("region", "build", "town", tmp_path / "town.osm", "--speeds", own)
    assert refused.exit_code == 2 and "speeds.class.primary.lorry_kmh" in refused.stderr and refused.stderr.count("\n") == 1
    assert orjson.loads(town("region", "info", "town", "--json").stdout_bytes)["speeds"] == {}


def test_a_region_of_places_only_is_made_by_saying_so(nowhere: Run, town: Run, tmp_path: Path) -> None:
    for args in (("flat",), ("flat", tmp_path / "town.osm", "--no-roads")):
        refused = nowhere("region", "build", *args)
        assert refused.exit_code == 2 and refused.stderr.count("\n") == 1
    told = orjson.loads(nowhere("region", "build", "flat", "--no-roads", "--country", "CN", "--json").stdout_bytes)
    assert (told["has_roads"], told["files"], told["attribution"], told["tz"]) == (False, [], "", "Asia/Shanghai")
    table = tmp_path / "homes.csv"
    rows = "id,kind,name,lon,lat,source,position_accuracy\nh1,drivers_home,北站,118.5,32.5,survey,A\n"
    table.write_text(rows, encoding="utf-8")
    assert nowhere("layer", "add", "homes", table, "--kind", "drivers_home", "--region", "flat").exit_code == 0
    answer = nowhere("along", "--region", "flat", "--from", "118,32.5", "--to", "119,32.5", "--json")
    stop, = orjson.loads(answer.stdout_bytes)["features"]
    assert stop["properties"]["approximate"] and stop["properties"]["access"] is None
    assert "直线" in nowhere("region", "info", "flat").stdout


@pytest.mark.parametrize(("name", "content"), [
    ("cut.osm.pbf", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\xff\x01"), ("empty.osm.pbf", b""), ("empty.osm", b""),
    ("not.osm", b"<html></html>"), ("places.csv", b"id,lon,lat\n"),
])
def test_a_build_that_fails_leaves_the_region_as_it_was(town: Run, tmp_path: Path, name: str, content: bytes) -> None:
    before = town("region", "info", "town", "--json").stdout_bytes
    files = sorted((tmp_path / "var").rglob("*"))
    (tmp_path / name).write_bytes(content)
    result = town("region", "build", "town", tmp_path / name)
    assert result.exit_code == 2 and result.stderr.count("\n") == 1
    assert town("region", "info", "town", "--json").stdout_bytes == before
    assert sorted((tmp_path / "var").rglob("*")) == files


@pytest.mark.parametrize("args", [
    ("Town!", "--tz", "Europe/Berlin"), ("town2", "--tz", "Europe/Nowhere"), ("town2", "--country", "Germany"),
])
def test_a_region_that_cannot_be_named_or_placed_is_refused(nowhere: Run, tmp_path: Path, args: tuple[str, ...]) -> None:
    result = nowhere("region", "build", args[0], drawn(tmp_path / "town.osm"), *args[1:])
    assert result.exit_code == 2 and result.stderr.count("\n") == 1
    assert not list((tmp_path / "var").rglob("current"))


def test_the_wrong_side_of_vila_do_conde_costs_more_than_seven_minutes(porto: Settings) -> None:
    """The story of the product, at the command line: A28 southbound and back, service areas 160 m apart."""
    run = runner(porto.data, LOCATOR_REGION="porto")
    ends = ("-8.74,41.375", "-8.66,41.175")
    for origin, destination in (ends, ends[::-1]):
        told = orjson.loads(run("along", "--from", origin, "--to", destination, "--kind", "service_area", "--json").stdout_bytes)
        areas = [one["properties"] for one in told["features"] if "Vila do Conde" in one["properties"]["name"]]
        by_access = {one["access"]: one["detour_s"] for one in areas}
        assert 60 <= by_access["same"] <= 300 and by_access["opposite"] > 420


@pytest.mark.deep
def test_ctrl_c_while_building_says_so_and_leaves_nothing(shared: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from locator.cli.main import main; main()", "region", "build", "porto",
               str(shared / "data/osm/porto.osm.pbf")]
    env = {**os.environ, "LOCATOR_DATA": str(tmp_path / "var"), "LOCATOR_LANG": "en"}
    listening = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)     # as at a terminal, even in the background
    build = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, preexec_fn=listening)
    deadline = time.monotonic() + 60
    while not list((tmp_path / "var").rglob(".part-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    build.send_signal(signal.SIGINT)
    out, err = build.communicate(timeout=60)
    assert (build.returncode, out, err) == (130, "", "Error: Interrupted.\n")
    assert not [path for path in (tmp_path / "var").rglob("*") if path.is_file() and path.name != ".lock"]
