"""Coverage: on drawn maps by hand, on random roads metre by metre."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pytest import approx

from geodata.errors import BadInput
from locator.coverage import Coverage, CoverAsk, find_coverage
from locator.engines.reaching import find_reach
from locator.freight import CLASSES, Traffic
from locator.vehicles import vehicle
from tests.drawing import M_LON, Town, atlas_of, engine_of, m, s
from tests.locator.cover_oracle import CoverOracle
from tests.locator.worlds import random_osm, random_places

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
Draw = Callable[..., Town]
ONE_WAY = {"ABC": "unclassified oneway=yes", "CDA": "unclassified oneway=yes"}
RING = """
A--p--B
|     |
D-----C
"""


def cover(town: Town, limit_s: float, **ask: Any) -> Coverage:
    return find_coverage(town.atlas, town.engine, CoverAsk(limit_s=limit_s, **({"classes": CLASSES} | ask)), now=NOW)


def test_a_place_within_an_arc_covers_what_leads_to_it_each_way(town: Draw) -> None:
    """Two minutes a kilometre: within four minutes lie two kilometres before the place, in each direction, and none behind it."""
    found = cover(town("A--p--B"), 240.0)
    share = found.share()
    assert (share.total_m, share.covered_m) == (m(12_000), m(4_000))
    assert share.share == approx(1 / 3, rel=1e-4)


def test_behind_the_place_he_must_turn_at_the_end_of_the_road(town: Draw) -> None:
    """From just behind it: on to B (360 s), a minute for turning, and back (360 s)."""
    found = cover(town("A--p--B"), 781.0)
    assert found.share().covered_m == m(12_000)
    assert cover(town("A--p--B"), 660.0).share().covered_m == m(12_000 - 2 * 1_000)


def test_to_and_from_differ_on_one_way_roads(town: Draw) -> None:
    """A ring of 6 + 2 + 6 + 2 km, clockwise. 480 s are 4 km: to the place from 4 km before it, from it up to 4 km after it."""
    it = town(RING, roads=ONE_WAY)
    to, back = cover(it, 480.0), cover(it, 480.0, direction="from")
    assert to.share().covered_m == m(4_000)
    assert back.share().covered_m == m(4_000)
    assert to.share().total_m == m(16_000)
    assert [(gap.length_m, gap.worst_s) for gap in to.gaps.itertuples()] == [(m(12_000), s(16 * 120))]
    lines = [found.gaps.geometry.iloc[0] for found in (to, back)]
    assert not lines[0].equals(lines[1])


def test_a_divided_road_is_covered_on_the_side_the_place_is_entered_from(town: Draw) -> None:
    """Westbound DC with the area p on a loop of twice sqrt(5) km, eastbound AB below, joined by BD; two minutes a kilometre.

    Limit: to p from E, from D, from B, and a kilometre more. Of the eastbound road only that kilometre before B counts, nothing
    of what passes p two kilometres away. One who comes down to B turns there (60 s), so has half a kilometre less.
    """
    it = town("""
C-F---E---D
    p
A---------B
""", roads={"DEFC": "unclassified oneway=yes", "AB": "unclassified oneway=yes", "BD": "unclassified",
            "EpF": "unclassified oneway=yes"})
    loop_km = 5**0.5
    found = cover(it, (loop_km + 4 + 2 + 1) * 120.0)
    assert found.share().covered_m == m(1_000 * (loop_km + 4 + 2 + 1 + 0.5))
    assert cover(it, (loop_km + 2) * 120.0).share().covered_m == m(1_000 * (loop_km + 2))


def test_an_island_is_uncovered_and_says_that_no_way_leads_there(town: Draw) -> None:
    found = cover(town("A--p--B\n\nC-----D"), 3_600.0)
    (gap,) = found.gaps.itertuples()
    assert (gap.length_m, gap.road_m, gap.unreachable_m, gap.worst_s) == (m(12_000), m(6_000), m(12_000), None)
    assert found.share().covered_m == m(12_000)


def test_a_two_sided_area_serves_both_carriageways(town: Draw) -> None:
    """One polygon over the loops of both sides, a lot on each: each carriageway is covered up to its own exit, none behind."""
    it = town("""
C-F-E---D
  H-G

  J-K
