"""GeoJSON and GeoPackage as frames, both ways.

In: bytes of any origin, or a Layer of our own.    Out: a frame with whatever columns it has, or bytes.
Never knows: kinds, datums. What others send is never opened by GDAL: a GeoPackage is read by SQLite in memory, only
its plain tables, and only points and areas are handed to GEOS, whose reader crashes on deep nesting.
"""
from __future__ import annotations

import io
import re
import sqlite3
import struct
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from geodata.columns import ALIASES
from geodata.errors import BadInput
from geodata.findings import Finding, finding
from geodata.layers import Layer, rows
from geodata.sheets import MAX_COLUMNS, MAX_ROWS

Read = tuple[gpd.GeoDataFrame, list[Finding]]           # the frame, and the geometries that could not be read
WGS84_NAMES = re.compile(r"(?:urn:ogc:def:crs:)?(?:OGC:(?:1\.3)?:?CRS84|EPSG:[\d.]*:?4326)", re.IGNORECASE)
_HEADER_EXTRA = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}      # bytes of the envelope before the geometry, GeoPackage 2.1.3
_TABLES = """select c.table_name, c.column_name, c.srs_id from gpkg_geometry_columns c
             join sqlite_master m on m.name = c.table_name
             where m.type = 'table' and m.sql not like 'create virtual%' limit 100"""


def read_geojson(content: bytes) -> Read:
    """A FeatureCollection or one Feature.

    Raises  BadInput bad_geojson (also for NaN and for deep nesting), too_large.
    """
    try:
        said = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as why:
        raise BadInput("bad_geojson", field="file", reason=str(why)) from why
    features = _features(said)
    if len(features) > MAX_ROWS:
        raise BadInput("too_large", field="file", limit=MAX_ROWS, unit="rows")
    cells = [_properties(feature) for feature in features]
    if len({key for row in cells for key in row}) > MAX_COLUMNS:
        raise BadInput("too_large", field="file", limit=MAX_COLUMNS, unit="columns")
    shapes = [feature.get("geometry") for feature in features]
    texts = np.array([None if shape is None else _flat(shape) for shape in shapes], dtype=object)
    return _frame(pd.DataFrame(cells, index=range(len(cells)), dtype="object"), texts,
                  shapely.from_geojson(texts, on_invalid="ignore"))


def _features(said: Any) -> list[dict[str, Any]]:
    if not isinstance(said, dict):
        raise BadInput("bad_geojson", field="file", reason="not_object")
    crs = said.get("crs")
    name = crs.get("properties", {}).get("name", "") if isinstance(crs, dict) else ""
    if name and not WGS84_NAMES.fullmatch(str(name)):
        raise BadInput("bad_geojson", field="file", reason=f"crs {str(name)[:40]}")
    features = [said] if said.get("type") == "Feature" else said.get("features")
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise BadInput("bad_geojson", field="file", reason="no_features")
    return features


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    said = feature.get("properties")
    row = {"id": feature["id"]} if "id" in feature else {}
    row |= said if isinstance(said, dict) else {}
    return {key: _flat(value) if isinstance(value, dict | list) else value for key, value in row.items()}


def _flat(value: Any) -> str:
    """JSON within JSON as text. Raises BadInput bad_geojson when it is nested deeper than any table needs."""
    try:
        return orjson.dumps(value).decode()
    except TypeError as why:
        raise BadInput("bad_geojson", field="file", reason=str(why)) from why


def geojson(layer: Layer) -> bytes:
    """A FeatureCollection; services as a list, unknown as null."""
    shapes = shapely.to_geojson(layer.frame.geometry.to_numpy())
    features = [{"type": "Feature", "id": row.get("id"), "properties": _spread(row), "geometry": orjson.Fragment(shape)}
                for row, shape in zip(rows(layer.frame), shapes, strict=True)]
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def _spread(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "services": orjson.loads(row["services"])} if row.get("services") else row


def geopackage(layer: Layer) -> bytes:
    """The layer as a GeoPackage."""
    out = io.BytesIO()
    pyogrio.write_dataframe(layer.frame, out, driver="GPKG", layer=layer.name, geometry_type="Unknown")
    return out.getvalue()


def read_geopackage(content: bytes) -> Read:
    """The one layer of a GeoPackage, in WGS 84.

    Raises  BadInput bad_file: truncated, no layer or several, an unknown coordinate system.
    """
    size, pages = struct.unpack(">H10xI", content[16:32]) if len(content) >= 100 else (0, 1)
    if pages * (65_536 if size == 1 else size) > len(content) or len(content) < 100:
        raise BadInput("bad_file", field="file", reason="gpkg")
    try:
        with closing(sqlite3.connect(":memory:")) as base:
            base.deserialize(content)
            base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, len(content))
            return _read_base(base)
    except (sqlite3.Error, CRSError, struct.error, OverflowError, UnicodeDecodeError) as why:
        raise BadInput("bad_file", field="file", reason=f"gpkg: {why}") from why


