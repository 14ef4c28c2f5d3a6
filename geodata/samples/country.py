"""A country as long as one likes: a real extract repeated as tiles, joined by one motorway drawn by rule.

In: an .osm.pbf, a length.    Out: an .osm.pbf, and where on it the motorway's ends and service areas are.
Never knows: routes, regions. `python -m geodata.samples.country EXTRACT.osm.pbf OUT.osm.pbf --length-km 490`.

Nothing in it is a place on Earth: for tests, benches and demonstrations. The same input gives the same bytes.
"""
from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from osmium.osm.mutable import Node, Relation, Way
from tqdm import tqdm

from geodata.errors import BadInput
from geodata.geodesy import Floats, distance_m
from geodata.index import SpatialIndex
from geodata.measured import MeasuredLine
from geodata.roads.osm import Progress, quiet
from geodata.samples.motorway import STEP_M, Area, Motorway, draw_motorway
from geodata.samples.tile import Tile, read_tile

LENGTHS_KM = (10.0, 2_000.0)
GAP_DEG = 0.03                    # between two rows of tiles; the motorway runs in it
SEAM_DEG = 0.001                  # between two tiles of a row
WAVE_M, SWING_M = 35_000.0, 400.0 # the motorway is not straight
ENDS_M = 2_000                    # a route over the whole length starts and stops this far from the ends


@dataclass(frozen=True, eq=False)
class Country:
    """What was written. A route from `start` to `end` drives the whole motorway eastbound."""

    start: tuple[float, float]        # lon, lat on the eastbound carriageway
    end: tuple[float, float]
    back_start: tuple[float, float]   # the same the other way, on the westbound carriageway
    back_end: tuple[float, float]
    areas: tuple[Area, ...]           # from west to east, E before W
    motorway_m: float
    tiles: int
    nodes: int
    ways: int
    restrictions: int


@dataclass(frozen=True)
class _Grid:
    """Where the copies stand: `columns` from west to east, row 0 south of the motorway, row 1 north of it."""

    tile: Tile
    columns: int
    rows: int

    def shift(self, column: int, row: int) -> Floats:
        width, height = self.tile.size_deg
        return np.array([column * (width + SEAM_DEG), row * (height + GAP_DEG)])

    def number(self, column: int, row: int) -> int:
        return column * self.rows + row

    def copies(self) -> Iterator[tuple[int, Floats]]:
        for column in range(self.columns):
            for row in range(self.rows):
                yield self.number(column, row), self.shift(column, row)


def write_country(
    extract: Path, out: Path, *, length_km: float, rows: int = 2, progress: Progress = quiet,
) -> Country:
    """Write `out` (replaced only when whole) with a motorway of at least `length_km`.

    rows  1: tiles south of the motorway only; 2: on both sides
    Raises BadInput: bad_file, empty_file, out_of_range.
    """
    if not LENGTHS_KM[0] <= length_km <= LENGTHS_KM[1]:
        raise BadInput("out_of_range", field="length_km", value=length_km, low=LENGTHS_KM[0], high=LENGTHS_KM[1])
    if rows not in (1, 2):
        raise BadInput("not_allowed", field="rows", value=rows, allowed="1, 2")
    tile = read_tile(extract, progress=progress)
    line = _centreline(tile, length_km)
    grid = _Grid(tile, math.ceil(np.ptp(line.lonlat[:, 0]) / grid_width(tile)), rows)
    motorway = _draw(grid, line)
    part = out.with_name(f".{out.name.removesuffix('.osm.pbf')}.part.osm.pbf")
    try:
        _write(part, grid, motorway, progress)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return _country(grid, motorway)


def grid_width(tile: Tile) -> float:
    return tile.size_deg[0] + SEAM_DEG


def _centreline(tile: Tile, length_km: float) -> MeasuredLine:
    """A slow wave from the west edge of the tiles, in the gap above their first row."""
    west, north = float(tile.lonlat[:, 0].min()), float(tile.lonlat[:, 1].max()) + GAP_DEG / 2
    metres_a_deg = distance_m([west, north], [[west + 1e-3, north], [west, north + 1e-3]]) * 1e3
    along = np.arange(0.0, length_km * 1e3 + 2 * STEP_M, STEP_M)
    swing = SWING_M * np.sin(2 * math.pi * along / WAVE_M)
    lonlat = np.column_stack([west + along / metres_a_deg[0], north + swing / metres_a_deg[1]])
    if lonlat[-1, 0] >= 180.0:
        raise BadInput("out_of_range", field="length_km", value=length_km, low=LENGTHS_KM[0], high="180° E")
    return MeasuredLine(lonlat)


