"""Files made of a run that is done, kept beside its result in the state file.

In: the state file, a run, bytes by name.    Out: the bytes.
Never knows: what is in them, who made them. A run that goes, by whatever hand, takes its files with it.
"""
from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from geodata.errors import NoRoom
from locator.jobs import DONE, ENDED, opened_jobs
from locator.keeping import KEPT_BYTES, make_room

TABLE = """
CREATE TABLE IF NOT EXISTS job_files (
    job TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (job, name)) STRICT
"""
GOING = """
CREATE TRIGGER IF NOT EXISTS job_files_go AFTER DELETE ON jobs BEGIN DELETE FROM job_files WHERE job = old.id; END
"""


def keep_files(file: Path, job: str, files: Mapping[str, bytes], most_bytes: int = KEPT_BYTES) -> bool:
    """Keep the files of a run that is done; for them the runs that ended longest ago go, never this one. False: no room for them,
    or no such run: nothing was changed. Raises  Unavailable busy.
    """
    with _opened(file) as state:
        if state.execute("SELECT 1 FROM jobs WHERE id = ? AND state = ?", (job, DONE)).fetchone() is None:
            return False
        state.executemany("DELETE FROM job_files WHERE job = ? AND name = ?", [(job, name) for name in files])
        try:
            make_room(state, sum(map(len, files.values())), most_bytes, ENDED, but=job)
        except NoRoom:
            return False
        state.executemany("INSERT INTO job_files VALUES (?, ?, ?)", [(job, name, content) for name, content in files.items()])
    return True


def read_file(file: Path, job: str, name: str) -> bytes | None:
    """None: none is kept. Raises  Unavailable busy."""
    with _opened(file) as state:
        row = state.execute("SELECT content FROM job_files WHERE job = ? AND name = ?", (job, name)).fetchone()
        return None if row is None else bytes(row[0])


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    with opened_jobs(file) as state:
        state.execute(TABLE)
        state.execute(GOING)
        yield state
