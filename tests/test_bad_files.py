"""Files that are not what they say, and a disk that fills up: said at both doors, and everything stays as it was."""
from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import osmium
import pytest

from geodata.files import read_table
from locator.settings import Settings
from locator.web import create_app
from locator.wiring import open_locator
from locator.words import LANGS
from tests.cli.conftest import runner
from tests.cli.test_regions import drawn
from tests.conftest import copied
from tests.doors import HOSTILE, LONG, TRIP, Doors, doors_of, left_in, one_line, tells

LOCATOR = [sys.executable, "-c", "from locator.cli.main import main; main()"]
BOMB = b'<!DOCTYPE osm [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><osm version="0.6"><node id="1">&b;</node></osm>'


@pytest.fixture
def own(wujin: Settings, tmp_path: Path) -> Doors:
    """Both doors of a copy of the sample, for a test to change."""
    return doors_of(copied(wujin, tmp_path / "var"))


@pytest.fixture
def hostile(own: Doors, tmp_path: Path) -> Doors:
    """A layer whose places bear the hostile names, at 湖塘, as a file brought them."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["id", "kind", "name", "lon", "lat", "note"])
    for at, name in enumerate(HOSTILE.values()):
        safe = name.replace("\x1b", "")              # openpyxl writes no control characters; the CSV below has them
        book.active.append([f"h{at}", "partner", safe, 119.9446 + at / 1000, 31.7158, safe])
        book.active.cell(at + 2, 3).data_type = "s"
    book.save(tmp_path / "hostile.xlsx")
    done = own.run("layer", "add", "hostile", tmp_path / "hostile.xlsx")
    assert done.exit_code == 0, done.stderr
    return own


def test_hostile_names_of_places_are_text_at_every_door(hostile: Doors, tmp_path: Path) -> None:
    names = {at: name.replace("\x1b", "") for at, name in enumerate(HOSTILE.values())}
    trip = ("along", "--from", "湖塘", "--to", "横山桥", "--kind", "partner", "--depart", "2026-11-23T08:30")
    shown = hostile.run(*trip)
    assert shown.exit_code == 0 and all(line.isprintable() for line in shown.stdout.splitlines())
    assert {"<script>alert(1)</script>", "{{7*7}}", "=cmd()", "100%(value)s"} <= set(re.split(r"\s{2,}", shown.stdout))
    assert "\nError" not in shown.stdout and max(map(len, shown.stdout.splitlines())) < 250
    typed = json.loads(hostile.run(*trip, "--json").stdout)
    sent = hostile.client.post("/api/along", json=TRIP | {"kinds": ["partner"], "depart": "2026-11-23T08:30"})
    assert sent.get_json() == typed and sent.headers["X-Content-Type-Options"] == "nosniff"
    told = {f["id"]: f["properties"]["name"] for f in typed["features"] if f["properties"]["layer"] == "hostile"}
    assert told and all(" ".join(name.split()) == " ".join(names[int(key[1:])].split()) for key, name in told.items())
    items = hostile.client.get("/api/layers/hostile/items").get_json()["features"]
    assert {f["id"]: f["properties"]["note"] for f in items}["h0"] == names[0]
    for address in ("/", "/docs", "/?lang=en"):
        assert "alert(1)" not in hostile.client.get(address).get_data(as_text=True)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "geojson", "gpkg"])
def test_hostile_names_leave_as_text_and_come_back_the_same(hostile: Doors, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"out.{ending}"
    assert hostile.run("layer", "export", "hostile", out).exit_code == 0
    if ending == "xlsx":
        sheet = openpyxl.load_workbook(out).active
        assert sheet is not None and "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
    if ending == "csv":
        assert not re.search(r'(^|[,"\n])[=@+]', out.read_text(encoding="utf-8-sig"))
    before = hostile.client.get("/api/layers/hostile/items").get_json()["features"]
    frame, findings = read_table(out, kind="places", datum="wgs84")
    assert [one.severity for one in findings if one.severity == "error"] == []
    assert list(frame["name"]) == [feature["properties"]["name"] for feature in before]


def test_control_characters_in_a_file_are_said_and_do_not_reach_the_terminal(own: Doors, tmp_path: Path) -> None:
    file = tmp_path / "c.csv"
    file.write_bytes(ROWS + "a,partner,\x1b[2J\x07红,119.95,31.72\nb,partner,\u202ex\x85y,119.95,31.73\n".encode())
    for args in (("check", file), ("layer", "add", "c", file), ("nearest", "119.95,31.72", "--limit", 2)):
        done = own.run(*args)
        assert done.exit_code == 0 and all(line.isprintable() for line in (done.stdout + done.stderr).splitlines())


VRT = b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
ROWS = b"id,kind,name,lon,lat\n"
NOWHERE = (b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"a","kind":"partner","name":"x"},'
           b'"geometry":{"type":"Point","coordinates":[NaN,31.7]}}]}')
TABLES = {"empty.csv": b"", "empty.gpkg": b"", "empty.xlsx": b"", "empty.geojson": b"",
          "vrt.gpkg": VRT, "vrt.geojson": VRT, "vrt.csv": VRT,
          "nan.csv": ROWS + b"a,partner,x,nan,31.7\n", "swapped.csv": ROWS + b"a,partner,x,31.7,119.9\n",
          "cut.xlsx": b"PK\x03\x04" + bytes(100), "cut.gpkg": b"SQLite format 3\x00" + bytes(200),
          "cut.geojson": b'{"type": "FeatureColl', "deep.geojson": b'{"a":' * 100_000, "nan.geojson": NOWHERE, "table.exe": ROWS}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("name", "content"), TABLES.items(), ids=TABLES)
def test_a_table_that_is_none_is_refused_and_the_layer_stays(own: Doors, tmp_path: Path, name: str, content: bytes,
                                                             lang: str) -> None:
    (tmp_path / name).write_bytes(content)
    before, there = own.client.get("/api/layers/partner/items").get_json(), left_in(tmp_path / "var")
    for args in (["check"], ["layer", "add", "mine"], ["layer", "replace", "partner"]):
        done = own.run("--lang", lang, *args, tmp_path / name)
        assert done.exit_code == 2 and "Traceback" not in done.stderr and "root:" not in done.stdout + done.stderr, done.stderr
        assert done.stderr or done.stdout
    assert own.client.get("/api/layers/partner/items").get_json() == before and left_in(tmp_path / "var") == there
    own.sent(own.client.get, "/api/layers/mine/items", lang=lang)


@pytest.fixture(scope="module")
def pbf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small town as a real .osm.pbf."""
    folder = tmp_path_factory.mktemp("pbf")
    with osmium.SimpleWriter(str(folder / "town.osm.pbf")) as out:
        for thing in osmium.FileProcessor(str(drawn(folder / "town.osm"))):
            out.add(thing)
    return (folder / "town.osm.pbf").read_bytes()


