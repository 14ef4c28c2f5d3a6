"""The table of speeds: classes, ceilings and the law of each country; the standard one, and a region's own changes to it.

In: speeds.toml, speed_law.toml, a user's file of changes.    Out: SpeedTable; what differs from the standard, field by field.
Never knows: tags of a way, roads, regions, languages.
"""
from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from geodata.errors import BadInput

Row = tuple[float, float]                                 # lorry, van
At = tuple[str, ...]                                      # where in the file: ("class", "primary", "lorry_kmh")
FIGURES_FILE, LAW_FILE = (Path(__file__).with_name(name) for name in ("speeds.toml", "speed_law.toml"))
SETTINGS = ("urban", "rural", "motorroad", "motorway", "living_street")
CLASS_FIELDS = ("lorry_kmh", "lorry_top_kmh", "van_kmh", "van_top_kmh")
DELAY_FIELDS = ("lorry_s", "van_s")
TURN_FIELDS = ("near_side_s", "far_side_s")
CEILING_FIELDS = ("lorry_top_kmh", "van_top_kmh")
LAW_FIELDS = ("kmh", "lorry_kmh", "since", "as_of", "source", "says")
CEILINGS = ("service", "narrow", "surface", "tracktype", "smoothness")
# how many names lead to a field
DEPTH = {"through_signed": 1, "zone": 2, "turn": 2, "class": 3, "country": 4, "delay": 3, **dict.fromkeys(CEILINGS, 3)}
LONGEST_S, LONGEST_TURN_S = 3600.0, 30.0                  # a turn that takes a minute is a turning round
LEAST_KMH, MOST_KMH = 1.0, 200.0
RANGES = {"through_signed": (0.3, 1.0), "delay": (0.0, LONGEST_S), "turn": (0.0, LONGEST_TURN_S)}
LARGEST_FILE = 100_000                                    # bytes; the standard table has 10 000


@dataclass(frozen=True)
class Law:
    """A country's limit where no sign stands. kmh None: the law sets none; lorry_kmh None: a lorry has none of its own."""

    kmh: float | None
    lorry_kmh: float | None


@dataclass(frozen=True, eq=False)
class SpeedTable:
    """All figures as the files have them, and the country whose law holds where no sign names another; None: not known."""

    figures: Mapping[str, Any]
    country: str | None = None

    def of(self, country: str | None) -> SpeedTable:
        return replace(self, country=country)

    @cached_property
    def classes(self) -> dict[str, tuple[float, float, float, float]]:
        """Class -> lorry without a sign, its ceiling, van without a sign, its ceiling."""
        return {name: (row["lorry_kmh"], row["lorry_top_kmh"], row["van_kmh"], row["van_top_kmh"])
                for name, row in self.figures["class"].items()}

    @cached_property
    def ceilings(self) -> dict[str, dict[str, Row]]:
        return {part: {name: (row["lorry_top_kmh"], row["van_top_kmh"]) for name, row in self.figures[part].items()}
                for part in CEILINGS}

    @cached_property
    def delays(self) -> dict[str, Row]:
        """What stands in the way -> seconds: lorry, van."""
        return {name: (float(row["lorry_s"]), float(row["van_s"])) for name, row in self.figures["delay"].items()}

    @property
    def turning(self) -> Row:
        """Seconds of a turn off the straight: to the near side, and across the traffic that comes against him."""
        return float(self.figures["turn"]["near_side_s"]), float(self.figures["turn"]["far_side_s"])

    @cached_property
    def zones(self) -> dict[str, float]:
        return {name: float(kmh) for name, kmh in self.figures["zone"].items()}

    @property
    def through_signed(self) -> float:
        return float(self.figures["through_signed"])

    @cached_property
    def laws(self) -> dict[tuple[str, str], Law]:
        return {(country, setting): Law(float(row["kmh"]) or None, row.get("lorry_kmh"))
                for country, settings in self.figures["country"].items() for setting, row in settings.items()}

    def law(self, country: str | None, setting: str) -> Law | None:
        return self.laws.get((country, setting)) if country else None

    def changes(self) -> dict[str, float | str]:
        """Every field that differs from the standard table: 'class.primary.lorry_kmh' -> its value."""
        usual = _flat(STANDARD.figures)
        return {field: value for field, value in _flat(self.figures).items() if usual.get(field) != value}


def _flat(figures: Mapping[str, Any], above: str = "") -> dict[str, float | str]:
    found: dict[str, float | str] = {}
    for name, value in figures.items():
        field = f"{above}{name}"
        if isinstance(value, Mapping):
            found |= _flat(value, f"{field}.")
        else:
            found[field] = str(value) if isinstance(value, date) else value
    return found


