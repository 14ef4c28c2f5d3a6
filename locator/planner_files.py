"""Planners' answers as files: CSV for a spreadsheet, GeoPackage for a map program.

In: frames.    Out: bytes.
Never knows: questions, languages. Texts that a spreadsheet would run as formulas are neutralised (geodata.sheets).
"""
from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from geodata.sheets import write_csv


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """The columns of a frame but its geometry; unknown is empty, lists are joined by "; "."""
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    digits = [1 if str(name).endswith(("_m", "_s", "_day")) else 7 for name in plain]
    rows = ([_cell(value, places) for value, places in zip(row, digits, strict=True)]
            for row in plain.itertuples(index=False, name=None))
    return write_csv(list(plain), rows)


def gpkg_bytes(layers: Mapping[str, gpd.GeoDataFrame]) -> bytes:
    """Several layers in one GeoPackage, EPSG:4326."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "planner.gpkg"
        for name, frame in layers.items():
            flat = frame.assign(**{c: frame[c].map(_cell) for c in frame if c != "geometry" and frame[c].dtype == object})
            pyogrio.write_dataframe(flat, file, driver="GPKG", layer=name, geometry_type="Unknown")
        return file.read_bytes()


def _cell(value: Any, digits: int = 7) -> Any:
    if isinstance(value, (tuple, list)):
        return "; ".join(str(one) for one in value)
    if value is None or value != value:
        return None
    return round(value, digits) if isinstance(value, float) else value
