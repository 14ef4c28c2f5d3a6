"""Roads closed by people: put down at the command line, heeded by both doors and a running server, kept through a rebuild."""
from __future__ import annotations

import re
import signal
import time
import urllib.request
from pathlib import Path
from typing import Any

import orjson
import pytest

from locator.settings import Settings
from locator.web import create_app
from locator.web.describing import ClosuresAnswer
from locator.wiring import build, open_locator
from tests.cli.conftest import Run, runner
from tests.cli.test_serving import address, start
from tests.doors import HOSTILE, one_line

OSM = """<osm version='0.6'>
<node id='1' version='1' lon='10.00' lat='50.00'/><node id='2' version='1' lon='10.04' lat='50.00'/>
<node id='3' version='1' lon='10.00' lat='49.98'/><node id='4' version='1' lon='10.04' lat='49.98'/>
<way id='77' version='1'><nd ref='1'/><nd ref='2'/><tag k='highway' v='primary'/><tag k='name' v='Hauptstraße'/></way>
{other}</osm>"""
OTHER = """<way id='78' version='1'><nd ref='1'/><nd ref='3'/><nd ref='4'/><nd ref='2'/><tag k='highway' v='primary'/></way>"""
TRIP = ("--from", "10.0,50.0", "--to", "10.04,50.0", "--depart", "2026-11-24T12:00")
SHORT_M, LONG_M = pytest.approx(2_868, abs=5), pytest.approx(7_318, abs=15)


def built(data: Path, *, osm: str = OSM.format(other=OTHER)) -> Settings:
    file = data.parent / "town.osm"
    file.write_text(osm, encoding="utf-8")
    settings = Settings(data=data, region="town")
    build(settings, "town", [file], country="DE", tz="Europe/Berlin")
    return settings


@pytest.fixture
def town(tmp_path: Path) -> Settings:
    """Two roads from 10.0,50.0 to 10.04,50.0: way 77 straight, way 78 round by the south."""
    return built(tmp_path / "var")


@pytest.fixture
def run(town: Settings) -> Run:
    return runner(town.data, LOCATOR_REGION="town", LOCATOR_LANG="en")


def said(run: Run, *args: object) -> Any:
    done = run(*args, "--json")
    assert done.exit_code in (0, 3), done.stderr
    return orjson.loads(done.stdout)


def distance_m(run: Run, *args: object) -> float:
    return float(said(run, "route", *TRIP, *args)["distance_m"])


def test_a_road_is_closed_and_opened_for_both_doors(run: Run, town: Settings) -> None:
    client = create_app(town, open_locator).test_client()
    asked = {"from": "10.0,50.0", "to": "10.04,50.0", "depart": "2026-11-24T12:00"}

    def both() -> float:
        found = client.post("/api/route", json=asked).get_json()
        assert found == said(run, "route", *TRIP)
        listed = client.get("/api/closures").get_json()
        assert listed == said(run, "road", "list") and ClosuresAnswer.model_validate(listed)
        return float(found["distance_m"])
    assert both() == SHORT_M
    one = said(run, "road", "close", "osm:way/77", "--note", "Bauarbeiten")
    assert one["properties"] | {"made": ""} == {
        "id": 1, "road": "osm:way/77", "name": "Hauptstraße", "what": "close", "limits": {}, "direction": "both", "at": None,
        "from": None, "until": None, "note": "Bauarbeiten", "made": "", "state": "in_force"}
    assert one["geometry"] == {"type": "MultiLineString", "coordinates": [[[10.0, 50.0], [10.04, 50.0]]]}
    assert both() == LONG_M
    assert said(run, "road", "open", "77") == {"road": "osm:way/77", "opened": [1]}
    assert both() == SHORT_M and run("road", "list").exit_code == 3


@pytest.mark.parametrize(("args", "moment", "is_open"), [
    (("--from", "2026-11-24T12:00"), "11:59", True), (("--from", "2026-11-24T12:00"), "12:00", False),
    (("--until", "2026-11-24T12:00"), "11:59", False), (("--until", "2026-11-24T12:00"), "12:00", True),
    (("--until", "2026-11-24T11:00Z"), "12:00", True), (("--until", "2026-11-24T11:01Z"), "12:00", False),
    (("--direction", "forward"), "12:00", False), (("--direction", "backward"), "12:00", True),
])
def test_times_in_the_region_s_zone_and_directions(run: Run, args: tuple[str, ...], moment: str, is_open: bool) -> None:
    said(run, "road", "close", "77", *args)
    assert distance_m(run, "--depart", f"2026-11-24T{moment}") == (SHORT_M if is_open else LONG_M)


def test_limits_and_a_point(run: Run) -> None:
    made = said(run, "road", "limit", "--at", "10.02,50.0003", "--limit", "height_m=3.9", "--limit", "kmh=60")
    assert made["properties"]["road"] == "osm:way/77" and made["properties"]["at"] == [10.02, 50.0]
    assert made["properties"]["limits"] == {"height_m": 3.9, "kmh": 60.0}
    assert [distance_m(run, "--height-m", height_m) for height_m in (3.9, 3.91, 4.0)] == [SHORT_M, LONG_M, LONG_M]


