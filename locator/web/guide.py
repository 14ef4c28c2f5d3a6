"""The guide for integrators: the OpenAPI document made whole, and /docs, a page written from it.

In: the document APIFlask makes of the views.    Out: the same with bodies, errors and examples; one HTML page.
Never knows: how a question is answered. Nothing in the page comes from another host.
"""
from __future__ import annotations

import json
from typing import Any, cast

from apiflask import APIBlueprint, APIFlask
from flask import Response, current_app, render_template
from pydantic import BaseModel

from locator.exports import MEDIA_TYPES
from locator.web.asking import AlongAsked, RouteAsked
from locator.web.asking_plan import PlanAsked
from locator.web.asking_print import BODIES as PRINTING
from locator.web.asking_print import CALLS as PAPERS
from locator.web.asking_print import QUERIES as PRINT_EXAMPLES
from locator.web.asking_print import SAVED_EXAMPLE
from locator.web.assets import Assets
from locator.web.describing import Problem
from locator.web.jobs import JobAsked
from locator.web.planning import BODIES as PLANNING
from locator.web.planning import EXAMPLES as PLANNING_EXAMPLES
from locator.web.planning import ORDER as PLANNED
from locator.web.problems import MEDIA_TYPE, statuses
from locator.web.reports import PATH, TYPES
from locator.web.room import asked_words
from locator.web.scenarios import ScenarioAsked
from locator.web.siting import BODIES as SITING
from locator.words import words
from locator.words.exporting import FORMATS

guide = APIBlueprint("guide", __name__, enable_openapi=False)
SPEC = "locator.openapi"         # in Flask's app.extensions
RUNS = ("job_start", "jobs", "job", "job_result", "job_report", "job_cancel", "scenario_save", "scenarios", "scenario",
        "scenario_compare", "scenario_replay", "scenario_remove")
ORDER = ("along", "plan", "route", "nearest", "here", "places", "layers", "items", "closures", "unmet",
         *PLANNED, "siting", *RUNS, *PAPERS, "healthz")
JSON_BODIES: dict[str, type[BaseModel]] = {**PLANNING, **SITING, "/api/jobs": JobAsked, "/api/scenarios": ScenarioAsked}
REFERENCE = "#/components/schemas/{model}"
STAFF = ("/api/print/routes", "/api/print/routes/{name}")     # changed by those who have the key
GPX_EXAMPLE = ('<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
               '<trkpt lat="31.7158" lon="119.9446"/><trkpt lat="31.7637" lon="120.1115"/></trkseg></trk></gpx>')
MEANINGS = {
    400: "The request is not JSON, is no object, or is nested too deeply.",
    404: "A name is not known: place, region, layer, page.",
    411: "A body sent in chunks without Content-Length.",
    413: "The body, the line, a list or a text is too large.",
    415: "The media type is none of those listed.",
    422: "A value is wrong, or the roads do not lead there for this vehicle.",
    500: "Our fault, and logged.",
    503: "Busy, or it took too long; try again after Retry-After seconds.",
}
CHANGES = {403: "The staff's key is missing or wrong.", 409: "Somebody else changed it first."}      # of calls that change


def describe(spec: dict[str, Any]) -> dict[str, Any]:
    """APIFlask's document, with what it cannot know of our bodies and errors."""
    schemas = spec.setdefault("components", {}).setdefault("schemas", {})
    _add(schemas, Problem)
    bodies: dict[str, type[BaseModel]] = {"/api/route": RouteAsked, "/api/along": AlongAsked, "/api/plan": PlanAsked}
    for path, model in bodies.items():
        _add(schemas, model)
        operation = spec["paths"][path]["post"]
        operation["requestBody"] = _body(model.__name__, model.model_json_schema()["examples"][0])
    for path, model in JSON_BODIES.items():
        _add(schemas, model)
        spec["paths"][path]["post"]["requestBody"] = _json_body(model.__name__, model.model_json_schema()["examples"][0])
    for (path, method), model in PRINTING.items():
        _add(schemas, model)
        spec["paths"][path][method]["requestBody"] = _json_body(model.__name__, model.model_json_schema()["examples"][0])
    for path in ("/api/along", "/api/plan"):
        answer = spec["paths"][path]["post"]["responses"]["200"]["content"]
        answer.update({MEDIA_TYPES[form].split(";")[0]: {} for form in FORMATS[1:]})
    spec["paths"][PATH]["get"]["responses"]["200"]["content"].update({media: {} for media in list(TYPES.values())[1:]})
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            operation["parameters"] = [_parameter(one) for one in operation["parameters"]]
            codes = [c for c in MEANINGS if method in ("post", "put") or c not in (400, 411, 415)]
            codes += [403, 409] if path in STAFF and method != "get" else []
            for status in codes if path != "/healthz" else (500,):
                operation["responses"][str(status)] = _problem(status)
    return spec


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    """A parameter as it is written in an address: there is no null, and its meaning stands beside its name."""
    schema = dict(one["schema"])
    given = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    if len(given) < len(schema.get("anyOf", ())):
        schema = {name: value for name, value in schema.items() if name not in ("anyOf", "default")} | given[0]
    schema.pop("title", None)
    said = schema.pop("description", None) or one.get("description")
    more = {"style": "form", "explode": False} if schema.get("type") == "array" else {}
    return one | {"schema": schema} | ({"description": said} if said else {}) | more


