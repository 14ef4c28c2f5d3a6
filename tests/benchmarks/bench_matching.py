"""A driver's own line on the roads: how much of the true drive is found, and what a point costs.

Simulated tracks over the roads of the extracts (tests/locator/tracks.py); every figure is the total of two regions, of white
noise or of noise that drifts. The whole table is that of docs/engine.md.
"""
from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from geodata.roads.osm import read_roads
from geodata.roads.snap import find_grid
from locator.engines.embedded import EmbeddedEngine
from locator.engines.hierarchy import build_hierarchy
from locator.vehicles import vehicle
from tests.benchmarks.figures import Figure
from tests.locator.tracks import measured, random_drives, roads_driven, together

SHARED = Path(os.environ.get("LOCATOR_SHARED", Path(__file__).parents[3] / "shared"))
REGIONS = ("porto", "heidelberg")
DRIVES, SEED = 25, 41
NOISE_M, EVERY_S = (5, 10, 20, 30, 50), (1, 5, 15, 30, 60)


def figures() -> Iterator[Figure]:
    files = [SHARED / f"data/osm/{name}.osm.pbf" for name in REGIONS]
    if not all(file.is_file() for file in files):
        print(f"matching: no extracts under {SHARED}")
        return
    engines = [engine_of(file) for file in files]
    drives = [random_drives(engine, DRIVES, SEED) for engine in engines]
    wrong = sum(roads_driven(engine.graph, engine.match(steps.lonlat(engine.graph), vehicle()).steps)
                != roads_driven(engine.graph, steps) for engine, some in zip(engines, drives, strict=True) for steps in some)
    yield Figure("matching_planned_lines_wrong", float(wrong), "lines", "==0")
    for noise_m in NOISE_M:
        for every_s in EVERY_S:
            asked = noise_m == 10 and every_s == 5
            for kind in ("", "_drifting"):
                share, excess, ms = measure(engines, drives, every_s, noise_m, drifts=bool(kind))
                name = f"{noise_m}m_{every_s}s{kind}"
                yield Figure(f"matching_right_{name}", share, "%", ">=99" if asked else ">=90")
                yield Figure(f"matching_excess_{name}", excess, "%", "<=1" if asked else "<=10")
                yield Figure(f"matching_cpu_ms_per_point_{name}", ms, "ms", "<=1")


def engine_of(file: Path) -> EmbeddedEngine:
    graph, _ = read_roads([file])
    return EmbeddedEngine(graph, find_grid(graph), build_hierarchy(graph))


def measure(engines: list[EmbeddedEngine], drives: list[list], every_s: float, noise_m: float, *, drifts: bool,
            ) -> tuple[float, float, float]:
    """(% of the true length found, % found beside it, processor milliseconds a point, making the track included)."""
    each, points, start = [], 0, time.process_time()
    for engine, some in zip(engines, drives, strict=True):
        for count, right in measured(engine, some, every_s, noise_m, drifts=drifts):
            each.append(right)
            points += count
    whole, spent_s = together(each), time.process_time() - start
    return 100.0 * whole.share, 100.0 * whole.excess, 1e3 * spent_s / points
