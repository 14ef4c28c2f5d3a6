"""The compiled loops over a track, against geodesics, against whole columns of numpy's, against the slower look at a record."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from geodata.errors import BadInput
from geodata.geodesy import NEAR_M, distance_m, ecef
from geodata.measured import MeasuredLine
from locator.audit.clock import WALK_M_S, read_clock
from locator.audit.track_kernels import is_sound, last_beside, reaches, spread
from locator.audit.trips import LATEST_S, read_trip

Floats = NDArray[np.float64]


def track(rng: np.random.Generator, points: int, step_deg: float) -> Floats:
    start = np.array([rng.uniform(-60, 60), rng.uniform(-60, 60)])
    walked = start + np.cumsum(rng.normal(0, step_deg, (points, 2)), axis=0)
    return np.clip(walked, -85, 85)


def test_points_and_metres_are_those_of_the_ellipsoid() -> None:
    rng = np.random.default_rng(1)
    for step_deg in (1e-6, 1e-3, 0.02, 0.5):
        line = track(rng, 300, step_deg)
        xyz, metres = spread(line)
        assert np.abs(xyz - ecef(line[:, 0], line[:, 1])).max() < 1e-8
        true = distance_m(line[:-1], line[1:])
        assert np.abs(metres - true)[true < NEAR_M].max() < 1e-5


def test_the_clock_is_the_sum_of_what_was_driven() -> None:
    """Against whole columns: where he stands, the first and last point of each stand, and how long it was."""
    rng, seen = np.random.default_rng(2), set[int]()
    for _ in range(300):
        n = int(rng.integers(2, 40))
        seconds = rng.integers(0, 900, n - 1).astype(float)
        metres = np.where(rng.random(n - 1) < 0.5, 0.3 * WALK_M_S * seconds, 20 * seconds + 1)
        time = 1e9 + np.concatenate([[0.0], np.cumsum(seconds)])
        clock = read_clock(metres, time, 1_200.0)
        stands = metres < WALK_M_S * seconds
        edge = np.flatnonzero(np.diff(np.concatenate([[False], stands, [False]])))
        long = time[edge[1::2]] - time[edge[::2]] >= 1_200
        assert clock.drive_s.tolist() == [0.0, *np.cumsum(np.where(stands, 0, seconds)).tolist()]
        assert clock.rests_s.tolist() == clock.drive_s[edge[::2][long]].tolist()
        seen.add(len(clock.rests_s))
    assert len(seen) > 3


@pytest.mark.parametrize("step_deg", [0.01, 0.3, 4.0])
def test_no_place_within_the_corridor_is_missed(step_deg: float) -> None:
    """Of a place that is so near by geodesics no part says there is none; of one far off, every part."""
    rng, within, seen = np.random.default_rng(3), 500.0, set[bool]()
    for _ in range(60):
        line = track(rng, 40, step_deg)
        measured = MeasuredLine(line)
        stand = measured.point_at(rng.uniform(0, measured.length_m, 1))[0] + rng.normal(0, 0.004, 2)
        xyz, drive_s = spread(line)[0], measured.at_m / 20.0
        place, row = ecef(stand[:1], stand[1:]), np.zeros(1, np.int64)
        found = last_beside(xyz, drive_s, 0.0, drive_s[-1], drive_s[-1] / 3, place, row, within)
        near = measured.locate([stand])
        if near.off_m[0] <= within:
            assert found >= near.offset_m[0] / 20.0
        seen.add(near.off_m[0] <= within)
        assert reaches(xyz, within)[0] >= within
        assert last_beside(xyz, drive_s, 0.0, drive_s[-1], drive_s[-1] / 3, -place, row, within) == 0.0
    assert len(seen) == 2


def test_points_on_either_side_of_the_earth_may_have_anything_between_them() -> None:
    xyz = ecef([0.0, 179.0], [0.0, 0.0])
    assert reaches(xyz, 1.0) == (np.inf, np.inf)
    assert last_beside(xyz, np.array([0.0, 9.0]), 0.0, 9.0, 9.0, xyz[:1], np.zeros(1, np.int64), 1.0) == 9.0


@pytest.mark.parametrize(("change", "sound"), [
    ({}, True), ({"lon": [1.0, np.nan, 3.0]}, False), ({"lat": [1.0, 90.1, 3.0]}, False), ({"lon": [1.0, np.inf, 3.0]}, False),
    ({"time": [0.0, 5.0, 4.0]}, False), ({"time": [0.0, np.nan, 4.0]}, False), ({"time": [0.0, 5.0, LATEST_S + 1]}, False),
    ({"time": [-1.0, 5.0, 6.0]}, False), ({"time": [0.0, 0.0, LATEST_S]}, True), ({"lon": [1.0, 180.0, -180.0]}, True),
    ({"lon": [1.0, 1.0, 1.0], "lat": [2.0, 2.0, 2.0]}, False),
])
def test_a_track_looked_at_once_is_as_sound_as_one_looked_at_closely(change: dict[str, list[float]], sound: bool) -> None:
    said = {"lon": [1.0, 2.0, 3.0], "lat": [1.0, 2.0, 3.0], "time": [0.0, 60.0, 120.0], **change}
    arrays = {name: np.array(values) for name, values in said.items()}
    assert is_sound(arrays["lon"], arrays["lat"], arrays["time"], LATEST_S) == sound
    assert reading(arrays) == reading(said)
    assert isinstance(reading(arrays), str) != sound


def reading(record: dict[str, Any]) -> Any:
    """The trip as plain lists, or why it is none."""
    try:
        trip = read_trip(record, 1)
    except BadInput as why:
        return f"{why.code} {why.field} {why.value}"
    assert trip.time_s is not None
    return trip.lonlat.tolist(), trip.time_s.tolist(), trip.depart
