"""Driving-time rules as dated data: which values are in force for a trip.

In: law/*.toml, the day of departure, a country.    Out: Rules, and each value with its article.
Never knows: places, routes, plans, languages.

A file is a family and tables of values; where a value has changed, both stand there and the day decides. What a rule set lacks
is None: China's law for lorries sets no daily rest. Every duration is whole seconds.
"""
from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from geodata.errors import BadInput

LAW = Path(__file__).with_name("law")
RULE_SETS = ("cn", "eu", "us", "company")
FAMILIES = ("continuous", "eu", "us")
ENTRY = ("value", "unit", "says", "since", "source", "url")
COUNTS = ("long_days", "reduced_rests")                    # in days and rests, not seconds
DAY_S = 86_400
LARGEST_FILE = 100_000                                     # bytes
LONGEST_S = 14 * DAY_S


@dataclass(frozen=True)
class Value:
    """One value of the law: what it says in plain words, since when, by which article."""

    name: str
    value: int | bool
    unit: str
    says: str
    since: date
    source: str
    url: str


@dataclass(frozen=True)
class Rules:
    """What is in force on one day. Seconds unless the name says otherwise; None: this rule set knows no such limit.

    family   continuous: only driving without a rest, and what a company adds; eu; us
    drive, break_                    longest driving before a break; the least break
    split_first, split_second        a break in two parts, in this order
    work_breaks                      does other work at a stop count as a break?
    night_drive, night_from/_to      most driving in the night between two breaks; seconds of the day
    day_drive, day_drive_long, long_days     most driving between two daily rests; on a long day; long days a week
    duty                             eu: the daily rest is complete within it; us: no driving after it
    day_rest, reduced_rest, reduced_rests    daily rest; reduced; how often between weekly rests
    split_rest_first                 first part of a daily rest in two parts; the second is a reduced_rest
    part_short, part_long            us: the two parts of day_rest, neither of which counts against `duty`
    week_drive, two_weeks_drive, week_rest, week_rest_reduced, week_rest_within
    cycle, cycle_short, restart      us: hours on duty in 8 (7) days; the rest that ends them
    adverse                          us: what adverse conditions add
    """

    name: str
    family: str
    on: date
    values: Mapping[str, Value]
    drive: int
    break_: int
    split_first: int | None = None
    split_second: int | None = None
    work_breaks: bool = False
    night_drive: int | None = None
    night_from: int | None = None
    night_to: int | None = None
    day_drive: int | None = None
    day_drive_long: int | None = None
    long_days: int | None = None
    duty: int | None = None
    day_rest: int | None = None
    reduced_rest: int | None = None
    reduced_rests: int | None = None
    split_rest_first: int | None = None
    part_short: int | None = None
    part_long: int | None = None
    week_drive: int | None = None
    two_weeks_drive: int | None = None
    week_rest: int | None = None
    week_rest_reduced: int | None = None
    week_rest_within: int | None = None
    cycle: int | None = None
    cycle_short: int | None = None
    restart: int | None = None
    adverse: int | None = None

    def in_seven_days(self) -> Rules:
        """60 hours in 7 days instead of 70 in 8, for a carrier that does not run every day of the week."""
        return replace(self, cycle=self.cycle_short) if self.cycle_short is not None else self

    def in_adverse_conditions(self) -> Rules:
        """More driving and a longer day where weather or traffic came that nobody could foresee."""
        if self.adverse is None or self.day_drive is None or self.duty is None:
            return self
        return replace(self, day_drive=self.day_drive + self.adverse, duty=self.duty + self.adverse)


FIELDS = tuple(f.name for f in fields(Rules))[4:]
NEEDED: dict[str, tuple[str, ...]] = {
    "continuous": ("drive", "break_"),
    "eu": ("drive", "break_", "split_first", "split_second", "day_drive", "day_drive_long", "long_days", "duty", "day_rest",
           "reduced_rest", "reduced_rests", "split_rest_first", "week_drive", "two_weeks_drive", "week_rest", "week_rest_reduced",
           "week_rest_within"),
    "us": ("drive", "break_", "day_drive", "duty", "day_rest", "part_short", "part_long", "cycle", "restart"),
}
TOGETHER = (("night_drive", "night_from", "night_to"), ("day_drive", "day_rest"), ("split_first", "split_second"))


def read_rules(name: str, on: date) -> Rules:
    """The rule set in force on a day.

    Raises  BadInput: not_allowed for a name that is not in RULE_SETS; missing, with the day, where the law begins later.
    """
    if name not in RULE_SETS:
        raise BadInput("not_allowed", field="rule", value=name, allowed=", ".join(RULE_SETS))
    return _standard(name, on)


@lru_cache(maxsize=64)
def _standard(name: str, on: date) -> Rules:
    return read_file(LAW / f"{name}.toml", on)


@lru_cache(maxsize=64)
def rule_of(country: str | None) -> str | None:
    """The rule set that holds in a country (ISO 3166-1 alpha-2), by `countries` of the law files; None: none of ours does."""
    for name in RULE_SETS:
        if country and country in tomllib.loads((LAW / f"{name}.toml").read_text(encoding="utf-8")).get("countries", ()):
            return name
    return None


