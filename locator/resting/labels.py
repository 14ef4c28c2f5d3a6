"""The search: labels at stops, best first, compiled by numba. What each rule set makes of a drive and of a stay.

In: drives between stops, hours, rules and state as whole milliseconds.    Out: labels; the last one of the best plan, or -1.
Never knows: roads, names of rules, files. Why a label may be dropped is proven in docs/plan.md.

numba keeps what it compiled until this file changes and does not look at others: nothing is called from them.
"""
from __future__ import annotations

import numpy as np

from geodata.compiled import compiled

INF = 2**60
HOUR = 3_600_000
DAY_MS, WEEK_MS = 24 * HOUR, 168 * HOUR
# a label: when he leaves, what it cost, and what the law remembers. S1..S2: when his duty began, at the earliest departure and
# at most, were the rest before it longer; P1..P2 the same for the end of an open part. EARLY: the driving still ahead at each of
# its stays, added up, in seconds: of plans that cost the same the one that rests later has less.
(T, PEN, C, D, S1, S2, W, WL, CY, D1, P1, P2, WK, F, P3, RED, EXT, Q, WR, NODE, PARENT, ACT, ARR, BEG, NEXT, LIVE,
 EARLY) = range(27)
FIELDS, EARLY_BITS = 27, 24
LOOKS = 10                           # comparisons of two labels that are counted as one label made
(FAMILY, DRIVE, BREAK, FIRST_MS, SECOND_MS, WORKS, NIGHT, NIGHT_AT, NIGHT_MS, DAY, DAY_LONG, LONG_DAYS, DUTY, REST, REDUCED,
 REDUCED_N, REST_FIRST, SHORT, LONG, WEEK, TWO_WEEKS, WREST, WREDUCED, WITHIN, CYCLE, RESTART, MONDAY, TIMELESS) = range(28)
RULES = 28
CONTINUOUS, EU, US = range(3)
(A_BREAK, A_FIRST, A_SECOND, A_REST, A_REDUCED, A_REST_FIRST, A_WEEK, A_WEEK_REDUCED, A_SHORT, A_SHORT_MORE, A_LONG,
 A_LONG_MORE) = range(12)
ACTIONS = 12


@compiled
def departs(x, drive, r):  # type: ignore[no-untyped-def]
    """The first moment at which a drive may begin, -1: never. Where the night or the week is full, he waits for its end."""
    cap = r[DAY_LONG] if x[EXT] < r[LONG_DAYS] else r[DAY]
    if x[C] + drive > r[DRIVE] or x[D] + drive > cap or x[CY] + drive > r[CYCLE]:
        return -1
    at = x[T]
    if r[NIGHT] < INF:
        room = max(r[NIGHT] - x[D1], 0)
        begins = r[NIGHT_AT] + (at - r[NIGHT_AT]) // DAY_MS * DAY_MS
        if at >= begins + r[NIGHT_MS]:
            begins += DAY_MS
        if min(at + drive, begins + r[NIGHT_MS]) - max(at, begins) > room:
            at = begins + r[NIGHT_MS] - room
    if r[FAMILY] == EU:
        this, last = week_at(x, at, r)
        monday = next_monday(at, r)
        room = min(r[WEEK] - this, r[TWO_WEEKS] - this - last)
        if min(drive, monday - at) > room:
            if monday >= INF:
                return -1
            at = monday - max(room, 0)
        if this + max(drive - (monday - at), 0) + min(drive, monday - at) > r[TWO_WEEKS]:
            return -1
    return at


