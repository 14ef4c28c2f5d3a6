"""A panel being drawn: its layers, what is taken, what still wants a place.

In: a Window, Ground, Captions, the Track if there is a route.    Out: Panel: SVG in millimetres and what stands where.
Never knows: which kind of panel it becomes (panels.py), pages around it, a language.

What matters most chooses its place first: furniture in the corners the route leaves free, stops (none is lost), match
lines, kilometres, stops' names, towns, shields, road names. A name without room is left out, never overprinted.
"""
from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely

from maps.drawing import Drawing, Element, add_lines, add_rect, add_shape, add_text, circle
from maps.fonts import HEIGHT_EM, width_em
from maps.furniture import (
    INSET_MM,
    Captions,
    ScaleBar,
    draw_frame,
    draw_north,
    draw_scale_bar,
    draw_stamp,
    find_corner,
    scale_bar_size,
    stamp_size,
)
from maps.grids import BAND_MM, Grid
from maps.ground import RoadsOnPaper
from maps.labels import Box, Label, Place, Taken, beside, place
from maps.looks import PAPER
from maps.marks import Mark, draw_marks, name_labels, place_marks
from maps.names import draw_labels, draw_town_dots, road_labels, town_labels
from maps.strips import Strip
from maps.track import MATCH_MM, Span, Track
from maps.windows import Window

NO_TOWNS = gpd.GeoDataFrame({"name": [], "kind": []}, geometry=[], crs=4326)
NO_ROADS = gpd.GeoDataFrame({"class": [], "name": [], "ref": []}, geometry=[], crs=4326)
NO_STOPS = gpd.GeoDataFrame({"number": [], "kind": []}, geometry=[], crs=4326)
STYLES = {"town": (PAPER["town"], 0.16), "road": (PAPER["road_name"], 0.14), "km": (PAPER["ink"], 0.2),
          "stop": (PAPER["ink"], 0.2), "match": (PAPER["ink"], 0.2), "sheet": (PAPER["quiet"], 0.2), "here": (PAPER["here"], 0.2)}
MATCH_TEXT_MM, STAMP_MM, NORTH_MM = 3.0, 3.4, 13.0
HERE_MM, HERE_TEXT_MM = 3.2, 4.2


@dataclass(frozen=True, eq=False)
class Ground:
    """What lies under a route. Frames of EPSG:4326.

    roads    LineStrings or MultiLineStrings: class, name, ref (geodata.roads.within gives them for a window)
    towns    Points: name, kind
    country  two letters: how road numbers look there
    """

    roads: gpd.GeoDataFrame = field(default_factory=NO_ROADS.copy)
    towns: gpd.GeoDataFrame = field(default_factory=NO_TOWNS.copy)
    country: str | None = None


@dataclass(frozen=True, eq=False)
class Panel:
    """A drawn panel.

    places    of every label, mark and piece of furniture: none on another
    left_out  labels that found no room
    squares   of a wall map: the square of each mark, None outside
    """

    svg: str
    window: Window
    marks: tuple[Mark, ...]
    places: tuple[Place, ...]
    left_out: tuple[str, ...] = ()
    squares: tuple[str | None, ...] = ()


