"""What runs and scenarios take together is bounded in bytes: the oldest runs go, scenarios stay, what never fits is refused."""
from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from geodata.errors import NoRoom, NotFound
from locator.jobs import add_job, cancel_job, finish_job, read_job, read_jobs, tend_jobs
from locator.keeping import kept_bytes
from locator.scenarios import Scenario, read_scenarios, remove_scenario, save_scenario

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
MOST = 10_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite"


def run(file: Path, minute: int, size: int) -> str:
    """A run that is done, with a result of so many bytes."""
    now = NOW + timedelta(minutes=minute)
    name = add_job(file, "coverage", "wujin", {}, now, MOST).id
    tend_jobs(file, lambda _: 0, most=99, limit_s=1e9, now=now)
    finish_job(file, name, b"x" * size, now, MOST)
    return name


def keep(file: Path, name: str, size: int) -> None:
    answer: dict[str, Any] = {"told": "x" * size}
    save_scenario(file, Scenario(name, "coverage", "wujin", {}, {}, {}, NOW), answer, MOST)


def test_the_runs_that_ended_longest_ago_go_first(file: Path) -> None:
    names = [run(file, minute, 4_000) for minute in range(2)]
    assert [job.id for job in read_jobs(file)] == names[::-1]
    third = run(file, 2, 4_000)
    assert [job.id for job in read_jobs(file)] == [third, names[1]] and read_job(file, third).has_result
    keep(file, "a", 5_500)                                 # only one run fits beside it
    assert [job.id for job in read_jobs(file)] == [third]
    keep(file, "b", 4_000)                                 # none
    assert read_jobs(file) == [] and {one.name for one in read_scenarios(file)} == {"a", "b"}


def test_what_never_fits_is_refused_and_nothing_is_lost(file: Path) -> None:
    keep(file, "a", 6_000)
    small = run(file, 0, 1_000)
    with pytest.raises(NoRoom, match="kept_full") as why:
        keep(file, "b", 5_000)
    assert why.value.params["limit"] == MOST and why.value.value > MOST
    assert read_job(file, small).has_result and {one.name for one in read_scenarios(file)} == {"a"}
    with pytest.raises(NoRoom, match="kept_full"):
        run(file, 1, 5_000)
    remove_scenario(file, "a")
    keep(file, "b", 5_000)
    assert read_job(file, small).has_result
    keep(file, "c", 4_900)
    with pytest.raises(NotFound):
        read_job(file, small)


def test_a_question_counts_as_well(file: Path) -> None:
    keep(file, "a", 6_000)
    with pytest.raises(NoRoom, match="kept_full"):
        add_job(file, "audit", "wujin", {"trips": ["x" * 5_000]}, NOW, MOST)
    assert read_jobs(file) == []


def test_a_run_that_was_cancelled_costs_no_other_its_result(file: Path) -> None:
    old = run(file, 0, 6_000)
    name = add_job(file, "coverage", "wujin", {}, NOW, MOST).id
    with closing(sqlite3.connect(file)) as state, state:
        state.execute("UPDATE jobs SET state = 'running' WHERE id = ?", (name,))
    cancel_job(file, name, NOW)
    finish_job(file, name, b"x" * 6_000, NOW, MOST)
    assert read_job(file, old).has_result and read_job(file, name).state == "cancelled"


def test_bytes_are_counted_not_letters_and_answers_are_not_read_for_it(file: Path) -> None:
    keep(file, "路", 1_000)
    name = add_job(file, "coverage", "wujin", {"refs": ["沪宁"]}, NOW, MOST).id
    asked, answer, nothing = len('{"refs":["沪宁"]}'.encode()), len('{"told":""}') + 1_000, 3 * len("{}")
    with closing(sqlite3.connect(file)) as state:
        assert kept_bytes(state) == asked + answer + nothing
        state.execute("UPDATE jobs SET result = zeroblob(5000000) WHERE id = ?", (name,))
        state.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1_000_000)                 # a longer value cannot be read, or made
        assert kept_bytes(state) == asked + answer + nothing + 5_000_000


def test_a_country_s_report_has_room(file: Path) -> None:
    """As large as the report of the synthetic country of 491 km."""
    name = add_job(file, "report", "country", {}, NOW).id
    tend_jobs(file, lambda _: 0, most=1, limit_s=60, now=NOW)
    finish_job(file, name, bytes(67_815_106), NOW)
    assert read_job(file, name).has_result
