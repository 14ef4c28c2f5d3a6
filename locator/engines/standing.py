"""Where lorries stand at places: the lots of each, for one kind of vehicle.

In: a Snapper, a Network, places.    Out: Stands.
Never knows: routes, layers, opening hours.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.roads.snap import EdgePoint, Snapper
from locator.engines.metric import Chains
from locator.engines.network import FAR, Network, Spot

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Stands:
    """One row a position, grouped by lot. A lot is entered and left in every direction listed.

    chains  down to the arcs of the rows, and up from them, where they are asked for over and over
    """

    place: Ints
    lot: Ints
    arc: Ints
    into_ms: Ints
    spots: tuple[Spot, ...]            # by lot
    points: tuple[EdgePoint, ...]      # by lot
    chains: tuple[Chains, Chains] | None = None

    def with_chains(self, net: Network) -> Stands:
        return replace(self, chains=(net.metric.chains(self.arc, down=True), net.metric.chains(self.arc, down=False)))

    def there_ms(self, net: Network, spot: Spot, mine: Ints) -> Ints:
        """(m,) the least from a spot to each of the rows `mine`."""
        arc, into_ms = self.arc[mine], self.into_ms[mine]
        if self.chains is not None:
            return net.often_ms(spot, self.chains[0], mine, arc, into_ms)
        return np.asarray(net.between_ms(*spot.positions, arc, into_ms).min(axis=0, initial=FAR))

    def back_ms(self, net: Network, mine: Ints, spot: Spot) -> Ints:
        """(m,) the least from each of the rows `mine` to a spot."""
        arc, into_ms = self.arc[mine], self.into_ms[mine]
        if self.chains is not None:
            return net.often_ms(spot, self.chains[1], mine, arc, into_ms)
        return np.asarray(net.between_ms(arc, into_ms, *spot.positions).min(axis=1, initial=FAR))


def find_stands(snapper: Snapper, net: Network, geometry: NDArray[np.object_], rows: Iterable[int]) -> Stands:
    """Every lot of the places `rows`. One whose own road is cut off from the great part of the net is a lot as well: a route
    on that road finds it, all others the nearest that hangs together with the net."""
    great, every = net.standing_edges(True, True), net.standing_edges(False, False)
    place, lot, arc, into = [], [], [], []
    spots, points = list[Spot](), list[EdgePoint]()
    for row in rows:
        for point in find_lots(snapper, geometry[row], great, every):
            spot = net.spot(point.edge, point.share, point.lon, point.lat, point.off_m)
            for a, ms in zip(spot.arcs, spot.into_ms, strict=True):
                place.append(row)
                lot.append(len(spots))
                arc.append(a)
                into.append(ms)
            spots.append(spot)
            points.append(point)
    return Stands(np.array(place, np.int64), np.array(lot, np.int64), np.array(arc, np.int64), np.array(into, np.int64),
                  tuple(spots), tuple(points))


def find_lots(snapper: Snapper, area: shapely.Geometry, great: NDArray[np.bool_], every: NDArray[np.bool_]) -> list[EdgePoint]:
    """The lots on the great part of the net, and nearer ones on roads of their own."""
    own = snapper.lots(area, every)
    if all(great[point.edge] for point in own):
        return own
    found = snapper.lots(area, great)
    return found + [point for point in own if not great[point.edge]]


def side_margin_m(snapper: Snapper, geometry: shapely.Geometry, point: EdgePoint) -> float:
    """How far off a place may truly stand before it is another side's; inf where its own roads are drawn."""
    if point.inside:
        return inf
    centre = shapely.point_on_surface(geometry)
    return snapper.side_margin_m(float(shapely.get_x(centre)), float(shapely.get_y(centre)), point)
