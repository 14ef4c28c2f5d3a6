"""Where the driving time ends: how long he may drive on without a stop, and which limit says so.

In: a label as search.first_label makes it, the rules as the search reads them.    Out: Limit.
Never knows: stops, roads.
"""
from __future__ import annotations

from dataclasses import dataclass

from locator.resting.stops import Millis, StopTable

BREAK_ENDS = ("drive", "night_drive")      # a break is enough; the others ask for a long rest


@dataclass(frozen=True)
class Limit:
    """which    drive, night_drive, day_drive, duty, week_drive, two_weeks_drive, week_rest, cycle: the limit that comes first
    left_s   driving time to it; below 0: passed already, he must rest at once
    at_m     where on the route; None beyond its end, or where metres are not known
    need     what ends it: break or rest
    """

    which: str
    left_s: float
    at_m: float | None
    need: str


def find_limit(x: Millis, law: Millis, table: StopTable) -> Limit:
    """The first limit from a label on, driving on at once."""
    which, left = left_ms(x, law)
    at_m = table.metres(max(left, 0)) if left <= table.route_ms else None
    return Limit(which, left / 1000, at_m, "break" if which in BREAK_ENDS else "rest")


def left_ms(x: Millis, law: Millis) -> tuple[str, int]:
    """(which limit, how much driving is left to it), driving on at once."""
    from locator.resting import labels as k

    cap = law[k.DAY_LONG] if x[k.EXT] < law[k.LONG_DAYS] else law[k.DAY]
    left = {"drive": law[k.DRIVE] - x[k.C], "day_drive": cap - x[k.D]}
    if law[k.NIGHT] < k.INF:
        night = int(law[k.NIGHT_AT]), int(law[k.NIGHT_MS])
        left["night_drive"] = _until_night_is_full(int(x[k.T]), int(law[k.NIGHT] - x[k.D1]), *night)
    if law[k.FAMILY] == k.US:
        left |= {"duty": law[k.DUTY] - (x[k.T] - x[k.S1]), "cycle": law[k.CYCLE] - x[k.CY]}
    if law[k.FAMILY] == k.EU:
        rest = law[k.REDUCED] if x[k.RED] < law[k.REDUCED_N] or x[k.P3] else law[k.REST]
        this, last = k.week_at(x, x[k.T], law)
        to_monday = k.next_monday(x[k.T], law) - x[k.T]
        weeks = {"week_drive": law[k.WEEK] - this, "two_weeks_drive": law[k.TWO_WEEKS] - this - last}
        left |= {"duty": law[k.DUTY] - rest - (x[k.T] - x[k.S1]), "week_rest": x[k.WK] + law[k.WITHIN] - x[k.T]}
        left |= {name: room for name, room in weeks.items() if room < to_monday}
    name = min(left, key=lambda one: int(left[one]))
    return name, int(left[name])


def _until_night_is_full(at: int, room: int, night_at: int, night_ms: int) -> int:
    day = 86_400_000
    begin = night_at + (at - night_at) // day * day
    if at < begin + night_ms and (begin + night_ms - at) > room:
        return room
    return begin + day - at + (room if at >= begin + night_ms else max(room, 0))
