"""The numbered stops on a panel: each on its own side of the road, led to its place by a line where it is crowded.

In: a stops frame, a Track or none, what is taken.    Out: Marks: none lost, none on another while there is room.
Never knows: detours, hours, what a stop offers; texts beside its name.
"""
from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from maps.drawing import Element, add_lines, add_rect, add_shape, add_text, circle
from maps.fonts import HEIGHT_EM, shortened, width_em
from maps.labels import Box, Label, Taken, beside
from maps.looks import KINDS, PAPER, ROUTE_MM, Look
from maps.track import Track
from maps.windows import Window

PILL_MM = 4.6                  # how high a mark is
NUMBER_MM = 3.1
PICTURE_MM = 3.2
ARROW_MM = 1.9                 # of the point at the rim of a mark whose place lies outside
DOT_MM = 0.7                   # radius of the spot that marks a stop's own position
NAME_MM, NAME_EM = 2.9, 15.0   # a stop's name: its height, how much of it is written
RINGS_MM = (0.0, 1.5, 3.0, 5.0, 7.5, 10.0, 13.0, 17.0, 22.0, 28.0, 36.0)
TURNS_DEG = (0, 35, -35, 70, -70, 110, -110, 150, -150, 180)
OWN_SIDE_DEG = 75              # turned farther, a mark may stand on the other side: only where its own is full
LEFT, RIGHT = "left", "right"
CHOSEN, LAST_SAFE = "chosen", "last_safe"
UNKNOWN_KIND = Look("#4a5560", "M12 5a7 7 0 100 14 7 7 0 000-14z")


@dataclass(frozen=True)
class Mark:
    """A stop as it stands on the panel. spot: its own position; inside: whether the panel shows that."""

    number: str
    kind: str
    box: Box
    spot: tuple[float, float]
    inside: bool
    approximate: bool
    mark: str | None
    name: str
    crowded: bool                         # it found no free place and stands on something


def place_marks(stops: gpd.GeoDataFrame, window: Window, taken: Taken, *, track: Track | None = None, magnify: float = 1.0,
                ) -> list[Mark]:
    """One Mark a row, in the order of the rows; `taken` then holds them.

    stops  Points (of an area, a point inside), EPSG:4326; number; and where known kind, name, side (left | right), offset_m,
           approximate, mark (chosen | last_safe: drawn with a ring)
    """
    rows = [_Row.of(row) for row in stops.to_dict("records")]
    spots = window.to_mm(shapely.get_coordinates(shapely.point_on_surface(np.asarray(stops.geometry))))
    dots = [_dot(x, y, magnify) for x, y in spots.tolist()]
    for dot in dots:
        taken.take(dot)
    marks: list[Mark] = []
    for row, (x, y), dot in zip(rows, spots.tolist(), dots, strict=True):
        is_full = any(mark.crowded for mark in marks[-1:])      # the whole frame was searched in vain just before
        marks.append(_placed(row, (float(x), float(y)), dot, window, taken, track, magnify, is_full))
    return marks


@dataclass(frozen=True)
class _Row:
    number: str
    kind: str
    name: str
    side: str | None
    offset_m: float | None
    approximate: bool
    mark: str | None

    @staticmethod
    def of(row: dict[Any, Any]) -> _Row:
        side, mark, name, kind, offset = (row.get(key) for key in ("side", "mark", "name", "kind", "offset_m"))
        return _Row(str(row["number"]), kind if isinstance(kind, str) else "", name if isinstance(name, str) else "",
                    side if side in (LEFT, RIGHT) else None,
                    float(offset) if isinstance(offset, (int, float)) and math.isfinite(offset) else None,
                    row.get("approximate") is True or row.get("approximate") is np.True_,
                    mark if mark in (CHOSEN, LAST_SAFE) else None)


def _dot(x: float, y: float, magnify: float) -> Box:
    return Box(x, y, 2 * DOT_MM * magnify, 2 * DOT_MM * magnify)


def pill(number: str, approximate: bool, magnify: float) -> tuple[float, float]:
    text = width_em(said(number, approximate)) * NUMBER_MM
    return (PICTURE_MM + text + 2.1) * magnify, PILL_MM * magnify