def test_the_table_shows_text_as_text(run: Run) -> None:
    for note in HOSTILE.values():
        done = run("road", "close", "77", "--note", str(note)[:500])
        assert done.exit_code == 0, done.stderr
        assert all(char.isprintable() or char == "\n" for char in done.stdout)
    done = run("road", "list")
    assert done.exit_code == 0 and all(char.isprintable() or char == "\n" for char in done.stdout)
    notes = [one["properties"]["note"] for one in said(run, "road", "list")["features"]]
    assert notes == [str(note)[:500] for note in HOSTILE.values()]


@pytest.mark.parametrize(("args", "told"), [
    (("close",), "ROAD"), (("close", "79"), "79"), (("close", "node/1"), "node/1"),
    (("close", "77", "--at", "10.0,50.0"), "--at"),
    (("close", "--at", "nan,50.0"), "--at is not a finite"), (("close", "--at", "50.0,10.0"), "50"),
    (("close", "--at", "10.02,50.02"), "500"),
    (("close", "77", "--from", "now"), "now"), (("close", "77", "--from", "2026-11-25", "--until", "2026-11-24"), "--until"),
    (("close", "77", "--direction", "left"), "left"), (("close", "77", "--note", "x" * 501), "500"),
    (("limit", "77"), "--limit"), (("limit", "77", "--limit", "height_m=tall"), "height"),
    (("limit", "77", "--limit", "height_m=nan"), "finite"),
    (("limit", "77", "--limit", "height_m=0"), "0"), (("limit", "77", "--limit", "size=3"), "size"), (("open", "77"), "77"),
])
def test_what_makes_no_sense_is_one_line_and_changes_nothing(run: Run, town: Settings, args: tuple[str, ...], told: str) -> None:
    done = run("road", *args)
    assert (done.exit_code, done.stdout) == (2, ""), done.stderr
    assert told.lower() in one_line(done.stderr, "en").lower()
    assert not (town.data / "regions" / "town" / "closures.json").exists()


def test_a_closure_outlives_a_rebuild_and_its_road(run: Run, town: Settings) -> None:
    said(run, "road", "close", "77")
    built(town.data)
    assert distance_m(run) == LONG_M
    built(town.data, osm=OSM.replace("id='77'", "id='70'").format(other=OTHER))
    (one,) = said(run, "road", "list")["features"]
    assert (one["properties"]["state"], one["geometry"], one["properties"]["road"]) == ("gone", None, "osm:way/77")
    assert distance_m(run) == SHORT_M
    built(town.data)
    assert distance_m(run) == LONG_M and said(run, "road", "open", "77")["opened"] == [1]


def test_a_vehicle_s_load_and_what_it_avoids_at_both_doors(tmp_path: Path) -> None:
    osm = OSM.replace("v='primary'/><tag k='name'", "v='primary'/><tag k='toll' v='yes'/><tag k='hazmat' v='no'/><tag k='name'")
    town = built(tmp_path / "var", osm=osm.format(other=OTHER))
    client, run = create_app(town, open_locator).test_client(), runner(town.data, LOCATOR_REGION="town")
    asked = {"from": "10.0,50.0", "to": "10.04,50.0", "depart": "2026-11-24T12:00"}
    for args, more, metres, toll in (
            ((), {}, SHORT_M, SHORT_M), (("--avoid", "toll"), {"avoid": ["toll"]}, LONG_M, 0.0),
            (("--hazmat", "goods"), {"vehicle": {"hazmat": "goods"}}, LONG_M, 0.0),
            (("--tunnel", "E"), {"vehicle": {"tunnel_category": "E"}}, LONG_M, 0.0)):
        found = client.post("/api/route", json=asked | more).get_json()
        assert found == said(run, "route", *TRIP, *args)
        assert (found["distance_m"], found["toll_m"], found["doubts"]) == (metres, toll, [])
    for bad in ({"avoid": ["tolls"]}, {"vehicle": {"hazmat": "bombs"}}, {"vehicle": {"tunnel_category": "A"}}):
        problem = client.post("/api/route", json=asked | bad).get_json()
        assert (problem["status"], problem["code"]) == (422, "not_allowed"), problem
    query = "/api/nearest?at=10.0,50.0&avoid=toll,ferry&hazmat=water&tunnel_category=B"
    assert client.get(query).status_code == 200


@pytest.mark.deep
def test_a_running_server_heeds_it_within_a_second(town: Settings, run: Run) -> None:
    server = start(town, "--port", "0", "--region", "town")
    try:
        at = address(server)
        body = orjson.dumps({"from": "10.0,50.0", "to": "10.04,50.0", "depart": "2026-11-24T12:00"})

        def asked_m() -> float:
            request = urllib.request.Request(f"{at}api/route", body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=30) as answer:
                return float(orjson.loads(answer.read())["distance_m"])
        assert asked_m() == SHORT_M
        for verb, metres in (("close", LONG_M), ("open", SHORT_M), ("close", LONG_M)):
            assert run("road", verb, "77").exit_code == 0
            begun = time.monotonic()
            assert asked_m() == metres and time.monotonic() - begun < 1.0
    finally:
        server.send_signal(signal.SIGINT)
        _, err = server.communicate(timeout=15)
    assert not re.search("Traceback", err)
    assert distance_m(run) == LONG_M                       # and it is still so when nobody serves
