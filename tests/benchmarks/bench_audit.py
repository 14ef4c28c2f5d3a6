"""Trips against the rules: how many a second by the clock at each depth, on two processes, the reading and sending of them
included, once both have opened the region; figures equal to one process' in the same run.

quick    timed tracks of 1 to 9 h, a fix a minute, between lorry parks of the United States; asked: a million in 5 min
routed   pairs of random junctions of Porto, driven 3 h 40 min before;  matched: tracks over Porto's roads, a fix every 15 s
"""
from __future__ import annotations

import csv
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import polyline
import pyarrow as pa
import pyarrow.parquet as pq

from geodata.layers import conform
from locator.audit.asking import AuditAsk
from locator.audit.running import Inline, run_audit
from locator.audit.sources import open_source
from locator.audit.telling import audit_json
from locator.engines.embedded import EmbeddedEngine
from locator.settings import Settings
from locator.wiring import AuditorThere, audit_executor, build, open_layers, open_locator
from tests.benchmarks.figures import Figure, say
from tests.locator.tracks import fixes, random_drives

SHARED = Path(os.environ.get("LOCATOR_SHARED", Path(__file__).parents[3] / "shared"))
PLACES = SHARED / "data/world/us_ntad_truck_stop_parking.csv"
PORTO = SHARED / "data/osm/porto.osm.pbf"
NOW, DAY = datetime(2026, 11, 26, tzinfo=UTC), date(2026, 11, 26)
TRACKS, PAIRS, MATCHED, SAME = 60_000, 8_000, 600, 600     # SAME: so many are judged by one process too
READY_S = 8.0
WORKERS = 2


def figures() -> Iterator[Figure]:
    if not (PLACES.is_file() and PORTO.is_file()):
        print(f"audit: no data under {SHARED}")
        return
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "var")
        say("audit: building America's lorry parks and Porto")
        america(settings)
        build(settings, "porto", [PORTO], country="PT", tz="Europe/Lisbon")
        engine = open_locator(settings, "porto").engine
        assert isinstance(engine, EmbeddedEngine)
        yield from depth(settings, "america", AuditAsk("quick", on=DAY), tracks(Path(folder)), TRACKS, 1_000_000 / 300)
        tired = AuditAsk("routed", on=DAY, behind_s=13_200.0)
        yield from depth(settings, "porto", tired, pairs(Path(folder), engine), PAIRS, 300)
        yield from depth(settings, "porto", replace(tired, depth="matched"), lines(Path(folder), engine), MATCHED, 30)


def depth(settings: Settings, region: str, ask: AuditAsk, file: Path, count: int, asked: float) -> Iterator[Figure]:
    """Trips a second, once every process has opened the region and judged a part."""
    say(f"audit: {ask.depth}, {count} trips on {WORKERS} processes")
    there, small = AuditorThere(settings, region, ask, NOW), part_of(file)
    with audit_executor(settings, WORKERS) as (pool, workers):
        for ready in [pool.submit(opened, there) for _ in range(workers)]:
            ready.result()
        warm = run_audit(open_source(small), there, pool, ask.depth, workers=workers)
        start = time.perf_counter()
        tally = run_audit(open_source(file), there, pool, ask.depth, workers=workers)
        spent_s = time.perf_counter() - start
    auditor = there()
    run_audit(open_source(small), there, Inline(), ask.depth, workers=1)
    begun = time.process_time()
    alone = run_audit(open_source(small), there, Inline(), ask.depth, workers=1)
    each_ms = 1e3 * (time.process_time() - begun) / (alone.sums["trips"] + alone.sums["bad"])
    same = orjson.dumps(audit_json(auditor, alone)) == orjson.dumps(audit_json(auditor, warm))
    yield Figure(f"audit_{ask.depth}_trips_a_second", count / spent_s, "trips/s", f">={asked:.0f}")
    yield Figure(f"audit_{ask.depth}_wall", spent_s, "s", ">=0")
    yield Figure(f"audit_{ask.depth}_cpu_ms_a_trip", each_ms, "ms", ">=0")
    yield Figure(f"audit_{ask.depth}_judged", 100 * tally.sums["trips"] / count, "%", ">=90")
    yield Figure(f"audit_{ask.depth}_forced_stops", tally.sums["forced"], "stops", ">=1")
    yield Figure(f"audit_{ask.depth}_without_a_place", tally.sums["without"], "stops", ">=0")
    yield Figure(f"audit_{ask.depth}_one_process_finds_another", float(not same), "runs", "==0")


