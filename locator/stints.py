"""Driving between the rests of a plan: where each stint's limit lies, and the last stop that is safe before it.

In: Rules, DriverState, a RestPlan and its StopTable, the departure.    Out: Stints, in order, for a ruler along the route.
Never knows: paper, screens, languages.

The first stint's limit and last safe stop are the plan's own. Each later one is found as if he set out anew from where he
rested, with what is then behind him, by the same search for the limit and the same ladder (locator.rests.find_ladder).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from locator.asks import after
from locator.resting.limits import Limit
from locator.resting.state import LONGEST_S
from locator.resting.stops import StopTable
from locator.rests import DriverState, Leg, RestPlan, Rules, Rung, find_ladder

BREAKS = ("break", "split_second", "rest_first")  # the driving time begins anew, the day does not
RESTS = ("rest", "rest_reduced", "week_rest", "week_rest_reduced", "restart")
GOES_ON = ("split_first",)  # a part of a break: nothing begins anew yet


@dataclass(frozen=True)
class Stint:
    """From where he sets out or is back on the route, to where he leaves it for the next rest, or the end.

    clock_s    driving time since the last rest at from_m;  limit_s: the same at the limit, however it is reached
    limit_m    where that is on the route; None beyond its end
    shade_m    where the driving time left is LAST_S; None beyond the end
    which      the limit that comes first (locator.resting.limits);  last_safe: row of the stops
    """

    from_m: float
    to_m: float
    clock_s: float
    limit_s: float
    limit_m: float | None
    shade_m: float | None
    which: str
    last_safe: int | None


LAST_S = 1800.0  # marked before a limit


def find_stints(
    rules: Rules,
    state: DriverState,
    plan: RestPlan,
    table: StopTable,
    depart: datetime,
    *,
    unknown: str = "open",
) -> tuple[Stint, ...]:
    """The stints of a plan, () where metres are not known. After a rest whose effect is not known here, none follow."""
    end_m = table.metres(table.route_ms)
    if end_m is None or table.metres(0) is None:
        return ()
    stints = [_stint(table, 0, state.since_break_s, plan.limit, plan.ladder)]
    zero, before_s = 0, 0.0
    for leg in plan.legs:
        if leg.stop is None:
            break
        onward_state = state_after(state, leg, leg.leave_s - before_s, depart)
        if onward_state is None:
            break
        state, before_s = onward_state, leg.leave_s
        if leg.because in GOES_ON:
            continue
        zero = int(table.rejoin_ms[leg.stop] - table.back_ms[leg.stop])
        onward = _onward(table, leg.stop, zero, leg.leave_s)
        limit, ladder = find_ladder(rules, state, onward, after(depart, leg.leave_s), unknown=unknown)
        left_m = table.metres(int(table.leave_ms[leg.stop]))
        assert left_m is not None
        stints[-1] = replace(stints[-1], to_m=left_m)
        stints.append(_stint(table, zero, state.since_break_s, limit, ladder, from_ms=int(table.rejoin_ms[leg.stop])))
    return tuple(stints)


def _stint(table: StopTable, zero: int, driven_s: float, limit: Limit, ladder: tuple[Rung, ...], *, from_ms: int = 0) -> Stint:
    """zero: driving time of the route (ms) at which he would have set out, had the way back been route."""

    def metres(left_s: float) -> float | None:
        at = zero + round(1000 * max(left_s, 0.0))
        return table.metres(at) if at <= table.route_ms else None

    from_m, end_m = table.metres(from_ms), table.metres(table.route_ms)
    assert from_m is not None and end_m is not None
    last = next((rung.stop for rung in ladder if rung.last_safe), None)
    return Stint(
        from_m,
        end_m,
        driven_s + (from_ms - zero) / 1000,
        driven_s + limit.left_s,
        metres(limit.left_s),
        metres(limit.left_s - LAST_S),
        limit.which,
        last,
    )


def _onward(table: StopTable, here: int, zero: int, leave_s: float) -> StopTable:
    """The stops as he sees them setting out from `here`: those behind cannot be used."""
    assert table.usable is not None and table.hours is not None
    ahead = table.leave_ms >= table.rejoin_ms[here]
    leave, rejoin = (np.where(ahead, ms - zero, 0) for ms in (table.leave_ms, table.rejoin_ms))
    clock = round(1000 * leave_s)
    hours = [None if one is None else tuple((a - clock, b - clock) for a, b in one) for one in table.hours]
    return replace(
        table,
        route_ms=table.route_ms - zero,
        leave_ms=leave,
        rejoin_ms=rejoin,
        usable=table.usable & ahead,
        hours=tuple(hours),
        at_ms=table.at_ms - zero,
    )


def state_after(state: DriverState, leg: Leg, elapsed_s: float, depart: datetime) -> DriverState | None:
    """What is behind him when he leaves the stop at the end of a leg; None: not known here."""
    if leg.because not in (*BREAKS, *RESTS, *GOES_ON):
        return None
    week = _weeks(after(depart, leg.depart_s), after(depart, leg.leave_s))
    driven = state.driven_week_s + leg.drive_s
    last = driven if week else state.driven_last_week_s
    since = min(state.since_week_rest_s + elapsed_s, LONGEST_S)
    state = replace(state, driven_week_s=0.0 if week else driven, driven_last_week_s=last, since_week_rest_s=since)
    return _rested(state, leg) if leg.because in RESTS else _paused(state, leg, elapsed_s)


def _rested(state: DriverState, leg: Leg) -> DriverState:
    """The day is over; a weekly rest or restart ends the week's counts too."""
    whole = leg.because in ("week_rest", "week_rest_reduced", "restart")
    on_duty = min(state.cycle_s + leg.arrive_s - leg.depart_s, LONGEST_S)
    state = replace(
        state,
        since_break_s=0.0,
        split_taken=False,
        driven_today_s=0.0,
        on_duty_s=0.0,
        split_rest_taken=False,
        reduced_rests=0 if whole else state.reduced_rests + (leg.because == "rest_reduced"),
        cycle_s=0.0 if leg.because == "restart" else on_duty,
    )
    return replace(state, since_week_rest_s=0.0, week_rest_was_reduced=leg.because == "week_rest_reduced") if whole else state


def _paused(state: DriverState, leg: Leg, elapsed_s: float) -> DriverState:
    """A break, or a part of one: the day goes on."""
    goes_on = leg.because in GOES_ON
    return replace(
        state,
        since_break_s=state.since_break_s + leg.drive_s if goes_on else 0.0,
        split_taken=goes_on,
        driven_today_s=state.driven_today_s + leg.drive_s,
        on_duty_s=min(state.on_duty_s + elapsed_s, LONGEST_S),
        split_rest_taken=state.split_rest_taken or leg.because == "rest_first",
        cycle_s=min(state.cycle_s + elapsed_s, LONGEST_S),
    )


def _weeks(before: datetime, then: datetime) -> bool:
    """Does a Monday lie between?"""
    return before.isocalendar()[:2] != then.isocalendar()[:2]
