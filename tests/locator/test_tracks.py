"""Simulated tracks over real roads, matched: how much of the true drive is found, and how much is found that was not driven."""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from geodata.errors import NotReachable
from locator.engines.embedded import EmbeddedEngine
from locator.engines.matching import most_likely, read_line
from locator.engines.steps import Steps
from locator.engines.trellis import CREDIT, CREDIT_MOST
from locator.settings import Settings
from locator.vehicles import vehicle
from locator.wiring import open_locator
from tests.locator.tracks import (
    fixes,
    how_right,
    measured,
    positions,
    random_drives,
    roads_driven,
    there_and_back,
    together,
    unlawful,
    without,
)

REGIONS = ("porto", "heidelberg")
Opened = Callable[[str], EmbeddedEngine]


@pytest.fixture(scope="module")
def opened(porto: Settings, heidelberg: Settings) -> Opened:
    engines = {"porto": open_locator(porto, "porto").engine, "heidelberg": open_locator(heidelberg, "heidelberg").engine}
    assert all(isinstance(engine, EmbeddedEngine) for engine in engines.values())
    return lambda name: engines[name]  # type: ignore[return-value]


def same_roads(engine: EmbeddedEngine, drives: list[Steps], digits: int) -> None:
    for steps in drives:
        again = engine.match(np.round(steps.lonlat(engine.graph), digits), vehicle())
        assert again.steps is not None and again.unmatched == ()
        assert roads_driven(engine.graph, again.steps) == roads_driven(engine.graph, steps)
        assert unlawful(engine.network(vehicle()), again.steps) == 0


@pytest.mark.parametrize("region", REGIONS)
def test_a_planned_route_is_the_same_roads_again(opened: Opened, region: str) -> None:
    """Every one of them, whole: the line as a planner exports it."""
    same_roads(opened(region), random_drives(opened(region), 20, 3), 7)


@pytest.mark.deep
@pytest.mark.parametrize("region", REGIONS)
def test_a_hundred_planned_routes_are_the_same_roads_again(opened: Opened, region: str) -> None:
    same_roads(opened(region), random_drives(opened(region), 100, 5), 7)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("drifts", [False, True], ids=["white", "drifting"])
def test_ten_metres_off_every_five_seconds_is_99_percent_right(opened: Opened, region: str, drifts: bool) -> None:
    engine = opened(region)
    right = together([one for _, one in measured(engine, random_drives(engine, 15, 7), 5.0, 10.0, drifts=drifts)])
    assert right.share >= 0.99 and right.excess <= 0.01


# noise_m, every_s -> least share right, most excess; what is measured is in docs/engine.md, this is a little worse
TABLE = {(5, 1): (0.99, 0.01), (5, 5): (0.99, 0.01), (5, 15): (0.98, 0.015), (5, 30): (0.975, 0.02), (5, 60): (0.955, 0.03),
         (10, 1): (0.99, 0.01), (10, 5): (0.99, 0.01), (10, 15): (0.98, 0.015), (10, 30): (0.975, 0.02), (10, 60): (0.955, 0.03),
         (20, 1): (0.98, 0.02), (20, 5): (0.98, 0.02), (20, 15): (0.975, 0.02), (20, 30): (0.97, 0.02), (20, 60): (0.95, 0.035),
         (50, 1): (0.94, 0.06), (50, 5): (0.95, 0.04), (50, 15): (0.95, 0.04), (50, 30): (0.94, 0.04), (50, 60): (0.92, 0.05)}


@pytest.mark.deep
@pytest.mark.parametrize(("noise_m", "every_s"), TABLE)
def test_other_noise_and_sampling_are_as_right_as_said(opened: Opened, noise_m: int, every_s: int) -> None:
    each = [one for engine in map(opened, REGIONS) for drifts in (False, True)
            for _, one in measured(engine, random_drives(engine, 15, 11), every_s, noise_m, drifts=drifts, seed=2)]
    least, most = TABLE[noise_m, every_s]
    assert together(each).share >= least and together(each).excess <= most


def test_a_tunnel_has_no_fixes_and_still_is_driven(opened: Opened) -> None:
    """A fifth of the fixes of each drive is missing: 2 to 10 km. Which way he took there is inferred, or said not to be known."""
    engine = opened("porto")
    each = []
    for i, steps in enumerate(random_drives(engine, 10, 13)):
        match = engine.match(without(fixes(engine.graph, steps, 5.0, 10.0, i, drifts=True), 0.4, 0.6), vehicle())
        each.append(how_right(engine.graph, steps, match))
        assert each[-1].share > 0.9 or match.unmatched != ()
    assert together(each).share >= 0.95 and together(each).excess <= 0.05