def opened(there: AuditorThere) -> int:
    """Has a worker open the region; it keeps it busy so long that the next worker gets the next one."""
    there()
    time.sleep(READY_S)
    return os.getpid()


def america(settings: Settings) -> None:
    table = pd.read_csv(PLACES, encoding="utf-8-sig")
    frame = gpd.GeoDataFrame({"id": table["OBJECTID"].astype(str), "kind": "lorry_park"},
                             geometry=gpd.points_from_xy(table["Longitude"], table["Latitude"]), crs=4326)
    build(settings, "america", [], country="US", tz="America/Chicago")
    open_layers(settings, "america").add("parks", "lorry_park", conform(frame, "lorry_park"))


def tracks(folder: Path) -> Path:
    """From a park towards another, 85 km/h, with a rest of half an hour somewhere in every second one."""
    rng = np.random.default_rng(8)
    table = pd.read_csv(PLACES, encoding="utf-8-sig")
    parks = table[["Longitude", "Latitude"]].to_numpy(float)
    lon, lat, when, ends = [], [], [], [0]
    for _ in range(TRACKS):
        minutes = int(rng.integers(60, 540))
        start, end = parks[rng.integers(len(parks), size=2)]
        heading = np.arctan2(end[1] - start[1], (end[0] - start[0]) * 0.79) + np.cumsum(rng.normal(0, 0.02, minutes))
        step_deg = 1.417 / 111.2 * rng.uniform(0.9, 1.1, minutes)
        lat.append(start[1] + np.cumsum(step_deg * np.sin(heading)))
        lon.append(start[0] + np.cumsum(step_deg * np.cos(heading) / 0.79))
        time_s = 1.7956e9 + 60.0 * np.arange(minutes)
        if rng.random() < 0.5:
            time_s[rng.integers(minutes):] += 1_800
        when.append(time_s)
        ends.append(ends[-1] + minutes)
    lists = [pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.array(np.clip(np.concatenate(part), low, high)))
             for part, low, high in ((lon, -179, 179), (lat, -85, 85), (when, 0, 7e9))]
    file = folder / "tracks.parquet"
    pq.write_table(pa.table({"id": np.arange(TRACKS), "lon": lists[0], "lat": lists[1], "time": lists[2]}), file)
    return file


def pairs(folder: Path, engine: EmbeddedEngine) -> Path:
    rng, net = np.random.default_rng(9), engine.network(AuditAsk().vehicle)
    great = np.flatnonzero(net.can_leave & net.can_arrive)
    ends = engine.graph.node_lonlat[engine.graph.arc_tail[rng.choice(great, (PAIRS, 2))]]
    return written(folder / "pairs.csv", iter(ends.reshape(PAIRS, 4).tolist()), ("from_lon", "from_lat", "to_lon", "to_lat"))


def lines(folder: Path, engine: EmbeddedEngine) -> Path:
    drives = random_drives(engine, MATCHED, 10, least_m=8_000.0)
    tracks = (fixes(engine.graph, steps, 15.0, 8.0, seed) for seed, steps in enumerate(drives))
    return written(folder / "lines.csv", ([polyline.encode(track.tolist(), geojson=True)] for track in tracks), ("polyline",))


def written(file: Path, rows: Iterator[list[object]], names: tuple[str, ...]) -> Path:
    with file.open("w", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(names)
        table.writerows(rows)
    return file


def part_of(file: Path) -> Path:
    """The first SAME trips."""
    small = file.with_name(f"small_{file.name}")
    if file.suffix == ".parquet":
        pq.write_table(pq.read_table(file).slice(0, SAME), small)
    else:
        small.write_text("".join(file.read_text().splitlines(keepends=True)[:SAME + 1]))
    return small
