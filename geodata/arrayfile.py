"""Arrays in one file, read without being read: the file is mapped into memory.

In: a head (plain values) and arrays by name.    Out: bytes for a file; from the file, the head and the arrays again.
Never knows: what the arrays mean.

    one line of JSON: {"head": …, "arrays": {name: [dtype, shape, first byte]}}, spaces up to ALIGNED, then the bytes
"""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

ALIGNED = 64             # bytes: arrays begin where a machine likes to read
LONGEST_HEAD = 65_536    # bytes
NUMBERS = {"<f4", "<f8", "<i4", "<i8", "<u8"}


def as_bytes(head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The content of a file of these arrays."""
    at, places, parts = 0, {}, []
    for name, array in arrays.items():
        flat = np.ascontiguousarray(array).view(np.uint8).reshape(-1).tobytes() if array.size else b""
        places[name] = [array.dtype.str, list(array.shape), at]
        parts.append(flat.ljust(_aligned(len(flat)), b"\0"))
        at += len(parts[-1])
    line = orjson.dumps({"head": dict(head), "arrays": places})
    return b"".join([line.ljust(_aligned(len(line) + 1) - 1), b"\n", *parts])


def map_file(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The head and the arrays of a file. Arrays may be written to in memory; the file never changes.

    Raises  OSError, ValueError, KeyError, TypeError for a file that is missing, broken or too short.
    """
    whole = np.asarray(np.memmap(path, np.uint8, mode="c"))
    line = bytes(whole[:LONGEST_HEAD]).split(b"\n", 1)[0]
    said, body = orjson.loads(line), whole[len(line) + 1:]
    arrays = {}
    for name, (dtype, shape, at) in said["arrays"].items():
        if dtype not in NUMBERS or at < 0 or min(shape, default=0) < 0:
            raise ValueError(f"{name} is {dtype} {shape} at {at}")
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if at + size > len(body):
            raise ValueError(f"{name} is cut off")
        arrays[name] = body[at:at + size].view(dtype).reshape(shape)
    return said["head"], arrays


def _aligned(size: int) -> int:
    return -(-size // ALIGNED) * ALIGNED
