"""What a text is said to take up is what it takes up when it is printed. Oracle: the characters' boxes in the PDF, by PDFium."""
from __future__ import annotations

import json
from pathlib import Path

import pypdfium2
import pytest
import typst

from maps.drawing import Drawing, add_text
from maps.fonts import FACES, HEIGHT_EM, missing, runs, shortened, width_em

MM_PER_PT = 25.4 / 72
TEXTS = ["滆湖 邹区 圩塘 堰桥 㘰", "Avenida da Boavista", "EN 109-2", "≈128", "第 12 页 →", "Łódź Ğŵ Αθήνα Київ",
         "沪武高速", "1 : 75 000", "agjpqy"]


def printed(text: str, size_mm: float, folder: Path) -> tuple[float, float, float, float]:
    """left, top, right, bottom in millimetres of the ink of a text centred at (100, 20)."""
    drawing = Drawing(200, 40)
    add_text(drawing.layer("names"), text, 100, 20, size_mm, fill="#000000")
    (folder / "t.svg").write_text(drawing.svg(), encoding="utf-8")
    (folder / "t.typ").write_text("#set page(width: 200mm, height: 40mm, margin: 0mm)\n#image(\"t.svg\")", encoding="utf-8")
    pdf = typst.compile(folder / "t.typ", font_paths=[face.parent for face in FACES.values()], ignore_system_fonts=True)
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    chars = page.get_textpage()
    boxes = [chars.get_charbox(i) for i in range(chars.count_chars())]
    found = [box for box in boxes if box[2] > box[0]]
    edges = (min(b[0] for b in found), 40 / MM_PER_PT - max(b[3] for b in found), max(b[2] for b in found),
             40 / MM_PER_PT - min(b[1] for b in found))
    document.close()
    left, top, right, bottom = (edge * MM_PER_PT for edge in edges)
    return left, top, right, bottom


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_stays_in_its_box(text: str, tmp_path: Path) -> None:
    """And fills it: the widths add up, they do not just suffice. Side bearings and kerning are left over."""
    size = 10.0
    left, top, right, bottom = printed(text, size, tmp_path)
    wide = width_em(text) * size
    assert 100 - wide / 2 - 0.3 <= left and right <= 100 + wide / 2 + 0.3
    assert right - left >= wide - 0.25 * size
    assert 20 - HEIGHT_EM * size / 2 - 0.3 <= top and bottom <= 20 + HEIGHT_EM * size / 2 + 0.3


def test_a_text_is_set_in_the_first_font_that_has_each_character() -> None:
    assert list(runs("Rua Łódź 滆")) == [("Noto Sans SC", "Rua "), ("Noto Sans", "Ł"), ("Noto Sans SC", "ód"), ("Noto Sans", "ź"),
                                        ("Noto Sans SC", " 滆")]
    assert missing("滆湖 Łódź Київ") == set() and missing("ក滆") == {"ក"}
    assert "".join(part for _, part in runs(json.dumps(TEXTS))) == json.dumps(TEXTS)


def test_a_long_text_is_cut_at_a_character() -> None:
    assert shortened("滆湖大道", 4) == "滆湖大道" and shortened("滆湖大道", 3.2) == "滆湖…"
    assert all(width_em(shortened("Avenida da Boavista" * 3, most)) <= most for most in (1.0, 2.5, 9.0))
