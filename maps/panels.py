"""Map panels for paper: one page of a route, the whole route, where a page lies, a district, the surroundings of a place.

In: a Window or Strip, frames (Ground, stops), a MeasuredLine, Captions.    Out: Panel: SVG in millimetres and what stands where.
Never knows: pages around the panel, a language, where the frames came from. Texts of users become text nodes only.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import shapely

from geodata.geodesy import Floats
from geodata.measured import MeasuredLine
from maps.drawing import Drawing, add_lines, add_shape
from maps.furniture import Captions, draw_frame
from maps.grids import Grid
from maps.looks import PAPER
from maps.sheet import NO_STOPS, Ground, Panel, Sheet
from maps.strips import Strip
from maps.track import Span, Track
from maps.windows import Window, window_around

LOCATOR_MARGIN_MM = 3.0
__all__ = ["NO_STOPS", "Captions", "Ground", "Panel", "draw_locator", "draw_overview", "draw_station", "draw_strip", "draw_wall"]


def draw_strip(strip: Strip, line: MeasuredLine, ground: Ground, stops: gpd.GeoDataFrame, captions: Captions, *,
               warn: Iterable[Span] = (), magnify: float = 1.0) -> Panel:
    """One page of a route.

    stops  as maps.marks.place_marks wants them: those of this page
    warn   spans of the route, metres, that are marked on it (the last half hour before a legal limit)
    """
    track = Track(line, strip.window, strip.from_m, strip.to_m, magnify)
    sheet = Sheet(strip.window, ground, captions, magnify, track)
    sheet.furnish()
    sheet.add_match_lines(strip)
    sheet.mark(stops)
    return sheet.finish(warn)


def draw_overview(window: Window, line: MeasuredLine, ground: Ground, stops: gpd.GeoDataFrame, captions: Captions, *,
                  strips: Sequence[Strip] = (), warn: Iterable[Span] = (), magnify: float = 1.0) -> Panel:
    """The whole route on one sheet (maps.windows.window_around makes its window), with the frames of its pages."""
    sheet = Sheet(window, ground, captions, magnify, Track(line, window, 0.0, line.length_m, magnify))
    sheet.furnish()
    sheet.mark(stops)
    sheet.outline(strips)
    return sheet.finish(warn)


def draw_wall(window: Window, ground: Ground, places: gpd.GeoDataFrame, captions: Captions, *, square_mm: float = 50.0,
              magnify: float = 1.0) -> Panel:
    """A district for the wall: all its places numbered, in squares with letters and numbers; Panel.squares says where each is.

    places  as maps.marks.place_marks wants them; no route, so their sides do not matter
    """
    sheet = Sheet(window, ground, captions, magnify, None)
    sheet.rule(Grid.of(window.width_mm, window.height_mm, square_mm))
    sheet.furnish()
    sheet.mark(places)
    return sheet.finish()


def draw_station(window: Window, here: Sequence[float], ground: Ground, places: gpd.GeoDataFrame, captions: Captions, *,
                 magnify: float = 1.0) -> Panel:
    """The surroundings of a place, for the board beside it. here: its lon, lat; places: the others, numbered."""
    sheet = Sheet(window, ground, captions, magnify, None)
    sheet.furnish()
    sheet.point_out(here)
    sheet.mark(places)
    return sheet.finish()


def draw_locator(line: MeasuredLine, width_mm: float, height_mm: float, strips: Sequence[Strip], number: int | None = None,
                 ) -> Panel:
    """Where a page lies: the whole route, small, north up; the frames of its pages, that of page `number` filled. No text."""
    corners = [strip.window.corners(5) for strip in strips]
    window = window_around(np.concatenate([line.lonlat, *corners]), width_mm, height_mm, margin_mm=LOCATOR_MARGIN_MM)
    drawing = Drawing(width_mm, height_mm)
    sheets, route = drawing.layer("sheets"), drawing.layer("route")
    for strip, ring in zip(strips, corners, strict=True):
        if strip.number == number:
            add_shape(sheets, _ring(window.to_mm(ring)), fill=PAPER["warn_fill"], stroke=PAPER["warn"], stroke_width=0.4)
        elif number is None or len(strips) <= 60:
            add_lines(sheets, [shapely.LineString(window.to_mm(ring))], width=0.15, stroke=PAPER["grid"])
    track = Track(line, window, 0.0, line.length_m)
    add_lines(route, [track.part(0.0, line.length_m)], width=0.7, stroke=PAPER["route"])
    draw_frame(drawing.above("edge"), window)
    return Panel(drawing.svg(), window, (), ())


def _ring(mm: Floats) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in mm.tolist()) + "Z"
