"""Points and places on the roads: against brute force, and where lorries can stand in drawn places."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Proj

from geodata.roads.graph import RoadGraph
from geodata.roads.osm import read_roads
from geodata.roads.snap import EdgePoint, Snapper, find_grid, metres_per_degree
from geodata.roads.tags import CLASS_NAMES
from tests.geodata.roads.world import STEP, Tags, at, read_world, write_world

GEOD = Geod(ellps="WGS84")
REACH_M = 5_000.0


def every(graph: RoadGraph) -> NDArray[np.bool_]:
    return np.ones(len(graph.edge_way), bool)


def brute_force(graph: RoadGraph, lon: float, lat: float) -> NDArray[np.float64]:
    """(e,) metres from the point to every edge, in a plane that keeps distances from the point."""
    xy = np.column_stack(Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="WGS84")(*graph.shape_lonlat.T))
    owner = np.repeat(np.arange(len(graph.edge_way)), np.diff(graph.shape_ptr))
    return np.asarray(shapely.distance(shapely.linestrings(xy, indices=owner), shapely.Point(0, 0)))


def agree(graph: RoadGraph, points: int, seed: int) -> None:
    """Random points in and around the roads' box: distance within 1 mm a metre, the edge among the nearest, the spot on it."""
    snapper, usable = Snapper(graph, find_grid(graph)), every(graph)
    low, high = graph.shape_lonlat.min(axis=0) - 0.02, graph.shape_lonlat.max(axis=0) + 0.02
    some = np.random.default_rng(seed).random(len(graph.edge_way)) < 0.3
    for n, (lon, lat) in enumerate(np.random.default_rng(seed).uniform(low, high, (points, 2))):
        open_ = some if n % 3 == 0 else usable
        true = np.where(open_, brute_force(graph, lon, lat), np.inf)
        found = snapper.nearest(lon, lat, open_, reach_m=REACH_M, most=3)
        assert len(found) == min(3, int((true <= REACH_M).sum()))
        for rank, point in enumerate(found):
            slack = 0.002 + 0.001 * true[point.edge]
            assert point.off_m == pytest.approx(true[point.edge], abs=slack)
            assert open_[point.edge] and point.off_m <= np.sort(true)[rank] + slack
            assert GEOD.inv(lon, lat, point.lon, point.lat)[2] == pytest.approx(true[point.edge], abs=slack)
            assert 0 <= point.share <= 1 and on_edge(graph, point) < 0.1


def on_edge(graph: RoadGraph, point: EdgePoint) -> float:
    """Metres between the spot and the place its share of the edge's length leads to, for every 100 m of the edge."""
    shape = graph.shape(point.edge)
    before = np.concatenate([[0], np.cumsum(GEOD.line_lengths(shape[:, 0], shape[:, 1])[:len(shape) - 1])])
    there = np.array([np.interp(point.share * before[-1], before, shape[:, axis]) for axis in (0, 1)])
    return float(GEOD.inv(there[0], there[1], point.lon, point.lat)[2]) / max(1.0, float(before[-1]) / 100)


def test_snapping_agrees_with_brute_force(shared: Path) -> None:
    agree(read_roads([shared / "data/osm/liechtenstein.osm.pbf"])[0], 60, seed=1)


@pytest.mark.deep
@pytest.mark.parametrize("extract", ["liechtenstein", "andorra", "heidelberg"])
def test_snapping_agrees_with_brute_force_everywhere(shared: Path, extract: str) -> None:
    agree(read_roads([shared / f"data/osm/{extract}.osm.pbf"])[0], 300, seed=2)


@pytest.mark.parametrize("lat", [-80.0, -33.9, 0.0, 31.7, 60.0, 84.0])
def test_a_degree_in_metres(lat: float) -> None:
    per_lon, per_lat = metres_per_degree(lat)
    assert per_lon == pytest.approx(GEOD.inv(0, lat, 0.001, lat)[2] * 1000, rel=1e-6)
    assert per_lat == pytest.approx(GEOD.inv(0, lat - 0.0005, 0, lat + 0.0005)[2] * 1000, rel=1e-6)


def test_nothing_within_reach_is_nothing(tmp_path: Path) -> None:
    graph, _ = read_world(write_world(tmp_path / "w.osm", "A---B", {1: ("AB", {"highway": "primary"})}))
    snapper = Snapper(graph, find_grid(graph))
    north = at(1, 5)                                                          # 556 m
    assert snapper.nearest(*north, every(graph), reach_m=555) == []
    assert [p.off_m for p in snapper.nearest(*north, every(graph), reach_m=557)] == pytest.approx([556.1], abs=0.3)
    assert snapper.nearest(*north, ~every(graph), reach_m=5_000) == []
    assert snapper.nearest(0.0, 90.0, every(graph), reach_m=5_000) == []


# A motorway W-E north of one E-W, a lot on each side, each with its links; a lane bridges both; a road far south.
AREA = """
              K
      S---T---|---U
    P---Q-----|-----R---M
              |
    N---V-----|-----W---O
      X---Y---|---Z
              L


    F-------------------G
"""
MOTOR: Tags = {"highway": "motorway"}
LINK: Tags = {"highway": "motorway_link", "oneway": "yes"}
SERVICE: Tags = {"highway": "service"}
WAYS: dict[int, tuple[str, Tags]] = {
    1: ("MRQP", MOTOR), 2: ("NVWO", MOTOR), 3: ("RU", LINK), 4: ("UTS", SERVICE), 5: ("SQ", LINK), 6: ("VX", LINK), 7: ("XYZ",
            SERVICE),
    8: ("ZW", LINK), 9: ("KL", {"highway": "unclassified"}), 10: ("FG", {"highway": "secondary"})}


