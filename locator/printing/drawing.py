"""The maps of a paper, drawn by `maps` from the region's roads, names and places.

In: a Locator, routes, strips, places.    Out: Panels: SVG, the window each shows, where that lies for a GIS.
Never knows: how a page is laid out around them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.errors import BadInput
from geodata.roads.within import RoadsWithin
from locator.engines.protocol import Route
from locator.locator import Locator
from locator.printing.both import Both, clean
from locator.printing.ruler import shaded
from locator.printing.sheets import MOST_PAGES, Layout, Sheet
from locator.printing.trips import Trip, fewer
from maps.furniture import Captions
from maps.ground import classes_at, named_at
from maps.panels import Ground, Panel, draw_locator, draw_overview, draw_station, draw_strip, draw_wall
from maps.strips import Strip, cut, fitted_scale
from maps.windows import Window, window_around, window_on

MOST_FITTED = 12  # strips of a booklet whose scale is chosen, or as many as PAGE_S of driving asks for
PAGE_S = 2_400.0  # driving that a strip shows, about, when the scale is chosen
MARGIN_MM = 12.0  # of a strip: the route keeps so far from the frame
AROUND_SCALE = 20_000  # of a poster at least: nearer would show nothing but the place
ON_COVER = 20  # stops on the map of a booklet's cover
NEAR = 6  # of the other places, so many are on it
SQUARE_MM = 40.0  # of a wall map, on A3
WALL_MARGIN_MM = 11.0  # its places keep so far from the frame, on A3
TOWN_KINDS = frozenset({"city", "town", "suburb", "village", "hamlet", "county", "district", "borough"})


class Draughtsman:
    """Draws the panels of one region's papers; holds its roads by box and its names."""

    def __init__(self, locator: Locator, both: Both) -> None:
        self.locator, self.both = locator, both
        facts = locator.region.facts
        self.captions = Captions(
            north=both.first.text("paper.map.north"),
            before=both.first.text("paper.map.before"),
            after=both.first.text("paper.map.after"),
            schematic=both.first.text("page.schematic") if facts.schematic else "",
            here=both.first.text("paper.you_are_here"),
        )

    # ---------------------------------------------------------------- routes

    def strips(self, route: Route, sheet: Sheet, page: Layout) -> tuple[Strip, ...]:
        """The strips of a booklet. Raises BadInput too_large: more than MOST_PAGES at the scale that was asked for."""
        size, up = (page.panel_w, page.panel_h), f"{sheet.up}_up"
        overlap = min(sheet.overlap * page.panel_h, min(size) / 2 - MARGIN_MM)
        more: dict[str, Any] = {"overlap_mm": overlap, "margin_mm": MARGIN_MM, "orientation": up}
        scale = sheet.scale or fitted_scale(route.line, *size, pages=_pages(route), **more)
        return cut(route.line, *size, scale=scale, max_strips=MOST_PAGES, **more)

    def strip(self, trip: Trip, strip: Strip) -> Panel:
        rows = [row for row in trip.rows if strip.from_m <= row["offset_m"] <= strip.to_m]
        ground = self._ground(strip.window)
        return draw_strip(strip, trip.route.line, ground, stops_frame(rows), self.captions, warn=_warned(trip))

    def overview(self, trip: Trip, width_mm: float, height_mm: float, strips: Sequence[Strip] = ()) -> Panel:
        """The whole route; of many stops those of the plan and the cheapest, as the strips show them all."""
        frames = [strip.window.corners() for strip in strips] if len(strips) > 1 else []
        window = window_around(np.concatenate([trip.route.line.lonlat, *frames]), width_mm, height_mm)
        shown = strips if len(strips) > 1 else ()
        ground, stops = self._ground(window), stops_frame(fewer(trip.rows, ON_COVER) if strips else trip.rows)
        return draw_overview(window, trip.route.line, ground, stops, self.captions, strips=shown, warn=_warned(trip))

    def locator_map(self, trip: Trip, strips: Sequence[Strip], number: int, width_mm: float, height_mm: float) -> Panel:
        return draw_locator(trip.route.line, width_mm, height_mm, strips, number)

    # ---------------------------------------------------------------- places

    def around(
        self, here: tuple[float, float], rows: Sequence[dict[str, Any]], width_mm: float, height_mm: float, magnify: float
    ) -> Panel:
        """The surroundings of a place with these rows on it: as near as shows the first NEAR of them."""
        points = np.array([here, *(row["lonlat"] for row in rows[:NEAR])])
        mirrored = np.concatenate([points, 2 * points[:1] - points])  # so that the place itself is in the middle
        window = window_around(mirrored, width_mm, height_mm, margin_mm=10.0 * magnify)
        if window.scale < AROUND_SCALE:
            window = replace(window, scale=AROUND_SCALE)
        return draw_station(window, here, self._ground(window), stops_frame(rows), self.captions, magnify=magnify)

    def wall(self, rows: Sequence[dict[str, Any]], width_mm: float, height_mm: float, magnify: float) -> Panel:
        """All these places and the region's roads around them."""
        points = np.array([row["lonlat"] for row in rows]) if rows else self._corners()
        around = self._corners() if self.locator.region.facts.bbox else points
        window = window_on(points, around, width_mm, height_mm, margin_mm=WALL_MARGIN_MM * magnify)
        return draw_wall(
            window, self._ground(window), stops_frame(rows), self.captions, square_mm=SQUARE_MM * magnify, magnify=magnify
        )

    def _corners(self) -> NDArray[np.float64]:
        """Of the region; where it does not know where it is, there is nothing to draw."""
        bbox = self.locator.region.facts.bbox
        if not bbox:
            raise BadInput("empty_file", field="region", value=self.locator.region.name)
        west, south, east, north = bbox
        return np.array([[west, south], [east, north]])

    # ---------------------------------------------------------------- what lies under

    def _ground(self, window: Window) -> Ground:
        roads = self._roads(window.bbox, classes_at(window.scale), named_at(window.scale)) if self._roads is not None else None
        more = {} if roads is None else {"roads": roads}
        return Ground(**more, towns=self._towns, country=self.locator.region.facts.country)

    @cached_property
    def _roads(self) -> RoadsWithin | None:
        graph = self.locator.region.roads
        return None if graph is None else RoadsWithin(graph)

    @cached_property
    def _towns(self) -> gpd.GeoDataFrame:
        """Names of settlements, in the reader's language where they have one in it."""
        names = self.locator.region.names
        names = names[names["kind"].isin(TOWN_KINDS) | names["kind"].isna()]
        said = names["name"] if self.both.lang == "zh" else names["name_en"].fillna(names["name"])
        return gpd.GeoDataFrame(
            {"name": said.map(clean), "kind": names["kind"]}, geometry=gpd.points_from_xy(names["lon"], names["lat"]), crs=4326
        )


def stops_frame(rows: Sequence[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Rows of a paper as maps.marks wants them."""
    lonlat = np.array([row["lonlat"] for row in rows], float).reshape(-1, 2)
    return gpd.GeoDataFrame(
        {
            "number": [str(row["number"]) for row in rows],
            "kind": [row["kind"] for row in rows],
            "name": [row["name"] for row in rows],
            "side": [row.get("side_of_road") for row in rows],
            "offset_m": [row.get("offset_m") for row in rows],
            "approximate": [row["mark"] is not None for row in rows],
            "mark": ["chosen" if row.get("rest") else "last_safe" if row.get("last_safe") else None for row in rows],
        },
        geometry=shapely.points(lonlat),
        crs=4326,
    )


def _warned(trip: Trip) -> list[tuple[float, float]]:
    """The last half hour before each limit, as the ruler shades it."""
    spans = [shaded(trip.route, stint) for stint in trip.stints]
    return [(begin, end) for begin, end in spans if end > begin]


def _pages(route: Route) -> int:
    return min(max(1, math.ceil(route.duration_s / PAGE_S)), MOST_FITTED)
