"""A trip that cannot keep the rules: how far it gets, which limit stops it, and what would mend it.

In: what the search was given.    Out: Problem with Mends, each tried by searching again.
Never knows: words, roads.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from locator.asks import after
from locator.resting.ladder import drives_from
from locator.resting.limits import BREAK_ENDS, left_ms
from locator.resting.search import Found, explore, find_best, least_reach
from locator.resting.state import DriverState
from locator.resting.stops import ALWAYS, StopTable, Windows
from locator.rules import Rules

FEWER_LABELS = 100_000
EXPLORED = 20_000
LEFTS = 2_000                        # farthest labels looked at


@dataclass(frozen=True)
class Mend:
    """One change that would do, or come nearest to it.

    what   longer_hours: `stop` is open from from_s to to_s too (since departure)
           allow: use `stop`, which was left out (the other side, too long a detour)
           overnight: `stop` lets him stay over night
           rest_first: rest `by_s` before departure
           nearer: the next place, `stop`, is `by_s` of driving too far
    """

    what: str
    stop: int | None = None
    by_s: float | None = None
    from_s: float | None = None
    to_s: float | None = None


@dataclass(frozen=True)
class Problem:
    """at_m, at_s   the farthest point of the route he can lawfully reach, in metres and in driving time
    which        the limit that ends there, as in Limit
    rest_at_once a limit is passed already at departure
    gave_up      nothing is proven: the search grew too large
    mends        what would help; () when nothing tried did
    """

    which: str
    at_m: float | None
    at_s: float
    rest_at_once: bool
    gave_up: bool
    mends: tuple[Mend, ...]


def find_problem(rules: Rules, state: DriverState, table: StopTable, depart: datetime, *, unknown: str, gave_up: bool) -> Problem:
    rows, first, law = explore(rules, state, table, depart, unknown=unknown, most=EXPLORED)
    which, at_ms, nearer = _farthest(rows, law, table)
    over = left_ms(first, law)[1] < 0
    mends = () if gave_up else tuple(_mends(rules, state, table, depart, unknown))
    return Problem(which, table.metres(at_ms), at_ms / 1000, over, gave_up, mends + nearer)


def _farthest(rows: NDArray[np.int64], law: NDArray[np.int64], table: StopTable) -> tuple[str, int, tuple[Mend, ...]]:
    """(limit, where on the route in ms, what place would be next) of the label from which he gets farthest."""
    from locator.resting import labels as k

    n = len(table)
    rejoin, back = np.append(table.rejoin_ms, 0), np.append(table.back_ms, 0)
    best: tuple[int, int, str, int] | None = None
    rough = rejoin[rows[:, k.NODE]] - back[rows[:, k.NODE]] + least_reach(rows, law)
    for row in rows[np.argsort(-rough, kind="stable")[:LEFTS]]:
        which, left = left_ms(row, law)
        node = int(row[k.NODE])
        at = int(rejoin[node]) + max(left - int(back[node]), 0)
        if best is None or at > best[0]:
            best = at, left, which, node
    assert best is not None and table.usable is not None
    at, left, which, node = best
    drive = table.reach_ms.copy() if node == n else drives_from(table, node)
    drive[~table.usable] = 2**55
    fit = (drive > left) & (drive < 2**54) & (np.ones(n, bool) if which in BREAK_ENDS else np.asarray(table.can_rest))
    nearest = np.flatnonzero(fit)[np.argsort(drive[fit], kind="stable")[:1]]
    mends = tuple(Mend("nearer", int(j), by_s=(int(drive[j]) - left) / 1000) for j in nearest)
    return which, min(at, table.route_ms), mends


def _mends(rules: Rules, state: DriverState, table: StopTable, depart: datetime, unknown: str) -> Iterator[Mend]:
    def solved(changed: StopTable, who: DriverState = state, at: datetime = depart) -> Found | None:
        found = find_best(rules, who, changed, at, unknown=unknown, most=FEWER_LABELS)
        return found if found.visits is not None else None

    assert table.hours is not None and table.usable is not None and table.can_rest is not None
    by_s = rules.day_rest or rules.break_
    rested = replace(state, since_break_s=0.0, split_taken=False, driven_today_s=0.0, on_duty_s=0.0, split_rest_taken=False,
                     driven_week_s=max(state.driven_week_s, state.driven_today_s),
                     cycle_s=max(state.cycle_s, state.driven_today_s),
                     since_week_rest_s=state.since_week_rest_s + by_s, part_s=0.0, part_driven_s=0.0, part_on_duty_s=0.0)
    if solved(_later(table, by_s * 1000), rested, after(depart, by_s)) is not None:
        yield Mend("rest_first", by_s=by_s)
    open_all = replace(table, hours=tuple(((0, ALWAYS),) for _ in table.hours))
    found = solved(open_all)
    if found is not None and found.visits is not None:
        for visit in found.visits:
            hours = table.hours[visit.stop] or (() if unknown == "closed" else ((0, ALWAYS),))
            if not any(a <= visit.begin_ms and visit.end_ms <= b for a, b in hours):
                yield Mend("longer_hours", visit.stop, from_s=visit.begin_ms / 1000, to_s=visit.end_ms / 1000)
    every = np.ones(len(table), bool)
    for what, had, changed in (("allow", table.usable, replace(table, usable=every)),
                               ("overnight", table.can_rest, replace(table, can_rest=every))):
        if had.all():
            continue
        found = solved(changed)
        if found is not None and found.visits is not None:
            for visit in found.visits:
                if not had[visit.stop]:
                    yield Mend(what, visit.stop, from_s=visit.begin_ms / 1000, to_s=visit.end_ms / 1000)


def _later(table: StopTable, by_ms: int) -> StopTable:
    """The table as it is for one who sets out later."""
    assert table.hours is not None

    def moved(hours: Windows) -> Windows:
        return tuple((max(a - by_ms, 0), b if b >= ALWAYS else b - by_ms) for a, b in hours if b > by_ms)

    return replace(table, hours=tuple(None if one is None else moved(one) for one in table.hours))
