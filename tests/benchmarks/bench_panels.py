"""A booklet's maps over a dense city net: what 490 km of route cost to cut and to draw, and whether all of it is there.

The route runs round and round over the Porto extract: every page is as full as a city, none as empty as the country. The asked
times leave room for typesetting in the 15 s of a whole booklet. Processor time, one process.
"""
from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np

from geodata.measured import MeasuredLine
from geodata.roads.osm import read_roads
from geodata.roads.within import RoadsWithin
from maps.furniture import Captions
from maps.ground import classes_at, named_at
from maps.labels import overlap
from maps.panels import Ground, Panel, draw_strip
from maps.strips import Strip, cut
from tests.benchmarks.figures import Figure

EXTRACT = Path(__file__).resolve().parents[3] / "shared/data/osm/porto.osm.pbf"
MIDDLE = (-8.57, 41.18)
LENGTH_M, SCALE, WIDTH_MM, HEIGHT_MM, STOPS = 490_000.0, 75_000.0, 186.0, 200.0, 100
CAPTIONS = Captions(north="N")


def around() -> MeasuredLine:
    turn = np.linspace(0, 14 * np.pi, 4_000)
    reach = 0.12 + 0.004 * np.sin(turn * 5.3)
    line = MeasuredLine(np.column_stack([MIDDLE[0] + 1.33 * reach * np.cos(turn), MIDDLE[1] + reach * np.sin(turn)]))
    return line.cut(0, min(line.length_m, LENGTH_M))


def stops_along(line: MeasuredLine) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(1)
    at = np.sort(rng.uniform(0, line.length_m, STOPS))
    lonlat = line.point_at(at) + rng.normal(0, 0.002, (STOPS, 2))
    return gpd.GeoDataFrame({"number": np.arange(1, STOPS + 1), "kind": "fuel", "name": "Área de Serviço", "offset_m": at},
                            geometry=gpd.points_from_xy(*lonlat.T), crs=4326)


def draw(line: MeasuredLine, strips: tuple[Strip, ...], roads: RoadsWithin, stops: gpd.GeoDataFrame) -> list[Panel]:
    panels = []
    for strip in strips:
        mine = stops[(stops["offset_m"] >= strip.from_m) & (stops["offset_m"] <= strip.to_m)]
        ground = Ground(roads(strip.window.bbox, classes_at(SCALE), named_at(SCALE)), country="PT")
        panels.append(draw_strip(strip, line, ground, mine, CAPTIONS))
    return panels


def figures() -> Iterator[Figure]:
    if not EXTRACT.is_file():
        return
    line, roads = around(), RoadsWithin(read_roads([EXTRACT])[0])
    stops = stops_along(line)
    yield Figure("booklet_route", line.length_m / 1000, "km", ">=480")
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    strips = cut(line, WIDTH_MM, HEIGHT_MM, scale=SCALE)
    yield Figure("booklet_pages_cut", time.process_time() - start, "s", "<=3")
    start = time.process_time()
    panels = draw(line, strips, roads, stops)
    cpu_s = time.process_time() - start
    yield Figure("booklet_panels", len(panels), "pages", ">=25")
    yield Figure("booklet_panels_drawn", cpu_s, "s", "<=12")
    yield Figure("booklet_a_panel", 1000 * cpu_s / len(panels), "ms", "<=450")
    yield Figure("booklet_memory_more", (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, "MB", "<=300")
    yield from faults(line, strips, panels)


def faults(line: MeasuredLine, strips: tuple[Strip, ...], panels: list[Panel]) -> Iterator[Figure]:
    """Metres of the route on no page, stops on no page, labels on another."""
    offsets = np.arange(0, line.length_m, 20.0)
    seen = np.zeros(len(offsets), bool)
    for strip in strips:
        here = (offsets >= strip.from_m) & (offsets <= strip.to_m)
        seen[here] |= strip.window.holds(line.point_at(offsets[here]))
    yield Figure("booklet_route_off_page", 20.0 * int((~seen).sum()), "m", "==0")
    yield Figure("booklet_stops_lost", STOPS - len({mark.number for panel in panels for mark in panel.marks}), "stops", "==0")
    on_another = sum(overlap(a, b) for panel in panels for one, other in combinations(panel.places, 2)
                     for a in one.parts for b in other.parts)
    yield Figure("booklet_labels_on_another", on_another, "pairs", "==0")
    yield Figure("booklet_labels", sum(len(panel.places) for panel in panels), "labels", ">=1000")
