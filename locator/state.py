"""The state file: one SQLite file under LOCATOR_DATA, shared by all server processes; each part of it has a table and a version.

In: the file, a part's name, version and table.    Out: a connection in one transaction.
Never knows: what a part keeps.
"""
from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

STATE = "state.sqlite"            # in LOCATOR_DATA


@contextmanager
def opened(file: Path, part: str, version: int, table: str, wait_s: float) -> Iterator[sqlite3.Connection]:
    """The file with this part's table in it, at the version known here; one transaction, taken back when it fails.

    Raises  sqlite3.Error, OSError: locked for longer than wait_s, full, broken, or written by another version.
    """
    with closing(sqlite3.connect(file, timeout=wait_s, isolation_level=None)) as state:
        state.execute("PRAGMA journal_mode = WAL")
        state.execute("PRAGMA synchronous = NORMAL")      # a power cut may lose the last changes, never the file
        state.execute("BEGIN IMMEDIATE")
        try:
            state.execute("CREATE TABLE IF NOT EXISTS parts (part TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT")
            state.execute("INSERT OR IGNORE INTO parts VALUES (?, ?)", (part, version))
            found = state.execute("SELECT version FROM parts WHERE part = ?", (part,)).fetchone()[0]
            if found != version:
                raise sqlite3.DatabaseError(f"{part} is at version {found}, known is {version}")
            state.execute(table)
            yield state
            state.execute("COMMIT")
        except BaseException:
            if state.in_transaction:                  # a full disk ends it by itself
                state.execute("ROLLBACK")
            raise
