"""OpenStreetMap extracts -> the directed, turn-aware RoadGraph, with a count of what was read, dropped and why.

In: .osm.pbf or .osm files, a progress callback.    Out: RoadGraph and a Summary.
Never knows: routes, vehicles beyond hgv and car, regions, languages.
"""
from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray
from pyproj import Geod

from geodata.errors import BadInput
from geodata.roads.access import BOTH, NODE_KEYS
from geodata.roads.conditional_turns import conditional_bans, plain_ones
from geodata.roads.conditions import find_conditions, limit_rows, with_turns
from geodata.roads.copies import with_ways_out
from geodata.roads.delays import DELAY_KEYS, edge_delays, node_delay, slowed
from geodata.roads.enclosed import with_enclosed
from geodata.roads.graph import GATE, LIMITS, RoadGraph, find_turns
from geodata.roads.hairpins import with_hairpins
from geodata.roads.marks import BOOTH
from geodata.roads.restrictions import RESTRICTION_KEYS, Restriction, ban_turns, restriction_of
from geodata.roads.speed_table import STANDARD, SpeedTable
from geodata.roads.states import node_with_states, road_with_states
from geodata.roads.tags import FERRIES, Road
from geodata.roads.turning import with_turning
from geodata.roads.via_ways import ban_over_ways

Progress = Callable[[str, int], None]      # a step's name, things done so far
GEOD = Geod(ellps="WGS84")
LEAST_M = 0.001            # two nodes at one spot still make a length to divide by


def quiet(step: str, done: int) -> None:
    """A Progress that shows nothing."""


@dataclass
class Summary:
    """What one reading of an extract found."""

    ways_read: int = 0
    ways_kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)      # reason -> ways
    nodes: int = 0
    edges: int = 0
    arcs: int = 0
    turns: int = 0
    restrictions_read: int = 0
    restrictions_kept: int = 0
    restrictions_dropped: Counter[str] = field(default_factory=Counter)
    barriers: int = 0
    height_signs: int = 0                                       # ways and nodes that carry one
    mass_signs: int = 0
    road_km: float = 0.0

    def as_dict(self) -> dict[str, object]:
        return {k: dict(v) if isinstance(v, Counter) else v for k, v in vars(self).items()}


@dataclass
class _Ways:
    """The kept ways, flat: way i has refs[ptr[i]:ptr[i + 1]] and the Road kinds[road[i]]; most ways share theirs with many."""

    refs: array[int] = field(default_factory=lambda: array("q"))
    ptr: array[int] = field(default_factory=lambda: array("q", [0]))
    osm: array[int] = field(default_factory=lambda: array("q"))
    road: array[int] = field(default_factory=lambda: array("i"))
    kinds: dict[Road, int] = field(default_factory=dict)
    text: array[int] = field(default_factory=lambda: array("i"))         # 3 a way
    texts: dict[str, int] = field(default_factory=lambda: {"": 0})

    def text_number(self, text: str | None) -> int:
        return self.texts.setdefault((text or "")[:120], len(self.texts))


@dataclass
class _Nodes:
    osm: NDArray[np.int64]           # (m,) rising
    lonlat: NDArray[np.float64]      # (m, 2), nan where the extract lacks the node
    ban: NDArray[np.uint8]           # HGV and CAR bits, those of private gates GATE bits higher
    kind: NDArray[np.int32]          # of _Ways.kinds where it changes with conditions, -1 elsewhere
    limit: NDArray[np.float32]       # (m, 5) in the order of LIMITS
    junction: NDArray[np.int32]
    booth: NDArray[np.bool_]         # (m,) toll is taken here
    delay_s: NDArray[np.float64]     # (m, 4) of node_delay

    @property
    def bars(self) -> NDArray[np.bool_]:
        """(m,) nodes that stop or limit somebody, or do so at times."""
        return np.asarray((self.ban > 0) | (self.kind >= 0) | ~np.isnan(self.limit).all(axis=1))


def read_roads(files: Iterable[Path], *, progress: Progress = quiet, speeds: SpeedTable = STANDARD) -> tuple[RoadGraph, Summary]:
    """Read one or more extracts as one network; what is in several of them counts once, as the first has it.

    speeds  the table of speeds, with the country whose law holds
    Raises BadInput (bad_file, empty_file) when a file cannot be read to its end or holds no road.
    """
    files, summary, ways = list(files), Summary(), _Ways()
    restrictions: dict[int, Restriction] = {}
    seen: set[int] = set()
    for file in files:
        for way in objects(file, osmium.osm.WAY, "highway", "route"):
            _keep_way(way, ways, seen, summary, speeds)
            if summary.ways_read % 10_000 == 0:
                progress("ways", summary.ways_read)
        for relation in objects(file, osmium.osm.RELATION, *RESTRICTION_KEYS):
            if relation.id not in restrictions and (found := restriction_of(relation)) is not None:
                restrictions[relation.id] = found
    graph = _build(ways, _read_nodes(files, ways, progress, speeds), summary, progress) if len(ways.osm) else None
    if graph is None:
        raise BadInput("empty_file", field="files", value=", ".join(f.name for f in files))
    graph = _with_restrictions(with_turning(graph, speeds), list(restrictions.values()), summary)
    summary.turns = len(graph.turn_to)
    return graph, summary


