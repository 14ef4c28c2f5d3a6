"""A route as a row of pages that follow it, each turned so that travel runs up, or north up.

In: a MeasuredLine, the size of a page's map, a scale.    Out: Strips: from where to where, and the window each page shows.
Never knows: roads, stops, what is drawn.

A page takes in as much of the route as fits. For one direction of the page the box around the route only grows as it
goes on, so where it leaves the frame is found exactly, for DIRECTIONS in turn; of those that have the route run up
the page, the one that holds most of it is taken.
"""
from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from geodata.errors import BadInput
from geodata.geodesy import Floats, distance_m, inverse
from geodata.measured import MeasuredLine
from maps.windows import SCALES, Window

TRAVEL_UP, NORTH_UP = "travel_up", "north_up"
ORIENTATIONS = (TRAVEL_UP, NORTH_UP)
MAX_STRIPS = 400
STEP_MM = 0.5                # the route is looked at this often; what it does between is within the margin
DIRECTIONS = 72              # 5 degrees apart
UPWARD_DEG = 15.0            # travel still runs up the page when it strays so far from straight up
ALIKE = 0.97                 # of pages that hold nearly as much, the one whose travel is straightest up
STUB = 0.8                   # a last page shorter than this share of the longest is one
EVENED = (1.0, 1.04, 1.1, 1.2, 1.35)      # times the even length, tried in turn
SHORTER = 0.98               # a page that in its own projection is a little too small for its piece takes so much of it


Piece = tuple[float, float, Window]      # from_m, to_m, what the page shows


@dataclass(frozen=True)
class Strip:
    """One page of a route. Metres are offsets along it.

    match_from_m, match_to_m  middle of what it shares with the page before and after; None at the route's ends
    """

    number: int                   # from 1
    count: int
    from_m: float
    to_m: float
    window: Window
    match_from_m: float | None = None
    match_to_m: float | None = None

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.count else None


def cut(line: MeasuredLine, width_mm: float, height_mm: float, *, scale: float, overlap_mm: float = 20.0, margin_mm: float = 10.0,
        orientation: str = TRAVEL_UP, max_strips: int = MAX_STRIPS, even: bool = True) -> tuple[Strip, ...]:
    """The pages of a route at 1 : scale: together they hold every metre of it.

    overlap_mm  route that two neighbouring pages share, measured along it, at scale
    margin_mm   the route keeps so far from the frame
    even        no more pages, but of about one length; else each holds all it can, and the last what is left
    Raises      BadInput: out_of_range, not_allowed, too_large (more than max_strips pages)
    """
    inner = min(width_mm, height_mm) - 2 * margin_mm
    if orientation not in ORIENTATIONS:
        raise BadInput("not_allowed", field="orientation", value=orientation, allowed=", ".join(ORIENTATIONS))
    if not inner >= 4:
        raise BadInput("out_of_range", field="margin_mm", value=margin_mm, low=0, high=min(width_mm, height_mm) / 2 - 2)
    if not 0 <= overlap_mm <= inner / 2:
        raise BadInput("out_of_range", field="overlap_mm", value=overlap_mm, low=0, high=inner / 2)
    page = Window(float(line.lonlat[0, 0]), float(line.lonlat[0, 1]), scale, width_mm, height_mm)
    pieces = list(_pieces(line, page, overlap_mm * page.m_per_mm, margin_mm, orientation, max_strips))
    if even:
        pieces = _evened(pieces, line, page, overlap_mm * page.m_per_mm, margin_mm, orientation)
    return tuple(_matched([Strip(n, len(pieces), a, b, window) for n, (a, b, window) in enumerate(pieces, 1)]))


def fitted_scale(line: MeasuredLine, width_mm: float, height_mm: float, *, pages: int, overlap_mm: float = 20.0,
                 margin_mm: float = 10.0, orientation: str = TRAVEL_UP) -> float:
    """The largest of SCALES (smallest number) at which the route takes no more than that many pages."""
    span_m = float(distance_m(line.lonlat[0], line.lonlat).max())
    for scale in (s for s in SCALES if span_m <= pages * math.hypot(width_mm, height_mm) * s / 1000):
        try:
            cut(line, width_mm, height_mm, scale=scale, overlap_mm=overlap_mm, margin_mm=margin_mm, orientation=orientation,
                max_strips=pages, even=False)
        except BadInput as why:
            if why.code != "too_large":
                raise
        else:
            return float(scale)
    raise BadInput("out_of_range", field="pages", value=pages, low=1, high=MAX_STRIPS)


def _evened(full: list[Piece], line: MeasuredLine, page: Window, overlap_m: float, margin_mm: float, orientation: str,
            ) -> list[Piece]:
    """As many pages, none longer than need be, where the last would be a stub: else they stay as they are."""
    stub_m = full[-1][1] - full[-1][0]
    if len(full) == 1 or stub_m >= STUB * max(to_m - from_m for from_m, to_m, _ in full):
        return full
    alike_m = (line.length_m + (len(full) - 1) * overlap_m) / len(full)
    for more in EVENED:
        try:
            pieces = list(_pieces(line, page, overlap_m, margin_mm, orientation, len(full), alike_m * more))
        except BadInput:                                    # where the road bends a page holds less than that
            continue
        if len(pieces) == len(full) and pieces[-1][1] - pieces[-1][0] > stub_m:
            return pieces
    return full


