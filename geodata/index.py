"""Where points are: the k nearest, all within a distance, all along a line, filtered by flags.

In: places in degrees, with a word of flag bits each.    Out: ids (row numbers) with geodesic metres.
Never knows: what a flag means, layers, roads.

Chords between earth-centred coordinates choose the candidates, with a margin that is proven (geodesy.py);
every distance that is returned or compared is the geodesic's.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geodata.chords import chord_tree, near_pairs, pairs_within
from geodata.errors import BadInput
from geodata.geodesy import FARTHEST_M, Floats, Ints, as_lonlat, chord_at_most, chord_reach, distance_m, ecef
from geodata.measured import MeasuredLine

TREES = 16               # filters remembered, each with a tree of the points that pass
STRIDE_M = 1_000.0       # a line is looked at no more often than this to find candidates


@dataclass(frozen=True, eq=False)
class Along:
    """Points along a line, in the order they are passed; equal offsets in the order of their ids."""

    ids: Ints                   # (n,)
    off_m: Floats               # (n,) geodesic metres to the nearest point of the line
    offset_m: Floats            # (n,) metres along the line to it, of the first pass when several tie
    side: NDArray[np.int8]      # (n,) +1 left of travel, -1 right, 0 on the line


@dataclass(frozen=True, eq=False)
class SpatialIndex:
    """Points by their row number. A point passes a filter when it has every bit of `need` and, unless
    `any_of` is 0, at least one bit of `any_of`.

    Raises BadInput: bad_lonlat; out_of_range for a distance that is negative or no number.
    """

    lonlat: Floats                              # (n, 2) degrees, WGS 84; n may be 0
    flags: NDArray[np.uint64] | None = None     # (n,) none: every point has no flag
    _trees: _Trees = field(init=False, repr=False)

    def __post_init__(self) -> None:
        lonlat = as_lonlat(self.lonlat, field="lonlat")
        flags = np.zeros(len(lonlat), np.uint64) if self.flags is None else np.array(self.flags, np.uint64)
        if flags.shape != (len(lonlat),):
            raise ValueError(f"{flags.shape} flags for {len(lonlat)} points")
        flags.flags.writeable = False
        xyz = ecef(lonlat[:, 0], lonlat[:, 1])
        for name, value in (("lonlat", lonlat), ("flags", flags), ("_trees", _Trees(xyz, flags))):
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.lonlat)

    def nearest(
        self, lonlat: ArrayLike, k: int, *, need: int = 0, any_of: int = 0, limit_m: float = np.inf,
    ) -> tuple[Ints, Floats]:
        """The k nearest points of each place (m, 2), nearest first, ties by id.

        Returns ids (m, k), -1 where there are fewer, and distance_m (m, k), inf there.
        """
        here = as_lonlat(lonlat)
        if k < 1:
            raise BadInput("out_of_range", field="k", value=k, low=1, high=len(self))
        _check_metres(limit_m, "limit_m")
        own, tree = self._trees.passing(need, any_of)
        chord_m = float(chord_at_most(limit_m))
        row, found, _ = near_pairs(tree, ecef(here[:, 0], here[:, 1]), k, chord_reach, limit_m=chord_m)
        row, found, metres = self._measure(here, row, own[found], limit_m)
        nth = np.arange(len(row)) - np.searchsorted(row, row)
        ids, distance = np.full((len(here), k), -1, np.int64), np.full((len(here), k), np.inf)
        kept = nth < k
        ids[row[kept], nth[kept]] = found[kept]
        distance[row[kept], nth[kept]] = metres[kept]
        return ids, distance

    def within(
        self, lonlat: ArrayLike, radius_m: float, *, need: int = 0, any_of: int = 0,
    ) -> tuple[Ints, Ints, Floats]:
        """Every point at most `radius_m` from a place: (query, ids, distance_m), nearest first."""
        here = as_lonlat(lonlat)
        _check_metres(radius_m, "radius_m")
        own, tree = self._trees.passing(need, any_of)
        row, found = pairs_within(tree, ecef(here[:, 0], here[:, 1]), float(chord_at_most(radius_m)))
        return self._measure(here, row, own[found], radius_m)

    def along(self, line: MeasuredLine, within_m: float, *, need: int = 0, any_of: int = 0) -> Along:
        """Every point at most `within_m` from the line, once, where the line passes it nearest.

        Within ±1 cm of the limit a point may be in or out.
        """
        _check_metres(within_m, "within_m")
        own, tree = self._trees.passing(need, any_of)
        stride_m = max(min(within_m, FARTHEST_M), STRIDE_M)
        looks = np.linspace(0.0, line.length_m, int(np.ceil(line.length_m / stride_m)) + 1)
        stops = line.point_at(looks)
        reach_m = min(within_m, FARTHEST_M) + stride_m / 2
        _, found = pairs_within(tree, ecef(stops[:, 0], stops[:, 1]), reach_m)
        ids = own[np.unique(found)]
        beside = line.locate(self.lonlat[ids])
        kept = np.flatnonzero(beside.off_m <= within_m)
        kept = kept[np.lexsort((ids[kept], beside.offset_m[kept]))]
        return Along(ids[kept], beside.off_m[kept], beside.offset_m[kept], beside.side[kept])

    def _measure(self, here: Floats, row: Ints, ids: Ints, limit_m: float) -> tuple[Ints, Ints, Floats]:
        """The pairs with their geodesic metres, those beyond the limit dropped; by row, metres, id."""
        metres = distance_m(here[row], self.lonlat[ids])
        kept = np.flatnonzero(metres <= limit_m)
        kept = kept[np.lexsort((ids[kept], metres[kept], row[kept]))]
        return row[kept], ids[kept], metres[kept]


class _Trees:
    """A tree of the points that pass each filter; the few last asked for are kept."""

    def __init__(self, xyz: Floats, flags: NDArray[np.uint64]) -> None:
        self.xyz, self.flags = xyz, flags
        self.passing = lru_cache(TREES)(self._passing)

    @cached_property
    def everything(self) -> tuple[Ints, cKDTree]:
        return np.arange(len(self.xyz), dtype=np.int64), chord_tree(self.xyz)

    def _passing(self, need: int, any_of: int) -> tuple[Ints, cKDTree]:
        if not need and not any_of:
            return self.everything
        passes = (self.flags & np.uint64(need)) == np.uint64(need)
        if any_of:
            passes &= (self.flags & np.uint64(any_of)) != 0
        own = np.flatnonzero(passes)
        return own, chord_tree(self.xyz[own])


def _check_metres(metres: float, name: str) -> None:
    if not metres >= 0.0:
        raise BadInput("out_of_range", field=name, value=metres, low=0, high=FARTHEST_M)
