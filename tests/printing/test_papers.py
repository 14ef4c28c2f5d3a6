"""Every kind of paper of the sample: what must stand on it stands there, and can be read by eye, by software and by phone."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from geodata.errors import BadInput, NotFound
from geodata.regions import open_region
from locator.answers import along_json
from locator.printing.press import Press
from locator.printing.rows import EARLY_M, stop_row, window
from locator.printing.sheets import Sheet, check_live, layout
from locator.settings import Settings
from locator.vehicles import vehicle
from locator.wiring import open_locator
from tests.conftest import copied
from tests.maps.papers import codes, texts
from tests.printing.conftest import NOW, order
from tests.web.conftest import HOSTILE


def test_a_booklet_has_its_plan_its_ruler_and_every_stop_once(press: Press) -> None:
    document = press.of_route("route", order(scale=60_000), NOW)
    trip = press.trip(order(scale=60_000))
    listed = [row["number"] for page in document.data["pages"] for row in page["stops"]]
    assert listed == [row["number"] for row in trip.rows] and len(document.data["pages"]) > 1
    pdf = document.pdf(strict=True)
    said = texts(pdf)
    assert "不可用于导航" in said[0] and "20.6 km" in said[0] and "示意站点 9" in said[0]
    whole = "\n".join(said)
    assert "最后安全站点" in whole and "驾驶时限" in whole and "在此休息 20 分钟" in whole and "OFL 1.1" in whole
    assert codes(pdf, 0) == {"https://stops.example/?from=%E6%B9%96%E5%A1%98&to=%E6%A8%AA%E5%B1%B1%E6%A1%A5&region=wujin"}


def test_every_metre_of_the_route_is_on_a_strip(press: Press) -> None:
    strips = press.draughtsman.strips(press.trip(order()).route, Sheet(scale=40_000), layout(Sheet()))
    assert strips[0].from_m == 0 and strips[-1].to_m == pytest.approx(press.trip(order()).route.distance_m)
    assert all(after.from_m < before.to_m for before, after in pairwise(strips))


@pytest.mark.deep
@pytest.mark.parametrize("paper", ["A3", "A4", "A5"])
@pytest.mark.parametrize("orientation", ["portrait", "landscape"])
def test_every_paper_is_its_size(press: Press, paper: str, orientation: str) -> None:
    import pypdfium2

    sheet = {"paper": paper, "orientation": orientation}
    pdf = press.of_route("route", order(limit=4, **sheet), NOW).pdf()
    size = pypdfium2.PdfDocument(pdf)[1].get_size()
    assert [round(side / 72 * 25.4) for side in size] == list(Sheet(**sheet).size_mm)
    assert texts(pdf)[1].startswith("第 1 幅")  # the cover is one page


@pytest.mark.parametrize("paper", ["A4", "A5"])
def test_a_landscape_cover_without_a_rest_is_one_page_and_reads_across(press: Press, paper: str) -> None:
    said = texts(press.of_route("route", order(paper=paper, orientation="landscape", driven_min=0, limit=3), NOW).pdf())
    assert "全程在驾驶时限" in said[0] and "OFL 1.1" in said[0] and said[1].startswith("第 1 幅")


def test_a_list_beside_a_map_goes_on_in_two_columns(press: Press) -> None:
    """On A5 landscape: the cover with its plan is one page, and 22 stops take two more beside the strip's own."""
    document = press.of_route("route", order(paper="A5", orientation="landscape"), NOW)
    said = texts(document.pdf(strict=True))
    assert "行车与休息" in said[0] and "图例" in said[0] and said[1].startswith("第 1 幅") and len(said) <= 4
    names = [row["name"] for page in document.data["pages"] for row in page["stops"]]
    assert all("".join(said).count(name) >= 1 for name in names) and len(names) == 22


def test_where_he_must_leave_the_route_is_told_when_it_is_well_before_the_stop(press: Press) -> None:
    trip = press.trip(order(limit=1))
    feature = along_json(trip.answer)["features"][-1]
    for before_m, said in ((None, None), (EARLY_M - 1, None), (EARLY_M, "km 处驶离"), (2_000, "km 处驶离")):
        feature["properties"]["leave_m"] = None if before_m is None else feature["properties"]["offset_m"] - before_m
        row, _ = stop_row(feature, 1, press.both, depart=trip.answer.depart)
        assert (row["leave"] or {}).get("a") == (said and f"{row['leave_m'] / 1000:.1f} {said}")


def test_the_overview_is_one_page_with_the_plans_stops(press: Press) -> None:
    document = press.of_route("overview", order(), NOW)
    [said] = texts(document.pdf(strict=True))
    assert "示意站点 9" in said and "示意站点 10" in said and "最后安全站点" in said


