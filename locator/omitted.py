"""Why places near a route or a point are no answer: the closed list of reasons, in the order they are tried.

In: rows of an atlas with a reason each, how far off they lie.    Out: an OMITTED frame: row, off_m, reason, value.
Never knows: Flask, folium, languages, how a route is found. What each value is stands in docs/api.md.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

REASONS = {                         # in the order they are tried -> the unit of the value; "" where it is a word
    "kind_not_asked": "",           # the kind of the place
    "service_missing": "",          # the services it is not known to have; lorry_bays for too few bays
    "low_accuracy": "",             # its position's class
    "stale_record": "",             # the day it was last checked; none when nobody knows
    "too_high": "m",                # the limit of the place, or of the sign on the way to it
    "too_heavy": "t",
    "unreachable": "",              # none
    "behind_start": "m",            # where on the route it lies, from its start
    "opposite_too_far": "s",        # its detour
    "beyond_max_detour": "s",       # its detour; its driving time where there is no route
    "closed_at_eta": "",            # its opening hours
    "limit_reached": "",            # the limit
}
NEAR_M = 5_000.0                    # places this near are answered for, one way or the other
MOST = 200                          # of those left out are listed

Why = tuple[str, Any]
DTYPES: dict[str, Any] = {"row": "int64", "off_m": "float64", "reason": object, "value": object}


def list_omitted(left: list[tuple[float, int]], reason: NDArray[np.object_], value: NDArray[np.object_],
                 decide: Callable[[list[int]], Mapping[int, Why]]) -> tuple[pd.DataFrame, int]:
    """The nearest of `left` (off_m, row) with their reasons, and how many more there are.

    reason, value  by row, as far as they are known; `decide` finds the rest, for the listed rows alone
    """
    listed = sorted(left)[:MOST]
    found = decide([row for _, row in listed if reason[row] is None])
    table = [(row, off, *(found[row] if reason[row] is None else (reason[row], value[row]))) for off, row in listed]
    columns = {name: pd.Series([one[i] for one in table], dtype=DTYPES[name]) for i, name in enumerate(DTYPES)}
    return pd.DataFrame(columns), len(left) - len(listed)


NOTHING_OMITTED = pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in DTYPES.items()})
