"""Generated requests, right and wrong: nothing is answered that the OpenAPI document does not describe, nothing breaks."""
from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

pytestmark = pytest.mark.deep
CHECKS = [not_a_server_error, checks.status_code_conformance, checks.content_type_conformance, checks.response_schema_conformance]
PLAIN = {"Accept-Encoding": "identity"}            # its WSGI client asks for gzip and does not unpack it
CALLS = [("/api/along", "POST"), ("/api/plan", "POST"), ("/api/here", "GET"), ("/api/route", "POST"), ("/api/nearest", "GET"),
         ("/api/layers", "GET"),
         ("/api/layers/{name}/items", "GET"), ("/api/places", "GET"), ("/api/closures", "GET"), ("/api/unmet", "GET"),
         ("/api/coverage", "GET"), ("/api/coverage", "POST"), ("/api/spacing", "GET"), ("/api/spacing", "POST"),
         ("/api/criticality", "GET"), ("/api/criticality", "POST"), ("/api/siting", "POST"),
         ("/print/{what}.pdf", "GET"), ("/print/{what}.pdf", "POST"), ("/print/{what}.png", "GET"), ("/print/{what}.png", "POST"),
         ("/print/{what}.zip", "GET"), ("/print/{what}.zip", "POST"), ("/print/poster.zip", "GET"), ("/print/wall.zip", "GET"),
         ("/print/poster.{form}", "GET"), ("/print/wall.{form}", "GET"), ("/api/print/routes", "GET"),
         ("/api/print/routes", "PUT"), ("/api/print/routes/{name}", "DELETE"), ("/healthz", "GET")]
ASIDE = {("/api/jobs", "POST"), ("/api/jobs", "GET"), ("/api/jobs/{id}", "GET"), ("/api/jobs/{id}", "DELETE"),
         ("/api/jobs/{id}/result", "GET"), ("/api/jobs/{id}/report.{form}", "GET"),
         ("/api/scenarios", "POST"), ("/api/scenarios", "GET"),
         ("/api/scenarios/{name}", "GET"), ("/api/scenarios/{name}", "DELETE"),
         ("/api/scenarios/{name}/compare/{other}", "GET"), ("/api/scenarios/{name}/replay", "POST")}     # tests/web/test_runs.py


@pytest.fixture(scope="module")
def described(app: APIFlask) -> Any:
    return schemathesis.openapi.from_wsgi("/openapi.json", app)


def test_every_call_is_tried(spec: dict[str, Any]) -> None:
    assert set(CALLS) | ASIDE == {(path, method.upper()) for path, item in spec["paths"].items() for method in item}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("path", "method"), CALLS)
def test_every_answer_is_described(described: Any, path: str, method: str, mode: GenerationMode) -> None:
    if mode is GenerationMode.NEGATIVE and path == "/healthz":
        return                                    # nothing can be wrong in a question without words
    strategy = described[path][method].as_strategy(generation_mode=mode)

    @given(st.data())
    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def ask(data: Any) -> None:
        case = data.draw(strategy)
        case.validate_response(case.call(headers=PLAIN), checks=CHECKS)

    ask()
