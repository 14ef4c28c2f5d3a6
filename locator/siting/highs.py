"""A mixed-integer program, put to HiGHS as arrays.

In: costs, bounds, rows.    Out: Solved: the best found, a bound that holds, why it ended.
Never knows: sites, demand, what a column means. One thread: the same program ends in the same way.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp

from locator.siting.choice import Effort, Flags, Floats


@dataclass(frozen=True, eq=False)
class Program:
    """Minimise cost · x with low <= rows x <= high, lower <= x <= upper, x whole where `whole`."""

    cost: Floats
    upper: Floats
    whole: Flags
    rows: sp.csr_array
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class Solved:
    """x       the best found, None: none found
    bound   no x costs less; inf: nothing is allowed at all
    ended   proven, infeasible, nodes, time or cancelled
    """

    x: Floats | None
    cost: float
    bound: float
    ended: str
    nodes: int


NOTHING = Solved(None, np.inf, np.inf, "infeasible", 0)


class _Quiet(highspy.Highs):
    """Says nothing, not even its name on standard output when it is made: that may be somebody's JSON."""

    def enableCallbacks(self) -> None:
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()                          # type: ignore[no-untyped-call]


def solve(program: Program, effort: Effort, *, start: Floats | None = None) -> Solved:
    """Branch and bound to the end, or until the effort is spent."""
    if not len(program.cost):                              # HiGHS calls a program without columns neither solved nor wrong
        fits = bool((program.low <= 0).all() and (program.high >= 0).all())
        return Solved(np.zeros(0), 0.0, 0.0, "proven", 0) if fits else NOTHING
    solved = _run(program, effort, start)
    if start is not None and solved.x is not None and not np.isclose(program.cost @ solved.x, solved.cost, rtol=1e-6, atol=1e-6):
        solved = _run(program, effort, None)               # HiGHS 1.16: presolve may misjudge a start and prove what is not so
    return solved


def _run(program: Program, effort: Effort, start: Floats | None) -> Solved:
    h: Any = _Quiet()                                      # type: ignore[no-untyped-call]
    options = {"time_limit": max(effort.left_s, 0.01), "mip_rel_gap": 0.0, "mip_abs_gap": 1e-9, "threads": 1, "random_seed": 0,
                "mip_max_nodes": effort.nodes if effort.nodes is not None else highspy.kHighsIInf}
    for name, value in options.items():
        h.setOptionValue(name, value)
    h.passModel(_model(program))
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = start.tolist()
        h.setSolution(given)
    if effort.cancelled is not None:
        _listen(h, effort)
    h.run()
    return _read(h, effort)


def relax(program: Program, effort: Effort) -> tuple[Floats, Floats] | None:
    """(x, price of each row) of the program without whole numbers, by interior points; None when it was not finished in time.

    Good prices, not exact ones: whoever bounds with them works the bound out from the prices himself.
    """
    h: Any = _Quiet()                                      # type: ignore[no-untyped-call]
    for name, value in {"time_limit": max(effort.left_s, 0.01), "threads": 1, "solver": "ipm", "run_crossover": "off"}.items():
        h.setOptionValue(name, value)
    h.passModel(_model(replace(program, whole=np.zeros(len(program.cost), np.bool_))))
    if effort.cancelled is not None:
        _listen(h, effort)
    h.run()
    if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    found = h.getSolution()
    return np.array(found.col_value), np.array(found.row_dual)


def _model(program: Program) -> Any:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.cost), program.rows.shape[0]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, np.zeros(len(program.cost)), program.upper
    lp.row_lower_, lp.row_upper_ = _open(program.low), _open(program.high)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = program.rows.indptr, program.rows.indices
    lp.a_matrix_.value_ = program.rows.data.astype(np.float64)
    if program.whole.any():
        kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
        lp.integrality_ = [kinds[w] for w in program.whole.tolist()]
    return lp


def _open(side: Floats) -> Floats:
    return np.clip(side, -highspy.kHighsInf, highspy.kHighsInf)


def _listen(h: Any, effort: Effort) -> None:
    def asked(event: Any) -> None:
        event.interrupt(effort.over)

    h.cbMipInterrupt.subscribe(asked)
    h.cbSimplexInterrupt.subscribe(asked)
    h.cbIpmInterrupt.subscribe(asked)


def _read(h: Any, effort: Effort) -> Solved:
    status, info = h.getModelStatus(), h.getInfo()
    which = highspy.HighsModelStatus
    if status == which.kInfeasible:
        return NOTHING
    is_mip = bool(h.getLp().integrality_)
    bound = float(info.mip_dual_bound if is_mip else info.objective_function_value if status == which.kOptimal else -np.inf)
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    x = np.array(h.getSolution().col_value) if found else None
    cost = float(info.objective_function_value) if found else np.inf
    ended = {which.kOptimal: "proven", which.kSolutionLimit: "nodes", which.kTimeLimit: "time"}.get(status, "time")
    if effort.cancelled is not None and effort.cancelled():
        ended = "cancelled"
    return Solved(x, cost, bound if np.isfinite(bound) else -np.inf, ended, max(int(info.mip_node_count), 0))
