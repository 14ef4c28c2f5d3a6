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
import orjson
import pandas as pd
import pyogrio
import shapely

from geodata.sheets import write_csv

ROAD = ("ref", "name", "heading", "road_class")


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


def spacing_file(told: Mapping[str, Any], form: str) -> bytes:
    """An answer of spacing: the stretches as a table, the directions as lines, or both with the stops in a GeoPackage."""
    stretches = [{**{name: one[name] for name in ROAD}, **part} for one in told["directions"] for part in one["stretches"]]
    if form == "csv":
        return csv_bytes(pd.DataFrame(stretches))
    if form == "geojson":
        features = [{"type": "Feature", "geometry": one["geometry"], "properties": _without(one, "geometry")}
                    for one in told["directions"]]
        return orjson.dumps({"type": "FeatureCollection", "features": features, **_without(told, "directions")})
    roads = [{**{name: one[name] for name in ROAD}, "longest_m": one["longest_m"], "stops": len(one["stops"]),
              **{f"norm_{v['norm']}": v["verdict"] for v in one["verdicts"]}} for one in told["directions"]]
    shapes = [shapely.LineString(one["geometry"]["coordinates"]) for one in told["directions"]]
    lines = gpd.GeoDataFrame(roads, geometry=shapes, crs=4326)
    stops = [{**{name: one[name] for name in ROAD}, **stop} for one in told["directions"] for stop in one["stops"]]
    points = gpd.GeoDataFrame(stops, geometry=[shapely.Point(stop["lon"], stop["lat"]) for stop in stops], crs=4326)
    return gpkg_bytes({"directions": lines, "stops": points})


def _without(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in told.items() if key != name}


def criticality_file(told: Mapping[str, Any], form: str) -> bytes:
    """An answer of criticality: the places as a table, or as points."""
    if form == "geojson":
        return orjson.dumps(told)
    places = [{**one["properties"], "heirs": [heir["name"] or heir["id"] for heir in one["properties"]["heirs"]]}
              for one in told["features"]]
    if form == "csv":
        return csv_bytes(pd.DataFrame(places))
    at = [shapely.Point(one["geometry"]["coordinates"]) for one in told["features"]]
    return gpkg_bytes({"places": gpd.GeoDataFrame(places, geometry=at, crs=4326)})


def _cell(value: Any, digits: int = 7) -> Any:
    if isinstance(value, (tuple, list)):
        return "; ".join(str(one) for one in value)
    if value is None or value != value:
        return None
    return round(value, digits) if isinstance(value, float) else value
