"""Trips against the rules: every forced stop, its last chance, and where there was none, as trying everything finds them."""
from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from pytest import approx

from geodata.errors import BadInput
from locator.asks import RouteAsk, Want
from locator.audit.asking import AuditAsk
from locator.audit.clock import read_clock
from locator.audit.depths import Auditor
from locator.audit.judging import Forced, chance_of, judge
from locator.audit.trips import Trip, read_trip
from locator.settings import Settings
from locator.wiring import open_locator
from tests.drawing import atlas_of, draw
from tests.locator.audits import NOW, can_be_served, dense, somewhere, stages

DAY = date(2026, 11, 26)
DRIVE = 14_400.0                     # China's
NONE = np.empty(0)
LINE = "_p~iF~ps|U_ulLnnqC"          # Google's own example


# ---------------------------------------------------------------- the law on one trip

@pytest.mark.parametrize(("total_min", "behind_min", "stops"), [
    (239, 0, []), (240, 0, []), (241, 0, [240]), (480, 0, [240]), (481, 0, [240, 480]), (60, 180, []), (61, 180, [60]),
    (10, 240, [0]), (10, 300, [0])])
def test_without_a_place_every_end_of_the_driving_time_is_a_forced_stop(total_min: int, behind_min: int,
                                                                                stops: list[int]) -> None:
    found = judge(total_min * 60, DRIVE, NONE, chance_of(NONE, NONE), behind_s=behind_min * 60)
    assert [one.at_s / 60 for one in found] == stops and all(one.place is None for one in found)


def test_the_last_chance_is_the_place_from_which_he_gets_farthest() -> None:
    reach = np.array([3_000.0, 14_000.0, 14_390.0, 14_500.0])
    on = np.array([2_900.0, 13_900.0, 13_000.0, 14_450.0])           # the third costs a long way back; the fourth is too late
    assert judge(20_000, DRIVE, NONE, chance_of(reach, on)) == [Forced(DRIVE, 0.0, 1, 14_000.0)]


@pytest.mark.parametrize(("rest_s", "stops"), [(14_400.0, 0), (14_401.0, 1), (5_601.0, 0), (5_599.0, 1)])
def test_a_rest_he_took_in_time_ends_the_stretch(rest_s: float, stops: int) -> None:
    assert len(judge(20_000, DRIVE, np.array([rest_s]), chance_of(NONE, NONE))) == stops


def test_a_trip_has_a_stop_without_a_place_exactly_when_no_choice_of_places_serves_it() -> None:
    rng = np.random.default_rng(6)
    said = set()
    for _ in range(2_000):
        n, total = int(rng.integers(0, 9)), float(rng.integers(1_000, 60_000))
        out, back = rng.integers(0, 900, n), rng.integers(0, 900, n)
        at = rng.integers(0, int(total), n)
        reach, on = (at + out).astype(float), np.maximum(at - back, 0).astype(float)
        behind = float(rng.integers(0, 14_400))
        found = judge(total, DRIVE, NONE, chance_of(reach, on), behind_s=behind)
        served = all(one.place is not None for one in found)
        assert served == can_be_served(total, DRIVE, behind, reach, on)
        assert [one.at_s for one in found] == sorted(one.at_s for one in found)
        said.add((served, len(found) > 1))
    assert len(said) == 4


# ---------------------------------------------------------------- the clock of a track

def test_standing_is_no_driving_and_only_a_whole_break_is_a_rest() -> None:
    minutes = np.array([0, 60, 79.9, 120, 140, 200]) * 60.0             # stands 60–79.9 and 120–140
    clock = read_clock(np.diff([0.0, 8e4, 8e4, 12e4, 12e4, 18e4]), minutes, 1_200.0)
    assert (clock.drive_s / 60).tolist() == approx([0, 60, 60, 100.1, 100.1, 160.1])
    assert clock.rests_s.tolist() == approx([100.1 * 60])


@pytest.mark.parametrize(("seconds", "rests"), [(1_199, 0), (1_200, 1), (1_201, 1)])
def test_a_rest_in_three_fixes_is_one_rest(seconds: int, rests: int) -> None:
    metres, time = np.array([1e4, 10.0, 10.0, 9_980.0]), np.array([0.0, 600, 1_000, 600 + seconds, 3_000])
    assert len(read_clock(metres, time, 1_200.0).rests_s) == rests


