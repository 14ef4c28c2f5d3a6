"""What things look like on a map: colour and picture of every kind of place, the line of every class of road.

In: nothing.    Out: KINDS, ACCESS, ROADS as data, and the same as JSON for a page's script.
Never knows: where anything is, a language, HTTP.

The colours are darkened from Okabe and Ito's palette for the colour-blind (jfly.uni-koeln.de/color, 2008)
until white text on them passes WCAG 2.2 AA (4.5 : 1). Every kind has a picture too, for all eyes.
"""
from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Look:
    """A colour to write white on, and the outline of a picture in a box of 24 x 24 (an SVG path)."""

    colour: str
    picture: str


@dataclass(frozen=True)
class RoadLook:
    """One class of road: pixels wide at zoom 12, its colour by day and night, the zoom it is shown from."""

    width: float
    day: str
    night: str
    from_zoom: int


KINDS: dict[str, Look] = {
    "service_centre": Look("#0068A6",
                           "M12 2l3 6.3 6.9.9-5 4.8 1.2 6.9-6.1-3.3-6.1 3.3 1.2-6.9-5-4.8 6.9-.9z"),
    "service_station": Look("#1B3F8B", "M12 2l8 3v6c0 5-3.4 9-8 11-4.6-2-8-6-8-11V5z"),
    "drivers_home": Look("#00735A", "M12 3l10 8.5h-3V21h-5v-6h-4v6H5v-9.5H2z"),
    "partner": Look("#8A3B76", "M12 21C5.5 15.5 2 12.3 2 8.5 2 5.5 4.3 3.5 7 3.5c2 0 3.8 1.1 5 3 "
                               "1.2-1.9 3-3 5-3 2.7 0 5 2 5 5 0 3.8-3.5 7-10 12.5z"),
    "service_area": Look("#B04A00", "M7 2v8a3 3 0 002 2.8V22h2.5v-9.2a3 3 0 002-2.8V2h-1.8v6h-1V2H9.8v6h-1V2z"
                                    "M18 2c-1.7 1-2.5 3.5-2.5 6.5V13H17v9h2.5V2z"),
    "lorry_park": Look("#5A4B00", "M6 2h7.5a6.5 6.5 0 010 13H10v7H6zM10 6v5h3.3a2.5 2.5 0 000-5z"),
    "fuel": Look("#8C1D2F",
                 "M4 21V4a2 2 0 012-2h7a2 2 0 012 2v8h1.5a2 2 0 012 2v4a1 1 0 002 0V10l-3-3 1.4-1.4"
                 "L22.5 9v9a3 3 0 01-6 0v-4H15v7zM6.5 4.5V10h6V4.5z"),
}
ACCESS: dict[str, Look] = {
    "same": Look("#00735A", "M11 21V8.5L6.5 13 5 11.5 12 4.5l7 7-1.5 1.5L13 8.5V21z"),
    "opposite": Look("#B04A00", "M7 20V7.8L3.9 11 2.5 9.6 8 4l5.5 5.6-1.4 1.4L9 7.8V20zM17 4v12.2l3.1-3.2"
                                " 1.4 1.4L16 20l-5.5-5.6 1.4-1.4 3.1 3.2V4z"),
    "off_route": Look("#4A5560", "M5 21V12a4 4 0 014-4h6.2L12 4.9l1.4-1.4L19 9l-5.6 5.5L12 13.1 15.2 10"
                                 "H9a2 2 0 00-2 2v9z"),
}
ROADS: dict[str, RoadLook] = {     # drawn in this order, the lesser roads below
    "motorway": RoadLook(4.4, "#e59866", "#8f5a35", 4),
    "trunk": RoadLook(3.8, "#edbb6d", "#846436", 5),
    "primary": RoadLook(3.2, "#f2d58a", "#6f6238", 7),
    "motorway_link": RoadLook(2.2, "#e59866", "#8f5a35", 10),
    "trunk_link": RoadLook(2.0, "#edbb6d", "#846436", 10),
    "primary_link": RoadLook(1.8, "#f2d58a", "#6f6238", 11),
    "secondary": RoadLook(2.4, "#ffffff", "#4c5357", 9),
    "secondary_link": RoadLook(1.6, "#ffffff", "#4c5357", 12),
    "tertiary": RoadLook(1.8, "#ffffff", "#41484c", 11),
    "tertiary_link": RoadLook(1.4, "#ffffff", "#41484c", 12),
    "unclassified": RoadLook(1.3, "#ffffff", "#383f43", 12),
    "residential": RoadLook(1.1, "#ffffff", "#383f43", 13),
    "living_street": RoadLook(0.9, "#ffffff", "#383f43", 13),
    "road": RoadLook(1.1, "#ffffff", "#383f43", 13),
    "service": RoadLook(0.8, "#ffffff", "#343b3f", 13),
    "track": RoadLook(0.6, "#e4dccb", "#33393c", 13),
    "ferry": RoadLook(1.4, "#7fa6c9", "#3e5a73", 8),
}
SETTLEMENTS: dict[str, tuple[int, int]] = {      # the zoom a name is written from, pixels high; the greater first
    "city": (5, 15), "town": (8, 13), "suburb": (11, 12), "village": (11, 12), "hamlet": (13, 11), "place": (10, 12)}
