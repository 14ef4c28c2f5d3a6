"""Unmet needs: how coarse they are kept, that many processes count right, and that no trouble of the file reaches an answer."""
from __future__ import annotations

import itertools
import logging
import sqlite3
import subprocess
import sys
from dataclasses import astuple, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from geodata.errors import BadInput, Unavailable
from locator.asks import RouteAsk, Want
from locator.engines.protocol import Route
from locator.engines.straight import StraightEngine
from locator.settings import Settings
from locator.unmet import (
    CELL_DEG,
    COLUMNS,
    KEEP_MONTHS,
    SHOWN_FROM,
    Need,
    count_unmet,
    middle_ahead,
    needs_of,
    unmet_needs,
)
from locator.vehicles import vehicle
from locator.wiring import open_locator

NEED = Need("wujin", 119.975, 31.725, "G233", "2026-11", 19, "workday", "shower")
AT = datetime(2026, 11, 24, 18, 59, 59, 123456, tzinfo=UTC)           # a Tuesday


def counted(file: Path, need: Need = NEED, times: int = SHOWN_FROM) -> None:
    for _ in range(times):
        assert count_unmet(file, [need])


def shown(file: Path, region: str = "wujin", since: str | None = None) -> list[tuple[object, ...]]:
    return [tuple(row) for row in unmet_needs(file, region, since).itertuples(index=False)]


@pytest.fixture(scope="module")
def route() -> Route:
    return StraightEngine().route(np.array([[119.9446, 31.7158], [120.1115, 31.7637]]), vehicle())


# ---------------------------------------------------------------- what is kept

def test_a_need_is_as_coarse_as_the_privacy_page_says(route: Route) -> None:
    (need,) = needs_of("wujin", route, AT, middle_ahead(route, 0.0), Want(services=("shower",)), AT)
    assert astuple(need) == ("wujin", 120.025, 31.725, "", "2026-11", 19, "workday", "shower")


def test_everybody_of_a_cell_and_hour_is_the_same_need(route: Route) -> None:
    """Starts, moments and routes that differ within cell and hour leave the same row: nothing of them is kept."""
    want, middle = Want(services=("shower",)), middle_ahead(route, 0.0)
    kept = {needs_of("wujin", route, AT + timedelta(seconds=s), middle + m, want, AT)[0]
            for s, m in itertools.product((0, 61, 900, 1800), (-900.0, 0.0, 900.0))}
    assert len(kept) == 1


@pytest.mark.parametrize(("lat", "least_m"), [(0.0, 5_500), (31.7, 4_700), (60.0, 2_700)])
def test_a_cell_is_never_smaller_than_a_kilometre(lat: float, least_m: float) -> None:
    from pyproj import Geod

    wide = Geod(ellps="WGS84").inv(10.0, lat, 10.0 + CELL_DEG, lat)[2]
    high = Geod(ellps="WGS84").inv(10.0, lat, 10.0, lat + CELL_DEG)[2]
    assert min(wide, high) >= least_m


@pytest.mark.parametrize(("want", "missing"), [
    (Want(services=("shower", "bed"), kinds=("fuel",)), ["shower", "bed"]),
    (Want(kinds=("fuel", "partner")), ["fuel", "partner"]),
    (Want(min_bays=20), ["lorry_bays"]), (Want(), ["any"]), (Want(max_detour_s=600), ["any"]), (Want(max_detour_s=599), []),
])
def test_what_is_missing(route: Route, want: Want, missing: list[str]) -> None:
    assert [need.missing for need in needs_of("wujin", route, AT, 5_000.0, want, AT)] == missing


@pytest.mark.parametrize(("day", "days"), [(23, "workday"), (27, "workday"), (28, "weekend"), (29, "weekend"), (30, "workday")])
def test_days(route: Route, day: int, days: str) -> None:
    at = AT.replace(day=day, hour=12)
    assert needs_of("wujin", route, at, 0.0, Want(), AT)[0].days == days


@pytest.mark.parametrize(("off", "kept"), [(timedelta(days=31), 0), (timedelta(days=30), 1), (timedelta(days=-30), 1),
                                           (timedelta(days=-32), 0), (timedelta(days=40_000), 0)])
def test_a_drive_of_another_season_is_no_need(route: Route, off: timedelta, kept: int) -> None:
    assert len(needs_of("wujin", route, AT + off, 5_000.0, Want(), AT)) == kept


def test_the_road_is_told_where_roads_are_known(wujin: Settings) -> None:
    found = open_locator(wujin).route(RouteAsk(origin="湖塘", destination="横山桥")).route
    assert {needs_of("wujin", found, AT, m, Want(), AT)[0].road for m in np.linspace(0, found.distance_m, 50)} - {""}


# ---------------------------------------------------------------- the file

