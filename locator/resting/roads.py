"""From stops along a route to the arrays a plan is made of, and plans whose drives are the roads' own.

In: a Route, the STOPS of along.py, an engine's way of driving between two of them.    Out: StopTable, RestPlan.
Never knows: layers, law files, which engine it is.

Driving from stop i to a later stop j along the route is return(i) + reach(j) - route: where he leaves and rejoins cancels out.
That is right wherever his way meets the route between the two. Where excursions overlap or two places lie side by side there may
be a shorter way, so near pairs are asked of the roads beforehand and every drive of a plan afterwards; one that was wrong is put
right and the plan is made again, until its total is the roads'.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from locator.engines.protocol import Route
from locator.resting.state import DriverState
from locator.resting.stops import Millis, StopTable, Windows
from locator.rests import RestPlan, plan_rests
from locator.rules import Rules

Between = Callable[[int, int], int | None]      # ms of driving from a stop to another, None: no way
NEAR_MS = 600_000                    # stops whose excursions lie so close are asked about beforehand
ROUNDS = 50
POINTS = 2_000                       # of the route, to give offsets in metres


def stops_on(route: Route, stops: pd.DataFrame, *, start_m: float = 0.0, hours: Sequence[Windows | None] | None = None,
             service_ms: Millis | None = None, penalty_ms: Millis | None = None, can_rest: NDArray[np.bool_] | None = None,
             usable: NDArray[np.bool_] | None = None) -> StopTable:
    """The StopTable of STOPS rows (reach_s, return_s, leave_m, rejoin_m, offset_m), in their order; he sets out at start_m."""
    begin_ms, end_ms = _ms(route, np.array([start_m, route.distance_m]))
    route_ms = int(end_ms - begin_ms)
    near = stops["offset_m"].astype(float)
    leave, rejoin = (stops[name].astype(float).fillna(near).to_numpy() for name in ("leave_m", "rejoin_m"))
    reach, back = (np.rint(stops[name].to_numpy(float) * 1000).astype(np.int64) for name in ("reach_s", "return_s"))
    leave_ms = np.clip(_ms(route, leave) - begin_ms, 0, np.minimum(reach, route_ms))
    rejoin_ms = np.clip(_ms(route, rejoin) - begin_ms, np.maximum(route_ms - back, 0), route_ms)
    at_m = np.linspace(start_m, route.distance_m, POINTS)
    return StopTable(route_ms, leave_ms, reach - leave_ms, back - (route_ms - rejoin_ms), rejoin_ms,
                     hours=None if hours is None else tuple(hours), service_ms=service_ms, penalty_ms=penalty_ms,
                     can_rest=can_rest, usable=usable, at_ms=_ms(route, at_m) - begin_ms, at_m=at_m)


def _ms(route: Route, offset_m: NDArray[np.float64]) -> Millis:
    return np.rint(np.asarray(route.seconds_at(offset_m)) * 1000).astype(np.int64)


def plan_on_roads(rules: Rules, state: DriverState, table: StopTable, depart: datetime, between: Between, *,
                  unknown: str = "open", approximate: bool = False) -> tuple[RestPlan, StopTable]:
    """A plan each of whose drives is the roads' own, and the stops with the drives found; `approximate` if some still is not."""
    table = _with(table, [(i, j, between(i, j)) for i, j in near_pairs(table)])
    for _ in range(ROUNDS):
        plan = plan_rests(rules, state, table, depart, unknown=unknown, approximate=approximate)
        stops = [leg.stop for leg in plan.legs if leg.stop is not None]
        pairs = [(i, j, between(i, j)) for i, j in pairwise(stops)]
        wrong = [(i, j, ms) for i, j, ms in pairs if ms != table.drive_ms(i, j)]
        if not wrong:
            return plan, table
        table = _with(table, wrong)
    return replace(plan, approximate=True), table


def near_pairs(table: StopTable) -> list[tuple[int, int]]:
    """Pairs in the order of the route that lie close, and all that overlap."""
    order = np.argsort(table.leave_ms, kind="stable")
    gap = table.leave_ms[order][None, :] - table.rejoin_ms[order][:, None]
    apart = table.leave_ms[order][None, :] - table.leave_ms[order][:, None]
    close = (gap <= NEAR_MS) & (np.abs(apart) <= NEAR_MS + np.abs(table.rejoin_ms - table.leave_ms)[order][:, None])
    np.fill_diagonal(close, False)
    return [(int(order[a]), int(order[b])) for a, b in np.argwhere(close)]


def _with(table: StopTable, found: Sequence[tuple[int, int, int | None]]) -> StopTable:
    known = {(int(i), int(j)): int(ms) for i, j, ms in table.between}
    known |= {(i, j): ms for i, j, ms in found if ms is not None}
    return replace(table, between=np.array([(i, j, ms) for (i, j), ms in known.items()], np.int64).reshape(-1, 3))
