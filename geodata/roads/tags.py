"""What the tags of one OpenStreetMap way mean for a lorry and for a car-sized van.

In: a mapping of tags.    Out: a Road (class, speeds, bans and business-only per direction, limits), or None and why it is none.
Never knows: files, arrays, routes. Who may drive where: access.py; limits: limits.py; speeds: speeds.py.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

from geodata.roads.access import (
    BOTH,
    CAR,
    DIRECTIONS,
    HGV,
    OWN_KEYS,
    ROUNDABOUTS,
    access_of,
    hov_access_of,
    oneway,
    own_access_of,
)
from geodata.roads.limits import Limits, limits_by_way
from geodata.roads.speed_table import STANDARD, SpeedTable
from geodata.roads.speeds import CLASSES, duration_s, speeds_of

if TYPE_CHECKING:
    from geodata.roads.states import States

CLASS_NAMES = tuple(CLASSES)
CLASS_NUMBER = {name: number for number, name in enumerate(CLASS_NAMES)}

FERRIES = ("ferry", "shuttle_train")                       # carried, not driven: both are of class ferry
# made for others: vehicles only where a key of theirs lets them in, at a walking pace
OF_OTHERS = frozenset({"pedestrian", "footway", "path", "cycleway", "bridleway", "busway", "bus_guideway", "raceway"})
NO_ROAD = frozenset({"steps", "platform", "corridor", "elevator", "via_ferrata", "ladder", "construction", "proposed", "planned",
                     "abandoned", "razed", "demolished", "dismantled", "no", "services", "rest_area", "trailhead", "escape",
                     "emergency_bay", "ferry", "crossing", "traffic_island", "toll_gantry"})
WALKING, UNKNOWN = "living_street", "service"              # the classes whose pace stands for those and for unknown ones
OF_WINTER, WINTER_PACE = ("winter_road", "ice_road"), "unclassified"   # roads of snow and ice, and the class whose pace they have
UNDER_WORK = frozenset({"no", "minor", "widening"})        # construction=… that leaves the road open
BROKEN = (("impassable", ("yes",)), ("smoothness", ("impassable",)), ("status", ("closed", "impassable", "abandoned")))
FOR_WALKERS = ("foot", "passenger")


@dataclass(frozen=True)
class Road:
    """One way as a vehicle meets it. Speeds in km/h, limits, bits of HGV and CAR: each forward and backward along the way.

    ban      closed
    local    only for those with business there: a way may begin or end in it, not pass through
    private  of these, the ones behind somebody's gate: never where a service place is taken to stand
    marks    bits of marks.py
    states   where it changes with conditions; ban and local then hold what is possible in any of them
    """

    class_number: int
    lorry_kmh: tuple[float, float]
    van_kmh: tuple[float, float]
    ban: tuple[int, int]
    limits: tuple[Limits, Limits]
    roundabout: bool
    ferry_s: float = nan         # signed crossing time, for ferries
    local: tuple[int, int] = (0, 0)
    private: int = 0
    marks: int = 0
    states: States | None = None


def road_of(tags: Mapping[str, str], speeds: SpeedTable = STANDARD) -> tuple[Road | None, str]:
    """The Road of a way's tags, or None and a word for why it is no road for us."""
    name, kind = class_of(tags)
    if name is None:
        return None, "not_a_road"
    if why := _why_none(tags):
        return None, why
    ways = [oneway(tags, name, mode) for mode in (HGV, CAR)]
    if None in ways:
        return None, "conditional"
    answers = {(mode, back): _answer(tags, kind, mode, direction)
               for mode in (HGV, CAR) for back, direction in enumerate(DIRECTIONS)}
    barred = [sum(mode for mode in (HGV, CAR) if answers[mode, back] == "closed") for back in (0, 1)]
    against = [sum(mode for mode, way in zip((HGV, CAR), ways, strict=True) if way == (-1, 1)[back]) for back in (0, 1)]
    ban = barred[0] | against[0], barred[1] | against[1]
    if ban == (BOTH, BOTH):
        return None, "no_access" if kind in ("road", "track", "ferry") else "not_a_road"
    business = [sum(mode for mode in (HGV, CAR) if answers[mode, back] in ("local", "private")) for back in (0, 1)]
    private = sum(mode for mode in (HGV, CAR) if "private" in (answers[mode, 0], answers[mode, 1]))
    lorry, van = speeds_of(tags, name, speeds)
    ferry_s = duration_s(tags.get("duration", "")) if name == "ferry" else nan
    return Road(CLASS_NUMBER[name], lorry, van, ban, limits_by_way(tags), tags.get("junction") in ROUNDABOUTS, ferry_s,
                (business[0], business[1]), private), ""


def class_of(tags: Mapping[str, str]) -> tuple[str | None, str]:
    """(class whose figures hold, kind: road, track, ferry, train, others' or unknown); None for what is no road."""
    if tags.get("route") in FERRIES:
        return "ferry", "ferry" if tags["route"] == "ferry" else "train"
    name = tags.get("highway")
    if name is None or name in NO_ROAD:
        return None, ""
    if name in OF_OTHERS:
        return WALKING, "others"
    if name in OF_WINTER:
        return WINTER_PACE, "road"
    if name in CLASSES:
        return name, "track" if name == "track" else "road"
    return UNKNOWN, "unknown"


def _why_none(tags: Mapping[str, str]) -> str:
    """A word for why a way of some class is no road today."""
    if tags.get("area") == "yes":
        return "area"
    if tags.get("service") == "emergency_access" or any(tags.get(key) in values for key, values in BROKEN):
        return "emergency_access"
    return "under_work" if tags.get("construction", "no") not in UNDER_WORK else ""


def _answer(tags: Mapping[str, str], kind: str, mode: int, direction: str) -> str:
    """open, local, private or closed for one mode in one direction; private only on roads: elsewhere it is as good as a wall."""
    if kind == "road":
        road = access_of(tags, mode, direction) or "open"
        return road if road == "closed" else hov_access_of(tags, mode, direction) or road
    said = own_access_of(tags, mode, direction) if kind == "others" else access_of(tags, mode, direction)
    if said is None:
        carries = not _for_walkers(tags) if kind == "ferry" else kind == "train" and not _names_vehicles(tags)
        said = "open" if carries else "closed"
    return "closed" if said == "private" else said


def _for_walkers(tags: Mapping[str, str]) -> bool:
    """A ferry that names people on foot and no vehicle carries no vehicles."""
    return any(tags.get(key) in ("yes", "designated", "only") for key in FOR_WALKERS) and not _names_vehicles(tags)


def _names_vehicles(tags: Mapping[str, str]) -> bool:
    return any(key in tags for keys in OWN_KEYS.values() for key in keys)
