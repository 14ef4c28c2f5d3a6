"""What a stretch costs besides its length: traffic lights, stop signs, toll booths, gates, humps, as a lower speed of the arcs.

In: the tags of nodes, the nodes of every edge.    Out: seconds of nodes; speeds of arcs with what stands on them.
Never knows: routes, turns, files. A thing counts for the arc it stands on or that ends at it, in the direction it faces.
"""
from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from geodata.roads.access import CAR, HGV, access_of
from geodata.roads.speed_table import SpeedTable

Floats = NDArray[np.float64]
# key -> the key that tells which way it faces. Source: Key:traffic_signals:direction, Tag:highway=stop, Tag:barrier=lift_gate
THINGS = {"highway": ("traffic_signals:direction", "direction"), "barrier": ("direction",), "railway": (),
          "traffic_calming": ("direction",)}
DELAY_KEYS = tuple(THINGS)
GATES = ("gate", "lift_gate", "swing_gate", "sliding_gate")


def node_delay(tags: Mapping[str, str], speeds: SpeedTable) -> tuple[float, float, float, float]:
    """Seconds of one node: lorry forward, lorry backward, van forward, van backward along the way."""
    lorry = van = 0.0
    facing = ""
    for key, turned in THINGS.items():
        row = _if_shut(speeds.delays.get(_thing(key, tags)), tags)
        if row and row > (lorry, van):
            lorry, van = row
            facing = next((tags[k] for k in turned if tags.get(k) in ("forward", "backward")), "")
    forward, backward = facing != "backward", facing != "forward"
    return lorry * forward, lorry * backward, van * forward, van * backward


def _if_shut(row: tuple[float, float] | None, tags: Mapping[str, str]) -> tuple[float, float] | None:
    """A gate that says who may pass stands open to him."""
    if row is None or tags.get("barrier") not in GATES:
        return row
    lorry, van = (0.0 if access_of(tags, mode) == "open" else s for mode, s in zip((HGV, CAR), row, strict=True))
    return lorry, van


def _thing(key: str, tags: Mapping[str, str]) -> str:
    if key == "highway" and tags.get("highway") == "crossing":
        return "crossing_signals" if tags.get("crossing") == "traffic_signals" or tags.get("crossing:signals") == "yes" else ""
    if key == "traffic_calming" and key in tags:
        return "traffic_calming" if tags[key] not in ("no", "island", "rumble_strip", "painted_island") else ""
    return tags.get(key, "")


def edge_delays(delay: Floats, refs: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64]) -> Floats:
    """(e, 4) seconds, as node_delay has them, of every edge refs[first] … refs[last]: between its ends and at the end reached."""
    whole = np.vstack([np.zeros(4), np.cumsum(delay[refs], axis=0)])
    between = whole[last] - whole[first + 1]
    end = np.where([True, False, True, False], delay[refs[last]], delay[refs[first]])
    return np.asarray(np.maximum(between, 0.0) + end)


def slowed(kmh: NDArray[np.float32], length_m: Floats, delay_s: Floats) -> NDArray[np.float32]:
    """(a, 2) speeds, lorry and van, that take `delay_s` (a, 2) longer over each arc."""
    drive_s = length_m[:, None] * 3.6 / kmh.astype(np.float64)
    return np.asarray(kmh * (drive_s / (drive_s + delay_s)), np.float32)
