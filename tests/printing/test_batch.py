"""Many routes: one bad row stops nobody, what was made is not made twice, another's change is never lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from geodata.errors import BadInput, NotFound, StaleEdit
from geodata.sheets import write_xlsx
from locator.printing.batch import DONE, Result, merge, print_batch, read_rows
from locator.printing.orders import FIELDS, read_order
from locator.printing.press import Press
from locator.printing.saved import KEPT, SavedRoutes
from tests.printing.conftest import NOW

ROWS = (
    "名称,起点,终点,途经,出发,纸张,站点数",
    "早班,湖塘,横山桥,,2026-11-26T08:00,A5,3",
    "坏,湖塘,无此地,,2026-11-26T08:00,A5,3",
    "午班,横山桥,湖塘,潞城|丁堰,2026-11-26T13:00,A5,3",
    "高,湖塘,横山桥,,2026-11-26T08:00,B7,3",
)
TABLE = "\r\n".join(ROWS)


def run(press: Press, folder: Path, table: bytes = TABLE.encode(), **more: Any) -> list[Result]:
    return print_batch(press, read_rows(table), folder, what="overview", defaults={}, live="", now=NOW, **more)


def test_a_bad_row_is_told_and_the_rest_are_printed(press: Press, tmp_path: Path) -> None:
    seen: list[Result] = []
    results = run(press, tmp_path, seen=seen.append)
    assert seen == results and [one.row for one in results] == [2, 3, 4, 5]
    assert [one.error and (one.error.code, one.error.field) for one in results] == [
        None,
        ("unknown_place", "to"),
        None,
        ("not_allowed", "paper"),
    ]
    assert sorted(path.name for path in tmp_path.glob("*.pdf")) == ["0002-早班.pdf", "0004-午班.pdf"]
    assert merge(tmp_path, results, tmp_path / "all.pdf") == 2
    merged = pypdfium2.PdfDocument(tmp_path / "all.pdf")
    assert [item.get_title() for item in merged.get_toc()] == ["早班", "午班"]
    assert "横山桥 → 湖塘" in merged[1].get_textpage().get_text_range()


def test_begun_again_only_what_is_missing_or_changed_is_made(press: Press, tmp_path: Path) -> None:
    run(press, tmp_path)
    assert [one.made for one in run(press, tmp_path) if one.file] == [False, False]
    (tmp_path / "0002-早班.pdf").unlink()
    changed = TABLE.replace("潞城|丁堰", "丁堰").encode()
    assert [one.made for one in run(press, tmp_path, changed) if one.file] == [True, True]
    (tmp_path / DONE).write_text("not json")
    assert [one.made for one in run(press, tmp_path, changed) if one.file] == [True, True]


def test_an_interrupted_batch_keeps_what_it_made(press: Press, tmp_path: Path) -> None:
    def stop(result: Result) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(press, tmp_path, seen=stop)
    assert list(json.loads((tmp_path / DONE).read_text())) == ["0002-早班.pdf"]
    assert [one.made for one in run(press, tmp_path) if one.file] == [False, True]


def test_titles_in_either_language_and_xlsx() -> None:
    rows = read_rows(write_xlsx(["Name", "from", "终点", "mass"], [["a", "x", "y", 30]]))
    assert rows[0].said == {"name": "a", "from": "x", "to": "y", "mass_t": 30}
    with pytest.raises(BadInput) as why:
        read_rows("名称,颜色\na,b\n".encode())
    assert why.value.code == "unknown_field" and why.value.value == "颜色"
    with pytest.raises(BadInput):
        read_rows(b"name,from,to\n")


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"from": "a"}, "missing", "to"),
        ({"from": "a", "to": "b", "colour": "x"}, "unknown_field", "colour"),
        ({"from": "a", "to": "b", "height_m": "high"}, "not_a_number", "height_m"),
        ({"from": "a", "to": "b", "height_m": "nan"}, "not_finite", "height_m"),
        ({"from": "a", "to": "b", "limit": 2.5}, "not_a_number", "limit"),
        ({"from": "a", "to": "b", "scale": 3}, "out_of_range", "scale"),
        ({"from": "a", "to": "b", "paper": "A0"}, "not_allowed", "paper"),
        ({"from": "a", "to": "b", "kind": "pub"}, "not_allowed", "kind"),
        ({"from": "a", "to": "b", "depart": "soon"}, "bad_time", "depart"),
        ({"polyline": "x" * 70_000}, "too_large", "polyline"),
    ],
)
def test_an_order_names_the_field_at_fault(said: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(BadInput) as why:
        read_order(said)
    assert (why.value.code, why.value.field) == (code, field)


def test_a_file_is_named_after_its_route_and_nothing_else(press: Press, tmp_path: Path) -> None:
    results = run(press, tmp_path, "name,from,to,limit,depart\n../../etc/x;rm -rf,湖塘,横山桥,2,2026-11-26T08:00\n".encode())
    assert results[0].file == "0002-etc-x-rm--rf.pdf" and [path.parent for path in tmp_path.rglob("*.pdf")] == [tmp_path]


def test_saved_routes_are_versioned_bounded_and_never_overwritten_unseen(tmp_path: Path) -> None:
    store = SavedRoutes(tmp_path, "wujin")
    assert store.read() == (0, {})
    assert store.put({"name": "早班", "from": "湖塘", "to": "横山桥"}) == 1
    assert store.put({"name": "早班", "from": "湖塘", "to": "横山桥", "paper": "A5"}, version=1) == 2
    with pytest.raises(StaleEdit):
        store.put({"name": "午班", "from": "湖塘", "to": "横山桥"}, version=1)
    for bad in (
        {"from": "a", "to": "b"},
        {"name": "x"},
        {"name": "x" * 99, "from": "a", "to": "b"},
        {"name": "x", "from": "a", "to": "b", "y": 1},
    ):
        with pytest.raises(BadInput):
            store.put(bad)
    assert store.read() == (2, {"早班": {"name": "早班", "from": "湖塘", "to": "横山桥", "paper": "A5"}})
    with pytest.raises(NotFound):
        store.remove("夜班")
    for n in range(KEPT + 3):
        store.put({"name": f"r{n}", "from": "a", "to": "b"})
    assert len(list((tmp_path / "print").glob("wujin.*.json"))) <= KEPT + 1
    with pytest.raises(BadInput):
        SavedRoutes(tmp_path, "../x")


def test_every_field_of_an_order_has_a_title_of_its_own() -> None:
    from locator.words import LANGS, words

    for lang in LANGS:
        titles = [words(lang).text(f"paper.order.{name}").casefold() for name in FIELDS]
        assert len(set(titles)) == len(titles)
