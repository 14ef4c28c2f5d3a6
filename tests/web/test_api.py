"""Every question over HTTP, answered by the real Locator over the embedded sample."""
from __future__ import annotations

import io
from typing import Any

import numpy as np
import polyline
import pytest
from flask.testing import FlaskClient

from geodata.datum import from_wgs84

TRIP: dict[str, Any] = {"from": "湖塘", "to": "横山桥", "depart": "2026-11-23T08:30"}
HUTANG, HENGSHANQIAO = [119.94458, 31.71581], [120.1115, 31.76373]


def ids(answer: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in answer["features"]]


def along(client: FlaskClient, **asked: Any) -> dict[str, Any]:
    response = client.post("/api/along", json=asked)
    assert response.status_code == 200, response.get_data(as_text=True)
    return dict(response.get_json())


def test_stops_come_in_order_with_detours_that_add_up(client: FlaskClient) -> None:
    answer = along(client, **TRIP)
    stops = [feature["properties"] for feature in answer["features"]]
    assert len(stops) > 5 and answer["schematic"] is True and answer["region"] == "wujin"
    assert [stop["offset_m"] for stop in stops] == sorted(stop["offset_m"] for stop in stops)
    for stop in stops:
        assert stop["detour_s"] >= 0
        assert stop["reach_s"] + stop["return_s"] == pytest.approx(answer["route"]["duration_s"] + stop["detour_s"], abs=0.01)
        assert stop["eta"].startswith("2026-11-23T") and stop["eta"].endswith("+08:00")
        assert stop["position_accuracy"] in ("A", "B") or not (stop["navigable"] or stop["phone"])


def test_the_same_trip_by_name_pair_text_and_other_datum(client: FlaskClient) -> None:
    gcj = from_wgs84(np.array([HUTANG, HENGSHANQIAO]), "gcj02").tolist()
    ways = [TRIP, TRIP | {"from": HUTANG, "to": HENGSHANQIAO}, TRIP | {"from": "119.94458,31.71581"},
            TRIP | {"from": "Hutang", "to": "Hengshanqiao"}, TRIP | {"from": gcj[0], "to": gcj[1], "datum": "gcj02"}]
    answers = [along(client, **way) for way in ways]
    assert all(ids(answer) == ids(answers[0]) for answer in answers)


