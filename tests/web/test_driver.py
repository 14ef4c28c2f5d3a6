"""The driver with one thumb: first tap to navigation, what WeChat gets, his own line, the way itself, the screen reader."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from geodata.datum import from_wgs84
from geodata.regions import open_region
from locator.settings import Settings
from locator.words import words
from tests.conftest import copied
from tests.web.conftest import HOSTILE
from tests.web.counting import Sent
from tests.web.looking import ANDROID, MOBILE, browser, comes, looking, serving

pytestmark = pytest.mark.deep
__all__ = ["browser"]
PLACES = ("service_area", "drivers_home", "service_station", "partner", "service_centre")
TRIP = "/?lang=zh&from=湖塘&to=横山桥&depart=2026-11-23T08:30"
HEARD = """window.heard = []; window.locked = 0;
    const lock = { release: async () => { locked -= 1; } }, speech = { speak: (u) => heard.push([u.lang, u.text]), cancel() {} };
    Object.defineProperty(window, 'speechSynthesis', { value: speech });
    Object.defineProperty(navigator, 'wakeLock', { value: { request: async () => { locked += 1; return lock; } } });"""


@pytest.fixture(scope="module")
def sure(wujin: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The sample as if somebody had surveyed every place."""
    own = copied(wujin, tmp_path_factory.mktemp("sure") / "var")
    layers = open_region(own.data, "wujin").layers
    for name, layer in layers.catalog().items():
        if name in PLACES:
            layers.replace(name, layer.frame.assign(position_accuracy="A", phone="0519-8888 0000"))
    return own


@pytest.fixture(scope="module")
def address(sure: Settings) -> Iterator[str]:
    with serving(sure) as at:
        yield at


def answers(page: Page) -> dict[str, Any]:
    """What the API says to the same trip."""
    body = {"from": "湖塘", "to": "横山桥", "depart": "2026-11-23T08:30", "max_detour_s": 600}
    return dict(page.request.post(page.url.split("/?")[0] + "/api/along", data=body).json())


def test_the_first_tap_leads_to_navigation(browser: Browser, address: str) -> None:
    with looking(browser, address, TRIP, **MOBILE) as seen:
        page = seen.page
        page.wait_for_selector(".stop")
        stop = next(f for f in answers(page)["features"] if f["properties"]["navigable"])
        link = page.locator(f".stop[data-id='{stop['id']}'] .acts a.main")
        assert link.get_attribute("href") == stop["properties"]["links"]["amap"]
        page.wait_for_selector(".pin", state="attached")
        assert not seen.outside and not seen.errors, "nothing outside is asked before he taps"
        link.tap()
        page.wait_for_timeout(500)
        assert seen.outside == [stop["properties"]["links"]["amap"]]


def test_every_app_of_the_phone_is_offered_and_the_one_he_took_comes_first(browser: Browser, address: str) -> None:
    with looking(browser, address, TRIP, **MOBILE, permissions=["clipboard-read", "clipboard-write"]) as seen:
        page = seen.page
        page.wait_for_selector(".stop")
        links = {f["id"]: f["properties"]["links"] for f in answers(page)["features"]}
        first = page.locator(".stop").first
        first.get_by_role("button", name=words("zh").text("page.other_apps")).tap()
        mine = links[first.get_attribute("data-id") or ""]
        offered = first.locator("a[data-app]").evaluate_all("all => Object.fromEntries(all.map(a => [a.dataset.app, a.href]))")
        assert offered == {app: mine[app] for app in ("amap", "baidu", "tencent", "geo")}
        first.get_by_role("button", name=words("zh").text("page.copy")).tap()
        comes(page, "text => document.querySelector('.acts .said').textContent === text", words("zh").text("page.copied"))
        copied = page.evaluate("navigator.clipboard.readText()")
        assert mine["amap"] in copied and "GCJ-02" in copied
        page.evaluate("document.querySelector('a[data-app=tencent]').addEventListener('click', e => e.preventDefault())")
        first.locator("a[data-app=tencent]").tap()
        page.reload()
        page.wait_for_selector(".stop")
        assert page.locator(".stop").first.locator("a.main").get_attribute("data-app") == "tencent"
        assert page.locator(".stop").first.locator("a[href^='tel:']").get_attribute("href") == "tel:051988880000"


def test_in_wechat_the_address_is_copied_and_no_app_scheme_is_offered(browser: Browser, address: str) -> None:
    wechat = MOBILE | {"user_agent": f"{ANDROID} MicroMessenger/8.0.50"}
    with looking(browser, address, TRIP, **wechat, permissions=["clipboard-read", "clipboard-write"]) as seen:
        page = seen.page
        page.wait_for_selector(".stop")
        first = page.locator(".stop").first
        assert first.locator(".acts button").first.inner_text().strip() == words("zh").text("page.copy")
        assert words("zh").text("page.wechat") in first.inner_text()
        assert set(page.locator(".acts a").evaluate_all("all => all.map(a => a.protocol)")) == {"https:", "tel:"}
        first.locator(".acts button").first.tap()
        comes(page, "text => document.querySelector('.acts .said').textContent === text", words("zh").text("page.copied"))


