"""python -m locator.resting: have the search of rest plans compiled before anybody asks; kept until its file changes.

In: nothing.    Out: numba's cache beside the module.
Never knows: who will ask.
"""
from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from locator.rests import DriverState, StopTable, plan_rests, read_rules

HOUR = 3_600_000
leave = np.array([HOUR, 3 * HOUR], np.int64)
nothing = np.zeros(2, np.int64)
table = StopTable(5 * HOUR, leave, nothing, nothing, leave)
now = datetime(2026, 11, 24, 8, tzinfo=UTC)
assert plan_rests(read_rules("cn", now.date()), DriverState(), table, now).feasible
assert not plan_rests(read_rules("cn", now.date()), DriverState(since_break_s=5 * 3600.0), table, now).feasible
