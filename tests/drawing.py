"""Drawn maps: a few lines of text become a small town with roads, places and an engine.

In: a drawing, metres a character, tags.    Out: Town: ask it for routes and stops, by letter.
Never knows: what is true in the town; the tests say that.

    A-----x-----B      upper-case letters and digits are points of roads by name, `x` is a junction without one,
          |            `-` and `|` are roads between them; all other lower-case letters are places, on a road or beside it.
          s

Roads are read off the drawing (`unclassified`, a lorry drives 30 km/h there: 120 s a kilometre), or, when `roads` is given,
from it alone: {"ABC": "motorway oneway=yes"} is one way over three letters, {"CD": "route=ferry"} one that is no highway. The
town lies at the equator, at 10° E.
"""
from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pytest import approx

from geodata.errors import NotReachable
from geodata.layers import Catalog, Layer, conform
from geodata.roads.osm import read_roads
from geodata.roads.snap import find_grid
from geodata.roads.speed_table import STANDARD, SpeedTable
from locator.along import Along, find_stops
from locator.asks import Want
from locator.atlas import Atlas
from locator.engines.embedded import EmbeddedEngine
from locator.engines.hierarchy import build_hierarchy
from locator.engines.protocol import Route
from locator.vehicles import Vehicle, vehicle

LON, M_LON, M_LAT = 10.0, 111_319.4908, 110_574.3886     # metres of a degree at the equator, WGS 84
ON_IT_DEG = 1e-5                                         # a metre
DENSE_M = 50.0                                           # a driver's own line has a point this often
Spot = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Town:
    """A drawn town. `at` holds lon, lat of every letter."""

    at: dict[str, Spot]
    engine: EmbeddedEngine
    atlas: Atlas

    def route(self, letters: str, who: Vehicle | None = None) -> Route:
        """The fastest route: "AVB" is from A over V to B."""
        return self.engine.route(np.array([self.at[c] for c in letters]), who or vehicle())

    def trip(self, letters: str, who: Vehicle | None = None) -> str:
        """The letters the fastest route passes, its ends among them; "" when there is none."""
        try:
            line = self.route(letters, who).line.lonlat
        except NotReachable:
            return ""
        names, at = list(self.at), np.array(list(self.at.values()))
        near = np.abs(line[:, None] - at[None]).max(axis=2)
        passed = [names[i] for i, off in zip(near.argmin(axis=1), near.min(axis=1), strict=True) if off < ON_IT_DEG]
        return "".join(c for i, c in enumerate(passed) if i == 0 or passed[i - 1] != c)

    def line(self, letters: str, who: Vehicle | None = None) -> Route:
        """The driver's own line from letter to letter, matched to the roads."""
        return self.engine.match(dense([self.at[c] for c in letters]), who or vehicle())

    def along(self, route: Route, **want: object) -> Along:
        return find_stops(route, self.atlas, self.engine, Want(**want))  # type: ignore[arg-type]

    def stops(self, route: Route, **want: object) -> pd.DataFrame:
        """STOPS by (place, pass). What must hold of every stop in every town is asserted here."""
        found = self.along(route, **want).stops
        left_s = route.duration_s - float(route.seconds_at(np.array([want.get("start_m", 0.0)]))[0])
        for stop in found.to_dict("records"):
            assert stop["detour_s"] >= 0
            assert stop["reach_s"] + stop["return_s"] == approx(left_s + stop["detour_s"], abs=0.002)
        return found.assign(place=self.atlas.frame["id"].iloc[found["row"]].to_numpy()).set_index(["place", "passing"])

    def why(self, route: Route, **want: object) -> dict[str, str]:
        """Place -> why it is no stop."""
        omitted = self.along(route, **want).omitted
        return dict(zip(self.atlas.frame["id"].iloc[omitted["row"].astype(int)], omitted["reason"], strict=True))


def draw(drawing: str, *, grid_m: float = 1_000.0, roads: Mapping[str, str] | None = None, signs: Mapping[str, str] | None = None,
         turns: Sequence[str] = (), areas: Mapping[str, str] | None = None, speeds: SpeedTable = STANDARD) -> Town:
    """The town of a drawing.

    signs   tags of points: {"G": "barrier=gate access=private"}
    turns   restrictions: "no_left_turn AB B BC" at a point; "no_u_turn AB BC,CD DE except=hgv" over two ways; whom it binds:
            "restriction:hgv=no_left_turn AB B BC"; from several ways: "no_entry AB,CB B BD"
    areas   places that are polygons: {"p": "CDEF"} holds these letters, and a fifth of a square more
    """
    points = _points(drawing)
    ways = [(row, "unclassified") for row in _traced(drawing)] if roads is None else [([_spot_of(points, c) for c in key], tags)
                                                                                     for key, tags in roads.items()]
    keys = list(roads or ())
    lonlat = {spot: (LON + spot[0] * grid_m / M_LON, -spot[1] * grid_m / M_LAT) for spot in points}
    number = {spot: i for i, spot in enumerate(points, start=1)}
    named = {letter: lonlat[spot] for spot, letter in points.items() if letter != "x"}
    nodes = [_element("node", number[spot], (signs or {}).get(letter, ""), lon=lonlat[spot][0], lat=lonlat[spot][1])
             for spot, letter in points.items()]
    lines = [_element("way", i, tags if "=" in tags.split()[0] else f"highway={tags}",
                      inner="".join(f'<nd ref="{number[s]}"/>' for s in row))
             for i, (row, tags) in enumerate(ways, start=1)]
    rules = [_restriction(i, turn.split(), keys, {letter: number[spot] for spot, letter in points.items()})
             for i, turn in enumerate(turns, start=1)]
    engine = engine_of("".join(["<osm version='0.6'>", *nodes, *lines, *rules, "</osm>"]), speeds=speeds)
    places = {c: shapely.Point(named[c]) for c in sorted(named) if c.islower() and c not in (areas or {})}
    for name, letters in (areas or {}).items():
        places[name] = shapely.MultiPoint([named[c] for c in letters]).convex_hull.buffer(0.2 * grid_m / M_LON)
    return Town(named, engine, atlas_of(places))


