"""Lines of traffic while they are being drawn: a two-way road, or one carriageway of an expressway.

In: curves, tags.    Out: ways in a Net, with a node wherever something joins.
Never knows: what joins, and why.
"""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from geodata.samples.wujin.lines import Array, Curve, right_of
from geodata.samples.wujin.net import Net, Tags

STEP_M, CLEAR_M = 180.0, 60.0     # between plain vertices of a road; from a vertex to a junction
STUB_M = 250.0                    # a road that ends nearer than this past a junction ends there


@dataclass
class Chain:
    """One line of traffic: a two-way road, or one carriageway of an expressway in its direction of travel."""

    curve: Curve
    tags: dict[str, str]
    right_m: float = 0.0                                  # of the centreline
    back: bool = False                                    # travels against the vertices
    stops: dict[float, int] = field(default_factory=dict)         # metres travelled -> node others join at

    def travelled(self, xy: Array) -> float:
        at_m = self.curve.nearest_m(xy)
        return self.curve.length_m - at_m if self.back else at_m

    def heading(self, t_m: float) -> Array:
        sign, at_m = (-1, self.curve.length_m - t_m) if self.back else (1, t_m)
        return sign * self.curve.heading(at_m)

    def place(self, t_m: float, right_m: float = 0.0) -> Array:
        """The point `right_m` to the right of this line of traffic."""
        at_m = self.curve.length_m - t_m if self.back else t_m
        return self.curve.point(at_m) + right_of(self.heading(t_m)) * (self.right_m + right_m)

    def stop(self, net: Net, t_m: float, tags: Tags | None = None) -> int:
        """The node at `t_m`, made when there is none."""
        if t_m not in self.stops:
            self.stops[t_m] = net.node(self.place(t_m), tags)
        return self.stops[t_m]

    def draw(self, net: Net) -> int:
        """The way: its stops, and vertices where no stop is near. A carriageway ends at its last ramp, a road
        at its last junction when that is close."""
        low, high = min(self.stops), max(self.stops)
        if not self.right_m:
            low = low if low < STUB_M else 0.0
            high = high if high > self.curve.length_m - STUB_M else self.curve.length_m
        steps = np.linspace(low, high, max(2, round((high - low) / STEP_M) + 1))
        nodes = dict(self.stops)
        for t_m in map(float, steps):
            if min((abs(t_m - stop) for stop in self.stops), default=np.inf) > CLEAR_M:
                nodes[t_m] = net.node(self.place(t_m))
        return net.way((nodes[t_m] for t_m in sorted(nodes)), self.tags)


@dataclass
class Roads:
    """The net while it is being drawn."""

    net: Net = field(default_factory=Net)
    streets: dict[str, Chain] = field(default_factory=dict)                    # two-way roads
    expressways: dict[str, tuple[Chain, Chain]] = field(default_factory=dict)   # along, against the vertices
    junctions: list[tuple[Array, int]] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)          # the outline way of each service area, in order
