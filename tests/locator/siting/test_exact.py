"""Every siting model equals trying every set of candidates; no bound is beaten; no optimum is claimed that is none.

Tolerance: 1e-6 of the value, to which HiGHS works.
"""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from locator.siting import capacity, center, covering, median, set_cover, trips
from locator.siting.capacity import choose_capacitated
from locator.siting.center import choose_center
from locator.siting.choice import Choice, Effort, Limits
from locator.siting.covering import choose_covering
from locator.siting.median import choose_median
from locator.siting.set_cover import choose_cover
from locator.siting.trips import choose_for_trips
from tests.locator.siting import small

MODELS = ("covering", "median", "center", "cover", "capacitated", "trips")
QUICK, MANY = 60, 400
NEAR = 2e-6
ROOT = Path(__file__).resolve().parents[3]


def draw(model: str, seed: int, effort: Effort | None = None) -> tuple[Choice, float | None, Limits, int, bool]:
    """(what was chosen, the optimum, the limits, candidates, is more better)."""
    rng = np.random.default_rng([seed, MODELS.index(model)])
    m, n = int(rng.integers(1, 8)), int(rng.integers(1, 12))
    limits = small.draw_limits(rng, m)
    reach, weight = small.draw_reach(rng, m, n), small.draw_weight(rng, n)
    table = sp.csr_array(reach.astype(np.int8))
    served = rng.random(n) < 0.2
    today = np.where(served, rng.integers(0, 9, n), 20.0).astype(float)
    costs = np.where(reach, rng.integers(0, 12, (m, n)) if rng.random() < 0.5 else 12 * rng.random((m, n)), np.inf)

    def nearest(sites: tuple[int, ...]) -> small.Floats:
        return np.minimum(today, costs[list(sites)].min(axis=0, initial=np.inf))

    if model == "covering":
        found = choose_covering(table, weight, limits, effort, served=served)
        best = small.best_of(limits, m, lambda s: float(weight[reach[list(s)].any(axis=0) & ~served].sum()), greatest=True)
    elif model == "median":
        found = choose_median(costs, weight, limits, effort, today=today)
        best = small.best_of(limits, m, lambda s: float((weight * nearest(s)).sum()), greatest=False)
    elif model == "center":
        today = np.where(served, today, np.inf)
        some = np.isfinite(np.minimum(today, costs.min(axis=0)))
        found = choose_center(costs, limits, effort, today=today)
        best = small.best_of(limits, m, lambda s: w if np.isfinite(w := float(np.max(nearest(s)[some], initial=0.0))) else None,
                             greatest=False)
    elif model == "cover":
        limits = Limits(limits.k, limits.cost, None, limits.apart)
        price = np.ones(m) if limits.cost is None else limits.cost
        asked = reach.any(axis=0) & ~served
        found = choose_cover(table, limits, effort, served=served)
        best = small.best_of(limits, m, lambda s: float(price[list(s)].sum()) if reach[list(s)].any(axis=0)[asked].all()
                             else None, greatest=False)
    elif model == "capacitated":
        standing = int(rng.integers(0, min(3, m)))
        capacity = rng.integers(0, 5, m).astype(float)
        new = m - standing
        limits = small.draw_limits(rng, new)
        found = choose_capacitated(table, weight, capacity, limits, effort, standing=standing)
        stands = tuple(range(new, m))
        best = small.best_of(limits, new, lambda s: small.most_carried(reach, weight, capacity, (*s, *stands)), greatest=True)
        return found, best, limits, new, True
    else:
        stops, longest = small.draw_trips(rng, m), float(rng.integers(2, 6))
        many = choose_for_trips(stops, longest, m, limits, effort)
        found = many.choice
        before = small.lawful_trips(stops, longest, ())
        best = small.best_of(limits, m, lambda s: float(stops.weight[small.lawful_trips(stops, longest, s) & ~before].sum()),
                             greatest=True)
        everything = small.lawful_trips(stops, longest, tuple(range(m)))
        assert many.before == pytest.approx(stops.weight[before].sum())
        assert many.never == pytest.approx(stops.weight[~everything].sum())
        chosen = small.lawful_trips(stops, longest, tuple(found.sites.tolist()))
        assert ((many.state == "served") | (many.state == "gained")).tolist() == chosen.tolist()
    return found, best, limits, m, model in ("covering", "trips")


