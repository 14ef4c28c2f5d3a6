"""Siting: how far from the best, and in what processor time; equality with trying everything in the same run; peers' times.

Askings: OR-Library's p-medians within 0.05 % on average and 0.5 % each; covering of 100 000 by 1 000 proven in 15 s, by 10 000
answered in 5 s; 10 000 trips by 1 000 with 30 sites in 60 s. Processor seconds of one thread: the machine may be shared.
"""
from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from locator.siting.choice import Choice, Effort, Limits
from locator.siting.covering import choose_covering
from locator.siting.median import choose_median
from locator.siting.trips import choose_for_trips
from tests.benchmarks import peers
from tests.benchmarks.figures import Figure, say
from tests.benchmarks.siting_cases import Floats, long_trips, plane, pmed, roads
from tests.locator.siting.small import lawful_trips
from tests.locator.siting.test_exact import MODELS, compared

SHARED = Path(os.environ.get("LOCATOR_SHARED", Path(__file__).parents[3] / "shared"))
PMED = SHARED / "data/pmed"
LONG = 3_600.0                         # seconds: work is bounded by steps, so that the answer is the same anywhere
DRIVE_S = 4 * 3_600.0


def figures() -> Iterator[Figure]:
    say("siting: every model against trying every choice, 300 small cases")
    cases = sum(len(compared(model, range(2_000, 2_050))) for model in MODELS)     # raises where any is not equal
    yield Figure("siting_equal_to_trying_everything", cases, "cases", ">=300")
    choose_covering(*roads(500, 20, 30.0), Limits(3), Effort())                    # compiled before it is timed
    say("siting: pmed1-20")
    yield from medians()
    say("siting: covering of 100 000 by 1 000 and by 10 000")
    yield from coverings()
    say("siting: peers")
    yield from peers_beside()
    say("siting: 10 000 trips by 1 000 candidates")
    yield from trips()


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.process_time()
    return work(), time.process_time() - began


def medians() -> Iterator[Figure]:
    if not PMED.is_dir():
        print(f"siting: no data under {PMED}")
        return
    best = dict(line.split() for line in (PMED / "pmedopt.txt").read_text(encoding="ascii").splitlines() if line.strip())
    over, proven, wrong, seconds = [], 0, 0, 0.0
    for number in range(1, 21):
        costs, p = pmed(PMED / f"pmed{number}.txt")
        found, took = timed(lambda costs=costs, p=p: choose_median(costs, np.ones(len(costs)), Limits(p),
                                                                   Effort(seconds=120, rounds=3_000)))
        optimum = float(best[f"pmed{number}"])
        over.append(100 * (found.value / optimum - 1))
        proven += found.proven
        wrong += found.bound > optimum + 1e-6 or found.value < optimum - 1e-6 or (found.proven and found.value != optimum)
        seconds += took
    yield Figure("pmed1_20_mean_over_optimum", float(np.mean(over)), "%", "<=0.05")
    yield Figure("pmed1_20_worst_over_optimum", max(over), "%", "<=0.5")
    yield Figure("pmed1_20_proven", proven, "of 20", ">=20")
    yield Figure("pmed1_20_bounds_or_claims_wrong", wrong, "cases", "==0")
    yield Figure("pmed1_20_cpu", seconds, "s", "<=120")


