"""Places for a text that follows a bending line, as the name of a winding road does.

In: the vertices of a line, the size of a text.    Out: Bends, the straightest first.
Never knows: maps, what the text says. Millimetres right and down.
"""
from __future__ import annotations

import math

import numpy as np

from geodata.geodesy import Floats
from maps.labels import Bend, Box

STEP = 0.25                  # of the text's height: how finely the line is looked at
SMOOTH = 6                   # steps to each side that a vertex is averaged over: letters do not follow every kink
MOST_TURN_DEG = 28.0         # over the text's height
MOST_RANGE_DEG = 100.0       # over the whole text
PART = 1.5                   # a box covers so much of the text, in heights
MOST = 8                     # places of one line


def bends(points: Floats, width: float, height: float) -> list[Bend]:
    """Where a text of that size may follow the line without breaking up; it reads from left to right."""
    step = height * STEP
    line = _smoothed(points, step)
    reach = round(width / step)
    if len(line) < reach + 2:
        return []
    turn = np.degrees(np.unwrap(np.arctan2(*np.diff(line, axis=0).T[::-1])))
    over = max(round(1 / STEP), 1)
    sharp = np.concatenate([np.abs(turn[over:] - turn[:-over]), np.zeros(over)])
    windows = np.lib.stride_tricks.sliding_window_view
    worst, spread = windows(sharp, reach).max(axis=1), np.ptp(windows(turn, reach), axis=1)
    good = np.flatnonzero((worst <= MOST_TURN_DEG) & (spread <= MOST_RANGE_DEG))[::max(1, over)]
    order = good[np.argsort(np.round(spread[good] / 10) + np.abs(good - len(spread) / 2) / len(spread), kind="stable")]
    return [_bend(line[start:start + reach + 1], width, height) for start in order[:MOST].tolist()]


def _smoothed(points: Floats, step: float) -> Floats:
    """The line at equal steps, every point the mean of its neighbours."""
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    offsets = np.arange(0.0, at[-1], step)
    if len(offsets) <= 2 * SMOOTH + 2:
        return np.empty((0, 2))
    kernel = np.ones(2 * SMOOTH + 1) / (2 * SMOOTH + 1)
    return np.column_stack([np.convolve(np.interp(offsets, at, points[:, axis]), kernel, mode="valid") for axis in (0, 1)])


def _bend(line: Floats, width: float, height: float) -> Bend:
    if line[-1, 0] < line[0, 0]:
        line = line[::-1]
    count = max(math.ceil(width / (PART * height)), 1)
    ends = line[np.linspace(0, len(line) - 1, count + 1).round().astype(int)]
    boxes = []
    for (ax, ay), (bx, by) in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        turn = math.degrees(math.atan2(by - ay, bx - ax))
        boxes.append(Box((ax + bx) / 2, (ay + by) / 2, math.hypot(bx - ax, by - ay) + 0.3, height * 1.08, turn))
    x, y = line[len(line) // 2].tolist()
    return Bend(tuple(boxes), tuple(map(tuple, line.tolist())), x, y)
