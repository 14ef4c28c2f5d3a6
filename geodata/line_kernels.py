"""The question put to packed blocks along a line, compiled by numba: every place beside it, with its foot and its side.

In: the arrays that blocks.py tells of, earth-centred metres.    Out: places in the blocks, metres, sides.
Never knows: degrees, layers, what a flag means, who is asking.

Kernels run without the interpreter's lock and write only to what they were handed for it or made. numba keeps what it
compiled until this file changes, and does not look at others: the three loops shared with kernels.py stand in both.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from geodata.blocks import WIDE
from geodata.geodesy import A_M, B_M, ROUNDING_M, TIE_M

DEEP = 160               # waiting blocks: at most 16 on each of 8 levels, and some
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
def _passes(mask, need, any_of):
    return (mask & need) == need and (any_of == 0 or (mask & any_of) != 0)


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
    flat = 1.0 / math.sqrt(nx * nx + ny * ny + nz * nz)
    nx, ny, nz = nx * flat, ny * flat, nz * flat
    bulge = 0.5 * (QA * (ux * ux + uy * uy) + QB * uz * uz) * flat
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
def _to_pieces(pieces, b, x, y, z, d2, part):
    """Squared distance from a place to each of the 16 pieces of a block, and the part of it at the foot; the least."""
    least2 = np.inf
    for i in range(WIDE):
        ax, ay, az = x - pieces[b, 0, i], y - pieces[b, 1, i], z - pieces[b, 2, i]
        ux, uy, uz = pieces[b, 3, i], pieces[b, 4, i], pieces[b, 5, i]
        t = min(max((ax * ux + ay * uy + az * uz) * pieces[b, 6, i], 0.0), 1.0)
        dx, dy, dz = ax - t * ux, ay - t * uy, az - t * uz
        part[i] = t
        d2[i] = dx * dx + dy * dy + dz * dz
        least2 = min(least2, d2[i])
    return least2


@njit(**_inner)
def _box_of(nodes, b, box):
    """The box about all that is below a block."""
    for axis in range(3):
        low, high = np.inf, -np.inf
        for i in range(WIDE):
            low, high = min(low, nodes[b, axis, i]), max(high, nodes[b, axis + 3, i])
        box[axis], box[axis + 3] = low, high


@njit(**_inner)
def _blocks_close(nodes, found, near, box, limit2, close):
    """Those of the first `near` found whose boxes are near enough to `box`, in their order: how many."""
    count = 0
    for n in range(near):
        up, i = found[n] // WIDE, found[n] % WIDE
        dx = max(nodes[up, 0, i] - box[3], box[0] - nodes[up, 3, i], 0.0)
        dy = max(nodes[up, 1, i] - box[4], box[1] - nodes[up, 4, i], 0.0)
        dz = max(nodes[up, 2, i] - box[5], box[2] - nodes[up, 5, i], 0.0)
        close[count] = found[n]
        count += dx * dx + dy * dy + dz * dz <= limit2
    return count


@njit(**_inner)
def _points_to_beams(points, b, beams, close, near, apart, first, least):
    """How far each of 16 points is at least from each of those blocks of a line; which is the nearest, and its."""
    least[:] = np.inf
    for n in range(near):
        beam = beams[close[n]]
        for i in range(WIDE):
            ax, ay, az = points[b, 0, i] - beam[0], points[b, 1, i] - beam[1], points[b, 2, i] - beam[2]
            t = min(max((ax * beam[3] + ay * beam[4] + az * beam[5]) * beam[6], 0.0), 1.0)
            dx, dy, dz = ax - t * beam[3], ay - t * beam[4], az - t * beam[5]
            metres = math.sqrt(dx * dx + dy * dy + dz * dz) - beam[7]
            apart[n, i] = metres
            first[i] = n if metres < least[i] else first[i]
            least[i] = min(least[i], metres)


@njit(**_inner)
def _pieces_beside(pieces, close, near, x, y, z, apart, i, best, slack_m, beside2, part, done2):
    """The chord to the nearest piece of those blocks, `best` being the likeliest one. What may tie with it is left in
    `beside2` and `part`; `done2` says how near each block's nearest piece is, infinity where it was not looked at."""
    done2[best] = _to_pieces(pieces, close[best], x, y, z, beside2[best], part[best])
    least = math.sqrt(done2[best])
    for n in range(near):
        if n != best:
            done2[n] = np.inf
            if apart[n, i] <= least + slack_m:
                done2[n] = _to_pieces(pieces, close[n], x, y, z, beside2[n], part[n])
                least = min(least, math.sqrt(done2[n]))
    return least


