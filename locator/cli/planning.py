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
from locator.cli.planner_lines import coverage_lines, criticality_lines, spacing_lines
from locator.coverage import BANDS_S, LIMIT_S, LONGEST_S, CoverAsk
from locator.engines.reaching import DIRECTIONS
from locator.freight import CLASSES, FREIGHT
from locator.norms import norms
from locator.planner_answers import coverage_json, criticality_json, spacing_json
from locator.planner_files import criticality_file, csv_bytes, gpkg_bytes, spacing_file
from locator.spacing import CLASSES_MEANT, DETOUR_S, LEAST_M, SpacingAsk
from locator.traffic import read_traffic
from locator.usable import WEEKDAYS
from locator.vehicles import PRESETS, TUNNEL_CODES, Vehicle, loaded, vehicle
from locator.wiring import open_locator

F = TypeVar("F", bound=Callable[..., Any])
FORMS = ("csv", "geojson", "gpkg")

place_options = options(
    option("--kind", "kinds", multiple=True, type=Several(KINDS), metavar="KIND"),
    option("--service", "services", multiple=True, type=Several(SERVICES), metavar="SERVICE"),
    option("--min-bays", type=Number(0, 100_000), metavar="N"),
    option("--min-accuracy", type=OneOf(ACCURACIES)),
    option("--max-age-days", type=Number(0, OLDEST_DAYS), metavar="DAYS"),
    option("--weekday", type=OneOf(WEEKDAYS)),
    option("--hour", type=Number(0, 23), metavar="H"),
    option("--classes", multiple=True, type=Several(CLASSES), metavar="CLASS"),
    option("--vehicle", "preset", type=OneOf(tuple(PRESETS)), default="lorry"),
    *map(measured, MEASURED),
    option("--hazmat", type=OneOf(LOADS), default="none"),
    option("--tunnel", "tunnel_category", type=OneOf(TUNNEL_CODES)),
    option("--avoid", multiple=True, type=Several(AVOIDABLE), metavar="ROADS"),
    option("--out", metavar="FILE"),
)
counted_options = options(
    option("--limit-s", type=Number(1.0, LONGEST_S), default=LIMIT_S, metavar="S"),
    option("--direction", type=OneOf(DIRECTIONS), default="to"),
    option("--traffic", metavar="FILE"),
    place_options,
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


@click.command("spacing", cls=Verb)
@place_options
@option("--ref", "refs", multiple=True, metavar="REF")
@option("--norm", "named", multiple=True, type=Several(norms()), metavar="NORM")
@option("--own-m", type=Number(1.0, 1e7), metavar="M")
@option("--least-m", type=Number(0.0, 1e7), default=LEAST_M, metavar="M")
@option("--max-detour-s", type=Number(0.0, LONGEST_S), default=DETOUR_S, metavar="S")
def spacing(refs: tuple[str, ...], named: tuple[tuple[str, ...], ...], own_m: float | None, least_m: float, max_detour_s: float,
            out: str | None, **given: Any) -> int:
    """How far apart the stops of each direction of a road are."""
    who = caller()
    form = form_of(out)
    ask = SpacingAsk(lorry_of(given), want_of(given), given["weekday"], hour_of(given), flat(given["classes"]) or CLASSES_MEANT,
                     tuple(part.strip() for ref in refs for part in ref.split(",") if part.strip()), flat(named), own_m, least_m,
                     max_detour_s)
    answer = open_locator(who.settings, who.region).spacing(ask)
    told = spacing_json(answer, lines=form in ("geojson", "gpkg"))
    if form is None:
        who.tell(told, lambda: spacing_lines(who, told))
    else:
        put(who, str(out), spacing_file(told, form))
    return ANSWERED if told["directions"] else NOTHING_FOUND


@click.command("criticality", cls=Verb)
@counted_options
@option("--limit", type=Number(1, 10_000), default=50, metavar="N")
@option("--no-gains", is_flag=True)
def criticality(limit: float, no_gains: bool, out: str | None, **given: Any) -> int:
    """What breaks when one place closes."""
    who = caller()
    form = form_of(out)
    answer = open_locator(who.settings, who.region).criticality(read_ask(who, given), gains=not no_gains)
    told = criticality_json(answer, limit=int(limit))
    if form is None:
        who.tell(told, lambda: criticality_lines(who, told))
    else:
        put(who, str(out), criticality_file(told, form))
    return ANSWERED if told["features"] else NOTHING_FOUND


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
    traffic = None if given["traffic"] is None else read_traffic(read_bytes(who, given["traffic"], "traffic"))
    return CoverAsk(limit_s=given["limit_s"], direction=given["direction"], vehicle=lorry_of(given), weekday=given["weekday"],
                    hour=hour_of(given), want=want_of(given), classes=flat(given["classes"]) or FREIGHT, traffic=traffic, **more)


def want_of(given: dict[str, Any]) -> Want:
    want = {name: given[name] for name in ("min_bays", "min_accuracy", "max_age_days") if given[name] is not None}
    return Want(kinds=flat(given["kinds"]), services=flat(given["services"]), **want)


def lorry_of(given: dict[str, Any]) -> Vehicle:
    measures = vehicle(given["preset"], **{name: given[name] for name in MEASURED})
    return loaded(measures, given["hazmat"], given["tunnel_category"], flat(given["avoid"]))


def hour_of(given: dict[str, Any]) -> int | None:
    return None if given["hour"] is None else int(given["hour"])


def flat(lists: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for values in lists for value in values))


def _bands(text: str | None) -> tuple[float, ...]:
    if text is None:
        return BANDS_S
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError as why:
        raise BadInput("not_a_number", field="--bands", value=text) from why