GROUND = {"day": "#ebe7dd", "night": "#22282b"}
CASING = {"day": "#d3ccbd", "night": "#15191b"}          # the edge of a road: white shows on pale ground
LABEL = {"day": ("#4a463d", "#ffffff"), "night": ("#c6cbcd", "#1a1f21")}     # text, its halo
ROUTE = {"day": "#0b6e4f", "night": "#3fc79a"}


@dataclass(frozen=True)
class PaperRoad:
    """A class of road on paper: millimetres wide at 1 : 75 000, its fill and its edge (None: no edge), and the smallest scale
    (largest number) it is drawn at and its name written at."""

    width_mm: float
    fill: str
    edge: str | None
    to_scale: float
    name_to_scale: float = 0.0


@dataclass(frozen=True)
class PaperTown:
    """A kind of settlement on paper: how high its name is, the smallest scale it is written at, which goes first."""

    size_mm: float
    to_scale: float
    rank: int


@dataclass(frozen=True)
class Shield:
    """A road's number: `ref` is what it must match as a whole; band: a stripe along its upper edge."""

    ref: str
    fill: str
    text: str
    edge: str
    band: str | None = None


# A black-and-white printer makes of these: motorway 165 in 83, trunk 195 in 106, primary 224 in 124, the lesser ones white in 115
# and 138, on a ground of 243. The route (96, broad, edged white) and text (28) are darker than any of their fills.
PAPER_ROADS: dict[str, PaperRoad] = {
    "motorway": PaperRoad(1.15, "#e6914a", "#7d4415", 50e6, 2.5e6),
    "trunk": PaperRoad(1.0, "#f3b968", "#8a632a", 4e6, 1.25e6),
    "primary": PaperRoad(0.9, "#f9de93", "#8f7a42", 1.25e6, 500_000),
    "motorway_link": PaperRoad(0.6, "#e6914a", "#7d4415", 250_000),
    "trunk_link": PaperRoad(0.55, "#f3b968", "#8a632a", 200_000),
    "primary_link": PaperRoad(0.5, "#f9de93", "#8f7a42", 150_000),
    "secondary": PaperRoad(0.75, "#ffffff", "#76736c", 300_000, 200_000),
    "secondary_link": PaperRoad(0.45, "#ffffff", "#76736c", 125_000),
    "tertiary": PaperRoad(0.6, "#ffffff", "#8d8a83", 250_000, 125_000),
    "tertiary_link": PaperRoad(0.4, "#ffffff", "#8d8a83", 100_000),
    "unclassified": PaperRoad(0.28, "#bdb9b0", None, 125_000, 50_000),
    "residential": PaperRoad(0.22, "#cac6bd", None, 100_000, 25_000),
    "living_street": PaperRoad(0.2, "#cac6bd", None, 75_000, 20_000),
    "road": PaperRoad(0.22, "#cac6bd", None, 100_000, 25_000),
    "service": PaperRoad(0.18, "#d3cfc7", None, 30_000),
    "track": PaperRoad(0.16, "#d8d3c6", None, 30_000),
    "ferry": PaperRoad(0.4, "#5f86a8", None, 2e6, 250_000),
}
PAPER_TOWNS: dict[str, PaperTown] = {
    "city": PaperTown(5.2, 50e6, 0), "borough": PaperTown(4.2, 1e6, 1), "town": PaperTown(3.7, 1.25e6, 2),
    "county": PaperTown(3.7, 1e6, 2), "district": PaperTown(3.7, 600_000, 2), "suburb": PaperTown(3.0, 250_000, 4),
    "village": PaperTown(2.8, 250_000, 5), "place": PaperTown(2.8, 250_000, 5), "hamlet": PaperTown(2.4, 100_000, 6),
}
PAPER = {"ground": "#f6f3ec", "frame": "#33312c", "ink": "#1d1c19", "quiet": "#55524a", "halo": "#ffffff", "town": "#1d1c19",
         "road_name": "#3d3a33", "route": "#0b6e4f", "route_edge": "#ffffff", "route_other": "#7fae9c", "warn": "#c8431c",
         "warn_fill": "#f0b49c", "here": "#c8431c", "grid": "#8d8a83"}
