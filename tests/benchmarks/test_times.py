"""How another engine's drive is laid on our roads and the difference shared out: on drawn roads, without the other engines."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geodata.roads.osm import read_roads
from locator.engines.hierarchy import build_hierarchy
from locator.engines.network import Network
from locator.engines.steps import Steps
from tests.benchmarks.causes import Roads, causes
from tests.benchmarks.engines import Drive, _along
from tests.geodata.roads.world import LORRY, at, spots, write_world

DRAWN = """
A--B--C--D
   |  |
   E--F
"""


def drawn_roads(folder: Path, tags: dict[str, str]) -> Roads:
    """A straight road A B C D, and a way round E F of other tags."""
    ways = {1: ("ABCD", {"highway": "secondary"}), 2: ("BEFC", {"highway": "secondary", **tags})}
    graph, _ = read_roads([write_world(folder / "a.osm", DRAWN, ways)])
    net = Network(graph, LORRY, build_hierarchy(graph))
    return Roads(net, *[graph.arc_kmh[:, 0]] * 3)


def drive(word: str, s_each: float, turns_s: float = 0.0) -> Drive:
    lonlat = np.array([at(*spots(DRAWN)[letter]) for letter in word])
    at_s = np.arange(len(word)) * s_each
    return Drive(float(at_s[-1]) + turns_s, 0.0, lonlat, at_s, turns_s)


def ours(roads: Roads) -> Steps:
    graph = roads.graph
    ends = [roads.tree.query(np.array(at(*spots(DRAWN)[letter])) * roads.scale)[1] for letter in "AD"]
    first = int(np.flatnonzero(graph.arc_tail == ends[0])[0])
    last = int(np.flatnonzero(graph.arc_head == ends[1])[0])
    found = roads.net.path(roads.net.facing(first, 0), roads.net.facing(last, int(roads.net.arc_ms[last])))
    assert found is not None
    return found


@pytest.mark.parametrize(("word", "s_each", "turns_s", "first"), [
    ("ABCD", 5.0, 0.0, "speed: secondary, no sign"), ("ABCD", 20.0, 0.0, "speed: secondary, no sign"),
    ("ABCD", 5.16, 40.0, "turns and junctions"), ("ABEFCD", 7.0, 0.0, "another way is faster for us")])
def test_the_first_cause_of_a_difference(tmp_path: Path, word: str, s_each: float, turns_s: float, first: str) -> None:
    roads = drawn_roads(tmp_path, {})
    mine, their = ours(roads), drive(word, s_each, turns_s)
    found = causes(roads, mine, their)
    assert sum(seconds for _, seconds in found) == pytest.approx(mine.total_ms / 1000 - their.duration_s, abs=0.01)
    assert found[0][0] == first and not any(cause.startswith("their way") for cause, _ in found)


@pytest.mark.parametrize(("tags", "bar"), [
    ({"hgv": "no"}, "road closed to lorries"), ({"oneway": "-1"}, "wrong way in a one-way road"),
    ({"maxheight": "3.5"}, "height_m limit"), ({"highway": "footway"}, "road that is not in our network"),
    ({"motor_vehicle": "destination"}, "road for those with business there only")])
def test_what_keeps_us_off_their_way_is_named(tmp_path: Path, tags: dict[str, str], bar: str) -> None:
    roads = drawn_roads(tmp_path, tags)
    mine, their = ours(roads), drive("ABEFCD", 20.0)
    found = dict(causes(roads, mine, their))
    assert f"their way uses a {bar}" in found and "another way is faster for us" not in found
    assert sum(found.values()) == pytest.approx(mine.total_ms / 1000 - their.duration_s, abs=0.01)


def test_an_engines_time_along_its_line_is_told_apart_from_its_turns() -> None:
    edges = [{"end_shape_index": 1, "end_node": {"elapsed_time": 4.0, "transition_time": 2.0}},
             {"end_shape_index": 3, "end_node": {"elapsed_time": 10.0, "transition_time": 0.0}}]
    at_s, turns_s = _along(edges, np.zeros((4, 2)), 10.0)
    assert at_s.tolist() == [0.0, 4.0, 6.0, 8.0] and turns_s == 2.0
