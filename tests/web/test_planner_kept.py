"""Kept answers on the planner's page: audits and spacings are drawn, two spacings are compared, a report is fetched."""
from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from locator.settings import Settings
from tests.conftest import copied
from tests.web.looking import Seen, browser, comes, looking, serving
from tests.web.test_runs import ENDS

pytestmark = pytest.mark.deep
__all__ = ["browser"]
POST = """async ([path, body]) => (await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body) })).json()"""
# what stands above the tiles: pixels of lines that are not clear, and points, each as a thousand of them
DRAWN = """() => {
    const all = (what) => [...document.querySelectorAll('.leaflet-overlay-pane ' + what)];
    return all('canvas').reduce((sum, c) => {
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        for (let i = 3; i < d.length; i += 4) if (d[i] > 100) sum += 1;
        return sum; }, 1000 * all('path').length); }"""
DONE = "n => [...document.querySelectorAll('.job')].filter(one => one.dataset.state === 'done').length === n"


def complaints(seen: Seen) -> list[str]:
    """What the page complained of; that these tests read its canvases back is not its doing."""
    return [one for one in seen.errors if not one.startswith("Canvas2D")]


def start(page: Page, question: str, ask: dict[str, Any]) -> None:
    assert page.evaluate(POST, ["/api/jobs", {"question": question, "ask": ask}])["state"] in ("waiting", "running")


def opened(page: Page, question: str) -> None:
    page.locator("#tab-jobs").click()
    page.locator(f".job:has(b:text-is('{question}')) button:text-is('Open')").click()
    comes(page, "() => !document.getElementById('note').hidden")


def test_audits_and_spacings_that_were_run_are_drawn(browser: Browser, own_address: str) -> None:
    with looking(browser, own_address, "/planner?lang=en#jobs") as seen:
        page = seen.page
        start(page, "audit", {"trips": [{"id": "t", **ENDS, "weight": 3}], "behind_s": 14_000})
        start(page, "spacing", {"own_m": 10_000})
        page.reload()
        comes(page, DONE, 2, within_s=240)
        opened(page, "Trip audit")
        assert page.locator("#tab-audit").get_attribute("aria-selected") == "true"
        assert "of 1 stops" in page.locator("#audit-told .big").inner_text() and page.locator("#audit-told .gap").count() == 1
        comes(page, f"() => ({DRAWN})() > 100")
        page.locator("#audit-told .gap").click()
        assert page.locator("#audit-told .gap[aria-pressed='true']").count() == 1
        page.locator("#tab-unmet").click()
        comes(page, f"() => ({DRAWN})() === 0")
        opened(page, "Spacing")
        assert "Own norm" in page.locator("#spacing-told").inner_text()          # the run's, not what is asked now
        comes(page, f"() => ({DRAWN})() > 1000")
        page.locator("#tab-cover").click()
        page.locator("#tab-spacing").click()                                      # now as it is asked now
        comes(page, "() => !document.getElementById('spacing-told').innerText.includes('Own norm')")
        assert not complaints(seen) and not seen.outside


def test_two_spacings_show_where_they_differ(browser: Browser, own_address: str) -> None:
    with looking(browser, own_address, "/planner?lang=en#scenarios") as seen:
        page = seen.page
        for name, ask in (("all", {}), ("areas", {"kinds": ["service_area"]}), ("again", {})):
            assert page.evaluate(POST, ["/api/scenarios", {"name": name, "question": "spacing", "ask": ask}])["name"] == name
        page.reload()
        comes(page, "() => document.querySelectorAll('[name=compare]').length === 3")
        page.locator("[name=compare][value=all]").check()
        page.locator("[name=compare][value=areas]").check()
        page.locator("#scenario-answer .gap").first.wait_for()
        comes(page, f"() => ({DRAWN})() > 1000")
        page.locator("#scenario-answer .gap").first.click()
        page.locator("[name=compare][value=areas]").uncheck()
        page.locator("[name=compare][value=again]").check()
        comes(page, "() => document.getElementById('scenario-answer').innerText.includes('are the same')")
        comes(page, f"() => ({DRAWN})() === 0")
        assert not complaints(seen)


def test_a_report_is_made_and_downloaded(browser: Browser, own_address: str) -> None:
    with looking(browser, own_address, "/planner?lang=en", accept_downloads=True) as seen:
        page = seen.page
        page.wait_for_selector("#cover-told .big b", timeout=60_000)
        page.locator("#report").click()
        page.locator(".job b:text-is('Report')").wait_for()
        page.locator(".job:has(b:text-is('Report')) .file").first.wait_for(timeout=240_000)
        for form, begins in (("PDF", b"%PDF"), ("XLSX", b"PK"), ("GeoPackage", b"SQLite")):
            with page.expect_download() as came:
                page.locator(".job .file", has_text=form).click()
            assert came.value.suggested_filename.startswith("report-wujin-")
            with open(came.value.path(), "rb") as file:
                assert file.read(8).startswith(begins)
        assert not complaints(seen)


def test_what_is_kept_of_another_region_leads_there(browser: Browser, wujin: Settings, tmp_path: Path) -> None:
    own = copied(wujin, tmp_path / "var")
    shutil.copytree(own.data / "regions" / "wujin", own.data / "regions" / "other")
    for file in (own.data / "regions" / "other" / "builds").rglob("region.json"):
        file.write_bytes(file.read_bytes().replace(b'"wujin"', b'"other"'))
    with serving(own) as at, looking(browser, at, "/planner?lang=en#scenarios") as seen:
        page = seen.page
        for region in ("wujin", "other"):
            page.evaluate(POST, ["/api/scenarios", {"name": f"of {region}", "question": "spacing", "region": region}])
        page.reload()
        page.locator(".job[data-name='of other'] a").click()
        comes(page, "() => location.search.includes('region=other') && location.hash === '#scenarios'")
        page.locator(".job[data-name='of other'] button:text-is('Open')").wait_for()
        assert page.locator(".job[data-name='of wujin'] a").inner_text() == "Show wujin" and not complaints(seen)
