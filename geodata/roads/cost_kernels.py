"""What every arc and every turn costs one kind of vehicle, in one pass over each.

In: the arrays of a RoadGraph, a vehicle's mode and measures.    Out: milliseconds, CLOSED where it may not be driven.
Never knows: tags, files, places. Compiled by numba; that these are the numbers of the rules is tested by an oracle of its own.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import numpy as np

from geodata.compiled import compiled

CLOSED = np.uint32(2**31 - 1)         # whole milliseconds that no way takes


@compiled
def over_limits(limits, measures):
    """(k,) rows of (k, 5) limits of which the vehicle is over some; what is not known limits nobody."""
    found = np.zeros(len(limits), np.bool_)
    for i in range(len(limits)):
        for j in range(len(measures)):
            if limits[i, j] < measures[j]:
                found[i] = True
    return found


@compiled
def arcs_ms(arc_edge, length_m, kmh, ban, over, shut_edge, mode):
    """(a,) whole milliseconds to drive each arc, at least 1."""
    found = np.empty(len(arc_edge), np.uint32)
    for a in range(len(arc_edge)):
        edge = arc_edge[a]
        if ban[a] & mode or over[a] or shut_edge[edge]:
            found[a] = CLOSED
        else:
            found[a] = np.uint32(max(np.rint(length_m[edge] * 3600.0 / np.float64(kmh[a])), 1.0))
    return found


@compiled
def turns_ms(ptr, to, ban, ms, arc_ms, arc_edge, over, local, copy, mode, barring, through, round_ms, as_driven):
    """(t,) milliseconds from the end of one arc to the end of the next. Turning round is for him alone who finds no way on but
    such as lead where he has no business.

    over     (a,) at whose end a node's limit stops him, whatever lies beyond but his own road
    barring, through   bits of `ban` that shut a turn: at once; or only after it was seen whether there is a way on
    """
    found = np.empty(len(to), np.uint32)
    for a in range(len(ptr) - 1):
        onward = False
        for t in range(ptr[a], ptr[a + 1]):
            b = to[t]
            same = arc_edge[b] == arc_edge[a]
            shut = ban[t] & barring != 0 or arc_ms[a] == CLOSED or arc_ms[b] == CLOSED or (over[a] and not same)
            found[t] = CLOSED if shut else arc_ms[b] + np.uint32(ms[t])
            back = same if as_driven else ms[t] >= round_ms
            onward |= not (shut or back or local[b] & ~local[a] & mode != 0)
        for t in range(ptr[a], ptr[a + 1]):
            b = to[t]
            back = arc_edge[b] == arc_edge[a] if as_driven else ms[t] >= round_ms
            if (back and onward) or (copy[b] != 0 if as_driven else ban[t] & through != 0):
                found[t] = CLOSED
    return found
