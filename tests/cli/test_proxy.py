"""The nginx and Caddy recipes of docs/deployment.md, run as they stand there before a running server.

Only ports and files are put in.
"""
from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from locator.settings import Settings
from locator.tls import Certificate, own_certificate
from tests.cli.test_serving import address, start

pytestmark = pytest.mark.deep
NAME = "stops.example.org"
AROUND = """{user} daemon off; worker_processes 1; pid {here}/pid; error_log stderr warn;
events {{}}
http {{ access_log off;
client_body_temp_path {here}/a; proxy_temp_path {here}/b; fastcgi_temp_path {here}/c;
uwsgi_temp_path {here}/d; scgi_temp_path {here}/e;
{recipe}
}}"""
Ports = tuple[int, int, int]                         # http and https outside, ours behind


@dataclass(frozen=True)
class Kind:
    """One server that can stand before ours: how it is started, and where it differs from the others."""

    fence: str                                       # of its recipe in the docs
    package: str
    config: Callable[[str, Path, Ports, Certificate], str]
    command: Callable[[str, Path], list[str]]        # from its program and the file of its config
    moved: int                                       # the status that sends http to https
    limits: bool                                     # whether the recipe limits rates


def nginx_config(recipe: str, here: Path, ports: Ports, certificate: Certificate) -> str:
    put = _put_in(recipe, {
        "listen 80;": f"listen 127.0.0.1:{ports[0]};", "listen 443 ": f"listen 127.0.0.1:{ports[1]} ",
        "127.0.0.1:8000": f"127.0.0.1:{ports[2]}", f"/etc/letsencrypt/live/{NAME}/fullchain.pem": str(certificate.cert),
        f"/etc/letsencrypt/live/{NAME}/privkey.pem": str(certificate.key)})
    user = "user root;" if os.getuid() == 0 else ""          # else www-data, who may not write here
    return AROUND.format(here=here, recipe=put, user=user)


def caddy_config(recipe: str, here: Path, ports: Ports, certificate: Certificate) -> str:
    put = _put_in(recipe, {"127.0.0.1:8000": f"127.0.0.1:{ports[2]}",
                           f"{NAME} {{\n": f"{NAME} {{\ntls {certificate.cert} {certificate.key}\n"})
    return f"{{\nadmin off\ndefault_bind 127.0.0.1\nhttp_port {ports[0]}\nhttps_port {ports[1]}\n}}\n{put}"


def _put_in(recipe: str, ours: dict[str, str]) -> str:
    for said, put in ours.items():
        assert recipe.count(said) == 1, said
        recipe = recipe.replace(said, put)
    return recipe


KINDS = {
    "nginx": Kind("nginx", "nginx-light", nginx_config, moved=301, limits=True,
                  command=lambda program, file: [program, "-e", "stderr", "-p", str(file.parent), "-c", str(file)]),
    "caddy": Kind("caddyfile", "caddy", caddy_config, moved=308, limits=False,
                  command=lambda program, file: [program, "run", "--config", str(file), "--adapter", "caddyfile"]),
}


@dataclass(frozen=True)
class Proxy:
    kind: Kind
    http: int
    https: int
    trust: ssl.SSLContext

    def ask(self, method: str, path: str, body: bytes | None = None, **more: str) -> tuple[http.client.HTTPResponse, bytes]:
        """Over https, verified for the recipe's own name."""
        asking = http.client.HTTPSConnection(NAME, self.https, timeout=30, context=self.trust)
        plain = socket.create_connection(("127.0.0.1", self.https), timeout=30)
        asking.sock = self.trust.wrap_socket(plain, server_hostname=NAME)
        with closing(asking):
            asking.request(method, path, body, more | ({"Content-Type": "application/json"} if body else {}))
            answer = asking.getresponse()
            return answer, answer.read()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def told(root: Path) -> str:
    return (root / "docs/deployment.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def behind(wujin: Settings, told: str) -> Iterator[int]:
    """The port of our server, told its name outside as the docs tell it."""
    names = set(re.findall(r"LOCATOR_TRUSTED_HOSTS=(\S+?)[`\s]", told))
    assert names == {NAME}
    server = start(replace(wujin, trusted_hosts=(NAME,)), "--port", "0")
    try:
        yield int(re.findall(r":(\d+)/", address(server))[0])
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=15)


