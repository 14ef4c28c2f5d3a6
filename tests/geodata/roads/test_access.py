"""Who may drive: precedence of keys, one-ways and what stands on nodes, as tables of cases.

Bans are bits: 0 nobody, 1 (HGV) lorries, 2 (CAR) vans, 3 (BOTH). Meanings: wiki.openstreetmap.org, not the code.
"""
from __future__ import annotations

import pytest

from geodata.roads.access import BOTH, CAR, HGV, PASSABLE, node_ban, node_gate, oneway
from geodata.roads.tags import road_of
from tests.geodata.roads.world import tags_of


@pytest.mark.tags("access=*", "vehicle=*", "motor_vehicle=*", "hgv=*", "motorcar=*", "goods=*", "hgv:forward=*", "hgv:backward=*")
@pytest.mark.parametrize(("text", "forward", "backward"), [
    ("", 0, 0), ("access=no", BOTH, BOTH), ("vehicle=no", BOTH, BOTH), ("motor_vehicle=no", BOTH, BOTH), ("hgv=no", HGV, HGV),
    ("motorcar=no", CAR, CAR), ("goods=no", CAR, CAR), ("access=no goods=yes", HGV, HGV), ("goods=no motorcar=yes", CAR, CAR),
    ("motor_vehicle=agricultural;forestry", BOTH, BOTH), ("access=no hgv=yes", CAR, CAR), ("access=no motor_vehicle=yes", 0, 0),
    ("access=yes motor_vehicle=no hgv=designated", CAR, CAR), ("motor_vehicle=no vehicle=yes", BOTH, BOTH),
    ("vehicle=no motor_vehicle=destination", 0, 0), ("hgv=discouraged", 0, 0), ("hgv=unsuitable", 0, 0),
    ("access=no motor_vehicle=unknown", BOTH, BOTH), ("access=gibberish", 0, 0), ("access=unknown", 0, 0),
    ("motor_vehicle=destination;agricultural", 0, 0), ("psv=yes access=no", BOTH, BOTH), ("access=psv", BOTH, BOTH),
    ("access=permit", 0, 0), ("access=emergency", BOTH, BOTH), ("access=military", BOTH, BOTH),
    ("hgv=agricultural", HGV, HGV),
    ("access=permissive", 0, 0), ("access=official", BOTH, BOTH), ("access=taxi", BOTH, BOTH),
    ("access=emergency_vehicle", BOTH, BOTH), ("access=no hgv=official", CAR, CAR),
    ("motor_vehicle=no;yes", 0, 0), ("hgv=designated motor_vehicle=no", CAR, CAR), ("bicycle=no", 0, 0),
    ("foot=yes motorhome=no psv=no", 0, 0), ("motorroad=yes", 0, 0), ("hov=designated", HGV, HGV),
    ("access=hov hov=designated", HGV, HGV), ("hov:backward=designated", 0, HGV), ("hov=designated hov:forward=no", 0, HGV),
    ("hgv:backward=no", 0, HGV), ("hgv=no hgv:forward=yes", 0, HGV), ("hgv=yes motor_vehicle:forward=no", CAR, 0),
    ("access:forward=no", BOTH, 0), ("vehicle:forward=no", BOTH, 0), ("access=no access:forward=yes", 0, BOTH),
    ("access:forward=no motorcar=yes", HGV, 0), ("motorcar:forward=no motorcar=yes", CAR, 0),
])
def test_the_most_specific_access_key_decides(text: str, forward: int, backward: int) -> None:
    road, why = road_of({"highway": "primary", **tags_of(text)})
    assert (why == "no_access") == ((forward, backward) == (BOTH, BOTH))
    assert road is None or road.ban == (forward, backward)


@pytest.mark.tags("access=destination", "access=delivery", "access=customers", "access=private", "access=residents",
                  "hgv=destination", "hgv=delivery",
                  "hgv=local", "motor_vehicle:forward=destination")