def _with_restrictions(graph: RoadGraph, restrictions: list[Restriction], summary: Summary) -> RoadGraph:
    """What may not be driven after what: turns at a node, then over ways, then through traffic; all counted."""
    at_node, over_ways = ([r for r in restrictions if bool(r.via_ways) == over and not r.why_not] for over in (False, True))
    graph, said = ban_turns(graph, at_node)
    at_times, whys = conditional_bans(graph, [r for r in restrictions if r.why_not == "conditional" and not r.via_ways])
    sometimes = [list(plain_ones(r)) for r in restrictions if r.why_not == "conditional" and r.via_ways]
    graph, also, over_at_times = ban_over_ways(with_enclosed(with_hairpins(graph)), over_ways, sometimes)
    graph = replace(graph, conditions=with_turns(graph.conditions, at_times + over_at_times))
    dropped = Counter([r.why_not for r in restrictions if r.why_not not in ("", "conditional")] + said + also + whys)
    summary.restrictions_read, summary.restrictions_kept = len(restrictions), dropped.pop("", 0)
    summary.restrictions_dropped = dropped
    graph = with_ways_out(graph)
    return graph if not len(graph.conditions) else graph.conditions.now(graph.conditions.nothing()).put_into(graph)


def objects(file: Path, entity: Any, *keys: str) -> Iterator[Any]:
    """The file's objects of one type, those that carry one of `keys` when given; libosmium's complaints become BadInput."""
    try:
        found = osmium.FileProcessor(str(file), entity)
        yield from found.with_filter(osmium.filter.KeyFilter(*keys)) if keys else found
    except (RuntimeError, ValueError) as wrong:
        raise bad_file(file, wrong) from wrong


def bad_file(file: Path, wrong: Exception) -> BadInput:
    return BadInput("bad_file", field="files", value=file.name, reason=str(wrong)[:200])


def _keep_way(way: Any, ways: _Ways, seen: set[int], summary: Summary, speeds: SpeedTable) -> None:
    tags = dict(way.tags)
    if "highway" not in tags and tags.get("route") not in FERRIES:
        return
    summary.ways_read += 1
    road, why = road_with_states(tags, speeds)
    refs = [n.ref for n in way.nodes]
    why = "twice" if way.id in seen else why or ("one_node" if len(set(refs)) < 2 else "")
    seen.add(way.id)
    if road is None or why:
        summary.dropped[why] += 1
        return
    ways.refs.extend(refs)
    ways.ptr.append(len(ways.refs))
    ways.osm.append(way.id)
    ways.road.append(ways.kinds.setdefault(road, len(ways.kinds)))
    for text in (tags.get("name"), tags.get("ref"), tags.get("destination")):
        ways.text.append(ways.text_number(text))


def _read_nodes(files: list[Path], ways: _Ways, progress: Progress, speeds: SpeedTable) -> _Nodes:
    wanted = np.unique(np.frombuffer(ways.refs, np.int64))
    nodes = _Nodes(wanted, np.full((len(wanted), 2), np.nan), np.zeros(len(wanted), np.uint8),
                   np.full(len(wanted), -1, np.int32), np.full((len(wanted), len(LIMITS)), np.nan, np.float32),
                   np.zeros(len(wanted), np.int32), np.zeros(len(wanted), bool), np.zeros((len(wanted), 4)))
    for file in files:
        progress("nodes", 0)
        places = _pbf_places(file, wanted) if file.name.endswith(".pbf") else _text_places(file, wanted)
        for done, (at, place) in enumerate(places):
            if place.valid():
                nodes.lonlat[at] = place.lon, place.lat
            if done % 100_000 == 0:
                progress("nodes", done)
        for node in objects(file, osmium.osm.NODE, *NODE_KEYS, *DELAY_KEYS):
            at = int(np.searchsorted(wanted, node.id))
            if at < len(wanted) and wanted[at] == node.id:
                _note_node(nodes, at, dict(node.tags), ways, speeds)
    return nodes


