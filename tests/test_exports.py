"""The stops along a route as a file, through both doors: the same file, of the same answer."""
from __future__ import annotations

import json
import re
from pathlib import Path

import gpxpy
import pytest

from locator.settings import Settings
from locator.words.exporting import FORMATS
from tests.doors import TRIP, Doors, doors_of, tells

ASK = TRIP | {"depart": "2026-11-24T08:30"}
TYPED = ("along", "--from", TRIP["from"], "--to", TRIP["to"], "--depart", ASK["depart"])
MADE = re.compile(rb"<time>[^<]*</time>(?=</metadata>)|DTSTAMP:[0-9TZ]+")


@pytest.fixture(scope="module")
def doors(wujin: Settings) -> Doors:
    return doors_of(wujin)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", FORMATS)
def test_both_doors_give_the_same_file(doors: Doors, tmp_path: Path, form: str, lang: str) -> None:
    by_body = doors.client.post("/api/along", json=ASK | {"format": form, "lang": lang})
    by_query = doors.client.post(f"/api/along?format={form}&lang={lang}", json=ASK)
    assert by_body.status_code == by_query.status_code == 200
    out = tmp_path / f"stops.{form}"
    done = doors.run("--lang", lang, *TYPED, "--out", out)
    printed = doors.run("--lang", lang, *TYPED, "--format", form)
    assert (done.exit_code, done.stdout, printed.exit_code) == (0, "", 0), done.stderr
    assert str(out) in done.stderr
    files = [by_body.data, by_query.data, out.read_bytes(), printed.stdout_bytes]
    if form == "geojson":
        assert len({json.dumps(json.loads(file)) for file in files}) == 1
    else:
        assert len({MADE.sub(b"", file) for file in files}) == 1
        assert by_body.headers["Content-Disposition"] == f'attachment; filename="stops.{form}"'
    assert by_body.mimetype == {"geojson": "application/geo+json", "gpx": "application/gpx+xml", "ics": "text/calendar",
                                "kml": "application/vnd.google-earth.kml+xml"}[form]


def test_the_file_holds_every_stop_of_the_answer_in_order(doors: Doors) -> None:
    answer = doors.client.post("/api/along", json=ASK).get_json()
    read = gpxpy.parse(doors.client.post("/api/along?format=gpx", json=ASK).data.decode())
    assert [point.name for point in read.waypoints] == ["≈" * stop["properties"]["approximate"] + stop["properties"]["name"]
                                                        for stop in answer["features"]]
    drawn = [[point.longitude, point.latitude] for point in read.tracks[0].segments[0].points]
    assert drawn == answer["route"]["geometry"]["coordinates"]
    calendar = doors.client.post("/api/along?format=ics", json=ASK).data
    assert calendar.count(b"BEGIN:VEVENT") == len(answer["features"])


def test_the_file_is_a_route_the_service_takes_again(doors: Doors) -> None:
    made = doors.client.post("/api/along?format=gpx", json=ASK).data
    again = doors.client.post("/api/route", data=made, content_type="application/gpx+xml").get_json()
    first = doors.client.post("/api/route", json=ASK).get_json()
    assert again["distance_m"] == pytest.approx(first["distance_m"], rel=0.01)


@pytest.mark.parametrize("form", FORMATS[1:])
def test_what_is_schematic_says_so_in_the_file(doors: Doors, form: str) -> None:
    made = doors.client.post(f"/api/along?format={form}&lang=en", json=ASK).data.replace(b"\r\n ", b"")
    assert b"not for navigation" in made


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_another_format_is_refused(doors: Doors, tmp_path: Path, lang: str) -> None:
    sent = doors.sent(doors.client.post, "/api/along", json=ASK | {"format": "pdf"}, lang=lang)
    assert sent[:2] == ("not_allowed", "format")
    for typed in (("--format", "pdf"), ("--out", tmp_path / "a.pdf"), ("--out", tmp_path / "nothing")):
        assert tells(doors.typed(*TYPED, *typed, lang=lang).text, "not_allowed", lang)
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_where_nothing_can_be(doors: Doors, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = doors.run(*TYPED, "--out", tmp_path / "file" / "a.gpx")
    assert done.exit_code == 1 and done.stdout == "" and done.stderr.count("\n") == 1
