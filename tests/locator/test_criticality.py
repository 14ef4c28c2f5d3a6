"""What breaks when a place closes: by hand, and by closing each and counting anew."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from pytest import approx

from locator.atlas import Atlas
from locator.coverage import Coverage, CoverAsk, find_coverage
from locator.criticality import find_criticality, without
from locator.engines.embedded import EmbeddedEngine
from locator.freight import CLASSES, Traffic
from locator.settings import Settings
from locator.wiring import open_locator
from tests.drawing import Town, atlas_of, engine_of, m, s
from tests.locator.worlds import random_osm, random_places

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
Draw = Callable[..., Town]


def closed(atlas: Atlas, row: int) -> tuple[Atlas, list[int]]:
    """The atlas without one place, and which row each of the others was."""
    kept = [other for other in range(len(atlas.frame)) if other != row]
    frame = atlas.frame.iloc[kept].reset_index(drop=True)
    places = replace(atlas.places, key=(*atlas.places.key, "without", row), geometry=frame.geometry.to_numpy(),
                     lonlat=atlas.places.lonlat[kept])
    return Atlas(frame, places, atlas.flags[kept]), kept


def anew(atlas: Atlas, engine: EmbeddedEngine, ask: CoverAsk, row: int) -> Coverage:
    return find_coverage(closed(atlas, row)[0], engine, ask, now=NOW)


def test_who_takes_over_and_how_much_farther(town: Draw) -> None:
    """p at 3 km, q at 5 km of 8, eight minutes, one way. When p closes, one drives on to q, two kilometres more."""
    it = town("A--p-q--B", roads={"AB": "unclassified oneway=yes"})
    found = find_criticality(it.atlas, it.engine, CoverAsk(limit_s=480.0, classes=CLASSES), now=NOW)
    table = found.places.set_index("row")
    p, q = table.loc[0], table.loc[1]
    assert (p["served_m"], p["lost_m"], p["taken_m"]) == (m(3_000), m(1_000), m(2_000))
    assert (p["extra_s"], p["worst_extra_s"], p["heirs"]) == (s(240), s(240), (1,)) and p["heirs_m"][0] == m(2_000)
    assert (q["served_m"], q["lost_m"], q["heirs"]) == (m(2_000), m(2_000), ()) and np.isnan(q["extra_s"])
    assert found.places["row"].tolist() == [1, 0]                        # the dearest loss first
    assert [(one.k, one.row, one.gain_m, one.covered_m) for one in found.gains] == [
        (1, 1, m(4_000), m(4_000)), (2, 0, m(1_000), m(5_000))]


def test_traffic_makes_the_lighter_loss_the_graver(town: Draw) -> None:
    it = town("A-p---B\n\nC---q-D", roads={"AB": "unclassified oneway=yes ref=G1", "CD": "unclassified oneway=yes ref=G2"})
    ask = CoverAsk(limit_s=3_600.0, classes=CLASSES)
    assert find_criticality(it.atlas, it.engine, ask, now=NOW).places["row"].tolist() == [1, 0]
    weighed = find_criticality(it.atlas, it.engine, replace(ask, traffic=Traffic(by_ref={"G1": 2_000.0, "G2": 100.0})), now=NOW)
    assert weighed.places["row"].tolist() == [0, 1]
    assert weighed.places["lost_lorry_km_day"].tolist() == [approx(2_000, rel=1e-3), approx(200, rel=1e-3)]
    assert [one.row for one in weighed.gains] == [0, 1] and weighed.gains[0].gain_lorry_km_day == approx(2_000, rel=1e-3)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("direction", ["to", "from"])
def test_closing_each_place_and_counting_anew_gives_the_same(seed: int, direction: str) -> None:
    rng = np.random.default_rng(100 + seed)
    engine = engine_of(random_osm(rng, business=0.2 * (seed % 2)))
    atlas = atlas_of(random_places(rng, engine, 5))
    ask = CoverAsk(limit_s=90.0, classes=CLASSES, direction=direction)  # type: ignore[arg-type]
    found = find_criticality(atlas, engine, ask, now=NOW)
    whole = found.share().covered_m
    assert whole == approx(find_coverage(atlas, engine, ask, now=NOW).share().covered_m, abs=1e-6)
    for place in found.places.itertuples():
        after = anew(atlas, engine, ask, place.row).share().covered_m
        assert place.lost_m == approx(whole - after, abs=1e-3)
        assert without(found.coverage, place.row).share().covered_m == approx(after, abs=1e-3)
        assert place.served_m == approx(place.lost_m + place.taken_m, abs=1e-6)
    assert found.gains[-1].covered_m == approx(whole, abs=1e-3) and sorted(one.row for one in found.gains) == list(range(5))
    gains = [one.gain_m for one in found.gains]
    assert gains == sorted(gains, reverse=True)
    alone = [find_coverage(_only(atlas, row), engine, ask, now=NOW).share().covered_m for row in range(5)]
    assert gains[0] == approx(max(alone), abs=1e-3)


def _only(atlas: Atlas, row: int) -> Atlas:
    frame = atlas.frame.iloc[[row]].reset_index(drop=True)
    places = replace(atlas.places, key=(*atlas.places.key, "only", row), geometry=frame.geometry.to_numpy(),
                     lonlat=atlas.places.lonlat[[row]])
    return Atlas(frame, places, atlas.flags[[row]])


def test_a_closed_place_opens_a_gap_that_is_found_and_ranked(wujin: Settings) -> None:
    """On the sample: the gaps that appear when the gravest place closes hold just the metres it loses."""
    here = open_locator(wujin, "wujin")
    ask = CoverAsk(limit_s=900.0)
    found = here.criticality(ask, gains=False).criticality
    gravest = found.places.iloc[0]
    before, after = found.coverage.gaps, without(found.coverage, int(gravest["row"])).gaps
    opened_m = after["length_m"].sum() - before["length_m"].sum()
    assert gravest["lost_m"] > 1_000 and opened_m == approx(gravest["lost_m"], abs=1.0)
    assert after["gap"].tolist() == list(range(1, len(after) + 1))
    assert after["length_m"].is_monotonic_decreasing
    again = anew(here.atlas, here.engine, ask, int(gravest["row"]))  # type: ignore[arg-type]
    assert again.gaps["length_m"].tolist() == approx(after["length_m"].tolist(), abs=1e-3)
    new = after.geometry.union_all().difference(before.geometry.union_all().buffer(1e-6))
    assert not new.is_empty
