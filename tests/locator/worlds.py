"""Random small worlds and random ways to drive through them, from a seed.

In: a seed.    Out: OpenStreetMap XML of a crooked grid, places, routes by points and lines of the driver's own.
Never knows: what is right about them; the oracle says that.
"""
from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from locator.engines.embedded import EmbeddedEngine
from locator.engines.protocol import Route
from locator.vehicles import Vehicle

CLASSES = ("residential", "unclassified", "tertiary", "service", "primary", "trunk")
BUSINESS = ("access", "access", "hgv", "motor_vehicle:forward", "hgv:backward")
CELL_DEG = 0.004


def random_osm(rng: np.random.Generator, side: int = 6, business: float = 0.0) -> str:
    """A grid without some of its streets, so with dead ends; one-ways, restrictions, low bridges, a gate or two.

    business  share of roads that are for those with business there, all of them or lorries, in both directions or one
    """
    at = {(x, y): 1 + x * side + y for x in range(side) for y in range(side)}
    parts = ["<osm version='0.6'>"]
    for (x, y), number in at.items():
        lon, lat = 8.0 + CELL_DEG * (x + rng.uniform(-0.3, 0.3)), 47.0 + CELL_DEG * (y + rng.uniform(-0.3, 0.3))
        gate = "<tag k='barrier' v='gate'/><tag k='access' v='private'/>" if rng.random() < 0.02 else ""
        parts.append(f"<node id='{number}' version='1' lon='{lon:.7f}' lat='{lat:.7f}'>{gate}</node>")
    ways = [(at[x, y], at[x + dx, y + dy]) for x, y in at for dx, dy in ((1, 0), (0, 1)) if (x + dx, y + dy) in at]
    ways = [way for way in ways if rng.random() < 0.8]
    for i, (a, b) in enumerate(ways, start=1):
        tags = {"highway": str(rng.choice(CLASSES)), "oneway": str(rng.choice(["no", "no", "no", "yes", "-1"]))}
        tags |= {"maxheight": "3.5"} if rng.random() < 0.03 else {}
        tags |= {str(rng.choice(BUSINESS)): "destination"} if rng.random() < business else {}
        said = "".join(f"<tag k='{key}' v='{value}'/>" for key, value in tags.items())
        parts.append(f"<way id='{i}' version='1'><nd ref='{a}'/><nd ref='{b}'/>{said}</way>")
    parts += [_rule(rng, i, ways) for i in range(1, 2 * side)]
    return "".join([*parts, "</osm>"])


def _rule(rng: np.random.Generator, number: int, ways: list[tuple[int, int]]) -> str:
    """A restriction between two ways that meet; nothing when the drawn pair does not."""
    start = int(rng.integers(len(ways)))
    via = ways[start][int(rng.integers(2))]
    others = [j for j, way in enumerate(ways) if j != start and via in way]
    if not others:
        return ""
    what, end = rng.choice(["no_left_turn", "no_straight_on", "only_right_turn"]), int(rng.choice(others))
    return (f"<relation id='{number}' version='1'><member type='way' ref='{start + 1}' role='from'/>"
            f"<member type='node' ref='{via}' role='via'/><member type='way' ref='{end + 1}' role='to'/>"
            f"<tag k='type' v='restriction'/><tag k='restriction' v='{what}'/></relation>")


def random_places(rng: np.random.Generator, engine: EmbeddedEngine, count: int) -> dict[str, shapely.Geometry]:
    """Points beside roads, and areas round a junction: these often hold several lots."""
    graph, places = engine.graph, dict[str, shapely.Geometry]()
    for i in range(count):
        edge = int(rng.integers(len(graph.edge_way)))
        a, b = graph.shape(edge)[0], graph.shape(edge)[-1]
        lon, lat = a + rng.random() * (b - a)
        area = rng.random() < 0.4
        places[f"p{i}"] = (shapely.Point(*a).buffer(rng.uniform(0.3, 0.9) * CELL_DEG) if area
                           else shapely.Point(lon + rng.normal(0, 2e-4), lat + rng.normal(0, 2e-4)))
    return places


def random_points(rng: np.random.Generator, engine: EmbeddedEngine, count: int) -> NDArray[np.float64]:
    nodes = engine.graph.node_lonlat
    return np.asarray(nodes[rng.integers(len(nodes), size=count)] + rng.normal(0, 3e-4, (count, 2)))


def random_line(rng: np.random.Generator, engine: EmbeddedEngine, vehicle: Vehicle, length: int) -> Route | None:
    """The driver's own line: a walk that may pass one road twice, turn round at dead ends and be anything but fast."""
    net, graph = engine.network(vehicle), engine.graph
    turns = net.turn_weights() < 2**31 - 1
    arc = int(rng.choice(np.flatnonzero(net.can_leave & net.can_arrive)))
    arcs = [arc]
    for _ in range(length):
        span = slice(int(graph.turn_ptr[arc]), int(graph.turn_ptr[arc + 1]))
        onward = np.asarray(graph.turn_to[span])[turns[span]]
        if not len(onward):
            break
        arc = int(rng.choice(onward))
        arcs.append(arc)
    whole = np.asarray(graph.edge_length_m)[graph.arc_edge[arcs]]
    if len(arcs) < 3:
        return None
    steps = net.driven(np.array(arcs, np.int64), rng.random() * whole[0], rng.random() * whole[-1])
    return engine.compose([steps], (), vehicle, own_line=True)
