"""The planners' API: coverage, spacing, criticality over HTTP.

In: a request.    Out: the answer as the core gives it, or a problem.
Never knows: how an answer is computed.
"""
from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel

from locator.locator import Locator
from locator.planner_answers import coverage_json, criticality_json, spacing_json
from locator.web import planning_told as out
from locator.web.answering import GEOJSON, answer
from locator.web.asking import Asked, read_json_body, read_query, shown_in
from locator.web.planning_asks import (
    CoverageAsked,
    CoverageOptions,
    CriticalityAsked,
    CriticalityOptions,
    SpacingAsked,
    SpacingOptions,
    cover_ask,
    spacing_ask,
)

planning = APIBlueprint("planning", __name__)
BODIES: dict[str, type[BaseModel]] = {"/api/coverage": CoverageAsked, "/api/spacing": SpacingAsked,
                                      "/api/criticality": CriticalityAsked}     # bodies that are JSON and nothing else

ORDER = ("coverage", "coverage_weighed", "spacing", "spacing_asked", "criticality", "criticality_weighed")     # in the guide
EXAMPLES = {"/api/coverage": "?limit_s=900&service=shower&hour=2", "/api/spacing": "?refs=G42&own_m=40000",
            "/api/criticality": "?limit_s=900&limit=10"}


@planning.get("/api/coverage")
@shown_in(CoverageOptions)
@planning.output(out.CoverageAnswer, description="The shares and the gaps.", content_type=GEOJSON)
@planning.doc(operation_id="coverage", tags=["planning"])
def coverage() -> Response:
    """How much of the freight roads lies within a driving time of a suitable place, and where it does not.

    Kilometres count per direction. The figures are exact on the roads known: nothing is sampled.
    """
    return _coverage(read_query(CoverageOptions))


@planning.post("/api/coverage")
@shown_in(Asked)
@planning.output(out.CoverageAnswer, description="The shares and the gaps.", content_type=GEOJSON)
@planning.doc(operation_id="coverage_weighed", tags=["planning"])
def coverage_weighed() -> Response:
    """The same as JSON; with `traffic`, weighed by lorries a day."""
    return _coverage(read_json_body(CoverageAsked))


def _coverage(asked: CoverageOptions | CoverageAsked) -> Response:
    ask = cover_ask(asked, zones=asked.zones, bands_s=tuple(asked.bands_s), gaps=asked.gaps)
    return answer(asked, lambda locator: coverage_json(locator.coverage(ask), lines=asked.lines), GEOJSON)


@planning.get("/api/spacing")
@shown_in(SpacingOptions)
@planning.output(out.SpacingAnswer, description="The directions of roads, with their stops.")
@planning.doc(operation_id="spacing", tags=["planning"])
def spacing() -> Response:
    """How far apart the stops of each direction of each numbered road are, and what norms say of it.

    A stop counts only for the direction it is entered from.
    """
    return _spacing(read_query(SpacingOptions))


@planning.post("/api/spacing")
@shown_in(Asked)
@planning.output(out.SpacingAnswer, description="The directions of roads, with their stops.")
@planning.doc(operation_id="spacing_asked", tags=["planning"])
def spacing_asked() -> Response:
    """The same as JSON."""
    return _spacing(read_json_body(SpacingAsked))


def _spacing(asked: SpacingOptions | SpacingAsked) -> Response:
    ask = spacing_ask(asked)
    return answer(asked, lambda locator: spacing_json(locator.spacing(ask), lines=asked.lines))


@planning.get("/api/criticality")
@shown_in(CriticalityOptions)
@planning.output(out.CriticalityAnswer, description="The places, the dearest loss first.", content_type=GEOJSON)
@planning.doc(operation_id="criticality", tags=["planning"])
def criticality() -> Response:
    """What breaks when one place closes: the roads that lose cover, who takes over the others, how much farther.

    Beside it the order in which each next place adds most.
    """
    return _criticality(read_query(CriticalityOptions))


@planning.post("/api/criticality")
@shown_in(Asked)
@planning.output(out.CriticalityAnswer, description="The places, the dearest loss first.", content_type=GEOJSON)
@planning.doc(operation_id="criticality_weighed", tags=["planning"])
def criticality_weighed() -> Response:
    """The same as JSON; with `traffic`, weighed by lorries a day."""
    return _criticality(read_json_body(CriticalityAsked))


def _criticality(asked: CriticalityOptions | CriticalityAsked) -> Response:
    ask = cover_ask(asked)

    def question(locator: Locator) -> Any:
        return criticality_json(locator.criticality(ask, gains=asked.gains), limit=asked.limit)

    return answer(asked, question, GEOJSON)
