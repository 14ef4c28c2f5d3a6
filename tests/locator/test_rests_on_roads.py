"""Plans on real roads: what a plan drives is what a route through its stops drives, to the millisecond."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from locator.along import find_stops
from locator.asks import Want
from locator.atlas import Atlas
from locator.engines.embedded import EmbeddedEngine
from locator.engines.network import Spot
from locator.engines.protocol import Route
from locator.resting.roads import Between, plan_on_roads, stops_on
from locator.rests import DriverState, RestPlan, StopTable, read_rules
from locator.settings import Settings
from locator.vehicles import vehicle
from locator.wiring import open_locator
from tests.drawing import Town

CN = read_rules("cn", date(2026, 11, 24))
TUESDAY = datetime(2026, 11, 24, 8, tzinfo=UTC)


def lots_and_drives(engine: EmbeddedEngine, route: Route, atlas: Atlas, stops: pd.DataFrame) -> tuple[list[Spot], Between]:
    """The lot each stop stands on, and driving between them."""
    net, rows = engine.network(route.vehicle), np.unique(stops["row"].to_numpy(np.int64))
    detours, stands = engine.detours(route, atlas.places, rows), engine.stands(atlas.places, net)
    cells = [(stop["piece"], int(np.searchsorted(rows, stop["row"]))) for stop in stops.to_dict("records")]
    spots = [stands.spots[int(detours.lot[cell])] for cell in cells]
    return spots, lambda i, j: (ms if (ms := net.spots_ms(spots[i], spots[j])) < 2**49 else None)


def through_ms(engine: EmbeddedEngine, route: Route, spots: list[Spot], plan: RestPlan) -> int:
    """A route over the chosen stops as vias: by the engine's own routing, which knows no plan."""
    via = [route.spots[0], *[spots[leg.stop] for leg in plan.legs if leg.stop is not None], route.spots[-1]]
    return round(engine.route(np.array([(one.lon, one.lat) for one in via]), route.vehicle).duration_s * 1000)


def planned(engine: EmbeddedEngine, route: Route, atlas: Atlas, stops: pd.DataFrame, **rules: int,
            ) -> tuple[RestPlan, StopTable, int]:
    spots, between = lots_and_drives(engine, route, atlas, stops)
    plan, table = plan_on_roads(replace(CN, **rules), DriverState(), stops_on(route, stops), TUESDAY, between)
    return plan, table, through_ms(engine, route, spots, plan)


def test_a_plans_drives_are_a_route_through_its_stops(town: Callable[..., Town]) -> None:
    """Two places joined by a road of their own: the way between them never comes back to the route."""
    it = town("""
            s-----t
            |     |
      A-----x--x--x-----x-----B
                        |
                        u
    """, grid_m=7_000)
    route = it.route("AB")
    plan, table, through = planned(it.engine, route, it.atlas, it.along(route, max_detour_s=7_200.0).stops, drive=9_000)
    assert plan.feasible and not plan.approximate and len(plan.legs) == 4
    assert round(plan.drive_s * 1000) == through
    s, t = (int(np.argsort(table.leave_ms)[k]) for k in (0, 1))
    assert table.drive_ms(s, t) < table.return_ms[s] + table.reach_ms[t] - table.route_ms       # the road of their own


def test_on_the_roads_of_porto_too(porto: Settings) -> None:
    """Parts of the route for driving in place of the law's 4 h, so that it needs stops, near each other."""
    locator = open_locator(porto, "porto")
    engine, atlas = locator.engine, locator.atlas
    assert isinstance(engine, EmbeddedEngine)
    legs = list[int]()
    for points in ([(-8.74, 41.375), (-8.60045, 41.239704)], [(-8.66, 41.175), (-8.74, 41.375)], [(-8.6, 41.24), (-8.66, 41.15)]):
        route = engine.route(np.array(points), vehicle())
        stops = find_stops(route, atlas, engine, Want(max_detour_s=600.0)).stops
        for share in (3.2, 2.6, 2.2, 1.8, 1.4):
            plan, _, through = planned(engine, route, atlas, stops, drive=round(route.duration_s / share), break_=300)
            if plan.feasible:
                assert not plan.approximate and round(plan.drive_s * 1000) == through
                legs.append(len(plan.legs))
    assert len(legs) >= 6 and max(legs) >= 3
