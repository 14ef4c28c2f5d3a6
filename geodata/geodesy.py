"""Metres on the WGS 84 ellipsoid, and how far a straight chord can stray from them.

In: longitudes and latitudes in degrees.    Out: metres, earth-centred coordinates, proven bounds.
Never knows: layers, lines, a projection, a zone.
"""
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod

from geodata.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GEOD = Geod(ellps="WGS84")
A_M, B_M, E2 = float(GEOD.a), float(GEOD.b), float(GEOD.es)
TIGHTEST_M = B_M**2 / A_M          # smallest radius of curvature: along the meridian at the equator
FLATTEST_M = A_M**2 / B_M          # largest: at the poles
FARTHEST_M = 20_003_932.0          # no two points are farther apart: pole to pole, rounded up
ROUNDING_M = 1e-6                  # generous: earth-centred coordinates in float64 are good to 1e-8 m
FEW = 8
MOST_DEGREES = np.array([180.0, 90.0])
NEAR_M = 200_000.0                 # up to here near_metres is right to 1e-5 m
HALF = math.pi / 360.0             # of a degree, in radians
Q = np.array([1.0, 1.0, (A_M / B_M) ** 2]) / A_M**2          # the ellipsoid is x·Qx = 1
WEIGHTS, WEIGHTS_ON = np.column_stack([np.ones(3), Q]), np.column_stack([Q, Q**2])
SHORT_M = 500.0                    # edges up to here are measured by one curvature for all
TIE_M = 1e-3                       # passes of a line this close to equally near: the first one counts


def is_lonlat_valid(lonlat: ArrayLike) -> NDArray[np.bool_]:
    """(n,) true where longitude is within ±180 and latitude within ±90; NaN is not."""
    return np.asarray((np.abs(np.asarray(lonlat, dtype=np.float64)) <= MOST_DEGREES).all(axis=-1))


def copy_lonlat(lonlat: ArrayLike, *, field: str = "lonlat") -> Floats:
    """A (n, 2) float64 copy in degrees.    Raises BadInput when a pair is no place on Earth."""
    pairs = np.array(lonlat, dtype=np.float64, order="C")
    if pairs.size == 0:
        pairs = pairs.reshape(0, 2)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise BadInput("bad_lonlat", field=field, value=f"shape {pairs.shape}")
    if len(pairs) <= FEW:                        # quicker one by one, and most questions are of one place
        fine = True
        for lon, lat in pairs.tolist():
            fine = fine and -180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0
    else:
        fine = bool(np.abs(pairs[:, 0]).max() <= 180.0 and np.abs(pairs[:, 1]).max() <= 90.0)     # NaN is not
    if not fine:
        raise BadInput("bad_lonlat", field=field, value=pairs[np.argmin(is_lonlat_valid(pairs))].tolist())
    return pairs


def as_lonlat(lonlat: ArrayLike, *, field: str = "lonlat") -> Floats:
    """The same, read-only."""
    pairs = copy_lonlat(lonlat, field=field)
    pairs.flags.writeable = False
    return pairs


def short_way(degrees: ArrayLike) -> Floats:
    """Steps of longitude the short way round: -180 up to 180. What begins at 179.9 and ends at -179.9 goes 0.2 to the east."""
    step = np.asarray(degrees, np.float64)
    return np.where(np.abs(step) < 180.0, step, (step + 180.0) % 360.0 - 180.0)       # what is short is not rounded


def distance_m(lonlat_a: ArrayLike, lonlat_b: ArrayLike) -> Floats:
    """Geodesic metres between pairs of places; (n, 2) against (n, 2), or either one a single (2,)."""
    a, b = np.asarray(lonlat_a, np.float64), np.asarray(lonlat_b, np.float64)
    if a.shape != b.shape:
        a, b = np.broadcast_arrays(a, b)
    return np.asarray(inverse(a, b)[1]).reshape(a.shape[:-1])


def to_micrometres(metres: Floats) -> Floats:
    """Rounded to 1e-6 m, so that what is equally far is so in the last bit too, and ties can go by id."""
    return np.asarray(np.rint(metres * 1e6) / 1e6)


