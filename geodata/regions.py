"""A region: its roads, its layers, its names, in one folder; built beside what stands, then swapped in by a rename.

    regions/porto/current        "2"
    regions/porto/builds/0002/   region.json  names.csv  roads/*.npy  places/*.gpkg (as read) and what the doors prepared
    regions/porto/layers/        LayerStore: edited between builds, never lost by one
    regions/porto/closures.json  ClosureStore: the same

In: extracts, a folder.    Out: Region.
Never knows: engines, screens. What a door wants prepared beside the roads it passes in as `prepare`.
"""
from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import geopandas as gpd
import pandas as pd
import pyogrio

from geodata.checks import read_and_check
from geodata.errors import BadInput, NotFound
from geodata.gazetteer import Gazetteer
from geodata.geofiles import geopackage
from geodata.layers import Layer, conform
from geodata.rebuilt import put_back, put_read
from geodata.roads.closures import ClosureStore
from geodata.roads.graph import RoadGraph
from geodata.roads.osm import Progress, quiet, read_roads
from geodata.roads.places import read_places
from geodata.roads.snap import SnapGrid, find_grid
from geodata.roads.speed_table import changed
from geodata.roads.store import read_array, read_roads_folder, write_array, write_roads
from geodata.roads.turning import KEEP_LEFT
from geodata.stores import LayerStore
from geodata.whole import no_room, sync_folder, write_whole

Frames = dict[str, gpd.GeoDataFrame]
Prepare = Callable[[RoadGraph, Path], None]
NAME_TEXTS = ("name", "name_en", "alt", "kind")
NAMES = (*NAME_TEXTS, "lon", "lat")
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
OSM_ENDINGS = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")
OSM_CREDIT = "© OpenStreetMap contributors, ODbL"
READ_KINDS = ("service_area", "lorry_park", "fuel")         # layers of that name are filled from the extracts


@dataclass(frozen=True)
class Facts:
    """What a region says of itself. country None: not known; tz is then UTC unless given."""

    name: str
    country: str | None = None
    tz: str = "UTC"
    title_zh: str = ""
    title_en: str = ""
    schematic: bool = False
    attribution: str = OSM_CREDIT
    driving_side: str = "right"
    files: tuple[str, ...] = ()
    built: str = ""
    has_roads: bool = True
    bbox: tuple[float, ...] = ()
    summary: dict[str, Any] = field(default_factory=dict)
    speeds: dict[str, Any] = field(default_factory=dict)         # its own changes to the table of speeds


class Region:
    """One built region, opened for reading. Arrays stay on disk until asked for."""

    def __init__(self, folder: Path, number: int) -> None:
        self.folder, self.build = folder, folder / "builds" / f"{number:04d}"
        self.number = number
        try:
            said = json.loads((self.build / "region.json").read_text(encoding="utf-8"))
            self.facts = Facts(**{**said, "files": tuple(said["files"]), "bbox": tuple(said["bbox"])})
        except (OSError, ValueError, KeyError, TypeError) as wrong:
            raise BadInput("bad_file", field="region", value=folder.name, reason=str(wrong)) from wrong
        self.name = self.facts.name
        self.tz = ZoneInfo(self.facts.tz)
        self.layers = LayerStore(folder / "layers")
        self.closures = ClosureStore(folder)

    @cached_property
    def roads(self) -> RoadGraph | None:
        return read_roads_folder(self.build / "roads", region=self.name) if self.facts.has_roads else None

    @cached_property
    def grid(self) -> SnapGrid:
        return SnapGrid(*(read_array(self.build / "roads" / f"grid_{part}.npy") for part in ("key", "edge")))

    @cached_property
    def names(self) -> pd.DataFrame:
        """Towns and other named places of the extract."""
        return pd.read_csv(self.build / "names.csv", dtype=dict.fromkeys(NAME_TEXTS, "str"), keep_default_na=False,
                            na_values={c: [""] for c in NAMES})          # a town may be called NA or None

    def gazetteer(self) -> Gazetteer:
        """Names of towns, and of every place in the layers as they stand now, except fuel stations."""
        frames = [self.names]
        for layer in self.layers.catalog().places.values():
            if layer.kind != "fuel" and len(layer):
                frames.append(_names_of(layer))
        return Gazetteer(pd.concat(frames, ignore_index=True).dropna(subset=["name"]))