def test_a_given_line_by_geojson_list_polyline_upload_and_raw_gpx(client: FlaskClient, gpx: bytes) -> None:
    line = [HUTANG, HENGSHANQIAO]
    encoded = polyline.encode([(lat, lon) for lon, lat in line], 6)
    bodies = [{"line": line}, {"line": {"type": "LineString", "coordinates": line}},
              {"line": {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": line}}},
              {"polyline": encoded, "precision": 6}]
    asked = [client.post("/api/route", json=body) for body in bodies]
    asked.append(client.post("/api/route", data=gpx, content_type="application/gpx+xml"))
    asked.append(client.post("/api/route", data={"file": (io.BytesIO(gpx), "a.gpx")}))
    assert {response.status_code for response in asked} == {200}
    lengths = [response.get_json()["distance_m"] for response in asked]
    assert lengths == pytest.approx([lengths[0]] * len(lengths), rel=1e-3)


def test_options_stand_in_the_query_of_an_upload(client: FlaskClient, gpx: bytes) -> None:
    query = "?kind=partner,drivers_home&max_detour_s=600&vehicle=rigid&height_m=3.9&depart=2026-11-23T08:30&limit=3"
    raw = client.post("/api/along" + query, data=gpx, content_type="application/gpx+xml").get_json()
    form = client.post("/api/along?kind=partner&kind=drivers_home", data={
        "file": (io.BytesIO(gpx), "a.gpx"), "max_detour_s": "600", "vehicle": "rigid", "height_m": "3.9",
        "depart": "2026-11-23T08:30", "limit": "3"}).get_json()
    assert ids(raw) == ids(form) and 1 <= len(ids(raw)) <= 3
    assert {f["properties"]["kind"] for f in raw["features"]} <= {"partner", "drivers_home"}


def test_wishes_narrow_the_answer_and_say_why(client: FlaskClient) -> None:
    answer = along(client, **TRIP, kinds=["drivers_home"], services=["shower"], max_detour_s=300, limit=2, order="detour")
    stops = [feature["properties"] for feature in answer["features"]]
    assert 1 <= len(stops) <= 2 and [s["detour_s"] for s in stops] == sorted(s["detour_s"] for s in stops)
    for stop in stops:
        assert stop["kind"] == "drivers_home" and stop["detour_s"] <= 300
        assert "shower" in {service["what"] for service in stop["services"]}
    assert {one["reason"] for one in answer["omitted"]} >= {"kind_not_asked"}


def test_a_via_is_passed_and_lengthens_the_way(client: FlaskClient) -> None:
    direct, by_luoyang = (client.post("/api/route", json=TRIP | more).get_json() for more in ({}, {"via": ["洛阳"]}))
    assert by_luoyang["duration_s"] > direct["duration_s"] and direct["engine"] == "embedded"


def test_nearest_by_name_and_by_coordinates(client: FlaskClient) -> None:
    by_name = client.get("/api/nearest?at=湖塘&limit=4").get_json()
    by_pair = client.get("/api/nearest?lon=119.94458&lat=31.71581&limit=4").get_json()
    assert ids(by_name) == ids(by_pair) and len(ids(by_name)) == 4
    times = [feature["properties"]["drive_s"] for feature in by_name["features"]]
    assert times == sorted(times)
    assert all(f["properties"]["drive_m"] >= f["properties"]["distance_m"] - 500 for f in by_name["features"])
    soon = client.get(f"/api/nearest?at=湖塘&max_drive_s={times[1]}").get_json()
    assert ids(soon) == ids(by_name)[:2]


def test_layers_and_their_items_page_by_page(client: FlaskClient) -> None:
    layers = {layer["name"]: layer for layer in client.get("/api/layers").get_json()["layers"]}
    assert layers["drivers_home"]["items"] == 11 and layers["service_station"]["items"] == 10
    pages = [client.get(f"/api/layers/drivers_home/items?limit=4&offset={offset}").get_json() for offset in (0, 4, 8)]
    whole = client.get("/api/layers/drivers_home/items").get_json()
    assert [key for page in pages for key in ids(page)] == ids(whole) and {page["total"] for page in pages} == {11}


def test_a_bbox_keeps_what_lies_inside(client: FlaskClient) -> None:
    whole = client.get("/api/layers/drivers_home/items").get_json()["features"]
    west, south, east, north = 119.9, 31.6, 120.05, 31.75
    points = {f["id"]: f["geometry"]["coordinates"] for f in whole}
    inside = {key for key, (lon, lat) in points.items() if west <= lon <= east and south <= lat <= north}
    found = client.get(f"/api/layers/drivers_home/items?bbox={west},{south},{east},{north}").get_json()
    assert 0 < len(inside) < 11 and set(ids(found)) == inside and found["total"] == len(inside)
    across = client.get("/api/layers/drivers_home/items?bbox=170,-10,-170,10").get_json()
    assert across["features"] == []


def test_layers_without_places_have_items_too(client: FlaskClient) -> None:
    cells = client.get("/api/layers/grid_cells/items").get_json()
    assert cells["total"] == 10 and cells["features"][0]["geometry"]["type"] == "Point"


def test_names_are_suggested_as_they_are_typed(client: FlaskClient) -> None:
    names = client.get("/api/places", query_string={"q": "横"}).get_json()["names"]
    assert {"横山桥镇", "横林镇"} <= {one["name"] for one in names}
    assert client.get("/api/places", query_string={"q": "Hut"}).get_json()["names"][0]["name"] == "湖塘镇"


def test_health_asks_nobody(client: FlaskClient) -> None:
    response = client.get("/healthz")
    assert response.get_json() == {"status": "ok"} and response.headers["Cache-Control"] == "no-store"


@pytest.mark.deep
def test_two_carriageways_of_porto_are_told_apart(porto: Any) -> None:
    from locator.web import create_app
    from locator.wiring import open_locator

    client = create_app(porto, open_locator).test_client()
    asked = {"from": [-8.74, 41.375], "to": [-8.66, 41.175], "region": "porto", "kinds": ["service_area"], "max_detour_s": 1800}
    answer = client.post("/api/along", json=asked).get_json()
    access = {f["properties"]["access"] for f in answer["features"]}
    assert {"same", "opposite"} <= access and answer["schematic"] is False
