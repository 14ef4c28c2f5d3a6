"""The planner's page in a real Chromium: it answers, list and map are linked, runs are seen and ended, hostile names are text."""
from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from locator.settings import Settings
from locator.words import words
from tests.web.conftest import HOSTILE
from tests.web.looking import DESKTOP, PHONE, browser, comes, looking, serving

pytestmark = pytest.mark.deep
__all__ = ["browser"]


@pytest.mark.parametrize(("lang", "viewport"), [("zh", DESKTOP), ("en", DESKTOP), ("zh", PHONE)])
def test_the_coverage_is_answered_and_drawn(browser: Browser, own_address: str, lang: str, viewport: dict[str, int]) -> None:
    with looking(browser, own_address, f"/planner?lang={lang}", viewport=viewport) as seen:
        page = seen.page
        page.wait_for_selector(".big b", timeout=60_000)
        assert page.locator(".big b").inner_text().endswith("%")
        assert page.locator(".bands li").count() == 6 and page.locator("#notice").is_visible()
        assert page.locator(".map .watermark").inner_text() == words(lang).text("page.schematic")
        comes(page, "() => document.querySelectorAll('.leaflet-overlay-pane canvas').length > 0")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        small = page.evaluate("""() => [...document.querySelectorAll('button, select, summary, .chip span, nav a')]
            .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5 && !e.closest('.leaflet-control'))
            .map(e => e.outerHTML.slice(0, 80))""")
        assert not small
        if viewport == DESKTOP:
            found = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
            assert not found, [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found]
        assert not seen.errors and not seen.outside


def test_sliders_ask_again_and_a_gap_is_shown_on_the_map(browser: Browser, own_address: str) -> None:
    with looking(browser, own_address, "/planner?lang=en") as seen:
        page = seen.page
        page.wait_for_selector(".big b", timeout=60_000)
        before = page.locator(".big b").inner_text()
        page.locator("#minutes").fill("10")
        comes(page, "was => document.querySelector('.big b').innerText !== was", before)
        assert "10 minutes" in page.locator(".big").inner_text() and page.locator("#minutes-said").inner_text() == "10 min"
        page.locator("#hour").fill("2")
        comes(page, "() => document.querySelector('#hour-said').innerText === '02:00'")
        comes(page, "() => !document.getElementById('cover-told').hasAttribute('aria-busy') && document.querySelector('.gap')")
        scale = page.evaluate("() => document.querySelector('.leaflet-control-scale-line').innerText")
        page.locator(".gap").last.click()
        assert page.locator(".gap[aria-pressed='true']").count() == 1
        comes(page, "was => document.querySelector('.leaflet-control-scale-line').innerText !== was", scale)
        assert not seen.errors


def test_runs_are_seen_and_kept_and_two_scenarios_are_compared(browser: Browser, own_address: str) -> None:
    with looking(browser, own_address, "/planner?lang=en") as seen:
        page = seen.page
        page.wait_for_selector(".gap", timeout=60_000)
        page.on("dialog", lambda dialog: dialog.accept(names.pop(0)))
        names = [HOSTILE[0], "fifteen"]
        page.locator("#keep").click()
        page.wait_for_selector("#note:not([hidden])")
        assert HOSTILE[0] in page.locator("#note").inner_text()
        page.locator("#minutes").fill("15")
        comes(page, "() => document.querySelector('.big').innerText.includes('15 minutes')")
        page.locator("#run").click()
        page.wait_for_selector(".job")
        comes(page, "() => document.querySelector('.job').dataset.state === 'done'", within_s=240)
        page.locator(".job .quick", has_text="Save as scenario").click()
        comes(page, "() => document.getElementById('note').innerText.includes('fifteen')")
        page.locator("#tab-scenarios").click()
        comes(page, "() => document.querySelectorAll('#scenarios-told .job').length === 2")
        assert HOSTILE[0] in page.locator("#scenarios-told").inner_text()
        for box in page.locator("[name=compare]").all():
            box.check()
        page.wait_for_selector(".figures tr[data-differs]")
        assert "Share covered" in page.locator(".figures").last.inner_text()
        page.locator(".job .quick", has_text="Replay").first.click()
        comes(page, "() => document.querySelector('#scenario-answer h2')?.innerText === 'The same figures again'")
        assert not page.evaluate("window.__fired") and not seen.errors


