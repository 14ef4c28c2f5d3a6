"""WGS 84, GCJ-02 (Amap, Tencent) and BD-09 (Baidu): there, and exactly back.

In: (n, 2) lon, lat in a named datum.    Out: (n, 2) lon, lat in WGS 84, or the other way.
Never knows: which datum a file is in. The user names it; nobody guesses. Inside the product all is WGS 84.

Formulas: the public accounts of the state shift (eviltransform, coordtransform; both MIT). GCJ-02 is shifted
in a box round China and is WGS 84 outside it; within 700 m outside that box's edge the way back is ambiguous.
"""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geodata.errors import BadInput

Lonlat = NDArray[np.float64]      # (n, 2)

DATUMS = ("wgs84", "gcj02", "bd09")
CHINA_BOX = (72.004, 0.8293, 137.8347, 55.8271)        # west, south, east, north, as in eviltransform
_AXIS_M, _ECC2 = 6_378_245.0, 0.00669342162296594323   # Krasovsky 1940
_BD_TURN = np.pi * 3000.0 / 180.0
_BD_OFFSET = np.array([0.0065, 0.006])
_CLOSE_DEG = 1e-11                                     # a micrometre


def to_wgs84(lonlat: ArrayLike, datum: str) -> Lonlat:
    """(n, 2) lon, lat of `datum` in WGS 84, to a millimetre. Raises BadInput bad_datum."""
    given = _pairs(lonlat)
    if _known(datum) == "bd09":
        given = _undo(_gcj_to_bd, given)
    if datum == "wgs84":
        return given
    shifted_back = _undo(_shift, given)
    return np.where(_in_china(shifted_back), shifted_back, given)


def from_wgs84(lonlat: ArrayLike, datum: str) -> Lonlat:
    """(n, 2) lon, lat of WGS 84 in `datum`. Raises BadInput bad_datum."""
    given = _pairs(lonlat)
    if _known(datum) == "wgs84":
        return given
    gcj = np.where(_in_china(given), _shift(given), given)
    return gcj if datum == "gcj02" else _gcj_to_bd(gcj)


def _known(datum: str) -> str:
    if datum not in DATUMS:
        raise BadInput("bad_datum", field="datum", value=datum, allowed=", ".join(DATUMS))
    return datum


def _pairs(lonlat: ArrayLike) -> Lonlat:
    return np.array(lonlat, dtype=np.float64).reshape(-1, 2)


def _in_china(lonlat: Lonlat) -> NDArray[np.bool_]:
    west, south, east, north = CHINA_BOX
    lon, lat = lonlat[:, :1], lonlat[:, 1:]
    return np.asarray((west <= lon) & (lon <= east) & (south <= lat) & (lat <= north))


def _shift(lonlat: Lonlat) -> Lonlat:
    """The GCJ-02 shift, wherever it is asked for."""
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    root, wave = np.sqrt(np.abs(x)), np.pi
    common = (20 * np.sin(6 * wave * x) + 20 * np.sin(2 * wave * x)) * 2 / 3
    north_m = (-100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
               + (20 * np.sin(wave * y) + 40 * np.sin(wave * y / 3)) * 2 / 3
               + (160 * np.sin(wave * y / 12) + 320 * np.sin(wave * y / 30)) * 2 / 3)
    east_m = (300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
              + (20 * np.sin(wave * x) + 40 * np.sin(wave * x / 3)) * 2 / 3
              + (150 * np.sin(wave * x / 12) + 300 * np.sin(wave * x / 30)) * 2 / 3)
    lat = np.radians(lonlat[:, 1])
    flat = 1 - _ECC2 * np.sin(lat) ** 2
    m_per_rad_east = _AXIS_M / np.sqrt(flat) * np.cos(lat)
    m_per_rad_north = _AXIS_M * (1 - _ECC2) / flat ** 1.5
    off: Lonlat = np.degrees(np.column_stack([east_m / m_per_rad_east, north_m / m_per_rad_north]))
    return lonlat + off


def _gcj_to_bd(lonlat: Lonlat) -> Lonlat:
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    turned: Lonlat = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return np.asarray(turned + _BD_OFFSET)


def _undo(forward: Callable[[Lonlat], Lonlat], target: Lonlat) -> Lonlat:
    """x with forward(x) = target. The shifts hardly vary, so each step leaves 2 % of the error or less."""
    found = target
    for _ in range(20):
        off = forward(found) - target
        found = found - off
        if not np.any(np.abs(off) > _CLOSE_DEG):
            break
    return found
