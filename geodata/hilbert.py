"""A packed tree over points in the order of a Hilbert curve: the quick carrier of an index.

In: places in degrees with flag words.    Out: ids with geodesic metres; what stands along a line; arrays to keep.
Never knows: layers, what a flag means, where it is kept.

Importing this needs numba and a place where it may keep what it compiles (docs/index.md); index.py decides what
happens without. The arrays are private but writable: numba takes read-only ones for another type.
"""
from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geodata import kernels, line_kernels, packing
from geodata.blocks import WIDE, blocks_of, check_arrays, points_of, starts_of
from geodata.chords import CELLS, first_of_rows, sorted_pairs
from geodata.geodesy import (
    FARTHEST_M,
    NEAR_M,
    ROUNDING_M,
    TIE_M,
    TIGHTEST_M,
    Floats,
    Ints,
    chord_at_most,
    distance_at_most,
    distance_m,
    from_ecef,
    to_micrometres,
)

if TYPE_CHECKING:
    from geodata.measured import MeasuredLine

SORTED = 32              # more askers than this are asked in the order of the curve
UPWARD = np.arange(SORTED)
FIRST = UPWARD[:1]
EXACT_M = 30_000.0       # up to here the foot on a line is found by chords, to 1 mm along the line


class HilbertTree:
    """Points in blocks of 16 along the curve, under boxes of 16 blocks, under boxes of 16 boxes, up to one."""

    name = "hilbert"

    def __init__(self, count: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Raises ValueError when the arrays are not those of `count` points."""
        check_arrays(count, arrays)
        self._count, self._starts, self.arrays = count, starts_of(count), dict(arrays)
        self._points, self._words, self._ids = arrays["points"], arrays["words"], arrays["ids"]
        self._nodes, self._masks = arrays["nodes"], arrays["masks"]

    @classmethod
    def of(cls, lonlat: Floats, flags: NDArray[np.uint64]) -> HilbertTree:
        keys, xyz = np.empty(len(lonlat), np.int64), np.empty((len(lonlat), 3))
        packing.curve_keys(lonlat, keys)
        kernels.earth_centred(lonlat, xyz)
        order = np.argsort(keys, kind="stable")
        blocks, starts = blocks_of(len(lonlat)), starts_of(len(lonlat))
        points, words = np.empty((blocks, 3, WIDE)), np.empty((blocks, WIDE), np.uint64)
        ids, (nodes, masks) = np.empty((blocks, WIDE), np.int32), _empty_nodes(starts)
        packing.lay_points(xyz, flags, order, points, words, ids, nodes, masks)
        packing.raise_levels(nodes, masks, starts)
        return cls(len(lonlat), {"points": points, "words": words, "ids": ids, "nodes": nodes, "masks": masks})

    def __len__(self) -> int:
        return self._count

    @property
    def lonlat(self) -> Floats:
        """(n, 2) degrees in the order of the ids, worked out anew."""
        return points_of(self._count, self.arrays)[0]

    @property
    def flags(self) -> NDArray[np.uint64]:
        return points_of(self._count, self.arrays)[1]

    def nearest(self, here: Floats, k: int, need: int, any_of: int, limit_m: float) -> tuple[Ints, Floats]:
        many, wide = len(here), min(k, self._count)
        ids, metres = np.empty((many, wide), np.int64), np.empty((many, wide))
        if wide and many:
            far = kernels.nearest(self._points, self._words, self._ids, self._nodes, self._masks, self._starts, here,
                                  FIRST if many == 1 else _order(here), _wanted(need, any_of), limit_m, ids, metres)
            if far and limit_m > NEAR_M:
                self._measure_far(here, need, any_of, limit_m, ids, metres)
        if wide == k:
            return ids, metres
        short = ((0, 0), (0, k - wide))
        return np.pad(ids, short, constant_values=-1), np.pad(metres, short, constant_values=np.inf)

    def _measure_far(self, here: Floats, need: int, any_of: int, limit_m: float, ids: Ints, metres: Floats) -> None:
        """Rows that reach beyond NEAR_M again: all within what bounds their k-th, measured by geodesic."""
        far, k = np.flatnonzero(metres[:, -1] > NEAR_M), ids.shape[1]
        radius_m = np.minimum(distance_at_most(np.minimum(metres[far, -1], FARTHEST_M)), limit_m)
        chord_m = chord_at_most(np.minimum(radius_m, FARTHEST_M)) + ROUNDING_M
        step = max(1, CELLS // self._count)
        for first in range(0, len(far), step):
            some = far[first:first + step]
            row, found, apart_m = self._pairs(here[some], chord_m[first:first + step], need, any_of)
            ids[some], metres[some] = first_of_rows(*sorted_pairs(row, found, apart_m, limit_m), len(some), k)

    def within(self, here: Floats, radius_m: float, need: int, any_of: int) -> tuple[Ints, Ints, Floats]:
        chord_m = np.full(len(here), float(chord_at_most(min(radius_m, FARTHEST_M))) + ROUNDING_M)
        return sorted_pairs(*self._pairs(here, chord_m, need, any_of), radius_m)

    def along(self, line: MeasuredLine, within_m: float, need: int, any_of: int) -> tuple[Ints, Floats, Floats, NDArray[np.int8]]:
        chain, starts = line.pieces.node, starts_of(len(line.pieces.span))
        blocks, (nodes, masks) = blocks_of(len(line.pieces.span)), _empty_nodes(starts)
        pieces, beams = np.empty((blocks, 7, WIDE)), np.empty((blocks, 8))
        packing.lay_pieces(chain, pieces, nodes)
        packing.lay_beams(chain, beams)
        packing.raise_levels(nodes, masks, starts)
        sag_m, within_m = line.pieces.sag_m, min(within_m, FARTHEST_M)
        reach_m, exact = float(chord_at_most(within_m)) + sag_m + ROUNDING_M, within_m <= EXACT_M
        # the foot is at most sag from its chord and a geodesic within reach at most so much longer than its own
        slack_m = 2 * sag_m + TIE_M + within_m**3 / (20 * TIGHTEST_M**2) + ROUNDING_M
        place, off_m, offset_m, side = line_kernels.along(
            self._points, self._words, self._nodes, self._masks, self._starts, chain, line.pieces.at_m, pieces, beams, nodes,
            starts, reach_m, slack_m, exact, _wanted(need, any_of))
        if len(rest := np.flatnonzero(off_m < 0.0)):
            beside = line.locate(from_ecef(self._xyz(place[rest])))
            off_m[rest], offset_m[rest], side[rest] = beside.off_m, beside.offset_m, beside.side
        return self._ids.reshape(-1)[place].astype(np.int64), off_m, offset_m, side

    def _pairs(self, here: Floats, chord_m: Floats, need: int, any_of: int) -> tuple[Ints, Ints, Floats]:
        """(row, id, metres) of every pair that near, the far ones measured by geodesic."""
        if not self._count:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        kernels.earth_centred(here, xyz := np.empty((len(here), 3)))
        row, place, metres = kernels.within(self._points, self._words, self._nodes, self._masks, self._starts, xyz, chord_m,
                                            _wanted(need, any_of))
        far = np.flatnonzero(metres > NEAR_M)
        metres[far] = to_micrometres(distance_m(here[row[far]], from_ecef(self._xyz(place[far]))))
        return row, self._ids.reshape(-1)[place].astype(np.int64), metres

    def _xyz(self, place: Ints) -> Floats:
        return np.asarray(self._points[place // WIDE, :, place % WIDE])


def _empty_nodes(starts: Ints) -> tuple[NDArray[np.float32], NDArray[np.uint64]]:
    nodes = np.full((starts[-1], 6, WIDE), np.inf, np.float32)
    nodes[:, 3:] = -np.inf
    return nodes, np.zeros((starts[-1], WIDE), np.uint64)


@lru_cache(64)
def _wanted(need: int, any_of: int) -> NDArray[np.uint64]:
    return np.array([need, any_of], np.uint64)


def _order(here: Floats) -> Ints:
    if len(here) <= SORTED:
        return UPWARD[:len(here)]
    keys = np.empty(len(here), np.int64)
    packing.curve_keys(here, keys)
    return np.argsort(keys, kind="stable")
