"""On what is printed: paper, how it lies, scale, which way is up; and how that is divided into panel, ruler and list.

In: values from a command line, a form, a query.    Out: Sheet, Layout.
Never knows: a route, a place, a language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from geodata.errors import BadInput
from locator.asks import number
from maps.paper import PAPERS

ORIENTATIONS = ("portrait", "landscape")
UPS = ("travel", "north")
ROUTE_PAPERS = ("A3", "A4", "A5")
WALL_PAPERS = ("A3", "A2", "A1", "A0")
SCALES = (5_000, 2_000_000)  # 1 : n that can be asked for
MOST_PAGES = 60  # strips in one booklet
OVERLAPS = (0.0, 0.4)  # of a page, seen on its neighbour too
URL_LENGTH = 300  # characters: a QR code of more is hard to read from paper
WIDE_MM = 170  # from this width on the list of stops is a table, below it lines


@dataclass(frozen=True)
class Sheet:
    """paper  of PAPERS, in capitals or not
    scale  1 : n, None: chosen so that the booklet is short and a page shows half an hour or so
    live      the address drivers reach the live page by; "" none: then no QR code of it is printed
    """

    paper: str = "A4"
    orientation: str = "portrait"
    up: str = "travel"
    scale: int | None = None
    overlap: float = 0.1
    live: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "paper", self.paper.upper())  # a4 is A4
        for field, value, allowed in (
            ("paper", self.paper, tuple(PAPERS)),
            ("orientation", self.orientation, ORIENTATIONS),
            ("up", self.up, UPS),
        ):
            if value not in allowed:
                raise BadInput("not_allowed", field=field, value=value, allowed=", ".join(allowed))
        number("scale", self.scale, *SCALES)
        number("overlap", self.overlap, *OVERLAPS)
        if self.live:
            check_live(self.live)

    @property
    def size_mm(self) -> tuple[int, int]:
        width, height = PAPERS[self.paper]
        return (height, width) if self.orientation == "landscape" else (width, height)

    @property
    def margin_mm(self) -> int:
        return 8 if self.paper == "A5" else 10

    def only(self, *papers: str) -> Sheet:
        """The same, on one of these papers. Raises BadInput not_allowed."""
        if self.paper not in papers:
            raise BadInput("not_allowed", field="paper", value=self.paper, allowed=", ".join(papers))
        return self


@dataclass(frozen=True)
class Layout:
    """A strip page of a booklet, in mm. beside: the list stands right of the panel, not below it."""

    panel_w: float
    panel_h: float
    ruler: float
    beside: bool
    wide: bool


def layout(sheet: Sheet) -> Layout:
    """How a strip page is divided; the list gets what the panel leaves and goes on to another page when that is too little."""
    width, height = sheet.size_mm
    inner_w, inner_h = width - 2 * sheet.margin_mm, height - sheet.margin_mm - 12
    ruler = 36.0 if sheet.paper == "A5" else 38.0
    head = 19.0
    if sheet.orientation == "landscape":
        return Layout(inner_w * 0.60 - ruler - 5, inner_h - head, ruler, True, False)
    return Layout(inner_w - ruler - 1, (inner_h - head) * 0.56, ruler, False, inner_w >= WIDE_MM)


def check_live(url: str) -> str:
    """An http(s) address to print. Raises BadInput not_allowed, too_large."""
    if len(url) > URL_LENGTH:
        raise BadInput("too_large", field="live", limit=URL_LENGTH, unit="characters")
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username and url.isprintable()
    except ValueError:
        good = False
    if not good or " " in url or parts.query or parts.fragment:
        raise BadInput("not_allowed", field="live", value=url, allowed="https://…, http://…")
    return url.rstrip("/")


def data_of(sheet: Sheet, **more: Any) -> dict[str, Any]:
    """The sheet as a template reads it."""
    width, height = sheet.size_mm
    return {"width_mm": width, "height_mm": height, "margin_mm": sheet.margin_mm, **more}
