"""serve: the address is printed when it answers, API and command line say the same, Ctrl-C ends it cleanly."""
from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import orjson
import pytest

from locator.settings import Settings
from tests.cli.conftest import Run

COMMAND = [sys.executable, "-c", "from locator.cli.main import main; main()"]


def start(settings: Settings, *args: str) -> subprocess.Popen[str]:
    env = {**os.environ, **settings.environment(), "LOCATOR_LANG": "en"}
    return subprocess.Popen([*COMMAND, "serve", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    line = server.stdout.readline()
    found = re.search(r"http://[\d.]+:\d+/", line)
    assert found, line or server.communicate(timeout=10)
    return found[0]


@pytest.fixture
def server(wujin: Settings) -> Iterator[subprocess.Popen[str]]:
    process = start(wujin, "--port", "0")
    yield process
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=15)


@pytest.mark.deep
def test_the_api_says_what_the_command_line_says(server: subprocess.Popen[str], locator: Run) -> None:
    at = address(server)
    asked = {"from": "湖塘", "to": "横山桥", "kinds": ["drivers_home"], "max_detour_s": 600, "depart": "2026-11-23T08:30"}
    request = urllib.request.Request(f"{at}api/along", orjson.dumps(asked), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        api = orjson.loads(answer.read())
    line = locator("along", "--from", "湖塘", "--to", "横山桥", "--kind", "drivers_home", "--max-detour-s", 600,
                   "--depart", "2026-11-23T08:30", "--json")
    assert api == orjson.loads(line.stdout_bytes)


@pytest.mark.deep
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_ends_cleanly_and_leaves_nobody_behind(wujin: Settings, by: signal.Signals, workers: str) -> None:
    server = start(wujin, "--port", "0", "--workers", workers)
    at = address(server)
    with urllib.request.urlopen(at, timeout=30) as page:
        assert page.status == 200
    server.send_signal(by)
    _, err = server.communicate(timeout=15)
    assert server.returncode == 0 and "Traceback" not in err
    deadline = time.monotonic() + 5
    while _listens(at) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _listens(at)


def _listens(at: str) -> bool:
    host, port = re.findall(r"[\d.]+", at)[:2]
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, int(port))) == 0


def test_a_port_that_is_taken_is_said_and_not_shared(nowhere: Run) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        result = nowhere("serve", "--port", other.getsockname()[1], "--lang", "en")
    assert result.exit_code == 1 and "--port" in result.stderr and result.stderr.count("\n") == 1
