"""The embedded default on disk: a schematic extract of Wujin and its layers, from the tables beside it.

In: a folder.    Out: wujin.osm, the layer files, region.toml, and a Sample that says what they are.
Never knows: regions, stores, the import they pass through.
"""
from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd

from geodata.samples.wujin.chains import Roads
from geodata.samples.wujin.facts import Fact, lonlat_of, read_facts
from geodata.samples.wujin.lines import to_plane
from geodata.samples.wujin.places import lay_places
from geodata.samples.wujin.roads import draw_roads

HERE = Path(__file__).parent
PLACE_TAG = {"town": "town", "subdistrict": "suburb", "district": "borough"}      # kind of fact -> place=*
SUFFIXES = ("镇", "街道", "区")


@dataclass(frozen=True)
class Sample:
    """What `write_sample` wrote."""

    osm: Path                             # the extract: roads, outlines of service areas, place nodes
    layers: dict[str, tuple[str, Path]]   # layer name -> (kind, file for the ordinary import, WGS 84)
    region: dict[str, Any]                # region.toml: name, titles, country, tz, schematic, attribution, …


def write_sample(folder: Path) -> Sample:
    """Write the whole sample into `folder` (made when missing); the same bytes every time."""
    folder.mkdir(parents=True, exist_ok=True)
    facts, lines, region = read_facts(), _table("centrelines.toml"), _table("region.toml")
    roads = draw_roads(lines, facts)
    _mark_towns(roads, facts)
    frames = lay_places(_table("places.toml"), facts, roads, lines["service_area"])
    layers = {name: (name, _write(frames[name], folder / file)) for name, file in region["layers"].items()}
    shutil.copyfile(HERE / "region.toml", folder / "region.toml")
    return Sample(roads.net.write(folder / region["osm"]), layers, region)


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def _mark_towns(roads: Roads, facts: Mapping[str, Fact]) -> None:
    """Towns become place nodes, so that their names are found."""
    for fact in facts.values():
        if fact["kind"] in PLACE_TAG and fact["lon"]:
            name = fact["name_zh"]
            short = next(name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix))
            tags = {"place": PLACE_TAG[fact["kind"]], "name": name, "name:en": fact["name_en"],
                    "alt_name": short, "position_accuracy": fact["accuracy"], "source": fact["source"]}
            roads.net.node(to_plane(lonlat_of(fact)), tags)


def _write(frame: gpd.GeoDataFrame, file: Path) -> Path:
    """Points as CSV that a spreadsheet opens, with lon and lat; outlines as GeoJSON."""
    if file.suffix == ".csv":
        points = frame.drop(columns="geometry").assign(lon=frame.geometry.x, lat=frame.geometry.y)
        file.write_text(points.to_csv(index=False, lineterminator="\n"), encoding="utf-8-sig")
    else:
        file.write_text(frame.to_json(drop_id=True, ensure_ascii=False, na="null") + "\n", encoding="utf-8")
    return file
