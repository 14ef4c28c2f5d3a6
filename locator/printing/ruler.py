"""The ruler beside a strip: kilometres, driving time since the last rest, and where the law says stop.

In: a route, the plan's own limits and rests.    Out: marks from 0 (the page's beginning) to 1 (its end).
Never knows: a paper, a language; its labels are handed in.

Nothing is estimated here: metres and seconds are the route's, and a limit is where the plan puts it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from locator.engines.protocol import Route
from locator.stints import Stint

KM_STEPS = (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
MINUTE_STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120)
MOST_TICKS = 9  # labelled ones on a page
WITHIN_M = 0.05
FLAG_MM = {"stop": 4.4, "limit": 7.0, "last_safe": 5.6, "rest": 5.6}  # height beside the ruler


def offset_at(route: Route, seconds: float, low_m: float = 0.0) -> float:
    """Metres along the route after so many seconds of driving: the inverse of route.seconds_at, to WITHIN_M."""
    low, high = low_m, route.distance_m
    if float(route.seconds_at(np.array([high]))[0]) <= seconds:
        return high
    while high - low > WITHIN_M:
        middle = (low + high) / 2
        if float(route.seconds_at(np.array([middle]))[0]) < seconds:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def clock_at(route: Route, stints: Sequence[Stint], offset_m: float) -> float:
    """Driving time since the last rest at a place on the route."""
    stint = next((s for s in reversed(stints) if s.from_m <= offset_m), stints[0])
    there, begun = route.seconds_at(np.array([offset_m, stint.from_m]))
    return float(there - begun) + stint.clock_s


def ruler(
    route: Route,
    stints: Sequence[Stint],
    rows: Sequence[dict[str, Any]],
    from_m: float,
    to_m: float,
    *,
    height_mm: float,
    labels: dict[str, dict[str, str]],
) -> dict[str, Any]:
    """Everything on the ruler of the page from_m … to_m. labels: of `limit`, `last_safe`, `rest`.

    flags: stops and limits beside the ruler, each with `at`, where it is, and `stand`, where there is room for it. Where they
    cannot all stand there, stops of about one place are one flag: `number` to `last`, each of their places in `places`.
    """
    span = max(to_m - from_m, 1e-9)

    def at(offset_m: float) -> float:
        return round(min(max((offset_m - from_m) / span, 0.0), 1.0), 6)

    shades = [(begin, end) for begin, end in map(partial(shaded, route), stints) if end > max(begin, from_m) and begin < to_m]
    flags: list[dict[str, Any]] = [
        {"at": at(s.limit_m), "what": "limit", "number": None, "kind": None, "label": labels["limit"]}
        for s in stints
        if s.limit_m is not None and from_m <= s.limit_m <= to_m
    ]
    for row in rows:
        what = "rest" if row["rest"] else "last_safe" if row["last_safe"] else "stop"
        place_m = row["offset_m"] if what == "stop" else row["leave_m"]  # the last chance is where he leaves the route for it
        if from_m <= place_m <= to_m:
            flags.append(
                {"at": at(place_m), "what": what, "number": row["number"], "kind": row["kind"], "label": labels.get(what)}
            )
    flags.sort(key=lambda flag: (flag["at"], flag["number"] or 0))
    flags = gathered(flags, height_mm)
    stand = spread([flag["at"] for flag in flags], [FLAG_MM[flag["what"]] / height_mm for flag in flags])
    return {
        "ticks": _ticks(from_m, to_m, at),
        "clocks": _clocks(route, stints, from_m, to_m, at),
        "shades": [{"from": at(begin), "to": at(end)} for begin, end in shades],
        "flags": [{**flag, "stand": round(place, 6)} for flag, place in zip(flags, stand, strict=True)],
    }


def gathered(flags: Sequence[dict[str, Any]], height_mm: float) -> list[dict[str, Any]]:
    """Flags that can all stand: where there are too many, stops in a row no farther apart than need be become one.

    flags  by place; only those of plain stops with numbers in a row are put together
    """
    def joined(apart: float) -> list[dict[str, Any]]:
        groups: list[dict[str, Any]] = []
        for flag in flags:
            last = groups[-1] if groups else None
            in_row = last and last["what"] == flag["what"] == "stop" and flag["number"] == last["last"] + 1
            if last and in_row and flag["at"] - last["places"][-1] <= apart:
                last["last"], last["places"] = flag["number"], [*last["places"], flag["at"]]
                last["kind"] = flag["kind"] if flag["kind"] == last["kind"] else None
                last["at"] = round(sum(last["places"]) / len(last["places"]), 6)
            else:
                groups.append({**flag, "last": flag["number"], "places": [flag["at"]]})
        return groups

    steps = sorted({round(b["at"] - a["at"], 6) for a, b in pairwise(flags)})
    tries = map(joined, (-1.0, *steps))                    # not at all; then as little as helps
    return next((found for found in tries if sum(FLAG_MM[one["what"]] for one in found) <= height_mm), joined(1.0))


def spread(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Middles of things of these sizes in a row from 0 to 1, in the given order, none on another, as near as can be to where each
    wants to stand (least squares, by pooling neighbours). Where they cannot all fit, all are made smaller alike."""
    if not wanted:
        return []
    shrink = min(1.0, 1.0 / sum(sizes))
    half = [size * shrink / 2 for size in sizes]
    before = np.concatenate([[0.0], np.cumsum([half[i] + half[i + 1] for i in range(len(half) - 1)])])
    groups: list[tuple[float, int]] = []  # mean of what remains when the spacing is taken off, members
    for value in np.asarray(wanted, float) - before:
        mean, count = float(value), 1
        while groups and groups[-1][0] >= mean:
            other, more = groups.pop()
            mean, count = (mean * count + other * more) / (count + more), count + more
        groups.append((mean, count))
    low, high = half[0], 1.0 - half[-1] - float(before[-1])
    free = [min(max(mean, low), max(low, high)) for mean, count in groups for _ in range(count)]
    return [float(place + gap) for place, gap in zip(free, before, strict=True)]


