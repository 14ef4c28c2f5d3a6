"""What /api/plan answers, as pydantic models. They describe; the answer itself is the core's own plain dict.

In: nothing.    Out: PlanAnswer for the OpenAPI document; tests hold real answers against it.
Never knows: how a plan is made.
"""
from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from geodata.columns import KINDS
from locator.plan_asks import WISHES
from locator.resting.search import ACTIONS
from locator.rules import RULE_SETS
from locator.web.asking import listed
from locator.web.describing import AlongAnswer, ServiceOut, Told

LIMITS = ("drive", "night_drive", "day_drive", "duty", "week_drive", "two_weeks_drive", "week_rest", "cycle")
Which = Annotated[str, listed(LIMITS)]
Lonlat = tuple[float, float]


class LawOut(Told):
    """The rule that is met most often."""

    drive_s: int = Field(description="Longest driving before a break.")
    break_s: int = Field(description="The least break.")
    source: str = Field(description="The article it stands in.")
    url: str = Field(description="Where that can be read; empty where it is the company's own.")


class LegOut(Told):
    """A drive, and the stay at its end; the last one has no stop."""

    from_m: float | None = Field(description="Where on the route he sets out or is back on it, metres from its start.")
    to_m: float | None = Field(description="Where on the route he leaves it for the stop.")
    depart: str = Field(description="When he sets out.")
    drive_s: float = Field(description="Driving to the stop, on the roads.")
    arrive: str = Field(description="When he is there.")
    wait_s: float = Field(description="He stands before it opens or before he may drive on; neither rest nor work.")
    begin: str = Field(description="When the rest begins.")
    rest_s: float = Field(description="How long it lasts; 0 at the end of the trip.")
    leave: str = Field(description="When he goes on.")
    stop_id: str | None = Field(description="Where he stops; null at the end of the trip.")
    stop: int | None = Field(description="Its place among `features`, from 0: a place that is passed twice is two of them.")
    because: Annotated[str, listed([*ACTIONS, "end"])] = Field(description="Why he stops.")
    hours_known: bool | None = Field(description="False: nobody knows whether it is open then; null at the end of the trip.")
    unmet_wishes: list[Annotated[str, listed(WISHES)]] = Field(description="What was wanted and is not known to be there.")
    services: list[ServiceOut] = Field(description="As they are at `begin`, for a stay of `rest_s`.")


class LimitOut(Told):
    """Where driving must end if he stops nowhere."""

    which: Which = Field(description="The limit that comes first.")
    left_s: float = Field(description="Driving time to it; below 0: passed already.")
    at_m: float | None = Field(description="Where on the route that is; null: beyond its end.")
    at: Lonlat | None = Field(description="Longitude, latitude of that point.")
    need: Literal["break", "rest"] = Field(description="What ends it: a break, or a long rest.")


class RungOut(Told):
    """A stop that can be reached before the limit, in the order of the road."""

    stop_id: str = Field(description="Which.")
    stop: int = Field(description="Its place among `features`.")
    reach_s: float = Field(description="Driving time to it.")
    spare_s: float = Field(description="Driving time left on arrival.")
    arrive: str = Field(description="When he would be there.")
    open: bool | None = Field(description="Can he take the rest he needs there then? null: hours not known.")
    fits: bool = Field(description="In time, fit for what he needs, and not known to be closed.")
    last_safe: bool = Field(description="The last one that fits.")
    next_if_skipped: str | None = Field(description="The next that fits if he drives past on the road; null: none.")
    next_if_skipped_stop: int | None = Field(description="Its place among `features`; null where it is not listed.")
    next_if_full: str | None = Field(description="The soonest that fits if he has driven in and it is full; null: none.")
    next_if_full_stop: int | None = Field(description="Its place among `features`; null where it is not listed.")


class MendOut(Told):
    """One change that would make a lawful trip of it, or come nearest."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    what: Literal["longer_hours", "allow", "overnight", "rest_first", "nearer"] = Field(description=(
        "The place is open `from` to `to` too; it may be used although left out; it lets him stay over night; he rests `by_s` "
        "before setting out; the next place is `by_s` of driving too far."))
    by_s: float | None = Field(description="Seconds.")
    from_: str | None = Field(alias="from", description="When his stay there would begin.")
    to: str | None = Field(description="When it would end.")
    stop_id: str | None = Field(description="The place; null where it is none.")
    name: str | None = Field(description="Its name, as its source has it: show it as text.")
    name_en: str | None = Field(description="Its English name.")
    kind: Annotated[str, listed(KINDS)] | None = Field(description="What it is.")
    hours: str | None = Field(description="Its opening hours.")
    offset_m: float | None = Field(description="Where on the route it is met.")
    detour_s: float | None = Field(description="What it costs.")
    access: Literal["same", "opposite", "off_route"] | None = Field(description="As in a stop.")


class ProblemOut(Told):
    """Why there is no lawful plan."""

    which: Which = Field(description="The limit that ends the farthest lawful drive.")
    at_m: float | None = Field(description="How far along the route he lawfully gets.")
    at_s: float = Field(description="The same in driving time of the route.")
    at: Lonlat | None = Field(description="Longitude, latitude of that point.")
    rest_at_once: bool = Field(description="A limit is passed already at departure.")
    gave_up: bool = Field(description="Nothing is proven: the search grew too large.")
    mends: list[MendOut] = Field(description="What would help; empty when nothing tried did.")


class PlanAnswer(AlongAnswer):
    """The answer of /api/along, and the plan over its stops."""

    features_more: int = Field(description="Stops the plan looked at that are not listed (`limit`).")
    rule: Annotated[str, listed(RULE_SETS)] = Field(description="The rules that were kept.")
    law: LawOut = Field(description="Their driving and break, with the source.")
    feasible: bool = Field(description="There is a plan that keeps the rules.")
    approximate: bool = Field(description="Drives not on known roads, positions not exact, or hours not known.")
    depart: str = Field(description="When he sets out.")
    arrive: str | None = Field(description="When he is at the end; null where there is no plan.")
    drive_s: float | None = Field(description="Driving in all, the roads' own: a route by way of its stops takes as long.")
    penalty_s: float = Field(description="What unmet wishes, unknown hours and stops without known parking counted as.")
    gap_s: float | None = Field(description="At most so much better another plan may be; 0: this is the best; null: given up.")
    legs: list[LegOut] = Field(description="Drives and stays in order; empty where there is no plan.")
    limit_m: float | None = Field(description="`limit.at_m` again.")
    limit: LimitOut = Field(description="Where driving must end if he stops nowhere.")
    ladder: list[RungOut] = Field(description="The stops before that, the last safe one marked.")
    ladder_more: int = Field(description="Rungs that are not listed, since their stops are not.")
    problem: ProblemOut | None = Field(description="Where there is no plan.")
