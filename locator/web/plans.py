"""The plan over HTTP.

In: a request.    Out: the plan as the core gives it, a file made of it, or a problem.
Never knows: how a plan is found.
"""
from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from locator.answers_plan import plan_json
from locator.locator import Locator
from locator.web.answering import GEOJSON, answer, put, route_of, send_file, want_of
from locator.web.asking import Stops, read_body, shown_in
from locator.web.asking_plan import PlanAsked, PlanOptions, plan_ask
from locator.web.counting import count_if_no_plan
from locator.web.describing_plan import PlanAnswer
from locator.web.room import room
from locator.words.exporting import FORMATS, plan_file

plans = APIBlueprint("plans", __name__)


@plans.post("/api/plan")
@shown_in(PlanOptions)
@plans.output(PlanAnswer, description="The plan, the stops it looked at, the route.", content_type=GEOJSON)
@plans.doc(operation_id="plan", tags=["questions"])
def plan() -> Response:
    """Where he must stop so as to keep the driving-time rules, and where he can: a plan, and the ladder of last safe stops.

    Takes all that /api/along takes, and what the driver has behind him. Beside what /api/along answers: the legs of the plan with
    the earliest arrival, where his driving time ends and every stop before it; where no plan keeps the rules, how far he gets and
    what would mend it.
    """
    read = read_body(PlanAsked)
    asked, ask, settings = read.asked, route_of(read), room().settings
    want = want_of(asked.kinds, asked.services, asked.limit, **asked.model_dump(include=set(Stops.model_fields)))
    how = plan_ask(asked, settings)

    def question(locator: Locator) -> dict[str, Any]:
        found = locator.plan(ask, want, how)
        count_if_no_plan(settings, found, want)
        return plan_json(found, want)

    if asked.format != FORMATS[0]:
        return send_file(asked.format, put(asked, question), plan_file, "plan")
    return answer(asked, question, GEOJSON)
