"""Every reason for leaving a place out, with the value that decided: in the API, on the command line, on the page."""
from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from locator.engines.embedded import EmbeddedEngine
from locator.omitted import REASONS
from locator.settings import Settings
from locator.web import create_app
from locator.wiring import build, open_locator
from locator.words import words
from tests.cli.conftest import Run, runner
from tests.reasons import FOUND, PLACES, SAID, WHEN, build_reasons, lonlat, write_osm

Json = dict[str, Any]
LISTS = {"kinds": "kind", "services": "service"}
TRIP = {name: SAID[name] for name in ("from", "to", "depart")}


@pytest.fixture(scope="module")
def reasons(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return build_reasons(Settings(data=tmp_path_factory.mktemp("reasons") / "var", region="reasons"))


@pytest.fixture(scope="module")
def client(reasons: Settings) -> Iterator[FlaskClient]:
    with create_app(reasons, open_locator).test_client() as client:
        yield client


@pytest.fixture(scope="module")
def run(reasons: Settings) -> Run:
    return runner(reasons.data, LOCATOR_REGION="reasons")


@pytest.fixture(scope="module")
def answer(client: FlaskClient) -> Json:
    said = client.post("/api/along", json=SAID)
    assert said.status_code == 200, said.get_data(as_text=True)
    return dict(said.get_json())


def typed(**said: Any) -> list[str]:
    """The question as a command line says it."""
    line = list[str]()
    for name, value in said.items():
        option = f"--{LISTS.get(name, name).replace('_', '-')}"
        line += [option] if value is True else [option, ",".join(value) if isinstance(value, list) else str(value)]
    return line


def test_every_reason_of_the_closed_list_is_true_of_one_place() -> None:
    assert {reason for reason, _ in FOUND.values()} == set(REASONS) and len(FOUND) == len(REASONS) == 12


@pytest.mark.parametrize("place", FOUND)
def test_the_api_says_why(answer: Json, place: str) -> None:
    reason, value = FOUND[place]
    said, = (one for one in answer["omitted"] if one["id"] == place)
    assert said["reason"] == reason
    if value is None:
        assert said["value"] > SAID["max_detour_s"]                     # seconds
    elif reason == "behind_start":
        assert said["value"] == pytest.approx(value, abs=2)             # metres: he sets off 100 m from the road's beginning
    else:
        assert said["value"] == (value or None)


def test_nothing_else_is_left_out_and_the_nearest_comes_first(answer: Json) -> None:
    assert [feature["id"] for feature in answer["features"]] == ["stop"] and answer["omitted_more"] == 0
    assert {one["id"] for one in answer["omitted"]} == set(FOUND)
    assert [one["off_route_m"] for one in answer["omitted"]] == sorted(one["off_route_m"] for one in answer["omitted"])


def test_the_command_line_answers_the_same(run: Run, answer: Json) -> None:
    told = json.loads(run("along", *typed(**SAID), "--json").stdout)
    assert told == answer


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("place", FOUND)
def test_the_table_says_why_with_its_value(run: Run, answer: Json, place: str, lang: str) -> None:
    shown = run("--lang", lang, "along", *typed(**SAID)).stdout
    row, = (line for line in shown.splitlines() if re.match(rf"\s*[\d.]+ k?m  {place} ", line))
    assert tells(row, *FOUND[place], answer, place, lang, minutes={"zh": "分", "en": "min"}[lang])


def tells(text: str, reason: str, value: Any, answer: Json, place: str, lang: str, *, minutes: str) -> bool:
    """Does a line hold the words of the reason, and the value in the reader's words?"""
    said = words(lang)
    head = said.text(f"reason.{reason}") if value == "" else said.table[f"left_out.{reason}"].split("%(value)s")[0].strip()
    figure = next(one["value"] for one in answer["omitted"] if one["id"] == place)
    shown = {"kind_not_asked": said.name("kind", str(value)), "service_missing": said.name("service", str(value)),
             "low_accuracy": said.name("accuracy", str(value)).split("：")[0], "behind_start": "900", "unreachable": "",
             "opposite_too_far": minutes, "beyond_max_detour": minutes}.get(reason, str(figure))
    return head in text and shown in text


def test_a_wish_that_is_not_said_leaves_nothing_out(client: FlaskClient) -> None:
    told = client.post("/api/along", json={**TRIP, "max_detour_s": 3600}).get_json()
    assert {one["id"]: one["reason"] for one in told["omitted"]} == {
        "high": "too_high", "heavy": "too_heavy", "island": "unreachable"}
    closed, = (f["properties"] for f in told["features"] if f["id"] == "closed")
    assert closed["open_at_eta"] is False


@pytest.mark.parametrize(("wish", "left"), [
    ({"open_at_eta": True}, {"closed": "closed_at_eta"}),
    ({"min_accuracy": "C"}, {"rough": "low_accuracy"}),
    ({"min_accuracy": "D"}, {}),
    ({"max_age_days": 1000}, {"stale": "stale_record"}),
    ({"max_age_days": 3000}, {}),
    ({"max_opposite_s": 300}, {"opposite": "opposite_too_far"}),
    ({"max_opposite_s": 3000}, {}),
], ids=str)
def test_each_wish_alone_at_both_doors(client: FlaskClient, run: Run, wish: Json, left: dict[str, str]) -> None:
    ask = {**TRIP, "max_detour_s": 3600, **wish}
    told = client.post("/api/along", json=ask).get_json()
    always = {"high": "too_high", "heavy": "too_heavy", "island": "unreachable"}
    assert {one["id"]: one["reason"] for one in told["omitted"]} == always | left
    assert json.loads(run("along", *typed(**ask), "--json").stdout) == told


def test_a_record_is_old_by_the_day_of_departure(client: FlaskClient) -> None:
    """Checked on 1 November: 22 days before departure."""
    def stale(days: int) -> set[str]:
        told = client.post("/api/along", json={**TRIP, "max_detour_s": 3600, "max_age_days": days}).get_json()
        return {one["id"] for one in told["omitted"] if one["reason"] == "stale_record"}
    assert stale(22) == {"stale"} and "stop" in stale(21)


@pytest.mark.parametrize(("wish", "code"), [({"min_accuracy": "F"}, "not_allowed"), ({"max_age_days": -1}, "out_of_range"),
                                           ({"max_opposite_s": 1e9}, "out_of_range")], ids=str)
def test_a_wish_that_cannot_be_is_refused(client: FlaskClient, run: Run, wish: Json, code: str) -> None:
    said = client.post("/api/along", json={**TRIP, **wish})
    assert (said.status_code, said.get_json()["code"], said.get_json()["field"]) == (422, code, *wish)
    assert run("along", *typed(**TRIP, **wish)).exit_code == 2


def test_nearest_says_why_as_well(client: FlaskClient, run: Run) -> None:
    query = {"at": "10.04,0", "kind": "lorry_park", "service": "shower", "min_accuracy": "C", "max_age_days": 1000,
             "open_at_eta": "true", "limit": 1, "max_drive_s": 600, "depart": WHEN}
    told = client.get("/api/nearest", query_string=query).get_json()
    why = {one["id"]: one["reason"] for one in told["omitted"]}
    assert [feature["id"] for feature in told["features"]] == ["stop"]
    assert why == {"kind": "kind_not_asked", "service": "service_missing", "rough": "low_accuracy", "stale": "stale_record",
                   "high": "too_high", "heavy": "too_heavy", "island": "unreachable", "more": "limit_reached",
                   "closed": why["closed"], "opposite": why["opposite"], "far": why["far"], "behind": why["behind"]}
    assert {why["opposite"], why["far"], why["behind"], why["closed"]} <= {"limit_reached", "beyond_max_detour", "closed_at_eta"}
    shown = run("nearest", query["at"], *typed(kind="lorry_park", max_drive_s=600, depart=WHEN, limit=1), "--lang", "en").stdout
    assert words("en").text("reason.unreachable") in shown and "limit 7.5 t" in shown


def test_a_point_far_from_its_road_is_said_at_both_doors(client: FlaskClient, run: Run) -> None:
    ask = {"from": "10.02,0.0045", "to": "10.088932,0", "depart": WHEN}                   # 454 m north of the westbound side
    told = client.post("/api/route", json=ask).get_json()
    assert told["snapped_m"] == [pytest.approx(457.6, abs=2), pytest.approx(0, abs=1)] and told["approximate"] is True
    shown = run("route", *typed(**ask)).stdout
    assert "起点离所走的道路 458 m" in shown and "近似" in shown and "直线" not in shown


@pytest.mark.parametrize(("to", "zh", "en"), [
    ("high", "限高 3.5 米", "height limit 3.5 m"), ("heavy", "限重 7.5 吨", "mass limit 7.5 t")])
def test_a_refused_route_names_the_road_and_its_limit(client: FlaskClient, run: Run, to: str, zh: str, en: str) -> None:
    lon, lat = lonlat(*PLACES[to][0])
    ask = {"from": SAID["from"], "to": f"{lon},{lat}"}
    for lang, said in (("zh", zh), ("en", en)):
        answer = client.post(f"/api/route?lang={lang}", json=ask)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "no_road_within_reach")
        assert said in answer.get_json()["detail"] and said in run("--lang", lang, "route", *typed(**ask)).stderr