def town(own: Doors) -> list[Any]:
    """What the region `town` answers at both doors."""
    ends = {"from": "8.001,50", "to": "8.019,50", "region": "town", "depart": "2026-11-23T08:30"}
    sent = own.client.post("/api/along", json=ends)
    info = own.run("region", "info", "town", "--json")
    assert (sent.status_code, info.exit_code) == (200, 0)
    return [sent.get_json(), json.loads(info.stdout)]


@pytest.fixture
def built(own: Doors, tmp_path: Path, pbf: bytes) -> Doors:
    (tmp_path / "town.osm.pbf").write_bytes(pbf)
    done = own.run("region", "build", "town", tmp_path / "town.osm.pbf")
    assert done.exit_code == 0, done.stderr
    return own


@pytest.mark.parametrize("lang", LANGS)
def test_an_extract_cut_anywhere_or_another_file_leaves_the_region_as_it_was(built: Doors, tmp_path: Path, pbf: bytes,
                                                                             lang: str) -> None:
    before, there = town(built), left_in(tmp_path / "var")
    files = {f"cut{part}.osm.pbf": pbf[:part * len(pbf) // 8] for part in range(8)}
    files |= {"vrt.osm.pbf": VRT, "vrt.gpkg": VRT, "zeros.pbf": bytes(5_000), "bomb.osm": BOMB,
              "text.osm": LONG.encode()}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        for region in ("town", "other"):
            done = built.typed("region", "build", region, tmp_path / name, lang=lang)
            assert any(tells(done.text, code, lang) for code in ("bad_file", "empty_file")), (name, done)
    assert left_in(tmp_path / "var") == there and town(built) == before
    assert built.sent(built.client.get, "/api/layers?region=other", lang=lang)[:2] == ("unknown_region", "region")


@pytest.mark.parametrize("lang", LANGS)
def test_a_disk_that_fills_up_under_the_command_is_said_and_a_server_answers_on(built: Doors, tmp_path: Path, lang: str) -> None:
    before, there = town(built), left_in(tmp_path / "var")

    def no_file_may_pass() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))

    done = subprocess.run([*LOCATOR, "region", "build", "town", str(tmp_path / "town.osm.pbf")], capture_output=True, text=True,
                          timeout=60, preexec_fn=no_file_may_pass,
                          env={**os.environ, "LOCATOR_DATA": str(tmp_path / "var"), "LOCATOR_LANG": lang})
    assert (done.returncode, done.stdout) == (1, "") and tells(one_line(done.stderr, lang), "disk_full", lang)
    assert left_in(tmp_path / "var") == there and town(built) == before


@pytest.mark.parametrize("lang", LANGS)
def test_a_data_folder_that_cannot_be_written_is_said(tmp_path: Path, lang: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    settings = Settings(data=tmp_path / "file" / "var")
    done = runner(settings.data)("--lang", lang, "route", "--from", "湖塘", "--to", "横山桥")
    assert (done.exit_code, done.stdout) == (1, "") and tells(one_line(done.stderr, lang), "not_writable", lang)
    answer = create_app(settings, open_locator).test_client().post("/api/route", json=TRIP | {"lang": lang})
    assert (answer.status_code, answer.get_json()["code"]) == (507, "not_writable")
    assert tells(answer.get_json()["detail"], "not_writable", lang)
