"""Roads that people close, or limit, for a time: kept beside the layers of a region, and put into its graph.

    regions/porto/closures.json    {"format": 1, "version": 7, "last": 9, "closures": [{"id": 9, "way": 123, …}, …]}

In: what people say of a road; a RoadGraph, a moment, a Profile.    Out: Closures, a key, the graph with them in force.
Never knows: engines, doors, languages. They name OpenStreetMap ways, so a rebuild of the region does not lose them.
Safe between threads and processes: one writer at a time, the file swapped in whole; readers take no lock.
"""
from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from geodata.errors import BadInput, NotFound
from geodata.geodesy import short_way
from geodata.roads.access import BOTH
from geodata.roads.graph import LIMITS, Profile, RoadGraph
from geodata.whole import no_room, write_whole

FORMAT = 1
DIRECTIONS = ("both", "forward", "backward")
MOST = 10_000                       # closures of a region
LONGEST_NOTE = 500                  # characters
# what a limit may be -> least and greatest value
RANGES = {"height_m": (0.5, 20.0), "mass_t": (0.1, 500.0), "width_m": (0.5, 20.0), "length_m": (1.0, 100.0),
          "axle_t": (0.1, 100.0), "kmh": (1.0, 150.0)}


@dataclass(frozen=True)
class Closure:
    """One road closed, or limited. at: only the stretch between two junctions nearest to it, else the whole way.

    begins, ends  aware; None: from ever, for ever. In force at begins <= t < ends
    """

    way: int
    limits: dict[str, float] = field(default_factory=dict)     # of RANGES; empty: closed
    direction: str = "both"            # forward and backward as the way is drawn in OpenStreetMap
    at: tuple[float, float] | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    note: str = ""
    id: int = 0
    made: str = ""                     # ISO 8601, UTC

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise BadInput("not_allowed", field="direction", value=self.direction, allowed=", ".join(DIRECTIONS))
        for name, value in self.limits.items():
            if name not in RANGES:
                raise BadInput("not_allowed", field="limit", value=name, allowed=", ".join(RANGES))
            low, high = RANGES[name]
            if not low <= value <= high:
                raise BadInput("out_of_range", field=name, value=value, low=low, high=high)
        if len(self.note) > LONGEST_NOTE:
            raise BadInput("too_large", field="note", value=len(self.note), limit=LONGEST_NOTE, unit="characters")
        if self.begins is not None and self.ends is not None and self.ends <= self.begins:
            raise BadInput("out_of_range", field="until", value=self.ends.isoformat(), low=self.begins.isoformat(), high="…")

    def in_force(self, at: datetime | None) -> bool:
        """At no known moment: those without times."""
        if at is None:
            return self.begins is None and self.ends is None
        return (self.begins is None or self.begins <= at) and (self.ends is None or at < self.ends)

    def meant(self, graph: RoadGraph, edges: NDArray[np.int64]) -> NDArray[np.int64]:
        """Of the edges of its way those that it means."""
        if self.at is None or not len(edges):
            return edges
        off = [_off(graph.shape(int(edge)), self.at) for edge in edges]
        return edges[[int(np.argmin(off))]]


def _off(shape: NDArray[np.float64], at: tuple[float, float]) -> float:
    """How far a point lies from a line, in degrees of latitude; for comparing only."""
    squeeze = np.array([np.cos(np.radians(at[1])), 1.0])
    xy = np.column_stack([short_way(shape[:, 0] - at[0]), shape[:, 1] - at[1]]) * squeeze
    a, step = xy[:-1], np.diff(xy, axis=0)
    t = np.clip(-(a * step).sum(axis=1) / np.maximum((step**2).sum(axis=1), 1e-24), 0.0, 1.0)
    return float(np.hypot(*(a + t[:, None] * step).T).min())


