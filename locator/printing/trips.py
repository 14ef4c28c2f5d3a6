"""A trip to be printed: its route, its stops numbered, the plan's rests and limits.

In: a Locator and asks.    Out: Trip.
Never knows: paper, panels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import numpy as np

from geodata.errors import BadInput
from geodata.gazetteer import parse_lonlat
from geodata.geodesy import distance_m
from geodata.regions import Region
from locator.answers import along_json, is_approximate
from locator.asks import Point, RouteAsk, Want, after
from locator.engines.protocol import Route
from locator.locator import AlongAnswer, Locator
from locator.plan_asks import PlanAsk
from locator.planned import Planned
from locator.printing.both import Both, Pair, clean, clock, km
from locator.printing.rows import stop_row
from locator.printing.sheets import URL_LENGTH
from locator.stints import Stint, find_stints

STOPS = 60  # printed when nothing is said: a clerk can ask for more or fewer
NEAR_M = 5_000.0  # a position so near a settlement is named after it
NO_RULE = "missing"  # the region's country has no rules of ours: then there is no ruler of the law


@dataclass(frozen=True, eq=False)
class Trip:
    """rows: of locator.printing.rows, in the order of the road; pictures: their QR codes; planned None: no rules known."""

    region: Region
    route: Route
    answer: AlongAnswer
    planned: Planned | None
    stints: tuple[Stint, ...]
    rows: list[dict[str, Any]]
    pictures: dict[str, str]
    start: str
    end: str
    live: str
    approximate: bool

    @property
    def title(self) -> str:
        return f"{self.start} → {self.end}"


def take_trip(locator: Locator, ask: RouteAsk, want: Want, how: PlanAsk, both: Both, *, live: str = "") -> Trip:
    """The trip as it is printed. Raises what Locator.plan raises, but prints without a plan where no rules are known."""
    answer, planned = _planned(locator, ask, want, how)
    stints: tuple[Stint, ...] = ()
    if planned is not None:
        stints = find_stints(
            planned.rules, how.state(answer.depart), planned.plan, planned.table, answer.depart, unknown=how.unknown_hours
        )
    shown = _shown(answer, planned, stints, want.limit or STOPS)
    rows, pictures = _rows(answer, planned, stints, shown, both)
    start, end = (_named(locator, point, both) for point in (ask.origin, ask.destination))
    return Trip(
        locator.region,
        answer.route,
        answer,
        planned,
        stints,
        rows,
        pictures,
        start,
        end,
        _live(live, ask, locator.region.name),
        is_approximate(answer.route),
    )


def _planned(locator: Locator, ask: RouteAsk, want: Want, how: PlanAsk) -> tuple[AlongAnswer, Planned | None]:
    try:
        found = locator.plan(ask, want, how)
    except BadInput as why:
        if why.code != NO_RULE or why.field != "rule":
            raise
        return locator.along(ask, replace(want, order="offset")), None
    return found.along, found.planned


def _shown(answer: AlongAnswer, planned: Planned | None, stints: tuple[Stint, ...], most: int) -> list[int]:
    """Which of the stops are printed: those of the plan, and of the others the cheapest detours; in the order of the road."""
    keep = {leg.stop for leg in planned.plan.legs if leg.stop is not None} if planned else set()
    keep |= {stint.last_safe for stint in stints if stint.last_safe is not None and stint.limit_m is not None}
    cheap = answer.stops["detour_s"].to_numpy(float).argsort(kind="stable").tolist()
    chosen = [*keep, *(i for i in cheap if i not in keep)][: max(most, len(keep))]
    offsets = answer.stops["offset_m"].to_numpy(float)
    return sorted(chosen, key=lambda i: (offsets[i], i))


def _rows(
    answer: AlongAnswer,
    planned: Planned | None,
    stints: tuple[Stint, ...],
    shown: list[int],
    both: Both,
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    features = along_json(replace(answer, stops=answer.stops.iloc[shown].reset_index(drop=True)))["features"]
    rests = {leg.stop: leg for leg in planned.plan.legs if leg.stop is not None} if planned else {}
    safe = {stint.last_safe for stint in stints if stint.limit_m is not None}  # beyond the end there is nothing to be safe from
    rows, pictures = list[dict[str, Any]](), dict[str, str]()
    for number, (index, feature) in enumerate(zip(shown, features, strict=True), start=1):
        reach = feature["properties"]["reach_s"]
        rested = sum(leg.leave_s - leg.arrive_s for stop, leg in rests.items() if answer.stops["reach_s"].iloc[stop] < reach)
        rest = both.text("paper.rest_here", span=both.duration(rests[index].rest_s)["a"]) if index in rests else None
        if rest is not None:
            rest = {**rest, "b": both.other.text("paper.rest_here", span=both.duration(rests[index].rest_s)["b"])}
        row, codes = stop_row(
            feature,
            number,
            both,
            depart=answer.depart,
            rested_s=rested,
            last_safe=index in safe,
            rest=rest,
            country=answer.region.facts.country,
        )
        rows.append({**row, "index": index, "lonlat": feature["geometry"]["coordinates"], "demo": feature["properties"]["demo"]})
        pictures |= codes
    return rows, pictures


def _named(locator: Locator, point: Point | None, both: Both) -> str:
    """An end of the route as it was named; a position by the settlement it lies near, if there is one."""
    if point is None:
        return both.first.text("paper.own_line")
    pair = parse_lonlat(point) if isinstance(point, str) else point
    if pair is None:
        return clean(point)
    names = locator.region.names.dropna(subset=["name"])
    away_m = distance_m(names[["lon", "lat"]].to_numpy(float), np.array(pair, float)) if len(names) else np.array([np.inf])
    at = f"{pair[1]:.4f}, {pair[0]:.4f}"
    if away_m.min() > NEAR_M:
        return at
    row = names.iloc[int(away_m.argmin())]
    name = row["name_en"] if both.lang != "zh" and isinstance(row["name_en"], str) else row["name"]
    return both.first.text("paper.near", name=clean(name))


def _live(base: str, ask: RouteAsk, region: str) -> str:
    """The live page of this trip, or its front where the trip has no names or is too long for a code."""
    if not base:
        return ""
    said = [
        (name, value if isinstance(value, str) else f"{value[0]},{value[1]}")
        for name, value in (("from", ask.origin), *(("via", via) for via in ask.via), ("to", ask.destination))
        if value is not None
    ]
    url = f"{base}/?{urlencode([*said, ('region', region)])}"
    return url if said and len(url) <= URL_LENGTH else f"{base}/"


def plan_lines(trip: Trip, both: Both) -> list[Pair]:
    """What the plan says in a few sentences: its rule, where the driving time ends, the last stop before that."""
    if trip.planned is None:
        return [both.text("paper.no_rule")]
    plan, lines = trip.planned.plan, list[Pair]()
    first = trip.stints[0] if trip.stints else None
    stays = [leg for leg in plan.legs if leg.stop is not None]
    if not plan.feasible:
        lines.append(both.text("paper.infeasible"))
    elif not stays:
        lines.append(both.text("paper.no_rest_needed"))
    if first is not None and first.limit_m is not None:
        lines.append(both.text("paper.limit_at", km=km(first.limit_m), hours=_hm(first.limit_s)))
    by_index = {row["index"]: row for row in trip.rows}
    safe = by_index.get(first.last_safe) if first is not None and first.last_safe is not None else None
    if first is not None and first.limit_m is not None:
        lines.append(_last_safe(safe, both) if safe else both.text("paper.no_safe"))
    return lines


def _last_safe(row: dict[str, Any], both: Both) -> Pair:
    said = {"number": row["number"], "km": km(row["leave_m"])}
    return {
        "a": both.first.text("paper.last_safe_at", name=row["name"], **said),
        "b": both.other.text("paper.last_safe_at", name=row["name_beside"] or row["name"], **said),
    }


def plan_legs(trip: Trip, both: Both) -> list[dict[str, Any]]:
    """The plan's drives and stays, one line each; the last one ends at the destination."""
    if trip.planned is None:
        return []
    by_index, depart, legs = {row["index"]: row for row in trip.rows}, trip.answer.depart, []
    for leg in trip.planned.plan.legs:
        row = by_index.get(leg.stop) if leg.stop is not None else None
        arrive = after(depart, leg.arrive_s)
        legs.append(
            {
                "number": row and row["number"],
                "kind": row and row["kind"],
                "name": row["name"] if row else trip.end,
                "name_beside": row["name_beside"] if row else "",
                "drive": both.duration(leg.drive_s)["a"],
                "arrive": clock(arrive, depart),
                "stay": both.duration(leg.leave_s - leg.arrive_s) if leg.stop is not None else None,
            }
        )
    return legs


def _hm(seconds: float) -> str:
    return f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02d}"


def fewer(rows: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """The rows of the plan, and of the others those of the least detour, in the order of the road."""
    keep = [row for row in rows if row["rest"] or row["last_safe"]]
    others = sorted((row for row in rows if not (row["rest"] or row["last_safe"])), key=lambda row: float(row["detour_s"]))
    return sorted(keep + others[: max(most - len(keep), 0)], key=lambda row: int(row["number"]))
