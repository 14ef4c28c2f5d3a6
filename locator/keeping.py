"""How much runs and scenarios may take in the state file together: the oldest runs go first; a scenario never goes by itself.

In: a connection in one transaction, what is to be added.    Out: room for it, or an error that says how much is asked.
Never knows: what a run or a scenario is about. Pages that become free are used again: the file grows no further.
"""
from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from geodata.errors import NoRoom

KEPT_BYTES = 1_000_000_000           # where no setting says otherwise
# what takes room, by table; the files of a run go with it
TEXTS = {"jobs": ("ask", "result"), "job_files": ("content",), "scenarios": ("ask", "inputs", "figures", "answer")}
BLOBS = frozenset({"result", "content", "answer"})


def make_room(state: sqlite3.Connection, more: int, most: int, ended: Sequence[str], *, but: str = "") -> None:
    """Forget the runs that ended longest ago until `more` bytes fit within `most`; where they never would, forget none.

    ended   the states of a run that is over
    but     the run that is not forgotten
    Raises  NoRoom kept_full.
    """
    over = kept_bytes(state) + more - most
    if over <= 0:
        return
    of_files = f"(SELECT coalesce(sum({_size('job_files')}), 0) FROM job_files WHERE job = jobs.id)"
    size = f"{_size('jobs')} + {of_files if _is_there(state, 'job_files') else 0}"
    oldest = state.execute(f"SELECT id, {size} FROM jobs WHERE state IN ({', '.join('?' * len(ended))}) AND id <> ? "
                           "ORDER BY ended, id", (*ended, but)).fetchall() if _is_there(state, "jobs") else []
    going = list[str]()
    for name, size in oldest:
        if over <= 0:
            break
        going.append(name)
        over -= size
    if over > 0:
        raise NoRoom("kept_full", value=over + most, limit=most)
    state.executemany("DELETE FROM jobs WHERE id = ?", [(name,) for name in going])


def kept_bytes(state: sqlite3.Connection) -> int:
    """What all runs and scenarios take: their questions and their answers."""
    return sum(state.execute(f"SELECT coalesce(sum({_size(table)}), 0) FROM {table}").fetchone()[0]
               for table in TEXTS if _is_there(state, table))


def _size(table: str) -> str:
    """Of a blob SQLite knows the length without reading it: an answer is never cast."""
    bytes_of = (name if name in BLOBS else f"CAST({name} AS BLOB)" for name in TEXTS[table])
    return " + ".join(f"coalesce(length({one}), 0)" for one in bytes_of)


def _is_there(state: sqlite3.Connection, table: str) -> bool:
    return state.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone() is not None
