"""What tags mean: tables of cases. The meanings are those of wiki.openstreetmap.org, not of the code."""
from __future__ import annotations

from math import isnan

import pytest

from geodata.roads.speeds import CLASSES
from geodata.roads.tags import BOTH, CAR, HGV, barrier_ban, limits_of, metres_of, oneway, road_of, tonnes_of

Tags = dict[str, str]


def tags_of(text: str) -> Tags:
    """'highway=primary hgv=no' as tags; _ stands for a space in a value."""
    return {key: value.replace("_", " ") if key.startswith("max") else value
            for key, value in (pair.split("=", 1) for pair in text.split())}


@pytest.mark.parametrize("name", [name for name in CLASSES if name not in ("track", "ferry")])
def test_a_road_of_every_class_is_kept(name: str) -> None:
    road, why = road_of({"highway": name})
    assert road is not None and not why
    assert list(CLASSES)[road.class_number] == name
    free = CLASSES[name]
    assert road.lorry_kmh == (free[0], free[0]) and road.van_kmh == (free[2], free[2])


@pytest.mark.parametrize(("text", "why"), [
    ("highway=footway", "not_a_road"), ("highway=construction", "not_a_road"), ("highway=services", "not_a_road"),
    ("highway=ferry", "not_a_road"), ("route=bus", "not_a_road"), ("highway=service area=yes", "area"),
    ("highway=service service=emergency_access", "emergency_access"), ("highway=primary access=no", "no_access"),
    ("highway=track", "no_access"), ("route=ferry", "no_access"), ("highway=primary oneway=reversible", "conditional"),
    ("highway=primary oneway=yes motor_vehicle:forward=no", "no_access"),
])
def test_a_way_that_is_no_road_for_us_is_dropped_with_the_reason(text: str, why: str) -> None:
    assert road_of(tags_of(text)) == (None, why)


@pytest.mark.parametrize(("text", "forward", "backward"), [
    ("access=no", BOTH, BOTH), ("access=private", BOTH, BOTH), ("motor_vehicle=agricultural;forestry", BOTH, BOTH),
    ("access=no hgv=yes", CAR, CAR), ("access=no motor_vehicle=yes", 0, 0), ("hgv=no", HGV, HGV), ("motorcar=no", CAR, CAR),
    ("access=yes motor_vehicle=no hgv=designated", CAR, CAR), ("motor_vehicle=no vehicle=yes", BOTH, BOTH),
    ("vehicle=no motor_vehicle=destination", 0, 0), ("goods=no", 0, 0), ("access=no goods=yes", BOTH, BOTH),
    ("hgv=delivery", 0, 0), ("hgv=discouraged", 0, 0), ("access=no motor_vehicle=unknown", BOTH, BOTH),
    ("access=gibberish", 0, 0),
    ("motor_vehicle=destination;agricultural", 0, 0), ("hgv:backward=no", 0, HGV), ("hgv=no hgv:forward=yes", 0, HGV),
    ("hgv=yes motor_vehicle:forward=no", CAR, 0), ("access:forward=no", BOTH, 0), ("psv=yes access=no", BOTH, BOTH),
    ("access=permit", BOTH, BOTH), ("bicycle=no", 0, 0),
])
def test_the_most_specific_access_key_decides(text: str, forward: int, backward: int) -> None:
    road, why = road_of({"highway": "primary", **tags_of(text)})
    assert (why == "no_access") == ((forward, backward) == (BOTH, BOTH))
    assert road is None or road.ban == (forward, backward)


@pytest.mark.parametrize(("text", "ban"), [
    ("highway=track motor_vehicle=yes", 0), ("highway=track access=permissive", 0), ("highway=track hgv=yes", CAR),
    ("route=ferry motor_vehicle=yes", 0), ("route=ferry motorcar=yes", HGV), ("route=ferry motor_vehicle=yes hgv=no", HGV),
    ("route=ferry highway=primary access=yes", 0),
])
def test_tracks_and_ferries_are_closed_until_they_say_otherwise(text: str, ban: int) -> None:
    road, _ = road_of(tags_of(text))
    assert road is not None and road.ban == (ban, ban)


