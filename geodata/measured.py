"""A line with metres along it: where a point stands beside it, and what stands at a given metre.

In: vertices in degrees, joined by geodesics.    Out: offsets, distances, sides, headings, cuts.
Never knows: roads, layers, what the line is for.

Inside, edges are cut into pieces so short that chord and geodesic differ by centimetres. Chords choose the
candidate pieces with a margin that is proven (geodesy.py); the foot on them is then refined on the geodesic.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geodata.chords import chord_tree, near_pairs
from geodata.errors import BadInput
from geodata.geodesy import (
    TIE_M,
    TIGHTEST_M,
    Floats,
    Ints,
    as_lonlat,
    azimuth_of,
    chord_reach,
    ecef,
    edge_metres,
    forward,
    from_ecef,
    inverse,
)

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

PIECE_M = 1_000.0        # longest piece: its chord sags 2 cm under the geodesic, sideways it strays 1e-8 m
TINY_M = 1e-6            # shorter edges have no direction of their own
ALL_PAIRS = 20_000       # points x pieces below which looking at every pair beats a tree
EARTH_M = 6_371_000.0    # for the step of the refinement only, which it repeats until it stands still


@dataclass(frozen=True, eq=False)
class Located:
    """Points beside a line, in the order they were asked."""

    off_m: Floats               # (n,) geodesic metres to the nearest point of the line
    offset_m: Floats            # (n,) metres along the line to that point
    side: NDArray[np.int8]      # (n,) +1 left of the direction of travel, -1 right, 0 on it


@dataclass(frozen=True, eq=False)
class MeasuredLine:
    """A line of geodesic edges. Duplicate vertices, a single vertex, dateline and poles are all fine.

    Raises BadInput: line_too_short without a vertex, bad_lonlat.
    """

    lonlat: Floats                          # (n, 2) degrees, WGS 84
    at_m: Floats = field(init=False)        # (n,) metres from the start, never falling
    _xyz: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        lonlat = as_lonlat(self.lonlat, field="line")
        if not len(lonlat):
            raise BadInput("line_too_short", field="line", value=0)
        xyz = ecef(lonlat[:, 0], lonlat[:, 1])
        at_m = np.concatenate([[0.0], np.cumsum(edge_metres(lonlat, xyz))])
        at_m.flags.writeable = False
        for name, value in (("lonlat", lonlat), ("at_m", at_m), ("_xyz", xyz)):
            object.__setattr__(self, name, value)

    @property
    def length_m(self) -> float:
        return float(self.at_m[-1])

    @cached_property
    def pieces(self) -> Pieces:
        return Pieces.of(self.lonlat, self.at_m, self._xyz)

    def locate(self, points: ArrayLike) -> Located:
        """Where each of `points` (n, 2) stands: nearest by geodesic, the earlier pass where two tie to 1 mm.

        off_m and offset_m are right to 1 mm up to 8 000 km from the line (docs/index.md).
        """
        lonlat = as_lonlat(points, field="points")
        if not len(lonlat):
            return Located(np.empty(0), np.empty(0), np.empty(0, np.int8))
        pieces = self.pieces
        row, piece, part = pieces.candidates(ecef(lonlat[:, 0], lonlat[:, 1]))
        off, part, lateral = pieces.refine(lonlat[row], piece, part)
        offset = pieces.offset_m(piece, part)
        first = _first_passes(row, piece, off)
        side = np.where(np.abs(lateral[first]) <= TIE_M, 0, np.sign(lateral[first])).astype(np.int8)
        return Located(off[first], offset[first], side)

    def point_at(self, offset_m: ArrayLike) -> Floats:
        """(k, 2) places that many metres along; offsets beyond an end stand at that end."""
        return from_ecef(self.pieces.at(*self.pieces.find(offset_m)))

    def heading_at(self, offset_m: ArrayLike) -> Floats:
        """(k,) degrees from north, [0, 360), of travel there; at a vertex, of the edge that leaves it."""
        piece, part = self.pieces.find(offset_m)
        lonlat = from_ecef(self.pieces.at(piece, part))
        return np.round(azimuth_of(lonlat, self.pieces.span[piece]), 9) % 360.0      # due north is 0, not 359.999…

    def cut(self, from_m: float, to_m: float) -> MeasuredLine:
        """The part between two offsets, its ends inserted; offsets beyond an end stand at that end."""
        if not from_m <= to_m:
            raise BadInput("out_of_range", field="to_m", value=to_m, low=from_m, high=self.length_m)
        ends = self.point_at([from_m, to_m])
        inside = (self.at_m > from_m + TINY_M) & (self.at_m < to_m - TINY_M)
        return MeasuredLine(np.concatenate([ends[:1], self.lonlat[inside], ends[1:]]))


def _first_passes(row: Ints, piece: Ints, off_m: Floats) -> Ints:
    """For every row the candidate that is nearest in the first pass among those that tie.

    Candidates come by row and piece. Neighbouring pieces are one pass: the foot may stand at the end of one
    and farther on in the next, which is the nearer one by less than any tie.
    """
    best = np.full(row[-1] + 1, np.inf)
    np.minimum.at(best, row, off_m)
    tied = np.flatnonzero(off_m <= best[row] + TIE_M)
    new_pass = (np.diff(row[tied], prepend=-1) != 0) | (np.diff(piece[tied], prepend=-1) > 1)
    order = np.lexsort((off_m[tied], np.cumsum(new_pass)))
    return tied[order][np.unique(row[tied], return_index=True)[1]]


@dataclass(frozen=True, eq=False)
class Pieces:
    """The line as a chain of p short pieces between p + 1 nodes, earth-centred."""

    node: Floats             # (p + 1, 3)
    at_m: Floats             # (p + 1,) metres along the line
    span: Floats             # (p, 3) from node to node

    @staticmethod
    def of(lonlat: Floats, at_m: Floats, xyz: Floats) -> Pieces:
        metres = at_m[1:] - at_m[:-1]
        edge = np.flatnonzero(metres > TINY_M)
        if not len(edge):                                           # a single spot: one piece without length
            return Pieces(np.repeat(xyz[:1], 2, axis=0), np.zeros(2), np.zeros((1, 3)))
        if metres.max() <= PIECE_M:                                 # every edge is a piece
            if len(edge) < len(metres):
                kept = np.append(edge, edge[-1] + 1)
                xyz, at_m = xyz[kept], at_m[kept]
            return Pieces(xyz, at_m.copy(), xyz[1:] - xyz[:-1])
        count = np.ceil(metres[edge] / PIECE_M).astype(np.int64)
        of_edge = np.repeat(edge, count)                            # the edge each piece lies on
        nth = np.arange(len(of_edge)) - np.repeat(np.cumsum(count) - count, count)
        done_m = metres[of_edge] * nth / np.repeat(count, count)    # metres of that edge before the piece
        start = lonlat[of_edge].copy()
        inner = nth > 0
        azimuth, _ = inverse(lonlat[of_edge[inner]], lonlat[of_edge[inner] + 1])
        start[inner] = forward(start[inner], azimuth, done_m[inner])
        chain = np.concatenate([start, lonlat[edge[-1:] + 1]])
        node = ecef(chain[:, 0], chain[:, 1])
        return Pieces(node, np.append(at_m[of_edge] + done_m, at_m[edge[-1] + 1]), np.diff(node, axis=0))

    @cached_property
    def tree(self) -> cKDTree:
        return chord_tree(self.node)

    @cached_property
    def half_m(self) -> float:
        return float((self.at_m[1:] - self.at_m[:-1]).max()) / 2

    @cached_property
    def sag_m(self) -> float:
        """No geodesic piece is farther than this from its chord (an arc of the tightest circle)."""
        return self.half_m**2 / (2 * TIGHTEST_M) + TINY_M

    @cached_property
    def tangent(self) -> Floats:
        """(p + 1, 3) direction of travel at each node: halfway between the pieces that meet there.

        A point whose foot is a vertex then has its side right on the outside of any bend; where the line
        turns right back, the arriving direction stands.
        """
        unit = self.span / np.maximum(np.linalg.norm(self.span, axis=1, keepdims=True), TINY_M)
        mean = np.concatenate([unit[:1], unit[:-1] + unit[1:], unit[-1:]])
        back = np.linalg.norm(mean, axis=1) < TINY_M
        mean[1:][back[1:]] = unit[back[1:]]
        return mean

    def find(self, offset_m: ArrayLike) -> tuple[Ints, Floats]:
        """The piece that holds each offset, and the part of it already travelled."""
        offset = np.clip(np.atleast_1d(np.asarray(offset_m, np.float64)), 0.0, self.at_m[-1])
        piece = np.clip(np.searchsorted(self.at_m, offset, side="right") - 1, 0, len(self.span) - 1)
        metres = np.maximum(self.at_m[piece + 1] - self.at_m[piece], TINY_M)
        return piece, np.clip((offset - self.at_m[piece]) / metres, 0.0, 1.0)

    def at(self, piece: Ints, part: Floats) -> Floats:
        return self.node[piece] + part[:, None] * self.span[piece]

    def offset_m(self, piece: Ints, part: Floats) -> Floats:
        return self.at_m[piece] + part * (self.at_m[piece + 1] - self.at_m[piece])

    def candidates(self, xyz: Floats) -> tuple[Ints, Ints, Floats]:
        """(row, piece, part) of every piece that may hold the geodesic foot of a row of `xyz`.

        A piece that holds the foot has a node within sqrt(reach² + half²) of the point, for |chord|² along
        a geodesic curves by at most 2 (geodesy.py: f″ <= 2).
        """
        row, piece = self._pairs(xyz)
        apart = xyz[row] - self.node[piece]
        span = self.span[piece]
        length2 = np.maximum(np.einsum("ij,ij->i", span, span), TINY_M**2)
        part = np.clip(np.einsum("ij,ij->i", apart, span) / length2, 0.0, 1.0)
        chord = np.linalg.norm(apart - part[:, None] * span, axis=1)
        nearest = np.full(len(xyz), np.inf)
        np.minimum.at(nearest, row, chord)
        keep = chord <= chord_reach(nearest + self.sag_m)[row] + self.sag_m
        return row[keep], piece[keep], part[keep]

    def _pairs(self, xyz: Floats) -> tuple[Ints, Ints]:
        count = len(self.span)
        if len(xyz) * count <= ALL_PAIRS:
            row, piece = np.divmod(np.arange(len(xyz) * count), count)
            return row, piece
        row, node, _ = near_pairs(self.tree, xyz, 1, lambda chord: np.hypot(chord_reach(chord), self.half_m))
        both = np.concatenate([row, row]) * count + np.clip(np.concatenate([node - 1, node]), 0, count - 1)
        row, piece = np.divmod(np.unique(both), count)
        return row, piece

    def refine(self, lonlat: Floats, piece: Ints, part: Floats) -> tuple[Floats, Floats, Floats]:
        """(off_m, part, lateral_m) on the geodesic: step along the piece until the foot stands still.

        lateral_m is positive on the left. Each step takes the line as straight on a sphere; what that misses
        shrinks with every step.
        """
        metres = self.at_m[piece + 1] - self.at_m[piece]
        for _ in range(8):
            foot = from_ecef(self.at(piece, part))
            azimuth, off = inverse(foot, lonlat)
            turn = np.radians(azimuth - azimuth_of(foot, self.span[piece]))
            angle = off / EARTH_M
            step = EARTH_M * np.arctan2(np.sin(angle) * np.cos(turn), np.cos(angle))
            moved = np.clip(part + step / np.maximum(metres, TINY_M), 0.0, 1.0)
            if (np.abs(moved - part) * metres).max(initial=0.0) < TIE_M:
                break
            part = moved
        at_node = ((part <= 0.0) | (part >= 1.0))[:, None]
        heading = azimuth_of(foot, np.where(at_node, self.tangent[piece + (part >= 1.0)], self.span[piece]))
        return off, part, off * np.sin(np.radians(heading - azimuth))