def shaded(route: Route, stint: Stint) -> tuple[float, float]:
    """The last half hour before the limit, as far as the route goes; nothing where the limit is farther off."""
    if stint.shade_m is None:
        return 0.0, 0.0
    return max(stint.shade_m, stint.from_m), route.distance_m if stint.limit_m is None else stint.limit_m


def _ticks(from_m: float, to_m: float, at: Callable[[float], float]) -> list[dict[str, Any]]:
    span_km = (to_m - from_m) / 1000
    major = next((step for step in KM_STEPS if span_km / step <= MOST_TICKS), KM_STEPS[-1])
    minor = major / 5
    ticks = []
    for k in range(int(np.ceil(from_m / 1000 / minor - 1e-9)), int(np.floor(to_m / 1000 / minor + 1e-9)) + 1):
        ticks.append({"at": at(k * minor * 1000), "major": k % 5 == 0, "label": f"{k * minor:g} km"})
    return ticks


def _clocks(
    route: Route, stints: Sequence[Stint], from_m: float, to_m: float, at: Callable[[float], float]
) -> list[dict[str, Any]]:
    """Whole steps of driving time, each stint's own count."""
    driven = float(np.diff(route.seconds_at(np.array([from_m, to_m])))[0])
    step_s = 60 * next((step for step in MINUTE_STEPS if driven / 60 / step <= MOST_TICKS), MINUTE_STEPS[-1])
    clocks = []
    for stint in stints:
        begin, end = max(stint.from_m, from_m), min(stint.to_m, to_m)
        if begin > end:
            continue
        zero = float(route.seconds_at(np.array([stint.from_m]))[0]) - stint.clock_s
        low, high = route.seconds_at(np.array([begin, end])) - zero
        for k in range(int(np.ceil(low / step_s - 1e-9)), int(np.floor(high / step_s + 1e-9)) + 1):
            seconds = k * step_s
            clocks.append(
                {
                    "at": at(offset_at(route, zero + seconds)),
                    "seconds": seconds,
                    "label": f"{seconds // 3600}:{seconds % 3600 // 60:02d}",
                }
            )
    return clocks
