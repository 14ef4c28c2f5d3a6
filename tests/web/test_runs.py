"""Long runs and scenarios over the API: a real process answers, cancelling ends it, a scenario asked again finds the same."""
from __future__ import annotations

import gc
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask.testing import FlaskClient

from geodata.regions import open_region
from locator.jobs import add_job, cancel_job, finish_job, is_alive, read_job, read_jobs, tend_jobs
from locator.scenarios import Scenario, save_scenario
from locator.settings import Settings
from locator.state import STATE
from locator.web import create_app
from locator.web.reports import TYPES
from locator.web.running import tend
from locator.web.scenario import compare
from locator.wiring import open_locator
from tests.cli.conftest import runner
from tests.conftest import copied

Json = dict[str, Any]
ENDS = {"from_lon": 119.9446, "from_lat": 31.7158, "to_lon": 120.1115, "to_lat": 31.7637}
TRIPS = [{"id": f"t{i}", **ENDS, "weight": i} for i in (1, 2)]
ASK: Json = {"limit_s": 900.0, "services": ["shower"]}


@pytest.fixture
def own(wujin: Settings, tmp_path: Path) -> Iterator[Settings]:
    """A copy of the sample; whatever still runs when the test is over is ended."""
    settings = copied(wujin, tmp_path / "var")
    yield settings
    if (settings.data / STATE).is_file():
        for job in read_jobs(settings.data / STATE):
            cancel_job(settings.data / STATE, job.id, datetime.now(UTC))


@pytest.fixture
def doors(own: Settings) -> FlaskClient:
    return create_app(own, open_locator).test_client()


def as_described(doors: FlaskClient, method: str, path: str, response: Any) -> Json:
    answer: Json = response if isinstance(response, dict) else response.get_json()
    spec = doors.get("/openapi.json").get_json()
    content = spec["paths"][path][method]["responses"]["200"]["content"]["application/json"]
    jsonschema_rs.Draft202012Validator({**content["schema"], "components": spec["components"]}).validate(answer)
    return answer


def ended(doors: FlaskClient, job: str, within_s: float = 240) -> Json:
    until = time.monotonic() + within_s
    while (said := doors.get(f"/api/jobs/{job}").get_json())["state"] in ("waiting", "running"):
        assert time.monotonic() < until, said
        time.sleep(0.3)
    return dict(said)


@pytest.mark.deep
def test_a_run_is_answered_by_a_process_of_its_own_as_its_own_call_would(doors: FlaskClient) -> None:
    job = as_described(doors, "post", "/api/jobs", doors.post("/api/jobs", json={"question": "coverage", "ask": ASK}).get_json())
    assert job["state"] in ("waiting", "running") and job["question"] == "coverage"
    said = as_described(doors, "get", "/api/jobs/{id}", ended(doors, job["id"]))
    assert (said["state"], said["share"], said["has_result"]) == ("done", 1.0, True), said
    found = doors.get(f"/api/jobs/{job['id']}/result").get_json()
    assert found.pop("inputs")["layers"]["drivers_home"] == 1
    assert found == doors.post("/api/coverage", json=ASK).get_json()
    kept = as_described(doors, "post", "/api/scenarios", doors.post("/api/scenarios", json={"name": "夜里", "job": job["id"]}))
    assert kept["figures"]["share"] == found["total"]["share"]
    again = as_described(doors, "post", "/api/scenarios/{name}/replay", doors.post("/api/scenarios/夜里/replay", json={}))
    assert again["same"] and again["changed"] == [] and all(one["difference"] in (0, None) for one in again["figures"])


