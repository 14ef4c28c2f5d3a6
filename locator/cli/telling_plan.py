"""A plan as a driver reads it at a glance: what he drives, where he stops and why, where his time ends, what would mend it.

In: the dict of locator/answers_plan.py and a Caller.    Out: lines.
Never knows: how a plan was found.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from locator.cli.caller import Caller
from locator.cli.tables import clock, duration, km, plain, table
from locator.cli.telling import closing_lines, detour_of, name_of, side_of, summary

Dict = Mapping[str, Any]
RUNGS_SHOWN = 8


def plan_lines(who: Caller, told: Dict) -> list[str]:
    """The route, the verdict, the legs with what is open there; the ladder; what would mend it."""
    body = _legs(who, told) if told["feasible"] else _problem(who, told)
    return [*summary(who, told["route"]), _law(who, told), _verdict(who, told), "", *body, "", *_ladder(who, told),
            *_not_advice(who, told)]


def _law(who: Caller, told: Dict) -> str:
    law = told["law"]
    return who.text("plan.law", rule=who.words.text(f"rule.{told['rule']}"), drive=duration(who, law["drive_s"]),
                    rest=duration(who, law["break_s"]))


def _verdict(who: Caller, told: Dict) -> str:
    if not told["feasible"]:
        return who.text("plan.gave_up" if told["problem"]["gave_up"] else "plan.none")
    stays = [leg for leg in told["legs"] if leg["stop_id"] is not None]
    mark = "≈" if told["approximate"] else ""
    rest = duration(who, sum(leg["rest_s"] for leg in stays))
    said = {"drive": duration(who, told["drive_s"]), "at": f"{mark}{clock(told['arrive'], since=told['depart'])}"}
    line = who.text("plan.with_stops", n=len(stays), rest=rest, **said) if stays else who.text("plan.no_stop", **said)
    gap = who.text("plan.gap", by=duration(who, told["gap_s"])) if told["gap_s"] else ""
    return line + gap


def _legs(who: Caller, told: Dict) -> list[str]:
    heads = [who.text(f"head.{name}") for name in ("at", "leg", "eta", "stay", "go_on", "name", "because", "detour", "side")]
    rows, notes = [], list[str]()
    for number, leg in enumerate(told["legs"], 1):
        stop = _stop(told, leg["stop"])
        name = who.text("plan.end") if stop is None else f"{number} {_called(who, stop)}"
        stay = None if stop is None else duration(who, leg["rest_s"])
        rows.append([km(leg["to_m"]), duration(who, leg["drive_s"]), clock(leg["arrive"], since=told["depart"]), stay,
                     None if stop is None else clock(leg["leave"], since=told["depart"]), name,
                     None if stop is None else _because(who, leg),
                     None if stop is None else detour_of(who, stop), None if stop is None else side_of(who, stop)])
        notes += [] if stop is None else _stay_lines(who, number, leg)
    return [*table(heads, rows, right="rrrrr--r"), *([""] if notes else []), *notes]


def _because(who: Caller, leg: Dict) -> str:
    wait = who.text("plan.wait", by=duration(who, leg["wait_s"])) if leg["wait_s"] else ""
    return who.words.text(f"because.{leg['because']}") + wait


def _stay_lines(who: Caller, number: int, leg: Dict) -> list[str]:
    """What is open there during the stay; what was wanted and is not there."""
    joint = "；" if who.lang == "zh" else "; "
    lines = [f"{number} " + who.text("plan.then", services=joint.join(service_line(who, one) for one in leg["services"]))] \
        if leg["services"] else []
    if not leg["hours_known"]:
        lines.append(f"{number} " + who.text("plan.hours_unknown"))
    if leg["unmet_wishes"]:
        wishes = joint.join(wish_name(who, wish) for wish in leg["unmet_wishes"])
        lines.append(f"{number} " + who.text("plan.unmet", wishes=wishes))
    return [plain(line) for line in lines]


def service_line(who: Caller, one: Dict) -> str:
    """shower open round the clock; canteen closes 20:00, too soon; health check closed until 08:30."""
    name, opened = who.words.name("service", one["what"]), one["open_at_eta"]
    until = clock(one["closes"] or one["opens"], since=one["closes"] or one["opens"])
    match opened, until, one["fits"]:
        case None, _, _:
            said = who.text("service.unknown", name=name)
        case True, None, _:
            said = who.text("service.open", name=name)
        case True, _, False:
            said = who.text("service.too_soon", name=name, at=until)
        case True, _, _:
            said = who.text("service.until", name=name, at=until)
        case _, None, _:
            said = who.text("service.closed", name=name)
        case _:
            said = who.text("service.opens", name=name, at=until)
    money = [text for text in (who.text("service.free") if one["free"] else one["price"], one["benefit"]) if text]
    return said + (f" ({', '.join(money)})" if money else "")


def wish_name(who: Caller, wish: str) -> str:
    return who.text(f"wish.{wish}") if wish in ("bays", "free") else who.words.name("service", wish)


def _ladder(who: Caller, told: Dict) -> list[str]:
    limit = told["limit"]
    which = who.words.text(f"limit.{limit['which']}")
    if limit["left_s"] < 0:
        return [who.text("plan.over", which=which, by=duration(who, -limit["left_s"]))]
    if limit["at_m"] is None:
        return [who.text("plan.beyond", which=which, left=duration(who, limit["left_s"]))]
    lines = [who.text("plan.limit", which=which, left=duration(who, limit["left_s"]), at=km(limit["at_m"]))]
    last = [k for k, rung in enumerate(told["ladder"]) if rung["last_safe"]]
    if not last:
        return [*lines, who.text("plan.no_safe_stop")]
    shown = [rung for rung in told["ladder"][:last[0] + 1] if rung["fits"]][-RUNGS_SHOWN:]
    heads = [who.text(f"head.{name}") for name in ("last", "leave", "spare", "eta", "name", "if_skipped", "if_full")]
    rows = [["▶" if rung["last_safe"] else None, km(_leaves(_stop(told, rung["stop"]))), duration(who, rung["spare_s"]),
             clock(rung["arrive"], since=told["depart"]), _called(who, _stop(told, rung["stop"])) + _unsure(who, rung),
             _next(who, told, rung, "skipped"), _next(who, told, rung, "full")] for rung in shown]
    return [*lines, who.text("plan.ladder"), *table(heads, rows, right="-rrr")]


def _called(who: Caller, stop: Dict) -> str:
    """Its name; of one without a name, what it is."""
    return name_of(who, stop) if stop["name"] or stop["name_en"] else f"{who.words.name('kind', stop['kind'])} {stop['id']}"


def _leaves(stop: Dict) -> float:
    """Where on the road he must decide."""
    return float(stop["offset_m"] if stop["leave_m"] is None else stop["leave_m"])


def _unsure(who: Caller, rung: Dict) -> str:
    return f" ({who.words.text('open.null')})" if rung["open"] is None else ""


def _next(who: Caller, told: Dict, rung: Dict, case: str) -> str:
    stop_id, stop = rung[f"next_if_{case}"], _stop(told, rung[f"next_if_{case}_stop"])
    return who.text("plan.nothing_left") if stop_id is None else str(stop_id) if stop is None else _called(who, stop)


def _stop(told: Dict, index: int | None) -> Any:
    return None if index is None else told["features"][index]["properties"]


def _problem(who: Caller, told: Dict) -> list[str]:
    problem = told["problem"]
    which = who.words.text(f"limit.{problem['which']}")
    lines = [who.text("plan.at_once")] if problem["rest_at_once"] else []
    lines.append(who.text("plan.breaks_at", at=km(problem["at_m"]), which=which, drive=duration(who, problem["at_s"])))
    mends = [_mend(who, told, mend) for mend in problem["mends"]]
    return lines + ([who.text("plan.mends"), *mends] if mends else [who.text("plan.no_mend")])


def _mend(who: Caller, told: Dict, mend: Dict) -> str:
    stop = {**mend, "id": mend["stop_id"]}
    said = {"by": duration(who, mend["by_s"]), "from": clock(mend["from"], since=told["depart"]),
            "to": clock(mend["to"], since=told["depart"]), "name": _called(who, stop) if mend["stop_id"] else None,
            "at": km(mend["offset_m"]), "hours": mend["hours"] or who.words.text("open.null"),
            "detour": duration(who, mend["detour_s"])}
    return plain("  · " + who.words.text(f"mend.{mend['what']}", **said))


def _not_advice(who: Caller, told: Dict) -> list[str]:
    return [*closing_lines(who, told), who.words.text("export.not_advice")]
