"""locator plan: where he must stop so as to keep the driving-time rules.

In: a route, a vehicle, what is wanted, what he has behind him.    Out: the plan, as JSON, lines or a file.
Never knows: how a plan is found.
"""
from __future__ import annotations

from typing import Any

import click

from locator.answers_plan import plan_json
from locator.asks import ORDERS, read_depart
from locator.cli.caller import ANSWERED, NOTHING_FOUND, Caller, caller
from locator.cli.exporting import form_of, hand_over
from locator.cli.helping import Number, OneOf, Verb
from locator.cli.options import Several, existing, flat, option, options, read_route, read_want, route_options, want_options
from locator.cli.telling_plan import plan_lines
from locator.plan_asks import LONGEST_MIN, MINUTES, MOMENTS, PLAIN, UNKNOWN_HOURS, WISHES, PlanAsk
from locator.resting.state import MOST
from locator.rules import RULE_SETS
from locator.wiring import open_locator
from locator.words.exporting import FORMATS, plan_file


def _minutes(name: str) -> Any:
    return option(f"--{name.replace('_', '-')}", name, type=Number(0.0, LONGEST_MIN), default=0.0, metavar="MIN")


driver_options = options(
    option("--rule", type=OneOf(RULE_SETS)),
    option("--rules", "rules_file", metavar="FILE"),
    option("--want", "wishes", multiple=True, type=Several(WISHES), metavar="WISH"),
    option("--unknown-hours", type=OneOf(UNKNOWN_HOURS), default="open"),
    _minutes("driven_min"),
    _minutes("driven_today_min"),
    option("--duty-start", metavar="ISO"),
    _minutes("driven_week_min"),
    _minutes("driven_last_week_min"),
    option("--week-rest-end", metavar="ISO"),
    option("--week-rest-was-reduced", is_flag=True),
    option("--split-taken", is_flag=True),
    option("--split-rest-taken", is_flag=True),
    option("--long-days", type=Number(0, MOST), default=0, metavar="N"),
    option("--reduced-rests", type=Number(0, MOST), default=0, metavar="N"),
    _minutes("cycle_min"),
    _minutes("part_min"),
    _minutes("part_driven_min"),
    option("--part-end", metavar="ISO"),
    option("--adverse", is_flag=True),
    option("--seven-days", is_flag=True),
)


@click.command("plan", cls=Verb)
@route_options
@want_options
@option("--max-detour-s", type=Number(0.0, 86_400.0), metavar="S")
@option("--max-opposite-s", type=Number(0.0, 86_400.0), metavar="S")
@option("--start-m", type=Number(0.0, 1e8), metavar="M")
@option("--order", type=OneOf(ORDERS))
@driver_options
@option("--format", "form", type=OneOf(FORMATS))
@option("--out", metavar="FILE")
def plan(form: str | None, out: str | None, **given: Any) -> int:
    """Where he must stop, and where he can."""
    who = caller()
    form = form or (form_of(out) if out else None)
    ask, want, how = read_route(who, given), read_want(who, given), read_plan(who, given)
    told = plan_json(open_locator(who.settings, who.region).plan(ask, want, how), want)
    if form:
        hand_over(who, told, form, out, plan_file)
    else:
        who.tell(told, lambda: plan_lines(who, told))
    return ANSWERED if told["feasible"] else NOTHING_FOUND


def read_plan(who: Caller, given: dict[str, Any]) -> PlanAsk:
    """What he has behind him, and the rules. A file of own rules wins over LOCATOR_COMPANY_RULES."""
    plain = {name: given[name] for name in ("rule", "unknown_hours", "adverse", "seven_days", *MINUTES, *PLAIN)}
    moments: dict[str, Any] = {name: read_depart(given[name], field=name) for name in MOMENTS}
    named = given["rules_file"]
    file = existing(named, "rules") if named else who.settings.own_rules(given["rule"])
    return PlanAsk(**plain, **moments, wishes=flat(given["wishes"]), rules_file=file)
