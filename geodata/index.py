"""Where points are: the k nearest, all within a distance, all along a line, filtered by flags.

In: places in degrees, with a word of flag bits each.    Out: ids (row numbers) with geodesic metres.
Never knows: what a flag means, layers, roads.

Two carriers give the same answers: trees of scipy's (chords.py), and a packed tree whose loops numba compiles
(hilbert.py), quicker where there are many points. `carrier_for` is the one place that chooses.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geodata.arrayfile import as_bytes, map_file
from geodata.blocks import check_arrays, points_of
from geodata.chords import ChordTrees
from geodata.errors import BadInput
from geodata.geodesy import FARTHEST_M, Floats, Ints, copy_lonlat
from geodata.measured import MeasuredLine
from geodata.whole import write_whole

MANY = 20_000            # points from which the packed tree repays loading it (docs/index.md)
FORMAT = 1               # of a saved index; raised whenever an array changes its meaning
FILE = "points.index"


class Carrier(Protocol):
    """What holds the points. `here` is (m, 2) degrees, checked; flags as in SpatialIndex; metres as in its answers."""

    @property
    def name(self) -> str: ...

    @property
    def lonlat(self) -> Floats: ...

    @property
    def flags(self) -> NDArray[np.uint64]: ...

    @property
    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """What to keep of it."""
        ...

    def nearest(self, here: Floats, k: int, need: int, any_of: int, limit_m: float) -> tuple[Ints, Floats]: ...

    def within(self, here: Floats, radius_m: float, need: int, any_of: int) -> tuple[Ints, Ints, Floats]: ...

    def along(self, line: MeasuredLine, within_m: float, need: int, any_of: int,
              ) -> tuple[Ints, Floats, Floats, NDArray[np.int8]]:
        """(ids, off_m, offset_m, side) of all within the limit and some a little beyond, in any order."""
        ...


def carrier_for(count: int) -> str:
    """"hilbert" for many points, where numba is there and may keep what it compiles; else "chords".

    Kernels that could not be kept would be compiled anew by every process, for longer than they save.
    """
    if count < MANY:
        return "chords"
    try:
        import geodata.hilbert  # noqa: F401
    except (ImportError, OSError, RuntimeError):     # no numba; a full disk; numba finds no folder to write to
        return "chords"
    return "hilbert"


@dataclass(frozen=True, eq=False)
class Along:
    """Points along a line, in the order they are passed; equal offsets in the order of their ids."""

    ids: Ints                   # (n,)
    off_m: Floats               # (n,) geodesic metres to the nearest point of the line
    offset_m: Floats            # (n,) metres along the line to it, of the first pass when several tie
    side: NDArray[np.int8]      # (n,) +1 left of travel, -1 right, 0 on the line


class SpatialIndex:
    """Points by their row number. A point passes a filter when it has every bit of `need` and, unless
    `any_of` is 0, at least one bit of `any_of`. Never changes; any number of threads may ask at once.

    lonlat    (n, 2) degrees, WGS 84; n may be 0
    flags     (n,) words of bits; none: every point has no flag
    carrier   "hilbert" or "chords"; none: carrier_for(n)
    Raises    BadInput: bad_lonlat; out_of_range for a distance that is negative or no number.
    """

    def __init__(self, lonlat: ArrayLike, flags: ArrayLike | None = None, *, carrier: str | None = None) -> None:
        places = copy_lonlat(lonlat)
        words = np.zeros(len(places), np.uint64) if flags is None else np.array(flags, np.uint64)
        if words.shape != (len(places),):
            raise ValueError(f"{words.shape} flags for {len(places)} points")
        self._count, self._carrier = len(places), _carry(carrier or carrier_for(len(places)), places, words)

    def __len__(self) -> int:
        return self._count

    @property
    def carrier(self) -> str:
        return self._carrier.name

    @property
    def lonlat(self) -> Floats:
        """(n, 2) degrees, as given to 1e-9 m."""
        return self._carrier.lonlat

    @property
    def flags(self) -> NDArray[np.uint64]:
        return self._carrier.flags

    def nearest(
        self, lonlat: ArrayLike, k: int, *, need: int = 0, any_of: int = 0, limit_m: float = np.inf,
    ) -> tuple[Ints, Floats]:
        """The k nearest points of each place (m, 2), nearest first, ties to a micrometre by id.

        Returns ids (m, k), -1 where there are fewer, and distance_m (m, k), inf there.
        """
        here = copy_lonlat(lonlat)
        if k < 1:
            raise BadInput("out_of_range", field="k", value=k, low=1, high=len(self))
        _check_metres(limit_m, "limit_m")
        return self._carrier.nearest(here, k, need, any_of, limit_m)

    def within(
        self, lonlat: ArrayLike, radius_m: float, *, need: int = 0, any_of: int = 0,
    ) -> tuple[Ints, Ints, Floats]:
        """Every point at most `radius_m` from a place: (query, ids, distance_m), nearest first."""
        here = copy_lonlat(lonlat)
        _check_metres(radius_m, "radius_m")
        return self._carrier.within(here, radius_m, need, any_of)

    def along(self, line: MeasuredLine, within_m: float, *, need: int = 0, any_of: int = 0) -> Along:
        """Every point at most `within_m` from the line, once, where the line passes it nearest.

        Within ±1 cm of the limit a point may be in or out.
        """
        _check_metres(within_m, "within_m")
        ids, off_m, offset_m, side = self._carrier.along(line, within_m, need, any_of)
        order = np.argsort(offset_m)
        if len(same := np.flatnonzero(np.diff(offset_m[order]) == 0.0)):     # some stand at the same vertex: those by id
            tied = np.union1d(same, same + 1)
            order[tied] = order[tied][np.lexsort((ids[order[tied]], offset_m[order[tied]]))]
        kept = order[off_m[order] <= within_m]
        return Along(ids[kept], off_m[kept], offset_m[kept], side[kept])

    def save(self, folder: Path | str) -> None:
        """One file in `folder`, there whole or not at all. Raises NoRoom."""
        head = {"format": FORMAT, "carrier": self.carrier, "points": len(self)}
        write_whole(Path(folder) / FILE, as_bytes(head, self._carrier.arrays))

    @classmethod
    def load(cls, folder: Path | str) -> SpatialIndex:
        """The index kept in `folder`. The packed tree stays on the disk and is read as it is asked; processes share it.

        Raises BadInput bad_file when there is none, when it is broken or of another format.
        """
        file = Path(folder) / FILE
        try:
            head, arrays = map_file(file)
            if head["format"] != FORMAT:
                raise ValueError(f"format {head['format']}, this program reads {FORMAT}")
            index = cls.__new__(cls)
            index._count, index._carrier = head["points"], _restored(head["carrier"], head["points"], arrays)
        except (OSError, ValueError, KeyError, TypeError) as wrong:
            raise BadInput("bad_file", field="index", value=str(file), reason=str(wrong)) from wrong
        return index


def _carry(name: str, lonlat: Floats, flags: NDArray[np.uint64]) -> Carrier:
    if name == "chords":
        for array in (lonlat, flags):
            array.flags.writeable = False
        return ChordTrees(lonlat, flags)
    from geodata.hilbert import HilbertTree
    return HilbertTree.of(lonlat, flags)


def _restored(name: str, count: int, arrays: Mapping[str, NDArray[Any]]) -> Carrier:
    """The carrier of a saved index; what the packed tree cannot carry here, scipy's does."""
    if name == "chords":
        return _carry(carrier_for(count), copy_lonlat(arrays["lonlat"]), np.array(arrays["flags"], np.uint64))
    check_arrays(count, arrays)
    if carrier_for(max(count, MANY)) == "chords":
        return _carry("chords", *points_of(count, arrays))
    from geodata.hilbert import HilbertTree
    return HilbertTree(count, arrays)


def _check_metres(metres: float, name: str) -> None:
    if not metres >= 0.0:
        raise BadInput("out_of_range", field=name, value=metres, low=0, high=FARTHEST_M)
