"""Millimetres on paper against the ellipsoid: Geod measures what the panel shows."""
from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod

from geodata.errors import BadInput
from maps.furniture import ScaleBar
from maps.windows import SCALES, Window, window_around

GEOD = Geod(ellps="WGS84")
WINDOWS = {
    "a page": Window(119.95, 31.7, 75_000, 180, 240, 37.0),
    "a page far north": Window(25.0, 71.0, 100_000, 240, 180, 200.0),
    "over the dateline": Window(179.99, -17.0, 250_000, 180, 240, 90.0),
    "a country": Window(119.0, 32.0, 2_500_000, 400, 280),
    "a continent": Window(10.0, 50.0, 4_500_000, 400, 280),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_a_scale_bar_anywhere_on_the_panel_is_right_to_half_a_percent(name: str) -> None:
    window = WINDOWS[name]
    bar = ScaleBar.of(window)
    for x in np.linspace(0.05, 0.95, 7) * window.width_mm:
        for y in np.linspace(0.05, 0.95, 7) * window.height_mm:
            for dx, dy in ((1, 0), (0, 1), (0.6, 0.8)):
                half = np.array([dx, dy]) * min(bar.length_mm, 5.0) / 2
                a, b = window.to_lonlat([(x, y) - half, (x, y) + half])
                metres = GEOD.inv(*a, *b)[2]
                assert metres == pytest.approx(min(bar.length_mm, 5.0) * window.m_per_mm, rel=0.005)
                assert metres == pytest.approx(min(bar.length_mm, 5.0) * window.m_per_mm, rel=1.1 * window.scale_error,
                                                   abs=0.02)          # PROJ finds places again to some millimetres


def test_the_figures_of_the_windows_docstring() -> None:
    assert Window(0, 50, 75_000, 180, 240).scale_error < 3e-6
    assert Window(0, 50, 2_000_000, 320, 240).scale_error < 1e-3


@pytest.mark.parametrize("name", WINDOWS)
def test_up_is_the_azimuth_it_says_and_places_come_back(name: str) -> None:
    window = WINDOWS[name]
    a, b = window.to_lonlat([(window.width_mm / 2, window.height_mm / 2), (window.width_mm / 2, window.height_mm / 2 - 1)])
    assert (GEOD.inv(*a, *b)[0] - window.up_deg + 180) % 360 - 180 == pytest.approx(0, abs=1e-4)
    spots = np.array([(0, 0), (window.width_mm, 3), (17, window.height_mm), (40, 50)])
    assert window.to_mm(window.to_lonlat(spots)) == pytest.approx(spots, abs=1e-6)


@pytest.mark.parametrize("name", WINDOWS)
def test_the_box_holds_all_the_panel_shows(name: str) -> None:
    window = WINDOWS[name]
    west, south, east, north = window.bbox
    share = np.stack(np.meshgrid(np.linspace(0, 1, 40), np.linspace(0, 1, 40)), axis=-1).reshape(-1, 2)
    lon, lat = window.to_lonlat(share * (window.width_mm, window.height_mm)).T
    assert ((lon - west + 1e-9) % 360 <= (east - west) % 360 + 2e-9).all() and ((lat >= south) & (lat <= north)).all()


def test_a_window_around_places_is_the_first_scale_that_holds_them() -> None:
    places = np.array([(119.5, 31.4), (120.3, 31.9), (120.0, 31.2)])
    window = window_around(places, 180, 240, margin_mm=8)
    assert window.scale in SCALES and window.holds(places, margin_mm=8).all()
    smaller = Window(window.lon, window.lat, SCALES[SCALES.index(round(window.scale)) - 1], 180, 240)
    assert not smaller.holds(places, margin_mm=8).all()
    assert window_around(places[:1], 180, 240).scale == SCALES[0]


@pytest.mark.parametrize("sizes", [(75_000, 0, 240), (75_000, 180, 1e9), (10, 180, 240), (float("nan"), 180, 240)])
def test_a_window_of_no_size_is_refused(sizes: tuple[float, float, float]) -> None:
    with pytest.raises(BadInput):
        Window(0, 0, *sizes)