@pytest.mark.deep
def test_cancelling_ends_the_process_and_the_next_one_is_begun(doors: FlaskClient, own: Settings) -> None:
    body = {"question": "audit", "ask": {"trips": TRIPS}}
    first, second = (doors.post("/api/jobs", json=body).get_json()["id"] for _ in range(2))
    worker = read_job(own.data / STATE, first).worker
    assert is_alive(worker) and doors.get(f"/api/jobs/{second}").get_json()["state"] == "waiting"
    assert as_described(doors, "delete", "/api/jobs/{id}", doors.delete(f"/api/jobs/{first}").get_json())["state"] == "cancelled"
    until = time.monotonic() + 20
    while is_alive(worker) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_alive(worker)
    said = ended(doors, second)
    assert said["state"] == "done", said
    assert doors.get(f"/api/jobs/{second}/result").get_json()["trips"] == 2
    assert doors.get(f"/api/jobs/{first}/result").get_json()["code"] == "no_result"
    listed = as_described(doors, "get", "/api/jobs", doors.get("/api/jobs").get_json())
    assert [job["id"] for job in listed["jobs"]] == [second, first] and listed["state"] == "on"


@pytest.mark.parametrize(("body", "code", "field"), [
    ({"question": "weather"}, "not_allowed", "question"), ({}, "missing", "question"),
    ({"question": "coverage", "ask": {"limit_s": -1}}, "out_of_range", "limit_s"),
    ({"question": "coverage", "ask": {"classes": ["canal"]}}, "not_allowed", "classes"),
    ({"question": "audit", "ask": {}}, "missing", "trips"),
    ({"question": "audit", "ask": {"trips": TRIPS, "depth": "x"}}, "not_allowed", "depth"),
    ({"question": "coverage", "region": "mars"}, "unknown_region", "region"),
    ({"question": "coverage", "more": 1}, "unknown_field", "more"),
])
def test_what_is_wrong_with_a_question_is_said_before_it_waits(doors: FlaskClient, own: Settings, body: Json, code: str,
                                                                    field: str) -> None:
    said = doors.post("/api/jobs", json=body).get_json()
    assert (said["code"], said["field"]) == (code, field), said
    assert not (own.data / STATE).is_file()


def test_a_server_may_start_no_runs(own: Settings) -> None:
    closed = create_app(replace(own, jobs=0), open_locator).test_client()
    said = closed.post("/api/jobs", json={"question": "coverage"})
    assert (said.status_code, said.get_json()["code"]) == (503, "jobs_off")
    assert closed.get("/api/jobs").get_json() == {"jobs": [], "state": "off"}


def test_a_run_that_ended_is_counted_though_nobody_looks(own: Settings) -> None:
    """Its process is waited for at once: no zombie, and nobody holds a process of which he does not know that it ended."""
    tend(replace(own, jobs=0))
    job = add_job(own.data / STATE, "weather", "wujin", {}, datetime.now(UTC)).id            # ends at once: no such question
    tend(own)
    pid = int(read_job(own.data / STATE, job).worker.partition(":")[0])
    until = time.monotonic() + 60
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    assert read_job(own.data / STATE, job).state == "failed"
    gc.collect()
    held = [one for one in gc.get_objects() if isinstance(one, subprocess.Popen) and one.pid == pid]
    assert all(one.returncode is not None for one in held)


@pytest.mark.parametrize("name", ["nobody", "' OR 1=1 --", "../x", "%00"])
def test_a_run_nobody_started(doors: FlaskClient, name: str) -> None:
    assert doors.get(f"/api/jobs/{name}").status_code == 404 and doors.delete(f"/api/jobs/{name}").status_code == 404


# ---------------------------------------------------------------- scenarios

def save(doors: FlaskClient, name: str, **ask: Any) -> Any:
    return doors.post("/api/scenarios", json={"name": name, "question": "coverage", "ask": ask})


