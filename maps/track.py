"""The route on a panel: its line, kilometres, direction of travel, match lines.

In: a MeasuredLine, a Window, the metres the panel is about.    Out: drawn into layers; boxes and labels for what it takes up.
Never knows: roads, stops, why some of it is marked.
"""
from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from geodata.geodesy import Floats, from_ecef
from geodata.measured import MeasuredLine
from maps.drawing import Element, add_lines, add_shape, circle
from maps.fonts import HEIGHT_EM, width_em
from maps.ground import BEYOND_MM, PEN_MM
from maps.labels import Box, Label
from maps.looks import PAPER, ROUTE_EDGE_MM, ROUTE_MM
from maps.windows import Window

TICK_APART_MM = 24.0
TICKS_KM = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
TICK_MM, TICK_TEXT_MM = 1.9, 2.5          # a tick's length to each side, its text
ARROW_APART_MM = 22.0
END_MM = 1.5                              # of the mark at the route's beginning, and at its end
BODY_MM = 6.0                             # the route's line as boxes of this length for labels to keep off
MATCH_MM = 13.0                           # a match line's length to each side
Span = tuple[float, float]                # from_m, to_m along the route


@dataclass(frozen=True, eq=False)
class Track:
    """The route as one panel sees it: [from_m, to_m] is its own, the rest is drawn paler."""

    line: MeasuredLine
    window: Window
    from_m: float
    to_m: float
    magnify: float = 1.0

    @cached_property
    def _chain(self) -> tuple[Floats, Floats]:
        """Offsets, and millimetres there; no edge is longer than a kilometre, so that it may be drawn straight."""
        pieces = self.line.pieces
        return pieces.at_m, self.window.to_mm(from_ecef(pieces.node))

    def part(self, from_m: float, to_m: float) -> shapely.LineString:
        """That part in millimetres, as fine as a pen."""
        at_m, mm = self._chain
        inside = (at_m > from_m) & (at_m < to_m)
        ends = self.at(np.array([from_m, to_m]))
        whole = shapely.LineString(np.concatenate([ends[:1], mm[inside], ends[1:]]))
        return shapely.simplify(whole, PEN_MM, preserve_topology=False)

    def at(self, offset_m: Floats) -> Floats:
        """(k, 2) millimetres."""
        return self.window.to_mm(self.line.point_at(offset_m))

    def ways(self, offset_m: Floats) -> Floats:
        """(k, 2) unit vectors of travel on the paper, over about a millimetre."""
        half = self.window.m_per_mm
        low, high = np.maximum(offset_m - half, 0), np.minimum(offset_m + half, self.line.length_m)
        step = self.at(high) - self.at(low)
        return np.asarray(step / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)[:, None])

    def draw(self, layer: Element, warn: Iterable[Span] = ()) -> None:
        """warn: spans drawn on a broad band, as where the legal limit draws near."""
        wide, frame = ROUTE_MM * self.magnify, (-BEYOND_MM, -BEYOND_MM, self.window.width_mm + BEYOND_MM,
                                                self.window.height_mm + BEYOND_MM)
        edge = 2 * ROUTE_EDGE_MM * self.magnify
        others = [self.part(a, b) for a, b in ((0.0, self.from_m), (self.to_m, self.line.length_m)) if b > a]
        others = [shapely.clip_by_rect(part, *frame) for part in others]
        add_lines(layer, others, width=wide * 0.8 + edge * 0.6, stroke=PAPER["route_edge"])
        add_lines(layer, others, width=wide * 0.8, stroke=PAPER["route_other"])
        own = [shapely.clip_by_rect(self.part(self.from_m, self.to_m), *frame)]
        for a, b in warn:
            if (a := max(a, self.from_m)) < (b := min(b, self.to_m)):
                band = [shapely.clip_by_rect(self.part(a, b), *frame)]
                add_lines(layer, band, width=wide + 4.0, stroke=PAPER["warn"], cap="butt")
                add_lines(layer, band, width=wide + 3.2, stroke=PAPER["warn_fill"], cap="butt")
        add_lines(layer, own, width=wide + edge, stroke=PAPER["route_edge"])
        add_lines(layer, own, width=wide, stroke=PAPER["route"])
        self._arrows(layer)
        self._ends(layer)

    def _ends(self, layer: Element) -> None:
        """A ring where the route begins, a square where it ends."""
        r = END_MM * self.magnify
        for at_m, begins in ((self.line.length_m, False), (0.0, True)):
            if self.from_m <= at_m <= self.to_m:
                x, y = self.at(np.array([at_m]))[0].tolist()
                square = f"M{x - r:.2f} {y - r:.2f}h{2 * r:.2f}v{2 * r:.2f}h{-2 * r:.2f}Z"
                fill, stroke = (PAPER["halo"], PAPER["route"]) if begins else (PAPER["route"], PAPER["halo"])
                add_shape(layer, circle(x, y, r) if begins else square, fill=fill, stroke=stroke,
                          stroke_width=(0.9 if begins else 0.5) * self.magnify)

    def _arrows(self, layer: Element) -> None:
        apart = ARROW_APART_MM * self.window.m_per_mm * self.magnify
        offsets = np.arange(self.from_m + apart / 2, self.to_m, apart)
        from_tick_m = np.abs(offsets[:, None] - self.ticks_m()).min(axis=1, initial=np.inf)
        offsets = offsets[from_tick_m > apart / 8]
        for (x, y), (dx, dy) in zip(self.at(offsets).tolist(), self.ways(offsets).tolist(), strict=True):
            tip, back = 0.62 * self.magnify, 0.5 * self.magnify
            points = [(x - back * dx + back * dy, y - back * dy - back * dx), (x + tip * dx, y + tip * dy),
                      (x - back * dx - back * dy, y - back * dy + back * dx)]
            add_shape(layer, "M" + "L".join(f"{a:.2f} {b:.2f}" for a, b in points), fill="none", stroke=PAPER["route_edge"],
                      stroke_width=0.42 * self.magnify, stroke_linejoin="round", stroke_linecap="round")

    @property
    def tick_km(self) -> float:
        """How far apart the kilometres are written: TICK_APART_MM or a little more."""
        need = TICK_APART_MM * self.magnify * self.window.m_per_mm / 1000
        return next((step for step in TICKS_KM if step >= need), TICKS_KM[-1])

    def ticks_m(self) -> Floats:
        step = self.tick_km * 1000
        ticks = np.arange(math.ceil(self.from_m / step - 1e-9), math.floor(self.to_m / step + 1e-9) + 1)
        return np.asarray(ticks * step, np.float64)

    def draw_ticks(self, layer: Element) -> None:
        offsets, size = self.ticks_m(), TICK_MM * self.magnify
        offsets = offsets[offsets > 0]                         # the beginning has a mark of its own
        lines = [shapely.LineString([(x + size * dy, y - size * dx), (x - size * dy, y + size * dx)])
                 for (x, y), (dx, dy) in zip(self.at(offsets).tolist(), self.ways(offsets).tolist(), strict=True)]
        add_lines(layer, lines, width=0.75 * self.magnify, stroke=PAPER["route_edge"], cap="butt")
        add_lines(layer, lines, width=0.4 * self.magnify, stroke=PAPER["ink"], cap="butt")

    def tick_labels(self) -> Iterator[Label]:
        """Beside each tick, left or right of the route."""
        offsets, size = self.ticks_m(), TICK_TEXT_MM * self.magnify
        spots, ways = self.at(offsets).tolist(), self.ways(offsets).tolist()
        for offset, (x, y), (dx, dy) in zip(offsets.tolist(), spots, ways, strict=True):
            text = f"{offset / 1000:g} km"
            width, height = width_em(text) * size + 0.6, size * HEIGHT_EM
            places = []
            for more in (0.0, 1.2):
                off = TICK_MM * self.magnify + 0.4 + more + abs(dy) * width / 2 + abs(dx) * height / 2
                places += [Box(x + sign * off * dy, y - sign * off * dx, width, height) for sign in (-1, 1)]
            yield Label(text, size, places, rank=0.5, style="km")

    def body(self) -> list[Box]:
        """The route on the frame as small boxes: what labels keep off."""
        frame = shapely.box(0, 0, self.window.width_mm, self.window.height_mm)
        seen = shapely.get_parts(shapely.intersection(self.part(0.0, self.line.length_m), frame))
        boxes = []
        for part in seen:
            if shapely.get_type_id(part) == 1:
                points = shapely.get_coordinates(shapely.segmentize(part, BODY_MM))
                boxes += list(_body(points, ROUTE_MM * self.magnify + 0.5))
        return boxes


def _body(points: Floats, width: float) -> Iterator[Box]:
    for (ax, ay), (bx, by) in zip(points[:-1].tolist(), points[1:].tolist(), strict=True):
        length, turn_deg = math.hypot(bx - ax, by - ay), math.degrees(math.atan2(by - ay, bx - ax))
        yield Box((ax + bx) / 2, (ay + by) / 2, length + 0.1, width, turn_deg)
