"""What many trips add up to: by place on the road, by hour, by last chance; trips nothing could have served apart.

In: Audited trips and refused ones, batch by batch.    Out: Tally, as plain dicts that can be kept and added up.
Never knows: how a trip was judged, files, languages.

Counts are of forced stops, weights of trips a day. Tallies are added in the order of their batches, so that the same trips give
the same sums to the last bit, whoever counted them.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import floor
from typing import Any

from geodata.errors import LocatorError
from locator.audit.depths import Audited, Stop
from locator.audit.trips import Trip

CELL_DEG = 0.05                      # as the unmet needs' (locator/unmet.py)
MOST_KEYS = 200_000                  # places on the road kept apart; what comes after is counted together
MOST_FINDINGS = 1_000                # told one by one; all are counted
SUMS = ("trips", "weight", "bad", "long", "long_weight", "unserved", "unserved_weight", "forced", "forced_weight", "without",
        "without_weight")
HOURS = (*range(24), -1)             # -1: not known
Key = tuple[int, str, float, float, int]            # way, road, cell_lon, cell_lat, hour


@dataclass
class Tally:
    """trips     judged;  bad: could not be
    long      of those judged: in which the law forces a stop
    unserved  of those: with a stretch that has no place at all, whatever stops he chooses
    forced    stops; without: of those without a last chance;  each with its weight
    gaps      way, road, cell, hour -> [forced stops without a place, their weight, longitude and latitude of one of them]
    chances   atlas row -> [forced stops for which it is the last chance, their weight]
    hours     hour, -1 not known -> [forced, without, weight without]
    codes     code of a refusal -> trips
    """

    sums: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SUMS, 0))
    gaps: dict[Key, list[float]] = field(default_factory=dict)
    chances: dict[int, list[float]] = field(default_factory=dict)
    hours: dict[int, list[float]] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)
    stops: list[list[Any]] = field(default_factory=list)

    def count(self, trip: Trip, found: Audited, file: str) -> None:
        sums, weight = self.sums, trip.weight
        sums["trips"] += 1
        sums["weight"] += weight
        if not found.stops:
            return
        sums["long"] += 1
        sums["long_weight"] += weight
        unserved = any(stop.row is None for stop in found.stops)
        sums["unserved"] += unserved
        sums["unserved_weight"] += unserved * weight
        for nth, stop in enumerate(found.stops, start=1):
            self._stop(stop, weight)
            self.stops.append(_line(file, trip, nth, stop))

    def _stop(self, stop: Stop, weight: float) -> None:
        hour = -1 if stop.when is None else stop.when.hour
        by_hour = self.hours.setdefault(hour, [0, 0, 0.0])
        self.sums["forced"] += 1
        self.sums["forced_weight"] += weight
        by_hour[0] += 1
        if stop.row is not None:
            one = self.chances.setdefault(stop.row, [0, 0.0])
            one[0] += 1
            one[1] += weight
            return
        self.sums["without"] += 1
        self.sums["without_weight"] += weight
        by_hour[1] += 1
        by_hour[2] += weight
        _add(self.gaps, (stop.way, stop.road, *cell_of(*stop.at), hour), [1, weight, *stop.at])

    def refuse(self, row: int, file: str, why: LocatorError) -> None:
        """A trip that cannot be judged: a finding, never a stop."""
        self.sums["bad"] += 1
        self.codes[why.code] = self.codes.get(why.code, 0) + 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append({"file": file, "row": row, "field": why.field, "code": why.code,
                                  "value": None if why.value is None else str(why.value)[:80], "params": _plain(why.params)})

    def add(self, other: Tally) -> None:
        """This and the next."""
        for name in SUMS:
            self.sums[name] += other.sums[name]
        for key, gap in other.gaps.items():
            _add(self.gaps, key, gap)
        for mine, theirs in ((self.chances, other.chances), (self.hours, other.hours)):
            for number, values in theirs.items():
                mine[number] = [a + b for a, b in zip(mine.get(number, [0] * len(values)), values, strict=True)]
        for code, count in other.codes.items():
            self.codes[code] = self.codes.get(code, 0) + count
        self.findings += other.findings[:max(MOST_FINDINGS - len(self.findings), 0)]

    def kept(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {"sums": self.sums, "gaps": [[*key, *gap] for key, gap in self.gaps.items()],
                "chances": [[row, *values] for row, values in self.chances.items()],
                "hours": [[hour, *values] for hour, values in self.hours.items()], "codes": self.codes,
                "findings": self.findings, "stops": self.stops}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Tally:
        gaps = {(int(way), road, lon, lat, int(hour)): list(gap) for way, road, lon, lat, hour, *gap in kept["gaps"]}
        return cls(dict(kept["sums"]), gaps, {int(row): values for row, *values in kept["chances"]},
                   {int(hour): values for hour, *values in kept["hours"]}, dict(kept["codes"]), kept["findings"], kept["stops"])


STOP_COLUMNS = ("file", "row", "id", "weight", "nth", "lon", "lat", "drive_s", "when", "way", "road", "last_chance", "before_s")


def _line(file: str, trip: Trip, nth: int, stop: Stop) -> list[Any]:
    """STOP_COLUMNS of a forced stop; last_chance is its row in the atlas."""
    when = None if stop.when is None else stop.when.isoformat(timespec="seconds")
    return [file, trip.row, trip.id, trip.weight, nth, round(stop.at[0], 6), round(stop.at[1], 6), round(stop.at_s, 1), when,
            stop.way, stop.road, stop.row, None if stop.before_s is None else round(stop.before_s, 1)]


def _add(gaps: dict[Key, list[float]], key: Key, gap: Sequence[float]) -> None:
    if key not in gaps and len(gaps) >= MOST_KEYS:
        key = (0, "", 0.0, 0.0, -1)
    one = gaps.setdefault(key, [0, 0.0, gap[2], gap[3]])
    one[0] += gap[0]
    one[1] += gap[1]


def cell_of(lon: float, lat: float) -> tuple[float, float]:
    """The middle of the cell."""
    return round((floor(lon / CELL_DEG) + 0.5) * CELL_DEG, 3), round((floor(lat / CELL_DEG) + 0.5) * CELL_DEG, 3)


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, (int, float, str, type(None))) else str(value) for name, value in params.items()}
