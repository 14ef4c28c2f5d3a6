"""The questions put to packed blocks, compiled by numba: the nearest, all within.

In: the arrays that blocks.py tells of, earth-centred metres.    Out: places in the blocks, metres.
Never knows: degrees, layers, what a flag means, who is asking.

Kernels run without the interpreter's lock and write only to what they were handed for it or made. numba keeps what it
compiled until this file changes, and does not look at others: kernels call nothing from them. Those along a line are in
line_kernels.py.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from geodata.blocks import WIDE
from geodata.geodesy import A_M, B_M, E2, FLATTEST_M, NEAR_M, ROUNDING_M, TIE_M

DEEP = 160               # waiting blocks: at most 16 on each of 8 levels, and some
NOBODY = np.iinfo(np.int64).max     # sorts behind every id
TINY = 1e-300
QA, QB = 1.0 / A_M**2, 1.0 / B_M**2     # the ellipsoid is QA (x² + y²) + QB z² = 1
POINTS, NODES = "float64[:, :, ::1], uint64[:, ::1]", "float32[:, :, ::1], uint64[:, ::1], int64[::1]"

# nnan, nsz: no kernel makes a NaN, and no sign of a zero is looked at; infinities are real. contract: a·b + c in one go.
_kept: Any = {"cache": True, "nogil": True, "fastmath": {"nnan", "nsz", "contract"}, "error_model": "numpy"}
_inner: Any = {"nogil": True, "fastmath": _kept["fastmath"], "error_model": "numpy", "forceinline": True}


@njit(**_inner)
def _metres(ax, ay, az, bx, by, bz):
    """Geodesic metres between two places at most NEAR_M apart, as geodesy.near_metres."""
    dx, dy, dz = bx - ax, by - ay, bz - az
    mx, my, mz = ax + bx, ay + by, az + bz
    d_flat, d_up, m_flat, m_up = dx * dx + dy * dy, dz * dz, mx * mx + my * my, mz * mz
    c2, bent = d_flat + d_up, QA * d_flat + QB * d_up
    # (bend * chord / 2)², and from it arcsin(h) / h: the terms left out are below 1e-15 at NEAR_M
    h2 = 0.25 * bent * bent * (QA * m_flat + QB * m_up) / max(c2 * (QA * QA * m_flat + QB * QB * m_up), TINY)
    return math.sqrt(c2) * (1.0 + h2 * (1.0 / 6.0 + h2 * (3.0 / 40.0 + h2 * (15.0 / 336.0))))


@njit(**_inner)
def _earth_centred(lon, lat):
    """As geodesy.ecef."""
    lam, phi = math.radians(lon), math.radians(lat)
    up, out = math.sin(phi), math.cos(phi)
    normal = A_M / math.sqrt(1.0 - E2 * up * up)
    return normal * out * math.cos(lam), normal * out * math.sin(lam), normal * (1.0 - E2) * up


@njit("void(float64[:, ::1], float64[:, ::1])", **_kept)
def earth_centred(lonlat, xyz):
    """geodesy.ecef into an array that is there already."""
    for i in range(len(lonlat)):
        xyz[i, 0], xyz[i, 1], xyz[i, 2] = _earth_centred(lonlat[i, 0], lonlat[i, 1])


@njit(**_inner)
def _longest_chord(metres):
    """geodesy.chord_at_most without a sine: its series cut off on the safe side."""
    half = metres * (0.5 / FLATTEST_M)
    if half >= 1.5:
        return 2.0 * FLATTEST_M + 1.0
    h2 = half * half
    return 2.0 * FLATTEST_M * half * (1.0 - h2 * (1.0 / 6.0) * (1.0 - h2 * (1.0 / 20.0))) + ROUNDING_M


@njit(**_inner)
def _to_boxes(nodes, b, box, d2):
    """Squared distance from a box (6,), which may be a single place, to each of the 16 boxes of a block."""
    for i in range(WIDE):
        dx = max(nodes[b, 0, i] - box[3], box[0] - nodes[b, 3, i], 0.0)
        dy = max(nodes[b, 1, i] - box[4], box[1] - nodes[b, 4, i], 0.0)
        dz = max(nodes[b, 2, i] - box[5], box[2] - nodes[b, 5, i], 0.0)
        d2[i] = dx * dx + dy * dy + dz * dz


@njit(**_inner)
def _to_points(points, b, x, y, z, d2):
    for i in range(WIDE):
        dx, dy, dz = points[b, 0, i] - x, points[b, 1, i] - y, points[b, 2, i] - z
        d2[i] = dx * dx + dy * dy + dz * dz


@njit(**_inner)
def _passes(mask, need, any_of):
    return (mask & need) == need and (any_of == 0 or (mask & any_of) != 0)


@njit(**_inner)
def _push(masks, starts, level, b, d2, limit2, need, any_of, wait, wait2, top):
    """Let those below block `b` wait that pass and are near enough, the nearest on top; how many wait now."""
    first, below, free = top, (b - starts[level]) * WIDE + (starts[level - 1] if level else 0), need | any_of == 0
    for i in range(WIDE):
        if d2[i] <= limit2 and (free or _passes(masks[b, i], need, any_of)):
            at = top
            while at > first and wait2[at - 1] < d2[i]:
                wait2[at], wait[at] = wait2[at - 1], wait[at - 1]
                at -= 1
            wait2[at], wait[at] = d2[i], (below + i) * WIDE + level
            top += 1
    return top


@njit(**_inner)
def _worse(m_a, id_a, m_b, id_b):
    return m_a > m_b or (m_a == m_b and id_a > id_b)


@njit(**_inner)
def _sink(m, who, count, metres, name):
    """Put (m, who) in place of the worst of the first `count`, which stay a heap."""
    hole = 0
    while True:
        child = 2 * hole + 1
        if child >= count:
            break
        if child + 1 < count and _worse(metres[child + 1], name[child + 1], metres[child], name[child]):
            child += 1
        if not _worse(metres[child], name[child], m, who):
            break
        metres[hole], name[hole] = metres[child], name[child]
        hole = child
    metres[hole], name[hole] = m, who


@njit(**_inner)
def _take_points(points, words, ids, b, box, need, any_of, worst, bound, metres, name, d2):
    """Put what block `b` has into the heap; how far a point may be from now on: (metres, chord)."""
    x, y, z = box[0], box[1], box[2]
    _to_points(points, b, x, y, z, d2)
    for i in range(WIDE):
        if d2[i] <= bound * bound and _passes(words[b, i], need, any_of):
            m = np.rint(1e6 * _metres(x, y, z, points[b, 0, i], points[b, 1, i], points[b, 2, i])) / 1e6
            who = np.int64(ids[b, i])
            if m <= worst and _worse(metres[0], name[0], m, who):
                _sink(m, who, len(metres), metres, name)
                if metres[0] < worst:
                    worst = metres[0]
                    bound = _longest_chord(worst + ROUNDING_M)
    return worst, bound


@njit(**_inner)
def _likeliest_block(nodes, masks, starts, box, need, any_of, d2):
    """The block of points one comes to by the nearest box on every level; -1 where none passes."""
    b = starts[-1] - 1
    for level in range(len(starts) - 2, -1, -1):
        _to_boxes(nodes, b, box, d2)
        best, least = -1, np.inf
        for i in range(WIDE):
            if d2[i] < least and _passes(masks[b, i], need, any_of):
                best, least = i, d2[i]
        if best < 0:
            return -1
        b = (b - starts[level]) * WIDE + best + (starts[level - 1] if level else 0)
    return b


@njit(**_inner)
def _nearest_one(points, words, ids, nodes, masks, starts, box, need, any_of, worst, first, metres, name, wait, wait2, d2):
    """Fill the heap with the nearest at most `worst` metres from the place `box`, then sort it.

    Block `first`, if there is one, is looked at before all: what it has spares others.
    """
    metres[:] = np.inf
    name[:] = NOBODY
    k, levels, bound = len(metres), len(starts) - 1, _longest_chord(worst)
    if first >= 0:
        worst, bound = _take_points(points, words, ids, first, box, need, any_of, worst, bound, metres, name, d2)
    wait[0], wait2[0], top = starts[levels - 1] * WIDE + levels, 0.0, 1
    while top:
        top -= 1
        if wait2[top] > bound * bound:
            continue
        level, b = wait[top] % WIDE, wait[top] // WIDE
        if level:
            _to_boxes(nodes, b, box, d2)
            top = _push(masks, starts, level - 1, b, d2, bound * bound, need, any_of, wait, wait2, top)
        elif b != first:
            worst, bound = _take_points(points, words, ids, b, box, need, any_of, worst, bound, metres, name, d2)
    for last in range(k - 1, 0, -1):
        m, who = metres[last], name[last]
        metres[last], name[last] = metres[0], name[0]
        _sink(m, who, last, metres, name)
    for i in range(k):
        if name[i] == NOBODY:
            name[i] = -1


@njit(f"int64({POINTS}, int32[:, ::1], {NODES}, float64[:, ::1], int64[::1], uint64[::1], float64, int64[:, ::1],"
      "float64[:, ::1])", **_kept)
def nearest(points, words, ids, nodes, masks, starts, here, order, wanted, limit_m, out_ids, out_m):
    """The nearest to each row of `here`, degrees, asked in `order`: ids, -1 when missing, and metres, right up to NEAR_M.

    What one asker found bounds what the next one, close by, can find. Returns how many rows hold more than NEAR_M, or
    too few: those the caller must ask again, unless his limit is nearer.
    """
    need, any_of, far = wanted[0], wanted[1], 0
    wait, wait2, d2, box = np.empty(DEEP, np.int64), np.empty(DEEP), np.empty(WIDE), np.empty(6)
    before = np.inf                                 # how far the last asker's k-th was
    for row in order:
        x, y, z = _earth_centred(here[row, 0], here[row, 1])
        worst, first = limit_m, -1
        if before <= NEAR_M:
            chord = math.sqrt((x - box[0]) ** 2 + (y - box[1]) ** 2 + (z - box[2]) ** 2)
            if chord <= NEAR_M:                     # there a geodesic is at most 1.00005 of its chord
                worst = min(worst, before + 1.0001 * chord + TIE_M)
        box[0], box[1], box[2], box[3], box[4], box[5] = x, y, z, x, y, z
        if worst == limit_m:
            first = _likeliest_block(nodes, masks, starts, box, need, any_of, d2)
        _nearest_one(points, words, ids, nodes, masks, starts, box, need, any_of, worst, first, out_m[row], out_ids[row], wait,
                     wait2, d2)
        before = out_m[row, -1]
        far += before > NEAR_M
    return far


@njit(f"Tuple((int64[::1], int64[::1], float64[::1]))({POINTS}, {NODES}, float64[:, ::1], float64[::1], uint64[::1])", **_kept)
def within(points, words, nodes, masks, starts, here, chord_m, wanted):
    """Every (row of `here`, place in the blocks) at most the row's chord apart, and its metres, right up to NEAR_M."""
    rows, places, metres, count = np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024), 0
    wait, wait2, d2, box = np.empty(DEEP, np.int64), np.empty(DEEP), np.empty(WIDE), np.empty(6)
    levels, need, any_of = len(starts) - 1, wanted[0], wanted[1]
    for row in range(len(here)):
        x, y, z, limit2 = here[row, 0], here[row, 1], here[row, 2], chord_m[row] * chord_m[row]
        box[0], box[1], box[2], box[3], box[4], box[5] = x, y, z, x, y, z
        wait[0], wait2[0], top = starts[levels - 1] * WIDE + levels, 0.0, 1
        while top:
            top -= 1
            level, b = wait[top] % WIDE, wait[top] // WIDE
            if level:
                _to_boxes(nodes, b, box, d2)
                top = _push(masks, starts, level - 1, b, d2, limit2, need, any_of, wait, wait2, top)
                continue
            _to_points(points, b, x, y, z, d2)
            for i in range(WIDE):
                if d2[i] <= limit2 and _passes(words[b, i], need, any_of):
                    if count == len(rows):
                        rows, places, metres = np.append(rows, rows), np.append(places, places), np.append(metres, metres)
                    rows[count], places[count] = row, b * WIDE + i
                    metres[count] = np.rint(1e6 * _metres(x, y, z, points[b, 0, i], points[b, 1, i], points[b, 2, i])) / 1e6
                    count += 1
    return rows[:count], places[:count], metres[:count]
