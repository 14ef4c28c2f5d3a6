"""Planners' questions on the embedded sample: figures equal to a lorry on every metre, a closed place opens a gap."""
from __future__ import annotations

import numpy as np
import pytest
from pytest import approx

from geodata.errors import BadInput
from locator.asks import RouteAsk, Want
from locator.coverage import CoverAsk
from locator.settings import Settings
from locator.spacing import SpacingAsk
from locator.vehicles import vehicle
from locator.wiring import open_locator
from tests.locator.cover_oracle import CoverOracle


@pytest.mark.parametrize("direction", ["to", "from"])
def test_wujins_figures_are_those_of_a_lorry_on_every_metre(wujin: Settings, direction: str) -> None:
    here = open_locator(wujin, "wujin")
    ask = CoverAsk(limit_s=600.0, direction=direction)  # type: ignore[arg-type]
    found = here.coverage(ask).coverage
    engine = here.engine
    stands = engine.stands(here.atlas.places, engine.network(vehicle()))  # type: ignore[attr-defined]
    oracle = CoverOracle(engine.graph, vehicle().profile,  # type: ignore[attr-defined]
                         list(zip(stands.arc.tolist(), stands.into_ms.tolist(), strict=True)))
    for limit_s in (300.0, 600.0, 1_200.0):
        expected = oracle.covered_m(found.freight.arc.tolist(), limit_s, to=direction == "to")
        assert found.share(limit_s).covered_m == approx(expected, rel=1e-4)
    parts = found.by_class().values()
    assert sum(part.covered_m for part in parts) == approx(found.share().covered_m)


def test_zones_that_tile_the_plane_add_up(wujin: Settings) -> None:
    """Grid cells of the sample: what lies in them is no more than all, and each is as covered as its own roads are."""
    here = open_locator(wujin, "wujin")
    name = next(layer.name for layer in here.layers().values() if layer.kind == "grid_cells")
    answer = here.coverage(CoverAsk(limit_s=600.0, zones=name))
    assert answer.zones is not None
    frame, shares = answer.zones
    assert len(frame) == len(shares) == 10
    assert all(0 <= one.covered_m <= one.total_m + 1e-6 for one in shares)
    assert 0 < sum(one.total_m for one in shares) <= answer.coverage.share().total_m * (1 + 1e-9)


def test_a_layer_without_areas_is_no_layer_of_zones(wujin: Settings) -> None:
    with pytest.raises(BadInput) as caught:
        open_locator(wujin, "wujin").coverage(CoverAsk(zones="drivers_home"))
    assert (caught.value.code, caught.value.field) == ("not_allowed", "zones")


def test_a_run_tells_its_steps_and_can_be_ended(wujin: Settings) -> None:
    here, told = open_locator(wujin, "wujin"), list[tuple[str, float]]()
    here.coverage(CoverAsk(), progress=lambda step, done, total: told.append((step, done / total)))
    assert [step for step, _ in told] == ["places", "search", "gaps", "done"]
    assert (np.diff([share for _, share in told]) > 0).all() and told[-1][1] == 1.0

    def end(step: str, done: float, total: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        here.coverage(CoverAsk(), progress=end)


@pytest.mark.deep
@pytest.mark.parametrize("direction", ["to", "from"])
def test_portos_figures_are_those_of_a_lorry_on_every_metre(porto: Settings, direction: str) -> None:
    """Real roads, 2 865 km of freight roads per direction: to a ten-thousandth, at three limits."""
    here = open_locator(porto, "porto")
    found = here.coverage(CoverAsk(direction=direction)).coverage  # type: ignore[arg-type]
    engine = here.engine
    stands = engine.stands(here.atlas.places, engine.network(vehicle()))  # type: ignore[attr-defined]
    oracle = CoverOracle(engine.graph, vehicle().profile,  # type: ignore[attr-defined]
                         list(zip(stands.arc.tolist(), stands.into_ms.tolist(), strict=True)))
    for limit_s in (300.0, 600.0, 1_800.0):
        expected = oracle.covered_m(found.freight.arc.tolist(), limit_s, to=direction == "to")
        assert found.share(limit_s).covered_m == approx(expected, rel=1e-4)


SIDES = {("A 28", "S"): "osm:way/288722014", ("A 28", "N"): "osm:way/288722015", ("A 4", "E"): "osm:way/168970881",
         ("A 4", "W"): "osm:way/62252097"}


def test_of_two_areas_facing_each_other_each_direction_has_its_own(porto: Settings) -> None:
    """The areas near Porto, 130 to 160 m apart across the motorway; which serves which direction is known from the ground."""
    ask = SpacingAsk(classes=("motorway",), refs=("A 28", "A 4"), want=Want(kinds=("service_area",)), least_m=20_000.0)
    here = open_locator(porto, "porto")
    found = here.spacing(ask).spacing.directions
    ids = here.atlas.frame["id"]
    stops = {(one.chain.ref, one.chain.heading): [ids.iloc[row] for row in one.stops["row"]] for one in found}
    assert {key: [own] for key, own in SIDES.items()} == stops
    for one in found:
        ends = one.route.line.lonlat[[0, -1]]
        driven = here.route(RouteAsk(origin=tuple(ends[0].tolist()), destination=tuple(ends[1].tolist()))).route
        assert one.route.duration_s >= driven.duration_s - 60 and one.stretches["length_m"].sum() == approx(one.route.distance_m)
        assert one.stretches["drive_s"].sum() == approx(one.route.duration_s)
