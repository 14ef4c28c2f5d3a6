"""A small map for a report: roads by band, gaps behind them, places as dots, a scale bar.

In: GeoJSON features, colours, a size in mm.    Out: SVG.
Never knows: questions, languages, texts of others: nothing is written on it but the scale.

Equirectangular about the middle: for a region of a few hundred kilometres nobody sees the difference.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

M_DEG = 111_320.0
NICE_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500)
GROUND = "#f4f1ea"
PAD_MM, LEAST_MM = 5.0, 45.0
FINE_MM_KM, THINNEST = 1.2, 0.3  # a kilometre drawn smaller than this has thinner lines and smaller dots, down to this share
STEP_MM = 0.08  # points nearer to the one before are not drawn
Feature = Mapping[str, Any]


@dataclass(frozen=True)
class _Frame:
    middle: float  # degrees; half: from it to either side
    half: float
    north: float
    per_deg_x: float  # mm
    per_deg_y: float
    left: float
    top: float

    @property
    def stroke(self) -> float:
        """How thick lines and dots are, as a share: the smaller the scale, the finer."""
        return min(max(self.per_deg_y / M_DEG * 1000.0 / FINE_MM_KM, THINNEST), 1.0)

    def at(self, lonlat: Sequence[float]) -> str:
        return (
            f"{self.left + (self.half + _east_of(self.middle, lonlat[0])) * self.per_deg_x:.2f},"
            f"{self.top + (self.north - lonlat[1]) * self.per_deg_y:.2f}"
        )


def height_for(features: Iterable[Feature], points: Iterable[tuple[float, float, str]], width_mm: float, most_mm: float) -> float:
    """How high a map of this width must be to hold them all: no higher than most_mm, and no strip."""
    west, east, south, north = _bounds(list(features), [(lon, lat) for lon, lat, _ in points])
    across = max((east - west) * math.cos(math.radians((south + north) / 2)), 1e-6)
    wanted = 2 * PAD_MM + (width_mm - 2 * PAD_MM) * (north - south) / across + 8.0
    return round(min(max(wanted, LEAST_MM), most_mm), 1)


def draw_bands(
    bands: Iterable[Feature],
    gaps: Iterable[Feature],
    places: Iterable[tuple[float, float, str]],
    *,
    colours: Sequence[str],
    gap: str,
    width_mm: float,
    height_mm: float,
) -> str:
    """places: lon, lat, colour. The later bands lie on top, as they come."""
    bands, gaps, places = list(bands), list(gaps), list(places)
    frame, km, bar_mm = _fit([*bands, *gaps], [(lon, lat) for lon, lat, _ in places], width_mm, height_mm)
    size = f'width="{width_mm}mm" height="{height_mm}mm" viewBox="0 0 {width_mm} {height_mm}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        f'<rect width="{width_mm}" height="{height_mm}" fill="{GROUND}"/>',
        *(_path(one, frame, gap, 3.4 * frame.stroke, 0.28) for one in gaps),
        *(
            _path(one, frame, colours[min(one["properties"]["band"], len(colours) - 1)], 0.75 * frame.stroke, 1.0)
            for one in bands
        ),
    ]
    radius, ring = 1.15 * frame.stroke, 0.35 * frame.stroke
    for lon, lat, colour in places:
        x, y = frame.at((lon, lat)).split(",")
        parts.append(f'<circle cx="{x}" cy="{y}" r="{radius:.2f}" fill="{colour}" stroke="#fff" stroke-width="{ring:.2f}"/>')
    foot = height_mm - 4
    parts.append(
        f'<path d="M4 {foot - 1.2}V{foot}H{4 + bar_mm:.2f}V{foot - 1.2}" fill="none" stroke="#333" stroke-width="0.35"/>'
        f'<text x="{4 + bar_mm / 2:.2f}" y="{foot - 1.4}" font-size="2.6" text-anchor="middle" fill="#333" '
        f'font-family="Noto Sans">{km} km</text></svg>'
    )
    return "".join(parts)


def _fit(
    features: Sequence[Feature], points: Sequence[tuple[float, float]], width: float, height: float
) -> tuple[_Frame, int, float]:
    west, east, south, north = _bounds(features, points)
    squeeze, pad = math.cos(math.radians((south + north) / 2)), PAD_MM
    across, up = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    per_deg = min((width - 2 * pad) / across, (height - 2 * pad) / up)
    left, top = (width - across * per_deg) / 2, (height - up * per_deg) / 2
    mm_km = per_deg / M_DEG * 1000.0
    km = next((one for one in NICE_KM if one * mm_km >= 18), NICE_KM[-1])
    return _Frame((west + east) / 2, (east - west) / 2, north, per_deg * squeeze, per_deg, left, top), km, km * mm_km


def _bounds(features: Sequence[Feature], points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """west, east, south, north; east past 180 where all of it lies on both sides of that meridian."""
    corners = [point for feature in features for line in _lines(feature) for point in line] + list(points)
    if not corners:
        corners = [(0.0, 0.0), (0.1, 0.1)]
    lons, lats = [p[0] for p in corners], [p[1] for p in corners]
    west, east = min(lons), max(lons)
    if east - west > 180.0:
        around = sorted(set(lons))
        width, after = max((b - a, b) for a, b in pairwise(around))
        if width > west + 360.0 - east:  # nothing lies there: that is the outside
            west, east = after, max(lon for lon in around if lon < after) + 360.0
    return west, east, min(lats), max(lats)


def _east_of(middle: float, lon: float) -> float:
    """Degrees, the short way round."""
    step = lon - middle
    return step if abs(step) < 180.0 else (step + 180.0) % 360.0 - 180.0


def _lines(feature: Feature) -> list[Sequence[Sequence[float]]]:
    geometry = feature["geometry"]
    return [geometry["coordinates"]] if geometry["type"] == "LineString" else list(geometry["coordinates"])


def _path(feature: Feature, frame: _Frame, colour: str, width: float, opacity: float) -> str:
    drawn = "".join("M" + "L".join(_points(line, frame)) for line in _lines(feature) if len(line) > 1)
    return (
        f'<path d="{drawn}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-opacity="{opacity}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _points(line: Sequence[Sequence[float]], frame: _Frame) -> list[str]:
    """The ends, and of the points between those that can be told from the one before."""
    kept, step_x, step_y = [line[0]], STEP_MM / frame.per_deg_x, STEP_MM / frame.per_deg_y
    for point in line[1:-1]:
        if abs(point[0] - kept[-1][0]) >= step_x or abs(point[1] - kept[-1][1]) >= step_y:
            kept.append(point)
    return [frame.at(point) for point in (*kept, line[-1])]
