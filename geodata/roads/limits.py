"""What the signs of one way or node say a vehicle may not exceed: height, mass, width, length, axle load.

In: a mapping of tags.    Out: Limits in metres and tonnes, nan where nothing is said.
Never knows: vehicles, access, files. Meanings: wiki.openstreetmap.org, Key:maxheight, Key:maxweight, Map features/Units.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isnan, nan

WAYS = ("forward", "backward")
HEIGHT_KEYS = ("maxheight", "maxheight:hgv", "maxheight:physical", "maxheight:marked")
MASS_KEYS = ("maxweight", "maxweight:hgv", "maxweightrating", "maxweightrating:hgv", "maxgcweight", "maxgcweightrating",
             "maxgcweight:hgv", "maxgcweightrating:hgv", "maxbogieweight:total")
WIDTH_KEYS = ("maxwidth", "maxwidth:hgv", "maxwidth:physical")
ROADWAY_KEYS = ("width", "est_width")                  # a road narrower than the vehicle, whatever the signs
LENGTH_KEYS = ("maxlength", "maxlength:hgv", "maxlength:hgv_articulated")
AXLE_KEYS = ("maxaxleload", "maxaxleload:hgv")
_PLAIN = (*HEIGHT_KEYS, *MASS_KEYS, *WIDTH_KEYS, *LENGTH_KEYS, *AXLE_KEYS)
LIMIT_KEYS = (*_PLAIN, *(f"{key}:{way}" for key in _PLAIN for way in WAYS))
_FIRST = tuple(keys[0] for keys in (HEIGHT_KEYS, MASS_KEYS, WIDTH_KEYS, LENGTH_KEYS, AXLE_KEYS))
LANE_KEYS = tuple(f"{key}:lanes{way}" for key in _FIRST for way in ("", ":forward", ":backward"))
_SAYING = frozenset((*LIMIT_KEYS, *ROADWAY_KEYS, *LANE_KEYS))
NO_LIMIT = "none"                                      # of one direction: the other's sign, or the general one, is not his
UNSIGNED = ("maxweight", "maxheight", "maxwidth", "maxlength", "maxaxleload")
TONNES = {"t": 1.0, "to": 1.0, "tonne": 1.0, "tonnes": 1.0, "tonnen": 1.0, "mt": 1.0, "kg": 0.001, "kgs": 0.001,
          "st": 0.90718474, "ton": 0.90718474, "tons": 0.90718474, "lt": 1.0160469, "lb": 0.00045359237, "lbs": 0.00045359237,
          "cwt": 0.05080235, "kn": 0.101972}
METRES = {"m": 1.0, "meter": 1.0, "meters": 1.0, "metre": 1.0, "metres": 1.0, "mtr": 1.0, "cm": 0.01,
          "ft": 0.3048, "feet": 0.3048, "foot": 0.3048, "in": 0.0254, "inch": 0.0254, "inches": 0.0254, "yd": 0.9144}
FEET = re.compile(r"(\d+(?:\.\d+)?)\s*(?:'|’|′|ft\.?|feet|foot)\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|”|″|''|in\.?|inch|inches)?)?")
MARKS = re.compile(r"^(?:~|<|≤|max\.?|ca\.?)\s*|\s*(?:approx\.?|mgw|gvw)$")     # about so much; the mass allowed, laden


@dataclass(frozen=True)
class Limits:
    """What a vehicle may not exceed; nan where nothing is said."""

    height_m: float = nan
    mass_t: float = nan
    width_m: float = nan
    length_m: float = nan
    axle_t: float = nan


NO_LIMITS = Limits()


def limits_of(tags: Mapping[str, str], direction: str = "") -> Limits:
    """The signed limits of a way or node, and how wide the road itself is: of several, the least.

    direction  forward or backward: what holds that way, where a direction's own key comes before the same key without one.
               "": what lets a vehicle pass both ways; a node has no direction of its own
    """
    if _SAYING.isdisjoint(tags):
        return NO_LIMITS
    said = {key: value for key, value in tags.items() if not _taken_back(tags, key)}
    return Limits(height_m=_of(said, HEIGHT_KEYS, direction, metres_of), mass_t=_of(said, MASS_KEYS, direction, tonnes_of),
                  width_m=_of(said, (*WIDTH_KEYS, *ROADWAY_KEYS), direction, metres_of),
                  length_m=_of(said, LENGTH_KEYS, direction, metres_of), axle_t=_of(said, AXLE_KEYS, direction, tonnes_of))


def limits_by_way(tags: Mapping[str, str]) -> tuple[Limits, Limits]:
    """Forward and backward along the way."""
    forward = limits_of(tags, WAYS[0])
    return forward, limits_of(tags, WAYS[1]) if forward is not NO_LIMITS else forward


def _of(said: Mapping[str, str], keys: tuple[str, ...], direction: str, read: Callable[[str | None], float]) -> float:
    """The least of one measure: of each key what it says for the direction, else what it says for both; else of lanes."""
    signed = _signed(said, keys, direction, read)
    return _in_lanes(said, keys[0], direction, read) if isnan(signed) else signed


def _in_lanes(said: Mapping[str, str], key: str, direction: str, read: Callable[[str | None], float]) -> float:
    """`3.5|4.2`: he takes the lane that lets most pass; a lane without a figure lets all."""
    text = said.get(f"{key}:lanes:{direction}", said.get(f"{key}:lanes"))
    lanes = [read(lane) for lane in text.split("|")] if text else [nan]
    return nan if any(map(isnan, lanes)) else max(lanes)


def _signed(said: Mapping[str, str], keys: tuple[str, ...], direction: str, read: Callable[[str | None], float]) -> float:
    if not direction:
        return _least(read(said.get(name)) for key in keys for name in (key, *(f"{key}:{way}" for way in WAYS)))
    own = {key: said.get(f"{key}:{direction}") for key in keys}
    return _least(read(text if text == NO_LIMIT or not isnan(read(text)) else said.get(key)) for key, text in own.items())


def _taken_back(tags: Mapping[str, str], key: str) -> bool:
    """maxweight:signed=no beside a figure: nobody is bound by a sign that does not stand there."""
    return key in UNSIGNED and tags.get(f"{key}:signed") == "no"


def _least(values: Iterable[float]) -> float:
    return min((v for v in values if not isnan(v)), default=nan)


@lru_cache(4096)
def metres_of(text: str | None) -> float:
    """'4.2', '4,2 m', "13'6\\"", '8 feet', '420 cm' in metres, the least of several; nan where nothing usable is said."""
    return _least(_one_length(part) for part in _parts(text))


def _one_length(text: str) -> float:
    if feet := FEET.fullmatch(text):
        return _usable(float(feet[1]) * 0.3048 + float(feet[2] or 0) * 0.0254)
    return _measure(text, METRES, "m")


@lru_cache(4096)
def tonnes_of(text: str | None) -> float:
    """'7.5', '7,5 t', '3500 kg', '5 st' (short tons), '10000 lbs' in tonnes, the least of several; nan: nothing usable."""
    return _least(_measure(part, TONNES, "t") for part in _parts(text))


def _parts(text: str | None) -> list[str]:
    return [MARKS.sub("", part.strip().lower()) for part in (text or "").split(";")]


def _measure(text: str, units: Mapping[str, float], usual: str) -> float:
    found = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*([a-z]+)?\.?", text)
    if not found or (found[2] or usual) not in units:
        return nan
    return _usable(float(found[1].replace(",", ".")) * units[found[2] or usual])


def _usable(value: float) -> float:
    """A limit of nothing, or one no vehicle comes near, is a slip of the pen."""
    return value if 0 < value <= 1000 else nan
