"""How sure the side of a place is: its position scattered as its class says, against the margin it has."""
from __future__ import annotations

from collections.abc import Callable
from math import inf

import numpy as np
import pytest
import shapely

from geodata.roads.tags import CLASS_NAMES
from locator.sides import RADIUS_M, side_confidence
from locator.vehicles import vehicle
from tests.drawing import Town


@pytest.mark.parametrize("accuracy", RADIUS_M)
@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 1.0])
def test_the_confidence_is_how_often_a_scattered_position_stays_on_its_side(accuracy: str, share: float) -> None:
    """Against a million draws: normal in both directions, 95 % of them within the radius."""
    rng, radius_m = np.random.default_rng(1), RADIUS_M[accuracy]
    xy = rng.normal(size=(1_000_000, 2))
    xy *= radius_m / np.quantile(np.hypot(*xy.T), 0.95)
    stays = float((xy[:, 0] > -share * radius_m).mean())
    assert side_confidence(share * radius_m, accuracy) == pytest.approx(stays, abs=0.003)


@pytest.mark.parametrize("accuracy", ["D", "E", "invented", "unknown", None])
def test_a_position_that_promises_nothing_has_no_confidence(accuracy: str | None) -> None:
    assert side_confidence(20.0, accuracy) is None


def test_no_roads_no_confidence_and_roads_of_its_own_all_of_it() -> None:
    assert side_confidence(None, "A") is None and side_confidence(inf, "C") == 1.0


def test_stops_carry_it(town: Callable[..., Town]) -> None:
    """Half-way between two carriageways, a class A position."""
    it = town("""
C------------------------------------D
          p
A------------------------------------B
""", grid_m=20.0, roads={"AB": "trunk oneway=yes", "DC": "trunk oneway=yes", "BD": "unclassified", "CA": "unclassified"})
    atlas = it.atlas
    atlas.frame["position_accuracy"] = "A"
    stop, = it.along(it.route("AB")).stops.to_dict("records")
    assert 0.5 <= stop["side_confidence"] <= 0.52                                  # a guess


@pytest.mark.parametrize(("place", "way"), [("n", "service"), ("s", "trunk")])
def test_a_service_road_across_the_carriageway_is_no_way_in(town: Callable[..., Town], place: str, way: str) -> None:
    """20 m farther off than the trunk road, where a place takes it before the trunk road; but s lies on the other side."""
    it = town("""
E-----n------F
A------------B
      s
""", grid_m=20.0, roads={"AB": "trunk oneway=yes", "EF": "service", "EA": "unclassified", "BF": "unclassified"})
    graph, net = it.engine.graph, it.engine.network(vehicle())
    where = it.at[place][0], it.at[place][1] - 5e-5
    point, = it.engine.snapper.lots(shapely.Point(where), net.usable_edges(True, True))
    assert CLASS_NAMES[graph.edge_class[point.edge]] == way
