"""locator scenario save | list | show | compare | replay | remove.

In: names, a question as JSON.    Out: scenarios, as JSON or lines.
Never knows: how a question is answered.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
import orjson

from geodata.errors import BadInput
from locator.cli.caller import ANSWERED, NOTHING_FOUND, Caller, caller
from locator.cli.helping import OneOf, Room
from locator.cli.options import option, read_bytes
from locator.cli.regions import progress_bar
from locator.cli.tables import clock, plain, table
from locator.cli.telling import closing_lines
from locator.scenarios import read_scenario, read_scenarios, remove_scenario
from locator.state import STATE
from locator.web.planned import QUESTIONS
from locator.web.scenario import compare, replay, save_question, scenario_json

scenario = Room("scenario")


@scenario.command("save")
@click.argument("name", metavar="NAME")
@option("--question", type=OneOf(tuple(QUESTIONS)), default="coverage")
@option("--ask", metavar="FILE")
def save_scenario(name: str, question: str, ask: str | None) -> int:
    """Answer a question and keep it under a name."""
    who = caller()
    given = _read(who, ask) if ask else {}
    with progress_bar(who) as progress:
        told = save_question(who.settings, name, question, given, who.region, progress)
    who.tell(told, lambda: [who.text("scenario_saved", name=plain(name)), "", *_figures(who, told["figures"])])
    return ANSWERED


def _read(who: Caller, name: str) -> dict[str, Any]:
    try:
        given = orjson.loads(read_bytes(who, name, "ask"))
    except orjson.JSONDecodeError as why:
        raise BadInput("bad_file", field="ask", value=name, reason="JSON") from why
    if not isinstance(given, dict):
        raise BadInput("bad_file", field="ask", value=name, reason="{…}")
    return given


@scenario.command("list")
def list_scenarios() -> int:
    """What is kept."""
    who = caller()
    told = [scenario_json(one) for one in read_scenarios(who.settings.data / STATE)]
    heads = [who.text(f"head.{name}") for name in ("name", "question", "region", "made")]
    rows = [[one["name"], who.words.name("question", one["question"]), one["region"], clock(one["made"])] for one in told]
    who.tell({"scenarios": told}, lambda: table(heads, rows) if rows else [who.text("no_scenarios")])
    return ANSWERED if told else NOTHING_FOUND


@scenario.command("show")
@click.argument("name", metavar="NAME")
def show_scenario(name: str) -> int:
    """One with its figures and what it stood on."""
    who = caller()
    kept, answer = read_scenario(who.settings.data / STATE, name)
    told = scenario_json(kept, answer)

    def lines() -> list[str]:
        head = f"{plain(name)}: {who.words.name('question', kept.kind)}, {kept.region}, {clock(told['made'])}"
        asked = [f"  {key}: {plain(_short(value))}" for key, value in kept.ask.items() if value not in (None, [], {}, "")]
        stood = [f"  {key}: {plain(_short(value))}" for key, value in kept.inputs.items() if value is not None]
        return [head, "", who.text("scenario_asked"), *asked, "", who.text("scenario_stood"), *stood, "",
                *_figures(who, kept.figures), *closing_lines(who, answer)]
    who.tell(told, lines)
    return ANSWERED


@scenario.command("compare")
@click.argument("name", metavar="NAME")
@click.argument("other", metavar="OTHER")
def compare_scenarios(name: str, other: str) -> int:
    """Two side by side."""
    who = caller()
    told = compare(who.settings, name, other)

    def lines() -> list[str]:
        body = _compared(who, told["figures"], plain(name), plain(other))
        asked = [f"  {one['what']}: {plain(_short(one['a']))} → {plain(_short(one['b']))}" for one in told["asked"]]
        return [*body, *(["", who.text("scenario_asked_otherwise"), *asked] if asked else []), *_changed(who, told["inputs"]),
                *closing_lines(who, {**told, "features": ()})]
    who.tell(told, lines)
    return ANSWERED


@scenario.command("replay")
@click.argument("name", metavar="NAME")
def replay_scenario(name: str) -> int:
    """The same asked again."""
    who = caller()
    with progress_bar(who) as progress:
        told = replay(who.settings, name, progress)
    who.tell(told, lambda: [who.text("replayed_same" if told["same"] else "replayed_other"), *_changed(who, told["changed"]), "",
                            *_compared(who, told["figures"], who.text("head.then"), who.text("head.now"))])
    return ANSWERED


@scenario.command("remove")
@click.argument("name", metavar="NAME")
def forget_scenario(name: str) -> int:
    """Forget one."""
    who = caller()
    remove_scenario(who.settings.data / STATE, name)
    who.tell({"removed": name}, lambda: [who.text("scenario_removed", name=plain(name))])
    return ANSWERED


def _figures(who: Caller, figures: Mapping[str, float | None]) -> list[str]:
    return table([who.text("head.figure"), who.text("head.value")],
                 [[figure_name(who, name), said(name, value)] for name, value in figures.items()], right="-r")


def _compared(who: Caller, rows: list[dict[str, Any]], a: str, b: str) -> list[str]:
    body = [[figure_name(who, one["name"]), *(said(one["name"], one[side]) for side in ("a", "b", "difference"))] for one in rows]
    return table([who.text("head.figure"), a, b, who.text("head.difference")], body, right="-rrr")


def _changed(who: Caller, changed: list[dict[str, Any]]) -> list[str]:
    if not changed:
        return []
    lines = [f"  {plain(one['what'])}: {plain(_short(one['then']))} → {plain(_short(one['now']))}" for one in changed]
    return ["", who.text("scenario_changed"), *lines]


def figure_name(who: Caller, name: str) -> str:
    """A figure in words; the shares of bands by their minutes."""
    if name.startswith("share_"):
        return who.words.text("figure.share_band", min=name.split("_")[1])
    return who.words.name("figure", name)


def said(name: str, value: float | None) -> str | None:
    """A figure with its unit: shares in percent, metres in kilometres."""
    if value is None:
        return None
    if "share" in name:
        return f"{100 * value:.2f} %"
    return f"{value / 1000:.1f} km" if name.endswith("_m") else f"{value:.10g}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= 100 else f"{text[:97]}…"
