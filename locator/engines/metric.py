"""Weights on a hierarchy: shortest times between its nodes, and the ways themselves.

In: a Hierarchy, the weight of every arc.    Out: times (FAR_MS where there is no way), nodes passed.
Never knows: roads, vehicles, files. Nothing is written while asked: any number of threads may.

Going up, a search meets only ancestors in the elimination tree: a chain of a few hundred, told by their depth. So one way is two
chains; a table is one chain for each of the fewer ends, and one sweep down over the ancestors of all the others.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import frozen
from locator.engines import metric_kernels as kernels
from locator.engines.hierarchy import Hierarchy
from locator.engines.metric_kernels import FAR_MS as FAR_MS

MOST_CHANGED = 1 / 50          # of all arcs: from there on weighing all is as quick
Weights = NDArray[np.int32]
Lists = tuple[NDArray[np.int64], NDArray[np.uint16], Weights]      # where each rank's arcs begin, their heads' depths, times


@dataclass(frozen=True, eq=False)
class Chains:
    """Of some nodes that are asked for over and over: those of node i stand from ptr[i] on, by depth.

    down      the times lead from the ancestors down to the node; else from the node up to them
    rank      the ancestors, the node itself the last;  ms: their times
    """

    down: bool
    ptr: NDArray[np.int64]
    rank: NDArray[np.int32]
    ms: Weights


@dataclass(frozen=True, eq=False)
class Metric:
    """up_ms[i], down_ms[i]: the least time over arc i of the hierarchy's `up`, or its `down`, by ways through lower ranks."""

    hierarchy: Hierarchy
    up_ms: Weights
    down_ms: Weights

    def table_ms(self, sources: NDArray[np.int64], targets: NDArray[np.int64]) -> Weights:
        """(s, t) least times; FAR_MS where there is no way."""
        h = self.hierarchy
        ups, downs = self._lists(False), self._lists(True)
        if len(sources) > len(targets):
            return self._table(h.rank[targets], h.rank[sources], downs, ups).T
        return self._table(h.rank[sources], h.rank[targets], ups, downs)

    def _table(self, few: Weights, many: Weights, there: Lists, back: Lists) -> Weights:
        """(few, many), where `there` and `back` are the lists of the few, and of the many."""
        h, found = self.hierarchy, np.full((len(few), len(many)), FAR_MS)
        if found.size:
            order = np.argsort(many, kind="stable")
            height = max(self._height(few), self._height(many))
            kernels.fill_table(found, few, many[order], order, height, h.parent, h.depth, *there, *back)
        return found

    def chains(self, nodes: NDArray[np.int64], *, down: bool) -> Chains:
        h, ranks = self.hierarchy, self.hierarchy.rank[nodes]
        ptr = np.concatenate([[0], np.cumsum(h.depth[ranks] + np.int64(1))])
        (chain, least), came = np.empty((2, ptr[-1]), np.int32), np.empty(self._height(ranks), np.int32)
        kernels.climb_all(ranks, h.parent, h.depth, *self._lists(down), ptr, chain, least, came)
        return Chains(down, ptr, chain, least)

    def joined_ms(self, nodes: NDArray[np.int64], chains: Chains, rows: NDArray[np.int64]) -> Weights:
        """(nodes, rows) least times from each node to those of `rows` of the chains, or to it where the chains lead up."""
        h, ranks, found = self.hierarchy, self.hierarchy.rank[nodes], np.full((len(nodes), len(rows)), FAR_MS)
        own, own_ms, came = np.empty((3, self._height(ranks)), np.int32)
        kernels.join(found, ranks, h.parent, h.depth, *self._lists(not chains.down), chains.ptr, chains.rank, chains.ms, rows,
                     own, own_ms, came)
        return found

    def _height(self, ranks: Weights) -> int:
        """The nodes on the longest of their chains."""
        return int(self.hierarchy.depth[ranks].max(initial=0)) + 1

    def _lists(self, down: bool) -> Lists:
        h = self.hierarchy
        return (h.down_ptr, h.down_depth, self.down_ms) if down else (h.up_ptr, h.up_depth, self.up_ms)

    def way(self, source: int, target: int) -> NDArray[np.int64]:
        """The nodes of a shortest way, both ends with it; none where there is no way."""
        h = self.hierarchy
        ranks = kernels.find_way(h.rank[source], h.rank[target], h.parent, h.depth, h.up_ptr, h.up, h.up_depth, self.up_ms,
                                 h.down_ptr, h.down, h.down_depth, self.down_ms, h.below_ptr, h.below)
        return np.asarray(h.order[ranks], np.int64)

    def reached(self, node: int) -> NDArray[np.bool_]:
        """(n,) nodes to which a way leads from this one; itself."""
        h = self.hierarchy
        return self._by_node(kernels.reach(h.rank[node], h.parent, h.depth, h.up_ptr, h.up_depth, self.up_ms,
                                           h.down_ptr, h.down, self.down_ms))

    def leading(self, node: int) -> NDArray[np.bool_]:
        """(n,) nodes from which a way leads to this one; itself."""
        h = self.hierarchy
        return self._by_node(kernels.reach(h.rank[node], h.parent, h.depth, h.down_ptr, h.down_depth, self.down_ms,
                                           h.up_ptr, h.up, self.up_ms))

    def _by_node(self, ranks: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.asarray(ranks[self.hierarchy.rank])

    def changed(self, arcs: NDArray[np.int64], out_ptr: NDArray[np.int64], out_to: Weights, weights: NDArray[np.uint32],
                most: int | None = None) -> Metric | None:
        """The metric of weights that differ in these arcs of the graph only; None where more than `most` arcs of the hierarchy
        would have to be looked at: then weighing anew is quicker.

        out_ptr, out_to, weights   the graph: node i leads to out_to[out_ptr[i]:out_ptr[i + 1]]
        """
        h = self.hierarchy
        most = int(MOST_CHANGED * (len(self.up_ms) + len(self.down_ms))) if most is None else most
        if len(arcs) > most:
            return None
        up_ms, down_ms = self.up_ms.copy(), self.down_ms.copy()
        whole = kernels.reweigh(h.place[arcs], most, h.up_ptr, h.up, up_ms, h.down_ptr, h.down, down_ms, h.below_ptr, h.below,
                                h.order, frozen(out_ptr), frozen(out_to), frozen(weights))
        return Metric(h, frozen(up_ms), frozen(down_ms)) if whole else None


def weigh(hierarchy: Hierarchy, weights: NDArray[np.uint32]) -> Metric:
    """The metric of these weights of the graph's arcs. Time: proportional to the triangles, about 2.5 s in a country of 4 M."""
    h = hierarchy
    up_ms, down_ms = kernels.weigh(h.up_ptr, h.up, h.down_ptr, h.down, h.place, frozen(weights))
    return Metric(h, frozen(up_ms), frozen(down_ms))


