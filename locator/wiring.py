"""Where the rooms meet: regions are built, opened and handed to the doors.

In: Settings, names.    Out: Locator, summaries.
Never knows: a request, a terminal. The embedded default is built when first asked for, by the same import as any extract.
"""
from __future__ import annotations

import fcntl
import multiprocessing
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from errno import ENOSPC
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from babel.core import get_global
from pyogrio.errors import DataSourceError

from geodata.errors import BadInput, LocatorError, Unavailable
from geodata.files import read_table
from geodata.regions import Facts, Region, build_region, list_regions, open_region, region_folder
from geodata.roads.frames import roads_frame
from geodata.roads.graph import RoadGraph
from geodata.roads.speed_table import changed, read_changes
from geodata.roads.store import is_of_this_format
from geodata.samples.wujin import write_sample
from geodata.stores import LayerStore
from geodata.whole import no_room
from locator.engines.hierarchy import build_hierarchy
from locator.engines.network import Network
from locator.locator import Locator
from locator.memory import keep_memory
from locator.settings import Settings
from locator.vehicles import vehicle
from maps.basemaps import write_basemap

if TYPE_CHECKING:
    from locator.audit.asking import AuditAsk
    from locator.audit.depths import Auditor

SAMPLE = "wujin"
DASK_WAIT_S = 10
Progress = Callable[[str, float, float], None]          # a step, done, in all
# how far a build has come when each step begins, by the time each took on Porto
BEGINS = {"ways": 0.0, "nodes": 0.2, "graph": 0.35, "places": 0.45, "hierarchy": 0.55, "basemap": 0.8, "done": 1.0}
PRINCIPAL = {"CN": "Asia/Shanghai", "DE": "Europe/Berlin", "PT": "Europe/Lisbon", "ES": "Europe/Madrid", "FR": "Europe/Paris"}
_open: dict[tuple[Path, str], Locator] = {}
_lock = Lock()


def open_locator(settings: Settings, region: str | None = None) -> Locator:
    """The Locator of a region, the settings' own by default; kept until a newer build stands. Raises NotFound, BadInput."""
    name = region or settings.region
    ensure_sample(settings, name)
    with _lock:
        found = open_region(settings.data, name)
        key = (settings.data.resolve(), name)
        if key not in _open or _open[key].region.number != found.number:
            _open[key] = Locator(found, pool=settings.vehicle_pool)
        return _open[key]


@dataclass(frozen=True)
class AuditorThere:
    """The way to an Auditor in any process that sees the same LOCATOR_DATA; there it is opened once."""

    settings: Settings
    region: str
    ask: AuditAsk
    now: datetime

    def __call__(self) -> Auditor:
        return _auditor(self)


@lru_cache(maxsize=2)
def _auditor(there: AuditorThere) -> Auditor:
    from locator.audit.depths import Auditor  # read by those who audit
    return Auditor(open_locator(there.settings, there.region), there.ask, there.now)


@contextmanager
def audit_executor(settings: Settings, workers: int) -> Iterator[tuple[Executor, int]]:
    """Where trips are audited, and by how many: a Dask cluster where LOCATOR_DASK names one, else processes here. Raises
    Unavailable when the cluster does not answer."""
    if settings.dask:
        from distributed import Client
        try:
            client: Any = Client(settings.dask, timeout=DASK_WAIT_S)  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError, ValueError) as why:
            raise Unavailable("no_cluster", value=settings.dask) from why
        with client, client.get_executor(pure=False) as cluster:
            yield cluster, max(sum(client.nthreads().values()), 1)
    elif workers == 1:
        from locator.audit.running import Inline
        yield Inline(), 1
    else:
        context = multiprocessing.get_context("spawn")            # this process may have threads, which no fork survives
        with ProcessPoolExecutor(workers, mp_context=context, initializer=keep_memory) as pool:
            yield pool, workers


def open_layers(settings: Settings, region: str | None = None) -> LayerStore:
    name = region or settings.region
    ensure_sample(settings, name)
    return open_region(settings.data, name).layers


