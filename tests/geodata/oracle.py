"""Slow and plain answers from pyproj.Geod alone: no chords, no tree, nothing of the code under test.

In: degrees.    Out: metres.
"""
from __future__ import annotations

import numpy as np
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
GOLDEN = (5**0.5 - 1) / 2
LOOKS = 25                # an edge is looked at this often before the golden section begins


def geodesic(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(len(a), len(b)) metres."""
    i, j = (x.ravel() for x in np.indices((len(a), len(b))))
    return np.asarray(GEOD.inv(a[i, 0], a[i, 1], b[j, 0], b[j, 1])[2]).reshape(len(a), len(b))


def beside(line: np.ndarray, point: np.ndarray) -> tuple[float, np.ndarray]:
    """Metres to the nearest point of the line, and the offsets of all passes as near to 1 mm.

    Only edges are searched whose ends allow it by the triangle inequality.
    """
    azimuth, _, length = (np.asarray(x) for x in GEOD.inv(*line[:-1].T, *line[1:].T))
    at_m = np.concatenate([[0.0], np.cumsum(length)])
    to_vertex = geodesic(line, point[None])[:, 0]
    near = np.flatnonzero(to_vertex[:-1] - length <= to_vertex.min() + 1)
    off, at = _on_edges(line[near], azimuth[near], length[near], point)
    passes = off <= off.min() + 1e-3
    return float(off.min()), at_m[near][passes] + at[passes]


def _on_edges(start: np.ndarray, azimuth: np.ndarray, length: np.ndarray, point: np.ndarray) -> tuple:
    """(off, at) of the nearest point of each edge: a look at many places, then golden section."""
    def off(at: np.ndarray) -> np.ndarray:
        one = np.ones(len(at))
        lon, lat, _ = GEOD.fwd(*start.T, azimuth, at)
        return np.asarray(GEOD.inv(lon, lat, point[0] * one, point[1] * one)[2])

    looks = np.linspace(0, length, LOOKS)
    seen = np.array([off(at) for at in looks])
    best, rows = seen.argmin(axis=0), np.arange(len(start))
    low, high = looks[np.maximum(best - 1, 0), rows], looks[np.minimum(best + 1, LOOKS - 1), rows]
    while (high - low).max() > 1e-4:
        first, second = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        left = off(first) <= off(second)
        low, high = np.where(left, low, first), np.where(left, second, high)
    ats = np.array([np.zeros(len(start)), (low + high) / 2, length])
    offs = np.array([off(at) for at in ats])
    nearest = offs.argmin(axis=0)
    return offs[nearest, rows], ats[nearest, rows]
