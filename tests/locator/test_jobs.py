"""Long runs in the state file: their states are true, whoever dies; they are bounded in number and time."""
from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from geodata.errors import BadInput, LocatorError, NotFound, Unavailable
from locator import jobs
from locator.jobs import (
    KEPT,
    KEPT_DAYS,
    MOST_WAITING,
    Stopped,
    add_job,
    cancel_job,
    fail_job,
    finish_job,
    is_alive,
    process_name,
    read_job,
    read_jobs,
    read_result,
    tell_progress,
    tend_jobs,
)

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)


class Starter:
    """Starts processes that only wait; remembers them, and ends them."""

    def __init__(self) -> None:
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def __call__(self, name: str) -> int:
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
        self.processes[name] = process
        return process.pid


@pytest.fixture
def start() -> Iterator[Starter]:
    starter = Starter()
    yield starter
    for process in starter.processes.values():
        process.kill()
        process.wait(timeout=10)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "state.sqlite"


def add(file: Path, minute: int = 0) -> str:
    return add_job(file, "coverage", "wujin", {"limit_s": 900.0}, NOW + timedelta(minutes=minute)).id


def tend(file: Path, start: Starter, *, most: int = 1, limit_s: float = 60.0, now: datetime = NOW) -> None:
    tend_jobs(file, start, most=most, limit_s=limit_s, now=now)


def states(file: Path) -> dict[str, str]:
    return {job.id: job.state for job in read_jobs(file)}


def test_a_run_from_asking_to_its_result(file: Path, start: Starter) -> None:
    name = add(file)
    assert read_job(file, name).ask == {"limit_s": 900.0} and states(file) == {name: "waiting"}
    with pytest.raises(BadInput, match="no_result"):
        read_result(file, name)
    tend(file, start)
    assert states(file) == {name: "running"} and is_alive(read_job(file, name).worker)
    tell_progress(file, name, "search 3", 0.4)
    assert (read_job(file, name).step, read_job(file, name).share) == ("search 3", 0.4)
    finish_job(file, name, b'{"share": 1}', NOW)
    job = read_job(file, name)
    assert (job.state, job.share, job.ended) == ("done", 1.0, NOW) and read_result(file, name) == b'{"share": 1}'


def test_only_so_many_run_at_once_and_the_oldest_is_next(file: Path, start: Starter) -> None:
    names = [add(file, minute) for minute in range(3)]
    tend(file, start)
    tend(file, start)
    assert [states(file)[name] for name in names] == ["running", "waiting", "waiting"] and list(start.processes) == names[:1]
    fail_job(file, names[0], LocatorError("internal"), NOW)
    tend(file, start, most=2)
    assert [states(file)[name] for name in names] == ["failed", "running", "running"]
    assert read_job(file, names[0]).error == {"code": "internal", "field": None, "value": None, "params": {}}


def test_a_run_whose_process_is_gone_says_it_was_interrupted(file: Path, start: Starter) -> None:
    name, next_one = add(file), add(file, 1)
    tend(file, start)
    start.processes[name].kill()
    start.processes[name].wait(timeout=10)
    tend(file, start, now=NOW + timedelta(seconds=30))
    assert states(file) == {name: "interrupted", next_one: "running"}
    with pytest.raises(Stopped):                                       # as one would that was only taken for dead
        tell_progress(file, name, "search", 0.5)
    finish_job(file, name, b"{}", NOW)
    assert read_job(file, name).state == "interrupted" and not read_job(file, name).has_result


def test_a_later_process_of_the_same_number_is_not_the_run(file: Path) -> None:
    me = process_name(os.getpid())
    assert is_alive(me) and not is_alive(me + "1") and not is_alive("") and process_name(2**22 + 5) == ""
    jobs.end_process(me + "1")                                         # would end this test
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    deadline = time.monotonic() + 20
    while process_name(zombie.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert process_name(zombie.pid) == ""                              # ended, though nobody has counted it yet
    zombie.wait(timeout=10)


def test_cancelling_ends_the_process_and_leaves_no_result(file: Path, start: Starter) -> None:
    name, waiting = add(file), add(file, 1)
    tend(file, start)
    assert cancel_job(file, name, NOW).state == "cancelled" and start.processes[name].wait(timeout=10) == -9
    assert cancel_job(file, waiting, NOW).state == "cancelled"
    with pytest.raises(Stopped):
        tell_progress(file, name, "search", 0.5)
    cancel_job(file, name, NOW)                                        # one that has ended is forgotten
    with pytest.raises(NotFound, match="unknown_job"):
        read_job(file, name)
    with pytest.raises(NotFound, match="unknown_job"):
        cancel_job(file, "nobody", NOW)


def test_a_run_past_its_time_is_ended(file: Path, start: Starter) -> None:
    name = add(file)
    tend(file, start)
    tend(file, start, now=NOW + timedelta(seconds=60))
    assert states(file)[name] == "running"
    tend(file, start, now=NOW + timedelta(seconds=61))
    assert start.processes[name].wait(timeout=10) == -9
    assert (error := read_job(file, name).error) and error["code"] == "took_too_long"


def test_waiting_runs_and_kept_ones_are_bounded(file: Path, start: Starter, monkeypatch: pytest.MonkeyPatch) -> None:
    for minute in range(MOST_WAITING):
        add(file, minute)
    with pytest.raises(Unavailable, match="busy"):
        add(file, 99)
    for job in read_jobs(file):
        cancel_job(file, job.id, NOW + timedelta(minutes=len(job.id)))
    for minute in range(KEPT + 10):
        cancel_job(file, add(file, 100 + minute), NOW + timedelta(minutes=100 + minute))
    assert len(read_jobs(file)) == KEPT
    last = add_job(file, "coverage", "wujin", {}, NOW + timedelta(days=KEPT_DAYS + 2))
    assert states(file) == {last.id: "waiting"}
    monkeypatch.setattr(jobs, "MOST_RESULT_BYTES", 10)
    with pytest.raises(BadInput, match="too_large"):
        finish_job(file, last.id, b"x" * 11, NOW)


def test_a_state_file_of_another_version_is_left_alone(file: Path) -> None:
    import sqlite3

    add(file)
    with sqlite3.connect(file) as state:
        state.execute("UPDATE parts SET version = 9 WHERE part = 'jobs'")
    state.close()
    with pytest.raises(Unavailable, match="busy"):
        read_jobs(file)
