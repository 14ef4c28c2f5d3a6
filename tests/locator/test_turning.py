"""What turning off costs where a region's table says so, in drawn towns: by the side, by the angle, and the way it chooses."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pytest import approx

from geodata.roads.closures import _off
from geodata.roads.speed_table import STANDARD, SpeedTable, changed
from geodata.roads.turning import turned_deg
from locator.chains import _Headings, _wind
from tests.drawing import atlas_of, draw, engine_of
from tests.locator.test_oracle import check_world
from tests.locator.worlds import random_osm, random_places

CROSS = "  N\n  |\nW-X-E\n  |\n  S"                 # 60 s from each to X
OWN = changed({"turn": {"near_side_s": 2, "far_side_s": 5}})
LEAST_TURN_ROUND_MS = 60_000


def drive_s(way: str, speeds: SpeedTable, drawing: str = CROSS) -> float:
    return draw(drawing, grid_m=250, speeds=speeds).route(way).duration_s


@pytest.mark.parametrize(("way", "keeps_right_s", "keeps_left_s"), [
    ("SE", 2, 5), ("EN", 2, 5), ("NW", 2, 5), ("WS", 2, 5), ("SW", 5, 2), ("WN", 5, 2), ("NE", 5, 2), ("ES", 5, 2),
    ("SN", 0, 0), ("EW", 0, 0)])
def test_by_the_side_that_traffic_keeps_to(way: str, keeps_right_s: float, keeps_left_s: float) -> None:
    assert drive_s(way, STANDARD) == approx(120, abs=0.05)
    assert drive_s(way, OWN.of("DE")) == approx(120 + keeps_right_s, abs=0.05)
    assert drive_s(way, OWN.of("GB")) == approx(120 + keeps_left_s, abs=0.05)


def test_a_bend_and_a_slight_fork_are_no_turn() -> None:
    assert drive_s("AC", OWN, "A-B\n  |\n  C") == approx(120, abs=0.05)             # only two roads meet
    fork = draw("    C\nA-B\n    D", grid_m=250, roads=dict.fromkeys(("AB", "BC", "BD"), "unclassified"), speeds=OWN)
    for way, turn_s in (("AC", 0), ("AD", 0), ("CA", 0), ("CD", 5), ("DC", 2)):     # 27 degrees; 127 between C and D
        drive = fork.route(way)
        assert drive.duration_s == approx(drive.distance_m * 0.12 + turn_s, abs=0.05), way


def test_turning_round_costs_what_it_did() -> None:
    """Not to the right at X: on to E, round there, and to the left at X; or to the left, round at N, and straight on."""
    town = draw(CROSS, grid_m=250, roads=dict.fromkeys(("WX", "NX", "XE", "XS"), "unclassified"), turns=["no_right_turn WX X XS"],
                speeds=OWN)
    assert town.route("WS").duration_s == approx(4 * 60 + 60 + 5, abs=0.05)


def test_the_way_that_turns_less_is_taken() -> None:
    """As long all three: once to the right at F, once to the left at C, or both at B and D."""
    town = "A-B-F-H\n| | |\nC-D-G\n|\nK"
    assert draw(town, grid_m=250, speeds=OWN.of("DE")).trip("AG") == "ABFG"
    assert draw(town, grid_m=250, speeds=OWN.of("GB")).trip("AG") == "ACDG"


@pytest.mark.parametrize("seed", [1, 3])
def test_random_towns_with_turns_agree_with_the_oracle(seed: int) -> None:
    """Detours, pieces and ways, in whole milliseconds; one of the towns has roads for those with business there."""
    rng = np.random.default_rng(seed)
    engine = engine_of(random_osm(rng, business=0.0 if seed == 1 else 0.5), speeds=OWN)
    assert {0, 2000, 5000, LEAST_TURN_ROUND_MS} == set(np.unique(engine.graph.turn_ms).tolist())
    assert check_world(engine, rng, atlas_of(random_places(rng, engine, 8)).places, 3) > 20


def test_a_crossing_on_the_180th_meridian_is_as_it_is_elsewhere() -> None:
    """The same graph, moved so that X lies on it: how far each turn leads off, which way a road heads, where it is closed."""
    town = draw(CROSS, grid_m=250, roads=dict.fromkeys(("WX", "XE", "NX", "XS"), "primary ref=G1"))
    graph = town.engine.graph

    def moved(lonlat: np.ndarray) -> np.ndarray:                                    # type: ignore[type-arg]
        return np.column_stack([(lonlat[:, 0] - town.at["X"][0] + 360.0) % 360.0 - 180.0, lonlat[:, 1]])
    there = replace(graph, shape_lonlat=moved(np.asarray(graph.shape_lonlat)), node_lonlat=moved(np.asarray(graph.node_lonlat)))
    lons = np.asarray(there.node_lonlat)[:, 0]
    assert (lons > 179.9).any() and (lons < -179.9).any()
    turns = np.arange(len(graph.turn_from))
    assert turned_deg(there, turns) == approx(turned_deg(graph, turns), abs=1e-6)
    for a, b in zip("WE", "EW", strict=True):
        ends = [moved(np.array([town.at[one]]))[0] for one in (a, b)]
        assert _wind(*ends, 500.0) == b
        assert _wind(np.asarray(town.at[a]), np.asarray(town.at[b]), 500.0) == b
    straight = _Headings(graph), _Headings(there)
    for arc, to in zip(graph.turn_from.tolist(), graph.turn_to.tolist(), strict=True):
        assert straight[1].straight(arc, to) == approx(straight[0].straight(arc, to), abs=1e-6)
    for edge in range(len(graph.edge_way)):
        at = tuple(moved(np.array([town.at["W"]]))[0])
        assert _off(there.shape(edge), at) == approx(_off(graph.shape(edge), town.at["W"]), abs=1e-9)
