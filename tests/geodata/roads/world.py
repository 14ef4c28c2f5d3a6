"""A small world drawn on a grid of letters, written as an .osm file and read back as roads.

In: where the letters stand, ways as words of letters.    Out: a file; the graph's arcs and turns as words again.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from geodata.roads.graph import CLOSED, Profile, RoadGraph
from geodata.roads.osm import Summary, read_roads

Tags = Mapping[str, str]
LORRY = Profile("hgv", 4.0, 40.0, 2.55, 16.5, 11.5)
VAN = Profile("car", 2.0, 2.5, 2.0, 5.5, 1.8)
LON, LAT, STEP = 10.0, 50.0, 0.001            # a step is 71.7 m east, 111.2 m north
ROAD: Tags = {"highway": "secondary"}


def at(x: float, y: float) -> tuple[float, float]:
    return LON + x * STEP, LAT + y * STEP


def spots(drawing: str) -> dict[str, tuple[float, float]]:
    """Letters and their places: a column is half a step, a line a step, the last line is the southernmost."""
    lines = drawing.rstrip().strip("\n").split("\n")
    return {letter: (x / 2, len(lines) - 1 - y)
            for y, line in enumerate(lines) for x, letter in enumerate(line) if letter.isalpha()}


def write_world(file: Path, drawing: str, ways: Mapping[int, tuple[str, Tags]], *, nodes: Mapping[str, Tags] | None = None,
                relations: Iterable[tuple[Iterable[tuple[str, int | str, str]], Tags]] = (), sign: int = 1) -> Path:
    """ways: number -> (word, tags); a letter that is not drawn is a node the file lacks. relations: members (type, ref, role)."""
    parts, tagged = [], nodes or {}
    for letter, spot in spots(drawing).items():
        lon, lat = at(*spot)
        parts.append(f'<node id="{sign * ord(letter)}" lon="{lon:.7f}" lat="{lat:.7f}">{_tags(tagged.get(letter, {}))}</node>')
    for number, (word, tags) in ways.items():
        refs = "".join(f'<nd ref="{sign * ord(letter)}"/>' for letter in word)
        parts.append(f'<way id="{sign * number}">{refs}{_tags(tags)}</way>')
    for number, (members, tags) in enumerate(relations, 1):
        inside = "".join(f'<member type="{kind}" ref="{ord(ref) if isinstance(ref, str) else ref}" role="{role}"/>'
                         for kind, ref, role in members)
        parts.append(f'<relation id="{number}">{inside}{_tags(tags)}</relation>')
    file.write_text(f'<osm version="0.6">{"".join(parts)}</osm>', encoding="utf-8")
    return file


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def read_world(*files: Path) -> tuple[RoadGraph, Summary]:
    return read_roads(files)


def arcs_of(graph: RoadGraph) -> list[str]:
    """Every arc as its two ends, in order: 'AB'."""
    return sorted(f"{_letter(graph, a)}{_letter(graph, b)}" for a, b in zip(graph.arc_tail, graph.arc_head, strict=True))


def turns_of(graph: RoadGraph, profile: Profile = LORRY) -> set[str]:
    """Every turn this vehicle may make, by the ends of its two arcs: 'AXB'."""
    open_ = graph.turn_cost_ms(profile, graph.arc_ms(profile)) != CLOSED
    return {_letter(graph, graph.arc_tail[a]) + _letter(graph, graph.arc_head[a]) + _letter(graph, graph.arc_head[b])
            for a, b in zip(graph.turn_from[open_], graph.turn_to[open_], strict=True)}


def _letter(graph: RoadGraph, node: np.integer) -> str:
    return chr(abs(int(graph.node_osm[node])))


def tags_of(text: str) -> dict[str, str]:
    """'highway=primary maxweight=7.5_t' as tags; _ stands for a space in the value of a limit."""
    return {key: value.replace("_", " ") if key.startswith("max") else value
            for key, value in (pair.split("=", 1) for pair in text.split())}