def engine_of(osm: str, *, speeds: SpeedTable = STANDARD, **options: int) -> EmbeddedEngine:
    """An engine on OpenStreetMap XML, by the same import as any extract."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "town.osm"
        file.write_text(osm, encoding="utf-8")
        graph, _ = read_roads([file], speeds=speeds)
    return EmbeddedEngine(graph, find_grid(graph), build_hierarchy(graph), **options)


def atlas_of(places: Mapping[str, shapely.Geometry]) -> Atlas:
    """An Atlas of one layer of fuel stations; ids are the names."""
    frame = gpd.GeoDataFrame({"id": list(places), "kind": "fuel"}, geometry=list(places.values()), crs=4326)
    return Atlas.of(Catalog({"fuel": Layer("fuel", "fuel", conform(frame, "fuel"), 1)} if places else {}))


def dense(corners: Sequence[Spot], every_m: float = DENSE_M) -> NDArray[np.float64]:
    """A line through corners with a point every so many metres."""
    parts = [np.array(corners[:1])]
    for (x0, y0), (x1, y1) in pairwise(corners):
        count = max(1, round(float(np.hypot((x1 - x0) * M_LON, (y1 - y0) * M_LAT)) / every_m))
        share = np.arange(1, count + 1)[:, None] / count
        parts.append(np.array([[x0, y0]]) * (1 - share) + np.array([[x1, y1]]) * share)
    return np.concatenate(parts)


def s(seconds: float) -> object:
    """As many seconds, within the centimetre a drawing's coordinates are kept to."""
    return approx(seconds, abs=0.05)


def m(metres: float) -> object:
    return approx(metres, abs=0.5)


# ---------------------------------------------------------------- reading a drawing

def _points(drawing: str) -> dict[tuple[int, int], str]:
    """(column, row) -> letter."""
    return {(column, row): c for row, line in enumerate(drawing.splitlines()) for column, c in enumerate(line) if c.isalnum()}


def _spot_of(points: Mapping[tuple[int, int], str], letter: str) -> tuple[int, int]:
    return next(spot for spot, c in points.items() if c == letter)


def _traced(drawing: str) -> Iterator[list[tuple[int, int]]]:
    """Every drawn stretch between two neighbouring points."""
    lines, points = drawing.splitlines(), _points(drawing)
    for (column, row) in points:
        for stroke, dx, dy in (("-", 1, 0), ("|", 0, 1)):
            x, y = column + dx, row + dy
            while y < len(lines) and x < len(lines[y]) and lines[y][x] == stroke:
                x, y = x + dx, y + dy
            if (x, y) in points and (x, y) != (column + dx, row + dy):
                yield [(column, row), (x, y)]


# ---------------------------------------------------------------- writing OpenStreetMap XML

def _element(kind: str, number: int, tags: str, *, inner: str = "", **attributes: float) -> str:
    said = "".join(f' {name}="{value:.7f}"' for name, value in attributes.items())
    pairs = [tag.partition("=") for tag in tags.split()]
    inner += "".join(f"<tag k={quoteattr(key)} v={quoteattr(_spaced(key, value))}/>"
                     for key, _, value in pairs)
    return f'<{kind} id="{number}" version="1"{said}>{inner}</{kind}>'


def _spaced(key: str, value: str) -> str:
    """Tags stand between spaces, so those inside a value are written `_`."""
    return value.replace("_", " ") if key in ("name", "opening_hours") else value.replace("_AND_", " AND ")


def _restriction(number: int, turn: list[str], ways: list[str], node: Mapping[str, int]) -> str:
    what, start, via, end, *tags = turn
    members = [("node", node[via], "via")] if len(via) == 1 else [("way", 1 + ways.index(way), "via") for way in via.split(",")]
    members += [("way", 1 + ways.index(way), role) for role, many in (("from", start), ("to", end)) for way in many.split(",")]
    inner = "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in members)
    rule = what if "=" in what else f"restriction={what}"
    return _element("relation", number, " ".join(["type=restriction", rule, *tags]), inner=inner)
