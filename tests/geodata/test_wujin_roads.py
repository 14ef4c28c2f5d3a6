"""Roads of the embedded default: right-hand traffic, every movement, service areas on both carriageways."""
from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from geodata.roads.graph import CLOSED, Profile, RoadGraph
from geodata.roads.osm import read_roads
from geodata.roads.places import read_places
from geodata.samples.wujin import Sample, read_facts, write_sample
from tests.geodata.drawn import Array, Drawn, Way, cross, plane, read_drawn, read_layer

Layers = dict[str, gpd.GeoDataFrame]
GEOD = Geod(ellps="WGS84")
EXPRESSWAYS = {"G42": "沪蓉高速", "G4221": "沪武高速", "S39": "江宜高速", "S48": "沪宜高速",
               "S58": "沪常高速"}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return write_sample(tmp_path_factory.mktemp("wujin"))


@pytest.fixture(scope="module")
def drawn(sample: Sample) -> Drawn:
    return read_drawn(sample.osm)


@pytest.fixture(scope="module")
def layers(sample: Sample) -> Layers:
    return {name: read_layer(file) for name, (_, file) in sample.layers.items()}


def test_every_road_can_be_reached_from_every_other(drawn: Drawn) -> None:
    arcs = np.array([arc for way in drawn.roads() for arc in way.arcs])
    nodes, ends = np.unique(arcs, return_inverse=True)
    net = coo_array((np.ones(len(arcs)), ends.reshape(-1, 2).T), shape=(len(nodes), len(nodes)))
    assert connected_components(net, connection="strong")[0] == 1


def test_also_where_nobody_may_turn_on_the_open_road(sample: Sample) -> None:
    graph, summary = read_roads([sample.osm])
    turns = (graph.turn_from, graph.turn_to)
    net = coo_array((np.ones(len(graph.turn_to)), turns), shape=(graph.arcs, graph.arcs))
    assert connected_components(net, connection="strong")[0] == 1
    assert summary.dropped == {"not_a_road": 6}           # the outlines of the service areas


@pytest.mark.parametrize("ref", EXPRESSWAYS)
def test_an_expressway_is_two_one_way_roads_and_traffic_keeps_right(ref: str, drawn: Drawn) -> None:
    along, against = (w for w in drawn.roads("motorway") if w.tags["ref"] == ref)
    for way, other in ((along, against), (against, along)):
        assert way.tags["oneway"] == "yes"
        assert way.tags["name"] == EXPRESSWAYS[ref]
        line = plane(drawn.line(way))
        middle = len(line) // 2
        opposite = shapely.LineString(plane(drawn.line(other)))
        nearest = opposite.interpolate(opposite.project(shapely.Point(line[middle])))
        across = np.array(nearest.coords[0]) - line[middle]
        assert cross(line[middle + 1] - line[middle - 1], across) > 0       # the other one is on the left
        assert 20 < np.hypot(*across) < 40


def test_curves_are_smooth(drawn: Drawn) -> None:
    for way in drawn.roads("motorway", "trunk", "primary", "secondary", "tertiary"):
        line = plane(drawn.line(way))
        steps = np.diff(line, axis=0)
        assert np.hypot(*steps.T).max() <= 500
        bends = np.degrees(np.abs(np.diff(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0])))))
        assert bends.max() < 75, way.tags["name"]


def test_an_expressway_crosses_other_roads_on_another_level(drawn: Drawn) -> None:
    ends = {node for way in drawn.roads("motorway", "trunk") for node in (way.nodes[0], way.nodes[-1])}
    ways = drawn.roads("motorway", "trunk")
    others = drawn.roads("primary", "secondary", "tertiary")
    crossed = 0
    for way in ways:
        line = shapely.LineString(drawn.line(way))
        for other in (w for w in (*ways, *others) if w is not way):
            crossed += line.crosses(shapely.LineString(drawn.line(other)))
            assert not set(way.nodes) & set(other.nodes) - ends, (way.tags["name"], other.tags["name"])
    assert crossed > 40