def _pbf_places(file: Path, wanted: NDArray[np.int64]) -> Iterator[tuple[int, Any]]:
    """(row of wanted, location) by libosmium's own index, which a pass over the whole file fills and sorts."""
    index = osmium.index.create_map("flex_mem")
    handler = osmium.NodeLocationsForWays(index)
    handler.ignore_errors()
    try:
        osmium.apply(str(file), handler)
    except (RuntimeError, ValueError) as wrong:
        raise bad_file(file, wrong) from wrong
    for at in np.flatnonzero(wanted > 0).tolist():
        with suppress(KeyError):
            yield at, index.get(int(wanted[at]))


def _text_places(file: Path, wanted: NDArray[np.int64]) -> Iterator[tuple[int, Any]]:
    """(row of wanted, location) for files that people draw: nodes in any order, new ones with numbers below 0."""
    row = {osm: at for at, osm in enumerate(wanted.tolist())}
    for node in objects(file, osmium.osm.NODE):
        if node.id in row:
            yield row[node.id], node.location


def _note_node(nodes: _Nodes, at: int, tags: dict[str, str], ways: _Ways, speeds: SpeedTable) -> None:
    nodes.delay_s[at] = node_delay(tags, speeds)
    if any(key in tags for key in NODE_KEYS):
        stands, gate = node_with_states(tags)
        nodes.ban[at], nodes.limit[at] = stands.ban[0] | gate << GATE, limit_rows([stands])[0, 0]
        nodes.kind[at] = -1 if stands.states is None else ways.kinds.setdefault(stands, len(ways.kinds))
        nodes.booth[at] = tags.get("barrier") == "toll_booth"
    if tags.get("highway") == "motorway_junction":
        nodes.junction[at] = ways.text_number(" ".join(filter(None, (tags.get("ref"), tags.get("name")))))


def _build(ways: _Ways, nodes: _Nodes, summary: Summary, progress: Progress) -> RoadGraph | None:
    """Cut the ways at their junctions into edges, give each its directions, and find the turns; None when no road is left."""
    progress("graph", 0)
    refs = np.searchsorted(nodes.osm, np.frombuffer(ways.refs, np.int64))
    ptr = np.frombuffer(ways.ptr, np.int64)
    way_of = np.repeat(np.arange(len(ways.osm)), ptr[1:] - ptr[:-1])
    known = ~np.isnan(nodes.lonlat[refs, 0])                 # an extract's rim cuts ways: each part inside stays, apart
    if not known.any():
        return None
    part = np.cumsum(np.concatenate([[0], way_of[1:] != way_of[:-1]]) + ~known)
    refs, way_of, part = refs[known], way_of[known], part[known]
    again = np.concatenate([[False], (refs[1:] == refs[:-1]) & (part[1:] == part[:-1])])
    refs, way_of, part = refs[~again], way_of[~again], part[~again]
    cuts = np.flatnonzero(_junctions(refs, nodes)[refs] | _ends(part))
    same = part[cuts[:-1]] == part[cuts[1:]]
    first, last = cuts[:-1][same], cuts[1:][same]
    edge_way = way_of[first]
    summary.ways_kept = len(np.unique(edge_way))
    if lost := len(ways.osm) - summary.ways_kept:
        summary.dropped["one_node"] += lost
    if not len(first):
        return None
    counts = last - first + 1
    shape_ptr = np.concatenate([[0], np.cumsum(counts)])
    within = np.arange(shape_ptr[-1]) - np.repeat(shape_ptr[:-1], counts)
    shape = nodes.lonlat[refs[np.repeat(first, counts) + within]]
    used = np.unique(np.concatenate([refs[first], refs[last]]))
    ends = np.column_stack([np.searchsorted(used, refs[first]), np.searchsorted(used, refs[last])]).astype(np.int32)
    graph = _with_arcs(ways, nodes, summary, used, ends, edge_way, shape_ptr, shape)
    side = np.array([0, 2]) + graph.arc_backward[:, None]
    delay_s = edge_delays(nodes.delay_s, refs, first, last)[graph.arc_edge[:, None], side]
    return replace(graph, arc_kmh=slowed(graph.arc_kmh, graph.edge_length_m[graph.arc_edge], delay_s))


def _ends(part: NDArray[np.int64]) -> NDArray[np.bool_]:
    change = np.flatnonzero(part[1:] != part[:-1])
    ends = np.zeros(len(part), np.bool_)
    ends[[0, -1]] = ends[change] = ends[change + 1] = True
    return ends


def _junctions(refs: NDArray[np.int64], nodes: _Nodes) -> NDArray[np.bool_]:
    """Nodes where roads meet or end, or that stop or limit somebody."""
    counts = np.bincount(refs, minlength=len(nodes.osm))
    return (counts > 1) | nodes.bars | (nodes.junction > 0) | nodes.booth


