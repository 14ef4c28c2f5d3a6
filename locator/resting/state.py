"""What the driver has behind him when he sets out.

In: seconds and counts, from any door.    Out: DriverState, checked.
Never knows: which rule set will read it; places.
"""
from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite

from geodata.errors import BadInput

DAY_S = 86_400.0
LONGEST_S = 60 * DAY_S
MOST = 20
FLAGS = ("split_taken", "split_rest_taken", "week_rest_was_reduced")
COUNTS = ("long_days", "reduced_rests")


@dataclass(frozen=True)
class DriverState:
    """All zero: rested, at the start of his day. A rule set reads what it knows and leaves the rest.

    since_break_s          driven since the last break that counts
    split_taken            eu: the first part of a break in two parts is taken, since then
    driven_today_s         driven since the last daily rest (us: 10 h off duty)
    on_duty_s              since the end of that rest, everything counted; us: less the parts in the sleeper berth
    driven_week_s          eu: driven since Monday 00:00, today's driving with it; driven_last_week_s: the week before
    long_days              eu: days of more than 9 h this week, today's not yet
    reduced_rests          eu: since the last weekly rest
    split_rest_taken       eu: the 3-h part of today's rest is taken
    since_week_rest_s      eu: since the end of the last weekly rest
    week_rest_was_reduced  eu: that one was a reduced one
    cycle_s                us: on duty in the 7 or 8 days
    part_s                 us: length of the last part of a rest in two parts, 0: none open
    part_driven_s, part_on_duty_s   us: driven, and elapsed, since its end
    Raises  BadInput not_a_number, not_finite, out_of_range. More than the law allows is no error: he then rests at once.
    """

    since_break_s: float = 0.0
    split_taken: bool = False
    driven_today_s: float = 0.0
    on_duty_s: float = 0.0
    driven_week_s: float = 0.0
    driven_last_week_s: float = 0.0
    long_days: int = 0
    reduced_rests: int = 0
    split_rest_taken: bool = False
    since_week_rest_s: float = 0.0
    week_rest_was_reduced: bool = False
    cycle_s: float = 0.0
    part_s: float = 0.0
    part_driven_s: float = 0.0
    part_on_duty_s: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in FLAGS:
                if not isinstance(value, bool):
                    raise BadInput("not_allowed", field=field.name, value=value, allowed="true, false")
            else:
                _number(field.name, value)


def _number(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float) if name not in COUNTS else int):
        raise BadInput("not_a_number", field=name, value=value)
    if not isfinite(value):
        raise BadInput("not_finite", field=name, value=value)
    high = MOST if name in COUNTS else LONGEST_S
    if not 0 <= value <= high:
        raise BadInput("out_of_range", field=name, value=value, low=0, high=high)
