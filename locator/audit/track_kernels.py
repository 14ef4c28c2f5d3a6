"""The loops over the points of a track, compiled by numba: where they are, what of the time was driving, what may lie near.

In: degrees, seconds, earth-centred metres.    Out: earth-centred metres, driving time, rests, yes or no.
Never knows: trips, what a place is. numba keeps what it compiled until this file changes: it calls nothing from others.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator"
from __future__ import annotations

import math

import numpy as np
from numba import njit

from geodata.geodesy import A_M, B_M, E2, HALF, TIGHTEST_M

QA, QB = 1.0 / A_M**2, 1.0 / B_M**2     # the ellipsoid is QA (x² + y²) + QB z² = 1


@njit(cache=True, nogil=True)
def is_sound(lon, lat, time_s, latest_s):
    """Is every point on the earth, does it end elsewhere than it began, and do the times never fall, from 0 to `latest_s`?"""
    last, before = len(lon) - 1, 0.0
    for i in range(last + 1):
        if not (abs(lon[i]) <= 180.0 and abs(lat[i]) <= 90.0 and before <= time_s[i] <= latest_s):
            return False
        before = time_s[i]
    return last > 0 and (lon[0] != lon[last] or lat[0] != lat[last])


@njit(cache=True, nogil=True, error_model="numpy")
def spread(lonlat):
    """((n, 3) as geodesy.ecef, (n - 1,) metres to the next as geodesy.near_metres: right up to NEAR_M)."""
    xyz, metres = np.empty((len(lonlat), 3)), np.empty(len(lonlat) - 1)
    for i in range(len(lonlat)):
        east, north = math.tan(lonlat[i, 0] * HALF), math.tan(lonlat[i, 1] * HALF)
        east2, north2 = east * east, north * north
        up = 2.0 * north / (1.0 + north2)
        normal = A_M / math.sqrt(1.0 - E2 * (up * up))
        out = normal * (1.0 - north2) / ((1.0 + north2) * (1.0 + east2))
        x, y, z = out * (1.0 - east2), out * (2.0 * east), normal * ((1.0 - E2) * up)
        xyz[i, 0], xyz[i, 1], xyz[i, 2] = x, y, z
        if i:
            ax, ay, az = xyz[i - 1, 0], xyz[i - 1, 1], xyz[i - 1, 2]
            dx, dy, dz, mx, my, mz = x - ax, y - ay, z - az, ax + x, ay + y, az + z
            d_flat, d_up, m_flat, m_up = dx * dx + dy * dy, dz * dz, mx * mx + my * my, mz * mz
            c2, bent = d_flat + d_up, QA * d_flat + QB * d_up
            steep = c2 * (QA * QA * m_flat + QB * QB * m_up)
            h2 = 0.25 * bent * bent * (QA * m_flat + QB * m_up) / max(steep, 1e-300)
            metres[i - 1] = math.sqrt(c2) * (1.0 + h2 * (1.0 / 6.0 + h2 * (3.0 / 40.0 + h2 * (15.0 / 336.0))))
    return xyz, metres


@njit(cache=True, nogil=True)
def driven(metres, time_s, walk_m_s, break_s):
    """((n,) driving time at each point, driving time at each rest), as clock.Clock."""
    drive_s, rests_s, rests = np.zeros(len(time_s)), np.empty(len(time_s) // 2 + 1), 0
    stood = -1                                                  # the point from which he stands
    for i in range(len(time_s)):
        stands = False
        if i < len(metres):
            seconds = time_s[i + 1] - time_s[i]
            stands = metres[i] < walk_m_s * seconds
            drive_s[i + 1] = drive_s[i] + (0.0 if stands else seconds)
        if stands and stood < 0:
            stood = i
        elif not stands and stood >= 0:
            if time_s[i] - time_s[stood] >= break_s:
                rests_s[rests] = drive_s[stood]
                rests += 1
            stood = -1
    return drive_s, rests_s[:rests]


@njit(cache=True, nogil=True)
def reaches(xyz, within):
    """Nothing within so many metres of the geodesics from point to point is farther than these: from their chords, from the
    middle point. A geodesic strays from its chord no farther than an arc of the tightest circle."""
    middle, far2, longest2 = len(xyz) // 2, 0.0, 0.0
    for i in range(len(xyz)):
        dx, dy, dz = xyz[i, 0] - xyz[middle, 0], xyz[i, 1] - xyz[middle, 1], xyz[i, 2] - xyz[middle, 2]
        far2 = max(far2, dx * dx + dy * dy + dz * dz)
        if i:
            dx, dy, dz = xyz[i, 0] - xyz[i - 1, 0], xyz[i, 1] - xyz[i - 1, 1], xyz[i, 2] - xyz[i - 1, 2]
            longest2 = max(longest2, dx * dx + dy * dy + dz * dz)
    under2 = TIGHTEST_M * TIGHTEST_M - longest2 / 4.0
    if under2 <= 0.0:
        return math.inf, math.inf
    beside = within + 2.0 * (TIGHTEST_M - math.sqrt(under2)) + 1.0       # twice: a part of a track begins and ends on a chord
    return beside, beside + math.sqrt(far2)


@njit(cache=True, nogil=True)
def any_beside(xyz, places, rows, within):
    """May any of these rows of `places` lie within so many metres of the geodesics from point to point? Most are so far from the
    middle point that no chord need be looked at."""
    middle, (beside, far) = len(xyz) // 2, reaches(xyz, within)
    for row in rows:
        px, py, pz = places[row, 0], places[row, 1], places[row, 2]
        dx, dy, dz = xyz[middle, 0] - px, xyz[middle, 1] - py, xyz[middle, 2] - pz
        if dx * dx + dy * dy + dz * dz > far * far:
            continue
        for i in range(1, len(xyz)):
            ax, ay, az = xyz[i - 1, 0] - px, xyz[i - 1, 1] - py, xyz[i - 1, 2] - pz
            sx, sy, sz = xyz[i, 0] - xyz[i - 1, 0], xyz[i, 1] - xyz[i - 1, 1], xyz[i, 2] - xyz[i - 1, 2]
            length2 = max(sx * sx + sy * sy + sz * sz, 1e-18)
            t = min(max(-(ax * sx + ay * sy + az * sz) / length2, 0.0), 1.0)
            x, y, z = ax + t * sx, ay + t * sy, az + t * sz
            if x * x + y * y + z * z <= beside * beside:
                return True
    return False


@njit(cache=True, nogil=True)
def last_beside(xyz, drive_s, since_s, end_s, window_s, places, rows, within):
    """The end of the last part, window by window backwards from `end_s`, in which one may lie so near; `since_s`: of none."""
    while end_s > since_s:
        begin_s = max(end_s - window_s, since_s)
        first, last = np.searchsorted(drive_s, begin_s), np.searchsorted(drive_s, end_s)
        if any_beside(xyz[max(first - 1, 0):last + 1], places, rows, within):
            return end_s
        end_s = begin_s
    return since_s