def build(settings: Settings, name: str, files: Sequence[Path], *, country: str | None = None, tz: str | None = None,
          speeds: Path | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Build a region from extracts and say what was read. Raises BadInput, NoRoom; the region then stays as it was.

    speeds  a file of changes to the table of speeds; without one those of the standing build hold
    """
    country = country.upper() if country else None
    own = read_changes(speeds) if speeds else _standing_speeds(settings, name)
    facts = Facts(name, country, tz or zone_of(country), title_zh=name, title_en=name, speeds=own)
    return region_json(_build(settings, facts, files, progress))


def _standing_speeds(settings: Settings, name: str) -> dict[str, Any]:
    with suppress(LocatorError):                          # none yet, or none that can be read
        return open_region(settings.data, name).facts.speeds
    return {}


def _build(settings: Settings, facts: Facts, files: Sequence[Path], progress: Progress | None, *,
           own_layers: bool = True) -> Region:
    def show(step: str, done: int) -> None:
        if progress is not None:
            progress(f"{step} {done}" if done else step, BEGINS[step], 1.0)

    def hierarchy(graph: RoadGraph, folder: Path) -> None:
        show("hierarchy", 0)
        try:
            Network(graph, vehicle().profile, build_hierarchy(graph, folder / "hierarchy")).keep()
        except RuntimeError as wrong:
            raise no_room(OSError(ENOSPC, str(wrong)), folder) from wrong

    def basemap(graph: RoadGraph, folder: Path) -> None:
        show("basemap", 0)
        try:
            write_basemap(roads_frame(graph), folder / "basemap", names=_labels(folder))
        except DataSourceError as wrong:                  # GDAL names no errno; nothing but a write can fail here
            raise no_room(OSError(ENOSPC, str(wrong)), folder) from wrong

    region = build_region(settings.data, facts, files, prepare=(hierarchy, basemap), progress=show, own_layers=own_layers)
    show("done", 0)
    return region


def _labels(folder: Path) -> gpd.GeoDataFrame | None:
    file = folder / "names.csv"
    names = pd.read_csv(file) if file.is_file() else pd.DataFrame({"name": [], "kind": [], "lon": [], "lat": []})
    return gpd.GeoDataFrame(names[["name", "kind"]], geometry=gpd.points_from_xy(names["lon"], names["lat"]), crs=4326)


def zone_of(country: str | None) -> str:
    """The principal time zone of a country (CLDR); UTC where it is not known or there are several."""
    zones = get_global("territory_zones").get(country or "", ())
    return PRINCIPAL.get(country or "", zones[0] if len(zones) == 1 else "UTC")


def regions(settings: Settings) -> list[dict[str, Any]]:
    ensure_sample(settings, settings.region)
    return [region_json(open_region(settings.data, name)) for name in list_regions(settings.data)]


def region_summary(settings: Settings, region: str | None = None) -> dict[str, Any]:
    name = region or settings.region
    ensure_sample(settings, name)
    return region_json(open_region(settings.data, name))


def region_json(region: Region) -> dict[str, Any]:
    """What a region is made of; what was read, dropped and why."""
    facts = region.facts
    said = {name: getattr(facts, name) for name in ("name", "title_zh", "title_en", "country", "tz", "driving_side", "schematic",
                                                      "attribution", "has_roads", "built")}
    return {**said, "files": list(facts.files), "bbox": list(facts.bbox), "layers": len(region.layers.catalog()),
            "arcs": facts.summary.get("arcs", 0), "summary": facts.summary,
            "speeds": changed(facts.speeds).changes() if facts.speeds else {}}


def ensure_sample(settings: Settings, name: str) -> None:
    """Build the embedded default on first use; others who ask meanwhile wait for it."""
    if name != SAMPLE or _sample_stands(settings):
        return
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        lock = (settings.data / ".sample.lock").open("a")
    except OSError as why:
        raise no_room(why, settings.data) from why
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _sample_stands(settings):
            _build_sample(settings)


def _sample_stands(settings: Settings) -> bool:
    """Is it built, by a version whose roads this one reads?"""
    pointer = region_folder(settings.data, SAMPLE) / "current"
    return pointer.is_file() and is_of_this_format(open_region(settings.data, SAMPLE).build / "roads")


def _build_sample(settings: Settings) -> None:
    """The tables first, the roads last: until the region's pointer stands, nobody sees half of it."""
    with tempfile.TemporaryDirectory(prefix="locator-sample-") as made:
        sample = write_sample(Path(made))
        names = ("name", "country", "tz", "title_zh", "title_en", "schematic", "attribution")
        said = {name: sample.region[name] for name in names}
        store = LayerStore(region_folder(settings.data, SAMPLE) / "layers")
        for name, (kind, file) in sample.layers.items():
            if name not in store.catalog():
                store.add(name, kind, _sample_table(kind, file))
        _build(settings, Facts(**said), [sample.osm], None, own_layers=False)


def _sample_table(kind: str, file: Path) -> gpd.GeoDataFrame:
    frame, findings = read_table(file, kind=kind, datum="wgs84")
    errors = [f for f in findings if f.severity == "error"]
    if errors:
        raise BadInput("bad_table", field="file", value=file.name, errors=len(errors))
    return frame
