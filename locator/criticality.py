"""What breaks when one place closes, and what each place adds to those before it.

In: an Atlas, an EmbeddedEngine, a CoverAsk.    Out: Criticality: a frame of places, the dearest loss first; the order of gains.
Never knows: Flask, click, languages, files.

One search finds the two nearest places of every bit of road. Where a place is the nearest, its closing leaves the second: the
road is lost when that is farther than the limit, else somebody takes over, so many seconds farther. Nothing is searched again.

PLACES   row (in the atlas), served_m (road that has it nearest, within the limit), lost_m, lost_lorry_km_day (None: nobody
         counted), taken_m, extra_s (mean over taken_m; None: nothing is taken over), worst_extra_s, heirs (rows that take over,
         most metres first), heirs_m
"""
from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.errors import BadInput
from locator.atlas import Atlas
from locator.coverage import Coverage, CoverAsk, Ground, Progress, Share, find_ground, quiet
from locator.engines.embedded import EmbeddedEngine
from locator.engines.reaching import Reach, find_reach, within
from locator.engines.searching import FAR

HEIRS = 3                    # places told to take over
MOST_GAINS = 2_000           # places whose gains are put in order: one search each
COLUMNS = ("row", "served_m", "lost_m", "lost_lorry_km_day", "taken_m", "extra_s", "worst_extra_s", "heirs", "heirs_m")
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Gain:
    """The k-th place in an order in which each next one adds most: metres and lorry kilometres a day it adds."""

    k: int
    row: int
    gain_m: float
    gain_lorry_km_day: float | None
    covered_m: float


@dataclass(frozen=True, eq=False)
class Criticality:
    coverage: Coverage
    places: pd.DataFrame
    gains: list[Gain]           # () when they were not asked

    def share(self) -> Share:
        return self.coverage.share()


def find_criticality(atlas: Atlas, engine: EmbeddedEngine, ask: CoverAsk, *, now: datetime, country: str | None = None,
                     gains: bool = True, progress: Progress | None = None) -> Criticality:
    """Raises BadInput not_allowed; too_large when gains of more than MOST_GAINS places are asked."""
    tell = progress or quiet
    tell("places", 0.0, 1.0)
    ground = find_ground(atlas, engine, ask, now=now, country=country)
    rows = ground.usable.open
    if gains and len(rows) > MOST_GAINS:
        raise BadInput("too_large", field="gains", value=len(rows), limit=MOST_GAINS, unit="places")
    tell("search", 0.1, 1.0)
    reach = find_reach(ground.net, ground.stands, rows, ground.freight.arc, direction=ask.direction, second=True)
    coverage = Coverage(ask, ground.at, ground.usable, ground.freight, reach, None)
    found = find_places(coverage, rows)
    order = find_gains(ground, coverage, rows, tell) if gains else []
    tell("done", 1.0, 1.0)
    return Criticality(coverage, found, order)


def without(coverage: Coverage, row: int) -> Coverage:
    """The coverage as it is when place `row` is closed. Needs a Coverage with second places."""
    reach = coverage.reach
    mine = reach.place == row
    near_ms, place = np.where(mine, reach.second_ms, reach.near_ms), np.where(mine, reach.second, reach.place)
    changed = replace(reach, near_ms=near_ms, place=place)
    return replace(coverage, reach=changed)


def find_places(coverage: Coverage, rows: Ints) -> pd.DataFrame:
    """PLACES, by lorry kilometres lost where traffic is given, then by metres lost, then by what the others must drive more."""
    reach, limit_ms = coverage.reach, 1000.0 * coverage.ask.limit_s
    per_ms = coverage.freight.length_m[coverage.row] / reach.arc_ms
    served = reach.within_ms(limit_ms) * per_ms
    taken = within(reach.second_ms, reach.length_ms, limit_ms) * per_ms
    lost = served - taken
    table = pd.DataFrame({"row": reach.place, "heir": reach.second, "served_m": served, "taken_m": taken, "lost_m": lost,
                          "lorry_km": lost / 1000.0 * coverage.freight.lorries[coverage.row],
                          "extra_s": np.where(taken > 0, (reach.second_ms - reach.near_ms) / 1000.0, 0.0)})
    table = table[table["row"] >= 0]
    groups = dict(iter(table.groupby("row")))
    counted = bool(table["lorry_km"].notna().any())
    found = pd.DataFrame([_place(row, groups.get(row), counted=counted) for row in rows.tolist()], columns=list(COLUMNS))
    weight = found["lost_lorry_km_day"].astype("float64").fillna(0.0)
    harm = found["taken_m"] * found["extra_s"].astype("float64").fillna(0.0)
    order = np.lexsort((found["row"], -harm, -found["lost_m"], -weight))
    return found.iloc[order].reset_index(drop=True)


