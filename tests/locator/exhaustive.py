"""Every plan there is, on small random roads: what the planner's must equal.

In: a seed and a rule set.    Out: a Case; its least cost found by trying everything.
Never knows: labels, dominance, the planner's model of leaving and rejoining a route. Driving times come from scipy's Dijkstra on
the case's own roads, between places themselves; what is lawful is judged by lawful.py over the whole timetable, history included.

It tries every order of places, each once (twice when asked), every stay there, every wait and every longer rest, tick by tick.
All figures of a case are whole ticks; where a best plan waits at all, one of whole ticks is as good, as each moment in it is a
sum of given figures.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geodata.compiled import compiled
from tests.locator.lawful import DRIVE, NEVER, PART, REST, WAIT, WEEK, WORK, lawful, ticks

LAWS = ("cn", "company", "eu", "us")
TICK_MIN = {"cn": 20, "company": 20, "eu": 15, "us": 30}
DEEP = 120_000                       # half-made timetables kept
MAXIMUM = 480                        # ticks of a timetable
WHOLE_DAY = 24 * 60
PATIENCE = 100_000                   # timetables judged; few cases ask for more, and they are then not counted
UNFINISHED = -1
FAR_MONDAY_H = 150                  # so far off that no trip gets there


@dataclass(frozen=True, eq=False)
class Case:
    """times    (p + 2, p + 2) ticks of driving between places, start (p) and end (p + 1)
    roads, spots, route    the road net as a matrix (inf: none), the node of each of those, the nodes of the route
    hours       per place open stretches in ticks since departure
    history     what he did since his last daily rest;  past: figures from before, by law:
                company (night begins, its length), eu (monday, this week, last week, long days, reduced rests, end of the weekly
                rest, was it reduced), us (on duty before,); moments in ticks, eu's last from the history's start
    """

    law: str
    times: NDArray[np.int64]
    roads: NDArray[np.float64]
    spots: NDArray[np.int64]
    route: list[int]
    hours: tuple[tuple[tuple[int, int], ...], ...]
    service: NDArray[np.int64]
    penalty: NDArray[np.int64]
    can_rest: NDArray[np.bool_]
    history: NDArray[np.int8]
    past: NDArray[np.int64]
    timed: bool                      # are there opening hours?
    clocked: bool                    # does a night or a Monday lie within reach?

    @property
    def tick_ms(self) -> int:
        return TICK_MIN[self.law] * 60_000


def draw_case(law: str, seed: int) -> Case:
    """A line of junctions with places off it: ramps that go in here and out there, short cuts between places."""
    rng = np.random.default_rng([LAWS.index(law), seed])
    tick = TICK_MIN[law]
    timed = bool(rng.random() < 0.4)
    places = int(rng.integers(2, 4 if timed else 6))
    hours = {"cn": (4, 15), "company": (4, 15), "eu": (5, 17), "us": (7, 24)}[law]
    junctions = int(rng.integers(4, 8))
    gaps = rng.multinomial(int(rng.uniform(*hours) * 60 / tick), np.ones(junctions - 1) / (junctions - 1)) + 1
    roads = np.full((junctions + places,) * 2, np.inf)
    for k, gap in enumerate(gaps):
        roads[k, k + 1] = gap
        if rng.random() < 0.8:
            roads[k + 1, k] = gap
    for f in range(junctions, junctions + places):
        for _ in range(int(rng.integers(1, 3))):
            a = int(rng.integers(0, junctions))
            roads[a, f] = rng.integers(1, 4)
            roads[f, int(np.clip(a + rng.integers(-1, 2), 0, junctions - 1))] = rng.integers(1, 4)
        if rng.random() < 0.3:
            roads[f, int(rng.integers(junctions, junctions + places))] = rng.integers(1, 12)
    np.fill_diagonal(roads, np.inf)
    spots = np.array([*range(junctions, junctions + places), 0, junctions - 1])
    found, before = dijkstra(csr_matrix(np.where(np.isfinite(roads), roads, 0)), return_predecessors=True)
    route = [junctions - 1]
    while route[-1] != 0:
        route.append(int(before[0, route[-1]]))
    reach = found[np.ix_(spots, spots)]
    times = np.where(np.isfinite(reach), reach, NEVER).astype(np.int64)
    history, past, clocked = _before(rng, law, tick)
    if not lawful(LAWS.index(law), history, len(history), tick, len(history), past, False):
        history = ticks([])
    return Case(law, times, roads, spots, route[::-1], tuple(_hours(rng, tick, timed) for _ in range(places)),
                rng.integers(0, 2, places) * (rng.random() < 0.3), rng.integers(0, 4, places) * (rng.random() < 0.6),
                rng.random(places) < 0.8, history, past, timed, clocked)


def _hours(rng: np.random.Generator, tick: int, timed: bool) -> tuple[tuple[int, int], ...]:
    if not timed or rng.random() < 0.3:
        return ((0, NEVER),)
    a = int(rng.integers(-8, 24)) * 60 // tick
    b = a + int(rng.integers(1, 23)) * 60 // tick
    return tuple((max(a + d, 0), b + d) for d in (0, WHOLE_DAY // tick) if b + d > 0)


def _before(rng: np.random.Generator, law: str, tick: int) -> tuple[NDArray[np.int8], NDArray[np.int64], bool]:
    """A day that began lawfully, and the figures behind it."""
    hour = 60 // tick
    if rng.random() < 0.3:
        parts: list[tuple[int, int]] = []
    elif law == "us" and rng.random() < 0.4:
        parts = [(DRIVE, int(rng.integers(1, 4 * hour))), (PART, int(rng.choice([2, 3, 7, 8]) * hour)),
                 (DRIVE, int(rng.integers(1, 3 * hour)))]
    else:
        rest = int(rng.choice([15, 20, 30, 45, 180]) // tick)
        parts = [(WORK, int(rng.integers(0, 2 * hour))), (DRIVE, int(rng.integers(1, 2 * hour + 1))), (REST, rest),
                 (DRIVE, int(rng.integers(1, 2 * hour + 1)))]
    night = int(rng.integers(0, 24 * hour))
    if law in ("cn", "company"):
        return ticks(parts), np.array([night, 8 * hour]), law == "company"
    done = ticks(parts)
    if law == "us":
        on_duty = int(rng.choice([0, 0, 30, 55, 60]) * hour)
        return done, np.array([on_duty]), False
    clocked = bool(rng.random() < 0.3)
    monday = int(rng.integers(1, 30 * hour)) if clocked else FAR_MONDAY_H * hour
    week = int(rng.choice([10, 20, 44, 52] if clocked else [10, 20]) * hour)
    past = [monday, week, int(rng.choice([20, 30, 45]) * hour), int(rng.integers(0, 3)), int(rng.integers(0, 4)),
            -int(rng.choice([20, 60, 100, 120], p=[0.4, 0.3, 0.2, 0.1]) * hour), int(rng.integers(0, 2))]
    return done, np.array(past), clocked


def stays(law: str) -> NDArray[np.int64]:
    """What a stay may be: (what, ticks, may last longer, needs a bed, work before it counts with it)."""
    hour = 60 // TICK_MIN[law]
    rows = {"cn": [(REST, 20, 0, 0)], "company": [(REST, 20, 0, 0), (REST, 600, 0, 1)],
            "eu": [(REST, 45, 0, 0), (REST, 15, 0, 0), (REST, 30, 0, 0), (REST, 180, 0, 1), (REST, 540, 1, 1), (REST, 660, 1, 1),
                   (WEEK, 24 * 60, 1, 1), (WEEK, 45 * 60, 1, 1)],
            "us": [(REST, 30, 0, 0), (REST, 600, 1, 1), (REST, 34 * 60, 1, 1), (PART, 120, 0, 0), (PART, 180, 0, 0),
                   (PART, 420, 0, 1), (PART, 480, 0, 1)]}[law]
    return np.array([(what, minutes * hour // 60, longer, bed, law == "us" and minutes == 30)
                     for what, minutes, longer, bed in rows], np.int64)


def least_cost(case: Case, below: int, patience: int = PATIENCE, visits: int = 1) -> int:
    """The least cost (ticks to arrival, penalties with it) under `below`; NEVER when there is none, UNFINISHED when it grew too
    long.

    visits  how often a place may be stopped at, 1 or 2
    """
    opens = np.array([(j, a, b) for j, one in enumerate(case.hours) for a, b in one], np.int64).reshape(-1, 3)
    return int(_try_all(LAWS.index(case.law), TICK_MIN[case.law], case.times, opens, case.service.astype(np.int64),
                        case.penalty.astype(np.int64), case.can_rest, stays(case.law), case.history, case.past, case.timed,
                        case.clocked, below, patience, visits))


@compiled
def _try_all(law, tick, times, opens, service, penalty, can_rest, kinds, history, past, timed, clocked, below, patience,
             visits):
    p, now = times.shape[0] - 2, history.size
    # a stack of half-made timetables: where he is, where he has been, how long it is, what it cost
    stack, lines = np.empty((DEEP, 4), np.int64), np.empty((DEEP, MAXIMUM), np.int8)
    stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = p, 0, now, 0
    lines[0, :now] = history
    top, best, looked = 1, below, 0
    line, longer = np.zeros(MAXIMUM, np.int8), np.zeros(MAXIMUM, np.int8)
    while top > 0:
        top -= 1
        here, been, size, cost = stack[top, 0], stack[top, 1], stack[top, 2], stack[top, 3]
        line[:size] = lines[top, :size]
        for j in range(p + 2):
            drive = times[here, j]
            if j in (p, here) or drive >= NEVER or (j < p and (been >> 2 * j) & 3 >= visits):
                continue
            for wait in range(MAXIMUM if clocked else 1):
                there = size + wait + drive
                extra = penalty[j] if j < p else 0
                ahead = least_left(law, tick, line, size, drive, times[j, p + 1])
                if there >= MAXIMUM or there - now + cost + extra + ahead >= best:
                    break
                line[size:size + wait] = WAIT
                line[size + wait:there] = DRIVE
                looked += 1
                if looked > patience:
                    return UNFINISHED
                if not lawful(law, line, there, tick, now, past, j == p + 1):
                    continue
                if j == p + 1:
                    best = there - now + cost
                    break
                for k in range(kinds.shape[0]):
                    if kinds[k, 3] and not can_rest[j]:
                        continue
                    rest = max(kinds[k, 1] - service[j], 0) if kinds[k, 4] else kinds[k, 1]
                    for gate in range(MAXIMUM if timed else 1):
                        begin = there + gate
                        if begin - now + cost + penalty[j] + times[j, p + 1] >= best:
                            break
                        for more in range(MAXIMUM if (timed or clocked) and kinds[k, 2] else 1):
                            end = begin + service[j] + rest + more
                            if end >= MAXIMUM or end - now + cost + penalty[j] + times[j, p + 1] >= best:
                                break
                            fits = False
                            for w in range(opens.shape[0]):
                                fits |= opens[w, 0] == j and opens[w, 1] <= begin - now and end - now <= opens[w, 2]
                            if not fits:
                                break
                            longer[:there] = line[:there]
                            longer[there:begin] = WAIT
                            longer[begin:begin + service[j]] = WORK
                            longer[begin + service[j]:end] = kinds[k, 0]
                            looked += 1
                            if not lawful(law, longer, end, tick, now, past, False):
                                continue
                            if end - now + cost + penalty[j] + least_left(law, tick, longer, end, 0, times[j, p + 1]) >= best:
                                break
                            if top == DEEP:
                                return UNFINISHED
                            stack[top, 0], stack[top, 1] = j, been + (1 << 2 * j)
                            stack[top, 2], stack[top, 3] = end, cost + penalty[j]
                            lines[top, :end] = longer[:end]
                            top += 1
    return best if best < below else NEVER


@compiled
def least_left(law, tick, line, size, drive, left):
    """To the end from the place after next, at least: driving, and a night's rest where the day is too short for it."""
    if law == 0 or law == 3:
        return left
    hour, day, run = 60 // tick, drive, 0
    for i in range(size):
        run = run + 1 if line[i] == REST or line[i] == WEEK else 0
        day = drive if run >= 9 * hour else day + (1 if line[i] == DRIVE else 0)
    return left + (9 * hour if day + left > 10 * hour else 0)
