"""Paper: a template, plain data and drawn panels become a PDF, or its pages as pictures.

In: the name of a template of maps/typst, JSON data with every text in it, pictures (SVG) by name.    Out: PDF; PNG a page.
Never knows: a language, a question, where the data came from.

typst reads the data as JSON from a private folder, which is its root: a text is always text there, never source, and nothing
outside the folder can be read. Fonts are those of maps.fonts and Noto Serif SC (SIL Open Font License 1.1), embedded in the PDF;
those of the machine are not used, so that the same data gives the same paper anywhere.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import segno
import typst

from maps.fonts import FACES
from maps.looks import KINDS, ROUTE

TEMPLATES = Path(__file__).parent / "typst"
FAMILIES = (*FACES, "Noto Serif SC")  # the serif lies beside the sans
REMEMBERED = 10  # papers whose parts typst keeps in memory for the next ones
LARGE = 300_000  # characters of pictures from which a paper is too much to keep
FONT_LICENCE = "Noto Sans SC, Noto Serif SC © Adobe, Noto Sans © Google · SIL OFL 1.1"
PAPERS: dict[str, tuple[int, int]] = {  # portrait, mm (ISO 216)
    "A0": (841, 1189),
    "A1": (594, 841),
    "A2": (420, 594),
    "A3": (297, 420),
    "A4": (210, 297),
    "A5": (148, 210),
}


def write_pdf(
    template: str, data: Mapping[str, Any], pictures: Mapping[str, str], *, made: datetime, strict: bool = False
) -> bytes:
    """The paper as a tagged PDF.

    data      what the template asks for (each names it); `title` becomes the PDF's title, `made` its date
    pictures  file name -> SVG; the data names them
    strict    hold it to PDF/UA-1 and PDF/A-2a: raises typst.TypstError when a glyph, an alternative text or a heading is missing
    """
    with _room(template, data, pictures, made) as compiler:
        fixed = made.replace(microsecond=0, tzinfo=timezone(made.utcoffset() or timedelta()))
        content = compiler.compile(format="pdf", timestamp=fixed, pdf_standards=["ua-1", "a-2a"] if strict else [])
    assert isinstance(content, bytes)
    return content


def write_pngs(template: str, data: Mapping[str, Any], pictures: Mapping[str, str], *, made: datetime, ppi: float) -> list[bytes]:
    """The paper's pages as PNG."""
    with _room(template, data, pictures, made) as compiler:
        content = compiler.compile(format="png", ppi=ppi)
    pages = content if isinstance(content, list) else [content]
    return [page for page in pages if page is not None]


def write_png(picture: str, width_mm: float, height_mm: float, *, ppi: float) -> bytes:
    """One picture (SVG) as PNG, in the papers' fonts."""
    data = {"width_mm": width_mm, "height_mm": height_mm}
    return write_pngs("panel", data, {"panel.svg": picture}, made=datetime.fromtimestamp(0, UTC), ppi=ppi)[0]


def size_of(png: bytes) -> tuple[int, int]:
    """(width, height) in pixels, as its header says."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def qr_svg(text: str) -> str:
    """A QR code (level M: still read with 15 % of it dirty), with the quiet zone its standard asks for."""
    made = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        made, kind="svg", xmldecl=False, svgns=True, border=4, light="#ffffff", omitsize=True
    )
    return made.getvalue().decode()


@contextmanager
def _room(template: str, data: Mapping[str, Any], pictures: Mapping[str, str], made: datetime) -> Iterator[typst.Compiler]:
    """A compiler whose whole world is one private folder, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="locator-paper-") as folder:
        root = Path(folder)
        for source in TEMPLATES.glob("*.typ"):
            shutil.copyfile(source, root / source.name)
        for name, picture in {**_icons(), **pictures}.items():
            assert Path(name).name == name, "a plain file name"
            (root / name).write_text(picture, encoding="utf-8")
        day = {
            "year": made.year,
            "month": made.month,
            "day": made.day,
            "hour": made.hour,
            "minute": made.minute,
            "second": made.second,
        }
        (root / "data.json").write_bytes(orjson.dumps({**data, "date": day, "looks": _looks()}))
        yield typst.Compiler(
            root / f"{template}.typ",
            root=root,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            package_path=root / "none",
            package_cache_path=root / "none",
        )
        if sum(map(len, pictures.values())) > LARGE:
            _forget()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[face.parent for face in FACES.values()]
    )
    assert set(FAMILIES) <= set(fonts.families()), "without its fonts a paper would be blank"
    return fonts


def _forget() -> None:
    """Have typst let go of the last paper: by empty papers, for there is no other way. Measured: 55 ms; without it 36 booklets
    of eight full pages, one after another, took 1.4 GB, with it as much as one of them."""
    for _ in range(REMEMBERED + 1):
        typst.compile(b"", format="pdf", font_paths=_fonts(), ignore_system_fonts=True)


def _looks() -> dict[str, Any]:
    return {"kinds": {kind: {"colour": look.colour} for kind, look in KINDS.items()}, "route": ROUTE["day"]}


def _icons() -> dict[str, str]:
    """The picture of every kind, white, as a file."""
    box = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#fff" d="{}"/></svg>'
    return {f"kind-{kind}.svg": box.format(look.picture) for kind, look in KINDS.items()}
