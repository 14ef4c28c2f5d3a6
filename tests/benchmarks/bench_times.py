"""Driving times beside OSRM's and Valhalla's, on the same pairs of points: `python -m tests.benchmarks.bench_times [PAIRS]`.

In: the extracts, the other engines' programs (fetched only when run by itself).    Out: ratios, and why routes are far apart.
"""
from __future__ import annotations

import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geodata.roads.osm import read_roads
from geodata.roads.speed_table import CEILINGS, STANDARD, SpeedTable, changed
from geodata.roads.tags import CLASS_NAMES, CLASS_NUMBER
from locator.engines.hierarchy import build_hierarchy
from locator.engines.network import Network, Spot
from locator.engines.steps import Steps
from locator.vehicles import PRESETS
from tests.benchmarks.causes import Roads, causes
from tests.benchmarks.engines import Drive, Osrm, Valhalla, find_programs, osrm, valhalla
from tests.benchmarks.figures import Figure

SHARED = Path(os.environ.get("LOCATOR_SHARED", Path(__file__).parents[3] / "shared"))
REGIONS = {"heidelberg": "DE", "porto": "PT"}
PAIRS, SEED = 500, 11
FAR_OFF = 0.2                  # a duration that differs by more is explained
SNAP_M = 1.0                   # both other engines know a road that near to the point we stand at
STARTS = tuple(CLASS_NUMBER[name] for name in ("trunk", "primary", "secondary", "tertiary", "unclassified", "residential"))


@dataclass(frozen=True, eq=False)
class Pair:
    start: Spot
    end: Spot
    ours: Steps
    theirs: dict[str, Drive]


def compare(name: str, programs: Path, pairs: int) -> tuple[Roads, list[Pair], int]:
    """The same pairs driven by all three. Returns also how many points another engine had no road at."""
    extract = SHARED / f"data/osm/{name}.osm.pbf"
    graph, _ = read_roads([extract], speeds=STANDARD.of(REGIONS[name]))
    speeds = [read_roads([extract], speeds=table)[0].arc_kmh[:, 0] for table in _tables(REGIONS[name])]
    net = Network(graph, PRESETS["lorry"].profile, build_hierarchy(graph))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as open_:
        for part in ("osrm", "valhalla"):
            Path(folder, part).mkdir()
        engines = (open_.enter_context(osrm(programs, extract, Path(folder, "osrm"))),
                   open_.enter_context(valhalla(programs, extract, Path(folder, "valhalla"))))
        spots, off = _spots(net, engines, 2 * pairs)
        found = []
        for start, end in zip(spots[::2], spots[1::2], strict=True):
            ours = net.path(start, end)
            theirs = {engine.name: drive for engine in engines
                      if (drive := engine.route((start.lon, start.lat), (end.lon, end.lat))) is not None}
            if ours is not None:
                found.append(Pair(start, end, ours, theirs))
    return Roads(net, *speeds), found, off


def _tables(country: str) -> tuple[SpeedTable, SpeedTable, SpeedTable]:
    """Nothing that stands in the way; nor a lorry's own law; nor a ceiling from surface, width or kind of service road."""
    nothing: dict[str, object] = {"delay": {name: {"lorry_s": 0.0, "van_s": 0.0} for name in STANDARD.delays}}
    free = {part: {name: {"lorry_top_kmh": 200.0, "van_top_kmh": 200.0} for name in STANDARD.ceilings[part]} for part in CEILINGS}
    return changed(nothing).of(country), changed(nothing), changed(nothing | free)


def _spots(net: Network, engines: tuple[Osrm, Valhalla], count: int) -> tuple[list[Spot], int]:
    """Middles of random roads, one as likely as another metre for metre, where all three engines have a road."""
    graph, rng, found, off = net.graph, np.random.default_rng(SEED), list[Spot](), 0
    usable = np.isin(graph.edge_class, STARTS) & net.usable_edges(True, False) & net.usable_edges(False, True)
    usable[np.unique(graph.arc_edge[np.asarray(graph.arc_local) != 0])] = False
    edges = np.flatnonzero(usable)
    share = graph.edge_length_m[edges] / graph.edge_length_m[edges].sum()
    while len(found) < count:
        spot = _middle(net, int(rng.choice(edges, p=share)))
        if max(engine.off_m((spot.lon, spot.lat)) for engine in engines) < SNAP_M:
            found.append(spot)
        else:
            off += 1
    return found, off


def _middle(net: Network, edge: int) -> Spot:
    shape = net.graph.shape(edge)
    step = np.hypot(*(np.diff(shape, axis=0) * (np.cos(np.radians(shape[0, 1])), 1.0)).T)
    at = np.interp(step.sum() / 2, np.concatenate([[0.0], np.cumsum(step)]), np.arange(len(shape)))
    low = min(int(at), len(shape) - 2)
    lon, lat = shape[low] + (at - low) * (shape[low + 1] - shape[low])
    return net.spot(edge, 0.5, float(lon), float(lat))


