"""Our hierarchy against RoutingKit's on the same turns and weights: what is opened, weighed and asked, and whether both agree.

On Porto's roads, or on those of the region's build that LOCATOR_BENCH_BUILD names (a folder `builds/0001`).
"""
from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyroutingkit
from numpy.typing import NDArray

from geodata.roads.graph import RoadGraph
from geodata.roads.osm import read_roads
from geodata.roads.store import read_roads_folder
from locator.engines.hierarchy import build_hierarchy, load_hierarchy
from locator.engines.metric import Metric, weigh
from locator.engines.network import Network
from locator.vehicles import vehicle
from tests.benchmarks.figures import Figure, alternate

SHARED = Path(os.environ.get("LOCATOR_SHARED", Path(__file__).parents[3] / "shared"))
BUILD = os.environ.get("LOCATOR_BENCH_BUILD", "")
SIZES = ((1, 1), (2, 30), (2, 500), (500, 2), (100, 100))
NEAR, SEED, WAYS = 3_000, 5, 200


def figures() -> Iterator[Figure]:
    file = SHARED / "data/osm/porto.osm.pbf"
    if not BUILD and not file.is_file():
        print(f"hierarchy: no extract {file}")
        return
    graph = read_roads_folder(Path(BUILD) / "roads") if BUILD else read_roads([file])[0]
    with tempfile.TemporaryDirectory() as folder:
        yield from compared(graph, Path(folder))


def compared(graph: RoadGraph, folder: Path) -> Iterator[Figure]:
    theirs = topology(graph)
    theirs.save(str(folder))
    build_hierarchy(graph, folder / "ours")
    ours = load_hierarchy(folder / "ours")
    turns = Network(graph, vehicle().profile, ours).turn_weights()
    peer = pyroutingkit.CCHMetric(theirs)
    yield from ratio("opened", lambda: load_hierarchy(folder / "ours"), lambda: opened(folder), ">=5")
    yield from ratio("weighed", lambda: weigh(ours, turns), lambda: peer.customize(turns), ">=0.7")
    metric, some = weigh(ours, turns), np.random.default_rng(SEED)
    wrong = 0
    for sources, targets in SIZES:
        for near in (False, True):
            ends = some.integers(0, graph.arcs, 2) if near else (0, 0)
            pick = [(end + some.integers(0, NEAR if near else graph.arcs, count)) % graph.arcs
                    for end, count in zip((ends[0], ends[0]), (sources, targets), strict=True)]
            wrong += int((metric.table_ms(*pick) != asked(peer, *pick)).sum())
            asking = ">=0.4" if sources * targets <= 60 else ">=0.7" if sources < 100 else ">=1.5"
            yield from ratio(f"{sources}x{targets}{'_near' if near else ''}", lambda p=pick: metric.table_ms(*p),
                             lambda p=pick: asked(peer, *p), asking)
    pairs = some.integers(0, graph.arcs, (WAYS, 2)).tolist()
    wrong += sum(bool(len(metric.way(*pair))) != bool(len(peer.query(*pair)[1])) for pair in pairs)
    yield from ratio("ways", lambda: ways(metric, pairs), lambda: [peer.query(*pair) for pair in pairs], ">=0.4")
    yield Figure("hierarchy_wrong", float(wrong), "answers", "==0")


def ratio(name: str, ours: object, theirs: object, asked: str) -> Iterator[Figure]:
    """How many times the peer's time."""
    mine, other = alternate(ours, theirs)                          # type: ignore[arg-type]
    yield Figure(f"hierarchy_{name}", other / mine, f"times RoutingKit ({mine:.3g} against {other:.3g} ms)", asked)


def topology(graph: RoadGraph) -> pyroutingkit.CCHTopology:
    middle = ((graph.node_lonlat[graph.arc_tail] + graph.node_lonlat[graph.arc_head]) / 2).astype(np.float32)
    lon, lat = middle[:, 0].copy(), middle[:, 1].copy()
    made = pyroutingkit.CCHTopology()
    made.build(graph.turn_from.astype(np.uint32), np.asarray(graph.turn_to).astype(np.uint32), lat, lon, graph.arcs)
    return made


def opened(folder: Path) -> pyroutingkit.CCHTopology:
    made = pyroutingkit.CCHTopology()
    made.load(str(folder))
    return made


def asked(peer: pyroutingkit.CCHMetric, sources: NDArray[np.int64], targets: NDArray[np.int64]) -> NDArray[np.uint32]:
    return peer.distances_many_to_many(sources.astype(np.uint32), targets.astype(np.uint32))


def ways(metric: Metric, pairs: list[list[int]]) -> list[NDArray[np.int64]]:
    return [metric.way(*pair) for pair in pairs]
