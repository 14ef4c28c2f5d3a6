"""Freight roads as demand: pieces of directed road, and how long each is from every candidate.

In: the ground of a coverage question, candidates on it.    Out: Pieces, and a table of driving times.
Never knows: models, screens. A piece counts as a whole, at its far end: what is within the limit here is so on every
metre, and the models promise no more than the roads hold.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from geodata.errors import BadInput
from locator.coverage import Ground
from locator.engines.reaching import Direction, seeds_of, states_of
from locator.engines.searching_near import NearSearch
from locator.engines.standing import Stands

MOST_HELD = 40_000_000          # pairs of candidate and piece within the limit: what a gigabyte holds, and its copies
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Pieces:
    """The row (of freight) each piece lies on, from from_ms to to_ms of its arc; weight: metres, or lorry kilometres a day."""

    row: Ints
    from_ms: Floats
    to_ms: Floats
    length_m: Floats
    weight: Floats

    def __len__(self) -> int:
        return len(self.row)


def cut_pieces(ground: Ground, piece_m: float) -> Pieces:
    """Every freight arc in equal pieces no longer than piece_m. Weighed by traffic where given; uncounted roads then weigh 0."""
    freight = ground.freight
    count = np.maximum(np.ceil(freight.length_m / piece_m), 1).astype(np.int64)
    row = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    whole = ground.net.arc_ms[freight.arc].astype(np.float64)
    share = 1.0 / count[row]
    length = freight.length_m[row] * share
    known = ~np.isnan(freight.lorries)
    weight = length / 1000.0 * np.nan_to_num(freight.lorries[row]) if known.any() else length
    return Pieces(row, whole[row] * share * nth, whole[row] * share * (nth + 1), length, weight)


@dataclass(frozen=True, eq=False)
class Times:
    """Which pieces each site reaches within the limit, as (m, n) entries: driving ms from the far end of a piece, plus 1.

    Plus 1, so that a piece at the site's own door is stored too.
    """

    table: sp.csr_array

    def reach(self) -> sp.csr_array:
        return sp.csr_array((np.ones(self.table.nnz, np.int8), self.table.indices, self.table.indptr), shape=self.table.shape)

    def costs(self) -> Floats:
        """(m, n) seconds; inf beyond the limit."""
        dense = np.full(self.table.shape, np.inf)
        site = np.repeat(np.arange(self.table.shape[0]), np.diff(self.table.indptr))
        dense[site, self.table.indices] = (self.table.data - 1.0) / 1000.0
        return dense


def find_times(ground: Ground, stands: Stands, sites: Ints, pieces: Pieces, limit_s: float, direction: Direction,
               told: Callable[[float], None] = lambda done: None) -> Times:
    """One search a site, over the turn-aware roads, no farther than the limit. sites: rows of `stands.place`.

    Raises BadInput too_large where the sites reach more than can be held: a shorter limit, or fewer candidates, would do.
    """
    limit_ms = int(limit_s * 1000)
    arcs = ground.freight.arc
    search, row_of = NearSearch(states_of(ground.net, direction)), np.full(ground.net.graph.arcs, -1, np.int64)
    row_of[arcs] = np.arange(len(arcs))
    row_of = row_of[np.asarray(ground.net.graph.arc_own)]                  # copies of an arc count to the arc itself
    of_row = np.searchsorted(pieces.row, np.arange(len(arcs) + 1))
    parts: list[tuple[NDArray[np.int32], NDArray[np.int32]]] = []
    held = 0
    for i, site in enumerate(sites.tolist()):
        mine = np.flatnonzero(stands.place == site)
        states, ms = search.within(seeds_of(ground.net, stands, mine, direction), limit_ms)
        near = _least(row_of[states], ms)
        parts.append(_of_site(ground, stands, mine, pieces, of_row, near, limit_ms, direction))
        held += len(parts[-1][0])
        if held > MOST_HELD:
            raise BadInput("too_large", field="limit_s", value=held, limit=MOST_HELD, unit="pairs")
        told((i + 1) / len(sites))
    starts = np.concatenate([[0], np.cumsum([len(index) for index, _ in parts])])
    none = np.zeros(0, np.int32), np.zeros(0, np.int32)
    index, data = (np.concatenate(part) for part in zip(none, *parts, strict=True))
    return Times(sp.csr_array((data, index, starts), shape=(len(sites), len(pieces))))


def _least(row: Ints, ms: Ints) -> tuple[Ints, Ints]:
    """(rows, ms): each row once, rising, with its least time; -1 is none."""
    order = np.lexsort((ms, row))
    row, ms = row[order], ms[order]
    first = np.concatenate([[True], row[1:] != row[:-1]])[:len(row)] & (row >= 0)
    return row[first], ms[first]


def _of_site(ground: Ground, stands: Stands, mine: Ints, pieces: Pieces, of_row: Ints, reached: tuple[Ints, Ints], limit_ms: int,
             direction: Direction) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(pieces, ms + 1) within the limit of one site: by the roads beyond each arc, and along the arcs it stands on."""
    arcs, net = ground.freight.arc, ground.net
    near, ms = reached
    index = _ranges(of_row[near], of_row[near + 1])
    row = pieces.row[index]
    whole = net.arc_ms[arcs[row]].astype(np.float64)
    behind = np.repeat(ms, of_row[near + 1] - of_row[near])
    time = behind + (whole - pieces.from_ms[index] if direction == "to" else pieces.to_ms[index])
    own = np.asarray(net.graph.arc_own)[stands.arc[mine]]
    at = np.searchsorted(arcs, own)
    for r, into, arc in zip(at.tolist(), stands.into_ms[mine].tolist(), own.tolist(), strict=True):
        if r < len(arcs) and arcs[r] == arc:
            on = np.arange(of_row[r], of_row[r + 1])
            ahead = pieces.to_ms[on] <= into if direction == "to" else pieces.from_ms[on] >= into
            along = into - pieces.from_ms[on] if direction == "to" else pieces.to_ms[on] - into
            index, time = np.concatenate([index, on[ahead]]), np.concatenate([time, along[ahead]])
    good = time <= limit_ms
    index, time = index[good], time[good]
    order = np.lexsort((time, index))
    index, time = index[order], time[order]
    first = np.concatenate([[True], index[1:] != index[:-1]]) if len(index) else np.zeros(0, bool)
    return index[first].astype(np.int32), np.ceil(time[first]).astype(np.int32) + 1


def _ranges(low: Ints, high: Ints) -> Ints:
    counts = high - low
    return np.repeat(low - (np.cumsum(counts) - counts), counts) + np.arange(int(counts.sum()))