def _add(schemas: dict[str, Any], model: type[BaseModel]) -> None:
    schema = model.model_json_schema(ref_template=REFERENCE)
    schemas.update(schema.pop("$defs", {}))
    schemas[model.__name__] = schema


def _json_body(model: str, example: dict[str, Any]) -> dict[str, Any]:
    """A body that is JSON and nothing else."""
    content = {"schema": {"$ref": REFERENCE.format(model=model)}, "example": example}
    return {"required": True, "content": {"application/json": content}}


def _body(model: str, example: dict[str, Any]) -> dict[str, Any]:
    reference = {"$ref": REFERENCE.format(model=model)}
    upload = {"type": "object", "required": ["file"], "properties": {
        "file": {"type": "string", "format": "binary", "description": "A GPX file: its first track, else its first route."}},
        "additionalProperties": {"type": "string"}}
    return {"required": True, "content": {
        "application/json": {"schema": reference, "example": example},
        "application/gpx+xml": {"schema": {"type": "string"}, "example": GPX_EXAMPLE},
        "multipart/form-data": {"schema": upload},
    }}


def _problem(status: int) -> dict[str, Any]:
    code = next((code for code, known in statuses().items() if known == status), "bad_request")
    sentence = words("en").text(f"error.{code}", field="from", value="湖唐", suggestions="湖塘镇", reason="…")
    example = {"type": f"/docs#{code}", "title": words("en").text(f"problem.{status}"), "status": status, "code": code,
               "field": None if status in (400, 411, 415, 500, 503) else "from", "detail": sentence}
    return {"description": (MEANINGS | CHANGES)[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(model="Problem")}, "example": example}}}


@guide.get("/docs")
def docs() -> Response:
    """The guide itself."""
    spec = openapi()
    said = asked_words()
    errors = [(code, status, said.table[f"error.{code}"]) for code, status in statuses().items()]
    schemas = spec["components"]["schemas"]
    page = render_template("docs.html", said=said, spec=spec, errors=errors, schemas=schemas, fields=fields_of, calls=calls_of,
                           parameters=parameters_of, name_of=name_of, assets=current_app.extensions[Assets.KEY])
    return Response(page, content_type="text/html; charset=utf-8")


def openapi() -> dict[str, Any]:
    """The OpenAPI document of the running application, made once."""
    kept = current_app.extensions
    if SPEC not in kept:
        kept[SPEC] = cast(APIFlask, current_app).spec
    return cast(dict[str, Any], kept[SPEC])


def calls_of(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations, each with a line to try it."""
    calls = [{"method": method.upper(), "path": path, "operation": operation, "curl": _curl(method, path, operation)}
             for path, item in spec["paths"].items() for method, operation in item.items()]
    return sorted(calls, key=lambda call: ORDER.index(call["operation"]["operationId"]))


def fields_of(schema: dict[str, Any], schemas: dict[str, Any]) -> list[tuple[str, str, bool, str]]:
    """(name, type, required, meaning) of the properties of a schema."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    needed = schema.get("required", ())
    return [(name, type_of(one), name in needed, one.get("description", ""))
            for name, one in schema.get("properties", {}).items()]


def parameters_of(operation: dict[str, Any]) -> list[tuple[str, str, bool, str]]:
    """(name, type, required, meaning) of the parameters of an operation."""
    return [(one["name"], type_of(one.get("schema", {})), one.get("required", False),
             one.get("description") or one.get("schema", {}).get("description", "")) for one in operation["parameters"]]


def name_of(schema: dict[str, Any]) -> str:
    """The name a reference leads to."""
    return str(schema["$ref"].rpartition("/")[2])


def type_of(schema: dict[str, Any]) -> str:
    """A type in a few words: "number or null", "list of Stop", "a | b"."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(type_of(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return json.dumps(schema["const"])
    if schema.get("type") == "array":
        if "prefixItems" in schema:
            return "[" + ", ".join(type_of(one) for one in schema["prefixItems"]) + "]"
        return f"list of {type_of(schema.get('items', {}))}"
    return str(schema.get("type", "any"))


def _curl(method: str, path: str, operation: dict[str, Any]) -> str:
    where = "http://127.0.0.1:8000" + path.replace("{name}", "drivers_homes").replace("{what}", "route").replace("{form}", "pdf")
    if path in STAFF and method != "get":
        body = f" -d '{json.dumps(SAVED_EXAMPLE, ensure_ascii=False)}'" if method == "put" else ""
        return f"curl -X {method.upper()} '{where}' -H 'Staff-Key: …'{body}"
    if method == "get":
        query = {"/api/nearest": "?at=119.9446,31.7158&service=shower&limit=3", "/api/here": "?at=119.9446,31.7158",
                 "/api/places": "?q=%E6%B9%96", **PLANNING_EXAMPLES,
                 **PRINT_EXAMPLES}.get(path, "")
        return f"curl '{where}{query}'"
    if "requestBody" not in operation:
        return f"curl -X {method.upper()} '{where}'"
    example = operation["requestBody"]["content"]["application/json"]["example"]
    lines = [f"curl '{where}' -H 'Content-Type: application/json' \\", f"  -d '{json.dumps(example, ensure_ascii=False)}'"]
    if "multipart/form-data" in operation["requestBody"]["content"]:
        lines.append(f"curl '{where}?vehicle=rigid&height_m=3.8' -F file=@route.gpx")
    return "\n".join(lines)
