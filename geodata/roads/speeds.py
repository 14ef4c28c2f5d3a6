"""How fast a lorry and a car-sized van get on along one way: by its class, its signs, the law and its surface.

In: a mapping of tags, a SpeedTable.    Out: km/h forward and backward; a sign in km/h; a crossing time in seconds.
Never knows: who may drive where, files of roads, arrays, routes. Meanings: wiki.openstreetmap.org, Key:maxspeed, Key:duration.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf, nan

from geodata.roads.speed_table import STANDARD, SpeedTable

Pair = tuple[float, float]              # forward, backward along the way
CLASSES = STANDARD.classes              # in the order of RoadGraph.edge_class
LORRY, VAN = 0, 1
UNITS = {"mph": 1.609344, "knots": 1.852}
# what kind of limit holds, mostly without a number
TYPE_KEYS = ("maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic")
WORDS = {"urban": "urban", "rural": "rural", "trunk": "motorroad", "motorroad": "motorroad", "expressway": "motorroad",
         "motorway": "motorway", "living_street": "living_street", "nsl_restricted": "urban", "nsl_single": "rural",
         "nsl_dual": "motorroad"}        # a sign's word -> the setting of speed_law.toml. Source: Key:maxspeed, implicit values
# every tag that this module reads: ways that agree in them share one reckoning
SPEED_KEYS = ("maxspeed", "maxspeed:forward", "maxspeed:backward", "maxspeed:hgv", "maxspeed:hgv:forward",
              "maxspeed:hgv:backward", "maxspeed:lanes", "maxspeed:lanes:forward", "maxspeed:lanes:backward", "maxspeed:advisory",
              "maxspeed:advisory:forward", "maxspeed:advisory:backward", *TYPE_KEYS, "surface", "tracktype", "smoothness",
              "service", "lanes", "width", "oneway", "junction", "motorroad", "living_street")
ONE_LANE_ANYWAY = ("motorway", "motorway_link", "service", "track")


@dataclass(frozen=True)
class Sign:
    """kmh inf: no limit. setting: what kind of road the sign says it is, '' where it does not."""

    kmh: float
    setting: str = ""
    country: str = ""


def speeds_of(tags: Mapping[str, str], name: str, table: SpeedTable = STANDARD) -> tuple[Pair, Pair]:
    """Lorry's and van's km/h, each forward and backward, over a whole stretch of a way of class `name`."""
    return _speeds(table, name, tuple(tags.get(key) for key in SPEED_KEYS))


@lru_cache(20_000)
def _speeds(table: SpeedTable, name: str, values: tuple[str | None, ...]) -> tuple[Pair, Pair]:
    tags = {key: value for key, value in zip(SPEED_KEYS, values, strict=True) if value}
    ceiling = _ceiling(tags, name, table)
    lorry, van = ((min(_kept(tags, name, who, "forward", table), ceiling[who]),
                   min(_kept(tags, name, who, "backward", table), ceiling[who])) for who in (LORRY, VAN))
    return lorry, van


def _kept(tags: Mapping[str, str], name: str, who: int, direction: str, table: SpeedTable) -> float:
    """What a vehicle keeps over a whole stretch: by the first sign that says anything, else its class's own; within the law."""
    free, top = table.classes[name][2 * who:2 * who + 2]
    sign, kind = _sign(tags, who, direction, table), _kind(tags, table)
    limit = sign or (kind if kind and kind.kmh else None)
    kmh = free if limit is None else min(limit.kmh * table.through_signed, top)
    advised = kmh_of(tags.get(f"maxspeed:advisory:{direction}")) or kmh_of(tags.get("maxspeed:advisory")) or inf
    return float(min(kmh, advised, _lorry_law(tags, name, sign, kind, table) if who == LORRY else inf))


def _sign(tags: Mapping[str, str], who: int, direction: str, table: SpeedTable) -> Sign | None:
    """The most specific sign that says anything: a vehicle's own before all vehicles', a direction's before the way's."""
    keys = ["maxspeed:hgv:" + direction, "maxspeed:hgv"] if who == LORRY else []
    for key in (*keys, "maxspeed:" + direction, "maxspeed"):
        found = sign_of(tags.get(key), table)
        if found and found.kmh:
            return found
    lanes = tags.get("maxspeed:lanes:" + direction) or tags.get("maxspeed:lanes") or ""
    known = [found.kmh for lane in lanes.split("|") if (found := sign_of(lane, table)) and found.kmh]
    return Sign(min(known) if who == LORRY else max(known)) if known else None       # lorries keep to the slow lane


