"""Papers: text that can be taken out again, codes that can be read, nothing that is not text, the same bytes every time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import typst

from maps.paper import FONT_LICENCE, TEMPLATES, write_pdf, write_png, write_pngs
from tests.maps.papers import LINK, MADE, booklet, codes, pixels, stop, texts

RARE = "滆湖邹区圩塘堰头㘰"
HOSTILE = (
    '#eval("1+1") #image("/etc/passwd")',
    "*bold* _it_ $x^2$ `raw` // no comment",
    "</svg><script>alert(1)</script>",
    '\\u{41} \\"quoted\\" {{7*7}} @preview/x:1.0.0',
    "= Heading - list + enum / term: x ~ --- …",
)


def test_a_booklet_holds_to_the_rules_for_readers_without_eyes_and_for_archives() -> None:
    data, pictures = booklet([[stop(1, f"{RARE}司机之家")], []])
    assert write_pdf("booklet", data, pictures, made=MADE, strict=True).startswith(b"%PDF")


def test_the_strict_rules_can_be_broken() -> None:
    """A character that no font has is found; otherwise a paper is printed with a box in its place."""
    data, pictures = booklet([[stop(1, "🚚")]])
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        write_pdf("booklet", data, pictures, made=MADE, strict=True)
    assert "12.4" in texts(write_pdf("booklet", data, pictures, made=MADE))[1]


def test_rare_characters_have_glyphs_of_their_own() -> None:
    data, pictures = booklet([[stop(1, "滆"), stop(2, "圩")]])
    known, box = (
        pixels(write_pdf("booklet", {**data, "title": title}, pictures, made=MADE)) for title in (RARE[0], "\U00020000")
    )
    assert (known != box).any()
    assert RARE in texts(write_pdf("booklet", {**data, "title": RARE}, pictures, made=MADE))[0]


def test_text_comes_out_in_reading_order() -> None:
    data, pictures = booklet([[stop(1, "滆湖站"), stop(2, "圩塘站")], [stop(3, "堰头站")]])
    cover, first, second = texts(write_pdf("booklet", data, pictures, made=MADE))
    assert cover.index("湖塘 → 横山桥") < cover.index("示意") < cover.index("25.8 km") < cover.index("不必停车")
    assert first.index("第 1 幅") < first.index("滆湖站") < first.index("12.4") < first.index("圩塘站")
    assert "堰头站" in second and "堰头站" not in first


def row_mm(pdf: bytes, name: str) -> float:
    """How far up the first strip page a name stands."""
    page = pypdfium2.PdfDocument(pdf)[1].get_textpage()
    first, _ = page.search(name).get_next()
    return float(page.get_charbox(first)[1]) / 72 * 25.4


def test_a_list_that_hardly_fits_is_set_tighter_and_its_codes_can_still_be_read() -> None:
    made = {}
    for count in range(3, 20):
        data, pictures = booklet([[stop(n, f"站{n}号") for n in range(1, count + 1)]])
        pdf = write_pdf("booklet", data, pictures, made=MADE)
        if len(texts(pdf)) > 2:
            break
        made[count] = pdf
    apart = [row_mm(pdf, "站1号") - row_mm(pdf, "站2号") for pdf in made.values()]
    assert apart[0] == pytest.approx(apart[1]) and 1.5 < apart[0] - apart[-1] < 4          # the fewest and the most on one page
    assert len(codes(made[count - 1], 1)) == count - 1


def narrow(stops: list[dict[str, Any]]) -> bytes:
    """The same on A5, where a stop is one run of text."""
    data, pictures = booklet([stops])
    data["paper"] |= {"width_mm": 148, "height_mm": 210, "margin_mm": 8, "ruler_mm": 26, "wide": False}
    data["pages"][0]["panel"] |= {"width_mm": 95, "height_mm": 95}
    data["pages"][0]["ruler"]["flags"].append({
        "at": 0.1, "stand": 0.1, "what": "stop", "number": 1, "last": 7, "places": [0.05, 0.15], "kind": None, "label": None})
    return write_pdf("booklet", data, pictures, made=MADE)


def test_on_narrow_paper_what_nobody_knows_takes_no_line_and_is_not_said_to_be_something() -> None:
    bare = {"hours": None, "open": None, "bays": None, "phone": None}
    known, unknown = (texts(narrow([stop(1, "a", **more), stop(2, "b", **more)]))[1] for more in ({}, bare))
    assert unknown.count("[hours_unknown]") == 2 and "[bays]" not in unknown and "—" not in unknown
    assert "[hours_unknown]" not in known and known.count("0519-8655 1201") == known.count("24/7") == known.count("[bays]") == 2
    assert "1–7" in known, "stops of one place on the ruler"


def test_a_narrow_list_holds_more_when_it_is_tight_or_terse_and_its_codes_can_still_be_read() -> None:
    """As much on one page as fits: at first a line less is spared between the rows, then name and times share one."""
    made = {count: narrow([stop(n, f"站{n}号", phone=None) for n in range(1, count + 1)]) for count in range(3, 9)}
    whole = {count: pdf for count, pdf in made.items() if len(texts(pdf)) == 2}
    apart = {count: round(row_mm(pdf, "站1号") - row_mm(pdf, "站2号"), 1) for count, pdf in whole.items()}
    assert len(set(apart.values())) >= 2 and list(apart.values()) == sorted(apart.values(), reverse=True)
    assert max(whole) >= 6 and len(codes(whole[max(whole)], 1, ppi=300)) == max(whole)


@pytest.mark.parametrize("name", HOSTILE)
def test_what_somebody_typed_is_printed_as_it_stands(name: str) -> None:
    data, pictures = booklet([[stop(1, name, note=name, phone=name, hours=name)]], title=name)
    said = ["".join(page.split()) for page in texts(write_pdf("booklet", data, pictures, made=MADE))]
    flat = "".join(name.split())
    assert flat in said[0] and said[1].count(flat) >= 2


def test_a_reader_scans_what_the_row_says() -> None:
    data, pictures = booklet([[stop(1, "a"), stop(2, "b", qr=None, no_call=True, phone=None)], [stop(3, "c")]])
    pdf = write_pdf("booklet", data, pictures, made=MADE)
    assert codes(pdf, 0) == set()
    assert codes(pdf, 1) == {f"{LINK}&n=1"} and codes(pdf, 2) == {f"{LINK}&n=3"}


def test_the_same_data_gives_the_same_bytes() -> None:
    data, pictures = booklet([[stop(1, "a")]])
    assert write_pdf("booklet", data, pictures, made=MADE) == write_pdf("booklet", data, pictures, made=MADE)


def test_a_pdf_says_what_it_is() -> None:
    data, pictures = booklet([[]])
    said = pypdfium2.PdfDocument(write_pdf("booklet", data, pictures, made=MADE)).get_metadata_dict()
    assert said["Title"] == "湖塘 → 横山桥" and said["Author"] == "武进" and said["CreationDate"].startswith("D:20261126")


def test_nothing_outside_its_own_folder_is_read(tmp_path: object) -> None:
    data, pictures = booklet([[]])
    with pytest.raises(AssertionError):
        write_pdf("booklet", data, {**pictures, "../escape.svg": "<svg/>"}, made=MADE)
    data["pages"][0]["panel"]["file"] = "/../../../../etc/hostname"
    with pytest.raises(typst.TypstError):
        write_pdf("booklet", data, pictures, made=MADE)


def test_no_template_builds_source_from_data_or_fetches_a_package() -> None:
    for template in TEMPLATES.glob("*.typ"):
        text = template.read_text(encoding="utf-8")
        assert "eval(" not in text and "@preview" not in text and "plugin(" not in text, template.name


def test_pages_as_pictures_are_as_many_and_as_large() -> None:
    data, pictures = booklet([[], []])
    pages = write_pngs("booklet", data, pictures, made=MADE, ppi=36)
    assert len(pages) == 3 and all(page.startswith(b"\x89PNG") for page in pages)
    assert int.from_bytes(pages[0][16:20], "big") == pytest.approx(210 / 25.4 * 36, abs=1)


def test_a_panel_alone_is_its_size() -> None:
    png = write_png(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 50 20"><text y="9" font-size="5">滆湖</text></svg>', 50, 20, ppi=254
    )
    assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (500, 200)


def test_the_fonts_licence_is_named() -> None:
    assert "OFL 1.1" in FONT_LICENCE


def test_large_papers_are_not_kept_in_memory() -> None:
    """Eight different ones, one after another, need about as much as one; without forgetting, 8 MB more for each."""

    def drawn(n: int) -> str:
        ends = [(i % 150, i % 140, i * n % 150, i * 7 % 140) for i in range(6_000)]
        lines = "".join(f'<path d="M{a} {b}L{c} {d}" stroke="#{n:02x}0000"/>' for a, b, c, d in ends)
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 150 140">{lines}</svg>'

    def resident_mb() -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20

    sizes = []
    for n in range(8):
        data, pictures = booklet([[stop(n * 10, f"{n}")]] * 2, panel=drawn(n + 1))
        write_pdf("booklet", data, pictures, made=MADE)
        sizes.append(resident_mb())
    assert sizes[-1] - sizes[1] < 25