@dataclass(frozen=True)
class Closures:
    """All of a region, or those in force. Nobody changes one: each change is the next version."""

    all: tuple[Closure, ...] = ()
    version: int = 0

    def at(self, moment: datetime | None) -> Closures:
        return replace(self, all=tuple(one for one in self.all if one.in_force(moment)))

    def key(self, graph: RoadGraph, profile: Profile) -> str:
        """Equal where the same roads are changed for a vehicle: what it fits under is not in it."""
        said = ((one, _what(one, profile)) for one in self.all)
        return ";".join(f"{one.way}{one.at or ''}{one.direction[0]}{what}" for one, what in said if what)

    def edges(self, graph: RoadGraph) -> list[NDArray[np.int64]]:
        """The edges of each; none where the extract has no such way (any more)."""
        near = np.flatnonzero(np.isin(graph.edge_way, [one.way for one in self.all])) if self.all else np.empty(0, np.int64)
        way = np.asarray(graph.edge_way)[near]
        return [one.meant(graph, near[way == one.way]) for one in self.all]

    def put_into(self, graph: RoadGraph, profile: Profile) -> RoadGraph:
        """A new graph with them in force for a vehicle; the same one when there is nothing to change."""
        bearing = replace(self, all=tuple(one for one in self.all if _what(one, profile)))
        if not bearing.all:
            return graph
        ban, kmh, limit = np.array(graph.arc_ban), np.array(graph.arc_kmh), np.array(graph.arc_limit)
        for one, edges in zip(bearing.all, bearing.edges(graph), strict=True):
            sides = [i for i, side in enumerate(DIRECTIONS[1:]) if one.direction in ("both", side)]
            own = graph.edge_arcs[edges][:, sides].ravel()
            arcs = np.array([arc for first in own[own >= 0].tolist() for arc in graph.arcs_like(first)], np.int64)
            if not one.limits:
                ban[arcs] |= BOTH
            if "kmh" in one.limits:
                kmh[arcs] = np.minimum(kmh[arcs], np.float32(one.limits["kmh"]))
            for column, name in enumerate(LIMITS):
                if name in one.limits:
                    limit[arcs, column] = np.fmin(limit[arcs, column], np.float32(one.limits[name]))
        return graph.changed(arc_ban=ban, arc_kmh=kmh, arc_limit=limit)


NOTHING = Closures()


def _what(one: Closure, profile: Profile) -> str:
    """What it does to a vehicle: '' nothing."""
    if not one.limits:
        return "closed"
    over = [f"{name}{value}" for name, value in one.limits.items() if name in LIMITS and getattr(profile, name) > value]
    return ",".join(over + ([f"kmh{one.limits['kmh']}"] if "kmh" in one.limits else []))


class ClosureStore:
    """The closures of one region under its folder."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "closures.json"
        self._known: tuple[tuple[int, int, int] | None, Closures] = (None, NOTHING)

    def read(self) -> Closures:
        """As they stand now; read again only when the file was swapped. Raises BadInput bad_file."""
        try:
            stat = self.file.stat()
        except FileNotFoundError:
            return NOTHING
        seen = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if self._known[0] != seen:
            self._known = (seen, self._read())
        return self._known[1]

    def add(self, one: Closure) -> Closure:
        """Put it down. Raises BadInput too_large, NoRoom."""
        with self._alone():
            standing = self._read() if self.file.is_file() else NOTHING
            if len(standing.all) >= MOST:
                raise BadInput("too_large", field="closures", value=len(standing.all) + 1, limit=MOST, unit="closures")
            number = standing.version + 1
            made = replace(one, id=number, made=datetime.now(UTC).isoformat(timespec="seconds"))
            self._write(Closures((*standing.all, made), number))
        return made

    def lift(self, way: int, *, direction: str = "both", at: tuple[float, float] | None = None) -> tuple[Closure, ...]:
        """Take away those of a way: in one direction, at the same point, or all. Raises NotFound unknown_closure.

        One that holds for both directions goes on for the other when only one is opened.
        """
        with self._alone():
            standing = self._read() if self.file.is_file() else NOTHING
            gone = tuple(one for one in standing.all if one.way == way and (at is None or one.at in (None, at))
                         and (direction == "both" or one.direction in (direction, "both")))
            if not gone:
                raise NotFound("unknown_closure", field="road", value=way)
            other = {"forward": "backward", "backward": "forward"}.get(direction)
            kept = [replace(one, direction=other) if one in gone and other and one.direction == "both" else one
                    for one in standing.all if one not in gone or (other and one.direction == "both")]
            self._write(Closures(tuple(kept), standing.version + 1))
        return gone

    def _read(self) -> Closures:
        try:
            said = orjson.loads(self.file.read_bytes())
            if said["format"] != FORMAT:
                raise ValueError(f"format {said['format']}, this program reads {FORMAT}")
            return Closures(tuple(_closure(one) for one in said["closures"]), int(said["version"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise BadInput("bad_file", field="region", value=self.file.name, reason=str(wrong)[:200]) from wrong

    def _write(self, closures: Closures) -> None:
        said = {"format": FORMAT, "version": closures.version, "closures": [asdict(one) for one in closures.all]}
        write_whole(self.file, orjson.dumps(said, option=orjson.OPT_INDENT_2))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            lock = (self.file.parent / ".closures.lock").open("a")
        except OSError as why:
            raise no_room(why, self.file) from why
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _closure(said: dict[str, Any]) -> Closure:
    times = {name: None if said[name] is None else datetime.fromisoformat(said[name]) for name in ("begins", "ends")}
    return Closure(**{**said, **times, "at": None if said["at"] is None else (float(said["at"][0]), float(said["at"][1]))})
