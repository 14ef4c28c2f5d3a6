"""What the tags of a way say of speed: tables of cases. The meanings are those of wiki.openstreetmap.org, not of the code."""
from __future__ import annotations

from math import isnan

import pytest

from geodata.roads.speeds import CLASSES, kmh_of
from geodata.roads.tags import road_of

Tags = dict[str, str]


def tags_of(text: str) -> Tags:
    """'highway=primary maxspeed=50' as tags; _ stands for a space in a value."""
    return {key: value.replace("_", " ") if key.startswith("max") else value
            for key, value in (pair.split("=", 1) for pair in text.split())}


@pytest.mark.parametrize(("text", "kmh"), [
    ("50", 50), (" 50 ", 50), ("50 km/h", 50), ("30 mph", 48.28032), ("30mph", 48.28032), ("walk", 5), ("DE:urban", 50),
    ("FR:zone30", 30), ("DE:zone:20", 20), ("CZ:living_street", 7), ("50; 40", 40), ("none;80", 80), ("7.5", 7.5),
    ("none", None), ("variable", None), ("signals", None), ("DE:rural", None), ("0", None), ("201", None), ("-50", None),
    ("1e2", None), ("nan", None), ("", None), (None, None), ("9" * 5000, None), ("50²", None),
])
def test_a_speed_sign_in_km_per_hour(text: str | None, kmh: float | None) -> None:
    assert kmh_of(text) == (kmh if kmh is None else pytest.approx(kmh))


@pytest.mark.parametrize(("text", "lorry", "van"), [
    ("highway=motorway maxspeed=120", (85, 85), (108, 108)), ("highway=motorway maxspeed=120 maxspeed:hgv=70", (63, 63),
    (108, 108)),
    ("highway=motorway maxspeed=none", (80, 80), (110, 110)), ("highway=primary maxspeed=50", (45, 45), (45, 45)),
    ("highway=primary maxspeed:forward=50", (45, 55), (45, 65)), ("highway=primary maxspeed=60 maxspeed:backward=30", (54, 27),
    (54, 27)),
    ("highway=primary maxspeed:forward=signals maxspeed=40", (36, 36), (36, 36)),
    ("highway=primary maxspeed=50 maxspeed:hgv:forward=30", (27, 45), (45, 45)),
    ("highway=residential access=destination", (15, 15), (20, 20)), ("highway=tertiary hgv=delivery", (15, 15), (45, 45)),
    ("highway=tertiary hgv:forward=delivery", (15, 40), (45, 45)), ("highway=service access=customers", (12, 12), (15, 15)),
    ("highway=tertiary access=destination maxspeed=10", (9, 9), (9, 9)),
])
def test_speeds_are_a_lorrys_and_signs_are_kept(text: str, lorry: tuple[float, float], van: tuple[float, float]) -> None:
    road, _ = road_of(tags_of(text))
    assert road is not None
    assert road.lorry_kmh == pytest.approx(lorry) and road.van_kmh == pytest.approx(van)


@pytest.mark.parametrize(("name", "free"), CLASSES.items())
def test_no_sign_makes_a_lorry_faster_than_its_class_and_no_lorry_drives_120(name: str, free: tuple[int, int, int, int]) -> None:
    road, _ = road_of({"highway": name, "route": name if name == "ferry" else "", "maxspeed": "120", "access": "yes"})
    assert road is not None and max(road.lorry_kmh) <= free[1] <= 85 and max(road.van_kmh) <= free[3]


@pytest.mark.parametrize(("text", "seconds"), [
    ("00:20", 1200), ("1:05:00", 3900), ("20", 1200), ("0:00", None), ("PT20M", None), ("²", None), ("1:2:3:4", None), ("", None),
    ("9" * 5000, None)])
def test_a_ferrys_crossing_time(text: str, seconds: float | None) -> None:
    road, _ = road_of({"route": "ferry", "motor_vehicle": "yes", "duration": text})
    assert road is not None
    assert isnan(road.ferry_s) if seconds is None else road.ferry_s == seconds
