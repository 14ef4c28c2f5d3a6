"""Here & help at both doors and on its page: what is near, who looks after it, whom to call, what is on today."""
from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely

from geodata.columns import KINDS
from geodata.geodesy import distance_m
from geodata.regions import open_region
from locator.here import contacts_of, is_today
from locator.settings import Settings
from locator.vehicles import vehicle
from locator.web import create_app
from locator.wiring import open_locator
from locator.words import LANGS, words
from tests.conftest import copied
from tests.test_doors import Doors, both

MORNING, NIGHT = "2026-06-19T09:30", "2026-06-19T02:00"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def doors(wujin: Settings) -> Doors:
    return both(wujin)


@pytest.mark.parametrize(("args", "query"), [
    ("湖塘", {"at": "湖塘"}), ("--at 119.95,31.7", {"lon": 119.95, "lat": 31.7}),
    ("湖塘 --to 横山桥 --vehicle van", {"at": "湖塘", "to": "横山桥", "vehicle": "van"}),
    ("--at 119.95,31.7 --datum gcj02", {"at": "119.95,31.7", "datum": "gcj02"})])
def test_here_is_the_same_at_both_doors(doors: Doors, args: str, query: dict[str, object]) -> None:
    assert doors.typed("here", *args.split(), "--depart", MORNING) == doors.sent("here", query={**query, "depart": MORNING})


def test_far_from_any_road_there_is_help_no_less(doors: Doors) -> None:
    """In straight lines then, and it says so."""
    ask = {"lon": 119.813986, "lat": 31.627528}
    assert doors.client.get("/api/nearest", query_string=ask).status_code == 422
    told = doors.sent("here", query=ask)
    assert told["features"] and all(feature["properties"]["approximate"] for feature in told["features"]) and told["contacts"]


@pytest.mark.parametrize("when", [MORNING, NIGHT])
def test_the_soonest_of_each_kind_and_the_soonest_that_is_not_closed(doors: Doors, wujin: Settings, when: str) -> None:
    told = doors.sent("here", query={"at": "湖塘", "depart": when})
    every = doors.sent("nearest", query={"at": "湖塘", "depart": when, "limit": 1000})["features"]
    for kind in KINDS:
        mine = [f["properties"] for f in every if f["properties"]["kind"] == kind]
        first = mine[:1] + ([one for one in mine if one["open_at_eta"] is not False][:1] if mine[:1] else [])
        shown = [f["properties"]["id"] for f in told["features"] if f["properties"]["kind"] == kind]
        usable = any(one["open_at_eta"] is not False for one in mine)
        assert shown == list(dict.fromkeys(one["id"] for one in (first if usable else mine[:1])))
    times = [f["properties"]["drive_s"] for f in told["features"]]
    assert times == sorted(times) and len(times) >= 5


def test_the_cell_is_the_one_he_stands_in(doors: Doors, wujin: Settings) -> None:
    layer = open_region(wujin.data, "wujin").layers.catalog()["grid_cells"]
    for lon, lat in layer.points.tolist():
        told = doors.sent("here", query={"lon": lon, "lat": lat})
        inside = layer.frame[shapely.contains_xy(layer.frame.geometry.to_numpy(), lon, lat)]
        assert told["cell"]["id"] == inside["id"].iloc[0] and told["cell"]["station"]["id"] == inside["station"].iloc[0]
        assert told["cell"]["station"]["phone"] is None and not told["cell"]["station"]["navigable"]       # invented positions
    assert doors.sent("here", query={"at": "119.6,31.35"})["cell"] is None


def test_a_station_that_is_surveyed_has_a_phone(wujin: Settings, tmp_path: Path) -> None:
    own = copied(wujin, tmp_path / "var")
    region = open_region(own.data, "wujin")
    stations = region.layers.catalog()["service_station"].frame
    region.layers.replace("service_station", stations.assign(position_accuracy="B", phone="0519-12345"))
    told = both(own).sent("here", query={"at": "湖塘"})
    assert told["cell"]["station"]["phone"] == "0519-12345"


# ---------------------------------------------------------------- today

@pytest.mark.parametrize(("starts", "ends", "now", "is_on"), [
    ("2026-06-19", None, "2026-06-19T23:59", True), ("2026-06-19", None, "2026-06-20T00:00", False),
    ("2026-06-18", "2026-06-20", "2026-06-19T12:00", True), ("2026-06-18", "2026-06-20", "2026-06-21T00:00", False),
    ("2026-06-19T09:00+08:00", "2026-06-19T11:30+08:00", "2026-06-19T11:30", True),
    ("2026-06-19T09:00+08:00", "2026-06-19T11:30+08:00", "2026-06-19T11:31", False),
    ("2026-06-19T09:00", "2026-06-19T11:30", "2026-06-19T08:00", True),
    ("2026-06-18T23:00+00:00", None, "2026-06-19T08:00", True),             # 07:00 on the 19th in Shanghai
    (None, None, "2026-06-19T08:00", False), ("soon", None, "2026-06-19T08:00", False)])
