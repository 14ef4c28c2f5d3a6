"""What others take for the same siting questions: spopt's models where it is installed, scipy's milp.

In: the bench's own cases.    Out: a peer's value and its processor seconds, building its model included.
Never knows: our solvers. spopt is no dependency: `pip install spopt` beside the tests is enough.
"""
from __future__ import annotations

import time
from importlib.util import find_spec

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from locator.siting.merging import merged

Floats = NDArray[np.float64]
PEER_S = 60.0
NO_SPOPT = "skipped: spopt is not installed"


def has_spopt() -> bool:
    return find_spec("spopt") is not None and find_spec("pulp") is not None


def spopt_covering(reach: sp.csr_array, weight: Floats, k: int) -> tuple[float, float]:
    """spopt's MCLP by a cost matrix: 0 where a site serves, 2 where not, within a radius of 1."""
    from spopt.locate import MCLP  # type: ignore[import-not-found]

    costs = 2.0 - 2.0 * reach.toarray().T.astype(np.float64)
    began = _cpu_s()
    model = MCLP.from_cost_matrix(costs, weight, 1.0, p_facilities=k).solve(_solver(), results=False)
    return float(model.problem.objective.value()), _cpu_s() - began


def spopt_median(costs: Floats, k: int) -> tuple[float, float]:
    """spopt's p-median, every demand of weight 1."""
    from spopt.locate import PMedian

    began = _cpu_s()
    model = PMedian.from_cost_matrix(costs.T, np.ones(costs.shape[1]), p_facilities=k).solve(_solver(), results=False)
    return float(model.problem.objective.value()), _cpu_s() - began


def _solver() -> object:
    """HiGHS, as ours: what differs is the model."""
    import pulp  # type: ignore[import-not-found]

    return pulp.HiGHS(msg=False, threads=1, gapRel=0.0)


def _cpu_s() -> float:
    return time.process_time()


def scipy_covering(reach: sp.csr_array, weight: Floats, k: int) -> tuple[float, float]:
    """scipy's milp on the same rows, merged as ours are: nothing ruled out, no start."""
    began = _cpu_s()
    rows = merged(reach, weight)
    m, n = rows.reach.shape
    count = sp.csr_array(np.r_[np.ones(m), np.zeros(n)][None])
    table = sp.vstack([sp.hstack([rows.back.astype(np.float64), -sp.eye_array(n)]), count])
    low, high = np.r_[np.zeros(n), 0.0], np.r_[np.full(n, np.inf), float(k)]
    found = milp(np.r_[np.zeros(m), -rows.weight], integrality=np.r_[np.ones(m), np.zeros(n)], bounds=Bounds(0, 1),
                 constraints=LinearConstraint(table, low, high), options={"time_limit": PEER_S})
    return (0.0 if found.x is None else float(-found.fun)), _cpu_s() - began


def scipy_median(costs: Floats, k: int) -> tuple[float, float]:
    """scipy's milp on the textbook's p-median: a variable for every pair, no demand farther than what opens."""
    began = _cpu_s()
    m, n = costs.shape
    pair = np.arange(m * n)
    each = sp.csr_array((np.ones(m * n), (pair % n, pair)), shape=(n, m * n))
    opens = sp.hstack([sp.eye_array(m * n), sp.csr_array((-np.ones(m * n), (pair, pair // n)), shape=(m * n, m))])
    count = sp.csr_array(np.r_[np.zeros(m * n), np.ones(m)][None])
    table = sp.vstack([sp.hstack([each, sp.csr_array((n, m))]), opens, count])
    low, high = np.r_[np.ones(n), np.full(m * n, -np.inf), 0.0], np.r_[np.ones(n), np.zeros(m * n), float(k)]
    found = milp(np.r_[costs.ravel(), np.zeros(m)], integrality=np.r_[np.zeros(m * n), np.ones(m)], bounds=Bounds(0, 1),
                 constraints=LinearConstraint(table, low, high), options={"time_limit": PEER_S})
    return (np.inf if found.x is None else float(found.fun)), _cpu_s() - began
