"""locator coverage | spacing | criticality: the questions a planner asks.

In: which places, how near, on which roads.    Out: shares, gaps, as JSON, lines or a file.
Never knows: how an answer is found.
"""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson

from geodata.columns import KINDS, SERVICES
from geodata.errors import BadInput
from geodata.roads.marks import AVOIDABLE, LOADS
from geodata.whole import write_whole
from locator.asks import ACCURACIES, OLDEST_DAYS, Want
from locator.bands import find_bands
from locator.cli.caller import ANSWERED, NOTHING_FOUND, Caller, caller
from locator.cli.helping import Number, OneOf, Verb
from locator.cli.options import MEASURED, Several, measured, option, options, read_bytes
from locator.cli.planner_lines import coverage_lines
from locator.coverage import BANDS_S, LIMIT_S, LONGEST_S, CoverAsk
from locator.engines.reaching import DIRECTIONS
from locator.freight import CLASSES, FREIGHT
from locator.planner_answers import coverage_json
from locator.planner_files import csv_bytes, gpkg_bytes
from locator.traffic import read_traffic
from locator.usable import WEEKDAYS
from locator.vehicles import PRESETS, TUNNEL_CODES, loaded, vehicle
from locator.wiring import open_locator

F = TypeVar("F", bound=Callable[..., Any])
FORMS = ("csv", "geojson", "gpkg")

counted_options = options(
    option("--limit-s", type=Number(1.0, LONGEST_S), default=LIMIT_S, metavar="S"),
    option("--direction", type=OneOf(DIRECTIONS), default="to"),
    option("--kind", "kinds", multiple=True, type=Several(KINDS), metavar="KIND"),
    option("--service", "services", multiple=True, type=Several(SERVICES), metavar="SERVICE"),
    option("--min-bays", type=Number(0, 100_000), metavar="N"),
    option("--min-accuracy", type=OneOf(ACCURACIES)),
    option("--max-age-days", type=Number(0, OLDEST_DAYS), metavar="DAYS"),
    option("--weekday", type=OneOf(WEEKDAYS)),
    option("--hour", type=Number(0, 23), metavar="H"),
    option("--classes", multiple=True, type=Several(CLASSES), metavar="CLASS"),
    option("--traffic", metavar="FILE"),
    option("--vehicle", "preset", type=OneOf(tuple(PRESETS)), default="lorry"),
    *map(measured, MEASURED),
    option("--hazmat", type=OneOf(LOADS), default="none"),
    option("--tunnel", "tunnel_category", type=OneOf(TUNNEL_CODES)),
    option("--avoid", multiple=True, type=Several(AVOIDABLE), metavar="ROADS"),
    option("--out", metavar="FILE"),
)


@click.command("coverage", cls=Verb)
@counted_options
@option("--zones", metavar="LAYER")
@option("--bands", "bands", metavar="S,S,…")
@option("--gaps", type=Number(0, 10_000), default=50, metavar="N")
def coverage(zones: str | None, bands: str | None, gaps: float, out: str | None, **given: Any) -> int:
    """How much of the freight roads lies within a driving time of a place, and where it does not."""
    who = caller()
    form = form_of(out)
    ask = read_ask(who, given, zones=zones, bands_s=_bands(bands), gaps=int(gaps))
    found = open_locator(who.settings, who.region).coverage(ask)
    told = coverage_json(found)
    if form is None:
        who.tell(told, lambda: coverage_lines(who, told))
    else:
        content = {"csv": lambda: csv_bytes(found.coverage.gaps), "geojson": lambda: orjson.dumps(told),
                   "gpkg": lambda: gpkg_bytes({"gaps": found.coverage.gaps, "roads": find_bands(found.coverage, ask.bands_s)})}
        put(who, str(out), content[form]())
    return ANSWERED if told["total"]["total_m"] else NOTHING_FOUND


def form_of(out: str | None) -> str | None:
    """The form a file's name ends in. Raises BadInput not_allowed."""
    if out is None:
        return None
    form = Path(out).suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise BadInput("not_allowed", field="out", value=out, allowed=", ".join(f".{known}" for known in FORMS))
    return form


def put(who: Caller, out: str, content: bytes) -> None:
    """Write a file whole. Raises NoRoom; what was there then stays."""
    write_whole(Path(out), content)
    click.echo(who.text("file_written", path=out), err=True)


def read_ask(who: Caller, given: dict[str, Any], **more: Any) -> CoverAsk:
    """The question the options mean."""
    want = {name: given[name] for name in ("min_bays", "min_accuracy", "max_age_days") if given[name] is not None}
    measures = vehicle(given["preset"], **{name: given[name] for name in MEASURED})
    lorry = loaded(measures, given["hazmat"], given["tunnel_category"], flat(given["avoid"]))
    traffic = None if given["traffic"] is None else read_traffic(read_bytes(who, given["traffic"], "traffic"))
    hour = None if given["hour"] is None else int(given["hour"])
    return CoverAsk(limit_s=given["limit_s"], direction=given["direction"], vehicle=lorry, weekday=given["weekday"], hour=hour,
                    want=Want(kinds=flat(given["kinds"]), services=flat(given["services"]), **want),
                    classes=flat(given["classes"]) or FREIGHT, traffic=traffic, **more)


def flat(lists: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for values in lists for value in values))


def _bands(text: str | None) -> tuple[float, ...]:
    if text is None:
        return BANDS_S
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError as why:
        raise BadInput("not_a_number", field="--bands", value=text) from why
