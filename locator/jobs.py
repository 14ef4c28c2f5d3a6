"""Long runs, kept in the state file: asked, waiting, running, ended; how far each has come; who runs it.

In: the state file, what is asked, moments.    Out: Job, and the results of those that are done.
Never knows: how a question is answered, HTTP, how a process is started (`start` is told).

States end honestly: a run whose process is gone is `interrupted`, never running, and no result is kept of one that did not end.

A process is known by its number and the moment the kernel started it, so a later process of the same number is nobody's.
"""
from __future__ import annotations

import logging
import os
import secrets
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from geodata.errors import BadInput, LocatorError, NotFound, Unavailable
from locator.keeping import KEPT_BYTES, make_room
from locator.state import opened

log = logging.getLogger(__name__)
VERSION = 1
WAITING, RUNNING, DONE, FAILED, CANCELLED, INTERRUPTED = STATES = (
    "waiting", "running", "done", "failed", "cancelled", "interrupted")
ENDED = (DONE, FAILED, CANCELLED, INTERRUPTED)
MOST_WAITING = 20                    # asked and not begun
KEPT, KEPT_DAYS = 50, 30             # jobs that ended, and how long
MOST_RESULT_BYTES = 100_000_000      # the report of a country of 80 000 km of freight roads has 68 MB
WAIT_S = 5.0
TABLE = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, region TEXT NOT NULL, ask TEXT NOT NULL, state TEXT NOT NULL, step TEXT NOT NULL,
    share REAL NOT NULL, made TEXT NOT NULL, started TEXT, ended TEXT, worker TEXT, error TEXT, result BLOB) STRICT
"""
SHOWN = "id, kind, region, ask, state, step, share, made, started, ended, worker, error, result IS NOT NULL"


@dataclass(frozen=True)
class Job:
    """share  of the work done, 0 to 1; step: what it is at;  worker: number and start of its process, "" none
    error  code, field, value, params of what went wrong
    """

    id: str
    kind: str
    region: str
    ask: dict[str, Any]
    state: str
    step: str
    share: float
    made: datetime
    started: datetime | None
    ended: datetime | None
    worker: str
    error: dict[str, Any] | None
    has_result: bool


class Stopped(Exception):
    """Somebody cancelled the job, or it was taken for dead: whoever runs it ends."""


def add_job(file: Path, kind: str, region: str, ask: dict[str, Any], now: datetime, most_bytes: int = KEPT_BYTES) -> Job:
    """A job that waits. Raises  Unavailable busy where MOST_WAITING wait already, NoRoom kept_full."""
    asked = orjson.dumps(ask)
    with opened_jobs(file) as state:
        old = (now - timedelta(days=KEPT_DAYS)).isoformat()
        ended = f"state IN ({', '.join('?' * len(ENDED))})"
        state.execute(f"DELETE FROM jobs WHERE {ended} AND ended < ?", (*ENDED, old))
        state.execute(f"DELETE FROM jobs WHERE {ended} AND id NOT IN "
                      f"(SELECT id FROM jobs WHERE {ended} ORDER BY ended DESC LIMIT ?)", (*ENDED, *ENDED, KEPT - 1))
        if state.execute("SELECT count(*) FROM jobs WHERE state = ?", (WAITING,)).fetchone()[0] >= MOST_WAITING:
            raise Unavailable("busy")
        make_room(state, len(asked), most_bytes, ENDED)
        name = secrets.token_hex(8)
        state.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, '', 0, ?, NULL, NULL, NULL, NULL, NULL)",
                      (name, kind, region, asked.decode(), WAITING, now.isoformat()))
        return _read(state, name)


def read_job(file: Path, name: str) -> Job:
    """Raises  NotFound unknown_job."""
    with opened_jobs(file) as state:
        return _read(state, name)


def read_jobs(file: Path) -> list[Job]:
    """All that are kept, the newest first."""
    with opened_jobs(file) as state:
        return [_job(row) for row in state.execute(f"SELECT {SHOWN} FROM jobs ORDER BY made DESC, id")]


def read_result(file: Path, name: str) -> bytes:
    """The JSON of a job that is done. Raises  NotFound unknown_job, BadInput no_result."""
    with opened_jobs(file) as state:
        job = _read(state, name)
        if not job.has_result:
            raise BadInput("no_result", field="id", value=job.state)
        return bytes(state.execute("SELECT result FROM jobs WHERE id = ?", (name,)).fetchone()[0])


def cancel_job(file: Path, name: str, now: datetime) -> Job:
    """End it, and its process. One that ended already is forgotten. Raises  NotFound unknown_job."""
    with opened_jobs(file) as state:
        job = _read(state, name)
        if job.state in ENDED:
            state.execute("DELETE FROM jobs WHERE id = ?", (name,))
            return job
        state.execute("UPDATE jobs SET state = ?, ended = ?, result = NULL WHERE id = ?", (CANCELLED, now.isoformat(), name))
        job = _read(state, name)
    end_process(job.worker)
    return job


def tend_jobs(file: Path, start: Callable[[str], int], *, most: int, limit_s: float, now: datetime) -> None:
    """Say of runs whose process is gone that they were interrupted, end those over their time, begin as many as may run.

    start  a job's id -> the number of the process that runs it
    """
    late = []
    with opened_jobs(file) as state:
        for job in [_job(row) for row in state.execute(f"SELECT {SHOWN} FROM jobs WHERE state = ?", (RUNNING,))]:
            if not is_alive(job.worker):
                _end(state, job.id, INTERRUPTED, now)
            elif job.started is not None and now - job.started > timedelta(seconds=limit_s):
                _end(state, job.id, FAILED, now, {"code": "took_too_long", "field": None, "value": None,
                                                  "params": {"limit_s": f"{limit_s:g}"}})
                late.append(job.worker)
        running = state.execute("SELECT count(*) FROM jobs WHERE state = ?", (RUNNING,)).fetchone()[0]
        waiting = [row[0] for row in state.execute("SELECT id FROM jobs WHERE state = ? ORDER BY made, id", (WAITING,))]
        for name in waiting[:max(most - running, 0)]:
            worker = process_name(start(name))          # it waits for this transaction before it reads what to do
            state.execute("UPDATE jobs SET state = ?, started = ?, worker = ? WHERE id = ?",
                          (RUNNING, now.isoformat(), worker, name))
    for worker in late:
        end_process(worker)


# ---------------------------------------------------------------- from inside the run

def tell_progress(file: Path, name: str, step: str, share: float) -> None:
    """Raises  Stopped when nobody wants the job any more."""
    with opened_jobs(file) as state:
        if not state.execute("UPDATE jobs SET step = ?, share = ? WHERE id = ? AND state = ?",
                             (step[:100], min(max(share, 0.0), 1.0), name, RUNNING)).rowcount:
            raise Stopped


def finish_job(file: Path, name: str, result: bytes, now: datetime, most_bytes: int = KEPT_BYTES) -> None:
    """Keep the result; where all that is kept would be more than most_bytes, the oldest runs go. None go for a run nobody wants
    any more.

    Raises  BadInput too_large, NoRoom kept_full.
    """
    if len(result) > MOST_RESULT_BYTES:
        raise BadInput("too_large", field="result", value=len(result), limit=MOST_RESULT_BYTES, unit="bytes")
    with opened_jobs(file) as state:
        if state.execute("SELECT 1 FROM jobs WHERE id = ? AND state = ?", (name, RUNNING)).fetchone() is None:
            return
        make_room(state, len(result), most_bytes, ENDED)
        state.execute("UPDATE jobs SET state = ?, share = 1, ended = ?, result = ? WHERE id = ? AND state = ?",
                      (DONE, now.isoformat(), result, name, RUNNING))


def fail_job(file: Path, name: str, why: LocatorError, now: datetime) -> None:
    error = {"code": why.code, "field": why.field, "value": None if why.value is None else str(why.value)[:200],
             "params": {key: value if isinstance(value, (int, float)) else str(value) for key, value in why.params.items()}}
    with opened_jobs(file) as state:
        _end(state, name, FAILED, now, error)


# ---------------------------------------------------------------- processes

def process_name(pid: int) -> str:
    """Number and start of a process; "" when there is none, or it has ended and only waits to be counted."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else f"{pid}:{fields[19]}"


