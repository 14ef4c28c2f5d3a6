"""A layer after its extract was read again: what people changed in it stays.

In: rows as the last reading gave them, as they stand now, as this reading gives them; a LayerStore.    Out: its next version.
Never knows: extracts, roads, regions. Rows are told apart by id; a row that differs from the last reading is somebody's work.
"""
from __future__ import annotations

from contextlib import suppress
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geodata.errors import LocatorError
from geodata.layers import Catalog, Layer, rows
from geodata.stores import LayerStore


def merge_rows(last: gpd.GeoDataFrame, standing: gpd.GeoDataFrame, fresh: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Fresh rows, but those that people edited, added or took out since the last reading stay edited, added or out.

    All three frames have the columns of one kind (layers.conform). Raises nothing; ids that repeat are told by checks.
    """
    before, now = _by_id(last), _by_id(standing)
    theirs = {id_ for id_, row in now.items() if before.get(id_) != row}
    out = before.keys() - now.keys()
    frames = [fresh[~fresh["id"].isin(theirs | out)], standing[standing["id"].isin(theirs)]]
    merged = pd.concat([frame for frame in frames if len(frame)] or [fresh.iloc[:0]], ignore_index=True)
    return gpd.GeoDataFrame(merged.sort_values("id", ignore_index=True), crs=4326)


def is_same(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> bool:
    """The same rows, in whatever order."""
    return len(one) == len(other) and _by_id(one) == _by_id(other)


def put_read(store: LayerStore, standing: Layer | None, kind: str, last: gpd.GeoDataFrame,
             fresh: gpd.GeoDataFrame) -> list[Layer]:
    """Put what was read into the layer of that kind's name. Returns the new version, when anything changed.

    Raises  StaleEdit when somebody changed the layer since `standing`; NoRoom.
    """
    if standing is None:
        return [store.add(kind, kind, fresh)] if len(fresh) else []
    if standing.kind != kind:
        return []                                          # somebody's own table that happens to have this name
    merged = merge_rows(last, standing.frame, fresh)
    return [] if is_same(standing.frame, merged) else [store.replace(kind, merged, version=standing.version)]


def put_back(store: LayerStore, standing: Catalog, put: list[Layer]) -> None:
    """Let the layers of `put` stand again as they did: as new versions, for versions are never deleted."""
    for layer in put:
        with suppress(LocatorError):                       # changed again meanwhile, or no room even for this
            if layer.name in standing:
                store.replace(layer.name, standing[layer.name].frame, version=layer.version)
            else:
                store.remove(layer.name, version=layer.version)


def _by_id(frame: gpd.GeoDataFrame) -> dict[str, tuple[dict[str, Any], bytes]]:
    shapes = shapely.to_wkb(frame.geometry.to_numpy())
    return {row["id"]: (row, bytes(shape)) for row, shape in zip(rows(frame), shapes, strict=True)}