def test_the_countrys_driving_side_is_the_engines(tmp_path: Path, reasons: Settings) -> None:
    settings = Settings(data=tmp_path / "var")
    (tmp_path / "roads.osm").write_text(write_osm(), encoding="utf-8")
    build(settings, "left", [tmp_path / "roads.osm"], country="GB", tz="Europe/London")
    engines = [open_locator(settings, "left").engine, open_locator(reasons, "reasons").engine]
    assert [isinstance(one, EmbeddedEngine) and one.snapper.keeps_left for one in engines] == [True, False]


@pytest.mark.deep
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_lists_what_is_left_out_and_why(reasons: Settings, answer: Json, lang: str) -> None:
    from playwright.sync_api import sync_playwright

    from tests.web.looking import ARGS, CHROMIUM, DESKTOP, looking, serving

    said = {LISTS.get(name, name): ",".join(value) if isinstance(value, list) else "true" if value is True else str(value)
            for name, value in SAID.items()} | {"lang": lang}
    rows: dict[str | None, str] = {}
    with serving(reasons) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        for more in ({}, {"driven_min": "300"}):       # where there is driving time, a ladder names what limits leave out
            with looking(browser, address, f"/?{urlencode(said | more)}", viewport=DESKTOP) as seen:
                seen.page.wait_for_selector(".stop")
                assert not seen.page.locator(".left-out li").first.is_visible()
                seen.page.locator(".left-out summary").click()
                rows |= {row.get_attribute("data-reason"): row.inner_text() for row in seen.page.locator(".left-out li").all()}
                assert not seen.errors
        assert set(rows) == set(REASONS)
        for place, (reason, value) in FOUND.items():
            assert place in rows[reason]
            assert tells(rows[reason], reason, value, answer, place, lang, minutes={"zh": "分", "en": "min"}[lang]), rows[reason]
        browser.close()
