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

HGV, CAR = 1, 2            # bits of a ban: closed for lorries, closed for car-sized vans
BOTH = HGV | CAR
MODES = {"hgv": HGV, "car": CAR}

# class -> (lorry km/h without a sign, lorry ceiling km/h, van km/h without a sign, van ceiling km/h).
# Our own working figures for a laden lorry over a whole class, junctions included; docs/roads.md compares them.
CLASSES: dict[str, tuple[int, int, int, int]] = {
    "motorway": (80, 85, 110, 125), "motorway_link": (45, 50, 55, 65),
    "trunk": (70, 80, 85, 100), "trunk_link": (40, 45, 50, 60),
    "primary": (55, 70, 65, 85), "primary_link": (35, 40, 40, 50),
    "secondary": (50, 65, 55, 75), "secondary_link": (30, 35, 35, 45),
    "tertiary": (40, 55, 45, 65), "tertiary_link": (25, 30, 30, 40),
    "unclassified": (30, 45, 35, 55), "residential": (25, 30, 28, 35),
    "living_street": (8, 10, 10, 12), "road": (25, 40, 30, 45),
    "service": (12, 15, 15, 20), "track": (10, 12, 12, 15), "ferry": (12, 40, 12, 40),
}
CLASS_NAMES = tuple(CLASSES)
CLASS_NUMBER = {name: number for number, name in enumerate(CLASS_NAMES)}
THROUGH_SIGNED = 0.9        # share of a signed limit a vehicle keeps over a whole stretch
# a road for who has business there is driven as a service road is: found at the end of a way, hardly ever a short cut
LOCAL_KMH = {HGV: CLASSES["service"][1], CAR: CLASSES["service"][3]}

# The most specific key first; `goods` is for vehicles up to 3.5 t and says nothing of lorries. Source: Key:access, modes.
ACCESS_KEYS = {HGV: ("hgv", "motor_vehicle", "vehicle", "access"), CAR: ("motorcar", "motor_vehicle", "vehicle", "access")}
OPEN = frozenset({"yes", "designated", "permissive", "official", "public", "discouraged"})
LOCAL = frozenset({"destination", "delivery", "customers"})          # for who has business there, not for through traffic
CLOSED = frozenset({"no", "private", "agricultural", "forestry", "emergency", "military", "psv", "bus", "foot", "bicycle",
                    "permit", "residents", "restricted", "employees", "staff", "use_sidepath", "dismount"})
PASSABLE = frozenset({"no", "entrance", "cattle_grid", "border_control", "toll_booth", "gate", "lift_gate", "swing_gate",
                      "sally_port", "height_restrictor", "kerb", "arch", "spikes", "sliding_gate", "toll_gantry", "log_open"})
# signs by kind of zone that mean the same nearly everywhere, km/h: 'DE:urban', 'FR:zone30'. Source: Key:maxspeed, implicit values
ZONES = {"urban": 50.0, "zone30": 30.0, "zone:30": 30.0, "30": 30.0, "zone20": 20.0, "zone:20": 20.0, "20": 20.0,
         "living_street": 7.0, "walk": 5.0}
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


def road_of(tags: Mapping[str, str]) -> tuple[Road | None, str]:
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
    lorry, van = _speeds(tags, name)
    ferry_s = _duration_s(tags.get("duration", "")) if name == "ferry" else nan
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


def _speeds(tags: Mapping[str, str], name: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Lorry's and van's speeds, forward and backward."""
    lorry_free, lorry_top, van_free, van_top = CLASSES[name]
    lorry, van = [], []
    for direction in ("forward", "backward"):
        signs = (f"maxspeed:{direction}", "maxspeed")
        lorry.append(_speed(tags, HGV, direction, (f"maxspeed:hgv:{direction}", "maxspeed:hgv", *signs), lorry_free, lorry_top))
        van.append(_speed(tags, CAR, direction, signs, van_free, van_top))
    return (lorry[0], lorry[1]), (van[0], van[1])


def _speed(tags: Mapping[str, str], mode: int, direction: str, signs: tuple[str, ...], free: float, top: float) -> float:
    """What a vehicle keeps over a whole stretch: by the first sign that says anything, else its class's own."""
    signed = next((kmh for key in signs if (kmh := kmh_of(tags.get(key))) is not None), None)
    kmh = free if signed is None else min(signed * THROUGH_SIGNED, top)
    if access_of(tags, mode, direction) == "local":
        return min(kmh, float(LOCAL_KMH[mode]))
    return kmh


@lru_cache(4096)
def kmh_of(text: str | None) -> float | None:
    """A signed speed in km/h, the least of several; None where the sign says nothing usable ('none', 'variable', 'DE:rural')."""
    known = [kmh for part in (text or "").split(";") if (kmh := _one_kmh(part.strip())) is not None]
    return min(known, default=None)


def _one_kmh(text: str) -> float | None:
    zone = ZONES.get(re.sub(r"^[A-Z]{2}(-[A-Z]+)?:", "", text)) if not text.isdecimal() else None
    if zone is not None:
        return zone
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph|knots|km/h|kmh|kph)?", text)
    value = float(found[1]) * {"mph": 1.609344, "knots": 1.852}.get(found[2] or "", 1.0) if found else 0.0
    return value if 1 <= value <= 200 else None


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


def _duration_s(text: str) -> float:
    """'00:20', '1:05:00', '20' (minutes) in seconds; nan otherwise."""
    parts = [part.strip() for part in text.split(":")]
    if len(parts) > 3 or not all(part.isdecimal() and len(part) < 6 for part in parts):
        return nan
    numbers = [float(part) for part in parts]
    hours, minutes, seconds = (numbers + [0.0])[:3] if len(numbers) > 1 else (0.0, numbers[0], 0.0)
    return hours * 3600 + minutes * 60 + seconds or nan
