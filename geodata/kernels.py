"""The questions put to packed blocks, compiled by numba: the nearest, all within, all along a line.

In: the arrays that blocks.py tells of, earth-centred metres.    Out: places in the blocks, metres.
Never knows: degrees, layers, what a flag means, who is asking.

Kernels run without the interpreter's lock and write only to what they were handed for it or made. numba keeps what it
compiled until this file changes, and does not look at others: kernels call nothing from them.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from geodata.blocks import WIDE
from geodata.geodesy import A_M, B_M, FLATTEST_M, NEAR_M, ROUNDING_M, TIE_M

DEEP = 160               # waiting blocks: at most 16 on each of 8 levels, and some
NOBODY = np.iinfo(np.int64).max     # sorts behind every id
CROWD = 64               # pieces of a line that may tie for one point; more are the caller's to sort out
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
def _copy_box(nodes, b, i, box):
    for axis in range(6):                           # slices would cost more than what is done with them
        box[axis] = nodes[b, axis, i]


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
def _nearest_one(points, words, ids, nodes, masks, starts, box, need, any_of, worst, metres, name, wait, wait2, d2):
    """Fill the heap with the nearest at most `worst` metres from the place `box`, then sort it."""
    metres[:] = np.inf
    name[:] = NOBODY
    k, levels, x, y, z = len(metres), len(starts) - 1, box[0], box[1], box[2]
    bound, free = _longest_chord(worst), need | any_of == 0
    wait[0], wait2[0], top = starts[levels - 1] * WIDE + levels, 0.0, 1
    while top:
        top -= 1
        if wait2[top] > bound * bound:
            continue
        level, b = wait[top] % WIDE, wait[top] // WIDE
        if level:
            _to_boxes(nodes, b, box, d2)
            top = _push(masks, starts, level - 1, b, d2, bound * bound, need, any_of, wait, wait2, top)
            continue
        _to_points(points, b, x, y, z, d2)
        for i in range(WIDE):
            if d2[i] <= bound * bound and (free or _passes(words[b, i], need, any_of)):
                m = np.rint(1e6 * _metres(x, y, z, points[b, 0, i], points[b, 1, i], points[b, 2, i])) / 1e6
                who = np.int64(ids[b, i])
                if m <= worst and _worse(metres[0], name[0], m, who):
                    _sink(m, who, k, metres, name)
                    worst = min(worst, metres[0])
                    bound = _longest_chord(worst + ROUNDING_M)
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
    """The nearest to each row of `here`, asked in `order`: ids, -1 when missing, and metres, right up to NEAR_M.

    What one asker found bounds what the next one, close by, can find. Returns how many rows hold more than NEAR_M, or
    too few: those the caller must ask again, unless his limit is nearer.
    """
    need, any_of, far = wanted[0], wanted[1], 0
    wait, wait2, d2, box = np.empty(DEEP, np.int64), np.empty(DEEP), np.empty(WIDE), np.empty(6)
    before = np.inf                                 # how far the last asker's k-th was
    for row in order:
        worst = limit_m
        if before <= NEAR_M:
            chord = math.sqrt((here[row, 0] - box[0]) ** 2 + (here[row, 1] - box[1]) ** 2 + (here[row, 2] - box[2]) ** 2)
            if chord <= NEAR_M:                     # there a geodesic is at most 1.00005 of its chord
                worst = min(worst, before + 1.0001 * chord + TIE_M)
        box[0], box[1], box[2] = here[row, 0], here[row, 1], here[row, 2]
        box[3], box[4], box[5] = box[0], box[1], box[2]
        _nearest_one(points, words, ids, nodes, masks, starts, box, need, any_of, worst, out_m[row], out_ids[row], wait,
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


@njit(**_inner)
def _blocks_near(nodes, starts, box, limit2, most, wait, d2, found):
    """The blocks of a line, in its order, whose boxes are near enough to `box` (6,): how many, `most` at the most."""
    levels, count = len(starts) - 1, 0
    wait[0], top = starts[levels - 1] * WIDE + levels, 1
    while top:
        top -= 1
        level, b = wait[top] % WIDE, wait[top] // WIDE
        if level == 0:
            found[count] = b
            count += 1
            if count == most:
                break
            continue
        _to_boxes(nodes, b, box, d2)
        below = (b - starts[level - 1]) * WIDE + (starts[level - 2] if level > 1 else 0)
        for i in range(WIDE - 1, -1, -1):
            if d2[i] <= limit2:
                wait[top] = (below + i) * WIDE + level - 1
                top += 1
    return count


@njit(**_inner)
def _to_pieces(pieces, b, x, y, z, d2, part):
    """Squared distance from a place to each of the 16 pieces of a block, and the part of it at the foot."""
    for i in range(WIDE):
        ax, ay, az = x - pieces[b, 0, i], y - pieces[b, 1, i], z - pieces[b, 2, i]
        ux, uy, uz = pieces[b, 3, i], pieces[b, 4, i], pieces[b, 5, i]
        t = min(max((ax * ux + ay * uy + az * uz) * pieces[b, 6, i], 0.0), 1.0)
        dx, dy, dz = ax - t * ux, ay - t * uy, az - t * uz
        part[i] = t
        d2[i] = dx * dx + dy * dy + dz * dz


@njit(**_inner)
def _to_box(nodes, b, x, y, z):
    """Squared distance from a place to the box of a block of the lowest level."""
    up, i = b // WIDE, b % WIDE
    dx = max(nodes[up, 0, i] - x, x - nodes[up, 3, i], 0.0)
    dy = max(nodes[up, 1, i] - y, y - nodes[up, 4, i], 0.0)
    dz = max(nodes[up, 2, i] - z, z - nodes[up, 5, i], 0.0)
    return dx * dx + dy * dy + dz * dz


@njit(**_inner)
def _unit(pieces, piece):
    b, i = piece // WIDE, piece % WIDE
    scale = math.sqrt(pieces[b, 6, i])
    return pieces[b, 3, i] * scale, pieces[b, 4, i] * scale, pieces[b, 5, i] * scale


@njit(**_inner)
def _foot(chain, piece, t, x, y, z, foot):
    """Move a foot along the geodesic piece until it stands square under the point: (off_m, part).

    A piece bulges over its chord by bend * length² * t (1 - t) / 2 along the upright: the arc of its own curvature.
    """
    ax, ay, az = chain[piece, 0], chain[piece, 1], chain[piece, 2]
    ux, uy, uz = chain[piece + 1, 0] - ax, chain[piece + 1, 1] - ay, chain[piece + 1, 2] - az
    nx, ny, nz = QA * (ax + 0.5 * ux), QA * (ay + 0.5 * uy), QB * (az + 0.5 * uz)
    steep = math.sqrt(nx * nx + ny * ny + nz * nz)
    nx, ny, nz = nx / steep, ny / steep, nz / steep
    bulge = 0.5 * (QA * (ux * ux + uy * uy) + QB * uz * uz) / steep
    for _ in range(4):
        up, lean = bulge * t * (1.0 - t), bulge * (1.0 - 2.0 * t)
        foot[0], foot[1], foot[2] = ax + t * ux + up * nx, ay + t * uy + up * ny, az + t * uz + up * nz
        gx, gy, gz = ux + lean * nx, uy + lean * ny, uz + lean * nz
        g2 = max(gx * gx + gy * gy + gz * gz, TINY)
        moved = min(max(t + ((x - foot[0]) * gx + (y - foot[1]) * gy + (z - foot[2]) * gz) / g2, 0.0), 1.0)
        step2, t = (moved - t) * (moved - t) * g2, moved
        if step2 < ROUNDING_M * ROUNDING_M:
            break
    return _metres(x, y, z, foot[0], foot[1], foot[2]), t


@njit(**_inner)
def _side(pieces, last, piece, t, x, y, z, foot):
    """+1 left of travel, -1 right, 0 within a millimetre; where the foot is a vertex, of the bend there."""
    tx, ty, tz = _unit(pieces, piece)
    other = piece - 1 if t <= 0.0 else piece + 1
    if (t <= 0.0 or t >= 1.0) and 0 <= other <= last:
        ox, oy, oz = _unit(pieces, other)
        if (tx + ox) ** 2 + (ty + oy) ** 2 + (tz + oz) ** 2 > ROUNDING_M * ROUNDING_M:
            tx, ty, tz = tx + ox, ty + oy, tz + oz
        elif other < piece:                         # the line turns right back: as it arrives
            tx, ty, tz = ox, oy, oz
        length = math.sqrt(tx * tx + ty * ty + tz * tz)
        tx, ty, tz = tx / length, ty / length, tz / length
    nx, ny, nz = QA * foot[0], QA * foot[1], QB * foot[2]
    left = ((x - foot[0]) * (ny * tz - nz * ty) + (y - foot[1]) * (nz * tx - nx * tz)
            + (z - foot[2]) * (nx * ty - ny * tx)) / math.sqrt(nx * nx + ny * ny + nz * nz)
    return 0 if abs(left) <= TIE_M else (1 if left > 0.0 else -1)


@njit(**_inner)
def _best_pass(count, piece, off):
    """Of candidates in the order of the line, the nearest of the first run of neighbours that ties with the best."""
    least, chosen, last = off[0], -1, -2
    for i in range(1, count):
        least = min(least, off[i])
    for i in range(count):
        if off[i] <= least + TIE_M:
            if chosen >= 0 and piece[i] > last + 1:
                break
            if chosen < 0 or off[i] < off[chosen]:
                chosen = i
            last = piece[i]
    return chosen


@njit(**_inner)
def _nearest_piece(pieces, boxes, found, near, x, y, z, least2, d2, part):
    """The least squared distance to any piece of those blocks, if it is below `least2`."""
    for n in range(near):
        if _to_box(boxes, found[n], x, y, z) < least2:
            _to_pieces(pieces, found[n], x, y, z, d2, part)
            for i in range(WIDE):
                least2 = min(least2, d2[i])
    return least2


@njit(**_inner)
def _candidates(chain, pieces, boxes, found, near, x, y, z, limit2, d2, part, piece, off, at, foot):
    """Every piece at most that far, with its exact foot; how many, CROWD + 1 when there are too many."""
    count = 0
    for n in range(near):
        if _to_box(boxes, found[n], x, y, z) <= limit2:
            _to_pieces(pieces, found[n], x, y, z, d2, part)
            for i in range(WIDE):
                if d2[i] <= limit2:
                    if count == CROWD:
                        return CROWD + 1
                    piece[count] = found[n] * WIDE + i
                    off[count], at[count] = _foot(chain, piece[count], part[i], x, y, z, foot)
                    count += 1
    return count


@njit(f"Tuple((int64[::1], float64[::1], float64[::1], int8[::1]))({POINTS}, {NODES}, float64[:, ::1], float64[::1],"
      "float64[:, :, ::1], float32[:, :, ::1], int64[::1], float64, float64, boolean, uint64[::1])", **_kept)
def along(points, words, nodes, masks, starts, chain, at_m, pieces, line_nodes, line_starts, reach_m, slack_m, exact, wanted):
    """Every place at most `reach_m` from the chords of a line; with `exact`, its metres, its offset and its side.

    Without, or where more than CROWD pieces tie, off_m is -1 and the caller measures. `slack_m` is how much farther than
    the nearest chord the chord of the nearest geodesic piece may be.
    """
    places, off_m, offset_m, side = np.empty(1024, np.int64), np.empty(1024), np.empty(1024), np.empty(1024, np.int8)
    wait, line_wait = np.empty(DEEP, np.int64), np.empty(DEEP, np.int64)
    d2, part, foot, box = np.empty(WIDE), np.empty(WIDE), np.empty(3), np.empty(6)
    piece, off, at = np.empty(CROWD, np.int64), np.empty(CROWD), np.empty(CROWD)
    found, count, levels, reach2 = np.empty(len(pieces), np.int64), 0, len(starts) - 1, reach_m * reach_m
    need, any_of, free = wanted[0], wanted[1], wanted[0] | wanted[1] == 0
    wait[0], top = starts[levels - 1] * WIDE + levels, 1
    while top:
        top -= 1
        level, b = wait[top] % WIDE, wait[top] // WIDE
        if level:
            below = (b - starts[level - 1]) * WIDE + (starts[level - 2] if level > 1 else 0)
            for j in range(WIDE):
                if nodes[b, 0, j] <= nodes[b, 3, j] and (free or _passes(masks[b, j], need, any_of)):
                    _copy_box(nodes, b, j, box)
                    if _blocks_near(line_nodes, line_starts, box, reach2, 1, line_wait, d2, found):
                        wait[top] = (below + j) * WIDE + level - 1
                        top += 1
            continue
        _copy_box(nodes, b // WIDE, b % WIDE, box)
        near = _blocks_near(line_nodes, line_starts, box, reach2, len(found), line_wait, d2, found)
        for j in range(WIDE):
            if not (free or _passes(words[b, j], need, any_of)):
                continue
            x, y, z = points[b, 0, j], points[b, 1, j], points[b, 2, j]
            least2 = _nearest_piece(pieces, line_nodes, found, near, x, y, z, reach2 * 1.000001, d2, part)
            if least2 > reach2:
                continue
            if count == len(places):
                places, off_m = np.append(places, places), np.append(off_m, off_m)     # twice the room
                offset_m, side = np.append(offset_m, offset_m), np.append(side, side)
            places[count], off_m[count] = b * WIDE + j, -1.0
            if exact:
                limit = math.sqrt(least2) + slack_m
                several = _candidates(chain, pieces, line_nodes, found, near, x, y, z, limit * limit, d2, part, piece, off, at,
                                      foot)
                if 0 < several <= CROWD:
                    one = 0 if several == 1 else _best_pass(several, piece, off)
                    if several > 1:                 # `foot` is that of the last one found
                        _foot(chain, piece[one], at[one], x, y, z, foot)
                    p, t, off_m[count] = piece[one], at[one], off[one]
                    offset_m[count] = at_m[p] + t * (at_m[p + 1] - at_m[p])
                    side[count] = _side(pieces, len(chain) - 2, p, t, x, y, z, foot)
            count += 1
    return places[:count], off_m[:count], offset_m[:count], side[:count]
