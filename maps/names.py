"""Names on the ground: towns beside their place, roads along their line, road numbers on shields.

In: roads and towns on paper.    Out: Labels for labels.place, and the drawing of those that got a place.
Never knows: the route, stops.
"""
from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.geodesy import Floats
from maps.bends import bends
from maps.drawing import Element, add_bent_text, add_rect, add_shape, add_text, circle, text_of
from maps.fonts import HEIGHT_EM, shortened, width_em
from maps.ground import RoadsOnPaper, breadth, named_at
from maps.labels import Bend, Box, Label, Place, Placed, along, beside, upon
from maps.looks import PAPER, PAPER_ROADS, PAPER_TOWNS, SHIELDS, Shield
from maps.windows import Window

ROAD_NAME_MM = (2.1, 3.0)        # of the least and the broadest road
SHIELD_MM, SHIELD_APART_MM = 2.3, 60.0
NAME_APART_MM = 75.0
MOST_EM = 18.0
DRAWN_LINES = 16                 # of one road: so many of its pieces, longest first, are tried for its name
TOWN_DOT_MM = 0.55
REFS = 2                         # of a road with several numbers


def town_labels(towns: gpd.GeoDataFrame, window: Window, magnify: float = 1.0) -> Iterator[Label]:
    """towns: Points, EPSG:4326; name and, where known, kind. Names that fit at this scale, greater places first."""
    if not len(towns):
        return
    kinds = towns["kind"] if "kind" in towns else pd.Series("place", index=towns.index)
    spots = window.to_mm(shapely.get_coordinates(np.asarray(towns.geometry)))
    for name, kind, (x, y) in zip(towns["name"], kinds, spots.tolist(), strict=True):
        look = PAPER_TOWNS.get(kind if isinstance(kind, str) else "", PAPER_TOWNS["place"])
        seen = 0 < x < window.width_mm and 0 < y < window.height_mm and window.scale <= look.to_scale
        if seen and isinstance(name, str) and text_of(name):
            size = look.size_mm * magnify
            text = shortened(text_of(name), MOST_EM)
            places = beside(x, y, width_em(text) * size + 0.8, size * HEIGHT_EM, 1.1 * magnify)
            places.append(Box(x, y, places[0].width, places[0].height))
            yield Label(text, size, places, rank=2 + look.rank, style="town", key=f"town {text}", apart_mm=12.0)


def road_labels(roads: RoadsOnPaper, magnify: float = 1.0) -> Iterator[Label]:
    """Shields and names of the roads a panel shows; each again after a while."""
    if not len(roads.rows):
        return
    scale, wide = roads.window.scale, breadth(roads.window.scale)
    order = {name: i for i, name in enumerate(PAPER_ROADS)}
    rows = roads.rows[roads.rows["class"].isin(list(named_at(scale)))]
    for row in rows.sort_values(["class", "name", "ref"], kind="stable").to_dict("records"):
        look, lines = PAPER_ROADS[row["class"]], _pieces(row["line"], SHIELD_MM * magnify)
        rank = 3 + order[row["class"]] / 4
        for ref in refs(row["ref"]):
            yield from _again(_shield(ref, lines, rank - 0.5, magnify))
        if isinstance(row["name"], str) and text_of(row["name"]) and scale <= look.name_to_scale:
            size = min(max(ROAD_NAME_MM[0], look.width_mm * wide * 2.6), ROAD_NAME_MM[1]) * magnify
            text = shortened(text_of(row["name"]), MOST_EM)
            width, height = width_em(text) * size + 1.0, size * HEIGHT_EM
            fit = [line for length, line in lines if length >= width]
            places: list[Place] = [box for line in fit for box in along(line, width, height)]
            if not places:
                places = [bend for line in fit for bend in bends(line, width, height)]
            yield from _again(Label(text, size, places, rank, "road", f"road {text}", NAME_APART_MM * magnify))


