"""Siting on roads: pieces against the exact coverage, a place closed and sited again, maps by hand, trips walked stop by stop."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from pytest import approx

from geodata.errors import BadInput
from geodata.geodesy import distance_m
from geodata.layers import Catalog, Layer
from geodata.measured import MeasuredLine
from locator.asks import Want
from locator.audit.trips import Trip
from locator.coverage import CoverAsk, find_ground
from locator.engines.embedded import EmbeddedEngine
from locator.engines.reaching import find_reach
from locator.freight import CLASSES
from locator.locator import Locator
from locator.settings import Settings
from locator.siting.asking import SiteAsk
from locator.siting.candidates import thin_out
from locator.siting.demand import cut_pieces, find_times
from locator.siting.question import Siting, find_siting
from locator.siting.spots import along_roads, points_on_edges
from locator.wiring import open_locator
from tests.drawing import Town, atlas_of, engine_of, m
from tests.locator.siting.small import lawful_trips
from tests.locator.worlds import random_osm, random_places

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
Draw = Callable[..., Town]
HOMES = Want(kinds=("drivers_home",))


def layer_of(places: dict[str, Any]) -> Layer:
    return next(iter(_catalog(places).values()))


def _catalog(places: dict[str, Any]) -> Catalog:
    frame = atlas_of(places).frame.drop(columns="layer")
    return Catalog({"spots": Layer("spots", "fuel", frame, 1)})


def site(town: Town, spots: dict[str, Any], limit_s: float, **ask: Any) -> Siting:
    """Sites among `spots`, drawn as places, for a town in which nothing stands."""
    whole = SiteAsk(cover=CoverAsk(limit_s=limit_s, classes=CLASSES), candidates="spots", piece_m=50.0, **ask)
    return find_siting(atlas_of({}), town.engine, layer_of(spots), whole, now=NOW)


def test_the_better_spot_on_a_road_is_the_one_that_serves_more(town: Draw) -> None:
    """Two minutes a kilometre, limit four: p serves the 2 km before it in each direction; e, where the road ends, 2 km of one."""
    it = town("A--p-----e")
    spots = dict(zip(it.atlas.frame["id"], it.atlas.frame.geometry, strict=True))
    one, two = (site(it, spots, 240.0, k=k) for k in (1, 2))
    chosen = two.candidates.table["id"].iloc[two.choice.sites].tolist()
    assert chosen == ["spots:p", "spots:e"] and one.choice.sites.tolist() == two.choice.sites[:1].tolist() and two.choice.proven
    assert [share.covered_m for share in two.shares] == [0.0, m(4_000), m(6_000)]
    assert two.choice.gains == approx([4_000, 2_000], abs=200)            # in pieces of 50 m
    parts = two.weight
    assert parts.served + parts.gained + parts.unserved + parts.never == approx(parts.total) == two.shares[0].total_m


def test_what_no_candidate_can_serve_is_a_figure_of_its_own(town: Draw) -> None:
    """An island road apart from the rest: no spot there, so it is served by none, however many are chosen."""
    it = town("""
A--p--B