def _kind(tags: Mapping[str, str], table: SpeedTable) -> Sign | None:
    """What kind of road maxspeed=XX:…, maxspeed:type and its likes say it is, with the limit that goes with it (0: not known)."""
    for key in ("maxspeed", *TYPE_KEYS):
        sign = sign_of(tags.get(key), table)
        if sign and (sign.setting or key != "maxspeed"):
            return sign
    return None


def _lorry_law(tags: Mapping[str, str], name: str, sign: Sign | None, kind: Sign | None, table: SpeedTable) -> float:
    """A lorry's own limit on this kind of road; where nothing says which kind, the highest it can be."""
    said = next((one for one in (sign, kind) if one and one.setting), None)
    if said:
        setting = said.setting
    elif name in ("motorway", "motorway_link"):
        setting = "motorway"
    else:
        setting = "motorroad" if tags.get("motorroad") == "yes" else "rural"
    law = table.law((said.country if said else "") or table.country, setting)
    return law.lorry_kmh or inf if law else inf


def _ceiling(tags: Mapping[str, str], name: str, table: SpeedTable) -> tuple[float, float]:
    """The least of what surface, kind of service road and width allow: lorry, van."""
    rows = [table.ceilings[key].get(tags[key]) for key in ("surface", "tracktype", "smoothness") if key in tags]
    if name == "service" and "service" in tags:
        rows.append(table.ceilings["service"].get(tags["service"]))
    if tags.get("living_street") == "yes":
        rows.append((table.classes["living_street"][1], table.classes["living_street"][3]))
    if tags.get("lanes") == "1" and tags.get("oneway", "no") == "no" and "junction" not in tags and name not in ONE_LANE_ANYWAY:
        rows.append(table.ceilings["narrow"]["one_lane"])
    width = re.fullmatch(r"(\d+(?:\.\d+)?)\s*m?", tags.get("width", ""))
    if width and float(width[1]) < 3.5:
        rows.append(table.ceilings["narrow"]["under_3_5_m"])
    known = [row for row in rows if row]
    return min((row[LORRY] for row in known), default=inf), min((row[VAN] for row in known), default=inf)


@lru_cache(20_000)
def sign_of(text: str | None, table: SpeedTable) -> Sign | None:
    """A sign or a word for one: '50', '30 mph', 'walk', 'none', 'DE:rural', 'PT:zone30'; None where it says nothing usable.

    Of several the least. kmh is 0 where the kind of road is known but not the limit that goes with it.
    """
    found = [sign for part in (text or "").split(";") if (sign := _one_sign(part.strip(), table))]
    return min((sign for sign in found if sign.kmh), key=lambda sign: sign.kmh, default=found[0] if found else None)


def _one_sign(text: str, table: SpeedTable) -> Sign | None:
    if (kmh := _one_kmh(text)) is not None:
        return Sign(kmh)
    if text == "none":
        return Sign(inf)
    named = re.fullmatch(r"(?:([A-Z]{2})(?:-[A-Z]{1,3})?:)?([a-z_]*(?::?\d+)?)", text)
    if named is None or not named[2]:
        return None
    country, word = named[1] or "", named[2]
    setting = WORDS.get(word, "")
    law = table.law("GB" if country == "UK" else country or table.country, setting)
    if law:
        return Sign(law.kmh or inf, setting, country)
    if word in table.zones:
        return Sign(table.zones[word], setting, country)
    return Sign(0.0, setting, country) if setting else None


@lru_cache(4096)
def kmh_of(text: str | None) -> float | None:
    """A number on a sign in km/h, the least of several; None where there is none ('none', 'variable', 'DE:rural')."""
    return min((kmh for part in (text or "").split(";") if (kmh := _one_kmh(part.strip())) is not None), default=None)


def _one_kmh(text: str) -> float | None:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph|knots|km/h|kmh|kph)?", text)
    value = float(found[1]) * UNITS.get(found[2] or "", 1.0) if found else 0.0
    return value if 1 <= value <= 200 else None


def duration_s(text: str) -> float:
    """'00:20', '1:05:00', '20' (minutes), 'PT1H30M' in seconds; nan otherwise."""
    iso = re.fullmatch(r"P(?:(\d{1,2})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?", text.strip())
    if iso:
        days, hours, minutes, seconds = (float(part or 0) for part in iso.groups())
        return days * 86_400 + hours * 3600 + minutes * 60 + seconds or nan
    parts = [part.strip() for part in text.split(":")]
    if len(parts) > 3 or not all(part.isdecimal() and len(part) < 6 for part in parts):
        return nan
    numbers = [float(part) for part in parts]
    hours, minutes, seconds = (numbers + [0.0])[:3] if len(numbers) > 1 else (0.0, numbers[0], 0.0)
    return hours * 3600 + minutes * 60 + seconds or nan
