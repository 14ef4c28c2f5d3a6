"""The points of a route on the roads: the nearest the vehicle may drive, if there is a way between them.

In: a Snapper, a Network, points.    Out: spots and the ways between them; or NotReachable, with what keeps the vehicle out.
Never knows: places, layers, languages. First each point takes its nearest open road, be it of a net of its own; where these
do not hang together, the nearest road of the great part of the net, if it is hardly farther. Nobody is moved to another town.
"""
from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import hypot

import numpy as np
from numpy.typing import NDArray

from geodata.errors import NotReachable
from geodata.geodesy import distance_m
from geodata.roads.snap import EdgePoint, Snapper, metres_per_degree
from geodata.roads.tags import CLASS_NAMES
from locator.engines.bars import Bar, closed_by, find_bar
from locator.engines.network import Network, Spot
from locator.engines.steps import Steps

Floats = NDArray[np.float64]
REACH_M = 2_000.0          # a given point takes the nearest road within this,
LEAST_REACH_M = 100.0      # but is not moved farther than he wants to drive, unless this near
FARTHER_M = 500.0          # than the nearest road of all may lie one that is open, or of the great part of the net,
FARTHER_SHARE = 0.2        # for the latter no more than this share of the way he asks for: else he is moved past where he goes
LAND = np.array([name != "ferry" for name in CLASS_NAMES])       # nobody sets off from the open water
SAME_SPOT_M = 0.5          # roads that meet where he stands: he may start on any of them


def snap_route(snapper: Snapper, net: Network, points: Floats, names: list[str]) -> tuple[list[Spot], list[Steps]]:
    """The points (k, 2) as spots, and the fastest way between each two. Raises NotReachable."""
    reach_m = _reaches(points)
    last, everywhere = len(points) - 1, net.usable_edges(False, False)
    near = [nearest_spot(snapper, net, p, everywhere, reach, name) for p, reach, name in zip(points, reach_m, names, strict=True)]
    legs = _ways(net, near)
    if None in legs:
        far = [_great(snapper, net, p, spot, FARTHER_SHARE * leg, name, net.usable_edges(i < last, i > 0))
               for i, (p, spot, leg, name) in enumerate(zip(points, near, _longer_legs(points), names, strict=True))]
        if far != near:
            near, legs = far, _ways(net, far)
    ways = [leg for leg in legs if leg is not None]
    if len(ways) < len(legs):
        raise _no_way(net, near, legs.index(None), names)
    return near, ways


def nearest_spot(snapper: Snapper, net: Network, point: Floats, usable: NDArray[np.bool_], reach_m: float, name: str) -> Spot:
    """The nearest of the `usable` roads, if it is hardly farther than the nearest of all. Raises NotReachable, saying why that
    one is closed to this vehicle."""
    lon, lat = point.tolist()
    found = snapper.nearest(lon, lat, usable, reach_m=reach_m, most=4, classes=LAND)
    if found and found[0].off_m <= FARTHER_M:
        return spot_of(net, found, name)
    every = snapper.nearest(lon, lat, np.ones(len(usable), bool), reach_m=reach_m, classes=LAND)
    reach_m = min(reach_m, every[0].off_m + FARTHER_M) if every else reach_m
    if found and found[0].off_m <= reach_m:
        return spot_of(net, found, name)
    raise NotReachable("no_road_within_reach", field=name, value=f"{lon:.6f},{lat:.6f}", reach_m=round(reach_m),
                       **_said(closed_by(net, every[0].edge) if every else None))


def spot_of(net: Network, found: list[EdgePoint], name: str) -> Spot:
    """The first; at an end of a route that is a junction, every road that meets there. (At a via he keeps to its turns.)"""
    best, length_m = found[0], net.graph.edge_length_m
    meeting = [p for p in found[1:] if name != "via" and _meet(best, p, float(length_m[best.edge]), float(length_m[p.edge]))]
    spots = [net.spot(p.edge, p.share, p.lon, p.lat, p.off_m) for p in [best, *meeting]]
    return replace(spots[0], arcs=tuple(arc for spot in spots for arc in spot.arcs),
                   into_ms=tuple(ms for spot in spots for ms in spot.into_ms))


def _meet(a: EdgePoint, b: EdgePoint, a_length_m: float, b_length_m: float) -> bool:
    """Do two roads end where both are nearest?"""
    to_end_m = max(min(a.share, 1 - a.share) * a_length_m, min(b.share, 1 - b.share) * b_length_m)
    per_lon, per_lat = metres_per_degree(a.lat)
    return to_end_m <= SAME_SPOT_M and hypot((a.lon - b.lon) * per_lon, (a.lat - b.lat) * per_lat) <= SAME_SPOT_M


def _great(snapper: Snapper, net: Network, point: Floats, near: Spot, farther_m: float, name: str,
           usable: NDArray[np.bool_]) -> Spot:
    """The nearest road of the great part of the net, where it is hardly farther than the nearest of all; else that one."""
    reach_m = near.off_m + min(FARTHER_M, farther_m)
    found = snapper.nearest(float(point[0]), float(point[1]), usable, reach_m=reach_m, most=4)
    return spot_of(net, found, name) if found else near


def snap_point(snapper: Snapper, net: Network, lon: float, lat: float, name: str) -> list[Spot]:
    """Where one who asks from a point may set off: on the nearest road, else on the nearest that hangs together with the net."""
    point = np.array([lon, lat])
    near = nearest_spot(snapper, net, point, net.usable_edges(False, False), REACH_M, name)
    great = _great(snapper, net, point, near, REACH_M, name, net.usable_edges(True, False))
    return [near] if great == near else [near, great]


def _reaches(points: Floats) -> list[float]:
    """How far each point may be moved: as far as the longer of the legs that meet there, within bounds."""
    return [float(m) for m in np.clip(_longer_legs(points), LEAST_REACH_M, REACH_M)]


def _longer_legs(points: Floats) -> Floats:
    """(k,) metres of the longer of the legs that meet at each point, as the crow flies."""
    legs = distance_m(points[:-1], points[1:])
    return np.asarray(np.maximum(np.concatenate([legs[:1], legs]), np.concatenate([legs, legs[-1:]])))


def _ways(net: Network, spots: list[Spot]) -> list[Steps | None]:
    return [net.path(a, b) for a, b in pairwise(spots)]


def _no_way(net: Network, spots: list[Spot], leg: int, names: list[str]) -> NotReachable:
    a, b = spots[leg], spots[leg + 1]
    bar = find_bar(net, np.array(a.arcs, np.int64), np.array(b.arcs, np.int64))
    return NotReachable("no_way_through", field=names[leg + 1], value=f"{b.lon:.6f},{b.lat:.6f}", **_said(bar))


def _said(bar: Bar | None) -> dict[str, object]:
    """The values of an error: `why` the road `road` is closed, and the `limit` of its sign."""
    return {} if bar is None else {"why": bar.reason, "road": bar.road, "limit": bar.limit}
