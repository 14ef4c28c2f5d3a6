"""locator here: help where one stands.

In: a place, a vehicle.    Out: what is near and whom to call, as JSON or lines.
Never knows: how anything is found.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from geodata.errors import BadInput
from locator.answers_here import here_json
from locator.asks import read_depart
from locator.cli.caller import ANSWERED, Caller, caller
from locator.cli.helping import Verb
from locator.cli.options import datum_option, option, read_vehicle, vehicle_options
from locator.cli.tables import clock, km, plain, table
from locator.cli.telling import closing_lines, name_of, near_table
from locator.wiring import open_locator


@click.command("here", cls=Verb)
@click.argument("place", required=False, metavar="PLACE")
@option("--at", metavar="PLACE")
@option("--to", metavar="PLACE")
@datum_option
@vehicle_options
def here(place: str | None, at: str | None, to: str | None, **given: Any) -> int:
    """Here & help."""
    who = caller()
    if place and at:
        raise BadInput("ambiguous_route", field="at")
    if not (at := at or place):
        raise BadInput("missing", field="at")
    vehicle, depart = read_vehicle(given), read_depart(given["depart"])
    found = open_locator(who.settings, who.region).here(at, vehicle, depart, datum=given["datum"], to=to)
    told = here_json(found, who.settings.help_line)
    who.tell(told, lambda: here_lines(who, told))
    return ANSWERED


def here_lines(who: Caller, told: Mapping[str, Any]) -> list[str]:
    """Whom to call first; then what is near, who looks after it, what is on."""
    contacts = [[one["number"], who.words.text(f"contact.{one['what']}")] for one in told["contacts"]]
    heads = [who.text("head.number"), who.text("head.who")]
    lines = table(heads, contacts) if contacts else [who.words.text("here.no_contacts")]
    near = near_table(who, told["features"]) or [who.words.text("here.nothing")]
    return [*lines, "", *near, *_cell(who, told["cell"]), *_events(who, told), *closing_lines(who, told)]


def _cell(who: Caller, cell: Mapping[str, Any] | None) -> list[str]:
    if cell is None:
        return []
    station = cell["station"]
    said = {"cell": name_of(who, cell), "station": station and name_of(who, station), "phone": (station or {}).get("phone")}
    return ["", plain(who.text("here.cell", **said))]


def _events(who: Caller, told: Mapping[str, Any]) -> list[str]:
    if not told["events"]:
        return []
    rows = [[name_of(who, event), clock(event["starts"], since=told["when"]) if len(event["starts"]) > 10 else None,
             km(event["off_m"] if event["offset_m"] is None else event["offset_m"])] for event in told["events"]]
    return ["", *table([who.text("head.event"), who.text("head.starts"), who.text("head.off")], rows, right="--r")]
