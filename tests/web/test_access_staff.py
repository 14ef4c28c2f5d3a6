"""For every eye and ear, on the other pages too: axe finds no moderate fault on any tab of /planner, on /print and /here."""
from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page

from tests.web.looking import DESKTOP, PHONE, browser, comes, faults, looking
from tests.web.test_planner_kept import POST
from tests.web.test_runs import ENDS

pytestmark = pytest.mark.deep
__all__ = ["browser"]
SCREENS = {"desk, day, English": (DESKTOP, "light", "en"), "phone, night, Chinese": (PHONE, "dark", "zh")}


def begun(browser: Browser, own_address: str, path: str, screen: str) -> Any:
    viewport, theme, lang = SCREENS[screen]
    return looking(browser, own_address, f"{path}?lang={lang}", viewport=viewport, color_scheme=theme, reduced_motion="reduce")


def told(page: Page) -> None:
    page.add_init_script(AXE_FILE_PATH.read_text(encoding="utf-8"))
    page.reload()


@pytest.mark.parametrize("screen", SCREENS)
def test_every_tab_of_the_planner(browser: Browser, own_address: str, screen: str) -> None:
    with begun(browser, own_address, "/planner", screen) as seen:
        page: Page = seen.page
        trips = [{"id": "t", **ENDS}]
        for name, question, ask in (("audited", "audit", {"trips": trips, "behind_s": 14_000, "services": ["shower"]}),
                                    ("all", "spacing", {}), ("areas", "spacing", {"kinds": ["service_area"], "own_m": 10_000})):
            page.evaluate(POST, ["/api/scenarios", {"name": name, "question": question, "ask": ask}])
        page.evaluate(POST, ["/api/jobs", {"question": "coverage", "ask": {}}])
        told(page)
        page.wait_for_selector("#cover-told .gap", timeout=60_000)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        page.locator("#cover-told .gap").first.click()
        found = faults(page)
        for tab, ready in (("spacing", "#spacing-told .gap"), ("siting", "#site"), ("audit", "#audit-told p"),
                           ("unmet", "#unmet-told p"), ("jobs", ".job"), ("scenarios", "[name=compare]")):
            page.locator(f"#tab-{tab}").click()
            page.locator(ready).first.wait_for()
            found += faults(page)
        page.locator(".job[data-name=audited] button").first.click()
        page.locator("#audit-told .gap").first.click()
        found += faults(page)
        page.locator("#audit-told .gap").first.click()
        page.locator("#tab-scenarios").click()
        page.locator("[name=compare][value=all]").check()
        page.locator("[name=compare][value=areas]").check()
        page.locator("#scenario-answer .figures").wait_for()
        found += faults(page)
        page.locator(".leaflet-overlay-pane path").first.wait_for(state="attached")
        assert not found
        page.evaluate("document.body.append(document.createElement('img'))")
        assert any(one.startswith("image-alt") for one in faults(page)), "it can find one"


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize(("path", "ready"), [("/here", "main"), ("/print", "main")])
def test_the_other_pages(browser: Browser, own_address: str, path: str, ready: str, screen: str) -> None:
    with begun(browser, own_address, path, screen) as seen:
        told(seen.page)
        seen.page.locator(ready).first.wait_for()
        seen.page.wait_for_load_state("networkidle")
        seen.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert not faults(seen.page)


@pytest.mark.parametrize("screen", SCREENS)
def test_what_the_map_says(browser: Browser, own_address: str, screen: str) -> None:
    """A tap on the map and the bubble of a stop; by night too, though Leaflet's own sheet comes last."""
    with begun(browser, own_address, "/", screen) as seen:
        page: Page = seen.page
        told(page)
        page.wait_for_selector(".pin", state="attached")
        if page.viewport_size == PHONE:
            page.locator("#see-map").click()
        comes(page, "() => document.querySelector('#map .leaflet-overlay-pane path')")
        box = page.locator("#map").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 60, box["y"] + 150)
        page.locator(".leaflet-popup .pick").wait_for()
        assert not faults(page)
        page.evaluate("() => document.querySelector('.leaflet-marker-icon[role=button]').click()")
        page.locator(".leaflet-popup b").wait_for()
        assert not faults(page)
