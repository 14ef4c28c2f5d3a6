"""What may be asked of a plan over HTTP: all that may be asked of the stops along a route, and the driver's state.

In: a Flask request, by locator.web.asking.    Out: PlanAsked, and the PlanAsk it says.
Never knows: how a plan is found.
"""
from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat

from locator.asks import read_depart
from locator.plan_asks import LONGEST_MIN, MINUTES, MOMENTS, PLAIN, UNKNOWN_HOURS, WISHES, PlanAsk
from locator.resting.state import MOST
from locator.rules import RULE_SETS
from locator.settings import Settings
from locator.web.asking import HENGSHANQIAO, HUTANG, AlongAsked, AlongOptions, Text, among, listed, split

Minutes = Annotated[FiniteFloat, Field(ge=0, le=LONGEST_MIN)]
Count = Annotated[int, Field(ge=0, le=MOST)]
Wish = Annotated[str, AfterValidator(among(WISHES)), listed(WISHES)]


class Driver(BaseModel):
    """Which rules, what is behind him, what he would like. Without any of it: rested, at the start of his day."""

    rule: Annotated[str, AfterValidator(among(RULE_SETS)), listed(RULE_SETS)] | None = Field(None, description=(
        "Driving-time rules; without it those of the region's country."))
    want: Annotated[list[Wish], BeforeValidator(split)] = Field([], description=(
        "What a stop is liked for: services, bays (known lorry bays), free (parking known to be free). Each counts 15 minutes."))
    unknown_hours: Annotated[str, AfterValidator(among(UNKNOWN_HOURS)), listed(UNKNOWN_HOURS)] = Field(
        "open", description="May the plan send him where nobody knows the hours? The answer is then `approximate`.")
    driven_min: Minutes = Field(0.0, description="Minutes driven since the last break that counts.")
    driven_today_min: Minutes = Field(0.0, description="Minutes driven since the last daily rest.")
    duty_start: Text | None = Field(None, description="When his day began, ISO 8601: the end of the last daily rest.")
    driven_week_min: Minutes = Field(0.0, description="eu: minutes driven since Monday 00:00, today's among them.")
    driven_last_week_min: Minutes = Field(0.0, description="eu: minutes driven the week before.")
    week_rest_end: Text | None = Field(None, description="eu: when the last weekly rest ended, ISO 8601.")
    week_rest_was_reduced: bool = Field(False, description="eu: that one was a reduced one.")
    split_taken: bool = Field(False, description="eu: the first part of a break in two parts is taken, since `driven_min` began.")
    split_rest_taken: bool = Field(False, description="eu: the 3-h part of today's rest is taken.")
    long_days: Count = Field(0, description="eu: days of over 9 h this week, today's not yet.")
    reduced_rests: Count = Field(0, description="eu: reduced daily rests since the last weekly rest.")
    cycle_min: Minutes = Field(0.0, description="us: minutes on duty in the last 8 (7) days.")
    part_min: Minutes = Field(0.0, description="us: length of the last part of a rest in two parts, 0 for none, minutes.")
    part_driven_min: Minutes = Field(0.0, description="us: minutes driven since it.")
    part_end: Text | None = Field(None, description="us: when it ended, ISO 8601.")
    adverse: bool = Field(False, description="us: two hours more, in conditions nobody could foresee.")
    seven_days: bool = Field(False, description="us: 60 h in 7 days instead of 70 in 8.")


class PlanOptions(AlongOptions, Driver):
    """What a query may add to a body of /api/plan."""


class PlanAsked(AlongAsked, Driver):
    """Where he must stop so as to keep the driving-time rules, and where he can."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, json_schema_extra={"examples": [
        {"from": HUTANG, "to": HENGSHANQIAO, "driven_min": 225, "want": ["shower"], "depart": "2026-11-23T08:30"}]})


def plan_ask(asked: PlanAsked, settings: Settings) -> PlanAsk:
    """Raises BadInput."""
    plain: dict[str, Any] = asked.model_dump(include={"rule", "unknown_hours", "adverse", "seven_days", *MINUTES, *PLAIN})
    moments: dict[str, Any] = {name: read_depart(getattr(asked, name), field=name) for name in MOMENTS}
    return PlanAsk(**plain, **moments, wishes=tuple(dict.fromkeys(asked.want)), rules_file=settings.own_rules(asked.rule))
