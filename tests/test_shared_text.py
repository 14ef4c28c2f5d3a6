"""Share texts through both doors: the same place, or the same words about why not."""
from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from geodata.datum import from_wgs84
from locator.settings import Settings
from locator.words import LANGS
from tests.doors import Doors, doors_of, tells

LON, LAT = 119.9446, 31.7158
TO = "横山桥"


@pytest.fixture(scope="module")
def doors(wujin: Settings) -> Doors:
    return doors_of(wujin)


def shared() -> str:
    lon, lat = from_wgs84([[LON, LAT]], "gcj02")[0]
    return f"我在湖塘\nhttps://uri.amap.com/marker?position={lon:.7f},{lat:.7f}&name={quote('湖塘')}"


@pytest.mark.parametrize("name", ["from", "to", "via"])
def test_a_share_text_is_a_place_wherever_one_is_asked(doors: Doors, name: str) -> None:
    places = {"from": "洛阳", "to": TO} | {name: shared()}
    plain = {"from": "洛阳", "to": TO} | {name: f"{LON},{LAT}"}
    bodies = [{key: [value] if key == "via" else value for key, value in one.items()} for one in (places, plain)]
    said = [doors.client.post("/api/route", json=body) for body in bodies]
    assert [one.status_code for one in said] == [200, 200], said[0].get_json()
    typed = [part for key, value in places.items() for part in (f"--{key}", value)]
    ran = json.loads(doors.run("--json", "route", *typed, "--depart", said[0].get_json()["depart"]).stdout)
    lengths = [said[0].get_json()["distance_m"], said[1].get_json()["distance_m"], ran["distance_m"]]
    assert lengths == pytest.approx([lengths[0]] * 3, abs=2)


def test_a_share_text_is_a_place_to_be_near_of(doors: Doors) -> None:
    said = [doors.client.get("/api/nearest", query_string={"at": at}).get_json() for at in (shared(), f"{LON},{LAT}")]
    near = [[feature["id"] for feature in one["features"]] for one in said]
    assert near[0] and near[0] == near[1]
    ran = json.loads(doors.run("--json", "nearest", shared()).stdout)
    assert [feature["id"] for feature in ran["features"]] == near[0]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("text", ["https://surl.amap.com/4mkDcVx1d8hK", "【没有这个地方】\nhttps://j.map.baidu.com/1f/abc",
                                  "【<script>alert(1)</script>\x1b[2J】https://surl.amap.com/x"])
def test_a_link_that_hides_its_place_says_what_to_do(doors: Doors, text: str, lang: str) -> None:
    sent = doors.sent(doors.client.post, "/api/along", json={"from": text, "to": TO}, lang=lang)
    typed = doors.typed("along", "--from", text, "--to", TO, lang=lang)
    assert sent[:2] == ("short_link", "from") and tells(sent.text, "short_link", lang) and tells(typed.text, "short_link", lang)


@pytest.mark.parametrize("lang", LANGS)
def test_a_share_text_without_end_is_too_large(doors: Doors, lang: str) -> None:
    text = "https://uri.amap.com/marker?position=119.9,31.7&name=" + "x" * 5_000
    assert doors.sent(doors.client.post, "/api/along", json={"from": text, "to": TO}, lang=lang).code == "too_large"
    assert tells(doors.typed("along", "--from", text, "--to", TO, lang=lang).text, "too_large", lang)
