"""The schematic layers: service points, service areas, grid cells, events, each with source and accuracy.

In: the table places.toml, the rows of facts.csv, the drawn Roads.    Out: one GeoDataFrame a layer.
Never knows: files, how a layer is checked or stored.

A name from the facts keeps the source and accuracy of its fact; everything else is called 示意站点 n and has
"invented" as its source and position_accuracy. No row has a phone.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geodata.columns import Service, services_text
from geodata.samples.wujin.chains import Chain, Roads
from geodata.samples.wujin.facts import Fact, accuracy_of, lonlat_of
from geodata.samples.wujin.lines import Array, to_lonlat, to_plane

Row = dict[str, Any]
Table = Mapping[str, Any]
Frames = dict[str, gpd.GeoDataFrame]
KINDS = ("service_centre", "service_station", "drivers_home", "partner")
INVENTED_NOTE = ("虚构的示意站点；服务、时间、价格与车位均为演示 / "
                 "invented; services, hours, prices and bays are demonstration")
INVENTED = {"source": "invented", "position_accuracy": "invented", "note": INVENTED_NOTE}
SIDE_M = 45.0                # an invented point stands this far from the middle of its road


def lay_places(table: Table, facts: Mapping[str, Fact], roads: Roads, areas: Sequence[Table]) -> Frames:
    """Every layer by its name. areas: the rows of service_area in centrelines.toml."""
    number = count(1)
    points = {kind: [{"id": f"wujin-{kind}-{n}", "kind": kind,
                      **_point(row, facts, roads, number), **_served(row, table["services"])}
                     for n, row in enumerate(table[kind], 1)] for kind in KINDS}
    points["service_area"] = _areas(table, facts, roads, areas)
    cells = _cells(points["service_station"], table["outline"]["ring"])
    for row in (row for rows in points.values() for row in rows):
        at = shapely.point_on_surface(row["geometry"])
        row["grid_cell"] = next((c["id"] for c in cells if c["geometry"].covers(at)), None)
    events = _events(table["event"], [row for rows in points.values() for row in rows])
    return {name: _frame(rows) for name, rows in {**points, "grid_cells": cells, "events": events}.items()}


def _frame(rows: Iterable[Row]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(list(rows), geometry="geometry", crs=4326)


def _known(fact: Fact) -> Row:
    return {"name": fact["name_zh"], "name_en": fact["name_en"], "source": fact["source"],
            "position_accuracy": accuracy_of(fact)}


def _served(row: Table, services: Table) -> Row:
    return {"services": services_text(Service(**one) for one in services[row["services"]]),
            "hours": row.get("hours"), "lorry_bays": row.get("lorry_bays"), "demo": True}


def _point(row: Table, facts: Mapping[str, Fact], roads: Roads, number: Iterator[int]) -> Row:
    """Name, source and position: the fact's where there is one, invented where there is none."""
    if "fact" in row:
        fact = facts[row["fact"]]
        known = {**_known(fact), "note": row["note"]}
    else:
        n = next(number)
        known = {"name": f"示意站点 {n}", "name_en": f"Schematic point {n}", **INVENTED}
    if "at" in row:
        at = to_lonlat(beside(roads.streets.values(), to_plane(np.array(row["at"]))))
    else:
        at = lonlat_of(fact)
    return {**known, "geometry": shapely.Point(at)}


def beside(streets: Iterable[Chain], near: Array) -> Array:
    """The point on the right of the two-way road nearest to `near`."""
    street = min(streets, key=lambda s: float(np.hypot(*(s.place(s.travelled(near)) - near))))
    return street.place(street.travelled(near), SIDE_M)


def _areas(table: Table, facts: Mapping[str, Fact], roads: Roads, areas: Sequence[Table]) -> list[Row]:
    """One row a lot, with the outline drawn in the net and, as its id, the way of that outline."""
    rows = []
    for area, way in zip(areas, roads.areas, strict=True):
        fact, shown = facts[area["fact"]], table["service_area"]
        ring = [roads.net.lonlat[node - 1] for node in roads.net.ways[way - 1][0]]
        rows.append({"id": f"osm:way/{way}", "kind": "service_area",
                     **_known(fact), **_served(shown, table["services"]),
                     "road_ref": area["road"], "direction": area["toward"], "note": shown["note"],
                     "geometry": shapely.Polygon(ring)})
    return rows


def _cells(stations: Sequence[Row], ring: Sequence[Sequence[float]]) -> list[Row]:
    """One cell a station: what lies nearer to it than to the others, within the invented outline."""
    outline = shapely.Polygon(to_plane(np.array(ring)))
    seeds = shapely.MultiPoint(to_plane(np.array([s["geometry"].coords[0] for s in stations])))
    parts = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=outline, ordered=True))
    shapes = (shapely.transform(shapely.intersection(part, outline), to_lonlat) for part in parts)
    return [{"id": f"wujin-grid-{n}", "name": f"示意网格 {n}", "name_en": f"Schematic grid cell {n}",
             "station": station["id"], "source": "invented", "demo": True, "geometry": shape,
             "note": "虚构的示意边界 / invented boundary"}
            for n, (station, shape) in enumerate(zip(stations, shapes, strict=True), 1)]


def _events(table: Sequence[Table], points: Sequence[Row]) -> list[Row]:
    where = {row["id"]: row["geometry"] for row in points}
    return [{"id": f"wujin-event-{n}", "name": f"示意活动 {n} {row['title']}",
             "name_en": f"Schematic event {n}: {row['title_en']}", "what": row["what"],
             "place": row["at_place"], "starts": row["starts"], "ends": row["ends"], "source": "invented",
             "demo": True, "note": "虚构的演示活动 / invented", "geometry": where[row["at_place"]]}
            for n, row in enumerate(table, 1)]