C-----D
""")
    found = site(it, dict(zip(it.atlas.frame["id"], it.atlas.frame.geometry, strict=True)), 24 * 3600.0, k=1)
    assert found.weight.never == m(12_000) and found.weight.gained == m(12_000) and found.weight.unserved == 0


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("direction", ["to", "from"])
def test_a_piece_is_served_just_when_every_metre_of_it_is(seed: int, direction: str) -> None:
    """Against the coverage of each place alone, which is held to a lorry on every metre elsewhere."""
    rng = np.random.default_rng(seed)
    engine = engine_of(random_osm(rng))
    atlas = atlas_of(random_places(rng, engine, 4))
    limit_s = float(rng.integers(20, 200))
    ask = CoverAsk(limit_s=limit_s, direction=direction, classes=CLASSES)  # type: ignore[arg-type]
    ground = find_ground(atlas, engine, ask, now=NOW, country=None)
    pieces = cut_pieces(ground, 60.0)
    sites = ground.usable.open
    table = find_times(ground, ground.stands, sites, pieces, limit_s, ask.direction).reach().toarray() > 0
    for row, place in zip(table, sites.tolist(), strict=True):
        reach = find_reach(ground.net, ground.stands, np.array([place]), ground.freight.arc, direction=ask.direction)
        begin, end = reach.shares(np.zeros(len(reach)), reach.within_ms(1000.0 * limit_s))
        for i in range(len(pieces)):
            mine = np.flatnonzero(reach.arc == ground.freight.arc[pieces.row[i]])
            whole = float(reach.arc_ms[mine[0]])
            covered = sum(max(min(end[s] * whole, pieces.to_ms[i]) - max(begin[s] * whole, pieces.from_ms[i]), 0.0) for s in mine)
            length = pieces.to_ms[i] - pieces.from_ms[i]
            straddles = any(pieces.from_ms[i] + 1e-6 < reach.to_ms[s] < pieces.to_ms[i] - 1e-6 for s in mine)
            if row[i]:
                assert covered == approx(length, abs=1e-6)
            else:                                                # a piece with the place in its middle is not promised
                assert straddles or covered < length + 1e-6


@pytest.fixture(scope="module")
def spread(wujin: Settings) -> Siting:
    return open_locator(wujin, "wujin").siting(SiteAsk(cover=CoverAsk(limit_s=600.0, want=HOMES), k=4)).siting


def test_generated_spots_are_spaced_named_and_the_same_each_time(wujin: Settings, spread: Siting) -> None:
    spots = spread.candidates
    kinds = set(spots.table["kind"])
    assert {"interchange", "junction", "roadside"} <= kinds and spots.table["id"].is_unique
    own = np.array([kind in ("interchange", "junction", "roadside") for kind in spots.table["kind"]])
    lonlat = spots.lonlat[own]
    i, j = np.triu_indices(len(lonlat), 1)
    assert distance_m(lonlat[i], lonlat[j]).min() >= 1_999
    again = open_locator(wujin, "wujin").siting(spread.ask).siting
    assert again.candidates.table["id"].tolist() == spots.table["id"].tolist()
    assert again.choice.sites.tolist() == spread.choice.sites.tolist() and again.choice.value == spread.choice.value


def test_gains_fall_and_each_site_adds_to_the_coverage(spread: Siting) -> None:
    assert spread.choice.proven and len(spread.choice.sites) == 4
    assert (np.diff(spread.choice.gains) <= 1e-6).all() and spread.choice.gains.sum() == approx(spread.choice.value)
    covered = [share.covered_m for share in spread.shares]
    assert (np.diff(covered) > 0).all() and spread.weight.gained == approx(spread.choice.value)
    assert covered[-1] >= spread.weight.served + spread.weight.gained     # pieces promise no more than the roads hold


def test_what_is_excluded_apart_or_too_dear_is_not_chosen(wujin: Settings, spread: Siting) -> None:
    here = open_locator(wujin, "wujin")
    names = spread.candidates.table["id"].iloc[spread.choice.sites].tolist()
    without = here.siting(replace(spread.ask, exclude=(names[0],))).siting
    assert names[0] not in without.candidates.table["id"].tolist() and (without.choice.value or 0) <= (spread.choice.value or 0)
    wide = here.siting(replace(spread.ask, apart_m=20_000.0)).siting
    chosen = wide.candidates.lonlat[wide.choice.sites]
    i, j = np.triu_indices(len(chosen), 1)
    assert wide.choice.proven and (not len(i) or distance_m(chosen[i], chosen[j]).min() > 19_900)
    costs = {name: 3.0 + n for n, name in enumerate(names)}
    paid = here.siting(replace(spread.ask, k=None, budget=8.0, costs=costs)).siting
    assert sorted(paid.candidates.table["id"]) == sorted(names) and paid.candidates.cost is not None
    assert paid.choice.proven and paid.candidates.cost[paid.choice.sites].sum() <= 8.0


@pytest.mark.parametrize("model", ["median", "center", "cover"])
def test_each_model_answers_on_roads(wujin: Settings, model: str) -> None:
    ask = SiteAsk(cover=CoverAsk(limit_s=900.0, want=HOMES), model=model, k=None if model == "cover" else 2, spacing_m=6_000.0)
    found = open_locator(wujin, "wujin").siting(ask).siting
    assert found.choice.proven and len(found.choice.sites) and found.shares[-1].covered_m > found.shares[0].covered_m
    if model == "cover":
        assert found.weight.unserved == 0 and found.choice.value == len(found.choice.sites)


def test_a_site_serves_no_more_than_it_holds(wujin: Settings, spread: Siting) -> None:
    """By a number for all, by id, by lorry bays; what stands is full too where its capacity is known."""
    here = open_locator(wujin, "wujin")
    ask = replace(spread.ask, model="capacitated", capacity=15_000.0)
    held = here.siting(ask).siting
    assert held.choice.proven and held.choice.gains == approx([15_000.0] * 4) and held.candidates.capacity is not None
    parts = held.weight
    assert parts.served + parts.gained + parts.unserved + parts.never == approx(parts.total)
    assert parts.served == approx(spread.weight.served) and parts.never == approx(spread.weight.never)
    wide = here.siting(replace(ask, capacity=1e9)).siting
    assert wide.choice.proven and wide.choice.value == approx(spread.choice.value)             # then it is covering
    first = str(spread.candidates.table["id"].iloc[spread.choice.sites[0]])
    named = here.siting(replace(ask, capacity=None, capacities={first: 7_000.0})).siting
    assert named.candidates.table["id"].tolist() == [first] and named.choice.gains == approx([7_000.0])
    standing = {f"drivers_home:{name}": 1_000.0 for name in here.layers()["drivers_home"].frame["id"]}
    full = here.siting(replace(ask, capacities=standing)).siting
    assert full.weight.served == approx(1_000.0 * len(standing)) and full.weight.unserved > parts.unserved


def test_a_lorry_bay_holds_so_much(wujin: Settings, spread: Siting) -> None:
    """Candidates are the places that have bays, the others are out; each holds its bays times what one holds."""
    here = open_locator(wujin, "wujin")
    found = here.siting(replace(spread.ask, model="capacitated", capacity_per_bay=100.0)).siting
    bays = found.candidates.table["lorry_bays"].astype(float)
    assert len(bays) and bays.notna().all() and found.candidates.capacity == approx(100.0 * bays.to_numpy())
    assert found.choice.proven and 0 < (found.choice.value or 0) <= 100.0 * bays.nlargest(4).sum() + 1e-6


def trips_of(here: Locator, count: int) -> tuple[Trip, ...]:
    """Between places of the sample, drawn by seed, and one that cannot be driven."""
    rng = np.random.default_rng(5)
    at = here.atlas.places.lonlat
    ends = [at[rng.choice(len(at), 2, replace=False)] for _ in range(count)]
    trips = [Trip(i, f"t{i}", 1.0 + i % 3, None, pair, None, False) for i, pair in enumerate(ends)]
    return (*trips, Trip(count, "lost", 5.0, None, np.array([[10.0, 50.0], [10.1, 50.0]]), None, False))


def test_trips_are_served_lawfully_and_those_no_site_can_serve_are_told(wujin: Settings) -> None:
    """Judged by walking each trip from open stop to open stop: what is called served can be driven."""
    here = open_locator(wujin, "wujin")
    ask = SiteAsk(cover=CoverAsk(want=HOMES), model="trips", k=3, trips=trips_of(here, 60), drive_s=1_200.0, spacing_m=4_000.0)
    found = here.siting(ask).siting
    trips, said = found.trips, found.trip_choice
    assert trips is not None and said is not None and [one.id for one in trips.skipped] == ["lost"]
    assert found.choice.proven and len(found.choice.sites) and found.weight.gained > 0
    chosen = lawful_trips(trips.stops, 1_200.0, tuple(found.choice.sites.tolist()))
    assert chosen[(said.state == "served") | (said.state == "gained")].all()
    assert lawful_trips(trips.stops, 1_200.0, ())[said.state == "served"].all()
    assert found.weight.total == approx(sum(trip.weight for trip in trips.trips))
    assert found.weight.total == approx(found.weight.served + found.weight.gained + found.weight.unserved + found.weight.never)
    short = trips.stops.drive_s <= 1_200.0
    assert (said.state[short] == "served").all()


@pytest.mark.parametrize(("wrong", "code", "field"), [
    ({"model": "best"}, "not_allowed", "model"), ({"k": 0}, "out_of_range", "k"), ({"k": 10_000}, "out_of_range", "k"),
    ({"model": "trips"}, "missing", "trips"), ({"k": None}, "missing", "k"), ({"budget": float("nan")}, "not_finite", "budget"),
    ({"budget": 5.0}, "missing", "costs"), ({"spacing_m": 1.0}, "out_of_range", "spacing_m"),
    ({"rule": "xx"}, "not_allowed", "rule"), ({"model": "capacitated"}, "missing", "capacity"),
    ({"capacity": -1.0}, "out_of_range", "capacity"), ({"capacities": {"a": float("nan")}}, "not_finite", "capacities"),
    ({"costs": {"a": -1.0}, "budget": 1.0}, "out_of_range", "costs"), ({"piece_m": 1e9}, "out_of_range", "piece_m"),
    ({"costs": {"a": 1.0}}, "missing", "budget"), ({"capacity": 5.0}, "not_allowed", "model"),
    ({"capacities": {"a": 5.0}, "model": "median"}, "not_allowed", "model"),
    ({"capacity_per_bay": 5.0, "model": "cover"}, "not_allowed", "model"), ({"trips": (object(),)}, "not_allowed", "model"),
    ({"datum": "nad27"}, "bad_datum", "datum"), ({"drive_s": 1.0}, "out_of_range", "drive_s")])
def test_a_wrong_question_is_refused_with_its_field(wrong: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        SiteAsk(**wrong)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_run_tells_its_steps_and_can_be_ended(wujin: Settings) -> None:
    here, told = open_locator(wujin, "wujin"), list[tuple[str, float]]()
    ask = SiteAsk(cover=CoverAsk(limit_s=600.0, want=HOMES), k=2, spacing_m=8_000.0)
    here.siting(ask, progress=lambda step, done, total: told.append((step, done / total)))
    shares = [share for _, share in told]
    assert list(dict.fromkeys(step for step, _ in told))[:2] == ["places", "times"] and told[-1] == ("done", 1.0)
    assert shares == sorted(shares)

    def end(step: str, done: float, total: float) -> None:
        if step == "times":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        here.siting(ask, progress=end)


def test_thinning_keeps_the_first_of_those_too_near() -> None:
    lonlat = np.array([[120.0, 31.0], [120.001, 31.0], [120.05, 31.0], [120.0, 31.0]])
    assert thin_out(lonlat, 1_000.0).tolist() == [0, 2]
    many = np.random.default_rng(1).uniform([120.0, 31.0], [120.3, 31.3], (400, 2))
    kept = list[int]()
    for row in range(len(many)):
        if not kept or distance_m(np.tile(many[row], (len(kept), 1)), many[kept]).min() > 3_000.0:
            kept.append(row)
    assert thin_out(many, 3_000.0).tolist() == kept


def test_spots_along_roads_lie_where_their_share_of_the_road_is(wujin: Settings) -> None:
    here = open_locator(wujin, "wujin")
    assert isinstance(here.engine, EmbeddedEngine)
    freight = find_ground(here.atlas, here.engine, CoverAsk(), now=NOW, country=None).freight
    edges, ptr, shape = np.unique(freight.edge), freight.graph.shape_ptr, freight.graph.shape_lonlat
    for share in (0.0, 0.5, 0.8, 1.0):
        points = points_on_edges(freight, edges, np.full(len(edges), share))
        for edge, point in zip(edges[::7].tolist(), points[::7], strict=True):
            line = MeasuredLine(np.asarray(shape[ptr[edge]:ptr[edge + 1]]))
            assert distance_m(point, line.point_at(share * line.length_m)).max() < 0.5
    assert len(along_roads(freight, 1e6)) > 40
