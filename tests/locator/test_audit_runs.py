"""Many trips: read in batches, judged anywhere, taken up again, added up the same; one bad trip is a finding, never a stop."""
from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geodata.errors import BadInput
from locator.audit import running
from locator.audit.asking import AuditAsk
from locator.audit.running import AHEAD, BATCH, Inline, Parts, run_audit
from locator.audit.sources import open_source
from locator.audit.tally import MOST_FINDINGS, Tally
from locator.audit.telling import audit_json
from locator.settings import Settings
from locator.wiring import AuditorThere, audit_executor, open_locator

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
ASK = AuditAsk("routed", on=date(2026, 11, 26), behind_s=13_500.0)
ENDS = ("from_lon", "from_lat", "to_lon", "to_lat")


@pytest.fixture(scope="module")
def trips(wujin: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """160 pairs of ends in the sample, every twentieth of them spoilt."""
    rng = np.random.default_rng(2)
    nodes = open_locator(wujin).engine.graph.node_lonlat  # type: ignore[attr-defined]
    file = tmp_path_factory.mktemp("trips") / "trips.csv"
    with file.open("w", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(["id", *ENDS, "weight", "depart"])
        for i in range(160):
            ends = nodes[rng.integers(len(nodes), size=2)].ravel()
            row: list[Any] = [f"t{i}", *ends, rng.integers(1, 9) / 8, "2026-11-26T09:00"]
            row[1] = "nowhere" if i % 20 == 7 else row[1]
            table.writerow(row)
    return file


class Counted(Inline):
    """Counts what is asked of it, and how much of it nobody has taken yet."""

    def __init__(self, stop_after: int = 10**9) -> None:
        self.asked, self.waiting, self.most, self.stop_after = 0, 0, 0, stop_after

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.asked == self.stop_after:
            raise KeyboardInterrupt
        self.asked += 1
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        future = super().submit(fn, *args, **kwargs)
        take = future.result

        def taken(timeout: float | None = None) -> Any:
            self.waiting -= 1
            return take(timeout)
        future.result = taken  # type: ignore[method-assign]
        return future


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setitem(BATCH, "routed", 13)
    return 13                                                           # batches of 160 trips


def there(settings: Settings) -> AuditorThere:
    return AuditorThere(settings, "wujin", ASK, NOW)


def told(settings: Settings, tally: Tally) -> bytes:
    return orjson.dumps(audit_json(there(settings)(), tally))


@pytest.fixture(scope="module")
def whole(wujin: Settings, trips: Path) -> bytes:
    """What one process finds, in one batch size."""
    return told(wujin, run_audit(open_source(trips), there(wujin), Inline(), "routed", workers=1))


def test_bad_trips_are_findings_with_their_row_and_the_rest_is_judged(whole: bytes) -> None:
    said = json.loads(whole)
    assert said["trips"] + said["bad"] == 160 and 8 <= said["bad"] < 20
    spoilt = [one for one in said["findings"] if one["code"] == "not_a_number"]
    assert [one["row"] for one in spoilt] == list(range(9, 162, 20)) and {one["field"] for one in spoilt} == {"from_lon"}
    assert {one["value"] for one in spoilt} == {"nowhere"} and {one["file"] for one in spoilt} == {"trips.csv"}


def test_the_sums_fit_together(whole: bytes, wujin: Settings) -> None:
    said = json.loads(whole)
    assert said["unserved"] <= said["long"] <= said["trips"] and 0 < said["without"] < said["forced"] >= said["long"]
    assert sum(one["forced"] for one in said["without_place"]) == said["without"]
    assert sum(one["weight"] for one in said["without_place"]) == pytest.approx(said["without_weight"])
    assert sum(one["forced"] for one in said["last_chances"]) == said["forced"] - said["without"]
    assert sum(one["forced"] for one in said["hours"]) == said["forced"] and {one["hour"] for one in said["hours"]} == {9}
    assert said["schematic"] and said["approximate"] and said["layers"] == {
        layer.name: layer.version for layer in open_locator(wujin).layers().places.values()}
    assert all(one["road"] and one["way"] for one in said["without_place"])
    weights = [one["weight"] for one in said["without_place"]]
    assert weights == sorted(weights, reverse=True)


def test_batches_of_any_size_give_the_same(wujin: Settings, trips: Path, whole: bytes, small: int) -> None:
    counted = Counted()
    tally = run_audit(open_source(trips), there(wujin), counted, "routed", workers=2)
    assert told(wujin, tally) == whole and counted.asked == small
    assert counted.most == AHEAD * 2                                    # never more in hand, however long the table


@pytest.mark.deep
def test_two_processes_give_the_same(wujin: Settings, trips: Path, whole: bytes, small: int) -> None:
    with audit_executor(wujin, 2) as (pool, workers):
        assert told(wujin, run_audit(open_source(trips), there(wujin), pool, "routed", workers=workers)) == whole


def test_a_run_that_was_interrupted_goes_on_where_it_was(wujin: Settings, trips: Path, whole: bytes, small: int, tmp_path: Path,
                                                         ) -> None:
    source, parts, lines = open_source(trips), Parts(tmp_path / "parts", "one"), []
    with pytest.raises(KeyboardInterrupt):
        run_audit(source, there(wujin), Counted(stop_after=7), "routed", workers=1, parts=parts)
    kept = len(list(parts.folder.glob("*.json")))
    assert 3 <= kept <= 7
    parts.file(1).write_bytes(parts.file(1).read_bytes()[:-9])           # as if the disk had lost the end of one
    again = Counted()
    tally = run_audit(source, there(wujin), again, "routed", workers=1, parts=parts, each=lambda one: lines.append(one))
    assert again.asked == small - kept + 1 and told(wujin, tally) == whole and len(lines) == small
    third = Counted()
    assert told(wujin, run_audit(source, there(wujin), third, "routed", workers=1, parts=parts)) == whole and third.asked == 0
    other = Counted()
    run_audit(source, there(wujin), other, "routed", workers=1, parts=Parts(parts.folder, "another question"))
    assert other.asked == small


def test_progress_rises_to_the_whole(wujin: Settings, trips: Path, small: int) -> None:
    seen: list[float] = []
    run_audit(open_source(trips), there(wujin), Inline(), "routed", workers=1,
              progress=lambda step, done, total: seen.append(done / total))
    assert len(seen) == small and seen == sorted(seen) and seen[-1] == 1.0


# ---------------------------------------------------------------- the forms trips come in

def test_csv_parquet_and_gpx_of_one_track_are_one_trip(tmp_path: Path) -> None:
    lon, lat, time = np.linspace(119.9, 120.1, 9), np.full(9, 31.7), 1.8e9 + np.arange(9) * 60.0
    stamps = pa.array((time * 1e6).astype("int64")).cast(pa.timestamp("us"))
    for name, kind in (("a", pa.array([time])), ("b", pa.ListArray.from_arrays(pa.array([0, 9], pa.int32()), stamps))):
        table = pa.table({"id": ["x"], "lon": pa.array([lon]), "lat": pa.array([lat]), "time": kind, "other": ["="]})
        pq.write_table(table, tmp_path / f"{name}.parquet")
    points = "".join(f'<trkpt lon="{x!r}" lat="{y!r}"><time>{datetime.fromtimestamp(t, UTC).isoformat()}</time></trkpt>'
                     for x, y, t in zip(lon.tolist(), lat.tolist(), time.tolist(), strict=True))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/c.gpx").write_text(f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>")
    (tmp_path / "notes.txt").write_text("not a trip")
    source = open_source(tmp_path)
    batches = [batch for batch, _ in source.batches(10)]
    assert [file.name for file in source.files] == ["a.parquet", "b.parquet", "c.gpx"] and len(batches) == 3
    read = [running.read_trip(record, row) for batch in batches for row, record in batch.rows()]
    assert len(read) == 3 and all(trip.line and trip.row == 1 for trip in read)
    for trip in read:
        np.testing.assert_array_equal(trip.lonlat, np.column_stack([lon, lat]))
        np.testing.assert_array_equal(trip.time_s, time)


def test_broken_rows_of_a_table_are_findings_and_a_flood_of_them_is_counted(wujin: Settings, tmp_path: Path) -> None:
    head, good = ",".join(["id", *ENDS]), "g,119.9446,31.7158,120.1115,31.7637"
    quoted = ",".join(f'"{cell}"' for cell in good.split(","))
    rows = [head, "x,1,2", "y," + "1" * 1_000_001, "z,119.9,31.7,119.9,31.7", quoted, good, "w,9e9,0,0,0,more"]
    (tmp_path / "bad.csv").write_bytes("\n".join(rows).encode() + b"\n\xff\xfe,1,1,2,2\n" + b"f,a,b,c,d\n" * 1_500)
    tally = run_audit(open_source(tmp_path / "bad.csv"), there(wujin), Inline(), "routed", workers=1)
    assert tally.sums["trips"] == 2 and tally.sums["bad"] == len(rows) - 3 + 1 + 1_500
    assert len(tally.findings) == MOST_FINDINGS and sum(tally.codes.values()) == tally.sums["bad"]
    assert [one["code"] for one in tally.findings[:4]] == ["missing", "bad_file", "line_too_short", "out_of_range"]


@pytest.mark.parametrize(("name", "content", "code"), [
    ("a.txt", b"x", "not_allowed"), ("a.csv", b"id,name\n1,x\n", "missing"), ("a.csv", b"", "missing"),
    ("a.parquet", b"PAR1 but no more", "bad_file"), ("a.csv", b"polyline\n", "empty_file")])
def test_a_file_that_is_no_table_of_trips_says_so(wujin: Settings, tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput) as found:
        run_audit(open_source(tmp_path / name), there(wujin), Inline(), "routed", workers=1)
    assert found.value.code == code


def test_a_folder_without_trips_and_a_path_that_is_not_there(tmp_path: Path) -> None:
    for path, code in ((tmp_path, "empty_file"), (tmp_path / "none", "file_not_found")):
        with pytest.raises(BadInput) as found:
            open_source(path)
        assert found.value.code == code


# ---------------------------------------------------------------- a cluster

@pytest.fixture
def cluster() -> Iterator[str]:
    """A scheduler and two workers, each a process of its own."""
    port = _free_port()
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    run = "from distributed.cli.dask_{0} import main; main()"
    begin = [sys.executable, "-c", run.format("scheduler"), "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = [sys.executable, "-c", run.format("worker"), f"tcp://127.0.0.1:{port}", "--nthreads", "1", "--no-dashboard"]
    started = [subprocess.Popen(args, **quiet) for args in (begin, worker, worker)]
    try:
        yield f"tcp://127.0.0.1:{port}"
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=20)


def _free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.deep
@pytest.mark.filterwarnings("default")                                  # distributed's own
def test_two_workers_of_a_cluster_give_the_same(cluster: str, wujin: Settings, trips: Path, whole: bytes, small: int) -> None:
    from dataclasses import replace

    from distributed import Client

    with Client(cluster, timeout=30) as client:
        client.wait_for_workers(2, timeout=60)
    with audit_executor(replace(wujin, dask=cluster), 1) as (executor, workers):
        assert workers == 2
        tally = run_audit(open_source(trips), there(wujin), executor, "routed", workers=workers)
    assert told(wujin, tally) == whole