@pytest.mark.parametrize(("text", "forward", "backward", "private"), [
    ("", 0, 0, 0), ("access=destination", BOTH, BOTH, 0), ("access=delivery", BOTH, BOTH, 0), ("access=customers", BOTH, BOTH, 0),
    ("access=private", BOTH, BOTH, BOTH), ("hgv=destination", HGV, HGV, 0), ("hgv=local", HGV, HGV, 0),
    ("hgv=delivery", HGV, HGV, 0),
    ("motorcar=destination", CAR, CAR, 0), ("access=destination hgv=yes", CAR, CAR, 0),
    ("access=private hgv=destination", BOTH, BOTH, CAR), ("access=residents", BOTH, BOTH, BOTH),
    ("motor_vehicle:forward=destination", BOTH, 0, 0), ("access=no hgv=destination", HGV, HGV, 0),
    ("access=destination;yes", 0, 0, 0), ("hov=designated", CAR, CAR, 0), ("hov=designated goods=yes", 0, 0, 0),
    ("vehicle=private goods=yes", HGV, HGV, HGV), ("access=yes vehicle:backward=private", 0, BOTH, BOTH),
])
def test_who_has_only_business_there(text: str, forward: int, backward: int, private: int) -> None:
    road, _ = road_of({"highway": "primary", **tags_of(text)})
    assert road is not None
    assert (road.local, road.private) == ((forward, backward), private)


ONEWAYS = [
    ("", 0, 0), ("oneway=yes", 1, 1), ("oneway=1", 1, 1), ("oneway=true", 1, 1), ("oneway=-1", -1, -1),
    ("oneway=reverse", -1, -1),
    ("oneway=no", 0, 0), ("oneway=0", 0, 0), ("oneway=false", 0, 0), ("oneway=alternating", 0, 0), ("oneway=gibberish", 0, 0),
    ("junction=roundabout", 1, 1), ("junction=circular", 1, 1), ("junction=roundabout oneway=-1", -1, -1),
    ("junction=jughandle", 0, 0),
    ("junction=roundabout oneway=no", 0, 0), ("oneway:bicycle=yes", 0, 0), ("oneway=yes oneway:bicycle=no", 1, 1),
    ("oneway:hgv=yes", 1, 0), ("oneway=yes oneway:hgv=no", 0, 1), ("oneway:motorcar=yes", 0, 1), ("oneway:goods=-1", 0, -1),
    ("oneway:motor_vehicle=yes", 1, 1), ("oneway:vehicle=-1", -1, -1), ("oneway:vehicle=yes oneway:motor_vehicle=no", 0, 0),
    ("oneway=no oneway:vehicle=yes", 1, 1), ("oneway=yes oneway:motor_vehicle=gibberish", 1, 1),
]


@pytest.mark.tags("oneway=yes", "oneway=-1", "oneway=reverse", "oneway=no", "oneway=alternating", "oneway=reversible",
"oneway:hgv=*",
                  "oneway:motor_vehicle=*", "oneway:vehicle=*", "oneway:motorcar=*", "junction=roundabout", "junction=circular")
@pytest.mark.parametrize(("text", "lorry", "van"), ONEWAYS)
def test_oneway_in_all_its_forms(text: str, lorry: int, van: int) -> None:
    tags = tags_of(text)
    assert (oneway(tags, "primary", HGV), oneway(tags, "primary", CAR)) == (lorry, van)
    road, _ = road_of({"highway": "primary", **tags})
    assert road is not None
    assert road.ban == tuple(HGV * (lorry == against) + CAR * (van == against) for against in (-1, 1))


def test_a_way_whose_direction_changes_with_the_hour_is_left_out() -> None:
    assert oneway({"oneway": "reversible"}, "primary", HGV) is None
    assert road_of({"highway": "primary", "oneway": "reversible"}) == (None, "conditional")
    assert road_of({"highway": "primary", "oneway": "reversible", "oneway:motor_vehicle": "no"})[0] is not None


@pytest.mark.tags("highway=motorway", "highway=motorway_link", "oneway=no")
@pytest.mark.parametrize(("name", "text", "way"), [
    ("motorway", "", 1), ("motorway", "oneway=no", 0), ("motorway_link", "", 0), ("motorway_link", "oneway=yes", 1),
    ("motorway_link", "oneway=no", 0),
    ("trunk", "", 0), ("trunk_link", "", 0), ("motorway", "oneway=-1", -1),
    ("motorway", "oneway=alternating", 1), ("primary", "junction=roundabout oneway=alternating", 1)])
def test_only_motorways_are_one_way_without_saying_so(name: str, text: str, way: int) -> None:
    assert oneway(tags_of(text), name, HGV) == way


