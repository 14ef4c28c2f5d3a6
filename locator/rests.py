"""Where he must stop, where he can: a plan that keeps the driving-time rules, and the ladder of last safe stops.

In: Rules, DriverState, StopTable, the moment of departure.    Out: RestPlan.
Never knows: engines, layers, languages. How it is found and why it is right: docs/plan.md.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from geodata.errors import BadInput
from locator.resting.ladder import Rung, climb
from locator.resting.limits import Limit, find_limit
from locator.resting.mending import Mend, Problem, find_problem
from locator.resting.search import ACTIONS, MOST_LABELS, UNKNOWN, find_best, first_label, rules_array
from locator.resting.state import DriverState
from locator.resting.stops import ALWAYS, StopTable
from locator.resting.timetable import Leg, tell_legs
from locator.rules import RULE_SETS, Rules, read_rules

__all__ = ["ACTIONS", "ALWAYS", "RULE_SETS", "DriverState", "Leg", "Limit", "Mend", "Problem", "RestPlan", "Rules", "Rung",
           "StopTable", "find_ladder", "plan_rests", "read_rules"]


@dataclass(frozen=True)
class RestPlan:
    """What he drives and where he rests.

    legs         drives and stays in order, () when there is no plan
    limit        where his driving time ends if he stops nowhere;  ladder: the stops before that
    feasible     is there a plan that keeps the rules?  problem: where it fails and what would mend it
    arrive_s     since departure;  drive_s: driving in all;  penalty_s: what less liked places counted as
    approximate  the stops' figures are not from known roads, or hours were not known and taken as `unknown` says
    gap_s        at most so much better another plan may be: 0, but for the longest trips; None: the search gave up
    made, opened labels the search made, and those it went on from
    """

    rule: str
    legs: tuple[Leg, ...]
    limit: Limit
    ladder: tuple[Rung, ...]
    feasible: bool
    problem: Problem | None
    approximate: bool
    arrive_s: float
    drive_s: float
    penalty_s: float
    gap_s: float | None
    made: int
    opened: int


def plan_rests(rules: Rules, state: DriverState, table: StopTable, depart: datetime, *, unknown: str = "open",
               approximate: bool = False, most: int = MOST_LABELS) -> RestPlan:
    """The plan with the earliest arrival, penalties counted as time.

    depart   aware, in the time zone of the trip: the night and the week are its clock's
    unknown  open | closed: what a place is whose hours are not known; the plan is then `approximate`
    Raises   BadInput not_allowed, bad_time
    """
    _check(depart, unknown)
    found = find_best(rules, state, table, depart, unknown=unknown, most=most)
    limit, ladder = find_ladder(rules, state, table, depart, unknown=unknown)
    if found.visits is None:
        problem = find_problem(rules, state, table, depart, unknown=unknown, gave_up=found.gap_ms < 0)
        return RestPlan(rules.name, (), limit, ladder, False, problem, approximate, 0.0, 0.0, 0.0,
                        None if problem.gave_up else 0.0, found.made, found.opened)
    legs = tell_legs(found.visits, found.arrive_ms, table, rules)
    return RestPlan(rules.name, legs, limit, ladder, True, None, approximate or any(leg.hours_unknown for leg in legs),
                    found.arrive_ms / 1000, round(sum(leg.drive_s for leg in legs), 3), found.penalty_ms / 1000,
                    found.gap_ms / 1000, found.made, found.opened)


def find_ladder(rules: Rules, state: DriverState, table: StopTable, depart: datetime, *, unknown: str = "open",
                ) -> tuple[Limit, tuple[Rung, ...]]:
    """Where the driving time ends, and every stop before that. Nothing is searched: it serves a phone on the move."""
    _check(depart, unknown)
    law = rules_array(rules, depart, table)
    limit = find_limit(first_label(rules, state, law), law, table)
    return limit, climb(limit, 1000 * _needed_s(rules, state, limit), table, unknown=unknown)


def _needed_s(rules: Rules, state: DriverState, limit: Limit) -> int:
    """The least stay that ends the limit."""
    if limit.which == "cycle" and rules.restart is not None:
        return rules.restart
    if limit.which in ("week_rest", "week_drive", "two_weeks_drive") and rules.week_rest_reduced is not None:
        return rules.week_rest_reduced
    if limit.need == "rest" and rules.day_rest is not None:
        short = rules.reduced_rest is not None and (state.split_rest_taken or state.reduced_rests < (rules.reduced_rests or 0))
        return rules.reduced_rest if short and rules.reduced_rest is not None else rules.day_rest
    return rules.split_second if state.split_taken and rules.split_second is not None else rules.break_


def _check(depart: datetime, unknown: str) -> None:
    if unknown not in UNKNOWN:
        raise BadInput("not_allowed", field="unknown", value=unknown, allowed=", ".join(UNKNOWN))
    if depart.utcoffset() is None:
        raise BadInput("bad_time", field="depart", value=depart.isoformat())
