"""The OpenAPI document describes what is asked and answered, and the guide and docs/api.md leave nothing out."""
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask.testing import FlaskClient
from pydantic import BaseModel

from locator.web.asking import AlongAsked, AlongOptions, ItemsAsk, NearestAsk, Options
from locator.web.asking_plan import PlanAsked, PlanOptions
from locator.web.problems import statuses

TRIP = {"from": "湖塘", "to": "横山桥"}
ASKED = [
    ("get", "/api/nearest", "/api/nearest?at=湖塘&limit=3", None),
    ("post", "/api/route", "/api/route", TRIP | {"via": ["洛阳"]}),
    ("post", "/api/along", "/api/along", TRIP | {"max_detour_s": 1800}),
    ("post", "/api/along", "/api/along", TRIP | {"kinds": ["fuel"]}),
    ("post", "/api/plan", "/api/plan", TRIP | {"driven_min": 230, "want": ["shower", "free"]}),
    ("post", "/api/plan", "/api/plan", TRIP | {"driven_min": 235, "kinds": ["fuel"], "limit": 1}),
    ("get", "/api/here", "/api/here?at=湖塘&depart=2026-06-19T09:30", None),
    ("get", "/api/here", "/api/here?lon=119.95&lat=31.7&to=横山桥", None),
    ("get", "/api/layers", "/api/layers", None),
    ("get", "/api/layers/{name}/items", "/api/layers/service_area/items", None),
    ("get", "/api/layers/{name}/items", "/api/layers/events/items", None),
    ("get", "/api/places", "/api/places?q=湖", None),
    ("get", "/api/coverage", "/api/coverage?limit_s=600&zones=grid_cells&lines=true&weekday=mon&hour=2", None),
    ("post", "/api/coverage", "/api/coverage", {"limit_s": 600, "traffic": [{"ref": "G42", "lorries_day": 100}], "gaps": 3}),
    ("get", "/api/spacing", "/api/spacing?refs=G42,G312&own_m=20000&lines=true", None),
    ("post", "/api/spacing", "/api/spacing", {"norms": ["eu_rest_areas"], "vehicle": {"preset": "rigid"}}),
    ("get", "/api/criticality", "/api/criticality?limit_s=600&limit=3", None),
    ("post", "/api/criticality", "/api/criticality", {"gains": False, "traffic": [{"way": 1, "lorries_day": 5}]}),
    ("post", "/api/siting", "/api/siting", {"limit_s": 600, "kinds": ["drivers_home"], "k": 2, "spacing_m": 6000}),
    ("post", "/api/siting", "/api/siting", {"model": "trips", "drive_s": 900, "spacing_m": 9000, "k": 1, "trips": [
        {"id": "a", "from_lon": 119.9446, "from_lat": 31.7158, "to_lon": 120.1115, "to_lat": 31.7637}, {"from_lon": 0}]}),
    ("post", "/api/siting", "/api/siting", {"limit_s": 600, "model": "capacitated", "capacity": 9000, "k": 1, "spacing_m": 9000}),
    ("get", "/healthz", "/healthz", None),
]


def schema_of(spec: dict[str, Any], response: dict[str, Any], media_type: Any) -> Any:
    return jsonschema_rs.Draft202012Validator({**response["content"][media_type]["schema"], "components": spec["components"]})


@pytest.mark.parametrize(("method", "path", "address", "body"), ASKED, ids=[f"{a[0]} {a[2]}" for a in ASKED])
def test_real_answers_are_as_described(client: FlaskClient, spec: dict[str, Any], method: str, path: str, address: str,
                                       body: Any) -> None:
    response = client.open(address, method=method.upper(), json=body)
    assert response.status_code == 200
    schema = schema_of(spec, spec["paths"][path][method]["responses"]["200"], response.mimetype)
    schema.validate(response.get_json())


@pytest.mark.parametrize(("method", "path", "status"), [
    (m, p, s) for m, p in [("get", "/api/nearest"), ("post", "/api/along")] for s in ("404", "422", "500", "503")])
def test_problems_are_described_with_an_example_that_fits(spec: dict[str, Any], method: str, path: str, status: str) -> None:
    response = spec["paths"][path][method]["responses"][status]
    example = response["content"]["application/problem+json"]["example"]
    schema_of(spec, response, "application/problem+json").validate(example)
    assert example["status"] == int(status)


