"""What the tags of one OpenStreetMap way or node mean for a lorry and for a car-sized van.

In: a mapping of tags.    Out: a Road (class, speeds and bans per direction, limits) or None with the reason it was dropped.
Never knows: files, arrays, routes. Meanings: wiki.openstreetmap.org, Key:access, Key:oneway, Key:maxheight, Key:barrier.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isnan, nan

from geodata.roads.speed_table import STANDARD, SpeedTable
from geodata.roads.speeds import CLASSES, duration_s, speeds_of

HGV, CAR = 1, 2            # bits of a ban: closed for lorries, closed for car-sized vans
BOTH = HGV | CAR
MODES = {"hgv": HGV, "car": CAR}

CLASS_NAMES = tuple(CLASSES)
CLASS_NUMBER = {name: number for number, name in enumerate(CLASS_NAMES)}

# The most specific key first; `goods` is for vehicles up to 3.5 t and says nothing of lorries. Source: Key:access, modes.
ACCESS_KEYS = {HGV: ("hgv", "motor_vehicle", "vehicle", "access"), CAR: ("motorcar", "motor_vehicle", "vehicle", "access")}
OPEN = frozenset({"yes", "designated", "permissive", "official", "public", "discouraged"})
LOCAL = frozenset({"destination", "delivery", "customers"})          # for who has business there, not for through traffic
CLOSED = frozenset({"no", "private", "agricultural", "forestry", "emergency", "military", "psv", "bus", "foot", "bicycle",
                    "permit", "residents", "restricted", "employees", "staff", "use_sidepath", "dismount"})
PASSABLE = frozenset({"no", "entrance", "cattle_grid", "border_control", "toll_booth", "gate", "lift_gate", "swing_gate",
                      "sally_port", "height_restrictor", "kerb", "arch", "spikes", "sliding_gate", "toll_gantry", "log_open"})
MASS_KEYS = ("maxweight", "maxweight:hgv", "maxweightrating", "maxweightrating:hgv")
TONNES = {"t": 1.0, "kg": 0.001, "st": 0.90718474, "lt": 1.0160469, "lb": 0.00045359237, "lbs": 0.00045359237, "cwt": 0.05080235}
METRES = {"m": 1.0, "cm": 0.01, "ft": 0.3048}
ROUNDABOUTS = {"roundabout", "circular"}


@dataclass(frozen=True)
class Limits:
    """What a vehicle may not exceed; nan where nothing is said."""

    height_m: float = nan
    mass_t: float = nan
    width_m: float = nan
    length_m: float = nan
    axle_t: float = nan


@dataclass(frozen=True)
class Road:
    """One way as a vehicle meets it. Speeds in km/h and bans per direction of the way: forward, backward."""

    class_number: int
    lorry_kmh: tuple[float, float]
    van_kmh: tuple[float, float]
    ban: tuple[int, int]         # HGV and CAR bits, forward and backward
    limits: Limits
    roundabout: bool
    ferry_s: float = nan         # signed crossing time, for ferries


def road_of(tags: Mapping[str, str], speeds: SpeedTable = STANDARD) -> tuple[Road | None, str]:
    """The Road of a way's tags, or None and a word for why it is no road for us."""
    name = _class_of(tags)
    if name is None:
        return None, "not_a_road"
    if tags.get("area") == "yes":
        return None, "area"
    if tags.get("service") == "emergency_access" or tags.get("impassable") == "yes":
        return None, "emergency_access"
    if tags.get("oneway") == "reversible":
        return None, "conditional"
    ban = _bans(tags, name)
    if ban == (BOTH, BOTH):
        return None, "no_access"
    local = (_is_local(tags, HGV), _is_local(tags, CAR))
    lorry, van = speeds_of(tags, name, local, speeds)
    ferry_s = duration_s(tags.get("duration", "")) if name == "ferry" else nan
    return Road(CLASS_NUMBER[name], lorry, van, ban, limits_of(tags), tags.get("junction") in ROUNDABOUTS, ferry_s), ""


def _class_of(tags: Mapping[str, str]) -> str | None:
    if tags.get("route") == "ferry":
        return "ferry"
    name = tags.get("highway")
    return name if name in CLASSES and name != "ferry" else None


def access_of(tags: Mapping[str, str], mode: int, direction: str = "") -> str | None:
    """open, local or closed, as the most specific key that says anything has it; None when none does.

    direction  forward or backward: a direction's own key comes before the general one
    """
    for key in ACCESS_KEYS[mode]:
        for text in (tags.get(f"{key}:{direction}") if direction else None, tags.get(key)):
            if text and (answer := _answer(text)):
                return answer
    return None