def is_alive(worker: str) -> bool:
    return bool(worker) and process_name(int(worker.partition(":")[0])) == worker


def end_process(worker: str) -> None:
    """End a run and all it started; nobody else, should the number be another's by now."""
    if not is_alive(worker):
        return
    pid = int(worker.partition(":")[0])
    try:
        if os.getpgid(pid) == pid:                       # its own group: it was started so
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


# ---------------------------------------------------------------- rows

@contextmanager
def opened_jobs(file: Path) -> Iterator[sqlite3.Connection]:
    """Raises  Unavailable busy when the file cannot be read now."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with opened(file, "jobs", VERSION, TABLE, WAIT_S) as state:
            yield state
    except (sqlite3.Error, OSError) as why:
        log.warning("jobs: %s: %s", file, why)
        raise Unavailable("busy") from why


def _end(state: sqlite3.Connection, name: str, how: str, now: datetime, error: dict[str, Any] | None = None) -> None:
    state.execute("UPDATE jobs SET state = ?, ended = ?, error = ? WHERE id = ? AND state = ?",
                  (how, now.isoformat(), None if error is None else orjson.dumps(error).decode(), name, RUNNING))


def _read(state: sqlite3.Connection, name: str) -> Job:
    row = state.execute(f"SELECT {SHOWN} FROM jobs WHERE id = ?", (name,)).fetchone()
    if row is None:
        raise NotFound("unknown_job", field="id", value=name)
    return _job(row)


def _job(row: tuple[Any, ...]) -> Job:
    name, kind, region, ask, state, step, share, made, started, ended, worker, error, has_result = row
    return Job(name, kind, region, orjson.loads(ask), state, step, share, datetime.fromisoformat(made), _moment(started),
               _moment(ended), worker or "", None if error is None else orjson.loads(error), bool(has_result))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
