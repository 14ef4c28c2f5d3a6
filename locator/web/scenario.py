"""What can be done with scenarios, the same for the command line and the API: save, show, compare, replay.

In: settings, names, questions.    Out: plain dicts.
Never knows: HTTP, a terminal.
"""
from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from geodata.errors import BadInput
from locator.differing import shown_features
from locator.jobs import DONE, read_job, read_result
from locator.scenarios import (
    Json,
    Scenario,
    changed_asks,
    changed_inputs,
    check_name,
    compare_figures,
    inputs_of,
    is_same,
    read_scenario,
    save_scenario,
)
from locator.settings import Settings
from locator.state import STATE
from locator.web.planned import Progress, answer_question, check_question, figures_of
from locator.wiring import open_locator


def quiet(step: str, done: float, total: float) -> None:
    """Nobody looks."""


def save_question(settings: Settings, name: str, kind: str, given: Mapping[str, Any], region: str | None,
                  progress: Progress = quiet) -> Json:
    """Answer a question now and keep it."""
    check_name(name)
    locator = open_locator(settings, region)
    ask = check_question(kind, given, locator.region.name)
    answer = answer_question(kind, ask, settings, locator, progress)
    return _kept(settings, Scenario(name, kind, locator.region.name, ask, inputs_of(locator), figures_of(kind, answer),
                                    datetime.now(UTC)), answer)


def save_run(settings: Settings, name: str, job_id: str) -> Json:
    """Keep what a run found. Raises  NotFound unknown_job, BadInput no_result."""
    import orjson

    file = settings.data / STATE
    job = read_job(file, job_id)
    answer = orjson.loads(read_result(file, job_id))
    assert job.state == DONE and job.ended is not None
    inputs = answer.pop("inputs", {})
    return _kept(settings, Scenario(name, job.kind, job.region, job.ask, inputs, figures_of(job.kind, answer), job.ended), answer)


def _kept(settings: Settings, scenario: Scenario, answer: Json) -> Json:
    save_scenario(settings.data / STATE, scenario, answer, settings.kept_bytes)
    return scenario_json(scenario)


def scenario_json(scenario: Scenario, answer: Json | None = None) -> Json:
    told = {name: getattr(scenario, name) for name in ("name", "region", "ask", "inputs", "figures")}
    told["question"] = scenario.kind
    told["made"] = scenario.made.isoformat(timespec="seconds")
    return told if answer is None else told | {"answer": answer}


def compare(settings: Settings, a: str, b: str) -> Json:
    """Two of one kind: figures side by side, what was asked and stood on otherwise, and the places of both on a map.

    Raises  NotFound unknown_scenario, BadInput other_kind.
    """
    file = settings.data / STATE
    (one, first), (other, second) = read_scenario(file, a), read_scenario(file, b)
    if one.kind != other.kind:
        raise BadInput("other_kind", field="name", value=f"{one.kind}, {other.kind}")
    return {"a": scenario_json(one), "b": scenario_json(other), "figures": compare_figures(one.figures, other.figures),
            "asked": changed_asks(one.ask, other.ask), "inputs": changed_inputs(one.inputs, other.inputs),
            "type": "FeatureCollection", "features": shown_features(one.kind, first, second),
            "attribution": " · ".join(dict.fromkeys(said for answer in (first, second) if (said := _of(answer, "attribution")))),
            "schematic": any(_of(answer, "schematic") for answer in (first, second))}


def _of(answer: Json, name: str) -> Any:
    """A fact of the region an answer is of; a report has them apart."""
    region = answer.get("region")
    return region.get(name) if isinstance(region, dict) else answer.get(name)


def replay(settings: Settings, name: str, progress: Progress = quiet) -> Json:
    """Ask the same again of what stands now: the same figures, or which inputs changed."""
    scenario, _ = read_scenario(settings.data / STATE, name)
    locator = open_locator(settings, scenario.region)
    answer = answer_question(scenario.kind, scenario.ask, settings, locator, progress)
    figures, changed = figures_of(scenario.kind, answer), changed_inputs(scenario.inputs, inputs_of(locator))
    return {"name": name, "same": is_same(scenario.figures, figures), "changed": changed,
            "figures": compare_figures(scenario.figures, figures)}