def test_a_count_is_shown_from_five_up(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    counted(file, times=SHOWN_FROM - 1)
    assert shown(file) == []
    counted(file, times=1)
    assert shown(file) == [(*astuple(NEED), SHOWN_FROM)]
    assert list(unmet_needs(file, "wujin").columns) == list(COLUMNS)


def test_rows_that_differ_in_one_thing_are_not_added_up(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    others = [replace(NEED, **{name: value}) for name, value in (  # type: ignore[arg-type]
        ("region", "porto"), ("cell_lon", 120.025), ("cell_lat", 31.775), ("road", ""), ("month", "2026-12"), ("hour", 20),
        ("days", "weekend"), ("missing", "bed"))]
    for need in [NEED, *others]:
        counted(file, need, SHOWN_FROM - 1)
    assert shown(file) == []
    counted(file, times=1)
    assert len(shown(file)) == 1 and shown(file, "porto") == []


def test_since_a_month(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    for month in ("2026-09", "2026-10", "2026-11"):
        counted(file, replace(NEED, month=month))
    assert [row[4] for row in shown(file, since="2026-10")] == ["2026-11", "2026-10"] and len(shown(file)) == 3
    assert shown(file, since="2027-01") == []


@pytest.mark.parametrize("since", ["2026", "2026-13", "2026-1", "2026-11-01", "x", "", "2026-11' OR 1"])
def test_since_is_a_month_or_refused(tmp_path: Path, since: str) -> None:
    with pytest.raises(BadInput) as caught:
        unmet_needs(tmp_path / "state.sqlite", "wujin", since)
    assert (caught.value.code, caught.value.field) == ("bad_time", "since")


def test_old_months_are_dropped(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    for month in ("2023-10", "2023-11"):
        counted(file, replace(NEED, month=month))
    counted(file)
    assert KEEP_MONTHS == 36 and [row[4] for row in shown(file)] == ["2026-11", "2023-11"]


def test_a_flood_of_made_up_needs_fills_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "state.sqlite"
    counted(file, times=SHOWN_FROM - 1)
    monkeypatch.setattr("locator.unmet.MOST_ROWS", 3)
    for hour in range(10):
        assert count_unmet(file, [replace(NEED, hour=hour, missing="bed")])
    with sqlite3.connect(file) as state:
        assert state.execute("SELECT count(*) FROM unmet").fetchone() == (3,)
    counted(file, times=1)
    assert len(shown(file)) == 1, "what was there counts on"


def test_nothing_counted_is_nothing_shown_and_makes_no_file(tmp_path: Path) -> None:
    assert shown(tmp_path / "state.sqlite") == [] and not list(tmp_path.iterdir())


COUNT = """
import sys
from pathlib import Path
from locator.unmet import Need, count_unmet
for _ in range(25):
    while not count_unmet(Path(sys.argv[1]), [Need(*eval(sys.argv[2]))]):
        pass                          # lost to a lock: an answer would have gone on, this test tries again
"""


def test_processes_that_count_at_once_lose_nothing(tmp_path: Path, root: Path) -> None:
    file = tmp_path / "state.sqlite"
    command = [sys.executable, "-c", COUNT, str(file), repr(astuple(NEED))]
    workers = [subprocess.Popen(command, cwd=root, stderr=subprocess.DEVNULL) for _ in range(3)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0] and shown(file)[0][-1] == 75


# ---------------------------------------------------------------- trouble

def test_a_locked_file_loses_the_count_and_no_more(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "state.sqlite"
    counted(file)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with caplog.at_level(logging.WARNING):
        assert count_unmet(file, [NEED]) is False
    assert "not counted" in caplog.text
    holder.close()
    assert shown(file)[0][-1] == SHOWN_FROM


@pytest.mark.parametrize("harm", [lambda f: f.write_bytes(b"no database" * 99), lambda f: f.mkdir(), lambda f: _later(f)],
                         ids=["another file", "a folder", "a later version"])
def test_a_file_that_is_none_is_left_as_it_is(tmp_path: Path, harm: object) -> None:
    file = tmp_path / "state.sqlite"
    assert callable(harm)
    harm(file)
    before = file.read_bytes() if file.is_file() else None
    assert count_unmet(file, [NEED]) is False
    assert file.is_dir() or file.read_bytes() == before
    if file.is_file():
        with pytest.raises(Unavailable):
            unmet_needs(file, "wujin")


def _later(file: Path) -> None:
    state = sqlite3.connect(file, isolation_level=None)
    state.execute("PRAGMA journal_mode = WAL")
    state.execute("CREATE TABLE parts (part TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT")
    state.execute("INSERT INTO parts VALUES ('unmet', 99)")
    state.close()


FULL = """
import resource, signal, sys
from pathlib import Path
from locator.unmet import Need, count_unmet
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
print(count_unmet(Path(sys.argv[1]), [Need(*eval(sys.argv[2]))]))
"""


@pytest.mark.parametrize("limit", [0, 4_096, 10_000])
def test_a_full_disk_loses_the_count_and_no_more(tmp_path: Path, root: Path, limit: int) -> None:
    """EFBIG in place of ENOSPC, as for any user; what was counted before stands."""
    file = tmp_path / "state.sqlite"
    counted(file)
    command = [sys.executable, "-c", FULL, str(file), repr(astuple(NEED)), str(limit)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=root, timeout=60)
    assert ran.stdout == "False\n", ran
    assert shown(file)[0][-1] == SHOWN_FROM
    counted(file, times=1)
    assert shown(file)[0][-1] == SHOWN_FROM + 1
