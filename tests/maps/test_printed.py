"""A panel as the printer gets it: typst sets it, PDFium reads it back."""
from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pypdfium2
import pytest
import typst

from maps.drawing import text_of
from maps.fonts import FACES
from maps.panels import Ground, Panel, draw_strip
from tests.maps.drawn import CAPTIONS, HOSTILE, ROUTE, pages, stops

SHORT = [name for name in HOSTILE if len(text_of(name)) < 40 and "\x00" not in name]


def pdf_of(panel: Panel, folder: Path) -> bytes:
    (folder / "p.svg").write_text(panel.svg, encoding="utf-8")
    size = f"width: {panel.window.width_mm}mm, height: {panel.window.height_mm}mm"
    (folder / "p.typ").write_text(f'#set page({size}, margin: 0mm)\n#image("p.svg")', encoding="utf-8")
    return bytes(typst.compile(folder / "p.typ", font_paths=[face.parent for face in FACES.values()], ignore_system_fonts=True))


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> pypdfium2.PdfDocument:
    """A page whose stops carry hostile names, far enough apart that every name has room."""
    strip = pages(100_000)[0]
    at = np.linspace(strip.from_m + 800, strip.to_m - 800, len(SHORT))
    table = stops(len(SHORT), SHORT).assign(offset_m=at, side="right", name=SHORT, approximate=False)
    table = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(*ROUTE.point_at(at).T), crs=4326)
    panel = draw_strip(strip, ROUTE, Ground(), table, CAPTIONS, magnify=0.8)
    document = pypdfium2.PdfDocument(pdf_of(panel, tmp_path_factory.mktemp("printed")))
    yield document
    document.close()


def test_hostile_names_print_verbatim(printed: pypdfium2.PdfDocument) -> None:
    said = printed[0].get_textpage().get_text_range()
    squeezed = "".join(said.split())
    found = [name for name in SHORT if "".join(text_of(name).split()) in squeezed]
    assert len(found) >= len(SHORT) - 1, set(SHORT) - set(found)        # a bare word may be cut at fifteen ems
    assert "滆湖邹区圩塘堰桥㘰" in squeezed and "alert(1)" in squeezed
    assert not {"\ufffd", "\x00"} & set(said)


def test_a_page_is_vector_and_text_not_a_picture(printed: pypdfium2.PdfDocument) -> None:
    kinds = {one.type for one in printed[0].get_objects(max_depth=8)}
    assert pypdfium2.raw.FPDF_PAGEOBJ_PATH in kinds and pypdfium2.raw.FPDF_PAGEOBJ_IMAGE not in kinds
    assert printed[0].get_size() == pytest.approx((180 / 25.4 * 72, 200 / 25.4 * 72), abs=1)
