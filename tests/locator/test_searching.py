"""The search from many sources: equal to scipy's, and its two nearest to one search a source."""
from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from locator.engines.searching import FAR, SHUT, Adjacency, Seeds, search_nearest
from locator.engines.searching_near import NearSearch


def random_graph(rng: np.random.Generator, n: int) -> Adjacency:
    degree = rng.integers(0, 5, n)
    weight = rng.choice([1, 2, 255, 256, 257, 4_000, 90_000, 3_000_000], degree.sum()) + rng.integers(0, 3, degree.sum())
    weight[rng.random(len(weight)) < 0.1] = SHUT
    return Adjacency(np.concatenate([[0], np.cumsum(degree)]), rng.integers(0, n, degree.sum()).astype(np.int32),
                     weight.astype(np.int32))


def every(graph: Adjacency, seeds: Seeds) -> dict[int, np.ndarray]:
    """label -> times of all nodes, by scipy, one search a label."""
    n, found = len(graph.ptr) - 1, {}
    for label in np.unique(seeds.label).tolist():
        mine = np.flatnonzero(seeds.label == label)
        open_ = graph.weight != SHUT
        tail = np.concatenate([np.repeat(np.arange(n), np.diff(graph.ptr))[open_], np.full(len(mine), n)])
        head = np.concatenate([graph.head[open_], seeds.node[mine]])
        weight = np.concatenate([graph.weight[open_], seeds.ms[mine] + 1]).astype(float)
        order = np.lexsort((weight, head, tail))                    # of parallel ways the quickest: csr adds them
        tail, head, weight = tail[order], head[order], weight[order]
        first = np.concatenate([[True], (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])])
        matrix = csr_matrix((weight[first], (tail[first], head[first])), (n + 1, n + 1))
        found[label] = dijkstra(matrix, indices=n)[:n] - 1
    return found


@pytest.mark.parametrize("seed", range(25))
def test_the_nearest_and_the_second_nearest_are_those_of_one_search_each(seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = random_graph(rng, 60)
    count = int(rng.integers(1, 9))
    seeds = Seeds(rng.integers(0, 60, count), rng.choice([0, 3, 300, 5_000_000], count), rng.integers(0, 5, count))
    times = np.array(list(every(graph, seeds).values()))
    ranked = np.sort(np.vstack([times, np.full((1, 60), np.inf)]), axis=0)
    for most in (1, 2):
        found = search_nearest(graph, seeds, most=most)
        ours = np.where(found.ms == FAR, np.inf, found.ms)
        assert (ours == ranked[:most].T).all()
        assert ((found.label >= 0) == np.isfinite(ours)).all()
    labels = found.label
    assert (labels[:, 0] != labels[:, 1])[labels[:, 1] >= 0].all()
    known = list(every(graph, seeds))
    for j in (0, 1):
        at = np.flatnonzero(labels[:, j] >= 0)
        assert (times[[known.index(label) for label in labels[at, j].tolist()], at] == ours[at, j]).all()


@pytest.mark.parametrize("seed", range(25))
def test_searches_to_a_limit_one_after_another_leave_nothing_behind(seed: int) -> None:
    """Each reaches what a search of its own does, within the limit, and nothing else."""
    rng = np.random.default_rng(1_000 + seed)
    graph = random_graph(rng, 60)
    search = NearSearch(graph)
    for _ in range(8):
        count = int(rng.integers(0, 6))
        seeds = Seeds(rng.integers(0, 60, count), rng.choice([0, 3, 300, 5_000_000], count), np.zeros(count, np.int64))
        limit = int(rng.choice([0, 256, 5_000, 100_000, 9_000_000]))
        nodes, ms = search.within(seeds, limit)
        alone = search_nearest(graph, seeds, limit_ms=limit).ms[:, 0]
        assert sorted(nodes.tolist()) == np.flatnonzero(alone != FAR).tolist() and (alone[nodes] == ms).all()


def test_a_limit_leaves_out_what_is_farther_and_nothing_else() -> None:
    graph = random_graph(np.random.default_rng(3), 60)
    seeds = Seeds(np.array([0, 7]), np.array([0, 10]), np.array([4, 2]))
    whole, near = search_nearest(graph, seeds).ms[:, 0], search_nearest(graph, seeds, limit_ms=4_300).ms[:, 0]
    assert (near == np.where(whole <= 4_300, whole, FAR)).all() and 0 < (near < FAR).sum() < (whole < FAR).sum()


def test_without_sources_all_is_far() -> None:
    nothing = np.zeros(0, np.int64)
    found = search_nearest(random_graph(np.random.default_rng(1), 5), Seeds(nothing, nothing, nothing), most=2)
    assert (found.ms == FAR).all() and (found.label == -1).all()
