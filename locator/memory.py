"""What a process that works for one question does with memory it has freed.

In: nothing.    Out: nothing.
Never knows: questions. On another C library than glibc nothing happens.
"""
from __future__ import annotations

import ctypes
from contextlib import suppress

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8            # of glibc's malloc.h
KEPT = 1 << 30


def keep_memory() -> None:
    """Have the C library keep what is freed, for the next array. Handed back, every page of it is cleared anew: a fifth of the
    time of a large region's question, a tenth of a trip's audit. Only for processes that end with their work."""
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in ((TRIM_THRESHOLD, KEPT), (MMAP_THRESHOLD, KEPT), (ARENA_MAX, 1)):
            mallopt(option, value)
