"""A hierarchy is read beside other work: answers are the same, what is broken is told to whoever asks."""
from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree
from threading import Event
from time import sleep

import numpy as np
import pyroutingkit
import pytest
from scipy.sparse.csgraph import connected_components

from geodata.errors import BadInput
from geodata.regions import open_region
from locator.cli.ahead import begin_reading
from locator.engines import network
from locator.engines.hierarchy import Begun, hierarchy_of, load_hierarchy, still_reading
from locator.engines.network import Network
from locator.settings import Settings
from locator.vehicles import vehicle

LORRY = vehicle().profile


def test_a_network_made_before_its_hierarchy_is_read_answers_the_same(wujin: Settings) -> None:
    region = open_region(wujin.data, "wujin")
    graph, found = region.roads, load_hierarchy(region.build / "hierarchy")
    assert graph is not None
    read = Event()
    later = Begun(lambda: (read.wait(), found)[1])
    early, usual = Network(graph, LORRY, later), Network(graph, LORRY, found)
    assert not early.is_ready and early.usable_edges(True, True).any()          # what needs no hierarchy does not wait for it
    read.set()
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


def test_a_hierarchy_that_could_not_be_read_once_is_read_again(wujin: Settings, tmp_path: Path) -> None:
    region = open_region(wujin.data, "wujin")
    assert region.roads is not None
    folder = tmp_path / "regions/x/builds/0001/hierarchy"
    net = Network(region.roads, LORRY, hierarchy_of(folder))
    with pytest.raises(BadInput):
        net.ends_ms(np.array([0]), np.array([1]))
    copytree(region.build / "hierarchy", folder)
    assert net.ends_ms(np.array([0]), np.array([0])) == 0


def test_the_great_part_is_the_same_by_two_searches_and_by_all_parts(wujin: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    region = open_region(wujin.data, "wujin")
    assert region.roads is not None
    found = load_hierarchy(region.build / "hierarchy")
    quick = Network(region.roads, LORRY, found)
    asked = list[object]()

    def parts(*args: object, **how: object) -> object:
        asked.append(args)
        return connected_components(*args, **how)
    monkeypatch.setattr(network, "connected_components", parts)
    assert quick.can_leave.any() and quick.can_arrive.any() and not asked
    monkeypatch.setattr(network, "_reached", lambda matrix, first, real=network._reached: real(matrix, first) & bool(asked))
    slow = Network(region.roads, LORRY, found)
    assert (slow.can_leave == quick.can_leave).all() and (slow.can_arrive == quick.can_arrive).all() and asked


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library is not glibc")
def test_a_process_that_answers_once_keeps_what_it_frees() -> None:
    look = """if 1:
        import sys, resource
        from locator.memory import keep_memory
        if sys.argv[1] == "kept":
            keep_memory()
        for _ in range(20):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            b"x" * 64_000_000
        print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)"""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    kept, back = (int(subprocess.run([sys.executable, "-c", look, how], capture_output=True, check=True, env=env).stdout)
                  for how in ("kept", "handed back"))
    assert kept < 50 <= back


def test_making_a_metric_is_tried_again_after_it_failed(wujin: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    region = open_region(wujin.data, "wujin")
    assert region.roads is not None
    customize, tries = Network._customize, list[int]()

    def second_time(net: Network) -> pyroutingkit.CCHMetric:
        tries.append(1)
        return customize(net) if len(tries) > 1 else 1 / 0
    monkeypatch.setattr(Network, "_customize", second_time)
    net = Network(region.roads, LORRY, load_hierarchy(region.build / "hierarchy"))
    while not net.is_ready:
        sleep(0.01)
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
