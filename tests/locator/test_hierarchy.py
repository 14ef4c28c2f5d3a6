"""A hierarchy is read beside other work: answers are the same, what is broken is told to whoever asks."""
from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pyroutingkit
import pytest

from geodata.errors import BadInput
from geodata.regions import open_region
from locator.cli.ahead import begin_reading
from locator.engines.hierarchy import hierarchy_of, load_hierarchy, still_reading
from locator.engines.network import Network
from locator.settings import Settings
from locator.vehicles import vehicle

LORRY = vehicle().profile


def test_a_network_made_before_its_hierarchy_is_read_answers_the_same(wujin: Settings) -> None:
    region = open_region(wujin.data, "wujin")
    graph, found = region.roads, load_hierarchy(region.build / "hierarchy")
    assert graph is not None
    later = Future[pyroutingkit.CCHTopology]()
    early, usual = Network(graph, LORRY, later), Network(graph, LORRY, found)
    assert not early.is_ready and early.usable_edges(True, True).any()          # what needs no hierarchy does not wait for it
    later.set_result(found)
    arcs = np.flatnonzero(usual.can_leave & usual.can_arrive)[::37]
    assert (early.ends_ms(arcs, arcs) == usual.ends_ms(arcs, arcs)).all() and early.is_ready


def test_a_broken_hierarchy_is_told_to_whoever_asks_for_a_way(wujin: Settings, tmp_path: Path) -> None:
    region = open_region(wujin.data, "wujin")
    assert region.roads is not None
    broken = hierarchy_of(tmp_path / "regions/x/builds/0001/hierarchy")
    net = Network(region.roads, LORRY, broken)
    for _ in range(2):
        with pytest.raises(BadInput) as why:
            net.ends_ms(np.array([0]), np.array([1]))
        assert (why.value.code, why.value.field) == ("bad_file", "region")


def test_making_a_metric_is_tried_again_after_it_failed(wujin: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    region = open_region(wujin.data, "wujin")
    assert region.roads is not None
    customize, tries = Network._customize, list[int]()

    def second_time(net: Network) -> pyroutingkit.CCHMetric:
        tries.append(1)
        return customize(net) if len(tries) > 1 else 1 / 0
    monkeypatch.setattr(Network, "_customize", second_time)
    net = Network(region.roads, LORRY, load_hierarchy(region.build / "hierarchy"))
    with pytest.raises(ZeroDivisionError):
        net.ends_ms(np.array([0]), np.array([1]))
    assert net.metric.is_customized and len(tries) == 2


@pytest.mark.parametrize(
    ("args", "begun"),
    [
        (["plan", "--from", "湖塘", "--to", "横山桥"], True),
        (["--region", "wujin", "print", "route", "--from", "湖塘"], True),
        (["along", "--region=wujin"], True),
        (["print", "wall"], False),
        (["plan", "--help"], False),
        (["along", "--region", "nowhere"], False),
        (["along", "--region", "../regions/wujin"], False),
        ([], False),
    ],
)
def test_it_is_begun_for_those_who_look_for_ways(
    wujin: Settings, monkeypatch: pytest.MonkeyPatch, args: list[str], begun: bool
) -> None:
    monkeypatch.setenv("LOCATOR_DATA", str(wujin.data))
    assert begin_reading(args) == begun
    if begun:
        folder = open_region(wujin.data, "wujin").build / "hierarchy"
        assert hierarchy_of(folder).result().is_built and not still_reading()
