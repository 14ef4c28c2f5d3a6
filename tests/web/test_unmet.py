"""Questions that found no stop are counted at the web's door, and at no other; nothing of who asked is kept."""
from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from locator.settings import Settings
from locator.unmet import COLUMNS, SHOWN_FROM, STATE
from locator.web import create_app
from locator.wiring import open_locator
from tests.cli.conftest import runner
from tests.conftest import copied
from tests.doors import TRIP

NONE = TRIP | {"services": ["clinic"], "min_bays": 9_999}            # no place has so many
ADDRESS, AGENT = "203.0.113.77", "a phone of somebody"


@pytest.fixture
def own_data(wujin: Settings, tmp_path: Path) -> Settings:
    return copied(wujin, tmp_path / "var")


@pytest.fixture
def client(own_data: Settings) -> Iterator[FlaskClient]:
    with create_app(own_data, open_locator).test_client() as client:
        yield client


def ask(client: FlaskClient, times: int = 1, **more: Any) -> None:
    for _ in range(times):
        answer = client.post("/api/along", json=NONE | more, headers={"User-Agent": AGENT}, environ_base={"REMOTE_ADDR": ADDRESS})
        assert answer.status_code == 200 and answer.get_json()["features"] == []


def kept(data: Path) -> list[tuple[Any, ...]]:
    state = sqlite3.connect(data / STATE)
    found = state.execute("SELECT * FROM unmet").fetchall()
    state.close()
    return found


def test_five_questions_in_vain_are_seen_at_both_doors(client: FlaskClient, own_data: Settings) -> None:
    run = runner(own_data.data)
    ask(client, SHOWN_FROM - 1)
    assert client.get("/api/unmet").get_json()["unmet"] == [] and run("unmet").exit_code == 3
    ask(client)
    told = client.get("/api/unmet").get_json()
    (one,) = told["unmet"]
    assert (one["missing"], one["count"], one["region"]) == ("clinic", SHOWN_FROM, "wujin") and list(one) == list(COLUMNS)
    assert one["month"] in {f"{datetime.now(UTC):%Y-%m}", one["month"]} and told["schematic"] is True
    assert json.loads(run("unmet", "--json").stdout) == told
    assert "clinic".title() in run("--lang", "en", "unmet").stdout
    assert client.get("/api/unmet?since=2199-01").get_json()["unmet"] == []


def test_nothing_of_who_asked_or_where_he_goes_is_in_the_file(client: FlaskClient, own_data: Settings) -> None:
    ask(client, 2)
    content = b"".join(file.read_bytes() for file in own_data.data.glob(f"{STATE}*"))
    for secret in (ADDRESS, AGENT, *TRIP.values(), "119.9446", "31.7158"):
        assert secret.encode() not in content
    (row,) = kept(own_data.data)
    assert len(row) == len(COLUMNS) and row[-1] == 2


def test_a_question_that_finds_a_stop_is_not_counted(client: FlaskClient, own_data: Settings) -> None:
    assert client.post("/api/along", json=TRIP).get_json()["features"]
    assert client.post("/api/along", json=TRIP | {"from": "无此地"}).status_code == 404
    assert client.get("/api/nearest?at=湖塘&service=clinic&max_drive_s=1").status_code == 200
    assert not (own_data.data / STATE).exists()


def test_the_command_line_counts_nothing(own_data: Settings) -> None:
    done = runner(own_data.data)("along", "--from", TRIP["from"], "--to", TRIP["to"], "--min-bays", 9_999)
    assert done.exit_code == 3 and not (own_data.data / STATE).exists()


def test_the_setting_turns_it_off(own_data: Settings) -> None:
    off = create_app(replace(own_data, unmet=0), open_locator).test_client()
    ask(off, SHOWN_FROM)
    assert not (own_data.data / STATE).exists() and off.get("/api/unmet").get_json()["unmet"] == []


def test_a_file_for_another_program_counts_too(client: FlaskClient, own_data: Settings) -> None:
    assert client.post("/api/along?format=gpx", json=NONE).status_code == 200
    assert [row[-1] for row in kept(own_data.data)] == [1]


def test_a_broken_state_file_costs_no_answer(client: FlaskClient, own_data: Settings) -> None:
    (own_data.data / STATE).write_bytes(b"no database" * 99)
    ask(client)
    assert client.get("/api/unmet").get_json()["code"] == "busy"


def test_a_month_that_is_none_is_refused(client: FlaskClient, own_data: Settings) -> None:
    answer = client.get("/api/unmet?since=november&lang=en")
    assert (answer.status_code, answer.get_json()["code"], answer.get_json()["field"]) == (422, "bad_time", "since")
    typed = runner(own_data.data)("--lang", "en", "unmet", "--since", "november")
    assert typed.exit_code == 2 and typed.stderr.count("\n") == 1
