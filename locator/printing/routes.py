"""A trip as a booklet of strips, as one overview sheet, as a folded card.

In: a Trip, a Sheet, a Draughtsman who draws the panels.    Out: Documents.
Never knows: how a stop was found, how a panel is drawn, where it will be sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from locator.printing.both import Both, km
from locator.printing.documents import Document, common, fact
from locator.printing.drawing import Draughtsman
from locator.printing.rows import kinds_of
from locator.printing.ruler import ruler
from locator.printing.sheets import Layout, Sheet, data_of, layout
from locator.printing.trips import Trip, fewer, plan_legs, plan_lines
from maps.panels import Panel
from maps.paper import qr_svg
from maps.strips import Strip

OVERVIEW_TEXTS_MM = 84.0  # of an overview's height: title, warnings, facts, what the plan says, small print
LINE_MM = 6.3
TWO_COLUMNS_MM = 170.0  # from this width on the lines stand in two columns
LOCATOR_MM = (30.0, 15.0)
FACE_ROWS = 9  # stops on one face of the card
FACES = 5
ROOMY = 5  # rows of a face up to which each says hours and services too


def booklet(trip: Trip, sheet: Sheet, both: Both, draughtsman: Draughtsman, made: datetime) -> Document:
    """A cover with the plan, then the route strip by strip."""
    page = layout(sheet)
    strips = draughtsman.strips(trip.route, sheet, page)
    cover = draughtsman.overview(trip, *_cover_map(trip, sheet), strips)
    panels = {"overview": cover} | {f"strip-{s.number}": draughtsman.strip(trip, s) for s in strips}
    locators = (
        {f"locator-{s.number}": draughtsman.locator_map(trip, strips, s.number, *LOCATOR_MM) for s in strips}
        if len(strips) > 1
        else {}
    )
    data = {
        **_trip_data(trip, sheet, both, made, "booklet"),
        "overview": _panel("overview", cover, both.first.text("paper.alt.overview")),
        "paper": data_of(
            sheet, ruler_mm=page.ruler, wide=page.wide, beside=page.beside, legend_columns=4 if page.wide or page.beside else 2
        ),
        "legend": kinds_of(trip.rows, both),
        "pages": [_page(trip, strip, strips, panels, locators, page, both) for strip in strips],
    }
    return Document("booklet", data, _pictures(trip, {**panels, **locators}), made, panels)


def _cover_map(trip: Trip, sheet: Sheet) -> tuple[float, float]:
    """Width and height of what the texts of a cover leave for its map, by how many lines they have; never less than a quarter of
    its height. On a landscape cover the plan stands beside the map."""
    width, height = sheet.size_mm
    wide, beside, inner_w = width > 180, sheet.orientation == "landscape", width - 2 * sheet.margin_mm
    legs = len(trip.planned.plan.legs) if trip.planned else 0
    kinds = len({row["kind"] for row in trip.rows}) + 3
    lines_mm = (76.0 if wide else 128.0) + (31.0 if trip.live else 24.0) + 5.5 * -(-kinds // (4 if wide else 2))
    if not beside:
        return inner_w, max(height - lines_mm - (8 + 7.6 * (legs + 1) if legs > 1 else 0), height / 4)
    planned = legs > 1
    return inner_w * (0.56 if planned else 1.0), max(height - lines_mm + (14.0 if planned else 0.0), height / 4)


def overview(trip: Trip, sheet: Sheet, both: Both, draughtsman: Draughtsman, made: datetime) -> Document:
    """The whole route on one page, with as many stops as have room, each in a line; the plan's are always among them."""
    width, height = sheet.size_mm
    beside = sheet.orientation == "landscape"
    inner_w, inner_h = width - 2 * sheet.margin_mm, height - OVERVIEW_TEXTS_MM
    room = inner_h if beside else inner_h / 2
    columns = 1 if beside or inner_w < TWO_COLUMNS_MM else 2
    rows = fewer(trip.rows, columns * max(int(room / LINE_MM) - 2, 4))
    lines = -(-len(rows) // columns) + 2
    size = (inner_w * 0.56, inner_h) if beside else (inner_w, inner_h - lines * LINE_MM)
    panel = draughtsman.overview(trip, size[0], size[1])
    data = {
        **_trip_data(trip, sheet, both, made, "overview"),
        "overview": _panel("overview", panel, both.first.text("paper.alt.overview")),
        "paper": data_of(sheet, beside=beside),
        "stops": rows,
        "columns": columns,
    }
    if len(rows) < len(trip.rows):
        data["small_print"] = [both.text("paper.some_stops", n=len(rows), of=len(trip.rows)), *data["small_print"]]
    return Document("overview", data, _pictures(trip, {"overview": panel}), made, {"overview": panel})


def card(trip: Trip, both: Both, made: datetime) -> Document:
    """The stops on a card for the pocket: A4, folded to eight faces. Those of the plan are always among them."""
    rows = fewer(trip.rows, FACE_ROWS * FACES)
    ends = [round(face * len(rows) / FACES) for face in range(FACES + 1)]
    faces = [rows[begin:end] for begin, end in pairwise(ends)]
    data = {
        **_trip_data(trip, Sheet(orientation="landscape"), both, made, "card"),
        "faces": faces,
        "roomy": max(map(len, faces)) <= ROOMY,
        "legend": kinds_of(rows, both),
    }
    return Document("card", data, _pictures(trip, {}), made)


def _trip_data(trip: Trip, sheet: Sheet, both: Both, made: datetime, kind: str) -> dict[str, Any]:
    route, depart = trip.route, trip.answer.depart
    arrive = plan_legs(trip, both)
    rule = trip.planned.rules.name if trip.planned else None
    facts = [
        fact(both.text("paper.distance"), f"{km(route.distance_m)} km"),
        fact(both.text("paper.drive"), both.duration(route.duration_s)["a"]),
        fact(both.text("paper.depart"), f"{depart:%m-%d %H:%M}"),
        fact(both.text("paper.arrive"), arrive[-1]["arrive"] if arrive else "—"),
        fact(both.text("paper.rule"), both.first.name("rule", rule) if rule else "—"),
    ]
    lorry = route.vehicle
    subtitle = [
        both.first.text(
            "paper.lorry", kind=both.first.text(f"vehicle.{lorry.preset}"), height=f"{lorry.height_m:g}", mass=f"{lorry.mass_t:g}"
        )
    ]
    said = common(
        both,
        sheet,
        trip.region,
        made,
        title=trip.title,
        kind=kind,
        approximate=trip.approximate,
        demo=any(row["demo"] for row in trip.rows),
    )
    live = {"live": "live.svg"} if trip.live else {}
    return {
        **said,
        **live,
        "law": any(stint.limit_m is not None or stint.shade_m is not None for stint in trip.stints),
        "subtitle": subtitle,
        "facts": facts,
        "plan": {"legs": arrive if trip.planned and len(arrive) > 1 else [], "say": plan_lines(trip, both)},
    }


def _pictures(trip: Trip, panels: dict[str, Panel]) -> dict[str, str]:
    live = {"live.svg": qr_svg(trip.live)} if trip.live else {}
    return {**trip.pictures, **live, **{f"{name}.svg": panel.svg for name, panel in panels.items()}}


def _panel(name: str, panel: Panel, alt: str) -> dict[str, Any]:
    return {"file": f"{name}.svg", "width_mm": panel.window.width_mm, "height_mm": panel.window.height_mm, "alt": alt}


def _page(
    trip: Trip,
    strip: Strip,
    strips: Sequence[Strip],
    panels: dict[str, Panel],
    locators: dict[str, Panel],
    page: Layout,
    both: Both,
) -> dict[str, Any]:
    name, loc = f"strip-{strip.number}", f"locator-{strip.number}"
    labels = {what: both.text(f"paper.flag.{what}") for what in ("limit", "last_safe", "rest")}
    neighbours = [
        both.text("paper.previous", n=strip.previous) if strip.previous else None,
        both.text("paper.next", n=strip.next) if strip.next else None,
    ]
    alt = both.first.text("paper.alt.strip", n=strip.number, start=km(strip.from_m), end=km(strip.to_m))
    marks = [both.text("page.schematic")] if trip.region.facts.schematic else []
    marks += [both.text("page.approximate")] if trip.approximate and not trip.region.facts.schematic else []
    north = [] if abs(strip.window.up_deg) < 0.5 else [both.text("paper.turned", deg=round(strip.window.up_deg))]
    begin, end = _own(strip, strips)
    inside = [row for row in trip.rows if begin <= row["offset_m"] < end or (strip.next is None and row["offset_m"] >= end)]
    return {
        "title": both.first.text("paper.strip", n=strip.number, of=strip.count),
        "span": f"{km(strip.from_m)}–{km(strip.to_m)} km",
        "scale": f"1:{strip.window.scale:,.0f}".replace(",", " "),
        "marks": marks + north,
        "neighbours": [n for n in neighbours if n],
        "panel": _panel(name, panels[name], alt),
        "locator": _panel(loc, locators[loc], both.first.text("paper.alt.locator")) if loc in locators else None,
        "ruler": ruler(trip.route, trip.stints, trip.rows, strip.from_m, strip.to_m, height_mm=page.panel_h, labels=labels),
        "stops": inside,
    }


def _own(strip: Strip, strips: Sequence[Strip]) -> tuple[float, float]:
    """From where to where a page lists the stops: every stop is listed once, though neighbours share a stretch."""
    begin = 0.0 if strip.match_from_m is None else strip.match_from_m
    end = strips[-1].to_m if strip.match_to_m is None else strip.match_to_m
    return begin, end
