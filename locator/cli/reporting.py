"""locator report: coverage, spacing and data quality of a region as a report to hand over.

In: what planners ask, a file's name.    Out: PDF, XLSX, GeoPackage or JSON.
Never knows: how a figure is found.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
import orjson

from geodata.errors import BadInput
from geodata.whole import write_whole
from locator.asks import Want
from locator.cli.caller import ANSWERED, caller
from locator.cli.helping import Number, OneOf, Verb
from locator.cli.options import measured_options, option, place_options, read_bytes, read_vehicle
from locator.cli.regions import progress_bar
from locator.coverage import LIMIT_S, LONGEST_S, CoverAsk
from locator.printing.report import plain_words
from locator.printing.report_files import FORMS, report_file
from locator.reporting import report_json
from locator.traffic import read_traffic
from locator.usable import WEEKDAYS
from locator.wiring import open_locator


@click.command("report", cls=Verb)
@option("--out", metavar="FILE")
@option("--limit-s", type=Number(1.0, LONGEST_S), default=LIMIT_S, metavar="S")
@option("--hour", type=Number(0, 23), metavar="H")
@option("--weekday", type=OneOf(WEEKDAYS))
@option("--zones", metavar="LAYER")
@option("--traffic", metavar="FILE")
@measured_options
@place_options
def report(
    out: str | None,
    limit_s: float,
    hour: int | None,
    weekday: str | None,
    zones: str | None,
    traffic: str | None,
    **given: Any,
) -> int:
    """The coverage report."""
    who = caller()
    form = Path(out).suffix.lower().removeprefix(".") if out else "json"
    if form not in FORMS:
        raise BadInput("not_allowed", field="out", value=out, allowed=", ".join(f".{one}" for one in FORMS))
    kinds, services = (tuple(dict.fromkeys(code for some in given[name] for code in some)) for name in ("kinds", "services"))
    named = {name: given[name] for name in ("min_accuracy", "max_age_days", "min_bays") if given[name] is not None}
    ask = CoverAsk(
        limit_s=limit_s,
        vehicle=read_vehicle(given),
        want=Want(kinds=kinds, services=services, **named),
        hour=hour,
        weekday=weekday,
        zones=zones,
        traffic=None if traffic is None else read_traffic(read_bytes(who, traffic, "traffic")),
        gaps=10_000,
    )
    locator = open_locator(who.settings, who.region)
    with progress_bar(who) as progress:
        told = report_json(locator, ask, progress=progress)
    if out:
        made = datetime.now(locator.region.tz)
        write_whole(Path(out), orjson.dumps(told) if form == "json" else report_file(told, form, who.words, made))
        click.echo(who.text("report_written", path=out), err=True)
    who.tell(told, lambda: plain_words(told, who.words))
    return ANSWERED
