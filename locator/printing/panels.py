"""The maps on a paper alone: PNG pictures with world files, for a GIS.

In: a Document.    Out: NAME.png, NAME.pgw (the picture's affine) and NAME.prj (its projection, WKT) in a folder.
Never knows: what the panels show.
"""

from __future__ import annotations

from pathlib import Path

from geodata.whole import write_whole
from locator.printing.documents import Document
from maps.paper import size_of, write_png
from maps.worldfiles import prj_file, world_file

PPIS = (36, 600)
PANEL_PPI = 150


def write_panels(document: Document, folder: Path, *, ppi: int = PANEL_PPI) -> list[Path]:
    """Every panel of a paper; the pictures' paths."""
    written = []
    for name, panel in document.panels.items():
        png = write_png(panel.svg, panel.window.width_mm, panel.window.height_mm, ppi=ppi)
        for ending, content in (
            (".png", png),
            (".pgw", world_file(panel.window, *size_of(png)).encode()),
            (".prj", prj_file(panel.window).encode()),
        ):
            write_whole(folder / f"{name}{ending}", content)
        written.append(folder / f"{name}.png")
    return written
