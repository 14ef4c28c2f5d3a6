"""Paper's colours as a black-and-white printer and a colour-blind driver get them."""
from __future__ import annotations

import re
from itertools import combinations, pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from geodata.roads.tags import CLASS_NAMES
from maps.looks import KINDS, PAPER, PAPER_ROADS, PAPER_TOWNS, SHIELDS
from maps.names import refs, shield_of
from tests.maps.test_looks import DEUTERANOPIA, linear

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def grey(colour: str, eyes: NDArray[np.float64] | None = None) -> int:
    """0 to 255, as printed without colour."""
    y = float(LUMINANCE @ np.clip((np.eye(3) if eyes is None else eyes) @ linear(colour), 0, 1))
    return round(255 * (12.92 * y if y <= 0.0031308 else 1.055 * y**(1 / 2.4) - 0.055))


@pytest.mark.parametrize("eyes", [None, DEUTERANOPIA], ids=["grey", "deuteranopia"])
def test_classes_of_road_and_the_route_differ_in_lightness_alone(eyes: NDArray[np.float64] | None) -> None:
    route, text = grey(PAPER["route"], eyes), grey(PAPER["ink"], eyes)
    fills = [grey(PAPER_ROADS[name].fill, eyes) for name in ("motorway", "trunk", "primary", "secondary")]
    assert all(b - a >= 20 for a, b in pairwise([text, route, *fills]))
    edges = [grey(look.edge, eyes) for look in PAPER_ROADS.values() if look.edge]
    assert max(edges) < grey(PAPER["ground"], eyes) - 90                       # a white road is seen by its edges


def test_the_greys_told_in_looks() -> None:
    said = [165, 83, 195, 106, 224, 124, 115, 138, 243, 96, 28]
    roads = [PAPER_ROADS[name] for name in ("motorway", "trunk", "primary")]
    found = [grey(colour) for look in roads for colour in (look.fill, str(look.edge))]
    found += [grey(str(PAPER_ROADS[name].edge)) for name in ("secondary", "tertiary")]
    assert said == [*found, *(grey(PAPER[name]) for name in ("ground", "route", "ink"))]


def test_kinds_of_stop_are_told_apart_without_colour() -> None:
    """By their pictures; and white on them is read."""
    assert len({look.picture for look in KINDS.values()}) == len(KINDS)
    assert all(grey(look.colour) <= 110 for look in KINDS.values())


def test_lesser_roads_are_narrower_and_drawn_at_larger_scales_only() -> None:
    order = ["motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "service"]
    for a, b in pairwise([PAPER_ROADS[name] for name in order]):
        assert a.width_mm > b.width_mm and a.to_scale >= b.to_scale and a.name_to_scale >= b.name_to_scale
    assert set(PAPER_ROADS) == set(CLASS_NAMES)
    assert all(a.rank <= b.rank for a, b in combinations(PAPER_TOWNS.values(), 2) if a.size_mm > b.size_mm)


@pytest.mark.parametrize(("country", "ref", "like"), [
    ("CN", "G42", ("#00694a", "#b3202a")), ("CN", "G4221", ("#00694a", "#b3202a")), ("CN", "S39", ("#00694a", "#f2c230")),
    ("CN", "G312", ("#b3202a", None)), ("CN", "S232", ("#f2c230", None)), ("CN", "X201", ("#ffffff", None)),
    ("PT", "A 28", ("#12488f", None)), ("PT", "E 1", ("#00694a", None)), ("PT", "EN 109-2", ("#ffffff", None)),
    (None, "M25", ("#12488f", None)), ("DE", "B 3", ("#ffffff", None))])
def test_road_numbers_look_as_on_the_signs(country: str | None, ref: str, like: tuple[str, str | None]) -> None:
    look = shield_of(ref, country)
    assert (look.fill, look.band) == like and abs(grey(look.fill) - grey(look.text)) > 100


def test_a_road_may_have_two_numbers_and_a_wild_one_has_none() -> None:
    assert refs("A28;IC1;EN 13") == ["A28", "IC1"] and refs("x" * 50) == [] and refs(None) == [] and refs("") == []
    assert all(re.compile(look.ref) for looks in SHIELDS.values() for look in looks)
