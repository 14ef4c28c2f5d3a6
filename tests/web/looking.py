"""A real Chromium on a page of ours: every other host blocked and remembered, every complaint heard."""
from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright
from werkzeug.serving import make_server

from locator.settings import Settings
from locator.web import create_app
from locator.wiring import open_locator

CHROMIUM = "/usr/bin/chromium"
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PHONE, DESKTOP = {"width": 360, "height": 780}, {"width": 1280, "height": 800}
ANDROID = ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36")
MOBILE: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "user_agent": ANDROID}
# the map's own tiles have more colours than their ground
DRAWN = """() => [...document.querySelectorAll('canvas.leaflet-tile')].filter(c => c.width > 0).some(c => {
    const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data, seen = new Set();
    for (let i = 0; i < d.length; i += 64) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
    return seen.size > 3; })"""


GRAVE = ("serious", "critical")       # of axe's impacts


class Closed:
    """An answer that is closed though its reader has gone: werkzeug's server may forget it then, and a file stays open."""

    def __init__(self, body: Any) -> None:
        self.body = body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.body)

    def close(self) -> None:
        body, self.body = self.body, ()
        getattr(body, "close", lambda: None)()

    def __del__(self) -> None:
        self.close()


@contextmanager
def serving(settings: Settings, port: int = 0, wrapped: Any = None) -> Iterator[str]:
    """The application on a port of this machine; `wrapped` puts something around it."""
    made: Any = create_app(settings, open_locator)
    app = wrapped(made) if wrapped else made

    def closing(environ: Any, start: Any) -> Closed:
        return Closed(app(environ, start))
    server = make_server("127.0.0.1", port, closing, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield chromium
        chromium.close()


@dataclass
class Seen:
    """A page, and what it said and asked for while it was used."""

    page: Page
    context: BrowserContext
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


@contextmanager
def looking(browser: Browser, address: str, path: str = "/", **more: Any) -> Iterator[Seen]:
    """Every other host is blocked and remembered; so is every complaint."""
    context = browser.new_context(**({"viewport": DESKTOP, "locale": "zh-CN"} | more))
    seen = Seen(context.new_page(), context)

    def guard(route: Route) -> None:
        if route.request.url.startswith(address):
            route.continue_()
        else:
            seen.outside.append(route.request.url)
            route.abort()

    context.route("**/*", guard)
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("console", lambda said: seen.errors.append(said.text) if said.type in ("error", "warning") else None)
    seen.page.goto(address + path)
    yield seen
    context.close()


def comes(page: Page, function: str, arg: Any = None, within_s: float = 30) -> None:
    """Waits until a function of the page is true. (wait_for_function polls by eval, which the page's own CSP rightly refuses.)"""
    end = time.monotonic() + within_s
    while not page.evaluate(function, arg):
        assert time.monotonic() < end, f"not within {within_s} s: {function}"
        page.wait_for_timeout(50)


def faults(page: Page, impacts: tuple[str, ...] = ("moderate", *GRAVE)) -> list[str]:
    """What axe, which the page has loaded, finds of these impacts, with the element."""
    found: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [f"{one['id']}: {node['html'][:120]} {node['failureSummary'][:200]}" for one in found["violations"]
            if one["impact"] in impacts for node in one["nodes"]]
