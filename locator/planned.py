"""From a route and the stops along it to a plan that keeps the driving-time rules, its drives the roads' own.

In: a Route, the STOPS of locator.along, an Atlas, an Engine, PlanAsk.    Out: Planned.
Never knows: Flask, folium, languages, which engine it is. How a plan is found and why it is right: docs/plan.md.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from locator.asks import after
from locator.atlas import Atlas
from locator.engines.network import FAR
from locator.engines.protocol import Engine, Ints, Route
from locator.openings import PARKING, Openings
from locator.plan_asks import PlanAsk
from locator.resting.roads import Between, near_pairs, plan_on_roads, stops_on
from locator.resting.search import longest_ms
from locator.resting.stops import Flags, Millis, StopTable, Windows
from locator.rests import RestPlan, plan_rests
from locator.rules import Rules

WISH_S = 900.0                      # what a wish that a stop does not meet counts as: he would drive a quarter of an hour for it
MOST_STOPS = 1_000                  # looked at for one plan, spread over the way
NIGHT_KINDS = frozenset({"service_area", "lorry_park", "drivers_home"})       # where a lorry may stand over night
NIGHT_SERVICES = frozenset({PARKING, "bed", "guarded"})
BLOCK = 64                          # neighbouring stops asked of the roads at once


@dataclass(frozen=True, eq=False)
class Planned:
    """plan's stops are rows of `stops` (of locator.along) and of `table`; usable: may the plan stop there?"""

    rules: Rules
    ask: PlanAsk
    stops: pd.DataFrame
    table: StopTable
    plan: RestPlan
    hours_known: tuple[bool, ...]         # of each leg: is it known that the stay can be there then?


def plan_trip(route: Route, stops: pd.DataFrame, atlas: Atlas, engine: Engine, depart: datetime, ask: PlanAsk, *,
              services: tuple[str, ...] = (), country: str | None = None, start_m: float = 0.0, usable: Flags | None = None,
              ) -> Planned:
    """The best lawful plan over these stops, setting out at `start_m` at `depart` (aware, in the zone of the trip).

    services  asked for: a stay lies within their hours too
    usable    False: not to be stopped at, only to be told of when there is no plan
    Raises    BadInput of PlanAsk.rules and PlanAsk.state
    """
    rules, state = ask.rules(country, depart.date()), ask.state(depart)
    rows = stops["row"].tolist()
    at_s = np.asarray(route.seconds_at(np.array([start_m])))
    span_s = longest_ms(round(1000 * (route.duration_s - float(at_s[0])))) / 1000
    openings = Openings(atlas, depart, span_s, unsure=ask.unknown_hours == "open", country=country)
    hours: list[Windows | None] = [openings.of(row, services) for row in rows]
    table = stops_on(route, stops, start_m=start_m, hours=hours, penalty_ms=_penalties_ms(atlas, rows, ask.wishes),
                     can_rest=np.array([may_rest(atlas, row) for row in rows], bool), usable=usable)
    between = _between(engine, route, atlas, stops, table)
    if between is None:
        plan = plan_rests(rules, state, table, depart, unknown=ask.unknown_hours, approximate=True)
    else:
        plan, table = plan_on_roads(rules, state, table, depart, between, unknown=ask.unknown_hours,
                                    approximate=route.approximate)
    known = tuple(leg.stop is None or openings.known_at(rows[leg.stop], services, after(depart, leg.begin_s))
                  for leg in plan.legs)
    return Planned(rules, ask, stops, table, replace(plan, approximate=plan.approximate or not all(known)), known)


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


def _penalties_ms(atlas: Atlas, rows: list[int], wishes: tuple[str, ...]) -> Millis:
    return np.array([round(1000 * WISH_S) * len(unmet_wishes(atlas, row, wishes)) for row in rows], np.int64)


def _between(engine: Engine, route: Route, atlas: Atlas, stops: pd.DataFrame, table: StopTable) -> Between | None:
    """Driving between two stops; None where no roads are known.

    Within a piece of the route the roads say. From one piece to a later one he passes the cuts between, as along.py has it: a via
    is never left out, nor a way of his own. Neighbours are asked in blocks beforehand.
    """
    lots, piece = (stops[name].to_numpy(np.int64) for name in ("lot", "piece"))
    if not len(stops):
        return lambda i, j: None
    if engine.drives_ms(route, atlas.places, lots[:1], lots[:1]) is None:
        return None
    reach, back, whole = table.reach_ms, table.return_ms, table.route_ms
    known = _neighbours(engine, route, atlas, lots, table)

    def drive_ms(i: int, j: int) -> int | None:
        if piece[j] > piece[i]:
            return int(back[i] + reach[j] - whole)
        if piece[j] < piece[i]:
            return None
        if (i, j) not in known:
            found = engine.drives_ms(route, atlas.places, lots[[i]], lots[[j]])
            assert found is not None
            known[i, j] = int(found[0, 0])
        return known[i, j] if known[i, j] < FAR else None

    return drive_ms


def _neighbours(engine: Engine, route: Route, atlas: Atlas, lots: Ints, table: StopTable) -> dict[tuple[int, int], int]:
    """Driving between stops that lie close, asked in blocks along the road."""
    targets: dict[int, list[int]] = {}
    for i, j in near_pairs(table):
        targets.setdefault(i, []).append(j)
    order = [i for i in table.leave_ms.argsort(kind="stable").tolist() if i in targets]
    known = dict[tuple[int, int], int]()
    for begin in range(0, len(order), BLOCK):
        mine = order[begin:begin + BLOCK]
        others = sorted({j for i in mine for j in targets[i]})
        found = engine.drives_ms(route, atlas.places, lots[mine], lots[others])
        assert found is not None
        column = {j: k for k, j in enumerate(others)}
        known |= {(i, j): int(found[k, column[j]]) for k, i in enumerate(mine) for j in targets[i]}
    return known
