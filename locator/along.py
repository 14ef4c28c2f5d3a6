"""Places along a route, in order, with what each detour truly costs; and why the others near it are left out.

In: a Route, an Atlas, an Engine, what is wanted.    Out: a STOPS frame (columns below) and an OMITTED frame.
Never knows: Flask, folium, languages, which engine it is.

STOPS    row (in the atlas), passing, piece, offset_m, off_route_m, side, reach_s, return_s, detour_s, detour_m, leave_m,
         rejoin_m, leave_name, access (same | opposite | off_route | None: not known)
OMITTED  row, reason, value
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.measured import Located
from locator.asks import Want
from locator.atlas import Atlas, unset
from locator.engines.excursions import BESIDE_M
from locator.engines.protocol import Detours, Engine, Excursion, Ints, Route

NEAR_M = 5_000.0            # places this near the route are answered for, one way or the other
OMITTED_MOST = 200
AT_CUT_M = 1.0              # nearest point this close to a cut lies at the cut
SIDES = {1: "left", -1: "right", 0: None}


@dataclass(frozen=True, eq=False)
class Along:
    stops: pd.DataFrame
    omitted: pd.DataFrame
    omitted_more: int          # near places left out beyond those listed


def find_stops(route: Route, atlas: Atlas, engine: Engine, want: Want) -> Along:
    """Stops in the wanted order. A place has one row a pass: each time the route comes by, and once between each two vias."""
    reason, value = atlas.reasons(want, route.vehicle)
    rows = unset(reason)
    detours = engine.detours(route, atlas.places, rows, start_m=want.start_m)
    located = [route.line.cut(float(a), float(b)).locate(atlas.places.lonlat[rows])
               for a, b in zip(detours.from_m, detours.to_m, strict=True)]
    passing = detours.detour_s <= want.detour_limit_s
    passing &= ~_again(detours, located)
    cells = _in_order(detours, located, passing, want)
    most = want.limit if want.limit is not None else len(cells)
    kept, over = _cheapest(cells, detours, most)
    table = _stops(route, atlas, engine, detours, located, rows, kept)
    _explain(route, reason, value, rows, detours, located, over, want)
    return Along(table, *_omitted(route, atlas, reason, value, set(table["row"].tolist()), want))


def _again(detours: Detours, located: list[Located]) -> NDArray[np.bool_]:
    """Cells that are the same pass as the neighbouring piece's: cut in between only because the route is not the fastest there.

    Both come nearest at the cut, or one of them only ends or begins there and never comes as near as the other. The dearer goes.
    """
    out = np.zeros(detours.detour_s.shape, bool)
    length = detours.to_m - detours.from_m
    for i in range(len(length) - 1):
        if detours.after_via[i] != detours.after_via[i + 1]:
            continue
        at_end = located[i].offset_m >= length[i] - AT_CUT_M
        at_start = located[i + 1].offset_m <= AT_CUT_M
        nearer = located[i].off_m - located[i + 1].off_m
        same = (at_end & at_start) | (at_end & (nearer > AT_CUT_M)) | (at_start & (nearer < -AT_CUT_M))
        first, second = np.where(out[i], np.inf, detours.detour_s[i]), detours.detour_s[i + 1]
        out[i] |= same & (second < first)
        out[i + 1] |= same & (second >= first)
    return out


def _in_order(detours: Detours, located: list[Located], passing: NDArray[np.bool_],
              want: Want) -> list[tuple[int, int]]:
    cells = [(int(i), int(j)) for i, j in np.argwhere(passing)]
    offset = {(i, j): float(detours.from_m[i] + located[i].offset_m[j]) for i, j in cells}
    if want.order == "detour":
        return sorted(cells, key=lambda c: (float(detours.detour_s[c]), offset[c]))
    return sorted(cells, key=lambda c: (offset[c], float(detours.detour_s[c])))


def _cheapest(cells: list[tuple[int, int]], detours: Detours, most: int) -> tuple[list[tuple[int, int]], set[int]]:
    """The `most` cells with the least detour, in the given order; and the columns of those that went."""
    if len(cells) <= most:
        return cells, set()
    best = set(sorted(cells, key=lambda c: float(detours.detour_s[c]))[:most])
    return [c for c in cells if c in best], {c[1] for c in cells if c not in best} - {c[1] for c in best}


def _stops(route: Route, atlas: Atlas, engine: Engine, detours: Detours, located: list[Located], rows: Ints,
           cells: list[tuple[int, int]]) -> pd.DataFrame:
    visits = engine.excursion(route, atlas.places, rows, detours, cells)
    count: dict[int, int] = {}
    table = list[dict[str, Any]]()
    for (i, j), visit in zip(cells, visits, strict=True):
        at = located[i]
        off = float(at.off_m[j])
        table.append({
            "row": int(rows[j]), "piece": i, "offset_m": float(detours.from_m[i] + at.offset_m[j]), "off_route_m": off,
            "side": SIDES[int(at.side[j])], "reach_s": float(detours.reach_s[i, j]), "return_s": float(detours.return_s[i, j]),
            "detour_s": float(detours.detour_s[i, j]), "detour_m": visit.detour_m, "leave_m": visit.leave_m,
            "rejoin_m": visit.rejoin_m, "leave_name": visit.leave_name, "access": access_of(off, visit)})
    for stop in sorted(table, key=lambda s: s["offset_m"]):
        count[stop["row"]] = stop["passing"] = count.get(stop["row"], 0) + 1
    columns = ["row", "passing", "piece", "offset_m", "off_route_m", "side", "reach_s", "return_s", "detour_s", "detour_m",
               "leave_m", "rejoin_m", "leave_name", "access"]
    return pd.DataFrame({c: pd.Series([s[c] for s in table], dtype="int64" if c in ("row", "passing", "piece") else object)
                         for c in columns})


def access_of(off_route_m: float, visit: Excursion) -> str | None:
    """From which side the place is entered; None where no roads are known."""
    if off_route_m > BESIDE_M:
        return "off_route"
    if visit.other_carriageway is None:
        return None
    return "opposite" if visit.other_carriageway else "same"


def _explain(route: Route, reason: NDArray[np.object_], value: NDArray[np.object_], rows: Ints, detours: Detours,
             located: list[Located], over: set[int], want: Want) -> None:
    """Fill in why asked places did not become stops."""
    least = detours.detour_s.min(axis=0) if len(rows) else np.empty(0)
    off = np.min([at.off_m for at in located], axis=0) if len(rows) else np.empty(0)
    for j, row in enumerate(rows.tolist()):
        if not np.isfinite(least[j]):
            reason[row] = "unreachable"
        elif j in over:
            reason[row], value[row] = "limit_reached", want.limit
        elif least[j] > want.detour_limit_s:
            beside = off[j] <= BESIDE_M and route.steps is not None
            reason[row], value[row] = "opposite_too_far" if beside else "beyond_max_detour", round(float(least[j]), 3)


def _omitted(route: Route, atlas: Atlas, reason: NDArray[np.object_], value: NDArray[np.object_], shown: set[int],
             want: Want) -> tuple[pd.DataFrame, int]:
    """Places within NEAR_M of the whole route that are no stops, nearest first, with the reason."""
    near = atlas.index.along(route.line, NEAR_M) if len(atlas.frame) else None
    ids = near.ids if near is not None else np.empty(0, np.int64)
    off = near.off_m if near is not None else np.empty(0)
    offset = near.offset_m if near is not None else np.empty(0)
    left = [(float(off[k]), int(row), float(offset[k])) for k, row in enumerate(ids.tolist()) if row not in shown]
    left.sort()
    table = []
    for _, row, at_m in left[:OMITTED_MOST]:
        behind = at_m < want.start_m and reason[row] in ("beyond_max_detour", "opposite_too_far", "unreachable")
        table.append({"row": row, "reason": "behind_start" if behind else reason[row] or "beyond_max_detour",
                      "value": round(at_m) if behind else value[row]})
    return pd.DataFrame(table, columns=["row", "reason", "value"]), max(0, len(left) - OMITTED_MOST)