def test_below_class_b_nothing_is_offered_and_the_page_says_why(browser: Browser, wujin: Settings) -> None:
    with serving(wujin) as at, looking(browser, at, TRIP, **MOBILE) as seen:
        page = seen.page
        page.wait_for_selector(".stop")
        assert page.locator(".acts a").count() == 0
        why = {words("zh").text(key) for key in ("page.no_acts", "page.no_acts_schematic")}
        assert set(page.locator(".acts .why-not").all_inner_texts()) == why
        assert page.locator(".acts").count() == page.locator(".acts .why-not").count()


def test_a_stop_is_shared_and_added_to_the_route(browser: Browser, address: str) -> None:
    with looking(browser, address, TRIP, **MOBILE, permissions=["clipboard-read", "clipboard-write"]) as seen:
        page = seen.page
        page.wait_for_selector(".stop")
        item = page.locator(".stop").first                          # five minutes off the route
        chosen = item.get_attribute("data-id")
        page.evaluate("navigator.share = undefined")
        item.get_by_role("button", name=words("zh").text("page.share")).tap()
        comes(page, "text => [...document.querySelectorAll('.acts .said')].some(e => e.textContent === text)",
              words("zh").text("page.copied"))
        link = page.evaluate("navigator.clipboard.readText()").splitlines()[-1]
        before = page.locator(".total").inner_text()
        item.get_by_role("button", name=words("zh").text("page.as_via")).tap()
        comes(page, "was => document.querySelector('.total').innerText !== was && !document.querySelector('.busy')", before)
        assert page.locator("#vias input").count() == 1
        page.goto(link)
        page.wait_for_selector(".stop.chosen")
        assert page.locator(".stop.chosen").get_attribute("data-id") == chosen and not seen.errors


