"""The visits of a plan as legs with times: drive, wait, work, rest.

In: the search's visits, the stops, the rules.    Out: Legs.
Never knows: how the visits were chosen.

The search leaves each place as early as it can and remembers how much longer the rest before might have been. Here that comes
true: where he would stand before a gate, the daily rest before it is longer by as much as the hours on the way allow.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from locator.resting.search import Visit
from locator.resting.stops import StopTable
from locator.rules import Rules

LONGER = ("rest", "rest_reduced", "week_rest", "week_rest_reduced", "restart")     # may last longer than they must
HOME = "end"


@dataclass(frozen=True)
class Leg:
    """A drive and the stay at its end. Seconds since departure for moments; metres on the route where he left it before and
    leaves it now (None: not known). The last leg has no stop.

    because        why he stops: one of search.ACTIONS; `end` where the trip ends
    wait_s         stands before it opens, or before he sets out (night, week); neither rest nor work
    hours_unknown  the plan takes it to be open: not known
    """

    from_m: float | None
    to_m: float | None
    drive_s: float
    depart_s: float
    arrive_s: float
    wait_s: float
    begin_s: float
    service_s: float
    rest_s: float
    leave_s: float
    stop: int | None
    because: str
    hours_unknown: bool = False


def tell_legs(visits: tuple[Visit, ...], arrive_ms: int, table: StopTable, rules: Rules) -> tuple[Leg, ...]:
    """Every drive and stay, in order."""
    visits = _rested_longer(visits, arrive_ms, table) if rules.duty is not None else visits
    legs, left_ms, at_ms, before = list[Leg](), 0, 0, None
    assert table.service_ms is not None and table.hours is not None
    for visit in visits:
        drive = table.drive_ms(before, visit.stop)
        assert drive is not None
        service = int(table.service_ms[visit.stop])
        depart = visit.arrive_ms - drive
        wait = depart - left_ms + visit.begin_ms - visit.arrive_ms
        rest = visit.end_ms - visit.begin_ms - service
        legs.append(Leg(table.metres(at_ms), table.metres(int(table.leave_ms[visit.stop])), drive / 1000, depart / 1000,
                        visit.arrive_ms / 1000, wait / 1000, visit.begin_ms / 1000, service / 1000, rest / 1000,
                        visit.end_ms / 1000, visit.stop, visit.action, table.hours[visit.stop] is None))
        left_ms, at_ms, before = visit.end_ms, int(table.rejoin_ms[visit.stop]), visit.stop
    drive = table.drive_ms(before, None)
    assert drive is not None
    depart = arrive_ms - drive
    legs.append(Leg(table.metres(at_ms), table.metres(table.route_ms), drive / 1000, depart / 1000, arrive_ms / 1000,
                    (depart - left_ms) / 1000, arrive_ms / 1000, 0.0, 0.0, arrive_ms / 1000, None, HOME))
    return tuple(legs)


def _rested_longer(visits: tuple[Visit, ...], arrive_ms: int, table: StopTable) -> tuple[Visit, ...]:
    """The same stays moved later, each as far as its hours and the next stay's begin allow; a daily rest ends later instead."""
    moved = list(visits)
    next_stop, next_ms = None, arrive_ms
    for k in range(len(moved) - 1, -1, -1):
        here = moved[k]
        drive = table.drive_ms(here.stop, next_stop)
        assert drive is not None
        later = min(next_ms - drive, here.close_ms) - here.end_ms
        next_stop, next_ms = here.stop, here.begin_ms
        if later <= 0:
            continue
        begin = here.begin_ms + (0 if here.action in LONGER else later)
        moved[k] = replace(here, begin_ms=begin, end_ms=here.end_ms + later)
        next_ms = begin
    for k, (here, after) in enumerate(pairwise(moved)):
        drive = table.drive_ms(here.stop, after.stop)
        assert drive is not None
        moved[k + 1] = replace(moved[k + 1], arrive_ms=max(after.arrive_ms, here.end_ms + drive))
    return tuple(moved)