# ---------------------------------------------------------------- reading trips

@pytest.mark.parametrize(("record", "code", "field"), [
    ({}, "missing", "polyline"), ({"from_lon": 1, "from_lat": 2, "to_lon": 3}, "missing", "to_lat"),
    ({"from_lon": "x", "from_lat": 2, "to_lon": 3, "to_lat": 4}, "not_a_number", "from_lon"),
    ({"from_lon": 1, "from_lat": 2, "to_lon": 103, "to_lat": 95}, "bad_lonlat", "from_lon"),
    ({"polyline": "~~"}, "bad_polyline", "polyline"), ({"polyline": LINE, "weight": -1}, "out_of_range", "weight"),
    ({"lon": [1, 2], "lat": [1]}, "bad_table", "lat"), ({"lon": [1, 2], "lat": [1, 2], "time": [5, 4]}, "bad_time", "time"),
    ({"lon": [1, 2], "lat": [1, 2], "time": [5]}, "bad_table", "time"),
    ({"lon": [1, 2], "lat": [1, 2], "time": [5, float("nan")]}, "not_finite", "time"),
    ({"gpx": b"<gpx><trk/>"}, "bad_gpx", "gpx"), ({"depart": "now", "polyline": LINE}, "bad_time", "depart"),
    ({"weight": "nan", "polyline": LINE}, "not_finite", "weight"), ({"broken": "line contains NUL"}, "bad_file", "trips"),
])
def test_a_record_that_is_no_trip_says_which_field(record: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(BadInput) as found:
        read_trip(record, 7)
    assert (found.value.code, found.value.field) == (code, field)


def test_a_gpx_tells_its_times() -> None:
    points = "".join(f'<trkpt lon="{10 + k / 100}" lat="50"><time>2026-11-26T0{k}:00:00Z</time></trkpt>' for k in range(3))
    trip = read_trip({"id": "a.gpx", "gpx": f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>".encode()}, 1)
    assert trip.line and trip.time_s is not None and np.diff(trip.time_s).tolist() == [3_600, 3_600]
    assert trip.depart == datetime(2026, 11, 26, tzinfo=UTC)


# ---------------------------------------------------------------- quick: the clock and the corridor

def drifting(rng: np.random.Generator, hours: float) -> tuple[np.ndarray, np.ndarray]:
    """A slow track with rests, long and short, a fix every two minutes."""
    count = int(hours * 30)
    step = np.where(rng.random(count) < 0.9, 700.0, 0.0)
    step[rng.integers(count)] = 0.0
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.15, count))
    lat = 48 + np.cumsum(np.concatenate([[0], step * np.cos(heading)])) / 111_200
    lon = 9 + np.cumsum(np.concatenate([[0], step * np.sin(heading)])) / 74_000
    time = np.concatenate([[0], np.cumsum(np.full(count, 120.0))])
    if rng.random() < 0.7:                                              # a rest of 15 or 25 minutes between two fixes
        at = int(rng.integers(1, count))
        time[at:] += rng.choice([900.0, 1_500.0])
        lon[at], lat[at] = lon[at - 1], lat[at - 1]
    return np.column_stack([lon, lat]), 1.8e9 + time


def test_quick_finds_what_looking_at_every_twenty_metres_finds() -> None:
    rng, said = np.random.default_rng(11), set()
    for _ in range(40):
        lonlat, time = drifting(rng, float(rng.uniform(4, 13)))
        on = lonlat[rng.integers(len(lonlat), size=int(rng.integers(0, 5)))]
        places = on + rng.normal(0, 0.004, on.shape)
        behind = float(rng.choice([0, 3_000, 14_000]))
        where = SimpleNamespace(atlas=atlas_of({f"p{i}": shapely.Point(*p) for i, p in enumerate(places)}), engine=None,
                                region=SimpleNamespace(tz=ZoneInfo("UTC"), facts=SimpleNamespace(schematic=False)))
        auditor = Auditor(where, AuditAsk(on=DAY, behind_s=behind), NOW)  # type: ignore[arg-type]
        found = auditor.audit(Trip(1, "1", 1.0, None, lonlat, time, True))
        points, moved = lonlat, np.concatenate([[0.0], np.cumsum(np.where((np.diff(lonlat, axis=0) == 0).all(axis=1), 0.0,
                                                                           np.diff(time)))])
        still = (np.diff(lonlat, axis=0) == 0).all(axis=1)
        rests = [float(moved[k]) for k in range(len(still)) if still[k] and (k == 0 or not still[k - 1])
                 and sum(float(time[j + 1] - time[j]) for j in range(k, next((m for m in range(k, len(still)) if not still[m]),
                                                                             len(still)))) >= 1_200]
        expected = stages(*dense(points, moved), rests, places, 500.0, DRIVE, behind)
        assert [stop.row for stop in found.stops] == [place for _, place in expected]
        assert [stop.at_s for stop in found.stops] == approx([at for at, _ in expected], abs=5.0)
        said |= {stop.row is None for stop in found.stops} | {f"{len(rests)} rests"}
    assert {True, False, "0 rests", "1 rests"} <= said


def test_quick_asks_for_times() -> None:
    auditor = Auditor(somewhere(draw("A---B")), AuditAsk(on=DAY), NOW)
    with pytest.raises(BadInput, match="missing field=time"):
        auditor.audit(Trip(1, "1", 1.0, None, np.array([[10.0, 0.0], [10.1, 0.0]]), None, True))


# ---------------------------------------------------------------- routed and matched: the roads

ROAD = """
      s
      |
A-----x-----t-----B
"""


@pytest.mark.parametrize(("left_s", "chance"), [(1_799, "t"), (1_441, "t"), (1_439, "s"), (961, "s"), (959, None)])
def test_a_place_off_the_road_costs_its_way_there(left_s: float, chance: str | None) -> None:
    """A to B takes 18 km at 120 s each: 2 160 s. s lies 2 km off after 6 km: there at 960 s, gone on from 480 s; t at 1 440 s."""
    town = draw(ROAD)
    auditor = Auditor(somewhere(town), AuditAsk("routed", on=DAY, behind_s=DRIVE - left_s), NOW)
    six, ends = datetime(2026, 11, 26, 6, tzinfo=UTC), np.array([town.at["A"], town.at["B"]])
    found = auditor.audit(Trip(1, "1", 1.0, six, ends, None, False))
    names = [None if stop.row is None else town.atlas.frame["id"].iloc[stop.row] for stop in found.stops]
    assert found.drive_s == approx(2_160, abs=0.1)
    assert names[0] == chance
    first = found.stops[0]
    assert first.at[0] == approx(10 + left_s / 120 * 1_000 / 111_319.4908, abs=1e-5) and first.when is not None
    assert (first.when - six).total_seconds() == approx(left_s)


def test_matched_judges_the_roads_he_drove() -> None:
    town = draw(ROAD)
    route = town.line("AB")
    auditor = Auditor(somewhere(town), AuditAsk("matched", on=DAY, behind_s=DRIVE - 1_500), NOW)
    found = auditor.audit(Trip(1, "1", 1.0, None, route.line.lonlat, None, True))
    assert [town.atlas.frame["id"].iloc[stop.row] for stop in found.stops if stop.row is not None] == ["t"]
    assert found.stops[0].when is None


def test_the_samples_figures_are_those_of_trying_every_choice_of_stops(wujin: Settings) -> None:
    locator = open_locator(wujin)
    rng, said = np.random.default_rng(4), []
    assert locator.region.facts.bbox
    nodes = locator.engine.graph.node_lonlat  # type: ignore[attr-defined]
    want = Want(kinds=("drivers_home", "service_area"), max_detour_s=300.0)
    for behind in (12_900.0, 13_800.0):
        auditor = Auditor(locator, AuditAsk("routed", on=DAY, want=want, behind_s=behind, corridor_m=50_000.0), NOW)
        for row in range(40):
            ends = nodes[rng.integers(len(nodes), size=2)]
            try:
                along = locator.along(RouteAsk(tuple(ends[0]), destination=tuple(ends[1])), want)
            except Exception:
                continue
            found = auditor.audit(Trip(row, "", 1.0, None, ends, None, False))
            reach, back = (along.stops[name].to_numpy(float) for name in ("reach_s", "return_s"))
            total = along.route.duration_s
            assert found.drive_s == approx(total)
            served = can_be_served(total, DRIVE, behind, reach, total - back)
            assert all(stop.row is not None for stop in found.stops) == served
            said.append((served, len(found.stops)))
    assert len(set(said)) == 3 and len(said) > 60