def test_a_run_is_cancelled_from_the_page(browser: Browser, own_address: str) -> None:
    with looking(browser, own_address, "/planner?lang=en") as seen:
        page = seen.page
        page.wait_for_selector(".gap", timeout=60_000)
        page.locator("#run").click()
        page.wait_for_selector(".job")
        job = page.locator(".job").first
        assert job.get_attribute("data-state") in ("waiting", "running") and job.locator("progress").count() == 1
        job.locator(".quick", has_text="Cancel").click()
        comes(page, "() => document.querySelector('.job').dataset.state === 'cancelled'")
        assert not seen.errors


def test_the_tabs_are_worked_by_keyboard_and_kept_in_the_address(browser: Browser, own_address: str) -> None:
    with looking(browser, own_address, "/planner?lang=en") as seen:
        page = seen.page
        page.wait_for_selector(".big", timeout=60_000)
        page.locator("#tab-cover").focus()
        page.keyboard.press("End")
        assert page.url.endswith("#scenarios")
        page.locator("#panel-scenarios").wait_for(state="visible")
        page.keyboard.press("ArrowRight")
        assert page.locator("#tab-cover").get_attribute("aria-selected") == "true"
        assert not page.locator("#panel-scenarios").is_visible()
        page.goto(f"{own_address}/planner?lang=en#unmet")
        page.reload()
        comes(page, "() => document.getElementById('tab-unmet').getAttribute('aria-selected') === 'true'")
        assert not seen.errors


def test_hostile_names_of_places_are_text(browser: Browser, hostile: Settings) -> None:
    with serving(hostile) as at, looking(browser, at, "/planner?lang=en") as seen:
        page = seen.page
        page.wait_for_selector(".big", timeout=60_000)
        page.wait_for_timeout(1_000)
        assert not page.evaluate("window.__fired") and not seen.errors and not seen.outside


def test_roads_are_drawn_as_lines_with_their_stops(browser: Browser, own_address: str) -> None:
    with looking(browser, own_address, "/planner?lang=en#spacing") as seen:
        page = seen.page
        page.wait_for_selector(".strip", timeout=60_000)
        facts = page.locator(".road-head").all_inner_texts()
        assert len(facts) == page.locator("svg.strip").count() > 5
        dots = page.evaluate("() => [...document.querySelectorAll('svg.strip')].map(s => s.querySelectorAll('circle').length)")
        assert [f"{n} stops" in text for n, text in zip(dots, facts, strict=True)] == [True] * len(dots) and sum(dots) > 0
        page.locator(".gap.wide").nth(1).click()
        assert page.locator(".gap.wide[aria-pressed='true']").count() == 1
        assert not seen.errors


def test_sites_are_found_by_a_run_with_the_coverage_before_and_after(browser: Browser, own_address: str) -> None:
    with looking(browser, own_address, "/planner?lang=en#siting") as seen:
        page = seen.page
        page.evaluate("() => { document.getElementById('minutes').value = 10; }")
        page.locator("[name=k]").select_option("2")
        page.locator("#site").click()
        page.wait_for_selector("#siting-told .gap", timeout=240_000)
        assert page.locator("#siting-told .gap").count() == 2 and "→" in page.locator("#siting-told .big").inner_text()
        before, after = (float(part.rstrip(" %")) for part in page.locator("#siting-told .big b").inner_text().split("→"))
        assert after > before
        page.locator("#siting-told .gap").first.click()
        assert not seen.errors and not seen.outside
