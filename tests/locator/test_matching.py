"""The driver's own line on the roads: given back it is itself, with noise it is nearly itself, off the roads it says so."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest import approx

from geodata.errors import NotReachable
from geodata.geodesy import distance_m
from geodata.measured import MeasuredLine
from locator.answers import along_json
from locator.asks import RouteAsk, Want
from locator.engines.protocol import Route
from locator.locator import Locator
from locator.routes import read_gpx
from locator.settings import Settings
from locator.vehicles import vehicle
from locator.wiring import open_locator
from tests.drawing import draw

TRIPS = {
    "motorway": ((-8.74, 41.375), (-8.66, 41.175)),
    "across town": ((-8.628, 41.178), (-8.585, 41.148)),
    "country roads": ((-8.70, 41.30), (-8.55, 41.25)),
}


@pytest.fixture(scope="module")
def porto_locator(porto: Settings) -> Locator:
    return open_locator(porto, "porto")


def ways(locator: Locator, route: Route) -> list[int]:
    """The ways driven, in order."""
    graph = locator.region.roads
    assert graph is not None and route.steps is not None
    driven = graph.edge_way[graph.arc_edge[route.steps.arc]].tolist()
    return [way for i, way in enumerate(driven) if i == 0 or way != driven[i - 1]]


def follow(locator: Locator, line: NDArray[np.float64]) -> Route:
    return locator.route(RouteAsk(line=line)).route


@pytest.mark.parametrize("trip", TRIPS)
def test_a_route_given_back_is_itself(porto_locator: Locator, trip: str) -> None:
    origin, destination = TRIPS[trip]
    route = porto_locator.route(RouteAsk(origin=origin, destination=destination)).route
    again = follow(porto_locator, np.round(route.line.lonlat, 7))
    assert not again.approximate and again.unmatched == ()
    assert again.duration_s == approx(route.duration_s, rel=1e-3)
    assert again.distance_m == approx(route.distance_m, rel=1e-3)
    assert ways(porto_locator, again) == ways(porto_locator, route)


def test_a_line_partly_off_the_roads_says_which_part() -> None:
    """6 km along a road, 3 km over open land, then a road again."""
    town = draw("""
A-----B  C-----D
|              |
E--------------F
""")
    route = town.line("ABCD")
    assert route.approximate and len(route.unmatched) == 1
    assert route.unmatched[0] == approx((6_000, 9_000), abs=150)
    assert route.line.lonlat[0] == approx(town.at["A"], abs=1e-6) and route.line.lonlat[-1] == approx(town.at["D"], abs=1e-6)


def test_a_line_far_from_every_road_fits_none() -> None:
    town = draw("A-----B")
    with pytest.raises(NotReachable) as caught:
        town.engine.match(np.array([[10.0, 0.5], [10.1, 0.5]]), vehicle())
    assert caught.value.code == "no_road_within_reach"


def test_a_vehicle_that_turned_on_the_open_road_did() -> None:
    """Out 3 km of a 6-km road, round, and home: no dead end is near, and still that is what he drove."""
    town = draw("A--v--B\n   |   \n   C", grid_m=1_000)
    middle = (np.array(town.at["v"]) + np.array(town.at["B"])) / 2
    out = MeasuredLine(np.array([town.at["A"], middle])).point_at(np.arange(0, 4_501, 50.0))
    route = town.engine.match(np.concatenate([out, out[-2::-1]]), vehicle())
    assert route.unmatched == () and route.distance_m == approx(9_000, rel=0.01)
    assert route.duration_s == approx(9 * 120, rel=0.01)
    stops = town.stops(route)
    assert [(stop["reach_s"], stop["detour_s"]) for stop in stops.to_dict("records")] == [
        (approx(360, abs=3), approx(0, abs=0.01)), (approx(720, abs=6), approx(0, abs=0.01))]


def test_a_standing_vehicle_s_jitter_is_no_drive() -> None:
    town = draw("A-----B")
    rng = np.random.default_rng(1)
    drive = MeasuredLine(np.array([town.at["A"], town.at["B"]])).point_at(np.arange(0, 6_001, 50.0))
    rest = drive[60] + rng.normal(0, 6.0, (80, 2)) / 111_000
    route = town.engine.match(np.concatenate([drive[:60], rest, drive[60:]]), vehicle())
    assert route.distance_m == approx(6_000, rel=0.02)


def test_a_line_drawn_coarsely_follows_the_roads_between_its_points() -> None:
    town = draw("""
A-----x
      |
      x-----B
""")
    points = np.array([town.at["A"], (town.at["B"][0] / 2 + town.at["A"][0] / 2, town.at["A"][1]), town.at["B"]])
    assert town.engine.match(points, vehicle()).distance_m == approx(14_000, rel=0.01)


def test_a_journey_elsewhere_is_taken_as_drawn_and_says_so(liechtenstein: Settings, shared: Path) -> None:
    """1359 km round Switzerland: Liechtenstein's roads know next to nothing of it."""
    locator = open_locator(liechtenstein, "liechtenstein")
    line = read_gpx((shared / "data/traces/ch_grand_tour_2k_points.gpx").read_bytes())
    answer = locator.along(RouteAsk(line=line), Want())
    said = along_json(answer)
    assert said["route"]["engine"] == "straight" and said["route"]["approximate"] is True
    assert said["route"]["unmatched"] == [[0.0, approx(answer.route.line.length_m, abs=0.1)]]
    assert said["route"]["distance_m"] == approx(float(distance_m(line[:-1], line[1:]).sum()), abs=1)
    assert all(f["properties"]["approximate"] and f["properties"]["access"] in (None, "off_route") for f in said["features"])
