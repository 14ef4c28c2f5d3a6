"""Closed roads on the drivers' page, in a real Chromium: drawn, without a reload after the next answer, their notes as text."""
from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from geodata.regions import open_region
from geodata.roads.closures import Closure
from locator.settings import Settings
from tests.conftest import copied
from tests.web.conftest import HOSTILE
from tests.web.looking import browser, comes, looking, serving

pytestmark = pytest.mark.deep
DASHED = "path.leaflet-interactive[stroke-dasharray='2 9']"
CLICK = "([lines, i]) => document.querySelectorAll(lines)[i].dispatchEvent(new MouseEvent('click', {bubbles: true}))"
__all__ = ["browser"]


def test_closed_roads_are_drawn_and_their_notes_are_text(browser: Browser, wujin: Settings, tmp_path: Path) -> None:
    settings = copied(wujin, tmp_path / "var")
    region = open_region(settings.data, "wujin")
    assert region.roads is not None
    ways = [int(way) for way in dict.fromkeys(region.roads.edge_way.tolist())][:len(HOSTILE)]
    for way, note in zip(ways[:-1], HOSTILE, strict=False):
        region.closures.add(Closure(way, {"kmh": 10.0}, note=note))
    with serving(settings) as address, looking(browser, address) as seen:
        count = "(n) => document.querySelectorAll(n[0]).length === n[1]"
        comes(seen.page, count, [DASHED, len(ways) - 1])
        for i, note in enumerate(HOSTILE[:-1]):
            seen.page.evaluate(CLICK, [DASHED, i])
            comes(seen.page, "(note) => document.querySelector('.closure p')?.textContent === note", note)
            seen.page.keyboard.press("Escape")
        region.closures.add(Closure(ways[-1], {"kmh": 10.0}))
        seen.page.reload()
        comes(seen.page, count, [DASHED, len(ways)])
        assert seen.page.evaluate("window.__fired") is None and not seen.outside and not seen.errors