def read_file(file: Path, on: date) -> Rules:
    """Rules from a file of one's own, checked. Raises BadInput with the field: file_not_found, too_large, bad_file, missing,
    unknown_field, not_a_number, out_of_range, not_allowed."""
    if not file.is_file():
        raise BadInput("file_not_found", field="rules", value=file.name)
    if file.stat().st_size > LARGEST_FILE:
        raise BadInput("too_large", field="rules", value=file.name, limit=LARGEST_FILE, unit="B")
    try:
        said = tomllib.loads(file.read_bytes().decode("utf-8"))
    except (ValueError, RecursionError) as wrong:
        raise BadInput("bad_file", field="rules", value=file.name, reason=str(wrong)[:200]) from wrong
    return rules_of(file.stem, said, on)


def rules_of(name: str, said: Mapping[str, Any], on: date) -> Rules:
    """Rules from what a file says."""
    family = said.get("family")
    if family not in FAMILIES:
        raise BadInput("not_allowed", field="rules.family", value=family, allowed=", ".join(FAMILIES))
    tables = {_field(key): table for key, table in said.items() if key not in ("family", "base", "countries")}
    for field in tables:
        if field not in FIELDS:
            raise BadInput("unknown_field", field=f"rules.{field.rstrip('_')}", value=field, allowed=", ".join(FIELDS))
    values = {field: found for field, table in tables.items() if (found := _in_force(field, table, on)) is not None}
    for field in NEEDED[family]:
        if field not in values:
            raise BadInput("missing", field=f"rules.{field.rstrip('_')}", value=on.isoformat())
    rules = Rules(name, family, on, values, **{field: one.value for field, one in values.items()})  # type: ignore[arg-type]
    _check_together(rules)
    base = said.get("base")
    return _stricter(rules, read_rules(base, on)) if base is not None else rules


def _field(key: str) -> str:
    return "break_" if key == "break" else key


def _in_force(field: str, table: Any, on: date) -> Value | None:
    """The newest entry that is not younger than the day; None when the law begins later."""
    where = f"rules.{field.rstrip('_')}"
    if not isinstance(table, list) or not table or not all(isinstance(entry, dict) for entry in table):
        raise BadInput("bad_file", field=where, value=str(table), reason=f"[[{field.rstrip('_')}]] is a table of entries")
    found = [_entry(field, entry, where) for entry in table]
    if [one.since for one in found] != sorted({one.since for one in found}):
        raise BadInput("bad_file", field=where, value=field, reason="older entries stand above newer ones, one a day")
    return max((one for one in found if one.since <= on), key=lambda one: one.since, default=None)


def _entry(field: str, entry: Mapping[str, Any], where: str) -> Value:
    for key in ENTRY:
        if key not in entry:
            raise BadInput("missing", field=f"{where}.{key}")
    for key in entry:
        if key not in ENTRY:
            raise BadInput("unknown_field", field=f"{where}.{key}", value=key, allowed=", ".join(ENTRY))
    if not isinstance(entry["since"], date):
        raise BadInput("bad_time", field=f"{where}.since", value=str(entry["since"]))
    for key in ("unit", "says", "source", "url"):
        if not isinstance(entry[key], str):
            raise BadInput("bad_file", field=f"{where}.{key}", value=str(entry[key]), reason="a text is meant")
    _check_value(field, entry["value"], f"{where}.value")
    return Value(field, **{key: entry[key] for key in ENTRY})


def _check_value(field: str, value: Any, where: str) -> None:
    if field == "work_breaks":
        if not isinstance(value, bool):
            raise BadInput("not_allowed", field=where, value=value, allowed="true, false")
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput("not_a_number", field=where, value=value)
    low, high = (0, 7) if field in COUNTS else (0, DAY_S) if field in ("night_from", "night_to") else (60, LONGEST_S)
    if not low <= value <= high:
        raise BadInput("out_of_range", field=where, value=value, low=low, high=high)


def _check_together(rules: Rules) -> None:
    """Values that only make sense with one another."""
    for group in TOGETHER:
        given = [field for field in group if getattr(rules, field) is not None]
        if given and len(given) < len(group):
            raise BadInput("missing", field=f"rules.{next(f for f in group if f not in given)}")
    if rules.night_from is not None and rules.night_to is not None:
        by_day = (rules.night_from - rules.night_to) % DAY_S
        if rules.drive > by_day:                           # one stretch of driving meets one night
            raise BadInput("out_of_range", field="rules.drive", value=rules.drive, low=60, high=by_day)
    if rules.day_drive is not None and rules.day_drive_long is not None and rules.day_drive_long < rules.day_drive:
        raise BadInput("out_of_range", field="rules.day_drive_long", value=rules.day_drive_long, low=rules.day_drive, high=DAY_S)


def _stricter(own: Rules, law: Rules) -> Rules:
    """A company's own rules keep the law: driving no longer, breaks no shorter. Raises BadInput out_of_range."""
    if own.drive > law.drive:
        raise BadInput("out_of_range", field="rules.drive", value=own.drive, low=60, high=law.drive)
    if own.break_ < law.break_:
        raise BadInput("out_of_range", field="rules.break", value=own.break_, low=law.break_, high=DAY_S)
    return own
