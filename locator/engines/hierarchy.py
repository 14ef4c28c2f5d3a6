"""The contraction hierarchy of a region: ordered and contracted once, then only opened.

In: a RoadGraph, a folder.    Out: a Hierarchy, its arrays still on disk.
Never knows: vehicles, weights, questions. The order is RoutingKit's (nested dissection by inertial flow); the rest is ours,
because RoutingKit contracts anew whenever it opens one: 7 s and 1.5 GB in a country of 4 million arcs, in every process.
"""
from __future__ import annotations

import tempfile
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import frozen
from geodata.errors import BadInput
from geodata.roads.store import read_array, write_array
from locator.engines.contraction import contract, depths, elimination_tree, lists, places_of, post_order

if TYPE_CHECKING:
    from geodata.roads.graph import RoadGraph

Ints = NDArray[np.int32]
Starts = NDArray[np.int64]
Depths = NDArray[np.uint16]
SHALLOW = 2**16


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Nodes are told by rank: 0 was contracted first; x leads up to up[up_ptr[x]:up_ptr[x + 1]], higher ones, ascending.
    A subtree of the elimination tree is a range of ranks, its root the last."""

    order: Ints             # (n,) the node of every rank
    rank: Ints              # (n,) the rank of every node
    parent: Ints            # (n,) in the elimination tree, -1 at its roots
    depth: Ints             # (n,) ancestors of each
    up_ptr: Starts          # (n + 1,)
    up: Ints                # (u,) the higher ones that a rank leads to
    up_depth: Depths        # (u,) their depths
    down_ptr: Starts        # (n + 1,)
    down: Ints              # (d,) the higher ones that lead to a rank
    down_depth: Depths      # (d,)
    below_ptr: Starts       # (n + 1,)
    below: Ints             # (d,) the lower ones that a rank leads to, ascending
    place: Ints             # (m,) where each arc's weight goes: i of up, ~i of down
    folder: Path | None = None

    @property
    def nodes(self) -> int:
        return len(self.order)


ARRAYS = tuple(f.name for f in fields(Hierarchy) if f.name != "folder")


def build_hierarchy(graph: RoadGraph, folder: Path | None = None) -> Hierarchy:
    """Order and contract the arcs, once a graph; saved into `folder` when given."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    tail, head = graph.turn_from.astype(np.int32), np.asarray(graph.turn_to).astype(np.int32)
    middle = (graph.node_lonlat[graph.arc_tail] + graph.node_lonlat[graph.arc_head]) / 2
    found = contracted(_order(tail, head, middle, folder), tail, head)
    if folder is not None:
        for name in ARRAYS:
            write_array(folder / f"{name}.npy", getattr(found, name))
        found = replace(found, folder=folder)
    return found


def contracted(order: Ints, tail: Ints, head: Ints) -> Hierarchy:
    """The hierarchy of a graph whose nodes are contracted in this order."""
    n, rank = len(order), _inverse(order)
    order = order[post_order(_tree(n, rank[tail], rank[head]))]
    rank = _inverse(order)
    tail, head = rank[tail], rank[head]
    parent, up, down = _tree(n, tail, head), tail < head, tail > head
    depth = depths(parent)
    assert depth.max(initial=0) < SHALLOW, "an order by nested dissection is nowhere near as deep"
    up_ptr, ups, down_ptr, downs = contract(*lists(n, tail[up], head[up]), *lists(n, head[down], tail[down]))
    below_ptr, below = lists(n, downs, np.repeat(np.arange(n, dtype=np.int32), np.diff(down_ptr)))
    up_depth, down_depth = (depth[heads].astype(np.uint16) for heads in (ups, downs))
    place = places_of(tail, head, up_ptr, ups, down_ptr, downs)
    arrays = order, rank, parent, depth, up_ptr, ups, up_depth, down_ptr, downs, down_depth, below_ptr, below, place
    named: dict[str, Any] = {name: frozen(one) for name, one in zip(ARRAYS, arrays, strict=True)}
    return Hierarchy(**named)


def _tree(n: int, tail: Ints, head: Ints) -> Ints:
    differ = tail != head
    return np.asarray(elimination_tree(*lists(n, np.maximum(tail, head)[differ], np.minimum(tail, head)[differ])))


def _inverse(order: Ints) -> Ints:
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank


def load_hierarchy(folder: Path, *, region: str = "") -> Hierarchy:
    """Raises BadInput bad_file when the folder cannot be read."""
    try:
        arrays: dict[str, Any] = {name: frozen(read_array(folder / f"{name}.npy")) for name in ARRAYS}
        found = Hierarchy(**arrays, folder=folder)
        if not _whole(found):
            raise ValueError("the arrays are of different builds")
    except (OSError, ValueError, EOFError) as wrong:
        raise BadInput("bad_file", field="region", value=region or folder.name, reason=str(wrong)) from wrong
    return found


def _whole(h: Hierarchy) -> bool:
    """Do the arrays' lengths fit each other? Compiled code looks past none of them then."""
    lists = (h.up_ptr, h.up), (h.up_ptr, h.up_depth), (h.down_ptr, h.down), (h.down_ptr, h.down_depth), (h.below_ptr, h.below)
    same = all(len(one) == h.nodes for one in (h.rank, h.parent, h.depth))
    return same and all(len(ptr) == h.nodes + 1 and ptr[-1] == len(of) for ptr, of in lists)


def _order(tail: Ints, head: Ints, lonlat: NDArray[np.float64], room: Path | None) -> Ints:
    """RoutingKit's, which hands it out only through a folder, made in `room`. Raises RuntimeError where that is full."""
    import pyroutingkit
    lon, lat = (lonlat[:, axis].astype(np.float32) for axis in (0, 1))   # contiguous: a strided view is misread, silently
    made = pyroutingkit.CCHTopology()
    made.build(tail.astype(np.uint32), head.astype(np.uint32), lat, lon, len(lonlat))
    with tempfile.TemporaryDirectory(prefix="locator-order-", dir=room) as folder:
        made.save(folder)
        return np.fromfile(Path(folder) / "order", np.uint32).astype(np.int32)
