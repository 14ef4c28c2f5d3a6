"""along, nearest, route on the embedded sample: the table a person reads and the JSON the API returns."""
from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import orjson
import polyline
import pytest

from geodata.datum import from_wgs84
from locator.answers import along_json, nearest_json, route_json
from locator.asks import RouteAsk, Want, read_depart
from locator.cli.tables import width
from locator.settings import Settings
from locator.vehicles import vehicle
from locator.wiring import open_locator
from tests.cli.conftest import Run

TRIP = ("--from", "湖塘", "--to", "横山桥", "--depart", "2026-11-23T08:30")


def told(locator: Run, *args: object) -> Any:
    result = locator(*args, "--json")
    assert result.exit_code == 0, result.stderr
    return orjson.loads(result.stdout_bytes)


def test_along_prints_exactly_the_answer_of_the_core(locator: Run, wujin: Settings) -> None:
    ask = RouteAsk("湖塘", "横山桥", vehicle=vehicle("rigid", height_m=3.9), depart=read_depart("2026-11-23T08:30"))
    want = Want(kinds=("drivers_home", "service_area"), services=("shower",), max_detour_s=600, limit=3, order="detour")
    answer = along_json(open_locator(wujin).along(ask, want))
    assert answer["features"]
    assert answer == told(
        locator, "along", *TRIP, "--vehicle", "rigid", "--height-m", 3.9, "--kind", "drivers_home,service_area",
        "--service", "shower", "--max-detour-s", 600, "--limit", 3, "--order", "detour")


def test_nearest_and_route_print_exactly_the_answer_of_the_core(locator: Run, wujin: Settings) -> None:
    core, depart = open_locator(wujin), read_depart("2026-11-23T08:30+08:00")
    answer = nearest_json(core.nearest("湖塘", vehicle(), Want(kinds=("drivers_home",), limit=2), depart))
    assert told(locator, "nearest", "湖塘", "--kind", "drivers_home", "--limit", 2, "--depart", "2026-11-23T08:30") == answer
    enough = answer["features"][0]["properties"]["drive_s"] + 0.5
    within = told(locator, "nearest", "湖塘", "--kind", "drivers_home", "--max-drive-s", enough, "--depart", "2026-11-23T08:30")
    assert within["features"] == answer["features"][:1]
    route = route_json(core.route(RouteAsk("湖塘", "横山桥", via=("119.98,31.75",), depart=depart)))
    assert told(locator, "route", *TRIP, "--via", "119.98,31.75") == route


def test_the_table_tells_the_stops_in_order_and_says_it_is_schematic(locator: Run) -> None:
    result = locator("along", *TRIP)
    features = told(locator, "along", *TRIP)["features"]
    assert result.exit_code == 0 and not result.stderr
    lines = result.stdout.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("─"))
    names = [feature["properties"]["name"] for feature in features]
    assert [name for name, line in zip(names, lines[start + 1:], strict=False) if name[:8] not in line] == []
    assert "示意" in result.stdout and "≈" in result.stdout and "营业" in result.stdout
    assert len({width(line[:line.index(feature["properties"]["name"][:4])])
                for line, feature in zip(lines[start + 1:], features, strict=False)}) == 1


def test_english_has_english_names_and_says_schematic(locator: Run) -> None:
    result = locator("--lang", "en", "along", *TRIP)
    assert "Drivers' home" in result.stdout and "SCHEMATIC" in result.stdout and "Schematic point" in result.stdout


@pytest.mark.parametrize("verb", ["along", "nearest"])
def test_nothing_found_is_an_answer_with_exit_code_3(locator: Run, verb: str) -> None:
    where = TRIP[:4] if verb == "along" else ("湖塘",)
    result = locator(verb, *where, "--kind", "lorry_park")
    assert result.exit_code == 3 and "没有找到" in result.stdout and "示意" in result.stdout
    empty = locator(verb, *where, "--kind", "lorry_park", "--json")
    assert empty.exit_code == 3 and orjson.loads(empty.stdout_bytes)["features"] == []


def test_a_point_is_asked_in_three_ways_and_west_of_greenwich(locator: Run) -> None:
    answers = [told(locator, "nearest", *way, "--depart", "2026-11-23T08:30")
               for way in (["119.95,31.70"], ["--at", "119.95,31.70"], ["--from", "119.95, 31.70"])]
    assert answers[0] == answers[1] == answers[2]
    west = locator("nearest", "-8.66,41.175", "--lang", "en")
    assert west.exit_code == 2 and "option" not in west.stderr.lower()