def test_two_scenarios_side_by_side_and_a_changed_layer_is_named(doors: FlaskClient, own: Settings) -> None:
    hostile = "<img src=x onerror=alert(1)> {{7*7}}"
    assert save(doors, "a", limit_s=900).status_code == 200 and save(doors, hostile, limit_s=600).status_code == 200
    assert (again := save(doors, "a").get_json())["code"] == "scenario_exists" and again["field"] == "name"
    listed = as_described(doors, "get", "/api/scenarios", doors.get("/api/scenarios").get_json())
    assert {one["name"] for one in listed["scenarios"]} == {"a", hostile}
    both = as_described(doors, "get", "/api/scenarios/{name}/compare/{other}", doors.get(f"/api/scenarios/a/compare/{hostile}"))
    share = next(one for one in both["figures"] if one["name"] == "share")
    direct = [doors.post("/api/coverage", json={"limit_s": s}).get_json()["total"]["share"] for s in (900, 600)]
    assert (share["a"], share["b"], share["difference"]) == (*direct, direct[1] - direct[0]) and direct[1] < direct[0]
    assert [one["what"] for one in both["asked"]] == ["limit_s"] and both["inputs"] == []
    assert {feature["properties"]["side"] for feature in both["features"]} == {"a", "b"}

    layers = open_region(own.data, "wujin").layers
    homes = layers.catalog()["drivers_home"].frame
    layers.replace("drivers_home", homes.iloc[:-1])
    now = doors.post("/api/scenarios/a/replay", json={}).get_json()
    assert now["changed"] == [{"what": "layer drivers_home", "then": 1, "now": 2}] and not now["same"]
    layers.replace("drivers_home", homes)
    back = doors.post("/api/scenarios/a/replay", json={}).get_json()
    assert back["same"] and back["changed"] == [{"what": "layer drivers_home", "then": 1, "now": 3}]
    assert doors.delete(f"/api/scenarios/{hostile}").status_code == 200
    assert doors.get(f"/api/scenarios/{hostile}").get_json()["code"] == "unknown_scenario"
    shown = as_described(doors, "get", "/api/scenarios/{name}", doors.get("/api/scenarios/a").get_json())
    assert shown["answer"]["total"]["share"] == direct[0]


def test_an_audit_and_a_coverage_are_not_compared(doors: FlaskClient) -> None:
    save(doors, "a", limit_s=900)
    body = {"name": "b", "question": "audit", "ask": {"trips": TRIPS, "behind_s": 14_000}}
    assert doors.post("/api/scenarios", json=body).status_code == 200
    assert doors.get("/api/scenarios/a/compare/b").get_json()["code"] == "other_kind"
    assert doors.post("/api/scenarios/b/replay", json={}).get_json()["same"]
    assert doors.get("/api/scenarios/b").get_json()["ask"]["on"] is not None          # the law of that day is kept


@pytest.mark.parametrize("name", [" x", "a/b", "a\nb", "\u202eab"])
def test_names_that_are_refused(doors: FlaskClient, name: str) -> None:
    assert save(doors, name).get_json()["code"] == "bad_name"


def test_the_command_line_keeps_and_shows_the_same(own: Settings, doors: FlaskClient, tmp_path: Path) -> None:
    run = runner(own.data)
    (tmp_path / "ask.json").write_text('{"limit_s": 600}')
    assert run("scenario", "list").exit_code == 3
    saved = run("scenario", "save", "甲", "--ask", tmp_path / "ask.json")
    assert saved.exit_code == 0 and "覆盖率" in saved.stdout, saved.stderr
    save(doors, "乙", limit_s=900)
    shown = run("scenario", "compare", "甲", "乙", "--lang", "en")
    assert shown.exit_code == 0 and "limit_s: 600.0 → 900.0" in shown.stdout and "SCHEMATIC" in shown.stdout
    again = run("scenario", "replay", "甲", "--lang", "en")
    assert again.exit_code == 0 and "The same figures again." in again.stdout
    assert "甲" in run("scenario", "list").stdout and "drivers_home" in run("scenario", "show", "甲").stdout
    assert run("scenario", "remove", "甲").exit_code == 0 and run("scenario", "show", "甲").exit_code == 2
    (tmp_path / "ask.json").write_text("[1]")
    assert run("scenario", "save", "丙", "--ask", tmp_path / "ask.json").exit_code == 2


# ---------------------------------------------------------------- the report

