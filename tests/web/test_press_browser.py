"""The staff's page in a real Chromium: a paper shown page by page, by keyboard, in both languages; and a map printed whole."""

from __future__ import annotations

import dataclasses
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Download, Page

from locator.settings import Settings
from maps import looks
from tests.maps.papers import pixels
from tests.web.test_browser import DESKTOP, PHONE, browser, comes, looking, serving  # noqa: F401  # browser: a fixture

pytestmark = pytest.mark.deep
GROUND = tuple(bytes.fromhex(looks.GROUND["day"][1:]))
SHOWN = "() => [...document.querySelectorAll('#pages img')].filter((img) => img.complete && img.naturalWidth > 200).length"


@pytest.fixture(scope="module")
def address(wujin: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("press")
    (data / "regions").symlink_to(wujin.data / "regions")
    with serving(dataclasses.replace(wujin, data=data, staff_key="k")) as at:
        yield at


@pytest.mark.parametrize(("lang", "size"), [("zh", DESKTOP), ("en", PHONE)])
def test_a_paper_is_shown_as_it_will_be_printed(browser: Browser, address: str, lang: str, size: dict[str, int]) -> None:  # noqa: F811
    with looking(browser, address, f"/print?lang={lang}", viewport=size) as seen:
        page = seen.page
        page.focus("[name=from]")
        page.keyboard.type("湖塘")
        page.keyboard.press("Tab")
        page.keyboard.type("横山桥")
        page.keyboard.press("Enter")
        comes(page, f"() => ({SHOWN})() >= 2")
        ratio = page.evaluate(
            "() => { const img = document.querySelector('#pages img'); return img.naturalHeight / img.naturalWidth; }"
        )
        assert ratio == pytest.approx(297 / 210, abs=0.01)
        comes(page, "() => document.querySelectorAll('.leaflet-overlay-pane path').length > 0")
        wrong = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
        assert not wrong, [one["id"] for one in wrong]
        assert not seen.errors and not seen.outside


def test_what_is_wrong_is_said_at_its_field(browser: Browser, address: str) -> None:  # noqa: F811
    with looking(browser, address, "/print") as seen:
        page = seen.page
        page.fill("[name=from]", "湖塘")
        page.fill("[name=to]", "无此地")
        page.click("button.go")
        comes(page, "() => document.querySelector('[name=to]').getAttribute('aria-invalid') === 'true'")
        assert "无此地" in (page.text_content("#state") or "")


def test_a_route_is_saved_chosen_and_forgotten(browser: Browser, address: str) -> None:  # noqa: F811
    with looking(browser, address, "/print") as seen:
        page = seen.page
        page.fill("[name=from]", "湖塘")
        page.fill("[name=to]", "横山桥")
        page.evaluate("() => { document.getElementById('saving').open = true; }")
        page.fill("#name", "<b>早班</b>")
        page.fill("#key", "k")
        page.click("#save")
        comes(page, "() => document.querySelectorAll('#saved option').length === 2")
        assert page.text_content("#saved option:last-child") == "<b>早班</b>"
        page.reload()
        comes(page, "() => document.querySelectorAll('#saved option').length === 2")
        page.select_option("#saved", "0")
        comes(page, f"() => ({SHOWN})() >= 1")
        assert page.input_value("[name=to]") == "横山桥"
        page.evaluate("() => { document.getElementById('saving').open = true; }")
        page.fill("#key", "k")
        page.click("#forget")
        comes(page, "() => document.querySelectorAll('#saved option').length === 1")


@pytest.mark.parametrize(("lang", "size"), [("zh", PHONE), ("en", DESKTOP)])
def test_the_maps_alone_are_fetched_as_pictures(browser: Browser, address: str, lang: str, size: dict[str, int]) -> None:  # noqa: F811
    with looking(browser, address, f"/print?lang={lang}", viewport=size, accept_downloads=True) as seen:
        page = seen.page
        page.fill("[name=from]", "湖塘")
        page.fill("[name=to]", "横山桥")
        page.select_option("[name=what]", "card")
        assert page.locator("#zip").is_disabled(), "a card has none"
        page.select_option("[name=what]", "overview")
        page.evaluate("() => { document.querySelector('.order details').open = true; }")
        page.fill("[name=ppi]", "301")
        page.click("#zip")
        comes(page, "() => document.querySelector('[name=ppi]').getAttribute('aria-invalid') === 'true'")
        assert "300" in (page.text_content("#state") or "")
        page.fill("[name=ppi]", "72")
        assert {"overview.png", "overview.pgw", "overview.prj"} == set(fetched_zip(page, "#zip"))
        assert (page.text_content("#state") or "").strip() and page.locator("#zip").is_enabled()
        page.select_option("[name=what]", "route")
        booklet = fetched_zip(page, "#zip")
        assert len(booklet) >= 6 and len(booklet) % 3 == 0
        page.fill("#poster [name=place]", "示意站点 9")
        assert len(fetched_zip(page, "#poster button[value=zip]")) == 3 == len(fetched_zip(page, "#wall button[value=zip]"))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert [one for one in seen.errors if "422" not in one] == [] and not seen.outside


def fetched_zip(page: Page, button: str) -> list[str]:
    """The names in the ZIP that a button gives, whichever window it comes in."""
    came: list[Download] = []
    page.context.on("page", lambda opened: opened.on("download", lambda one: came.append(one)))
    page.once("download", lambda one: came.append(one))
    page.click(button)
    end = time.monotonic() + 60
    while not came:
        assert time.monotonic() < end
        page.wait_for_timeout(50)
    assert came[0].suggested_filename.endswith("-maps.zip")
    with zipfile.ZipFile(came[0].path()) as packed:
        assert packed.testzip() is None
        return packed.namelist()


def test_clicks_on_the_map_make_a_route(browser: Browser, address: str) -> None:  # noqa: F811
    with looking(browser, address, "/print") as seen:
        page = seen.page
        comes(page, "() => document.querySelectorAll('.map .leaflet-control-zoom').length > 0")
        box = page.locator(".map").bounding_box()
        assert box
        for x, y in ((0.45, 0.45), (0.6, 0.35)):
            page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        comes(page, "() => document.querySelectorAll('.leaflet-overlay-pane path').length > 0")
        assert page.input_value("[name=from]").count(",") == 1 and page.input_value("[name=to]").count(",") == 1


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_page_with_a_map_is_printed_whole(browser: Browser, address: str, size: dict[str, int], tmp_path: Path) -> None:  # noqa: F811
    """On the first sheet the map ends before the paper does, right and below, and is no stamp; the list follows."""
    with looking(browser, address, "/?from=湖塘&to=横山桥", viewport=size) as seen:
        comes(seen.page, "() => document.querySelectorAll('.stop').length > 5")
        drawn = "document.querySelectorAll('.leaflet-overlay-pane path').length > 0"
        comes(seen.page, f"() => {drawn} || matchMedia('(max-width: 899px)').matches")
        seen.page.wait_for_timeout(1_000)
        seen.page.pdf(path=tmp_path / "page.pdf", format="A4", print_background=True)
    pdf = (tmp_path / "page.pdf").read_bytes()
    first = pixels(pdf, 0, ppi=96)
    ground = abs(first.astype(int) - GROUND).sum(axis=2) < 6
    rows, columns = ground.any(axis=1).nonzero()[0], ground.any(axis=0).nonzero()[0]
    assert len(rows) > 150 and columns.max() < first.shape[1] - 40 and rows.max() < first.shape[0] - 40
    said = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    assert "示意站点 9" in said
