"""locator road close | limit | open | list: roads closed or limited for a time, by people.

In: an OpenStreetMap way or a point, times, a note.    Out: the closures that stand, seen by the next question everywhere.
Never knows: how a closure changes the roads.
"""
from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from geodata.errors import BadInput
from geodata.roads.closures import DIRECTIONS, Closure
from locator.answers import closures_json
from locator.asks import DATUMS, local, read_depart
from locator.cli.caller import ANSWERED, NOTHING_FOUND, Caller, caller
from locator.cli.helping import OneOf, Room
from locator.cli.options import option, options
from locator.cli.tables import plain, table
from locator.closing import known_way, read_limits, read_way, road_near
from locator.locator import Locator
from locator.wiring import open_locator

road = Room("road")
which_options = options(
    click.argument("road", required=False, metavar="ROAD"),
    option("--at", metavar="LON,LAT"),
    option("--datum", type=OneOf(DATUMS), default="wgs84"),
    option("--direction", type=OneOf(DIRECTIONS), default="both"),
)
when_options = options(
    option("--from", "begins", metavar="ISO"),
    option("--until", "ends", metavar="ISO"),
    option("--note", metavar="TEXT"),
)


@road.command("close")
@which_options
@when_options
def close(**given: Any) -> None:
    """Nobody drives there."""
    _put(caller(), given, {})


@road.command("limit")
@which_options
@option("--limit", "limits", multiple=True, metavar="NAME=VALUE")
@when_options
def limit(**given: Any) -> None:
    """Only those drive there who are within a limit, or nobody faster."""
    limits = read_limits(given["limits"])
    if not limits:
        raise BadInput("missing", field="limits")
    _put(caller(), given, limits)


@road.command("open")
@which_options
def open_road(**given: Any) -> None:
    """Take away what was put down for a road."""
    who = caller()
    locator = open_locator(who.settings, who.region)
    way, _ = _which(locator, given, known=False)
    gone = locator.region.closures.lift(way, direction=given["direction"])
    told = {"road": f"osm:way/{way}", "opened": [one.id for one in gone]}
    who.tell(told, lambda: [who.text("opened", value=told["road"], n=len(gone))])


@road.command("list")
def list_roads() -> int:
    """What stands."""
    who = caller()
    told = closures_json(open_locator(who.settings, who.region))
    who.tell(told, lambda: closure_lines(who, told))
    return ANSWERED if told["features"] else NOTHING_FOUND


def _put(who: Caller, given: dict[str, Any], limits: dict[str, float]) -> None:
    locator = open_locator(who.settings, who.region)
    way, at = _which(locator, given)
    made = locator.region.closures.add(Closure(
        way, limits, given["direction"], at, _moment(locator, given, "begins", "from"), _moment(locator, given, "ends", "until"),
        given["note"] or ""))
    told = closures_json(locator)
    mine = next(one for one in told["features"] if one["id"] == made.id)
    who.tell(mine, lambda: closure_lines(who, {**told, "features": [mine]}))


def _which(locator: Locator, given: dict[str, Any], *, known: bool = True) -> tuple[int, tuple[float, float] | None]:
    """The way meant, and the point on it when it was pointed at."""
    text, point = given["road"], given["at"]
    if text and point:
        raise BadInput("not_allowed", field="at", value=point, allowed="ROAD | --at")
    if point:
        return road_near(locator.region, *locator.where(point, given["datum"], field="at"))
    if not text:
        raise BadInput("missing", field="road")
    way = read_way(text)
    return (known_way(locator.region, way) if known else way), None


def _moment(locator: Locator, given: dict[str, Any], name: str, field: str) -> datetime | None:
    at = read_depart(given[name], field=field)
    return None if at is None else local(at, locator.region.tz, at)


def closure_lines(who: Caller, told: dict[str, Any]) -> list[str]:
    """The closures as a table."""
    if not told["features"]:
        return [who.text("nothing_found")]
    heads = [who.text(f"head.{name}") for name in ("road_id", "name", "what", "direction", "begins", "ends", "state", "note")]
    return table(heads, [_row(who, one["properties"]) for one in told["features"]])


def _row(who: Caller, one: dict[str, Any]) -> list[str | None]:
    limits = ", ".join(f"{name} {value:g}" for name, value in one["limits"].items())
    begins, ends = (one[name] and one[name][:16].replace("T", " ") for name in ("from", "until"))
    return [one["road"], one["name"] and plain(one["name"]), limits or who.text("closure.close"),
            who.words.name("direction", one["direction"]), begins, ends, who.words.name("closure", one["state"]),
            one["note"] and plain(one["note"])]