def read_changes(file: Path) -> dict[str, Any]:
    """A user's changes to the standard table, checked, as JSON can keep them; for `changed`.

    Raises  BadInput with the field: file_not_found, too_large, bad_file (no TOML), unknown_field, not_allowed, missing,
            not_a_number, out_of_range
    """
    if not file.is_file():
        raise BadInput("file_not_found", field="speeds", value=str(file))
    if file.stat().st_size > LARGEST_FILE:
        raise BadInput("too_large", field="speeds", value=file.name, limit=LARGEST_FILE, unit="B")
    try:
        said = tomllib.loads(file.read_bytes().decode("utf-8"))
    except (ValueError, RecursionError) as wrong:
        raise BadInput("bad_file", field="speeds", value=file.name, reason=str(wrong)[:200]) from wrong
    changed(said)
    return _plain(said)


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) if isinstance(value, Mapping) else str(value) if isinstance(value, date) else value
            for name, value in said.items()}


def changed(said: Mapping[str, Any]) -> SpeedTable:
    """The standard table with these changes, each field checked."""
    for at, value in _leaves(said):
        _check(at, value)
    table = SpeedTable(_merged(STANDARD.figures, said))
    for part, needed in [("class", CLASS_FIELDS), ("delay", DELAY_FIELDS), *((part, CEILING_FIELDS) for part in CEILINGS)]:
        for name, row in table.figures[part].items():
            for field in needed:
                if field not in row:
                    raise BadInput("missing", field=_named((part, name, field)))
    for name, row in table.figures["class"].items():
        for who in ("lorry", "van"):
            if row[f"{who}_kmh"] > row[f"{who}_top_kmh"]:
                raise BadInput("out_of_range", field=_named(("class", name, f"{who}_kmh")), value=row[f"{who}_kmh"],
                               low=LEAST_KMH, high=row[f"{who}_top_kmh"])
    for country, settings in table.figures["country"].items():
        for setting, row in settings.items():
            if "kmh" not in row:
                raise BadInput("missing", field=_named(("country", country, setting, "kmh")))
    return table


def _leaves(said: Mapping[str, Any], above: At = ()) -> Iterator[tuple[At, Any]]:
    for name, value in said.items():
        if isinstance(value, Mapping) and len(above) < 4:
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value


def _check(at: At, value: Any) -> None:
    """One field of a user's file: its name, then its value."""
    for step in range(min(len(at), DEPTH.get(at[0], 1))):
        known = _known(at[:step])
        if known is not None and at[step] not in known:
            raise BadInput("unknown_field", field=_named(at[:step + 1]), value=at[step], allowed=", ".join(known))
    if len(at) != DEPTH[at[0]]:
        raise BadInput("not_allowed", field=_named(at), value=value, allowed=", ".join(_known(at) or ("…",)))
    if at[0] == "country" and not re.fullmatch("[A-Z]{2}", at[1]):
        raise BadInput("not_allowed", field=_named(at[:2]), value=at[1], allowed="CN, DE, PT, …")
    if at[0] == "country" and at[-1] not in ("kmh", "lorry_kmh"):
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadInput("not_a_number", field=_named(at), value=value)
    low, high = RANGES.get(at[0], (LEAST_KMH, MOST_KMH))
    if at[-1] == "kmh":
        low = 0.0                                             # no limit
    if not low <= value <= high:
        raise BadInput("out_of_range", field=_named(at), value=value, low=low, high=high)


def _known(above: At) -> tuple[str, ...] | None:
    """The names that may stand here; None: any."""
    if not above:
        return tuple(STANDARD.figures)
    part, deep = above[0], len(above)
    if part == "country":
        return {1: None, 2: SETTINGS, 3: LAW_FIELDS}.get(deep, ())
    if deep == 1:
        return tuple(STANDARD.figures[part]) if part in ("class", "delay", "narrow", "turn") else None
    return {"class": CLASS_FIELDS, "delay": DELAY_FIELDS}.get(part, CEILING_FIELDS)


def _named(at: At) -> str:
    return ".".join(("speeds", *at))


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {**old, **{name: _merged(old.get(name, {}), value) if isinstance(value, Mapping) else value
                      for name, value in new.items()}}


def _standard() -> SpeedTable:
    figures, law = (tomllib.loads(file.read_text(encoding="utf-8")) for file in (FIGURES_FILE, LAW_FILE))
    return SpeedTable(figures | law)


STANDARD = _standard()