def compared(model: str, seeds: range, effort: Effort | None = None) -> list[Choice]:
    """Each choice is allowed, its bound holds, and where it says proven it equals the optimum. Returns them."""
    said = []
    for seed in seeds:
        found, best, limits, m, more = draw(model, seed, effort)
        said.append(found)
        if best is None:
            assert found.value is None and found.proven and not len(found.sites), seed
            continue
        assert found.value is not None and found.bound is not None, seed
        assert tuple(sorted(found.sites.tolist())) in set(small.allowed(limits, m)), seed
        sign = 1 if more else -1
        assert sign * (found.bound - best) >= -NEAR * max(1, abs(best)), (seed, "the bound is beaten")
        assert sign * (best - found.value) >= -NEAR * max(1, abs(best)), (seed, "better than the best")
        assert not found.proven or abs(found.value - best) <= NEAR * max(1, abs(best)), (seed, "claimed and not so")
    return said


@pytest.mark.parametrize("model", MODELS)
def test_every_model_equals_trying_every_set(model: str) -> None:
    said = compared(model, range(QUICK))
    assert all(found.proven and found.gap in (0.0, None) for found in said)
    assert sum(len(found.sites) > 1 for found in said) >= 4


@pytest.mark.deep
@pytest.mark.parametrize("model", MODELS)
def test_hundreds_more_equal_trying_every_set(model: str) -> None:
    assert all(found.proven for found in compared(model, range(1_000, 1_000 + MANY)))


@pytest.mark.parametrize("model", ["covering", "median", "trips"])
def test_what_is_cut_short_claims_no_more_than_it_knows(model: str) -> None:
    """Stopped before its first step: whatever it found is allowed, its bound holds, and proven means so."""
    said = compared(model, range(QUICK), Effort(seconds=0.0, rounds=1))
    assert any(not found.proven and found.gap for found in said) and {found.stopped for found in said} <= {"proven", "time"}


@pytest.mark.parametrize("model", MODELS)
def test_the_same_question_has_the_same_answer(model: str) -> None:
    for seed in range(8):
        one, two = draw(model, seed)[0], draw(model, seed)[0]
        assert one.sites.tolist() == two.sites.tolist()
        assert (one.value, one.bound, one.stopped) == (two.value, two.bound, two.stopped)


def test_a_start_that_highs_misjudges_proves_nothing() -> None:
    """HiGHS 1.16 with presolve took the start of this case, worth 6, for 9, and called it optimal; 7 is the best."""
    found, best, *_ = draw("capacitated", 93)
    assert found.proven and found.value == best == 7.0


def test_capacities_too_many_for_one_program_are_still_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing is proven but where the bound is met: by what the sites hold, or by what would reach them."""
    monkeypatch.setattr(capacity, "DIRECT", 0)
    said = compared("capacitated", range(3_000, 3_000 + QUICK))
    assert 0 < sum(one.proven for one in said) < len(said)


def test_time_is_counted_from_the_question_not_from_when_the_program_began() -> None:
    """Once, an hour after its start a server had no time left for the flows of capacitated covering."""
    held = [value for module in (capacity, center, covering, median, set_cover, trips) for value in vars(module).values()]
    assert not any(isinstance(value, Effort) for value in held)


def test_the_solver_keeps_its_name_to_itself() -> None:
    """Its banner would stand before the JSON of `--json`."""
    code = "import sys; from tests.locator.siting.test_exact import draw; draw('cover', 1)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert (ran.returncode, ran.stdout) == (0, "")
