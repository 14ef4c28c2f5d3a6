"""Places along a route, in order, with what each detour truly costs; and why the others near it are left out.

In: a Route, an Atlas, an Engine, what is wanted, when he sets off.    Out: a STOPS frame (columns below), an OMITTED frame.
Never knows: Flask, folium, languages, which engine it is.

STOPS    row (in the atlas), passing, piece, offset_m, off_route_m, side, side_confidence, reach_s, return_s, detour_s, detour_m,
         leave_m, rejoin_m, leave_name, access (same | opposite | off_route | None: not known), lot (as Detours names it)
OMITTED  of locator.omitted
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.measured import Located
from locator.asks import Want, after
from locator.atlas import Atlas, unset
from locator.engines.excursions import BESIDE_M
from locator.engines.network import Spot
from locator.engines.protocol import Detours, Engine, Excursion, Ints, Route
from locator.omitted import NEAR_M, Why, list_omitted
from locator.sides import side_confidence

AT_CUT_M = 1.0              # nearest point this close to a cut lies at the cut
SIDES = {1: "left", -1: "right", 0: None}
COLUMNS = ["row", "passing", "piece", "offset_m", "off_route_m", "side", "side_confidence", "reach_s", "return_s", "detour_s",
           "detour_m", "leave_m", "rejoin_m", "leave_name", "access", "guessed", "lot"]
WHOLE = ("row", "passing", "piece", "lot")
STRETCHES = 50              # of the driving time, of which each keeps its cheapest stops
NOT_VISITED = Excursion(None, None, None, None, None, None)
Cell = tuple[int, int]      # piece of the route, column of the asked places
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Along:
    """tell: the same rows of `stops` with what a visit costs and where he leaves, where they were found bare."""

    stops: pd.DataFrame
    omitted: pd.DataFrame
    omitted_more: int          # near places left out beyond those listed
    tell: Callable[[Sequence[int]], pd.DataFrame]


def find_stops(route: Route, atlas: Atlas, engine: Engine, want: Want, *, depart: datetime | None = None,
               country: str | None = None, bare: bool = False, why: bool = True, among: Ints | None = None) -> Along:
    """Stops in the wanted order. A place has one row a pass: each time the route comes by, and once between each two vias.

    bare             many stops in haste: no visit is looked at (leave_m, rejoin_m, access … None; Along.tell has them), and where
                     the limit is reached the cheapest of each stretch of the way are kept, not the cheapest of all
    why              look at the places that are left out as well
    among            only these rows of the atlas are looked at; with why=False
    depart, country  when and where he sets off, aware: needed where the hours or the age of a record are asked for
    """
    reason, value = atlas.reasons(want, route.vehicle, depart)
    rows = unset(reason) if among is None else np.intersect1d(unset(reason), among)
    detours = engine.detours(route, atlas.places, rows, start_m=want.start_m)
    located = [route.line.cut(float(a), float(b)).locate(atlas.places.lonlat[rows])
               for a, b in zip(detours.from_m, detours.to_m, strict=True)]
    passes = _Passes(route, atlas, engine, want, rows, detours, located, bare)
    cells = passes.explained(reason, value, depart, country)
    table = passes.stops(cells, bare)

    def tell(rows: Sequence[int]) -> pd.DataFrame:
        told = passes.stops([cells[k] for k in rows], False)
        return told.assign(passing=table["passing"].iloc[list(rows)].to_numpy())
    shown = set(table["row"].tolist())
    left_out = _omitted(passes, reason, value, shown) if why else list_omitted([], reason, value, lambda rows: {})
    return Along(table, *left_out, tell)


@dataclass(frozen=True, eq=False)
class _Passes:
    """Every pass of every place that may be meant, and what has been found out about it."""

    route: Route
    atlas: Atlas
    engine: Engine
    want: Want
    rows: Ints
    detours: Detours
    located: list[Located]
    bare: bool = False
    visits: dict[Cell, Excursion] = field(default_factory=dict)

    def explained(self, reason: NDArray[np.object_], value: NDArray[np.object_], depart: datetime | None,
                  country: str | None) -> list[Cell]:
        """The passes to be shown, in the wanted order; for places that lost their last one here, the test at which they did."""
        least = self.detours.detour_s.min(axis=0, initial=np.inf)
        near = (self.detours.detour_s <= self.want.detour_limit_s) & ~_again(self.detours, self.located)
        own = near & ~self._too_far_opposite(near)
        hours = self._closed(own, depart, country)
        open_ = own.copy()
        for cell in hours:
            open_[cell] = False
        keep = _spread if self.bare else _cheapest
        kept = keep(self._in_order(open_), self.detours, self.want.limit)
        shown = {j for _, j in kept}
        for j, row in enumerate(self.rows.tolist()):
            if j in shown or not near[:, j].any():
                continue
            if open_[:, j].any():
                reason[row], value[row] = "limit_reached", self.want.limit
            elif own[:, j].any():
                reason[row], value[row] = "closed_at_eta", next(text for (_, k), text in hours.items() if k == j)
            else:
                reason[row], value[row] = "opposite_too_far", round(float(least[j]), 3)
        return kept

    def visit(self, cells: list[Cell]) -> list[Excursion]:
        """The visits of these cells, each looked for once."""
        new = [cell for cell in cells if cell not in self.visits]
        found = self.engine.excursion(self.route, self.atlas.places, self.rows, self.detours, new) if new else []
        self.visits.update(zip(new, found, strict=True))
        return [self.visits[cell] for cell in cells]

    def _too_far_opposite(self, near: Bools) -> Bools:
        """Passes that lead along the opposite carriageway and cost more than is wanted there."""
        found = np.zeros(near.shape, bool)
        if self.want.max_opposite_s is None:
            return found
        beside = np.array([at.off_m <= BESIDE_M for at in self.located]).reshape(near.shape)
        cells = [(int(i), int(j)) for i, j in np.argwhere(near & beside & (self.detours.detour_s > self.want.max_opposite_s))]
        for cell, visit in zip(cells, self.visit(cells), strict=True):
            found[cell] = bool(visit.other_carriageway)
        return found

    def _closed(self, cells: Bools, depart: datetime | None, country: str | None) -> dict[Cell, str]:
        """The passes at which the place is known to be closed, with the hours that say so."""
        if not self.want.open_at_eta:
            return {}
        assert depart is not None
        found = {}
        for i, j in np.argwhere(cells).tolist():
            eta = after(depart, float(self.detours.reach_s[i, j]))
            hours = self.atlas.shut(int(self.rows[j]), eta, self.want, country)
            if hours is not None:
                found[i, j] = hours
        return found

    def _in_order(self, passing: Bools) -> list[Cell]:
        cells = [(int(i), int(j)) for i, j in np.argwhere(passing)]
        offset = {(i, j): float(self.detours.from_m[i] + self.located[i].offset_m[j]) for i, j in cells}
        if self.want.order == "detour":
            return sorted(cells, key=lambda c: (float(self.detours.detour_s[c]), offset[c]))
        return sorted(cells, key=lambda c: (offset[c], float(self.detours.detour_s[c])))

    def stops(self, cells: list[Cell], bare: bool) -> pd.DataFrame:
        visits = [NOT_VISITED] * len(cells) if bare else self.visit(cells)
        table = [self._stop(cell, visit) for cell, visit in zip(cells, visits, strict=True)]
        count: dict[int, int] = {}
        for stop in sorted(table, key=lambda s: s["offset_m"]):
            count[stop["row"]] = stop["passing"] = count.get(stop["row"], 0) + 1
        return pd.DataFrame({c: pd.Series([s[c] for s in table], dtype="int64" if c in WHOLE else object)
                             for c in COLUMNS})

    def _stop(self, cell: Cell, visit: Excursion) -> dict[str, Any]:
        (i, j), detours = cell, self.detours
        at, row = self.located[i], int(self.rows[j])
        off = float(at.off_m[j])
        accuracy = self.atlas.frame["position_accuracy"].iloc[row]
        return {
            "row": row, "piece": i, "offset_m": float(detours.from_m[i] + at.offset_m[j]), "off_route_m": off,
            "side": SIDES[int(at.side[j])], "side_confidence": side_confidence(visit.side_margin_m, accuracy),
            "reach_s": float(detours.reach_s[cell]), "return_s": float(detours.return_s[cell]),
            "detour_s": float(detours.detour_s[cell]), "detour_m": visit.detour_m, "leave_m": visit.leave_m,
            "rejoin_m": visit.rejoin_m, "leave_name": visit.leave_name, "access": access_of(off, visit),
            "guessed": visit.guessed, "lot": int(detours.lot[cell])}

    def decide(self, rows: list[int], offset_m: dict[int, float]) -> dict[int, Why]:
        """Why places of which no pass is cheap enough are left out."""
        column = {int(row): j for j, row in enumerate(self.rows)}
        best = {row: int(self.detours.detour_s[:, column[row]].argmin()) for row in rows}
        cost = {row: float(self.detours.detour_s[best[row], column[row]]) for row in rows}
        found: dict[int, Why] = {row: (bar.reason, bar.limit) for row, bar in self._bars([r for r in rows if np.isinf(cost[r])])}
        for row in rows:
            if row not in found and offset_m[row] < self.want.start_m:
                found[row] = "behind_start", round(offset_m[row])
            elif row not in found and np.isinf(cost[row]):
                found[row] = "unreachable", None
        far = [row for row in rows if row not in found]
        for row in far:
            cell = best[row], column[row]
            beside = self.located[cell[0]].off_m[cell[1]] <= BESIDE_M
            opposite = beside and self.visit([cell])[0].other_carriageway
            found[row] = "opposite_too_far" if opposite else "beyond_max_detour", round(cost[row], 3)
        return found

    def _bars(self, rows: list[int]) -> list[tuple[int, Any]]:
        steps = self.route.steps
        if not rows or steps is None:
            return []
        start = Spot((int(steps.arc[0]),), (int(steps.enter_ms[0]),), 0.0, 0.0)
        end = Spot((int(steps.arc[-1]),), (int(steps.leave_ms[-1]),), 0.0, 0.0)
        return list(self.engine.bars(self.atlas.places, np.array(rows), start, end, self.route.vehicle).items())


def _again(detours: Detours, located: list[Located]) -> Bools:
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


def _cheapest(cells: list[Cell], detours: Detours, most: int | None) -> list[Cell]:
    """The `most` cells with the least detour, in the given order."""
    if most is None or len(cells) <= most:
        return cells
    best = set(sorted(cells, key=lambda c: float(detours.detour_s[c]))[:most])
    return [c for c in cells if c in best]


def _spread(cells: list[Cell], detours: Detours, most: int | None) -> list[Cell]:
    """The same for each of STRETCHES parts of the way apart; what one has too few of, the others get."""
    if most is None or len(cells) <= most:
        return cells
    detour = np.array([detours.detour_s[c] for c in cells])
    reach = np.array([detours.reach_s[c] for c in cells])
    part = (STRETCHES * (reach / max(float(reach.max()), 1e-9))).astype(int)
    by_part = np.lexsort((detour, part))
    starts = np.searchsorted(part[by_part], np.arange(STRETCHES + 2))
    rank = np.empty(len(cells), int)
    rank[by_part] = np.arange(len(cells)) - starts[part[by_part]]          # how many of its stretch are cheaper
    best = set(np.lexsort((detour, rank))[:most].tolist())
    return [c for k, c in enumerate(cells) if k in best]


def access_of(off_route_m: float, visit: Excursion) -> str | None:
    """From which side the place is entered; None where no roads are known."""
    if off_route_m > BESIDE_M:
        return "off_route"
    if visit.other_carriageway is None:
        return None
    return "opposite" if visit.other_carriageway else "same"


def _omitted(passes: _Passes, reason: NDArray[np.object_], value: NDArray[np.object_], shown: set[int],
             ) -> tuple[pd.DataFrame, int]:
    """Places within NEAR_M of the whole route that are no stops, nearest first, with the reason."""
    if not len(passes.atlas.frame):
        return list_omitted([], reason, value, lambda rows: {})
    near = passes.atlas.index.along(passes.route.line, NEAR_M)
    offset_m = dict(zip(near.ids.tolist(), near.offset_m.tolist(), strict=True))
    left = [(off, row) for off, row in zip(near.off_m.tolist(), near.ids.tolist(), strict=True) if row not in shown]
    return list_omitted(left, reason, value, lambda rows: passes.decide(rows, offset_m))
