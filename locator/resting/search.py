"""The search put to work: rules, state and stops as the arrays the compiled search reads, and its best plan read back.

In: Rules, DriverState, StopTable.    Out: Found: the visits of the best plan, how many labels it took, how good it is.
Never knows: law files, metres, how a plan is told.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from locator.resting.state import DriverState
from locator.resting.stops import ALWAYS, Millis, StopTable
from locator.rules import DAY_S, Rules

ACTIONS = ("break", "split_first", "split_second", "rest", "rest_reduced", "rest_first", "week_rest", "week_rest_reduced",
           "part_short", "part_short_more", "part_long", "part_long_more", "restart")
MOST_LABELS = 1_000_000
STEPS = ((200, 4), (30, 4), (5, 2), (0, 1))  # what is to come weighs so many thousandths more; the share of labels allowed for it
UNKNOWN = ("open", "closed")
Best = tuple[NDArray[np.int64], int]                       # labels, and which is the end's


@dataclass(frozen=True)
class Visit:
    """A stay of a plan, in ms since departure: he arrives, begins, and may go. `action` is one of ACTIONS."""

    stop: int
    action: str
    arrive_ms: int
    begin_ms: int
    end_ms: int
    close_ms: int


@dataclass(frozen=True, eq=False)
class Found:
    """visits None: there is no plan. gap_ms: by how much the best plan may be better, 0 where this is the
    best, -1 where nothing was found before the search grew too large.

    made, opened   labels made; labels from which the search went on
    """

    visits: tuple[Visit, ...] | None
    arrive_ms: int
    penalty_ms: int
    made: int
    opened: int
    gap_ms: int


def find_best(rules: Rules, state: DriverState, table: StopTable, depart: datetime, *, unknown: str = "open",
              most: int = MOST_LABELS) -> Found:
    """The plan with the earliest arrival, penalties counted as time. `unknown`: are stops of unknown hours open or closed?"""
    from locator.resting import between
    from locator.resting import labels as kernel

    ptr, to, ms = drives(rules, table)
    end = np.append(table.return_ms, table.route_ms)
    open_ptr, open_ms = windows(table, unknown)
    law = rules_array(rules, depart, table)
    bounds = between.least_ahead(ptr, to, ms, end, least_stay(rules, table, np.diff(open_ptr) > 0), rules.break_ * 1000,
                                rules.drive * 1000)
    asked = (ptr, to, ms, end, *bounds, open_ptr, open_ms, table.service_ms, table.penalty_ms, early_s(table), table.can_rest,
             first_label(rules, state, law))
    made = opened = 0
    for tried in _laxer(law, open_ms, kernel):
        best, bound, more_made, more_opened = _in_steps(asked, tried, most, kernel)
        made, opened = made + more_made, opened + more_opened
        if best is None or keeps(*best, law, kernel):
            break
    if best is None:
        return Found(None, 0, 0, made, opened, 0 if bound is None else -1)
    rows, last = best
    arrive, penalty = int(rows[last, kernel.T]), int(rows[last, kernel.PEN])
    return Found(_visits(rows, last, open_ptr, open_ms, kernel, rules.family == "us"), arrive, penalty, made, opened,
                 0 if bound is None else max(arrive + penalty - bound, 0))


def _in_steps(asked: tuple[Any, ...], law: Millis, most: int, kernel: Any) -> tuple[Best | None, int | None, int, int]:
    """Good plans in haste; then the best, and of those that cost the same the one that rests later. Returns it, what the best
    can at least be (None: this is the best, or there is none), labels made, opened."""
    best: Best | None = None
    cost, made, opened = longest_ms(int(asked[3][-1])), 0, 0
    rough = law.copy()
    rough[kernel.TIMELESS] = 1                             # drops more than it may: plans stay lawful, the best may be lost
    proven = False
    for haste, share in STEPS:
        if proven and haste:
            continue
        sure = haste == 0 or bool(law[kernel.TIMELESS])
        found = kernel.search(*asked, law if sure else rough, most // share, haste, cost if haste or best is None else cost + 1)
        made, opened = made + int(found[2]), opened + int(found[3])
        if found[1] >= 0:
            best = found[0], int(found[1])
            cost = int(best[0][best[1], kernel.T] + best[0][best[1], kernel.PEN])
        proven = proven or (found[1] == -1 and sure) or (found[1] >= 0 and haste == 0)
        if proven and best is None:
            break                                          # there is none
    return best, None if proven else int(found[4]), made, opened


def _laxer(law: Millis, open_ms: Millis, kernel: Any) -> Iterator[Millis]:
    """The rules without night and week, where the clock then no longer matters; and as they are. What is best under the first
    and keeps the second is best under both."""
    lax = law.copy()
    lax[[kernel.NIGHT, kernel.WEEK, kernel.TWO_WEEKS, kernel.MONDAY]] = kernel.INF
    lax[kernel.TIMELESS] = not ((open_ms[:, 0] > 0) | (open_ms[:, 1] < ALWAYS)).any()
    if lax[kernel.TIMELESS] and not law[kernel.TIMELESS]:
        yield lax
    yield law


def keeps(rows: NDArray[np.int64], last: int, law: Millis, kernel: Any) -> bool:
    """Does a plan found without night and week keep both as it is?"""
    at, y = last, np.zeros(kernel.FIELDS, np.int64)
    chain = [at]
    while rows[at, kernel.PARENT] >= 0:
        at = int(rows[at, kernel.PARENT])
        chain.append(at)
    x = rows[chain[-1]].copy()
    for label in reversed(chain[:-1]):
        row = rows[label]
        begin = int(x[kernel.T])
        drive = int(row[kernel.ARR]) - begin
        if kernel.departs(x, drive, law) != begin or not kernel.arrive(x, begin, drive, law, y):
            return False
        x = row.copy()
        x[[kernel.W, kernel.WL]] = kernel.week_at(y, int(row[kernel.T]), law)
    return True


def least_stay(rules: Rules, table: StopTable, ever_open: NDArray[np.bool_]) -> Millis:
    """(n,) what a stop takes at least, its drive apart; more than any trip where it never opens."""
    assert table.service_ms is not None and table.penalty_ms is not None
    rest = rules.break_ * 1000
    stay = np.maximum(table.service_ms, rest) if rules.work_breaks else table.service_ms + rest
    return np.where(ever_open, stay + table.penalty_ms, 2**55)


def early_s(table: StopTable) -> Millis:
    """(n,) seconds of the route that still lie ahead of a stop: what a stay there counts as among plans that cost the same."""
    return np.asarray((table.route_ms - table.leave_ms) // 1000, np.int64)


def longest_ms(route_ms: int) -> int:
    """No plan takes longer, penalties with it: three times its driving and four days. So a search ends where nothing opens."""
    return 3 * route_ms + 4 * DAY_S * 1000


def drives(rules: Rules, table: StopTable) -> tuple[Millis, Millis, Millis]:
    """Every drive between stops that one stretch of driving allows, as (ptr, to, ms); row n is the start."""
    from locator.resting import between

    known = np.searchsorted(table.between[:, 0], np.arange(len(table) + 2))
    return tuple(between.drives_between(
        table.leave_ms, table.out_ms, table.back_ms, table.rejoin_ms, table.usable, rules.drive * 1000, known,
        np.ascontiguousarray(table.between[:, 1]), np.ascontiguousarray(table.between[:, 2])))


def windows(table: StopTable, unknown: str) -> tuple[Millis, Millis]:
    """Open stretches of all stops: (n + 1,) pointers, (w, 2) ms."""
    assert table.hours is not None
    always = ((0, ALWAYS),) if unknown == "open" else ()
    per_stop = [always if one is None else one for one in table.hours]
    ptr = np.concatenate([[0], np.cumsum([len(one) for one in per_stop], dtype=np.int64)]).astype(np.int64)
    return ptr, np.array([w for one in per_stop for w in one], np.int64).reshape(-1, 2)


def rules_array(rules: Rules, depart: datetime, table: StopTable) -> Millis:
    """The rules as the kernel reads them, in ms; the night and the week as times since departure."""
    from locator.resting import labels as kernel

    r = np.full(kernel.RULES, kernel.INF, np.int64)
    fields = {"DRIVE": rules.drive, "BREAK": rules.break_, "FIRST_MS": rules.split_first, "SECOND_MS": rules.split_second,
              "NIGHT": rules.night_drive, "DAY": rules.day_drive, "DAY_LONG": rules.day_drive_long, "DUTY": rules.duty,
              "REST": rules.day_rest, "REDUCED": rules.reduced_rest, "REST_FIRST": rules.split_rest_first,
              "SHORT": rules.part_short, "LONG": rules.part_long, "WEEK": rules.week_drive,
              "TWO_WEEKS": rules.two_weeks_drive, "WREST": rules.week_rest,
              "WREDUCED": rules.week_rest_reduced, "WITHIN": rules.week_rest_within, "CYCLE": rules.cycle,
              "RESTART": rules.restart}
    for name, seconds in fields.items():
        if seconds is not None:
            r[getattr(kernel, name)] = seconds * 1000
    r[kernel.FAMILY] = ("continuous", "eu", "us").index(rules.family)
    r[kernel.WORKS] = rules.work_breaks
    r[kernel.LONG_DAYS], r[kernel.REDUCED_N] = rules.long_days or 0, rules.reduced_rests or 0
    if rules.night_from is not None and rules.night_to is not None:
        r[kernel.NIGHT_AT] = rules.night_from * 1000 - _of_day_ms(depart)
        r[kernel.NIGHT_MS] = (rules.night_to - rules.night_from) % DAY_S * 1000
    if rules.week_drive is not None:
        r[kernel.MONDAY] = _to_monday_ms(depart)
    assert table.hours is not None
    always = all(one is None or one in ((), ((0, ALWAYS),)) for one in table.hours)
    r[kernel.TIMELESS] = always and rules.night_drive is None and rules.week_drive is None
    return r


def _of_day_ms(at: datetime) -> int:
    return round((at - at.replace(hour=0, minute=0, second=0, microsecond=0)) / timedelta(milliseconds=1))


def _to_monday_ms(at: datetime) -> int:
    """To the next Monday 00:00 by the clock he set out with."""
    return (7 - at.weekday()) * DAY_S * 1000 - _of_day_ms(at)


def first_label(rules: Rules, state: DriverState, law: Millis) -> Millis:
    """The label he sets out with. What he left out follows from what he said: driven since the break is driven today."""
    from locator.resting import labels as kernel

    x = np.zeros(kernel.FIELDS, np.int64)
    since, today = _ms(state.since_break_s), _ms(max(state.driven_today_s, state.since_break_s))
    on_duty = max(_ms(state.on_duty_s), today)
    x[kernel.C], x[kernel.S1], x[kernel.S2] = since, -on_duty, -on_duty
    x[kernel.D] = today if rules.day_drive is not None else 0
    if rules.family == "eu":
        x[kernel.W], x[kernel.WL] = max(_ms(state.driven_week_s), today), _ms(state.driven_last_week_s)
        x[kernel.WK] = -max(_ms(state.since_week_rest_s), on_duty)
        x[kernel.F], x[kernel.P3] = state.split_taken, state.split_rest_taken
        x[kernel.RED], x[kernel.EXT], x[kernel.WR] = state.reduced_rests, state.long_days, state.week_rest_was_reduced
    elif rules.family == "us":
        x[kernel.CY], x[kernel.Q] = max(_ms(state.cycle_s), today), int(state.part_s * 1000)
        x[kernel.D1], x[kernel.P1] = _ms(state.part_driven_s), -_ms(state.part_on_duty_s)
        x[kernel.P2] = x[kernel.P1]
    elif rules.night_drive is not None:
        x[kernel.D1] = _night_ms(law[kernel.NIGHT_AT], law[kernel.NIGHT_MS], since)
    return x


def _night_ms(night_at: int, night_ms: int, since: int) -> int:
    """Night within the driving that ends at the departure."""
    begin = night_at - night_at // 86_400_000 * 86_400_000 - 2 * 86_400_000
    return sum(max(0, min(0, b + night_ms) - max(-since, b)) for b in range(int(begin), 1, 86_400_000))


def _ms(seconds: float) -> int:
    return ceil(seconds * 1000 - 1e-6)


def _visits(rows: NDArray[np.int64], last: int, open_ptr: Millis, open_ms: Millis, kernel: Any,
            american: bool) -> tuple[Visit, ...]:
    found, at = list[Visit](), int(rows[last, kernel.PARENT])
    while rows[at, kernel.PARENT] >= 0:
        row = rows[at]
        stop, begin, end = int(row[kernel.NODE]), int(row[kernel.BEG]), int(row[kernel.T])
        mine = open_ms[open_ptr[stop]:open_ptr[stop + 1]]
        close = int(mine[(mine[:, 0] <= begin) & (mine[:, 1] >= end), 1][0])
        act = ACTIONS[row[kernel.ACT]]
        found.append(Visit(stop, "restart" if american and act == "week_rest" else act, int(row[kernel.ARR]), begin, end, close))
        at = int(row[kernel.PARENT])
    return tuple(reversed(found))


def explore(rules: Rules, state: DriverState, table: StopTable, depart: datetime, *, unknown: str, most: int,
            ) -> tuple[NDArray[np.int64], Millis, Millis]:
    """(labels, the first one, the rules): everything he can lawfully reach, whether or not it leads to the end."""
    from locator.resting import labels as kernel

    ptr, to, ms = drives(rules, table)
    never = np.full(len(table) + 1, 4 * table.route_ms + rules.drive * 10_000, np.int64)      # an end no drive is long enough for
    nothing = np.zeros(len(table) + 1, np.int64)
    law = rules_array(rules, depart, table)
    first = first_label(rules, state, law)
    found = kernel.search(ptr, to, ms, never, nothing, nothing, nothing, *windows(table, unknown), table.service_ms,
                          table.penalty_ms, early_s(table), table.can_rest, first, law, most, 0, longest_ms(table.route_ms))
    return found[0], first, law


def least_reach(rows: NDArray[np.int64], law: Millis) -> Millis:
    """(k,) of labels: driving left before a break, or the day's end; other limits may come sooner."""
    from locator.resting import labels as kernel

    cap = np.where(rows[:, kernel.EXT] < law[kernel.LONG_DAYS], law[kernel.DAY_LONG], law[kernel.DAY])
    return np.asarray(np.minimum(law[kernel.DRIVE] - rows[:, kernel.C], cap - rows[:, kernel.D]))
