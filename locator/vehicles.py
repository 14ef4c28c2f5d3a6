"""The driver's vehicle: what of it decides where he may drive.

In: a preset's name, measures that differ.    Out: a Vehicle.
Never knows: roads, engines, screens. Presets are working figures of common vehicles; China's limits after GB 1589-2016
(4.0 m high, 2.55 m wide, 49 t), Europe's after Directive 96/53/EC (4.0 m, 2.55 m, 16.5 m, 40 t, 11.5 t on the driven axle).
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import isfinite

from geodata.errors import BadInput
from geodata.roads.graph import Profile
from geodata.roads.marks import AVOIDABLE, LOADS, TUNNELS


@dataclass(frozen=True)
class Vehicle:
    """mode: hgv for a lorry, car for a van the size of a car.

    hazmat           of LOADS: none, goods (dangerous goods), water (such as harm water)
    tunnel_category  B to E: the tunnel code of the load, "" none
    avoid            of AVOIDABLE: roads he will not take on this way
    """

    preset: str
    mode: str
    height_m: float
    mass_t: float
    width_m: float
    length_m: float
    axle_t: float
    hazmat: str = "none"
    tunnel_category: str = ""
    avoid: tuple[str, ...] = ()

    @property
    def profile(self) -> Profile:
        hazmat = "goods" if self.tunnel_category and self.hazmat == "none" else self.hazmat
        return Profile(self.mode, self.height_m, self.mass_t, self.width_m, self.length_m, self.axle_t,
                       "" if hazmat == "none" else hazmat, self.tunnel_category, self.avoid)


PRESETS = {v.preset: v for v in (
    Vehicle("lorry", "hgv", 4.0, 40.0, 2.55, 16.5, 11.5),
    Vehicle("lorry49", "hgv", 4.0, 49.0, 2.55, 17.1, 11.5),
    Vehicle("rigid", "hgv", 3.8, 18.0, 2.55, 12.0, 11.5),
    Vehicle("light", "hgv", 3.2, 7.49, 2.3, 8.0, 5.0),
    Vehicle("van", "car", 2.0, 2.5, 1.9, 5.0, 1.8),
)}
TUNNEL_CODES = TUNNELS[1:]            # of loads, ADR 8.6.4
# measure -> least and greatest value that can be meant
MEASURES = {"height_m": (1.0, 6.0), "mass_t": (0.5, 200.0), "width_m": (1.0, 6.0), "length_m": (2.0, 60.0), "axle_t": (0.2, 50.0)}


def vehicle(preset: str = "lorry", **measures: float | None) -> Vehicle:
    """A preset with some measures of its own. Raises BadInput: unknown_vehicle, not_a_number, not_finite, out_of_range."""
    if preset not in PRESETS:
        raise BadInput("unknown_vehicle", field="vehicle", value=preset, allowed=", ".join(PRESETS))
    own: dict[str, float] = {}
    for name, value in measures.items():
        if name not in MEASURES:
            raise BadInput("not_allowed", field="vehicle", value=name, allowed=", ".join(MEASURES))
        if value is not None:
            own[name] = measure(name, value)
    return replace(PRESETS[preset], **own)  # type: ignore[arg-type]


def loaded(base: Vehicle, hazmat: str | None = None, tunnel_category: str | None = None, avoid: Iterable[str] = ()) -> Vehicle:
    """The vehicle with its load, and what it is to avoid. Raises BadInput not_allowed."""
    said = {"hazmat": (hazmat or "none", LOADS), "tunnel_category": (tunnel_category or "", ("", *TUNNEL_CODES))}
    for name, (value, known) in said.items():
        if value not in known:
            raise BadInput("not_allowed", field=name, value=value, allowed=", ".join(code for code in known if code))
    kinds = tuple(sorted(set(avoid)))
    for kind in kinds:
        if kind not in AVOIDABLE:
            raise BadInput("not_allowed", field="avoid", value=kind, allowed=", ".join(AVOIDABLE))
    return replace(base, hazmat=hazmat or "none", tunnel_category=tunnel_category or "", avoid=kinds)


def measure(name: str, value: float) -> float:
    low, high = MEASURES[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadInput("not_a_number", field=name, value=value)
    if not isfinite(value):
        raise BadInput("not_finite", field=name, value=value)
    if not low <= value <= high:
        raise BadInput("out_of_range", field=name, value=value, low=low, high=high)
    return float(value)
