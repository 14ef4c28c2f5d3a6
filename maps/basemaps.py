"""A region's own basemap: its roads and names as vector tiles, so that no tile server is needed.

In: a frame of roads and one of names.    Out: PMTiles files in a folder.
Never knows: a road graph, a web server, who draws the tiles (static/roads.js does, after looks.ROADS).

Two files, because the tile writer knows one span of zooms a file: `main` holds what is seen from afar, down
to secondary roads and town names; `local` holds the rest from LOCAL_ZOOM on. Stretches of one name are joined
first: labels need length, and tiles get smaller. Measured on Porto (46 370 roads): 4 s and 2.7 MB in all,
of which a screen loads what it shows; the same roads as GeoJSON are 3.0 MB gzipped, all at once.
"""
from __future__ import annotations

import shutil
import struct
import tempfile
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from maps.looks import ROADS, SETTLEMENTS

FILES = ("main", "local")
LAYER = "roads"               # name of the one layer inside each file
LOCAL_ZOOM = 12               # the lowest zoom of `local`
MAX_ZOOM = 13                 # drawn larger, not finer, beyond; a unit is then about 1 m
MIN_ZOOM = 5
BLOCK_DEG = {"main": 2.0, "local": 0.1}     # a row hardly reaches farther: it is cut anew for every tile it touches
FIRST_BYTES = 16_384          # a reader asks for so many first: PMTiles promises head and root directory within them
FIRST_RANGE = f"bytes=0-{FIRST_BYTES - 1}"
HEAD = struct.Struct("<8sQQ")  # PMTiles 3: its mark, where the root directory begins, how long it is
_KEYS = ["class", "name", "ref"]


def write_basemap(
    roads: gpd.GeoDataFrame, folder: Path, *, names: gpd.GeoDataFrame | None = None,
) -> tuple[Path, ...]:
    """Write main.pmtiles and local.pmtiles; a file with nothing to show is left out, an older one replaced.

    roads   LineStrings, EPSG:4326; `class` (a key of looks.ROADS, others are left out), `name`, `ref` (or NA)
    names   Points, EPSG:4326, with `name` and, where known, `kind` (of looks.SETTLEMENTS, else "place"): written to `main`,
            the kind as class
    Returns the files written, complete each: they are made beside and moved in.
    """
    known = roads[roads["class"].isin(list(ROADS))]
    near = known["class"].isin([name for name, look in ROADS.items() if look.from_zoom >= LOCAL_ZOOM])
    folder.mkdir(parents=True, exist_ok=True)
    far = _joined(known[~near], BLOCK_DEG["main"])
    parts = {"main": _with_names(far, names), "local": _joined(known[near], BLOCK_DEG["local"])}
    zooms = {"main": MIN_ZOOM, "local": LOCAL_ZOOM}
    written = []
    for name, frame in parts.items():
        path = folder / f"{name}.pmtiles"
        if len(frame):
            _write_tiles(frame, path, min_zoom=zooms[name])
            written.append(path)
        else:
            path.unlink(missing_ok=True)
    return tuple(written)


@lru_cache(maxsize=64)
def directory_end(path: Path) -> int:
    """How many bytes from its beginning hold a file's head and root directory: all a reader needs at first."""
    with path.open("rb") as file:
        head = file.read(HEAD.size)
    if len(head) < HEAD.size or head[:8] != b"PMTiles\x03":
        return FIRST_BYTES
    _, offset, length = HEAD.unpack(head)
    return min(offset + length, FIRST_BYTES) if length else FIRST_BYTES


def _joined(roads: gpd.GeoDataFrame, block_deg: float) -> gpd.GeoDataFrame:
    """One row per class, name and ref within a block, its stretches merged end to end."""
    if roads.empty:
        return roads[[*_KEYS, "geometry"]]
    keys = roads[_KEYS].astype(object).where(roads[_KEYS].notna(), "")
    blocks = (roads.geometry.bounds[["minx", "miny"]] // block_deg).astype(int)
    by = [*_KEYS, blocks["minx"], blocks["miny"]]
    rows = [(*key[:3], shapely.line_merge(shapely.multilinestrings(roads.geometry.to_numpy()[at])))
            for key, at in keys.groupby(by, sort=True).indices.items()]
    return gpd.GeoDataFrame(rows, columns=[*_KEYS, "geometry"], geometry="geometry", crs=4326)


def _with_names(roads: gpd.GeoDataFrame, names: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    if names is None or names.empty:
        return roads
    kind = names["kind"] if "kind" in names else pd.Series(None, index=names.index, dtype=object)
    said = {"class": kind.where(kind.isin(list(SETTLEMENTS)), "place"), "name": names["name"].astype(str), "ref": ""}
    points = gpd.GeoDataFrame(said, geometry=names.geometry.to_numpy(), crs=4326)
    return gpd.GeoDataFrame(pd.concat([roads, points], ignore_index=True), geometry="geometry", crs=4326)


def _write_tiles(frame: gpd.GeoDataFrame, path: Path, *, min_zoom: int) -> None:
    # a whole folder beside: GDAL keeps a temporary database next to the file it writes
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".tiles-") as beside:
        new = Path(beside) / path.name
        pyogrio.write_dataframe(frame, new, driver="PMTiles", layer=LAYER, geometry_type="Unknown",
                                MINZOOM=min_zoom, MAXZOOM=MAX_ZOOM, NAME=LAYER)
        shutil.move(new, path)
