"""What every view of the API does: a checked question becomes an ask, is put to a Locator, and its answer is sent.

In: Asked models, questions.    Out: RouteAsk, Want, Vehicle; responses.
Never knows: which question it is.
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
from flask import Response
from numpy.typing import NDArray

from geodata.errors import BadInput
from locator.asks import RouteAsk, Want, read_depart
from locator.exports import MEDIA_TYPES
from locator.locator import Locator
from locator.routes import read_geojson_line, read_gpx, read_polyline
from locator.vehicles import MEASURES, Vehicle, loaded, vehicle
from locator.web.asking import Asked, Load, Read, RouteAsked
from locator.web.room import asked_words, room
from locator.words import Words

GEOJSON = "application/geo+json"
ToFile = Callable[[dict[str, Any], str, Words, datetime], bytes]


def answer(asked: Asked, question: Callable[[Locator], Any], media_type: str = "application/json") -> Response:
    """Ask a Locator among the workers, within the time limit, and send what it says."""
    return send_json(put(asked, question), media_type)


def put(asked: Asked, question: Callable[[Locator], Any]) -> Any:
    here = room()
    return here.workers.run(lambda: question(here.open_locator(here.settings, asked.region)))


def send_file(form: str, told: dict[str, Any], made: ToFile, name: str = "stops") -> Response:
    """The answer as a file to keep, in the reader's words."""
    said = asked_words()
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.{form}"',
               "Content-Language": said.lang}
    return Response(made(told, form, said, datetime.now(UTC)), headers=headers, content_type=MEDIA_TYPES[form])


def send_json(answer: Any, media_type: str = "application/json") -> Response:
    body = orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(body, content_type=media_type, headers={"Cache-Control": "no-store"})


def want_of(kinds: list[str], services: list[str], limit: int | None, **more: Any) -> Want:
    most = room().settings.max_limit
    if limit is not None and limit > most:
        raise BadInput("out_of_range", field="limit", value=limit, low=1, high=most)
    said = {name: value for name, value in more.items() if value is not None}
    return Want(kinds=tuple(kinds), services=tuple(services), limit=limit, **said)


def route_of(read: Read[Any]) -> RouteAsk:
    asked: RouteAsked = read.asked
    return RouteAsk(origin=asked.from_, destination=asked.to, via=tuple(asked.via), line=_line(read), datum=asked.datum,
                    vehicle=vehicle_of(asked.vehicle.preset, asked.vehicle, asked.avoid), depart=read_depart(asked.depart))


def vehicle_of(preset: str, asked: Load, avoid: list[str]) -> Vehicle:
    """The vehicle meant; `asked` holds its load, and may hold its measures."""
    measured = vehicle(preset, **asked.model_dump(include=set(MEASURES)))
    return loaded(measured, asked.hazmat, asked.tunnel_category, avoid)


def _line(read: Read[Any]) -> NDArray[np.float64] | None:
    asked, most = read.asked, room().settings.max_points
    given = {"file": read.gpx, "line": asked.line, "polyline": asked.polyline}
    said = [name for name, value in given.items() if value is not None]
    if len(said) > 1:
        raise BadInput("ambiguous_route", field=said[1])
    if read.gpx is not None:
        return read_gpx(read.gpx, max_points=most)
    if asked.line is not None:
        shape = {"type": "LineString", "coordinates": asked.line} if isinstance(asked.line, list) else asked.line
        return read_geojson_line(shape, max_points=most)
    return None if asked.polyline is None else read_polyline(asked.polyline, asked.precision, max_points=most)
