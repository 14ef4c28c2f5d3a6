"""The contraction hierarchy of a region: ordered once, read from the disk beside other work.

In: a RoadGraph, a folder.    Out: RoutingKit's topology, now or begun.
Never knows: vehicles, questions. Reading one takes seconds in a large country, and no other thread waits meanwhile; so it is
begun as soon as it is known which region will be asked, and waited for at the first way that is looked for.
"""
from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar
from weakref import WeakSet

import numpy as np
import pyroutingkit

from geodata.errors import BadInput

if TYPE_CHECKING:
    from geodata.roads.graph import RoadGraph

T = TypeVar("T")


class Begun(Generic[T]):
    """Work in a thread of its own. Whoever asks for the result gets it; where it had gone wrong by then, it is tried again."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work, self._lock = work, Lock()
        self._future = self._begin()
        _begun.add(self)

    def _begin(self) -> Future[T]:
        future = Future[T]()

        def run() -> None:
            try:
                future.set_result(self._work())
            except BaseException as why:
                future.set_exception(why)
        Thread(target=run, name="ahead").start()
        return future

    def done(self) -> bool:
        return self._future.done()

    def result(self) -> T:
        """Waited for."""
        with self._lock:
            if self._future.done() and self._future.exception() is not None:
                self._future = self._begin()
            future = self._future
        return future.result()


Hierarchy: TypeAlias = "pyroutingkit.CCHTopology | Begun[pyroutingkit.CCHTopology]"
_ahead: dict[Path, Begun[pyroutingkit.CCHTopology]] = {}
_begun = WeakSet[Begun[Any]]()
_lock = Lock()


def build_hierarchy(graph: RoadGraph, folder: Path | None = None) -> pyroutingkit.CCHTopology:
    """Order the arcs for contraction, once a graph; saved into `folder` when given."""
    hierarchy = pyroutingkit.CCHTopology()
    middle = (graph.node_lonlat[graph.arc_tail] + graph.node_lonlat[graph.arc_head]) / 2
    lon, lat = (middle[:, axis].astype(np.float32) for axis in (0, 1))   # contiguous: a strided view is misread, silently
    start, end = graph.turn_from.astype(np.uint32), np.asarray(graph.turn_to).astype(np.uint32)
    hierarchy.build(start, end, lat, lon, graph.arcs)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        hierarchy.save(str(folder))
    return hierarchy


def load_hierarchy(folder: Path) -> pyroutingkit.CCHTopology:
    """Raises RuntimeError when the folder cannot be read."""
    hierarchy = pyroutingkit.CCHTopology()
    hierarchy.load(str(folder))
    return hierarchy


def read_ahead(folder: Path) -> None:
    """Begin to read a hierarchy that the next opening of its region will ask for."""
    with _lock:
        if folder not in _ahead:
            _ahead[folder] = Begun(lambda: _read(folder))


def hierarchy_of(folder: Path) -> Begun[pyroutingkit.CCHTopology]:
    """The hierarchy in a folder, being read. Its result raises BadInput bad_file when it is broken."""
    with _lock:
        found = _ahead.pop(folder, None)
    return found or Begun(lambda: _read(folder))


def still_reading() -> bool:
    """Is anything begun here still being done?"""
    return any(not one.done() for one in list(_begun))


def ready(hierarchy: Hierarchy) -> pyroutingkit.CCHTopology:
    return hierarchy.result() if isinstance(hierarchy, Begun) else hierarchy


def _read(folder: Path) -> pyroutingkit.CCHTopology:
    try:
        return load_hierarchy(folder)
    except RuntimeError as wrong:
        raise BadInput("bad_file", field="region", value=folder.parent.parent.parent.name, reason=str(wrong)) from wrong