@pytest.mark.tags("barrier=gate", "barrier=lift_gate", "barrier=toll_booth", "barrier=border_control", "barrier=cattle_grid",
                  "barrier=bollard", "barrier=block", "barrier=bus_trap", "barrier=sump_buster", "barrier=chain", "barrier=stile",
                  "barrier=height_restrictor", "bollard=rising", "locked=yes", "highway=crossing", "barrier=kerb", "kerb=lowered",
                  "kerb=raised", "sensory=audible")
@pytest.mark.parametrize(("text", "ban"), [
    ("barrier=bollard", BOTH), ("barrier=block", BOTH), ("barrier=gate", 0), ("barrier=lift_gate", 0), ("barrier=toll_booth", 0),
    ("barrier=swing_gate", 0), ("barrier=border_control", 0), ("barrier=cattle_grid", 0), ("barrier=sally_port", 0),
    ("barrier=kerb", BOTH), ("barrier=kerb kerb=raised", BOTH), ("barrier=kerb kerb=lowered", 0), ("barrier=kerb kerb=flush", 0),
    ("barrier=kerb highway=crossing", 0), ("barrier=kerb kerb=raised motor_vehicle=yes", 0), ("barrier=fence sensory=audible", 0),
    ("barrier=no", 0), ("barrier=spikes", 0),
    ("barrier=bus_trap", BOTH), ("barrier=sump_buster", BOTH), ("barrier=chain", BOTH), ("barrier=jersey_barrier", BOTH),
    ("barrier=debris", BOTH), ("barrier=motorcycle_barrier", BOTH), ("barrier=cycle_barrier", BOTH), ("barrier=stile", BOTH),
    ("barrier=turnstile", BOTH), ("barrier=kissing_gate", BOTH), ("barrier=wall", BOTH), ("barrier=fence", BOTH),
    ("barrier=gibberish", BOTH), ("barrier=bus_trap hgv=yes", CAR),
    ("barrier=bollard bollard=rising", 0), ("barrier=bollard bollard=removable", BOTH),
    ("barrier=bollard bollard=rising locked=yes", BOTH),
    ("barrier=gate locked=yes", BOTH), ("barrier=gate locked=yes access=yes", 0),
    ("barrier=bollard access=yes", 0), ("barrier=bollard bicycle=yes", BOTH),
    ("barrier=gate hgv=no", HGV), ("barrier=gate motor_vehicle=no motorcar=yes", HGV), ("barrier=gate access=destination", 0),
    ("barrier=gate motor_vehicle=no access=yes", BOTH), ("barrier=height_restrictor", HGV), ("barrier=gate access=gibberish", 0),
    ("barrier=height_restrictor maxheight=4.5", 0), ("barrier=height_restrictor hgv=yes", 0), ("barrier=entrance", 0),
    ("access=no", BOTH), ("access=no vehicle=yes", 0), ("vehicle=yes motor_vehicle=no", BOTH), ("hgv=no", HGV),
    ("access=forestry", BOTH),
    ("highway=crossing access=no", 0), ("highway=crossing barrier=bollard", BOTH), ("highway=mini_roundabout", 0), ("", 0),
])
def test_what_stands_on_a_node_stops_whom_it_says(text: str, ban: int) -> None:
    assert node_ban(tags_of(text)) == ban


@pytest.mark.tags("barrier=gate", "access=private", "access=permit")
@pytest.mark.parametrize(("text", "ban", "gate"), [
    ("barrier=gate access=private", 0, BOTH), ("barrier=gate access=private hgv=yes", 0, CAR), ("access=permit", 0, BOTH),
    ("barrier=gate access=private hgv=no", HGV, CAR), ("barrier=gate access=destination", 0, 0),
    ("barrier=gate access=no", BOTH, 0),
    ("barrier=gate locked=yes", BOTH, 0), ("highway=crossing access=private", 0, 0),
])
def test_who_passes_a_node_only_when_he_belongs_behind_it(text: str, ban: int, gate: int) -> None:
    assert (node_ban(tags_of(text)), node_gate(tags_of(text))) == (ban, gate)


def test_what_opens_is_listed_once() -> None:
    assert all(node_ban({"barrier": barrier, "maxheight": "9"}) == 0 for barrier in PASSABLE)
