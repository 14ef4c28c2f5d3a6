"""The sample as it was written, read without the product's own readers: what the tests of it look at."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from defusedxml import ElementTree
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Way:
    """One way of the extract as it was written, not as the generator meant it."""

    osm: int
    nodes: list[int]
    tags: dict[str, str]

    @property
    def arcs(self) -> Iterator[tuple[int, int]]:
        pairs = list(zip(self.nodes[:-1], self.nodes[1:], strict=True))
        yield from pairs
        if self.tags.get("oneway") != "yes":
            yield from ((b, a) for a, b in pairs)


@dataclass(frozen=True)
class Drawn:
    lonlat: dict[int, tuple[float, float]]
    node_tags: dict[int, dict[str, str]]
    ways: list[Way]

    def roads(self, *classes: str) -> list[Way]:
        return [w for w in self.ways if w.tags.get("highway", "services") != "services"
                and (not classes or w.tags["highway"] in classes)]

    def line(self, way: Way) -> Array:
        return np.array([self.lonlat[n] for n in way.nodes])

    def carriageway(self, ref: str, toward: str) -> Way:
        """The one-way road of that number and direction."""
        wanted = {"ref": ref, "destination": toward}
        found, = (w for w in self.roads("motorway") if wanted.items() <= w.tags.items())
        return found


def read_drawn(file: Path) -> Drawn:
    root = ElementTree.parse(file).getroot()
    nodes = list(root.iter("node"))
    ways = [Way(int(way.get("id")), [int(nd.get("ref")) for nd in way.iter("nd")], _tags(way))
            for way in root.iter("way")]
    return Drawn({int(n.get("id")): (float(n.get("lon")), float(n.get("lat"))) for n in nodes},
                 {int(n.get("id")): _tags(n) for n in nodes}, ways)


def _tags(thing: Any) -> dict[str, str]:
    return {tag.get("k"): tag.get("v") for tag in thing.iter("tag")}


def read_layer(file: Path) -> gpd.GeoDataFrame:
    if file.suffix == ".geojson":
        return gpd.read_file(file)
    table = pd.read_csv(file)
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326)


def plane(lonlat: Array) -> Array:
    """Metres east and north, good to 1 % within the district: this file's own, not the generator's."""
    return (lonlat - (120.0, 31.6)) * (94_900.0, 110_870.0)


def cross(a: Array, b: Array) -> float:
    return float(a[0] * b[1] - a[1] * b[0])
