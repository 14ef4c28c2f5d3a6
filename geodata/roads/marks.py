"""Marks of a road that only some questions ask for: toll, and loads that may not pass.

In: a mapping of tags; of a vehicle its mode, load and what it would rather avoid.    Out: bits of one number a road.
Never knows: arrays, routes. Meanings: wiki.openstreetmap.org, Key:toll, Key:hazmat; ADR 1.9.5 and 8.6 for tunnels.
"""
from __future__ import annotations

from collections.abc import Collection, Mapping

TOLL_HGV, TOLL_CAR, NO_HAZMAT, NO_WATER_HAZMAT, BOOTH = 1, 2, 4, 8, 16
TUNNEL_SHIFT, TUNNEL_BITS = 5, 7          # three bits: 0 no category (A), 1 to 4 for B to E
TUNNELS = ("A", "B", "C", "D", "E")
TOLLS = {"hgv": TOLL_HGV, "car": TOLL_CAR}
TOLL_KEYS = {"hgv": ("toll:hgv", "toll:N3", "toll:N2", "toll"), "car": ("toll:goods", "toll:motorcar", "toll:N1", "toll")}
FREE = ("no", "none", "free")
AVOIDABLE = ("toll", "ferry", "motorway")
LOADS = ("none", "goods", "water")        # of dangerous goods: none, some, such as harm water


def marks_of(tags: Mapping[str, str]) -> int:
    """The marks of one way."""
    marks = 0
    for mode, keys in TOLL_KEYS.items():
        said = next((tags[key] for key in keys if key in tags), "no")
        marks |= 0 if said in FREE else TOLLS[mode]
    marks |= NO_HAZMAT if tags.get("hazmat") == "no" else 0
    marks |= NO_WATER_HAZMAT if tags.get("hazmat:water") == "no" else 0
    return marks | _tunnel(tags) << TUNNEL_SHIFT


def _tunnel(tags: Mapping[str, str]) -> int:
    """0 to 4 for a tunnel's category A to E; hazmat:C=no says that loads with the code C may not pass: category C or worse."""
    said = tags.get("hazmat:adr_tunnel_cat") or tags.get("tunnel:category") or tags.get("hazmat:tunnel_cat") or ""
    if said.strip().upper() in TUNNELS:
        return TUNNELS.index(said.strip().upper())
    return max((i for i, letter in enumerate(TUNNELS) if tags.get(f"hazmat:{letter}") == "no"), default=0)


def barred(marks: int, hazmat: str, tunnel: str) -> bool:
    """May a load not pass? A tunnel bars the codes up to its own letter: category C those of B and C, E all."""
    if hazmat in ("goods", "water") and marks & NO_HAZMAT:
        return True
    if hazmat == "water" and marks & NO_WATER_HAZMAT:
        return True
    return bool(tunnel) and TUNNELS.index(tunnel) <= marks >> TUNNEL_SHIFT & TUNNEL_BITS


def avoided(marks: int, class_name: str, mode: str, avoid: Collection[str]) -> bool:
    """Is a road of that class one he would rather not take?"""
    return (("toll" in avoid and bool(marks & (TOLLS[mode] | BOOTH))) or ("ferry" in avoid and class_name == "ferry")
            or ("motorway" in avoid and class_name in ("motorway", "motorway_link")))