def _read_base(base: sqlite3.Connection) -> Read:
    layers = base.execute(_TABLES).fetchall()
    if len(layers) != 1:
        raise BadInput("bad_file", field="file", reason=f"gpkg: {len(layers)} layers")
    table, shape_column, srs = layers[0]
    # hidden columns are computed by an expression of the file's own
    names = [name for _, name, *_, hidden in base.execute(f"pragma table_xinfo({_quoted(table)})") if not hidden]
    own = ({name.casefold() for name in names} & {"id", *ALIASES["id"]}) - {"fid"}
    names = [name for name in names if name.casefold() != "fid" or not own]      # fid is GDAL's own count of rows
    if len(names) > MAX_COLUMNS:
        raise BadInput("too_large", field="file", limit=MAX_COLUMNS, unit="columns")
    query = f"select {', '.join(map(_quoted, names))} from {_quoted(table)} limit {MAX_ROWS + 1}"
    cells = base.execute(query).fetchall()
    if len(cells) > MAX_ROWS:
        raise BadInput("too_large", field="file", limit=MAX_ROWS, unit="rows")
    frame = pd.DataFrame(cells, columns=names, dtype="object")
    blobs = frame[shape_column].to_numpy()
    return _frame(frame.drop(columns=shape_column), blobs, _shapes(blobs), _crs(base, srs))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _crs(base: sqlite3.Connection, srs: int) -> CRS | None:
    if srs in (0, 4326):
        return None
    found = base.execute("select organization, organization_coordsys_id from gpkg_spatial_ref_sys where srs_id = ?",
                         (srs,)).fetchone()
    if found is None or str(found[0]).upper() != "EPSG":
        raise BadInput("bad_file", field="file", reason=f"gpkg: unknown coordinate system {srs}")
    return CRS.from_epsg(int(found[1]))


def _shapes(blobs: Iterable[Any]) -> NDArray[np.object_]:
    return np.asarray(shapely.from_wkb(np.array([_wkb(blob) for blob in blobs], dtype=object), on_invalid="ignore"))


def _wkb(blob: Any) -> bytes | None:
    """The geometry inside a GeoPackage cell, if it is a point or an area and nothing is nested in it."""
    if not isinstance(blob, bytes) or len(blob) < 13 or blob[:2] != b"GP":
        return None
    wkb = blob[8 + _HEADER_EXTRA.get(blob[3] >> 1 & 7, len(blob)):]
    try:
        return wkb if _end(wkb, 0, ("Point", "Polygon", "MultiPolygon")) <= len(wkb) else None
    except (struct.error, IndexError, ValueError):
        return None


def _end(wkb: bytes, at: int, allowed: Sequence[str]) -> int:
    """Where the geometry that begins at `at` ends. Raises ValueError for one that is not allowed."""
    order = "<" if wkb[at] == 1 else ">"
    code: int = struct.unpack_from(order + "I", wkb, at + 1)[0]
    axes = 2 + (code // 1000 in (1, 2)) + 2 * (code // 1000 == 3)
    name = {1: "Point", 3: "Polygon", 6: "MultiPolygon"}.get(code % 1000, "")
    if code >= 4000 or name not in allowed:
        raise ValueError(f"geometry type {code}")
    at += 5
    if name == "Point":
        return at + 8 * axes
    count: int = struct.unpack_from(order + "I", wkb, at)[0]
    at += 4
    for _ in range(count):
        if name == "MultiPolygon":
            at = _end(wkb, at, ("Polygon",))
        else:
            at += 4 + 8 * axes * int(struct.unpack_from(order + "I", wkb, at)[0])
    return at


def _frame(cells: pd.DataFrame, said: NDArray[np.object_], shapes: Any, crs: CRS | None = None) -> Read:
    """The frame, and which of the geometries that were `said` could not be read."""
    unread = [finding("bad_geometry", row, "geometry") for row, (text, shape) in enumerate(zip(said, shapes, strict=True), 1)
              if text is not None and shape is None]
    cells = cells.drop(columns=[name for name in cells if str(name).casefold() == "geometry"])
    frame = gpd.GeoDataFrame(cells, geometry=np.asarray(shapes, dtype=object), crs=crs or 4326)
    return (frame if crs is None else frame.to_crs(4326)), unread
