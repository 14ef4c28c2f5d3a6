"""A drawn page: nothing on anything else, no stop lost, users' texts as text."""
from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest
import shapely

from maps.drawing import text_of
from maps.fonts import missing
from maps.labels import Place, Taken, overlap
from maps.marks import place_marks
from maps.panels import Ground, Panel, draw_overview, draw_strip
from maps.windows import Window, window_around
from tests.maps.drawn import CAPTIONS, HOSTILE, ROUTE, land, pages, stops, tags, texts


def page(count: int = 12, names: list[str] | None = None, spread_deg: float = 0.01, scale: float = 100_000) -> Panel:
    strip = pages(scale)[0]
    table = stops(count, names, spread_deg)
    mine = table[(table["offset_m"] >= strip.from_m) & (table["offset_m"] <= strip.to_m)]
    return draw_strip(strip, ROUTE, land(names), mine, CAPTIONS, warn=[(3_000.0, 9_000.0)])


def crossings(places: tuple[Place, ...]) -> int:
    """Pairs of places with more than a hair of common ground. Oracle: GEOS."""
    shapes = [shapely.union_all([shapely.Polygon(box.corners).buffer(-0.01) for box in place.parts]) for place in places]
    return sum(a.intersects(b) for a, b in combinations(shapes, 2))


@pytest.mark.parametrize("count", [0, 12, 60])
@pytest.mark.parametrize("scale", [50_000, 100_000, 400_000])
def test_no_label_or_mark_is_on_another(count: int, scale: float) -> None:
    panel = page(count, scale=scale)
    assert len(panel.places) > 8 and crossings(panel.places) == 0
    assert all(box.within(panel.window.width_mm, panel.window.height_mm) for place in panel.places for box in place.parts)


@pytest.mark.parametrize(("count", "spread_deg"), [(40, 0.0), (40, 0.001), (40, 0.3), (80, 0.02)],
                         ids=["all on the route", "crowded", "far outside the frame", "many"])
def test_no_stop_is_lost(count: int, spread_deg: float) -> None:
    strip, table = pages(200_000)[0], stops(count, spread_deg=spread_deg)
    panel = draw_strip(strip, ROUTE, Ground(), table, CAPTIONS)
    said = [f"≈{number}" if sure else str(number) for number, sure in zip(table["number"], table["approximate"], strict=True)]
    assert set(said) <= set(texts(panel)) and [mark.number for mark in panel.marks] == [str(n) for n in table["number"]]
    assert not any(mark.crowded for mark in panel.marks)
    assert not any(overlap(a.box, b.box) for a, b in combinations(panel.marks, 2))


def test_more_stops_than_the_paper_holds_are_all_drawn_and_cost_no_more_each() -> None:
    """Four hundred on a postcard: every number is written; the search of the whole frame is not made again and again."""
    def compared(count: int) -> int:
        window, taken = Window(119.8, 31.5, 400_000, 120, 90), Taken()
        marks = place_marks(stops(count, spread_deg=0.05), window, taken)
        assert len(marks) == count and sum(mark.crowded for mark in marks) > count / 3
        return taken.compared

    assert compared(400) < 6 * compared(200)                    # the crowd they are compared with doubles as well


def test_a_stop_stands_on_its_side_of_the_road() -> None:
    """Positions right on the route: only the column says the side."""
    table = stops(8, spread_deg=0.0).assign(side=["left", "right"] * 4)
    strip = pages(200_000)[0]
    panel = draw_strip(strip, ROUTE, Ground(), table, CAPTIONS)
    assert sum(mark.inside for mark in panel.marks) >= 5
    for mark, row in ((mark, row) for mark, row in zip(panel.marks, table.to_dict("records"), strict=True) if mark.inside):
        (ax, ay), (bx, by) = strip.window.to_mm(ROUTE.point_at([row["offset_m"] - 200, row["offset_m"] + 200])).tolist()
        turn = (bx - ax) * (mark.box.y - ay) - (by - ay) * (mark.box.x - ax)          # y runs down: negative is left
        assert (turn < 0) == (row["side"] == "left")


def test_names_are_text_and_nothing_else() -> None:
    panel, plain = page(30, HOSTILE, spread_deg=0.02), page(30, spread_deg=0.02)
    assert tags(panel) <= tags(plain) | {"tspan", "textPath"} and "script" not in tags(panel)
    said = set(texts(panel))
    short = [text_of(name) for name in HOSTILE if len(text_of(name)) < 12]
    assert short and sum(name in said for name in short) >= len(short) - 1
    assert "\x00" not in panel.svg and not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", panel.svg)
    assert text_of("a\ud800\uffffb\x0bc\n d") == "a\ufffd\ufffdb c d"
    assert len(max(said, key=len)) < 60                                       # three hundred characters are cut short


def test_rare_characters_have_glyphs() -> None:
    assert not missing("滆邹圩堰㘰武进㙍" + "ŁódźĞŵΑθήναКиїв" + "→←≈…·\ufffd")
    assert missing("\u1780") == {"\u1780"}                                     # Khmer: the check can fail


def test_neighbours_meet_at_one_place() -> None:
    first, second = pages()[:2]
    assert first.match_to_m == second.match_from_m
    for strip, said in ((first, ["第 2 页"]), (second, ["第 1 页", "第 3 页"])):
        panel = draw_strip(strip, ROUTE, land(), stops(0), CAPTIONS)
        assert [text for text in texts(panel) if text.startswith("第")] == said


def test_kilometres_stand_where_they_are() -> None:
    panel = page(0)
    said = [float(text.removesuffix(" km")) for text in texts(panel) if re.fullmatch(r"\d+ km", text)]
    assert len(said) >= 5 and np.diff(sorted(set(said))).min() >= 2


def test_the_same_frames_give_the_same_picture() -> None:
    assert page().svg == page().svg


def test_an_overview_shows_the_route_and_its_pages() -> None:
    window = window_around(ROUTE.lonlat, 180, 120)
    panel = draw_overview(window, ROUTE, land(), stops(6), CAPTIONS, strips=pages())
    assert {str(strip.number) for strip in pages()} <= set(texts(panel)) and crossings(panel.places) == 0
    assert window.holds(ROUTE.lonlat, margin_mm=8).all()


def test_a_schematic_map_says_so() -> None:
    assert "示意图 · 不可用于导航" in texts(page(0))
