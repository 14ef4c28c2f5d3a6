"""The page in a real Chromium: it answers, in both languages, from this host alone, and hostile names are text."""
from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from locator.settings import Settings
from locator.words import words
from tests.web.conftest import HOSTILE
from tests.web.looking import DESKTOP, DRAWN, PHONE, browser, comes, looking, serving

pytestmark = pytest.mark.deep
LEAST_TARGET_PX = 44
__all__ = ["browser"]


@pytest.fixture(scope="module")
def address(wujin: Settings) -> Iterator[str]:
    with serving(wujin) as at:
        yield at


@pytest.mark.parametrize(("lang", "viewport"), [("zh", PHONE), ("en", PHONE), ("zh", DESKTOP), ("en", DESKTOP)])
def test_a_newcomer_sees_the_first_trip_answered(browser: Browser, address: str, lang: str, viewport: dict[str, int]) -> None:
    with looking(browser, address, f"/?lang={lang}", viewport=viewport) as seen:
        page = seen.page
        page.wait_for_selector(".stop")
        stops, pins = page.locator(".stop"), page.locator(".pin:not(.end)")
        comes(page, "() => document.querySelectorAll('.pin:not(.end)').length > 5")        # the map comes after the list
        assert stops.count() == pins.count()
        assert page.locator("path.leaflet-interactive, .leaflet-overlay-pane path").count() >= 2
        assert page.locator("#notice").is_visible()
        if viewport == PHONE:
            page.locator("#see-map").click()
        assert page.locator("#watermark").inner_text() == words(lang).text("page.schematic")
        assert page.locator(".acts a").count() == 0                    # nobody is sent to a schematic place
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert "湖塘" in page.locator("#from").input_value() if lang == "zh" else page.locator("#from").input_value() == "Hutang"
        comes(page, DRAWN)                                              # the region's own roads
        assert not seen.errors and not seen.outside


def test_list_and_map_are_linked_both_ways(browser: Browser, address: str) -> None:
    with looking(browser, address, "/?lang=zh") as seen:
        page = seen.page
        page.wait_for_selector(".pin")
        page.locator(".stop[data-n='3'] .head").click()
        assert page.locator(".stop[data-n='3'] .details").is_visible()
        assert page.locator(".pin.chosen").inner_text() == "3"
        page.locator(".pin:not(.end)", has_text="8").first.click()
        assert page.locator(".stop.chosen").get_attribute("data-n") == "8"
        assert page.locator(".leaflet-popup-content b").inner_text() == page.locator(".stop[data-n='8'] .name").inner_text()
        page.locator(".stop[data-n='5'] .head").click()
        page.locator(".stop[data-n='5'] .acts .to-map").click()
        comes(page, "() => document.querySelector('.pin.chosen').textContent === '5'")
        assert not seen.errors


def test_a_trip_is_asked_by_keyboard_with_suggestions_and_shared_by_address(browser: Browser, address: str) -> None:
    with looking(browser, address, "/?lang=zh") as seen:
        page = seen.page
        page.wait_for_selector(".stop")
        before = page.locator(".total").inner_text()
        page.locator("#to").focus()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("洛阳")
        page.wait_for_selector("#names li")
        page.keyboard.press("ArrowDown")
        assert page.locator("#to").get_attribute("aria-activedescendant") == "name-0"
        page.keyboard.press("Enter")
        comes(page, "was => document.querySelector('.total').innerText !== was && !document.querySelector('.busy')", before)
        assert page.locator("#to").input_value() == "洛阳镇" and "to=%E6%B4%9B" in page.url
        shared = page.locator(".total").inner_text()
        page.goto(page.url)
        page.wait_for_selector(".stop")
        assert page.locator(".total").inner_text() == shared
        page.locator("#other-language").click()
        page.wait_for_selector(".stop")
        assert page.locator("html").get_attribute("lang") == "en" and page.locator("#to").input_value() == "洛阳镇"


def test_a_place_is_taken_from_the_map(browser: Browser, address: str) -> None:
    with looking(browser, address, "/?lang=zh", viewport=PHONE, has_touch=True) as seen:
        page = seen.page
        page.wait_for_selector(".stop")
        page.locator("#see-map").click()
        page.wait_for_selector(".pin")
        page.wait_for_load_state("networkidle")
        box = page.locator(".folium-map").bounding_box()
        assert box
        page.touchscreen.tap(box["x"] + 60, box["y"] + 400)
        page.wait_for_selector(".pick button")
        comes(page, "() => !document.querySelector('.leaflet-pan-anim')")       # the map makes room for what it asks
        page.locator(".pick button").nth(1).click()
        page.wait_for_selector("#vias input", state="attached")
        lon, lat = (float(part) for part in page.locator("#vias input").input_value().split(","))
        assert 119 < lon < 121 and 31 < lat < 32.5
        comes(page, "() => !document.querySelector('.busy') && !!document.querySelector('.stop, .trouble, .empty')")