ROUTE_MM, ROUTE_EDGE_MM = 1.7, 0.55
_RED, _GREEN, _YELLOW, _WHITE, _BLUE, _BLACK = "#b3202a", "#00694a", "#f2c230", "#ffffff", "#12488f", "#1d1c19"
# China: numbers by GB/T 917-2017 (G and S with one, two or four digits are motorways), colours as on the signs of GB 5768.2.
# Europe: E roads by the AGR of 1975, annex III (white on green). The rest is written in a plain frame.
SHIELDS: dict[str, tuple[Shield, ...]] = {
    "CN": (Shield(r"G(\d{1,2}|\d{4})", _GREEN, _WHITE, _WHITE, _RED),
           Shield(r"S(\d{1,2}|\d{4})", _GREEN, _WHITE, _WHITE, _YELLOW),
           Shield(r"G\d{3}", _RED, _WHITE, _WHITE), Shield(r"S\d{3}", _YELLOW, _BLACK, _BLACK),
           Shield(r"[XYZC]\w{1,8}", _WHITE, _BLACK, _BLACK)),
    "": (Shield(r"E ?\d{1,3}", _GREEN, _WHITE, _WHITE), Shield(r"[AM] ?-?\d{1,4}", _BLUE, _WHITE, _WHITE),
         Shield(r".{1,10}", _WHITE, _BLACK, _BLACK)),
}


# Driving time to the nearest place, near to far, the last beyond all: light to dark blue-green into orange and red, in even
# steps of lightness so that they hold in grey; from ColorBrewer's YlGnBu and OrRd (colorbrewer2.org, Apache 2.0)
BANDS = ("#41ab5d", "#1d91c0", "#5e4fa2", "#e08214", "#d7301f", "#67001f")
GAP = "#c51b7d"
SIDES = {"a": "#0068A6", "b": "#B04A00"}                 # of two that are compared


def place_looks() -> dict[str, Any]:
    """Colours and pictures of kinds and of access, as plain JSON."""
    return {"kinds": {kind: asdict(look) for kind, look in KINDS.items()},
            "access": {access: asdict(look) for access, look in ACCESS.items()}, "route": ROUTE}


def road_looks() -> dict[str, Any]:
    """How roads are drawn, as plain JSON."""
    return {"roads": [{"class": name, **asdict(road)} for name, road in ROADS.items()],
            "settlements": [{"class": name, "from_zoom": zoom, "size": size} for name, (zoom, size) in SETTLEMENTS.items()],
            "ground": GROUND, "casing": CASING, "label": LABEL}
