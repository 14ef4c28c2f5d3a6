"""serve --tls in a Chromium that trusts the certificate made here: a position, and a page that stays; http has neither."""
from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from playwright.sync_api import Page, sync_playwright

from locator.settings import Settings
from locator.words import words
from tests.cli.test_serving_tls import running
from tests.web.looking import ARGS, CHROMIUM, MOBILE, comes, serving

pytestmark = pytest.mark.deep
PLACE: dict[str, Any] = {"permissions": ["geolocation"], "geolocation": {"longitude": 119.9446, "latitude": 31.7158}}


def asked_for_position(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=zh")
    page.wait_for_selector(".stop")
    page.locator("#trip").tap()
    page.locator("#here").tap()


def test_https_gives_a_position_and_keeps_the_page(wujin: Settings) -> None:
    with running(wujin, "--tls") as (host, port, _), sync_playwright() as playwright:
        certificate = load_pem_x509_certificate((wujin.data / "tls" / "cert.pem").read_bytes())
        key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        trusted = base64.b64encode(hashlib.sha256(key).digest()).decode()          # as a phone that has it installed
        args = [*ARGS, f"--ignore-certificate-errors-spki-list={trusted}"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        page = chromium.new_context(**MOBILE, **PLACE).new_page()
        asked_for_position(page, f"https://{host}:{port}")
        comes(page, "() => document.getElementById('from').value === '119.94460, 31.71580'")
        comes(page, "() => document.getElementById('trip-said').textContent.startsWith('119.94460')")     # answered
        comes(page, "async () => (await (await caches.open('answers-1')).keys()).length === 2")
        comes(page, "() => navigator.serviceWorker.controller !== null && document.documentElement.dataset.kept === 'yes'")
        page.context.set_offline(True)
        page.reload()
        page.wait_for_selector(".stop")
        assert page.locator("#state").is_visible()
        chromium.close()


def test_plain_http_on_the_network_answers_and_says_what_it_cannot(wujin: Settings) -> None:
    with serving(replace(wujin, trusted_hosts=("office.test",))) as address, sync_playwright() as playwright:
        port = address.rsplit(":", 1)[1]
        args = [*ARGS, "--host-resolver-rules=MAP *.test 127.0.0.1"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        page = chromium.new_context(**MOBILE, **PLACE).new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        asked_for_position(page, f"http://office.test:{port}")
        said = "text => document.getElementById('state').textContent === text"
        comes(page, said, words("zh").text("page.position_needs_https"))
        assert page.evaluate("window.isSecureContext") is False and not errors
        rebound = page.goto(f"http://rebound.test:{port}/planner")              # another's name that points here
        assert rebound is not None and rebound.status == 400 and rebound.json()["code"] == "untrusted_host"
        read = page.evaluate("async () => (await (await fetch('/api/scenarios')).json()).code")
        assert read == "untrusted_host"
        chromium.close()