def said(number: str, approximate: bool) -> str:
    return f"≈{number}" if approximate else number


def _placed(row: _Row, spot: tuple[float, float], dot: Box, window: Window, taken: Taken, track: Track | None,
            magnify: float, is_full: bool) -> Mark:
    width, height = pill(row.number, row.approximate, magnify)
    foot, out = _side_of(row, spot, track)
    seen = _dot(*spot, magnify).within(window.width_mm, window.height_mm, 1.0)
    base = spot if seen else _at_frame(foot or (window.width_mm / 2, window.height_mm / 2), spot, window)
    clear = 0.0 if foot is None else ROUTE_MM * magnify / 2 + 1.2 - math.dist(base, foot)
    room = 0.5 if seen else 2 * ARROW_MM * magnify
    ours = Box(0, 0, width + room, height + room)
    for box in chain(_around(base, out, max(clear, 0.0), ours), () if is_full else _anywhere(base, ours, window)):
        if box.within(window.width_mm, window.height_mm, 0.6) and taken.is_free(box, but=dot):
            break
    else:
        box = Box(min(max(base[0], width), window.width_mm - width), min(max(base[1], height), window.height_mm - height),
                  ours.width, ours.height)
    crowded = not taken.is_free(box, but=dot)
    taken.take(box)
    return Mark(row.number, row.kind, box, spot, seen, row.approximate, row.mark, row.name, crowded)


def _side_of(row: _Row, spot: tuple[float, float], track: Track | None) -> tuple[tuple[float, float] | None, tuple[float, float]]:
    """(the route's point beside the stop, the unit vector from it to the stop's side); without a route: up."""
    if track is None or row.offset_m is None:
        return None, (0.0, -1.0)
    at = np.array([row.offset_m])
    (x, y), (dx, dy) = track.at(at)[0].tolist(), track.ways(at)[0].tolist()
    left = (dy, -dx)                                        # y runs down the page
    if row.side is None:
        lies_left = (spot[0] - x) * left[0] + (spot[1] - y) * left[1] > 0
    else:
        lies_left = row.side == LEFT
    return (x, y), left if lies_left else (-left[0], -left[1])


def _at_frame(foot: tuple[float, float], spot: tuple[float, float], window: Window) -> tuple[float, float]:
    """Where the way from the route to a stop outside leaves the frame."""
    frame = shapely.box(1.5, 1.5, window.width_mm - 1.5, window.height_mm - 1.5)
    seen = shapely.intersection(shapely.LineString([foot, spot]), frame)
    near = shapely.get_coordinates(shapely.shortest_line(seen, shapely.Point(spot)))
    if not len(near):
        near = shapely.get_coordinates(shapely.shortest_line(frame, shapely.Point(spot)))
    return float(near[0, 0]), float(near[0, 1])


def _around(base: tuple[float, float], out: tuple[float, float], clear: float, box: Box) -> Iterator[Box]:
    """Places for a mark: on its spot or just clear of the route, then in rings, its own side of the road first."""
    start = math.atan2(out[1], out[0])
    for turns in ([t for t in TURNS_DEG if abs(t) <= OWN_SIDE_DEG], TURNS_DEG):
        for ring in RINGS_MM:
            for turn in turns if ring or clear else (0,):
                dx, dy = math.cos(start + math.radians(turn)), math.sin(start + math.radians(turn))
                half = 0.0 if ring == 0.0 and clear == 0.0 else abs(dx) * box.width / 2 + abs(dy) * box.height / 2
                far = clear + ring + half
                yield Box(base[0] + far * dx, base[1] + far * dy, box.width, box.height)


def _anywhere(base: tuple[float, float], box: Box, window: Window) -> Iterator[Box]:
    """Every place of a grid over the frame, the nearest first."""
    xs, ys = np.arange(box.width / 2 + 1, window.width_mm, box.width), np.arange(box.height / 2 + 1, window.height_mm, box.height)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    for x, y in grid[np.argsort(np.hypot(*(grid - base).T), kind="stable")].tolist():
        yield Box(x, y, box.width, box.height)


