"""Neighbours by chord: a k-d tree on earth-centred coordinates, asked so that none is missed.

In: (n, 3) earth-centred metres.    Out: pairs of rows, with chords, sure to hold what is sought.
Never knows: degrees, lines, layers; the exact geodesic is measured by who asks.
"""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.spatial import cKDTree

from geodata.geodesy import Floats, Ints

SPARE = 3                # neighbours asked beyond k at first: enough but for ties
CELLS = 2_000_000        # rows x neighbours looked at in one go, lest many places on one spot fill memory


def chord_tree(xyz: Floats) -> cKDTree:
    """A tree that stays quick to build when many points share one spot."""
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
