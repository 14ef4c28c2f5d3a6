"""Templates: how expressways meet other roads and each other, how they end, and how service areas look.

In: the roads being drawn, positions.    Out: links, lots and outlines, in the same Net.
Never knows: the tables. Traffic keeps to the right; every movement is possible without turning round.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from geodata.samples.wujin.chains import Chain, Roads
from geodata.samples.wujin.facts import Fact, accuracy_of, lonlat_of
from geodata.samples.wujin.lines import Array, Curve, crossings, ramp, right_of, to_plane

SCHEMATIC = {"source": "schematic"}
TOUCH_M = 90.0                          # an expressway that ends nearer than this to a road ends on it
APART_M, TAPER_M = 80.0, 250.0          # its carriageways from the middle there; where they begin to part
DIAMOND_M, TERMINAL_M = 600.0, 200.0    # from a crossing: ramps on the expressway, on the other road
RIGHT_M, LEFT_M = 700.0, 540.0          # where a hub's right and left turns leave and join
LOT_M, LOT_RAMP_M = 88.0, 450.0         # a lot's middle from the carriageway; its ramps' ends from there
LOT_HALF_M, LOT_WIDE_M = 170.0, 46.0    # half the length and half the width of a lot
GATE_M, LANE_M = 145.0, 22.0            # gates and lanes from a lot's middle


def _crossing(one: Curve, other: Curve, near: Array) -> Array:
    """Where the two cross nearest to `near`; `near` itself where one ends on the other."""
    return min(crossings(one, other), key=lambda xy: float(np.hypot(*(xy - near))), default=near)


def _link(roads: Roads, chain: Chain, nodes: tuple[int, int], shape: Array, name: str) -> None:
    tags = {"highway": f"{chain.tags['highway']}_link", "oneway": "yes", "name": name, **SCHEMATIC}
    roads.net.way((nodes[0], *(roads.net.node(xy) for xy in shape), nodes[1]), tags)


def _exit(roads: Roads, chain: Chain, t_m: float, name: str) -> int:
    return chain.stop(roads.net, t_m, {"highway": "motorway_junction", "name": name, **SCHEMATIC})


def diamond(roads: Roads, name: str, expressway: Iterable[Chain], street: Chain, near: Array) -> None:
    """Each carriageway gets a way off to the street on its right, and from the same corner a way on."""
    for chain in expressway:
        at = _crossing(chain.curve, street.curve, near)
        t_m, s_m = chain.travelled(at), street.travelled(at)
        ahead = chain.heading(t_m)
        side = float(np.sign(street.heading(s_m) @ right_of(ahead)))
        corner_m = s_m + side * TERMINAL_M
        corner = street.stop(roads.net, corner_m)
        place = street.place(corner_m)
        for off in (True, False):
            end_m = t_m - DIAMOND_M if off else t_m + DIAMOND_M
            on_road = _exit(roads, chain, end_m, name) if off else chain.stop(roads.net, end_m)
            bend, turn = chain.heading(end_m) * 280.0, ahead * 200.0
            if off:
                _link(roads, chain, (on_road, corner), ramp(chain.place(end_m), bend, place, turn), name)
            else:
                _link(roads, chain, (corner, on_road), ramp(place, turn, chain.place(end_m), bend), name)


def hub(roads: Roads, name: str, one: Sequence[Chain], other: Sequence[Chain], near: Array) -> None:
    """A ramp from every carriageway into both directions of the other road, as far as that road goes on."""
    at = _crossing(one[0].curve, other[0].curve, near)
    for here, there in [(a, b) for x, y in ((one, other), (other, one)) for a in x for b in y]:
        into, out = here.travelled(at), there.travelled(at)
        left = float(np.cross([*here.heading(into), 0], [*there.heading(out), 0])[2]) > 0
        reach_m = LEFT_M if left else RIGHT_M
        start_m, end_m = into - reach_m, out + reach_m
        if start_m < 0 or end_m > there.curve.length_m:
            continue
        bend_m = reach_m * (0.85 if left else 0.6)
        shape = ramp(here.place(start_m), here.heading(start_m) * bend_m,
                     there.place(end_m), there.heading(end_m) * bend_m)
        _link(roads, here, (_exit(roads, here, start_m, name), there.stop(roads.net, end_m)), shape, name)


def end_on_road(roads: Roads, name: str) -> None:
    """Where an expressway leaves the picture its carriageways end, apart, on the road there."""
    for chain in roads.expressways[name]:
        for t_m, meets in ((0.0, False), (chain.curve.length_m, True)):
            end = chain.place(t_m, -chain.right_m)
            for street in roads.streets.values():
                s_m = street.travelled(end)
                if np.hypot(*(street.place(s_m) - end)) < TOUCH_M:
                    side = float(np.sign(street.heading(s_m) @ right_of(chain.heading(t_m))))
                    chain.stops[t_m] = street.stop(roads.net, s_m + side * APART_M)
                    chain.stop(roads.net, t_m + (-TAPER_M if meets else TAPER_M))
                    break


# --- service areas ---------------------------------------------------------------------------------


def add_area(roads: Roads, road: str, toward: str, fact: Fact) -> None:
    chain = next(c for c in roads.expressways[road] if c.tags["destination"] == toward)
    name, mid_m, net = fact["name_zh"], chain.travelled(to_plane(lonlat_of(fact))), roads.net

    def at(t_m: float, right_m: float) -> Array:
        return chain.place(mid_m + t_m, LOT_M + right_m)

    gates = [net.node(at(t_m, 0.0)) for t_m in (-GATE_M, GATE_M)]
    for lane_m in (-LANE_M, LANE_M):
        lane = [net.node(at(t_m, lane_m)) for t_m in (-GATE_M + 35, 0.0, GATE_M - 35)]
        net.way((gates[0], *lane, gates[1]), {"highway": "service", "oneway": "yes", **SCHEMATIC})
    off_m, on_m = mid_m - LOT_RAMP_M, mid_m + LOT_RAMP_M
    along = chain.heading(mid_m) * 110.0
    _link(roads, chain, (_exit(roads, chain, off_m, name), gates[0]),
          ramp(chain.place(off_m), chain.heading(off_m) * 110.0, at(-GATE_M, 0.0), along), name)
    _link(roads, chain, (gates[1], chain.stop(net, on_m)),
          ramp(at(GATE_M, 0.0), along, chain.place(on_m), chain.heading(on_m) * 110.0), name)
    net.ring([at(*corner) for corner in _box(GATE_M - 60, LANE_M - 8)], {"amenity": "parking", **SCHEMATIC})
    outline = {"highway": "services", "name": name, "name:en": fact["name_en"], "ref": road,
               "direction": toward, "position_accuracy": accuracy_of(fact), "source:position": fact["source"],
               "note": "示意外形 / schematic outline", **SCHEMATIC}
    roads.areas.append(net.ring([at(*corner) for corner in _box(LOT_HALF_M, LOT_WIDE_M)], outline))


def _box(half_m: float, wide_m: float) -> list[tuple[float, float]]:
    """The corners of a lot: metres along and to the right of its middle, following a bend of the road."""
    steps = [float(t_m) for t_m in np.linspace(-half_m, half_m, 5)]
    return [(t_m, -wide_m) for t_m in steps] + [(t_m, wide_m) for t_m in reversed(steps)]
