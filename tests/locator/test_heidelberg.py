"""A lorry 4.2 m high, 30 t, and a van in Heidelberg: which signed bridge or underpass parts them, and that it alone does.

Beyond the bridge of Leonie-Wild-Straße the road is for those with business there: the way ends on it.
"""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geodata.roads.graph import LIMITS
from locator.asks import RouteAsk
from locator.engines.embedded import EmbeddedEngine
from locator.engines.hierarchy import load_hierarchy
from locator.engines.protocol import Route
from locator.locator import Locator
from locator.settings import Settings
from locator.vehicles import vehicle
from locator.wiring import open_locator

LORRY, VAN = vehicle(height_m=4.2, mass_t=30.0), vehicle("van")
CASES = {                          # from, to, way, its name, the limit that closes it, what it says, a lorry that just passes
    "the bridge of Hebelstraße": ((8.67769, 49.39578), (8.69205, 49.39936), 24231889, "Hebelstraße", "mass_t", 12.0,
                                  {"height_m": 4.2, "mass_t": 12.0}),
    "the underpass of Heinrich-Fuchs-Straße": ((8.67605, 49.38076), (8.67649, 49.37868), 218007043, "Heinrich-Fuchs-Straße",
                                               "height_m", 4.0, {"height_m": 4.0, "mass_t": 30.0}),
    "the bridge of Leonie-Wild-Straße": ((8.65006, 49.39488), (8.63576, 49.39232), 165807648, "Leonie-Wild-Straße",
                                         "mass_t", 2.5, {"height_m": 4.2, "mass_t": 2.5, "axle_t": 1.5}),
}


def ways(locator: Locator, route: Route) -> set[int]:
    graph = locator.region.roads
    assert graph is not None and route.steps is not None
    return set(graph.edge_way[graph.arc_edge[route.steps.arc]].tolist())


@pytest.mark.parametrize("case", CASES)
def test_a_named_bridge_parts_the_lorry_from_the_van(heidelberg: Settings, case: str) -> None:
    start, end, way, name, limit, said, passes = CASES[case]
    locator = open_locator(heidelberg, "heidelberg")
    by = {who: locator.route(RouteAsk(origin=start, destination=end, vehicle=who)).route
          for who in (LORRY, VAN, vehicle(**passes))}
    graph = locator.region.roads
    assert graph is not None
    edges = np.flatnonzero(graph.edge_way == way)
    assert {graph.road_name(int(e)) for e in edges} == {name}
    arcs = np.flatnonzero(np.isin(graph.arc_edge, edges))
    assert set(graph.arc_limit[arcs, LIMITS.index(limit)].tolist()) == {said}
    assert way in ways(locator, by[VAN]) and way not in ways(locator, by[LORRY])
    assert way in ways(locator, by[vehicle(**passes)])
    cleared = graph.arc_limit.copy()
    cleared[arcs, LIMITS.index(limit)] = np.nan                # this one sign gone, all others standing: the lorry goes there
    engine = EmbeddedEngine(replace(graph, arc_limit=cleared), locator.region.grid,
                            load_hierarchy(locator.region.build / "hierarchy"))
    freed = engine.route(np.array([start, end]), LORRY)
    assert way in ways(locator, freed) and freed.duration_s < by[LORRY].duration_s
