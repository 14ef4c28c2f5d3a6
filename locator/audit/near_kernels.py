"""Whether a place may lie near a track, compiled by numba.

In: earth-centred metres.    Out: a distance, yes or no.
Never knows: degrees, trips, what a place is. numba keeps what it compiled until this file changes: it calls nothing from others.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator"
from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def farthest(xyz, middle):
    """The distance of the point farthest from point `middle` of them."""
    far = 0.0
    for i in range(len(xyz)):
        dx, dy, dz = xyz[i, 0] - xyz[middle, 0], xyz[i, 1] - xyz[middle, 1], xyz[i, 2] - xyz[middle, 2]
        far = max(far, dx * dx + dy * dy + dz * dz)
    return far**0.5


@njit(cache=True, nogil=True)
def any_within(xyz, places, rows, reach):
    """Is any of these rows of `places` no farther than `reach` from any point? Most are so far from the middle one that no
    other need be looked at."""
    middle = len(xyz) // 2
    far = farthest(xyz, middle) + reach
    for row in rows:
        dx, dy, dz = xyz[middle, 0] - places[row, 0], xyz[middle, 1] - places[row, 1], xyz[middle, 2] - places[row, 2]
        if dx * dx + dy * dy + dz * dz > far * far:
            continue
        for i in range(len(xyz)):
            dx, dy, dz = xyz[i, 0] - places[row, 0], xyz[i, 1] - places[row, 1], xyz[i, 2] - places[row, 2]
            if dx * dx + dy * dy + dz * dz <= reach * reach:
                return True
    return False