def _draw(grid: _Grid, line: MeasuredLine) -> Motorway:
    tile = grid.tile
    joints = SpatialIndex(tile.lonlat[tile.joints])
    west = tile.lonlat[:, 0].min()

    def to_town(hub: Floats, side: int) -> int | None:
        """The nearest through road of the tile below (eastbound hubs) or above (westbound ones)."""
        row = 0 if side > 0 else 1
        if row >= grid.rows:
            return None
        column = min(int((hub[0] - west) / grid_width(tile)), grid.columns - 1)
        ids, _ = joints.nearest([hub - grid.shift(column, row)], 1)
        return 1 + grid.number(column, row) * len(tile.lonlat) + int(tile.joints[ids[0, 0]])

    copies = grid.columns * grid.rows
    return draw_motorway(line, to_town, first_node=1 + copies * len(tile.lonlat), first_way=1 + copies * len(tile.ways))


def _write(file: Path, grid: _Grid, motorway: Motorway, progress: Progress) -> None:
    """Nodes, ways, relations, each by rising id, as readers of sorted files expect."""
    writer = osmium.SimpleWriter(str(file), overwrite=True)
    try:
        for done, thing in enumerate(_things(grid, motorway), 1):
            writer.add(thing)
            if done % 20_000 == 0:
                progress("write", done)
    finally:
        writer.close()


def _things(grid: _Grid, motorway: Motorway) -> Iterator[Any]:
    tile = grid.tile
    nodes, ways, relations = len(tile.lonlat), len(tile.ways), len(tile.restrictions)
    for copy, shift in grid.copies():
        for i, (lon, lat) in enumerate((tile.lonlat + shift).tolist()):
            yield Node(id=1 + copy * nodes + i, version=1, location=(lon, lat), tags=tile.node_tags.get(i))
    for i, place in enumerate(motorway.lonlat, motorway.first_node):
        yield Node(id=i, version=1, location=place, tags=motorway.node_tags.get(i))
    for copy, _ in grid.copies():
        for i, (refs, tags) in enumerate(tile.ways):
            yield Way(id=1 + copy * ways + i, version=1, nodes=(1 + copy * nodes + refs).tolist(), tags=tags)
    for i, (way_nodes, tags) in enumerate(motorway.ways, motorway.first_way):
        yield Way(id=i, version=1, nodes=way_nodes, tags=tags)
    for copy, _ in grid.copies():
        base = {"n": 1 + copy * nodes, "w": 1 + copy * ways}
        for i, (members, tags) in enumerate(tile.restrictions):
            yield Relation(id=1 + copy * relations + i, version=1, tags=tags,
                           members=[(kind, base[kind] + position, role) for kind, position, role in members])


def _country(grid: _Grid, motorway: Motorway) -> Country:
    copies, end_m = grid.columns * grid.rows, int(motorway.line.length_m) // STEP_M * STEP_M

    def at(side: str, at_m: int) -> tuple[float, float]:
        return motorway.lonlat_of(motorway.main[side, at_m])

    west, east = ENDS_M, end_m - ENDS_M
    return Country(
        start=at("E", west), end=at("E", east), back_start=at("W", east), back_end=at("W", west),
        areas=tuple(motorway.areas), motorway_m=motorway.line.length_m, tiles=copies,
        nodes=copies * len(grid.tile.lonlat) + len(motorway.lonlat),
        ways=copies * len(grid.tile.ways) + len(motorway.ways), restrictions=copies * len(grid.tile.restrictions))


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m geodata.samples.country", description=__doc__.split("\n")[0])
    asked.add_argument("extract", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--length-km", type=float, default=490.0)
    asked.add_argument("--rows", type=int, default=2, choices=(1, 2))
    args = asked.parse_args()
    with tqdm(unit=" objects", unit_scale=True) as bar:
        def show(step: str, done: int) -> None:
            bar.set_description(step, refresh=False)
            bar.n = done
            bar.update(0)
        made = write_country(args.extract, args.out, length_km=args.length_km, rows=args.rows, progress=show)
    print(f"{args.out}: {made.tiles} tiles, {made.nodes} nodes, {made.ways} ways, {made.motorway_m / 1e3:.1f} km of motorway")
    print("eastbound --from {:.7f},{:.7f} --to {:.7f},{:.7f}".format(*made.start, *made.end))
    print("westbound --from {:.7f},{:.7f} --to {:.7f},{:.7f}".format(*made.back_start, *made.back_end))
    for area in made.areas:
        print(f"{area.id} {area.name} {area.lon:.7f},{area.lat:.7f}")


if __name__ == "__main__":
    main()
