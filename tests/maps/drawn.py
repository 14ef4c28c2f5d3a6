"""A small land to draw: roads, towns, stops, a route over them; names as hostile as they come."""
from __future__ import annotations

from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import shapely

from geodata.measured import MeasuredLine
from maps.furniture import Captions
from maps.panels import Ground, Panel
from maps.strips import Strip, cut

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ['</text><script>alert(1)</script>', '#import "/etc/passwd": *', "$x^2$ \\ [link]", "=1+1 & <b>粗</b> \"'", "{{ 7*7 }}",
           "滆湖 邹区 圩塘 堰桥 㘰", "Łódź Ğ ŵ Αθήνα Київ", "a\x00b\x08c\x1bd", "line\nbreak\ttab", "名" * 300]
CAPTIONS = Captions(north="北", before="第 {page} 页", after="第 {page} 页", schematic="示意图 · 不可用于导航")
ROUTE = MeasuredLine(np.column_stack([np.linspace(119.5, 120.1, 200), 31.5 + 0.04 * np.sin(np.linspace(0, 9, 200))]))


def land(names: list[str] | None = None) -> Ground:
    """A net of roads 2 km apart around the route, a town at some of its crossings."""
    names = names or ["延政路", "武宜路", "常州大道", "滆湖路"]
    classes = ["motorway", "trunk", "primary", "secondary", "tertiary", "residential"]
    rows = []
    for i in range(60):
        across, along = np.linspace(31.3, 31.7, 30), np.linspace(119.4, 120.2, 60)
        bend = 0.004 * np.sin(np.arange(60) / 4 + i)
        rows.append(np.column_stack([np.full(30, 119.4 + 0.0136 * i) + bend[:30], across]))
        rows.append(np.column_stack([along, np.full(60, 31.3 + 0.0068 * i) + bend]))
    said = {"class": [classes[(i // 2) % 6] for i in range(len(rows))], "name": [names[i % len(names)] for i in range(len(rows))],
            "ref": [["G42", "S39;S232", "G4221", "G312", "X201", ""][i % 6] for i in range(len(rows))]}
    roads = gpd.GeoDataFrame(said, geometry=shapely.linestrings(np.concatenate(rows), indices=np.repeat(
        np.arange(len(rows)), [len(row) for row in rows])), crs=4326)
    spots = [(119.45 + 0.04 * i, 31.4 + 0.03 * (i % 7)) for i in range(18)]
    towns = gpd.GeoDataFrame({"name": [names[i % len(names)] + str(i) for i in range(18)],
                              "kind": [["city", "town", "village", None][i % 4] for i in range(18)]},
                             geometry=gpd.points_from_xy(*zip(*spots, strict=True)), crs=4326)
    return Ground(roads, towns, "CN")


def stops(count: int = 12, names: list[str] | None = None, spread_deg: float = 0.01, seed: int = 5) -> gpd.GeoDataFrame:
    """Numbered along the route, beside it on either side."""
    rng = np.random.default_rng(seed)
    offsets = np.sort(rng.uniform(0, ROUTE.length_m, count))
    lonlat = ROUTE.point_at(offsets) + rng.normal(0, spread_deg, (count, 2))
    found = ROUTE.locate(lonlat)
    kinds = ["service_area", "drivers_home", "fuel", "partner", "service_station", "unheard_of"]
    side = np.where(found.side > 0, "left", "right")
    table = {"number": np.arange(1, count + 1), "kind": [kinds[i % 6] for i in range(count)],
             "name": [(names or ["芳茂山服务区"])[i % len(names or "1")] for i in range(count)],
             "side": side, "offset_m": found.offset_m, "approximate": [i % 3 == 0 for i in range(count)],
             "mark": [[None, "chosen", "last_safe"][i % 3] for i in range(count)]}
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(*lonlat.T), crs=4326)


def pages(scale: float = 100_000) -> tuple[Strip, ...]:
    return cut(ROUTE, 180, 200, scale=scale)


def texts(panel: Panel) -> list[str]:
    """What is written, one string a text element."""
    return ["".join(element.itertext()) for element in ET.fromstring(panel.svg).iter(f"{SVG}text")]


def tags(panel: Panel) -> set[str]:
    return {element.tag.removeprefix(SVG) for element in ET.fromstring(panel.svg).iter()}