@lru_cache(4096)
def _answer(text: str) -> str | None:
    """'destination;agricultural' is local: of several words the widest holds."""
    said = {word.strip() for word in text.split(";")}
    return next((answer for answer, values in (("open", OPEN), ("local", LOCAL), ("closed", CLOSED)) if said & values), None)


def _is_local(tags: Mapping[str, str], mode: int) -> tuple[bool, bool]:
    """Whether only those with business there may use it, forward and backward."""
    return access_of(tags, mode, "forward") == "local", access_of(tags, mode, "backward") == "local"


def _bans(tags: Mapping[str, str], name: str) -> tuple[int, int]:
    untold = "closed" if name in ("track", "ferry") else "open"
    forward, backward = (sum(mode for mode in (HGV, CAR) if (access_of(tags, mode, direction) or untold) == "closed")
                         for direction in ("forward", "backward"))
    way = oneway(tags, name)
    return (forward | (BOTH if way < 0 else 0), backward | (BOTH if way > 0 else 0))


def oneway(tags: Mapping[str, str], name: str) -> int:
    """1 along the way, -1 against it, 0 both. Motorways, their links and roundabouts are one-way unless they say otherwise."""
    value = tags.get("oneway", "")
    if value in ("yes", "1", "true"):
        return 1
    if value in ("-1", "reverse"):
        return -1
    if value in ("no", "0", "false"):
        return 0
    return 1 if name in ("motorway", "motorway_link") or tags.get("junction") in ROUNDABOUTS else 0


def limits_of(tags: Mapping[str, str]) -> Limits:
    """The signed limits of a way or node: of several, the least."""
    return Limits(
        height_m=_least(metres_of(tags.get(key)) for key in ("maxheight", "maxheight:hgv", "maxheight:physical")),
        mass_t=_least(tonnes_of(tags.get(key)) for key in MASS_KEYS),
        width_m=_least(metres_of(tags.get(key)) for key in ("maxwidth", "maxwidth:physical")),
        length_m=_least(metres_of(tags.get(key)) for key in ("maxlength", "maxlength:hgv")),
        axle_t=tonnes_of(tags.get("maxaxleload")))


def _least(values: Iterable[float]) -> float:
    return min((v for v in values if not isnan(v)), default=nan)


@lru_cache(4096)
def metres_of(text: str | None) -> float:
    """'4.2', '4,2 m', "13'6\\"", '13 ft 6 in', '420 cm' in metres, the least of several; nan where nothing usable is said."""
    return _least(_one_length(part.strip()) for part in (text or "").split(";"))


def _one_length(text: str) -> float:
    feet = re.fullmatch(r"(\d+)\s*(?:'|ft)\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|in|'')?)?", text)
    if feet:
        return _usable(float(feet[1]) * 0.3048 + float(feet[2] or 0) * 0.0254)
    return _measure(text, METRES, "m")


@lru_cache(4096)
def tonnes_of(text: str | None) -> float:
    """'7.5', '7,5 t', '3500 kg', '5 st' (short tons), '10000 lbs' in tonnes, the least of several; nan: nothing usable."""
    return _least(_measure(part.strip(), TONNES, "t") for part in (text or "").split(";"))


def _measure(text: str, units: Mapping[str, float], usual: str) -> float:
    found = re.fullmatch(rf"(\d+(?:[.,]\d+)?)\s*({'|'.join(units)})?", text)
    return _usable(float(found[1].replace(",", ".")) * units[found[2] or usual]) if found else nan


def _usable(value: float) -> float:
    """A limit of nothing, or one no vehicle comes near, is a slip of the pen."""
    return value if 0 < value <= 1000 else nan


def barrier_ban(tags: Mapping[str, str]) -> int:
    """Which modes a node stops: HGV and CAR bits. A height bar without a figure stops lorries: that is what it is there for."""
    barrier = tags.get("barrier")
    if barrier is None and tags.get("highway") == "crossing":
        return 0                                           # its access tags tell who may cross the road
    ban = 0
    for mode in (HGV, CAR):
        said = access_of(tags, mode)
        if said is None and barrier is not None:
            blind = barrier == "height_restrictor" and mode == HGV and isnan(limits_of(tags).height_m)
            said = "closed" if blind or barrier not in PASSABLE or tags.get("locked") == "yes" else "open"
        ban |= mode if said == "closed" else 0
    return ban
