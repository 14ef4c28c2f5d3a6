"""Whoever reads a picture's world file and projection finds every pixel where the panel shows it. The reader here is PROJ."""
from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS, Geod, Transformer

from maps.windows import Window
from maps.worldfiles import prj_file, world_file

WINDOWS = [Window(119.95, 31.7, 75_000, 186, 200, 37.0), Window(-8.6, 41.2, 150_000, 400, 300),
           Window(179.9, -17, 250_000, 180, 240, 250)]


@pytest.mark.parametrize("window", WINDOWS, ids=["turned", "north up", "over the dateline"])
def test_every_pixel_lies_where_the_panel_shows_it(window: Window) -> None:
    width, height = round(window.width_mm / 25.4 * 150), round(window.height_mm / 25.4 * 150)
    a, d, b, e, c, f = map(float, world_file(window, width, height).split())
    back = Transformer.from_crs(CRS.from_wkt(prj_file(window)), "EPSG:4326", always_xy=True)
    for column, row in ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1), (width // 3, height // 2)):
        lon, lat = back.transform(a * column + b * row + c, d * column + e * row + f)
        mm = np.array([(column + 0.5) * window.width_mm / width, (row + 0.5) * window.height_mm / height])
        assert Geod(ellps="WGS84").inv(lon, lat, *window.to_lonlat(mm)[0])[2] < 0.1            # metres; a pixel is 12 m and more


def test_pixels_are_square_and_turned_as_the_page() -> None:
    a, d, b, e, *_ = map(float, world_file(WINDOWS[0], 1860, 2000).split())
    assert np.hypot(a, d) == pytest.approx(7.5) == np.hypot(b, e) and a * b + d * e == pytest.approx(0, abs=1e-9)
    a, d, b, e, *_ = map(float, world_file(WINDOWS[1], 4000, 3000).split())
    assert a > 0 > e and abs(d) < 1e-9 and abs(b) < 1e-9
