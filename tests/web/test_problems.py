"""Whatever is wrong is answered as problem+json, with the right status, code, field and language; never a traceback."""
from __future__ import annotations

import logging
import re
import threading
from typing import Any

import pytest
from flask.testing import FlaskClient

from geodata.errors import CODES, Unavailable
from locator.locator import Locator
from locator.settings import Settings
from locator.web import create_app
from locator.web.problems import STATUS, statuses
from locator.web.working import Workers
from locator.wiring import open_locator
from locator.words import words

TRIP = {"from": "湖塘", "to": "横山桥"}
ENTITY = b'<!DOCTYPE g [<!ENTITY a "aaaa"><!ENTITY b "&a;">]><gpx><trk><trkseg><trkpt lat="1" lon="2"/>&b;</trkseg></trk></gpx>'
BODIES = [                       # body, status, code, field
    (TRIP | {"from": "湖唐"}, 404, "unknown_place", "from"),
    ({"from": "湖塘"}, 422, "missing", "to"),
    (TRIP | {"to": "湖塘"}, 422, "same_place", "to"),
    (TRIP | {"from": [31.7158, 119.9446]}, 422, "swapped_lonlat", "from"),
    (TRIP | {"from": "nan,31.7"}, 422, "not_finite", "from"),
    (TRIP | {"from": [1, 2, 3]}, 422, "bad_lonlat", "from"),
    (TRIP | {"from": [True, 2]}, 422, "bad_lonlat", "from"),
    (TRIP | {"from": {}}, 422, "bad_lonlat", "from"),
    (TRIP | {"from": "x" * 201}, 413, "too_large", "from"),
    (TRIP | {"via": ["洛阳", ["a", 1]]}, 422, "bad_lonlat", "via"),
    (TRIP | {"via": ["洛阳"] * 51}, 413, "too_large", "via"),
    (TRIP | {"from": [0.0, 0.0]}, 422, "no_road_within_reach", "from"),
    (TRIP | {"vehicle": {"preset": "tank"}}, 422, "unknown_vehicle", "vehicle"),
    (TRIP | {"vehicle": {"height_m": 99}}, 422, "out_of_range", "height_m"),
    (TRIP | {"vehicle": {"height_m": "high"}}, 422, "not_a_number", "vehicle.height_m"),
    (TRIP | {"vehicle": {"height": 4}}, 422, "unknown_field", "vehicle.height"),
    (TRIP | {"vehicle": 3}, 422, "bad_request", "vehicle"),
    (TRIP | {"detour": 3}, 422, "unknown_field", "detour"),
    (TRIP | {"kinds": ["castle"]}, 422, "not_allowed", "kinds"),
    (TRIP | {"services": "shower,spa"}, 422, "not_allowed", "services"),
    (TRIP | {"max_detour_s": -1}, 422, "out_of_range", "max_detour_s"),
    (TRIP | {"max_detour_s": "1e999"}, 422, "not_finite", "max_detour_s"),
    (TRIP | {"limit": 0}, 422, "out_of_range", "limit"),
    (TRIP | {"limit": 5000}, 422, "out_of_range", "limit"),
    (TRIP | {"order": "random"}, 422, "not_allowed", "order"),
    (TRIP | {"start_m": 1e7}, 422, "out_of_range", "start_m"),
    (TRIP | {"depart": "tomorrow"}, 422, "bad_time", "depart"),
    (TRIP | {"datum": "mars"}, 422, "not_allowed", "datum"),
    (TRIP | {"line": [[119.9, 31.7], [120.0, 31.7]]}, 422, "ambiguous_route", "line"),
    ({"line": [[119.9, 31.7]]}, 422, "line_too_short", None),
    ({"line": [[31.7, 119.9], [31.8, 120.0]]}, 422, "swapped_lonlat", None),
    ({"line": {"type": "Polygon", "coordinates": []}}, 422, "bad_geojson", None),
    ({"polyline": "\x7f"}, 422, "bad_polyline", None),
    ({"polyline": "_p~iF", "precision": 4}, 422, "not_allowed", "precision"),
    (TRIP | {"region": "mars"}, 404, "unknown_region", "region"),
    (TRIP | {"region": "../etc"}, 422, "bad_name", "region"),
]
QUERIES = [
    ("/api/nearest", 422, "missing", "at"),
    ("/api/nearest?lon=1", 422, "missing", "at"),
    ("/api/nearest?lon=nan&lat=1", 422, "not_finite", "lon"),
    ("/api/nearest?lon=a&lat=1", 422, "not_a_number", "lon"),
    ("/api/nearest?lon=1&lon=2&lat=1", 422, "not_a_number", "lon"),
    ("/api/nearest?at=湖塘&limit=0", 422, "out_of_range", "limit"),
    ("/api/nearest?at=湖塘&limt=3", 422, "unknown_field", "limt"),
    ("/api/nearest?at=湖塘&kind=castle", 422, "not_allowed", "kind"),
    ("/api/layers/none/items", 404, "unknown_layer", None),
    ("/api/layers/drivers_home/items?bbox=1,2,3", 422, "not_a_number", "bbox"),
    ("/api/layers/drivers_home/items?bbox=nan,0,1,1", 422, "bad_lonlat", "bbox"),
    ("/api/places", 422, "missing", "q"),
    ("/no/such/page", 404, "unknown_page", None),
    ("/assets/x/../../app.py", 404, "unknown_page", None),
    ("/assets/x/web/%2e%2e/app.py", 404, "unknown_page", None),
    ("/basemap/wujin/99/main.pmtiles", 404, "unknown_page", None),
    ("/basemap/wujin/1/secret.pmtiles", 404, "unknown_page", None),
    ("/?region=mars", 404, "unknown_region", "region"),
]