def _again(label: Label) -> Iterator[Label]:
    """The label as often as it may stand on the panel."""
    if label.places:
        reach = np.ptp([(box.x, box.y) for box in label.places], axis=0).max()
        yield from [label] * (1 + int(reach // label.apart_mm))


def _shield(ref: str, lines: list[tuple[float, Floats]], rank: float, magnify: float) -> Label:
    size = SHIELD_MM * magnify
    width, height = max(width_em(ref) * size + 1.7, 4.2), size * HEIGHT_EM + 1.0
    places = [box for _, line in lines for box in upon(line, width, height)]
    return Label(ref, size, places, rank, "shield", f"shield {ref}", SHIELD_APART_MM * magnify)


def _pieces(lines: shapely.Geometry, least_mm: float) -> list[tuple[float, Floats]]:
    """The longest lines of a road, those that are long enough to write on, each with its length."""
    parts = shapely.get_parts(lines)
    length = shapely.length(parts)
    longest = np.argsort(-length, kind="stable")[:DRAWN_LINES]
    return [(float(length[i]), shapely.get_coordinates(parts[i])) for i in longest if length[i] >= least_mm]


def refs(text: object) -> list[str]:
    """The numbers of a road: `A28;IC1` has two."""
    said = [text_of(part) for part in text.split(";")] if isinstance(text, str) else []
    return [part for part in said if 0 < len(part) <= 10][:REFS]


@cache
def shield_of(ref: str, country: str | None) -> Shield:
    looks = (*SHIELDS.get(country or "", ()), *SHIELDS[""])
    return next((look for look in looks if re.fullmatch(look.ref, ref)), looks[-1])


def draw_labels(layer: Element, placed: Iterable[Placed], country: str | None, styles: Mapping[str, tuple[str, float]]) -> None:
    """styles: of a label -> its colour and the width of its halo in ems."""
    for one in placed:
        label, at = one.label, one.at
        fill, halo = styles.get(label.style, ("", 0.0))
        edge = (PAPER["halo"], halo * label.size_mm)
        if isinstance(at, Bend):
            add_bent_text(layer, label.text, at.line, label.size_mm, fill=fill, halo=edge)
        elif label.style == "shield":
            draw_shield(layer, label.text, at, label.size_mm, shield_of(label.text, country))
        else:
            add_text(layer, label.text, at.x, at.y, label.size_mm, fill=fill, turn_deg=at.turn_deg, halo=edge)


def draw_shield(layer: Element, ref: str, box: Box, size: float, look: Shield) -> None:
    width, height = box.width - 0.5, box.height - 0.5
    left, top = box.x - width / 2, box.y - height / 2
    add_rect(layer, left - 0.18, top - 0.18, width + 0.36, height + 0.36, round_mm=0.75, fill=PAPER["halo"])
    add_rect(layer, left, top, width, height, round_mm=0.6, fill=look.fill, stroke=look.edge, stroke_width=0.25)
    lower = 0.0
    if look.band:
        lower = 0.28
        add_shape(layer, f"M{left:.2f} {top + 0.75:.2f}v-.15a.6 .6 0 0 1 .6 -.6H{left + width - 0.6:.2f}a.6 .6 0 0 1 .6 .6v.15Z",
                  fill=look.band)
    add_text(layer, ref, box.x, box.y + lower, size * (0.9 if look.band else 1.0), fill=look.text)


def draw_town_dots(layer: Element, towns: gpd.GeoDataFrame, placed: Iterable[Placed], window: Window, magnify: float = 1.0,
                   ) -> None:
    """A dot where the town is, for every name that stands beside its place."""
    names = {one.label.text: one for one in placed if one.label.style == "town"}
    spots = window.to_mm(shapely.get_coordinates(np.asarray(towns.geometry))) if len(towns) else np.empty((0, 2))
    for name, (x, y) in zip(towns["name"] if len(towns) else (), spots.tolist(), strict=True):
        one = names.get(shortened(text_of(name), MOST_EM)) if isinstance(name, str) else None
        if one is not None and isinstance(one.at, Box) and 1e-6 < math.dist((one.at.x, one.at.y), (x, y)) < one.at.width:
            add_shape(layer, circle(x, y, TOWN_DOT_MM * magnify), fill=PAPER["halo"], stroke=PAPER["town"],
                      stroke_width=0.3 * magnify)
