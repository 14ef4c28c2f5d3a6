"""The drives a search may use, and what is still to come from each stop at least, compiled by numba.

In: where stops lie along a route, as whole milliseconds.    Out: arrays the search (labels.py) reads.
Never knows: rules beyond the longest drive, labels.
"""
from __future__ import annotations

import numpy as np

from geodata.compiled import compiled

INF = 2**60                          # as in labels.py: numba caches each file by itself


@compiled
def drives_between(leave, out, back, rejoin, usable, most, fixed_ptr, fixed_to, fixed_ms):  # type: ignore[no-untyped-def]
    """CSR of drives (ptr, to, ms) no longer than `most`, from every stop and, last, from the start. Fixed ones come first."""
    n = leave.size
    order = np.argsort(leave)
    sorted_leave = leave[order]
    ptr = np.zeros(n + 2, np.int64)
    to, ms = np.empty(1024, np.int64), np.empty(1024, np.int64)
    fixed = np.full(n, -1, np.int64)
    count = 0
    for i in range(n + 1):
        at, home = (rejoin[i], back[i]) if i < n else (np.int64(0), np.int64(0))
        if count + 2 * n + 2 > to.size:
            to, ms = np.append(to, np.empty(to.size + 2 * n, np.int64)), np.append(ms, np.empty(ms.size + 2 * n, np.int64))
        if i == n or usable[i]:
            for k in range(fixed_ptr[i], fixed_ptr[i + 1]):
                fixed[fixed_to[k]] = i
                if fixed_ms[k] <= most and usable[fixed_to[k]]:
                    to[count], ms[count] = fixed_to[k], fixed_ms[k]
                    count += 1
            for k in range(np.searchsorted(sorted_leave, at), n):
                j = order[k]
                if sorted_leave[k] - at + home > most:
                    break
                drive = home + sorted_leave[k] - at + out[j]
                if j != i and usable[j] and fixed[j] != i and drive <= most:
                    to[count], ms[count] = j, drive
                    count += 1
        ptr[i + 1] = count
    return ptr, to[:count].copy(), ms[:count].copy()


@compiled
def least_ahead(ptr, to, ms, end, stay_at, rest, most):  # type: ignore[no-untyped-def]
    """(n + 1,) each, from a stop to the end, at least, with a stop wherever `most` asks for one: driving alone, without stops;
    with stops and stays; with stops and what they cost besides `rest`. INF: no way."""
    low, ahead, bare = end.copy(), np.where(end <= most, end, INF), np.where(end <= most, end, INF)
    changed = True
    while changed:
        changed = False
        for i in range(end.size - 1, -1, -1):
            for k in range(ptr[i], ptr[i + 1]):
                j = to[k]
                if ms[k] + low[j] < low[i]:
                    low[i], changed = ms[k] + low[j], True
                if ms[k] + stay_at[j] + ahead[j] < ahead[i]:
                    ahead[i], changed = ms[k] + stay_at[j] + ahead[j], True
                if ms[k] + stay_at[j] - rest + bare[j] < bare[i]:
                    bare[i], changed = ms[k] + stay_at[j] - rest + bare[j], True
    return low, ahead, bare