class Sheet:
    """Layers from the ground up, and what is taken."""

    def __init__(self, window: Window, ground: Ground, captions: Captions, magnify: float, track: Track | None) -> None:
        self.window, self.ground, self.captions, self.magnify, self.track = window, ground, captions, magnify, track
        self.drawing = Drawing(window.width_mm, window.height_mm)
        base = self.drawing.layer("ground")
        add_rect(base, 0.0, 0.0, window.width_mm, window.height_mm, fill=PAPER["ground"])
        names = ("roads", "grid", "sheets", "route", "ticks", "leaders", "names", "marks", "furniture")
        self.layers: dict[str, Element] = {name: self.drawing.layer(name) for name in names}
        self.roads = RoadsOnPaper(ground.roads, window)
        self.taken = Taken()
        self.body = Taken(track.body() if track else ())
        self.labels: list[Label] = []
        self.grid: Grid | None = None
        self.furniture: list[Box] = []
        self.marks: list[Mark] = []

    def furnish(self) -> None:
        """Scale bar, north arrow, the mark of a schematic map: in the corners the route leaves free."""
        busy, layer, m = self.body, self.layers["furniture"], self.magnify
        bar = ScaleBar.of(self.window, m)
        box = self._corner(scale_bar_size(bar, m), busy, ("bottom_left", "bottom_right", "top_left", "top_right"))
        draw_scale_bar(layer, box, bar, self.captions, self.window, m)
        box = self._corner((NORTH_MM * m, NORTH_MM * m), busy, ("top_right", "top_left", "bottom_right", "bottom_left"))
        draw_north(layer, box, self.window, self.captions, m)
        if self.captions.schematic:
            size = stamp_size(self.captions.schematic, STAMP_MM * m)
            box = self._corner(size, busy, ("top_left", "bottom_right", "top_right", "bottom_left"))
            draw_stamp(layer, box, self.captions.schematic, STAMP_MM * m)

    def _corner(self, size: tuple[float, float], busy: Taken, order: Sequence[str]) -> Box:
        inset = BAND_MM * self.magnify + 1.0 if self.grid else INSET_MM
        box = find_corner(*size, self.window, self.taken, busy, order, inset_mm=inset)
        self.taken.take(box)
        self.furniture.append(box)
        return box

    def rule(self, grid: Grid) -> None:
        """Squares, their letters and numbers along the edges."""
        self.grid, m = grid, self.magnify
        add_lines(self.layers["grid"], [shapely.LineString(ends) for ends in grid.lines()], width=0.18 * m, stroke=PAPER["grid"])
        for text, box in grid.letters(m):
            add_text(self.layers["furniture"], text, box.x, box.y, 3.2 * m, fill=PAPER["ink"], halo=(PAPER["halo"], 0.6 * m))
            self.taken.take(box)
            self.furniture.append(box)

    def point_out(self, here: Sequence[float]) -> None:
        """You are here."""
        (x, y), r = self.window.to_mm([here])[0].tolist(), HERE_MM * self.magnify
        for radius, fill in ((r, PAPER["halo"]), (r * 0.85, PAPER["here"]), (r * 0.45, PAPER["halo"]), (r * 0.22, PAPER["here"])):
            add_shape(self.layers["furniture"], circle(x, y, radius), fill=fill)
        spot = Box(x, y, 2 * r, 2 * r)
        self.taken.take(spot)
        self.furniture.append(spot)
        size = HERE_TEXT_MM * self.magnify
        places = beside(x, y, width_em(self.captions.here) * size + 1.0, size * HEIGHT_EM, r + 0.5)
        self.labels.append(Label(self.captions.here, size, places, rank=-1.0, style="here"))

    def mark(self, stops: gpd.GeoDataFrame) -> None:
        self.taken.take_all(self.body)
        self.marks = place_marks(stops, self.window, self.taken, track=self.track, magnify=self.magnify)
        self.labels += name_labels(self.marks, self.magnify)

    def add_match_lines(self, strip: Strip) -> None:
        """Across the route where this page and its neighbour meet, with the neighbour's number."""
        assert self.track is not None
        for at_m, page, text in ((strip.match_from_m, strip.previous, self.captions.before),
                                 (strip.match_to_m, strip.next, self.captions.after)):
            if at_m is None or page is None:
                continue
            (x, y), (dx, dy) = self.track.at(np.array([at_m]))[0].tolist(), self.track.ways(np.array([at_m]))[0].tolist()
            reach = MATCH_MM * self.magnify
            ends = [(x + reach * dy, y - reach * dx), (x - reach * dy, y + reach * dx)]
            for width, stroke, dash in ((1.1, PAPER["halo"], None), (0.45, PAPER["ink"], "2.4 1 0.6 1")):
                add_lines(self.layers["ticks"], [shapely.LineString(ends)], width=width, stroke=stroke, dash=dash, cap="butt")
            self.taken.take(Box(x, y, 2 * reach, 1.0, math.degrees(math.atan2(dx, -dy))))
            self.labels.append(self._match_label(text.replace("{page}", str(page)), ends))

    def _match_label(self, text: str, ends: Sequence[tuple[float, float]]) -> Label:
        size = MATCH_TEXT_MM * self.magnify
        places = [box for x, y in ends for gap in (0.6, 2.5, 5.0)
                  for box in beside(x, y, width_em(text) * size + 1.0, size * HEIGHT_EM, gap)]
        return Label(text, size, places, rank=0.0, style="match")

    def outline(self, strips: Sequence[Strip]) -> None:
        """The frames of a route's pages, numbered."""
        rings = [shapely.LineString(self.window.to_mm(strip.window.corners(9))) for strip in strips]
        add_lines(self.layers["sheets"], rings, width=0.3 * self.magnify, stroke=PAPER["quiet"], dash="1.6 1.2", cap="butt")
        size = 3.2 * self.magnify
        for strip, ring in zip(strips, rings, strict=True):
            text = self.captions.sheet.replace("{page}", str(strip.number))
            width = width_em(text) * size + 0.8
            places = [Box(x, y, width, size * HEIGHT_EM) for x, y in _along_ring(ring)]
            self.labels.append(Label(text, size, places, rank=0.8, style="sheet"))

    def finish(self, warn: Iterable[Span] = ()) -> Panel:
        self.roads.draw(self.layers["roads"], magnify=self.magnify)
        if self.track:
            self.track.draw(self.layers["route"], warn)
            self.track.draw_ticks(self.layers["ticks"])
            self.labels += self.track.tick_labels()
        self.labels += town_labels(self.ground.towns, self.window, self.magnify)
        self.labels += road_labels(self.roads, self.magnify)
        placed, without = place(self.labels, self.taken, self.window.width_mm, self.window.height_mm)
        draw_town_dots(self.layers["names"], self.ground.towns, placed, self.window, self.magnify)
        draw_labels(self.layers["names"], placed, self.ground.country, STYLES)
        draw_marks(self.layers["leaders"], self.layers["marks"], self.marks, self.magnify)
        draw_frame(self.drawing.above("edge"), self.window)
        places = (*(one.at for one in placed), *(mark.box for mark in self.marks), *self.furniture)
        return Panel(self.drawing.svg(), self.window, tuple(self.marks), places, tuple(label.text for label in without),
                     self.grid.squares([mark.spot for mark in self.marks]) if self.grid else ())


def _along_ring(ring: shapely.LineString) -> Iterator[tuple[float, float]]:
    for share in (0.02, 0.98, 0.27, 0.23, 0.52, 0.48, 0.77, 0.73, 0.1, 0.9):
        point = ring.interpolate(share, normalized=True)
        yield float(point.x), float(point.y)
