"""Here & help in a real Chromium: one tap or none, big targets, hostile names as text, nothing from outside."""
from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from locator.settings import Settings
from locator.words import words
from tests.web.conftest import HOSTILE
from tests.web.looking import MOBILE, browser, looking, serving

pytestmark = pytest.mark.deep
__all__ = ["browser"]
HERE = {"geolocation": {"longitude": 119.9446, "latitude": 31.7158}, "permissions": ["geolocation"]}
SMALL = """all => all.filter((one) => one.offsetParent && !one.matches('.skip') && one.getBoundingClientRect().height < 43.5)
                     .map((one) => one.outerHTML)"""


@pytest.mark.parametrize(("lang", "scheme"), [("zh", "light"), ("en", "dark")])
def test_one_tap_shows_what_is_near(browser: Browser, wujin: Settings, lang: str, scheme: str) -> None:
    with serving(wujin) as address, looking(browser, address, f"/here?lang={lang}", color_scheme=scheme, **MOBILE | HERE) as seen:
        page = seen.page
        page.wait_for_selector(".near li")                                # he has allowed it before: no tap is needed
        assert page.locator(".near li").count() >= 5 and page.locator(".cell b").inner_text()
        assert page.locator("a[href='tel:122']").is_visible() and page.locator("#answer a").count() == 0    # none is navigable
        assert page.eval_on_selector_all("a, button, input", SMALL) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        found = [one["id"] for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
        assert found == [] and not seen.errors and not seen.outside
        page.locator("#at").fill("横山桥")
        page.locator("form button[type=submit]").click()
        page.wait_for_function("() => location.search.includes('%E6%A8%AA')")
        page.locator("#at").fill("无此地")
        page.locator("form button[type=submit]").click()
        page.wait_for_function("() => document.getElementById('state').textContent.includes('无此地')")


def test_who_denies_his_position_is_told_and_can_type(browser: Browser, wujin: Settings) -> None:
    with serving(wujin) as address, looking(browser, address, "/here?lang=zh", **MOBILE) as seen:
        page = seen.page
        page.locator("#mine").click()
        page.wait_for_function("() => document.getElementById('state').textContent.length > 5")
        assert page.locator("#state").inner_text() == words("zh").text("page.position_denied")


def test_hostile_names_are_text_and_links_lead_where_they_say(browser: Browser, hostile: Settings) -> None:
    with serving(hostile) as address, looking(browser, address, "/here?lang=zh&at=119.9446,31.7158", **MOBILE) as seen:
        page = seen.page
        page.wait_for_selector(".near li")
        shown = page.inner_text("#answer")
        assert any(name in shown for name in HOSTILE) and page.evaluate("window.__fired") is None
        links = page.eval_on_selector_all("#answer a", "all => all.map((one) => one.getAttribute('href'))")
        assert links and all(re.match(r"https://uri\.amap\.com/|tel:[+\d]*$", link) for link in links), links
        assert not seen.errors and not seen.outside
