"""Conditional tags: `no @ (22:00-06:00 AND weight>7.5)` read, and held against a vehicle at a moment.

In: a tag's text; a Profile, an aware moment.    Out: clauses (value, condition, business); True, False or None for unknown.
Never knows: which key it was, ways, arrays, routes. Meanings: wiki.openstreetmap.org, Key:conditional restrictions.

A text is clauses with `;` between them: the last whose condition holds gives the value. A condition is parts with AND between
them, each a timetable (opening_hours), a measure of the vehicle, or a word. Words for other people (residents, bus, permit …)
do not hold for a lorry. What cannot be known beforehand (wet, snow, a school's holidays) is unknown, never guessed.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from geodata.hours import is_open, valid
from geodata.roads.limits import metres_of, tonnes_of

if TYPE_CHECKING:
    from geodata.roads.graph import Profile

ALWAYS = ""                          # the condition of a clause that asks for nothing but business there
OUTSIDE = "outside "                 # a timetable with this before it holds when the timetable itself does not
LONGEST = 400                        # characters; more is no condition
MEASURES = {
    "weight": "mass_t", "maxweight": "mass_t", "weightrating": "mass_t", "maxweightrating": "mass_t", "gcweight": "mass_t",
    "gcweightrating": "mass_t", "height": "height_m", "width": "width_m", "length": "length_m", "axleload": "axle_t",
    "maxaxleload": "axle_t"}
COMPARED = re.compile(r"([a-z_]+)\s*(<=|>=|=<|=>|<|>|=|≤|≥)\s*(.+)")
BUSINESS = frozenset({"destination", "delivery", "customers", "loading", "unloading", "loading_ramp", "local", "access"})
OTHERS = frozenset({
    "residents", "resident", "bus", "psv", "taxi", "tourist_bus", "coach", "school_bus", "share_taxi", "emergency", "police",
    "disabled", "bicycle", "foot", "horse", "moped", "mofa", "motorcycle", "caravan", "motorhome", "agricultural", "forestry",
    "military", "permit", "permission", "official", "employees", "staff", "students", "guests", "visitors", "car_sharing",
    "carpool", "hov", "hov2", "electric", "charging", "ev", "doctor", "authorized", "members", "tram", "train", "atv"})
OURS = {"hgv": "hgv", "hgv_articulated": "hgv", "lorry": "hgv", "truck": "hgv", "goods": "car", "motorcar": "car", "car": "car"}
EVERYBODY = frozenset({"motor_vehicle", "vehicle"})
_REVERSED = re.compile(r"([\d:,\s-]+?)\s+((?:Mo|Tu|We|Th|Fr|Sa|Su|PH)\b.*)")
Lonlat = tuple[float, float]


@dataclass(frozen=True)
class Clause:
    """`value @ condition`. business: only for those with business there, whatever else the condition asks."""

    value: str
    condition: str
    business: bool = False


@dataclass(frozen=True)
class Moment:
    """When and where a condition is asked. at None: no moment is known, and no timetable holds."""

    at: datetime | None = None
    country: str | None = None
    lonlat: Lonlat | None = None


@lru_cache(20_000)
def clauses_of(text: str) -> tuple[Clause, ...]:
    """The clauses of a `:conditional` tag, in order; what is no clause is left out."""
    found = []
    for part in _parts(text[:LONGEST]):
        value, at, condition = part.partition("@")
        if at and value.strip():
            found.append(_clause(value.strip(), condition))
    return tuple(found)


def _parts(text: str) -> list[str]:
    """Split at the `;` that stand outside parentheses; those before a part without @ belong to the timetable."""
    parts, depth, begin = list[str](), 0, 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")" and depth > 0)
        if letter == ";" and depth == 0:
            parts.append(text[begin:i])
            begin = i + 1
    joined = list[str]()
    for part in [*parts, text[begin:]]:
        if "@" not in part and joined and part.strip():
            joined[-1] += ";" + part
        else:
            joined.append(part)
    return joined


def _clause(value: str, condition: str) -> Clause:
    terms = [term.strip() for term in re.split(r"\s+and\s+", _bare(condition), flags=re.IGNORECASE)]
    business = any(term.lower() in BUSINESS for term in terms)
    return Clause(value, " AND ".join(_bare(term) for term in terms if term and term.lower() not in BUSINESS), business)


def _bare(text: str) -> str:
    """Without the parentheses round the whole, also where one of them is missing."""
    text = text.strip()
    while text.startswith("(") and _closed_at(text) in (-1, len(text) - 1):
        text = text[1:].removesuffix(")").strip()
    return text.removesuffix(")").strip() if text.count(")") > text.count("(") else text


def _closed_at(text: str) -> int:
    """Where the parenthesis that opens the text closes; -1 nowhere."""
    depth = 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return i
    return -1


def holds(condition: str, profile: Profile, moment: Moment) -> bool | None:
    """Does it hold for the vehicle at that moment? None: nobody can say."""
    said = [_holds(term, profile, moment) for term in condition.split(" AND ") if term]
    if False in said:
        return False
    return None if None in said else True


def _holds(term: str, profile: Profile, moment: Moment) -> bool | None:
    word = term.lower()
    if found := COMPARED.fullmatch(word):
        return _compared(found[1], found[2], found[3], profile)
    if word in OURS:
        return OURS[word] == profile.mode
    if word in EVERYBODY:
        return True
    if word == "hazmat":
        return bool(profile.hazmat)
    if word in OTHERS:
        return False
    if (hours := timetable(term.removeprefix(OUTSIDE))) is None:
        return None
    if moment.at is None:
        return False
    said = is_open(hours, moment.at, country=moment.country, lonlat=moment.lonlat)
    return said if said is None else said != term.startswith(OUTSIDE)


def _compared(name: str, sign: str, figure: str, profile: Profile) -> bool | None:
    measure = MEASURES.get(name)
    if measure is None:
        return None
    limit = (tonnes_of if measure.endswith("_t") else metres_of)(figure)
    if limit != limit:
        return None
    own = getattr(profile, measure)
    return bool({"<": own < limit, ">": own > limit, "=": own == limit, "<=": own <= limit, ">=": own >= limit}[
        {"=<": "<=", "=>": ">=", "≤": "<=", "≥": ">="}.get(sign, sign)])


@lru_cache(20_000)
def timetable(term: str) -> str | None:
    """The term as opening_hours; also with the days behind the hours, as many are written. None when it is none."""
    for text in (term, _REVERSED.sub(r"\2 \1", term)):
        if valid(text):
            return text
    return None


def tags_at(tags: Mapping[str, str], said: Mapping[str, bool], *, business: bool) -> dict[str, str]:
    """The plain tags when these conditions hold, for somebody who has business there or not."""
    plain = {key: value for key, value in tags.items() if not key.endswith(":conditional")}
    for key, text in tags.items():
        if key.endswith(":conditional"):
            for clause in clauses_of(text):
                if (business or not clause.business) and (clause.condition == ALWAYS or said[clause.condition]):
                    plain[key.removesuffix(":conditional")] = clause.value
    return plain
