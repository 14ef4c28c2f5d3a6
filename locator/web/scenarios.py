"""The API of scenarios: keep a question with its answer under a name, set two side by side, ask again.

In: a request.    Out: a scenario as JSON, or a problem.
Never knows: how a question is answered.
"""
from __future__ import annotations

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from geodata.errors import BadInput
from locator.scenarios import LONGEST_NAME, read_scenario, read_scenarios, remove_scenario
from locator.state import STATE
from locator.web.answering import send_json
from locator.web.asking import Asked, Text, listed, read_json_body, read_query, shown_in
from locator.web.describing import Told
from locator.web.planned import QUESTIONS
from locator.web.room import room
from locator.web.scenario import compare, replay, save_question, save_run, scenario_json

scenarios = APIBlueprint("scenarios", __name__)
JSON = "application/json"


class ScenarioAsked(Asked):
    """A question to be answered now and kept, or a run that is done."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, json_schema_extra={"examples": [
        {"name": "showers at two", "question": "coverage", "ask": {"limit_s": 900, "services": ["shower"], "hour": 2}}]})

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)] = Field(description="What you call it.")
    job: Text | None = Field(None, description="A run that is done, instead of a question.")
    question: Annotated[str, listed(QUESTIONS)] | None = Field(None, description="Which question.")
    ask: dict[str, Any] = Field(default_factory=dict, description="What it asks, as the question's own call takes it.")


class Changed(Told):
    """A part that is another."""

    what: str = Field(description="Its name.")
    then: Any = Field(description="When it was saved.")
    now: Any = Field(description="What stands now, or in the other.")


class Otherwise(Told):
    what: str = Field(description="A part of the question.")
    a: Any = Field(description="In the first.")
    b: Any = Field(description="In the second.")


class FigureOut(Told):
    name: str = Field(description="Which figure; the names are explained in docs/planner.md.")
    a: float | None = Field(description="Of the first, or as saved; null: not known.")
    b: float | None = Field(description="Of the second, or as it is now.")
    difference: float | None = Field(description="b less a.")


class ScenarioOut(Told):
    """A question with what it stood on."""

    name: str = Field(description="Its name: show it as text.")
    question: Annotated[str, listed(QUESTIONS)] = Field(description="Which question.")
    region: str = Field(description="The region asked.")
    ask: dict[str, Any] = Field(description="The question, every default filled in.")
    inputs: dict[str, Any] = Field(description="The roads' build, the version of every layer, closures, the program.")
    figures: dict[str, float | None] = Field(description="The numbers set beside another's.")
    made: str = Field(description="When it was answered.")


class AnsweredScenario(ScenarioOut):
    answer: dict[str, Any] = Field(description="As the question's own call gave it.")


class ScenariosOut(Told):
    scenarios: list[ScenarioOut]


class ComparedOut(Told):
    """Two side by side; `features` hold what both have on a map, `side` says whose; of spacing only what differs."""

    type: str = Field(description="FeatureCollection.")
    features: list[dict[str, Any]] = Field(description=(
        "GeoJSON: gaps, sites, forced stops; of spacing the longest stretches and the stops that are not the same (`what`)."))
    a: ScenarioOut
    b: ScenarioOut
    figures: list[FigureOut]
    asked: list[Otherwise]
    inputs: list[Changed]
    attribution: str = Field(description="Whose data.")
    schematic: bool = Field(description="Roads or places are schematic.")


class ReplayedOut(Told):
    name: str = Field(description="Of the scenario.")
    same: bool = Field(description="Every figure is the same.")
    changed: list[Changed]
    figures: list[FigureOut]


@scenarios.post("/api/scenarios")
@shown_in(Asked)
@scenarios.output(ScenarioOut, description="The scenario.", content_type=JSON)
@scenarios.doc(operation_id="scenario_save", tags=["planning"])
def scenario_save() -> Response:
    """Keep a question and its answer under a name, with all it stood on."""
    asked, here = read_json_body(ScenarioAsked), room()
    if asked.job is not None:
        return send_json(save_run(here.settings, asked.name, asked.job))
    if asked.question is None:
        raise BadInput("missing", field="question")
    kind = asked.question
    return send_json(here.workers.run(lambda: save_question(here.settings, asked.name, kind, asked.ask, asked.region)))


@scenarios.get("/api/scenarios")
@shown_in(Asked)
@scenarios.output(ScenariosOut, description="The scenarios.", content_type=JSON)
@scenarios.doc(operation_id="scenarios", tags=["planning"])
def scenario_list() -> Response:
    """The scenarios that are kept, the newest first, without their answers."""
    read_query(Asked)
    return send_json({"scenarios": [scenario_json(one) for one in read_scenarios(room().settings.data / STATE)]})


@scenarios.get("/api/scenarios/<name>")
@shown_in(Asked)
@scenarios.output(AnsweredScenario, description="The scenario.", content_type=JSON)
@scenarios.doc(operation_id="scenario", tags=["planning"])
def scenario_show(name: str) -> Response:
    """A scenario with its answer."""
    read_query(Asked)
    return send_json(scenario_json(*read_scenario(room().settings.data / STATE, name)))


@scenarios.delete("/api/scenarios/<name>")
@shown_in(Asked)
@scenarios.output(ScenarioOut, description="What is no longer kept.", content_type=JSON)
@scenarios.doc(operation_id="scenario_remove", tags=["planning"])
def scenario_remove(name: str) -> Response:
    """Forget a scenario."""
    read_query(Asked)
    file = room().settings.data / STATE
    scenario, _ = read_scenario(file, name)
    remove_scenario(file, name)
    return send_json(scenario_json(scenario))


@scenarios.get("/api/scenarios/<name>/compare/<other>")
@shown_in(Asked)
@scenarios.output(ComparedOut, description="Both.", content_type=JSON)
@scenarios.doc(operation_id="scenario_compare", tags=["planning"])
def scenario_compare(name: str, other: str) -> Response:
    """Two scenarios of one question side by side: figures, what was asked and stood on otherwise, both on a map."""
    read_query(Asked)
    return send_json(compare(room().settings, name, other))


@scenarios.post("/api/scenarios/<name>/replay")
@shown_in(Asked)
@scenarios.output(ReplayedOut, description="Then and now.", content_type=JSON)
@scenarios.doc(operation_id="scenario_replay", tags=["planning"])
def scenario_replay(name: str) -> Response:
    """Ask the same again of what stands now: the same figures, or which inputs changed."""
    read_query(Asked)
    here = room()
    return send_json(here.workers.run(lambda: replay(here.settings, name)))
