"""Layers at rest: a folder a layer, a GeoPackage a version, and a pointer that is swapped by a rename.

    layers/homes/0001.gpkg  0001.json  0002.gpkg  0002.json  current -> "2"

In: frames of any origin, checked once more.    Out: Catalog, and the history of each layer; no version is ever deleted.
Never knows: who edits, over which door. Safe between threads and processes; readers take no lock.
"""
from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import geopandas as gpd
import orjson
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geodata.checks import read_and_check
from geodata.errors import BadInput, NotFound, StaleEdit, Unavailable
from geodata.geofiles import geopackage
from geodata.layers import Catalog, Layer, conform, layer_name
from geodata.whole import no_room, write_whole

LOCK_WAIT_S = 30.0


@dataclass(frozen=True)
class Change:
    """One step in the history of a layer."""

    version: int
    what: str        # add, replace, remove
    kind: str
    rows: int
    at: str          # ISO 8601, UTC


class LayerStore:
    """The layers of one region under one folder."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._read: dict[tuple[str, int], Layer] = {}      # versions never change, so they are read once

    def catalog(self) -> Catalog:
        """The layers as they stand now, by name."""
        changes = {name: self._current(name) for name in self._names()}
        return Catalog.of(*(self.version(name, change.version) for name, change in changes.items()
                            if change is not None and change.what != "remove"))

    def add(self, name: str, kind: str, frame: gpd.GeoDataFrame) -> Layer:
        """A new layer. Raises BadInput layer_exists, bad_name, bad_table; NoRoom."""
        with self._locked():
            current = self._current(layer_name(name))
            if current is not None and current.what != "remove":
                raise BadInput("layer_exists", field="name", value=name)
            return self._write(name, "add", kind, frame, 1 if current is None else current.version + 1)

    def replace(self, name: str, frame: gpd.GeoDataFrame, *, version: int | None = None) -> Layer:
        """The next version of a layer. `version` is the one the editor saw; StaleEdit when not current."""
        with self._locked():
            current = self._standing(name, version)
            return self._write(name, "replace", current.kind, frame, current.version + 1)

    def remove(self, name: str, *, version: int | None = None) -> None:
        """Take a layer out of the catalogue; its versions stay."""
        with self._locked():
            current = self._standing(name, version)
            self._point(name, Change(current.version + 1, "remove", current.kind, 0, _now()))

    def history(self, name: str) -> tuple[Change, ...]:
        """Every change, oldest first. Raises NotFound unknown_layer."""
        current = self._current(name)
        if current is None:
            raise self._unknown(name)
        return tuple(self._change(name, number) for number in range(1, current.version + 1))

    def version(self, name: str, number: int) -> Layer:
        """One version of a layer, also of one since removed. Raises NotFound unknown_layer."""
        if (name, number) not in self._read:
            file = self._file(name, number, "gpkg")
            if not file.is_file():
                raise self._unknown(name)
            self._read[name, number] = _read(file, name, self._change(name, number))
        return self._read[name, number]

    def _names(self) -> list[str]:
        return sorted(pointer.parent.name for pointer in self.folder.glob("*/current"))

    def _file(self, name: str, number: int, ending: str) -> Path:
        return self.folder / layer_name(name) / f"{number:04d}.{ending}"

    def _current(self, name: str) -> Change | None:
        pointer = self.folder / layer_name(name) / "current"
        return self._change(name, int(pointer.read_text())) if pointer.is_file() else None

    def _change(self, name: str, number: int) -> Change:
        return Change(**orjson.loads(self._file(name, number, "json").read_bytes()))

    def _standing(self, name: str, seen: int | None) -> Change:
        current = self._current(name)
        if current is None or current.what == "remove":
            raise self._unknown(name)
        if seen is not None and seen != current.version:
            raise StaleEdit("stale_edit", field="version", value=seen, current=current.version)
        return current

    def _unknown(self, name: str) -> NotFound:
        return NotFound("unknown_layer", field="layer", value=name, known=", ".join(self.catalog()))

    def _write(self, name: str, what: str, kind: str, frame: gpd.GeoDataFrame, number: int) -> Layer:
        typed, found = read_and_check(frame, kind)
        errors = [one for one in found if one.severity == "error"]
        if errors:
            first = f"{errors[0].code} row {errors[0].row} {errors[0].column} {errors[0].value}"
            raise BadInput("bad_table", field="frame", value=f"{name}: {first}", errors=len(errors))
        layer = Layer.of(name, kind, typed, number)
        write_whole(self._file(name, number, "gpkg"), geopackage(layer))
        self._point(name, Change(number, what, kind, len(layer), _now()))
        self._read[name, number] = layer
        return layer

    def _point(self, name: str, change: Change) -> None:
        write_whole(self._file(name, change.version, "json"), orjson.dumps(asdict(change)))
        write_whole(self.folder / name / "current", str(change.version).encode())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / ".lock").open("a")
        except OSError as why:
            raise no_room(why, self.folder) from why
        with lock:
            _wait_for(lock)
            yield                                  # closing the file gives the lock back


def _read(file: Path, name: str, change: Change) -> Layer:
    try:
        frame = pyogrio.read_dataframe(file)
    except (DataSourceError, DataLayerError) as why:
        raise BadInput("bad_file", field="layer", value=str(file), reason="gpkg") from why
    return Layer(name, change.kind, conform(frame, change.kind), change.version)


def _wait_for(lock: IO[str]) -> None:
    until = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as why:
            if time.monotonic() > until:
                raise Unavailable("busy", field="layer") from why
            time.sleep(0.02)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
