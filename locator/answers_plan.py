"""A plan as plain dicts: exactly what the API sends and `--json` prints.

In: PlanAnswer.    Out: the dict of along_json with the plan beside it.
Never knows: HTTP, terminals, languages. Times are ISO 8601 in the region's zone; null is "not known".
"""
from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geodata.layers import rows
from locator.answers import SURE, along_json, is_approximate, metres, services_then
from locator.asks import Want, after
from locator.locator import AlongAnswer, PlanAnswer
from locator.omitted import DTYPES, MOST, NEAR_M
from locator.planned import Planned, named_stops, unmet_wishes
from locator.resting.limits import Limit
from locator.resting.mending import Mend, Problem
from locator.rests import Leg, Rung

ANY = Want()
MOST_LISTED = 100         # stops, when nothing is said


def plan_json(answer: PlanAnswer, want: Want = ANY) -> dict[str, Any]:
    """The stops looked at as features, the cheapest `want.limit` of them and all that the plan names; and the plan.

    want.open_at_eta  leaves out of the list what is known to be closed when he drives straight there, but for what the plan names
    """
    along, planned = answer.along, answer.planned
    shut = _shut(along, planned, want) if want.open_at_eta else {}
    listed = _listed(planned, MOST_LISTED if want.limit is None else want.limit, set(shut))
    omitted, omitted_more = _omitted(along, planned, listed, shut, want.limit)
    told = _Told(along, planned, {stop: k for k, stop in enumerate(listed)})
    plan, rungs = planned.plan, [rung for rung in planned.plan.ladder if rung.stop in told.feature]
    problem = (answer.wider or planned).plan.problem if plan.problem is not None else None
    drive = planned.rules.values["drive"]
    return {
        **along_json(AlongAnswer(along.region, along.route, along.depart, along.atlas, planned.tell(listed), omitted,
                                 omitted_more, along.start_m)),
        "features_more": len(planned.stops) - len(listed),
        "rule": planned.rules.name,
        "law": {"drive_s": planned.rules.drive, "break_s": planned.rules.break_, "source": drive.source, "url": drive.url},
        "feasible": plan.feasible, "approximate": told.approximate(),
        "depart": told.time(0.0), "arrive": told.time(plan.arrive_s) if plan.feasible else None,
        "drive_s": plan.drive_s if plan.feasible else None, "penalty_s": plan.penalty_s, "gap_s": plan.gap_s,
        "legs": [told.leg(leg, known) for leg, known in zip(plan.legs, planned.hours_known, strict=True)],
        "limit_m": metres(plan.limit.at_m), "limit": told.limit(plan.limit),
        "ladder": [told.rung(rung) for rung in rungs], "ladder_more": len(plan.ladder) - len(rungs),
        "problem": None if problem is None else told.problem(problem, answer.wider or planned),
    }


def _listed(planned: Planned, limit: int, shut: set[int]) -> list[int]:
    """Rows of the stops to be told, in order: those the plan and the end of the ladder name, then the cheapest not shut."""
    must = named_stops(planned.plan)
    cheapest = np.argsort(planned.stops["detour_s"].to_numpy(float), kind="stable").tolist()
    more = [stop for stop in cheapest if stop not in must and stop not in shut][:max(limit - len(must), 0)]
    return sorted({*must, *more})


def _shut(along: AlongAnswer, planned: Planned, want: Want) -> dict[int, str]:
    """Stops known to be closed when he drives straight there, with the hours that say so."""
    found = {stop: along.atlas.shut(row, after(along.depart, reach_s), want, along.region.facts.country)
             for stop, (row, reach_s) in enumerate(zip(planned.stops["row"], planned.stops["reach_s"], strict=True))}
    return {stop: hours for stop, hours in found.items() if hours is not None}


def _omitted(along: AlongAnswer, planned: Planned, listed: list[int], shut: dict[int, str], limit: int | None,
             ) -> tuple[pd.DataFrame, int]:
    """What the route leaves out, and, where it was asked so, stops that are closed or beyond the limit."""
    rows_of, off_m = planned.stops["row"].tolist(), planned.stops["off_route_m"].tolist()
    said = {rows_of[stop] for stop in listed}
    left: dict[int, tuple[float, str, Any]] = {}
    for stop in sorted(set(range(len(rows_of))) - set(listed), key=lambda one: off_m[one]):
        if rows_of[stop] not in said and off_m[stop] <= NEAR_M and (stop in shut or limit is not None):
            why = ("closed_at_eta", shut[stop]) if stop in shut else ("limit_reached", limit)
            left.setdefault(rows_of[stop], (off_m[stop], *why))
    if not left:
        return along.omitted, along.omitted_more
    more = pd.DataFrame([(row, *said) for row, said in left.items()], columns=list(DTYPES)).astype(DTYPES)
    whole = pd.concat([along.omitted, more]).sort_values("off_m", kind="stable")
    return whole.head(MOST), along.omitted_more + max(len(whole) - MOST, 0)


