"""Smooth lines on a small plane: metres east and north of a middle point, good for one district.

In: vertices in degrees.    Out: Curve (by metres along it), ramps, crossings.
Never knows: roads, tags, files. The plane is equirectangular: 0.3 % wrong at its rim.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Array = NDArray[np.float64]
MIDDLE = (119.95, 31.64)                               # degrees
M_PER_DEGREE = np.array([111_412.84 * np.cos(np.radians(MIDDLE[1])), 110_900.0])
GRAIN_M = 20.0                                         # between the samples of a Curve


def to_plane(lonlat: Array) -> Array:
    xy: Array = (np.asarray(lonlat, np.float64) - MIDDLE) * M_PER_DEGREE
    return xy


def to_lonlat(xy: Array) -> Array:
    """Degrees, rounded as OpenStreetMap rounds them."""
    return np.asarray(np.round(np.asarray(xy) / M_PER_DEGREE + MIDDLE, 7))


@dataclass(frozen=True, eq=False)
class Curve:
    """A smooth line, densely sampled."""

    xy: Array        # (n, 2) metres
    at_m: Array      # (n,) metres from the start

    @property
    def length_m(self) -> float:
        return float(self.at_m[-1])

    @property
    def shape(self) -> shapely.LineString:
        return shapely.LineString(self.xy)

    def point(self, at_m: float) -> Array:
        return np.array([np.interp(at_m, self.at_m, self.xy[:, axis]) for axis in (0, 1)])

    def heading(self, at_m: float) -> Array:
        """Unit vector along the line."""
        step = self.point(min(at_m + GRAIN_M, self.length_m)) - self.point(max(at_m - GRAIN_M, 0.0))
        return np.asarray(step / np.hypot(*step))

    def nearest_m(self, xy: Array) -> float:
        """Metres along the line to its point nearest to `xy`."""
        return float(self.shape.project(shapely.Point(xy)))


def smooth(vertices: Array, *, closed: bool = False) -> Curve:
    """A spline through every vertex (m, 2), metres; centripetal, so that it does not loop at short steps."""
    vertices = np.concatenate([vertices, vertices[:1]]) if closed else vertices
    knots = np.concatenate([[0.0], np.cumsum(np.sqrt(np.hypot(*np.diff(vertices, axis=0).T)))])
    rough_m = np.hypot(*np.diff(vertices, axis=0).T).sum()
    samples = np.linspace(0.0, knots[-1], int(rough_m / GRAIN_M) + 2)
    from scipy.interpolate import CubicSpline  # slow to import, and the sample is made once
    xy = CubicSpline(knots, vertices, bc_type="periodic" if closed else "natural")(samples)
    return Curve(xy, np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]))


def right_of(heading: Array) -> Array:
    return np.array([heading[1], -heading[0]])


def ramp(start: Array, out: Array, end: Array, into: Array, *, steps: int = 10) -> Array:
    """Points of the cubic that leaves `start` along `out` and arrives at `end` along `into`; not its ends.

    out, into  vectors in metres: their length is how far the ramp keeps its direction
    """
    u = np.linspace(0.0, 1.0, steps + 1)[1:-1, None]
    bends = start, start + out, end - into, end
    weights = (1 - u) ** 3, 3 * u * (1 - u) ** 2, 3 * u ** 2 * (1 - u), u ** 3
    return np.asarray(sum(w * p for w, p in zip(weights, bends, strict=True)))


def crossings(one: Curve, other: Curve) -> list[Array]:
    """Where two curves cross, in the order of `one`."""
    met = shapely.get_parts(shapely.intersection(one.shape, other.shape))
    return sorted((shapely.get_coordinates(part)[0] for part in met if not part.is_empty), key=one.nearest_m)
