"""Where a page lies: the whole route as small as a stamp, the page's own frame and stretch marked.

In: a Window of the whole route, a MeasuredLine, Strips, which of them.    Out: SVG.
Never knows: roads, stops, texts.
"""

from __future__ import annotations

from collections.abc import Sequence

import shapely

from geodata.measured import MeasuredLine
from maps.drawing import Drawing, add_lines
from maps.looks import PAPER
from maps.strips import Strip
from maps.windows import Window

FINE_MM = 0.1


def draw_thumbnail(window: Window, line: MeasuredLine, strips: Sequence[Strip], number: int) -> str:
    """`number`: of the strip that is marked."""
    drawing = Drawing(window.width_mm, window.height_mm)
    layer = drawing.layer("thumbnail")
    rings = {strip.number: shapely.LineString(window.to_mm(strip.window.corners(5))) for strip in strips}
    whole = shapely.simplify(shapely.LineString(window.to_mm(line.lonlat)), FINE_MM)
    add_lines(layer, [ring for other, ring in rings.items() if other != number], width=0.12, stroke=PAPER["grid"])
    add_lines(layer, [whole], width=0.5, stroke=PAPER["route_other"])
    strip = next(one for one in strips if one.number == number)
    own = shapely.LineString(window.to_mm(line.cut(strip.from_m, strip.to_m).lonlat))
    add_lines(layer, [rings[number]], width=0.4, stroke=PAPER["ink"])
    add_lines(layer, [shapely.simplify(own, FINE_MM)], width=0.9, stroke=PAPER["route"])
    return drawing.svg()