def _place(row: int, own: pd.DataFrame | None, *, counted: bool) -> dict[str, object]:
    if own is None:
        return {"row": row, "served_m": 0.0, "lost_m": 0.0, "lost_lorry_km_day": 0.0 if counted else None, "taken_m": 0.0,
                "extra_s": None, "worst_extra_s": None, "heirs": (), "heirs_m": ()}
    taken = own[own["taken_m"] > 0]
    metres = float(taken["taken_m"].sum())
    heirs = taken.groupby("heir")["taken_m"].sum().sort_values(ascending=False, kind="stable").head(HEIRS)
    return {"row": row, "served_m": float(own["served_m"].sum()), "lost_m": float(own["lost_m"].sum()),
            "lost_lorry_km_day": float(own["lorry_km"].sum()) if counted else None, "taken_m": metres,
            "extra_s": float((taken["taken_m"] * taken["extra_s"]).sum() / metres) if metres > 0 else None,
            "worst_extra_s": float(taken["extra_s"].max()) if metres > 0 else None,
            "heirs": tuple(int(heir) for heir in heirs.index), "heirs_m": tuple(float(m) for m in heirs)}


# ---------------------------------------------------------------- what each place adds

def find_gains(ground: Ground, coverage: Coverage, rows: Ints, tell: Progress) -> list[Gain]:
    """The places in an order in which each next one adds most: by lorry kilometres where they are counted, else by metres."""
    reach, limit_ms = coverage.reach, 1000.0 * coverage.ask.limit_s
    metres = coverage.freight.length_m[coverage.row] / reach.arc_ms
    lorries = coverage.freight.lorries[coverage.row]
    counted = bool((~np.isnan(lorries)).any())
    weight = metres * np.nan_to_num(lorries) / 1000.0 if counted else metres
    near = list[tuple[Ints, Floats]]()
    for done, row in enumerate(rows.tolist()):
        tell("gains", 0.3 + 0.6 * done / len(rows), 1.0)
        near.append(_covered_by(ground, reach, row, limit_ms))
    covered, found = np.zeros(len(reach)), list[Gain]()
    heap = [(-float((weight[at] * ms).sum()), int(row), i) for i, (row, (at, ms)) in enumerate(zip(rows, near, strict=True))]
    heapq.heapify(heap)
    while heap:
        _, row, i = heapq.heappop(heap)
        at, ms = near[i]
        more = np.maximum(ms - covered[at], 0.0)
        gain = float((weight[at] * more).sum())
        if heap and -gain > heap[0][0]:                      # less than somebody may still add: it is asked again later
            heapq.heappush(heap, (-gain, row, i))
            continue
        covered[at] += more
        found.append(Gain(len(found) + 1, row, float((metres[at] * more).sum()), gain if counted else None,
                          float((covered * metres).sum())))
    return found


def _covered_by(ground: Ground, reach: Reach, row: int, limit_ms: float) -> tuple[Ints, Floats]:
    """The segments one place covers alone, and how many milliseconds of each. Its own cuts are among those of `reach`."""
    arcs = ground.freight.arc
    alone = find_reach(ground.net, ground.stands, np.array([row]), arcs, direction=reach.direction, limit_ms=int(limit_ms))
    wide = int(max(reach.arc_ms.max(initial=0), 1)) + 1
    key = np.searchsorted(arcs, alone.arc) * wide + alone.from_ms
    of = np.searchsorted(key, np.searchsorted(arcs, reach.arc) * wide + reach.from_ms, side="right") - 1
    between = alone.to_ms[of] - reach.to_ms if reach.direction == "to" else reach.from_ms - alone.from_ms[of]
    near = np.where(alone.near_ms[of] >= FAR, FAR, alone.near_ms[of] + between)
    ms = within(near, reach.length_ms, limit_ms)
    at = np.flatnonzero(ms > 0)
    return at, ms[at]