@pytest.mark.parametrize(("text", "way"), [
    ("", 0), ("oneway=yes", 1), ("oneway=1", 1), ("oneway=true", 1), ("oneway=-1", -1), ("oneway=reverse", -1), ("oneway=no", 0),
    ("oneway=alternating", 0), ("junction=roundabout", 1), ("junction=circular", 1), ("junction=roundabout oneway=-1", -1),
    ("junction=jughandle", 0),
])
def test_oneway_in_all_its_forms(text: str, way: int) -> None:
    tags = tags_of(text)
    assert oneway(tags, "primary") == way
    road, _ = road_of({"highway": "primary", **tags})
    assert road is not None
    assert road.ban == {0: (0, 0), 1: (0, BOTH), -1: (BOTH, 0)}[way]


@pytest.mark.parametrize(("name", "text", "way"), [
    ("motorway", "", 1), ("motorway", "oneway=no", 0), ("motorway_link", "", 1), ("motorway_link", "oneway=no", 0),
    ("trunk", "", 0),
    ("trunk_link", "", 0), ("motorway", "oneway=-1", -1)])
def test_only_motorways_and_their_links_are_one_way_without_saying_so(name: str, text: str, way: int) -> None:
    assert oneway(tags_of(text), name) == way


@pytest.mark.parametrize(("text", "metres"), [
    ("4.2", 4.2), ("4,2", 4.2), ("4.2 m", 4.2), ("4.2m", 4.2), ("420 cm", 4.2), ("13'6\"", 4.1148), ("13' 6\"", 4.1148),
    ("13'", 3.9624),
    ("13 ft", 3.9624), ("13 ft 6 in", 4.1148), ("3.8;4.0", 3.8), ("default", None), ("below_default", None), ("none", None),
    ("0", None),
    ("-3", None), ("4.2 x", None), ("1e1", None), ("", None), (None, None), ("9" * 5000, None), ("9" * 5000 + "'", None),
])
def test_a_length_in_metres(text: str | None, metres: float | None) -> None:
    assert isnan(metres_of(text)) if metres is None else metres_of(text) == pytest.approx(metres)


@pytest.mark.parametrize(("text", "tonnes"), [
    ("7.5", 7.5), ("7,5 t", 7.5), ("2.5 t", 2.5), ("3500 kg", 3.5), ("5 st", 4.5359237), ("10000 lbs", 4.5359237),
    ("20 cwt", 1.016047),
    ("40;18", 18), ("unsigned", None), ("0", None), ("", None), (None, None),
])
def test_a_mass_in_tonnes(text: str | None, tonnes: float | None) -> None:
    assert isnan(tonnes_of(text)) if tonnes is None else tonnes_of(text) == pytest.approx(tonnes)


def test_of_several_limits_the_least_holds() -> None:
    found = limits_of({"maxheight": "4.5", "maxheight:physical": "4.1", "maxweight": "18", "maxweightrating": "7.5",
            "maxaxleload": "8",
                       "maxwidth": "3", "maxlength": "12", "maxlength:hgv": "10"})
    assert (found.height_m, found.mass_t, found.width_m, found.length_m, found.axle_t) == (4.1, 7.5, 3, 10, 8)


@pytest.mark.parametrize(("text", "ban"), [
    ("barrier=bollard", BOTH), ("barrier=block", BOTH), ("barrier=gate", 0), ("barrier=lift_gate", 0), ("barrier=toll_booth", 0),
    ("barrier=gate access=private", BOTH), ("barrier=gate locked=yes", BOTH), ("barrier=gate locked=yes access=yes", 0),
    ("barrier=bollard access=yes", 0), ("barrier=bollard bicycle=yes", BOTH), ("barrier=gate access=private hgv=yes", CAR),
    ("barrier=gate hgv=no", HGV), ("barrier=gate motor_vehicle=no motorcar=yes", HGV), ("barrier=gate access=destination", 0),
    ("barrier=gate motor_vehicle=no access=yes", BOTH), ("barrier=height_restrictor", HGV),
    ("barrier=height_restrictor maxheight=4.5", 0), ("barrier=height_restrictor hgv=yes", 0), ("barrier=entrance", 0),
    ("access=no", BOTH), ("hgv=no", HGV), ("highway=crossing access=no", 0), ("highway=crossing barrier=bollard", BOTH), ("", 0),
])
def test_what_stands_on_a_node_stops_whom_it_says(text: str, ban: int) -> None:
    assert barrier_ban(tags_of(text)) == ban
