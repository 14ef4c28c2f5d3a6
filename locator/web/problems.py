"""Whatever goes wrong becomes one kind of answer: application/problem+json (RFC 9457) in the caller's language.

In: a deliberate error, an error of Flask's or pydantic's, or any other.    Out: a response; never a traceback.
Never knows: a question. The one table from error to status stands here.
"""
from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, get_args, get_origin

import orjson
from apiflask import APIFlask, HTTPError
from flask import Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from geodata.errors import (
    CODES,
    BadInput,
    Forbidden,
    LocatorError,
    NoRoom,
    NotFound,
    NotReachable,
    StaleEdit,
    Unavailable,
)
from locator.web.room import asked_words, room

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
STATUS: dict[type[LocatorError], int] = {
    BadInput: 422, Forbidden: 403, NotFound: 404, NotReachable: 422, StaleEdit: 409, Unavailable: 503, NoRoom: 507,
    LocatorError: 500,
}
# HTTP has its own word for these
STATUS_OF_CODE = {"bad_request": 400, "untrusted_host": 400, "too_large": 413, "too_many_requests": 429}
RETRY_AFTER_S = 5
# pydantic's error types, as they begin -> our codes
TYPES = {
    "missing": "missing", "finite_number": "not_finite", "greater_than": "out_of_range", "less_than": "out_of_range",
    "float": "not_a_number", "int": "not_a_number", "literal": "not_allowed", "extra_forbidden": "unknown_field",
    "too_long": "too_large", "string_too_long": "too_large",
}


class BadRequest(LocatorError):
    """HTTP itself is at fault: `status` says how, `reason` is a key of the words `why.*`."""

    def __init__(self, status: int, reason: str, **more: Any) -> None:
        super().__init__("bad_request", reason=reason, **more)
        self.status = status


def status_of(error: LocatorError) -> int:
    """The HTTP status of a deliberate error."""
    if isinstance(error, BadRequest):
        return error.status
    return STATUS_OF_CODE.get(error.code) or next(s for kind, s in STATUS.items() if isinstance(error, kind))


def statuses() -> dict[str, int]:
    """Every code with its status: for the guide and its test."""
    return {code: STATUS_OF_CODE.get(code, STATUS[kind]) for code, (kind, _) in CODES.items()}


def tell(error: LocatorError) -> Response:
    """The error as a response."""
    status, words = status_of(error), asked_words()
    body = {"type": f"/docs#{error.code}", "title": words.text(f"problem.{status}"), "status": status, "code": error.code,
            "field": error.field, "detail": words.error(error)}
    headers = {"Content-Language": words.lang, "Cache-Control": "no-store"}
    if status in (429, 503):
        headers["Retry-After"] = str(RETRY_AFTER_S)
    return Response(orjson.dumps(body), status, headers, content_type=MEDIA_TYPE)


def of_pydantic(error: ValidationError, model: type[BaseModel]) -> LocatorError:
    """The first fault pydantic found, as one of ours."""
    first = error.errors(include_url=False, include_context=True)[0]
    where = [part for part in first["loc"] if not str(part).endswith("]") and "-" not in str(part)]
    field = ".".join(str(part) for part in where if part not in ("str", "tuple", "list", "VehicleIn")) or None
    kind = next((code for begin, code in TYPES.items() if first["type"].startswith(begin)), "bad_request")
    given = first["input"] if isinstance(first["input"], (str, int, float)) else None
    ctx = first.get("ctx", {})
    match kind:
        case "missing":
            return BadInput(kind, field=field)
        case "out_of_range":
            low, high = _bounds(model, where)
            return BadInput(kind, field=field, value=given, low=low, high=high)
        case "unknown_field":
            known = ", ".join(f.alias or name for name, f in _model_at(model, where[:-1]).model_fields.items())
            return BadInput(kind, field=field, value=field, allowed=known)
        case "not_allowed":
            return BadInput(kind, field=field, value=given, allowed=str(ctx.get("expected", "")).replace(" or ", ", "))
        case "too_large":
            unit = "characters" if first["type"].startswith("string") else "items"
            return BadInput(kind, field=field, limit=ctx.get("max_length"), unit=unit)
        case "bad_request":
            return BadRequest(422, "wrong_type", field=field)
    return BadInput(kind, field=field, value=given)


def _bounds(model: type[BaseModel], where: list[Any]) -> tuple[Any, Any]:
    field = _model_at(model, where[:-1]).model_fields[str(where[-1])]
    sides = {side: getattr(m, side) for m in field.metadata for side in ("ge", "le") if hasattr(m, side)}
    return sides.get("ge"), sides.get("le")


def _model_at(model: type[BaseModel], where: list[Any]) -> type[BaseModel]:
    """The model that holds the field at the end of a path of names."""
    for name in where:
        if isinstance(name, int):                                             # an item of the list before it
            continue
        inner = model.model_fields[str(name)].annotation
        inner = get_args(inner)[0] if get_origin(inner) is list else inner
        assert isinstance(inner, type) and issubclass(inner, BaseModel)
        model = inner
    return model


def of_http(status: int, field: str | None = None) -> LocatorError:
    """Flask's own errors as ours."""
    if status == 404:
        return NotFound("unknown_page", value=request.path)
    if status == 413:
        return BadInput("too_large", field=field or "body", limit=room().settings.max_body_bytes, unit="bytes")
    reasons: Mapping[int, str] = {405: "method", 415: "media_type", 416: "range"}
    return BadRequest(status, reasons.get(status, "http"))


def answer_errors(app: APIFlask) -> None:
    """From now on every error of `app` is answered by `tell`."""

    @app.error_processor
    def http(error: HTTPError) -> Response:
        response = tell(of_http(error.status_code))
        said = dict(error.headers)
        response.headers.update({name: said[name] for name in ("Allow", "Content-Range") if name in said})
        return response

    @app.errorhandler(LocatorError)
    def deliberate(error: LocatorError) -> Response:
        if status_of(error) >= 500:
            log.warning("%s %s: %s", request.method, request.path, error)
        return tell(error)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return tell(of_http(error.code or 500))
        log.error("%s %s", request.method, request.path, exc_info=error)
        return tell(LocatorError("internal"))
