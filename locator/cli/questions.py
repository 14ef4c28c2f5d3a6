"""locator along | nearest | route: the questions a driver asks.

In: a route or a place, a vehicle, what is wanted.    Out: the stops, as JSON or lines.
Never knows: how an answer is found.
"""
from __future__ import annotations

from typing import Any

import click

from geodata.errors import BadInput
from locator.answers import along_json, nearest_json, route_json
from locator.asks import ORDERS, read_depart
from locator.cli.caller import ANSWERED, NOTHING_FOUND, caller
from locator.cli.exporting import form_of, hand_over
from locator.cli.helping import Number, OneOf, Verb
from locator.cli.options import (
    datum_option,
    option,
    read_route,
    read_vehicle,
    read_want,
    route_options,
    vehicle_options,
    want_options,
)
from locator.cli.telling import along_lines, nearest_lines, route_lines
from locator.wiring import open_locator
from locator.words.exporting import FORMATS


@click.command("along", cls=Verb)
@route_options
@want_options
@option("--max-detour-s", type=Number(0.0, 86_400.0), metavar="S")
@option("--max-opposite-s", type=Number(0.0, 86_400.0), metavar="S")
@option("--start-m", type=Number(0.0, 1e8), metavar="M")
@option("--order", type=OneOf(ORDERS))
@option("--format", "form", type=OneOf(FORMATS))
@option("--out", metavar="FILE")
def along(form: str | None, out: str | None, **given: Any) -> int:
    """The stops along a route, with what each detour costs."""
    who = caller()
    form = form or (form_of(out) if out else None)
    ask, want = read_route(who, given), read_want(who, given)
    told = along_json(open_locator(who.settings, who.region).along(ask, want))
    if form:
        hand_over(who, told, form, out)
    else:
        who.tell(told, lambda: along_lines(who, told))
    return ANSWERED if told["features"] else NOTHING_FOUND


@click.command("nearest", cls=Verb)
@click.argument("place", required=False, metavar="PLACE")
@option("--at", "--from", metavar="PLACE")
@datum_option
@vehicle_options
@want_options
@option("--max-drive-s", type=Number(0.0, 86_400.0), metavar="S")
def nearest(place: str | None, at: str | None, max_drive_s: float | None, **given: Any) -> int:
    """The places nearest to a point by driving time."""
    who = caller()
    if place and at:
        raise BadInput("ambiguous_route", field="at")
    if not (at := at or place):
        raise BadInput("missing", field="at")
    want = read_want(who, {**given, "max_detour_s": max_drive_s})
    vehicle, depart = read_vehicle(given), read_depart(given["depart"])
    locator = open_locator(who.settings, who.region)
    told = nearest_json(locator.nearest(at, vehicle, want, depart, datum=given["datum"]))
    who.tell(told, lambda: nearest_lines(who, told))
    return ANSWERED if told["features"] else NOTHING_FOUND


@click.command("route", cls=Verb)
@route_options
def route(**given: Any) -> int:
    """One route: how far and how long."""
    who = caller()
    ask = read_route(who, given)
    told = route_json(open_locator(who.settings, who.region).route(ask))
    who.tell(told, lambda: route_lines(who, told))
    return ANSWERED