def test_what_is_on_today(starts: str | None, ends: str | None, now: str, is_on: bool) -> None:
    assert is_today(starts, ends, datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)) is is_on


def test_events_near_him_or_along_his_way(doors: Doors, wujin: Settings) -> None:
    here = doors.sent("here", query={"at": "湖塘", "depart": MORNING})["events"]
    assert [one["what"] for one in here] == ["festival"] and here[0]["offset_m"] is None
    catalog = open_region(wujin.data, "wujin").layers.catalog()
    event = catalog["events"].points[catalog["events"].row_of[here[0]["id"]]]
    hutang = np.array(doors.sent("here", query={"at": "湖塘"})["at"])
    assert here[0]["off_m"] == pytest.approx(float(distance_m(event[None, :], hutang)[0]), abs=0.1)
    along = doors.sent("here", query={"at": "湖塘", "to": "横山桥", "depart": MORNING})["events"]
    locator = open_locator(wujin, "wujin")
    ends = np.array([locator.where("湖塘", "wgs84", field="at"), locator.where("横山桥", "wgs84", field="to")])
    line = locator.engine.route(ends, vehicle()).line.locate(event[None, :])
    assert along[0]["offset_m"] == pytest.approx(float(line.offset_m[0]), abs=0.1) and along[0]["off_m"] < 5_000
    far = doors.sent("here", query={"at": "雪堰", "depart": MORNING})["events"]
    assert far == [] and doors.sent("here", query={"at": "雪堰", "depart": "2026-06-20T09:30"})["events"] == []


# ---------------------------------------------------------------- whom to call

@pytest.mark.parametrize(("country", "numbers"), [
    ("CN", ["122", "110", "120", "119", "12328"]), ("PT", ["112"]), ("GB", ["112"]), ("US", ["911"]), ("BR", []), (None, [])])
def test_the_numbers_are_the_countrys_and_have_a_source(country: str | None, numbers: list[str]) -> None:
    found = contacts_of(country)
    assert [one.number for one in found] == numbers and all(one.source and one.url for one in found)
    assert all(f"contact.{one.what}" in words(lang).table for one in found for lang in LANGS)


def test_ones_own_line_stands_first(wujin: Settings, doors: Doors) -> None:
    settings = replace(wujin, help_line="0519-8888")
    client = create_app(settings, open_locator).test_client()
    first = client.get("/api/here?at=湖塘").get_json()["contacts"][0]
    assert first == {"what": "own", "number": "0519-8888", "source": None, "url": None}
    page = client.get("/here").get_data(as_text=True)
    assert re.findall(r'href="tel:([^"]+)"', page) == ["0519-8888", "122", "110", "120", "119", "12328"]
    typed = json.loads(doors.run("here", "湖塘", "--json", LOCATOR_HELP_LINE="0519-8888").stdout)
    assert typed["contacts"][0]["number"] == "0519-8888"


@pytest.mark.parametrize("lang", LANGS)
def test_the_terminal_says_it(doors: Doors, lang: str) -> None:
    shown = doors.run("here", "湖塘", "--depart", MORNING, "--lang", lang).stdout
    for key in ("contact.traffic_police", "contact.transport_hotline", "cli.schematic"):
        assert words(lang).text(key) in shown
    assert "122" in shown.splitlines()[2] and ("端午" if lang == "zh" else "Dragon Boat") in shown


@pytest.mark.parametrize(("args", "field"), [
    ((), "--at"), (("湖塘", "--at", "湖塘"), ""), (("湖塘", "--to", "无此地"), "无此地")])
def test_a_wrong_question_is_one_line(doors: Doors, args: tuple[str, ...], field: str) -> None:
    done = doors.run("here", *args)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1) and field in done.stderr


# ---------------------------------------------------------------- the page

@pytest.mark.parametrize("lang", LANGS)
def test_the_page_holds_the_numbers_before_any_script_and_nothing_from_outside(doors: Doors, lang: str) -> None:
    answer = doors.client.get(f"/here?lang={lang}")
    page = answer.get_data(as_text=True)
    assert answer.headers["Content-Language"] == lang and f'<html lang="{lang}">' in page
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert nonce and all(f'nonce="{nonce[1]}"' in tag for tag in re.findall(r"<(?:script|style)[^>]*>", page))
    assert 'href="tel:122"' in page and not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert words(lang).text("here.mine") in page and " on" not in "".join(re.findall(r"<[a-z]+ [^>]*\son[a-z]+=", page))


def test_the_moment_is_the_regions(doors: Doors) -> None:
    told = doors.sent("here", query={"at": "湖塘", "depart": "2026-06-19T01:30Z"})
    assert told["when"] == "2026-06-19T09:30:00+08:00"
    assert datetime.fromisoformat(told["when"]).astimezone(UTC).hour == 1


