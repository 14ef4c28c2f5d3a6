"""What frames a map: scale bar, north arrow, match lines, grid squares, marks of what is not sure.

In: a Window, where there is room.    Out: boxes, and their drawing.
Never knows: roads, stops, a language: texts are given.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from maps.drawing import Element, add_rect, add_shape, add_text, circle
from maps.fonts import HEIGHT_EM, width_em
from maps.labels import Box, Taken
from maps.looks import PAPER
from maps.windows import Window

BAR_MM = (26.0, 60.0)          # a scale bar's length
BAR_STEPS = (1, 2, 5)
TEXT_MM = 2.6
PAD_MM = 1.6
INSET_MM = 2.5                 # furniture stands so far from the frame
CORNERS = ("bottom_left", "bottom_right", "top_right", "top_left")


@dataclass(frozen=True)
class Captions:
    """The words a panel may carry, in the reader's language. {page} and {scale} are put in where they stand.

    before, after, sheet  how the page before, the page after, and in an overview any page is named
    schematic  the mark of a map that is not surveyed; empty: no such mark
    """

    north: str
    before: str = "{page}"
    after: str = "{page}"
    sheet: str = "{page}"
    scale: str = "1 : {scale}"
    schematic: str = ""
    here: str = ""


@dataclass(frozen=True)
class ScaleBar:
    """`length_m` on the ground is `length_mm` on this paper."""

    length_m: float
    length_mm: float
    parts: int

    @staticmethod
    def of(window: Window, magnify: float = 1.0) -> ScaleBar:
        least = BAR_MM[0] * magnify * window.m_per_mm
        power = math.floor(math.log10(least))
        length = next(step * 10.0**p for p in (power, power + 1) for step in BAR_STEPS if step * 10.0**p >= least)
        return ScaleBar(length, length / window.m_per_mm, 4 if round(length / 10**math.floor(math.log10(length))) == 2 else 5)

    @property
    def unit(self) -> tuple[str, float]:
        return ("km", 1000.0) if self.length_m >= 1000 else ("m", 1.0)


def find_corner(width: float, height: float, window: Window, taken: Taken, busy: Taken, order: Sequence[str], *,
                inset_mm: float = INSET_MM) -> Box:
    """The corner with the least of the route under it, then the first of `order`; never on other furniture."""
    def at(corner: str) -> Box:
        x = inset_mm + width / 2 if corner.endswith("left") else window.width_mm - inset_mm - width / 2
        y = inset_mm + height / 2 if corner.startswith("top") else window.height_mm - inset_mm - height / 2
        return Box(x, y, width, height)

    free = [box for box in map(at, order) if taken.is_free(box)] or [at(order[0])]
    return min(free, key=busy.meets)


def scale_bar_size(bar: ScaleBar, magnify: float) -> tuple[float, float]:
    unit, per = bar.unit
    end = width_em(f"{bar.length_m / per:g} {unit}") * TEXT_MM * magnify
    return bar.length_mm + end + 2 * PAD_MM, 9.2 * magnify


def draw_scale_bar(layer: Element, box: Box, bar: ScaleBar, captions: Captions, window: Window, magnify: float) -> None:
    panel(layer, box)
    size, (unit, per) = TEXT_MM * magnify, bar.unit
    left, top = box.x - box.width / 2 + PAD_MM + width_em("0") * size / 2, box.y + box.height / 2 - 2.6 * magnify
    step = bar.length_mm / bar.parts
    for i in range(bar.parts):
        add_rect(layer, left + i * step, top, step, 1.2 * magnify, fill=PAPER["ink"] if i % 2 == 0 else PAPER["halo"],
                 stroke=PAPER["ink"], stroke_width=0.2 * magnify)
    text_y = top - 0.75 * size
    add_text(layer, "0", left, text_y, size, fill=PAPER["ink"])
    end = f"{bar.length_m / per:g}"
    from_x = left + bar.length_mm - width_em(end) * size / 2
    add_text(layer, f"{end} {unit}", from_x, text_y, size, fill=PAPER["ink"], anchor="start")
    said = captions.scale.replace("{scale}", f"{window.scale:,.0f}".replace(",", " "))
    add_text(layer, said, left + bar.length_mm / 2, text_y - 0.9 * size, size * 0.9, fill=PAPER["quiet"])


def draw_north(layer: Element, box: Box, window: Window, captions: Captions, magnify: float) -> None:
    """The arrow points where north is at the middle of the panel."""
    add_shape(layer, circle(box.x, box.y, box.height / 2), fill=PAPER["halo"], fill_opacity=0.88)
    turn, r = -window.up_deg, box.height / 2 - 1.2 * magnify
    x, y = box.x, box.y
    arm, tail, side = 0.62 * r, 0.72 * r, 0.34 * r
    rotate = math.radians(turn)

    def on(dx: float, dy: float) -> str:
        return f"{x + dx * math.cos(rotate) - dy * math.sin(rotate):.2f} {y + dx * math.sin(rotate) + dy * math.cos(rotate):.2f}"

    add_shape(layer, f"M{on(0, -arm)}L{on(side, tail)}L{on(0, 0.45 * r)}Z", fill=PAPER["ink"])
    add_shape(layer, f"M{on(0, -arm)}L{on(-side, tail)}L{on(0, 0.45 * r)}Z", fill=PAPER["halo"], stroke=PAPER["ink"],
              stroke_width=0.22 * magnify, stroke_linejoin="round")
    size = 2.7 * magnify
    far = arm + 0.5 * size
    add_text(layer, captions.north, x + far * math.sin(rotate), y - far * math.cos(rotate), size, fill=PAPER["ink"])


def draw_stamp(layer: Element, box: Box, text: str, size: float) -> None:
    """A mark nobody overlooks: framed, in the colour of warnings."""
    add_rect(layer, box.x - box.width / 2, box.y - box.height / 2, box.width, box.height, round_mm=0.8, fill=PAPER["halo"],
             fill_opacity=0.92, stroke=PAPER["warn"], stroke_width=0.45)
    add_text(layer, text, box.x, box.y, size, fill=PAPER["warn"])


def stamp_size(text: str, size: float) -> tuple[float, float]:
    return width_em(text) * size + 2 * PAD_MM, size * HEIGHT_EM + 1.6


def panel(layer: Element, box: Box) -> None:
    add_rect(layer, box.x - box.width / 2, box.y - box.height / 2, box.width, box.height, round_mm=0.8, fill=PAPER["halo"],
             fill_opacity=0.88)


def draw_frame(layer: Element, window: Window) -> None:
    add_rect(layer, 0.0, 0.0, window.width_mm, window.height_mm, fill="none", stroke=PAPER["frame"], stroke_width=0.5)