def check(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.headers["Content-Type"] == "application/problem+json"
    body = dict(response.get_json())
    assert set(body) == {"type", "title", "status", "code", "field", "detail"}
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/docs#{code}")
    assert "Traceback" not in body["detail"] and "—" not in body["title"]
    return body


@pytest.mark.parametrize(("body", "status", "code", "field"), BODIES, ids=[f"{b[2]}-{i}" for i, b in enumerate(BODIES)])
def test_a_wrong_body(client: FlaskClient, body: dict[str, Any], status: int, code: str, field: str | None) -> None:
    problem = check(client.post("/api/along", json=body), status, code)
    assert field is None or problem["field"] == field


@pytest.mark.parametrize(("address", "status", "code", "field"), QUERIES, ids=[q[0][:40] for q in QUERIES])
def test_a_wrong_address(client: FlaskClient, address: str, status: int, code: str, field: str | None) -> None:
    problem = check(client.get(address), status, code)
    assert field is None or problem["field"] == field


@pytest.mark.parametrize("text", [
    b"", b"{", b"[1]", b'"x"', b"null", b'{"from": NaN}', b'{"start_m": Infinity}', b"\xff\xfe",
    b'{"a":' * 5000 + b"1" + b"}" * 5000, b'{"line":' + b"[" * 40 + b"]" * 40 + b"}",
], ids=range(10))
def test_what_is_no_json_object(client: FlaskClient, text: bytes) -> None:
    check(client.post("/api/along", data=text, content_type="application/json"), 400, "bad_request")


@pytest.mark.parametrize(("data", "code"), [
    (b"", "empty_file"), (b"<gpx", "bad_gpx"), (ENTITY, "bad_gpx"), (b"<gpx></gpx>", "bad_gpx"),
    (b'<gpx><trk><trkseg><trkpt lat="nan" lon="1"/><trkpt lat="1" lon="1"/></trkseg></trk></gpx>', "not_finite"),
], ids=range(5))
def test_what_is_no_gpx(client: FlaskClient, data: bytes, code: str) -> None:
    check(client.post("/api/along", data=data, content_type="application/gpx+xml"), 422, code)


def test_media_types_and_methods(client: FlaskClient) -> None:
    check(client.post("/api/along", data="from=x"), 415, "bad_request")
    check(client.post("/api/along", data={"from": "x"}), 415, "bad_request")
    check(client.post("/api/along", data={"nofile": "x"}, content_type="multipart/form-data"), 422, "missing")
    refused = client.get("/api/along")
    check(refused, 405, "bad_request")
    assert "POST" in refused.headers["Allow"]


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=5-1", "bytes=0-9, 20-30", "x"])
def test_a_range_that_a_file_has_not(client: FlaskClient, asked: str) -> None:
    tiles = re.search(r"/basemap/[^\"]*main\.pmtiles", client.get("/").get_data(as_text=True))
    assert tiles
    refused = client.get(tiles[0], headers={"Range": asked})
    assert check(refused, 416, "bad_request")["detail"].endswith(f"{words('zh').text('why.range')}。")
    assert refused.headers["Content-Range"].startswith("bytes */")          # how long it is


def test_a_body_without_an_end_is_refused_rather_than_read_as_empty(client: FlaskClient) -> None:
    response = client.post("/api/along", data=b"{}", content_type="application/json", headers={"Transfer-Encoding": "chunked"})
    assert check(response, 411, "bad_request")["detail"].endswith(f"{words('zh').text('why.no_length')}。")


def test_too_much_is_refused_before_it_is_read(wujin: Settings) -> None:
    small = create_app(Settings(data=wujin.data, max_body_bytes=1000, max_points=3, max_limit=2), open_locator).test_client()
    check(small.post("/api/along", data=b"x" * 1001, content_type="application/json"), 413, "too_large")
    line = [[119.9 + i / 100, 31.7] for i in range(4)]
    check(small.post("/api/along", json={"line": line}), 413, "too_large")
    check(small.post("/api/along", json=TRIP | {"limit": 3}), 422, "out_of_range")


@pytest.mark.parametrize(("address", "headers", "lang"), [
    ("/nix", {}, "zh"), ("/nix?lang=en", {}, "en"), ("/nix", {"Accept-Language": "en-GB,en;q=0.9,zh;q=0.1"}, "en"),
    ("/nix?lang=zh-CN", {"Accept-Language": "en"}, "zh"), ("/nix", {"Accept-Language": "fr"}, "zh"), ("/nix?lang=tlh", {}, "zh"),
])
def test_a_problem_speaks_the_callers_language(client: FlaskClient, address: str, headers: dict[str, str], lang: str) -> None:
    response = client.get(address, headers=headers)
    assert check(response, 404, "unknown_page")["title"] == words(lang).text("problem.404")
    assert response.headers["Content-Language"] == lang


def test_the_language_may_stand_in_the_body(client: FlaskClient) -> None:
    assert client.post("/api/along", json={"from": "湖塘", "lang": "en"}).get_json()["detail"] == "Destination (to) is missing."


def test_every_code_has_a_status_and_every_status_a_title() -> None:
    assert set(statuses()) == set(CODES) and {kind for kind, _ in CODES.values()} <= set(STATUS)
    for status in {*statuses().values(), 405, 411, 415, 416}:
        assert words("zh").text(f"problem.{status}") and words("en").text(f"problem.{status}")


def test_what_nobody_foresaw_is_logged_and_not_told(wujin: Settings, caplog: pytest.LogCaptureFixture) -> None:
    def broken(settings: Settings, region: str | None) -> Locator:
        raise RuntimeError("secret path /home/x")

    client = create_app(wujin, broken).test_client()
    with caplog.at_level(logging.ERROR):
        body = check(client.get("/api/layers"), 500, "internal")
    assert "secret" not in str(body) and "secret path" in caplog.text


def test_a_question_past_its_time_is_given_up_and_keeps_its_place() -> None:
    workers, end = Workers(1, 0.05), threading.Event()
    with pytest.raises(Unavailable, match="took_too_long"):
        workers.run(lambda: end.wait(5))
    with pytest.raises(Unavailable, match="busy"):
        workers.run(lambda: 1)
    end.set()
    assert Workers(1, 5).run(lambda: 2) == 2
    with pytest.raises(TimeoutError, match="its own"):
        Workers(1, 5).run(_times_out)


def _times_out() -> None:
    raise TimeoutError("its own")


def test_busy_says_when_to_come_again(wujin: Settings) -> None:
    def full(settings: Settings, region: str | None) -> Locator:
        raise Unavailable("busy")

    response = create_app(wujin, full).test_client().get("/api/layers")
    check(response, 503, "busy")
    assert int(response.headers["Retry-After"]) > 0
