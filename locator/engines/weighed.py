"""What was worked out for one set of weights, kept beside the hierarchy: told by the weights themselves, so it is never stale.

In: a Hierarchy with a folder, weights.    Out: their metric and the great connected part, still on disk; None where not kept.
Never knows: vehicles, moments, regions.
"""
from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from shutil import rmtree

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import frozen
from geodata.roads.store import read_array, write_array
from locator.engines.hierarchy import Hierarchy
from locator.engines.metric import Metric

Flags = NDArray[np.bool_]
ARRAYS = ("up_ms", "down_ms", "turns", "can_leave", "can_arrive")


@dataclass(frozen=True, eq=False)
class Weighed:
    """turns: the weights themselves; can_leave, can_arrive: as of Network."""

    metric: Metric
    turns: NDArray[np.uint32]
    can_leave: Flags
    can_arrive: Flags


def digest(*weights: NDArray[np.uint32]) -> str:
    """Equal for equal weights only."""
    found = blake2b(digest_size=16)
    for one in weights:
        found.update(np.ascontiguousarray(one).data)
    return found.hexdigest()


def find(hierarchy: Hierarchy, name: str) -> Weighed | None:
    """None where these weights are not kept, or not whole."""
    folder = _folder(hierarchy, name)
    return None if folder is None or not folder.is_dir() else _read(hierarchy, folder)


def others(hierarchy: Hierarchy) -> Iterator[tuple[NDArray[np.uint32], Metric]]:
    """All that is kept, whatever its weights."""
    folders = [] if hierarchy.folder is None else sorted((hierarchy.folder / "weighed").glob("*/"))
    for found in (_read(hierarchy, folder) for folder in folders):
        if found is not None:
            yield found.turns, found.metric


def _read(hierarchy: Hierarchy, folder: Path) -> Weighed | None:
    try:
        up, down, turns, leave, arrive = (frozen(read_array(folder / f"{one}.npy")) for one in ARRAYS)
    except (OSError, ValueError, EOFError):
        return None
    h, lengths = hierarchy, tuple(map(len, (up, down, turns, leave, arrive)))
    whole = lengths == (len(h.up), len(h.down), len(h.place), h.nodes, h.nodes)
    return Weighed(Metric(hierarchy, up, down), turns, leave, arrive) if whole else None


def keep(hierarchy: Hierarchy, name: str, weighed: Weighed) -> None:
    """Written beside, then renamed. Raises OSError."""
    folder = _folder(hierarchy, name)
    assert folder is not None, "a hierarchy in memory keeps nothing"
    if folder.is_dir():
        return
    beside = folder.with_name(f"{name}.{os.getpid()}")
    beside.mkdir(parents=True)
    try:
        arrays = weighed.metric.up_ms, weighed.metric.down_ms, weighed.turns, weighed.can_leave, weighed.can_arrive
        for one, array in zip(ARRAYS, arrays, strict=True):
            write_array(beside / f"{one}.npy", array)
        beside.rename(folder)
    except OSError:
        rmtree(beside, ignore_errors=True)
        raise


def _folder(hierarchy: Hierarchy, name: str) -> Path | None:
    return None if hierarchy.folder is None else hierarchy.folder / "weighed" / name
