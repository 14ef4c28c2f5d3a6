"""Where the pixels of a rasterised panel lie, for a GIS: a world file and the coordinate system it counts in.

In: a Window, the size of its picture in pixels.    Out: the text of a .pgw and of a .prj.
Never knows: how the picture was made, files.

A world file's six lines are the affine map from the middle of a pixel to metres: across a column, its turn, the turn of
a row, down a row, and the middle of the upper left pixel. A page with travel upwards is turned, so all six count.
"""
from __future__ import annotations

import numpy as np
from pyproj import CRS

from maps.windows import Window


def world_file(window: Window, width_px: int, height_px: int) -> str:
    """The text of picture.pgw for a PNG of the whole panel, no more and no less."""
    per_px = np.array([window.width_mm / width_px, window.height_mm / height_px])
    upper_left, right, down = window.to_metres([per_px / 2, per_px * (1.5, 0.5), per_px * (0.5, 1.5)])
    rows = (*(right - upper_left), *(down - upper_left), *upper_left)
    return "".join(f"{value:.12g}\n" for value in rows)


def prj_file(window: Window) -> str:
    """The text of picture.prj: the window's stereographic projection, as ESRI writes it and GDAL and QGIS read it."""
    return str(CRS.from_proj4(window.proj).to_wkt("WKT1_ESRI"))
