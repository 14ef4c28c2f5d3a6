"""A small map for a report: roads by band, gaps behind them, places as dots, a scale bar.

In: GeoJSON features, colours, a size in mm.    Out: SVG.
Never knows: questions, languages, texts of others: nothing is written on it but the scale.

Equirectangular about the middle: for a region of a few hundred kilometres nobody sees the difference.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

M_DEG = 111_320.0
NICE_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500)
GROUND = "#f4f1ea"
Feature = Mapping[str, Any]


@dataclass(frozen=True)
class _Frame:
    west: float
    north: float
    per_deg_x: float  # mm
    per_deg_y: float
    left: float
    top: float

    def at(self, lonlat: Sequence[float]) -> str:
        return (
            f"{self.left + (lonlat[0] - self.west) * self.per_deg_x:.2f},"
            f"{self.top + (self.north - lonlat[1]) * self.per_deg_y:.2f}"
        )


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
        *(_path(one, frame, gap, 3.4, 0.28) for one in gaps),
        *(_path(one, frame, colours[min(one["properties"]["band"], len(colours) - 1)], 0.75, 1.0) for one in bands),
    ]
    for lon, lat, colour in places:
        x, y = frame.at((lon, lat)).split(",")
        parts.append(f'<circle cx="{x}" cy="{y}" r="1.15" fill="{colour}" stroke="#fff" stroke-width="0.35"/>')
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
    corners = [point for feature in features for line in _lines(feature) for point in line] + list(points)
    if not corners:
        corners = [(0.0, 0.0), (0.1, 0.1)]
    west, east = min(p[0] for p in corners), max(p[0] for p in corners)
    south, north = min(p[1] for p in corners), max(p[1] for p in corners)
    squeeze, pad = math.cos(math.radians((south + north) / 2)), 5.0
    across, up = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    per_deg = min((width - 2 * pad) / across, (height - 2 * pad) / up)
    left, top = (width - across * per_deg) / 2, (height - up * per_deg) / 2
    mm_km = per_deg / M_DEG * 1000.0
    km = next((one for one in NICE_KM if one * mm_km >= 18), NICE_KM[-1])
    return _Frame(west, north, per_deg * squeeze, per_deg, left, top), km, km * mm_km


def _lines(feature: Feature) -> list[Sequence[Sequence[float]]]:
    geometry = feature["geometry"]
    return [geometry["coordinates"]] if geometry["type"] == "LineString" else list(geometry["coordinates"])


def _path(feature: Feature, frame: _Frame, colour: str, width: float, opacity: float) -> str:
    drawn = "".join("M" + "L".join(frame.at(point) for point in line) for line in _lines(feature) if len(line) > 1)
    return (
        f'<path d="{drawn}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-opacity="{opacity}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )
