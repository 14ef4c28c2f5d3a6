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
from tests.drawing import dense, draw
from tests.locator.tracks import unlawful

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


def test_against_a_one_way_street_is_said_not_driven() -> None:
    """B to C is one-way the other way; the lawful way round is three times as long."""
    town = draw("""
A-----B-----C-----D
      |     |
      E-----F
""", grid_m=100, roads={"AB": "residential", "CB": "residential oneway=yes", "CD": "residential", "BEFC": "residential"})
    route = town.line("ABCD")
    assert route.approximate and len(route.unmatched) == 1
    assert route.unmatched[0] == approx((600, 1_200), abs=110)
    assert route.steps is not None and unlawful(town.engine.network(vehicle()), route.steps) == 0


def test_points_missing_on_the_only_way_leave_no_doubt() -> None:
    """A tunnel of 4 km in a line with a point every 50 m."""
    town = draw("A-----x-----B\n      |\n      C")
    line = dense([town.at["A"], town.at["B"]])
    route = town.engine.match(np.concatenate([line[:80], line[160:]]), vehicle())
    assert route.unmatched == () and not route.approximate and route.distance_m == approx(12_000, rel=1e-3)


def test_points_missing_where_the_road_goes_far_round_are_named() -> None:
    """No point for 6 km as the crow flies, and the fastest way there is twice that: nobody knows that he took it."""
    town = draw("""
A-----B     C-----D
      |     |
      |     |
      E-----F
""")
    line = dense([town.at["A"], town.at["B"]]), dense([town.at["C"], town.at["D"]])
    route = town.engine.match(np.concatenate(line), vehicle())
    assert route.unmatched == ((approx(6_000, abs=60), approx(12_000, abs=60)),) and route.approximate
    assert route.distance_m == approx(24_000, rel=0.01)


def test_two_tracks_in_one_file_are_one_route_and_the_way_between_them_is_named() -> None:
    town = draw("""
A-----B     C-----D
      |     |
      |     |
      E-----F
""")
    lines = [dense([town.at[c] for c in track]) for track in ("AB", "CD")]
    points = ["".join(f'<trkpt lon="{lon}" lat="{lat}"/>' for lon, lat in line) for line in lines]
    tracks = "</trkseg></trk><trk><trkseg>".join(points)
    route = town.engine.match(read_gpx(f"<gpx><trk><trkseg>{tracks}</trkseg></trk></gpx>".encode()), vehicle())
    assert len(route.unmatched) == 1 and route.distance_m == approx(24_000, rel=0.01)


def test_one_wild_point_changes_nothing() -> None:
    town = draw("A-----x-----B\n      |\n      C")
    line = dense([town.at["A"], town.at["B"]]) + np.random.default_rng(2).normal(0.0, 5e-5, (241, 2))
    line[60] += (0.0, 0.02)                            # 2.2 km off
    route = town.engine.match(line, vehicle())
    assert route.distance_m == approx(12_000, abs=40) and route.unmatched == ()


def test_a_line_that_goes_on_beyond_the_known_roads_is_matched_as_far_as_they_go() -> None:
    town = draw("A-----x-----B\n      |\n      C")
    beyond = (town.at["B"][0] + 0.05, town.at["B"][1])
    route = town.engine.match(dense([town.at["A"], town.at["B"], beyond]), vehicle())
    assert route.distance_m == approx(12_000, abs=60)
    assert route.unmatched == ((approx(12_000, abs=60), approx(12_000 + 0.05 * 111_319, abs=20)),)


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