def test_the_document_is_openapi_3_1_and_every_reference_leads_somewhere(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1")
    names = set(re.findall(r"#/components/schemas/([^'\"]+)", str(spec)))
    assert names <= set(spec["components"]["schemas"])
    for item in spec["paths"].values():
        for operation in item.values():
            assert operation["summary"] and operation["operationId"] and "200" in operation["responses"]
            assert len({p["name"] for p in operation["parameters"]}) == len(operation["parameters"])


def test_parameters_are_those_that_are_read(spec: dict[str, Any]) -> None:
    asks: dict[str, type[BaseModel]] = {"/api/nearest": NearestAsk, "/api/along": AlongOptions, "/api/route": Options,
                                        "/api/plan": PlanOptions,
                                        "/api/layers/{name}/items": ItemsAsk}
    for path, model in asks.items():
        (operation,) = spec["paths"][path].values()
        assert {p["name"] for p in operation["parameters"] if p["in"] == "query"} == set(model.model_fields)
        assert all(p.get("description") for p in operation["parameters"] if p["in"] == "query")


def test_the_body_of_along_holds_the_contracts_fields(spec: dict[str, Any]) -> None:
    fields = set(spec["components"]["schemas"]["AlongAsked"]["properties"])
    assert fields >= {"from", "to", "via", "line", "polyline", "precision", "vehicle", "depart", "kinds", "services",
                      "max_detour_s", "start_m", "limit", "datum", "lang", "region"}
    assert set(spec["paths"]["/api/along"]["post"]["requestBody"]["content"]) == {
        "application/json", "application/gpx+xml", "multipart/form-data"}


def test_the_examples_are_answered(client: FlaskClient, spec: dict[str, Any]) -> None:
    for path in ("/api/route", "/api/along", "/api/plan"):
        content = spec["paths"][path]["post"]["requestBody"]["content"]
        assert client.post(path, json=content["application/json"]["example"]).status_code == 200
        gpx = content["application/gpx+xml"]["example"]
        assert client.post(path, data=gpx, content_type="application/gpx+xml").status_code == 200


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_guide_names_every_call_field_and_code(client: FlaskClient, spec: dict[str, Any], lang: str) -> None:
    response = client.get(f"/docs?lang={lang}")
    page = response.get_data(as_text=True)
    assert response.status_code == 200 and f'<html lang="{lang}">' in page
    for path in spec["paths"]:
        assert path in page
    for name in [*AlongAsked.model_fields, *PlanAsked.model_fields, *NearestAsk.model_fields]:
        assert f"<code>{'from' if name == 'from_' else name}</code>" in page
    for code in statuses():
        assert f'id="{code}"' in page
    addresses = re.findall(r'href="#([^"]+)"', page)
    assert {one for one in addresses if f'id="{one}"' not in page} == set()


def test_docs_api_md_names_every_call_field_and_code(spec: dict[str, Any], root: Path) -> None:
    text = (root / "docs" / "api.md").read_text(encoding="utf-8")
    said = set(re.findall(r"`([^`\s]+)`", text))
    calls = {f"{method.upper()} {path}" for path, item in spec["paths"].items() for method in item}
    assert {call for call in calls if f"`{call}`" not in text} == set()
    schemas = spec["components"]["schemas"]
    told = ("StopOut", "NearOut", "ServiceOut", "Route", "Omitted", "Problem", "AlongAsked", "LayerOut", "Name",
            "HereAnswer", "CellOut", "StationOut", "ContactOut", "EventOut",
            "PlanAsked", "PlanAnswer", "LegOut", "LimitOut", "RungOut", "ProblemOut", "MendOut", "LawOut")
    shown = [name for name in schemas if name.rpartition(".")[2] in told]
    fields = {field for name in shown for field in schemas[name]["properties"]}
    parameters = {p["name"] for item in spec["paths"].values() for operation in item.values() for p in operation["parameters"]}
    assert (fields | parameters | set(statuses())) - said == set()
    for code, status in statuses().items():
        assert re.search(rf"`{code}` *\| *{status} ", text), code
