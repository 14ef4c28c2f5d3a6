"""Without a network: page, answer, layers and roads are still there; a new version of the page is taken, old caches go."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from locator.settings import Settings
from locator.web.assets import Assets
from locator.words import words
from tests.web.counting import Sent
from tests.web.looking import DRAWN, MOBILE, browser, comes, serving

pytestmark = pytest.mark.deep
__all__ = ["browser"]
CACHES = """async () => Object.fromEntries(await Promise.all((await caches.keys()).map(
    async (name) => [name, (await (await caches.open(name)).keys()).length])))"""


@contextmanager
def phone(browser: Browser, **more: Any) -> Iterator[tuple[Page, list[str], list[str]]]:
    """A page, what it complained of, and the hosts it asked. Nothing is routed: that would turn the browser's own cache off."""
    context = browser.new_context(**(MOBILE | {"locale": "zh-CN"} | more))
    page, errors, hosts = context.new_page(), list[str](), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    context.on("request", lambda request: hosts.append(request.url.split("/")[2]))
    yield page, errors, hosts
    context.close()


def settled(page: Page) -> None:
    """The worker has the page, and the corridor's tiles are kept."""
    page.wait_for_selector(".stop")
    comes(page, "() => navigator.serviceWorker.controller !== null")
    page.wait_for_load_state("networkidle")
    comes(page, f"async () => ((await ({CACHES})())['tiles-1'] ?? 0) > 10")


def test_with_the_server_gone_a_reload_shows_page_answer_layers_and_roads(browser: Browser, wujin: Settings) -> None:
    with phone(browser) as (page, errors, hosts):
        with serving(wujin) as address:
            page.goto(f"{address}/?lang=zh")
            settled(page)
            told = page.locator("#told .name").all_inner_texts()
            page.locator("#see-map").click()
            page.locator(".all-places input").check()
            comes(page, "() => document.querySelectorAll('path.leaflet-interactive[fill-opacity=\"0.85\"]').length > 20")
        with pytest.raises(Exception, match="ECONNREFUSED"):            # nobody answers any more
            page.request.get(address)
        page.reload()
        page.wait_for_selector(".stop")
        assert page.locator("#told .name").all_inner_texts() == told
        said = page.locator("#state").inner_text()
        assert said.startswith(words("zh").text("page.kept", at="x").split("x")[0])
        page.locator("#see-map").click()
        page.wait_for_selector(".pin")
        comes(page, DRAWN)
        page.locator(".leaflet-control-zoom-in").click()           # one more zoom of the corridor
        page.wait_for_timeout(500)
        comes(page, DRAWN)
        page.locator(".leaflet-control-zoom-out").click()
        page.locator(".all-places input").check()
        comes(page, "() => document.querySelectorAll('path.leaflet-interactive[fill-opacity=\"0.85\"]').length > 20")
        page.goto(f"{address}/?lang=zh&from=湖塘&to=洛阳镇")         # never asked before: said so, nothing lost
        page.wait_for_selector("[role=alert]")
        assert words("zh").text("page.offline") in page.locator("[role=alert]").inner_text()
        assert page.locator("#to").input_value() == "洛阳镇"
        assert not errors and {host for host in hosts if host} <= {address.removeprefix("http://")}


def test_the_phone_says_offline_too(browser: Browser, wujin: Settings) -> None:
    with phone(browser) as (page, errors, _), serving(wujin) as address:
        page.goto(f"{address}/?lang=en")
        settled(page)
        page.context.set_offline(True)
        page.reload()
        page.wait_for_selector(".stop")
        assert page.locator("#state").is_visible() and not errors


def test_a_new_version_is_taken_and_old_caches_go(browser: Browser, wujin: Settings) -> None:
    def renewed(app: Any) -> Any:
        app.extensions[Assets.KEY] = replace(app.extensions[Assets.KEY], version="renewed00000")
        return app

    with phone(browser) as (page, errors, _):
        with serving(wujin) as address:
            page.goto(address)
            settled(page)
            before = page.evaluate(CACHES)
            port = int(address.rsplit(":", 1)[1])
        with serving(wujin, port, renewed):
            page.reload()                                          # the old page at once; the new worker meanwhile
            page.wait_for_selector(".stop")
            comes(page, "text => document.getElementById('state').textContent === text", words("zh").text("page.renewed"))
            page.reload()
            page.wait_for_selector(".stop")
            assert "/assets/renewed00000/" in page.content()
            page.wait_for_load_state("networkidle")
            after = page.evaluate(CACHES)
        shells = [{name for name in found if name.startswith("shell-")} for found in (before, after)]
        assert len(shells[0]) == len(shells[1]) == 1 and shells[0] != shells[1]
        assert after["tiles-1"] >= before["tiles-1"], "roads and answers stay"
        page.reload()                                              # the server is gone: the new version stands
        page.wait_for_selector(".stop")
        assert "/assets/renewed00000/" in page.content() and not errors


def test_what_the_phone_keeps_is_bounded(browser: Browser, wujin: Settings) -> None:
    with phone(browser) as (page, _, _), serving(wujin) as address:
        page.goto(f"{address}/?lang=zh")
        settled(page)
        for minutes in (5, 10, 15, 20, 30, 60):
            for order in ("", "&kind=drivers_home"):
                page.goto(f"{address}/?lang=zh&from=湖塘&to=横山桥&max_detour_s={minutes * 60}{order}")
                page.wait_for_selector(".stop, .empty")
                comes(page, "() => !document.querySelector('.busy')")
        comes(page, f"async () => (await ({CACHES})())['answers-1'] === 8")
        assert page.evaluate(CACHES)["tiles-1"] <= 500


def test_a_visit_costs_little_and_a_second_one_almost_nothing(browser: Browser, wujin: Settings) -> None:
    sent = Sent()
    with serving(wujin, wrapped=sent) as address, phone(browser) as (page, _, _):
        page.goto(f"{address}/")
        page.wait_for_selector("#from", state="attached")
        comes(page, "() => document.readyState === 'complete'")
        form = sum(n for path, n in sent.answers if path == "/")
        assert 0 < form <= 60_000, "to a usable form"
        settled(page)
        comes(page, "() => document.documentElement.dataset.kept === 'yes'")
        whole = sent.total()
        assert whole <= 190_000, sent.answers                   # asked: 200 kB
        assert "/" in sent.paths() and sent.paths().count("/") == 1, "what the worker keeps is not fetched twice"
        sent.forget()
        page.reload()
        page.wait_for_selector(".stop")
        page.wait_for_timeout(2_000)
        print(f"\nfirst visit {whole} bytes, of them the page {form}; second {sent.total()}")
        assert sent.total() <= 20_000, sent.answers
