"""serve --tls: https that a client verifies, http refused; and what is wrong with a certificate is one line."""
from __future__ import annotations

import http.client
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from locator.settings import Settings
from locator.tls import own_certificate
from tests.cli.conftest import Run
from tests.cli.test_serving import start


@contextmanager
def running(settings: Settings, *args: str) -> Iterator[tuple[str, int, str]]:
    """(host, port, what it said before its address) of a server that ends with the block."""
    process = start(settings, "--port", "0", *args)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "https://" in line, line or process.communicate(timeout=10)
        host, _, port = line.partition("https://")[2].partition("/")[0].rpartition(":")
        yield host, int(port), line
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=15)
        assert "Traceback" not in err


def get(host: str, port: int, cert: Path | None, *,
        most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> tuple[int, bytes, str | None]:
    context = ssl.create_default_context(cafile=cert)
    context.maximum_version = most
    connection = http.client.HTTPSConnection(host, port, timeout=30, context=context)
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    spoken = connection.sock.version()  # type: ignore[union-attr]
    body = answer.read()
    connection.close()
    return answer.status, body, spoken


@pytest.mark.deep
def test_the_certificate_made_here_is_verified_and_http_is_refused(wujin: Settings) -> None:
    cert = wujin.data / "tls" / "cert.pem"
    with running(wujin, "--tls") as (host, port, _):
        assert get(host, port, cert) == (200, b'{"status":"ok"}', "TLSv1.3")
        assert get("localhost", port, cert, most=ssl.TLSVersion.TLSv1_2)[2] == "TLSv1.2"
        with pytest.raises(ssl.SSLCertVerificationError):
            get(host, port, None)
        with socket.create_connection((host, port), timeout=10) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"HTTP/1.1 200" not in plain.recv(1000), "neither answered nor redirected"
        first = cert.read_bytes()
    with running(wujin, "--tls") as (host, port, _):
        assert cert.read_bytes() == first and get(host, port, cert)[0] == 200


@pytest.mark.deep
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL], ids=["pkcs8", "traditional"])
def test_a_given_certificate_is_shown(wujin: Settings, tmp_path: Path, form: PrivateFormat) -> None:
    given = own_certificate(tmp_path, "127.0.0.1", datetime.now(UTC))
    secret = load_pem_private_key(given.key.read_bytes(), None)
    given.key.write_bytes(secret.private_bytes(Encoding.PEM, form, NoEncryption()))
    with running(wujin, "--cert", str(given.cert), "--key", str(given.key)) as (host, port, _):
        assert get(host, port, given.cert)[0] == 200


def test_a_certificate_without_its_key_is_refused(nowhere: Run, tmp_path: Path) -> None:
    for field in ("cert", "key"):
        (tmp_path / field).write_text("x")
        other = {"cert": "key", "key": "cert"}[field]
        result = nowhere("serve", "--port", 0, f"--{field}", tmp_path / field, "--lang", "en")
        assert result.exit_code == 2 and result.stderr == f"Error: --{other} is missing.\n"
    result = nowhere("serve", "--port", 0, "--cert", tmp_path / "cert", "--key", tmp_path / "key", "--lang", "en")
    assert result.exit_code == 2 and result.stderr == "Error: The file cannot be read: it holds no certificate in PEM.\n"