def name_labels(marks: list[Mark], magnify: float = 1.0) -> Iterator[Label]:
    """Names beside the marks, where there is room."""
    size = NAME_MM * magnify
    for mark in marks:
        if mark.name and mark.inside:
            text = shortened(mark.name, NAME_EM)
            width, height = width_em(text) * size + 0.8, size * HEIGHT_EM
            places = [Box(mark.box.x + side * (mark.box.width + width) / 2, mark.box.y, width, height) for side in (1, -1)]
            places += beside(mark.box.x, mark.box.y, width, height, mark.box.height / 2 + 0.3)
            yield Label(text, size, places, rank=1.0, style="stop", key=f"stop {mark.number}")


def draw_marks(lines: Element, layer: Element, marks: list[Mark], magnify: float = 1.0) -> None:
    for mark in marks:
        if mark.inside:
            _draw_leader(lines, mark, magnify)
        else:
            _draw_arrow(lines, mark, magnify)
    for mark in marks:
        _draw_pill(layer, mark, magnify)


def _draw_leader(layer: Element, mark: Mark, magnify: float) -> None:
    x, y = mark.spot
    look = KINDS.get(mark.kind, UNKNOWN_KIND)
    hidden = abs(mark.box.x - x) < mark.box.width / 2 - DOT_MM and abs(mark.box.y - y) < mark.box.height / 2 - DOT_MM
    if not hidden:
        line = [shapely.LineString([(mark.box.x, mark.box.y), (x, y)])]
        add_lines(layer, line, width=1.0 * magnify, stroke=PAPER["halo"])
        add_lines(layer, line, width=0.4 * magnify, stroke=look.colour)
        add_shape(layer, circle(x, y, DOT_MM * magnify), fill=look.colour, stroke=PAPER["halo"], stroke_width=0.3 * magnify)


def _draw_arrow(layer: Element, mark: Mark, magnify: float) -> None:
    """At the rim of a mark whose place is not on the panel: a point towards it."""
    dx, dy = mark.spot[0] - mark.box.x, mark.spot[1] - mark.box.y
    far = max(math.hypot(dx, dy), 1e-9)
    dx, dy = dx / far, dy / far
    width, height = pill(mark.number, mark.approximate, magnify)
    rim = min((width / 2 + 0.1) / max(abs(dx), 1e-9), (height / 2 + 0.1) / max(abs(dy), 1e-9))
    x, y, side, tip = mark.box.x + rim * dx, mark.box.y + rim * dy, 1.6 * magnify, ARROW_MM * magnify
    points = ((x - side * dy - dx, y + side * dx - dy), (x + tip * dx, y + tip * dy), (x + side * dy - dx, y - side * dx - dy))
    add_shape(layer, "M" + "L".join(f"{a:.2f} {b:.2f}" for a, b in points) + "Z", fill=KINDS.get(mark.kind, UNKNOWN_KIND).colour,
              stroke=PAPER["halo"], stroke_width=0.3 * magnify, stroke_linejoin="round")


def _draw_pill(layer: Element, mark: Mark, magnify: float) -> None:
    look = KINDS.get(mark.kind, UNKNOWN_KIND)
    width, height = pill(mark.number, mark.approximate, magnify)
    left, top = mark.box.x - width / 2, mark.box.y - height / 2
    if mark.mark:
        ring = PAPER["warn"] if mark.mark == LAST_SAFE else PAPER["ink"]
        add_rect(layer, left - 0.55, top - 0.55, width + 1.1, height + 1.1, round_mm=height / 2 + 0.5, fill=PAPER["halo"],
                 stroke=ring, stroke_width=0.55 * magnify)
    add_rect(layer, left, top, width, height, round_mm=height / 2, fill=look.colour, stroke=PAPER["halo"],
             stroke_width=0.35 * magnify)
    scale = PICTURE_MM * magnify / 24
    add_shape(layer, look.picture, at=(left + 0.75 * magnify, mark.box.y - 12 * scale), scale=scale, fill=PAPER["halo"],
              fill_rule="evenodd")
    add_text(layer, said(mark.number, mark.approximate), left + (1.1 + PICTURE_MM) * magnify, mark.box.y, NUMBER_MM * magnify,
             fill=PAPER["halo"], anchor="start")
