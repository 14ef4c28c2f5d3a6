"""Neighbours by chord: scipy's k-d tree on earth-centred coordinates, asked so that none is missed.

In: places in degrees or earth-centred metres.    Out: pairs of rows, with chords, sure to hold what is sought; ChordTrees,
the carrier of an index that needs no compiler.
Never knows: layers, what a flag means, the packed tree.
"""
from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geodata.geodesy import FARTHEST_M, Floats, Ints, chord_at_most, chord_reach, distance_m, ecef, to_micrometres

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

    from geodata.measured import MeasuredLine

TREES = 16               # filters remembered, each with a tree of the points that pass
STRIDE_M = 1_000.0       # a line is looked at no more often than this to find candidates
SPARE = 3                # neighbours asked beyond k at first: enough but for ties
CELLS = 2_000_000        # rows x neighbours looked at in one go, lest many places on one spot fill memory


def chord_tree(xyz: Floats) -> cKDTree:
    """A tree that stays quick to build when many points share one spot."""
    from scipy.spatial import cKDTree  # a tenth of all modules' time; most who start never ask it
    return cKDTree(xyz, balanced_tree=False)


def near_pairs(
    tree: cKDTree, xyz: Floats, k: int, reach: Callable[[Floats], Floats], *, limit_m: float = np.inf,
) -> tuple[Ints, Ints, Floats]:
    """Every (row, id, chord) with chord <= reach(chord of the row's k-th neighbour) and chord <= limit_m.

    The tree is asked for a few more than k, and for more again only where the last one is still within reach.
    """
    rows, wide = np.arange(len(xyz), dtype=np.int64), min(k + SPARE, tree.n)
    found: list[tuple[Ints, Ints, Floats]] = []
    while len(rows) and wide:
        again = []
        for part in np.array_split(rows, -(-len(rows) * wide // CELLS)):
            chord, ids = _query(tree, xyz[part], wide, limit_m)
            edge = reach(chord[:, min(k, wide) - 1])
            done = (chord[:, -1] > edge) | (wide == tree.n)
            row, column = np.nonzero((chord <= edge[:, None]) & np.isfinite(chord) & done[:, None])
            found.append((part[row], ids[row, column], chord[row, column]))
            again.append(part[~done])
        rows, wide = np.concatenate(again), min(4 * wide, tree.n)
    empty = np.empty(0, np.int64)
    found.append((empty, empty, np.empty(0)))
    row_parts, id_parts, chord_parts = zip(*found, strict=True)
    return np.concatenate(row_parts), np.concatenate(id_parts), np.concatenate(chord_parts)


def _query(tree: cKDTree, xyz: Floats, k: int, limit_m: float) -> tuple[Floats, Ints]:
    bound = np.nextafter(limit_m, np.inf)     # scipy's bound is exclusive
    chord, ids = tree.query(xyz, k=k, distance_upper_bound=bound)
    return np.asarray(chord, np.float64).reshape(len(xyz), k), np.asarray(ids, np.int64).reshape(len(xyz), k)


def pairs_within(tree: cKDTree, xyz: Floats, chord_m: float) -> tuple[Ints, Ints]:
    """Every (row of `xyz`, id in `tree`) at most `chord_m` apart."""
    if not len(xyz) or not tree.n:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    pairs = chord_tree(xyz).sparse_distance_matrix(tree, chord_m, output_type="ndarray")
    return pairs["i"].astype(np.int64), pairs["j"].astype(np.int64)


def first_of_rows(row: Ints, ids: Ints, metres: Floats, rows: int, k: int) -> tuple[Ints, Floats]:
    """(rows, k) ids and metres of pairs that come by row and nearest first; -1 and inf where there are fewer."""
    all_ids, all_metres = np.full((rows, k), -1, np.int64), np.full((rows, k), np.inf)
    nth = np.arange(len(row)) - np.searchsorted(row, row)
    kept = nth < k
    all_ids[row[kept], nth[kept]] = ids[kept]
    all_metres[row[kept], nth[kept]] = metres[kept]
    return all_ids, all_metres


def sorted_pairs(row: Ints, ids: Ints, metres: Floats, limit_m: float) -> tuple[Ints, Ints, Floats]:
    """The pairs within the limit, by row, then metres, then id."""
    kept = np.flatnonzero(metres <= limit_m)
    kept = kept[np.lexsort((ids[kept], metres[kept], row[kept]))]
    return row[kept], ids[kept], metres[kept]


class ChordTrees:
    """Points in k-d trees: one of all, and one for each filter of those last asked for."""

    name = "chords"

    def __init__(self, lonlat: Floats, flags: NDArray[np.uint64]) -> None:
        self.lonlat, self.flags = lonlat, flags
        self.xyz = ecef(lonlat[:, 0], lonlat[:, 1])
        self.passing = lru_cache(TREES)(self._passing)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        return {"lonlat": self.lonlat, "flags": self.flags}

    def nearest(self, here: Floats, k: int, need: int, any_of: int, limit_m: float) -> tuple[Ints, Floats]:
        own, tree = self.passing(need, any_of)
        row, found, _ = near_pairs(tree, ecef(here[:, 0], here[:, 1]), k, chord_reach, limit_m=float(chord_at_most(limit_m)))
        return first_of_rows(*self._measured(here, row, own[found], limit_m), len(here), k)

    def within(self, here: Floats, radius_m: float, need: int, any_of: int) -> tuple[Ints, Ints, Floats]:
        own, tree = self.passing(need, any_of)
        row, found = pairs_within(tree, ecef(here[:, 0], here[:, 1]), float(chord_at_most(radius_m)))
        return self._measured(here, row, own[found], radius_m)

    def along(self, line: MeasuredLine, within_m: float, need: int, any_of: int) -> tuple[Ints, Floats, Floats, NDArray[np.int8]]:
        own, tree = self.passing(need, any_of)
        within_m = min(within_m, FARTHEST_M)
        stride_m = max(within_m, STRIDE_M)
        looks = np.linspace(0.0, line.length_m, int(np.ceil(line.length_m / stride_m)) + 1)
        stops = line.point_at(looks)
        _, found = pairs_within(tree, ecef(stops[:, 0], stops[:, 1]), within_m + stride_m / 2)
        ids = own[np.unique(found)]
        beside = line.locate(self.lonlat[ids])
        return ids, beside.off_m, beside.offset_m, beside.side

    def _measured(self, here: Floats, row: Ints, ids: Ints, limit_m: float) -> tuple[Ints, Ints, Floats]:
        return sorted_pairs(row, ids, to_micrometres(distance_m(here[row], self.lonlat[ids])), limit_m)

    @cached_property
    def _everything(self) -> tuple[Ints, cKDTree]:
        return np.arange(len(self.xyz), dtype=np.int64), chord_tree(self.xyz)

    def _passing(self, need: int, any_of: int) -> tuple[Ints, cKDTree]:
        if not need and not any_of:
            return self._everything
        passes = (self.flags & np.uint64(need)) == np.uint64(need)
        if any_of:
            passes &= (self.flags & np.uint64(any_of)) != 0
        own = np.flatnonzero(passes)
        return own, chord_tree(self.xyz[own])
