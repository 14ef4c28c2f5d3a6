"""Millimetres on paper against the ellipsoid: Geod measures what the panel shows."""
from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod

from geodata.errors import BadInput
from maps.furniture import ScaleBar
from maps.windows import SCALES, Window, window_around, window_on

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


def test_a_district_is_drawn_as_large_as_its_places_allow_and_leans_away_from_nothing() -> None:
    """Places in the south-west of a district: the map is held by them and shows no ground beyond the district."""
    district = np.array([[8.0, 41.0], [8.4, 41.4]])
    places = np.array([[8.03, 41.03], [8.2, 41.2]])
    window = window_on(places, district, 400.0, 500.0, margin_mm=20.0)
    mm, ground = window.to_mm(places), window.to_mm(district)
    assert window.holds(places, margin_mm=18.0).all() and float(f"{window.scale:.1e}") == window.scale
    assert (np.ptp(mm, axis=0) / (360.0, 460.0)).max() > 0.9                     # the next larger scale would not hold them
    beyond = np.maximum([*ground.min(axis=0), *(np.array([400.0, 500.0]) - ground.max(axis=0))], 0)
    around = window_around(places, 400.0, 500.0, margin_mm=20.0)
    before = np.maximum([*(low := around.to_mm(district)).min(axis=0), *(np.array([400.0, 500.0]) - low.max(axis=0))], 0)
    assert beyond.max() < 21 and beyond.sum() <= before.sum()


def test_a_district_with_a_single_place_is_more_than_that_place() -> None:
    district = np.array([[8.0, 41.0], [8.4, 41.4]])
    window = window_on([[8.2, 41.2]], district, 400.0, 500.0)
    assert window.scale == 23_000 and window.holds([[8.2, 41.2]])[0]