def inverse(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Azimuth in degrees at `a` towards `b`, and geodesic metres between them."""
    azimuth, _, metres = GEOD.inv(*_flat(a), *_flat(b), return_back_azimuth=False)
    return np.asarray(azimuth), np.asarray(metres)


def near_metres(a: Floats, b: Floats) -> Floats:
    """Geodesic metres between earth-centred places (n, 3) at most NEAR_M apart, right to 1e-5 m; 25 times quicker.

    The arc over the chord, bent as the ellipsoid is halfway in the chord's direction. The normal curvature of
    x·Qx = 1 along d is d·Qd / |d|² / |Qx|; x is the middle of the chord, pushed out to the surface.
    """
    chord, twice = b - a, a + b
    return _arc_metres(chord * chord, twice * twice)


def _arc_metres(chord2: Floats, twice2: Floats) -> Floats:
    """The same, of the squares, axis by axis, of the chord and of twice its middle."""
    length2, bent = (chord2 @ WEIGHTS).T
    # h² of arcsin(h) / h = 1 + h² / 6 + …, with h = bend * chord / 2: what is left out is below 1e-15 at NEAR_M
    pushed, steep = (twice2 @ WEIGHTS_ON).T
    h2 = 0.25 * bent * bent * pushed / np.maximum(length2 * steep, 1e-300)
    return np.asarray(np.sqrt(length2) * (1.0 + h2 * (1.0 / 6.0 + h2 * (3.0 / 40.0 + h2 * (15.0 / 336.0)))))


def edge_metres(lonlat: Floats, xyz: Floats) -> Floats:
    """(n - 1,) geodesic metres from each of n places to the next; `xyz` are the same, earth-centred."""
    chord = xyz[1:] - xyz[:-1]
    length2 = np.einsum("ij,ij->i", chord, chord)
    if length2.max(initial=0.0) < SHORT_M**2:              # whatever the curvature is there, to 3e-12 of the length
        return np.asarray(np.sqrt(length2) * (1.0 + length2 * (1.0 / (24.0 * A_M * B_M))))
    twice = xyz[1:] + xyz[:-1]
    metres = _arc_metres(chord * chord, twice * twice)
    far = np.flatnonzero(metres > NEAR_M)
    if len(far):
        metres[far] = inverse(lonlat[:-1][far], lonlat[1:][far])[1]
    return metres


def forward(a: Floats, azimuth: Floats, metres: Floats) -> Floats:
    """(n, 2) where one arrives from `a`, leaving at `azimuth` degrees, after `metres` of geodesic."""
    lon, lat, _ = GEOD.fwd(*_flat(a), azimuth, metres, return_back_azimuth=False)
    return np.column_stack([lon, lat])


def _flat(lonlat: Floats) -> tuple[Any, Any]:
    return lonlat[..., 0].ravel(), lonlat[..., 1].ravel()


def ecef(lon: ArrayLike, lat: ArrayLike) -> Floats:
    """(n, 3) earth-centred metres of places on the ellipsoid: no zone, no dateline, no pole is special.

    Sine and cosine both come from the tangent of half the angle: it is the costly part.
    """
    east, north = np.tan(np.asarray(lon, np.float64) * HALF), np.tan(np.asarray(lat, np.float64) * HALF)
    east2, north2, xyz = east * east, north * north, np.empty((*np.shape(east), 3))
    up = 2.0 * north / (1.0 + north2)
    normal = A_M / np.sqrt(1.0 - E2 * (up * up))
    out = normal * (1.0 - north2) / ((1.0 + north2) * (1.0 + east2))
    xyz[..., 0], xyz[..., 1], xyz[..., 2] = out * (1.0 - east2), out * (2.0 * east), normal * ((1.0 - E2) * up)
    return xyz


def from_ecef(xyz: Floats) -> Floats:
    """(n, 2) degrees below or above points near the surface (Bowring 1976; 1e-9 m within a km of it)."""
    x, y, z = xyz[..., 0], xyz[..., 1], xyz[..., 2]
    out = np.hypot(x, y)
    beta = np.arctan2(z * A_M, out * B_M)
    lat = np.arctan2(z + E2 / (1 - E2) * B_M * np.sin(beta) ** 3, out - E2 * A_M * np.cos(beta) ** 3)
    lonlat: Floats = np.degrees(np.stack([np.arctan2(y, x), lat], axis=-1))
    return lonlat


def from_ecef_one(x: float, y: float, z: float) -> tuple[float, float]:
    """(lon, lat) of one point, as from_ecef, without the price of arrays."""
    out = math.hypot(x, y)
    beta = math.atan2(z * A_M, out * B_M)
    lat = math.atan2(z + E2 / (1 - E2) * B_M * math.sin(beta) ** 3, out - E2 * A_M * math.cos(beta) ** 3)
    return math.degrees(math.atan2(y, x)), math.degrees(lat)


def azimuth_of(lonlat: Floats, direction: Floats) -> Floats:
    """Degrees from north of an earth-centred `direction` (n, 3) at `lonlat`; upright parts do not count."""
    lam, phi = np.radians(lonlat[..., 0]), np.radians(lonlat[..., 1])
    x, y, z = direction[..., 0], direction[..., 1], direction[..., 2]
    east = y * np.cos(lam) - x * np.sin(lam)
    north = z * np.cos(phi) - (x * np.cos(lam) + y * np.sin(lam)) * np.sin(phi)
    degrees: Floats = np.degrees(np.arctan2(east, north))
    return degrees


# Chord against geodesic. Along a geodesic leaving p, f = |chord|² obeys f″ = 2 - 2 k h, with k the normal
# curvature and h the height of the tangent plane over p. A ball of radius T = TIGHTEST_M rolls inside the
# ellipsoid and the ellipsoid inside one of F = FLATTEST_M (Blaschke), so f / 2 F <= h <= f / 2 T; Sturm's
# comparison with the two circles then gives 2 T sin(s / 2 T) <= chord <= 2 F sin(s / 2 F).

def chord_at_most(metres: ArrayLike) -> Floats:
    """The longest chord two places that many geodesic metres apart can have."""
    half = np.minimum(np.asarray(metres, np.float64) / (2 * FLATTEST_M), math.pi / 2)
    return 2 * FLATTEST_M * np.sin(half) + ROUNDING_M


def distance_at_most(chord: ArrayLike) -> Floats:
    """The longest geodesic between two places with that chord."""
    part = np.asarray(chord, np.float64) / (2 * TIGHTEST_M)
    return np.where(part < 1.0, 2 * TIGHTEST_M * np.arcsin(np.minimum(part, 1.0)) + ROUNDING_M, FARTHEST_M)


def chord_reach(chord: ArrayLike) -> Floats:
    """No place with a longer chord than this can be nearer, by geodesic, than one with this chord."""
    return chord_at_most(distance_at_most(chord))