@compiled
def next_monday(at, r):  # type: ignore[no-untyped-def]
    return r[MONDAY] if at < r[MONDAY] or r[MONDAY] >= INF else r[MONDAY] + ((at - r[MONDAY]) // WEEK_MS + 1) * WEEK_MS


@compiled
def week_at(x, at, r):  # type: ignore[no-untyped-def]
    """(driven this week, last week) of a label, seen at a later moment."""
    passed = 0 if r[MONDAY] >= INF else (next_monday(at, r) - next_monday(x[T], r)) // WEEK_MS
    if passed == 0:
        return x[W], x[WL]
    return 0, (x[W] if passed == 1 else 0)


@compiled
def arrive(x, at, drive, r, y):  # type: ignore[no-untyped-def]
    """Drive from label x into y, setting out `at`. False where the day is over before he is there."""
    y[:] = x
    waited = at - x[T]
    y[T], y[ARR] = at + drive, at + drive
    y[S1], y[P1] = min(x[S1] + waited, x[S2]), min(x[P1] + waited, x[P2])
    y[C] += drive
    y[D] += drive
    y[D1] += drive
    y[CY] += drive
    if r[FAMILY] == EU:
        this, last = week_at(x, at, r)
        after = max(at + drive - next_monday(at, r), 0)
        y[W], y[WL] = (this + drive, last) if after == 0 else (after, this + drive - after)
        rest = r[REDUCED] if x[RED] < r[REDUCED_N] or x[P3] == 1 else r[REST]
        return y[T] - y[S1] <= r[DUTY] - rest and y[T] <= x[WK] + r[WITHIN]
    return r[FAMILY] != US or y[T] - y[S1] <= r[DUTY]


@compiled
def stay_ms(act, x, r, service, can_rest):  # type: ignore[no-untyped-def]
    """How long a stay rests, -1: not possible. Standing there longer is waiting, but for a daily or weekly rest."""
    if act == A_BREAK:
        if x[F] == 1:
            return -1                                      # the second part is shorter and counts as much
        return max(r[BREAK] - service, 0) if r[WORKS] else r[BREAK]
    if act == A_FIRST:
        return r[FIRST_MS] if r[FIRST_MS] < INF and x[F] == 0 else -1
    if act == A_SECOND:
        return r[SECOND_MS] if x[F] == 1 else -1
    if act in (A_SHORT, A_SHORT_MORE):
        rest = r[SHORT] if act == A_SHORT else r[REST] - r[LONG]
        return rest if r[FAMILY] == US and (x[Q] == 0 or (x[Q] + rest >= r[REST] and x[Q] >= r[LONG])) else -1
    if not can_rest:
        return -1
    if act in (A_LONG, A_LONG_MORE):
        rest = r[LONG] if act == A_LONG else r[REST] - r[SHORT]
        return rest if r[FAMILY] == US and (x[Q] == 0 or x[Q] + rest >= r[REST]) else -1
    if act == A_REST:
        return r[REST] if r[REST] < INF else -1
    if act == A_WEEK:
        return r[WREST] if r[FAMILY] == EU else r[RESTART] if r[FAMILY] == US else -1
    if r[FAMILY] == EU and act == A_REDUCED:
        return r[REDUCED] if x[RED] < r[REDUCED_N] or x[P3] == 1 else -1
    if r[FAMILY] == EU and act == A_REST_FIRST:
        return r[REST_FIRST] if x[P3] == 0 else -1
    return r[WREDUCED] if r[FAMILY] == EU and x[WR] == 0 else -1


@compiled
def stay(y, act, begin, service, rest, close, r, z):  # type: ignore[no-untyped-def]
    """Stay at a stop from label y (arrived) into z, from `begin` on. False where the rest comes too late."""
    z[:] = y
    waited = begin - y[ARR]
    end = begin + service + rest
    slack = min(close - end, INF)
    s1, p1 = min(y[S1] + waited, y[S2]), min(y[P1] + waited, y[P2])
    z[T], z[BEG], z[ACT] = end, begin, act
    z[S1], z[S2], z[P1], z[P2] = s1, min(y[S2], s1 + slack), p1, min(y[P2], p1 + slack)
    if r[FAMILY] == US:
        z[CY] += service
    elif r[FAMILY] == EU:
        z[W], z[WL] = week_at(y, end, r)                   # a Monday may pass while he stands
    if act == A_FIRST:
        z[F] = 1
        return True
    z[C], z[F] = 0, 0
    z[D1] = y[D1] if r[FAMILY] == US else 0
    if act == A_REST_FIRST:
        z[P3] = 1
    elif A_SHORT <= act <= A_LONG_MORE:
        if y[Q] > 0:
            z[D], z[S1], z[S2] = y[D1], z[P1], z[P2]
        z[S1] += rest
        z[S2] = min(z[S2] + rest, INF)
        z[Q], z[D1], z[P1], z[P2] = rest, 0, end, min(end + slack, INF)
    elif act != A_BREAK and act != A_SECOND:
        return rested(y, act, begin + service - s1, end, slack, r, z)
    return True


@compiled
def rested(y, act, elapsed, end, slack, r, z):  # type: ignore[no-untyped-def]
    """A daily or weekly rest begun `elapsed` after the last one."""
    if r[FAMILY] == EU:
        z[EXT] += 1 if y[D] > r[DAY] else 0
        regular = elapsed + r[REST] <= r[DUTY]
        reduced = elapsed + r[REDUCED] <= r[DUTY] and (y[RED] < r[REDUCED_N] or y[P3] == 1)
        if not (reduced or (regular and act != A_REDUCED)) or (act == A_REST and not regular):
            return False
        if act == A_REDUCED:
            z[RED] += 1 - y[P3]
        elif act != A_REST:
            if end - (r[WREST] if act == A_WEEK else r[WREDUCED]) > y[WK] + r[WITHIN]:
                return False
            z[RED], z[WK], z[WR] = 0, end, 1 if act == A_WEEK_REDUCED else 0
    elif act == A_WEEK:
        z[CY] = 0
    z[D], z[S1], z[S2], z[P3], z[Q], z[D1] = 0, end, min(end + slack, INF), 0, 0, 0
    return True


@compiled
def still(x, low, ahead, bare, r):  # type: ignore[no-untyped-def]
    """What a label still takes to the end, at least: never too much (docs/plan.md). The figures: least_ahead of its stop."""
    if ahead >= INF:
        return INF
    if x[C] > 0:
        ahead = low if low <= r[DRIVE] - x[C] else max(low + r[SECOND_MS], ahead - r[FIRST_MS])
    if r[DAY] >= INF:
        return ahead
    if r[FAMILY] == EU:
        days, long_days = 0, max(r[LONG_DAYS] - x[EXT], 0)
        while low > (days + 1) * r[DAY] + min(days + 1, long_days) * (r[DAY_LONG] - r[DAY]) - x[D]:
            days += 1
        short = min(days, max(r[REDUCED_N] - x[RED], 0) + x[P3])
        return ahead + short * r[REDUCED] + (days - short) * r[REST] - days * r[BREAK]
    days = max(-(-(low - (r[DAY] - x[D])) // r[DAY]), 0)
    if r[FAMILY] == CONTINUOUS:
        return ahead + days * (r[REST] - r[BREAK])
    rest, stops = days * r[REST], 2 * days
    if x[Q] > 0 and days > 0:                              # the open part may be completed first
        later = max(-(-(low - (r[DAY] - x[D1])) // r[DAY]), 0)
        completed = max(r[REST] - x[Q], r[SHORT]) + later * r[REST]
        if completed < rest:
            rest, stops = completed, 1 + 2 * later
    return max(bare + rest, ahead + rest - stops * r[BREAK])


@compiled
def dominates(a, b, r):  # type: ignore[no-untyped-def]
    """Whatever may follow b may follow a, and is no worse there."""
    if a[C] > b[C] or a[D] > b[D] or a[F] < b[F]:
        return False
    if r[TIMELESS]:
        if a[T] + a[PEN] > b[T] + b[PEN] or (a[T] + a[PEN] == b[T] + b[PEN] and a[EARLY] > b[EARLY]):
            return False
    elif a[T] > b[T] or a[PEN] > b[PEN] or (a[T] == b[T] and a[PEN] == b[PEN] and a[EARLY] > b[EARLY]):
        return False
    if r[FAMILY] == CONTINUOUS:
        return True
    late = 0 if r[TIMELESS] else b[T] - a[T]
    base_a, base_b = (a[T], b[T]) if r[TIMELESS] else (0, 0)
    if min(a[S1] + late, a[S2]) - base_a < b[S1] - base_b or (not r[TIMELESS] and a[S2] < b[S2]):
        return False
    if r[FAMILY] == US:
        if a[CY] > b[CY] or (a[Q] > 0) != (b[Q] > 0):
            return False
        if a[Q] == 0:
            return True
        return (a[Q] >= b[Q] and a[D1] <= b[D1] and min(a[P1] + late, a[P2]) - base_a >= b[P1] - base_b
                and (r[TIMELESS] == 1 or a[P2] >= b[P2]))
    if a[P3] < b[P3] or a[RED] > b[RED] or a[EXT] > b[EXT] or a[WR] > b[WR] or a[WK] - base_a < b[WK] - base_b:
        return False
    this, last = week_at(a, max(b[T], a[T]), r)
    return this <= b[W] and last <= b[WL]


@compiled
def ordered(key, x):  # type: ignore[no-untyped-def]
    """A key and, among equal ones, who rests later, as one number."""
    return (key << EARLY_BITS) + min(x[EARLY], (1 << EARLY_BITS) - 1)


@compiled
def push_heap(heap, size, key, label):  # type: ignore[no-untyped-def]
    k = size
    while k > 0 and heap[(k - 1) // 2, 0] > key:
        heap[k, 0], heap[k, 1] = heap[(k - 1) // 2, 0], heap[(k - 1) // 2, 1]
        k = (k - 1) // 2
    heap[k, 0], heap[k, 1] = key, label


@compiled
def pop_heap(heap, size):  # type: ignore[no-untyped-def]
    """Remove the least; the heap then holds size - 1."""
    key, label, k = heap[size - 1, 0], heap[size - 1, 1], 0
    while 2 * k + 1 < size - 1:
        child = 2 * k + 1
        if child + 1 < size - 1 and heap[child + 1, 0] < heap[child, 0]:
            child += 1
        if heap[child, 0] >= key:
            break
        heap[k, 0], heap[k, 1] = heap[child, 0], heap[child, 1]
        k = child
    heap[k, 0], heap[k, 1] = key, label


@compiled
def enter(z, labels, count, head, looked, r):  # type: ignore[no-untyped-def]
    """Put label z at its stop unless another there dominates it; those it dominates go. True when it stays."""
    node = z[NODE]
    at, before = head[node], -1
    while at >= 0:
        looked[0] += 1
        if dominates(labels[at], z, r):
            return False
        after = labels[at, NEXT]
        if dominates(z, labels[at], r):
            labels[at, LIVE] = 0
            if before < 0:
                head[node] = after
            else:
                labels[before, NEXT] = after
        else:
            before = at
        at = after
    labels[count] = z
    labels[count, NEXT], labels[count, LIVE] = head[node], 1
    head[node] = count
    return True


@compiled
def search(ptr, to, ms, end, low, ahead, bare, open_ptr, open_ms, service, penalty, early, can_rest, first, r, most, haste,  # type: ignore[no-untyped-def]
           below):
    """Best first. Returns (labels, the end's label, how many were made, how many opened, what the best can at least be).

    The end's label is -1 where none is better than `below`, -2 where the work grew beyond `most` labels. haste: what is still to
    come weighs so many thousandths more; 0 finds the best, more finds a good one sooner.
    """
    n = end.size - 1
    labels, heap = np.zeros((4096, FIELDS), np.int64), np.empty((4096, 2), np.int64)
    head, looked = np.full(n + 2, -1, np.int64), np.zeros(1, np.int64)
    y, z = np.zeros(FIELDS, np.int64), np.zeros(FIELDS, np.int64)
    labels[0] = first
    labels[0, NODE], labels[0, PARENT], labels[0, LIVE] = n, -1, 1
    heap[0, 0], heap[0, 1] = 0, 0
    count, size, opened, made, bound, widest = 1, 1, 0, 1, 0, 1
    for j in range(n):
        widest = max(widest, open_ptr[j + 1] - open_ptr[j])
    while size > 0:
        bound, here = heap[0, 0] >> EARLY_BITS, heap[0, 1]
        pop_heap(heap, size)
        size -= 1
        if labels[here, LIVE] == 0:
            continue
        node = labels[here, NODE]
        if node == n + 1:
            return labels[:count], here, made, opened, bound
        if made + looked[0] // LOOKS > most:
            return labels[:count], -2, made, opened, bound
        opened += 1
        room = count + (ptr[node + 1] - ptr[node]) * ACTIONS * widest + 2
        if room > labels.shape[0]:
            more, wider = np.zeros((2 * room, FIELDS), np.int64), np.empty((2 * room, 2), np.int64)
            more[:count], wider[:size] = labels[:count], heap[:size]
            labels, heap = more, wider
        x = labels[here]
        at = departs(x, end[node], r)
        if at >= 0 and arrive(x, at, end[node], r, y):
            y[NODE], y[PARENT], y[ACT], y[BEG] = n + 1, here, -1, y[T]
            made += 1
            if y[T] + y[PEN] < below and enter(y, labels, count, head, looked, r):
                push_heap(heap, size, ordered(y[T] + y[PEN], y), count)
                count, size = count + 1, size + 1
        for k in range(ptr[node], ptr[node + 1]):
            at = departs(x, ms[k], r)
            if at < 0 or not arrive(x, at, ms[k], r, y):
                continue
            j = to[k]
            y[NODE], y[PARENT] = j, here
            y[PEN], y[EARLY] = y[PEN] + penalty[j], y[EARLY] + early[j]
            for act in range(ACTIONS):
                rest = stay_ms(act, y, r, service[j], can_rest[j])
                if rest < 0:
                    continue
                for w in range(open_ptr[j], open_ptr[j + 1]):
                    begin = max(y[ARR], open_ms[w, 0])
                    if begin + service[j] + rest > open_ms[w, 1]:
                        continue
                    if not stay(y, act, begin, service[j], rest, open_ms[w, 1], r, z):
                        break
                    made += 1
                    ahead_of_it = still(z, low[j], ahead[j], bare[j], r)
                    key = z[T] + z[PEN] + ahead_of_it
                    if key < below and enter(z, labels, count, head, looked, r):
                        push_heap(heap, size, ordered(key + ahead_of_it * haste // 1000, z), count)
                        count, size = count + 1, size + 1
                    if open_ms[w, 1] >= INF or r[FAMILY] == CONTINUOUS:
                        break
    return labels[:count], -1, made, opened, bound