def test_the_region_stands_before_or_after_the_verb_and_the_last_counts(locator: Run) -> None:
    assert locator("--region", "nowhere", "route", *TRIP, "--region", "wujin").exit_code == 0
    assert locator("--region", "wujin", "route", *TRIP, "--region", "nowhere").exit_code == 2
    assert locator("--region", "wujin", "route", *TRIP).exit_code == 0
    assert locator("route", *TRIP, LOCATOR_REGION="nowhere").exit_code == 2


def test_a_drawn_line_comes_as_gpx_geojson_polyline_or_stdin_and_in_any_datum(locator: Run, tmp_path: Path) -> None:
    line = told(locator, "route", *TRIP)["geometry"]["coordinates"]
    points = "".join(f'<trkpt lon="{lon}" lat="{lat}"/>' for lon, lat in line)
    gpx = f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>".encode()
    (tmp_path / "r.gpx").write_bytes(gpx)
    (tmp_path / "r.geojson").write_bytes(orjson.dumps({"type": "LineString", "coordinates": line}))
    moved = from_wgs84(line, "gcj02").tolist()
    (tmp_path / "gcj.geojson").write_bytes(orjson.dumps({"type": "LineString", "coordinates": moved}))
    ways: list[list[object]] = [
        ["--gpx", tmp_path / "r.gpx"], ["--geojson", tmp_path / "r.geojson"],
        ["--polyline", polyline.encode(line, 6, geojson=True), "--precision", 6],
        ["--geojson", tmp_path / "gcj.geojson", "--datum", "gcj02"]]
    lengths = [told(locator, "route", *way)["distance_m"] for way in ways]
    assert lengths == pytest.approx([lengths[0]] * 4, rel=2e-3)
    piped = locator("route", "--gpx", "-", "--json", stdin=gpx)
    assert orjson.loads(piped.stdout_bytes)["distance_m"] == lengths[0]


@pytest.mark.parametrize(("name", "content", "said"), [
    ("empty.gpx", b"", "empty"),
    ("bomb.gpx", b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><gpx>&b;</gpx>', "GPX"),
    ("nan.gpx", b'<gpx><trk><trkseg><trkpt lon="nan" lat="1"/><trkpt lon="2" lat="1"/></trkseg></trk></gpx>', "finite"),
    ("swap.gpx", b'<gpx><trk><trkseg><trkpt lon="31.7" lat="119.9"/><trkpt lon="31.8" lat="120"/></trkseg></trk></gpx>',
     "longitude first"),
    ("not.gpx", b"PK\x03\x04", "GPX"),
])
def test_a_bad_line_is_refused_in_one_line(locator: Run, tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    result = locator("--lang", "en", "along", "--gpx", tmp_path / name)
    assert result.exit_code == 2 and said in result.stderr and result.stderr.count("\n") == 1


def test_a_line_too_large_is_refused_by_bytes_and_by_points(locator: Run, tmp_path: Path) -> None:
    points = b'<trkpt lon="119.9" lat="31.7"/><trkpt lon="120.0" lat="31.7"/>' * 600
    (tmp_path / "big.gpx").write_bytes(b"<gpx><trk><trkseg>" + points + b"</trkseg></trk></gpx>")
    by_bytes = locator("route", "--gpx", tmp_path / "big.gpx", LOCATOR_MAX_BODY_BYTES="20000", LOCATOR_LANG="en")
    by_points = locator("route", "--gpx", tmp_path / "big.gpx", LOCATOR_MAX_POINTS="1000", LOCATOR_LANG="en")
    assert (by_bytes.exit_code, by_points.exit_code) == (2, 2)
    assert "20000" in by_bytes.stderr and "1000" in by_points.stderr


@pytest.mark.parametrize(("args", "said"), [
    (["--from", "湖塘", "--to", "湖塘"], ""),
    (["--from", "湖搪", "--to", "横山桥"], "湖塘"),
    (["--from", "31.7206,119.9541", "--to", "横山桥"], "经度"),
    (["--from", "nan,31.7", "--to", "横山桥"], ""),
    (["--from", "-30,-40", "--to", "横山桥"], ""),
])
def test_places_that_cannot_be_meant_are_refused(locator: Run, args: list[str], said: str) -> None:
    result = locator("route", *args)
    assert result.exit_code == 2 and said in result.stderr and result.stderr.count("\n") == 1


def test_the_readme_shows_what_is_printed(locator: Run, root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"^\$ (locator along .*)\n((?:.*\n)*?)```", text, re.MULTILINE)
    assert shown is not None
    result = locator(*shlex.split(shown[1])[1:])
    assert result.stdout.startswith(shown[2])
