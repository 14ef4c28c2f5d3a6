"""The planner asked about a case of exhaustive.py: the case as stops of a route, its answer as a timetable.

In: a Case.    Out: a RestPlan; the timetable it means, tick by tick.
Never knows: what is lawful, what is best.
"""
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from locator.rests import ALWAYS, DriverState, RestPlan, StopTable, plan_rests, read_rules
from tests.locator.exhaustive import LAWS, TICK_MIN, UNFINISHED, Case, least_cost
from tests.locator.lawful import DRIVE, NEVER, PART, REST, WAIT, WEEK, WORK, lawful, ticks

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
NO_PLAN_H = 12                       # where there is no plan, none is looked for that takes so much longer than the drive
ON = date(2026, 11, 23)
KIND = {"week_rest": WEEK, "week_rest_reduced": WEEK} | dict.fromkeys(("part_short", "part_short_more", "part_long",
                                                                        "part_long_more"), PART)


def table_of(case: Case) -> StopTable:
    """Where the fastest ways to and from each place leave and meet the route; drives between places only where these differ."""
    tick, places = case.tick_ms, len(case.hours)
    roads = csr_matrix(np.where(np.isfinite(case.roads), case.roads, 0))
    along, all_times = [0.0], dijkstra(roads)
    for a, b in pairwise(case.route):
        along.append(along[-1] + case.roads[a, b])
    leave, out, back, rejoin = (np.zeros(places, np.int64) for _ in range(4))
    usable = np.zeros(places, bool)
    for j in range(places):
        spot, reach, home = case.spots[j], case.times[places, j], case.times[j, places + 1]
        if reach >= NEVER or home >= NEVER:
            continue
        usable[j] = True
        k = max(i for i, at in enumerate(case.route) if along[i] + all_times[at, spot] == reach)
        m = min(i for i, at in enumerate(case.route) if all_times[spot, at] + along[-1] - along[i] == home)
        leave[j], out[j], back[j], rejoin[j] = along[k], reach - along[k], home - (along[-1] - along[m]), along[m]
    between = [(i, j, case.times[i, j] * tick) for i in range(places) for j in range(places)
               if i != j and usable[i] and usable[j] and case.times[i, j] < NEVER
               and (rejoin[i] > leave[j] or back[i] + leave[j] - rejoin[i] + out[j] != case.times[i, j])]
    hours = tuple(tuple((a * tick, ALWAYS if b >= NEVER else b * tick) for a, b in one) for one in case.hours)
    return StopTable(int(along[-1]) * tick, leave * tick, out * tick, back * tick, rejoin * tick,
                     np.array(between, np.int64).reshape(-1, 3), hours, case.service * tick,
                     case.penalty * tick, case.can_rest, usable)


def state_of(case: Case) -> DriverState:
    """What the history amounts to."""
    second, line = case.tick_ms / 1000, case.history
    since = parted = today = 0
    part = np.flatnonzero(line == PART)
    least = {"cn": 20, "company": 20, "eu": 45, "us": 30}[case.law]
    split = three = False
    at = 0
    while at < len(line):
        end = at
        while end < len(line) and line[end] == line[at]:
            end += 1
        minutes = (end - at) * TICK_MIN[case.law]
        if line[at] in (REST, PART):
            since = 0 if minutes >= least else since
            split, three = 15 <= minutes < 45, minutes >= 180
        elif line[at] == DRIVE:
            since, today, parted = since + end - at, today + end - at, end - at
        at = end
    if case.law == "eu":
        _, week, last, long_days, reduced, rest_end, was = case.past.tolist()
        return DriverState(since * second, split, today * second, len(line) * second, (week + today) * second, last * second,
                           long_days, reduced, three, (len(line) - rest_end) * second, bool(was))
    if case.law == "us":
        on_duty = int(case.past[0]) + int((line == DRIVE).sum() + (line == WORK).sum())
        return DriverState(since * second, False, today * second, (len(line) - len(part)) * second, cycle_s=on_duty * second,
                           part_s=len(part) * second, part_driven_s=parted * second * (len(part) > 0),
                           part_on_duty_s=parted * second * (len(part) > 0))
    return DriverState(since * second, driven_today_s=today * second)


def depart_of(case: Case) -> datetime:
    tick = timedelta(milliseconds=case.tick_ms)
    if case.law == "eu":
        return MONDAY + timedelta(days=7) - int(case.past[0]) * tick
    return MONDAY + timedelta(days=2, hours=22) - int(case.past[0]) * tick


def planned(case: Case) -> RestPlan:
    return plan_rests(read_rules(case.law, ON), state_of(case), table_of(case), depart_of(case))


def line_of(case: Case, plan: RestPlan) -> np.ndarray:
    """The plan as ticks, history before it. Every moment of it must be a whole tick."""
    def whole(seconds: float) -> int:
        count = seconds * 1000 / case.tick_ms
        assert count == round(count) >= 0
        return round(count)

    parts, before = [], 0.0
    for leg in plan.legs:
        parts += [(WAIT, whole(leg.depart_s - before)), (DRIVE, whole(leg.drive_s)), (WAIT, whole(leg.begin_s - leg.arrive_s)),
                  (WORK, whole(leg.service_s)), (KIND.get(leg.because, REST), whole(leg.rest_s))]
        before = leg.leave_s
    return np.concatenate([case.history, ticks(parts)])


def check(case: Case) -> str:
    """Compare the plan with every plan there is: 'planned', 'impossible' or what is wrong."""
    plan = planned(case)
    tick = TICK_MIN[case.law]
    if not plan.feasible:
        other = least_cost(case, int(case.times[-2, -1]) + NO_PLAN_H * 60 // tick)
        if other == UNFINISHED:
            return "unfinished"
        return "impossible" if other >= NEVER else f"a plan of {other} ticks was missed"
    cost = round((plan.arrive_s + plan.penalty_s) * 1000 / case.tick_ms)
    line = line_of(case, plan)
    if not lawful(LAWS.index(case.law), line, len(line), tick, len(case.history), case.past, True):
        return f"not lawful: {plan.legs}"
    places = [len(case.hours), *[leg.stop for leg in plan.legs[:-1]], len(case.hours) + 1]
    driven = [case.times[a, b] for a, b in pairwise(places)]
    if [round(leg.drive_s * 1000 / case.tick_ms) for leg in plan.legs] != driven:
        return "its drives are not the roads'"
    for leg in plan.legs[:-1]:
        begin, end = (round(at * 1000 / case.tick_ms) for at in (leg.begin_s, leg.leave_s))
        if not any(a <= begin and end <= b for a, b in case.hours[leg.stop]):
            return "a stay outside opening hours"
    again = len(set(places)) < len(places)                  # few plans come by a place twice
    other = least_cost(case, cost + 1, visits=1 + again)
    if other == UNFINISHED:
        return "unfinished"
    return "planned" if other == cost else f"{cost} planned, {other} is possible"
