"""One SVG picture in millimetres, built as an XML tree: what a user typed can become text in it and nothing else.

In: lines, texts, boxes in millimetres from the upper left corner.    Out: SVG.
Never knows: maps. No element or attribute name and no style ever comes from data.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

import numpy as np
import shapely

from maps.fonts import FAMILY, MIDDLE_EM, runs

FINE = 100                    # lines are written in whole hundredths of a millimetre: four times finer than a printer's dot
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SPACES = re.compile(r"\s+")
Element = ET.Element


class Drawing:
    """Layers in the order they are made, each above the one before."""

    def __init__(self, width_mm: float, height_mm: float) -> None:
        self.root = ET.Element("svg", xmlns="http://www.w3.org/2000/svg", width=f"{width_mm:g}mm", height=f"{height_mm:g}mm",
                               viewBox=f"0 0 {width_mm:g} {height_mm:g}")
        clip = ET.SubElement(ET.SubElement(self.root, "defs"), "clipPath", id="frame")
        ET.SubElement(clip, "rect", width=f"{width_mm:g}", height=f"{height_mm:g}")
        self._inside = ET.SubElement(self.root, "g", {"clip-path": "url(#frame)"})

    def layer(self, name: str) -> Element:
        """A group inside the frame; `name` is ours."""
        return ET.SubElement(self._inside, "g", id=name)

    def above(self, name: str) -> Element:
        """A group that the frame does not cut off."""
        return ET.SubElement(self.root, "g", id=name)

    def svg(self) -> str:
        return ET.tostring(self.root, encoding="unicode")


def text_of(text: str) -> str:
    """A name as one line of characters that XML can hold."""
    return NOT_XML.sub("\ufffd", SPACES.sub(" ", text)).strip()


def styled(**style: object) -> dict[str, str]:
    return {name.replace("_", "-"): f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
            for name, value in style.items() if value is not None}


def add_lines(parent: Element, lines: Iterable[shapely.Geometry], *, width: float, stroke: str, dash: str | None = None,
              cap: str = "round", opacity: float | None = None) -> None:
    """Lines in millimetres, all as one path."""
    d = path_of(lines)
    if not d:
        return
    dash = " ".join(str(round(float(part) * FINE)) for part in dash.split()) if dash else None
    ET.SubElement(parent, "path", styled(d=d, transform=f"scale({1 / FINE:g})", fill="none", stroke=stroke,
                                         stroke_width=round(width * FINE), stroke_linecap=cap, stroke_linejoin="round",
                                         stroke_dasharray=dash, stroke_opacity=opacity))


def path_of(lines: Iterable[shapely.Geometry]) -> str:
    """`d` of a path in hundredths of a millimetre, relative moves: short."""
    parts = shapely.get_parts(np.asarray(list(lines), object))
    if not len(parts):
        return ""
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    whole = np.rint(xy * FINE).astype(np.int64)
    first = np.diff(owner, prepend=-1) != 0
    said = [str(number) for number in np.where(first[:, None], whole, np.diff(whole, axis=0, prepend=0)).ravel().tolist()]
    for at in (2 * np.flatnonzero(first)).tolist():
        said[at], said[at + 2] = f"M{said[at]}", f"l{said[at + 2]}"       # a line has two points at least
    return " ".join(said)


def add_shape(parent: Element, d: str, *, at: tuple[float, float] = (0.0, 0.0), scale: float = 1.0, **style: object) -> None:
    """A path of our own making, in millimetres or in the units of a picture, moved and scaled."""
    ET.SubElement(parent, "path", {**styled(d=d, **style), "transform": f"translate({at[0]:.3f} {at[1]:.3f}) scale({scale:.4g})"})


def add_rect(parent: Element, x: float, y: float, width: float, height: float, *, round_mm: float = 0.0, **style: object,
             ) -> None:
    """Upper left corner, size."""
    ET.SubElement(parent, "rect", styled(x=float(x), y=float(y), width=float(width), height=float(height), rx=round_mm or None,
                                         **style))


def add_text(parent: Element, text: str, x: float, y: float, size_mm: float, *, fill: str, anchor: str = "middle",
             turn_deg: float = 0.0, halo: tuple[str, float] | None = None, spacing_mm: float = 0.0) -> None:
    """A line of text whose middle in height is at `y`. halo: its colour and width to each side of the strokes."""
    given = styled(x=float(x), y=float(y + MIDDLE_EM * size_mm), font_size=float(size_mm), font_family=FAMILY, fill=fill,
                   text_anchor=anchor, letter_spacing=spacing_mm or None)
    if halo:
        given |= styled(stroke=halo[0], stroke_width=2 * halo[1], stroke_linejoin="round", paint_order="stroke")
    if turn_deg:
        given["transform"] = f"rotate({turn_deg:.2f} {x:.3f} {y:.3f})"
    _write(ET.SubElement(parent, "text", given), text)


def add_bent_text(parent: Element, text: str, line: Sequence[tuple[float, float]], size_mm: float, *, fill: str,
                  halo: tuple[str, float]) -> None:
    """A text whose middle in height follows `line`, centred on it."""
    points = np.array(line)
    step = np.gradient(points, axis=0)
    unit = step / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)[:, None]
    base = points + MIDDLE_EM * size_mm * unit[:, ::-1] * (-1.0, 1.0)
    name = f"line{sum(1 for _ in parent.iter())}"
    ET.SubElement(parent, "path", id=name, d="M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in base.tolist()), fill="none")
    element = ET.SubElement(parent, "text", styled(font_size=float(size_mm), font_family=FAMILY, fill=fill, text_anchor="middle",
                                                   stroke=halo[0], stroke_width=2 * halo[1], stroke_linejoin="round",
                                                   paint_order="stroke"))
    length = float(np.hypot(*np.diff(base, axis=0).T).sum())
    path = ET.SubElement(element, "textPath", {"href": f"#{name}", "startOffset": f"{length / 2:.2f}"})
    _write(path, text)


def _write(element: Element, text: str) -> None:
    """A user's text into an element, each part in the font that has it."""
    parts = list(runs(text_of(text)))
    if len(parts) == 1 and parts[0][0] == FAMILY:
        element.text = parts[0][1]
        return
    for family, part in parts:
        ET.SubElement(element, "tspan", {"font-family": family}).text = part


def circle(x: float, y: float, r: float) -> str:
    """`d` of a path."""
    return f"M{x - r:.2f} {y:.2f}a{r:.2f} {r:.2f} 0 1 0 {2 * r:.2f} 0a{r:.2f} {r:.2f} 0 1 0 {-2 * r:.2f} 0Z"
