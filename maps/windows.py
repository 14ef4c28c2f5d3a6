"""A panel's window on the world: which ground it shows, how large, which way up.

In: a middle, a scale, a size in millimetres, the direction that is up.    Out: millimetres on paper for degrees, and back.
Never knows: routes, roads, what is drawn.

Every window has its own projection: the stereographic one about its middle, conformal, so that angles are true and the
scale is the same in all directions. Scale grows with the distance r from the middle as 1 + r²/4R²; half of what the
farthest corner gets is taken off everywhere: a 22-km page is then right to 0.0003 %, an 800-km sheet to 0.1 %.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from pyproj import Proj

from geodata.errors import BadInput
from geodata.geodesy import Floats

EARTH_M = 6_371_000.0
SCALES = tuple(sorted(round(step * 10**power) for power in range(3, 8)
                      for step in (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5)))
SCALE_LIMITS = (1_000.0, 50_000_000.0)
SIZE_LIMITS_MM = (10.0, 2_000.0)
EDGE_POINTS = 17            # a side of the frame is a curve on the globe; between its points it bulges by less than BULGE
BULGE = 0.02                # of the box's height
LEAST_SHOWN = 0.25          # of a district's breadth or height, on the map of its places
Bbox = tuple[float, float, float, float]       # west, south, east, north; west > east over the dateline


@dataclass(frozen=True)
class Window:
    """`up_deg` is the azimuth, degrees from north, that points up the page. 1 mm on paper is scale / 1000 metres."""

    lon: float
    lat: float
    scale: float
    width_mm: float
    height_mm: float
    up_deg: float = 0.0

    def __post_init__(self) -> None:
        for field, value, (low, high) in (("scale", self.scale, SCALE_LIMITS), ("width_mm", self.width_mm, SIZE_LIMITS_MM),
                                          ("height_mm", self.height_mm, SIZE_LIMITS_MM)):
            if not low <= value <= high:
                raise BadInput("out_of_range", field=field, value=value, low=low, high=high)

    @property
    def m_per_mm(self) -> float:
        return self.scale / 1000

    @property
    def scale_error(self) -> float:
        """How far the scale strays from 1 : scale, at the middle (too small) and in the corners (too large)."""
        return (math.hypot(self.width_mm, self.height_mm) / 2 * self.m_per_mm / EARTH_M)**2 / 8

    @property
    def proj(self) -> str:
        """The projection before it is turned and shrunk to paper, as a PROJ string."""
        return f"+proj=stere +lat_0={self.lat!r} +lon_0={self.lon!r} +k_0={1 - self.scale_error!r} +datum=WGS84 +units=m"

    @cached_property
    def _local(self) -> Proj:
        return Proj(self.proj)

    @cached_property
    def _turn(self) -> Floats:
        """Metres east and north of the middle -> millimetres right and down."""
        up = math.radians(self.up_deg)
        return np.array([[math.cos(up), -math.sin(up)], [-math.sin(up), -math.cos(up)]]) / self.m_per_mm

    def to_mm(self, lonlat: ArrayLike) -> Floats:
        """(n, 2) millimetres right of and below the upper left corner; also for what lies outside the window."""
        pairs = np.asarray(lonlat, np.float64).reshape(-1, 2)
        metres = np.column_stack(self._local(pairs[:, 0], pairs[:, 1]))
        return np.asarray(metres @ self._turn.T + (self.width_mm / 2, self.height_mm / 2))

    def to_metres(self, mm: ArrayLike) -> Floats:
        """(n, 2) coordinates in the projection of `proj` of places on the panel."""
        from_middle = np.asarray(mm, np.float64).reshape(-1, 2) - (self.width_mm / 2, self.height_mm / 2)
        return np.asarray(from_middle @ np.linalg.inv(self._turn).T)

    def to_lonlat(self, mm: ArrayLike) -> Floats:
        """(n, 2) degrees of places on the panel."""
        metres = self.to_metres(mm)
        return np.column_stack(self._local(metres[:, 0], metres[:, 1], inverse=True))

    def holds(self, lonlat: ArrayLike, *, margin_mm: float = 0.0) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """(n,) true for what lies at least `margin_mm` inside the frame."""
        mm = self.to_mm(lonlat)
        within = (mm >= margin_mm - 1e-9) & (mm <= np.array([self.width_mm, self.height_mm]) - margin_mm + 1e-9)
        return np.asarray(within.all(axis=1))

    def corners(self, points: int = 2) -> Floats:
        """The frame as a closed ring in degrees, `points` a side."""
        t = np.linspace(0, 1, points)[:-1]
        side = np.concatenate([np.column_stack([t, 0 * t]), np.column_stack([1 + 0 * t, t]),
                               np.column_stack([1 - t, 1 + 0 * t]), np.column_stack([0 * t, 1 - t]), [[0, 0]]])
        return self.to_lonlat(side * (self.width_mm, self.height_mm))

    @cached_property
    def bbox(self) -> Bbox:
        """What to look for roads in: all the window shows lies inside. A pole inside takes in every longitude."""
        ring = self.corners(EDGE_POINTS)
        south, north = float(ring[:, 1].min()), float(ring[:, 1].max())
        for pole in (-90.0, 90.0):
            if self.holds([[0.0, pole]])[0]:
                return (-180.0, min(south, pole), 180.0, max(north, pole))
        bulge = (north - south) * BULGE
        south, north = max(south - bulge, -90.0), min(north + bulge, 90.0)
        off = (ring[:, 0] - self.lon + 180) % 360 - 180
        west, east = self.lon + float(off.min()), self.lon + float(off.max())
        return ((west + 180) % 360 - 180, south, (east + 180) % 360 - 180, north)


def window_around(lonlat: ArrayLike, width_mm: float, height_mm: float, *, margin_mm: float = 8.0, scale: float | None = None,
                  up_deg: float = 0.0) -> Window:
    """The window with all of `lonlat` in it, `margin_mm` inside, at the first of SCALES that is small enough.

    scale  given: that one, whatever then fits; the middle of the extent is in the middle of the window
    Raises BadInput out_of_range when nothing fits or the sizes are none.
    """
    points = np.asarray(lonlat, np.float64).reshape(-1, 2)
    inner = (width_mm - 2 * margin_mm, height_mm - 2 * margin_mm)
    if min(inner) <= 0:
        raise BadInput("out_of_range", field="margin_mm", value=margin_mm, low=0, high=min(width_mm, height_mm) / 2)
    lon, lat = _middle(points)
    start = Window(lon, lat, 1_000_000, width_mm, height_mm, up_deg)
    for _ in range(4):                                     # the extent's middle moves a little with the projection
        mm = start.to_mm(points)
        low, high = mm.min(axis=0), mm.max(axis=0)
        lon, lat = map(float, start.to_lonlat((low + high) / 2)[0])
        start = replace(start, lon=lon, lat=lat)
    need = float(((high - low) / inner).max()) * start.scale
    return _next_fit(start, points, (scale,) if scale else [s for s in SCALES if s >= need * 0.99], margin_mm, forced=bool(scale))


def window_on(lonlat: ArrayLike, within: ArrayLike, width_mm: float, height_mm: float, *, margin_mm: float = 8.0) -> Window:
    """The window with all of `lonlat` in it, as large as can be at a scale of two figures; it leans so as to show least of what
    lies outside the box around `within`. Of that it shows a quarter at least, however near the points lie to one another.

    Raises BadInput out_of_range when nothing fits or the sizes are none.
    """
    points, box = (np.asarray(some, np.float64).reshape(-1, 2) for some in (lonlat, within))
    start = window_around(points, width_mm, height_mm, margin_mm=margin_mm)
    size, mm, ground = np.array([width_mm, height_mm]), start.to_mm(points), start.to_mm(box)
    need = float((np.ptp(mm, axis=0) / (size - 2 * margin_mm)).max())
    least = float((np.ptp(ground, axis=0) / size).max()) * LEAST_SHOWN
    window = replace(start, scale=max(_two_figures(start.scale * max(need, least)), SCALE_LIMITS[0]))
    mm, ground = window.to_mm(points), window.to_mm(box)
    low, high = ground.min(axis=0), ground.max(axis=0)
    move = np.where(high - low >= size, np.clip(0.0, low, np.maximum(high - size, low)), (low + high - size) / 2)
    move = np.clip(move, mm.max(axis=0) - (size - margin_mm), mm.min(axis=0) - margin_mm)
    lon, lat = map(float, window.to_lonlat(size / 2 + move)[0])
    leant = replace(window, lon=lon, lat=lat)
    return next((one for one in (leant, window) if one.holds(points, margin_mm=margin_mm * 0.9).all()), start)


def _two_figures(scale: float) -> float:
    """The next scale number of two figures: 1 : 67 000, 1 : 120 000."""
    step = 10.0 ** (math.floor(math.log10(max(scale, 1.0))) - 1)
    return math.ceil(scale / step - 1e-9) * step


def _next_fit(start: Window, points: Floats, scales: Sequence[float], margin_mm: float, *, forced: bool) -> Window:
    for scale in scales:
        window = replace(start, scale=float(scale))
        if forced or window.holds(points, margin_mm=margin_mm).all():
            return window
    raise BadInput("out_of_range", field="scale", value=None, low=SCALES[0], high=SCALES[-1])


def _middle(points: Floats) -> tuple[float, float]:
    """A place amid the points, on the sphere: dateline and poles are nothing special."""
    lon, lat = np.radians(points).T
    x, y, z = (float(part.mean()) for part in (np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))
