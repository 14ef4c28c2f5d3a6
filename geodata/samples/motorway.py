"""A dual carriageway drawn by rule: interchanges, and service areas on both sides, in right-hand traffic.

In: a centreline from west to east, a way to find the town below an interchange.    Out: numbered nodes and ways.
Never knows: files, the tiles on either side.

Everything is placed by (t, right): metres of travel from the middle of the thing, metres to the right of the
centreline as its own driver sees it. The eastbound side therefore lies south, the westbound side north.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from geodata.geodesy import Floats, forward
from geodata.measured import MeasuredLine

REF = "A999"
STEP_M = 500                                      # between carriageway nodes
HALF_M = 12.0                                     # carriageway from the centreline
FIRST_EXIT_M, EXITS_EVERY_M = 5_000, 10_000
FIRST_AREA_M, AREAS_EVERY_M = 12_000, 25_000      # JTG B01-2014 asks 50 km; half of it gives more to choose from
RAMP_M = 600                                      # ramps leave and join this far from the middle
CHUNK = 20                                        # carriageway nodes a way
SIDES = {"E": 1, "W": -1}
CARRIAGEWAY = {"highway": "motorway", "oneway": "yes", "maxspeed": "120", "lanes": "2", "ref": REF}
RAMP = {"highway": "motorway_link", "oneway": "yes"}
LANE = {"highway": "service", "oneway": "yes"}
MADE_UP = {"source": "synthetic", "source:position": "invented", "position_accuracy": "invented"}
AREA_SHAPE = ((-200, 40), (200, 40), (200, 170), (-200, 170))
Tags = dict[str, str]
ToTown = Callable[[Floats, int], int | None]      # a hub's lon, lat and its side -> a node of the town, if any


@dataclass(frozen=True)
class Area:
    """One service area, on one side only. id as places taken from OSM are called."""

    id: str
    name: str
    side: str           # E or W: the direction of travel it serves
    at_m: int           # along the centreline
    lon: float
    lat: float


@dataclass(eq=False)
class Motorway:
    """The drawing. Node i has the id first_node + i, way j the id first_way + j."""

    line: MeasuredLine
    first_node: int
    first_way: int
    lonlat: list[tuple[float, float]] = field(default_factory=list)
    node_tags: dict[int, Tags] = field(default_factory=dict)         # by id
    ways: list[tuple[list[int], Tags]] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    main: dict[tuple[str, int], int] = field(default_factory=dict)   # (side, metre) -> carriageway node

    def place(self, side: str, at_m: float, spots: list[tuple[float, float]]) -> Floats:
        """(n, 2) degrees of (t, right) spots about the middle `at_m` of something on that side."""
        sign = SIDES[side]
        t, right = np.array(spots, np.float64).T
        offset = at_m + sign * t
        return forward(self.line.point_at(offset), self.line.heading_at(offset) + 90.0, sign * right)

    def add_nodes(self, side: str, at_m: float, spots: list[tuple[float, float]]) -> list[int]:
        first = self.first_node + len(self.lonlat)
        self.lonlat += [(lon, lat) for lon, lat in self.place(side, at_m, spots).tolist()]
        return list(range(first, first + len(spots)))

    def add_way(self, nodes: list[int], tags: Tags) -> int:
        self.ways.append((nodes, tags))
        return self.first_way + len(self.ways) - 1

    def lonlat_of(self, node: int) -> tuple[float, float]:
        return self.lonlat[node - self.first_node]


def draw_motorway(line: MeasuredLine, to_town: ToTown, *, first_node: int, first_way: int) -> Motorway:
    """Both carriageways, joined at the two ends, with an exit every 10 km and a pair of areas every 25 km."""
    drawing, end_m = Motorway(line, first_node, first_way), int(line.length_m)
    exits = range(FIRST_EXIT_M, end_m - 2 * RAMP_M, EXITS_EVERY_M)
    areas = range(FIRST_AREA_M, end_m - 2 * RAMP_M, AREAS_EVERY_M)
    ramps = [middle + ramp for middle in (*exits, *areas) for ramp in (-RAMP_M, RAMP_M)]
    stations = np.unique([*range(0, end_m, STEP_M), end_m, *ramps]).tolist()
    for side in SIDES:
        _draw_carriageway(drawing, side, stations)
    for start, end, at_m in (("W", "E", 0), ("E", "W", end_m)):
        drawing.add_way([drawing.main[start, at_m], drawing.main[end, at_m]], RAMP)
    for number, at_m in enumerate(exits, 1):
        _draw_exit(drawing, number, at_m, to_town)
    for at_m in areas:
        staff = [_draw_area(drawing, side, at_m) for side in SIDES]
        drawing.add_way(staff, {"highway": "service", "access": "private", "tunnel": "yes", "layer": "-1"})
    return drawing


def _draw_carriageway(drawing: Motorway, side: str, stations: list[int]) -> None:
    order = stations[:: SIDES[side]]
    nodes = drawing.add_nodes(side, 0.0, [(SIDES[side] * at_m, HALF_M) for at_m in order])
    drawing.main |= {(side, at_m): node for at_m, node in zip(order, nodes, strict=True)}
    for i in range(0, len(nodes) - 1, CHUNK):
        drawing.add_way(nodes[i : i + CHUNK + 1], CARRIAGEWAY)


def _ramps(drawing: Motorway, side: str, at_m: int) -> tuple[int, int]:
    """The carriageway nodes where one leaves for, and joins from, something at `at_m`."""
    sign = SIDES[side]
    return drawing.main[side, at_m - sign * RAMP_M], drawing.main[side, at_m + sign * RAMP_M]


def _draw_exit(drawing: Motorway, number: int, at_m: int, to_town: ToTown) -> None:
    """A diamond: a hub on each side, a bridge between them, a road from each hub into the town there."""
    road = {"highway": "secondary", "name": f"{REF} exit {number}", "maxspeed": "70"}
    hubs = []
    for side in SIDES:
        leave, join = _ramps(drawing, side, at_m)
        bend_in, hub, bend_out = drawing.add_nodes(side, at_m, [(-200, 150), (0, 260), (200, 150)])
        drawing.node_tags[leave] = {"highway": "motorway_junction", "ref": str(number)}
        drawing.add_way([leave, bend_in, hub], RAMP)
        drawing.add_way([hub, bend_out, join], RAMP)
        town = to_town(np.array(drawing.lonlat_of(hub)), SIDES[side])
        if town is not None:
            drawing.add_way([town, hub], road)
        hubs.append(hub)
    drawing.add_way(hubs, road | {"bridge": "yes", "layer": "1"})


def _draw_area(drawing: Motorway, side: str, at_m: int) -> int:
    """Polygon, lanes and fuel of one side; returns the node where the staff's tunnel comes up.

    The tunnel is private: who ignores access sends lorries under the median.
    """
    leave, join = _ramps(drawing, side, at_m)
    way_in, fork, merge, way_out = drawing.add_nodes(side, at_m, [(-170, 60), (-90, 70), (90, 70), (170, 60)])
    back_in, back, back_out = drawing.add_nodes(side, at_m, [(-90, 140), (0, 140), (90, 140)])
    drawing.add_way([leave, way_in], RAMP)
    drawing.add_way([way_in, fork, merge, way_out], LANE)
    drawing.add_way([fork, back_in, back, back_out, merge], LANE)
    drawing.add_way([way_out, join], RAMP)
    name = f"{REF} km {at_m // 1000} {side}"
    corners = drawing.add_nodes(side, at_m, [(float(t), float(right)) for t, right in AREA_SHAPE])
    polygon = drawing.add_way([*corners, corners[0]], MADE_UP | {
        "highway": "services", "name": name, "ref": REF, "direction": side, "toilets": "yes", "drinking_water": "yes",
        "shower": "yes" if at_m // AREAS_EVERY_M % 2 == 0 else "no", "capacity:hgv": str(20 + at_m // 1000 % 40),
        "opening_hours": "24/7" if side == "E" else "06:00-22:00"})
    fuel, = drawing.add_nodes(side, at_m, [(50, 100)])
    drawing.node_tags[fuel] = MADE_UP | {"amenity": "fuel", "hgv": "yes", "name": f"{name} fuel", "ref": REF}
    lon, lat = drawing.place(side, at_m, [(0, 105)])[0].tolist()
    drawing.areas.append(Area(f"osm:way/{polygon}", name, side, at_m, lon, lat))
    return back