def test_roads_that_cross_share_a_node(drawn: Drawn) -> None:
    streets = drawn.roads("primary", "secondary", "tertiary")
    for i, one in enumerate(streets):
        for other in streets[i + 1:]:
            met = shapely.LineString(drawn.line(one)).intersection(shapely.LineString(drawn.line(other)))
            shared = [drawn.lonlat[n] for n in set(one.nodes) & set(other.nodes)]
            for part in shapely.get_parts(met):
                if not part.is_empty:
                    at = part.coords[0]
                    near_m = min((GEOD.inv(*at, *s)[2] for s in shared), default=np.inf)
                    assert near_m < 60, (one.tags, other.tags)


@pytest.mark.parametrize(("name", "ref", "toward", "lies"), [
    ("滆湖服务区(武汉方向)", "G4221", "武汉方向", (0, 1)),
    ("滆湖服务区(上海方向)", "G4221", "上海方向", (0, -1)),
    ("芳茂山服务区(上海方向)", "G42", "上海方向", (-1, -1)),
    ("芳茂山服务区(成都方向)", "G42", "成都方向", (1, 1)),
    ("雪堰服务区", "S58", "上海方向", (-1, -1)),
    ("雪堰服务区", "S58", "常州方向", (1, 1)),
])
def test_a_service_area_lies_on_the_right_of_its_own_carriageway(
        name: str, ref: str, toward: str, lies: tuple[int, int], drawn: Drawn, layers: Layers) -> None:
    areas = layers["service_area"]
    area, = areas[(areas["name"] == name) & (areas["direction"] == toward)].itertuples()
    assert area.road_ref == ref
    carriageway = drawn.carriageway(ref, toward)
    line, lot = plane(drawn.line(carriageway)), plane(np.array(area.geometry.centroid.coords[0]))
    at = int(np.argmin(np.hypot(*(line - lot).T)))
    assert cross(line[at + 1] - line[at - 1], lot - line[at]) < 0            # on the right of travel
    towards = lot - line[at]
    assert all(side == 0 or np.sign(towards[axis]) == side for axis, side in enumerate(lies))
    inside = {n for n, lonlat in drawn.lonlat.items() if area.geometry.contains(shapely.Point(lonlat))}
    assert reaches(drawn, carriageway, inside, way_in=True)
    assert reaches(drawn, carriageway, inside, way_in=False)


def reaches(drawn: Drawn, carriageway: Way, inside: set[int], *, way_in: bool) -> bool:
    """Whether one link leads from this carriageway into the lot (or from the lot back)."""
    links = [w for w in drawn.roads("motorway_link") if w.nodes[-1 if way_in else 0] in inside]
    return bool(links) and all(w.nodes[0 if way_in else -1] in carriageway.nodes for w in links)


def test_a_service_area_is_where_the_facts_put_it_and_appears_once(sample: Sample, layers: Layers) -> None:
    """The layer has the ids, outlines and accuracies that the import finds in the extract."""
    ours = layers["service_area"].set_index("id").sort_index()
    found = read_places([sample.osm])[0]
    assert set(found) == {"service_area"}
    read = found["service_area"].set_index("id").sort_index()
    assert list(read.index) == list(ours.index)
    for column in ("name", "name_en", "position_accuracy", "source", "road_ref", "direction"):
        assert read[column].tolist() == ours[column].tolist()
    assert read.geometry.normalize().geom_equals(ours.geometry.normalize()).all()
    facts = read_facts()
    for row in ours.itertuples():
        fact, middle = facts[row.name], row.geometry.centroid
        assert GEOD.inv(middle.x, middle.y, float(fact["lon"]), float(fact["lat"]))[2] < 130


@pytest.mark.parametrize("name", ["横林枢纽", "武进高新区枢纽", "前黄枢纽", "横山互通", "常州南互通",
                                  "运村收费站", "漕桥互通", "戚墅堰收费站", "武高新西收费站",
                                  "武进经发区收费站"])
