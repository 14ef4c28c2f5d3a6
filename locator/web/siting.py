"""Siting over HTTP.

In: a request.    Out: the answer as the core gives it, or a problem.
Never knows: how an answer is computed.
"""
from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from locator.siting.telling import siting_json
from locator.web import siting_told as out
from locator.web.answering import GEOJSON, answer
from locator.web.asking import Asked, read_json_body, shown_in
from locator.web.siting_asks import SitingAsked, site_ask

siting = APIBlueprint("siting", __name__)
BODIES = {"/api/siting": SitingAsked}


@siting.post("/api/siting")
@shown_in(Asked)
@siting.output(out.SitingAnswer, description="The sites, in order.", content_type=GEOJSON)
@siting.doc(operation_id="siting", tags=["planning"])
def sites() -> Response:
    """Where the next sites go: in order, each with what it adds, and how much better the best could be.

    Covering, median, center and cover are of the freight roads; trips are served when the law's longest driving is never passed
    between usable stops.
    """
    asked = read_json_body(SitingAsked)
    ask = site_ask(asked)
    return answer(asked, lambda locator: siting_json(locator.siting(ask)), GEOJSON)
