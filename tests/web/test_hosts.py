"""Nothing is answered under another's name (DNS rebinding), whatever the page or method; under the server's own, all is."""
from __future__ import annotations

from dataclasses import replace

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from locator.settings import Settings
from locator.web import create_app
from locator.web.hosts import trusted
from locator.wiring import open_locator
from locator.words import words
from tests.web.test_problems import check

OWN = ["localhost", "localhost:8000", "LocalHost:8000", "page.localhost", "127.0.0.1:8000", "192.168.1.5", "8.8.8.8:80",
       "[::1]", "[fe80::1]:8443"]
OTHERS = ["rebound.example", "rebound.example:8000", "localhost.rebound.example", "127.0.0.1.rebound.example", "notlocalhost",
          "1270.0.0.1", "localhost:8000@rebound.example", "localhost:0", "localhost:99999", "[::1", "a b", "::1",
          "rebound.example:127.0.0.1", "{{7*7}}", "<script>", "x" * 5000]


@pytest.mark.parametrize("host", OWN)
def test_the_loopback_and_numbers_are_known_without_a_word(client: FlaskClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", OTHERS, ids=range(len(OTHERS)))
def test_another_name_is_refused(client: FlaskClient, host: str) -> None:
    problem = check(client.get("/healthz?lang=en", headers={"Host": host}), 400, "untrusted_host")
    assert problem["field"] == "Host" and host[:60] in problem["detail"] and len(problem["detail"]) < 400


def test_under_another_name_there_is_no_page_at_all(app: APIFlask, client: FlaskClient) -> None:
    """Every rule with every method it knows, and what no rule knows."""
    asked = [(method, "/".join("1" if part.startswith("<") else part for part in rule.rule.split("/")))
             for rule in app.url_map.iter_rules() for method in rule.methods or ()]
    assert len(asked) > 100 and ("POST", "/api/along") in asked and ("GET", "/print") in asked
    for method, path in [*asked, ("GET", "/nowhere"), ("PUT", "/api/along"), ("GET", "/static//none")]:
        answer = client.open(path, method=method, headers={"Host": "rebound.example"})
        assert answer.status_code == 400, (method, path)
        assert method == "HEAD" or answer.get_json()["code"] == "untrusted_host"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_says_what_to_do(client: FlaskClient, lang: str) -> None:
    said = client.get("/", headers={"Host": "stops.example.org", "Accept-Language": lang})
    assert said.get_json()["detail"] == words(lang).text("error.untrusted_host", value="stops.example.org")
    assert "LOCATOR_TRUSTED_HOSTS" in said.get_json()["detail"]


def test_names_that_were_set_are_answered(wujin: Settings) -> None:
    named = replace(wujin, trusted_hosts=("stops.example.org", ".example.net"), host="depot", live_url="https://live.example.com/x")
    client = create_app(named, open_locator).test_client()
    for host in ("stops.example.org", "STOPS.example.org:8443", "a.b.example.net", "example.net", "depot:8000",
                 "live.example.com", "localhost"):
        assert client.get("/healthz", headers={"Host": host}).status_code == 200, host
    for host in ("x.stops.example.org", "example.org", "notexample.net", "xlive.example.com", "depot.example"):
        assert client.get("/healthz", headers={"Host": host}).status_code == 400, host


def test_what_asks_without_a_name_is_no_browser(app: APIFlask) -> None:
    """HTTP/1.0, as a balancer's health check: the header is not there, or as granian tells it, empty."""
    for said in ({}, {"HTTP_HOST": ""}):
        environ = app.test_request_context("/healthz").request.environ
        del environ["HTTP_HOST"]
        with app.request_context(environ | said):
            assert app.full_dispatch_request().status_code == 200
    assert not trusted("", ())