def test_a_via_is_put_where_it_lies_along_the_route(browser: Browser, address: str) -> None:
    def vias() -> list[str]:
        return [str(one) for one in page.evaluate("() => [...document.querySelectorAll('#vias input')].map(e => e.value)")]

    with looking(browser, address, TRIP, **MOBILE) as seen:
        page = seen.page
        page.wait_for_selector(".stop")
        ids = list(dict.fromkeys(one.get_attribute("data-id") for one in page.locator(".stop").all()))
        first, middle, last, put = ids[0], ids[len(ids) // 2], ids[-1], dict[str | None, str]()
        for name in (last, first, middle):
            before = page.locator(".total").inner_text()
            item = page.locator(f".stop[data-id='{name}']").first
            item.get_by_role("button", name=words("zh").text("page.as_via")).tap()
            comes(page, "was => document.querySelector('.total').innerText !== was && !document.querySelector('.busy')", before)
            put[name] = next(iter(set(vias()) - set(put.values())))
        assert vias() == [put[first], put[middle], put[last]]
        assert not seen.errors


def test_a_pasted_share_text_and_a_track_are_trips_too(browser: Browser, address: str, gpx: bytes) -> None:
    with looking(browser, address, TRIP, **MOBILE, permissions=["clipboard-read", "clipboard-write", "geolocation"],
                 geolocation={"longitude": 119.9446, "latitude": 31.7158}) as seen:
        page = seen.page
        page.wait_for_selector(".stop")
        page.locator("#trip").tap()
        there = page.request.get(f"{address}/api/places?q=洛阳").json()["names"][0]
        lon, lat = from_wgs84([[there["lon"], there["lat"]]], "gcj02")[0]
        text = f"【洛阳镇】\nhttps://uri.amap.com/marker?position={lon:.6f},{lat:.6f}&name=洛阳镇"
        page.evaluate("text => navigator.clipboard.writeText(text)", text)
        page.locator("#to").tap()
        page.locator("#paste").tap()
        comes(page, "() => document.getElementById('to').value.includes('uri.amap.com') && !document.querySelector('.busy')")
        assert page.locator(".stop").count() > 3 and page.locator(".trouble").count() == 0
        page.locator("#trip").tap()
        page.locator("#here").tap()
        comes(page, "() => document.getElementById('from').value === '119.94460, 31.71580'")
        comes(page, "() => !document.querySelector('.busy')")
        page.locator("#trip").tap()
        page.locator("#file").set_input_files({"name": "way.gpx", "mimeType": "application/gpx+xml", "buffer": gpx})
        comes(page, "() => document.getElementById('trip-said').textContent === 'way.gpx' && !document.querySelector('.busy')")
        assert page.locator(".stop").count() > 3 and page.locator(".law").count() == 1 and not seen.errors


def test_the_last_safe_stop_stands_on_top_and_the_plan_below(browser: Browser, address: str) -> None:
    with looking(browser, address, f"{TRIP}&driven_min=225", **MOBILE) as seen:
        page = seen.page
        page.wait_for_selector(".law")
        body = {"from": "湖塘", "to": "横山桥", "depart": "2026-11-23T08:30", "max_detour_s": 600, "driven_min": 225}
        told = page.request.post(f"{address}/api/plan", data=body).json()
        last = next(rung for rung in told["ladder"] if rung["last_safe"])
        name = told["features"][last["stop"]]["properties"]["name"]
        assert page.locator(".safe-name").inner_text() == name
        page.locator(".rungs summary").tap()
        assert page.locator(".rungs li").count() == len(told["ladder"])
        assert page.locator(".rungs li.last b").inner_text() == name
        stays = [leg for leg in told["legs"] if leg["stop"] is not None]
        assert page.locator(".plan-legs button").count() == len(stays) >= 1
        page.locator(".safe").tap()
        assert page.locator(".stop.chosen .name").inner_text() == name
        assert page.locator(".law").evaluate("e => e.compareDocumentPosition(document.querySelector('.stops')) & 4")
        assert not seen.errors


def test_on_the_way_what_is_behind_goes_and_nothing_is_asked(browser: Browser, sure: Settings) -> None:
    start, sent = {"longitude": 119.9446, "latitude": 31.7158}, Sent()
    with (serving(sure, wrapped=sent) as address,
          looking(browser, address, "/docs", **MOBILE, permissions=["geolocation"], geolocation=start) as seen):
        page = seen.page
        page.add_init_script(HEARD)
        page.goto(f"{address}{TRIP}&driven_min=225")
        page.wait_for_selector(".pin", state="attached")
        comes(page, "() => document.documentElement.dataset.kept === 'yes'")
        line = answers(page)["route"]["geometry"]["coordinates"]
        while "/api/along" not in sent.paths():             # this test's own question, counted when its answer is closed
            page.wait_for_timeout(50)
        sent.forget()
        page.locator("#follow").tap()
        page.wait_for_selector(".live-row")
        page.locator(".live .tool").tap()
        left, shown = [], []
        for lon, lat in line[::len(line) // 8]:
            page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 5})
            page.wait_for_timeout(250)
            left.append(page.locator(".live-head strong").inner_text())
            shown.append(page.locator(".stop:visible").count())
        assert shown == sorted(shown, reverse=True) and shown[-1] < shown[0] and len(set(left)) >= 7
        assert page.evaluate("locked") == 1
        spoken = page.evaluate("heard")
        name = page.locator(".safe-name").inner_text()
        assert spoken[0] == ["zh-CN", words("zh").text("page.speech_on")] and any(name in text for _, text in spoken[1:])
        assert not sent.answers, "on the route nothing is asked"
        for north in (0.02, 0.021, 0.022):                          # 2 km beside it: off the route
            lon, lat = line[len(line) // 2]
            page.context.set_geolocation({"longitude": lon + north, "latitude": lat + north, "accuracy": 5})
            page.wait_for_timeout(250)
        from_here = "() => /1\\d\\d\\.\\d{5}, /.test(document.querySelector('.end-row').innerText)"
        comes(page, from_here)
        assert sent.paths().count("/api/plan") == 1, "asked anew, once"
        page.locator("#follow").tap()
        assert page.evaluate("locked") == 0 and page.locator("#live").is_hidden() and not seen.errors


def test_hostile_names_and_notes_are_text_in_plan_ladder_and_on_the_way(browser: Browser, hostile: Settings) -> None:
    path = "/?lang=zh&from=湖塘&to=横山桥&max_detour_s=1800&kind=partner&driven_min=225&depart=2026-11-23T08:30"
    with serving(hostile) as at, looking(browser, at, path, **MOBILE, permissions=["geolocation"],
                                         geolocation={"longitude": 119.9446, "latitude": 31.7158}) as seen:
        page = seen.page
        page.wait_for_selector(".law")
        page.locator(".rungs summary").tap()
        assert set(page.locator(".rungs li b").all_inner_texts()) & set(HOSTILE)
        page.locator("#follow").tap()
        page.wait_for_selector(".live-row b")
        assert set(page.locator(".live-row b").all_inner_texts()) <= set(HOSTILE)
        page.locator("#see-map").tap()
        page.locator(".all-places input").press(" ")        # by key: while he is followed the page under a pointer moves
        assert page.locator(".all-places input").is_checked()
        page.wait_for_timeout(800)
        assert page.evaluate("window.__fired") is None and not [e for e in seen.errors if "__fired" in e]
        assert page.locator(".law img, .live img, .stop img, svg[onload]").count() == 0
