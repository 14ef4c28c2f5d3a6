"""What stands on a road costs time where it stands, in the direction it faces, and nowhere else."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geodata.roads.delays import edge_delays, node_delay, slowed
from geodata.roads.osm import read_roads
from geodata.roads.speed_table import STANDARD
from tests.geodata.roads.world import LORRY, VAN, write_world

LIGHT, STOP, BOOTH, GATE = (STANDARD.delays[name] for name in ("traffic_signals", "stop", "toll_booth", "gate"))
CROSSING, HUMP = STANDARD.delays["crossing_signals"], STANDARD.delays["traffic_calming"]


@pytest.mark.parametrize(("tags", "row", "facing"), [
    ({"highway": "traffic_signals"}, LIGHT, "both"),
    ({"highway": "traffic_signals", "traffic_signals:direction": "forward"}, LIGHT, "forward"),
    ({"highway": "traffic_signals", "traffic_signals:direction": "both"}, LIGHT, "both"),
    ({"highway": "stop"}, STOP, "both"),
    ({"highway": "stop", "direction": "backward"}, STOP, "backward"), ({"barrier": "toll_booth"}, BOOTH, "both"),
    ({"barrier": "gate", "highway": "traffic_signals"}, GATE, "both"),
    ({"highway": "crossing", "crossing": "traffic_signals"}, CROSSING, "both"),
    ({"highway": "crossing", "crossing:signals": "yes"}, CROSSING, "both"), ({"traffic_calming": "hump"}, HUMP, "both"),
    ({"highway": "crossing"}, (0, 0), "both"), ({"highway": "crossing", "crossing": "marked"}, (0, 0), "both"),
    ({"traffic_calming": "island"}, (0, 0), "both"), ({"highway": "motorway_junction"}, (0, 0), "both"),
    ({"barrier": "cattle_grid"}, (0, 0), "both"), ({"barrier": "gate", "access": "yes"}, (0, 0), "both"),
    ({"barrier": "gate", "hgv": "yes"}, (0, GATE[1]), "both"), ({"barrier": "gate", "access": "private"}, GATE, "both"),
    ({"barrier": "toll_booth", "access": "yes"}, BOOTH, "both"),
    ({"railway": "level_crossing"}, STANDARD.delays["level_crossing"], "both"), ({}, (0, 0), "both"),
])
def test_what_a_node_costs(tags: dict[str, str], row: tuple[float, float], facing: str) -> None:
    forward, backward = facing != "backward", facing != "forward"
    assert node_delay(tags, STANDARD) == (row[0] * forward, row[0] * backward, row[1] * forward, row[1] * backward)


def test_an_edge_pays_for_what_stands_on_it_and_at_the_end_it_reaches() -> None:
    delay = np.array([[1, 10, 0, 0], [2, 20, 0, 0], [4, 40, 0, 0], [8, 80, 0, 0]], float)
    refs = np.array([0, 1, 2, 3])
    found = edge_delays(delay, refs, np.array([0, 0, 2]), np.array([3, 2, 3]))
    assert found[:, 0].tolist() == [2 + 4 + 8, 2 + 4, 8] and found[:, 1].tolist() == [20 + 40 + 10, 20 + 10, 40]


def test_a_slower_arc_takes_just_as_much_longer() -> None:
    kmh, metres = np.array([[36, 72], [36, 72]], np.float32), np.array([100.0, 0.001])
    found = slowed(kmh, metres, np.array([[5.0, 0.0], [5.0, 3.0]]))
    assert metres[0] * 3.6 / found[0] == pytest.approx([15, 5]) and metres[1] * 3.6 / found[1] == pytest.approx([5, 3], rel=1e-3)


@pytest.mark.parametrize(("tags", "there", "back"), [
    ({"highway": "traffic_signals"}, 1, 1), ({"highway": "traffic_signals", "traffic_signals:direction": "backward"}, 0, 1),
    ({}, 0, 0)])
def test_a_light_on_a_road_lengthens_the_drive(tmp_path: Path, tags: dict[str, str], there: int, back: int) -> None:
    def seconds(nodes: dict[str, dict[str, str]]) -> np.ndarray:
        drawn = write_world(tmp_path / "a.osm", "A--B--C", {1: ("ABC", {"highway": "secondary"})}, nodes=nodes)
        graph, _ = read_roads([drawn])
        order = np.argsort(graph.arc_backward)
        return np.array([graph.arc_ms(profile)[order] / 1000 for profile in (LORRY, VAN)])

    more = seconds({"B": tags}) - seconds({})
    assert more == pytest.approx(np.array([[there * who, back * who] for who in LIGHT]), abs=0.01)