def ratios(pairs: list[Pair], engine: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ours over theirs: duration, distance."""
    both = [(p.ours.total_ms / 1000 / p.theirs[engine].duration_s, p.ours.total_m / p.theirs[engine].distance_m)
            for p in pairs if engine in p.theirs]
    return np.array([d for d, _ in both]), np.array([m for _, m in both])


def far_off(roads: Roads, pairs: list[Pair], engine: str) -> dict[tuple[str, str], list[tuple[Pair, list[tuple[str, float]]]]]:
    """Routes that differ by more than FAR_OFF in duration, by (slower | faster, first cause)."""
    found: dict[tuple[str, str], list[tuple[Pair, list[tuple[str, float]]]]] = defaultdict(list)
    for pair in pairs:
        drive = pair.theirs.get(engine)
        if drive is None:
            continue
        ratio = pair.ours.total_ms / 1000 / drive.duration_s
        if abs(ratio - 1) > FAR_OFF:
            why = causes(roads, pair.ours, drive)
            found["slower" if ratio > 1 else "faster", why[0][0]].append((pair, why))
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def shares(roads: Roads, pairs: list[Pair], engine: str) -> list[tuple[str, float]]:
    """(cause, seconds a route that it makes ours longer), the greatest first."""
    total: dict[str, float] = defaultdict(float)
    for pair in pairs:
        if engine in pair.theirs:
            for cause, seconds in causes(roads, pair.ours, pair.theirs[engine]):
                total[cause] += seconds / len(pairs)
    return sorted(total.items(), key=lambda item: -abs(item[1]))


def class_speeds(roads: Roads, pairs: list[Pair], engine: str) -> Iterator[str]:
    """Ours and theirs in km/h, on their ways, by class: what turns and lights take is left out of both."""
    metres, mine, their = (np.zeros(len(CLASS_NAMES)) for _ in range(3))
    for pair in pairs:
        if engine in pair.theirs:
            laid = roads.lay(pair.theirs[engine])
            edge = roads.graph.arc_edge[laid.arcs]
            parts = (metres, roads.graph.edge_length_m[edge]), (mine, roads.seconds(laid.arcs)), (their, laid.theirs_s)
            for total, part in parts:
                np.add.at(total, roads.graph.edge_class[edge], part)
    for name, m, ours_s, theirs_s in zip(CLASS_NAMES, metres, mine, their, strict=True):
        if m > 20_000 and theirs_s > 0:
            yield f"{name} {m / ours_s * 3.6:.0f}/{m / theirs_s * 3.6:.0f}"


def told(name: str, roads: Roads, pairs: list[Pair], off: int) -> Iterator[str]:
    yield f"## {name}: {len(pairs)} pairs; {off} points drawn again, another engine had no road within {SNAP_M:g} m"
    for engine in ("OSRM", "Valhalla"):
        duration, distance = ratios(pairs, engine)
        yield f"\n{engine}: {len(duration)} routes; {len(pairs) - len(duration)} where it finds no way"
        for what, ratio in (("duration", duration), ("distance", distance)):
            low, middle, high = np.quantile(ratio, [0.025, 0.5, 0.975])
            yield f"  {what}: ours/theirs median {middle:.2f}, 95 % between {low:.2f} and {high:.2f}"
        yield "  all routes together, seconds a route: " + ", ".join(
            f"{cause} {seconds:+.0f}" for cause, seconds in shares(roads, pairs, engine)[:12])
        yield "  km/h ours/theirs by class: " + ", ".join(class_speeds(roads, pairs, engine))
        groups = far_off(roads, pairs, engine)
        yield f"  off by more than {FAR_OFF:.0%} in duration: {sum(map(len, groups.values()))}"
        for (way, cause), routes in groups.items():
            pair, why = routes[0]
            theirs = pair.theirs[engine]
            yield (f"    {len(routes):4d} {way}: {cause}; e.g. {pair.start.lon:.5f},{pair.start.lat:.5f} to {pair.end.lon:.5f},"
                   f"{pair.end.lat:.5f}: {pair.ours.total_ms / 1000:.0f} s, theirs {theirs.duration_s:.0f} s; "
                   + ", ".join(f"{part} {seconds:+.0f}" for part, seconds in why[:3]))


def figures() -> Iterator[Figure]:
    programs = find_programs(download=False)
    if programs is None or not (SHARED / "data/osm").is_dir():
        print("times: left out, there are no programs of other engines (fetch: python -m tests.benchmarks.bench_times)"
              if programs is None else "times: left out, there are no extracts", file=sys.stderr)
        return
    for name in REGIONS:
        _, pairs, _ = compare(name, programs, PAIRS)
        for engine in ("OSRM", "Valhalla"):
            duration, distance = ratios(pairs, engine)
            yield Figure(f"times_{name}_{engine.lower()}_duration", float(np.median(duration)), "ours/theirs", ">=0.8")
            yield Figure(f"times_{name}_{engine.lower()}_duration", float(np.median(duration)), "ours/theirs", "<=1.25")
            yield Figure(f"times_{name}_{engine.lower()}_distance", float(np.median(distance)), "ours/theirs", "<=1.1")


def main() -> int:
    programs = find_programs(download=True)
    if programs is None:
        return 1
    for name in REGIONS:
        for line in told(name, *compare(name, programs, int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS)):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
