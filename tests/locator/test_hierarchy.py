"""The hierarchy against scipy's Dijkstra and against RoutingKit; what is kept beside it, and what is broken."""
from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pyroutingkit
import pytest
from numpy.typing import NDArray
from scipy.sparse.csgraph import csgraph_from_dense, dijkstra

from geodata.errors import BadInput
from geodata.regions import open_region
from geodata.roads.graph import CLOSED
from locator.engines import great_part
from locator.engines.hierarchy import Ints, build_hierarchy, contracted, load_hierarchy
from locator.engines.metric import FAR_MS, Metric, weigh
from locator.engines.network import Network
from locator.settings import Settings
from locator.vehicles import Vehicle, vehicle

LORRY = vehicle().profile


def random_graph(seed: int, n: int, m: int) -> tuple[Ints, Ints, NDArray[np.uint32]]:
    """Arcs with loops, twins, closed ones and some that take no time; parts that do not hang together."""
    some = np.random.default_rng(seed)
    tail, near = some.integers(0, n, m), some.integers(-6, 7, m)
    head = np.where(some.random(m) < 0.1, some.integers(0, n, m), np.clip(tail + near, 0, n - 1))
    weight = np.where(some.random(m) < 0.1, 0, some.integers(1, 90_000, m)).astype(np.uint32)
    weight[some.random(m) < 0.15] = CLOSED
    return tail.astype(np.int32), head.astype(np.int32), weight


def least(tail: Ints, head: Ints, weight: NDArray[np.uint32], n: int) -> NDArray[np.int64]:
    """(n, n) by scipy's Dijkstra; zero weights are told from no arc by counting in units of n."""
    graph = np.full((n, n), np.inf)
    np.minimum.at(graph, (tail, head), np.where(weight == CLOSED, np.inf, weight.astype(float) + 1e-6))
    np.fill_diagonal(graph, np.inf)
    far = dijkstra(csgraph_from_dense(graph, null_value=np.inf))
    return np.where(np.isinf(far), int(FAR_MS), np.floor(np.where(np.isinf(far), 0, far)).astype(np.int64))


@pytest.mark.parametrize("seed", range(12))
def test_tables_and_ways_are_those_of_dijkstra(seed: int) -> None:
    n = (40, 7, 120, 1)[seed % 4]
    tail, head, weight = random_graph(seed, n, 4 * n)
    order = np.random.default_rng(seed).permutation(n).astype(np.int32)
    metric, truth = weigh(contracted(order, tail, head), weight), least(tail, head, weight, n)
    every = np.arange(n)
    assert (metric.table_ms(every, every) == truth).all()
    assert (metric.table_ms(every, every[:3]) == truth[:, :3]).all() and (metric.table_ms(every[:3], every) == truth[:3]).all()
    assert (metric.table_ms(every[::-1], np.array([0, 0])) == truth[::-1, [0, 0]]).all()
    rows, down, up = every[::-2], metric.chains(every, down=True), metric.chains(every, down=False)
    assert (metric.joined_ms(every, down, rows) == truth[:, rows]).all()
    assert (metric.joined_ms(every, up, rows) == truth.T[:, rows]).all()
    assert metric.joined_ms(every, down, rows[:0]).shape == (n, 0) and len(metric.chains(every[:0], down=True).ms) == 0
    assert metric.table_ms(every[:0], every).shape == (0, n) and metric.table_ms(every, every[:0]).shape == (n, 0)
    arc = dict.fromkeys(zip(tail.tolist(), head.tolist(), strict=True), np.inf)
    for t, h, w in zip(tail.tolist(), head.tolist(), weight.tolist(), strict=True):
        arc[t, h] = min(arc[t, h], np.inf if w == CLOSED else w)
    for source in range(0, n, 3):
        for target in range(n):
            way = metric.way(source, target).tolist()
            if truth[source, target] == FAR_MS:
                assert not way
            else:
                assert (way[0], way[-1]) == (source, target)
                assert sum(arc[step] for step in pairwise(way)) == truth[source, target]


@pytest.mark.parametrize("seed", range(8))
def test_a_few_changed_weights_lead_to_the_same_as_weighing_anew(seed: int) -> None:
    n, some = 90, np.random.default_rng(100 + seed)
    tail, head, weight = random_graph(seed, n, 3 * n)
    by_tail = np.argsort(tail, kind="stable")
    tail, head, weight = tail[by_tail], head[by_tail], weight[by_tail]
    hierarchy = contracted(some.permutation(n).astype(np.int32), tail, head)
    metric = weigh(hierarchy, weight)
    ptr = np.searchsorted(tail, np.arange(n + 1))
    for count in (1, 2, 5, 40):                                    # closed, opened, longer, shorter, again and again
        before, weight = weight, weight.copy()
        weight[some.integers(0, len(weight), count)] = some.choice([0, 5, 700, 60_000, CLOSED], count)
        differ, anew = np.flatnonzero(weight != before), weigh(hierarchy, weight)
        found = metric.changed(differ, ptr, head, weight, most=10**6)
        assert found is not None and (found.up_ms == anew.up_ms).all() and (found.down_ms == anew.down_ms).all()
        assert not len(differ) or metric.changed(differ, ptr, head, weight, most=0) is None
        metric = found


def test_nodes_reached_are_those_a_search_reaches() -> None:
    n = 60
    for seed in range(6):
        tail, head, weight = random_graph(seed, n, 2 * n)
        metric = weigh(contracted(np.random.default_rng(seed).permutation(n).astype(np.int32), tail, head), weight)
        truth = least(tail, head, weight, n) != FAR_MS
        for node in range(n):
            assert (metric.reached(node) == truth[node]).all() and (metric.leading(node) == truth[:, node]).all()