def test_wishes_are_kept_and_a_problem_points_at_its_field(browser: Browser, address: str) -> None:
    path = "/?lang=en&from=Hutang&to=Hengshanqiao&service=shower&max_detour_s=1800&depart=2026-11-23T10:00"
    with looking(browser, address, path) as seen:
        page = seen.page
        page.wait_for_selector(".stop")
        assert "Shower" in page.locator("#chosen").inner_text() and page.locator(".left-out summary").is_visible()
        page.locator("#from").fill("Nowhere at all")
        page.locator(".go").click()
        page.wait_for_selector("[role=alert]")
        assert page.locator("#from").get_attribute("aria-invalid") == "true" and page.locator(".pin").count() == 0
        assert "Nowhere at all" in page.locator("[role=alert]").inner_text()


def test_nothing_found_says_what_to_do(browser: Browser, address: str) -> None:
    with looking(browser, address, "/?lang=zh&from=湖塘&to=横山桥&kind=fuel") as seen:
        seen.page.wait_for_selector(".empty")
        assert words("zh").text("page.none_hint") in seen.page.locator(".empty").inner_text()
        assert not seen.errors


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_targets_are_large_enough_for_a_thumb(browser: Browser, address: str, lang: str) -> None:
    with looking(browser, address, f"/?lang={lang}", viewport=PHONE) as seen:
        page = seen.page
        page.wait_for_selector(".pin", state="attached")
        page.locator("#trip").click()
        page.locator("#more summary").click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        targets = ("button, select, input:not([type=checkbox]):not(.unseen), summary, .chip span, nav a, .brand, .quick, "
                   ".leaflet-bar a, .acts a")
        small = page.locator(targets).evaluate_all("""(all, least) => all.filter(e => e.offsetParent
            && e.getBoundingClientRect().height < least).map(e => e.outerHTML.slice(0, 80))""", LEAST_TARGET_PX)
        assert small == []


def test_hostile_names_are_text_everywhere(browser: Browser, hostile: Settings) -> None:
    path = "/?lang=zh&from=湖塘&to=横山桥&max_detour_s=1800&kind=partner"
    with serving(hostile) as address, looking(browser, address, path) as seen:
        page = seen.page
        page.wait_for_selector(".stop")
        names = set(page.locator(".stop .name").all_inner_texts())
        assert names & set(HOSTILE) and "49" not in names
        for n in range(page.locator(".stop").count()):
            page.locator(".stop .head").nth(n).click()
            page.locator(".stop .acts .to-map").nth(n).click()
            page.wait_for_selector(".leaflet-popup-content b")
            assert set(page.locator(".leaflet-popup-content b").all_inner_texts()) <= set(HOSTILE)
        links = page.locator(".acts a").evaluate_all("all => all.map(a => [a.protocol, a.getAttributeNames().join()])")
        assert {protocol for protocol, _ in links} == {"https:", "geo:", "tel:"}
        assert {names for _, names in links} <= {"href", "href,data-app", "href,data-app,class"}
        page.wait_for_timeout(300)
        assert page.evaluate("window.__fired") is None
        assert not [e for e in seen.errors if "__fired" in e] and page.locator(".stop img, .leaflet-popup img").count() == 0
        assert page.evaluate("document.querySelector('#from').value") == "湖塘"


def test_a_hostile_address_is_text_too(browser: Browser, address: str) -> None:
    path = "/?lang=zh&from=%3Cimg%20src%3Dx%20onerror%3D%22window.__fired%3D1%22%3E&to=%7B%7B7*7%7D%7D"
    with looking(browser, address, path) as seen:
        seen.page.wait_for_selector("[role=alert]")
        assert "<img" in seen.page.locator("[role=alert]").inner_text() and seen.page.locator("#to").input_value() == "{{7*7}}"
        assert seen.page.evaluate("window.__fired") is None


def test_the_guide_is_read_without_any_script(browser: Browser, address: str) -> None:
    with looking(browser, address, "/docs?lang=en", java_script_enabled=False) as seen:
        spec = seen.page.request.get(f"{address}/openapi.json").json()
        assert seen.page.locator("section pre").count() == sum(len(calls) for calls in spec["paths"].values())
        assert seen.page.locator("#errors tr").count() > 30
        assert not seen.errors and not seen.outside
