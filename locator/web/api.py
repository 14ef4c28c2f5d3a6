"""The API: every question over HTTP.

In: a request.    Out: the answer as the core gives it, or a problem.
Never knows: how an answer is computed. Each view reads, asks a Locator among the workers, and sends plain JSON.
"""
from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from apiflask import APIBlueprint
from flask import Response
from numpy.typing import NDArray

from geodata.errors import BadInput
from geodata.layers import Layer
from locator.answers import along_json, closures_json, items_json, layers_json, nearest_json, route_json, unmet_json
from locator.asks import read_depart
from locator.locator import Locator
from locator.unmet import STATE, unmet_needs
from locator.web import describing as out
from locator.web.answering import GEOJSON, answer, put, route_of, send_file, send_json, vehicle_of, want_of
from locator.web.asking import (
    AlongAsked,
    AlongOptions,
    Doubts,
    ItemsAsk,
    LayersAsk,
    NamesAsk,
    NearestAsk,
    Options,
    RouteAsked,
    Stops,
    UnmetAsk,
    read_body,
    read_query,
    shown_in,
)
from locator.web.counting import count_if_unmet
from locator.web.room import room
from locator.words.exporting import FORMATS, along_file

api = APIBlueprint("api", __name__)
GEOJSON_FORMAT = FORMATS[0]


@api.get("/api/nearest")
@shown_in(NearestAsk)
@api.output(out.NearestAnswer, description="The places, soonest first.", content_type=GEOJSON)
@api.doc(operation_id="nearest", tags=["questions"])
def nearest() -> Response:
    """The places soonest reached from a point, by driving time.

    Give `at`, or `lon` and `lat`. Places without a known limit or service are not excluded by a limit, and are by a service.
    """
    asked = read_query(NearestAsk)
    at = asked.at
    if at is None:
        if asked.lon is None or asked.lat is None:
            raise BadInput("missing", field="at")
        at = f"{asked.lon!r},{asked.lat!r}"
    lorry = vehicle_of(asked.vehicle, asked, asked.avoid)
    want = want_of(asked.kind, asked.service, asked.limit, max_detour_s=asked.max_drive_s,
                 **asked.model_dump(include=set(Doubts.model_fields)))
    depart = read_depart(asked.depart)
    return answer(asked, lambda known: nearest_json(known.nearest(at, lorry, want, depart, datum=asked.datum)), GEOJSON)


@api.post("/api/route")
@shown_in(Options)
@api.output(out.RouteAnswer, description="The route.")
@api.doc(operation_id="route", tags=["questions"])
def route() -> Response:
    """A route: how far, how long, and where it runs.

    By places, or by the driver's own line: in the JSON, as a GPX upload (`file`), or as a raw GPX body.
    """
    read = read_body(RouteAsked)
    ask = route_of(read)
    return answer(read.asked, lambda locator: route_json(locator.route(ask)))


@api.post("/api/along")
@shown_in(AlongOptions)
@api.output(out.AlongAnswer, description="The stops, the route, and what was left out.", content_type=GEOJSON)
@api.doc(operation_id="along", tags=["questions"])
def along() -> Response:
    """The stops along a route, in order, with what each detour truly costs.

    The detour is the driving time by way of the stop less the route's own, on real roads, from the driver's own carriageway.
    Beside the stops: the route, and the places near it that were left out, each with the reason. With a GPX body the
    options stand in the query.
    """
    read = read_body(AlongAsked)
    asked, ask = read.asked, route_of(read)
    want = want_of(asked.kinds, asked.services, asked.limit, **asked.model_dump(include=set(Stops.model_fields)))
    settings = room().settings

    def question(locator: Locator) -> dict[str, Any]:
        found = locator.along(ask, want)
        count_if_unmet(settings, found, want)
        return along_json(found)

    if asked.format != GEOJSON_FORMAT:
        return send_file(asked.format, put(asked, question), along_file)
    return answer(asked, question, GEOJSON)


@api.get("/api/layers")
@shown_in(LayersAsk)
@api.output(out.LayersAnswer, description="The layers.")
@api.doc(operation_id="layers", tags=["layers"])
def layers() -> Response:
    """The layers of a region: what kinds of places, how many, in which version."""
    return answer(read_query(LayersAsk), layers_json)


@api.get("/api/layers/<name>/items")
@shown_in(ItemsAsk)
@api.output(out.ItemsAnswer, description="The items.", content_type=GEOJSON)
@api.doc(operation_id="items", tags=["layers"])
def items(name: str) -> Response:
    """The items of a layer, page by page, each as a point with its columns."""
    asked = read_query(ItemsAsk)
    box = _bbox(asked.bbox)

    def question(locator: Locator) -> Any:
        layer = locator.layers()[name]
        rows = np.flatnonzero(_inside(layer.points, box))
        page = layer.frame.iloc[rows[asked.offset:asked.offset + asked.limit]]
        return items_json(Layer(layer.name, layer.kind, page, layer.version)) | {"total": len(rows)}

    return answer(asked, question, GEOJSON)


@api.get("/api/closures")
@shown_in(LayersAsk)
@api.output(out.ClosuresAnswer, description="The closed and limited roads.", content_type=GEOJSON)
@api.doc(operation_id="closures", tags=["layers"])
def closures() -> Response:
    """The roads that people closed or limited, as lines: to draw them. Routes and detours heed those in force at departure."""
    return answer(read_query(LayersAsk), closures_json, GEOJSON)


@api.get("/api/unmet")
@shown_in(UnmetAsk)
@api.output(out.UnmetAnswer, description="The counts.")
@api.doc(operation_id="unmet", tags=["planning"])
def unmet() -> Response:
    """Where drivers asked for a stop along their route and there was none, by month, hour and coarse cell; counts from 5 up."""
    asked = read_query(UnmetAsk)
    file = room().settings.data / STATE
    return answer(asked, lambda locator: unmet_json(locator.region, unmet_needs(file, locator.region.name, asked.since)))


@api.get("/api/places")
@shown_in(NamesAsk)
@api.output(out.NamesAnswer, description="The names.")
@api.doc(operation_id="places", tags=["names"])
def places() -> Response:
    """Names that begin like what has been typed: for a field that completes names."""
    asked = read_query(NamesAsk)

    def question(locator: Locator) -> Any:
        found = locator.suggest(asked.q, asked.limit)
        return {"names": [asdict(one) for one in found]}

    return answer(asked, question)


@api.get("/healthz")
@api.output(out.Health, description="It answers.")
@api.doc(operation_id="healthz", tags=["health"])
def healthz() -> Response:
    """This process answers. It opens no region and asks nobody."""
    return send_json({"status": "ok"})


def _bbox(text: str | None) -> tuple[float, float, float, float] | None:
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as why:
        raise BadInput("not_a_number", field="bbox", value=text) from why
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise BadInput("bad_lonlat", field="bbox", value=text)
    return west, south, east, north


def _inside(points: NDArray[np.float64], box: tuple[float, float, float, float] | None) -> NDArray[np.bool_]:
    if box is None:
        return np.ones(len(points), bool)
    west, south, east, north = box
    lon, lat = points[:, 0], points[:, 1]
    across = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
    return across & (lat >= south) & (lat <= north)
