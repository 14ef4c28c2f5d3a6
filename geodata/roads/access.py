"""Who may use one way or pass one node: a lorry, a car-sized van, both or neither, and who only with business there.

In: a mapping of tags.    Out: open, local, private or closed, by mode and direction; bits of a ban.
Never knows: speeds, files, arrays. Meanings: wiki.openstreetmap.org, Key:access, Key:hgv, Key:oneway, Key:barrier.
"""
from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import isnan

from geodata.roads.limits import LIMIT_KEYS, limits_of

HGV, CAR = 1, 2            # bits of a ban: closed for lorries, closed for car-sized vans
BOTH = HGV | CAR
MODES = {"hgv": HGV, "car": CAR}
DIRECTIONS = ("forward", "backward")

# The most specific key first. `goods` is for goods vehicles up to 3.5 t: our van, no lorry. Source: Key:access, modes.
OWN_KEYS = {HGV: ("hgv", "motor_vehicle", "vehicle"), CAR: ("goods", "motorcar", "motor_vehicle", "vehicle")}
ACCESS_KEYS = {mode: (*keys, "access") for mode, keys in OWN_KEYS.items()}
ONEWAY_KEYS = {mode: (*(f"oneway:{key}" for key in keys), "oneway") for mode, keys in OWN_KEYS.items()}
OPEN = frozenset({"yes", "designated", "permissive", "public", "discouraged", "unsuitable", "allowed", "hov"})
LOCAL = frozenset({"destination", "delivery", "customers", "local", "loading", "unloading", "visitors"})
PRIVATE = frozenset({"private", "permit", "residents"})
CLOSED = frozenset({"no", "agricultural", "forestry", "emergency", "military", "psv", "bus", "foot", "bicycle", "horse",
                    "restricted", "employees", "staff", "use_sidepath", "dismount", "official", "emergency_vehicle", "service",
                    "taxi", "share_taxi", "minibus", "coach", "tourist_bus", "school_bus", "tram", "motorcycle", "moped", "mofa",
                    "disabled", "car_sharing", "snowmobile", "ski", "atv", "ohv"})
ANSWERS = (("open", OPEN), ("local", LOCAL), ("private", PRIVATE), ("closed", CLOSED))
PASSABLE = frozenset({"no", "entrance", "cattle_grid", "border_control", "toll_booth", "gate", "lift_gate", "swing_gate",
                      "sally_port", "height_restrictor", "arch", "spikes", "sliding_gate", "sliding_beam", "toll_gantry",
                      "log_open", "hampshire_gate", "bump_gate", "checkpoint", "coupure"})
RISING = ("rising",)                                       # of bollards, the kind that sinks for those who may pass
HOV = "hov"                                                # full cars; lanes for them are nothing to us
OFFICIAL, DEDICATED = "official", "designated"             # on a vehicle's own key: its by law; on `access`: for officials
LOW_KERB = frozenset({"lowered", "flush", "rolled", "no"})
HEARD = frozenset({"audible", "audio"})                    # a fence of sound, for animals
NODE_BASES = (*dict.fromkeys((*ACCESS_KEYS[HGV], *ACCESS_KEYS[CAR])), *LIMIT_KEYS)
NODE_KEYS = ("barrier", *NODE_BASES, *(f"{key}:conditional" for key in NODE_BASES))
ROUNDABOUTS = {"roundabout", "circular"}
FORWARD, BACKWARD = frozenset({"yes", "1", "true"}), frozenset({"-1", "reverse"})
TWO_WAY = frozenset({"no", "0", "false"})                  # alternating: whatever else is said holds, for both in turn


def access_of(tags: Mapping[str, str], mode: int, direction: str = "") -> str | None:
    """open, local, private or closed, as the most specific key that says anything has it; None when none does.

    direction  forward or backward: a direction's own key comes before the general one
    """
    return _said(tags, ACCESS_KEYS[mode], direction)


def hov_access_of(tags: Mapping[str, str], mode: int, direction: str = "") -> str | None:
    """What `hov` says where no key of the mode itself does: a road for full cars is none for lorries, nor for a van to pass."""
    if tags.get(f"{HOV}:{direction}", tags.get(HOV)) != DEDICATED or _said(tags, OWN_KEYS[mode][:-2], direction):
        return None
    return "closed" if mode == HGV else "local"


def own_access_of(tags: Mapping[str, str], mode: int, direction: str = "") -> str | None:
    """The same from keys of vehicles only: `access` on a footway speaks of those on foot."""
    return _said(tags, OWN_KEYS[mode], direction)


def _said(tags: Mapping[str, str], keys: tuple[str, ...], direction: str) -> str | None:
    for key in keys:
        for text in (tags.get(f"{key}:{direction}") if direction else None, tags.get(key)):
            if text and (answer := _answer(DEDICATED if text == OFFICIAL and key != "access" else text)):
                return answer
    return None


@lru_cache(4096)
def _answer(text: str) -> str | None:
    """'destination;agricultural' is local: of several words the widest holds."""
    said = {word.strip() for word in text.split(";")}
    return next((answer for answer, values in ANSWERS if said & values), None)


def oneway(tags: Mapping[str, str], name: str, mode: int) -> int | None:
    """1 along the way, -1 against it, 0 both; None where it changes with the hour.

    Motorways and roundabouts are one-way unless they say otherwise; links are not (Tag:highway=motorway_link).
    """
    for key in ONEWAY_KEYS[mode]:
        value = tags.get(key, "")
        if value == "reversible":
            return None
        for said, way in ((FORWARD, 1), (BACKWARD, -1), (TWO_WAY, 0)):
            if value in said:
                return way
    return 1 if name == "motorway" or tags.get("junction") in ROUNDABOUTS else 0


def node_ban(tags: Mapping[str, str]) -> int:
    """Which modes a node stops: HGV and CAR bits. A height bar without a figure stops lorries: that is what it is there for."""
    return _stopped(tags, "closed")


def node_gate(tags: Mapping[str, str]) -> int:
    """Which modes pass a node only when they belong behind it: HGV and CAR bits."""
    return _stopped(tags, "private")


def _stopped(tags: Mapping[str, str], answer: str) -> int:
    """The modes to which a node gives this answer."""
    barrier = tags.get("barrier")
    if barrier is None and _is_crossing(tags):
        return 0                                           # its access tags tell who may cross the road
    ban = 0
    for mode in (HGV, CAR):
        said = access_of(tags, mode)
        if said is None and barrier is not None:
            said = "closed" if _bars(tags, barrier, mode) else "open"
        ban |= mode if said == answer else 0
    return ban


def _is_crossing(tags: Mapping[str, str]) -> bool:
    return "crossing" in (tags.get("highway"), tags.get("footway"), tags.get("cycleway"))


def _bars(tags: Mapping[str, str], barrier: str, mode: int) -> bool:
    """Whether a barrier whose access keys say nothing stops a vehicle."""
    if tags.get("locked") == "yes":
        return True
    if barrier == "bollard":
        return tags.get("bollard") not in RISING
    if barrier == "kerb":
        return tags.get("kerb") not in LOW_KERB and not _is_crossing(tags)
    if barrier == "fence" and tags.get("sensory") in HEARD:
        return False
    blind = barrier == "height_restrictor" and mode == HGV and isnan(limits_of(tags).height_m)
    return blind or barrier not in PASSABLE