def _names_of(layer: Layer) -> pd.DataFrame:
    table = pd.DataFrame({"name": layer.frame["name"], "name_en": layer.frame["name_en"], "kind": layer.kind})
    return table.assign(lon=layer.points[:, 0], lat=layer.points[:, 1])


def open_region(data: Path, name: str) -> Region:
    """Raises NotFound unknown_region, BadInput bad_name."""
    folder = region_folder(data, name)
    pointer = folder / "current"
    if not pointer.is_file():
        raise NotFound("unknown_region", field="region", value=name, known=", ".join(list_regions(data)))
    return Region(folder, _number(pointer))


def _number(pointer: Path) -> int:
    text = pointer.read_text(errors="replace")
    if not text.strip().isdecimal():
        raise BadInput("bad_file", field="region", value=pointer.parent.name, reason="current")
    return int(text)


def region_folder(data: Path, name: str) -> Path:
    if not NAME.fullmatch(name):
        raise BadInput("bad_name", field="region", value=name)
    return data / "regions" / name


def list_regions(data: Path) -> list[str]:
    return sorted(p.parent.name for p in (data / "regions").glob("*/current"))


def build_region(data: Path, facts: Facts, files: Sequence[Path], *, prepare: Sequence[Prepare] = (), progress: Progress = quiet,
                 own_layers: bool = True) -> Region:
    """Build a region from OpenStreetMap extracts (none: a region without roads), beside what stands; then swap it in.

    own_layers  put the places of the extracts (READ_KINDS) into the layers of that name, as new versions; rows that people
                edited, added or took out stay so, and all other layers stay as they are
    Raises  BadInput (bad_name, bad_file, empty_file, file_not_found, not_allowed), NoRoom. The region then stays as it was.
    """
    folder = region_folder(data, facts.name)
    check_facts(facts)
    for file in files:
        if not file.is_file():
            raise BadInput("file_not_found", field="files", value=str(file))
        if not file.name.endswith(OSM_ENDINGS):
            raise BadInput("bad_file", field="files", value=file.name, reason="not_osm")
    try:
        with _alone(data):                                 # nobody takes the folder away again before ours stands in it
            is_new = not folder.exists()
            (folder / "builds").mkdir(parents=True, exist_ok=True)
            work = Path(tempfile.mkdtemp(prefix=".part-", dir=folder / "builds"))
        try:
            frames = _write_build(work, facts, list(files), prepare, progress)
            _flush(work)
            with _alone(data):
                return Region(folder, _publish(folder, work, frames if own_layers and files else {}))
        finally:
            shutil.rmtree(work, ignore_errors=True)
            _forget(data, folder, is_new)
    except OSError as why:
        raise no_room(why, folder) from why


def _publish(folder: Path, work: Path, frames: Frames) -> int:
    """Number the build, put its places into the layers, and point at it last; all is undone when the disk fails in between."""
    pointer, store = folder / "current", LayerStore(folder / "layers")
    before = _number(pointer) if pointer.is_file() else None
    number = 1 + max((int(p.name) for p in (folder / "builds").glob("[0-9]*")), default=0)
    build = work.rename(folder / "builds" / f"{number:04d}")
    standing, put = store.catalog(), list[Layer]()
    try:
        for kind, fresh in frames.items():
            put += put_read(store, standing.get(kind), kind, _read_places(folder, before, kind), fresh)
        sync_folder(folder / "builds")
        write_whole(pointer, str(number).encode())
    except BaseException:
        shutil.rmtree(build, ignore_errors=True)           # the room it gives back is what the old versions may need
        put_back(store, standing, put)
        raise
    _drop_old(folder, {number, before})
    return number