def test_the_card_is_one_page_of_eight_faces(press: Press) -> None:
    [said] = texts(press.of_route("card", order(), NOW).pdf())
    assert all(name in said for name in ("湖塘 → 横山桥", "示意站点 9", "图例")) and "8" in said


def test_a_poster_says_where_it_hangs_and_what_is_near(press: Press) -> None:
    pdf = press.poster("天众物流园 道路货运党群服务中心", Sheet("A4", live="https://stops.example"), vehicle(), NOW).pdf(
        strict=True
    )
    [said] = texts(pdf)
    assert "这里有什么" in said and "健康体检" in said and "往北" in said and "示意站点 9" in said
    assert codes(pdf) == {
        "https://stops.example/?from=119.96147,31.71677&region=wujin"
    }  # none to navigate: its position is invented
    with pytest.raises(NotFound):
        press.poster("nowhere", Sheet("A4"), vehicle(), NOW)


def test_a_wall_map_lists_every_place_with_its_square(press: Press) -> None:
    document = press.wall(Sheet("A3", "landscape"), NOW)
    assert len(document.data["entries"]) == len(press.locator.atlas.frame)
    assert all(entry["square"][0].isalpha() and entry["square"][1:].isdigit() for entry in document.data["entries"])
    [said] = texts(document.pdf(strict=True))
    assert said.count("示意站点") >= 25 and "滆湖服务区" in said
    with pytest.raises(BadInput):
        press.wall(Sheet("A5"), NOW)


@pytest.mark.deep
@pytest.mark.parametrize("paper", ["A3", "A2", "A1", "A0"])
@pytest.mark.parametrize("orientation", ["portrait", "landscape"])
def test_every_wall_map_is_one_sheet_with_its_map_on_it(press: Press, paper: str, orientation: str) -> None:
    pdf = press.wall(Sheet(paper, orientation), NOW).pdf()
    [said] = texts(pdf)
    assert "北" in said and "雪堰服务区" in said


def test_english_comes_first_when_asked(wujin: Settings) -> None:
    said = texts(Press(open_locator(wujin), "en").of_route("route", order(limit=3), NOW).pdf())[0]
    assert said.index("Driving and rest") < said.index("行车与休息")


def test_a_sure_stop_can_be_navigated_to_and_called_a_vague_one_not(hostile: Settings) -> None:
    """The hostile partners are of accuracy A: each has a code and a phone; all others neither."""
    document = Press(open_locator(hostile), "zh").of_route("route", order(), NOW)
    rows = [row for page in document.data["pages"] for row in page["stops"]]
    assert {row["kind"] for row in rows if row["qr"]} == {"partner"}
    assert all(
        (row["qr"] is None) == (row["accuracy"] not in ("A", "B")) and (row["phone"] is None) == (row["qr"] is None)
        for row in rows
    )
    pdf, seen = document.pdf(), set[str]()
    for page in range(len(texts(pdf))):
        seen |= codes(pdf, page)
    assert {row["link"] for row in rows if row["qr"]} <= seen


def test_hostile_names_are_printed_as_they_stand(hostile: Settings) -> None:
    press = Press(open_locator(hostile), "zh")
    for document in (press.of_route("route", order(), NOW), press.of_route("card", order(), NOW), press.wall(Sheet("A3"), NOW)):
        said = "".join("".join(texts(document.pdf())).split())
        shown = {row["name"] for row in document.data.get("entries", ()) if row["kind"] == "partner"} or set(HOSTILE[:2])
        assert all("".join(name.split()) in said for name in shown), document.template


def test_the_paper_of_a_region_without_known_rules_has_no_limit(wujin: Settings, tmp_path: Path) -> None:
    own = copied(wujin, tmp_path)
    file = open_region(tmp_path, "wujin").build / "region.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"CN"', "null"), encoding="utf-8")
    trip = Press(open_locator(own), "zh").trip(order())
    assert trip.planned is None and trip.stints == () and trip.rows


def test_an_arrival_is_a_window_that_ends_on_five_minutes() -> None:
    early, late = window(NOW, 3_600, 1_200)
    assert (early - NOW).total_seconds() == 3_600
    assert (late - NOW).total_seconds() == 90 * 60  # 66 min driven, 20 min rested, rounded up


@pytest.mark.parametrize(
    "url", ["ftp://x", "javascript:alert(1)", "https://", "https://user@x", "https://x/?a=1", "https://x y", "x"]
)
def test_only_an_address_to_open_is_printed_as_a_code(url: str) -> None:
    with pytest.raises(BadInput):
        check_live(url)


def test_a_scale_that_needs_too_many_pages_is_refused(press: Press) -> None:
    with pytest.raises(BadInput) as why:
        press.of_route("route", order(scale=5_000, paper="A5"), NOW)
    assert (why.value.code, why.value.field) == ("too_large", "scale")
