"""A driver's own line as evidence: how far off its points are, which of them to ask, and how much each of them says.

In: a line of points, the distances of points from the nearest road.    Out: Fixes.
Never knows: roads by name, vehicles, routes. Ideas: points nearer to each other than twice the noise say more of noise than
of the drive (Newson & Krumm 2009), so they are averaged; errors of a receiver drift, so points close together do not
count in full.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.geodesy import distance_m

NOISE_M = (1.0, 50.0)      # least and most a position is taken to be off, as one standard deviation
SAMPLE = 400               # points that tell how much it is
EXACT_M = 4.0              # a line so near to the roads was drawn on them: what lies between its points counts as well
ON_ROAD_M = 10.0           # between two points of such a line, a road this near is the one drawn on
STEP_M = 40.0              # an exact line gets points this often,
OFF_ROADS = 0.5            # unless more of it than this lies on no road between its points: then it was not drawn on them
NEAREST = 1.4              # the nearest road is not always his, so he is farther off it than he seems
JUMPY = 5.0                # steps of less than so many deviations show the noise, not the road
SPARSE_M, SPARSE_NOISE_M = 150.0, 15.0     # points farther apart than this are taken to be off at least so much
MOST_POINTS = 20_000       # a longer line is thinned until it has about so many
APART = 2.0                # points nearer than so many deviations are one
ALIKE = 5.0                # errors are taken to be alike over so many deviations of the way
LEAST_WEIGHT = 0.05
Floats = NDArray[np.float64]
OffRoad = Callable[[Floats], Floats]       # (n, 2) points -> (n,) metres to the nearest road, inf where there is none near


@dataclass(frozen=True, eq=False)
class Fixes:
    """Points to match; along_m: where on the given line each is; weight: how much each says, at most 1."""

    lonlat: Floats
    along_m: Floats
    step_m: Floats             # from the one before
    weight: Floats
    noise_m: float


def read_fixes(lonlat: Floats, off_road: OffRoad) -> Fixes:
    along_m = np.concatenate([[0.0], np.cumsum(distance_m(lonlat[:-1], lonlat[1:]))])
    noise_m, exact = find_noise(lonlat, off_road), False
    if noise_m <= EXACT_M:
        points, marks_m = filled(lonlat, along_m, off_road)
        exact = float(np.diff(marks_m)[np.diff(marks_m) > 2 * STEP_M].sum()) <= OFF_ROADS * along_m[-1]
        lonlat, along_m = (points, marks_m) if exact else (lonlat, along_m)
    noise_m = noise_m if exact else received(lonlat, noise_m)
    lonlat, along_m = thinned(lonlat, along_m, max(APART * noise_m, float(along_m[-1]) / MOST_POINTS), mean=not exact)
    step_m = np.append(0.0, distance_m(lonlat[:-1], lonlat[1:]))
    weight = np.clip(step_m / (ALIKE * noise_m), LEAST_WEIGHT, 1.0)
    weight[0] = 1.0
    return Fixes(lonlat, along_m, step_m, weight, noise_m)


def find_noise(lonlat: Floats, off_road: OffRoad) -> float:
    """From how far a sample lies beside the nearest road: 1.48 times the median is one deviation (robust)."""
    off_m = off_road(lonlat[np.unique(np.linspace(0, len(lonlat) - 1, SAMPLE).astype(int))])
    off_m = off_m[np.isfinite(off_m)]
    return float(np.clip(1.48 * np.median(off_m), *NOISE_M)) if len(off_m) else NOISE_M[1]


def received(lonlat: Floats, noise_m: float) -> float:
    """The noise of a line that a receiver wrote. Where streets are close, how far off the nearest one is says too little: a line
    whose points jump about more than roads do says more, and one of few points is given more."""
    noise_m *= NEAREST
    if len(lonlat) > 2:
        step_m, beside_m = jumps(lonlat)
        noise_m = max(noise_m, beside_m if step_m < JUMPY * beside_m else 0.0, SPARSE_NOISE_M if step_m > SPARSE_M else 0.0)
    return float(np.clip(noise_m, *NOISE_M))


def jumps(lonlat: Floats) -> tuple[float, float]:
    """(usual step, one deviation of the points beside the line from the one before to the one after), in metres."""
    xy = lonlat * np.array([np.cos(np.radians(lonlat[:, 1].mean())), 1.0]) * 111_195.0
    step, chord = np.diff(xy, axis=0), xy[2:] - xy[:-2]
    long_m = np.maximum(np.hypot(*chord.T), 1e-9)
    beside_m = np.abs(step[:-1, 0] * chord[:, 1] - step[:-1, 1] * chord[:, 0]) / long_m
    return float(np.median(np.hypot(*step.T))), 1.48 * float(np.median(beside_m)) / np.sqrt(1.5)


def filled(lonlat: Floats, along_m: Floats, off_road: OffRoad) -> tuple[Floats, Floats]:
    """The line with points added where it runs straight along a road from one point to the next."""
    count = np.minimum(np.ceil(np.diff(along_m) / STEP_M).astype(np.int64), 1_000)
    count = np.maximum(count, 1)
    if count.sum() > 2 * MOST_POINTS:
        return lonlat, along_m
    row = np.repeat(np.arange(len(count)), count)
    share = (np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)) / count[row]
    points = lonlat[row] + share[:, None] * (lonlat[row + 1] - lonlat[row])
    marks = along_m[row] + share * np.diff(along_m)[row]
    added = share > 0
    on_road = np.ones(len(row), bool)
    on_road[added] = off_road(points[added]) <= ON_ROAD_M
    whole = np.bincount(row, weights=~on_road, minlength=len(count)) == 0
    kept = ~added | whole[row]
    return np.concatenate([points[kept], lonlat[-1:]]), np.append(marks[kept], along_m[-1])


def thinned(lonlat: Floats, along_m: Floats, apart_m: float, *, mean: bool) -> tuple[Floats, Floats]:
    """The line with points nearer than apart_m to the first of a group taken together: their mean, or that first point."""
    begin, first = [0], 0
    scale = np.array([np.cos(np.radians(lonlat[:, 1].mean())), 1.0]) * 111_195.0
    xy = ((lonlat - lonlat[0]) * scale).tolist()
    for i, (x, y) in enumerate(xy):
        if (x - xy[first][0]) ** 2 + (y - xy[first][1]) ** 2 >= apart_m * apart_m:
            begin.append(i)
            first = i
    starts = np.array(begin)
    if not mean:
        keep = starts if starts[-1] == len(lonlat) - 1 else np.append(starts, len(lonlat) - 1)
        return lonlat[keep], along_m[keep]
    size = np.diff(np.append(starts, len(lonlat)))
    return np.add.reduceat(lonlat, starts) / size[:, None], np.add.reduceat(along_m, starts) / size
