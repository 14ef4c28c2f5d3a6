"""Is a day lawful? Judged tick by tick from the articles, whatever made the timetable.

In: what he did in every tick, his history before departure with it.    Out: True or False.
Never knows: the planner, its labels, stops, roads.

A tick is some minutes; all figures are whole ticks. `now` is the tick of departure: what lies before is history. REST is a break
or a rest; PART one of two parts of a rest (us); WEEK a weekly rest (eu); WORK other work; WAIT stands before a gate: nothing.
"""
from __future__ import annotations

import numpy as np

from geodata.compiled import compiled

DRIVE, REST, PART, WAIT, WORK, WEEK = range(6)
NEVER = 10**9


@compiled
def lawful_continuous(done, size, tick_min, night_from, night_len):
    """China art. 62(7): 4 h, 20 min. A company: also 2 h of night between two breaks, 8 h between two rests of 10 h.

    night_from: the tick at which some night begins; night_len 0: no night rule and no day rule."""
    since = night = day = run = 0
    for i in range(size):
        run = run + 1 if done[i] == REST else 0
        if run * tick_min >= 20:
            since, night = 0, 0
        if run * tick_min >= 600:
            day = 0
        if done[i] == DRIVE:
            since, day = since + 1, day + 1
            if night_len and (i - night_from) % (1440 // tick_min) < night_len:
                night += 1
            if since * tick_min > 240 or (night_len and (night * tick_min > 120 or day * tick_min > 480)):
                return False
    return True


@compiled
def lawful_eu(done, size, tick_min, monday, week_before, last_week, long_days, reduced, week_rest_end, was_reduced, ends):
    """Regulation 561/2006, articles 6 to 8. The history begins as a daily rest ends. `ends`: he rests from then on."""
    hour = 60 // tick_min
    since = day = run = 0
    first = three = False
    begun = 0                                              # end of the last daily rest
    this, last = week_before, last_week
    counted = False
    for i in range(size + 1):
        what = done[i] if i < size else DRIVE
        if run > 0 and (i == size or (what != REST and what != WEEK)):           # a rest has ended
            weekly = done[i - 1] == WEEK
            inside = min(i, begun + 24 * hour) - (i - run)                       # of it, within 24 h of the last one's end
            if run * tick_min >= 45 or (first and run * tick_min >= 30):
                since, first = 0, False
            elif run * tick_min >= 15:
                first = True
            if run >= 9 * hour:
                if inside < 11 * hour and not (inside >= 9 * hour and three):
                    reduced += 1
                    if inside < 9 * hour or reduced > 3:
                        return False
                begun, day, three, counted = i, 0, False, False
            elif run >= 3 * hour:
                three = True
            if weekly:
                if run < 24 * hour or i - run > week_rest_end + 144 * hour or (run < 45 * hour and was_reduced):
                    return False
                was_reduced, reduced, week_rest_end = run < 45 * hour, 0, i
            run = 0
        if i == size:
            break
        if i == monday or (i > monday and (i - monday) % (168 * hour) == 0):
            this, last = 0, this
        if what in (REST, WEEK):
            run += 1
        if what == DRIVE:
            since, day, this = since + 1, day + 1, this + 1
            if day > 9 * hour and not counted:
                counted, long_days = True, long_days + 1
            if since * tick_min > 270 or day > 10 * hour or long_days > 2:
                return False
            if this > 56 * hour or this + last > 90 * hour or i + 1 > week_rest_end + 144 * hour:
                return False
            if i + 1 - begun > 15 * hour:
                return False
    if ends:
        return size - begun <= (15 if three or reduced < 3 else 13) * hour
    return True


@compiled
def lawful_us(done, size, tick_min, cycle):
    """49 CFR 395.3 and 395.1(g)(1)(ii). The history begins as 10 hours off duty end. `cycle`: on duty before, in ticks."""
    hour = 60 // tick_min
    since = driven = run = off = 0
    begun = excluded = 0                                   # the day's window: from when, less the parts in the berth
    open_len = open_end = open_driven = 0                  # a part that waits for its other half
    for i in range(size):
        what = done[i]
        if what in (DRIVE, WORK):
            cycle += 1
        off = 0 if what == DRIVE else off + (1 if what != WAIT else 0)
        if off * tick_min >= 30:
            since = 0
        run = run + 1 if what == REST else 0
        if run >= 10 * hour:
            driven = excluded = open_len = 0
            begun = i + 1
        if run >= 34 * hour:
            cycle = 0
        if what == PART and (i + 1 == size or done[i + 1] != PART):
            length = 1
            while i - length >= 0 and done[i - length] == PART:
                length += 1
            if length < 2 * hour:
                return False
            if open_len > 0:
                if open_len + length < 10 * hour or max(open_len, length) < 7 * hour:
                    return False
                driven, begun, excluded = open_driven, open_end, length
            else:
                excluded += length
            open_len, open_end, open_driven = length, i + 1, 0
        if what == DRIVE:
            since, driven, open_driven = since + 1, driven + 1, open_driven + 1
            if since > 8 * hour or driven > 11 * hour or cycle > 70 * hour or i + 1 - begun - excluded > 14 * hour:
                return False
    return True


@compiled
def lawful(law, done, size, tick_min, now, past, ends):
    """law: 0 cn, 1 company, 2 eu, 3 us. past: figures of the time before the history (see exhaustive.Case)."""
    if law < 2:
        return lawful_continuous(done, size, tick_min, now + past[0], past[1] if law == 1 else 0)
    if law == 2:
        return lawful_eu(done, size, tick_min, now + past[0] if past[0] < NEVER else NEVER, past[1], past[2], past[3], past[4],
                         past[5], past[6] == 1, ends)
    return lawful_us(done, size, tick_min, past[0])


def ticks(parts: list[tuple[int, int]]) -> np.ndarray:
    """[(what, ticks)] laid out."""
    return np.concatenate([np.full(n, what, np.int8) for what, n in parts] or [np.zeros(0, np.int8)])
