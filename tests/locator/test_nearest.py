"""The places soonest reached from a point, by road."""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from geodata.errors import NotReachable
from locator.asks import Want
from locator.nearest import find_nearest
from locator.vehicles import vehicle
from tests.drawing import Town, m, s

Draw = Callable[..., Town]

RIVER = """
A--x--a--B

   b
   |
   x--x--x
         |
         x--C
"""


def near(town: Town, letter: str, **want: object) -> list[tuple[str, float, float, float]]:
    found = find_nearest(*town.at[letter], town.atlas, town.engine, vehicle(), Want(**want)).places  # type: ignore[arg-type]
    names = town.atlas.frame["id"].iloc[found["row"]]
    return list(zip(names, found["drive_s"], found["drive_m"], found["distance_m"], strict=True))


def test_soonest_by_road_comes_first(town: Draw) -> None:
    """p is nearer as the crow flies, q by road."""
    it = town("""
p-----x
      |
A--q--x
""")
    assert near(it, "A") == [("q", s(360), m(3_000), m(3_000)), ("p", s(1_680), m(14_000), m(2_000))]


@pytest.mark.parametrize(("want", "ids"), [({}, ["q", "p"]), ({"limit": 1}, ["q"]), ({"max_detour_s": 1_000.0}, ["q"]),
                                           ({"max_detour_s": 100.0}, []), ({"kinds": ("lorry_park",)}, [])])
def test_limits_hold(town: Draw, want: dict[str, object], ids: list[str]) -> None:
    it = town("p-----x\n      |\nA--q--x")
    assert [name for name, *_ in near(it, "A", **want)] == ids


def test_what_cannot_be_reached_is_no_answer(town: Draw) -> None:
    it = town(RIVER)
    assert [name for name, *_ in near(it, "C")] == ["b"]


def test_a_point_without_a_road_near_is_refused(town: Draw) -> None:
    it = town("A--q--B")
    with pytest.raises(NotReachable) as caught:
        find_nearest(10.0, 1.0, it.atlas, it.engine, vehicle(), Want())
    assert (caught.value.code, caught.value.field) == ("no_road_within_reach", "at")


def test_one_way_streets_count_in_the_direction_of_travel(town: Draw) -> None:
    it = town("""
D-----C
|     |
A--q--B
""", roads={"AqB": "unclassified oneway=yes", "BC": "unclassified", "CD": "unclassified", "DA": "unclassified"})
    (_, back_s, back_m, _), = near(it, "B")
    assert (back_s, back_m) == (s((2 + 6 + 2 + 3) * 120), m(13_000))
    assert np.isclose(near(it, "A")[0][1], 360, atol=0.1)