class _Told:
    """One plan, its stops by their place among the features."""

    def __init__(self, along: AlongAnswer, planned: Planned, feature: dict[int, int]) -> None:
        self.along, self.planned, self.feature = along, planned, feature
        self.place = rows(along.atlas.frame)

    def time(self, seconds: float) -> str:
        return after(self.along.depart, seconds).isoformat(timespec="seconds")

    def _row(self, stop: int, planned: Planned | None = None) -> int:
        return int((planned or self.planned).stops["row"].iloc[stop])

    def id(self, stop: int | None) -> str | None:
        return None if stop is None else str(self.place[self._row(stop)]["id"])

    def index(self, stop: int | None) -> int | None:
        return None if stop is None else self.feature.get(stop)

    def approximate(self) -> bool:
        """The route, the region, the drives, or where a stop lies, or when it is open, is not exact."""
        used = [self.place[self._row(leg.stop)]["position_accuracy"] for leg in self.planned.plan.legs if leg.stop is not None]
        guessed = any(self.planned.stops["guessed"].iloc[leg.stop] for leg in self.planned.plan.legs if leg.stop is not None)
        return (self.planned.plan.approximate or is_approximate(self.along.route) or self.along.region.facts.schematic
                or bool(guessed) or any(accuracy not in SURE for accuracy in used))

    def leg(self, leg: Leg, hours_known: bool) -> dict[str, Any]:
        said: dict[str, Any] = {
            "from_m": metres(leg.from_m), "to_m": metres(leg.to_m), "depart": self.time(leg.depart_s), "drive_s": leg.drive_s,
            "arrive": self.time(leg.arrive_s), "wait_s": leg.wait_s, "begin": self.time(leg.begin_s), "rest_s": leg.rest_s,
            "leave": self.time(leg.leave_s), "stop_id": self.id(leg.stop), "stop": self.index(leg.stop), "because": leg.because}
        if leg.stop is None:
            return said | {"hours_known": None, "unmet_wishes": [], "services": []}
        row, begin = self._row(leg.stop), after(self.along.depart, leg.begin_s)
        unmet = list(unmet_wishes(self.along.atlas, row, self.planned.ask.wishes))
        services = services_then(self.along.region, self.along.atlas, row, begin, leg.rest_s)
        return said | {"hours_known": hours_known, "unmet_wishes": unmet, "services": services}

    def limit(self, limit: Limit) -> dict[str, Any]:
        return {"which": limit.which, "left_s": limit.left_s, "at_m": metres(limit.at_m), "at": self._at(limit.at_m),
                "need": limit.need}

    def rung(self, rung: Rung) -> dict[str, Any]:
        sure = rung.open is not True or self.planned.known(rung.stop, rung.reach_s)       # a holiday may decide
        opened = rung.open if sure else None
        return {"stop_id": self.id(rung.stop), "stop": self.index(rung.stop), "reach_s": rung.reach_s, "spare_s": rung.spare_s,
                "arrive": self.time(rung.reach_s), "open": opened, "fits": rung.fits, "last_safe": rung.last_safe,
                "next_if_skipped": self.id(rung.next_if_skipped), "next_if_skipped_stop": self.index(rung.next_if_skipped),
                "next_if_full": self.id(rung.next_if_full), "next_if_full_stop": self.index(rung.next_if_full)}

    def problem(self, problem: Problem, planned: Planned) -> dict[str, Any]:
        return {"which": problem.which, "at_m": metres(problem.at_m), "at_s": problem.at_s, "at": self._at(problem.at_m),
                "rest_at_once": problem.rest_at_once, "gave_up": problem.gave_up,
                "mends": [self._mend(mend, planned) for mend in problem.mends]}

    def _mend(self, mend: Mend, planned: Planned) -> dict[str, Any]:
        said: dict[str, Any] = {
            "what": mend.what, "by_s": mend.by_s, "from": None if mend.from_s is None else self.time(mend.from_s),
            "to": None if mend.to_s is None else self.time(mend.to_s),
            **dict.fromkeys(("stop_id", "name", "name_en", "kind", "hours", "offset_m", "detour_s", "access"))}
        if mend.stop is None:
            return said
        stop, place = planned.stops.iloc[mend.stop], self.place[self._row(mend.stop, planned)]
        return said | {"stop_id": place["id"], "name": place["name"], "name_en": place["name_en"], "kind": place["kind"],
                       "hours": place["hours"], "offset_m": metres(stop["offset_m"]),
                       "detour_s": round(float(stop["detour_s"]), 3), "access": stop["access"]}

    def _at(self, at_m: float | None) -> list[float] | None:
        if at_m is None:
            return None
        return [round(float(value), 7) for value in self.along.route.line.point_at(np.array([at_m]))[0]]
