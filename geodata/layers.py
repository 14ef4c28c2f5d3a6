"""Layers and the catalogue of them: what the questions are asked of.

In: a frame, EPSG:4326, whatever its columns.    Out: Layer (its table's columns, points, index), Catalog.
Never knows: where it is stored, who asks. Nobody changes a frame he was handed: every change is a new Layer.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.columns import KINDS, SERVICES, TABLES, Column, services_of
from geodata.errors import BadInput, NotFound
from geodata.index import SpatialIndex

DTYPES = {"str": "str", "services": "str", "date": "str", "time": "str",
          "int": "Int64", "float": "float64", "bool": "boolean"}
_NAME = re.compile(r"[^\W_][\w-]{0,62}")      # a folder and a URL segment, of any script
_FIRST_SERVICE = 16                           # bits 0-15 are kinds, 16-63 services


def kind_bits(kinds: Iterable[str]) -> int:
    """The flag bits of these kinds: for `any_of` of the index."""
    return _bits("kinds", kinds, list(KINDS), 0)


def service_bits(services: Iterable[str]) -> int:
    """The flag bits of these services: for `need` of the index."""
    return _bits("services", services, list(SERVICES), _FIRST_SERVICE)


def _bits(what: str, codes: Iterable[str], known: list[str], first: int) -> int:
    bits = 0
    for code in codes:
        if code not in known:
            raise BadInput("not_allowed", field=what, value=code, allowed=", ".join(known))
        bits |= 1 << (first + known.index(code))
    return bits


def layer_name(name: str) -> str:
    """`name` when it may name a layer. Raises BadInput bad_name."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadInput("bad_name", field="name", value=name)
    return name


def columns_of(kind: str) -> tuple[Column, ...]:
    """The column table of a kind of layer. Raises BadInput not_allowed."""
    if kind not in TABLES:
        raise BadInput("not_allowed", field="kind", value=kind, allowed=", ".join(TABLES))
    return TABLES[kind]


def conform(frame: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    """A new frame with exactly the columns of `kind`, in order and dtype, rows numbered from 0, EPSG:4326.

    A column that is missing is unknown throughout; one that is not in the table is left out.
    Raises  BadInput bad_table when a value does not fit its dtype (checks.check says which).
    """
    columns = [column for column in columns_of(kind) if column.dtype != "geometry"]
    frame = frame.reset_index(drop=True)
    try:
        made = {column.name: _typed(frame, column) for column in columns}
    except (TypeError, ValueError) as why:
        raise BadInput("bad_table", field=None, value=str(why), errors=1) from why
    geometry = frame.geometry.set_crs(4326) if frame.crs is None else frame.geometry.to_crs(4326)
    if "kind" in made and kind in KINDS:
        made["kind"] = made["kind"].fillna(kind)
    return gpd.GeoDataFrame(made, geometry=geometry.rename("geometry"), index=frame.index)


def _typed(frame: pd.DataFrame, column: Column) -> pd.Series[Any]:
    dtype = DTYPES[column.dtype]
    if column.name not in frame:
        return pd.Series(None, index=frame.index, dtype=dtype)
    values = frame[column.name].astype("object")
    if dtype == "str":                        # an id column of whole numbers is text here
        return values.map(str, na_action="ignore").astype("str")
    values = values.where(values.notna(), None if dtype == "boolean" else np.nan)
    return (values if dtype == "boolean" else pd.to_numeric(values)).astype(dtype)


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as plain dicts without geometry; unknown is None, numbers are Python's. For doors."""
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).astype("object")
    records: list[dict[str, Any]] = plain.where(plain.notna(), None).to_dict("records")
    return records


@dataclass(frozen=True, eq=False)
class Layer:
    """Rows of one kind under one name. `version` rises by one with every stored change."""

    name: str
    kind: str                     # a key of columns.TABLES
    frame: gpd.GeoDataFrame       # the columns of its table, EPSG:4326
    version: int = 1

    @classmethod
    def of(cls, name: str, kind: str, frame: gpd.GeoDataFrame, version: int = 1) -> Layer:
        """A layer of any frame with some of the columns of `kind`."""
        return cls(layer_name(name), kind, conform(frame, kind), version)

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def points(self) -> NDArray[np.float64]:
        """(n, 2) lon, lat: the point itself, or one inside the polygon."""
        inside = shapely.point_on_surface(self.frame.geometry.to_numpy())
        return np.column_stack([shapely.get_x(inside), shapely.get_y(inside)]).reshape(-1, 2)

    @cached_property
    def flags(self) -> NDArray[np.uint64]:
        """(n,) the kind and service bits of each row."""
        if "kind" not in self.frame or "services" not in self.frame:
            return np.zeros(len(self.frame), dtype=np.uint64)
        kinds = self.frame["kind"].map(lambda kind: kind_bits([kind]))
        services = self.frame["services"].map(lambda cell: service_bits(s.what for s in services_of(cell)))
        return np.asarray(kinds.to_numpy(np.uint64) | services.to_numpy(np.uint64))

    @cached_property
    def index(self) -> SpatialIndex:
        """The spatial index of the points, with the flags."""
        return SpatialIndex(self.points, self.flags)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """id -> row."""
        return {key: row for row, key in enumerate(self.frame["id"])}


@dataclass(frozen=True, eq=False)
class Catalog(Mapping[str, Layer]):
    """Layers by name, in the order they were added. Immutable: with_layer and without give a new one."""

    _layers: dict[str, Layer] = field(default_factory=dict)

    @classmethod
    def of(cls, *layers: Layer) -> Catalog:
        return cls({layer.name: layer for layer in layers})

    def __getitem__(self, name: str) -> Layer:
        if name not in self._layers:
            raise NotFound("unknown_layer", field="layer", value=name, known=", ".join(self._layers))
        return self._layers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)

    def __contains__(self, name: object) -> bool:
        return name in self._layers

    def get(self, name: str, default: Any = None) -> Any:
        return self._layers.get(name, default)

    def with_layer(self, layer: Layer) -> Catalog:
        return Catalog({**self._layers, layer.name: layer})

    def without(self, name: str) -> Catalog:
        return Catalog({key: layer for key, layer in self._layers.items() if key != self[name].name})

    @property
    def places(self) -> dict[str, Layer]:
        """The layers that hold places (not grid cells, not events)."""
        return {name: layer for name, layer in self._layers.items() if layer.kind in {*KINDS, "places"}}