@pytest.fixture(scope="module", params=KINDS)
def proxy(request: pytest.FixtureRequest, behind: int, told: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    kind = KINDS[request.param]
    program = shutil.which(request.param, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        pytest.skip(f"no {request.param} here: apt install {kind.package}")
    here = tmp_path_factory.mktemp(request.param)
    certificate = own_certificate(here / "tls", NAME, datetime.now(UTC))
    found = re.search(rf"```{kind.fence}\n(.*?)```", told, re.DOTALL)
    assert found
    ports = (free_port(), free_port(), behind)
    file = here / "config"
    file.write_text(kind.config(found[1], here, ports, certificate), encoding="utf-8")
    running = subprocess.Popen(kind.command(program, file), stderr=subprocess.PIPE,
                               env={**os.environ, "HOME": str(here), "XDG_DATA_HOME": str(here)})
    try:
        _until_it_listens(ports[1], running)
        yield Proxy(kind, *ports[:2], ssl.create_default_context(cafile=certificate.cert))
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=10)


def _until_it_listens(port: int, running: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        assert running.poll() is None, running.communicate()[1].decode()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("it does not listen")


def test_the_page_and_an_answer_come_through(proxy: Proxy) -> None:
    page, text = proxy.ask("GET", "/")
    assert page.status == 200 and "'nonce-" in page.headers["Content-Security-Policy"] and b"</html>" in text
    body = orjson.dumps({"from": "湖塘", "to": "横山桥", "depart": "2026-11-23T08:30"})
    answer, said = proxy.ask("POST", "/api/along", body)
    assert answer.status == 200 and orjson.loads(said)["features"]


def test_the_server_behind_still_knows_no_other_name(proxy: Proxy, behind: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", behind, timeout=10)) as asking:
        asking.request("GET", "/", headers={"Host": "rebound.example"})
        answer = asking.getresponse()
        assert answer.status == 400 and orjson.loads(answer.read())["code"] == "untrusted_host"


def test_what_a_phone_keeps_comes_through(proxy: Proxy) -> None:
    """The service worker, checked anew each time; the road tiles in ranges; the page gzipped as small as it was."""
    worker, _ = proxy.ask("GET", "/sw.js")
    assert worker.status == 200 and worker.headers["Content-Type"].startswith("text/javascript")
    assert worker.headers["Cache-Control"] == "no-cache"
    page, text = proxy.ask("GET", "/", **{"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip" and len(text) <= 60_000
    tiles = re.search(rb"/basemap/wujin/[0-9]+/main[.]pmtiles", proxy.ask("GET", "/")[1])
    assert tiles
    part, bytes_ = proxy.ask("GET", tiles[0].decode(), Range="bytes=0-6")
    assert (part.status, bytes_) == (206, b"PMTiles")


def test_nothing_names_the_server_behind_or_another_scheme(proxy: Proxy) -> None:
    for path in ("/", "/openapi.json", "/nowhere", "/api/nearest", "/static//none"):
        answer, said = proxy.ask("GET", path)
        assert answer.headers["Location"] is None
        assert not re.search(rb"127\.0\.0\.1|localhost|" + NAME.encode(), said), path


def test_plain_http_is_sent_to_https(proxy: Proxy) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.http, timeout=10)) as asking:
        asking.request("GET", "/here?lang=en", headers={"Host": NAME})
        answer = asking.getresponse()
        assert answer.status == proxy.kind.moved
        assert re.fullmatch(rf"https://{NAME}(:{proxy.https})?/here\?lang=en", answer.headers["Location"])


def test_a_body_past_the_limit_never_reaches_the_server(proxy: Proxy) -> None:
    low, _ = proxy.ask("POST", "/api/route", b'{"from": "' + b"x" * 7_000_000 + b'"}')
    assert low.status == 422 and low.headers["Content-Type"] == "application/problem+json", "ours: too long a name"
    try:
        high, _ = proxy.ask("POST", "/api/route", b" " * 9_000_000)
    except OSError:
        return                                    # it hung up while we were still sending
    assert high.status == 413 and high.headers["Content-Type"] != "application/problem+json", "the proxy's own"


def test_one_address_asking_too_fast_is_slowed_where_the_recipe_says(proxy: Proxy) -> None:
    """The last test here: it uses up the burst."""
    found = {proxy.ask("GET", "/healthz")[0].status for _ in range(150)}
    assert found == ({200, 429} if proxy.kind.limits else {200})
