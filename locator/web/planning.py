"""The planners' API: coverage, spacing, criticality over HTTP.

In: a request.    Out: the answer as the core gives it, or a problem.
Never knows: how an answer is computed.
"""
from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from locator.planner_answers import coverage_json
from locator.web import planning_told as out
from locator.web.answering import GEOJSON, answer
from locator.web.asking import Asked, read_json_body, read_query, shown_in
from locator.web.planning_asks import CoverageAsked, CoverageOptions, cover_ask

planning = APIBlueprint("planning", __name__)
BODIES = {"/api/coverage": CoverageAsked}           # bodies that are JSON and nothing else


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