@pytest.mark.parametrize("one", [vehicle(), vehicle(height_m=3.0, mass_t=7.5), vehicle("van")], ids=["lorry", "light", "van"])
def test_it_answers_as_routingkit_does_on_real_roads(wujin: Settings, one: Vehicle) -> None:
    graph = open_region(wujin.data, "wujin").roads
    assert graph is not None
    net = Network(graph, one.profile, build_hierarchy(graph))
    middle = ((graph.node_lonlat[graph.arc_tail] + graph.node_lonlat[graph.arc_head]) / 2).astype(np.float32)
    lon, lat = middle[:, 0].copy(), middle[:, 1].copy()
    topology = pyroutingkit.CCHTopology()
    topology.build(graph.turn_from.astype(np.uint32), np.asarray(graph.turn_to).astype(np.uint32), lat, lon, graph.arcs)
    peer = pyroutingkit.CCHMetric(topology)
    peer.customize(net.turn_weights())
    some = np.random.default_rng(1).integers(0, graph.arcs, 400)
    theirs = peer.distances_many_to_many(some.astype(np.uint32), some[:90].astype(np.uint32))
    assert (net.metric.table_ms(some, some[:90]) == theirs).all()
    for source, target in some.reshape(-1, 2).tolist():
        ms, way, _ = peer.query(source, target)
        mine = net.metric.way(source, target)
        assert len(mine) > 0 if ms < CLOSED else not len(mine) and not len(way)
        if len(mine):
            first, onward = mine[:-1], mine[1:]
            assert int(net.turns_ms(first, onward).sum() + net.arc_ms[onward].astype(np.int64).sum()) == ms


def test_any_number_of_threads_may_ask_at_once(wujin: Settings) -> None:
    graph = open_region(wujin.data, "wujin").roads
    assert graph is not None
    net = Network(graph, LORRY, build_hierarchy(graph))
    asked = np.random.default_rng(2).integers(0, graph.arcs, (40, 2, 30))
    alone = [net.metric.table_ms(*pair) for pair in asked]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda pair: net.metric.table_ms(*pair), asked))
    assert all((a == b).all() for a, b in zip(alone, together, strict=True))


def test_what_was_weighed_at_the_build_is_read_and_answers_the_same(wujin: Settings, tmp_path: Path) -> None:
    region = open_region(wujin.data, "wujin")
    assert region.roads is not None
    kept = Network(region.roads, LORRY, load_hierarchy(region.build / "hierarchy"))
    anew = Network(region.roads, LORRY, build_hierarchy(region.roads))
    assert kept._weighed is not None and anew._weighed is None
    assert all((getattr(kept.metric, one) == getattr(anew.metric, one)).all() for one in ("up_ms", "down_ms"))
    assert (kept.can_leave == anew.can_leave).all() and (kept.can_arrive == anew.can_arrive).all()
    other = Network(region.roads, vehicle("van").profile, load_hierarchy(region.build / "hierarchy"))
    assert other._weighed is None                                                # told by the weights, not by a name


@pytest.mark.parametrize("name", ["up_ms", "can_arrive"])
def test_what_was_not_kept_whole_is_weighed_anew(wujin: Settings, tmp_path: Path, name: str) -> None:
    region = open_region(wujin.data, "wujin")
    assert region.roads is not None
    copytree(region.build / "hierarchy", tmp_path / "hierarchy")
    (file,) = (tmp_path / "hierarchy/weighed").glob(f"*/{name}.npy")
    file.write_bytes(file.read_bytes()[:-8])
    net = Network(region.roads, LORRY, load_hierarchy(tmp_path / "hierarchy"))
    assert net._weighed is None and net.ends_ms(np.array([0]), np.array([0])) == 0


@pytest.mark.parametrize("broken", ["no array", "of another build"])
def test_a_broken_hierarchy_is_told_when_the_region_is_opened(wujin: Settings, tmp_path: Path, broken: str) -> None:
    region = open_region(wujin.data, "wujin")
    copytree(region.build / "hierarchy", tmp_path / "hierarchy")
    if broken == "no array":
        (tmp_path / "hierarchy/up.npy").write_bytes(b"\x93NUMPY")
    else:
        np.save(tmp_path / "hierarchy/up.npy", np.load(tmp_path / "hierarchy/up.npy")[:-1])
    with pytest.raises(BadInput) as why:
        load_hierarchy(tmp_path / "hierarchy", region="wujin")
    assert (why.value.code, why.value.field, why.value.value) == ("bad_file", "region", "wujin")


def test_the_great_part_is_the_same_by_two_searches_and_by_all_parts(wujin: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    region = open_region(wujin.data, "wujin")
    assert region.roads is not None
    found = build_hierarchy(region.roads)
    quick = Network(region.roads, LORRY, found)
    asked = list[object]()

    def parts(*given: Any, real: Any = great_part.strong_parts) -> Any:
        asked.append(given)
        return real(*given)
    monkeypatch.setattr(great_part, "strong_parts", parts)
    assert quick.can_leave.any() and quick.can_arrive.any() and not asked
    slow = Network(region.roads, LORRY, found)
    monkeypatch.setattr(Metric, "reached", lambda metric, node, real=Metric.reached: real(metric, node) & bool(asked))
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
    weigh_it, tries = Network._weigh, list[int]()

    def second_time(net: Network) -> Metric:
        tries.append(1)
        return weigh_it(net) if len(tries) > 1 else 1 / 0
    monkeypatch.setattr(Network, "_weigh", second_time)
    net = Network(region.roads, LORRY, build_hierarchy(region.roads))
    with pytest.raises(ZeroDivisionError):
        net.ends_ms(np.array([0]), np.array([1]))
    assert net.metric.hierarchy.nodes == region.roads.arcs and len(tries) == 2