@pytest.mark.deep
def test_a_report_is_a_run_and_its_files_are_fetched(doors: FlaskClient, own: Settings) -> None:
    job = doors.post("/api/jobs", json={"question": "report", "ask": {"limit_s": 900}}).get_json()["id"]
    said = ended(doors, job)
    assert said["state"] == "done", said
    told = doors.get(f"/api/jobs/{job}/result").get_json()
    assert told["coverage"]["total"] == doors.post("/api/coverage", json={"limit_s": 900}).get_json()["total"]
    with closing(sqlite3.connect(own.data / STATE)) as state:
        made = {name for (name,) in state.execute("SELECT name FROM job_files WHERE job = ?", (job,))}
    assert made == {"report.gpkg", *(f"report.{lang}.{form}" for lang in ("zh", "en") for form in ("pdf", "xlsx"))}
    for form, begins in (("pdf", b"%PDF"), ("xlsx", b"PK\x03\x04"), ("gpkg", b"SQLite format 3")):
        file = doors.get(f"/api/jobs/{job}/report.{form}?lang=en")
        assert file.status_code == 200 and file.data.startswith(begins) and file.headers["Content-Language"] == "en"
        assert file.headers["Content-Disposition"].startswith("attachment") and file.headers["Content-Type"] == TYPES[form]
    assert doors.get(f"/api/jobs/{job}/report.exe").get_json()["code"] == "not_allowed"
    kept = doors.post("/api/scenarios", json={"name": "报告", "job": job}).get_json()
    assert kept["figures"]["share"] == told["coverage"]["total"]["share"] and kept["figures"]["roads"] > 0


def test_a_report_of_what_is_none(doors: FlaskClient, own: Settings) -> None:
    file, now = own.data / STATE, datetime.now(UTC)
    other = add_job(file, "coverage", "wujin", {}, now).id
    waiting = add_job(file, "report", "wujin", {}, now + timedelta(seconds=1)).id
    tend_jobs(file, lambda _: 0, most=1, limit_s=60, now=now)
    finish_job(file, other, b"{}", now)
    assert [read_job(file, name).state for name in (other, waiting)] == ["done", "waiting"]
    for name, code in ((other, "not_allowed"), (waiting, "no_result"), ("nobody", "unknown_job")):
        assert doors.get(f"/api/jobs/{name}/report.pdf").get_json()["code"] == code


def test_what_is_kept_of_spacing_can_be_drawn_and_its_differences(doors: FlaskClient) -> None:
    for name, ask in (("all", {}), ("areas", {"kinds": ["service_area"]})):
        said = doors.post("/api/scenarios", json={"name": name, "question": "spacing", "ask": ask})
        assert said.status_code == 200 and said.get_json()["ask"]["lines"] is True
    answers = [doors.get(f"/api/scenarios/{name}").get_json()["answer"]["directions"] for name in ("all", "areas")]
    assert all(one["geometry"] for answer in answers for one in answer)
    both = as_described(doors, "get", "/api/scenarios/{name}/compare/{other}", doors.get("/api/scenarios/all/compare/areas"))
    all_of, areas = ({stop["id"] for one in answer for stop in one["stops"]} for answer in answers)
    stops = {one["properties"]["id"] for one in both["features"] if one["properties"]["what"] == "stop"}
    assert stops == all_of - areas != set()
    longest = [sum(one["longest_m"] for one in answer) for answer in answers]
    sides = {one["properties"]["side"] for one in both["features"] if one["properties"]["what"] == "stretch"}
    assert longest[1] > longest[0] and sides == {"a", "b"}


def test_two_regions_compared_name_whose_data_both_are(own: Settings) -> None:
    for name, whose in (("a", "© A"), ("b", "© B"), ("c", "© A")):
        scenario = Scenario(name, "coverage", name, {}, {}, {}, datetime.now(UTC))
        save_scenario(own.data / STATE, scenario, {"features": [], "attribution": whose, "schematic": False})
    assert [compare(own, "a", other)["attribution"] for other in "bc"] == ["© A · © B", "© A"]


@pytest.mark.parametrize("region", ["porto", ["wujin"], {"a": 1}], ids=str)
def test_a_question_of_another_region_is_not_answered_for_this_one(doors: FlaskClient, region: Any) -> None:
    for path, more in (("/api/jobs", {}), ("/api/scenarios", {"name": "x"})):
        said = doors.post(path, json={"question": "coverage", "ask": {"region": region}, "region": "wujin", **more})
        assert (said.status_code, said.get_json()["code"], said.get_json()["field"]) == (422, "not_allowed", "region")