def coverings() -> Iterator[Figure]:
    reach, weight = roads(100_000, 1_000, 30.0)
    for minutes in (20.0, 45.0):
        one = roads(100_000, 1_000, minutes)
        found, took = timed(lambda one=one: choose_covering(*one, Limits(30), Effort(seconds=LONG)))
        yield from stated(f"covering_100k_1k_{minutes:.0f}min", one, found, took, 15, "==0")
    found, took = timed(lambda: choose_covering(reach, weight, Limits(30), Effort(seconds=LONG)))
    yield from stated("covering_100k_1k_30min", (reach, weight), found, took, 15, "==0")
    value, took = peers.scipy_covering(reach, weight, 30)
    yield Figure("covering_100k_1k_30min_scipy_milp_cpu", took, "s", ">=0")
    yield Figure("covering_100k_1k_30min_scipy_milp_better_by", max(0.0, 100 * (value / found.value - 1)), "%", "<=0.0001")
    large = roads(100_000, 10_000, 30.0)
    found, took = timed(lambda: choose_covering(*large, Limits(30), Effort(seconds=LONG, rounds=FEW, nodes=0)))
    yield from stated("covering_100k_10k_30min", large, found, took, 5, "<=2")
    flat = plane(100_000, 1_000, 30.0)
    found, took = timed(lambda: choose_covering(*flat, Limits(30), Effort(seconds=LONG, nodes=0)))
    yield from stated("covering_100k_1k_plane", flat, found, took, 60, "<=2")


FEW = 150                              # steps of the dual that fit in the 5 s


def stated(name: str, case: tuple[sp.csr_array, Floats], found: Choice, took: float, asked_s: float, gap: str,
           ) -> Iterator[Figure]:
    """Time, gap, and the value added up again from the sites alone."""
    reach, weight = case
    served = np.unique(np.concatenate([reach[[site]].indices for site in found.sites.tolist()]))
    yield Figure(f"{name}_cpu", took, "s", f"<={asked_s}")
    yield Figure(f"{name}_gap", 100 * float(found.gap or 0.0), "%", gap)
    yield Figure(f"{name}_value_wrong", float(abs(weight[served].sum() / found.value - 1) > 1e-9), "cases", "==0")


def peers_beside() -> Iterator[Figure]:
    """The same small cases by spopt, where it is installed, and by scipy's milp: the same optimum, and the time each took."""
    yield from beside("covering_5k_200", "covering", roads(5_000, 200, 30.0), 10)
    for number in (1, 2) if PMED.is_dir() else ():
        costs, p = pmed(PMED / f"pmed{number}.txt")
        yield from beside(f"pmed{number}", "median", (costs, np.ones(len(costs))), p)


def beside(name: str, model: str, case: tuple[Any, Floats], k: int) -> Iterator[Figure]:
    ours = {"covering": choose_covering, "median": choose_median}[model]
    found, took = timed(lambda: ours(*case, Limits(k), Effort(seconds=LONG, rounds=3_000)))
    given = case if model == "covering" else (case[0],)
    by = {"scipy_milp": getattr(peers, f"scipy_{model}"), "spopt": getattr(peers, f"spopt_{model}")}
    yield Figure(f"{name}_cpu", took, "s", ">=0")
    for peer, solve in by.items():
        if peer == "spopt" and not peers.has_spopt():
            print(f"{name}_{peer} {peers.NO_SPOPT}", flush=True)
            continue
        value, spent = solve(*given, k)
        yield Figure(f"{name}_{peer}_cpu", spent, "s", ">=0")
        yield Figure(f"{name}_{peer}_finds_another", float(abs(value / found.value - 1) > 1e-6), "cases", "==0")


def trips() -> Iterator[Figure]:
    stops = long_trips(10_000, 1_000)
    found, took = timed(lambda: choose_for_trips(stops, DRIVE_S, 1_000, Limits(30), Effort(seconds=LONG, rounds=300)))
    walked = lawful_trips(stops, DRIVE_S, tuple(found.choice.sites.tolist()))
    said = (found.state == "served") | (found.state == "gained")
    yield Figure("trips_10k_1k_k30_cpu", took, "s", "<=60")
    yield Figure("trips_10k_1k_k30_gap", 100 * float(found.choice.gap or 0.0), "%", "<=5")
    yield Figure("trips_10k_1k_k30_walked_otherwise", int((walked != said).sum()), "trips", "==0")
    yield Figure("trips_10k_1k_no_site_can_serve", float(found.never), "% of weight", ">=0")
