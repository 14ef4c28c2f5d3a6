"""Which ways are roads, of which class, and why others are none. Meanings: wiki.openstreetmap.org, not the code."""
from __future__ import annotations

import pytest

from geodata.roads.access import BOTH, CAR, HGV
from geodata.roads.speeds import CLASSES
from geodata.roads.tags import CLASS_NAMES, road_of
from tests.geodata.roads.world import tags_of


@pytest.mark.parametrize("name", [name for name in CLASSES if name not in ("track", "ferry")])
def test_a_road_of_every_class_is_kept(name: str) -> None:
    road, why = road_of({"highway": name})
    assert road is not None and not why
    assert list(CLASSES)[road.class_number] == name
    free = CLASSES[name]
    assert road.lorry_kmh == (free[0], free[0]) and road.van_kmh == (free[2], free[2])


@pytest.mark.tags("highway=construction", "highway=proposed", "construction=yes", "construction=minor",
"service=emergency_access",
                  "impassable=yes", "smoothness=impassable", "status=closed", "area=yes", "highway=steps", "highway=services")
@pytest.mark.parametrize(("text", "why"), [
    ("highway=footway", "not_a_road"), ("highway=construction", "not_a_road"),
    ("highway=proposed proposed=primary", "not_a_road"),
    ("highway=services", "not_a_road"), ("highway=ferry", "not_a_road"), ("route=bus", "not_a_road"),
    ("railway=train", "not_a_road"),
    ("highway=steps access=yes motor_vehicle=yes", "not_a_road"), ("highway=platform motor_vehicle=yes", "not_a_road"),
    ("highway=runway", "not_a_road"), ("highway=service area=yes", "area"),
    ("highway=service service=emergency_access", "emergency_access"), ("highway=primary impassable=yes", "emergency_access"),
    ("highway=primary smoothness=impassable", "emergency_access"), ("highway=primary status=closed", "emergency_access"),
    ("highway=primary construction=yes", "under_work"), ("highway=primary access=no", "no_access"),
    ("highway=track", "no_access"), ("highway=track access=private", "no_access"),
    ("highway=primary oneway=reversible", "conditional"), ("highway=primary oneway=yes motor_vehicle:forward=no", "no_access"),
])
def test_a_way_that_is_no_road_for_us_is_dropped_with_the_reason(text: str, why: str) -> None:
    assert road_of(tags_of(text)) == (None, why)


@pytest.mark.tags("construction=minor", "construction=widening", "construction=no", "proposed=*", "service=driveway",
                  "service=parking_aisle", "service=alley", "service=drive-through", "smoothness=very_bad")
@pytest.mark.parametrize("text", [
    "highway=primary construction=minor", "highway=primary construction=no", "highway=primary construction=widening",
    "highway=primary proposed=motorway", "highway=service service=driveway", "highway=service service=alley",
    "highway=service service=parking_aisle", "highway=service service=drive-through", "highway=primary smoothness=very_bad",
])
def test_what_leaves_a_road_open(text: str) -> None:
    road, _ = road_of(tags_of(text))
    assert road is not None and (road.ban, road.local) == ((0, 0), (0, 0))


@pytest.mark.tags("highway=pedestrian", "highway=footway", "highway=path", "highway=cycleway", "highway=bridleway",
"highway=busway",
                  "highway=bus_guideway")
@pytest.mark.parametrize(("text", "ban", "local"), [
    ("highway=pedestrian", None, 0), ("highway=pedestrian access=yes", None, 0), ("highway=footway access=permissive", None, 0),
    ("highway=path vehicle=yes", 0, 0), ("highway=pedestrian motor_vehicle=destination", 0, BOTH),
    ("highway=cycleway hgv=yes", CAR, 0),
    ("highway=cycleway motor_vehicle=designated", 0, 0), ("highway=pedestrian motor_vehicle=private", None, 0),
    ("highway=pedestrian hgv=delivery", CAR, HGV), ("highway=bus_guideway", None, 0), ("highway=busway bus=yes", None, 0),
    ("highway=busway hgv=yes", CAR, 0), ("highway=bridleway vehicle=permissive", 0, 0), ("highway=footway bicycle=yes", None, 0),
])
def test_ways_made_for_others_are_driven_at_a_walking_pace_where_a_vehicles_key_says_so(text: str, ban: int | None,
        local: int) -> None:
    road, why = road_of(tags_of(text))
    assert (why == "not_a_road") == (ban is None)
    if road is not None:
        assert (road.ban, road.local) == ((ban, ban), (local, local))
        assert CLASS_NAMES[road.class_number] == "living_street" and max(*road.lorry_kmh, *road.van_kmh) <= 12


def test_a_footway_open_in_one_direction_only() -> None:
    road, _ = road_of(tags_of("highway=footway motor_vehicle:backward=destination"))
    assert road is not None and (road.ban, road.local) == ((BOTH, 0), (0, BOTH))


@pytest.mark.tags("highway=track", "highway=runway")
@pytest.mark.parametrize(("text", "ban"), [
    ("highway=track motor_vehicle=yes", 0), ("highway=track access=permissive", 0), ("highway=track hgv=yes", CAR),
    ("highway=track motor_vehicle=destination;agricultural", 0), ("highway=runway access=yes", 0),
    ("highway=runway hgv=yes", CAR),
])
def test_tracks_and_ways_of_no_known_kind_are_closed_until_they_say_otherwise(text: str, ban: int) -> None:
    road, _ = road_of(tags_of(text))
    assert road is not None and road.ban == (ban, ban)


@pytest.mark.tags("route=ferry", "route=shuttle_train")
@pytest.mark.parametrize(("text", "ban"), [
    ("route=ferry", 0), ("route=ferry bicycle=yes", 0), ("route=ferry motorcar=yes", 0), ("route=ferry hgv=no", HGV),
    ("route=ferry foot=yes", None), ("route=ferry foot=yes motor_vehicle=yes", 0), ("route=ferry motor_vehicle=no", None),
    ("route=ferry motor_vehicle=yes hgv=no", HGV), ("route=ferry highway=primary access=yes", 0), ("route=ferry access=no", None),
    ("route=ferry foot=yes motor_vehicle=no", None), ("route=ferry access=private", None), ("route=ferry passenger=yes", None),
    ("route=shuttle_train", 0), ("route=shuttle_train bicycle=yes", 0),
    ("route=shuttle_train motorcar=yes", HGV), ("route=shuttle_train motor_vehicle=yes", 0),
    ("route=shuttle_train hgv=yes", CAR), ("route=shuttle_train access=yes", 0), ("route=shuttle_train access=no", None),
])
def test_ferries_and_car_trains_carry_vehicles_unless_they_say_otherwise(text: str, ban: int | None) -> None:
    road, _ = road_of(tags_of(text))
    assert (road is None) == (ban is None)
    assert road is None or (road.ban == (ban, ban) and CLASS_NAMES[road.class_number] == "ferry")
