"""From a route and the stops along it to a plan that keeps the driving-time rules, its drives the roads' own.

In: a Route, the Along of locator.along, an Atlas, an Engine, PlanAsk.    Out: Planned.
Never knows: Flask, folium, languages, which engine it is. How a plan is found and why it is right: docs/plan.md.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from locator.along import Along
from locator.asks import after
from locator.atlas import Atlas
from locator.engines.network import FAR
from locator.engines.protocol import Engine, Route
from locator.openings import PARKING, Openings
from locator.plan_asks import PlanAsk
from locator.resting.roads import near_pairs, plan_on_roads, stops_on
from locator.resting.search import longest_ms
from locator.resting.stops import Flags, Millis, StopTable, Windows
from locator.rests import RestPlan, plan_rests
from locator.rules import Rules

UNSURE_S = 300.0                    # what unknown hours, or no known room to stand, count as: he would rather drive five minutes
WISH_S = 900.0                      # what a wish that a stop does not meet counts as: he would drive a quarter of an hour for it
MOST_STOPS = 1_000                  # looked at for one plan, spread over the way
NIGHT_KINDS = frozenset({"service_area", "lorry_park", "drivers_home"})       # where a lorry may stand over night
NIGHT_SERVICES = frozenset({PARKING, "bed", "guarded"})
LAST_RUNGS = 8                      # of the ladder, told in full
ROUNDS = 8                          # of naming stops and telling them
BLOCK = 64                          # neighbouring stops asked of the roads at once


@dataclass(frozen=True, eq=False)
class Planned:
    """plan's stops are rows of `stops` (of locator.along) and of `table`; all that the plan names are told in full, `tell` has
    the others."""

    rules: Rules
    ask: PlanAsk
    stops: pd.DataFrame
    tell: Callable[[Sequence[int]], pd.DataFrame]
    table: StopTable
    plan: RestPlan
    hours_known: tuple[bool, ...]         # of each leg: is it known that the stay can be there then?
    known: Callable[[int, float], bool]   # the same of any stop, so many seconds after departure


def plan_trip(route: Route, found: Along, atlas: Atlas, engine: Engine, depart: datetime, ask: PlanAsk, *,
              services: tuple[str, ...] = (), country: str | None = None, start_m: float = 0.0, usable: Flags | None = None,
              ) -> Planned:
    """The best lawful plan over these stops, setting out at `start_m` at `depart` (aware, in the zone of the trip).

    found     bare or not: where he leaves the route is looked for where the plan comes to need it, and it is made again
    services  asked for: a stay lies within their hours too
    usable    False: not to be stopped at, only to be told of when there is no plan
    Raises    BadInput of PlanAsk.rules and PlanAsk.state
    """
    rules, state = ask.rules(country, depart.date()), ask.state(depart)
    stops, rows = found.stops, found.stops["row"].tolist()
    at_s = np.asarray(route.seconds_at(np.array([start_m])))
    span_s = longest_ms(round(1000 * (route.duration_s - float(at_s[0])))) / 1000
    openings = Openings(atlas, depart, span_s, unsure=ask.unknown_hours == "open", country=country)
    hours: list[Windows | None] = [openings.of(row, services) for row in rows]
    more = {"hours": hours, "penalty_ms": _penalties_ms(atlas, rows, hours, ask.wishes), "usable": usable,
            "can_rest": np.array([may_rest(atlas, row) for row in rows], bool)}
    between, told = _between(engine, route, atlas, stops), set[int]()
    for _ in range(ROUNDS):
        table = stops_on(route, stops, start_m=start_m, **more)  # type: ignore[arg-type]
        if between is None:
            plan = plan_rests(rules, state, table, depart, unknown=ask.unknown_hours, approximate=True)
        else:
            between.ask_neighbours(table)
            plan, table = plan_on_roads(rules, state, table, depart, between, unknown=ask.unknown_hours,
                                        approximate=route.approximate)
        new = sorted(named_stops(plan) - told)
        if not new:
            break
        told.update(new)
        stops = _told(stops, found.tell(new), new)

    def known(stop: int, at_s: float) -> bool:
        return openings.known_at(rows[stop], services, after(depart, at_s))
    sure = tuple(leg.stop is None or known(leg.stop, leg.begin_s) for leg in plan.legs)
    plan = replace(plan, approximate=plan.approximate or not all(sure))
    return Planned(rules, ask, stops, found.tell, table, plan, sure, known)


def named_stops(plan: RestPlan) -> set[int]:
    """What is told of: the stops of the plan, of the end of the ladder and of the mends."""
    fitting = [rung for rung in plan.ladder if rung.fits][-LAST_RUNGS:]
    named = [leg.stop for leg in plan.legs] + [stop for rung in fitting for stop in (rung.stop, rung.next_if_skipped,
                                                                                     rung.next_if_full)]
    named += [mend.stop for mend in plan.problem.mends] if plan.problem is not None else []
    return {stop for stop in named if stop is not None}


def _told(stops: pd.DataFrame, fresh: pd.DataFrame, rows: Sequence[int]) -> pd.DataFrame:
    """The stops with these rows told in full."""
    columns = {name: stops[name].to_numpy(object, copy=True) for name in stops}
    for name, cells in columns.items():
        cells[list(rows)] = fresh[name].to_numpy(object)
    return pd.DataFrame({name: pd.Series(cells, dtype=stops[name].dtype) for name, cells in columns.items()})


def may_rest(atlas: Atlas, row: int) -> bool:
    """May a lorry stand there over night? As far as is known."""
    offered = {one.what for one in atlas.services[row]}
    bays = atlas.frame["lorry_bays"].iloc[row]
    return atlas.frame["kind"].iloc[row] in NIGHT_KINDS or bool(offered & NIGHT_SERVICES) or bool(pd.notna(bays) and bays > 0)


def unmet_wishes(atlas: Atlas, row: int, wishes: tuple[str, ...]) -> tuple[str, ...]:
    """The wishes that a place is not known to meet."""
    offered = {one.what: one for one in atlas.services[row]}
    bays = atlas.frame["lorry_bays"].iloc[row]
    parking = offered.get(PARKING)
    met = {"bays": bool(pd.notna(bays) and bays > 0), "free": parking is not None and parking.free is True}
    return tuple(wish for wish in wishes if not met.get(wish, wish in offered))


def _penalties_ms(atlas: Atlas, rows: list[int], hours: Sequence[Windows | None], wishes: tuple[str, ...]) -> Millis:
    """What each stop is liked less, as time."""
    said = [WISH_S * len(unmet_wishes(atlas, row, wishes)) + UNSURE_S * ((known is None) + (not may_rest(atlas, row)))
            for row, known in zip(rows, hours, strict=True)]
    return np.array([round(1000 * seconds) for seconds in said], np.int64)


class _OnRoads:
    """Driving between two stops, by the roads; asked once each.

    Within a piece of the route the roads say. From one piece to a later one he passes the cuts between, as along.py has it: a via
    is never left out, nor a way of his own. Neighbours are asked in blocks beforehand.
    """

    def __init__(self, engine: Engine, route: Route, atlas: Atlas, stops: pd.DataFrame) -> None:
        self.engine, self.route, self.atlas = engine, route, atlas
        self.lots, self.piece = (stops[name].to_numpy(np.int64) for name in ("lot", "piece"))
        self.reach, self.back = (np.rint(1000 * stops[name].to_numpy(float)).astype(np.int64) for name in ("reach_s", "return_s"))
        self.known: dict[tuple[int, int], int] = {}
        self.whole = 0

    def __call__(self, i: int, j: int) -> int | None:
        if self.piece[j] > self.piece[i]:
            return int(self.back[i] + self.reach[j] - self.whole)
        if self.piece[j] < self.piece[i]:
            return None
        if (i, j) not in self.known:
            self._ask([i], [j])
        return self.known[i, j] if self.known[i, j] < FAR else None

    def _ask(self, sources: list[int], targets: list[int]) -> None:
        found = self.engine.drives_ms(self.route, self.atlas.places, self.lots[sources], self.lots[targets])
        assert found is not None
        self.known |= {(i, j): int(ms) for i, row in zip(sources, found, strict=True) for j, ms in zip(targets, row, strict=True)}

    def ask_neighbours(self, table: StopTable) -> None:
        """What lies close, in blocks along the road."""
        self.whole = table.route_ms
        targets: dict[int, set[int]] = {}
        for i, j in near_pairs(table):
            if self.piece[i] == self.piece[j] and (i, j) not in self.known:
                targets.setdefault(i, set()).add(j)
        order = [i for i in table.leave_ms.argsort(kind="stable").tolist() if i in targets]
        for begin in range(0, len(order), BLOCK):
            mine = order[begin:begin + BLOCK]
            self._ask(mine, sorted(set().union(*(targets[i] for i in mine))))


def _between(engine: Engine, route: Route, atlas: Atlas, stops: pd.DataFrame) -> _OnRoads | None:
    """None where no roads are known."""
    lot = np.zeros(0, np.int64)
    return None if engine.drives_ms(route, atlas.places, lot, lot) is None else _OnRoads(engine, route, atlas, stops)