def _pieces(line: MeasuredLine, page: Window, overlap_m: float, margin_mm: float, orientation: str, most: int,
            longest_m: float = math.inf) -> Iterator[Piece]:
    """Every page, none longer than `longest_m`. Each goes on for more than the overlap, so there is an end."""
    from_m, ups = 0.0, np.array([0.0]) if orientation == NORTH_UP else np.arange(DIRECTIONS) * 360.0 / DIRECTIONS
    for count in range(most):
        to_m, window = _page(line, page, from_m, margin_mm, ups, longest_m)
        yield from_m, to_m, window
        if to_m >= line.length_m:
            return
        from_m = to_m - overlap_m
        if count + 2 > most:
            raise BadInput("too_large", field="scale", value=page.scale, limit=most, unit="pages")


def _page(line: MeasuredLine, page: Window, from_m: float, margin_mm: float, ups: Floats, longest_m: float,
          ) -> tuple[float, Window]:
    """How far the page that begins at `from_m` goes, and its window."""
    inner = np.array([page.width_mm, page.height_mm]) - 2 * margin_mm
    offsets, mm = _ahead(line, page, from_m, inner, longest_m)
    last, up_deg = _farthest(mm, inner, ups)
    to_m = float(offsets[last])
    while True:
        some = line.point_at(offsets[offsets <= to_m])
        window = _centred(some, page, up_deg if len(ups) > 1 else None)
        if window.holds(some, margin_mm=margin_mm / 2).all():
            return to_m, window
        to_m = from_m + (to_m - from_m) * SHORTER


def _ahead(line: MeasuredLine, page: Window, from_m: float, inner: Floats, longest_m: float) -> tuple[Floats, Floats]:
    """Offsets every STEP_MM from `from_m`, for `longest_m` or until no page could hold them, and where they stand: millimetres
    right and down."""
    step, reach = STEP_MM * page.m_per_mm, 2 * float(inner.sum())
    here = replace(page, lon=float(line.point_at(from_m)[0, 0]), lat=float(line.point_at(from_m)[0, 1]))
    while True:
        end = min(line.length_m, from_m + min(reach * page.m_per_mm, longest_m))
        offsets = np.append(np.arange(from_m, end, step), end)
        mm = here.to_mm(line.point_at(offsets))
        if end >= min(line.length_m, from_m + longest_m) or (np.ptp(mm, axis=0) > np.hypot(*inner)).any():
            return offsets, mm
        reach *= 2                                          # switchbacks: much road on little ground


def _farthest(mm: Floats, inner: Floats, ups: Floats) -> tuple[int, float]:
    """(the last row of `mm` on the page, the page's direction): the most of the route among those with travel upwards."""
    east_north = mm * (1.0, -1.0)
    last, stray = np.empty(len(ups), np.int64), np.empty(len(ups))
    for i, up in enumerate(np.radians(ups)):
        across = east_north @ np.array([[math.cos(up), math.sin(up)], [-math.sin(up), math.cos(up)]])
        box = np.maximum.accumulate(across) - np.minimum.accumulate(across)
        out = (box > inner).any(axis=1)
        last[i] = (int(np.argmax(out)) if out.any() else len(mm)) - 1
        way = across[:last[i] + 1].mean(axis=0) - across[0]
        stray[i] = abs(math.degrees(math.atan2(way[0], way[1])))
    allowed = stray <= max(UPWARD_DEG, stray.min())
    good = allowed & (last >= ALIKE * last[allowed].max())
    best = int(np.flatnonzero(good)[np.argmin(stray[good])])
    return int(last[best]), float(ups[best])


def _centred(lonlat: Floats, page: Window, up_deg: float | None) -> Window:
    """The page's window with these places in its middle. `up_deg` as seen from the first of them; None: north."""
    lon, lat = map(float, lonlat[0])
    window = replace(page, lon=lon, lat=lat, up_deg=up_deg or 0.0)
    for _ in range(2):
        mm = window.to_mm(lonlat)
        middle = (mm.min(axis=0) + mm.max(axis=0)) / 2
        (lon, lat), above = window.to_lonlat([middle, middle - (0.0, 10.0)])
        up = 0.0 if up_deg is None else float(inverse(np.array([[lon, lat]]), above[None])[0][0]) % 360.0
        window = replace(page, lon=float(lon), lat=float(lat), up_deg=up)
    return window


def _matched(strips: list[Strip]) -> Iterator[Strip]:
    """With the middles of what neighbours share."""
    for i, strip in enumerate(strips):
        before = (strips[i - 1].to_m + strip.from_m) / 2 if i else None
        after = (strip.to_m + strips[i + 1].from_m) / 2 if i + 1 < len(strips) else None
        yield replace(strip, match_from_m=before, match_to_m=after)
