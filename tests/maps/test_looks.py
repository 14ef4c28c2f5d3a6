"""Everything that can be on a map has a look, and the looks can be read and told apart."""
from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from geodata.columns import KINDS as KINDS_KNOWN
from geodata.roads.tags import CLASS_NAMES
from maps.looks import ACCESS, KINDS, LABEL, ROADS, Look, place_looks, road_looks

# Machado, Oliveira, Fernandes: A Physiologically-based Model (IEEE TVCG 2009), severity 1.0, linear RGB
DEUTERANOPIA = np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                         [-0.011820, 0.042940, 0.968881]])
PROTANOPIA = np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                       [-0.003882, -0.048116, 1.051998]])
LOOKS = {**KINDS, **ACCESS}


def linear(colour: str) -> NDArray[np.float64]:
    """Linear RGB of #rrggbb."""
    value = np.array([int(colour[i:i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Contrast ratio after WCAG 2.2."""
    light, dark = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_kind_and_every_class_of_road_has_a_look() -> None:
    assert set(KINDS) == set(KINDS_KNOWN)
    assert set(ROADS) == set(CLASS_NAMES)


@pytest.mark.parametrize("look", LOOKS.values(), ids=list(LOOKS))
def test_white_can_be_read_on_the_colour_and_the_picture_is_a_path(look: Look) -> None:
    assert contrast(look.colour, "#ffffff") >= 4.5
    assert re.fullmatch(r"M[\d.,\sa-zA-Z-]+z", look.picture)


@pytest.mark.parametrize("part", ["day", "night"])
def test_labels_stand_out_from_their_halo(part: str) -> None:
    assert contrast(*LABEL[part]) >= 7


@pytest.mark.parametrize("eye", [np.eye(3), DEUTERANOPIA, PROTANOPIA], ids=["full", "deutan", "protan"])
def test_the_three_kinds_of_access_differ_for_every_eye(eye: NDArray[np.float64]) -> None:
    seen = {name: np.clip(eye @ linear(look.colour), 0, 1) for name, look in ACCESS.items()}
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 0.05, (one, other)


def test_no_two_kinds_share_a_picture_or_a_colour() -> None:
    assert len({look.picture for look in LOOKS.values()}) == len(LOOKS)
    assert len({look.colour for look in KINDS.values()}) == len(KINDS)


def test_greater_roads_are_drawn_wider_and_seen_from_farther() -> None:
    main = [ROADS[name] for name in ("motorway", "trunk", "primary", "secondary", "tertiary", "residential")]
    assert [road.width for road in main] == sorted((road.width for road in main), reverse=True)
    assert [road.from_zoom for road in main] == sorted(road.from_zoom for road in main)
    assert [road["class"] for road in road_looks()["roads"]] == list(ROADS)
    assert place_looks()["kinds"]["fuel"]["colour"] == KINDS["fuel"].colour
