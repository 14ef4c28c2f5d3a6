"""The loops that pack points and lines into blocks of 16, compiled by numba.

In: degrees, earth-centred metres, words of flag bits.    Out: the arrays that blocks.py tells of.
Never knows: what a flag means, layers, who will ask.

numba keeps what it compiled until this file changes, and does not look at others: it calls nothing from them.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from geodata.blocks import WIDE
from geodata.geodesy import ROUNDING_M

FAR_AWAY = 1e9           # metres, in unused places: farther than anything on Earth
LOOSE_M = 0.5            # boxes are single precision, good to 0.25 m: they are made this much larger

_kept: Any = {"cache": True, "nogil": True, "error_model": "numpy"}


@njit("void(float64[:, ::1], int64[::1])", **_kept)
def curve_keys(lonlat, keys):
    """Where each place stands on a Hilbert curve through the longitudes and latitudes (2^24 steps each)."""
    top = (1 << 24) - 1
    for i in range(len(lonlat)):
        x, y = int((lonlat[i, 0] + 180.0) / 360.0 * top), int((lonlat[i, 1] + 90.0) / 180.0 * top)
        key, step = 0, 1 << 23
        while step:
            right, up = int((x & step) != 0), int((y & step) != 0)
            key = 4 * key + ((3 * right) ^ up)
            if up == 0:
                if right:
                    x, y = top - x, top - y
                x, y = y, x
            step >>= 1
        keys[i] = key


@njit("void(float64[:, ::1], uint64[::1], int64[::1], float64[:, :, ::1], uint64[:, ::1], int32[:, ::1], float32[:, :, ::1],"
      "uint64[:, ::1])", **_kept)
def lay_points(xyz, flags, order, points, words, ids, nodes, masks):
    """Points into blocks in that order; the box and the mask of each block into the nodes of the first level."""
    points[:] = FAR_AWAY
    words[:] = 0
    ids[:] = -1
    for place in range(len(order)):
        row, b, i = order[place], place // WIDE, place % WIDE
        up, j = b // WIDE, b % WIDE
        ids[b, i], words[b, i] = row, flags[row]
        masks[up, j] |= flags[row]
        for axis in range(3):
            value = xyz[row, axis]
            points[b, axis, i] = value
            nodes[up, axis, j] = min(nodes[up, axis, j], np.float32(value - LOOSE_M))
            nodes[up, axis + 3, j] = max(nodes[up, axis + 3, j], np.float32(value + LOOSE_M))


@njit("void(float64[:, ::1], float64[:, :, ::1], float32[:, :, ::1])", **_kept)
def lay_pieces(chain, pieces, nodes):
    """The pieces between the places of a chain into blocks, in their order, and their boxes."""
    last = len(chain) - 1
    for b in range(len(pieces)):
        start, many = b * WIDE, min(WIDE, last - b * WIDE)
        pieces[b, :3], pieces[b, 3:] = FAR_AWAY, 0.0
        for axis in range(3):
            low = high = chain[start, axis]
            for i in range(many):
                here, there = chain[start + i, axis], chain[start + i + 1, axis]
                pieces[b, axis, i], pieces[b, axis + 3, i] = here, there - here
                low, high = min(low, there), max(high, there)
            nodes[b // WIDE, axis, b % WIDE], nodes[b // WIDE, axis + 3, b % WIDE] = low - LOOSE_M, high + LOOSE_M
        for i in range(many):
            length2 = pieces[b, 3, i] ** 2 + pieces[b, 4, i] ** 2 + pieces[b, 5, i] ** 2
            pieces[b, 6, i] = 1.0 / length2 if length2 > 0.0 else 0.0


@njit("void(float64[:, ::1], float64[:, ::1])", **_kept)
def lay_beams(chain, beams):
    """Of each block of pieces: the straight way from its start to its end, and how far it strays from that at most.

    It strays most at a place between two pieces: what is near a straight way is convex.
    """
    for b in range(len(beams)):
        start, end = b * WIDE, min((b + 1) * WIDE, len(chain) - 1)
        length2, stray2 = 0.0, 0.0
        for axis in range(3):
            beams[b, axis], beams[b, axis + 3] = chain[start, axis], chain[end, axis] - chain[start, axis]
            length2 += beams[b, axis + 3] ** 2
        beams[b, 6] = 1.0 / length2 if length2 > 0.0 else 0.0
        for place in range(start + 1, end):
            ax, ay, az = chain[place, 0] - beams[b, 0], chain[place, 1] - beams[b, 1], chain[place, 2] - beams[b, 2]
            t = min(max((ax * beams[b, 3] + ay * beams[b, 4] + az * beams[b, 5]) * beams[b, 6], 0.0), 1.0)
            dx, dy, dz = ax - t * beams[b, 3], ay - t * beams[b, 4], az - t * beams[b, 5]
            stray2 = max(stray2, dx * dx + dy * dy + dz * dz)
        beams[b, 7] = math.sqrt(stray2) + ROUNDING_M


@njit("void(float32[:, :, ::1], uint64[:, ::1], int64[::1])", **_kept)
def raise_levels(nodes, masks, starts):
    """Boxes and masks of every level above the first, from the one below it."""
    for level in range(1, len(starts) - 1):
        for b in range(starts[level - 1], starts[level]):
            up, j = starts[level] + (b - starts[level - 1]) // WIDE, (b - starts[level - 1]) % WIDE
            for i in range(WIDE):
                masks[up, j] |= masks[b, i]
                for axis in range(3):
                    nodes[up, axis, j] = min(nodes[up, axis, j], nodes[b, axis, i])
                    nodes[up, axis + 3, j] = max(nodes[up, axis + 3, j], nodes[b, axis + 3, i])
