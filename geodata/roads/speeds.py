"""How fast a lorry and a car-sized van get on along one way: by its class, its signs and who may drive there.

In: a mapping of tags, a SpeedTable (speeds.toml).    Out: km/h forward and backward; a sign in km/h; a crossing time in seconds.
Never knows: who may drive where, files of roads, arrays, routes. Meanings: wiki.openstreetmap.org, Key:maxspeed, Key:duration.
"""
from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import nan
from pathlib import Path
from typing import Any

Pair = tuple[float, float]              # forward, backward along the way
STANDARD_FILE = Path(__file__).with_name("speeds.toml")


@dataclass(frozen=True, eq=False)
class SpeedTable:
    """What speeds.toml holds. km/h."""

    classes: Mapping[str, tuple[float, float, float, float]]      # lorry, its ceiling, van, its ceiling
    local_top: Pair                                               # lorry, van: where only those with business there may go
    zones: Mapping[str, float]
    through_signed: float


def read_speeds(file: Path = STANDARD_FILE) -> SpeedTable:
    return _table(tomllib.loads(file.read_text(encoding="utf-8")))


def _table(said: Mapping[str, Any]) -> SpeedTable:
    classes = {name: (row["lorry_kmh"], row["lorry_top_kmh"], row["van_kmh"], row["van_top_kmh"])
               for name, row in said["class"].items()}
    return SpeedTable(classes, (said["local"]["lorry_top_kmh"], said["local"]["van_top_kmh"]),
                      {name: float(kmh) for name, kmh in said["zone"].items()}, said["through_signed"])


STANDARD = read_speeds()
CLASSES = STANDARD.classes              # in the order of RoadGraph.edge_class


def speeds_of(tags: Mapping[str, str], name: str, local: tuple[tuple[bool, bool], tuple[bool, bool]],
              table: SpeedTable = STANDARD) -> tuple[Pair, Pair]:
    """Lorry's and van's km/h, each forward and backward, over a whole stretch of a way of class `name`.

    local  where only those with business there may go: lorry (forward, backward), van (forward, backward)
    """
    lorry_free, lorry_top, van_free, van_top = table.classes[name]
    lorry, van = [], []
    for back, direction in enumerate(("forward", "backward")):
        signs = (f"maxspeed:{direction}", "maxspeed")
        lorry_signs = (f"maxspeed:hgv:{direction}", "maxspeed:hgv", *signs)
        tops = (min(lorry_top, table.local_top[0]) if local[0][back] else lorry_top,
                min(van_top, table.local_top[1]) if local[1][back] else van_top)
        lorry.append(_speed(tags, lorry_signs, lorry_free, tops[0], table))
        van.append(_speed(tags, signs, van_free, tops[1], table))
    return (lorry[0], lorry[1]), (van[0], van[1])


def _speed(tags: Mapping[str, str], signs: tuple[str, ...], free: float, top: float, table: SpeedTable) -> float:
    """What a vehicle keeps over a whole stretch: by the first sign that says anything, else its class's own."""
    signed = next((kmh for key in signs if (kmh := kmh_of(tags.get(key))) is not None), None)
    return float(min(free if signed is None else signed * table.through_signed, top))


@lru_cache(4096)
def kmh_of(text: str | None) -> float | None:
    """A signed speed in km/h, the least of several; None where the sign says nothing usable ('none', 'variable', 'DE:rural')."""
    known = [kmh for part in (text or "").split(";") if (kmh := _one_kmh(part.strip())) is not None]
    return min(known, default=None)


def _one_kmh(text: str) -> float | None:
    zone = STANDARD.zones.get(re.sub(r"^[A-Z]{2}(-[A-Z]+)?:", "", text)) if not text.isdecimal() else None
    if zone is not None:
        return zone
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph|knots|km/h|kmh|kph)?", text)
    value = float(found[1]) * {"mph": 1.609344, "knots": 1.852}.get(found[2] or "", 1.0) if found else 0.0
    return value if 1 <= value <= 200 else None


def duration_s(text: str) -> float:
    """'00:20', '1:05:00', '20' (minutes) in seconds; nan otherwise."""
    parts = [part.strip() for part in text.split(":")]
    if len(parts) > 3 or not all(part.isdecimal() and len(part) < 6 for part in parts):
        return nan
    numbers = [float(part) for part in parts]
    hours, minutes, seconds = (numbers + [0.0])[:3] if len(numbers) > 1 else (0.0, numbers[0], 0.0)
    return hours * 3600 + minutes * 60 + seconds or nan
