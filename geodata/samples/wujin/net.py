"""Nodes and ways with OpenStreetMap's tags, and the .osm file they make.

In: points in metres on the plane of lines.py, tags.    Out: an .osm (XML) file, the same bytes every time.
Never knows: what a road, an interchange or a service area is.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from geodata.samples.wujin.lines import Array, to_lonlat

Tags = Mapping[str, str]
GENERATOR = "geodata.samples.wujin - schematic, not surveyed, not OpenStreetMap data"


@dataclass
class Net:
    """What has been drawn so far; ids count from 1 in the order of drawing."""

    lonlat: list[tuple[float, float]] = field(default_factory=list)          # node n is lonlat[n - 1]
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    ways: list[tuple[list[int], dict[str, str]]] = field(default_factory=list)

    def node(self, xy: Array, tags: Tags | None = None) -> int:
        lon, lat = to_lonlat(xy)
        self.lonlat.append((float(lon), float(lat)))
        if tags:
            self.node_tags[len(self.lonlat)] = dict(tags)
        return len(self.lonlat)

    def way(self, nodes: Iterable[int], tags: Tags) -> int:
        self.ways.append((list(nodes), {key: value for key, value in tags.items() if value}))
        return len(self.ways)

    def ring(self, corners: Iterable[Array], tags: Tags) -> int:
        """A closed way; the first corner is not given twice."""
        nodes = [self.node(xy) for xy in corners]
        return self.way([*nodes, nodes[0]], tags)

    def write(self, file: Path) -> Path:
        lines = ['<?xml version="1.0" encoding="UTF-8"?>',
                 f'<osm version="0.6" generator={quoteattr(GENERATOR)}>']
        for number, (lon, lat) in enumerate(self.lonlat, 1):
            tags = _tags(self.node_tags.get(number, {}))
            lines.append(f'<node id="{number}" version="1" lat="{lat:.7f}" lon="{lon:.7f}"'
                         + (f">{tags}</node>" if tags else "/>"))
        for number, (nodes, said) in enumerate(self.ways, 1):
            refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
            lines.append(f'<way id="{number}" version="1">{refs}{_tags(said)}</way>')
        file.write_text("\n".join([*lines, "</osm>", ""]), encoding="utf-8")
        return file


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())
