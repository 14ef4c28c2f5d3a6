"""The page, its assets and its headers, without a browser."""
from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from geodata.columns import KINDS, SERVICES
from locator.settings import Settings
from locator.vehicles import PRESETS
from locator.web import create_app
from locator.wiring import open_locator
from locator.words import words

OUTSIDE = re.compile(r"""(?:src|href|action|data)\s*=\s*["']?\s*(?:https?:|//)|@import|url\(\s*["']?(?:https?:|//)""", re.I)


def told(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="page-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


@pytest.mark.parametrize(("lang", "trip"), [("zh", ("湖塘", "横山桥")), ("en", ("Hutang", "Hengshanqiao"))])
def test_the_page_speaks_a_language_and_knows_the_first_trip(client: FlaskClient, lang: str, trip: tuple[str, str]) -> None:
    response = client.get(f"/?lang={lang}")
    page = response.get_data(as_text=True)
    assert response.status_code == 200 and f'<html lang="{lang}">' in page and words(lang).text("page.schematic_note") in page
    data = told(page)
    assert (data["first"]["from"], data["first"]["to"]) == trip and data["schematic"] is True and data["region"] == "wujin"
    for kind in KINDS:
        assert escape(words(lang).text(f"kind.{kind}")) in page
    for name in (*SERVICES, *PRESETS):
        assert f'value="{name}"' in page
    assert client.post("/api/along", json=data["first"]).status_code == 200


def test_everything_on_every_page_is_served_here(client: FlaskClient, web_root: Path) -> None:
    for address in ("/", "/?lang=en", "/docs"):
        page = client.get(address).get_data(as_text=True)
        assert not OUTSIDE.search(page)
        for asset in re.findall(r"""["'](/(?:assets|basemap|manifest|sw)[^"']+\.\w+)""", page):
            with client.get(asset) as answer:
                assert answer.status_code == 200, asset
    shell = told(client.get("/").get_data(as_text=True))["map"]
    assert len(shell["scripts"]) == 4
    assert all(client.get(asset).status_code == 200 for asset in [*shell["scripts"], *shell["styles"], shell["print"]])
    for file in (web_root / "static").iterdir():
        assert not OUTSIDE.search(file.read_text(encoding="utf-8")), file.name


def test_every_word_the_scripts_use_is_sent(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    sent, scripts = told(page)["words"], "".join(re.findall(r"<script nonce[^>]*>(.*?)</script>", page, re.DOTALL))
    used = set(re.findall(r"""\bt\("([a-z_.]+)\"""", scripts)) | set(re.findall(r"""\? "(page\.\w+)" : "page""", scripts))
    assert used and used <= set(sent)
    assert {"access.same", "access.same.note", "open.null", "page.as_from", "reason.opposite_too_far", "accuracy.E"} <= set(sent)


def test_scripts_carry_the_nonce_of_the_policy_and_a_new_one_each_time(client: FlaskClient) -> None:
    seen = set()
    for _ in range(2):
        response = client.get("/")
        policy, page = response.headers["Content-Security-Policy"], response.get_data(as_text=True)
        found = re.search(r"script-src 'self' 'nonce-([\w-]+)';", policy)
        assert found and f"style-src 'self' 'nonce-{found[1]}';" in policy
        assert "unsafe" not in policy and "object-src 'none'" in policy and "frame-ancestors 'self'" in policy
        inline = [tag for tag in re.findall(r"<script[^>]*>", page) if " src=" not in tag]
        assert inline and all(f'nonce="{found[1]}"' in tag for tag in [*inline, *re.findall(r"<style[^>]*>", page)])
        assert not re.search(r"\son\w+=|style=|javascript:", page)
        seen.add(found[1])
    assert len(seen) == 2


@pytest.mark.parametrize("address", ["/", "/docs", "/openapi.json", "/healthz", "/api/layers", "/no"])
def test_every_response_is_guarded(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "same-origin"
    assert "default-src 'self'" in headers["Content-Security-Policy"] and "geolocation=(self)" in headers["Permissions-Policy"]


@pytest.mark.parametrize("address", ["/assets/x/web/base.css", "/assets/x/web/icon.svg", "/assets/x/none",
                                     "/basemap/wujin/9/main.pmtiles"])
def test_a_part_of_a_page_may_do_nothing_by_itself(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["X-Content-Type-Options"] == "nosniff" and "default-src 'none'" in headers["Content-Security-Policy"]


def test_texts_are_gzipped_for_those_who_ask(client: FlaskClient) -> None:
    for address in ("/", "/openapi.json", "/api/layers/drivers_home/items", "/assets/x/maps/leaflet/leaflet.js"):
        plain = client.get(address, headers={"Accept-Encoding": "identity"})
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in plain.headers and packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"] and int(packed.headers["Content-Length"]) == len(packed.data)
        if "nonce" not in plain.get_data(as_text=True):
            assert gzip.decompress(packed.data) == plain.data
    assert "Content-Encoding" not in client.get("/healthz", headers={"Accept-Encoding": "gzip"}).headers


def test_assets_are_kept_for_ever_under_their_own_version_only(client: FlaskClient) -> None:
    scripts = told(client.get("/").get_data(as_text=True))["map"]["scripts"]
    address = next(a for a in scripts if a.endswith("maps/roads.js"))
    own, other = client.get(address), client.get(re.sub(r"/assets/\w+/", "/assets/old/", address))
    assert own.mimetype == "text/javascript" and "immutable" in own.headers["Cache-Control"]
    assert other.data == own.data and other.headers["Cache-Control"] == "no-cache"


def test_the_basemap_is_read_in_ranges(client: FlaskClient) -> None:
    files = re.search(r'\\"files\\": *\\?\{?.*?(/basemap/wujin/\d+/main\.pmtiles)', client.get("/").get_data(as_text=True))
    assert files
    with client.get(files[1], headers={"Range": "bytes=0-6"}) as part:
        assert part.status_code == 206 and part.data == b"PMTiles" and "Content-Encoding" not in part.headers
        assert part.headers["Content-Range"].startswith("bytes 0-6/")


def test_hostile_names_reach_no_page_and_stay_data_in_answers(hostile: Settings) -> None:
    client = create_app(hostile, open_locator).test_client()
    names = {f["properties"]["name"] for f in client.get("/api/layers/partner/items").get_json()["features"]}
    assert "{{7*7}}" in names and any("<img" in name for name in names)
    for address in ("/", "/docs", "/?from=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&to=%7B%7B7*7%7D%7D"):
        page = client.get(address).get_data(as_text=True)
        assert "onerror" not in page and "__fired" not in page and "7*7" not in page
    problem = client.get("/api/nearest", query_string={"at": "<img src=x onerror=1>{{7*7}}"})
    assert problem.mimetype == "application/problem+json" and "{{7*7}}" in problem.get_json()["detail"]


def test_the_page_comes_whole_in_one_answer_that_is_small_enough(client: FlaskClient) -> None:
    response = client.get("/", headers={"Accept-Encoding": "gzip"})
    page = gzip.decompress(response.data).decode()
    assert len(response.data) <= 60_000, "gzipped, to a usable form"
    assert "<link rel=\"stylesheet\"" not in page and not re.search(r"<script[^>]* src=", page)
    order = [page.index(part) for part in ('id="ask"', "const $first", 'id="answer"', 'id="map"')]
    assert order == sorted(order), "list first, map after"


def test_the_worker_changes_with_the_page_and_only_then(client: FlaskClient, wujin: Settings) -> None:
    response = client.get("/sw.js")
    text = response.get_data(as_text=True)
    assert response.mimetype == "text/javascript" and response.headers["Cache-Control"] == "no-cache"
    assert re.search(r'const VERSION = "[0-9a-f]{12}"', text) and "{{" not in text
    assert client.get("/sw.js").get_data(as_text=True) == text
    from locator.web.offline import _version
    with client.application.app_context():
        assert _version("one") != _version("two")


def test_a_phone_is_told_what_to_put_on_its_home_screen(client: FlaskClient) -> None:
    told_so = client.get("/manifest.webmanifest?lang=en").get_json()
    assert told_so["start_url"] == "/?lang=en" and told_so["name"] == words("en").text("page.title")
    assert client.get(told_so["icons"][0]["src"]).status_code == 200
