"""Papers of places: a station's poster, a district's wall map.

In: a Locator, a place or all of them, a Sheet, a Draughtsman.    Out: Documents.
Never knows: routes, how a panel is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from geodata.columns import KINDS, NAVIGABLE
from geodata.errors import BadInput, NotFound, NotReachable
from geodata.geodesy import inverse
from geodata.layers import rows
from locator.answers import nearest_json
from locator.asks import Want
from locator.locator import Locator
from locator.printing.both import Both, clean, km, plain
from locator.printing.documents import Document, common, fact
from locator.printing.drawing import Draughtsman
from locator.printing.rows import accuracy_mark, kinds_of, place_row
from locator.printing.sheets import WALL_PAPERS, Sheet, data_of
from locator.vehicles import Vehicle
from maps.fonts import width_em
from maps.paper import FONT_LICENCE, qr_svg

WAYS = ("north", "east", "south", "west")
ARROWS = dict(zip(WAYS, "↑→↓←", strict=True))
A_WAY = 3  # places each way
LOOKED_AT = 60  # nearest places among which those are found
EVENTS = 4
EVENT_DAYS = 31
ENTRY_MM, INDEX_HEAD_MM = 5.3, 18.0  # of a wall map's index on A3: a line; its head and the small print
TEXT_MM, NUMBERED_MM = 2.7, 13.5  # there: the height of its letters; what stands before a name
WALL_HEAD_MM, WARNED_MM = 18.0, 5.6  # above its map: the title; each warning with its share of their frame
MOST_ENTRIES = 3_000  # of a wall map's index


def find_place(locator: Locator, asked: str) -> int:
    """Row in the atlas of a place by its id or its name. Raises NotFound unknown_place."""
    frame = locator.atlas.frame
    for column in ("id", "name", "name_en"):
        hit = np.flatnonzero((frame[column] == asked).fillna(False).to_numpy(bool)) if column in frame else np.empty(0, int)
        if len(hit):
            return int(hit[0])
    known = [one.name for one in locator.suggest(asked, 5)]
    raise NotFound("unknown_place", field="place", value=asked, suggestions=known)


def poster(
    locator: Locator, asked: str, sheet: Sheet, both: Both, draughtsman: Draughtsman, vehicle: Vehicle, made: datetime
) -> Document:
    """You are here, what is here, the next points each way. Raises NotFound unknown_place, NotReachable."""
    atlas, region = locator.atlas, locator.region
    row = find_place(locator, asked)
    lon, lat = (float(x) for x in atlas.places.lonlat[row])
    told = nearest_json(locator.nearest((lon, lat), vehicle, Want(limit=LOOKED_AT), made))["features"]
    here = _here(locator, row, told)
    said, codes = place_row(here, both, "navigate.svg", region.facts.country)
    ways, shown = _ways([feature for feature in told if feature["id"] != here["id"]], (lon, lat), both)
    k = sheet.size_mm[0] / 210
    panel = draughtsman.around((lon, lat), shown, 103.0 * k, 112.0 * k, k)
    live = f"{sheet.live}/?from={lon:.5f},{lat:.5f}&region={region.name}" if sheet.live else ""
    data = {
        **common(both, sheet, region, made, title=said["name"], kind="poster", demo=bool(here["demo"])),
        "paper": data_of(sheet),
        "here": said,
        "cell": _cell(locator, here.get("grid_cell"), both),
        "small_print": [both.text("paper.drives_from_here"), both.text("paper.accuracy"), plain(FONT_LICENCE)],
        "panel": {"file": "panel.svg", "alt": both.first.text("paper.alt.around")},
        "services": [_service(one, both) for one in here["services"]],
        "facts": _facts(here, both),
        "ways": ways,
        "events": _events(locator, here["id"], both, made),
        "live": "live.svg" if live else None,
        "navigate": "navigate.svg" if codes else None,
        "navigate_alt": said["qr_alt"],
    }
    pictures = {**codes, "panel.svg": panel.svg} | ({"live.svg": qr_svg(live)} if live else {})
    return Document("poster", data, pictures, made, {"around": panel})


def _here(locator: Locator, row: int, told: list[dict[str, Any]]) -> dict[str, Any]:
    """What the answers say of the place itself. Raises NotReachable when no road leads into it: nothing leads from it either."""
    own = locator.atlas.frame["id"].iloc[row]
    for feature in told:
        if feature["id"] == own:
            return dict(feature["properties"])
    raise NotReachable("no_road_within_reach", field="place", value=own)


def _cell(locator: Locator, asked: str | None, both: Both) -> str:
    """The name of the grid cell a place belongs to."""
    for layer in locator.layers().values():
        if layer.kind == "grid_cells" and asked:
            for row in rows(layer.frame):
                if row["id"] == asked:
                    return both.titled(row)[0]
    return clean(asked)


def _service(one: Mapping[str, Any], both: Both) -> dict[str, Any]:
    price = plain(clean(one["price"])) if one["price"] else both.text("paper.free") if one["free"] else None
    return {
        "name": both.name("service", one["what"]),
        "hours": clean(one["hours"]),
        "price": price,
        "benefit": clean(one["benefit"]),
    }


def _facts(stop: Mapping[str, Any], both: Both) -> list[dict[str, Any]]:
    """What is known of the place; what is not is left out."""
    known = [
        ("hours", clean(stop["hours"])),
        ("lorry_bays", "" if stop["lorry_bays"] is None else str(stop["lorry_bays"])),
        ("phone", clean(stop["phone"])),
        ("road_ref", clean(stop["road_ref"])),
        ("direction", clean(stop["direction"])),
        ("position_accuracy", both.first.name("accuracy", stop["position_accuracy"] or "unknown")),
    ]
    return [fact(both.name("column", name), value) for name, value in known if value]


def _ways(
    others: list[dict[str, Any]], here: tuple[float, float], both: Both
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The soonest others in each quarter of the compass, numbered; and the same in one list, nearest first, for the map."""
    ways: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    shown: list[dict[str, Any]] = []
    if others:
        there = np.array([feature["geometry"]["coordinates"] for feature in others])
        azimuth = np.asarray(inverse(np.tile([here], (len(others), 1)), there)[0]) % 360
        for feature, degrees in zip(others, azimuth.tolist(), strict=True):
            way = ways[WAYS[int((degrees + 45) % 360 // 90)]]
            if len(way) == A_WAY:
                continue
            place = feature["properties"]
            row, _ = place_row(place, both, "", None)
            about = "≈" if place["approximate"] else ""
            drive = about + both.duration(place["drive_s"])["a"]
            row |= {"number": len(shown) + 1, "drive": drive, "distance": f"{km(place['drive_m'])} km"}
            shown.append({**row, "lonlat": feature["geometry"]["coordinates"]})
            way.append(row)
    said = [{"arrow": ARROWS[way], "name": both.text(f"paper.way.{way}"), "places": some} for way, some in ways.items() if some]
    return said, shown


def _events(locator: Locator, place: str, both: Both, made: datetime) -> list[dict[str, Any]]:
    """What is on here within a month, soonest first."""
    found = []
    until = (made + timedelta(days=EVENT_DAYS)).isoformat()
    for layer in locator.layers().values():
        if layer.kind != "events":
            continue
        for row in rows(layer.frame):
            if row["place"] == place and row["starts"] and made.date().isoformat() <= row["starts"] <= until:
                name, beside = both.titled(row)
                found.append({"when": clean(row["starts"]).replace("T", " ")[:16], "name": name, "name_beside": beside})
    return sorted(found, key=lambda one: one["when"])[:EVENTS]


def wall(locator: Locator, sheet: Sheet, both: Both, draughtsman: Draughtsman, made: datetime) -> Document:
    """Every layer on one large map, and an index of the places by grid square. Raises BadInput too_large."""
    sheet.only(*WALL_PAPERS)
    places = _entries(locator, both)
    title, other = _titles(locator, both)
    said = common(both, sheet, locator.region, made, title=title, kind="wall", demo=any(place["demo"] for place in places))
    width, height = sheet.size_mm
    k = min(width, height) / 297
    beside = sheet.orientation == "landscape"
    inner_w = width - 2 * sheet.margin_mm
    inner_h = height - sheet.margin_mm - 5 - (8 + WALL_HEAD_MM + WARNED_MM * len(said["warnings"])) * k
    columns, share = _index(places, beside, inner_w, inner_h, k)
    size = (inner_w * (1 - share), inner_h) if beside else (inner_w, inner_h * (1 - share))
    panel = draughtsman.wall(places, size[0], size[1], k)
    for entry, square in zip(places, panel.squares, strict=True):
        entry["square"] = square or "—"
    data = {
        **said,
        "subtitle": other,
        "paper": data_of(sheet, beside=beside, index_columns=columns),
        "panel": {
            "file": "panel.svg",
            "width_mm": panel.window.width_mm,
            "height_mm": panel.window.height_mm,
            "alt": both.first.text("paper.alt.wall"),
        },
        "entries": places,
        "small_print": [both.text("paper.accuracy"), plain(FONT_LICENCE)],
        "legend": kinds_of(places, both),
    }
    return Document("wall", data, {"panel.svg": panel.svg}, made, {"wall": panel})


def _entries(locator: Locator, both: Both) -> list[dict[str, Any]]:
    """Every place, numbered kind by kind, as the map and its index want it."""
    atlas = locator.atlas
    if len(atlas.frame) > MOST_ENTRIES:
        raise BadInput("too_large", field="region", limit=MOST_ENTRIES, unit="items")
    entries = []
    for place, lonlat in zip(rows(atlas.frame), atlas.places.lonlat.tolist(), strict=True):
        name, beside = both.titled(place)
        known = {**place, "navigable": place["position_accuracy"] in NAVIGABLE}
        mark = accuracy_mark(known, both)
        entries.append(
            {
                "kind": place["kind"],
                "name": name,
                "name_beside": beside,
                "mark": mark,
                "lonlat": lonlat,
                "demo": place["demo"] is True,
            }
        )
    order = {kind: at for at, kind in enumerate(KINDS)}
    entries.sort(key=lambda one: (order.get(str(one["kind"]), 99), one["name"]))
    return [{**entry, "number": number} for number, entry in enumerate(entries, start=1)]


def _index(places: list[dict[str, Any]], beside: bool, inner_w: float, inner_h: float, k: float) -> tuple[int, float]:
    """Columns of the index, and the share of the paper it takes; what has no room goes on to another sheet."""
    line = ENTRY_MM * max(k, 0.95)
    if beside:
        columns = min(max(-(-len(places) // max(int(inner_h / line), 1)), 1), 3)
        return columns, 0.12 * columns + 0.03
    columns = 4
    room_mm = inner_w / columns - (NUMBERED_MM + 4) * k
    lines = [max(math.ceil(width_em(f"{one['name']} {one['name_beside']}") * TEXT_MM * k / room_mm), 1) for one in places]
    each = max(-(-len(places) // columns), 1)
    most = max((sum(lines[first : first + each]) for first in range(0, len(lines), each)), default=0)
    return columns, min(0.5, (most * line + INDEX_HEAD_MM * k) / inner_h)


def _titles(locator: Locator, both: Both) -> tuple[str, str]:
    facts = locator.region.facts
    zh, en = (facts.title_zh or facts.name), (facts.title_en or facts.name)
    here, there = (zh, en) if both.lang == "zh" else (en, zh)
    return both.first.text("paper.wall_title", region=here), both.other.text("paper.wall_title", region=there)
