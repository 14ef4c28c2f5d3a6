"""The options that describe a route, a vehicle and what is wanted, and the asks they become.

In: options as click gives them.    Out: RouteAsk, Want, Vehicle, an aware moment.
Never knows: how a question is answered.
"""
from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from geodata.columns import KINDS, SERVICES
from geodata.errors import BadInput
from geodata.roads.marks import AVOIDABLE, LOADS
from locator.asks import ACCURACIES, DATUMS, OLDEST_DAYS, RouteAsk, Want, read_depart
from locator.cli.caller import Caller
from locator.cli.helping import Number, OneOf, Option
from locator.routes import read_geojson_line, read_gpx, read_polyline
from locator.vehicles import MEASURES, PRESETS, TUNNEL_CODES, Vehicle, loaded, vehicle

F = TypeVar("F", bound=Callable[..., Any])
MEASURED = ("height_m", "mass_t", "width_m", "length_m", "axle_t")


def option(*names: str, **more: Any) -> Callable[[F], F]:
    return click.option(*names, cls=Option, **more)


def options(*each: Callable[[F], F]) -> Callable[[F], F]:
    """Several options as one decorator, shown in this order."""
    def decorate(function: F) -> F:
        for one in reversed(each):
            function = one(function)
        return function
    return decorate


class Several(click.ParamType[tuple[str, ...]]):
    """Values of a closed list, with commas between them."""

    name = "list"

    def __init__(self, allowed: Iterable[str]) -> None:
        self.one = OneOf(tuple(allowed))

    def convert(self, value: Any, param: click.Parameter | None,
                ctx: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in str(value).split(",")]
        return tuple(self.one.convert(part, param, ctx) for part in parts if part)


def measured(name: str) -> Callable[[F], F]:
    low, high = MEASURES[name]
    unit = name.rpartition("_")[2].upper()
    return option(f"--{name.replace('_', '-')}", name, type=Number(low, high), metavar=unit)


datum_option = option("--datum", type=OneOf(DATUMS), default="wgs84")
measured_options = options(
    option("--vehicle", "preset", type=OneOf(tuple(PRESETS)), default="lorry"),
    *map(measured, MEASURED),
    option("--hazmat", type=OneOf(LOADS), default="none"),
    option("--tunnel", "tunnel_category", type=OneOf(TUNNEL_CODES)),
    option("--avoid", multiple=True, type=Several(AVOIDABLE), metavar="ROADS"),
)
vehicle_options = options(measured_options, option("--depart", metavar="ISO"))
route_options = options(
    option("--from", "origin", metavar="PLACE"),
    option("--via", multiple=True, metavar="PLACE"),
    option("--to", "destination", metavar="PLACE"),
    option("--gpx", metavar="FILE"),
    option("--geojson", metavar="FILE"),
    option("--polyline", metavar="TEXT"),
    option("--precision", type=Number(5, 6), default=5, metavar="5|6"),
    datum_option,
    vehicle_options,
)
place_options = options(
    option("--kind", "kinds", multiple=True, type=Several(KINDS), metavar="KIND"),
    option("--service", "services", multiple=True, type=Several(SERVICES), metavar="SERVICE"),
    option("--min-bays", type=Number(0, 100_000), metavar="N"),
    option("--min-accuracy", type=OneOf(ACCURACIES)),
    option("--max-age-days", type=Number(0, OLDEST_DAYS), metavar="DAYS"),
)
want_options = options(
    place_options,
    option("--open-at-eta", is_flag=True),
    option("--limit", type=Number(1, 1_000_000), metavar="N"),
)


def read_vehicle(given: dict[str, Any]) -> Vehicle:
    measured = vehicle(given["preset"], **{name: given[name] for name in MEASURED})
    return loaded(measured, given["hazmat"], given["tunnel_category"], flat(given["avoid"]))


def read_route(who: Caller, given: dict[str, Any]) -> RouteAsk:
    """The route described by the options."""
    return RouteAsk(origin=given["origin"], destination=given["destination"], via=tuple(given["via"]),
                    line=_line(who, given), datum=given["datum"], vehicle=read_vehicle(given),
                    depart=read_depart(given["depart"]))


def read_want(who: Caller, given: dict[str, Any]) -> Want:
    """What is wanted; the number of answers is bounded by LOCATOR_MAX_LIMIT."""
    most, limit = who.settings.max_limit, given["limit"]
    if limit is not None and limit > most:
        raise BadInput("out_of_range", field="limit", value=limit, low=1, high=most)
    names = ("max_detour_s", "max_opposite_s", "start_m", "order", "min_bays", "limit", "open_at_eta", "min_accuracy",
             "max_age_days")
    wanted = {name: given[name] for name in names if given.get(name) is not None}
    return Want(kinds=flat(given["kinds"]), services=flat(given["services"]), **wanted)


def flat(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for values in lists for value in values))


def _line(who: Caller, given: dict[str, Any]) -> Any:
    said = [name for name in ("gpx", "geojson", "polyline") if given[name] is not None]
    if len(said) > 1:
        raise BadInput("ambiguous_route", field=said[1])
    most = who.settings.max_points
    match said:
        case ["gpx"]:
            return read_gpx(read_bytes(who, given["gpx"], "gpx"), max_points=most)
        case ["geojson"]:
            return read_geojson_line(read_bytes(who, given["geojson"], "geojson"), max_points=most)
        case ["polyline"]:
            return read_polyline(given["polyline"], int(given["precision"]), max_points=most)
    return None


def read_bytes(who: Caller, name: str, field: str) -> bytes:
    """The bytes of a file, or of stdin for `-`; refused past LOCATOR_MAX_BODY_BYTES."""
    most = who.settings.max_body_bytes
    try:
        if name == "-":
            content = sys.stdin.buffer.read(most + 1)
        else:
            with existing(name, field).open("rb") as file:
                content = file.read(most + 1)
    except OSError as why:
        raise BadInput("bad_file", field=field, value=name, reason=why.strerror) from why
    if len(content) > most:
        raise BadInput("too_large", field=field, value=name, limit=most, unit=who.words.text("unit.bytes"))
    return content


def existing(name: str, field: str) -> Path:
    """The path of a file that is there. Raises BadInput file_not_found."""
    path = Path(name)
    if not path.is_file():
        raise BadInput("file_not_found", field=field, value=name)
    return path
