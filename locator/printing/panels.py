"""The maps on a paper alone: PNG pictures with world files, for a GIS.

In: a Document.    Out: NAME.png, NAME.pgw (the picture's affine) and NAME.prj (its projection, WKT), in a folder or a ZIP.
Never knows: what the panels show.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from geodata.errors import BadInput
from geodata.whole import write_whole
from locator.printing.documents import Document
from maps.paper import size_of, write_png
from maps.worldfiles import prj_file, world_file

PPIS = (36, 600)
PANEL_PPI = 150
MM_PER_INCH = 25.4
MOST_PIXELS = 80_000_000  # of all pictures of a ZIP together: what a server draws at one request
ZIPPED = (2000, 1, 1, 0, 0, 0)  # the same paper gives the same bytes


def write_panels(document: Document, folder: Path, *, ppi: int = PANEL_PPI) -> list[Path]:
    """Every panel of a paper; the pictures' paths."""
    written = []
    for name, content in _files(document, ppi):
        write_whole(folder / name, content)
        written += [folder / name] if name.endswith(".png") else []
    return written


def zip_panels(document: Document, *, ppi: int = PANEL_PPI) -> bytes:
    """The same in a ZIP. Raises BadInput too_large before anything is drawn, with the ppi that keeps to MOST_PIXELS."""
    sizes = (panel.window for panel in document.panels.values())
    inches2 = sum(one.width_mm * one.height_mm for one in sizes) / MM_PER_INCH**2
    if inches2 * ppi**2 > MOST_PIXELS:
        raise BadInput("too_large", field="ppi", value=ppi, limit=int((MOST_PIXELS / inches2) ** 0.5), unit="ppi")
    out = BytesIO()
    with ZipFile(out, "w") as packed:
        for name, content in _files(document, ppi):
            how = ZIP_STORED if name.endswith(".png") else ZIP_DEFLATED
            packed.writestr(ZipInfo(name, ZIPPED), content, how)
    return out.getvalue()


def _files(document: Document, ppi: int) -> Iterator[tuple[str, bytes]]:
    for name, panel in document.panels.items():
        png = write_png(panel.svg, panel.window.width_mm, panel.window.height_mm, ppi=ppi)
        yield f"{name}.png", png
        yield f"{name}.pgw", world_file(panel.window, *size_of(png)).encode()
        yield f"{name}.prj", prj_file(panel.window).encode()
