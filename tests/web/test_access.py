"""For every eye, ear and hand: axe finds no serious fault by day and night in both languages; the keyboard does it all."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser

from locator.settings import Settings
from locator.words import words
from tests.web.looking import DESKTOP, GRAVE, MOBILE, browser, comes, faults, looking, serving

pytestmark = pytest.mark.deep
__all__ = ["browser"]
TRIP = "/?from={}&to={}&driven_min=225&depart=2026-11-23T08:30&lang={}"
ENDS = {"zh": ("湖塘", "横山桥"), "en": ("Hutang", "Hengshanqiao")}


@pytest.fixture(scope="module")
def address(wujin: Settings) -> Iterator[str]:
    with serving(wujin) as at:
        yield at


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_axe_finds_no_serious_fault(browser: Browser, address: str, screen: str, lang: str, theme: str) -> None:
    how: dict[str, Any] = MOBILE if screen == "phone" else {"viewport": DESKTOP}
    path = TRIP.format(*ENDS[lang], lang)
    with looking(browser, address, "/docs", **how, color_scheme=theme, reduced_motion="reduce") as seen:
        page = seen.page
        page.add_init_script(AXE_FILE_PATH.read_text(encoding="utf-8"))
        page.goto(address + path)
        page.wait_for_selector(".pin", state="attached")
        page.locator(".rungs summary").click()
        page.locator(".stop .head").first.click()
        found = faults(page, GRAVE)
        if screen == "phone":
            page.locator("#see-map").click()
            page.wait_for_selector(".pin")
            found += faults(page, GRAVE)
            page.locator("#see-list").click()
            page.locator("#trip").click()
        page.locator("#more summary").click()
        found += faults(page, GRAVE)
        page.locator("#from").fill("no such place")
        page.locator(".go").click()
        page.wait_for_selector("[role=alert]")
        found += faults(page, GRAVE)
        assert not found
        page.evaluate("document.body.append(document.createElement('img'))")
        assert any(one.startswith("image-alt") for one in faults(page, GRAVE)), "it can find one"


def test_the_theme_is_turned_kept_and_followed_again(browser: Browser, address: str) -> None:
    night = "() => document.documentElement.dataset.night === 'yes'"
    dark = "() => getComputedStyle(document.body).backgroundColor === 'rgb(20, 25, 27)'"
    with looking(browser, address, "/?lang=zh", **MOBILE, color_scheme="light") as seen:
        page = seen.page
        page.wait_for_selector(".pin", state="attached")
        assert not page.evaluate(night) and not page.evaluate(dark)
        page.locator("#theme").tap()
        comes(page, night)
        assert page.evaluate(dark)
        page.reload()
        assert page.evaluate(night) and page.evaluate(dark)
        page.wait_for_selector(".pin", state="attached")
        page.emulate_media(color_scheme="dark")
        page.locator("#theme").tap()                               # day, though the phone is dark
        comes(page, f"() => !({night})()")
        page.locator("#theme").tap()                               # as the phone has it: followed again
        page.emulate_media(color_scheme="light")
        comes(page, f"() => !({night})() && localStorage.getItem('theme') === null")
        assert not seen.errors


def test_the_keyboard_reaches_stop_and_map(browser: Browser, address: str) -> None:
    with looking(browser, address, "/?lang=en", **MOBILE) as seen:
        page = seen.page
        page.wait_for_selector(".pin", state="attached")
        page.locator("#trip").focus()
        page.keyboard.press("Enter")
        page.locator("#to").focus()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("Luoyang")
        page.wait_for_selector("#names li")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        comes(page, "() => document.getElementById('trip-said').textContent.includes('Luoyang')")
        comes(page, "() => !document.querySelector('.busy')")
        spoken = page.locator("#aloud").text_content()
        assert spoken == words("en").text("page.count", n=page.locator(".stop").count())
        page.locator(".stop .head").first.focus()
        page.keyboard.press("Enter")
        assert page.locator(".stop .details").first.is_visible()
        page.locator("#see-map").focus()
        page.keyboard.press("Space")
        assert page.locator("body").get_attribute("data-view") == "map" and not seen.errors