@njit(**_inner)
def _candidates(chain, close, near, x, y, z, limit2, done2, beside2, part, piece, off, at, foot):
    """Every piece at most that far, with its exact foot; how many, CROWD + 1 when there are too many."""
    count = 0
    for n in range(near):
        if done2[n] <= limit2:
            for i in range(WIDE):
                if beside2[n, i] <= limit2:
                    if count == CROWD:
                        return CROWD + 1
                    piece[count] = close[n] * WIDE + i
                    off[count], at[count] = _foot(chain, piece[count], part[n, i], x, y, z, foot)
                    count += 1
    return count


@njit(**_inner)
def _stand(chain, at_m, pieces, count, x, y, z, piece, off, at, foot):
    """(off_m, offset_m, side) by the best of so many candidates."""
    one = 0 if count == 1 else _best_pass(count, piece, off)
    if count > 1:                                   # `foot` is that of the last one found
        _foot(chain, piece[one], at[one], x, y, z, foot)
    p, t = piece[one], at[one]
    return off[one], at_m[p] + t * (at_m[p + 1] - at_m[p]), _side(pieces, len(chain) - 2, p, t, x, y, z, foot)


@njit(f"Tuple((int64[::1], float64[::1], float64[::1], int8[::1]))({POINTS}, {NODES}, float64[:, ::1], float64[::1],"
      "float64[:, :, ::1], float64[:, ::1], float32[:, :, ::1], int64[::1], float64, float64, boolean, uint64[::1])", **_kept)
def along(points, words, nodes, masks, starts, chain, at_m, pieces, beams, line_nodes, line_starts, reach_m, slack_m, exact,
          wanted):
    """Every place at most `reach_m` from the chords of a line; with `exact`, its metres, its offset and its side.

    Without, or where more than CROWD pieces tie, off_m is -1 and the caller measures. `slack_m` is how much farther than
    the nearest chord the chord of the nearest geodesic piece may be.
    """
    places, off_m, offset_m, side = np.empty(1024, np.int64), np.empty(1024), np.empty(1024), np.empty(1024, np.int8)
    wait, line_wait = np.empty(DEEP, np.int64), np.empty(DEEP, np.int64)
    d2, foot, box, first, nearest_m = np.empty(WIDE), np.empty(3), np.empty(6), np.zeros(WIDE, np.int64), np.empty(WIDE)
    piece, off, at = np.empty(CROWD, np.int64), np.empty(CROWD), np.empty(CROWD)
    many = len(pieces)
    found, close, done2 = np.empty(many, np.int64), np.empty(many, np.int64), np.empty(many)
    apart, beside2, part = np.empty((many, WIDE)), np.empty((many, WIDE)), np.empty((many, WIDE))
    count, levels, reach2 = 0, len(starts) - 1, reach_m * reach_m
    need, any_of, free = wanted[0], wanted[1], wanted[0] | wanted[1] == 0
    wait[0], top = starts[levels - 1] * WIDE + levels, 1
    while top:
        top -= 1
        level, up = wait[top] % WIDE, wait[top] // WIDE
        below, around = (up - starts[level - 1]) * WIDE + (starts[level - 2] if level > 1 else 0), 0
        if level == 1:
            _box_of(nodes, up, box)
            around = _blocks_near(line_nodes, line_starts, box, reach2, many, line_wait, d2, found)
        for j in range(WIDE):
            if not nodes[up, 0, j] <= nodes[up, 3, j] or not (free or _passes(masks[up, j], need, any_of)):
                continue
            b = below + j
            _copy_box(nodes, up, j, box)
            if level > 1:
                if _blocks_near(line_nodes, line_starts, box, reach2, 1, line_wait, d2, found):
                    wait[top] = b * WIDE + level - 1
                    top += 1
                continue
            near = _blocks_close(line_nodes, found, around, box, reach2, close)
            _points_to_beams(points, b, beams, close, near, apart, first, nearest_m)
            for i in range(WIDE):
                if nearest_m[i] > reach_m or not (free or _passes(words[b, i], need, any_of)):
                    continue
                x, y, z = points[b, 0, i], points[b, 1, i], points[b, 2, i]
                least = _pieces_beside(pieces, close, near, x, y, z, apart, i, first[i], slack_m, beside2, part, done2)
                if least > reach_m:
                    continue
                if count == len(places):
                    places, off_m = np.append(places, places), np.append(off_m, off_m)     # twice the room
                    offset_m, side = np.append(offset_m, offset_m), np.append(side, side)
                places[count], off_m[count] = b * WIDE + i, -1.0
                if exact:
                    several = _candidates(chain, close, near, x, y, z, (least + slack_m) * (least + slack_m), done2, beside2,
                                          part, piece, off, at, foot)
                    if several <= CROWD:
                        off_m[count], offset_m[count], side[count] = _stand(chain, at_m, pieces, several, x, y, z, piece, off,
                                                                            at, foot)
                count += 1
    return places[:count], off_m[:count], offset_m[:count], side[:count]
