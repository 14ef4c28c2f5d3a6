"""What the tags of a way say of speed: tables of cases. The meanings are those of wiki.openstreetmap.org, not of the code."""
from __future__ import annotations

from math import inf, isnan

import pytest

from geodata.roads.speed_table import STANDARD
from geodata.roads.speeds import CLASSES, Sign, sign_of
from geodata.roads.tags import road_of

Tags = dict[str, str]


def tags_of(text: str) -> Tags:
    """'highway=primary maxspeed=50' as tags; _ stands for a space in a value."""
    return {key: value.replace("_", " ") if key.startswith(("max", "width")) else value
            for key, value in (pair.split("=", 1) for pair in text.split())}


@pytest.mark.parametrize(("text", "kmh"), [
    ("50", 50), (" 50 ", 50), ("50 km/h", 50), ("50 kmh", 50), ("30 mph", 48.28032), ("30mph", 48.28032),
    ("10 knots", 18.52),
    ("walk", 5), ("DE:walk", 5), ("XX:urban", 50), ("FR:zone30", 30), ("DE:zone:20", 20), ("BE:30", 30),
    ("CZ:living_street", 7),
    ("50; 40", 40), ("none;80", 80), ("DE:rural;70", 70), ("7.5", 7.5), ("none", inf), ("DE:motorway", inf),
    ("DE:urban", 50), ("CN:urban", 50), ("ES:urban", 30), ("GB:nsl_restricted", 48), ("UK:nsl_single", 97),
    ("BE-VLG:urban", 50),
    ("DE:rural", 100), ("PT:rural", 90), ("FR:rural", 80), ("CN:rural", 70), ("CH:trunk", 100), ("AT:living_street", 5),
    ("variable", None), ("signals", None), ("XX:rural", 0), ("rural", 0), ("sign", None), ("0", None), ("201", None),
    ("-50", None),
    ("1e2", None), ("nan", None), ("", None), (None, None), ("9" * 5000, None), ("50²", None), ("DE:gibberish", None),
])
def test_a_sign_in_km_per_hour(text: str | None, kmh: float | None) -> None:
    found = sign_of(text, STANDARD)
    assert found is None if kmh is None else found is not None and found.kmh == pytest.approx(kmh)


def test_a_sign_without_a_country_means_the_regions_own() -> None:
    found = [sign_of("rural", STANDARD.of(country)) for country in ("DE", "PT", "CN", "XX", None)]
    assert [sign and sign.kmh for sign in found] == [100, 90, 70, 0, 0]
    assert sign_of("FR:rural", STANDARD.of("DE")) == Sign(80, "rural", "FR")


@pytest.mark.parametrize(("text", "lorry", "van"), [
    ("highway=motorway maxspeed=120", (85, 85), (108, 108)), ("highway=motorway maxspeed=120 maxspeed:hgv=70", (63, 63),
    (108, 108)),
    ("highway=motorway maxspeed=none", (85, 85), (125, 125)), ("highway=primary maxspeed=50", (45, 45), (45, 45)),
    ("highway=primary maxspeed:forward=50", (45, 55), (45, 65)),
    ("highway=primary maxspeed=60 maxspeed:backward=30", (54, 27),
    (54, 27)),
    ("highway=primary maxspeed:forward=signals maxspeed=40", (36, 36), (36, 36)),
    ("highway=primary maxspeed=50 maxspeed:hgv:forward=30", (27, 45), (45, 45)),
    ("highway=residential access=destination", (25, 25), (28, 28)), ("highway=tertiary hgv=delivery", (40, 40), (45, 45)),
    ("highway=tertiary hgv:forward=delivery", (40, 40), (45, 45)), ("highway=service access=customers", (12, 12), (15, 15)),
    ("highway=tertiary access=destination maxspeed=10", (9, 9), (9, 9)),
])
def test_speeds_are_a_lorrys_and_signs_are_kept(text: str, lorry: tuple[float, float], van: tuple[float, float]) -> None:
    road, _ = road_of(tags_of(text))
    assert road is not None
    assert road.lorry_kmh == pytest.approx(lorry) and road.van_kmh == pytest.approx(van)


