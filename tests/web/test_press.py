"""Papers over HTTP: the file, its pages as pictures, the saved routes, the staff's page; and what they refuse."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from pyproj import Transformer

from locator.settings import Settings
from locator.web import create_app
from locator.wiring import open_locator
from maps.paper import size_of
from tests.maps.papers import texts

TRIP = {"from": "湖塘", "to": "横山桥", "depart": "2026-11-26T08:00", "limit": "3"}
KEY = {"Staff-Key": "s3cret"}


@pytest.fixture
def staffed(wujin: Settings, tmp_path: Path) -> Iterator[FlaskClient]:
    """The application where staff may save, over a data folder of its own."""
    (tmp_path / "regions").symlink_to(wujin.data / "regions")
    settings = dataclasses.replace(wujin, data=tmp_path, staff_key=KEY["Staff-Key"])
    with create_app(settings, open_locator).test_client() as client:
        yield client


@pytest.mark.parametrize("what", ["route", "overview", "card"])
def test_a_route_comes_as_a_pdf(client: FlaskClient, what: str) -> None:
    answer = client.get(f"/print/{what}.pdf", query_string=TRIP)
    assert (
        answer.status_code == 200 and answer.content_type == "application/pdf" and answer.headers["Cache-Control"] == "no-store"
    )
    assert "湖塘 → 横山桥" in texts(answer.data)[0]


def test_the_same_by_post_and_in_english(client: FlaskClient) -> None:
    answer = client.post("/print/overview.pdf?lang=en", json={**TRIP, "limit": 3, "via": ["丁堰"], "paper": "A5"})
    assert answer.status_code == 200 and answer.headers["Content-Language"] == "en" and "Distance" in texts(answer.data)[0]


def test_a_paper_may_be_named_in_small_letters(client: FlaskClient) -> None:
    assert client.get("/print/card.pdf", query_string={**TRIP, "paper": "a5"}).status_code == 200
    assert client.get("/print/wall.png", query_string={"paper": "a3", "ppi": 24}).status_code == 200


def test_a_line_of_ones_own(client: FlaskClient) -> None:
    line = client.post("/api/route", json={"from": "湖塘", "to": "横山桥"}).get_json()["geometry"]["coordinates"]
    import polyline

    encoded = polyline.encode([(lat, lon) for lon, lat in line])
    answer = client.post("/print/overview.pdf", json={"polyline": encoded, "depart": "2026-11-26T08:00", "limit": 2})
    assert "自带路线" in texts(answer.data)[0]


def test_a_preview_turns_pages_without_making_the_paper_anew(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from locator.printing.documents import Document

    made: list[float] = []
    pngs = Document.pngs
    monkeypatch.setattr(Document, "pngs", lambda self, ppi: made.append(ppi) or pngs(self, ppi))
    pages = [client.get("/print/route.png", query_string={**TRIP, "page": n, "ppi": 31}) for n in (1, 2)]
    assert [page.status_code for page in pages] == [200, 200] and made == [31]
    assert pages[0].data != pages[1].data and all(page.data.startswith(b"\x89PNG") for page in pages)
    count = int(pages[0].headers["Page-Count"])
    beyond = client.get("/print/route.png", query_string={**TRIP, "page": count + 1, "ppi": 31})
    assert (beyond.status_code, beyond.get_json()["field"]) == (422, "page")


def test_posters_and_wall_maps(client: FlaskClient) -> None:
    poster = client.get("/print/poster.pdf", query_string={"place": "wujin-service_centre-1", "paper": "A4"})
    assert "天众物流园" in "".join(texts(poster.data)[0].split())
    wall = client.get("/print/wall.png", query_string={"paper": "A3", "ppi": 24})
    assert wall.data.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("path", "query", "names"),
    [
        ("overview.zip", TRIP, {"overview"}),
        ("route.zip", TRIP, {"overview", "strip-1"}),
        ("poster.zip", {"place": "wujin-service_centre-1", "paper": "A4"}, {"around"}),
        ("wall.zip", {"paper": "A3"}, {"wall"}),
    ],
)
def test_the_maps_alone_come_as_pictures_a_gis_can_place(
    client: FlaskClient, path: str, query: dict[str, str], names: set[str]
) -> None:
    """Also looked at by GDAL: the corners of the picture lie where the world file and the projection say, amid the sample."""
    answer = client.get(f"/print/{path}", query_string={**query, "ppi": 36})
    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    packed = ZipFile(BytesIO(answer.data))
    assert set(packed.namelist()) == {f"{name}.{ending}" for name in names for ending in ("png", "pgw", "prj")}
    for name in names:
        width, height = size_of(packed.read(f"{name}.png"))
        a, d, b, e, c, f = map(float, packed.read(f"{name}.pgw").split())
        to_lonlat = Transformer.from_crs(packed.read(f"{name}.prj").decode(), 4326, always_xy=True)
        lon, lat = to_lonlat.transform(c + a * width / 2 + b * height / 2, f + d * width / 2 + e * height / 2)
        assert abs(lon - 119.95) < 0.2 and abs(lat - 31.72) < 0.2


def test_more_pixels_than_a_server_draws_are_refused_before_they_are_drawn(client: FlaskClient) -> None:
    answer = client.get("/print/wall.zip", query_string={"paper": "A0", "ppi": 300})
    said = answer.get_json()
    assert (answer.status_code, said["code"], said["field"]) == (413, "too_large", "ppi")
    most = re.search(r"(\d+) 像素/英寸", said["detail"])      # what he can ask instead, not how much was too much
    assert most and 36 <= int(most[1]) < 300, said
    assert client.get("/print/wall.zip", query_string={"paper": "A3", "ppi": 301}).status_code == 422
    assert client.get("/print/card.zip", query_string=TRIP).status_code == 404


@pytest.mark.parametrize(
    ("path", "query", "status", "field"),
    [
        ("route.pdf", {"from": "湖塘"}, 422, "to"),
        ("route.pdf", {**TRIP, "to": "无此地"}, 404, "to"),
        ("route.pdf", {**TRIP, "paper": "A0"}, 422, "paper"),
        ("route.pdf", {**TRIP, "scale": "1"}, 422, "scale"),
        ("route.pdf", {**TRIP, "scale": "5000", "paper": "A5"}, 413, "scale"),
        ("route.pdf", {**TRIP, "colour": "red"}, 422, "colour"),
        ("route.pdf", {**TRIP, "want": "beer"}, 422, "want"),
        ("route.png", {**TRIP, "ppi": "9999"}, 422, "ppi"),
        ("wall.pdf", {"paper": "A5"}, 422, "paper"),
        ("poster.pdf", {"place": "x"}, 404, "place"),
        ("poster.pdf", {}, 422, "place"),
        ("nothing.pdf", {}, 404, None),
    ],
)
def test_what_cannot_be_printed_says_why(
    client: FlaskClient, path: str, query: dict[str, str], status: int, field: str | None
) -> None:
    answer = client.get(f"/print/{path}", query_string=query)
    assert (answer.status_code, answer.get_json()["field"]) == (status, field), answer.get_json()


def test_saved_routes_are_for_staff_to_change_and_for_all_to_read(staffed: FlaskClient) -> None:
    assert staffed.get("/api/print/routes").get_json() == {"version": 0, "routes": [], "may_save": True}
    order = {"name": "早班", "from": "湖塘", "to": "横山桥"}
    for headers in ({}, {"Staff-Key": "wrong"}):
        refused = staffed.put("/api/print/routes", json={"order": order}, headers=headers)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "staff_only")
    assert staffed.put("/api/print/routes", json={"order": order, "version": 0}, headers=KEY).get_json() == {"version": 1}
    assert staffed.put("/api/print/routes", json={"order": order, "version": 0}, headers=KEY).status_code == 409
    assert staffed.get("/api/print/routes").get_json()["routes"] == [order]
    assert staffed.put("/api/print/routes", json={"order": {"name": "x"}}, headers=KEY).status_code == 422
    assert staffed.delete("/api/print/routes/夜班", headers=KEY).status_code == 404
    assert staffed.delete("/api/print/routes/早班", headers=KEY, query_string={"version": 1}).get_json() == {"version": 2}


def test_without_a_key_nobody_saves(client: FlaskClient) -> None:
    assert client.get("/api/print/routes").get_json()["may_save"] is False
    assert client.put("/api/print/routes", json={"order": {}}, headers={"Staff-Key": ""}).status_code == 403


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_staffs_page_is_whole_and_from_here(client: FlaskClient, lang: str) -> None:
    answer = client.get("/print", query_string={"lang": lang})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "nonce-" in answer.headers["Content-Security-Policy"]
    assert "http://" not in html.replace("http://www.w3.org", "") and 'name="from"' in html
    assert '<aside class="notice"><b>' + {"zh": "示意", "en": "Schematic"}[lang] in html
    told = json.loads(html.split('id="page-data"')[1].split(">", 1)[1].split("</script>")[0])
    script = (Path(create_app.__code__.co_filename).parent / "static/press.js").read_text(encoding="utf-8")
    used = set(re.findall(r'\bw\("(\w+)"', script))
    assert used and not {key for key in used if f"paper.page.{key}" not in told["words"]}
