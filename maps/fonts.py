"""The fonts of paper, and how wide a text will be in them.

In: a text.    Out: its width in ems, the font each part of it is set in, characters no font has.
Never knows: where the text goes, what it says.

Noto Sans SC has all of Chinese (30 890 characters, 㘰 and 滆 among them) but of Latin only the western letters;
Noto Sans has the rest of Latin, Greek and Cyrillic. Both are under the SIL Open Font Licence 1.1 and come as packages,
so that a paper looks the same on every machine.
"""
from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

import fontpkg_noto_sans
import pylopdf_fonts_zh_cn
from fontTools.ttLib import TTFont

SANS = Path(pylopdf_fonts_zh_cn.sans_path())
MORE_LATIN = Path(str(fontpkg_noto_sans.__file__)).parent / "files" / "NotoSans[wdth,wght].ttf"
FACES = {"Noto Sans SC": SANS, "Noto Sans": MORE_LATIN}       # the first that has a character sets it
FAMILY = next(iter(FACES))
WIDEST_EM = 1.0               # what no font has is drawn as a box of this width
MIDDLE_EM = 0.37              # from the baseline up to the middle of a line of text
HEIGHT_EM = 1.25              # of a line about that middle, g and Ğ in it; Chinese alone needs 1
WHOLE_EM = 1000


@cache
def _widths(family: str) -> dict[int, int]:
    """Character -> thousandths of an em. Read once a process: 0.3 s."""
    with TTFont(FACES[family], lazy=True) as font:
        em, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
        return {code: round(metrics[glyph][0] * WHOLE_EM / em) for code, glyph in font.getBestCmap().items()}


@cache
def _face(character: str) -> str | None:
    return next((family for family in FACES if ord(character) in _widths(family)), None)


def runs(text: str) -> Iterator[tuple[str, str]]:
    """(family, part) of the text in order; what no font has goes with FAMILY."""
    for family, part in groupby(text, key=lambda character: _face(character) or FAMILY):
        yield family, "".join(part)


@lru_cache(maxsize=20_000)
def width_em(text: str) -> float:
    """Advance widths added up; kerning, which mostly narrows, is left out."""
    return sum(_widths(_face(c) or FAMILY).get(ord(c), WHOLE_EM) for c in text) / WHOLE_EM


def missing(text: str) -> set[str]:
    """The characters that would be drawn as an empty box."""
    return {c for c in text if _face(c) is None}


def shortened(text: str, most_em: float) -> str:
    """As much of it as fits, with … where something is left out."""
    if width_em(text) <= most_em:
        return text
    kept, room = "", most_em - width_em("…")
    for c in text:
        room -= width_em(c)
        if room < 0:
            break
        kept += c
    return kept.rstrip() + "…"
