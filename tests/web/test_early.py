"""The first question of the drivers' page, asked by its head: it is the form's own, or given up; a map's first bytes."""
from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from geodata.columns import KINDS
from locator.settings import Settings
from maps.basemaps import FIRST_BYTES, directory_end
from tests.web.counting import Sent
from tests.web.looking import MOBILE, browser, comes, serving

__all__ = ["browser"]
WATCHED = """Object.defineProperty(window, 'locatorEarly', {
    set(early) { if (early) window.asked = early; this.latest = early; }, get() { return this.latest; } })"""
TAKEN = "() => [window.asked?.url.split('?')[0], window.locatorEarly === null]"
TWO = list(KINDS)[:2]
TRIP = f"/?from={quote('湖塘')}&to={quote('洛阳镇')}"


def test_the_head_asks_before_anything_else_and_holds_nothing_of_the_address(client: FlaskClient) -> None:
    head = client.get("/?lang=zh&from=nowhere&to=elsewhere").get_data(as_text=True).split("</head>")[0]
    assert head.index("window.locatorAsks({") < head.index("<style") and "nowhere" not in head
    told = json.loads(re.search(r"window\.locatorAsks\((\{.*\})\);", head)[1])  # type: ignore[index]
    assert told["url"] == "/api/plan?lang=zh&region=wujin" and told["rule"] == "cn" and told["first"]["from"] == "湖塘"


@pytest.mark.deep
@pytest.mark.parametrize("address", ["/", "/?lang=en", TRIP + "&kind=drivers_home&driven_min=60", TRIP + "&rule=eu&driven_min=30",
                                     "/?vehicle=rigid&want=bays&want=shower&max_detour_s=1200"])
def test_the_question_is_asked_once(browser: Browser, wujin: Settings, address: str) -> None:
    sent = Sent()
    with serving(wujin, wrapped=sent) as at:
        context = browser.new_context(**MOBILE, locale="zh-CN")
        page = context.new_page()
        page.add_init_script(WATCHED)
        page.goto(at + address)
        page.wait_for_selector(".stop, .empty")
        comes(page, "() => !document.querySelector('.busy')")
        assert page.evaluate(TAKEN) == ["/api/plan", True], "what the head asked was taken"
        assert [path for path in sent.paths() if path == "/api/plan"] == ["/api/plan"]
        shared = page.url                                          # as the page writes it, all fields in it
        context.close()
        sent.forget()
        other = browser.new_context(**MOBILE, locale="zh-CN")
        page = other.new_page()
        page.add_init_script(WATCHED)
        page.goto(shared)
        page.wait_for_selector(".stop, .empty")
        comes(page, "() => !document.querySelector('.busy')")
        assert page.evaluate(TAKEN) == ["/api/plan", True] and sent.paths().count("/api/plan") == 1
        other.close()


@pytest.mark.deep
@pytest.mark.parametrize(("address", "field", "value"), [
    ("/?height_m=4.1", "vehicle", {"preset": "lorry", "height_m": 4.1, "mass_t": None}), ("/?driven_min=7", "driven_min", 0),
    (f"/?kind={TWO[1]}&kind={TWO[0]}", "kinds", TWO), ("/?rule=x", "rule", "cn")])
def test_where_the_form_asks_otherwise_its_own_question_counts(browser: Browser, wujin: Settings, address: str, field: str,
                                                               value: object) -> None:
    with serving(wujin) as at:
        context = browser.new_context(**MOBILE, locale="zh-CN")
        page, asked = context.new_page(), list[str]()
        page.on("request", lambda request: asked.append(request.post_data or "") if "/api/plan" in request.url else None)
        page.goto(at + address)
        page.wait_for_selector(".stop, .empty")
        comes(page, "() => !document.querySelector('.busy')")
        assert len(asked) <= 2 and json.loads(asked[-1])[field] == value
        context.close()


def test_a_map_is_begun_with_its_directory_alone(client: FlaskClient, wujin: Settings, tmp_path: Path) -> None:
    address = re.search(r"/basemap/[^\"]*main\.pmtiles", client.get("/").get_data(as_text=True))
    assert address
    with client.get(address[0]) as response:
        whole = response.data
    first = client.get(address[0], headers={"Range": f"bytes=0-{FIRST_BYTES - 1}"}, buffered=True)
    assert first.status_code == 206 and whole.startswith(first.data) and 127 < len(first.data) < FIRST_BYTES
    assert first.headers["Content-Range"] == f"bytes 0-{len(first.data) - 1}/{len(whole)}"
    assert len(gzip.decompress(first.data[127:])) > 0, "the root directory, whole"
    other = client.get(address[0], headers={"Range": "bytes=100-299"}, buffered=True)
    assert other.data == whole[100:300]
    (tmp_path / "other.pmtiles").write_bytes(b"PMTiles\x02" + bytes(200))
    assert directory_end(tmp_path / "other.pmtiles") == FIRST_BYTES