@pytest.mark.parametrize(("text", "lorry", "van"), [
    ("highway=motorway maxspeed=signals", 80, 110), ("highway=motorway maxspeed=variable", 80, 110),
    ("highway=primary maxspeed:type=DE:urban", 45, 45), ("highway=primary source:maxspeed=DE:rural", 60, 85),
    ("highway=primary zone:traffic=DE:urban", 45, 45), ("highway=tertiary zone:maxspeed=DE:30", 27, 27),
    ("highway=tertiary zone:maxspeed=30", 27, 27), ("highway=primary source:maxspeed=sign", 55, 65),
    ("highway=primary maxspeed=70 source:maxspeed=DE:rural", 60, 63),
    ("highway=primary maxspeed=30 maxspeed:type=DE:urban", 27, 27),
    ("highway=primary maxspeed=XX:rural", 55, 65), ("highway=primary maxspeed=50_mph", 70, 72.42048),
    ("highway=motorway maxspeed:lanes=120|100|80", 72, 108), ("highway=motorway maxspeed:lanes=120||80", 72, 108),
    ("highway=motorway maxspeed=100 maxspeed:lanes=120|60", 85, 90),
    ("highway=motorway maxspeed:lanes=none|none|80", 72, 125),
    ("highway=secondary maxspeed:advisory=30", 30, 30), ("highway=secondary maxspeed=70 maxspeed:advisory=40_mph", 63, 63),
    ("highway=tertiary surface=asphalt", 40, 45), ("highway=tertiary surface=gravel", 30, 40),
    ("highway=tertiary surface=sett", 35, 40),
    ("highway=tertiary surface=gravel maxspeed=50", 30, 40), ("highway=tertiary surface=gravel maxspeed=20", 18, 18),
    ("highway=tertiary surface=gravel smoothness=bad tracktype=grade3", 12, 20),
    ("highway=primary smoothness=excellent", 55, 65),
    ("highway=track access=yes tracktype=grade1", 10, 12), ("highway=track access=yes tracktype=grade5", 5, 8),
    ("highway=track access=yes surface=mud", 4, 6), ("highway=service service=parking_aisle", 12, 12),
    ("highway=service service=driveway", 8, 10), ("highway=service service=drive-through", 5, 8),
    ("highway=service service=alley", 10, 12),
    ("highway=service service=yard", 12, 15), ("highway=tertiary service=alley", 40, 45),
    ("highway=residential living_street=yes", 10, 12),
    ("highway=secondary lanes=1", 30, 40), ("highway=secondary lanes=1 oneway=yes", 50, 55),
    ("highway=secondary lanes=1 oneway=-1", 50, 55),
    ("highway=secondary lanes=1 junction=roundabout", 50, 55), ("highway=secondary lanes=2", 50, 55),
    ("highway=tertiary width=3", 20, 30),
    ("highway=tertiary width=3.4_m", 20, 30), ("highway=tertiary width=3.5", 40, 45),
    ("highway=tertiary width=narrow", 40, 45),
])
def test_what_else_a_way_says_of_speed(text: str, lorry: float, van: float) -> None:
    road, _ = road_of(tags_of(text))
    assert road is not None
    assert (max(road.lorry_kmh), max(road.van_kmh)) == pytest.approx((lorry, van))


@pytest.mark.parametrize(("country", "text", "lorry", "van"), [
    ("DE", "highway=motorway", 80, 110), ("DE", "highway=motorway maxspeed=none", 80, 125),
    ("DE", "highway=motorway maxspeed=DE:motorway", 80, 125),
    ("DE", "highway=motorway maxspeed=100", 80, 90), ("DE", "highway=motorway maxspeed=60", 54, 54),
    ("DE", "highway=trunk", 60, 85),
    ("DE", "highway=trunk motorroad=yes", 70, 85), ("DE", "highway=trunk motorroad=yes maxspeed=120", 80, 100),
    ("DE", "highway=primary maxspeed=100", 60, 85), ("DE", "highway=primary maxspeed=70", 60, 63),
    ("DE", "highway=primary", 55, 65),
    ("DE", "highway=primary maxspeed=100 maxspeed:hgv=80", 60, 85), ("DE", "highway=unclassified", 30, 35),
    ("AT", "highway=primary maxspeed=100", 70, 85), ("AT", "highway=trunk motorroad=yes maxspeed=100", 80, 90),
    ("CH", "highway=trunk maxspeed=100", 80, 90), ("CH", "highway=motorway", 80, 110),
    ("LI", "highway=primary maxspeed=80", 70, 72),
    ("PT", "highway=motorway maxspeed=120", 85, 108), ("PT", "highway=trunk maxspeed=100", 80, 90),
    ("PT", "highway=primary maxspeed=PT:rural", 70, 81),
    ("FR", "highway=motorway maxspeed=130", 85, 117), ("FR", "highway=secondary maxspeed=FR:rural", 65, 72),
    ("IT", "highway=motorway", 80, 110),
    ("IT", "highway=trunk maxspeed=110", 70, 99), ("CN", "highway=motorway maxspeed=120", 85, 108),
    ("CN", "highway=trunk maxspeed=80", 72, 72),
    ("CN", "highway=trunk maxspeed=CN:rural", 63, 63), ("ES", "highway=motorway", 80, 110),
    ("PL", "highway=primary maxspeed=90", 70, 81),
    ("GB", "highway=motorway maxspeed=70_mph", 85, 101.39), ("GB", "highway=primary maxspeed=60_mph", 70, 85),
    ("PT", "highway=primary maxspeed=DE:rural", 60, 85), ("XX", "highway=motorway maxspeed=120", 85, 108),
    (None, "highway=trunk", 70, 85),
])
def test_a_countrys_law_holds_under_every_sign(country: str | None, text: str, lorry: float, van: float) -> None:
    road, _ = road_of(tags_of(text), STANDARD.of(country))
    assert road is not None
    assert (max(road.lorry_kmh), max(road.van_kmh)) == pytest.approx((lorry, van), abs=0.01)


@pytest.mark.parametrize(("name", "free"), CLASSES.items())
def test_no_sign_makes_a_lorry_faster_than_its_class_and_no_lorry_drives_120(name: str, free: tuple[int, int, int, int]) -> None:
    road, _ = road_of({"highway": name, "route": name if name == "ferry" else "", "maxspeed": "120", "access": "yes"})
    assert road is not None and max(road.lorry_kmh) <= free[1] <= 85 and max(road.van_kmh) <= free[3]


@pytest.mark.parametrize(("text", "seconds"), [
    ("00:20", 1200), ("1:05:00", 3900), ("20", 1200), ("0:00", None), ("PT20M", 1200), ("PT1H30M", 5400), ("PT1H", 3600),
    ("P1DT2H", 93_600), ("PT90S", 90), ("PT", None), ("P", None),
    ("T20M", None), ("1:30", 5400), ("²", None), ("1:2:3:4", None), ("", None),
    ("9" * 5000, None)])
def test_a_ferrys_crossing_time(text: str, seconds: float | None) -> None:
    road, _ = road_of({"route": "ferry", "motor_vehicle": "yes", "duration": text})
    assert road is not None
    assert isnan(road.ferry_s) if seconds is None else road.ferry_s == seconds
