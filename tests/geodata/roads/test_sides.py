"""A place without roads of its own takes the side it stands on, and says how far off it may stand before that is wrong."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from geodata.roads.snap import SIDE_LOOK_M, EdgePoint, Snapper, find_grid, metres_per_degree
from tests.geodata.roads.world import Tags, at, read_world, spots, write_world

PER_LON, PER_LAT = metres_per_degree(50.0)
TRUNK: Tags = {"highway": "trunk", "oneway": "yes"}
SERVICE: Tags = {"highway": "service"}
DRAWING = "D-------C\nA-------B"                                                    # east from A, west from C


def snapper(tmp_path: Path, ways: dict[int, tuple[str, Tags]], drawing: str = DRAWING, *, keeps_left: bool = False) -> Snapper:
    graph, _ = read_world(write_world(tmp_path / "w.osm", drawing, ways))
    return Snapper(graph, find_grid(graph), keeps_left=keeps_left)


def lots(found: Snapper, x_m: float, y_m: float) -> list[tuple[int, EdgePoint]]:
    """(way, point) of the lots of a place so many metres east and north of A."""
    lon, lat = at(*spots(DRAWING)["A"])
    place = shapely.Point(lon + x_m / PER_LON, lat + y_m / PER_LAT)
    every = np.ones(len(found.graph.edge_way), bool)
    return [(int(found.graph.edge_way[p.edge]), p) for p in found.lots(place, every)]


def margin_m(found: Snapper, x_m: float, y_m: float) -> float:
    lon, lat = at(*spots(DRAWING)["A"])
    (_, point), = lots(found, x_m, y_m)
    return found.side_margin_m(lon + x_m / PER_LON, lat + y_m / PER_LAT, point)


BOTH: dict[int, tuple[str, Tags]] = {1: ("AB", TRUNK), 2: ("CD", TRUNK)}             # 111.2 m apart


@pytest.mark.parametrize(("north_m", "way"), [(-60, 1), (-5, 1), (40, 1), (70, 2), (115, 2), (170, 2)])
def test_a_place_beside_a_one_way_carriageway_takes_that_one(tmp_path: Path, north_m: float, way: int) -> None:
    assert [number for number, _ in lots(snapper(tmp_path, BOTH), 100, north_m)] == [way]


@pytest.mark.parametrize(("north_m", "right_m", "left_m"), [
    (-20, 75.6, 55.6),            # on the kerb side where traffic keeps right: 20 m and half of 111.2 m to the middle
    (40, 15.6, 55.6),             # between them: 71.2 m to the other, 40 m to this one
    (131.2, 75.6, 55.6)])
def test_the_margin_reaches_to_the_middle_between_the_carriageways(tmp_path: Path, north_m: float, right_m: float,
                                                                  left_m: float) -> None:
    """Where traffic keeps left the same drawing has the kerb between them."""
    assert margin_m(snapper(tmp_path, BOTH), 100, north_m) == pytest.approx(right_m, abs=0.3)
    assert margin_m(snapper(tmp_path, BOTH, keeps_left=True), 100, north_m) == pytest.approx(left_m, abs=0.3)


def test_a_carriageway_drawn_against_its_direction_has_the_same_kerb(tmp_path: Path) -> None:
    turned = {1: ("BA", {"highway": "trunk", "oneway": "-1"}), 2: ("CD", TRUNK)}
    assert margin_m(snapper(tmp_path, turned), 100, -20) == pytest.approx(75.6, abs=0.3)


@pytest.mark.parametrize("ways", [{1: ("AB", {"highway": "trunk"})}, {1: ("AB", TRUNK)}, {1: ("AB", TRUNK), 2: ("DC", TRUNK)}],
                         ids=["two-way", "one-way street", "both one way"])
def test_without_a_divided_road_there_is_no_other_side(tmp_path: Path, ways: dict[int, tuple[str, Tags]]) -> None:
    assert margin_m(snapper(tmp_path, ways), 100, -20) == SIDE_LOOK_M


WALLED = """
E-------F
D-------C
A-------B


G-------H
"""
MOTOR: Tags = {"highway": "motorway"}


@pytest.mark.parametrize(("y", "way"), [(4.9, 3), (4.6, 3), (4.2, 3), (2.65, 4), (2.5, 4)])
def test_no_motorway_is_crossed_to_get_in(tmp_path: Path, y: float, way: int) -> None:
    """South of the motorway the service road is 295 m away, the one across it 261 m."""
    graph, _ = read_world(write_world(tmp_path / "w.osm", WALLED, {1: ("AB", MOTOR), 2: ("CD", MOTOR), 3: ("EF", SERVICE),
                                                                   4: ("GH", SERVICE)}))
    found, every = Snapper(graph, find_grid(graph)), np.ones(len(graph.edge_way), bool)
    points = found.lots(shapely.Point(*at(2, y)), every)
    assert [int(graph.edge_way[p.edge]) for p in points] == [way]
    lonlat = at(2, y)
    assert found.side_margin_m(*lonlat, points[0]) == pytest.approx(min(abs(y - 4), abs(y - 3)) * 111.2, abs=0.5)
    assert found.lots(shapely.Point(*at(2, 3.5)), every) == []                     # between the carriageways
    far = found.lots(shapely.Point(*at(2, 2.9)), graph.edge_way != 4)              # no road of its own on this side
    assert far == []


def test_a_place_drawn_on_the_carriageway_itself_is_on_neither_side(tmp_path: Path) -> None:
    ways = {1: ("AB", MOTOR), 2: ("CD", MOTOR), 3: ("EF", SERVICE), 4: ("GH", SERVICE)}
    graph, _ = read_world(write_world(tmp_path / "w.osm", WALLED, ways))
    points = Snapper(graph, find_grid(graph)).lots(shapely.Point(*at(2, 4)), np.ones(len(graph.edge_way), bool))
    assert [int(graph.edge_way[p.edge]) for p in points] == [3]


def test_roads_of_its_own_make_the_side_sure(tmp_path: Path) -> None:
    ways = {**BOTH, 3: ("AD", SERVICE)}
    found = snapper(tmp_path, ways)
    lon, lat = at(*spots(DRAWING)["A"])
    area = shapely.box(lon - 0.0005, lat + 0.0002, lon + 0.0005, lat + 0.0008)
    point, = found.lots(area, np.ones(len(found.graph.edge_way), bool))
    assert point.inside and found.side_margin_m(lon, lat, point) == np.inf
