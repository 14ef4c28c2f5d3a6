"""The Caddy recipe of docs/deployment.md, run as it stands there: only ports and a certificate are put in."""
from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from locator.settings import Settings
from locator.tls import own_certificate
from tests.cli.test_proxy import NAME, Proxy, _until_it_listens, free_port
from tests.cli.test_serving import address, start

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def proxy(wujin: Settings, tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Proxy]:
    caddy = shutil.which("caddy", path="/usr/bin:/usr/local/bin")
    if caddy is None:
        pytest.skip("no caddy here: apt install caddy")
    here = tmp_path_factory.mktemp("caddy")
    certificate = own_certificate(here / "tls", NAME, datetime.now(UTC))
    server = start(wujin, "--port", "0")
    try:
        inner = re.findall(r":(\d+)/", address(server))[0]
        ports = free_port(), free_port()
        found = re.search(r"```caddyfile\n(.*?)```", (root / "docs/deployment.md").read_text(encoding="utf-8"), re.DOTALL)
        assert found and found[1].count("127.0.0.1:8000") == 1 and found[1].startswith(f"{NAME} {{\n")
        recipe = found[1].replace("127.0.0.1:8000", f"127.0.0.1:{inner}").replace(
            f"{NAME} {{\n", f"{NAME} {{\ntls {certificate.cert} {certificate.key}\n")
        around = f"{{\nadmin off\ndefault_bind 127.0.0.1\nhttp_port {ports[0]}\nhttps_port {ports[1]}\n}}\n"
        (here / "Caddyfile").write_text(around + recipe, encoding="utf-8")
        running = subprocess.Popen([caddy, "run", "--config", str(here / "Caddyfile"), "--adapter", "caddyfile"],
                                   stderr=subprocess.PIPE, env={**os.environ, "HOME": str(here), "XDG_DATA_HOME": str(here)})
        try:
            _until_it_listens(ports[1], running)
            yield Proxy(*ports, ssl.create_default_context(cafile=certificate.cert))
        finally:
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=10)
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=15)


def test_page_answer_worker_and_tiles_come_through(proxy: Proxy) -> None:
    page, text = proxy.ask("GET", "/")
    assert page.status == 200 and "'nonce-" in page.headers["Content-Security-Policy"] and b"</html>" in text
    body = orjson.dumps({"from": "湖塘", "to": "横山桥", "depart": "2026-11-23T08:30"})
    answer, said = proxy.ask("POST", "/api/along", body)
    assert answer.status == 200 and orjson.loads(said)["features"]
    worker, _ = proxy.ask("GET", "/sw.js")
    assert worker.status == 200 and worker.headers["Cache-Control"] == "no-cache"
    packed, small = proxy.ask("GET", "/", **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip" and len(small) <= 60_000
    tiles = re.search(rb"/basemap/wujin/[0-9]+/main[.]pmtiles", text)
    assert tiles
    part, bytes_ = proxy.ask("GET", tiles[0].decode(), Range="bytes=0-6")
    assert (part.status, bytes_) == (206, b"PMTiles")


def test_nothing_names_the_server_behind(proxy: Proxy) -> None:
    for path in ("/", "/openapi.json", "/nowhere", "/static//none"):
        answer, said = proxy.ask("GET", path)
        assert answer.headers["Location"] is None
        assert not re.search(rb"127\.0\.0\.1|localhost|" + NAME.encode(), said), path


def test_plain_http_is_sent_to_https(proxy: Proxy) -> None:
    asking = http.client.HTTPConnection("127.0.0.1", proxy.http, timeout=10)
    with closing(asking):
        asking.request("GET", "/here?lang=en", headers={"Host": NAME})
        answer = asking.getresponse()
        assert answer.status == 308 and re.fullmatch(rf"https://{NAME}(:\d+)?/here\?lang=en", answer.headers["Location"])


def test_a_body_past_the_limit_is_refused(proxy: Proxy) -> None:
    low, _ = proxy.ask("POST", "/api/route", b'{"from": "' + b"x" * 7_000_000 + b'"}')
    assert low.status == 422 and low.headers["Content-Type"] == "application/problem+json", "ours: too long a name"
    try:
        high, _ = proxy.ask("POST", "/api/route", b" " * 9_000_000)
    except OSError:
        return                                    # it hung up while we were still sending
    assert high.status == 413
