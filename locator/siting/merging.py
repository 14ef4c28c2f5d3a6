"""Demand that the same candidates serve is one: rows merged, weights added up.

In: candidate x demand as a sparse matrix, weights.    Out: Merged: fewer rows, and which row each demand went to.
Never knows: what a demand is. Rows with one 64-bit sum are compared in full before they count as one.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from locator.siting.choice import Floats, Ints

SUMS = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class Merged:
    """reach   (m, rows) candidate -> row;  back   (rows, m) row -> candidates;  weight (rows,)
    row_of  (n,) the row of each demand; -1: no candidate serves it, or it weighs nothing
    """

    reach: sp.csr_array
    back: sp.csr_array
    weight: Floats
    row_of: Ints


def merged(reach: sp.csr_array, weight: Floats) -> Merged:
    """Demand without weight or candidate is left out; the rest is merged where it can be."""
    back = sp.csr_array(reach.T)
    back.sort_indices()
    used = np.flatnonzero((np.diff(back.indptr) > 0) & (weight > 0))
    group = same_rows(sp.csr_array(back[used]))
    first = np.full(int(group.max(initial=-1)) + 1, len(used), np.int64)
    np.minimum.at(first, group, np.arange(len(used)))
    row_of = np.full(len(weight), -1, np.int64)
    row_of[used] = group
    rows = sp.csr_array(back[used[first]])
    rows.data = np.ones(rows.nnz, np.int8)
    sums = np.bincount(group, weights=weight[used], minlength=len(first)).astype(np.float64)
    return Merged(sp.csr_array(rows.T), rows, sums, row_of)


def same_rows(rows: sp.csr_array) -> Ints:
    """(n,) a number a row, the same for rows of the same columns; indices must be sorted."""
    n = rows.shape[0]
    if not n:
        return np.zeros(0, np.int64)
    marks = _marks(rows.shape[1])
    starts = rows.indptr[:-1]
    filled = np.diff(rows.indptr) > 0
    key = np.zeros(n, np.uint64)
    if filled.any():
        key[filled] = np.add.reduceat(marks[rows.indices], starts[filled])
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    alike = first[group]
    sizes = np.diff(rows.indptr)
    ok = sizes == sizes[alike]
    at = np.repeat(starts[alike] - starts, sizes) + np.arange(rows.nnz)
    differs = rows.indices != rows.indices[np.minimum(at, max(rows.nnz - 1, 0))]
    if rows.nnz and differs.any():
        ok &= ~np.isin(np.arange(n), np.repeat(np.arange(n), sizes)[differs])
    if not ok.all():                                        # two rows met in one sum: they stay apart
        group = group.copy()
        group[~ok] = group.max() + 1 + np.arange(int((~ok).sum()))
    return np.asarray(group, np.int64)


def _marks(m: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """(m,) well-mixed numbers, the same in every run (splitmix64)."""
    z = (np.arange(1, m + 1, dtype=np.uint64)) * SUMS
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