def test_an_interchange_leads_from_every_carriageway_to_every_way_on(name: str, drawn: Drawn) -> None:
    links = [w for w in drawn.roads("motorway_link") if w.tags["name"] == name]
    main = drawn.roads("motorway")
    off, on = {w.nodes[0] for w in links}, {w.nodes[-1] for w in links}
    left = [m for m in main if off & set(m.nodes)]
    joined = [m for m in main if on & set(m.nodes)]
    if name.endswith("枢纽"):
        pairs = {(m.osm, k.osm) for w in links for m in main for k in main
                 if w.nodes[0] in m.nodes and w.nodes[-1] in k.nodes}
        wanted = {(m.osm, k.osm) for m in left for k in joined if m.tags["ref"] != k.tags["ref"]}
        assert pairs == wanted
        assert len(pairs) == (4 if name == "前黄枢纽" else 8)
    else:
        assert len(left) == len(joined) == 2
        streets = drawn.roads("secondary", "tertiary")
        corners = {w.nodes[-1] for w in links} & {w.nodes[0] for w in links}
        assert len(corners) == 2
        assert all(sum(c in s.nodes for s in streets) == 1 for c in corners)


@pytest.mark.parametrize("name", ("service_centre", "service_station", "drivers_home", "partner"))
def test_every_point_stands_by_a_road_for_lorries(name: str, drawn: Drawn, layers: Layers) -> None:
    roads = shapely.union_all([shapely.LineString(plane(drawn.line(w)))
                               for w in drawn.roads("primary", "secondary", "tertiary")])
    away = shapely.distance(roads, shapely.points(plane(layers[name].get_coordinates().to_numpy())))
    assert (away < 150).all()


def test_from_hutang_to_hengshanqiao_only_the_area_on_ones_own_side_is_near(sample: Sample, layers: Layers) -> None:
    """The first thing shown: G42 past 芳茂山, where the right lot costs minutes and the other one a way round."""
    graph, _ = read_roads([sample.osm])
    names = read_places([sample.osm])[1].set_index("name")
    hutang, hengshanqiao = (arcs_at(graph, names.loc[n, "geometry"]) for n in ("湖塘镇", "横山桥镇"))
    areas = layers["service_area"].set_index("name")
    shanghai, chengdu = (lanes_in(graph, areas.loc[f"芳茂山服务区({way})", "geometry"]) for way in ("上海方向", "成都方向"))
    for start, end, own, other in ((hutang, hengshanqiao, shanghai, chengdu), (hengshanqiao, hutang, chengdu, shanghai)):
        direct = seconds(graph, start, end)
        assert 15 * 60 < direct < 40 * 60
        assert 60 < seconds(graph, start, own) + seconds(graph, own, end) - direct < 5 * 60
        assert seconds(graph, start, other) + seconds(graph, other, end) - direct > 7 * 60


def arcs_at(graph: RoadGraph, place: shapely.Point) -> Array:
    """The arcs that end nearest to a place."""
    away = np.hypot(*(plane(graph.node_lonlat) - plane(np.array(place.coords[0]))).T)
    return np.flatnonzero(graph.arc_head == np.argmin(away))


def lanes_in(graph: RoadGraph, area: shapely.Polygon) -> Array:
    """One lane of a lot, in its direction: the arc whose shape lies in the outline."""
    inside = [area.contains(shapely.LineString(graph.shape(int(edge)))) for edge in graph.arc_edge]
    return np.flatnonzero(inside)[:1]


def seconds(graph: RoadGraph, start: Array, end: Array) -> float:
    """Fastest way for a laden lorry from the end of one of `start` to the end of one of `end`, by scipy."""
    lorry = Profile("hgv", 4.0, 40.0, 2.55, 16.5, 10.0)
    cost = graph.turn_cost_ms(lorry, graph.arc_ms(lorry))
    may = cost < CLOSED
    net = coo_array((cost[may], (graph.turn_from[may], graph.turn_to[may])), shape=(graph.arcs, graph.arcs)).tocsr()
    return float(dijkstra(net, indices=start, min_only=True)[end].min()) / 1000
