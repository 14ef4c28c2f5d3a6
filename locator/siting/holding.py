"""Freight roads shared out among sites that hold only so much.

In: pieces of road, their times to candidates and to what stands, who holds how much.    Out: Choice, and what each site carries.
Never knows: what is parked where, screens. A place that stands and whose capacity nobody said holds all that reaches it.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from geodata.layers import rows
from locator.atlas import Atlas
from locator.siting.asking import SiteAsk
from locator.siting.candidates import holds
from locator.siting.capacity import choose_capacitated
from locator.siting.choice import Choice, Effort, Floats, Limits, concluded

Ints = NDArray[np.int64]


def standing_holds(atlas: Atlas, standing: Ints, ask: SiteAsk) -> Floats:
    """(places,) what each place that stands holds; nan: all that reaches it."""
    if not len(standing):
        return np.zeros(0)
    said = rows(atlas.frame.iloc[standing])
    held = [holds(f"{row['layer']}:{row['id']}", row.get("lorry_bays"), ask, None) for row in said]
    return np.array([np.nan if one is None else one for one in held], np.float64)


@dataclass(frozen=True, eq=False)
class Held:
    """choice   of the candidates alone: what stands carries before them
    before    (n,) bool: served by what holds all that reaches it
    carried   what the others that stand carry
    """

    choice: Choice
    before: NDArray[np.bool_]
    carried: float


def share_out(reach: sp.csr_array, capacity: Floats, stands: sp.csr_array, stands_hold: Floats, before: NDArray[np.bool_],
              weight: Floats, limits: Limits, effort: Effort) -> Held:
    """reach, capacity: of the candidates; stands, stands_hold: of what stands and holds only so much."""
    table = sp.csr_array(sp.vstack([reach, stands]))
    found = choose_capacitated(table, np.where(before, 0.0, weight), np.concatenate([capacity, stands_hold]), limits, effort,
                               standing=len(stands_hold))
    assert found.value is not None and found.bound is not None           # nothing chosen is always allowed
    carried = found.value - float(found.gains.sum())
    own = concluded(found.sites, found.gains, found.value - carried, found.bound - carried, maximise=True, stopped=found.stopped)
    return Held(replace(own, nodes=found.nodes), before, max(carried, 0.0))


def weight_parts(held: Held, weight: Floats, possible: NDArray[np.bool_]) -> dict[str, Any]:
    """possible: within reach of what stands or of a candidate. What is, and finds all of them full, is unserved."""
    total, value = float(weight.sum()), float(held.choice.value or 0.0)
    served = float(weight[held.before].sum()) + held.carried
    never = float(weight[~possible].sum())
    unserved = max(total - served - value - never, 0.0)
    return {"total": total, "served": served, "gained": value, "unserved": unserved, "never": never}
