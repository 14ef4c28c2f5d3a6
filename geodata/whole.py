"""A file is there whole or it is not there: write beside, then rename.

In: a path and bytes.    Out: the file, flushed to the disk.
Never knows: what is in it.
"""
from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from geodata.errors import NoRoom

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` at `path`, making its folder; what was there stays until the new file is complete.

    Raises  NoRoom disk_full or not_writable; then nothing has changed and nothing is left behind.
    """
    made: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(made, 0o644)
        os.replace(made, path)
        made = None
        sync_folder(path.parent)
    except OSError as why:
        raise no_room(why, path) from why
    finally:
        if made is not None:
            Path(made).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Flush a rename to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def no_room(why: OSError, path: Path) -> NoRoom:
    """The deliberate error for a write that the system refused."""
    return NoRoom("disk_full" if why.errno in FULL else "not_writable", value=str(path))
