"""How a packed tree lies in arrays, and how to read points out of them without numba.

In: how many points, or the arrays of a tree.    Out: shapes; the points again in degrees, with their flags.
Never knows: how the arrays are filled or searched (packing.py, kernels.py), files.

A block is 16 things side by side, coordinate by coordinate, so that one machine instruction looks at several:
  points  (blocks, 3, 16)   x, y, z; a place is block * 16 + column
  words   (blocks, 16)      the flags of each point
  ids     (blocks, 16)      its row number
  nodes   (blocks, 6, 16)   the boxes of 16 blocks one level down: lowest x, y, z, highest x, y, z
  masks   (blocks, 16)      the flags of all points below, OR-ed
  starts  (levels + 1,)     where the node blocks of each level begin; the last block is the root
  pieces  (blocks, 7, 16)   of a line: start x, y, z, span x, y, z, 1 / length²
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.geodesy import Floats, Ints, from_ecef

WIDE = 16                # points in a block, blocks under a node
OF_POINTS = {"points": ("<f8", (3, WIDE)), "words": ("<u8", (WIDE,)), "ids": ("<i4", (WIDE,))}
OF_NODES = {"nodes": ("<f4", (6, WIDE)), "masks": ("<u8", (WIDE,))}


def blocks_of(count: int) -> int:
    """Blocks that hold so many things; one at least."""
    return max(1, -(-count // WIDE))


def starts_of(count: int) -> Ints:
    """Where the node blocks of each level begin, from those over the blocks of `count` things up to the root."""
    starts, many = [0], blocks_of(count)
    while many > 1 or len(starts) == 1:
        many = blocks_of(many)
        starts.append(starts[-1] + many)
    return np.array(starts, np.int64)


def check_arrays(count: int, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Raises ValueError when these are not the arrays of a tree of `count` points, KeyError when one is missing."""
    if count < 0:
        raise ValueError(f"{count} points")
    for of, many in ((OF_POINTS, blocks_of(count)), (OF_NODES, int(starts_of(count)[-1]))):
        for name, (dtype, shape) in of.items():
            if arrays[name].dtype != dtype or arrays[name].shape != (many, *shape):
                raise ValueError(f"{name} is {arrays[name].dtype} {arrays[name].shape}")
    ids = arrays["ids"].reshape(-1)[:count]
    if count and not (ids.min() >= 0 and ids.max() < count):
        raise ValueError("ids are no rows")


def points_of(count: int, arrays: Mapping[str, NDArray[Any]]) -> tuple[Floats, NDArray[np.uint64]]:
    """(n, 2) degrees, good to 1e-9 m, and (n,) flags, by row number."""
    ids = arrays["ids"].reshape(-1)[:count]
    lonlat, flags = np.empty((count, 2)), np.empty(count, np.uint64)
    lonlat[ids] = from_ecef(arrays["points"].transpose(0, 2, 1).reshape(-1, 3)[:count])
    flags[ids] = arrays["words"].reshape(-1)[:count]
    return lonlat, flags