A-I-L---B
""", roads={"DEFC": "motorway oneway=yes", "EGHF": "service oneway=yes", "AILB": "motorway oneway=yes",
            "IJKL": "service oneway=yes"},
        areas={"p": "GHJK"})
    found = cover(it, 3_600.0, classes=("motorway",))
    assert found.share().covered_m == m(4_000 + 2_000) and found.share().total_m == m(16_000)
    assert cover(it, 3_600.0, classes=("motorway",), direction="from").share().covered_m == m(2_000 + 4_000)


def test_places_on_one_arc_split_it_in_order(town: Draw) -> None:
    """p, then q two kilometres on: to the nearer one ahead, and the second is the one behind it."""
    it = town("A--p-q--B", roads={"AB": "unclassified"})
    net = it.engine.network(vehicle())
    stands = it.engine.stands(it.atlas.places, net)
    east = next(arc for arc in range(2) if not net.graph.arc_backward[arc])
    reach = find_reach(net, stands, np.arange(2), np.array([east]), second=True)
    assert list(reach.length_ms / 120_000) == approx([3, 2, 3], abs=1e-3)
    assert reach.place.tolist() == [0, 1, 1] and reach.second.tolist() == [1, 0, 0]
    assert (reach.near_ms / 120_000).tolist() == approx([0, 0, (60 + 360) / 120], abs=1e-3)
    assert (reach.second_ms / 120_000).tolist() == approx([2, (360 + 60 + 600) / 120, (60 + 600) / 120], abs=1e-3)


def test_a_zone_cuts_the_roads_at_its_border(town: Draw) -> None:
    """p at 3 km of 6, four minutes: 1 to 3 km covered eastbound, 3 to 5 westbound; the zone is from 2 to 4.5 km."""
    it = town("A--p--B", roads={"AB": "unclassified"})
    west, east = it.at["A"][0] + 2_000 / M_LON, it.at["A"][0] + 4_500 / M_LON
    areas = [shapely.box(west, -1, east, 1), shapely.box(0, 0, 1, 1)]
    zones = gpd.GeoDataFrame({"id": ["z", "nowhere"]}, geometry=areas, crs=4326)
    inside, nothing = cover(it, 240.0).by_zone(zones)
    assert (inside.total_m, inside.covered_m) == (m(2 * 2_500), m(1_000 + 1_500))
    assert (nothing.total_m, nothing.covered_m, nothing.share) == (0, 0, None)


def test_zones_that_tile_the_roads_add_up_to_all_of_them() -> None:
    rng = np.random.default_rng(5)
    engine = engine_of(random_osm(rng))
    found = find_coverage(atlas_of(random_places(rng, engine, 3)), engine, CoverAsk(limit_s=60.0, classes=CLASSES), now=NOW)
    low, high = engine.graph.node_lonlat.min(axis=0) - 0.001, engine.graph.node_lonlat.max(axis=0) + 0.001
    x = np.linspace(low[0], high[0], 5)
    areas = [shapely.box(a, low[1], b, high[1]) for a, b in pairwise(x)]
    zones = gpd.GeoDataFrame({"id": list("abcd")}, geometry=areas, crs=4326)
    parts = found.by_zone(zones)
    assert sum(part.total_m for part in parts) == approx(found.share().total_m, rel=1e-6)
    assert sum(part.covered_m for part in parts) == approx(found.share().covered_m, rel=1e-6)


def test_traffic_by_way_and_by_number(town: Draw) -> None:
    """A way's count is for all its directions, so each of two has half; a number's is for both, so one of them has half."""
    it = town("A--p--B\n\nC-----D", roads={"AB": "unclassified ref=G1", "CD": "unclassified oneway=yes ref=G2"})
    only_way = cover(it, 240.0, traffic=Traffic(by_way={1: 400.0, 2: 50.0})).share()
    assert only_way.lorry_km_day == approx(6 * 200 * 2 + 6 * 50, rel=1e-4)
    assert only_way.covered_lorry_km_day == approx(4 * 200, rel=1e-3)
    by_ref = cover(it, 240.0, traffic=Traffic(by_ref={"G2": 50.0})).share()
    assert by_ref.lorry_km_day == approx(6 * 25, rel=1e-4) and by_ref.counted_m == m(6_000)
    assert by_ref.covered_lorry_km_day == 0 and by_ref.lorry_share == 0
    both = cover(it, 240.0, traffic=Traffic(by_way={1: 400.0}, by_ref={"G1": 9_999.0})).share()
    assert both.lorry_km_day == approx(6 * 200 * 2, rel=1e-4)                  # a way's own count goes first


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("direction", ["to", "from"])
def test_coverage_equals_a_lorry_on_every_metre(seed: int, direction: Any) -> None:
    """Random roads with one-ways, restrictions, business-only roads: to 0.01 % of all kilometres, at several limits."""
    rng = np.random.default_rng(seed)
    engine = engine_of(random_osm(rng, business=0.25 * (seed % 3)))
    atlas, who = atlas_of(random_places(rng, engine, 1 + seed % 4)), vehicle("rigid" if seed % 2 else "lorry")
    ask = CoverAsk(classes=CLASSES, direction=direction, vehicle=who)
    found = find_coverage(atlas, engine, ask, now=NOW)
    stands = engine.stands(atlas.places, engine.network(who))
    oracle = CoverOracle(engine.graph, who.profile, list(zip(stands.arc.tolist(), stands.into_ms.tolist(), strict=True)),
                         every_m=0.25)
    total = found.share().total_m
    for limit_s in (20.0, 60.0, 200.0, 3_000.0):
        expected = oracle.covered_m(found.freight.arc.tolist(), limit_s, to=direction == "to")
        assert found.share(limit_s).covered_m == approx(expected, abs=1e-4 * total)
        gaps = replace(found, ask=replace(ask, limit_s=limit_s)).gaps
        assert gaps["length_m"].sum() == approx(total - found.share(limit_s).covered_m, abs=2.0)


@pytest.mark.parametrize(("field", "value", "code"), [
    ("limit_s", 0.0, "out_of_range"), ("limit_s", float("nan"), "not_finite"), ("hour", 24, "out_of_range"),
    ("weekday", "day", "not_allowed"), ("direction", "up", "not_allowed"), ("classes", ("path",), "not_allowed"),
    ("bands_s", (600.0,) * 30, "too_large"), ("bands_s", (float("inf"),), "not_finite"), ("gaps", -1, "out_of_range")])
def test_a_wrong_wish_is_refused(field: str, value: object, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        CoverAsk(**{field: value})
    assert (caught.value.code, caught.value.field) == (code, field)