def box(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return shapely.box(*at(x0, y0), *at(x1, y1))


def lots(tmp_path: Path, area: shapely.Geometry, *, without: tuple[int, ...] = (), change: dict[int, tuple[str,
        Tags]] | None = None,
         ) -> list[tuple[int, str]]:
    """(way, class) of every lot of a place on the drawn motorway."""
    ways = {**{number: way for number, way in WAYS.items() if number not in without}, **(change or {})}
    graph, _ = read_world(write_world(tmp_path / "w.osm", AREA, ways))
    public = (np.asarray(graph.edge_kind) & 4) == 0                            # as Network.standing_edges has it for lorries
    found = Snapper(graph, find_grid(graph)).lots(area, every(graph) & public)
    return sorted((int(graph.edge_way[p.edge]), CLASS_NAMES[graph.edge_class[p.edge]]) for p in found)


BOTH_SIDES = box(1, 3.5, 12, 8.5)


def test_an_area_on_both_sides_is_two_lots_and_the_lane_that_bridges_it_is_none(tmp_path: Path) -> None:
    assert lots(tmp_path, BOTH_SIDES) == [(4, "service"), (7, "service")]


def test_a_side_of_its_own_is_one_lot(tmp_path: Path) -> None:
    assert lots(tmp_path, box(1, 7.5, 12, 8.5)) == [(4, "service")]


def test_two_polygons_of_one_place_are_two_lots(tmp_path: Path) -> None:
    assert lots(tmp_path, shapely.union(box(1, 7.5, 12, 8.5), box(1, 3.5, 12, 4.5))) == [(4, "service"), (7, "service")]


def test_without_service_roads_the_public_road_inside_is_the_lot(tmp_path: Path) -> None:
    assert lots(tmp_path, BOTH_SIDES, without=(4, 7)) == [(9, "unclassified")]


@pytest.mark.parametrize("private", ["private", "no"])
def test_a_private_service_road_is_no_lot(tmp_path: Path, private: str) -> None:
    assert lots(tmp_path, BOTH_SIDES, change={4: ("UTS", {**SERVICE, "access": private})}) == [(7, "service")]


def test_a_place_with_nothing_but_the_mainline_and_links_inside_takes_no_part_of_them(tmp_path: Path) -> None:
    only = box(1, 6.7, 12, 8.5)
    assert lots(tmp_path, only, without=(4, 7, 9)) in ([], [(10, "secondary")])
    assert lots(tmp_path, only, without=(4, 7, 9, 10)) == []


def test_a_point_beside_the_motorway_is_never_on_it(tmp_path: Path) -> None:
    beside = shapely.Point(*at(5, 7.1))                                      # 11 m from the motorway, 100 m from the service road
    assert lots(tmp_path, beside, without=(9,)) == [(4, "service")]
    assert lots(tmp_path, beside, without=(4, 7, 9, 10)) == []


def test_a_road_that_is_half_inside_is_entered_on_its_inner_part(tmp_path: Path) -> None:
    """The middle of the road lies outside the polygon; the spot is inside all the same."""
    graph, _ = read_world(write_world(tmp_path / "w.osm", "A-------B", {1: ("AB", SERVICE)}))
    area = box(-1, -1, 1, 0.3)
    point, = Snapper(graph, find_grid(graph)).lots(area, every(graph))
    assert shapely.dwithin(area, shapely.Point(point.lon, point.lat), 1e-9) and point.share <= 0.25


@pytest.mark.parametrize(("steps", "klass"), [(0.2, "service"), (0.9, "trunk")])
def test_a_places_own_service_road_is_preferred_to_the_through_road_it_leads_off(tmp_path: Path, steps: float,
        klass: str) -> None:
    graph, _ = read_world(write_world(tmp_path / "w.osm", "A-------B\nC-------D", {1: ("AB", SERVICE), 2: ("CD",
            {"highway": "trunk"})}))
    place = shapely.Point(*at(2, (1 - steps) / 2))                            # so many steps nearer to the trunk road
    point, = Snapper(graph, find_grid(graph)).lots(place, every(graph))
    assert CLASS_NAMES[graph.edge_class[point.edge]] == klass


def test_an_island_that_cannot_be_reached_is_no_lot(tmp_path: Path) -> None:
    graph, _ = read_world(write_world(tmp_path / "w.osm", AREA, WAYS))
    usable = graph.edge_way != 4                                              # the engine says what can be reached
    assert [int(graph.edge_way[p.edge]) for p in Snapper(graph, find_grid(graph)).lots(BOTH_SIDES, usable)] == [7]


@pytest.mark.parametrize("area", [shapely.Point(), shapely.Polygon(), None], ids=["no point", "no polygon", "none"])
def test_a_place_without_a_position_has_no_lot(tmp_path: Path, area: shapely.Geometry) -> None:
    graph, _ = read_world(write_world(tmp_path / "w.osm", AREA, WAYS))
    assert Snapper(graph, find_grid(graph)).lots(area, every(graph)) == []


def test_an_outline_that_crosses_itself_is_a_place_all_the_same(tmp_path: Path) -> None:
    bow = shapely.Polygon([at(1, 7.6), at(12, 8.5), at(12, 7.6), at(1, 8.5)])
    assert not bow.is_valid and lots(tmp_path, bow) == [(4, "service")]


def test_the_grid_holds_every_edge_in_every_cell_it_passes(tmp_path: Path) -> None:
    graph, _ = read_world(write_world(tmp_path / "w.osm", AREA, WAYS))
    snapper = Snapper(graph, find_grid(graph))
    for edge in range(len(graph.edge_way)):
        for lon, lat in shapely.get_coordinates(shapely.segmentize(shapely.LineString(graph.shape(edge)), STEP / 10)):
            assert edge in snapper.edges_near(np.array([lon, lat]), np.array([lon, lat]))
