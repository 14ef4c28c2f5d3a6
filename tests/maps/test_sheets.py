"""Panels without pages: the district on the wall, the surroundings of a place, where a page lies."""
from __future__ import annotations

import math
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely

from maps.grids import LETTERS, Grid
from maps.panels import NO_STOPS, draw_locator, draw_station, draw_wall
from maps.windows import Window, window_around
from tests.maps.drawn import CAPTIONS, ROUTE, SVG, land, pages, stops, texts
from tests.maps.test_panels import crossings

HERE = (119.8, 31.5)


@pytest.mark.parametrize("magnify", [1.0, 1.8])
def test_a_wall_map_tells_the_square_of_every_place(magnify: float) -> None:
    places = stops(40, spread_deg=0.08)
    window = window_around(np.column_stack([places.geometry.x, places.geometry.y]), 594, 420, margin_mm=20)
    panel = draw_wall(window, land(), places, CAPTIONS, square_mm=60, magnify=magnify)
    assert len(panel.squares) == len(panel.marks) == 40 and crossings(panel.places) == 0
    said = texts(panel)
    assert [said.count(letter) for letter in "ABCDEFGHJK"] == [2] * 10 and "I" not in said
    spots = window.to_mm(np.column_stack([places.geometry.x, places.geometry.y])).tolist()
    for mark, square, (x, y) in zip(panel.marks, panel.squares, spots, strict=True):
        assert square == f"{LETTERS[int(x / 59.4)]}{int(y / 60) + 1}", mark.number


def test_squares_are_alike_and_their_edges_belong_to_one() -> None:
    grid = Grid.of(190, 130, 50)
    assert (grid.columns, grid.rows) == (4, 3) and grid.step_mm == pytest.approx((47.5, 43.333333))
    assert grid.squares([(0, 0), (47.5, 43.4), (190, 130), (-0.1, 5), (5, 131)]) == ("A1", "B2", "D3", None, None)
    assert len(list(grid.lines())) == 5 and len(list(grid.letters())) == 2 * (4 + 3)
    assert Grid.of(10_000, 20, 50).columns == len(LETTERS)


def test_a_place_is_in_the_middle_of_its_surroundings() -> None:
    window = Window(*HERE, 50_000, 180, 180)
    panel = draw_station(window, HERE, land(), stops(10), CAPTIONS.__class__(north="北", here="您在这里"))
    assert "您在这里" in texts(panel) and crossings(panel.places) == 0 and len(panel.marks) == 10
    assert any(math.dist((at.x, at.y), (90, 90)) < 1e-6 for at in panel.places)


def test_a_locator_map_fills_the_frame_of_its_page_and_writes_nothing() -> None:
    strips = pages(50_000)
    panel = draw_locator(ROUTE, 45, 40, strips, number=2)
    root = ET.fromstring(panel.svg)
    filled = [element for element in root.iter(f"{SVG}path") if element.get("fill") not in (None, "none")]
    assert len(filled) == 1 and not texts(panel)
    assert all(panel.window.holds(strip.window.corners(5)).all() for strip in strips)


def test_areas_stand_at_a_point_inside_them() -> None:
    ring = shapely.box(119.79, 31.49, 119.83, 31.52)
    places = NO_STOPS.iloc[:0].reindex([0]).assign(number=7, kind="lorry_park").set_geometry([ring], crs=4326)
    panel = draw_wall(Window(*HERE, 50_000, 180, 180), land(), places, CAPTIONS)
    assert ring.contains(shapely.Point(panel.window.to_lonlat([panel.marks[0].spot])[0])) and "7" in texts(panel)