def test_a_u_turn_on_the_open_road_is_driven(opened: Opened) -> None:
    """He turns between two fixes, so up to a fix each way is not known."""
    engine = opened("porto")
    turned = [found for steps in random_drives(engine, 16, 17) if (found := there_and_back(engine.graph, steps, 0.4)) is not None]
    each = []
    for i, steps in enumerate(turned):
        match = engine.match(fixes(engine.graph, steps, 5.0, 10.0, i, drifts=True), vehicle())
        assert match.steps is not None and unlawful(engine.network(vehicle()), match.steps) == 0
        each.append(how_right(engine.graph, steps, match))
    assert len(each) >= 8 and together(each).share >= 0.96 and together(each).excess <= 0.02


def test_half_an_hour_s_rest_adds_nothing(opened: Opened) -> None:
    engine = opened("porto")
    each = [how_right(engine.graph, steps, engine.match(
        fixes(engine.graph, steps, 5.0, 10.0, i, drifts=drifts, stands_s=1_800.0), vehicle()))
        for i, steps in enumerate(random_drives(engine, 8, 19)) for drifts in (False, True)]
    assert together(each).share >= 0.99 and together(each).excess <= 0.01


def test_points_written_down_twice_say_no_more(opened: Opened) -> None:
    engine = opened("heidelberg")
    line = fixes(engine.graph, random_drives(engine, 1, 23)[0], 5.0, 10.0, 1)
    once, twice = (engine.match(points, vehicle()).steps for points in (line, np.repeat(line, 2, axis=0)))
    assert once is not None and twice is not None
    assert roads_driven(engine.graph, once, 30.0) == roads_driven(engine.graph, twice, 30.0)


def test_every_match_is_a_lawful_drive(opened: Opened) -> None:
    """Noise pulls points onto other roads; never over a turn that is not there, or against a one-way street."""
    for region in REGIONS:
        engine = opened(region)
        for i, steps in enumerate(random_drives(engine, 8, 29)):
            match = engine.match(fixes(engine.graph, steps, 5.0, 30.0, i, drifts=True), vehicle())
            assert match.steps is not None and unlawful(engine.network(vehicle()), match.steps) == 0


def dense_noise(engine: EmbeddedEngine) -> np.ndarray:
    steps = random_drives(engine, 1, 31, least_m=30_000.0)[0]
    line = positions(engine.graph, steps, np.arange(0.0, steps.total_m, 2.0))
    return line + np.random.default_rng(1).normal(0.0, 15.0, line.shape) / (83_700.0, 111_200.0)


def test_a_point_every_two_metres_with_15_metres_of_noise_is_averaged(opened: Opened) -> None:
    engine = opened("porto")
    line = dense_noise(engine)
    said = read_line(engine, line, vehicle())
    assert len(said.fixes.lonlat) < 0.5 * len(line)
    truth = random_drives(engine, 1, 31, least_m=30_000.0)[0]
    right = how_right(engine.graph, truth, engine.match(line, vehicle()))
    assert right.share >= 0.99 and right.excess <= 0.01


def junk(rng: np.random.Generator, kind: str) -> np.ndarray:
    town = np.array([-8.62, 41.16])
    return {"all over": lambda: rng.uniform((-8.8, 40.95), (-8.2, 41.45), (20_000, 2)),
            "in town": lambda: town + rng.uniform(-0.01, 0.01, (20_000, 2)),
            "wandering": lambda: town + np.cumsum(rng.normal(0.0, 0.002, (20_000, 2)), axis=0)}[kind]()


@pytest.mark.parametrize("kind", ["all over", "in town", "wandering"])
def test_twenty_thousand_random_points_are_refused_after_bounded_work(opened: Opened, kind: str) -> None:
    engine, line = opened("porto"), junk(np.random.default_rng(1), kind)
    said = read_line(engine, line, vehicle())
    assert most_likely(said).settled <= CREDIT * len(said.fixes.lonlat) + CREDIT_MOST
    with pytest.raises(NotReachable) as caught:
        engine.match(line, vehicle())
    assert caught.value.code == "no_road_within_reach"


def test_a_drive_of_a_thousand_fixes_settles_few_arcs_for_each(opened: Opened) -> None:
    engine = opened("porto")
    for every_s, most in ((1.0, 30), (5.0, 60), (30.0, 400)):
        steps = random_drives(engine, 3, 37)
        for i, drive in enumerate(steps):
            said = read_line(engine, fixes(engine.graph, drive, every_s, 10.0, i), vehicle())
            assert most_likely(said).settled <= most * len(said.fixes.lonlat)