def _with_arcs(ways: _Ways, nodes: _Nodes, summary: Summary, used: NDArray[np.int64], ends: NDArray[np.int32],
               edge_way: NDArray[np.int64], shape_ptr: NDArray[np.int64], shape: NDArray[np.float64]) -> RoadGraph:
    kinds, kind = list(ways.kinds), np.frombuffer(ways.road, np.int32)[edge_way]
    ban = np.array([r.ban for r in kinds], np.uint8)[kind]
    local = np.array([r.local for r in kinds], np.uint8)[kind]
    private = np.array([r.private for r in kinds], np.uint8)[kind]
    kmh = np.array([(*r.lorry_kmh, *r.van_kmh) for r in kinds], np.float32)[kind]
    limits = limit_rows(kinds)[kind]
    conditions = find_conditions(kinds, kind, nodes.kind[used])
    mark = np.array([r.marks for r in kinds], np.uint8)[kind] | np.where(nodes.booth[used][ends].any(axis=1), BOOTH, 0)
    length = _lengths_m(shape, shape_ptr)
    kmh = _ferry_speeds(np.array([r.ferry_s for r in kinds])[kind], edge_way, length, kmh)
    forward, backward = np.flatnonzero(ban[:, 0] != BOTH), np.flatnonzero(ban[:, 1] != BOTH)
    edge = np.concatenate([forward, backward]).astype(np.int32)
    is_back = np.repeat([False, True], [len(forward), len(backward)])
    order = np.argsort(edge, kind="stable")
    edge, is_back = edge[order], is_back[order]
    side = is_back.astype(np.intp)
    tail, head = ends[edge, side], ends[edge, 1 - side]
    turns = find_turns(tail, head, edge, node_ban=nodes.ban[used],
                       node_bars=nodes.bars[used],
                       arc_bars=((ban | local)[edge, side] > 0) | ~np.isnan(limits[edge, side]).all(axis=1) | (mark[edge] > 0)
                       | np.isin(edge, conditions.edge))
    one_way = (ban[:, 0] == BOTH) | (ban[:, 1] == BOTH)
    round_about = np.array([r.roundabout for r in kinds])[kind]
    summary.nodes, summary.edges, summary.arcs = len(used), len(edge_way), len(edge)
    summary.barriers, summary.road_km = int((nodes.ban[used] > 0).sum()), float(length.sum() / 1000)
    summary.height_signs, summary.mass_signs = (len(np.unique(edge_way[~np.isnan(limits[..., i]).all(axis=1)])) for i in (0, 1))
    summary.height_signs += int((~np.isnan(nodes.limit[used, 0])).sum())
    summary.mass_signs += int((~np.isnan(nodes.limit[used, 1])).sum())
    return RoadGraph(
        node_lonlat=nodes.lonlat[used], node_osm=nodes.osm[used], node_limit=nodes.limit[used],
        edge_node=ends, edge_way=np.frombuffer(ways.osm, np.int64)[edge_way],
        edge_class=np.array([r.class_number for r in kinds], np.uint8)[kind],
        edge_name=np.frombuffer(ways.text, np.int32).reshape(-1, 3)[edge_way], edge_length_m=length,
        edge_kind=(round_about.astype(np.uint8) | (one_way.astype(np.uint8) << 1) | (private << 2)),
        edge_mark=mark.astype(np.uint8), conditions=conditions,
        shape_ptr=shape_ptr, shape_lonlat=shape, arc_edge=edge, arc_backward=is_back, arc_ban=ban[edge, side],
        arc_local=local[edge, side], arc_copy=np.zeros(len(edge), np.uint8),
        arc_limit=limits[edge, side], arc_kmh=kmh[edge[:, None], np.column_stack([side, side + 2])],
        turn_ptr=turns[0], turn_to=turns[1], turn_ban=turns[2], turn_ms=turns[3],
        texts=tuple(ways.texts), junction_name=nodes.junction[used])


def _lengths_m(shape: NDArray[np.float64], ptr: NDArray[np.int64]) -> NDArray[np.float64]:
    """Geodesic length of every edge."""
    step = np.zeros(len(shape))
    step[1:] = GEOD.inv(shape[:-1, 0], shape[:-1, 1], shape[1:, 0], shape[1:, 1])[2]
    step[ptr[:-1]] = 0.0
    return np.maximum(np.add.reduceat(step, ptr[:-1]), LEAST_M)


def _ferry_speeds(crossing_s: NDArray[np.float64], edge_way: NDArray[np.int64], length_m: NDArray[np.float64],
                  kmh: NDArray[np.float32]) -> NDArray[np.float32]:
    """A signed crossing time (of each edge's way, nan: none) holds for the whole way: its edges share one speed."""
    whole_m = np.bincount(edge_way, weights=length_m)[edge_way]
    speed = np.clip(whole_m / crossing_s * 3.6, 1.0, 60.0)
    return np.where(np.isnan(speed)[:, None], kmh, speed[:, None]).astype(np.float32)
