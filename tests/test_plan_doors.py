"""A plan at both doors: the same answer, told in words, as files; what is open there; what is counted."""
from __future__ import annotations

import io
import json
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from flask.testing import FlaskClient

from geodata.columns import Service, services_text
from geodata.regions import Facts, build_region, open_region
from locator.settings import Settings
from locator.unmet import STATE
from locator.web import create_app
from locator.wiring import open_locator
from locator.words import LANGS, words
from tests.conftest import copied
from tests.test_doors import Doors, both

WHEN = "2026-11-24T08:30"
TRIP = ("--from", "湖塘", "--to", "横山桥", "--depart", WHEN)
BODY: dict[str, Any] = {"from": "湖塘", "to": "横山桥", "depart": WHEN}


@pytest.fixture(scope="module")
def doors(wujin: Settings) -> Doors:
    return both(wujin)


@pytest.fixture
def own(wujin: Settings, tmp_path: Path) -> Settings:
    return copied(wujin, tmp_path / "var")


def no_plan(told: dict[str, Any]) -> bool:
    return not told["feasible"]


# ---------------------------------------------------------------- the same ask, the same answer

@pytest.mark.parametrize(("args", "body"), [
    ("", {}),
    ("--driven-min 230", {"driven_min": 230}),
    ("--driven-min 230 --want shower,bays --want free", {"driven_min": 230, "want": ["shower", "bays", "free"]}),
    ("--driven-min 235.5 --kind drivers_home --limit 2", {"driven_min": 235.5, "kinds": ["drivers_home"], "limit": 2}),
    ("--rule eu --driven-min 260 --driven-today-min 400 --duty-start 2026-11-24T00:30 --split-taken --long-days 2",
     {"rule": "eu", "driven_min": 260, "driven_today_min": 400, "duty_start": "2026-11-24T00:30", "split_taken": True,
      "long_days": 2}),
    ("--rule us --cycle-min 4190 --part-min 120 --part-end 2026-11-24T06:00 --adverse --seven-days",
     {"rule": "us", "cycle_min": 4190, "part_min": 120, "part_end": "2026-11-24T06:00", "adverse": True, "seven_days": True}),
    ("--rule company --driven-min 239 --unknown-hours closed --start-m 3000",
     {"rule": "company", "driven_min": 239, "unknown_hours": "closed", "start_m": 3000}),
    ("--driven-min 241", {"driven_min": 241}),
], ids=lambda said: said if isinstance(said, str) else "")
def test_plan_is_the_same_at_both_doors(doors: Doors, args: str, body: dict[str, Any]) -> None:
    done = doors.run("plan", *TRIP, *args.split(), "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == (3 if no_plan(told) else 0) and done.stderr == ""
    assert told == doors.sent("plan", {**BODY, **body})


def test_options_stand_in_the_query_of_an_upload(doors: Doors) -> None:
    gpx = (b'<gpx><trk><trkseg><trkpt lat="31.7158" lon="119.9446"/><trkpt lat="31.7637" lon="120.1115"/></trkseg></trk></gpx>')
    query = {"driven_min": 200, "want": "shower", "rule": "cn", "depart": WHEN}
    raw = doors.sent("plan", query=query, data=gpx, content_type="application/gpx+xml")
    form = doors.sent("plan", data={"file": (io.BytesIO(gpx), "a.gpx"), "driven_min": "200", "want": "shower", "rule": "cn",
                                    "depart": WHEN})
    assert raw == form and raw["rule"] == "cn"


def test_what_the_answer_promises(doors: Doors) -> None:
    told = doors.sent("plan", {**BODY, "driven_min": 228, "want": ["shower"], "limit": 3})
    stops = [feature["properties"] for feature in told["features"]]
    named = [leg["stop"] for leg in told["legs"] if leg["stop_id"]]
    assert told["feasible"] and named
    assert all(stops[k]["id"] == leg["stop_id"] for k, leg in zip(named, told["legs"], strict=False))
    assert told["approximate"] and told["schematic"] and told["features_more"] > 0 and told["rule"] == "cn"
    assert told["law"]["drive_s"] == 14_400 and told["law"]["break_s"] == 1_200 and "第六十二条" in told["law"]["source"]
    for leg, after in zip(told["legs"], [*told["legs"][1:], None], strict=True):
        moments = [datetime.fromisoformat(leg[name]) for name in ("depart", "arrive", "begin", "leave")]
        assert moments == sorted(moments) and all(moment.utcoffset() == timedelta(hours=8) for moment in moments)
        assert (moments[1] - moments[0]).total_seconds() == pytest.approx(leg["drive_s"], abs=1)
        assert (moments[3] - moments[2]).total_seconds() == pytest.approx(leg["rest_s"], abs=1)
        assert after is None or after["from_m"] == pytest.approx(stops[leg["stop"]]["rejoin_m"], abs=60)
    last = [rung for rung in told["ladder"] if rung["last_safe"]]
    assert len(last) == 1 and last[0]["next_if_skipped"] is None and told["limit"]["left_s"] == 720
    for rung in told["ladder"]:
        stop = stops[rung["stop"]]
        assert rung["stop_id"] == stop["id"] and rung["reach_s"] == stop["reach_s"]
        assert rung["spare_s"] == pytest.approx(720 - stop["reach_s"]) and rung["spare_s"] >= 0
        after_it = rung["next_if_skipped_stop"]
        assert after_it is None or stops[after_it]["id"] == rung["next_if_skipped"]


def test_every_stop_before_the_limit_is_a_rung(doors: Doors) -> None:
    told = doors.sent("plan", {**BODY, "driven_min": 228})
    soon = {feature["id"] for feature in told["features"] if feature["properties"]["reach_s"] <= told["limit"]["left_s"]}
    assert soon == {rung["stop_id"] for rung in told["ladder"]} and told["ladder_more"] == 0


# ---------------------------------------------------------------- open when he gets there, each service

@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Doors:
    """No roads: a canteen that closes at 20:00, a shower round the clock, a health check by day, and what nobody knows."""
    settings = Settings(data=tmp_path_factory.mktemp("flat") / "var", region="flat")
    region = build_region(settings.data, Facts("flat", "CN", "Asia/Shanghai", has_roads=False), [])
    offered = services_text([Service("shower", hours="24/7", price="10 元", benefit="会员免费"), Service("wifi"),
                             Service("canteen", hours="Mo-Su 06:00-20:00"), Service("health_check", hours="Mo-Fr 09:00-17:00")])
    region.layers.add("partner", "partner", gpd.GeoDataFrame({
        "id": ["p", "q"], "kind": "partner", "name": ["点", "未知"], "position_accuracy": "A", "hours": [None, None],
        "services": [offered, None]}, geometry=shapely.points(np.array([[120.0, 31.7], [120.2, 31.7]])), crs=4326))
    from tests.cli.conftest import runner

    return Doors(runner(settings.data, LOCATOR_REGION="flat"), create_app(settings, open_locator).test_client())


@pytest.mark.parametrize(("depart", "canteen", "closes", "fits"), [
    ("2026-11-24T19:00", True, "20:00", True), ("2026-11-24T19:30", True, "20:00", False),
    ("2026-11-24T20:00", False, None, False)])
def test_along_says_of_each_service_until_when_and_whether_a_break_fits(
        flat: Doors, depart: str, canteen: bool, closes: str | None, fits: bool) -> None:
    """He is there 14.8 minutes after departure; the break of China is 20 minutes."""
    told = flat.sent("along", {"from": "119.9,31.7", "to": "120.3,31.7", "depart": depart})
    assert told["stay_s"] == 1_200
    by_name = {one["what"]: one for one in told["features"][0]["properties"]["services"]}
    assert (by_name["canteen"]["open_at_eta"], by_name["canteen"]["fits"]) == (canteen, fits)
    assert (by_name["canteen"]["closes"] or "")[11:16] == (closes or "")
    assert closes or by_name["canteen"]["opens"] == "2026-11-25T06:00:00+08:00"
    assert (by_name["shower"]["open_at_eta"], by_name["shower"]["closes"], by_name["shower"]["fits"]) == (True, None, True)
    assert (by_name["health_check"]["open_at_eta"], by_name["health_check"]["fits"]) == (False, False)
    assert [by_name["wifi"][name] for name in ("open_at_eta", "closes", "opens", "fits")] == [None] * 4
    assert by_name["shower"]["price"] == "10 元" and by_name["shower"]["benefit"] == "会员免费"
    unknown = told["features"][1]["properties"]
    assert [unknown[name] for name in ("open_at_eta", "closes", "opens", "fits")] == [None] * 4


def test_a_plan_says_it_for_its_own_stay(flat: Doors) -> None:
    body = {"from": "119.9,31.7", "to": "120.19,31.7", "depart": "2026-11-24T19:10", "driven_min": 215, "kinds": ["partner"]}
    told = flat.sent("plan", body)
    stay = next(leg for leg in told["legs"] if leg["stop_id"] == "p")
    said = {one["what"]: (one["open_at_eta"], one["fits"]) for one in stay["services"]}
    assert said == {"shower": (True, True), "canteen": (True, True), "health_check": (False, False), "wifi": (None, None)}
    assert stay["hours_known"] is False and told["approximate"]                   # the place itself: nobody knows
    shown = flat.run("plan", "--from", "119.9,31.7", "--to", "120.19,31.7", "--depart", "2026-11-24T19:10", "--driven-min", 215,
                     "--lang", "en").stdout
    for text in ("Shower open (10 元, 会员免费)", "Canteen open until 20:00", "Health check closed until 09:00",
                 "Wi-Fi hours unknown", "Hours not known", "Feasible", "≈"):
        assert text in shown, shown


# ---------------------------------------------------------------- in words

@pytest.mark.parametrize("lang", LANGS)
def test_the_terminal_says_the_plan_the_ladder_and_the_law(doors: Doors, lang: str) -> None:
    said, told = words(lang), doors.sent("plan", {**BODY, "driven_min": 228})
    done = doors.run("plan", *TRIP, "--driven-min", 228, "--lang", lang)
    assert done.exit_code == 0 and done.stdout.count("▶") == 2                    # the sentence and the rung
    assert "≈08:" in done.stdout.splitlines()[2] or "≈09:" in done.stdout.splitlines()[2]
    for key in ("rule.cn", "limit.drive", "because.break", "cli.plan.end", "export.not_advice", "cli.schematic"):
        assert said.text(key) in done.stdout
    for leg in told["legs"][:-1]:
        stop = told["features"][leg["stop"]]["properties"]
        assert (stop["name"] if lang == "zh" else stop["name_en"] or stop["name"]) in done.stdout


@pytest.mark.parametrize("lang", LANGS)
def test_no_plan_says_where_it_breaks_and_what_would_mend_it(doors: Doors, lang: str) -> None:
    """Nothing but the service area 20 km on, which is 3 minutes too far."""
    args = ("--driven-min", 225, "--kind", "service_area", "--max-detour-s", 10)
    done = doors.run("plan", *TRIP, *args, "--lang", lang)
    told = json.loads(doors.run("plan", *TRIP, *args, "--json").stdout)
    assert done.exit_code == 3 and told["legs"] == [] and told["arrive"] is None and not told["feasible"]
    problem = told["problem"]
    assert 0 < problem["at_m"] == pytest.approx(told["limit_m"], abs=1) and problem["which"] == "drive"
    assert len(problem["at"]) == 2
    kinds = [mend["what"] for mend in problem["mends"]]
    assert kinds and kinds[0] == "rest_first"
    for key in ("cli.plan.none", "cli.plan.mends", "cli.plan.no_safe_stop"):
        assert words(lang).text(key) in done.stdout


def test_a_stop_left_out_is_offered_to_mend_the_trip(doors: Doors) -> None:
    """Three minutes are left; no drivers' home costs nothing, and none is as near as a place he did not ask for."""
    body = {**BODY, "driven_min": 237, "kinds": ["drivers_home"], "max_detour_s": 0}
    told = doors.sent("plan", body)
    (mend,) = [mend for mend in told["problem"]["mends"] if mend["what"] == "allow"]
    assert not told["feasible"] and mend["name"] and (mend["kind"] != "drivers_home" or mend["detour_s"] > 0)
    taken = doors.sent("plan", {**BODY, "driven_min": 237, "kinds": [mend["kind"]]})
    assert taken["feasible"] and mend["stop_id"] in {rung["stop_id"] for rung in taken["ladder"]}


@pytest.mark.parametrize(("args", "field"), [
    (("--duty-start", "soon"), "--duty-start"), (("--duty-start", "2026-11-24T09:00"), "--duty-start"),
    (("--driven-min", -1), "--driven-min"), (("--rule", "de"), "--rule"), (("--want", "spa"), "--want"),
    (("--rules", "none.toml"), "--rules"), (("--out", "a.pdf"), "--out")])
def test_a_wrong_option_is_one_line_and_named(doors: Doors, args: tuple[object, ...], field: str) -> None:
    done = doors.run("plan", *TRIP, *args, "--lang", "en")
    assert (done.exit_code, done.stdout) == (2, "") and done.stderr.count("\n") == 1
    assert field in done.stderr or "none.toml" in done.stderr or "soon" in done.stderr


def test_own_rules_from_a_file_or_the_setting(doors: Doors, wujin: Settings, tmp_path: Path) -> None:
    law = Path(__file__).parents[1] / "locator" / "law" / "company.toml"
    mine = tmp_path / "mine.toml"
    mine.write_text(law.read_text(encoding="utf-8").replace("14_400", "10_800"), encoding="utf-8")
    told = json.loads(doors.run("plan", *TRIP, "--rules", mine, "--json").stdout)
    assert told["rule"] == "mine" and told["limit"]["left_s"] == 10_800
    client = create_app(replace(wujin, company_rules=str(mine)), open_locator).test_client()
    assert client.post("/api/plan", json={**BODY, "rule": "company"}).get_json()["law"]["drive_s"] == 10_800
    assert client.post("/api/plan", json=BODY).get_json()["law"]["drive_s"] == 14_400
    mine.write_text("family = 1", encoding="utf-8")
    wrong = client.post("/api/plan", json={**BODY, "rule": "company"})
    assert (wrong.status_code, wrong.get_json()["field"]) == (422, "rules.family")


# ---------------------------------------------------------------- files

def test_the_stops_of_a_plan_as_files(doors: Doors, tmp_path: Path) -> None:
    args = (*TRIP, "--driven-min", 228, "--lang", "en")
    told = json.loads(doors.run("plan", *args, "--json").stdout)
    stays = [leg for leg in told["legs"] if leg["stop_id"]]
    for form in ("gpx", "kml", "ics", "geojson"):
        assert doors.run("plan", *args, "--out", tmp_path / f"plan.{form}").exit_code == 0
    points = ET.parse(tmp_path / "plan.gpx").getroot().findall("{*}wpt")
    assert len(points) == len(stays) == 1 and "break" in points[0].findtext("{*}desc", "")
    assert len(ET.parse(tmp_path / "plan.kml").getroot().findall(".//{*}Point")) == 1
    lines = (tmp_path / "plan.ics").read_text().splitlines()
    begin, end = (datetime.strptime(next(x for x in lines if x.startswith(name))[8 - (name == "DTEND:") * 2:], "%Y%m%dT%H%M%SZ")
                  for name in ("DTSTART:", "DTEND:"))
    assert (end - begin).total_seconds() == stays[0]["rest_s"] == 1_200
    assert json.loads((tmp_path / "plan.geojson").read_text()) == told
    sent = doors.client.post("/api/plan?format=gpx&lang=en", json={**BODY, "driven_min": 228})
    assert sent.headers["Content-Type"] == "application/gpx+xml" and 'filename="plan.gpx"' in sent.headers["Content-Disposition"]
    assert len(ET.fromstring(sent.data).findall("{*}wpt")) == 1


# ---------------------------------------------------------------- what is counted

@pytest.fixture
def counting(own: Settings) -> Iterator[tuple[FlaskClient, Path]]:
    with create_app(own, open_locator).test_client() as client:
        yield client, own.data / STATE


def counted(file: Path) -> list[tuple[Any, ...]]:
    if not file.is_file():
        return []
    state = sqlite3.connect(file)
    found = state.execute("SELECT missing, count FROM unmet ORDER BY missing").fetchall()
    state.close()
    return found


def test_a_trip_that_no_stop_makes_lawful_is_counted_and_no_other(counting: tuple[FlaskClient, Path]) -> None:
    client, file = counting
    now = {"from": "湖塘", "to": "横山桥", "min_bays": 9_999}
    assert client.post("/api/plan", json=now).get_json()["feasible"] and counted(file) == []             # no stop was needed
    over = client.post("/api/plan", json={**now, "driven_min": 241}).get_json()
    assert over["problem"]["rest_at_once"] and counted(file) == []                                       # he should have rested
    for _ in range(2):
        assert not client.post("/api/plan", json={**now, "driven_min": 230}).get_json()["feasible"]
    assert counted(file) == [("lorry_bays", 2)]
    client.post("/api/plan", json={**now, "driven_min": 230, "want": ["shower", "free"], "min_bays": 9_999})
    assert counted(file) == [("lorry_bays", 2), ("shower", 1)]


def test_the_command_line_counts_nothing(doors: Doors, own: Settings) -> None:
    from tests.cli.conftest import runner

    done = runner(own.data)("plan", "--from", "湖塘", "--to", "横山桥", "--min-bays", 9_999, "--driven-min", 230)
    assert done.exit_code == 3 and not (own.data / STATE).exists()


def test_hostile_names_stay_text_in_every_form(own: Settings) -> None:
    name = "<img src=x onerror=1>{{7*7}}\u202e=cmd()\n;,"
    region = open_region(own.data, "wujin")
    for kind in ("drivers_home", "partner", "service_station", "service_centre", "service_area"):
        frame = region.layers.catalog()[kind].frame
        region.layers.replace(kind, frame.assign(name=name, name_en=name, note=name))
    doors = both(own)
    told = doors.sent("plan", {**BODY, "driven_min": 228})
    assert told["features"][0]["properties"]["name"] == name
    shown = doors.run("plan", *TRIP, "--driven-min", 228).stdout
    assert "\u202e" not in shown and "<img src=x" in shown
    for form in ("gpx", "kml"):
        file = doors.client.post(f"/api/plan?format={form}", json={**BODY, "driven_min": 228}).data
        ET.fromstring(file)
        assert b"<img" not in file


# ---------------------------------------------------------------- clocks

@pytest.fixture(scope="module")
def germany(tmp_path_factory: pytest.TempPathFactory) -> Doors:
    """No roads, Berlin's clock: a lorry park that opens at 04:00, and one that never closes, two hours on."""
    settings = Settings(data=tmp_path_factory.mktemp("germany") / "var", region="flat")
    region = build_region(settings.data, Facts("flat", "DE", "Europe/Berlin", has_roads=False), [])
    region.layers.add("lorry_park", "lorry_park", gpd.GeoDataFrame({
        "id": ["early", "always"], "kind": "lorry_park", "name": ["Frueh", "Immer"], "position_accuracy": "A",
        "hours": ["Mo-Su 04:00-22:00", "24/7"]}, geometry=shapely.points(np.array([[11.0, 52.5], [11.6, 52.5]])), crs=4326))
    from tests.cli.conftest import runner

    return Doors(runner(settings.data, LOCATOR_REGION="flat"), create_app(settings, open_locator).test_client())


@pytest.mark.parametrize(("depart", "offset_h"), [
    ("2026-10-25T00:30", -1), ("2026-03-29T00:30", 1), ("2026-11-23T22:30", 0), ("2026-12-31T22:30", 0)])
def test_moments_are_right_over_midnight_and_where_clocks_change(germany: Doors, depart: str, offset_h: int) -> None:
    """In the night of 25 October 02:00–03:00 comes twice, on 29 March not at all. Every drive takes what it takes."""
    body = {"from": "10.0,52.5", "to": "13.0,52.5", "depart": depart}
    for told in (germany.sent("plan", body), germany.sent("plan", {**body, "driven_min": 120})):
        assert told["feasible"] and told["rule"] == "eu"
        moments = [datetime.fromisoformat(moment) for leg in told["legs"]
                   for moment in (leg["depart"], leg["arrive"], leg["begin"], leg["leave"])]
        assert moments == sorted(moments)
        whole = (moments[-1] - datetime.fromisoformat(told["depart"])).total_seconds()
        spent = sum(leg["drive_s"] + leg["wait_s"] + leg["rest_s"] for leg in told["legs"])
        assert whole == pytest.approx(spent, abs=2)
        shift = datetime.fromisoformat(told["arrive"]).utcoffset() - datetime.fromisoformat(told["depart"]).utcoffset()
        assert shift == timedelta(hours=offset_h)
    along = germany.sent("along", body)["features"][0]["properties"]
    eta = datetime.fromisoformat(along["eta"]) - datetime.fromisoformat(told["depart"])
    assert eta.total_seconds() == pytest.approx(along["reach_s"], abs=1)


def test_a_gate_opens_by_the_clock_of_the_day_it_changes(germany: Doors) -> None:
    """04:00 on 25 October is an hour later after midnight than on any other day."""
    waits = {}
    for day in ("2026-10-25", "2026-10-24"):
        told = germany.sent("plan", {"from": "10.9,52.5", "to": "11.9,52.5", "depart": f"{day}T00:30", "driven_min": 255})
        (stay, _) = told["legs"]
        assert stay["stop_id"] == "early" and stay["begin"][11:16] == "04:00", told["legs"]
        waits[day] = stay["wait_s"]
    assert waits["2026-10-25"] - waits["2026-10-24"] == 3_600


def test_from_and_to_the_same_and_a_start_past_the_end(doors: Doors, germany: Doors) -> None:
    for body, code in (({**BODY, "to": "湖塘"}, "same_place"), ({**BODY, "start_m": 1e6}, "out_of_range"),
                       ({"from": "湖塘"}, "missing")):
        answer = doors.client.post("/api/plan", json=body)
        assert (answer.status_code, answer.get_json()["code"]) == (422, code)


def test_where_no_roads_are_known_a_plan_says_so(germany: Doors) -> None:
    told = germany.sent("plan", {"from": "10.0,52.5", "to": "13.0,52.5", "depart": "2026-11-24T08:00", "driven_min": 150})
    assert told["feasible"] and told["approximate"] and told["route"]["engine"] == "straight"
    shown = germany.run("plan", "--from", "10.0,52.5", "--to", "13.0,52.5", "--depart", "2026-11-24T08:00", "--driven-min", 150,
                        "--lang", "en").stdout
    assert "arrive ≈" in shown and "approx" in shown.splitlines()[0].lower()
