"""A place that closes opens a gap; it is found, ranked, and closed again by siting one: on the sample and on Porto's roads."""
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from pytest import approx

from geodata.layers import Layer
from locator.asks import Want
from locator.atlas import Atlas
from locator.coverage import CoverAsk, find_coverage
from locator.engines.embedded import EmbeddedEngine
from locator.locator import Locator
from locator.settings import Settings
from locator.siting.asking import SiteAsk
from locator.siting.question import find_siting
from locator.wiring import open_locator

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
CASES = [("wujin", "drivers_home", 0), ("wujin", "drivers_home", 4), ("wujin", "drivers_home", 9),
         *(pytest.param("porto", "service_area", row, marks=pytest.mark.deep) for row in (0, -1))]


def without(here: Locator, kind: str, row: int) -> tuple[Atlas, Layer]:
    """The region's places but one of a kind, and that one as the only candidate."""
    layer = here.layers()[kind]
    kept = layer.frame.drop(index=layer.frame.index[row]).reset_index(drop=True)
    gone = layer.frame.iloc[[row]].reset_index(drop=True)
    return (Atlas.of(here.layers().with_layer(replace(layer, frame=kept, version=layer.version + 100 + row))),
            Layer("closed", kind, gone, 1))


@pytest.mark.parametrize(("region", "kind", "row"), CASES)
def test_a_place_closed_opens_a_gap_that_is_found_ranked_and_closed_again(request: pytest.FixtureRequest, region: str, kind: str,
                                                                          row: int) -> None:
    settings: Settings = request.getfixturevalue(region)
    here = open_locator(settings, region)
    engine = here.engine
    assert isinstance(engine, EmbeddedEngine)
    ask = CoverAsk(limit_s=600.0, want=Want(kinds=(kind,)))
    before = find_coverage(here.atlas, engine, ask, now=NOW)
    atlas, closed = without(here, kind, row)
    after = find_coverage(atlas, engine, ask, now=NOW)
    opened_m = float(after.gaps["length_m"].sum() - before.gaps["length_m"].sum())
    assert opened_m == approx(before.share().covered_m - after.share().covered_m, abs=50) and opened_m > 500
    assert after.gaps["length_m"].tolist() == sorted(after.gaps["length_m"], reverse=True)
    place = closed.points[0]
    assert nearest_gap_m(after.gaps.geometry, place) <= nearest_gap_m(before.gaps.geometry, place)
    found = find_siting(atlas, engine, closed, SiteAsk(cover=ask, k=1, candidates="closed", piece_m=100.0), now=NOW)
    assert found.choice.proven and found.candidates.table["id"].iloc[found.choice.sites].tolist() == [
        f"closed:{here.layers()[kind].frame['id'].iloc[row]}"]
    assert found.shares[0].covered_m == approx(after.share().covered_m)
    assert found.shares[1].covered_m == approx(before.share().covered_m)
    assert found.gaps["length_m"].sum() == approx(before.gaps["length_m"].sum())
    assert found.choice.value == approx(opened_m, rel=0.05)               # in pieces of 100 m


def nearest_gap_m(gaps: object, place: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """Roughly: degrees of longitude at the place's latitude made metres."""
    metres = 111_200.0 * np.array([np.cos(np.radians(place[1])), 1.0])
    return min(float(np.linalg.norm((np.asarray(part.coords) - place) * metres, axis=1).min())
               for gap in gaps for part in getattr(gap, "geoms", [gap]))  # type: ignore[attr-defined]