def _read_places(folder: Path, number: int | None, kind: str) -> gpd.GeoDataFrame:
    """The places as the standing build read them; none where there is no such build or it had none."""
    file = folder / "builds" / f"{number or 0:04d}" / "places" / f"{kind}.gpkg"
    return conform(pyogrio.read_dataframe(file) if file.is_file() else gpd.GeoDataFrame(geometry=[], crs=4326), kind)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One build at a time begins, is swapped in or is given up."""
    (data / "regions").mkdir(parents=True, exist_ok=True)
    with (data / "regions" / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget(data: Path, folder: Path, is_new: bool) -> None:
    """After the first build of a region failed: leave nothing, unless another build of it is under way."""
    with suppress(OSError), _alone(data):
        if (folder / "current").exists() or any((folder / "builds").glob(".part-*")):
            return
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            (folder / "builds").rmdir()
            folder.rmdir()


def _flush(folder: Path) -> None:
    """Everything in the folder is on the disk before anything points at it."""
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def check_facts(facts: Facts) -> None:
    if facts.tz not in available_timezones():
        raise BadInput("not_allowed", field="tz", value=facts.tz, allowed="Asia/Shanghai, Europe/Lisbon, …")
    if facts.country is not None and not re.fullmatch("[A-Z]{2}", facts.country):
        raise BadInput("not_allowed", field="country", value=facts.country, allowed="CN, DE, PT, …")
    changed(facts.speeds)


def _write_build(work: Path, facts: Facts, files: list[Path], prepare: Sequence[Prepare], progress: Progress) -> Frames:
    """Everything of one build into its folder. Returns the frames of READ_KINDS, also empty ones."""
    work.chmod(0o755)
    said = {**vars(facts), "driving_side": "left" if facts.country in KEEP_LEFT else "right", "files": [f.name for f in files],
            "has_roads": bool(files), "attribution": facts.attribution if files or facts.attribution != OSM_CREDIT else "",
            "built": datetime.now(UTC).isoformat(timespec="seconds")}
    frames, names, graph = Frames(), pd.DataFrame({column: [] for column in NAMES}), None
    if files:
        graph, found = read_roads(files, progress=progress, speeds=changed(facts.speeds).of(facts.country))
        write_roads(graph, work / "roads")
        grid = find_grid(graph)
        write_array(work / "roads" / "grid_key.npy", grid.key)
        write_array(work / "roads" / "grid_edge.npy", grid.edge)
        progress("places", 0)
        read, names = read_places(files, progress=progress)
        for kind in READ_KINDS:
            frame = conform(read.get(kind, gpd.GeoDataFrame(geometry=[], crs=4326)), kind)
            frames[kind], _ = read_and_check(frame, kind)            # as the store will have it, so that a change shows
            if len(frame):
                write_whole(work / "places" / f"{kind}.gpkg", geopackage(Layer.of(kind, kind, frames[kind])))
        said["bbox"] = [float(v) for v in (*graph.shape_lonlat.min(axis=0), *graph.shape_lonlat.max(axis=0))]
        said["summary"] = {**found.as_dict(), "places": {k: len(f) for k, f in frames.items() if len(f)}, "names": len(names)}
    pd.DataFrame(names)[list(NAMES)].to_csv(work / "names.csv", index=False)
    (work / "region.json").write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
    if graph is not None:
        for step in prepare:
            step(graph, work)
    return frames


def _drop_old(folder: Path, keep: set[int | None]) -> None:
    """The build before stays, for those who still read it; older ones go, and what builds that were killed left behind."""
    for build in (folder / "builds").glob("[0-9]*"):
        if int(build.name) not in keep:
            shutil.rmtree(build, ignore_errors=True)
    for part in (folder / "builds").glob(".part-*"):
        with suppress(OSError):
            if datetime.now().timestamp() - part.stat().st_mtime > 86_400:
                shutil.rmtree(part, ignore_errors=True)
